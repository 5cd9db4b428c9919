//! Real clients as devices, sound and unsound: each gets the right verdict, case by case.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::round::{Lab, Said};
use super::rows;
use crate::differential::mbedtls_36;
use crate::support::real;

const NO_VERIFICATION: &str = "FAULT: the device accepts every certificate\n";
const NO_NAME: &str = "FAULT: the device does not check the name: it accepts certificates of hosts\n    other than localhost\n";
const ONE_KEY: &str = "FAULT: the device checks only the server's key: ";

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/clients")
}

/// The folder of the built devices; `None` if a part is missing.
fn built() -> Option<&'static Path> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    let build = || {
        let programs = ["make", "cc", "go", "javac"];
        let headers =
            ["bearssl.h", "gnutls/gnutls.h", "mbedtls/ssl.h", "openssl/ssl.h", "wolfssl/ssl.h"];
        if !programs.iter().all(|name| real::program(name))
            || !headers.iter().all(|name| real::header(name))
        {
            return None;
        }
        let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/lab");
        fs::create_dir_all(&out).expect("a folder");
        let mut make = Command::new("make");
        make.args(["-s", "-C"]).arg(sources()).arg(format!("OUT={}", out.display()));
        assert!(make.status().expect("make").success(), "the devices are built");
        Some(out)
    };
    BUILT.get_or_init(build).as_deref()
}

/// `PROGRAM [FIRST...] MODE PORT ANCHOR`.
fn device(lab: &Lab, program: &Path, first: &[&str], mode: &str) -> Command {
    let mut command = Command::new(program);
    command.args(first).args([mode, &lab.port().to_string(), &lab.anchor()]);
    command
}

/// A sound device: it passes, with its row of verdicts.
fn is_sound(name: &str, said: &Said) {
    assert_eq!(said.code, 0, "{name}: {}{}", said.err, said.out);
    rows::is_known(name, said);
    assert!(!said.out.contains("FAULT"), "{name}: {}", said.out);
}

/// An unsound device: it fails for this cause only, with its row of verdicts.
fn fails_for(name: &str, said: &Said, cause: &str) {
    assert_eq!(said.code, 1, "{name}: {}{}", said.err, said.out);
    rows::is_known(name, said);
    let is_sent =
        |line: &&str| line.starts_with("FAULT: the device sent its password or token to ");
    let faults: Vec<_> = said
        .out
        .lines()
        .filter(|line| line.starts_with("FAULT"))
        .filter(|one| !is_sent(one))
        .collect();
    assert_eq!(faults.len(), 1, "{name}: {}", said.out);
    assert!(said.out.contains(cause), "{name}: expected {cause}, found {}", said.out);
    // The report says that a password arrived but does not show it.
    assert!(said.out.lines().any(|line| is_sent(&line)), "{name}: {}", said.out);
}

/// Runs a device of `target/lab` in each of its modes: sound with its row, then unsound with the cause.
fn in_c(name: &str, unsound: &[(&str, &str)]) {
    in_folder(built(), name, unsound);
}

/// The same for a program in `folder`, if there is one.
fn in_folder(folder: Option<&Path>, name: &str, unsound: &[(&str, &str)]) {
    let Some(folder) = folder else { return };
    let program = folder.join(name);
    let run = |mode| Lab::start(&[]).meets(|lab| device(lab, &program, &[], mode));
    is_sound(name, &run("sound"));
    for (mode, cause) in unsound {
        fails_for(&format!("{name} {mode}"), &run(mode), cause);
    }
}

#[test]
fn openssl_is_judged_correctly_if_it_compares_names_late() {
    in_c("openssl", &[("none", NO_VERIFICATION), ("nohost", NO_NAME)]);
    let Some(folder) = built() else { return };
    let late = Lab::start(&[]).meets(|lab| device(lab, &folder.join("openssl"), &[], "late"));
    is_sound("openssl late", &late);
    let expected = "wrong-host            closed after the handshake without data\n";
    assert!(late.out.contains(expected), "{}", late.out);
}

/// The unsound modes of the device with mbedTLS.
const MBEDTLS_UNSOUND: [(&str, &str); 3] =
    [("none", NO_VERIFICATION), ("optional", NO_VERIFICATION), ("nohost", NO_NAME)];

#[test]
fn mbedtls_is_judged_correctly() {
    in_c("mbedtls", &MBEDTLS_UNSOUND);
}

/// The device over mbedTLS 3.6, with and without dates.
fn newer_mbedtls() -> Option<&'static Path> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    let build = || {
        let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/lab");
        fs::create_dir_all(&out).expect("a folder");
        for name in ["mbedtls-3.6", "mbedtls-3.6-notime"] {
            let [headers, library] = mbedtls_36(name)?;
            let mut cc = Command::new("cc");
            cc.args(["-O1", "-w", "-I"]).arg(headers).arg("-o").arg(out.join(name));
            let status = cc.arg(sources().join("mbedtls.c")).arg(library).status();
            assert!(status.expect("cc").success(), "the device over {name} is built");
        }
        Some(out)
    };
    BUILT.get_or_init(build).as_deref()
}

#[test]
fn mbedtls_3_6_is_judged_correctly_with_and_without_dates() {
    for name in ["mbedtls-3.6", "mbedtls-3.6-notime"] {
        in_folder(newer_mbedtls(), name, &MBEDTLS_UNSOUND);
    }
}

#[test]
fn bearssl_and_its_esp8266_engines_are_judged_correctly() {
    let unsound = [("insecure", NO_VERIFICATION), ("knownkey", ONE_KEY), ("nohost", NO_NAME)];
    in_c("bearssl", &unsound);
}

#[test]
fn wolfssl_is_judged_correctly() {
    in_c("wolfssl", &[("none", NO_VERIFICATION), ("nohost", NO_NAME)]);
}

#[test]
fn gnutls_is_judged_correctly() {
    in_c("gnutls", &[("none", NO_VERIFICATION), ("nohost", NO_NAME)]);
}

#[test]
fn go_is_judged_correctly() {
    in_c("go", &[("none", NO_VERIFICATION), ("nohost", NO_NAME)]);
}

#[test]
fn java_is_judged_correctly() {
    let Some(folder) = built() else { return };
    let folder = folder.display().to_string();
    let first = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", &folder, "Device"];
    let run =
        |mode: &str| Lab::start(&[]).meets(|lab| device(lab, Path::new("java"), &first, mode));
    is_sound("java", &run("sound"));
    fails_for("java none", &run("none"), NO_VERIFICATION);
    fails_for("java nohost", &run("nohost"), NO_NAME);
}

#[test]
fn cpython_is_judged_correctly() {
    if !real::program("/usr/bin/python3") {
        return;
    }
    let script = sources().join("device.py").display().to_string();
    let python = Path::new("/usr/bin/python3");
    let run = |mode: &str| Lab::start(&[]).meets(|lab| device(lab, python, &[&script], mode));
    is_sound("python", &run("sound"));
    fails_for("python none", &run("none"), NO_VERIFICATION);
    fails_for("python nohost", &run("nohost"), NO_NAME);
}

#[test]
fn micropython_is_judged_correctly() {
    if !real::program("micropython") {
        return;
    }
    let script = sources().join("device.py").display().to_string();
    let program = Path::new("micropython");
    let run = |mode: &str| Lab::start(&[]).meets(|lab| device(lab, program, &[&script], mode));
    is_sound("micropython", &run("sound"));
    fails_for("micropython none", &run("none"), NO_VERIFICATION);
}

#[test]
fn paho_is_judged_correctly() {
    let has = Command::new("python3").args(["-c", "import paho.mqtt.client"]).output();
    if !has.is_ok_and(|output| output.status.success()) {
        return real::skip("paho-mqtt for python3");
    }
    let script = sources().join("mqtt_paho.py").display().to_string();
    let python = Path::new("python3");
    let run = |mode: &str| Lab::start(&[]).meets(|lab| device(lab, python, &[&script], mode));
    is_sound("paho", &run("sound"));
    fails_for("paho none", &run("none"), NO_VERIFICATION);
    fails_for("paho insecure", &run("insecure"), NO_NAME);
}

#[test]
fn mosquitto_passes_and_with_insecure_fails_on_names() {
    if !real::program("mosquitto_pub") {
        return;
    }
    let run = |version: &str, more: &[&str]| {
        Lab::start(&[]).meets(|lab| {
            let mut command = Command::new("mosquitto_pub");
            let port = lab.port().to_string();
            command.args(["-h", "localhost", "-p", &port, "--cafile", &lab.anchor()]);
            command.args(["-t", "t", "-m", "m", "-u", "user", "-P", "secret-word", "-V", version]);
            command.args(more);
            command
        })
    };
    let sound = run("mqttv5", &[]);
    is_sound("mosquitto_pub", &sound);
    // Every number in OpenSSL's ClientHello has a name.
    assert!(sound.out.contains("SCSV") && !sound.out.contains("0x"), "{}", sound.out);
    assert!(sound.out.contains("sent MQTT 5 with user and password\n"), "{}", sound.out);
    let unsound = run("mqttv311", &["--insecure"]);
    fails_for("mosquitto_pub --insecure", &unsound, NO_NAME);
    assert!(!unsound.out.contains("secret-word") && !unsound.err.contains("secret-word"));
}

#[test]
fn curl_passes_and_with_k_fails() {
    if !real::program("curl") {
        return;
    }
    let run = |more: &[&str]| {
        Lab::start(&[]).meets(|lab| {
            let mut command = Command::new("curl");
            command.args(["-s", "--max-time", "8", "--cacert", &lab.anchor(), "-u", "user:secret"]);
            command
                .args(more)
                .arg(format!("https://localhost:{}/firmware?token=hidden", lab.port()));
            command
        })
    };
    let sound = run(&[]);
    is_sound("curl", &sound);
    let expected = "sent GET /firmware with a secret\n";
    assert!(sound.out.contains(expected) && !sound.out.contains("hidden"), "{}", sound.out);
    fails_for("curl -k", &run(&["-k"]), NO_VERIFICATION);
}

#[test]
fn s_client_fails_unless_it_stops_on_errors_and_checks_names() {
    if !real::program("openssl") {
        return;
    }
    let run = |more: &str| {
        Lab::start(&[]).meets(|lab| {
            let mut command = Command::new("sh");
            let (port, anchor) = (lab.port(), lab.anchor());
            command.arg("-c").arg(format!(
                "(printf hello; sleep 0.1) | timeout 8 openssl s_client -quiet -connect localhost:{port} \
                 -servername localhost -CAfile {anchor} {more}"
            ));
            command
        })
    };
    let sound = run("-verify_return_error -verify_hostname localhost");
    assert_eq!(sound.code, 0, "{}", sound.out);
    rows::is_known("s_client -verify_return_error -verify_hostname", &sound);
    for (more, cause) in [("", NO_VERIFICATION), ("-verify_return_error", NO_NAME)] {
        let said = run(more);
        assert_eq!(said.code, 1, "{more}: {}", said.out);
        assert!(said.out.contains(cause), "{more}: {}", said.out);
        rows::is_known(format!("s_client {more}").trim(), &said);
    }
}
