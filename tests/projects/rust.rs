//! The projects in Rust, built by cargo from the crates that are already on this machine.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    time::SystemTime,
};

use super::bench::{Bench, Protocol, USER, new, pki, says_in_time};
use crate::support::{Server, real};

/// Cargo in `folder`, offline, with the versions on this machine. All projects share one folder of built
/// crates, so only the first builds them.
fn cargo(folder: &Path, verb: &str) -> Command {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"));
    // A second build has a lock file, which is this one without unused crates.
    if !folder.join("Cargo.lock").exists() {
        fs::copy(ours.join("Cargo.lock"), folder.join("Cargo.lock")).expect("a lock file");
    }
    // Cargo identifies the packages of this folder by name only, and all are called `client`: sources older
    // than the last build would count as built.
    for entry in fs::read_dir(folder.join("src")).expect("sources") {
        let file = fs::File::options().append(true).open(entry.expect("a source").path());
        file.and_then(|file| file.set_modified(SystemTime::now())).expect("a new time");
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(folder).args([verb, "--offline", "--quiet", "--target-dir"]);
    cargo.arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("scratch"));
    cargo
}

/// Builds the project in `folder`; returns its program.
#[track_caller]
pub(super) fn build(folder: &Path) -> PathBuf {
    // They are built one after the other and moved out.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock();
    let output = cargo(folder, "build").output().expect("cargo");
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !printed.contains("warning"), "{printed}");
    let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scratch/debug/client");
    let program = folder.join("client");
    fs::copy(built, &program).expect("the program");
    program
}

/// The program with its environment; errors are part of its output.
pub(super) fn client(program: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" 2>&1"]).arg(program);
    command.env("MQTT_CLIENT_ID", "d1").env("MQTT_USER", USER.0).env("MQTT_PASSWORD", USER.1);
    command
}

#[test]
fn the_rust_client_publishes_and_refuses_for_each_reason() {
    if !real::program("mosquitto") || !real::program("mosquitto_pub") {
        return;
    }
    let mut bench = Bench::new("rust-host", Protocol::Mqtt);
    let program = build(&bench.folder());
    // More than 127 bytes, so that the packet's length has two.
    let message = "x".repeat(200);
    bench.retain("devices/d1/command", &message);
    says_in_time(&mut client(&program), &format!("devices/d1/command: {message}"));
    bench.has_published("d1", "devices/d1/heartbeat");

    bench.change_the_password();
    says_in_time(&mut client(&program), "the broker refuses the connection: CONNACK 5");
    bench.change_the_name();
    let wrong = "invalid peer certificate: certificate not valid for name \"localhost\"";
    says_in_time(&mut client(&program), wrong);
    bench.change_the_root();
    says_in_time(&mut client(&program), "invalid peer certificate: UnknownIssuer");
}

#[test]
fn the_rust_client_gets_a_page_and_refuses_other_servers() {
    if !real::program("openssl") {
        return;
    }
    let mut bench = Bench::new("rust-host", Protocol::Https);
    let program = build(&bench.folder());
    let run = |expected, code| {
        let output = client(&program).output().expect("the program");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains(expected), "{expected}: {said}");
        assert_eq!(output.status.code(), Some(code));
    };
    run("HTTP/1.0 200 ok\r\n", 0);
    bench.change_the_name();
    run("invalid peer certificate: certificate not valid for name \"localhost\"", 1);
    bench.change_the_root();
    run("invalid peer certificate: UnknownIssuer", 1);
}

#[test]
fn one_variable_chooses_the_version_of_esp_idf() {
    let folder = tempfile::tempdir().expect("a folder");
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| fs::read_to_string(ours.join(name)).expect("a file");
    let config = read("templates/project/esp-idf-rust/cargo-config.toml.tmpl");
    // Its target and toolchain are Espressif's; its environment works for any.
    let environment = &config[config.find("[env]").expect("an environment")..];
    for (name, text) in [
        (
            "Cargo.toml",
            "[package]\nname = \"client\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n",
        ),
        ("src/main.rs", "fn main() { print!(\"{}\", env!(\"ESP_IDF_VERSION\")) }\n"),
        (".cargo/config.toml", environment),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let version = |chosen: Option<&str>| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(folder.path()).args(["run", "--offline", "--quiet"]);
        cargo.env_remove("ESP_IDF_VERSION").envs(chosen.map(|one| ("ESP_IDF_VERSION", one)));
        let output = cargo.output().expect("cargo");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    assert_eq!(version(None), "v5.5.5");
    assert_eq!(version(Some("v5.4.4")), "v5.4.4");
    for kind in ["mqtt", "https"] {
        let page = read(&format!("templates/project/esp-idf-rust/{kind}/README.md"));
        assert!(
            page.contains("v5.5.5")
                && page.contains("`ESP_IDF_VERSION=v5.4.4 cargo run --release`")
        );
    }
}

/// No type check against ESP-IDF, which no registry has: `firmware/` compares the declarations with the sources
/// of esp-idf-svc.
#[test]
fn the_rust_app_for_esp_idf_compiles_against_its_declarations() {
    let pki = pki("Plant Root");
    let server = Server::presenting(&pki);
    for scheme in ["mqtts", "https"] {
        new("esp-idf-rust", scheme, server.port(), &pki).succeeds();
        let folder = pki.file("project");
        // The names of Espressif's target and toolchain.
        for name in [".cargo", "rust-toolchain.toml"] {
            let path = folder.join(name);
            if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
                .expect(name);
        }
        let script = fs::read_to_string(folder.join("build.rs")).unwrap();
        let own = script.replace("    embuild::espidf::sysenv::output();\n", "");
        assert_ne!(own, script);
        fs::write(folder.join("build.rs"), own).unwrap();
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
        for shows_certificate in [false, true] {
            if shows_certificate {
                fs::write(folder.join("certs/device.pem"), "certificate").unwrap();
                fs::write(folder.join("certs/device.key"), "key").unwrap();
            }
            let output = check();
            let message = String::from_utf8_lossy(&output.stderr);
            let is_clean = output.status.success() && !message.contains("warning");
            assert!(is_clean, "{scheme} {shows_certificate}: {message}");
        }
        // The files are read only if they exist.
        fs::remove_file(folder.join("certs/device.key")).unwrap();
        assert!(!check().status.success());
        fs::remove_file(folder.join("certs/device.pem")).unwrap();
        assert!(check().status.success());

        let main = folder.join("src/main.rs");
        let text = fs::read_to_string(&main).unwrap();
        assert!(text.contains("server_certificate: Some("), "{text}");
        fs::write(main, text.replace("server_certificate: Some(", "server_cert: Some(")).unwrap();
        assert!(!check().status.success());
        fs::remove_dir_all(folder).unwrap();
    }
}
