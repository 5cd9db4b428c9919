//! Faults of the machine: after any fault a file is complete, old or new, and the fault is reported.

#![cfg(target_os = "linux")]

use std::{
    fs,
    io::Read as _,
    os::unix::{fs::PermissionsExt as _, process::ExitStatusExt as _},
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, Instant},
};

use crate::support::{Pki, Server, real};

/// The content of the output file before each run.
const OLD: &str = "    ";

/// A chain with its root, and a folder with an old output.
struct Place {
    pki: Pki,
    folder: PathBuf,
}

impl Place {
    fn new() -> Self {
        let pki = Pki::root("Plant Root").leaf("plc.test");
        pki.chain_file();
        pki.root_file();
        let folder = pki.file("out");
        fs::create_dir(&folder).expect("a folder");
        fs::write(folder.join("ca.pem"), OLD).expect("a file");
        Self { pki, folder }
    }

    /// Runs a shell script with the command's arguments in `$@` and the folder as `$OUT`.
    fn shell(&self, script: &str) -> Output {
        let emit = format!("pem={}", self.output().display());
        Command::new("sh")
            .args(["-c", script, "sh", env!("CARGO_BIN_EXE_certgrab"), "plc.test", "--from"])
            .arg(self.pki.file("chain.pem"))
            .arg("--roots")
            .arg(self.pki.file("root.pem"))
            .args(["--emit", &emit])
            .env("OUT", &self.folder)
            .output()
            .expect("a shell")
    }

    fn output(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    fn content(&self) -> String {
        fs::read_to_string(self.output()).expect("the output is there")
    }

    /// The names of the files in the folder.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).expect("the folder");
        entries.map(|entry| entry.expect("an entry").file_name().display().to_string()).collect()
    }

    #[track_caller]
    fn is_untouched(&self) {
        assert_eq!(self.content(), OLD);
        assert_eq!(self.names(), ["ca.pem"]);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn is_root() -> bool {
    Path::new("/proc/self").metadata().is_ok_and(|facts| {
        use std::os::unix::fs::MetadataExt as _;
        facts.uid() == 0
    })
}

#[test]
fn files_whole_or_untouched_on_a_full_disk() {
    let place = Place::new();
    // A file system of two pages: one contains the old file, and the new one needs two.
    let output = place.shell(
        "unshare -rm sh -c 'mount -t tmpfs -o size=8k full \"$OUT\" || exit 99
        printf %s \"    \" >\"$OUT/ca.pem\"
        head -c 4096 /dev/zero >\"$OUT/filler\"
        \"$@\"; code=$?; cat \"$OUT/ca.pem\"; ls -A \"$OUT\"; exit $code' sh \"$@\"",
    );
    if output.status.code() == Some(99) || text(&output.stderr).starts_with("unshare:") {
        return real::skip_even_if_required("leave to mount a file system");
    }
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), format!("{OLD}ca.pem\nfiller\n"));
    assert_eq!(
        text(&output.stderr),
        format!(
            "certgrab: error: cannot write {}: No space left on device (os error 28)\n",
            place.output().display()
        )
    );
}

#[test]
fn files_whole_or_untouched_with_a_file_size_limit() {
    let place = Place::new();
    let output = place.shell("trap '' XFSZ; ulimit -f 0; exec \"$@\"");
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    // The pipe takes the message, which is not a file.
    assert_eq!(
        text(&output.stderr),
        format!(
            "certgrab: error: cannot write {}: File too large (os error 27)\n",
            place.output().display()
        )
    );
    place.is_untouched();
}

#[test]
fn files_whole_or_untouched_in_a_read_only_folder() {
    let place = Place::new();
    let mode = |path: &Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
    };
    // Root may write anywhere, so the script changes to another user, who needs access to the files.
    let output = if is_root() {
        mode(place.pki.folder(), 0o755);
        let binary = place.pki.file("certgrab");
        fs::copy(env!("CARGO_BIN_EXE_certgrab"), &binary).expect("a copy");
        mode(&binary, 0o755);
        place.shell(
            "shift; exec setpriv --reuid 65534 --regid 65534 --clear-groups \
             \"$OUT/../certgrab\" \"$@\"",
        )
    } else {
        mode(&place.folder, 0o555);
        place.shell("exec \"$@\"")
    };
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    assert_eq!(
        text(&output.stderr),
        format!(
            "certgrab: error: cannot write {}: Permission denied (os error 13)\n",
            place.output().display()
        )
    );
    place.is_untouched();
    mode(&place.folder, 0o755);
}

#[test]
fn files_whole_or_untouched_when_killed_at_any_step() {
    if !real::program("strace") {
        return;
    }
    let mut killed = 0;
    let calls = ["openat", "write", "fchmod", "fsync", "linkat", "rename", "close", "exit_group"];
    for call in calls {
        for nth in 1..100 {
            let place = Place::new();
            let output = place.shell(&format!(
                "exec strace -f -qq -o \"$OUT/../trace\" -e trace={call} \
                 -e inject={call}:signal=KILL:when={nth} \"$@\""
            ));
            let content = place.content();
            let whole = content.starts_with("-----BEGIN CERTIFICATE-----\n")
                && content.ends_with("-----END CERTIFICATE-----\n");
            if output.status.code() == Some(0) {
                assert!(whole, "{call} {nth}: {content}");
                break;
            }
            assert_eq!(output.status.signal(), Some(9), "{call} {nth}: {}", text(&output.stderr));
            assert!(content == OLD || whole, "{call} {nth}: {content}");
            // Between creation and rename, the temporary file is complete.
            if call != "rename" {
                assert_eq!(place.names(), ["ca.pem"], "{call} {nth}");
            }
            killed += 1;
        }
    }
    // A lower count would mean that no run was killed during the write.
    assert!(killed > 20, "{killed}");
}

#[test]
fn files_whole_or_untouched_when_terminated_at_any_step() {
    if !real::program("strace") {
        return;
    }
    let mut ended = 0;
    for (signal, number) in [("TERM", 15), ("INT", 2), ("HUP", 1)] {
        for call in ["write", "fchmod", "fsync", "linkat", "rename"] {
            for nth in 1..100 {
                let place = Place::new();
                // A shell in the background may set the signal to ignored.
                let output = place.shell(&format!(
                    "exec env --default-signal={signal} strace -f -qq -o \"$OUT/../trace\" -e trace={call} \
                     -e inject={call}:signal={signal}:when={nth} \"$@\""
                ));
                if output.status.code() == Some(0) {
                    break;
                }
                let what = format!("{signal} at {call} {nth}");
                assert_eq!(output.status.signal(), Some(number), "{what}");
                // The write began before the signal, and is completed.
                let content = place.content();
                assert!(content.ends_with("-----END CERTIFICATE-----\n"), "{what}: {content}");
                assert_eq!(place.names(), ["ca.pem"], "{what}");
                ended += 1;
            }
        }
    }
    assert!(ended >= 12, "{ended}");
}

#[test]
fn files_whole_or_untouched_without_standard_streams() {
    let place = Place::new();
    // The first opened file must not become standard output.
    let output = place.shell("exec \"$@\" <&- >&- 2>&-");
    assert_eq!(output.status.code(), Some(0));
    let root = text(&fs::read(place.pki.file("root.pem")).expect("the root"));
    assert_eq!(place.content(), root);
    assert_eq!(place.names(), ["ca.pem"]);
}

#[test]
fn honest_failures_on_a_full_standard_output() {
    let place = Place::new();
    let output = place.shell(
        "certgrab=$1 from=$4 roots=$6
        exec \"$certgrab\" plc.test --from \"$from\" --roots \"$roots\" --emit pem >/dev/full",
    );
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(
        text(&output.stderr),
        "certgrab: error: cannot write to standard output: No space left on device (os error 28)\n"
    );
}

#[test]
fn honest_failures_without_file_descriptors() {
    // The number of descriptors after the standard ones, from none to enough.
    let mut enough = false;
    for limit in 4..24 {
        let place = Place::new();
        let output = place.shell(&format!("ulimit -n {limit}; exec \"$@\""));
        let error = text(&output.stderr);
        match output.status.code() {
            Some(0) => {
                assert!(place.content().starts_with("-----BEGIN"), "{limit}");
                enough = true;
            }
            // The loader could not open a library: certgrab has not started.
            Some(127) => place.is_untouched(),
            code => {
                assert_eq!(code, Some(4), "{limit}: {error}");
                assert!(error.contains("Too many open files"), "{limit}: {error}");
                place.is_untouched();
            }
        }
    }
    assert!(enough);
}

#[test]
fn honest_failures_without_threads() {
    if !real::program("strace") {
        return;
    }
    let place = Place::new();
    fs::write(place.folder.join("hosts"), "plc.test\n").expect("a list");
    for (words, code, problem) in [
        (
            "localhost:1",
            3,
            "the name `localhost` does not resolve: no thread to ask the resolver: \
             Resource temporarily unavailable (os error 11)",
        ),
        ("--hosts hosts", 4, "cannot read hosts: Resource temporarily unavailable (os error 11)"),
    ] {
        let output = place.shell(&format!(
            "cd \"$OUT\" && exec strace -f -qq -o ../trace -e trace=clone,clone3 \
             -e inject=clone,clone3:error=EAGAIN \"$1\" {words}"
        ));
        assert_eq!(text(&output.stderr), format!("certgrab: error: {problem}\n"));
        assert_eq!(output.status.code(), Some(code));
    }
}

#[test]
fn locks_and_manifests_must_be_regular_files() {
    let place = Place::new();
    let manifest = "[[target]]\nhost = \"plc.test\"\nlock = \"plc.pem\"\n";
    let made = Command::new("mkfifo").arg(place.folder.join("pipe")).status().expect("mkfifo");
    assert!(made.success());
    fs::write(place.folder.join("large"), vec![b'#'; 1024 * 1024 + 1]).expect("a large file");
    for (path, found) in [
        ("/dev/zero", "a device"),
        ("pipe", "a named pipe"),
        (".", "a directory"),
        ("large", "one of 1048577 bytes"),
        // The kernel's symbols: a file with content whose size is reported as 0.
        ("/proc/kallsyms", "more"),
    ] {
        if path == "/proc/kallsyms" && !fs::read(path).is_ok_and(|it| it.len() > 1024 * 1024) {
            return real::skip_even_if_required("symbols of the kernel");
        }
        let problem =
            format!("{path}: expected a regular file of at most 1048576 bytes, found {found}\n");
        let of_lock = manifest.replace("plc.pem", path);
        fs::write(place.folder.join("certgrab.toml"), of_lock).expect("a manifest");
        for (what, words) in [("lock", ""), ("manifest", &*format!("--manifest {path}"))] {
            for command in ["check --offline", "sync --locked"] {
                // A reader that continues also ends with one of these.
                let output = place.shell(&format!(
                    "cd \"$OUT\"; ulimit -v 1000000; exec timeout 20 \"$1\" {command} {words}"
                ));
                let printed = text(&output.stderr);
                let expected = format!("certgrab: error: cannot read the {what} {problem}");
                assert!(printed.starts_with(&expected), "{command} {words}: {printed}");
                assert_eq!(output.status.code(), Some(4), "{command} {words}: {printed}");
                assert_eq!(text(&output.stdout), "", "{command} {words}");
            }
        }
    }
}

#[test]
fn roots_copied_into_a_project_must_be_a_regular_file() {
    let place = Place::new();
    let output = place.shell(
        "cd \"$OUT\"; ulimit -v 1000000
        exec timeout 20 \"$1\" new linux-c mqtts://plc.test project --roots /dev/zero",
    );
    assert_eq!(
        text(&output.stderr),
        "certgrab: error: cannot read /dev/zero: expected a regular file of at most 16777216 \
         bytes, \
         found a device\n"
    );
    assert_eq!(output.status.code(), Some(4));
    place.is_untouched();
}

#[test]
fn ends_in_time_when_no_name_server_answers() {
    let place = Place::new();
    // A network namespace in which the only name server receives queries and does not answer.
    let script = "unshare -rnm sh -c '
        ip link set lo up && echo nameserver 127.0.0.1 >\"$OUT/resolv.conf\" &&
        mount --bind \"$OUT/resolv.conf\" /etc/resolv.conf || exit 99
        python3 -c \"
import socket, subprocess, sys, time
silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
silent.bind((\\\"127.0.0.1\\\", 53))
begun = time.monotonic()
code = subprocess.call(sys.argv[1:])
print(silent.recv(512)[12:21])
print(time.monotonic() - begun < 4)
sys.exit(code)\" \"$1\" plc.test --timeout 2' sh \"$@\"";
    if !real::program("ip") || !real::program("python3") {
        return;
    }
    let output = place.shell(script);
    if output.status.code() == Some(99) || text(&output.stderr).starts_with("unshare:") {
        return real::skip_even_if_required("leave to make a network");
    }
    // The query was sent, and a waiting resolver delays nothing.
    assert_eq!(text(&output.stdout), "b'\\x03plc\\x04test'\nTrue\n", "{}", text(&output.stderr));
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(
        text(&output.stderr),
        "certgrab: error: timed out connecting to plc.test:443 while waiting for name resolution\n\
         certgrab: hint: a firewall may drop the packets; raise the limit with `--timeout SECS`\n"
    );
}

#[test]
fn ends_in_time_when_the_clock_jumps() {
    if !real::program("faketime") {
        return;
    }
    let library = Command::new("faketime").args(["-f", "+0", "printenv", "LD_PRELOAD"]).output();
    let library = text(&library.expect("faketime").stdout).trim().to_owned();
    for jump in ["+20y", "-20y"] {
        let clock = tempfile::NamedTempFile::new().expect("a file");
        fs::write(clock.path(), "+0").expect("a clock");
        // The clock jumps once the command waits for the server.
        let server = Server::scripted("plc.test", {
            let clock = clock.path().to_owned();
            move |mut stream, _| {
                let _ = stream.read(&mut [0; 512]);
                fs::write(&clock, jump).expect("a clock");
                let _ = stream.read_to_end(&mut Vec::new());
            }
        });
        let begun = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_certgrab"))
            .args(["--timeout", "2", &server.address().to_string()])
            .env("LD_PRELOAD", &library)
            .env("FAKETIME_TIMESTAMP_FILE", clock.path())
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .output()
            .expect("the command");
        let took = begun.elapsed();
        assert_eq!(output.status.code(), Some(3), "{jump}: {}", text(&output.stderr));
        assert!(text(&output.stderr).starts_with("certgrab: error: timed out"), "{jump}");
        // A backward jump would be waited for for 20 years.
        assert!(took >= Duration::from_secs(2), "{took:?}");
    }
}
