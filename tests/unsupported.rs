//! Certificates that can be read but not verified: each is reported as such, without a useless hint, and never
//! as forged.

use std::{fs, process::Command};

use rcgen::KeyPair;
use ring::{rand::SystemRandom, signature::RSA_PSS_SHA256, signature::RsaKeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::support::{
    Pki, Server, certgrab, grab,
    maze::{Keys, maze},
    pki::{pem_of, sha256},
    real,
    remade::{contents, element, elements, field, remade},
};

/// id-Ed448 (RFC 8410 section 3) as an AlgorithmIdentifier.
const ED448: &[u8] = &[0x30, 5, 6, 3, 0x2b, 0x65, 0x71];

/// `der` as if an Ed448 key had signed it.
fn by_ed448(der: &[u8]) -> CertificateDer<'static> {
    let mut fields = elements(contents(&elements(contents(der))[0]));
    fields[field::ALGORITHM] = ED448.to_vec();
    let tbs = element(0x30, &fields.concat());
    let signature = element(3, &[0; 115]);
    element(0x30, &[tbs, ED448.to_vec(), signature].concat()).into()
}

#[test]
fn hints_do_not_trust_a_root_with_unsupported_signatures() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let chain = maze(&pki, Keys::Ed448, 1);
    let server = Server::of(&pki).sending(&chain).start();
    let refused = "certgrab: error: `CN=leaf` cannot be verified: it is signed with Ed448 by \
                   a key of Ed448, which certgrab does not support\n";
    grab(&server).args(["--emit", "pem"]).fails_with(1).stdout("").stderr(refused);
    // The root it would have led to.
    let trusting = ["--emit", "pem", "--trust-sha256", &sha256(&chain[1])];
    let outcome = grab(&server).args(trusting).fails_with(1).stdout("");
    assert!(outcome.err().starts_with(refused), "{}", outcome.err());
    // Without the root.
    let alone = Server::of(&pki).sending(&chain[..1]).start();
    grab(&alone).args(["--emit", "pem"]).fails_with(1).stdout("").stderr(
        "certgrab: error: `CN=leaf` cannot be verified: it is signed with Ed448, which \
         certgrab does not support\n",
    );
}

#[test]
fn an_intermediate_below_an_unsupported_root_is_suggested() {
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    let [leaf, issuing] = [0, 1].map(|place| pki.path()[place].clone());
    let issuing = by_ed448(&issuing);
    let fingerprint = sha256(&issuing);
    for (above, by) in [(Some(pki.root_der().clone()), " by a key of EC P-256"), (None, "")] {
        let chain: Vec<_> = [leaf.clone(), issuing.clone()].into_iter().chain(above).collect();
        let server = Server::of(&pki).sending(&chain).start();
        grab(&server).args(["--emit", "pem"]).fails_with(1).stdout("").stderr(&format!(
            "certgrab: error: `CN=Issuing` cannot be verified: it is signed with Ed448{by}, \
             which certgrab does not support\n\
             certgrab: hint: verify the fingerprint of `CN=Issuing` with the CA's owner, then pass \
             `--trust-sha256 {fingerprint}`\n"
        ));
        let trusting = ["--emit", "pem", "-q", "--trust-sha256", &fingerprint];
        grab(&server).args(trusting).succeeds().stdout(&pem_of(std::slice::from_ref(&issuing)));
    }
}

/// An RSA 2048 key, or `None` without openssl.
fn rsa_key() -> Option<KeyPair> {
    if !real::program("openssl") {
        return None;
    }
    let made = Command::new("openssl")
        .args(["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
        .output()
        .expect("openssl runs");
    let pem = String::from_utf8(made.stdout).expect("PEM");
    Some(KeyPair::from_pem(&pem).expect("a key"))
}

/// A subjectPublicKeyInfo on a curve with its point in hybrid form (ANSI X9.62).
fn hybrid(spki: &[u8]) -> Vec<u8> {
    let parts = elements(contents(spki));
    let mut point = contents(&parts[1]).to_vec();
    point[1] = 6 | (point.last().expect("a number") & 1);
    element(0x30, &[parts[0].clone(), element(3, &point)].concat())
}

/// The output for `chain` in a file, with `root` as the store.
fn said(pki: &Pki, chain: &[CertificateDer<'static>], root: &CertificateDer<'static>) -> String {
    let [sent, roots] = ["sent.pem", "trusted.pem"].map(|name| pki.file(name));
    fs::write(&sent, pem_of(chain)).expect("a file");
    fs::write(&roots, pem_of(std::slice::from_ref(root))).expect("a file");
    let outcome = certgrab()
        .args(["plc.test", "--emit", "pem", "-q", "--from"])
        .args([&sent])
        .trusting(&roots)
        .fails_with(1)
        .stdout("");
    // `check` does not call unsupported signatures wrong either.
    fs::write(&sent, pem_of(&[chain, std::slice::from_ref(root)].concat())).expect("a file");
    let checked = certgrab().args(["check", "--offline"]).args([&sent]).ends();
    for accusing in ["bad-signature", "forged", "corrupted"] {
        assert!(!checked.out().contains(accusing), "{}", checked.out());
    }
    outcome.reason()
}

#[test]
fn signatures_of_a_hybrid_point_are_unsupported() {
    let key = KeyPair::generate().expect("a key");
    let same = KeyPair::from_pem(&key.serialize_pem()).expect("the key");
    let pki = Pki::root_with_key("Plant Root", same).leaf("plc.test");
    let change = |fields: &mut Vec<Vec<u8>>| fields[field::KEY] = hybrid(&fields[field::KEY]);
    let root: CertificateDer<'_> = remade(pki.root_der(), &key, change).into();
    assert_eq!(
        said(&pki, pki.chain().as_slice(), &root),
        "certgrab: error: `CN=Plant Root` cannot be verified: it has an EC key in hybrid form, \
         which certgrab does not support\n"
    );
    // Only the handshake needs the leaf's own key.
    let leaf: CertificateDer<'_> = remade(pki.leaf_der(), &key, change).into();
    let server = Server::of(&pki).sending(std::slice::from_ref(&leaf)).start();
    let document = grab(&server).args(["--json"]).trusting(pki.root_file()).ends().json();
    assert_eq!(document["unreadable"], serde_json::json!([]), "{document}");
    assert_eq!(document["status"], "ok", "{document}");
    assert_eq!(document["handshake"]["key_possession"], "not proven", "{document}");
}

#[test]
fn signatures_of_an_rsa_key_without_null_are_unsupported() {
    let Some(key) = rsa_key() else { return };
    let same = KeyPair::from_pem(&key.serialize_pem()).expect("the key");
    let pki = Pki::root_with_key("Plant Root", same).leaf("plc.test");
    let root: CertificateDer<'_> = remade(pki.root_der(), &key, |fields| {
        let parts = elements(contents(&fields[field::KEY]));
        let id = elements(contents(&parts[0]))[0].clone();
        fields[field::KEY] = element(0x30, &[element(0x30, &id), parts[1].clone()].concat());
    })
    .into();
    assert_eq!(
        said(&pki, pki.chain().as_slice(), &root),
        "certgrab: error: `CN=Plant Root` cannot be verified: it has an RSA key whose algorithm \
         identifier lacks NULL (RFC 3279)\n"
    );
}

#[test]
fn rsassa_pss_with_an_explicit_trailer_is_unsupported() {
    let Some(key) = rsa_key() else { return };
    let same = KeyPair::from_pem(&key.serialize_pem()).expect("the key");
    let pki = Pki::root_with_key("Plant Root", same).leaf("plc.test");
    let PrivateKeyDer::Pkcs8(pkcs8) = PrivateKeyDer::try_from(key.serialize_der()).expect("a key")
    else {
        panic!("PKCS #8 was asked for");
    };
    let signing = RsaKeyPair::from_pkcs8(pkcs8.secret_pkcs8_der()).expect("a key");
    let sha256 = b"\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00";
    let mgf1 = [b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08".as_slice(), sha256].concat();
    let pss = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
    let signed = |trailer: &[u8]| -> CertificateDer<'static> {
        let parameters = [
            element(0xa0, sha256),
            element(0xa1, &element(0x30, &mgf1)),
            element(0xa2, &[2, 1, 32]),
            trailer.to_vec(),
        ];
        let parameters = element(0x30, &parameters.concat());
        let algorithm = element(0x30, &[pss.as_slice(), &parameters].concat());
        let mut fields = elements(contents(&elements(contents(pki.leaf_der()))[0]));
        fields[field::ALGORITHM].clone_from(&algorithm);
        let tbs = element(0x30, &fields.concat());
        let mut signature = vec![0; signing.public().modulus_len()];
        signing.sign(&RSA_PSS_SHA256, &SystemRandom::new(), &tbs, &mut signature).expect("it");
        let signature = element(3, &[&[0], signature.as_slice()].concat());
        element(0x30, &[tbs, algorithm, signature].concat()).into()
    };
    let sent = pki.file("plain.pem");
    fs::write(&sent, pem_of(&[signed(&[])])).expect("a file");
    certgrab()
        .args(["plc.test", "--emit", "pem", "-q", "--from"])
        .args([&sent])
        .trusting(pki.root_file())
        .succeeds();
    // trailerField is trailerFieldBC, which is also the default (RFC 4055 section 3.1).
    assert_eq!(
        said(&pki, &[signed(&element(0xa3, &[2, 1, 1]))], pki.root_der()),
        "certgrab: error: `CN=plc.test` cannot be verified: it is signed with RSASSA-PSS and an \
         explicit trailer field by a key of RSA 2048, which certgrab does not support\n"
    );
}
