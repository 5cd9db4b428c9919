//! The output for a device is verified with the algorithm of the device's TLS stack.

use std::{fs, path::Path, process::Command};

use certgrab::internals::{
    check,
    stack::{Case, Library, Question, STACKS},
};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, GeneralSubtree,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType,
};
use tempfile::TempDir;

use crate::support::{Pki, Run, Server, certgrab, grab, pki::pem_of, real};

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn authority(name: &str) -> CertificateParams {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

#[test]
fn a_chain_out_of_order_is_written_for_stacks_that_sort_it() {
    let [root_key, upper_key, lower_key, leaf_key] =
        [(); 4].map(|()| KeyPair::generate().expect("a key"));
    let mut leaf = named("plc.test");
    leaf.subject_alt_names = vec![rcgen::SanType::DnsName("plc.test".try_into().expect("a name"))];
    let root = authority("Root").self_signed(&root_key).expect("a certificate");
    let above = Issuer::new(authority("Root"), root_key);
    let upper = authority("Upper").signed_by(&upper_key, &above).expect("a certificate");
    let above = Issuer::new(authority("Upper"), upper_key);
    let lower = authority("Lower").signed_by(&lower_key, &above).expect("a certificate");
    let above = Issuer::new(authority("Lower"), lower_key);
    let leaf = leaf.signed_by(&leaf_key, &above).expect("a certificate");

    let folder = TempDir::new().expect("a folder");
    let file = |name: &str, certificates: &[&rcgen::Certificate]| {
        let path = folder.path().join(name);
        let ders: Vec<_> = certificates.iter().map(|one| one.der().clone()).collect();
        fs::write(&path, pem_of(&ders)).expect("a file");
        path
    };
    let roots = file("root.pem", &[&root]);
    let emit = |format: &str, sent: &[&rcgen::Certificate]| {
        certgrab()
            .args(["plc.test", "--at", "2030-01-01", "--emit", format, "--from"])
            .args([file("chain.pem", sent)])
            .trusting(&roots)
    };
    let (sent, crossed) = ([&leaf, &lower, &upper], [&leaf, &upper, &lower]);
    for format in ["esp8266", "arduino", "esp-bundle", "go", "java", "rust-anchor"] {
        emit(format, &sent).succeeds().stderr("");
    }
    let strict = "certgrab: warning: CPython from 3.13 on refuses this chain: the leaf `CN=plc.test` \
                  has no authorityKeyIdentifier with a key identifier; set `verify_flags &= \
                  ~ssl.VERIFY_X509_STRICT` on the device\n";
    emit("python", &sent).succeeds().stderr(strict);
    for (format, whose, place) in [
        ("esp8266", "BearSSL of the ESP8266 core", "the leaf `CN=plc.test`"),
        ("arduino", "Arduino-ESP32", "certificate 3 of the chain `CN=Lower`"),
    ] {
        let expected = format!(
            "certgrab: error: {whose} refuses this chain: {place} is out of order: its issuer is not \
             the next certificate\n\
             certgrab: hint: let the server send each certificate before its issuer\n"
        );
        emit(format, &crossed).fails_with(1).stdout("").stderr(&expected);
    }
    emit("python", &crossed).succeeds().stderr(strict);
    for format in ["go", "java", "rust-anchor"] {
        emit(format, &crossed).succeeds().stderr("");
    }
}

#[test]
fn a_refusal_of_an_older_version_only_is_a_warning() {
    let [root_key, lower_key, leaf_key] = [(); 3].map(|()| KeyPair::generate().expect("a key"));
    let mut leaf = named("plc.test");
    leaf.subject_alt_names = vec![rcgen::SanType::DnsName("plc.test".try_into().expect("a name"))];
    // The part that makes a CA certificate without keyUsage.
    let lower = || {
        let mut params = authority("Lower");
        params.key_usages = Vec::new();
        params
    };
    let root = authority("Root").self_signed(&root_key).expect("a certificate");
    let above = Issuer::new(authority("Root"), root_key);
    let middle = lower().signed_by(&lower_key, &above).expect("a certificate");
    let above = Issuer::new(lower(), lower_key);
    let leaf = leaf.signed_by(&leaf_key, &above).expect("a certificate");

    let folder = TempDir::new().expect("a folder");
    let file = |name: &str, ders: &[&rcgen::Certificate]| {
        let path = folder.path().join(name);
        let ders: Vec<_> = ders.iter().map(|one| one.der().clone()).collect();
        fs::write(&path, pem_of(&ders)).expect("a file");
        path
    };
    let (chain, roots) = (file("chain.pem", &[&leaf, &middle]), file("root.pem", &[&root]));
    let run = |format: &str| {
        certgrab()
            .args(["plc.test", "--at", "2030-01-01", "--emit", format, "--from"])
            .args([&chain])
            .trusting(&roots)
    };
    run("wolfssl").succeeds().stderr(
        "certgrab: warning: wolfSSL 5.5 refuses this chain: certificate 2 of the chain `CN=Lower` \
         issued a certificate but has no keyUsage; reissue the CA certificate with keyUsage = \
         critical, keyCertSign, cRLSign\n",
    );
    run("arduino").succeeds().stderr("");
}

/// A chain with its name in the CN only, which some stacks accept and browsers do not.
fn named_in_the_cn() -> Pki {
    Pki::root("Root").changed(|leaf| leaf.subject_alt_names.clear()).leaf("plc.test")
}

#[test]
fn the_table_of_stacks_has_verdicts_and_changes() {
    let pki = named_in_the_cn();
    let table = |command: &[&str]| {
        let run = certgrab().args(command).args(["--at", "2030-01-01", "--stacks", "--from"]);
        run.args([pki.chain_file()]).trusting(pki.root_file()).fails_with(1)
    };
    let of_a_file = table(&["plc.test"]);
    let out = of_a_file.out();
    let begin = "plc.test:443: 1 certificate read\n\n\
                 anchor     CN=Root\n\n\
                 stack                    verdict   why, and what to change\n\
                 mbedtls-3.6              connects\n";
    assert!(out.starts_with(begin), "{out}");
    let go = "\
go                       refuses   the leaf `CN=plc.test` has the host in its
                                     common name alone, not in a subjectAltName
                                   server: reissue the server certificate with
                                     the host as a dNSName in subjectAltName, as
                                     in docs/your-own-ca.md
go-1.27                  refuses   as go
java                     connects
rustls                   refuses   as go
";
    assert!(out.contains(go), "{out}");
    assert!(
        out.contains("\nnrf-modem                connects  assumed to verify as OpenSSL does\n")
    );
    assert!(out.contains("device: set `verify_flags &=\n"), "{out}");
    assert!(out.ends_with(" of 35 stacks and settings connect\n"), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    assert!(of_a_file.err().contains("is not valid for `plc.test`"), "{}", of_a_file.err());
    let verify = table(&["verify", "--host", "plc.test"]);
    assert_eq!((verify.out(), verify.err()), (out, of_a_file.err()));
}

#[test]
fn the_document_lists_stacks_only_by_option() {
    let pki = Pki::root("Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let ask = || grab(&server).args(["--json"]).trusting(pki.root_file());
    assert_eq!(ask().succeeds().json()["stacks"], serde_json::Value::Null);
    let document = ask().args(["--stacks"]).succeeds().json();
    let stacks = document["stacks"].as_array().expect("a list");
    assert_eq!(stacks.len(), certgrab::internals::stack::STACKS.len());
    let of = |name: &str| stacks.iter().find(|stack| stack["name"] == name).expect("a stack");
    let expected = serde_json::json!({
        "name": "python-3.13", "title": "CPython from 3.13 on", "known": "measured",
        "basis": "CPython 3.11 with the flags that ssl.py of 3.13 sets, OpenSSL 3.0",
        "verdict": "refuses",
        "reason": "the leaf `CN=plc.test` has no authorityKeyIdentifier with a key identifier",
        "device_setting": "verify_flags &= ~ssl.VERIFY_X509_STRICT",
        "server_change": "reissue the certificate as in docs/your-own-ca.md",
        "anchor_sha256": document["anchor"]["sha256"],
    });
    assert_eq!(of("python-3.13"), &expected);
    assert_eq!(of("esp8266")["verdict"], "connects");
    assert_eq!(of("esp8266")["reason"], serde_json::Value::Null);
}

#[test]
fn a_setting_is_advised_only_if_it_helps() {
    let pki = Pki::root("Root").intermediate("Upper").intermediate("Lower").leaf("plc.test");
    let other = Pki::root("Unrelated").leaf("plc.test");
    let [leaf, lower, upper, _] = pki.path() else { panic!("a path of four") };
    let unrelated = other.path().last().expect("a root");
    let out_of_order = pem_of(&[leaf, upper, lower].map(Clone::clone));
    let with_another = pem_of(&[leaf, unrelated, lower, upper].map(Clone::clone));
    let advised = |sent: &str, name: &str| {
        let file = pki.file("sent.pem");
        fs::write(&file, sent).expect("a file");
        let run =
            certgrab().args(["plc.test", "--at", "2030-01-01", "--stacks", "--json", "--from"]);
        let document = run.args([file]).trusting(pki.root_file()).succeeds().json();
        let stacks = document["stacks"].as_array().expect("a list");
        let of = |name: &str| stacks.iter().find(|stack| stack["name"] == name).expect("a stack");
        for stack in STACKS {
            let setting = &of(stack.name)["device_setting"];
            for (made, by) in stack.variants().filter(|(_, by)| *setting == serde_json::json!(by)) {
                let verdict = by.map_or("connects", |_| of(made.name)["verdict"].as_str().unwrap());
                assert_eq!(verdict, "connects", "{} with {setting}", stack.name);
            }
        }
        assert_eq!(of(name)["verdict"], "refuses", "{name}");
        of(name)["device_setting"].clone()
    };
    assert_eq!(advised(&out_of_order, "esp-bundle"), serde_json::Value::Null);
    for name in ["wolfssl-default", "wolfssl-5.5"] {
        assert_eq!(advised(&out_of_order, name), serde_json::Value::Null);
        assert_eq!(advised(&with_another, name), "WOLFSSL_ALT_CERT_CHAINS");
    }
}

#[test]
fn without_a_trusted_root_the_table_has_no_verdicts() {
    let pki = Pki::root("Root").leaf("plc.test");
    let run = certgrab().args(["plc.test", "--stacks", "--from"]).args([pki.chain_file()]);
    let out = run.fails_with(1).out();
    let expected = "plc.test:443: 1 certificate read\n\n\
                  certgrab has no verdict for any TLS stack: no root that this chain may end in is trusted\n";
    assert_eq!(out, expected);
}

/// A report and a document on the chain of `pki` when the server sends the certificates at `places`.
fn shown(pki: &Pki, places: &[usize]) -> (String, serde_json::Value) {
    let chain = pki.chain();
    let sent: Vec<_> = places.iter().map(|place| chain[*place].clone()).collect();
    let file = pki.file("sent.pem");
    fs::write(&file, pem_of(&sent)).expect("a file");
    let ask = |more: &[&str]| {
        let run = certgrab().args(["plc.test", "--at", "2030-01-01"]).args(more).args(["--from"]);
        run.args([&file]).trusting(pki.root_file())
    };
    (ask(&[]).succeeds().out(), ask(&["--json"]).succeeds().json())
}

/// The warnings of a document with the code `code`.
fn messages(document: &serde_json::Value, code: &str) -> Vec<String> {
    let all = document["warnings"].as_array().expect("a list").iter();
    let of = all.filter(|warning| warning["code"] == code);
    of.map(|warning| warning["message"].as_str().expect("a sentence").to_owned()).collect()
}

#[test]
fn the_report_names_stacks_that_refuse_what_browsers_accept() {
    let pki = Pki::root("Root").intermediate("Upper").intermediate("Lower").leaf("plc.test");
    let (report, document) = shown(&pki, &[0, 2, 1]);
    let line = "refuse this chain: certificate 3 of the chain `CN=Lower` is out of order: its issuer \
                is not the next certificate; let the server send each certificate before its issuer";
    let lines: Vec<_> = report.lines().filter(|line| line.contains("refuse")).collect();
    let [found] = lines.as_slice() else { panic!("{report}") };
    assert!(
        found.starts_with("warning    mbedTLS 3.6, BearSSL of the ESP8266 core, wolfSSL refuse"),
        "{report}"
    );
    assert!(found.ends_with(line), "{report}");
    let found = messages(&document, "stack_refuses");
    assert_eq!(found.len(), 1, "{document}");
    assert!(found[0].ends_with(line), "{document}");

    let (report, document) = shown(&pki, &[0, 1, 2]);
    assert!(!report.contains("refuse"), "{report}");
    assert_eq!(messages(&document, "stack_refuses"), [""; 0]);
}

#[test]
fn every_stack_judges_a_chain_with_repeated_certificates() {
    let pki = Pki::root("Root").intermediate("Issuing").leaf("plc.test");
    let chain = pki.chain();
    let table = |sent: &[usize]| {
        let sent: Vec<_> = sent.iter().map(|place| chain[*place].clone()).collect();
        let file = pki.file("sent.pem");
        fs::write(&file, pem_of(&sent)).expect("a file");
        let run = certgrab().args(["plc.test", "--at", "2030-01-01", "--stacks", "--from"]);
        run.args([file]).trusting(pki.root_file()).succeeds().out()
    };
    let twice = table(&[0, 0, 1, 1]);
    assert!(twice.contains("\nmbedtls-3.6              connects\n"), "{twice}");
    let bearssl = "\nesp8266                  refuses   ";
    assert!(twice.contains(bearssl), "{twice}");

    let most = 4 * certgrab::internals::chain::MAX_CERTIFICATES;
    let places: Vec<_> = std::iter::once(0).chain(vec![1; most]).collect();
    let expected = format!(
        "certgrab has no verdict for any TLS stack: expected at most {most} certificates, found {}\n",
        most + 1
    );
    let cut = table(&places);
    assert!(cut.ends_with(&expected), "{cut}");
}

/// The command that verifies the chain in `file` for `plc.test` by the rules of `stack` only.
fn verify_by(stack: &str, file: &Path, pki: &Pki) -> Run {
    certgrab()
        .args(["verify", "--stack", stack, "--host", "plc.test", "--at", "2030-01-01", "--from"])
        .args([file])
        .trusting(pki.root_file())
}

#[test]
fn a_chain_is_verified_by_the_named_stacks_rules() {
    let pki = named_in_the_cn();
    let verify = |stack: &str| verify_by(stack, &pki.chain_file(), &pki);
    for stack in ["mbedtls-3.6", "esp8266", "bearssl", "openssl", "java", "wolfssl"] {
        let document = verify(stack).args(["--json"]).succeeds().json();
        assert_eq!((&document["ok"], &document["status"]), (&true.into(), &"ok".into()), "{stack}");
        assert_eq!(document["anchor"]["subject"], "CN=Root", "{stack}");
    }
    for stack in ["go", "rustls-aws"] {
        let document = verify(stack).args(["--json"]).fails_with(1).json();
        assert_eq!(document["ok"], false);
        assert_eq!(document["error"]["kind"], "wrong_name", "{stack}");
    }
    let err = verify("toaster").fails_with(2).err();
    assert!(err.contains("unknown TLS stack; expected one of mbedtls-3.6, "), "{err}");
}

#[test]
fn the_named_stack_may_refuse_what_browsers_accept() {
    let pki = Pki::root("Root").intermediate("Upper").intermediate("Lower").leaf("plc.test");
    let (chain, crossed) = (pki.chain(), pki.file("crossed.pem"));
    fs::write(&crossed, pem_of(&[chain[0].clone(), chain[2].clone(), chain[1].clone()]))
        .expect("a file");
    let verify = |stack: &str| verify_by(stack, &crossed, &pki);
    verify("go").succeeds();
    let err = verify("esp8266").fails_with(1).err();
    let expected = "certgrab: error: BearSSL of the ESP8266 core refuses this chain: the leaf \
                  `CN=plc.test` is out of order: its issuer is not the next certificate\n";
    assert!(err.contains(expected), "{err}");
    let err = verify("python").succeeds().err();
    assert!(err.contains("warning: CPython from 3.13 on refuses this chain"), "{err}");

    let case = |stack: &str| {
        let pem = |index: usize| pem_of(&chain[index..=index]);
        let line = serde_json::json!({
            "id": 1, "leaf": pem(0), "intermediates": [pem(2), pem(1)], "stack": stack,
            "roots": [pem_of(&[pki.root_der().clone()])], "time": "2030-01-01", "host": "plc.test",
        });
        certgrab().args(["verify", "--batch"]).reading(line.to_string()).succeeds().json()
    };
    let answer = case("go");
    assert_eq!((&answer["ok"], &answer["chosen"]), (&true.into(), &0.into()), "{answer}");
    let error = case("esp8266")["error"].as_str().unwrap_or_default().to_owned();
    assert!(error.contains("is out of order"), "{error}");
    assert_eq!(case("toaster")["error"], "the stack `toaster` is unknown");
}

/// The table of docs/stacks.md, generated from the table in code.
fn rows() -> String {
    use certgrab::internals::stack::{Known, STACKS};
    let mut rows = String::from(
        "| name | TLS stack | dates of the anchor | leaf as anchor | formats | see also | known |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let yes = |is: bool| if is { "yes" } else { "no" };
    for stack in STACKS {
        let formats: Vec<_> = stack.formats.iter().map(|format| format!("`{format}`")).collect();
        let also = stack.also.iter().map(|variant| match variant.setting {
            Some(setting) => format!("`{}` (`{setting}`)", variant.stack),
            None => format!("`{}`", variant.stack),
        });
        let known = match stack.known {
            Known::Measured(version) => format!("measured: {version}"),
            Known::Read(source) => format!("read: {source}"),
            Known::Assumed(like) => format!("assumed: as {like}"),
        };
        rows += &format!(
            "| `{}` | {} | {} | {} | {} | {} | {known} |\n",
            stack.name,
            stack.title,
            yes(stack.checks_anchor_dates()),
            yes(stack.trusts_any_leaf()),
            formats.join(", "),
            also.collect::<Vec<_>>().join(", "),
        );
    }
    rows
}

#[test]
fn the_page_of_the_stacks_has_the_golden_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/stacks.md");
    let page = fs::read_to_string(path).expect("docs/stacks.md");
    let (before, found) = page.split_once("page_of_the_stacks -->\n").expect("the mark");
    let expected = format!("\n{}", rows());
    if std::env::var_os("CERTGRAB_BLESS").is_some() {
        let page = format!("{before}page_of_the_stacks -->\n{expected}");
        fs::write(path, page).expect("the page is written");
        return;
    }
    assert!(
        found == expected,
        "docs/stacks.md is stale: CERTGRAB_BLESS=1 cargo test page_of_the_stacks"
    );
}

/// A v1 root and a leaf for `plc.test` that it issued, as `openssl x509 -req` makes them.
fn of_version_1(folder: &Path) -> [Vec<u8>; 2] {
    fs::write(folder.join("san"), "subjectAltName = DNS:plc.test\n").unwrap();
    for words in [
        "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -subj /CN=Old -out ca.csr",
        "x509 -req -in ca.csr -signkey ca.key -days 3650 -out ca.pem",
        "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -subj /CN=plc.test -out csr",
        "x509 -req -in csr -CA ca.pem -CAkey ca.key -set_serial 2 -days 3650 -extfile san -out leaf.pem",
        "x509 -in ca.pem -outform der -out ca.der",
        "x509 -in leaf.pem -outform der -out leaf.der",
    ] {
        let mut command = Command::new("openssl");
        let made = command.args(words.split(' ')).current_dir(folder).output().expect("openssl");
        assert!(made.status.success(), "{words}: {}", String::from_utf8_lossy(&made.stderr));
    }
    ["ca.der", "leaf.der"].map(|name| fs::read(folder.join(name)).expect(name))
}

#[test]
fn a_self_signed_certificate_without_ca_is_refused_by_some_stacks() {
    if !real::program("openssl") {
        return;
    }
    let of_version_3 = |is_ca: IsCa| {
        let pki =
            Pki::root_changed("Plant Root", move |params| params.is_ca = is_ca).leaf("plc.test");
        [pki.root_der().to_vec(), pki.leaf_der().to_vec()]
    };
    let folder = TempDir::new().unwrap();
    let at: certgrab::Time = "2027-01-01".parse().unwrap();
    for (is_v3, [root, leaf]) in [
        (true, of_version_3(IsCa::NoCa)),
        (true, of_version_3(IsCa::ExplicitNoCa)),
        (false, of_version_1(folder.path())),
    ] {
        let (presented, anchors) = ([leaf.as_slice()], [root.as_slice()]);
        let host = Some("plc.test");
        let case = Case::new(Question { presented: &presented, anchors: &anchors, host, at });
        for stack in STACKS {
            let refusal = stack.judge(&case).refusal().cloned();
            let takes = stack.takes_issuer_that_is_no_ca(is_v3);
            let looks_further =
                matches!(stack.library(), Library::OpenSsl | Library::GnuTls | Library::WolfSsl);
            let is_as_stated = refusal.is_none() == takes || looks_further && takes;
            assert!(is_as_stated, "{}, {is_v3}: {refusal:?}", stack.name);
        }
        for (code, is_found) in [
            ("void setup() { WiFiClientSecure client; client.setCACert(CA); }", is_v3),
            ("BearSSL::X509List list(CA);", true),
            ("", false),
        ] {
            let pem = pem_of(&[root.clone().into()]).trim_end().replace('\n', "\\n\"\n\"");
            let source = format!("static const char CA[] =\n\"{pem}\\n\";\n{code}\n");
            let reading = check::read(Path::new("main.ino"), source.as_bytes());
            let store = certgrab::Store::mozilla();
            let knowledge = check::Knowledge { store: &store, at, horizon_days: 1 };
            let found = check::lint(&reading, &knowledge);
            let codes: Vec<_> = found.listed().iter().map(|one| one.code).collect();
            assert_eq!(codes, if is_found { vec!["not-ca"] } else { vec![] }, "{source}");
        }
    }
}

#[test]
fn a_server_with_a_certificate_of_version_1_proves_its_key() {
    if !real::program("openssl") {
        return;
    }
    let folder = TempDir::new().unwrap();
    of_version_1(folder.path());
    let sign = "x509 -req -in csr -CA ca.pem -CAkey ca.key -set_serial 3 -days 3650 -out v1.pem";
    let made = Command::new("openssl").args(sign.split(' ')).current_dir(folder.path()).output();
    assert!(made.unwrap().status.success());
    for (version, client) in [("-tls1_2", "mbedtls"), ("-tls1_3", "openssl")] {
        let server = real::Listener::start(|port| {
            let mut command = Command::new("openssl");
            let port = port.to_string();
            command.args(["s_server", "-cert", "v1.pem", "-key", "key", "-quiet", version]);
            command.args(["-accept", &port]).current_dir(folder.path());
            command
        });
        let address = format!("127.0.0.1:{}", server.port());
        let found = certgrab()
            .args(["plc.test", "--connect", &address, "--as", client, "--emit", "lock"])
            .args(["--roots", &folder.path().join("ca.pem").display().to_string()])
            .succeeds();
        assert!(found.out().contains("Key possession: proven\n"), "{version}: {}", found.err());
    }
}

/// A chain whose leaf has this many addresses, below a CA with as many nameConstraints for addresses and one
/// that permits them all.
fn of_many_addresses(count: u16) -> Pki {
    let constraints = move |params: &mut CertificateParams| {
        let network = |number: u16| {
            let [high, low] = number.to_be_bytes();
            GeneralSubtree::IpAddress(CidrSubnet::V4([11, 0, high, low], [255; 4]))
        };
        let all = GeneralSubtree::IpAddress(CidrSubnet::V4([10, 0, 0, 0], [255, 0, 0, 0]));
        let permitted_subtrees = (0..count).map(network).chain([all]).collect();
        params.name_constraints =
            Some(NameConstraints { permitted_subtrees, excluded_subtrees: Vec::new() });
    };
    let addresses = move |params: &mut CertificateParams| {
        let address = |number: u16| {
            let [high, low] = number.to_be_bytes();
            SanType::IpAddress([10, 0, high, low].into())
        };
        params.subject_alt_names.extend((0..count).map(address));
    };
    Pki::root("Plant Root")
        .intermediate_with("Plant Issuing CA", constraints)
        .changed(addresses)
        .leaf("plc.test")
}

/// Measured with OpenSSL 3.0 and Go 1.19 at these numbers; Go 1.27 and Java have no limit.
#[test]
fn name_constraint_comparisons_stop_at_the_stacks_limit() {
    // OpenSSL counts the subject's attribute, the host and the addresses.
    for (stack, most) in [("openssl", 1022), ("go", 499)] {
        for (count, connects) in [(most, true), (most + 1, false)] {
            let pki = of_many_addresses(count);
            let ran = verify_by(stack, &pki.chain_file(), &pki).ends();
            assert_eq!(ran.code() == 0, connects, "{stack} {count}: {}", ran.err());
            let why = "has more names than this stack compares with so many nameConstraints";
            assert_eq!(ran.err().contains(why), !connects, "{stack} {count}: {}", ran.err());
            if !connects {
                let err = verify_by("rustls", &pki.chain_file(), &pki).fails_with(1).err();
                assert!(err.contains(why), "{err}");
            }
            let others = ["go-1.27", "java"].map(|other| verify_by(other, &pki.chain_file(), &pki));
            others.into_iter().for_each(|run| drop(run.succeeds()));
        }
    }
}
