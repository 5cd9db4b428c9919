//! Small projects: each is written as people would, then built and run as far as it can be here.

mod rust;
mod zephyr;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::support::{
    Pki, Server, certgrab,
    real::{self, Listener},
    run::Run,
};

/// The projects, as they are listed.
const PROJECTS: [&str; 6] =
    ["linux-c", "rust-host", "arduino-esp32", "esp-idf-rust", "zephyr", "micropython"];

fn pki(name: &str) -> Pki {
    Pki::root(name).intermediate("Plant Issuing").leaf("localhost")
}

fn broker(pki: &Pki) -> Listener {
    let (chain, key) = (pki.chain_file(), pki.key_file());
    real::mosquitto(pki.folder(), |port| {
        format!(
            "listener {port} 127.0.0.1\ncertfile {}\nkeyfile {}\nallow_anonymous true\nuser root\n",
            chain.display(),
            key.display()
        )
    })
}

/// `certgrab new PROJECT mqtts://localhost:PORT project`, in the folder of the PKI.
fn new(project: &str, port: u16, pki: &Pki) -> Run {
    let target = format!("mqtts://localhost:{port}");
    certgrab()
        .args(["new", project, &target, "project", "--roots", "root.pem"])
        .args([format!("--connect=127.0.0.1:{port}")])
        .in_folder({
            pki.root_file();
            pki.folder()
        })
}

/// A project for a mosquitto of its own.
fn connecting(project: &str) -> (Pki, Listener, PathBuf) {
    let pki = pki("Plant Root");
    let broker = broker(&pki);
    new(project, broker.port(), &pki).succeeds();
    let folder = pki.file("project");
    (pki, broker, folder)
}

/// The same project, moved to a broker with another root: it must not connect.
fn distrust(folder: &Path, constants: &str, port: u16) -> (Pki, Listener) {
    let stranger = pki("Another Root");
    let other = broker(&stranger);
    let path = folder.join(constants);
    let text = fs::read_to_string(&path).unwrap();
    let moved = text.replace(&format!("= {port}"), &format!("= {}", other.port()));
    assert_ne!(moved, text);
    fs::write(path, moved).unwrap();
    (stranger, other)
}

fn run(program: &str, folder: &Path, arguments: &[&str]) -> Output {
    Command::new(program).current_dir(folder).args(arguments).output().expect(program)
}

#[track_caller]
fn shows(output: &Output, wanted: &str) {
    let text = [&output.stdout[..], &output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert!(text.contains(wanted), "{}: {text}", output.status);
}

#[test]
fn the_c_client_for_linux_connects_and_refuses_another_root() {
    if !real::header("mbedtls/ssl.h") || !real::program("mosquitto") || !real::program("make") {
        return;
    }
    let (_pki, broker, folder) = connecting("linux-c");
    let build = |folder: &Path| {
        let built =
            run("make", folder, &["CFLAGS=-Werror -Wpedantic", "-B", "-o", "server_root_ca.h"]);
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    };
    build(&folder);
    let output = run("./client", &folder, &[]);
    shows(&output, "CONNACK: the broker took the connection");
    assert!(output.status.success());

    let _other = distrust(&folder, "server_root_ca.h", broker.port());
    build(&folder);
    let output = run("./client", &folder, &[]);
    shows(&output, "The certificate is not correctly signed by the trusted CA");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn the_module_for_micropython_connects_and_refuses_another_root() {
    if !real::program("mosquitto") {
        return;
    }
    for (python, refusal) in [
        ("python3", "CERTIFICATE_VERIFY_FAILED"),
        ("micropython", "not correctly signed by the trusted CA"),
    ] {
        if !real::program(python) {
            continue;
        }
        let (_pki, broker, folder) = connecting("micropython");
        let output = run(python, &folder, &["main.py"]);
        shows(&output, "connected");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

        let _other = distrust(&folder, "server_root_ca.py", broker.port());
        let output = run(python, &folder, &["main.py"]);
        shows(&output, refusal);
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn the_sketch_for_the_esp32_compiles_against_the_declarations_of_its_libraries() {
    if !real::program("g++") {
        return;
    }
    let pki = pki("Plant Root");
    let server = Server::presenting(&pki);
    new("arduino-esp32", server.port(), &pki).succeeds();
    let shim = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/arduino");
    let compile = || {
        Command::new("g++")
            .args(["-fsyntax-only", "-std=gnu++17", "-Wall", "-Wextra", "-Werror"])
            .args(["-Wno-unused-variable", "-DARDUINO=10812", "-include", "Arduino.h", "-I"])
            .arg(&shim)
            .args(["-x", "c++", "src/sketch.ino"])
            .current_dir(pki.file("project"))
            .output()
            .expect("g++")
    };
    let output = compile();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let sketch = pki.file("project/src/sketch.ino");
    let text = fs::read_to_string(&sketch).unwrap();
    assert!(!text.contains("setInsecure"));
    fs::write(sketch, text.replace("tls.setCACert", "tls.setCaCert")).unwrap();
    assert!(!compile().status.success());
}

#[test]
fn every_project_passes_its_own_check_and_is_made_anew_from_its_lock() {
    for project in PROJECTS {
        let pki = pki("Plant Root");
        let server = Server::presenting(&pki);
        new(project, server.port(), &pki).succeeds().stdout("");
        let folder = pki.file("project");
        certgrab().args(["check"]).in_folder(&folder).succeeds();
        let told = certgrab().args(["sync", "--locked"]).in_folder(&folder).succeeds().err();
        assert!(told.starts_with("certgrab: unchanged: "), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
        let readme = fs::read_to_string(folder.join("README.md")).unwrap();
        assert!(readme.contains(&format!("# localhost:{}", server.port())), "{readme}");
        let commands = readme.split("```").nth(1).expect("the commands");
        assert_eq!(commands.lines().skip(1).count(), 3, "{commands}");
        assert!(commands.starts_with("sh\ncertgrab check "), "{commands}");
        // A second run changes nothing.
        let told = new(project, server.port(), &pki).succeeds().err();
        assert!(!told.contains("wrote"), "{told}");
    }
}

#[test]
fn a_project_leaves_alone_what_is_there_unless_it_is_told_to() {
    let pki = pki("Plant Root");
    let server = Server::presenting(&pki);
    let folder = pki.file("project");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("main.c"), "mine").unwrap();
    new("linux-c", server.port(), &pki).fails_with(4).stdout("").stderr(
        "certgrab: error: project/main.c is there and different\n\
         certgrab: hint: choose another folder, or replace it with `--force`\n",
    );
    assert_eq!(fs::read_to_string(folder.join("main.c")).unwrap(), "mine");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    new("linux-c", server.port(), &pki).args(["--force"]).succeeds();
    assert_ne!(fs::read_to_string(folder.join("main.c")).unwrap(), "mine");
}

#[test]
fn a_server_that_is_not_trusted_gets_no_project() {
    let stranger = pki("Another Root");
    let pki = pki("Plant Root");
    let server = Server::presenting(&stranger);
    new("linux-c", server.port(), &pki).fails_with(1).stdout("");
    assert!(!pki.file("project").exists());
}

#[test]
fn the_list_of_projects_says_what_is_proved_and_other_names_and_schemes_are_refused() {
    let list = certgrab().args(["new", "--list"]).succeeds().stderr("").out();
    let names: Vec<_> = list.lines().step_by(2).filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(names, PROJECTS);
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).unwrap();
    for (name, line) in names.iter().zip(list.lines().skip(1).step_by(2)) {
        let proof = line.trim().strip_prefix("proved: ").expect("what is proved");
        let is_row = |line: &str| {
            line.starts_with(&format!("| `{name}` | ")) && line.ends_with(&format!(" | {proof} |"))
        };
        assert!(readme.lines().any(is_row), "README.md: {name}: {proof}");
    }
    let told = certgrab().args(["new", "basic", "a.test", "x"]).fails_with(2).err();
    assert!(
        told.contains("no such project; there are linux-c, rust-host, arduino-esp32, "),
        "{told}"
    );
    certgrab().args(["new", "linux-c", "https://a.test", "x"]).fails_with(2).stderr(
        "certgrab: error: linux-c speaks MQTT over TLS, and not https\n\
         certgrab: hint: name the broker: `mqtts://HOST`\n",
    );
}
