//! The result of a round: known results, devices that send nothing, repeated cases.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use serde_json::Value;
use tempfile::TempDir;

use super::command::{meet, round, rustls_device};
use super::round::{Lab, Said};
use crate::support::{certgrab, real};

/// Three faulty cases in the order of the list.
const FAULTY: [&str; 4] = ["--cases", "expired,unknown-root,self-signed", "--stack", "rustls"];

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("a report")).expect("JSON")
}

/// One connection that completes the handshake, if the device accepts it, and sends nothing.
fn connect_without_data(port: u16, config: &Arc<ClientConfig>) -> bool {
    let Ok(socket) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    socket.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
    let name = ServerName::try_from("localhost").expect("a name");
    let client = ClientConnection::new(Arc::clone(config), name).expect("a client");
    let mut stream = StreamOwned::new(client, socket);
    let _ = stream.flush();
    while stream.conn.is_handshaking() && stream.conn.complete_io(&mut stream.sock).is_ok() {}
    stream.conn.send_close_notify();
    let _ = stream.flush();
    let _ = stream.read(&mut [0; 64]);
    true
}

fn in_silence(lab: Lab, is_sound: bool) -> Said {
    let config = rustls_device(&lab.anchor(), is_sound);
    let port = lab.port();
    while connect_without_data(port, &config) {}
    lab.ends()
}

#[test]
fn with_a_known_result_reports_count_only_differences() {
    let folder = TempDir::new().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let forms = ["json", "junit", "sarif"];
    let report = |form: &str, before: &str| {
        let path = file(&format!("{before}.{form}"));
        format!("--report={form}={}", path.display())
    };
    let expect = format!("--expect={}", file("first.json").display());
    let play = |name: &str, more: &[&str], is_sound: bool| {
        let reports = forms.map(|form| report(form, name));
        let mut words = [&FAULTY, more].concat();
        words.extend(reports.iter().map(String::as_str));
        round(Lab::start(&words), is_sound)
    };
    assert_eq!(play("first", &[], false).code, 1);
    assert_eq!(json(&file("first.json"))["differences"], Value::Null);
    assert_eq!(json(&file("first.sarif"))["runs"][0]["results"][0]["baselineState"], Value::Null);

    let same = play("same", &[&expect], false);
    assert_eq!(same.code, 0);
    // The text and the exit code agree.
    assert!(same.out.contains("as before: the device accepts every certificate\n"), "{}", same.out);
    assert!(!same.out.contains("FAULT") && !same.out.contains("warning"), "{}", same.out);
    assert_eq!(json(&file("same.json"))["findings"][0]["severity"], "note");
    let junit = fs::read_to_string(file("same.junit")).expect("a report");
    assert!(junit.contains("tests=\"5\" failures=\"0\" errors=\"0\""), "{junit}");
    assert_eq!(json(&file("same.json"))["differences"], serde_json::json!([]));
    let sarif = json(&file("same.sarif"));
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((&result["baselineState"], &result["level"]), (&"unchanged".into(), &"note".into()));

    assert_eq!(play("other", &[&expect], true).code, 1);
    let junit = fs::read_to_string(file("other.junit")).expect("a report");
    assert!(junit.contains("tests=\"5\" failures=\"3\" errors=\"0\""), "{junit}");
    let difference =
        serde_json::json!({ "case": "expired", "expected": ["failed"], "found": "passed" });
    assert_eq!(json(&file("other.json"))["differences"][0], difference);
    // A library default that is not in the known result is a fault like any other.
    let sound = format!("--expect={}", file("other.json").display());
    let new = ["--stack", "arduino-esp32", "--cases", "expired", &sound];
    let said = round(Lab::start(&new), false);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.out.contains("FAULT: the device does not check dates: "), "{}", said.out);
    let both = ["lab", "--strict", &expect];
    let outcome = certgrab().args(both).fails_with(2);
    assert!(
        outcome.err().contains("'--strict' cannot be used with '--expect"),
        "{}",
        outcome.err()
    );
}

#[test]
fn an_invalid_known_result_is_refused_at_the_start() {
    let folder = TempDir::new().expect("a folder");
    for (text, expected) in [
        ("{}", "expected schema 1, found null"),
        (r#"{"schema":1}"#, "expected `cases`, found none"),
        (r#"{"schema":1,"cases":[{"case":"sound"}]}"#, "expected a word as `verdict` of a case"),
        (
            r#"{"schema":1,"cases":[{"case":"new","verdict":"passed"}]}"#,
            "expected a case of `certgrab lab --list`, found `new`",
        ),
        (
            r#"{"schema":1,"cases":[{"case":"sound","verdict":"FAILED"}]}"#,
            "as the verdict of `sound`, found `FAILED`",
        ),
    ] {
        fs::write(folder.path().join("known.json"), text).expect("a file");
        let words = ["lab", "--listen", "127.0.0.1:0", "--expect", "known.json"];
        let outcome = certgrab().args(words).in_folder(folder.path()).fails_with(4);
        let err = outcome.err();
        assert!(err.contains("known.json is not a result of the lab: "), "{err}");
        assert!(err.contains(expected), "{err}");
    }
}

#[test]
fn a_silent_device_passes_only_if_it_refuses_faulty_servers() {
    let said = in_silence(Lab::start(&FAULTY), false);
    assert_eq!(said.code, 3, "{}", said.out);
    let expected = "\nthe device was not judged for: expired, unknown-root, self-signed\n";
    assert!(said.out.ends_with(expected), "{}", said.out);
    let said = in_silence(Lab::start(&[&FAULTY[..], &["--strict"]].concat()), false);
    assert_eq!(said.code, 1, "{}", said.out);
    let said = in_silence(Lab::start(&FAULTY), true);
    assert_eq!(said.code, 0, "{}", said.out);
}

#[test]
fn a_silent_device_is_undecided_for_every_library() {
    // An ESP32 with Arduino accepts expired certificates, and most libraries accept a name in the CN.
    for stack in [&["--stack", "arduino-esp32"][..], &[]] {
        let cases = ["--cases", "expired,cn-only,wrong-host"];
        let said = in_silence(Lab::start(&[&cases, stack].concat()), false);
        assert_eq!(said.code, 3, "{}", said.out);
        assert!(said.out.contains("\n2 of 5 cases passed, 3 undecided\n"), "{}", said.out);
        let expected =
            "warning: the device completes the handshake with 3 servers that it must refuse,\n";
        assert!(said.out.contains(expected), "{}", said.out);
    }
    let said = in_silence(Lab::start(&["--cases", "expired"]), false);
    let expected =
        "warning: the device completes the handshake with 1 server that it must refuse,\n";
    assert!(said.out.contains(expected), "{}", said.out);
}

#[test]
fn with_ports_a_silent_handshake_is_compared_with_sound_servers() {
    for (sends_to_sound, code, verdict) in [(true, 0, "passed    "), (false, 3, "undecided ")] {
        let lab = Lab::start(&["--ports", "--cases", "expired"]);
        let device = rustls_device(&lab.anchor(), false);
        let ports: Vec<_> = lab.ports().into_iter().map(|(port, _)| port).collect();
        // The faulty server is first.
        assert!(connect_without_data(ports[1], &device));
        for port in [ports[0], ports[2]] {
            assert!(if sends_to_sound {
                meet(port, &device)
            } else {
                connect_without_data(port, &device)
            });
        }
        let said = lab.ends();
        assert_eq!(said.code, code, "{}", said.out);
        let last = said.out.lines().rfind(|line| line.starts_with("2/3  ")).expect("its line");
        assert!(last.contains(&format!("{verdict}  expired ")), "{}", said.out);
    }
}

#[test]
fn strict_reports_accepted_by_default_as_a_fault() {
    let folder = TempDir::new().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let forms = ["json", "junit", "sarif"];
    let reports = forms.map(|form| format!("--report={form}={}", file(form).display()));
    let mut words = vec!["--cases", "expired", "--stack", "arduino-esp32"];
    assert_eq!(round(Lab::start(&words), false).code, 0);
    words.push("--strict");
    words.extend(reports.iter().map(String::as_str));
    let said = round(Lab::start(&words), false);
    assert_eq!(said.code, 1, "{}", said.out);
    let expected = "FAULT: the device does not check dates: it accepts expired certificates\n";
    assert!(said.out.contains(expected), "{}", said.out);
    assert!(said.out.ends_with("\nthe device FAILED\n"), "{}", said.out);
    let document = json(&file("json"));
    assert_eq!((&document["strict"], &document["result"]), (&true.into(), &"failed".into()));
    assert_eq!(document["findings"][0]["severity"], "error");
    let junit = fs::read_to_string(file("junit")).expect("a report");
    assert!(junit.contains("failures=\"1\"") && junit.contains("type=\"by-default\""), "{junit}");
    assert_eq!(json(&file("sarif"))["runs"][0]["results"][0]["level"], "error");
}

#[test]
fn the_worst_of_several_connections_to_a_port_counts() {
    let lab = Lab::start(&["--ports", "--cases", "expired", "--stack", "rustls"]);
    let ports: Vec<_> = lab.ports().into_iter().map(|(port, _)| port).collect();
    let [sound, unsound] = [true, false].map(|is_sound| rustls_device(&lab.anchor(), is_sound));
    for (place, device) in [(0, &sound), (1, &sound), (1, &unsound), (1, &sound), (2, &sound)] {
        assert!(meet(ports[place], device));
    }
    let said = lab.ends();
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.out.contains("2/3  passed      expired "), "{}", said.out);
    assert!(said.out.contains("2/3  FAILED      expired "), "{}", said.out);
    assert!(said.out.contains("\n2 of 3 cases passed, 1 failed\n"), "{}", said.out);
}

#[test]
fn a_repeated_case_is_named_once() {
    for case in ["unknown-root", "self-signed"] {
        let words = ["--cases", case, "--repeat", "2", "--stack", "rustls"];
        let said = round(Lab::start(&words), false);
        assert_eq!(said.code, 1, "{}", said.out);
        assert!(said.out.contains("FAULT: the device accepts every certificate\n"), "{}", said.out);
        assert!(said.out.contains(&format!("    shown by: {case}\n")), "{}", said.out);
        assert!(said.out.contains("\n4 of 6 cases passed, 2 failed\n"), "{}", said.out);
    }
}

#[test]
fn in_a_shared_folder_git_ignores_only_the_labs_files() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("main.c"), "int main(void) {}\n").expect("a file");
    let words = ["lab", "--wait", "1", "--listen", "127.0.0.1:0", "--dir", "."];
    certgrab().args(words).in_folder(folder.path()).fails_with(3);
    let ignored = fs::read_to_string(folder.path().join(".gitignore")).expect("a file");
    let is_ignored = |name: &str| match name.split_once('.') {
        Some((start, "pem")) if start.starts_with("rsa") => ignored.contains("/rsa*.pem\n"),
        _ => ignored.contains(&format!("/{name}\n")),
    };
    for entry in fs::read_dir(folder.path()).expect("the folder") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        assert_eq!(is_ignored(&name), name != "main.c", "{name}: {ignored}");
    }
    // An existing list keeps its lines and gets those of the lab.
    let folder = TempDir::new().expect("a folder");
    let list = folder.path().join(".gitignore");
    fs::write(&list, "build/\n/ca.pem").expect("a file");
    certgrab().args(words).in_folder(folder.path()).fails_with(3);
    let ignored = fs::read_to_string(list).expect("a file");
    assert_eq!(ignored, "build/\n/ca.pem\n/secret.json\n/rsa*.pem\n");
}

#[cfg(unix)]
#[test]
fn an_interrupted_round_writes_summary_and_reports() {
    for signal in ["-INT", "-TERM"] {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("lab.json");
        let lab = Lab::start(&[&format!("--report=json={}", path.display())]);
        let device = rustls_device(&lab.anchor(), true);
        for _ in 0..2 {
            assert!(meet(lab.port(), &device));
        }
        // The second is judged before it counts as played.
        std::thread::sleep(Duration::from_secs(1));
        lab.signals(signal);
        let said = lab.ends();
        assert_eq!(said.code, 130, "{signal}: {}{}", said.err, said.out);
        assert!(said.out.contains("\n2 of 49 cases passed\n"), "{}", said.out);
        assert!(
            said.out.contains("\nthe device did not connect for: same-name-root,"),
            "{}",
            said.out
        );
        assert_eq!(json(&path)["result"], "incomplete");
    }
}

#[test]
fn the_list_shows_named_cases_and_explains_wrong_addresses() {
    let list = certgrab().args(["lab", "--list", "--cases", "slow,sound"]).succeeds();
    let text = list.out();
    let names = text.lines().map(|line| line.split(' ').next().expect("a name"));
    assert_eq!(names.collect::<Vec<_>>(), ["sound", "slow"]);
    for (option, value, expected) in [
        ("--listen", "8883", "expected an address and a port, as in 192.168.1.5:8883"),
        ("--listen", "127.0.0.1:99999", "expected an address and a port"),
        ("--repeat", "0", "expected a whole number from 1 to 255"),
    ] {
        let outcome = certgrab().args(["lab", option, value]).fails_with(2);
        assert!(outcome.err().contains(expected), "{}", outcome.err());
    }
}

#[test]
fn a_slow_handshake_is_waited_for_beyond_wait() {
    let lab = Lab::start(&["--cases", "expired", "--wait", "2"]);
    let (port, config) = (lab.port(), rustls_device(&lab.anchor(), true));
    let socket = TcpStream::connect(("127.0.0.1", port)).expect("the lab listens");
    let name = ServerName::try_from("localhost").expect("a name");
    let mut client = ClientConnection::new(Arc::clone(&config), name).expect("a client");
    client.write_tls(&mut &socket).expect("a ClientHello");
    std::thread::sleep(Duration::from_secs(5));
    let mut stream = StreamOwned::new(client, socket);
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("a request");
    let _ = stream.read(&mut [0; 64]);
    let said = round(lab, true);
    assert_eq!(said.code, 0, "{}", said.out);
    assert!(
        said.out.starts_with("1/3  passed      sound                 sent GET /"),
        "{}",
        said.out
    );
}

#[test]
fn a_device_that_compares_an_address_as_a_name_passes() {
    if !real::program("mosquitto_pub") {
        return;
    }
    let words = ["--host", "127.0.0.1", "--cases", "address,wrong-host"];
    let said = Lab::start(&words).meets(|lab| {
        let mut command = Command::new("mosquitto_pub");
        command.args(["-h", "127.0.0.1", "-p", &lab.port().to_string(), "--cafile"]);
        command.arg(lab.anchor()).args(["-t", "t", "-m", "m"]);
        command
    });
    assert_eq!(said.code, 0, "{}", said.out);
    assert!(said.out.contains("\n4 of 4 cases passed\n"), "{}", said.out);
}

#[test]
fn a_device_that_verifies_no_address_is_advised_to_use_a_name() {
    // It verifies the server as localhost, so it refuses each case.
    let said = round(Lab::start(&["--host", "127.0.0.1", "--cases", "expired,p384"]), true);
    assert_eq!(said.code, 1, "{}", said.out);
    let text = said.out.replace("\n    ", " ");
    let expected =
        "a TLS stack that compares no address needs a name: start the lab with `--host NAME`";
    assert!(text.contains(expected), "{}", said.out);
    assert!(!text.contains("note: "), "limits of a device that connects: {}", said.out);
}
