//! The projects as devices of the lab: each passes, and one without verification fails.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use super::{
    PROJECTS,
    arduino::{self, Board, ESP32, ESP8266},
    bench::{Protocol, USER, new, pki, says_in_time},
    linux_c, rust,
};
use crate::{
    lab::round::{Lab, Said},
    support::{Server, certgrab, real},
};

/// How long the lab waits for a program that is being compiled, in seconds.
const WAIT: &str = "300";

/// The interval between two checks whether a round is over.
const LOOK: Duration = Duration::from_millis(20);

/// The longest pause of a sketch in milliseconds, where a board waits for seconds.
const PAUSE: (&str, &str) = ("LONGEST_DELAY_MS", "5");

const BOTH: [Protocol; 2] = [Protocol::Mqtt, Protocol::Https];

/// A lab, and a project that connects to it.
struct Bench {
    lab: Lab,
    folder: PathBuf,
}

impl Bench {
    /// As in the README of the project, except the address. Its server is another lab.
    fn new(project: &str, protocol: Protocol) -> Self {
        let server = Lab::start(&["--cases", "sound-again"]);
        let scheme = if protocol == Protocol::Mqtt { "mqtts" } else { "https" };
        let folder = TempDir::new().expect("a folder");
        certgrab()
            .args(["new", project, &format!("{scheme}://localhost:{}", server.port()), "."])
            .args([format!("--roots={}", server.anchor())])
            .in_folder(folder.path())
            .succeeds();
        let words = command(folder.path()) + " --wait " + WAIT;
        let words: Vec<_> = words.split(' ').collect();
        let place = folder.path().to_owned();
        let lab = Lab::in_folder(folder, &words).expect("the lab listens");
        Self { lab, folder: place }
    }
}

/// The arguments of the lab in the README of the project, on a free port of this machine.
fn command(project: &Path) -> String {
    let readme = fs::read_to_string(project.join("README.md")).unwrap();
    let (_, command) = readme.split_once("\ncertgrab lab").expect("the command");
    let command = command.lines().next().expect("a line");
    let here = command.replace(" --listen 192.168.1.5:8883", "").replace(" --host broker.lan", "");
    format!("lab{here} --listen 127.0.0.1:0")
}

#[test]
fn the_lab_replaces_the_server_of_each_project_until_sync() {
    let pki = pki("Plant Root");
    let server = Server::presenting(&pki);
    for project in PROJECTS {
        new(project, "mqtts", server.port(), &pki).succeeds();
        let folder = pki.file("project");
        let command = command(&folder);
        let (_, constants) = command.split_once('=').expect("a file");
        let constants = folder.join(constants.split(' ').next().expect("a path"));
        let before = fs::read_to_string(&constants).unwrap();
        let run = certgrab().args(command.split(' ')).args(["--wait", "1", "--dir", "../lab"]);
        run.in_folder(&folder).fails_with(3);
        let text = fs::read_to_string(&constants).unwrap();
        assert!(text.contains("certgrab lab root for tests only"), "{project}: {text}");
        certgrab().args(["sync", "--locked"]).in_folder(&folder).succeeds();
        assert_eq!(fs::read_to_string(&constants).unwrap(), before, "{project}");
        fs::remove_dir_all(folder).unwrap();
    }
}

/// Ends with the round.
struct Device(Child);

impl Drop for Device {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The device behaved like a sound one, and sent its message.
#[track_caller]
fn has_passed(project: &str, protocol: Protocol, said: &Said) {
    let sent = match protocol {
        Protocol::Mqtt => "sent MQTT 3.1.1 with user and password\n",
        Protocol::Https => "sent GET /\n",
    };
    assert_eq!(said.code, 0, "{project}, {protocol:?}: {}{}", said.err, said.out);
    assert!(said.out.contains(sent), "{project}, {protocol:?}: {}", said.out);
    assert!(said.out.ends_with("\nthe device passed\n"), "{project}: {}", said.out);
}

/// A sketch reconnects by itself.
fn sketch(board: &Board) {
    if !board.is_there() {
        return;
    }
    let project = format!("arduino-{}", board.name);
    for protocol in BOTH {
        let bench = Bench::new(&project, protocol);
        arduino::fill_in_secrets(&bench.folder, protocol);
        board.compile(&bench.folder);
        let mut program = Command::new(bench.folder.join("sketch"));
        program.env(PAUSE.0, PAUSE.1).stdout(Stdio::null());
        let _device = Device(program.spawn().expect("the sketch"));
        let said = bench.lab.lasts_while(|_| std::thread::sleep(LOOK));
        has_passed(&project, protocol, &said);
    }
}

/// The C client, started for each connection.
fn c_client(lab: Lab, folder: &Path) -> Said {
    lab.meets(|_| {
        let mut program = Command::new("./client");
        program.current_dir(folder).env("MQTT_USER", USER.0).env("MQTT_PASSWORD", USER.1);
        program
    })
}

#[test]
fn the_esp32_sketch_passes_the_lab() {
    sketch(&ESP32);
}

#[test]
fn the_esp8266_sketch_passes_the_lab() {
    sketch(&ESP8266);
}

#[test]
fn the_c_client_passes_the_lab_only_if_it_verifies() {
    if !linux_c::has_its_parts() {
        return;
    }
    for protocol in BOTH {
        let bench = Bench::new("linux-c", protocol);
        linux_c::build(&bench.folder);
        has_passed("linux-c", protocol, &c_client(bench.lab, &bench.folder));
    }
    let bench = Bench::new("linux-c", Protocol::Mqtt);
    let source = bench.folder.join("tls.c");
    let text = fs::read_to_string(&source).unwrap();
    let unsound = text.replace("MBEDTLS_SSL_VERIFY_REQUIRED", "MBEDTLS_SSL_VERIFY_NONE");
    fs::write(&source, unsound).unwrap();
    linux_c::build(&bench.folder);
    let said = c_client(bench.lab, &bench.folder);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.out.contains("FAULT: the device accepts every certificate\n"), "{}", said.out);
}

#[test]
fn the_rust_client_passes_the_lab() {
    for protocol in BOTH {
        let bench = Bench::new("rust-host", protocol);
        let program = rust::build(&bench.folder);
        let said = bench.lab.lasts_while(|_| match protocol {
            // It waits longer after each failure, so it is restarted instead.
            Protocol::Mqtt => drop(says_in_time(&mut rust::client(&program), "; again in ")),
            Protocol::Https => drop(rust::client(&program).output().expect("the client")),
        });
        has_passed("rust-host", protocol, &said);
    }
}

#[test]
fn the_micropython_module_passes_the_lab() {
    for python in ["python3", "micropython"].into_iter().filter(|python| real::program(python)) {
        for protocol in BOTH {
            let bench = Bench::new("micropython", protocol);
            let place = bench.folder.join("credentials.example.py");
            if protocol == Protocol::Mqtt {
                let example = fs::read_to_string(place).unwrap();
                let filled = example
                    .replace("USER = None", &format!("USER = {:?}", USER.0))
                    .replace("PASSWORD = None", &format!("PASSWORD = {:?}", USER.1));
                fs::write(bench.folder.join("credentials.py"), filled).unwrap();
            }
            let said = bench.lab.meets(|_| {
                let mut program = Command::new(python);
                program.arg("main.py").current_dir(&bench.folder);
                program
            });
            has_passed(python, protocol, &said);
        }
    }
}
