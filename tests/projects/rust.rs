//! The projects in Rust, built by cargo from the crates that are here already.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Mutex,
    time::SystemTime,
};

use super::{pki, shows};
use crate::support::{
    Pki, certgrab,
    real::{self, Listener},
};

const USER: &str = "boiler";
const PASSWORD: &str = "its password";

/// A broker that takes only [`USER`].
fn broker(pki: &Pki) -> Listener {
    let (chain, key, passwords) = (pki.chain_file(), pki.key_file(), pki.file("passwords"));
    let mut make = Command::new("mosquitto_passwd");
    make.args(["-b", "-c"]).arg(&passwords).args([USER, PASSWORD]);
    assert!(make.output().expect("mosquitto_passwd").status.success());
    real::mosquitto(pki.folder(), |port| {
        format!(
            "listener {port} 127.0.0.1\ncertfile {}\nkeyfile {}\nuser root\n\
             allow_anonymous false\npassword_file {}\n",
            chain.display(),
            key.display(),
            passwords.display()
        )
    })
}

/// A web server with a page about its connections.
fn web_server(pki: &Pki) -> Listener {
    let (chain, key) = (pki.chain_file(), pki.key_file());
    Listener::start(|port| {
        let mut command = Command::new("openssl");
        command.args(["s_server", "-www", "-quiet", "-accept", &format!("127.0.0.1:{port}")]);
        command.arg("-cert").arg(&chain).arg("-cert_chain").arg(&chain).arg("-key").arg(&key);
        command
    })
}

/// `certgrab new PROJECT SCHEME://localhost:PORT project`, and its own check.
fn project(name: &str, scheme: &str, port: u16, pki: &Pki) -> PathBuf {
    pki.root_file();
    certgrab()
        .args(["new", name, &format!("{scheme}://localhost:{port}"), "project"])
        .args(["--roots", "root.pem", "--connect", &format!("127.0.0.1:{port}")])
        .in_folder(pki.folder())
        .succeeds();
    let folder = pki.file("project");
    certgrab().args(["check"]).in_folder(&folder).succeeds();
    folder
}

/// Cargo in `folder`, without a network, with the versions that are here already. All share one
/// folder of built crates, so that only the first builds them.
fn cargo(folder: &Path, verb: &str) -> Command {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"));
    // A second build has a lock file already, which is this one without what it does not need.
    if !folder.join("Cargo.lock").exists() {
        fs::copy(ours.join("Cargo.lock"), folder.join("Cargo.lock")).expect("a lock file");
    }
    // Cargo knows the packages of this folder by their names alone, and all are called `client`: what
    // is older than the last build would count as built.
    for entry in fs::read_dir(folder.join("src")).expect("sources") {
        let file = fs::File::options().append(true).open(entry.expect("a source").path());
        file.and_then(|file| file.set_modified(SystemTime::now())).expect("a new time");
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(folder).args([verb, "--offline", "--quiet", "--target-dir"]);
    cargo.arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("scratch"));
    cargo
}

/// Builds the project in `folder`; its program.
#[track_caller]
fn build(folder: &Path) -> PathBuf {
    // They are built one after the other and carried away.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock();
    let output = cargo(folder, "build").output().expect("cargo");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !told.contains("warning"), "{told}");
    let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scratch/debug/client");
    let program = folder.join("client");
    fs::copy(built, &program).expect("the program");
    program
}

/// Changes a constant, and builds anew.
#[track_caller]
fn rebuild(folder: &Path, from: &str, to: &str) -> PathBuf {
    let path = folder.join("src/server_root_ca.rs");
    let text = fs::read_to_string(&path).expect("constants");
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replace(from, to)).expect("a file");
    build(folder)
}

/// A program that ends with the value.
struct Running(Child);

impl Running {
    fn start(program: &Path) -> Self {
        let mut command = Command::new(program);
        command.env("MQTT_CLIENT_ID", "d1").env("MQTT_USER", USER).env("MQTT_PASSWORD", PASSWORD);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command.spawn().expect("the program starts"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn line(from: impl Read) -> String {
    let mut line = String::new();
    BufReader::new(from).read_line(&mut line).expect("text");
    line
}

/// Why the program does not connect: what it says first.
fn refusal(program: &Path) -> String {
    let mut running = Running::start(program);
    line(running.0.stderr.take().expect("standard error"))
}

/// One of mosquitto's own clients.
fn peer(name: &str, port: u16, pki: &Pki) -> Command {
    let mut command = Command::new(name);
    command.args(["-h", "localhost", "-p", &port.to_string(), "-u", USER, "-P", PASSWORD]);
    command.arg("--cafile").arg(pki.root_file());
    command
}

#[test]
fn the_client_in_rust_publishes_receives_and_refuses_another_root_and_another_name() {
    if !real::program("mosquitto") || !real::program("mosquitto_sub") {
        return;
    }
    let pki = pki("Plant Root");
    let broker = broker(&pki);
    let folder = project("rust-host", "mqtts", broker.port(), &pki);
    let program = build(&folder);

    let mut hear = peer("mosquitto_sub", broker.port(), &pki);
    hear.args(["-t", "devices/d1/heartbeat", "-C", "1", "-W", "30"]).stdout(Stdio::piped());
    let hear = hear.spawn().expect("mosquitto_sub");
    let mut running = Running::start(&program);
    let mut told = BufReader::new(running.0.stdout.take().expect("standard output")).lines();
    let mut next = || told.next().expect("a line").expect("text");
    assert_eq!(next(), format!("connected to localhost:{} as d1", broker.port()));
    let beat = hear.wait_with_output().expect("mosquitto_sub");
    assert!(String::from_utf8_lossy(&beat.stdout).starts_with("{\"beat\":"), "{beat:?}");
    // More than 127 bytes, so that the packet's length has two.
    let message = "x".repeat(200);
    let mut say = peer("mosquitto_pub", broker.port(), &pki);
    say.args(["-t", "devices/d1/command", "-m", &message]);
    assert!(say.status().expect("mosquitto_pub").success());
    assert_eq!(next(), format!("devices/d1/command: {message}"));
    drop(running);

    let moved = rebuild(&folder, "= \"localhost\"", "= \"127.0.0.1\"");
    let told = refusal(&moved);
    assert!(told.contains("invalid peer certificate: certificate not valid for name"), "{told}");

    let stranger = super::pki("Another Root");
    let other = super::broker(&stranger);
    rebuild(&folder, "= \"127.0.0.1\"", "= \"localhost\"");
    let (from, to) = (format!("= {};", broker.port()), format!("= {};", other.port()));
    let told = refusal(&rebuild(&folder, &from, &to));
    assert!(told.contains("invalid peer certificate: UnknownIssuer"), "{told}");
}

#[test]
fn the_client_in_rust_gets_a_page_and_refuses_another_root() {
    if !real::program("openssl") {
        return;
    }
    let pki = pki("Plant Root");
    let server = web_server(&pki);
    let folder = project("rust-host", "https", server.port(), &pki);
    let output = Command::new(build(&folder)).output().expect("the program");
    shows(&output, "HTTP/1.0 200 ok\r\n");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let stranger = super::pki("Another Root");
    let other = web_server(&stranger);
    let (from, to) = (format!("= {};", server.port()), format!("= {};", other.port()));
    let output = Command::new(rebuild(&folder, &from, &to)).output().expect("the program");
    shows(&output, "invalid peer certificate: UnknownIssuer");
    assert_eq!(output.status.code(), Some(1));
}

/// No type check against ESP-IDF itself, which no registry has: `firmware/` compares the declarations
/// with the sources of esp-idf-svc.
#[test]
fn the_application_for_esp_idf_in_rust_fits_the_declarations_of_esp_idf_svc() {
    let pki = pki("Plant Root");
    let server = crate::support::Server::presenting(&pki);
    for scheme in ["mqtts", "https"] {
        let folder = project("esp-idf-rust", scheme, server.port(), &pki);
        // What names Espressif's target and toolchain.
        for name in [".cargo", "rust-toolchain.toml", "build.rs"] {
            let path = folder.join(name);
            if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
                .expect(name);
        }
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let own = manifest
            .replace("esp-idf-svc = \"0.53\"", "esp-idf-svc = { path = \"esp-idf-svc\" }")
            .replace("[build-dependencies]\nembuild = \"0.33\"\n", "");
        assert_eq!(own.lines().count() + 2, manifest.lines().count());
        fs::write(folder.join("Cargo.toml"), own).unwrap();
        let declared = folder.join("esp-idf-svc");
        fs::create_dir_all(declared.join("src")).unwrap();
        fs::write(
            declared.join("Cargo.toml"),
            "[package]\nname = \"esp-idf-svc\"\nversion = \"0.53.0\"\nedition = \"2024\"\n",
        )
        .unwrap();
        let declarations = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/esp_idf_svc.rs");
        fs::copy(declarations, declared.join("src/lib.rs")).unwrap();

        let check = || {
            let mut cargo = cargo(&folder, "check");
            cargo.env("WIFI_SSID", "").env("WIFI_PASSWORD", "").env("DEVICE_NAME", "d1");
            cargo.output().expect("cargo")
        };
        let output = check();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !told.contains("warning"), "{scheme}: {told}");

        let main = folder.join("src/main.rs");
        let text = fs::read_to_string(&main).unwrap();
        assert!(text.contains("server_certificate: Some("), "{text}");
        fs::write(main, text.replace("server_certificate: Some(", "server_cert: Some(")).unwrap();
        assert!(!check().status.success());
        fs::remove_dir_all(folder).unwrap();
    }
}
