//! Shared parts of the project tests: a server, the project for it, and the output of its program.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use rcgen::KeyPair;

use crate::support::{
    Pki, certgrab,
    pki::pem_of,
    real::{self, Listener},
    run::Run,
};

/// Much longer than any program here needs for its next line.
const PATIENCE: Duration = Duration::from_secs(30);

/// A user of the broker; with credentials as long as a cloud's, CONNECT has a length of two bytes (MQTT 3.1.1
/// section 2.2.3).
pub(super) const USER: (&str, &str) = (
    "lamp|signMethod=hmacSha256,timestamp=1607635284,secureMode=1,accessType=1",
    "s3cret word 4d6f7265206279746573207468616e206669742069746f20317a",
);

/// The protocol of the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Mqtt,
    Https,
}

pub(super) fn pki(name: &str) -> Pki {
    Pki::root(name).intermediate("Plant Issuing").leaf("localhost")
}

/// `certgrab new PROJECT SCHEME://localhost:PORT project`, in the folder of the PKI.
pub(super) fn new(project: &str, scheme: &str, port: u16, pki: &Pki) -> Run {
    pki.root_file();
    certgrab()
        .args(["new", project, &format!("{scheme}://localhost:{port}"), "project"])
        .args(["--roots", "root.pem", &format!("--connect=127.0.0.1:{port}")])
        .in_folder(pki.folder())
}

/// A server that changes its certificate during the test, always on one port, and a project made for its first
/// state.
pub(super) struct Bench {
    pki: Pki,
    /// The same root, and a leaf for another host.
    elsewhere: Pki,
    /// Another root.
    other: Pki,
    /// The same root, and a leaf that has expired.
    expired: Pki,
    protocol: Protocol,
    server: Option<Listener>,
    port: u16,
}

impl Bench {
    /// The project for a mosquitto that requires [`USER`], or for `openssl s_server`.
    pub(super) fn new(project: &str, protocol: Protocol) -> Self {
        let key = KeyPair::generate().unwrap();
        let again = || KeyPair::from_pem(&key.serialize_pem()).unwrap();
        let (another, old) = (again(), again());
        let below = |root: crate::support::pki::Builder, host| {
            root.intermediate("Plant Issuing").leaf(host)
        };
        let mut bench = Self {
            pki: below(Pki::root_with_key("Plant Root", key), "localhost"),
            elsewhere: below(Pki::root_with_key("Plant Root", another), "elsewhere.test"),
            expired: Pki::root_with_key("Plant Root", old)
                .intermediate("Plant Issuing")
                .changed(|leaf| leaf.not_after = rcgen::date_time_ymd(2025, 1, 1))
                .leaf("localhost"),
            other: pki("Another Root"),
            protocol,
            server: None,
            port: 0,
        };
        let server = Listener::start(|port| bench.command(&bench.pki, USER.1, port));
        bench.port = server.port();
        bench.server = Some(server);
        let scheme = if protocol == Protocol::Mqtt { "mqtts" } else { "https" };
        new(project, scheme, bench.port, &bench.pki).succeeds();
        bench
    }

    /// The folder of the project.
    pub(super) fn folder(&self) -> PathBuf {
        self.pki.file("project")
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Switches the server to another root.
    pub(super) fn change_the_root(&mut self) {
        self.server = None;
        let command = |port| self.command(&self.other, USER.1, port);
        self.server = Some(Listener::start_on(self.port, command));
    }

    /// Switches the server to another name under the same root.
    pub(super) fn change_the_name(&mut self) {
        self.server = None;
        let command = |port| self.command(&self.elsewhere, USER.1, port);
        self.server = Some(Listener::start_on(self.port, command));
    }

    /// Switches the server to an expired certificate.
    pub(super) fn let_the_certificate_expire(&mut self) {
        self.server = None;
        let command = |port| self.command(&self.expired, USER.1, port);
        self.server = Some(Listener::start_on(self.port, command));
    }

    /// The broker's log since the certificate expired.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.expired.file("mosquitto.log")).unwrap_or_default()
    }

    /// Changes the password that the broker requires.
    pub(super) fn change_the_password(&mut self) {
        self.server = None;
        let command = |port| self.command(&self.pki, "another", port);
        self.server = Some(Listener::start_on(self.port, command));
    }

    /// Makes the broker send `message` to every subscriber of `topic`.
    pub(super) fn retain(&self, topic: &str, message: &str) {
        let port = self.port.to_string();
        let (user, password) = USER;
        let output = Command::new("mosquitto_pub")
            .args(["-h", "localhost", "-p", &port, "--cafile"])
            .arg(self.pki.root_file())
            .args(["-u", user, "-P", password, "-r", "-t", topic, "-m", message])
            .output()
            .expect("mosquitto_pub");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// The broker's log lines about a message by `client`, once there are any.
    #[track_caller]
    pub(super) fn has_published(&self, client: &str, topic: &str) {
        let log = self.pki.file("mosquitto.log");
        for _ in 0..PATIENCE.as_millis() / 10 {
            let text = fs::read_to_string(&log).unwrap_or_default();
            let is_it = |line: &str| {
                line.contains(&format!("Received PUBLISH from {client} ")) && line.contains(topic)
            };
            if text.lines().any(is_it) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{client} has not published on {topic}");
    }

    fn command(&self, pki: &Pki, password: &str, port: u16) -> Command {
        let (chain, key) = (pki.chain_file(), pki.key_file());
        if self.protocol == Protocol::Mqtt {
            let passwords = pki.file("passwords");
            let made = Command::new("mosquitto_passwd")
                .args(["-c", "-b"])
                .arg(&passwords)
                .args([USER.0, password])
                .output()
                .expect("mosquitto_passwd");
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
            let configuration = format!(
                "listener {port} 127.0.0.1\ncertfile {}\nkeyfile {}\nallow_anonymous false\n\
                 password_file {}\nuser root\nlog_dest file {}\nlog_type all\n",
                chain.display(),
                key.display(),
                passwords.display(),
                pki.file("mosquitto.log").display()
            );
            return real::mosquitto_command(pki.folder(), &configuration, port);
        }
        let above = pki.file("above.pem");
        fs::write(&above, pem_of(&pki.chain()[1..])).unwrap();
        let mut command = Command::new("openssl");
        command.args(["s_server", "-www", "-quiet", "-accept", &format!("127.0.0.1:{port}")]);
        command.arg("-cert").arg(chain).arg("-key").arg(key).arg("-cert_chain").arg(above);
        command
    }
}

/// Runs a program to its end in `folder`.
#[track_caller]
pub(super) fn succeed(command: &mut Command, folder: &Path) {
    let output = command.current_dir(folder).output().expect("the program starts");
    let text = [&output.stdout[..], &output.stderr].concat();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&text));
}

/// Runs a program to its end in `folder` and expects `expected` in its output.
#[track_caller]
pub(super) fn says(words: &[&str], environment: &[(&str, &str)], folder: &Path, expected: &str) {
    let output = Command::new(words[0])
        .args(&words[1..])
        .envs(environment.iter().copied())
        .current_dir(folder)
        .output()
        .expect("the program starts");
    // A page need not be UTF-8.
    let said = [&output.stdout[..], &output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains(expected), "{expected}: {said}");
}

/// Runs an endless program until it prints `expected`; returns that line.
#[track_caller]
pub(super) fn says_in_time(program: &mut Command, expected: &str) -> String {
    let mut child = program.stdout(Stdio::piped()).spawn().expect("the program starts");
    let output = BufReader::new(child.stdout.take().expect("its output"));
    let (sender, lines) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in output.split(b'\n').map_while(Result::ok) {
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                break;
            }
        }
    });
    let mut said = Vec::new();
    while !said.last().is_some_and(|line: &String| line.contains(expected)) {
        let Ok(line) = lines.recv_timeout(PATIENCE) else { break };
        said.push(line);
    }
    let _ = child.kill();
    let _ = child.wait();
    let _ = reader.join();
    let last = said.last().filter(|line| line.contains(expected)).cloned();
    last.unwrap_or_else(|| panic!("{expected}: {}", said.join("\n")))
}
