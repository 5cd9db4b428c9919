//! No path verifies: one sentence gives the reason, and nothing is written.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};

use crate::support::{
    Pki, Server, certgrab, grab,
    pki::{pem_of, sha256},
};

#[test]
fn a_wrong_name_is_shown_with_the_certificates_names() {
    let pki = Pki::root("Plant Root")
        .changed(|leaf| {
            let name = "b.plc.test".try_into().expect("a name");
            leaf.subject_alt_names.push(SanType::DnsName(name));
            leaf.subject_alt_names.remove(0);
        })
        .leaf("plc.test");
    let server = Server::presenting(&pki);
    grab(&server).args(["--emit", "pem"]).trusting(pki.root_file()).fails_with(1).stderr(
        "certgrab: error: the server's certificate is not valid for `plc.test`, only for \
         `b.plc.test`\n\
         certgrab: hint: use a name from the certificate as the target, and pass the address with \
         `--connect`\n",
    );
}

#[test]
fn four_of_1000_names_are_shown_and_the_rest_counted() {
    let pki = Pki::root("Plant Root")
        .changed(|leaf| {
            let name = |number| format!("h{number}").try_into().expect("a name");
            leaf.subject_alt_names =
                (0..1_000).map(|number: usize| SanType::DnsName(name(number))).collect();
        })
        .leaf("plc.test");
    let server = Server::presenting(&pki);
    grab(&server).args(["--emit", "pem"]).trusting(pki.root_file()).fails_with(1).stderr(
        "certgrab: error: the server's certificate is not valid for `plc.test`, only for `h0`, \
         `h1`, `h2`, `h3`, 996 more\n\
         certgrab: hint: use a name from the certificate as the target, and pass the address with \
         `--connect`\n",
    );
}

#[test]
fn dots_and_spaces_in_names_and_an_empty_san_are_shown() {
    let names = |content: &[u8]| {
        let made = rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 17], content.to_vec());
        let pki = Pki::root("Plant Root")
            .changed(move |leaf| {
                leaf.subject_alt_names.clear();
                leaf.custom_extensions.push(made);
            })
            .leaf("plc.test");
        let run = certgrab()
            .args(["plc.test", "--at", "2030-01-01", "--emit", "pem", "--from"])
            .args([pki.chain_file()])
            .trusting(pki.root_file())
            .ends();
        run.err()
    };
    let printed = names(b"\x30\x0b\x82\x09plc.test.");
    assert!(printed.contains("for `plc.test`, only for `plc.test.`\n"), "{printed}");
    let printed = names(b"\x30\x0b\x82\x09 plc.test");
    assert!(printed.contains("for `plc.test`, only for ` plc.test`\n"), "{printed}");
    let printed = names(b"\x30\x00");
    assert!(printed.contains("it has an empty subjectAltName"), "{printed}");
}

#[test]
fn a_common_name_alone_does_not_count() {
    let pki =
        Pki::root("Plant Root").changed(|leaf| leaf.subject_alt_names.clear()).leaf("plc.test");
    let server = Server::presenting(&pki);
    let refused = "certgrab: error: the server's certificate is not valid for `plc.test`: it has no \
         subjectAltName, \
         only the common name `plc.test`\n\
         certgrab: hint: reissue the server's certificate with a subjectAltName, as in docs/your-own-ca.md";
    let connecting = "; or choose a format in `--emit` whose TLS stack connects, such as `mbedtls`, `arduino`, \
         `esp-idf`, `esp-bundle`; `--stacks` shows what each TLS stack makes of the chain";
    let run =
        |words: &[&str]| grab(&server).args(words).trusting(pki.root_file()).fails_with(1).err();
    assert_eq!(run(&["--emit", "pem"]), format!("{refused}{connecting}\n"));
    assert_eq!(run(&[]), format!("{refused}{connecting}\n"));
    assert_eq!(run(&["--as", "go"]), format!("{refused}\n"));
}

#[test]
fn one_refused_format_is_named_and_nothing_is_written() {
    let names_the_others = "leave out `c`, `rust-anchor` to write `arduino`\n";
    let cases: [fn(&mut CertificateParams); 2] = [
        |leaf| leaf.subject_alt_names.clear(),
        |leaf| leaf.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
    ];
    for change in cases {
        let pki = Pki::root("Plant Root").changed(change).leaf("plc.test");
        let server = Server::presenting(&pki);
        let files = ["a.h", "c.h", "r.rs"].map(|file| pki.file(file));
        let emit = ["arduino", "c", "rust-anchor"].iter().zip(&files);
        let emit = emit
            .flat_map(|(form, file)| ["--emit".to_owned(), format!("{form}={}", file.display())]);
        let grab = grab(&server).trusting(pki.root_file());
        let printed = grab.args(emit).fails_with(1).err();
        let begins = "certgrab: error: nothing is written because of `c`, `rust-anchor`: ";
        assert!(printed.starts_with(begins) && printed.ends_with(names_the_others), "{printed}");
        assert!(files.iter().all(|file| !file.exists()));
    }
    // A stack that refuses what browsers accept is named in the same way.
    let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let pki = Pki::root_with_key("Plant Root", key).leaf("plc.test");
    let server = Server::presenting(&pki);
    let files = ["b.h", "j.h"].map(|file| pki.file(file));
    let emit = ["bearssl", "python"].iter().zip(&files);
    let emit =
        emit.flat_map(|(form, file)| ["--emit".to_owned(), format!("{form}={}", file.display())]);
    let printed = grab(&server).trusting(pki.root_file()).args(emit).fails_with(1);
    let expected = "certgrab: error: nothing is written because of `bearssl`: ";
    assert!(printed.err().contains(expected), "{}", printed.err());
    assert!(
        printed.err().ends_with("leave out `bearssl` to write `python`\n"),
        "{}",
        printed.err()
    );
    assert!(files.iter().all(|file| !file.exists()));
}

#[test]
fn an_expired_intermediate_is_named_with_its_date() {
    let pki = Pki::root("Plant Root")
        .intermediate_with("Old Issuing", |one| one.not_after = date_time_ymd(2021, 1, 1))
        .leaf("plc.test");
    let server = Server::presenting(&pki);
    let outcome = grab(&server)
        .args(["--emit", "pem", "--at", "2030-01-01"])
        .trusting(pki.root_file())
        .fails_with(1);
    assert!(
        outcome.err().starts_with("certgrab: error: `CN=Old Issuing` expired at 2021-01-01"),
        "{}",
        outcome.err()
    );
}

#[test]
fn an_intermediate_that_may_not_sign_is_named_with_the_reason() {
    let pki = Pki::root("Plant Root")
        .intermediate_with("Mute Issuing", |one| one.key_usages = vec![KeyUsagePurpose::CrlSign])
        .leaf("plc.test");
    let server = Server::presenting(&pki);
    grab(&server).args(["--emit", "pem"]).trusting(pki.root_file()).fails_with(1).stderr(
        "certgrab: error: `CN=Mute Issuing` may not sign certificates: no keyCertSign in keyUsage\n",
    );
}

#[test]
fn an_expired_root_is_not_an_anchor() {
    let pki = Pki::root("Plant Root")
        .changed(|leaf| leaf.not_after = date_time_ymd(2060, 1, 1))
        .leaf("plc.test");
    let server = Server::presenting(&pki);
    let outcome = grab(&server)
        .args(["--emit", "pem", "--at", "2055-01-01"])
        .trusting(pki.root_file())
        .fails_with(1);
    assert!(
        outcome.err().starts_with("certgrab: error: `CN=Plant Root` expired at 2050-01-01"),
        "{}",
        outcome.err()
    );
}

#[test]
fn a_lookalike_root_is_detected_by_its_signature() {
    let real = Pki::root("Plant Root").leaf("plc.test");
    let lookalike = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::of(&lookalike).sending(lookalike.path()).start();
    let outcome = grab(&server).args(["--emit", "pem"]).trusting(real.root_file()).fails_with(1);
    assert_eq!(outcome.out(), "");
    assert!(outcome.err().contains("CN=Plant Root"), "{}", outcome.err());
}

#[test]
fn a_root_with_another_key_is_not_called_missing() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let renewed = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let root = renewed.root_file();
    grab(&server).args(["--emit", "pem"]).trusting(&root).fails_with(1).stderr(&format!(
        "certgrab: error: `CN=plc.test` is signed by a different key than the root \
         named `CN=Plant Root` in {}\n\
         certgrab: hint: pass the `CN=Plant Root` that signed it with `--roots FILE`\n",
        root.display()
    ));
}

#[test]
fn a_chain_that_begins_with_a_ca_has_a_hint() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let backwards: Vec<_> = pki.path().iter().rev().cloned().collect();
    for (sent, first) in [(&backwards[..], "Plant Root"), (&pki.path()[1..], "Plant Issuing")] {
        let file = pki.file("sent.pem");
        std::fs::write(&file, pem_of(sent)).expect("a file");
        certgrab()
            .args(["plc.test", "--at", "2030-01-01", "--emit", "pem", "--from"])
            .args([file])
            .trusting(pki.root_file())
            .fails_with(1)
            .stdout("")
            .stderr(&format!(
                "certgrab: error: the server's certificate is not valid for `plc.test`: it has no \
                 subjectAltName, only the common name `{first}`\n\
                 certgrab: hint: this is a CA certificate; configure the server to send its own \
                 certificate first (RFC 8446 section 4.4.2)\n"
            ));
    }
}

#[test]
fn a_certificate_without_a_subject_is_described() {
    let pki = Pki::root("Plant Root")
        .changed(|leaf| {
            leaf.distinguished_name = rcgen::DistinguishedName::new();
            leaf.not_after = date_time_ymd(2021, 1, 1);
        })
        .leaf("plc.test");
    let server = Server::presenting(&pki);
    let run = grab(&server).args(["--emit", "pem", "--at", "2030-01-01"]);
    let error = run.trusting(pki.root_file()).fails_with(1).err();
    assert!(error.starts_with("certgrab: error: (no subject) expired at 2021-01-01"), "{error}");
}

#[test]
fn a_loop_of_issuers_differs_from_a_missing_issuer() {
    let [north, south] = ["North", "South"].map(|name| {
        let mut params = CertificateParams::new([]).expect("parameters");
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        (params, KeyPair::generate().expect("a key"))
    });
    let issued = |(params, key): &(CertificateParams, KeyPair),
                  by: &(CertificateParams, KeyPair)| {
        let issuer = Issuer::from_params(&by.0, &by.1);
        params.signed_by(key, &issuer).expect("a certificate").der().clone()
    };
    let mut leaf = CertificateParams::new(["plc.test".to_owned()]).expect("parameters");
    leaf.distinguished_name = DistinguishedName::new();
    leaf.distinguished_name.push(DnType::CommonName, "plc.test");
    let leaf = (leaf, KeyPair::generate().expect("a key"));
    let chain = [issued(&leaf, &north), issued(&north, &south), issued(&south, &north)];
    let run = || {
        certgrab()
            .args(["plc.test", "--from", "-", "--emit", "pem", "--at", "2030-01-01"])
            .reading(pem_of(&chain))
    };
    run().fails_with(1).stdout("").stderr(
        "certgrab: error: `CN=South` is issued by `CN=North`: the issuers form a loop, and no \
         root in Mozilla's store was reached\n\
         certgrab: hint: pass the root of the server's CA with `--roots FILE`\n",
    );
    // Either of them is an anchor once the user trusts it.
    let fingerprint = sha256(&chain[2]);
    run().args(["--trust-sha256", &fingerprint]).succeeds().stdout(&pem_of(&chain[2..]));
}

#[test]
fn the_issuers_name_alone_does_not_mean_self_signed() {
    let pki = Pki::root("plc.test").leaf("plc.test");
    let run = || {
        certgrab()
            .args(["plc.test", "--emit", "pem", "--at", "2030-01-01", "--from"])
            .args([pki.chain_file()])
    };
    run().fails_with(1).stdout("").stderr(
        "certgrab: error: `CN=plc.test` is issued by `CN=plc.test`, which the server did not send \
         and Mozilla's store does not have\n\
         certgrab: hint: if the issuer is your own root, pass it with `--roots FILE`; if it is an \
         intermediate, configure the server to send it\n",
    );
    let leaf = sha256(pki.leaf_der());
    run().args(["--trust-sha256", &leaf]).fails_with(1).stdout("").stderr(
        "certgrab: error: `CN=plc.test` is the leaf, issued by `CN=plc.test`; it is not a CA \
         certificate\n\
         certgrab: hint: pass the certificate of its CA with `--roots FILE`, or the SHA-256 of that \
         certificate with `--trust-sha256 HEX`\n",
    );
    run().trusting(pki.root_file()).succeeds();
}

#[test]
fn a_root_is_never_trusted_for_its_position() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let other = Pki::root("Other Root").leaf("plc.test");
    let mut sent = pki.path().to_vec();
    sent.push(other.root_der().clone());
    let server = Server::of(&pki).sending(&sent).start();
    let fingerprint = sha256(other.root_der());
    let outcome =
        grab(&server).args(["--emit", "pem", "--trust-sha256", &fingerprint]).fails_with(1);
    assert_eq!(outcome.out(), "");
}

#[test]
fn a_refused_chain_is_still_shown() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let outcome = grab(&server).fails_with(1);
    assert!(outcome.out().contains("1. CN=plc.test\n"), "{}", outcome.out());
    assert!(outcome.out().contains(&sha256(pki.leaf_der())), "{}", outcome.out());
}

#[test]
fn a_name_in_the_wrong_form_is_shown_with_the_rule() {
    use rcgen::SanType;
    let dns = |name: &str| SanType::DnsName(name.try_into().expect("a name"));
    let mail = SanType::Rfc822Name("root@plc.test".try_into().expect("an address"));
    for (expected, name, problem, hint) in [
        (
            "plc.test",
            mail,
            ": it has a subjectAltName without a DNS name or an IP address, only the common name \
             `plc.test`",
            "its DNS name or IP address in subjectAltName",
        ),
        (
            "127.0.0.1",
            dns("127.0.0.1"),
            ": it lists the address as a DNS name, expected an iPAddress (RFC 5280 section \
             4.2.1.6)",
            "`127.0.0.1` as an iPAddress",
        ),
        (
            "broker.lan",
            dns("*.lan"),
            ", only for `*.lan`: `*` must be followed by at least two labels",
            "`broker.lan` as a full DNS name",
        ),
    ] {
        let pki = Pki::root("Plant Root")
            .changed(|leaf| leaf.subject_alt_names = vec![name])
            .leaf("plc.test");
        let printed = certgrab()
            .args([expected, "--at", "2030-01-01", "--emit", "pem", "--from"])
            .args([pki.chain_file()])
            .trusting(pki.root_file())
            .fails_with(1)
            .stdout("")
            .err();
        let begins = format!(
            "certgrab: error: the server's certificate is not valid for `{expected}`{problem}\n\
             certgrab: hint: reissue the server's certificate with {hint}"
        );
        assert!(printed.starts_with(&begins), "{printed}");
    }
}
