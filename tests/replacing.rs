//! Files that a command may overwrite: only those without anything to lose.

use std::{fs, path::Path};

use crate::support::{Pki, Server, certgrab, pki::pem_of};

/// A folder with a chain and its root.
fn plant() -> Pki {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    fs::copy(pki.chain_file(), pki.file("c.pem")).unwrap();
    fs::copy(pki.root_file(), pki.file("r.pem")).unwrap();
    pki
}

/// Runs the command with the arguments in `line` in `folder`: its exit code and its output.
fn run(folder: &Path, line: &str) -> (i32, String) {
    let ran = certgrab().args(line.split(' ')).in_folder(folder).ends();
    (ran.code(), ran.err())
}

/// Private keys in their common forms, each with its name.
fn private_keys() -> Vec<(&'static str, Vec<u8>)> {
    let key = rcgen::KeyPair::generate().unwrap();
    let (pem, der) = (key.serialize_pem(), key.serialize_der());
    let hex: String = der.iter().map(|byte| format!("{byte:02x}")).collect();
    let colons: Vec<_> = der.iter().map(|byte| format!("{byte:02X}")).collect();
    let array: Vec<_> = der.iter().map(|byte| format!("0x{byte:02x}")).collect();
    let decimal: Vec<_> = der.iter().map(u8::to_string).collect();
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let utf_16 = |mark: &[u8], unit: fn(u16) -> [u8; 2]| {
        mark.iter().copied().chain(pem.encode_utf16().flat_map(unit)).collect::<Vec<u8>>()
    };
    let nested = "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1DNENBUUF3QlFZREsyVndCQ0lFSUE9PQ==";
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        ("PEM", text(&pem)),
        ("DER", der.clone()),
        ("Base64", text(&base64)),
        ("hexadecimal", text(&hex)),
        ("hexadecimal with colons", text(&colons.join(":"))),
        (
            "a C array",
            format!("static const uint8_t key[] = {{\n  {}\n}};\n", array.join(", ")).into(),
        ),
        ("an array in decimal", format!("key = [{}]\n", decimal.join(", ")).into()),
        ("UTF-16 LE", utf_16(b"\xff\xfe", u16::to_le_bytes)),
        ("UTF-16 BE", utf_16(b"\xfe\xff", u16::to_be_bytes)),
        ("UTF-16 without a mark", utf_16(b"", u16::to_le_bytes)),
        (
            "JWK",
            text("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\",\"d\":\"AAAA\"}\n"),
        ),
        (
            "JWK of RSA",
            text("{ \"kty\" : \"RSA\", \"n\": \"AA\", \"e\": \"AQAB\", \"d\": \"AAAA\" }\n"),
        ),
        ("JWKS", text("{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}\n")),
        (
            "PGP",
            text(
                "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlFgEZ\n-----END PGP PRIVATE KEY BLOCK-----\n",
            ),
        ),
        (
            "OpenSSH",
            text("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n"),
        ),
        (
            "SSH2",
            text(
                "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/5\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n",
            ),
        ),
        ("PuTTY", text("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n")),
        (
            "BIND",
            text("Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\nPrivateKey: AAAA\n"),
        ),
        (
            "WireGuard",
            text("[Interface]\nPrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\n"),
        ),
        (
            "XML",
            text(
                "<RSAKeyValue><Modulus>AA</Modulus><Exponent>AQAB</Exponent><D>AAAA</D></RSAKeyValue>",
            ),
        ),
        (
            "age",
            text(
                "# created: 2026-01-01\nAGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ\n",
            ),
        ),
        ("a Secret of Kubernetes", format!("kind: Secret\ndata:\n  tls.key: {nested}\n").into()),
        ("a certificate with its key", format!("{pem}{}", pem_of(&[])).into()),
    ]
}

#[test]
fn no_command_replaces_a_private_key_in_any_form() {
    let pki = plant();
    let grab = "plc.test --from c.pem --roots r.pem -q --emit";
    fs::write(pki.file("t.j2"), "{{ host }}\n").unwrap();
    for (form, key) in private_keys() {
        for line in [
            format!("{grab} pem=kept"),
            format!("{grab} c=kept"),
            format!("{grab} der=kept"),
            format!("{grab} json=kept"),
            format!("{grab} html=kept"),
            format!("{grab} lock=kept"),
            "plc.test --from c.pem --roots r.pem -q --template t.j2=kept".to_owned(),
            "convert c.pem --emit pem=kept".to_owned(),
            "check --offline c.pem --report json=kept".to_owned(),
            "check --offline c.pem --baseline kept --write-baseline".to_owned(),
        ] {
            fs::write(pki.file("kept"), &key).unwrap();
            let (code, said) = run(pki.folder(), &line);
            assert_eq!(code, 4, "{form}: {line}: {said}");
            let is_named = said.contains("kept would lose ");
            assert!(is_named && said.contains("certgrab: hint: "), "{form}: {line}: {said}");
            assert_eq!(fs::read(pki.file("kept")).unwrap(), key, "{form}: {line}");
        }
        fs::write(pki.file("certgrab.mk"), &key).unwrap();
        let (code, said) = run(pki.folder(), "integrate make --force");
        assert_eq!(code, 4, "{form}: {said}");
        assert!(said.contains("certgrab.mk would lose a private key\n"), "{form}: {said}");
        assert_eq!(fs::read(pki.file("certgrab.mk")).unwrap(), key, "{form}");
    }
}

#[test]
fn new_lab_and_sync_do_not_replace_a_private_key() {
    let pki = plant();
    let server = Server::presenting(&pki);
    let (port, address) = (server.port(), server.address());
    let key = "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n";
    let new = format!(
        "new linux-c mqtts://plc.test:{port} plc --force --connect {address} --roots r.pem"
    );
    fs::create_dir_all(pki.file("plc/certs")).unwrap();
    fs::create_dir(pki.file("lab")).unwrap();
    let manifest = format!(
        "[[target]]\nhost = \"plc.test:{port}\"\nconnect = \"{address}\"\nroots = \"r.pem\"\n\
         lock = \"l.pem\"\nemit = {{ c = \"ca.h\" }}\n"
    );
    fs::write(pki.file("certgrab.toml"), manifest).unwrap();
    for (line, kept) in [
        (new.as_str(), "plc/Makefile"),
        (&new, "plc/certs/server.pem"),
        ("lab --dir lab --wait 1 --listen 127.0.0.1:0", "lab/ca.pem"),
        ("lab --dir lab --wait 1 --listen 127.0.0.1:0 --emit c=x.h", "x.h"),
        ("lab --dir lab --wait 1 --listen 127.0.0.1:0 --report json=x.json", "x.json"),
        ("lab --dir lab --wait 1 --listen 127.0.0.1:0 --save-hello x.hello", "x.hello"),
        ("sync", "ca.h"),
        ("sync", "l.pem"),
    ] {
        fs::write(pki.file(kept), key).unwrap();
        let (code, said) = run(pki.folder(), line);
        assert_eq!(code, 4, "{line}: {said}");
        assert!(said.contains(&format!("{kept} would lose a private key")), "{line}: {said}");
        assert_eq!(fs::read_to_string(pki.file(kept)).unwrap(), key, "{line}");
        fs::remove_file(pki.file(kept)).unwrap();
    }
}

#[test]
fn emit_replaces_only_generated_files_and_certificates() {
    let pki = plant();
    let certificate = pem_of(std::slice::from_ref(pki.root_der()));
    let grab = |form: &str| {
        run(pki.folder(), &format!("plc.test --from c.pem --roots r.pem -q --emit {form}"))
    };
    let header = format!("#pragma once\nconst char* root_ca = R\"EOF(\n{certificate})EOF\";\n");
    let sketch = format!("{header}void setup() {{}}\n");
    let line = sketch.lines().count();
    let more = format!("certificates alone, found other code, line {line}\n");
    let second = format!("{header}{}", header.replace("root_ca", "spare_ca"));
    let other = "certificates alone, found other text\n";
    for (form, file, present, expected) in [
        ("c", "ca.h", header.as_str(), None),
        ("arduino", "ca.h", &header, None),
        ("pem", "ca.pem", &certificate, None),
        ("c", "ca.pem", &certificate, None),
        ("c", "ca.h", "\n \n", None),
        ("c", "ca.h", "\u{feff}", None),
        (
            "c",
            "ca.h",
            &format!("// Copyright 2024 Plant\n{header}"),
            Some("certificates alone, found a comment, line 1\n"),
        ),
        (
            "c",
            "ca.h",
            &format!("#ifdef ESP32\n{header}#endif\n"),
            Some("certificates alone, found a directive, line 1\n"),
        ),
        (
            "c",
            "ca.h",
            &second.replace("#pragma once\n", ""),
            Some(&format!("certificates alone, found another constant, line {}\n", line - 1)),
        ),
        ("c", "ca.h", "// the CA of the server, see README\n", None),
        ("pem", "ca.pem", "/* to be generated */\r\n", None),
        ("json", "report.json", "/* to be generated */\n", None),
        ("c", "ca.h", "/* one */ int x; /* two */\n", Some(other)),
        ("c", "ca.h", "// one\n// two\n", Some(other)),
        ("c", "main.ino", &sketch, Some(more.as_str())),
        ("c", "main.c", "int main(void) {\n    return 0;\n}\n", Some(other)),
        ("pem", "notes.txt", "remember the milk\n", Some(other)),
        ("python", "main.py", "import ssl\n", Some(other)),
        ("node", "main.js", "'use strict';\n", Some(other)),
        ("sha256", "notes.txt", "remember the milk\n", Some(other)),
        ("spki-pin", "notes.txt", "remember to buy milk, bread and four eggs===\n", Some(other)),
        (
            "json",
            "package.json",
            "{\"name\": \"certgrab\"}\n",
            Some("a report that certgrab wrote, found other text"),
        ),
        (
            "html",
            "index.html",
            "<!doctype html>\n<title>mine</title>\n",
            Some("a report that certgrab wrote, found other text"),
        ),
        ("json", "ca.pem", &certificate, Some("a report that certgrab wrote, found certificates")),
        (
            "pem",
            "certgrab.toml",
            "[[target]]\nhost = \"a\"\n",
            Some("certificates alone, found a certgrab manifest"),
        ),
    ] {
        fs::write(pki.file(file), present).unwrap();
        let (code, said) = grab(&format!("{form}={file}"));
        let content = fs::read_to_string(pki.file(file)).unwrap();
        match expected {
            None => {
                assert_eq!(code, 0, "{form}: {present}: {said}");
                assert!(content != present || form == "pem", "{form}: {present}");
            }
            Some(expected) => {
                assert_eq!(code, 4, "{form}: {present}: {said}");
                let hint =
                    "certgrab: hint: remove or rename that file first, or name another one\n";
                assert!(said.contains(&format!("{file} is not replaced: expected ")), "{said}");
                assert!(said.contains(expected) && said.ends_with(hint), "{said}");
                assert_eq!(content, present);
            }
        }
    }
    assert_eq!(grab("lock=l.pem").0, 0);
    let lock = fs::read_to_string(pki.file("l.pem")).unwrap();
    let (code, said) = grab("pem=l.pem");
    assert!(code == 4 && said.contains("certificates alone, found a certgrab lock\n"), "{said}");
    assert_eq!(fs::read_to_string(pki.file("l.pem")).unwrap(), lock);
}

#[test]
fn a_bundle_is_not_replaced_by_fewer_certificates() {
    let (pki, other) = (plant(), Pki::root("Other Root").leaf("other.test"));
    let bundle = pem_of(&[pki.root_der().clone(), other.root_der().clone()]);
    fs::write(pki.file("both.pem"), &bundle).unwrap();
    let header = format!("const char ca[] = R\"({bundle})\";\n");
    let handmade = [("pem", &bundle), ("c", &bundle), ("lock", &bundle), ("c", &header)];
    let handmade = handmade.map(|(form, text)| (form, Some(text)));
    let made = ["p7b", "esp-bundle", "esp-bundle-v1", "certs-ar", "sha256"];
    for (form, text) in handmade.into_iter().chain(made.map(|form| (form, None))) {
        let file = if text == Some(&header) { "kept.h" } else { "kept" };
        let emit = |of, form| run(pki.folder(), &format!("{of} -q --emit {form}={file}"));
        let both =
            if form == "lock" { "convert both.pem --host plc.test" } else { "convert both.pem" };
        match text {
            Some(text) => fs::write(pki.file(file), text).unwrap(),
            None => assert_eq!(emit(both, form).0, 0, "{form}"),
        }
        let before = fs::read(pki.file(file)).unwrap();
        let sentences = format!(
            "certgrab: error: {file} is not replaced: it has 2 certificates, and the new file fewer\n\
             certgrab: hint: remove or rename that file first, or name another one\n"
        );
        let refused = emit("plc.test --from c.pem --roots r.pem", form);
        assert_eq!(refused, (4, sentences), "{form}");
        assert_eq!(fs::read(pki.file(file)).unwrap(), before, "{form}");
        let (code, said) = emit(both, form);
        assert_eq!(code, 0, "{form}: {said}");
        fs::remove_file(pki.file(file)).unwrap();
    }
}

#[test]
fn what_editors_and_git_change_at_the_ends_of_lines_does_not_matter() {
    let pki = plant();
    let mut forms: Vec<_> = generated(&pki).into_iter().map(|(form, _)| form).collect();
    forms.extend(
        [
            "sha256",
            "sha1",
            "spki-pin",
            "p7b",
            "nvs",
            "shelly",
            "json-line",
            "text",
            "pem",
            "json",
            "html",
        ]
        .map(str::to_owned),
    );
    for form in forms {
        let line = format!("plc.test --from c.pem --roots r.pem -q --emit {form}=kept");
        assert_eq!(run(pki.folder(), &line).0, 0, "{form}");
        let made = fs::read_to_string(pki.file("kept")).unwrap();
        for changed in [
            format!("{made}\n"),
            made.trim_end().to_owned(),
            format!("\u{feff}{}", made.replace('\n', "\r\n")),
            made.replace('\n', " \n"),
        ] {
            fs::write(pki.file("kept"), &changed).unwrap();
            let (code, said) = run(pki.folder(), &line);
            assert_eq!(code, 0, "{form}: {said}\n{changed:?}");
        }
        fs::remove_file(pki.file("kept")).unwrap();
    }
}

#[test]
fn the_layout_of_python_and_yaml_counts() {
    let pki = plant();
    for (form, text) in generated(&pki) {
        let is_strict = text.starts_with('#');
        let changed = match text.find("\n    ") {
            Some(at) => format!("{}{}", &text[..at + 1], &text[at + 2..]),
            None => text.replace('"', "'"),
        };
        if changed == text {
            continue;
        }
        fs::write(pki.file("kept"), &changed).unwrap();
        let line = format!("plc.test --from c.pem --roots r.pem -q --emit {form}=kept");
        let (code, said) = run(pki.folder(), &line);
        assert_eq!(code, if is_strict { 4 } else { 0 }, "{form}: {said}\n{changed}");
    }
}

#[test]
fn every_format_replaces_its_file_of_another_server() {
    let (pki, other) = (plant(), Pki::root("Other Root").leaf("other.test"));
    fs::copy(other.chain_file(), pki.file("other.pem")).unwrap();
    fs::copy(other.root_file(), pki.file("other-root.pem")).unwrap();
    let formats = certgrab().args(["formats"]).succeeds().out();
    let names = formats.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    for name in names.filter(|name| !name.is_empty()) {
        let emit = |words: &str| run(pki.folder(), &format!("{words} -q --emit {name}=out"));
        let (code, said) = emit("other.test --from other.pem --roots other-root.pem");
        assert_eq!(code, 0, "{name}: {said}");
        let before = fs::read(pki.file("out")).unwrap();
        let (code, said) = emit("plc.test --from c.pem --roots r.pem");
        assert_eq!(code, 0, "{name}: {said}");
        let after = fs::read(pki.file("out")).unwrap();
        assert_ne!(after, before, "{name}");
        if let Ok(text) = String::from_utf8(after) {
            fs::write(pki.file("out"), text.replace('\n', "\r\n")).unwrap();
            let (code, said) = emit("other.test --from other.pem --roots other-root.pem");
            assert_eq!(code, 0, "{name} with line breaks of Windows: {said}");
        }
        fs::remove_file(pki.file("out")).unwrap();
    }
}

#[test]
fn a_report_replaces_only_a_report() {
    let pki = plant();
    let sketch = format!(
        "const char ca[] = R\"({})\";\nvoid setup() {{}}\n",
        pem_of(std::slice::from_ref(pki.root_der()))
    );
    let manifest = "[[target]]\nhost = \"plc.test\"\nlock = \"l.pem\"\n";
    assert_eq!(run(pki.folder(), "plc.test --from c.pem --roots r.pem -q --emit lock=l.pem").0, 0);
    let lock = fs::read_to_string(pki.file("l.pem")).unwrap();
    fs::create_dir(pki.file("src")).unwrap();
    let forms = ["text", "json", "sarif", "junit", "github", "prometheus", "cyclonedx", "html"];
    for (file, present) in [
        ("certgrab.toml", manifest),
        ("l.pem", &lock),
        ("src/main.ino", &sketch),
        ("src/ca.h", sketch.lines().next().unwrap()),
        ("notes.txt", "remember the milk\n"),
        ("data.json", "{\"schema\": 1}\n"),
    ] {
        fs::write(pki.file(file), present).unwrap();
        for form in forms {
            for line in [
                format!("check --offline r.pem --report {form}={file}"),
                format!("check --offline src --report {form}={file}"),
            ] {
                let (code, said) = run(pki.folder(), &line);
                assert_eq!(code, 4, "{line}: {said}");
                let start = format!(
                    "certgrab: error: {file} is not replaced: expected a report that certgrab wrote, found "
                );
                assert!(said.contains(&start), "{line}: {said}");
                assert_eq!(fs::read_to_string(pki.file(file)).unwrap(), present, "{line}");
            }
        }
        let (code, said) =
            run(pki.folder(), &format!("check --offline src --baseline {file} --write-baseline"));
        assert_eq!(code, 4, "{file}: {said}");
        assert_eq!(fs::read_to_string(pki.file(file)).unwrap(), present);
    }
    // A file by certgrab in any format is replaced.
    for before in forms {
        for after in forms {
            for (form, input) in [(before, "src"), (after, "r.pem"), (before, "src")] {
                let line = format!("check --offline {input} -q --report {form}=report");
                let (code, said) = run(pki.folder(), &line);
                assert!(code != 4, "{before} {after}: {said}");
            }
        }
    }
    let baseline = "check --offline src --baseline report --write-baseline";
    assert_eq!(run(pki.folder(), baseline), (0, String::new()));
    assert_eq!(run(pki.folder(), &baseline.replace("src", "r.pem")), (0, String::new()));
}

#[test]
fn output_of_a_template_replaces_output_of_that_template() {
    let (pki, other) = (plant(), Pki::root("Other Root").leaf("other.test"));
    fs::copy(other.chain_file(), pki.file("other.pem")).unwrap();
    fs::copy(other.root_file(), pki.file("other-root.pem")).unwrap();
    let template = "#pragma once\n// the CA of {{ host | comment }}\n// Checksum: {{ checksum }}\nstatic const char *ca =\n  \"{{ pem | literal }}\";\n";
    fs::write(pki.file("t.j2"), template).unwrap();
    let make =
        |words: &str, file: &str| run(pki.folder(), &format!("{words} -q --template t.j2={file}"));
    let ours = "plc.test --from c.pem --roots r.pem";
    let (code, said) = make("other.test --from other.pem --roots other-root.pem", "ca.h");
    assert_eq!(code, 0, "{said}");
    let before = fs::read(pki.file("ca.h")).unwrap();
    let (code, said) = make(ours, "ca.h");
    assert_eq!(code, 0, "{said}");
    assert_ne!(fs::read(pki.file("ca.h")).unwrap(), before);
    // A changed value is kept, and so is the output of a template without a checksum.
    let made = fs::read_to_string(pki.file("ca.h")).unwrap();
    fs::write(pki.file("ca.h"), made.replace("*ca =", "*root =")).unwrap();
    let (code, said) = make(ours, "ca.h");
    assert_eq!(code, 4, "{said}");
    fs::write(pki.file("ca.h"), made.replace("// Checksum", "int port;\n// Sum")).unwrap();
    let (code, said) = make(ours, "ca.h");
    assert_eq!(code, 4, "{said}");
    let hint = "certgrab: hint: remove that file first; with a comment `Checksum: {{ checksum }}` in \
                the template, certgrab replaces its output while nobody changes it\n";
    assert!(said.ends_with(hint), "{said}");
    let main = "#pragma once\n#include \"x.h\"\n\nint main(void) {\n    return 0;\n}\n";
    fs::write(pki.file("main.c"), main).unwrap();
    let (code, said) = make(ours, "main.c");
    assert_eq!(code, 4, "{said}");
    let expected_words = "main.c is not replaced: expected a file with the checksum of certgrab, or certificates alone, found other text\n";
    assert!(said.contains(expected_words), "{said}");
    assert_eq!(fs::read_to_string(pki.file("main.c")).unwrap(), main);
    // Data and the boundaries of a certificate occur in all kinds of files.
    fs::write(pki.file("t.j2"), "// mine {{ name }}\n{{ pem }}").unwrap();
    let certificate = fs::read_to_string(pki.root_file()).unwrap();
    for (name, content) in [
        ("hex.txt", "8f3c".repeat(16) + "\n"),
        ("random.txt", "q83vEjRWeJq83vEjRWeJq80=\n".repeat(40)),
        ("token.py", format!("TOKEN=\"abc\"\n{certificate}")),
        ("note.pem", format!("# for the old boards\n{certificate}")),
    ] {
        fs::write(pki.file(name), &content).unwrap();
        let (code, said) = make(ours, name);
        assert_eq!(code, 4, "{name}: {said}");
        assert_eq!(fs::read_to_string(pki.file(name)).unwrap(), content);
    }
}

#[test]
fn the_lab_does_not_replace_another_ca() {
    let pki = plant();
    fs::create_dir(pki.file("certs")).unwrap();
    fs::copy(pki.root_file(), pki.file("certs/ca.pem")).unwrap();
    let before = fs::read(pki.file("certs/ca.pem")).unwrap();
    let (code, said) = run(pki.folder(), "lab --dir certs --wait 1 --listen 127.0.0.1:0");
    assert_eq!(code, 4, "{said}");
    let expected_words =
        "certs/ca.pem is not replaced: expected an anchor of `certgrab lab`, found certificates\n";
    assert!(said.contains(expected_words), "{said}");
    assert_eq!(fs::read(pki.file("certs/ca.pem")).unwrap(), before);
}

#[test]
fn the_lab_keeps_its_anchor_with_a_ca_that_the_user_added() {
    let pki = plant();
    let lab = "lab --dir lab --wait 1 --listen 127.0.0.1:0";
    assert_eq!(run(pki.folder(), lab).0, 3);
    let file = pki.file("lab/ca.pem");
    let both = fs::read_to_string(&file).unwrap() + &fs::read_to_string(pki.root_file()).unwrap();
    fs::write(&file, &both).unwrap();
    let (code, said) = run(pki.folder(), lab);
    assert_eq!(code, 4, "{said}");
    assert_eq!(fs::read_to_string(&file).unwrap(), both);
}

#[test]
fn sync_keeps_a_bundle_that_its_lock_does_not_have() {
    let (pki, other) = (plant(), Pki::root("Other Root").leaf("other.test"));
    let server = Server::presenting(&pki);
    let manifest = |file: &str| {
        let (port, address) = (server.port(), server.address());
        let text = format!(
            "[[target]]\nhost = \"plc.test:{port}\"\nconnect = \"{address}\"\nroots = [\"r.pem\"]\n\
             lock = \"ca.lock\"\nemit = {{ pem = \"{file}\" }}\n"
        );
        fs::write(pki.file("certgrab.toml"), text).unwrap();
    };
    manifest("ca.pem");
    assert_eq!(run(pki.folder(), "sync -q"), (0, String::new()));
    let bundle = pem_of(&[pki.root_der().clone(), other.root_der().clone()]);
    fs::write(pki.file("bundle.pem"), &bundle).unwrap();
    manifest("bundle.pem");
    for line in ["sync -q", "sync -q --locked"] {
        let (code, said) = run(pki.folder(), line);
        assert_eq!(code, 4, "{line}: {said}");
        assert!(said.contains("it has 2 certificates, and the new file fewer"), "{line}: {said}");
        assert_eq!(fs::read_to_string(pki.file("bundle.pem")).unwrap(), bundle);
    }
}

/// A file of every format, as certgrab writes it, each with its name and the start of a comment.
fn generated(pki: &Pki) -> Vec<(String, String)> {
    let formats = certgrab().args(["formats"]).succeeds().out();
    let names = formats.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let of_form = |name: &str| {
        let line = format!("plc.test --from c.pem --roots r.pem -q --emit {name}=made");
        assert_eq!(run(pki.folder(), &line).0, 0, "{name}");
        let made = fs::read(pki.file("made")).unwrap();
        fs::remove_file(pki.file("made")).unwrap();
        let text = String::from_utf8(made).ok().filter(|text| text.contains("Generated by"));
        text.map(|text| (name.to_owned(), text))
    };
    // An HTML report is not a device format: any other report replaces it.
    names.filter(|name| !name.is_empty() && *name != "html").filter_map(of_form).collect()
}

#[test]
fn a_generated_file_with_additions_is_not_replaced() {
    let pki = plant();
    let forms = generated(&pki);
    assert!(forms.len() > 30, "{}", forms.len());
    let additions = [
        "void setup() { WiFi.begin(); }\n",
        "#define LED_PIN 4\n",
        "#include \"secrets.h\"\n",
        "const char* password = \"hunter2\";\n",
        "static const char wifi_key[] = \"q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80=\";\n",
        "remember: the milk\n",
        "import os\n",
        "reboot\n",
        "static const unsigned char K[16] = { 0xde, 0xad, 0xbe, 0xef };\n",
        "# ask Ann before you change this\n",
        "/* ask Ann before you change this */\n",
    ];
    for (number, (form, text)) in forms.into_iter().enumerate() {
        let is_looked_at_closely = ["c", "python", "node", "rust", "capath"].contains(&&*form);
        for (index, added) in additions.into_iter().enumerate() {
            if !is_looked_at_closely && index % 4 != number % 4 {
                continue;
            }
            // XML comments have empty lines.
            let between = text.replacen("\n\n", &format!("\n\n{added}"), 1);
            let is_between = between != text && !text.contains("<!--");
            for content in
                [format!("{text}{added}")].into_iter().chain(is_between.then_some(between))
            {
                fs::write(pki.file("kept"), &content).unwrap();
                for other in
                    [form.as_str(), "c", "pem"].into_iter().take(if index == 0 { 3 } else { 1 })
                {
                    let line =
                        format!("plc.test --from c.pem --roots r.pem -q --emit {other}=kept");
                    let (code, said) = run(pki.folder(), &line);
                    assert_eq!(code, 4, "{form}: {line}: {added}: {said}");
                    let start = "kept is not replaced: expected a file that certgrab wrote";
                    assert!(said.contains(start), "{said}");
                    assert_eq!(fs::read_to_string(pki.file("kept")).unwrap(), content, "{line}");
                }
            }
        }
    }
}

#[test]
fn an_added_constant_or_comment_is_an_addition() {
    let pki = plant();
    for (form, added) in [
        ("c", "static const uint16_t PLC_TEST_ROOT_CA_PORT2 = 8884;\n"),
        ("c", "static const uint16_t PLC_TEST_ROOT_CA_PORT = 8884;\n"),
        ("arduino", "static const char PLC_TEST_ROOT_CA_HOST[] = \"plc.test\";\n"),
        ("python", "PLC_TEST_ROOT_CA_PORT = 8884\n"),
        ("env", "PLC_TEST_ROOT_CA_HOST=\"plc.test\"\n"),
        ("rust", "pub const PLC_TEST_ROOT_CA_PORT: u16 = 8884;\n"),
        ("micropython", "PLC_TEST_ROOT_CA_DER_2 = (\n)\n"),
        ("mbedtls", "static const unsigned char PLC_TEST_ROOT_CA_DER_2[] = { 1 };\n"),
        ("csharp", "const int Port = 8884;\n"),
        ("go", "const PLC_TEST_ROOT_CA_PORT = 8884\n"),
        ("c", "/* The server. */\n"),
        ("arduino", "// The server.\n"),
        ("python", "# The end of its validity, in seconds since 1970-01-01T00:00:00Z.\n"),
        ("rust", "/// The server's TCP port.\n"),
        ("node", "// PEM text, an element for each certificate.\n"),
        ("android", "<!-- After the date of the pins Android no longer compares them. -->\n"),
        ("c", "/* 8884: ask Ann */\n"),
        ("python", "# ask Ann for the port\n"),
        ("esphome", "# 8884, ask Ann\n"),
    ] {
        let line = format!("plc.test --from c.pem --roots r.pem -q --emit {form}=made");
        assert_eq!(run(pki.folder(), &line).0, 0);
        let made = fs::read_to_string(pki.file("made")).unwrap();
        let content = format!("{made}{added}");
        fs::write(pki.file("made"), &content).unwrap();
        let (code, said) = run(pki.folder(), &line);
        assert_eq!(code, 4, "{form}: {added}: {said}");
        let expected =
            format!("found other text than certgrab wrote, line {}\n", made.lines().count() + 1);
        let hint = "certgrab: hint: move your changes to a file of your own, since this one is \
                    written whole\n";
        assert!(said.contains(&expected) && said.ends_with(hint), "{form}: {added}: {said}");
        assert_eq!(fs::read_to_string(pki.file("made")).unwrap(), content);
        // Text above it is reported too.
        fs::write(pki.file("made"), format!("// ask Ann\n{made}")).unwrap();
        let (code, said) = run(pki.folder(), &line);
        assert!(code == 4 && said.contains("wrote, line 1\n"), "{form}: {said}");
        fs::remove_file(pki.file("made")).unwrap();
    }
}

#[test]
fn a_moved_line_of_a_generated_file_is_an_addition() {
    let pki = plant();
    for (form, text) in generated(&pki) {
        let lines: Vec<&str> = text.lines().collect();
        let with = |lines: &[&str]| lines.join("\n") + "\n";
        let is_said = |line: &&str| {
            // Only some outputs have a line about the proof.
            let is_other =
                ["`", "-----", "0x", "did not prove"].iter().any(|part| line.contains(part));
            !is_other && line.split_whitespace().filter(|word| word.len() > 2).count() > 2
        };
        let longest = lines.iter().enumerate().filter(|(_, line)| is_said(line));
        let (at, line) =
            longest.max_by_key(|(_, line)| line.len()).expect("a line of the template");
        let (without, twice) =
            ([&lines[..at], &lines[at + 1..]].concat(), [&lines[..], &[*line]].concat());
        // In place of the nearest other line with a word.
        let has_word = |other: &usize| lines[*other].contains(char::is_alphabetic);
        let other = (1..at).rev().chain(at + 1..lines.len()).find(has_word).expect("a line");
        let mut moved = lines.clone();
        moved.swap(at, other);
        for changed in [with(&without), with(&twice), with(&moved)] {
            fs::write(pki.file("kept"), &changed).unwrap();
            let emit = format!("plc.test --from c.pem --roots r.pem -q --emit {form}=kept");
            let (code, said) = run(pki.folder(), &emit);
            assert_eq!(code, 4, "{form}: {said}\n{changed}");
            assert!(said.contains("found other text than certgrab wrote, line "), "{form}: {said}");
            assert_eq!(fs::read_to_string(pki.file("kept")).unwrap(), changed);
        }
    }
}

#[test]
fn a_generated_file_is_replaced_with_another_layout_but_not_without_its_checksum() {
    let pki = plant();
    for (form, text) in generated(&pki) {
        // Changes by clang-format, rustfmt and similar tools.
        let indented = text.replace("\n    ", "\n  ").replace(", 0x", ",0x");
        let line = format!("plc.test --from c.pem --roots r.pem -q --emit {form}=kept");
        if !text.starts_with('#') {
            fs::write(pki.file("kept"), &indented).unwrap();
            let (code, said) = run(pki.folder(), &line);
            assert_eq!(code, 0, "{form}: {said}\n{indented}");
        }
        // Without a checksum nothing shows whether a value was changed.
        let checksum = text.lines().find(|line| line.contains("Checksum: ")).expect("a checksum");
        fs::write(pki.file("kept"), text.replacen(&format!("{checksum}\n"), "", 1)).unwrap();
        let (code, said) = run(pki.folder(), &line);
        let found = "found a file of certgrab without its line `Checksum:`\n";
        assert!(code == 4 && said.contains(found), "{form}: {said}");
    }
}

#[test]
fn a_changed_value_of_a_generated_file_is_kept() {
    let pki = plant();
    for (form, text) in generated(&pki) {
        for (before, after) in [
            ("443", "8443"),
            ("plc.test", "plc.example"),
            ("valid: 20", "valid: 19"),
            ("Plant Root", "Plant Roof"),
            ("found in: `", "found in: `the desk of "),
            ("PLC_TEST_ROOT_CA", "PLANT_CA"),
        ] {
            // The checksum may contain the digits of the port.
            let changed = |line: &str| match line.contains("Checksum: ") {
                true => line.to_owned(),
                false => line.replace(before, after),
            };
            let changed: String = text.split_inclusive('\n').map(changed).collect();
            if changed == text {
                continue;
            }
            fs::write(pki.file("kept"), &changed).unwrap();
            let line = format!("plc.test --from c.pem --roots r.pem -q --emit {form}=kept");
            let (code, said) = run(pki.folder(), &line);
            assert_eq!(code, 4, "{form}: {before}: {said}");
            assert!(said.contains("found other "), "{form}: {before}: {said}");
            assert_eq!(fs::read_to_string(pki.file("kept")).unwrap(), changed);
        }
    }
}

#[test]
fn an_entry_that_certgrab_did_not_write_is_kept() {
    let pki = plant();
    let utf_16 =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
    for (form, before, after) in [
        ("java-jks", b"anchor".to_vec(), b"my own".to_vec()),
        ("java", utf_16("anchor"), utf_16("my own")),
        ("certs-ar", b"ca_000".to_vec(), b"my own".to_vec()),
        ("esp-at-pki", b"\xf1\xf1\x01".to_vec(), b"\xf1\xf1\x02".to_vec()),
        ("shelly", b"\"id\": 1".to_vec(), b"\"id\": 2".to_vec()),
        ("nvs", b"certgrab,".to_vec(), b"my_space,".to_vec()),
        ("p7b", b"-----END PKCS7".to_vec(), b"AAAA\n-----END PKCS7".to_vec()),
    ] {
        let line = format!("plc.test --from c.pem --roots r.pem -q --emit {form}=kept");
        assert_eq!(run(pki.folder(), &line).0, 0, "{form}");
        // It replaces its own, also of another server.
        let again = line.replace("plc.test", "plc.test:8883");
        assert_eq!(run(pki.folder(), &again).0, 0, "{form}");
        let made = fs::read(pki.file("kept")).unwrap();
        let at = made.windows(before.len()).position(|here| here == before).expect("an entry");
        let changed = [&made[..at], &after, &made[at + before.len()..]].concat();
        fs::write(pki.file("kept"), &changed).unwrap();
        let (code, said) = run(pki.folder(), &line);
        assert_eq!(code, 4, "{form}: {said}");
        assert_eq!(fs::read(pki.file("kept")).unwrap(), changed, "{form}");
        fs::remove_file(pki.file("kept")).unwrap();
    }
}

#[test]
fn an_addition_to_a_report_or_document_is_kept() {
    let pki = plant();
    for (make, before, after) in [
        ("check --offline c.pem -q --report json=kept", "{", "{\"owner\":\"Ann\","),
        ("check --offline c.pem -q --report sarif=kept", "\"runs\"", "\"owner\": 1, \"runs\""),
        ("check --offline c.pem -q --report cyclonedx=kept", "{", "{\"owner\":\"Ann\","),
        ("check --offline c.pem -q --report html=kept", "<body>\n", "<body>\n<p>ask Ann</p>\n"),
        ("check --offline c.pem -q --report junit=kept", "  </testsuite>", "<b/>  </testsuite>"),
        ("check --offline c.pem -q --report junit=kept", "  </testsuite>", "ask Ann  </testsuite>"),
        ("check --offline c.pem -q --report prometheus=kept", "# TYPE", "ann 1\n# TYPE"),
        ("check --offline c.pem -q --report text=kept", "\n", "\nask Ann\n"),
        ("check --offline c.pem -q --baseline kept --write-baseline", "{", "{\"owner\":\"Ann\","),
        ("plc.test --from c.pem --roots r.pem -q --emit json=kept", "{", "{\"owner\":\"Ann\","),
        ("plc.test --from c.pem --roots r.pem -q --emit html=kept", "</h1>", "</h1>ask Ann"),
        ("plc.test --from c.pem --roots r.pem -q --emit html=kept --lang zh", "</h1>", "</h1>Ann"),
        ("plc.test --from c.pem --roots r.pem -q --emit text=kept", "server: plc", "server: plcs"),
    ] {
        assert_ne!(run(pki.folder(), make).0, 4, "{make}");
        let made = fs::read_to_string(pki.file("kept")).unwrap();
        let again = make.replace("plc.test", "plc.test:8883").replace("c.pem -q", "r.pem -q");
        let (code, said) = run(pki.folder(), &again);
        assert_ne!(code, 4, "{again}: {said}");
        let changed = made.replacen(before, after, 1);
        assert_ne!(changed, made, "{make}");
        fs::write(pki.file("kept"), &changed).unwrap();
        let (code, said) = run(pki.folder(), make);
        assert_eq!(code, 4, "{make}: {said}");
        assert_eq!(fs::read_to_string(pki.file("kept")).unwrap(), changed, "{make}");
        fs::remove_file(pki.file("kept")).unwrap();
    }
}

#[test]
fn the_first_line_alone_does_not_mark_a_generated_file() {
    let pki = plant();
    for content in [
        "/* Generated by certgrab for nobody */\nint main(void) { return 0; }\n",
        "// Generated by certgrab; do not edit.\nfn main() {}\n",
        "# Generated by certgrab; do not edit.\n# my notes of ten years\n",
        "# Generated by certgrab for `plc.test`; do not edit.\nimport os\n",
    ] {
        for form in ["c", "rust", "python", "pem", "der", "env"] {
            fs::write(pki.file("kept"), content).unwrap();
            let line = format!("plc.test --from c.pem --roots r.pem -q --emit {form}=kept");
            let (code, said) = run(pki.folder(), &line);
            assert_eq!(code, 4, "{form}: {said}\n{content}");
            assert_eq!(fs::read_to_string(pki.file("kept")).unwrap(), content);
        }
    }
}

#[test]
fn a_read_only_file_is_not_replaced() {
    let pki = plant();
    let certificate = pem_of(std::slice::from_ref(pki.root_der()));
    let other = Pki::root("Other Root").leaf("other.test");
    fs::copy(other.root_file(), pki.file("kept")).unwrap();
    let mut permissions = fs::metadata(pki.file("kept")).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(pki.file("kept"), permissions).unwrap();
    let before = fs::read_to_string(pki.file("kept")).unwrap();
    for form in ["pem", "c", "lock", "json"] {
        let line = format!("plc.test --from c.pem --roots r.pem -q --emit {form}=kept");
        let (code, said) = run(pki.folder(), &line);
        assert_eq!(code, 4, "{form}: {said}");
        let sentences = "kept is not replaced: it is read-only\n\
                         certgrab: hint: make the file writable first, or name another one\n";
        assert!(said.ends_with(sentences), "{form}: {said}");
        assert_eq!(fs::read_to_string(pki.file("kept")).unwrap(), before);
    }
    // An existing equal file is not written.
    let line = "other.test --from kept --roots kept -q --what leaf --emit pem=kept";
    assert!(!run(pki.folder(), line).1.contains("read-only"));
    assert_ne!(before, certificate);
}

#[test]
fn certificates_with_a_byte_order_mark_are_replaced() {
    let pki = plant();
    let certificate = pem_of(std::slice::from_ref(pki.root_der()));
    let escaped = certificate.replace('\n', "\\n");
    for (file, form, text) in [
        ("ca.pem", "pem", certificate.clone()),
        ("ca.h", "c", format!("const char* ca = R\"({certificate})\";\n")),
        ("ca.py", "python", format!("CA = \"\"\"{certificate}\"\"\"\n")),
        ("ca.rs", "rust", format!("pub const CA: &str = \"{certificate}\";\n")),
        (
            "ca.yaml",
            "esphome",
            format!("ca: |\n  {}\n", certificate.trim_end().replace('\n', "\n  ")),
        ),
        ("ca.json", "json-line", format!("{{\"ca\": \"{escaped}\"}}\n")),
        ("ca.env", "env", format!("CA=\"{escaped}\"\n")),
    ] {
        for mark in ["", "\u{feff}"] {
            fs::write(pki.file(file), format!("{mark}{text}")).unwrap();
            let line = format!("plc.test --from c.pem --roots r.pem -q --emit {form}={file}");
            let (code, said) = run(pki.folder(), &line);
            assert_eq!(code, 0, "{file} {mark:?}: {said}");
        }
    }
}

#[cfg(unix)]
#[test]
fn the_lab_writes_through_no_link_out_of_its_folder() {
    let pki = plant();
    fs::create_dir(pki.file("lab")).unwrap();
    for name in ["ca.pem", ".gitignore"] {
        std::os::unix::fs::symlink("../outside", pki.file("lab").join(name)).unwrap();
        let (code, said) = run(pki.folder(), "lab --dir lab --wait 1 --listen 127.0.0.1:0");
        assert_eq!(code, 4, "{said}");
        assert!(said.contains("through a symbolic link, outside its folder"), "{said}");
        assert!(!pki.file("outside").exists());
        fs::remove_file(pki.file("lab").join(name)).unwrap();
    }
}
