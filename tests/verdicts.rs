//! certgrab says about each TLS stack what the stack does: which version connects, and whether the command fails.

use std::{fs, process::Command};

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use rustls::pki_types::CertificateDer;

use crate::support::{Pki, Server, certgrab, grab, pki::pem_of, real, run};

/// A chain for `plc.test` with an intermediate.
fn pki() -> Pki {
    Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test")
}

/// A chain whose leaf has its name in the common name alone.
fn without_names() -> Pki {
    let change = |leaf: &mut CertificateParams| leaf.subject_alt_names.clear();
    Pki::root("Plant Root").changed(change).leaf("plc.test")
}

fn write(pki: &Pki, name: &str, certificates: &[CertificateDer<'static>]) {
    fs::write(pki.file(name), pem_of(certificates)).expect("a file");
}

#[test]
fn the_version_that_connects_is_named() {
    // CPython from 3.13 on requires the identifier.
    let change = |leaf: &mut CertificateParams| leaf.use_authority_key_identifier_extension = true;
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").changed(change);
    let pki = pki.leaf("plc.test");
    write(&pki, "leaf.pem", &[pki.leaf_der().clone()]);
    let emit = |format: &str| {
        let words = ["plc.test", "--at", "2030-01-01", "--emit", format, "--from"];
        certgrab().args(words).args([pki.chain_file()]).trusting(pki.file("leaf.pem")).succeeds()
    };
    let error = emit("python").err();
    assert!(error.contains("warning: CPython from 3.13 on connects, but the rules of"), "{error}");
    assert!(error.contains("warning: CPython up to 3.12 refuses this chain: "), "{error}");
    assert!(!error.contains("CPython up to 3.12 connects"), "{error}");
    let error = emit("nrf-modem").err();
    assert!(error.contains("warning: the nRF91 modem may connect, but the rules of"), "{error}");
    let error = emit("go").err();
    assert!(error.contains("warning: Go 1.19 connects, but the rules of browsers"), "{error}");
}

#[test]
fn the_version_that_refuses_another_root_is_named() {
    let authority = |name: &str, year: i32| {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        (params.not_before, params.not_after) =
            (date_time_ymd(2020, 1, 1), date_time_ymd(year, 1, 1));
        params
    };
    let [key_a, key_b, key, leaf_key] = [(); 4].map(|()| KeyPair::generate().expect("a key"));
    // Go 1.19 accepts it, Go 1.27 does not: authorityInfoAccess must not be critical.
    let mut information =
        CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], vec![0x30, 0]);
    information.set_criticality(true);
    let mut longest = authority("Root A", 2050);
    longest.custom_extensions.push(information);
    let roots = [(longest, key_a), (authority("Root B", 2045), key_b)];
    let issuing = authority("Issuing", 2044);
    let ders = roots.map(|(params, key_above)| {
        let root = params.self_signed(&key_above).expect("a root").der().clone();
        let below =
            issuing.signed_by(&key, &Issuer::new(params, key_above)).expect("a certificate");
        (root, below.der().clone())
    });
    let mut leaf = CertificateParams::new(["plc.test".to_owned()]).expect("a name");
    (leaf.not_before, leaf.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2040, 1, 1));
    let leaf = leaf.signed_by(&leaf_key, &Issuer::new(issuing, key)).expect("a certificate");
    let folder = tempfile::TempDir::new().expect("a folder");
    let [(root_a, below_a), (root_b, below_b)] = ders;
    let chain = [leaf.der().clone(), below_a, below_b];
    fs::write(folder.path().join("chain.pem"), pem_of(&chain)).expect("a file");
    fs::write(folder.path().join("roots.pem"), pem_of(&[root_a, root_b])).expect("a file");
    let words = ["plc.test", "--at", "2030-01-01", "--roots", "roots.pem", "--from", "chain.pem"];
    let code = run(folder.path(), &words).args(["--emit", "go"]).succeeds().out();
    assert!(code.contains("// anchor: `CN=Root B`\n"), "{code}");
    assert!(code.contains("the best one that Go 1.27 verifies the server with"), "{code}");
}

#[test]
fn an_intermediate_that_is_not_sent_is_written_with_its_root_by_hold() {
    let pki = pki();
    write(&pki, "both.pem", &pki.path()[1..]);
    let alone = Server::of(&pki).sending(&pki.path()[..1]).start();
    let emit = |words: &[&str]| grab(&alone).args(words).trusting(pki.file("both.pem"));
    let refused = "OpenSSL refuses this chain: the anchor `CN=Plant Issuing` is not self-signed, and is \
                   not accepted as a trust anchor";
    let hint = "add `--hold`, which also writes the other certificates of `--roots FILE`";
    emit(&["--emit", "node"])
        .fails_with(1)
        .stderr(&format!("certgrab: error: {refused}\ncertgrab: hint: {hint}\n"));
    let arduino = format!("arduino={}", pki.file("ca.h").display());
    let node = format!("node={}", pki.file("ca.js").display());
    emit(&["--emit", &node, "--emit", &arduino]).fails_with(1).stderr(&format!(
        "certgrab: error: nothing is written because of `node`: {refused}\n\
         certgrab: hint: {hint}; or leave out `node` to write `arduino`\n"
    ));
    emit(&["--hold", "--emit", &node]).succeeds();
    // A root that the file does not have does not help.
    write(&pki, "int.pem", &pki.path()[1..2]);
    let error =
        grab(&alone).args(["--emit", "node"]).trusting(pki.file("int.pem")).fails_with(1).err();
    assert!(error.ends_with("hint: embed its root too\n"), "{error}");
    let manifest = format!(
        "[[target]]\nhost = \"plc.test:{port}\"\nconnect = \"127.0.0.1:{port}\"\nroots = \"both.pem\"\n\
         lock = \"plc.lock\"\nemit = {{ node = \"plc.js\" }}\n",
        port = alone.port(),
    );
    fs::write(pki.file("certgrab.toml"), manifest).expect("a manifest");
    let error = run(pki.folder(), &["sync"]).fails_with(1).err();
    let hint =
        "name the files in `hold` instead of `roots`, which also writes their other certificates";
    assert!(error.contains(&format!("hint: {hint}")), "{error}");
    if !real::program("node") {
        return;
    }
    let client = "const { ca, host } = require('./ca.js');\n\
                  const options = { host: '127.0.0.1', port: process.argv[2], servername: host, ca };\n\
                  const socket = require('node:tls').connect(options, () => socket.end('trusted'));\n\
                  socket.on('error', () => process.exit(1));\n";
    fs::write(pki.file("client.js"), client).expect("a file");
    let mut command = Command::new("node");
    let command = command.current_dir(pki.folder()).args(["client.js", &alone.port().to_string()]);
    assert!(command.status().expect("node runs").success());
}

#[test]
fn a_leaf_among_the_certificates_that_are_held_is_a_warning() {
    let pki = pki();
    write(&pki, "held.pem", &[pki.root_der().clone(), pki.leaf_der().clone()]);
    certgrab()
        .args(["plc.test", "--at", "2030-01-01", "--hold", "--emit", "arduino", "--from"])
        .args([pki.chain_file()])
        .trusting(pki.file("held.pem"))
        .succeeds()
        .stderr(
            "certgrab: warning: `plc.test` is a leaf certificate, issued by `Plant Issuing` and valid \
             until 2040-01-01: mbedTLS and OpenSSL do not accept it as a trust anchor\n",
        );
}

#[test]
fn what_only_browsers_refuse_is_a_warning_for_an_unknown_reader() {
    let pki = without_names();
    let server = Server::presenting(&pki);
    let target = format!("plc.test:{}", server.port());
    let address = server.address().to_string();
    write(&pki, "ca.pem", &[pki.root_der().clone()]);
    let check = |file: &str, roots: &[&str]| {
        let words = ["check", file, &target, "--connect", &address, "--at", "2030-01-01"];
        run(pki.folder(), &words).args(roots)
    };
    let found = format!(
        "ca.pem:1: warning: `Plant Root` verifies {target} only with some TLS stacks: the server's \
         certificate is not valid for `plc.test`: it has no subjectAltName, only the common name \
         `plc.test` [verify-failed]\n    reissue the server's certificate with a subjectAltName, as in \
         docs/your-own-ca.md\n"
    );
    // The action does not name the CA whose certificate the file already contains.
    for roots in [&[][..], &["--roots", "ca.pem"]] {
        let out = check("ca.pem", roots).fails_with(5).out();
        assert!(out.starts_with(&found), "{out}");
    }
    // Only Java reads this form, and Rust code is read by rustls.
    grab(&server)
        .args(["--at", "2030-01-01", "--emit"])
        .args([format!("java-jks={}", pki.file("ca.jks").display())])
        .trusting(pki.file("ca.pem"))
        .succeeds();
    check("ca.jks", &["--roots", "ca.pem"]).succeeds();
    let code = format!("const CA: &str = r\"{}\";\n", pem_of(&[pki.root_der().clone()]));
    fs::write(pki.file("ca.rs"), code).expect("a file");
    let out = check("ca.rs", &["--roots", "ca.pem"]).fails_with(1).out();
    assert!(out.contains("`Plant Root` does not verify"), "{out}");
}

#[test]
fn a_leaf_is_not_replaced_by_a_command_that_writes_it_again() {
    let pki = pki();
    write(&pki, "leaf.pem", &[pki.leaf_der().clone()]);
    let words = ["check", "--offline", "leaf.pem", "--roots", "leaf.pem", "--at", "2030-01-01"];
    let out = run(pki.folder(), &words).fails_with(1).out();
    let action = "embed the root: `certgrab HOST:PORT --emit pem`; if your own CA issued it, pass the \
                  file of its root with `--roots FILE`\n";
    assert!(out.contains(action), "{out}");
}

#[test]
fn verify_accepts_a_host_only_as_it_judges_it() {
    let pki = pki();
    let verify = |host: &str| {
        certgrab()
            .args(["verify", "--at", "2030-01-01", "--stack", "openssl", "--host", host])
            .args([pki.chain_file()])
            .trusting(pki.root_file())
    };
    for host in ["plc.test", "PLC.test", "plc.test:8883", "mqtts://plc.test"] {
        verify(host).succeeds();
    }
    // OpenSSL does not accept the first for a certificate without the full stop; most libraries compare the text
    // of an IPv6 address with names.
    for (given, name) in [
        ("plc.test.", "plc.test"),
        ("plc.test.:8883", "plc.test"),
        ("mqtts://plc.test./", "plc.test"),
        ("2001:db8:0:0:0:0:0:7", "2001:db8::7"),
        ("[2001:0db8::7]:8883", "2001:db8::7"),
    ] {
        let error = verify(given).fails_with(2).err();
        let says = format!(
            "expected `{name}`, since many TLS stacks compare a host as text\n\
             certgrab: hint: pass `{name}`, and use the same in the device's code\n"
        );
        assert!(error.ends_with(&says), "{given}: {error}");
    }
    for host in ["127.1", "2130706433", "a..test", "-a.test", "a-.test", "plc.test..", "127.0.0.1."]
    {
        verify(host).fails_with(2);
    }
    for host in ["[2001:db8::7]:8883", "2001:DB8::7", "plc_1.test", "bücher.test"] {
        verify(host).fails_with(1);
    }
}

#[test]
fn a_device_that_cannot_connect_fails_a_list_too() {
    let pki = without_names();
    let server = Server::presenting(&pki);
    fs::write(pki.file("list"), format!("{}\n", server.address())).expect("a list");
    let list = |device: &str| {
        let words = ["--hosts", "list", "--sni", "plc.test", "--as", device, "--at", "2030-01-01"];
        run(pki.folder(), &words).trusting(pki.root_file())
    };
    list("openssl").succeeds();
    list("go").fails_with(1);
}
