//! Real programs that tests run. If one is missing, its test is skipped visibly; it fails where
//! [`REQUIRE_PARTS`] is set.

use std::{
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long a program may take until it listens.
const PATIENCE: Duration = Duration::from_secs(10);

/// Set to 1 by `.ci/run`, which installs every part that a package provides.
pub(crate) const REQUIRE_PARTS: &str = "CERTGRAB_REQUIRE_PARTS";

/// Whether the program called `name` is installed. Without it the test is skipped visibly.
///
/// # Panics
///
/// If every part is required.
pub(crate) fn program(name: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    // Debian has its daemons in a folder that is not in every user's path.
    let found = std::env::split_paths(&folders)
        .chain([PathBuf::from("/usr/sbin")])
        .any(|folder| folder.join(name).is_file());
    if !found {
        skip(name);
    }
    found
}

/// Whether a C program can include `name`. Without it the test is skipped visibly.
///
/// # Panics
///
/// If every part is required.
pub(crate) fn header(name: &str) -> bool {
    let mut probe = Command::new("gcc");
    probe.args(["-fsyntax-only", "-x", "c", "-include", name, "/dev/null"]);
    let found = probe.output().is_ok_and(|output| output.status.success());
    if !found {
        skip(name);
    }
    found
}

/// The folder with data from outside the project. It is not part of a clone, so its tests are
/// skipped without it even where every part is required.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    if !path.exists() {
        skip_even_if_required(&path.display().to_string());
        return None;
    }
    Some(path)
}

/// Reports that a test is skipped because `what` is missing.
///
/// # Panics
///
/// If every part is required.
pub(crate) fn skip(what: &str) {
    let required = std::env::var(REQUIRE_PARTS).is_ok_and(|value| value == "1");
    assert!(!required, "{REQUIRE_PARTS}=1 requires {what}");
    skip_even_if_required(what);
}

/// Reports that a test is skipped because `what`, which no package provides, is missing.
pub(crate) fn skip_even_if_required(what: &str) {
    // Not `eprintln!`, which the test harness would swallow.
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "skipped: no {what}");
}

/// A program that listens on a port of this machine; it ends when the value is dropped.
pub(crate) struct Listener {
    child: Child,
    port: u16,
}

impl Listener {
    /// Starts the program of `command` on a free port, and waits until it listens there.
    ///
    /// Another program may take the port meanwhile, so a program that ends is started again.
    pub(crate) fn start(command: impl Fn(u16) -> Command) -> Self {
        for _ in 0..5 {
            if let Some(listener) = Self::started(free_port(), &command) {
                return listener;
            }
        }
        panic!("the program does not listen")
    }

    /// The program, once it listens on `port`; `None` if it ends, or is too slow.
    fn started(port: u16, command: &impl Fn(u16) -> Command) -> Option<Self> {
        let mut child = command(port)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if child.try_wait().expect("its state").is_some() {
                break;
            }
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(Self { child, port });
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = child.kill();
        let _ = child.wait();
        None
    }

    /// Starts the program of `command` on a port that another one has just released.
    pub(crate) fn start_on(port: u16, command: impl Fn(u16) -> Command) -> Self {
        Self::started(port, &command).expect("the program listens")
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A mosquitto whose configuration, kept in `folder`, is the result of `configure` for its port.
pub(crate) fn mosquitto(folder: &std::path::Path, configure: impl Fn(u16) -> String) -> Listener {
    Listener::start(|port| mosquitto_command(folder, &configure(port), port))
}

/// The same with one version of TLS, `tlsv1.2` or `tlsv1.3`.
pub(crate) fn mosquitto_of(
    version: &str,
    folder: &std::path::Path,
    configure: impl Fn(u16) -> String,
) -> Listener {
    // Its `tls_version` is the oldest that it supports; the newest is what OpenSSL is configured for.
    let newest = version.replace("tls", "TLS");
    let limit = format!(
        "openssl_conf = all\n[all]\nssl_conf = tls\n[tls]\nsystem_default = limit\n[limit]\n\
         MaxProtocol = {newest}\n"
    );
    let file = folder.join("openssl.cnf");
    std::fs::write(&file, limit).expect("a file");
    Listener::start(|port| {
        let configuration = format!("{}tls_version {version}\n", configure(port));
        let mut command = mosquitto_command(folder, &configuration, port);
        command.env("OPENSSL_CONF", &file);
        command
    })
}

/// The command for a mosquitto with this configuration, which is kept in `folder`.
pub(crate) fn mosquitto_command(
    folder: &std::path::Path,
    configuration: &str,
    port: u16,
) -> Command {
    let file = folder.join(format!("mosquitto-{port}.conf"));
    std::fs::write(&file, configuration).expect("a file");
    let found = ["/usr/sbin/mosquitto"].into_iter().find(|path| PathBuf::from(path).is_file());
    let mut command = Command::new(found.unwrap_or("mosquitto"));
    command.arg("-c").arg(file);
    command
}

/// Whether the tests run as root.
pub(crate) fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id runs");
    output.stdout == b"0\n"
}

/// A port on which nothing listens now.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
