//! No path holds: one sentence says why, and nothing is written.

use rcgen::{KeyUsagePurpose, SanType, date_time_ymd};

use crate::support::{
    Pki, Server, certgrab, grab,
    pki::{pem_of, sha256},
};

#[test]
fn a_wrong_name_is_told_with_the_names_that_there_are() {
    let pki = Pki::root("Plant Root")
        .changed(|leaf| {
            let name = "b.plc.test".try_into().expect("a name");
            leaf.subject_alt_names.push(SanType::DnsName(name));
            leaf.subject_alt_names.remove(0);
        })
        .leaf("plc.test");
    let server = Server::presenting(&pki);
    grab(&server).args(["--emit", "pem", "--roots"]).args([pki.root_file()]).fails_with(1).stderr(
        "certgrab: error: the server's certificate is not for `plc.test`, it is for b.plc.test\n\
         certgrab: hint: name the target as its certificate does, and say where it is with \
         `--connect`\n",
    );
}

#[test]
fn a_common_name_alone_is_no_name() {
    let pki =
        Pki::root("Plant Root").changed(|leaf| leaf.subject_alt_names.clear()).leaf("plc.test");
    let server = Server::presenting(&pki);
    grab(&server).args(["--emit", "pem", "--roots"]).args([pki.root_file()]).fails_with(1).stderr(
        "certgrab: error: the server's certificate is not for `plc.test`: it has no subjectAltName, \
         only the common name `plc.test`\n\
         certgrab: hint: the server's owner must issue a certificate with a subjectAltName\n",
    );
}

#[test]
fn an_expired_intermediate_is_named_with_its_date() {
    let pki = Pki::root("Plant Root")
        .intermediate_with("Old Issuing", |one| one.not_after = date_time_ymd(2021, 1, 1))
        .leaf("plc.test");
    let server = Server::presenting(&pki);
    let outcome = grab(&server)
        .args(["--emit", "pem", "--at", "2030-01-01", "--roots"])
        .args([pki.root_file()])
        .fails_with(1);
    assert!(
        outcome.err().starts_with("certgrab: error: `CN=Old Issuing` expired at 2021-01-01"),
        "{}",
        outcome.err()
    );
}

#[test]
fn an_intermediate_that_may_not_sign_is_named_with_what_it_lacks() {
    let pki = Pki::root("Plant Root")
        .intermediate_with("Mute Issuing", |one| one.key_usages = vec![KeyUsagePurpose::CrlSign])
        .leaf("plc.test");
    let server = Server::presenting(&pki);
    grab(&server).args(["--emit", "pem", "--roots"]).args([pki.root_file()]).fails_with(1).stderr(
        "certgrab: error: `CN=Mute Issuing` may not sign certificates: no keyCertSign in keyUsage\n",
    );
}

#[test]
fn an_expired_root_is_no_anchor() {
    let pki = Pki::root("Plant Root")
        .changed(|leaf| leaf.not_after = date_time_ymd(2060, 1, 1))
        .leaf("plc.test");
    let server = Server::presenting(&pki);
    let outcome = grab(&server)
        .args(["--emit", "pem", "--at", "2055-01-01", "--roots"])
        .args([pki.root_file()])
        .fails_with(1);
    assert!(
        outcome.err().starts_with("certgrab: error: `CN=Plant Root` expired at 2050-01-01"),
        "{}",
        outcome.err()
    );
}

#[test]
fn an_impostor_with_the_roots_name_is_found_out_by_its_signature() {
    let real = Pki::root("Plant Root").leaf("plc.test");
    let impostor = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::of(&impostor).sending(impostor.path()).start();
    let outcome =
        grab(&server).args(["--emit", "pem", "--roots"]).args([real.root_file()]).fails_with(1);
    assert_eq!(outcome.out(), "");
    assert!(outcome.err().contains("CN=Plant Root"), "{}", outcome.err());
}

#[test]
fn a_root_of_the_store_with_the_name_and_another_key_is_told_from_one_that_is_missing() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let renewed = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let root = renewed.root_file();
    grab(&server).args(["--emit", "pem", "--roots"]).args([&root]).fails_with(1).stderr(&format!(
        "certgrab: error: `CN=plc.test` is not signed by the key of the `CN=Plant Root` in {}: \
         there is another of that name\n\
         certgrab: hint: give the `CN=Plant Root` that signed it with `--roots FILE`\n",
        root.display()
    ));
}

#[test]
fn a_chain_that_begins_with_an_authority_is_told_how_it_must_begin() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let backwards: Vec<_> = pki.path().iter().rev().cloned().collect();
    for (sent, first) in [(&backwards[..], "Plant Root"), (&pki.path()[1..], "Plant Issuing")] {
        let file = pki.file("sent.pem");
        std::fs::write(&file, pem_of(sent)).expect("a file");
        certgrab()
            .args(["plc.test", "--at", "2030-01-01", "--emit", "pem", "--from"])
            .args([file])
            .args(["--roots"])
            .args([pki.root_file()])
            .fails_with(1)
            .stdout("")
            .stderr(&format!(
                "certgrab: error: the server's certificate is not for `plc.test`: it has no \
                 subjectAltName, only the common name `{first}`\n\
                 certgrab: hint: this is an authority's certificate: the server must send its own \
                 first (RFC 8446 section 4.4.2)\n"
            ));
    }
}

#[test]
fn a_certificate_without_a_subject_is_named_for_that() {
    let pki = Pki::root("Plant Root")
        .changed(|leaf| {
            leaf.distinguished_name = rcgen::DistinguishedName::new();
            leaf.not_after = date_time_ymd(2021, 1, 1);
        })
        .leaf("plc.test");
    let server = Server::presenting(&pki);
    let run = grab(&server).args(["--emit", "pem", "--at", "2030-01-01", "--roots"]);
    let error = run.args([pki.root_file()]).fails_with(1).err();
    assert!(error.starts_with("certgrab: error: (no subject) expired at 2021-01-01"), "{error}");
}

#[test]
fn a_root_is_never_taken_for_its_position_in_the_message() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let stranger = Pki::root("Stranger Root").leaf("plc.test");
    let mut sent = pki.path().to_vec();
    sent.push(stranger.root_der().clone());
    let server = Server::of(&pki).sending(&sent).start();
    let fingerprint = sha256(stranger.root_der());
    let outcome =
        grab(&server).args(["--emit", "pem", "--trust-sha256", &fingerprint]).fails_with(1);
    assert_eq!(outcome.out(), "");
}

#[test]
fn a_refused_chain_is_still_shown_to_a_person() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let outcome = grab(&server).fails_with(1);
    assert!(outcome.out().contains("1. CN=plc.test\n"), "{}", outcome.out());
    assert!(outcome.out().contains(&sha256(pki.leaf_der())), "{}", outcome.out());
}
