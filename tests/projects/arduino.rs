//! The sketches, compiled unchanged for this machine over `tests/arduino`, and run.

use std::{
    fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use super::bench::{Bench, Protocol, USER, says_in_time, succeed};
use crate::{
    differential::mbedtls_36,
    support::{Server, real},
};

/// A board, its TLS library, and its messages for a wrong root, name or clock.
pub(super) struct Board {
    pub(super) name: &'static str,
    libraries: &'static [&'static str],
    untrusted: &'static str,
    misnamed: &'static str,
    early: &'static str,
    /// The text before the reason, for MQTT and for HTTPS.
    failed: [&'static str; 2],
}

/// mbedTLS has one code for both, -0x2700.
const UNVERIFIED: &str = "tls -9984: X509 - Certificate verification failed";

pub(super) const ESP32: Board = Board {
    name: "esp32",
    libraries: &["-lmbedtls", "-lmbedx509", "-lmbedcrypto"],
    untrusted: UNVERIFIED,
    misnamed: UNVERIFIED,
    early: "the server's certificate has expired or is not valid yet, by this clock",
    failed: ["", ""],
};

pub(super) const ESP8266: Board = Board {
    name: "esp8266",
    libraries: &["-lbearssl"],
    untrusted: "tls 62: BR_ERR_X509_NOT_TRUSTED",
    misnamed: "tls 56: BR_ERR_X509_BAD_SERVER_NAME",
    early: "tls 54: BR_ERR_X509_EXPIRED",
    failed: ["mqtt state -2; ", "http -1; "],
};

impl Board {
    pub(super) fn is_there(&self) -> bool {
        let header = if self.name == "esp32" { "mbedtls/ssl.h" } else { "bearssl.h" };
        real::header(header)
            && ["g++", "openssl", "mosquitto", "mosquitto_pub"].into_iter().all(real::program)
    }

    /// The project, with its secrets filled in as its README says.
    fn bench(&self, protocol: Protocol) -> Bench {
        let bench = Bench::new(&format!("arduino-{}", self.name), protocol);
        fill_in_secrets(&bench.folder(), protocol);
        bench
    }

    pub(super) fn compile(&self, folder: &Path) {
        self.compile_with(folder, &[], self.libraries);
    }

    /// The same with `options` first, and with other libraries.
    fn compile_with(&self, folder: &Path, options: &[&str], libraries: &[&str]) {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let shim = |part: &str| tests.join("arduino").join(part);
        let mut compiler = Command::new("g++");
        compiler.args(["-std=gnu++17", "-Wall", "-Wextra", "-Werror", "-Wno-unused-variable"]);
        compiler.args(options).args(["-DARDUINO=10819", "-include", "Arduino.h", "-o", "sketch"]);
        let pem = tests.join("formats/clients");
        for folder in [shim("core"), shim(self.name), shim("libraries"), pem.clone()] {
            compiler.arg("-I").arg(folder);
        }
        compiler.args([Path::new("-x"), Path::new("c++"), Path::new("src/sketch.ino")]);
        compiler.arg(shim("core/core.cpp"));
        if self.name == "esp8266" {
            succeed(
                Command::new("gcc")
                    .args(["-c", "-o", "bearssl_pem.o"])
                    .arg(pem.join("bearssl_pem.c")),
                folder,
            );
            compiler.args(["-x", "none", "bearssl_pem.o"]);
        }
        succeed(compiler.args(libraries), folder);
    }

    fn connects_by_mqtt(&self) {
        if !self.is_there() {
            return;
        }
        let mut bench = self.bench(Protocol::Mqtt);
        let folder = bench.folder();
        self.compile(&folder);
        let sketch =
            |expected: &str| says_in_time(&mut Command::new(folder.join("sketch")), expected);
        let topic = |kind: &str| format!("devices/{}/{kind}", self.name);
        // More than the default buffer of PubSubClient, 256 bytes.
        let command = format!("light up{}", " and shine".repeat(30));
        bench.retain(&topic("command"), &command);
        sketch(&format!("{}: {command}", topic("command")));
        bench.has_published(self.name, &topic("heartbeat"));
        bench.change_the_password();
        // 5: not authorized (MQTT 3.1.1 section 3.2.2.3), without a TLS error.
        assert!(sketch("mqtt state 5").ends_with("mqtt state 5"));
        bench.change_the_root();
        assert!(
            sketch(self.untrusted).starts_with(&format!("{}{}", self.failed[0], self.untrusted))
        );
        bench.change_the_name();
        sketch(self.misnamed);
    }

    fn gets_a_page(&self) {
        if !self.is_there() {
            return;
        }
        let mut bench = self.bench(Protocol::Https);
        let folder = bench.folder();
        self.compile(&folder);
        let sketch =
            |expected: &str| says_in_time(&mut Command::new(folder.join("sketch")), expected);
        sketch("waiting for the time from pool.ntp.org");
        sketch("status 200");
        // A board without a clock: the certificates are of future years.
        let place: PathBuf = folder.join("src/sketch.ino");
        let text = fs::read_to_string(&place).unwrap();
        fs::write(&place, text.replace("  setClock();\n", "")).unwrap();
        self.compile(&folder);
        sketch(&format!("{}{}", self.failed[1], self.early));
        fs::write(&place, text).unwrap();
        self.compile(&folder);
        bench.change_the_root();
        sketch(&format!("{}{}", self.failed[1], self.untrusted));
        bench.change_the_name();
        sketch(&format!("{}{}", self.failed[1], self.misnamed));
    }
}

/// Writes secrets.h of the project in `folder`, as its README says.
pub(super) fn fill_in_secrets(folder: &Path, protocol: Protocol) {
    let source = folder.join("src");
    let example = fs::read_to_string(source.join("secrets.example.h")).unwrap();
    let filled = example
        .replace("USER = nullptr", &format!("USER = {:?}", USER.0))
        .replace("PASSWORD = nullptr", &format!("PASSWORD = {:?}", USER.1));
    assert_eq!(filled != example, protocol == Protocol::Mqtt);
    fs::write(source.join("secrets.h"), filled).unwrap();
}

#[test]
fn the_esp32_sketch_publishes_and_refuses_for_each_reason() {
    ESP32.connects_by_mqtt();
}

#[test]
fn the_esp8266_sketch_publishes_and_refuses_for_each_reason() {
    ESP8266.connects_by_mqtt();
}

#[test]
fn the_esp32_sketch_gets_a_page_and_refuses_other_servers() {
    ESP32.gets_a_page();
}

#[test]
fn the_esp8266_sketch_gets_a_page_and_refuses_other_servers() {
    ESP8266.gets_a_page();
}

#[test]
fn the_esp32_sends_no_password_to_an_expired_broker() {
    if !ESP32.is_there() {
        return;
    }
    let mut bench = ESP32.bench(Protocol::Mqtt);
    let folder = bench.folder();
    ESP32.compile(&folder);
    bench.let_the_certificate_expire();
    says_in_time(&mut Command::new(folder.join("sketch")), ESP32.early);
    assert!(!bench.log().contains("New client connected"), "{}", bench.log());
    assert!(bench.log().contains("New connection"), "{}", bench.log());
}

/// The version and the settings of mbedTLS in Arduino-ESP32 3.x.
#[test]
fn the_esp32_sketch_checks_dates_that_mbedtls_does_not() {
    if !ESP32.is_there() {
        return;
    }
    let Some([headers, library]) = mbedtls_36("mbedtls-3.6-notime") else { return };
    let mut bench = ESP32.bench(Protocol::Mqtt);
    let folder = bench.folder();
    let library = library.display().to_string();
    let options = ["-I", &headers.display().to_string()];
    ESP32.compile_with(&folder, &options, &["-x", "none", &library]);
    let sketch = |expected: &str| says_in_time(&mut Command::new(folder.join("sketch")), expected);
    bench.retain("devices/esp32/command", "light up");
    sketch("devices/esp32/command: light up");
    bench.let_the_certificate_expire();
    sketch(ESP32.early);
    bench.change_the_root();
    sketch(ESP32.untrusted);
    bench.change_the_name();
    sketch(ESP32.misnamed);
}

#[test]
fn the_esp32_calls_what_is_not_tls_an_invalid_record() {
    if !ESP32.is_there() {
        return;
    }
    let bench = ESP32.bench(Protocol::Https);
    let folder = bench.folder();
    let server = Server::scripted("localhost", |mut stream, _| {
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let header = folder.join("src/server_root_ca.h");
    let text = fs::read_to_string(&header).unwrap();
    let moved =
        text.replace(&format!("_PORT = {};", bench.port()), &format!("_PORT = {};", server.port()));
    assert_ne!(moved, text);
    fs::write(header, moved).unwrap();
    ESP32.compile(&folder);
    let expected = "tls -29184: SSL - An invalid SSL record was received";
    says_in_time(&mut Command::new(folder.join("sketch")), expected);
}

#[test]
fn a_sketch_without_its_secrets_does_not_compile_and_says_what_to_copy() {
    if !ESP32.is_there() {
        return;
    }
    let bench = Bench::new("arduino-esp32", Protocol::Https);
    let output = Command::new("g++")
        .args(["-fsyntax-only", "-x", "c++", "src/sketch.ino"])
        .args(
            ["core", "esp32"]
                .map(|part| format!("-I{}/tests/arduino/{part}", env!("CARGO_MANIFEST_DIR"))),
        )
        .current_dir(bench.folder())
        .output()
        .expect("g++");
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(printed.contains("copy secrets.example.h to secrets.h and fill it in"), "{printed}");
}
