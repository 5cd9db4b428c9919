//! Root stores: files, folders, Mozilla's and the system's.

use std::fs;

use rcgen::{KeyPair, date_time_ymd};
use rustls::pki_types::CertificateDer;

use crate::support::{Pki, Server, certgrab, grab, pki::pem_of};

#[test]
fn roots_of_a_file_replace_mozillas() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let other = Pki::root("Other Root").leaf("other.test");
    let server = Server::presenting(&pki);
    let outcome = grab(&server).trusting(other.root_file()).fails_with(1);
    let file = other.root_file();
    assert!(
        outcome.err().contains(&format!("{} does not have", file.display())),
        "{}",
        outcome.err()
    );
}

#[test]
fn roots_may_be_given_more_than_once_and_as_a_folder() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let other = Pki::root("Other Root").leaf("other.test");
    let server = Server::presenting(&pki);
    let both = [other.root_file(), pki.root_file()];
    grab(&server).trusting(&both[0]).trusting(&both[1]).succeeds();
    // A key and other files in a folder are skipped.
    fs::write(pki.file("notes.txt"), "no certificate here").expect("a file");
    grab(&server).trusting(pki.folder()).succeeds();
}

#[test]
fn roots_in_der_and_pem_with_text_are_read() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    fs::write(pki.file("root.der"), pki.root_der()).expect("a file");
    grab(&server).trusting(pki.file("root.der")).succeeds();
    let pem = fs::read_to_string(pki.root_file()).expect("a file");
    let text = format!("Plant Root\n==========\n{}\n# end\n", pem.replace('\n', "\r\n"));
    fs::write(pki.file("text.pem"), text).expect("a file");
    grab(&server).trusting(pki.file("text.pem")).succeeds();
}

#[test]
fn the_system_store_is_read_from_its_location() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let roots = pki.root_file();
    let outcome = grab(&server)
        .args(["--roots", "system", "--emit", "pem"])
        .env("SSL_CERT_FILE", roots.to_str().expect("a path"))
        .succeeds();
    assert_eq!(outcome.out(), fs::read_to_string(&roots).expect("the root"));
    assert!(outcome.err().contains("the root is only in this system's store"), "{}", outcome.err());
}

#[test]
fn other_certificates_in_the_file_do_not_hide_the_root() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let server = Server::presenting(&pki);
    let all = pki.file("all.pem");
    fs::write(&all, crate::support::pki::pem_of(pki.path())).expect("a file");
    let document = grab(&server).args(["--json"]).trusting(&all).succeeds().json();
    assert_eq!(document["anchor"]["subject"], "CN=Plant Root");
    assert_eq!(document["anchor"]["reason"], "a root; the others are intermediates");
    assert_eq!(document["alternatives"][0]["subject"], "CN=Plant Issuing");
}

#[test]
fn the_valid_one_of_a_root_and_its_renewal_is_the_anchor() {
    let key = KeyPair::generate().expect("a key");
    let same_key = KeyPair::from_pem(&key.serialize_pem()).expect("the key");
    let old =
        Pki::root_with("Plant Root", same_key, |root| root.not_after = date_time_ymd(2021, 1, 1))
            .leaf("old.test");
    let pki = Pki::root_with("Plant Root", key, |_| {}).intermediate("Issuing").leaf("plc.test");
    let roots = [old.root_der().clone(), pki.root_der().clone()];
    let file = pki.file("roots.pem");
    let run = |order: &[CertificateDer<'_>]| {
        fs::write(&file, pem_of(order)).expect("a file");
        certgrab()
            .args(["plc.test", "--at", "2030-01-01", "--emit", "pem", "--from"])
            .args([pki.chain_file()])
            .trusting(&file)
    };
    let renewed = pem_of(&roots[1..]);
    run(&roots).succeeds().stdout(&renewed).stderr("");
    run(&[roots[1].clone(), roots[0].clone()]).succeeds().stdout(&renewed).stderr("");
    run(&roots[..1]).fails_with(1).stdout("").stderr(
        "certgrab: error: `CN=Plant Root` expired at 2021-01-01T00:00:00Z, verified as of \
         2030-01-01T00:00:00Z\n\
         certgrab: hint: renew the certificate; if this machine's clock is wrong, pass the time \
         with `--at TIME`\n",
    );
}

#[test]
fn a_damaged_file_in_a_folder_of_roots_is_named() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let folder = pki.file("roots");
    fs::create_dir(&folder).expect("a folder");
    let damaged = folder.join("damaged.pem");
    let run = || {
        certgrab()
            .args(["plc.test", "--at", "2030-01-01", "--emit", "pem", "--from"])
            .args([pki.chain_file()])
            .trusting(&folder)
    };
    let hint = "certgrab: hint: pass a directory of PEM files with -----BEGIN CERTIFICATE-----, \
                DER certificates or PKCS#7 files; subdirectories are not searched\n";
    let shown = folder.display();
    run()
        .fails_with(4)
        .stdout("")
        .stderr(&format!("certgrab: error: {shown} contains no files\n{hint}"));
    fs::write(folder.join("notes.txt"), "no certificate here").expect("a file");
    fs::write(&damaged, pem::encode(&pem::Pem::new("CERTIFICATE", &b"junk"[..]))).expect("a file");
    let problem = format!(
        "block 1 of {} is not an X.509 certificate: its outer SEQUENCE cannot be read",
        damaged.display()
    );
    run().fails_with(4).stdout("").stderr(&format!(
        "certgrab: error: {shown} contains no certificate in its 2 files; {problem}\n{hint}"
    ));
    fs::copy(pki.root_file(), folder.join("root.pem")).expect("a file");
    let warning = format!("certgrab: warning: not used as a root: {problem}\n");
    run().succeeds().stderr(&warning);
    run().args(["-q"]).succeeds().stderr("");
}

#[test]
fn unreadable_roots_are_an_unreadable_file() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    certgrab().args(["plc.test", "--roots", "/no/such/file"]).fails_with(4).stdout("").stderr(
        "certgrab: error: cannot read /no/such/file: No such file or directory (os error 2)\n",
    );
    let empty = pki.file("empty.pem");
    fs::write(&empty, "").expect("a file");
    certgrab().args(["plc.test"]).trusting(&empty).fails_with(4).stderr(&format!(
        "certgrab: error: {} contains no certificate\n\
         certgrab: hint: pass PEM blocks that begin with -----BEGIN CERTIFICATE-----, one DER \
         certificate, or PKCS#7\n",
        empty.display()
    ));
    certgrab().args(["plc.test", "--roots", "/dev/zero"]).fails_with(4).stderr(
        "certgrab: error: cannot read /dev/zero: expected a regular file of at most 16777216 \
         bytes, \
         found a device\n\
         certgrab: hint: pass a file or a directory to `--roots`, a file or `-` (standard input) \
         to `--from`\n",
    );
}

#[test]
fn an_unsupported_file_of_certificates_is_named() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let refused = |name: &str, content: &[u8], what: &str| {
        let file = pki.file(name);
        fs::write(&file, content).expect("a file");
        for (from, roots) in [(&file, &pki.root_file()), (&pki.chain_file(), &file)] {
            certgrab()
                .args(["verify", "--host", "plc.test", "--from"])
                .args([from])
                .trusting(roots)
                .fails_with(4)
                .stdout("")
                .stderr(&format!("certgrab: error: {} {what}\n", file.display()));
        }
    };
    let pem = fs::read_to_string(pki.root_file()).expect("a file");

    // The start of the output of `openssl pkcs12 -export`, with adjusted lengths.
    let pfx = [0x30, 0x10, 2, 1, 3, 0x30, 0x0b, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
    refused(
        "roots.p12",
        &pfx,
        "is a PKCS#12 file, which is not supported\n\
         certgrab: hint: convert it with `certgrab convert FILE --emit pem=certificates.pem`",
    );
    refused(
        "cacerts.jks",
        b"\xfe\xed\xfe\xed\0\0\0\x02\0\0\0\0",
        "is a Java key store, which is not supported\n\
         certgrab: hint: convert it with `certgrab convert FILE --emit pem=certificates.pem`",
    );
    let little: Vec<u8> = pem.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = pem.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked = [&[0xff, 0xfe], little.as_slice()].concat();
    for (name, content) in [("le.pem", little), ("be.pem", big), ("marked.pem", marked)] {
        refused(
            name,
            &content,
            "is text in UTF-16, which is not supported\n\
             certgrab: hint: save it as UTF-8 or ASCII",
        );
    }
    let key = fs::read(pki.key_file()).expect("a file");
    refused(
        "key.pem",
        &key,
        "contains no certificate, only PRIVATE KEY\n\
         certgrab: hint: pass PEM blocks that begin with -----BEGIN CERTIFICATE-----, one DER \
         certificate, or PKCS#7",
    );
    let key = String::from_utf8(key).expect("PEM");
    let other = key.replace("PRIVATE KEY", "EC PRIVATE KEY");
    refused(
        "keys.pem",
        [key.as_str(), &other, &key].concat().as_bytes(),
        "contains no certificate, only PRIVATE KEY, EC PRIVATE KEY\n\
         certgrab: hint: pass PEM blocks that begin with -----BEGIN CERTIFICATE-----, one DER \
         certificate, or PKCS#7",
    );
}
