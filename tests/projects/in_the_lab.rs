//! The projects as devices of the lab: each passes, and one that verifies nothing is caught.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use super::{
    arduino::{self, Board, ESP32, ESP8266},
    bench::{Protocol, USER, says_in_time},
    linux_c, rust,
};
use crate::{
    lab::round::{Lab, Said},
    support::{certgrab, real},
};

/// How long the lab waits for a program that is being compiled, in seconds.
const WAIT: &str = "60";

/// From one look at whether a round is over to the next.
const LOOK: Duration = Duration::from_millis(20);

/// How long a sketch may pause, in milliseconds, where a board waits for seconds.
const PAUSE: (&str, &str) = ("LONGEST_DELAY_MS", "5");

const BOTH: [Protocol; 2] = [Protocol::Mqtt, Protocol::Https];

/// A lab, and a project that is made for it.
struct Bench {
    lab: Lab,
    folder: PathBuf,
    _ca: TempDir,
}

impl Bench {
    /// `certgrab new` connects to another lab of the same CA: here each connection is a case.
    fn new(project: &str, protocol: Protocol) -> Self {
        let ca = TempDir::new().expect("a folder");
        let directory = format!("--dir={}", ca.path().display());
        let emit = format!("--emit={}=lab_ca.h", emitted(project));
        let lab = Lab::start(&["--wait", WAIT, &directory, &emit]);
        let other = Lab::start(&["--cases", "sound-again", &directory]);
        let scheme = if protocol == Protocol::Mqtt { "mqtts" } else { "https" };
        certgrab()
            .args(["new", project, &format!("{scheme}://localhost:{}", lab.port()), "project"])
            .args([format!("--roots={}", ca.path().join("ca.pem").display())])
            .args([format!("--connect=127.0.0.1:{}", other.port())])
            .in_folder(lab.folder())
            .succeeds();
        let folder = lab.folder().join("project");
        Self { lab, folder, _ca: ca }
    }
}

/// The format that the project reads: the lab knows its TLS library by it.
fn emitted(project: &str) -> &str {
    match project {
        "arduino-esp32" => "arduino",
        "arduino-esp8266" => "esp8266",
        "micropython" => "micropython",
        "rust-host" => "rust-anchor",
        _ => "c",
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

/// The device did what a sound one does, and sent what it is to send.
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

/// A sketch connects again and again by itself.
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

/// The client in C, once for each connection.
fn c_client(lab: Lab, folder: &Path) -> Said {
    lab.meets(|_| {
        let mut program = Command::new("./client");
        program.current_dir(folder).env("MQTT_USER", USER.0).env("MQTT_PASSWORD", USER.1);
        program
    })
}

#[test]
fn the_sketch_for_the_esp32_passes_the_lab() {
    sketch(&ESP32);
}

#[test]
fn the_sketch_for_the_esp8266_passes_the_lab() {
    sketch(&ESP8266);
}

#[test]
fn the_c_client_for_linux_passes_the_lab_and_is_caught_if_it_verifies_nothing() {
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
fn the_client_in_rust_passes_the_lab() {
    for protocol in BOTH {
        let bench = Bench::new("rust-host", protocol);
        let program = rust::build(&bench.folder);
        let said = bench.lab.lasts_while(|_| match protocol {
            // It waits longer after each failure, and is started again instead.
            Protocol::Mqtt => drop(says_in_time(&mut rust::client(&program), "; again in ")),
            Protocol::Https => drop(rust::client(&program).output().expect("the client")),
        });
        has_passed("rust-host", protocol, &said);
    }
}

#[test]
fn the_module_for_micropython_passes_the_lab() {
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
