//! How many threads a run has: as many as `--threads` says, and not one per host.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use crate::support::{Pki, Server, certgrab, real};

/// Targets of a manifest for `connect`, each with a separate lock.
const TARGETS: usize = 4;

fn write_manifest(pki: &Pki, connect: SocketAddr) {
    let roots = pki.root_file();
    let target = |number: usize| {
        format!(
            "[[target]]\nhost = \"plc.test:{}\"\nconnect = \"{connect}\"\nlock = \"{number}.pem\"\n\
             roots = [{roots:?}]\nemit = {{ c = \"{number}.h\" }}\n\n",
            8883 + number
        )
    };
    let text: String = (0..TARGETS).map(target).collect();
    fs::write(pki.file("certgrab.toml"), text).expect("a manifest");
}

/// The runtimes of a process: the thread of each is woken through a separate descriptor (eventfd(2)).
fn runtimes(process: &Child) -> usize {
    let folder = format!("/proc/{}/fd", process.id());
    let descriptors = fs::read_dir(folder).into_iter().flatten().flatten();
    let leads_to = |one: fs::DirEntry| fs::read_link(one.path()).ok();
    descriptors.filter_map(leads_to).filter(|path| path.ends_with("anon_inode:[eventfd]")).count()
}

/// Whether a run of `words` in `folder`, which waits for something, reaches `expected` runtimes.
fn reaches(expected: usize, words: &[&str], folder: &Path) -> Result<(), usize> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_certgrab"));
    command.args(words).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut process = command.spawn().expect("the command starts");
    let mut found = 0;
    let is_reached = (0..250).any(|_| {
        thread::sleep(Duration::from_millis(20));
        found = runtimes(&process);
        found == expected
    });
    process.kill().expect("it ends");
    process.wait().expect("it ended");
    if is_reached { Ok(()) } else { Err(found) }
}

#[cfg(target_os = "linux")]
#[test]
fn sync_check_and_lab_use_the_requested_threads() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    write_manifest(&pki, server.address());
    certgrab().in_folder(pki.folder()).args(["sync"]).succeeds();
    // A silent server keeps all targets active while the threads are counted.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    write_manifest(&pki, silent.local_addr().expect("an address"));
    for (threads, expected) in [("1", 1), ("3", 3), ("64", TARGETS)] {
        for command in ["sync", "check"] {
            let words = [command, "--threads", threads];
            assert_eq!(reaches(expected, &words, pki.folder()), Ok(()), "{words:?}");
        }
    }
    let words = ["lab", "--listen", "127.0.0.1:0", "--threads", "3"];
    assert_eq!(reaches(3, &words, pki.folder()), Ok(()), "{words:?}");
}

#[test]
fn check_and_sync_print_the_same_with_any_number_of_threads() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    write_manifest(&pki, server.address());
    fs::create_dir(pki.file("old")).expect("a folder");
    for number in 0..40 {
        let text = format!("void f{number}() {{ client.setInsecure(); }}\n");
        fs::write(pki.file(&format!("old/{number}.ino")), text).expect("a sketch");
    }
    let all = |threads: &str| {
        let run = |words: &[&str]| {
            let words = words.iter().copied().chain(["--threads", threads]);
            let outcome = certgrab().in_folder(pki.folder()).args(words).ends();
            outcome.out() + &outcome.err()
        };
        let lines = [
            &["sync"][..],
            &["check"],
            &["check", "--offline", "--json"],
            &["check", "--offline", "old"],
        ];
        lines.map(run)
    };
    let _ = all("1");
    let one = all("1");
    assert!(one[3].contains("old/9.ino"), "{}", one[3]);
    for threads in ["2", "5"] {
        assert_eq!(all(threads), one, "{threads} threads");
    }
}

#[test]
fn a_short_chain_starts_no_thread() {
    if !real::program("strace") {
        return;
    }
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let begun = |hosts: usize| {
        let list = format!("{} sni=plc.test\n", server.address()).repeat(hosts);
        fs::write(pki.file("hosts"), list).expect("a list");
        let words = ["-f", "-qq", "-e", "trace=clone,clone3", "-o", "trace"];
        let ended = Command::new("strace")
            .args(words)
            .arg(env!("CARGO_BIN_EXE_certgrab"))
            .args(["--hosts", "hosts", "--threads", "1", "--roots"])
            .arg(pki.root_file())
            .current_dir(pki.folder())
            .output()
            .expect("strace runs");
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        let trace = fs::read_to_string(pki.file("trace")).expect("a trace");
        trace.lines().filter(|line| line.contains("clone")).count()
    };
    assert_eq!(begun(2), begun(20));
}
