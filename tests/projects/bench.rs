//! What the tests of projects share: a server, the project for it, and the output of its program.

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

/// Far more than any program here takes for its next line.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who the broker knows; with credentials as long as a cloud's, CONNECT has a length of two bytes
/// (MQTT 3.1.1 section 2.2.3).
pub(super) const USER: (&str, &str) = (
    "lamp|signMethod=hmacSha256,timestamp=1607635284,secureMode=1,accessType=1",
    "s3cret word 4d6f7265206279746573207468616e206669742069746f20317a",
);

/// What the project is to speak.
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

/// A server that goes through what a server may become, always on one port, and a project made
/// for it while it was in order.
pub(super) struct Bench {
    pki: Pki,
    /// The same root, and a leaf for another host.
    elsewhere: Pki,
    stranger: Pki,
    /// The same root, and a leaf that has expired.
    expired: Pki,
    protocol: Protocol,
    server: Option<Listener>,
    port: u16,
}

impl Bench {
    /// The project for a mosquitto that wants [`USER`], or for `openssl s_server`.
    pub(super) fn new(project: &str, protocol: Protocol) -> Self {
        let key = KeyPair::generate().unwrap();
        let again = || KeyPair::from_pem(&key.serialize_pem()).unwrap();
        let (other, old) = (again(), again());
        let below = |root: crate::support::pki::Builder, host| {
            root.intermediate("Plant Issuing").leaf(host)
        };
        let mut bench = Self {
            pki: below(Pki::root_with_key("Plant Root", key), "localhost"),
            elsewhere: below(Pki::root_with_key("Plant Root", other), "elsewhere.test"),
            expired: Pki::root_with_key("Plant Root", old)
                .intermediate("Plant Issuing")
                .changed(|leaf| leaf.not_after = rcgen::date_time_ymd(2025, 1, 1))
                .leaf("localhost"),
            stranger: pki("Another Root"),
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

    /// Where the project is.
    pub(super) fn folder(&self) -> PathBuf {
        self.pki.file("project")
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The server now has another root.
    pub(super) fn change_the_root(&mut self) {
        self.server = None;
        let command = |port| self.command(&self.stranger, USER.1, port);
        self.server = Some(Listener::start_on(self.port, command));
    }

    /// The server now proves another name, under the same root.
    pub(super) fn change_the_name(&mut self) {
        self.server = None;
        let command = |port| self.command(&self.elsewhere, USER.1, port);
        self.server = Some(Listener::start_on(self.port, command));
    }

    /// The server's certificate is one that has expired.
    pub(super) fn let_the_certificate_expire(&mut self) {
        self.server = None;
        let command = |port| self.command(&self.expired, USER.1, port);
        self.server = Some(Listener::start_on(self.port, command));
    }

    /// What the broker has written down since the certificate expired.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.expired.file("mosquitto.log")).unwrap_or_default()
    }

    /// The broker now wants another password.
    pub(super) fn change_the_password(&mut self) {
        self.server = None;
        let command = |port| self.command(&self.pki, "another", port);
        self.server = Some(Listener::start_on(self.port, command));
    }

    /// Has the broker give `message` to whoever subscribes to `topic`.
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

    /// What the broker has written down about a message by `client`, once it has.
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

/// Runs a program that ends, in `folder`.
#[track_caller]
pub(super) fn succeed(command: &mut Command, folder: &Path) {
    let output = command.current_dir(folder).output().expect("the program starts");
    let text = [&output.stdout[..], &output.stderr].concat();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&text));
}

/// Runs a program that ends, in `folder`, and wants to hear `wanted` from it.
#[track_caller]
pub(super) fn says(words: &[&str], environment: &[(&str, &str)], folder: &Path, wanted: &str) {
    let output = Command::new(words[0])
        .args(&words[1..])
        .envs(environment.iter().copied())
        .current_dir(folder)
        .output()
        .expect("the program starts");
    // A page need not be UTF-8.
    let said = [&output.stdout[..], &output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains(wanted), "{wanted}: {said}");
}

/// Runs a program that never ends until it says `wanted`, in the line that comes back.
#[track_caller]
pub(super) fn says_in_time(program: &mut Command, wanted: &str) -> String {
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
    while !said.last().is_some_and(|line: &String| line.contains(wanted)) {
        let Ok(line) = lines.recv_timeout(PATIENCE) else { break };
        said.push(line);
    }
    let _ = child.kill();
    let _ = child.wait();
    let _ = reader.join();
    let last = said.last().filter(|line| line.contains(wanted)).cloned();
    last.unwrap_or_else(|| panic!("{wanted}: {}", said.join("\n")))
}
