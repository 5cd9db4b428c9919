//! `certgrab verify`: chains in files, one or many, without a network.

use std::process::Command;

use crate::support::{Pki, certgrab, pki::pem_of, real};

#[test]
fn a_chain_in_a_file_is_judged_for_a_name_and_a_time() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let run = |host: &str, at: &str| {
        certgrab()
            .args(["verify", "--json", "--host", host, "--at", at, "--from"])
            .args([pki.chain_file()])
            .trusting(pki.root_file())
    };
    let document = run("plc.test", "2030-01-01").succeeds().json();
    assert_eq!(document["ok"], true);
    assert_eq!(document["anchor"]["subject"], "CN=Plant Root");
    let document = run("other.test", "2030-01-01").fails_with(1).json();
    assert_eq!(document["ok"], false);
    assert_eq!(document["error"]["kind"], "wrong_name");
    let document = run("plc.test", "2041-01-01").fails_with(1).json();
    assert_eq!(document["error"]["kind"], "expired");
}

#[test]
fn a_chain_is_read_from_pkcs7_in_any_encoding_and_order() {
    if !real::program("openssl") {
        return;
    }
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    // The certificates are written in the given order: here from the root.
    let reversed: Vec<_> = pki.chain().into_iter().rev().collect();
    std::fs::write(pki.file("reversed.pem"), pem_of(&reversed)).expect("a file");
    for (form, file) in [("PEM", "chain.p7b"), ("DER", "chain.p7c")] {
        let made = Command::new("openssl")
            .args(["crl2pkcs7", "-nocrl", "-outform", form, "-certfile"])
            .arg(pki.file("reversed.pem"))
            .arg("-out")
            .arg(pki.file(file))
            .status();
        assert!(made.expect("openssl runs").success());
        let document = certgrab()
            .args(["verify", "--json", "--host", "plc.test", "--at", "2030-01-01", "--from"])
            .args([pki.file(file)])
            .trusting(pki.root_file())
            .succeeds()
            .json();
        assert_eq!(document["anchor"]["subject"], "CN=Plant Root", "{form}");
        assert_eq!(document["presented"][0]["subject"], "CN=plc.test", "{form}");
    }
    let root = Command::new("openssl")
        .args(["crl2pkcs7", "-nocrl", "-certfile"])
        .arg(pki.root_file())
        .arg("-out")
        .arg(pki.file("root.p7b"))
        .status();
    assert!(root.expect("openssl runs").success());
    certgrab()
        .args(["verify", "--host", "plc.test", "--at", "2030-01-01", "--from"])
        .args([pki.chain_file()])
        .trusting(pki.file("root.p7b"))
        .succeeds();
}

#[test]
fn a_batch_escapes_the_id_and_names_line_and_field() {
    let lines = "{\"id\": \"a\u{202e}b\u{9b}31m\"}\n\n[1]\n{\"id\": 2,\n\
                 {\"id\": 3, \"leaf\": 7}\n{\"id\": 4, \"leaf\": \"\", \"roots\": [1]}\n";
    let out = certgrab().args(["verify", "--batch"]).reading(lines).succeeds().out();
    assert!(out.contains(r"a\u202eb\u009b31m"), "{out}");
    assert!(!out.contains(['\u{202e}', '\u{9b}']), "{out}");
    let answers: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers[0]["id"], "a\u{202e}b\u{9b}31m");
    let errors: Vec<_> = answers.iter().map(|one| one["error"].as_str().expect("words")).collect();
    let expected = [
        "line 1 has no `leaf`",
        "line 3 is not a JSON object",
        "line 4 is not JSON, at column 9",
        "line 5 has another type of `leaf`, expected a string",
        "line 6 has another type of `roots`, expected a list of strings",
    ];
    assert_eq!(errors, expected);
}

/// The error of `certgrab verify` for a chain that does not verify.
fn refusal_of(pki: &Pki, chain: &std::path::Path) -> String {
    certgrab()
        .args(["verify", "--host", "plc.test", "--at", "2030-01-01", "--from"])
        .args([chain])
        .trusting(pki.root_file())
        .fails_with(1)
        .err()
}

#[test]
fn a_certificate_with_a_damaged_extension_is_named() {
    let extension = |last: u64, content: &[u8]| {
        let mut made =
            rcgen::CustomExtension::from_oid_content(&[2, 5, 29, last], content.to_vec());
        made.set_criticality(true);
        made
    };
    let names = extension(17, &[0x30, 0x03, 0x82, 0x05, 0x61]);
    let pki = Pki::root("Plant Root")
        .intermediate("Plant Issuing")
        .changed(move |leaf| {
            leaf.subject_alt_names.clear();
            leaf.custom_extensions.push(names);
        })
        .leaf("plc.test");
    let printed = refusal_of(&pki, &pki.chain_file());
    assert!(printed.contains("`CN=plc.test` cannot be verified"), "{printed}");
    let pki = Pki::root("Plant Root")
        .intermediate_with("Plant Issuing", |params| {
            params.is_ca = rcgen::IsCa::NoCa;
            let content = [0x30, 0x06, 0x01, 0x01, 0xff, 0x02, 0x01, 0xff];
            params.custom_extensions.push(extension(19, &content));
        })
        .leaf("plc.test");
    let printed = refusal_of(&pki, &pki.chain_file());
    assert!(printed.contains("`CN=Plant Issuing` cannot be verified"), "{printed}");
}

#[test]
fn a_wrong_signature_names_no_other_root() {
    let pki = Pki::root("Plant Root")
        .changed(|leaf| leaf.use_authority_key_identifier_extension = true)
        .leaf("plc.test");
    let altered = crate::support::remade::replaced(
        pki.leaf_der(),
        &[0x02, 0x02, 0x10, 0x20],
        &[0x02, 0x02, 0x10, 0x21],
    );
    let file = pki.file("altered.pem");
    std::fs::write(&file, pem_of(&[altered.into()])).expect("a file");
    let printed = refusal_of(&pki, &file);
    let expected = "the signature on `CN=plc.test` is not valid for the key of `CN=Plant Root`";
    assert!(printed.contains(expected), "{printed}");
}

#[test]
fn no_conversion_is_advised_if_openssl_rejects_servers() {
    if !real::program("openssl") {
        return;
    }
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let trusted = pki.trusted_root_file("-addreject");
    let shown = trusted.display();
    certgrab()
        .args(["verify", "--host", "plc.test", "--at", "2030-01-01", "--from"])
        .args([pki.chain_file()])
        .trusting(&trusted)
        .fails_with(4)
        .stderr(&format!(
            "certgrab: error: block 1 of {shown} is a TRUSTED CERTIFICATE whose OpenSSL trust \
             settings reject it for TLS servers\n"
        ));
}

#[test]
fn a_batch_without_roots_is_an_error() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let line = serde_json::json!({
        "id": 1, "leaf": pem_of(&pki.path()[..1]), "intermediates": [pem_of(&pki.path()[1..])],
        "roots": [], "time": "2030-01-01T00:00:00Z", "host": "plc.test", "host_kind": "dns",
    });
    let answer = certgrab().args(["verify", "--batch"]).reading(line.to_string()).succeeds().json();
    assert_eq!(
        answer["error"],
        "the chain ends in the root `CN=Plant Root`, which is not in the empty store"
    );
}

#[test]
fn a_profile_departure_is_a_warning_or_with_strict_a_failure() {
    // rcgen adds no authorityKeyIdentifier to a leaf by default.
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let run = || {
        certgrab()
            .args(["verify", "--host", "plc.test", "--at", "2030-01-01", "--from"])
            .args([pki.chain_file()])
            .trusting(pki.root_file())
    };
    let what = "`CN=plc.test` has no authorityKeyIdentifier (RFC 5280 section 4.2.1.1)\n";
    run().succeeds().stderr(&format!("certgrab: warning: {what}"));
    run().args(["--strict"]).fails_with(1).stderr(&format!("certgrab: error: {what}"));
}

#[test]
fn a_batch_answers_every_line_and_survives_all() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let pem = |index: usize| pem_of(&pki.path()[index..=index]);
    let case = |id: &str, host: &str| {
        serde_json::json!({
            "id": id, "leaf": pem(0), "intermediates": [pem(1)], "roots": [pem(2)],
            "time": "2030-01-01T00:00:00Z", "host": host, "host_kind": "dns",
            "max_intermediates": null, "strict": false,
        })
    };
    let long = format!("\"{}\"", "a".repeat(17 * 1024 * 1024));
    let deep = "[".repeat(100_000);
    let lines = [
        case("good", "plc.test").to_string(),
        "{}".to_owned(),
        deep,
        long,
        "\u{1b}[31m".to_owned(),
        serde_json::json!({"id": 7, "leaf": "junk", "roots": ["junk"], "time": "2030-01-01",
            "host": "a.test"})
        .to_string(),
        serde_json::json!({"id": "nameless", "leaf": pem(0), "roots": [], "time": "2030-01-01"})
            .to_string(),
        case("wrong name", "other.test").to_string(),
        String::new(),
        "  \r".to_owned(),
        case("after blank lines", "plc.test").to_string(),
        serde_json::json!({"id": "odd", "leaf": 7}).to_string(),
    ];
    let outcome = certgrab().args(["verify", "--batch"]).reading(lines.join("\n")).succeeds();
    let answers: Vec<serde_json::Value> =
        outcome.out().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers.len(), 10, "{}", outcome.out());
    assert_eq!(answers[0]["ok"], true);
    assert_eq!(answers[0]["paths"][0].as_array().map(Vec::len), Some(3));
    assert_eq!(answers[0]["chosen"], 0);
    assert_eq!((&answers[8]["ok"], &answers[8]["id"]), (&true.into(), &"after blank lines".into()));
    assert_eq!((&answers[9]["ok"], &answers[9]["id"]), (&false.into(), &"odd".into()));
    for junk in &answers[1..5] {
        assert_eq!((&junk["ok"], &junk["id"]), (&false.into(), &serde_json::Value::Null));
    }
    assert_eq!(answers[5]["id"], 7);
    assert_eq!((&answers[6]["ok"], &answers[6]["id"]), (&false.into(), &"nameless".into()));
    let error = answers[6]["error"].as_str().unwrap_or_default();
    assert!(error.contains("the empty store does not have"), "{error}");
    assert_eq!(answers[7]["ok"], false);
}

#[test]
fn a_graph_of_64_certificates_is_searched_in_any_order() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let other = |number: usize| {
        let other = Pki::root("Other Root").intermediate(&format!("Other {number}"));
        pem_of(&other.leaf("other.test").path()[1..2])
    };
    let pem = |position: usize| pem_of(&pki.path()[position..=position]);
    let mut others: Vec<_> = (0..62).map(other).collect();
    for place in [0, 31, 62] {
        let mut graph = others.clone();
        graph.insert(place, pem(1));
        let case = serde_json::json!({
            "id": place, "leaf": pem(0), "intermediates": graph, "roots": [pem(2)],
            "time": "2030-01-01", "host": "plc.test", "strict": false,
        });
        let run = certgrab().args(["verify", "--batch"]).reading(case.to_string());
        let answer = run.succeeds().json();
        assert_eq!(answer["ok"], true, "{place}: {answer}");
    }
    others.extend([pem(1), other(62)]);
    let case = serde_json::json!({
        "id": 65, "leaf": pem(0), "intermediates": others, "roots": [pem(2)],
        "time": "2030-01-01", "host": "plc.test",
    });
    let answer = certgrab().args(["verify", "--batch"]).reading(case.to_string()).succeeds().json();
    assert_eq!(answer["error"], "the chain has more than 64 certificates");
}

#[test]
fn path_building_has_only_known_disagreements_with_limbo() {
    let Some(folder) = real::shared("limbo") else { return };
    if !real::program("python3") {
        return;
    }
    let known = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/limbo-known.txt");
    let output = Command::new("python3")
        .arg(folder.join("run_limbo.py"))
        .args(["--bulk", concat!(env!("CARGO_BIN_EXE_certgrab"), " verify --batch")])
        .arg("--suite")
        .arg(folder.join("limbo-core.compact.json.xz"))
        .args(["--show", "100", "--known", known])
        .output()
        .expect("python3 runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    let disagreeing: Vec<_> = text
        .lines()
        .filter(|line| line.trim_start().starts_with("false_"))
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    let listed = std::fs::read_to_string(known).expect("the list");
    let listed: Vec<_> = listed
        .lines()
        .filter_map(|line| line.split('#').next().map(str::trim))
        .filter(|id| !id.is_empty())
        .collect();
    for id in &listed {
        assert!(disagreeing.contains(id), "`{id}` agrees by now: take it off the list");
    }
    let theirs = std::fs::read_to_string(folder.join("known-webpki.txt")).expect("their list");
    assert!(listed.len() < theirs.lines().count());
}

#[test]
fn without_a_host_only_the_path_is_verified() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let verify = |at: &str, chain: &std::path::Path| {
        certgrab()
            .args(["verify", "--json", "--at", at, "--from"])
            .args([chain])
            .trusting(pki.root_file())
    };
    let document = verify("2030-01-01", &pki.chain_file()).succeeds().json();
    assert_eq!(document["ok"], true);
    assert_eq!(document["target"], serde_json::Value::Null);
    assert_eq!(document["anchor"]["subject"], "CN=Plant Root");
    assert_eq!(document["paths"][0]["valid"], true);
    let document = verify("2041-01-01", &pki.chain_file()).fails_with(1).json();
    assert_eq!(document["error"]["kind"], "expired");
    let alone = pki.file("leaf.pem");
    std::fs::write(&alone, pem_of(&pki.path()[..1])).expect("a file");
    let document = verify("2030-01-01", &alone).fails_with(1).json();
    assert_eq!(document["error"]["kind"], "missing_issuer");
    let shown = pki.chain_file().display().to_string();
    let out = certgrab()
        .args(["verify", "--stacks", "--at", "2030-01-01", "--from", &shown])
        .trusting(pki.root_file())
        .succeeds()
        .out();
    assert!(out.starts_with(&format!("{shown}: 2 certificates read\n")), "{out}");
    assert!(out.contains("\nrustls-aws               connects\n"), "{out}");
}

#[test]
fn a_stack_in_a_batch_gets_a_host_only_as_it_is_judged() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let (leaf, root) = (pem_of(&pki.path()[..1]), pem_of(&pki.path()[1..]));
    let answer = |host: &str| {
        let case = serde_json::json!({
            "id": 1, "leaf": leaf, "intermediates": [], "roots": [root], "time": "2030-01-01T00:00:00Z",
            "host": host, "stack": "openssl",
        });
        let run = certgrab().args(["verify", "--batch"]).reading(case.to_string());
        run.succeeds().json()
    };
    assert_eq!(answer("plc.test")["ok"], true);
    // OpenSSL does not ignore the full stop.
    let refused = answer("plc.test.");
    assert_eq!(refused["ok"], false);
    assert_eq!(
        refused["error"],
        "expected `plc.test`, since many TLS stacks compare a host as text"
    );
}

#[test]
fn a_batch_without_a_host_verifies_only_the_path() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let pem = |index: usize| pem_of(&pki.path()[index..=index]);
    let case = |host: Option<serde_json::Value>, kind: Option<&str>, sends_all: bool| {
        let sent = if sends_all { vec![pem(1)] } else { Vec::new() };
        let mut case = serde_json::json!({
            "id": 1, "leaf": pem(0), "intermediates": sent, "roots": [pem(2)],
            "time": "2030-01-01", "strict": false,
        });
        if let Some(host) = host {
            case["host"] = host;
        }
        if let Some(kind) = kind {
            case["host_kind"] = kind.into();
        }
        certgrab().args(["verify", "--batch"]).reading(case.to_string()).succeeds().json()
    };
    let null = || Some(serde_json::Value::Null);
    for answer in
        [case(None, None, true), case(null(), None, true), case(null(), Some("dns"), true)]
    {
        assert_eq!(answer["ok"], true, "{answer}");
        assert_eq!(answer["paths"][0].as_array().map(Vec::len), Some(3));
    }
    assert_eq!(case(None, None, false)["ok"], false);
    assert_eq!(case(Some("other.test".into()), None, true)["ok"], false);
    let mail = case(Some("a@plc.test".into()), Some("rfc822"), true);
    assert_eq!(mail, serde_json::json!({"id": 1, "skip": true}));
}
