//! What the lab writes before a device connects, and what remains if it refuses.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use tempfile::TempDir;

use super::command::round;
use super::round::Lab;
use crate::support::{Pki, certgrab};

/// Every path below `folder`, sorted.
fn all_in(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path())
    {
        all.push(entry.display().to_string());
        if entry.is_dir() {
            all.extend(all_in(&entry));
        }
    }
    all.sort();
    all
}

#[test]
fn a_refused_lab_leaves_no_files() {
    let other = Pki::root("Plant Root").leaf("plc.test");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = format!("127.0.0.1:{}", taken.local_addr().expect("an address").port());
    let free = "127.0.0.1:0";
    for (words, file, code, expected) in [
        (&["--listen", free][..], Some("lab/ca.pem"), 4, "expected an anchor of `certgrab lab`"),
        (&["--listen", free, "--emit", "c=new/deep/ca.h"], Some("lab/ca.pem"), 4, "lab/ca.pem"),
        (&["--listen", free, "--emit", "c=new/ca.h"], Some("new/ca.h"), 4, "new/ca.h"),
        (&["--listen", free, "--emit", "json"], None, 2, "`certgrab formats`"),
        (&["--listen", free, "--report", "json=ca.pem"], Some("ca.pem"), 4, "ca.pem"),
        (&["--listen", &taken], None, 4, "cannot listen on 127.0.0.1:"),
        (&["--listen", free, "--forward", "mqtt://127.0.0.1:1"], None, 3, "cannot forward to"),
        (&["--listen", free, "--expect", "known.json"], None, 4, "cannot read known.json"),
        (&["--listen", free], Some("lab/secret.json"), 4, "is not a file of certgrab lab"),
    ] {
        let folder = TempDir::new().expect("a folder");
        if let Some(file) = file {
            let place = folder.path().join(file);
            fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
            // Only certificates may be replaced by constants.
            let text = fs::read_to_string(other.root_file()).expect("a certificate");
            let text = if file.ends_with(".h") { "int main(void);\n".to_owned() } else { text };
            fs::write(place, text).expect("a file");
        }
        let before = all_in(folder.path());
        let run = certgrab().args(["lab", "--wait", "1"]).args(words).in_folder(folder.path());
        let outcome = run.fails_with(code);
        assert!(outcome.err().contains(expected), "{words:?}: {}", outcome.err());
        assert_eq!(all_in(folder.path()), before, "{words:?}");
    }
}

/// The command in the comment of a generated file.
fn command(text: &str) -> Vec<String> {
    let command = text.split_once("`certgrab ").expect("a command").1.split('`').next();
    command.expect("an end").split(' ').map(str::to_owned).collect()
}

#[test]
fn the_command_in_an_anchor_of_the_lab_reproduces_it() {
    for words in [
        &["--listen", "127.0.0.1:0"][..],
        &["--listen", "127.0.0.1:0", "--dir", "bench/lab", "--name", "LAB_CA"],
        &["--listen", "127.0.0.1:0", "--host", "broker.lan"],
    ] {
        let folder = TempDir::new().expect("a folder");
        let run = |words: &[&str]| {
            certgrab().args(words).args(["--wait", "1"]).in_folder(folder.path()).fails_with(3)
        };
        let emits = ["--emit", "c=ca.h", "--emit", "lock=ca.lock"];
        run(&[&["lab"], words, &emits].concat());
        for file in ["ca.h", "ca.lock"] {
            let place = folder.path().join(file);
            let text = fs::read_to_string(&place).expect("a file");
            let again = command(&text);
            assert_eq!(again[0], "lab", "{again:?}");
            fs::remove_file(&place).expect("no file");
            let filled: Vec<_> = again
                .iter()
                .map(|word| word.replace("FILE", file).replace("ADDR", "127.0.0.1"))
                .collect();
            run(&filled.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(fs::read_to_string(&place).expect("a file"), text, "{again:?}");
        }
        // Its lock gets a warning, and its facts are right.
        let check = certgrab().args(["check", "--offline", "--quiet", "ca.lock"]);
        let found = check.in_folder(folder.path()).fails_with(5).out();
        let codes: Vec<_> = found.lines().filter_map(|line| line.split_once(" [")).collect();
        let codes: Vec<_> = codes.into_iter().map(|(_, code)| code).collect();
        assert_eq!(codes, ["expires-soon]", "lab-anchor]"], "{found}");
    }
}

#[test]
fn the_default_lab_reproduces_its_anchor_without_options() {
    let folder = TempDir::new().expect("a folder");
    let words = ["lab", "--wait", "1", "--emit", "arduino=ca.h"];
    let outcome = certgrab().args(words).in_folder(folder.path()).ends();
    // Another test may take the port.
    if outcome.code() == 3 {
        let text = fs::read_to_string(folder.path().join("ca.h")).expect("a header");
        let expected = "Regenerate: `certgrab lab --emit arduino=FILE`\n";
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn a_sarif_result_points_to_the_anchor_of_the_device() {
    let folder = TempDir::new().expect("a folder");
    let report = folder.path().join("lab.sarif").display().to_string();
    let report = format!("--report=sarif={report}");
    let cases = ["--cases", "expired", "--stack", "rustls", &report];
    for (emit, expected) in
        [(None, "lab/ca.pem"), (Some("--emit=c=include/lab ca.h"), "include/lab%20ca.h")]
    {
        let words: Vec<_> = cases.iter().copied().chain(emit).collect();
        let said = round(Lab::start(&words), false);
        assert_eq!(said.code, 1, "{}", said.out);
        let text = fs::read_to_string(folder.path().join("lab.sarif")).expect("a report");
        let log: serde_sarif::sarif::Sarif = serde_json::from_str(&text).expect("SARIF");
        let results = log.runs[0].results.as_ref().expect("results");
        assert!(!results.is_empty(), "{text}");
        for result in results {
            let place = &result.locations.as_ref().expect("a location")[0].physical_location;
            let place = place.as_ref().expect("a place in a file");
            let file = place.artifact_location.as_ref().and_then(|file| file.uri.as_deref());
            assert_eq!(file, Some(expected));
            assert_eq!(place.region.as_ref().and_then(|region| region.start_line), Some(1));
        }
    }
}
