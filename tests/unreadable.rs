//! Certificates that cannot be read, and others that only some programs can read.

use std::fs;

use certgrab::internals::chain::{LeafError, Presented, Sent};
use certgrab::internals::trust::store::Source;
use rcgen::{CertificateParams, CustomExtension, Issuer, KeyPair};
use rustls::pki_types::CertificateDer;

use crate::support::{
    Pki, Server, certgrab, grab,
    pki::{pem_of, sha256},
    real,
    remade::{ECDSA_SHA256_NULL, compressed, element, field, remade, replaced},
};

/// The chain of an attacker without a certificate for the server's name: first one for the attacker's key, with
/// unreadable dates, then the real server's chain.
struct Attacker {
    real: Pki,
    own: Pki,
    sent: Vec<CertificateDer<'static>>,
}

impl Attacker {
    fn new() -> Self {
        let real = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
        let own = Pki::self_signed("plc.test", false);
        let date = b"\x17\x0d200101000000Z";
        let first = replaced(own.leaf_der(), date, b"\x17\x0d20010100000 Z");
        let sent = std::iter::once(CertificateDer::from(first)).chain(real.chain()).collect();
        Self { real, own, sent }
    }

    fn server(&self) -> Server {
        Server::of(&self.own).sending(&self.sent).start()
    }
}

const REFUSED: &str = "certgrab: error: the server's certificate is not an X.509 certificate: its \
                       notBefore cannot be read\n";

#[test]
fn no_certificate_replaces_an_unreadable_first_one() {
    let attacker = Attacker::new();
    for what in [&["--emit", "pem"][..], &["--emit", "pem", "--what", "leaf"]] {
        let server = attacker.server();
        let roots = attacker.real.root_file();
        grab(&server).trusting(&roots).args(what).fails_with(1).stdout("").stderr(REFUSED);
        let from = attacker.real.file("sent.pem");
        fs::write(&from, pem_of(&attacker.sent)).expect("a file");
        certgrab()
            .args(["plc.test", "--from"])
            .args([&from])
            .trusting(&roots)
            .args(what)
            .fails_with(1)
            .stdout("")
            .stderr(REFUSED);
    }
}

#[test]
fn a_first_certificate_with_a_damaged_begin_line_is_named() {
    let attacker = Attacker::new();
    let (first, rest) = attacker.sent.split_at(1);
    let (first, rest) = (pem_of(first), pem_of(rest));
    let from = attacker.real.file("sent.pem");
    for line in [
        "----BEGIN CERTIFICATE-----",
        "-----BEGIN CERTIFICATE----",
        "\u{2013}\u{2013}BEGIN CERTIFICATE\u{2013}\u{2013}",
        "-----begin certificate-----",
        "-----BEGIN certificate-----",
        "-----BEGIN  CERTIFICATE-----",
        "BEGIN CERTIFICATE",
        "-----BEGIN CERTIFlCATE-----",
        "-----BEGIN CERTIFICAT-----",
        "-----BEGIN CERTIFICATES-----",
        "-----BEGIN C\u{415}RTIFICATE-----",
        "-----BEG1N CERTIFICATE-----",
        "-----BEGINCERTIFICATE-----",
        "-----BEGLN CERTlFICATE-----",
        "",
    ] {
        let damaged = first.replace("-----BEGIN CERTIFICATE-----", line);
        fs::write(&from, format!("{damaged}{rest}")).expect("a file");
        let outcome = certgrab()
            .args(["plc.test", "--from"])
            .args([&from])
            .trusting(attacker.real.root_file())
            .args(["--emit", "pem"])
            .fails_with(4)
            .stdout("");
        assert!(outcome.err().contains("block 1 of"), "{line}: {}", outcome.err());
        assert!(outcome.err().contains("is not a PEM certificate: "), "{}", outcome.err());
    }
    // `check` names the line where the letters of the label are wrong.
    let damaged = first.replace("BEGIN CERTIFICATE", "BEGIN CERTIFlCATE");
    fs::write(&from, format!("{rest}{damaged}")).expect("a file");
    let out = certgrab().args(["check", "--offline"]).args([&from]).fails_with(1).out();
    let expected =
        "the BEGIN line of the PEM block has the label `CERTIFlCATE`, expected `CERTIFICATE`";
    assert!(out.contains(expected), "{out}");
    let text = "Begin the chain with the server's certificate:\n";
    fs::write(&from, format!("{text}{rest}")).expect("a file");
    certgrab()
        .args(["plc.test", "--from"])
        .args([&from])
        .trusting(attacker.real.root_file())
        .args(["--emit", "pem"])
        .succeeds();
}

#[test]
fn a_first_certificate_in_bare_base64_is_named() {
    let attacker = Attacker::new();
    let (first, rest) = attacker.sent.split_at(1);
    let (first, rest) = (pem_of(first), pem_of(rest));
    let from = attacker.real.file("sent.pem");
    let bare: String = first.lines().filter(|line| !line.starts_with('-')).collect();
    let lines = first.replace("-----BEGIN CERTIFICATE-----\n", "");
    let lines = lines.replace("-----END CERTIFICATE-----\n", "");
    let key = "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n";
    for text in [bare.clone(), lines.clone(), format!("  {bare}"), format!("{key}{lines}")] {
        fs::write(&from, format!("{text}\n{rest}")).expect("a file");
        for words in [&["plc.test", "--from"][..], &["verify"]] {
            let run = certgrab().args(words).args([&from]);
            let outcome = run.trusting(attacker.real.root_file()).fails_with(4).stdout("");
            let said = outcome.err();
            assert!(said.contains("its BEGIN line is damaged or missing"), "{text}: {said}");
        }
    }
}

#[test]
fn a_first_certificate_without_boundaries_is_refused() {
    let attacker = Attacker::new();
    let (first, rest) = attacker.sent.split_at(1);
    let from = attacker.real.file("sent.pem");
    let base64: String = pem_of(first).lines().filter(|line| !line.starts_with('-')).collect();
    let short: Vec<_> = base64.as_bytes().chunks(20).map(String::from_utf8_lossy).collect();
    let bytes = |one: fn(&u8) -> String, join: &str| {
        first[0].iter().map(one).collect::<Vec<_>>().join(join)
    };
    let base64_problem = "it is Base64 without a BEGIN and an END line";
    let hexadecimal_problem = "it is hexadecimal without a BEGIN and an END line";
    for (text, problem) in [
        (short.join("\n"), base64_problem),
        (base64.replace('+', "-").replace('/', "_"), base64_problem),
        (format!("<ds:X509Certificate>{base64}</ds:X509Certificate>"), base64_problem),
        (bytes(|byte| format!("{byte:02x}"), ":"), hexadecimal_problem),
        (format!("{{ {} }};", bytes(|byte| format!("0x{byte:02x}"), ", ")), hexadecimal_problem),
        (format!("[{}]", bytes(u8::to_string, ",")), "it is an array of numbers"),
    ] {
        for words in [&["plc.test", "--from"][..], &["verify"]] {
            fs::write(&from, format!("{text}\n{}", pem_of(rest))).expect("a file");
            let run = certgrab().args(words).args([&from]);
            let outcome = run.trusting(attacker.real.root_file()).fails_with(4).stdout("");
            assert!(outcome.err().contains(problem), "{text}: {}", outcome.err());
        }
    }
    // `check` and `convert` name it too.
    fs::write(&from, format!("{}\n{}", short.join("\n"), pem_of(rest))).expect("a file");
    let words =
        "the certificate in Base64 has no BEGIN and END lines; TLS stacks read nothing of it";
    let out = certgrab().args(["check", "--offline"]).args([&from]).ends().out();
    assert!(out.contains(&format!("sent.pem:1: warning: {words} [pem-damaged]")), "{out}");
    let convert = certgrab().args(["convert"]).args([&from]).args(["--emit", "pem"]);
    let said = convert.fails_with(4).err();
    assert!(said.contains(words), "{said}");
}

#[test]
fn a_truncated_chain_message_is_refused() {
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    let whole = pki.file("whole.p7b");
    fs::write(pki.file("chain.pem"), pem_of(&pki.chain())).expect("a file");
    let convert = certgrab().args(["convert"]).args([pki.file("chain.pem")]);
    convert.args(["--emit", &format!("p7b={}", whole.display())]).succeeds();
    let block = pem::parse(fs::read(&whole).expect("a file")).expect("PEM");
    let der = block.contents();
    let cut = &der[..der.len() - 300];
    for content in [cut.to_vec(), pem::encode(&pem::Pem::new("PKCS7", cut)).into_bytes()] {
        fs::write(pki.file("cut"), content).expect("a file");
        let run = certgrab().args(["plc.test", "--from"]).args([pki.file("cut")]);
        let said = run.trusting(pki.root_file()).fails_with(4).err();
        assert!(said.contains("a PKCS#7 message that is cut off"), "{said}");
    }
}

#[test]
fn other_blocks_than_certificates_in_a_chain_are_named() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let chain = pem_of(pki.path());
    let from = pki.file("sent.pem");
    let block = |label: &str| format!("-----BEGIN {label}-----\nMIGH\n-----END {label}-----\n");
    let others = [block("CERTIFICATE REQUEST"), block("X509 CRL"), block("PRIVATE KEY")].concat();
    fs::write(&from, format!("{others}{chain}")).expect("a file");
    let run = certgrab().args(["plc.test", "--from"]).args([&from]);
    let said = run.trusting(pki.root_file()).args(["--emit", "pem"]).succeeds().err();
    for label in ["CERTIFICATE REQUEST", "X509 CRL"] {
        let expected = format!("a block labelled `{label}` is not a certificate, it is skipped");
        assert!(said.contains(&expected), "{said}");
    }
    assert!(said.contains("line 7 is of a private key, which is not used"), "{said}");
}

#[test]
fn no_other_fingerprint_trusts_an_unreadable_first_certificate() {
    let attacker = Attacker::new();
    let leaf = sha256(attacker.real.leaf_der());
    let outcome = grab(&attacker.server())
        .args(["--trust-sha256", &leaf, "--emit", "pem"])
        .fails_with(1)
        .stdout("");
    assert!(outcome.err().starts_with(REFUSED.trim_end()), "{}", outcome.err());
}

#[test]
fn a_document_has_the_presented_positions() {
    let attacker = Attacker::new();
    let document = grab(&attacker.server())
        .args(["--json"])
        .trusting(attacker.real.root_file())
        .fails_with(1)
        .json();
    assert_eq!(document["error"]["kind"], "unreadable_leaf");
    assert_eq!(document["unreadable"][0]["position"], 1);
    assert_eq!(document["unreadable"][0]["sha256"], sha256(&attacker.sent[0]));
    let positions: Vec<_> = document["presented"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["position"])
        .collect();
    assert_eq!(positions, [2, 3]);
    assert_eq!(document["anchor"], serde_json::Value::Null);
    assert_eq!(document["paths"], serde_json::json!([]));
}

#[test]
fn a_report_numbers_certificates_as_they_were_sent() {
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    let junk = CertificateDer::from(b"junk".to_vec());
    let [leaf, issuing] = [0, 1].map(|place| pki.chain()[place].clone());
    let sent = pki.file("sent.pem");
    fs::write(&sent, pem_of(&[leaf.clone(), leaf, junk, issuing])).expect("a file");
    let outcome = certgrab().args(["plc.test", "--from"]).args([&sent]).fails_with(1);
    let out = outcome.out();
    assert!(out.starts_with("plc.test:443: 4 certificates read\n\n1. CN=plc.test\n"), "{out}");
    let junk = "\n3. not an X.509 certificate: its outer SEQUENCE cannot be read\n   SHA-256    ";
    assert!(out.contains(junk), "{out}");
    assert!(out.contains("\n4. CN=Issuing\n"), "{out}");
}

#[test]
fn an_unreadable_certificate_may_be_the_missing_issuer() {
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    let junk = CertificateDer::from(b"junk".to_vec());
    let sent = pki.file("sent.pem");
    fs::write(&sent, pem_of(&[pki.leaf_der().clone(), junk])).expect("a file");
    let outcome =
        certgrab().args(["plc.test", "--emit", "pem", "--from"]).args([&sent]).fails_with(1);
    let expected = "certgrab: error: `CN=plc.test` is issued by `CN=Issuing`, which Mozilla's store \
                  does not have; certificate 2 of the chain may be the issuer, but cannot be \
                  read\n";
    assert!(outcome.err().starts_with(expected), "{}", outcome.err());
}

#[test]
fn check_replaces_no_unreadable_leaf() {
    let attacker = Attacker::new();
    let server = attacker.server();
    let target = format!("plc.test:{}", server.port());
    let constants = attacker.real.file("root.pem");
    fs::write(&constants, pem_of(&[attacker.real.root_der().clone()])).expect("a file");
    let pin = attacker.real.file("pin.ino");
    let print = sha256(attacker.real.leaf_der());
    fs::write(&pin, format!("// {target}\nconst char *fingerprint = \"{print}\";\n"))
        .expect("a file");
    for file in [constants, pin] {
        let outcome = certgrab()
            .args(["check"])
            .args([&file])
            .args([&target, "--connect", &server.address().to_string()])
            .fails_with(1);
        let expected = format!(
            "the chain of {target} cannot be verified: the server's certificate is not an X.509 \
             certificate: its notBefore cannot be read [verify-failed]"
        );
        assert!(outcome.out().contains(&expected), "{}\n{}", outcome.out(), outcome.err());
    }
}

#[test]
fn only_equal_first_bytes_make_a_chain_the_same() {
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    let chain = pki.chain();
    let presented = |first: &[u8]| {
        let message = std::iter::once(first).chain(chain.iter().map(AsRef::as_ref));
        Presented::from_message(message, Source::Server)
    };
    let (one, other, readable) = (presented(b"1"), presented(b"2"), presented(&chain[0]));
    assert!(matches!(one.leaf(), Err(LeafError::Unreadable(_))));
    assert!(one.is_same_chain(&one) && !one.is_same_chain(&other));
    assert!(!one.is_same_chain(&readable) && !readable.is_same_chain(&one));
    let positions: Vec<_> = one.numbered().iter().map(|(position, _)| *position).collect();
    assert_eq!(positions, [1, 2, 3]);
    assert!(matches!(one.numbered()[0].1, Sent::Unreadable(_)));
    assert_eq!((one.above_leaf().len(), one.count()), (2, 3));
    let without = one.without(one.above_leaf());
    assert!(without.leaf().is_err() && without.above_leaf().is_empty());
    let nothing = Presented::from_message([], Source::Server);
    assert_eq!(nothing.leaf(), Err(LeafError::Absent));
}

/// A root and a leaf for `plc.test`, changed by the test.
struct Remade {
    pki: Pki,
    root_key: KeyPair,
}

impl Remade {
    fn new(change: impl FnOnce(&mut CertificateParams) + 'static) -> Self {
        let [root_key, leaf_key] = [(); 2].map(|()| KeyPair::generate().expect("a key"));
        let same = KeyPair::from_pem(&root_key.serialize_pem()).expect("the key");
        let pki = Pki::root_with_key("Plant Root", same).changed(change);
        Self { pki: pki.leaf_with_key("plc.test", &leaf_key), root_key }
    }

    fn leaf(&self, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> CertificateDer<'static> {
        remade(self.pki.leaf_der(), &self.root_key, change).into()
    }

    fn root(&self, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> CertificateDer<'static> {
        remade(self.pki.root_der(), &self.root_key, change).into()
    }

    /// Asserts that a server with the leaf proves its key, and that `root` is its anchor.
    #[track_caller]
    fn assert_verified(&self, leaf: &CertificateDer<'static>, root: &CertificateDer<'static>) {
        let roots = self.pki.file("remade.pem");
        fs::write(&roots, pem_of(std::slice::from_ref(root))).expect("a file");
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            let server =
                Server::of(&self.pki).sending(std::slice::from_ref(leaf)).speaking(version).start();
            let outcome = grab(&server).args(["--json"]).trusting(&roots).ends();
            let document = outcome.json();
            assert_eq!(document["status"], "ok", "{document}");
            assert_eq!(document["anchor"]["sha256"], sha256(root));
            assert_eq!(document["handshake"]["key_possession"], "proven", "{document}");
        }
    }
}

#[test]
fn extensions_with_any_object_identifier_are_read() {
    let long: Vec<u64> = [1, 3, 6, 1, 4, 1].into_iter().chain((0..60).map(|arc| arc + 1)).collect();
    let wide = [2, 25, u64::MAX >> 1, u64::MAX >> 1];
    let made = Remade::new(move |leaf| {
        for oid in [&long[..], &wide] {
            leaf.custom_extensions.push(CustomExtension::from_oid_content(oid, vec![5, 0]));
        }
    });
    // 2.25 and one arc of 128 bits, in place of two of 63.
    let ones = [0xff; 8];
    let from = [&[0x69], &ones[..], &[0x7f], &ones, &[0x7f]].concat();
    let to = [&[0x69, 0x83], &[0xff; 16][..], &[0x7f]].concat();
    assert_eq!(from.len(), to.len());
    let leaf = made.leaf(|fields| {
        let extensions = fields.last_mut().expect("extensions");
        *extensions = replaced(extensions, &from, &to);
    });
    made.assert_verified(&leaf, made.pki.root_der());
}

#[test]
fn ecdsa_with_null_parameters_is_verified() {
    let made = Remade::new(|_| {});
    let null = |fields: &mut Vec<Vec<u8>>| fields[field::ALGORITHM] = ECDSA_SHA256_NULL.to_vec();
    made.assert_verified(&made.leaf(null), &made.root(null));
}

#[test]
fn a_compressed_point_verifies_chains_and_handshakes() {
    let made = Remade::new(|_| {});
    let squeeze = |fields: &mut Vec<Vec<u8>>| fields[field::KEY] = compressed(&fields[field::KEY]);
    let root = made.root(squeeze);
    made.assert_verified(&made.leaf(squeeze), &root);
    let file = made.pki.file("compressed.pem");
    fs::write(&file, pem_of(&[root])).expect("a file");
    let outcome = certgrab().args(["check", "--offline"]).args([&file]).ends();
    assert!(!outcome.out().contains("bad-signature"), "{}", outcome.out());
}

#[test]
fn an_unreadable_certificate_has_a_sentence() {
    let [root_key, upper_key] = [(); 2].map(|()| KeyPair::generate().expect("a key"));
    let same = KeyPair::from_pem(&root_key.serialize_pem()).expect("the key");
    let pki = Pki::root_with_key("Plant Root", same).leaf("other.test");
    let upper =
        Pki::root_with_key("Upper", KeyPair::from_pem(&upper_key.serialize_pem()).expect("it"))
            .leaf("plc.test");
    let issuer = Issuer::from_ca_cert_der(pki.root_der(), root_key).expect("an issuer");
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, "Upper");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let made = params.signed_by(&upper_key, &issuer).expect("a certificate");
    let unique = element(0x81, &[0, 7]);
    let version_1 = remade(made.der(), issuer.key(), |fields| {
        fields.remove(field::VERSION);
    });
    let trailing = remade(made.der(), issuer.key(), |fields| fields.push(unique));
    let null = remade(made.der(), issuer.key(), |fields| {
        fields[field::ALGORITHM] = ECDSA_SHA256_NULL.to_vec();
    });
    // After the signed part, the algorithm precedes the BIT STRING of the signature.
    let [inside, outside] = [2, 3].map(|digest| {
        let algorithm = replaced(ECDSA_SHA256_NULL, &[4, 3, 2], &[4, 3, digest]);
        [algorithm.as_slice(), &[3]].concat()
    });
    let mismatch = replaced(&null, &inside, &outside);
    for (der, sentence) in [
        (version_1, "is not X.509 version 3, so it does not state its purpose"),
        (trailing, "has trailing bytes after one of its parts"),
        (mismatch, "names different algorithms in signature and signatureAlgorithm"),
    ] {
        let chain = pki.file("spoiled.pem");
        fs::write(&chain, pem_of(&[upper.leaf_der().clone(), der.into()])).expect("a file");
        let outcome = certgrab()
            .args(["plc.test", "--at", "2030-01-01", "--emit", "pem", "--from"])
            .args([&chain])
            .trusting(pki.root_file())
            .fails_with(1)
            .stdout("");
        let expected = format!("certgrab: error: `CN=Upper` cannot be verified: it {sentence}\n");
        assert_eq!(outcome.reason(), expected);
    }
}

#[test]
fn an_unreadable_certificate_among_roots_is_named() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let file = pki.file("roots.pem");
    let junk = pem_of(&[b"junk".to_vec().into()]);
    let broken = junk.replace("anVuaw==", "anV?aw==");
    let root = pem_of(&[pki.root_der().clone()]);
    fs::write(&file, [junk.as_str(), &broken, &root].concat()).expect("a file");
    let shown = file.display();
    grab(&server).args(["--emit", "pem"]).trusting(&file).succeeds().stdout(&root).stderr(
        &format!(
            "certgrab: warning: not used as a root: block 1 of {shown} is not an X.509 certificate: \
             its outer SEQUENCE cannot be read\n\
             certgrab: warning: not used as a root: block 2 of {shown} is not a PEM certificate: \
             its Base64 cannot be decoded\n"
        ),
    );
    fs::write(&file, [junk.as_str(), &broken].concat()).expect("a file");
    grab(&server).trusting(&file).fails_with(4);
}

#[test]
fn an_unreadable_certificate_of_the_system_store_is_named() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let file = pki.file("system.pem");
    let junk: CertificateDer<'_> = b"junk".to_vec().into();
    fs::write(&file, pem_of(&[junk.clone(), pki.root_der().clone()])).expect("a file");
    let outcome = grab(&server)
        .args(["--roots", "system", "--emit", "pem"])
        .env("SSL_CERT_FILE", file.to_str().expect("a path"))
        .succeeds();
    let expected = format!(
        "of the system's store, SHA-256 {}, is not an X.509 certificate: its outer SEQUENCE cannot \
         be read\n",
        sha256(&junk)
    );
    assert!(outcome.err().contains(&expected), "{}", outcome.err());
}

#[test]
fn an_openssl_trusted_certificate_has_a_command_to_convert_it() {
    if !real::program("openssl") {
        return;
    }
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let (root, trusted) = (pki.root_file(), pki.trusted_root_file("-addtrust"));
    let shown = trusted.display();
    let sentence = format!(
        "block 1 of {shown} is a TRUSTED CERTIFICATE, which adds OpenSSL's trust settings to the \
         certificate and is not supported"
    );
    let command = format!("convert it with `openssl x509 -in {shown} -out certificate.pem`");
    let server = Server::presenting(&pki);
    grab(&server)
        .trusting(&trusted)
        .fails_with(4)
        .stderr(&format!("certgrab: error: {sentence}\ncertgrab: hint: {command}\n"));
    let both = [fs::read(&trusted), fs::read(&root)].map(|read| read.expect("a file")).concat();
    fs::write(&trusted, both).expect("a file");
    let outcome = grab(&server).args(["--emit", "pem"]).trusting(&trusted).succeeds();
    let warning = format!("certgrab: warning: not used as a root: {sentence}; {command}\n");
    assert_eq!(outcome.err(), warning);
}
