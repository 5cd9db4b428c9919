//! The roots that left Mozilla's store: their table, and what `check` says about each in every form.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use certgrab::internals::{
    check::{self, Knowledge},
    trust::{
        removed::{Left, anchor_sha256, digits, roots_that_left},
        store::{Store, mozilla_list},
    },
    x509::certificate::{Certificate, Key, Sha256},
};

/// A root that left, from `tests/data/roots/left-mozilla.pem`.
struct Fact {
    last: String,
    gone: String,
    certificate: Certificate,
}

fn data(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/roots").join(name)
}

/// Every root that certifi removed and that is not in the bundled list.
fn facts() -> Vec<Fact> {
    let text = fs::read_to_string(data("left-mozilla.pem")).unwrap();
    let mut found = Vec::new();
    for part in text.split_inclusive("-----END CERTIFICATE-----\n") {
        let day = |key: &str| part.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        let block = pem::parse(part).unwrap();
        let certificate = Certificate::from_der(block.contents()).unwrap();
        let (last, gone) = (day("Last in certifi: "), day("Gone in certifi: "));
        if !mozilla_list().iter().any(|der| der.as_ref() == certificate.der()) {
            found.push(Fact { last: last.to_owned(), gone: gone.to_owned(), certificate });
        }
    }
    found
}

/// The common name, or the whole name if there is none or it is the organisation's.
fn name(certificate: &Certificate) -> String {
    let subject = certificate.subject();
    let short = subject.short().unwrap().line();
    let is_organisation = subject.organisation().is_some_and(|name| name.line() == short);
    if is_organisation { subject.text().line() } else { short }
}

/// The SHA-256 of the root called `expected` in the bundled list.
fn listed(expected: &str) -> Sha256 {
    let is_wanted = |der: &&[u8]| {
        let subject = Certificate::from_der(der).unwrap().subject().text().line();
        let names = [format!("CN={expected}"), format!("OU={expected}")];
        names.iter().any(|name| subject.starts_with(name) || subject.contains(&format!(",{name}")))
    };
    let found = mozilla_list().iter().map(|der| &**der).find(is_wanted);
    Sha256::of(
        found.unwrap_or_else(|| panic!("`{expected}` is not in the bundled list: name another")),
    )
}

/// The replacement of each root: the start of a SHA-256, and the other root.
fn successors() -> Vec<(String, Sha256)> {
    let text = fs::read_to_string(data("successors.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let successor = |line: &str| {
        let (from, to) = line.split_once(" -> ").unwrap();
        (from.split(' ').next().unwrap().to_owned(), listed(to))
    };
    lines.map(successor).collect()
}

/// Compares the file at `path` with `expected`, or writes it if `CERTGRAB_BLESS` is set.
fn hold(path: &Path, expected: &str) {
    if std::env::var_os("CERTGRAB_BLESS").is_some() {
        return fs::write(path, expected).unwrap();
    }
    assert!(fs::read_to_string(path).unwrap() == expected, "stale: {}", path.display());
}

#[test]
fn the_table_of_roots_that_left_matches_their_certificates() {
    let successors = successors();
    let mut table = String::new();
    for Fact { last, gone, certificate } in facts() {
        let sha256 = certificate.sha256().to_string();
        let successor = successors.iter().find(|(from, _)| sha256.starts_with(from));
        let successor = successor.map_or("-".to_owned(), |(_, to)| to.to_string());
        let (anchor, not_after) = (anchor_sha256(&certificate), certificate.not_after());
        let name = name(&certificate);
        let (subject, key) = digits(&certificate);
        writeln!(
            table,
            "{sha256}\t{anchor}\t{last}\t{gone}\t{not_after}\t{successor}\t{subject}\t{key}\t{name}"
        )
        .unwrap();
    }
    hold(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/trust/left.tsv"), &table);
    assert_eq!(table.lines().count(), roots_that_left().len());
    assert!(roots_that_left().len() >= 181);
    for Left { name, last, gone, .. } in roots_that_left() {
        assert!(last < gone, "{}", name.line());
    }
    let is_unused = |from: &String| !table.lines().any(|line| line.starts_with(from));
    let unused: Vec<_> = successors.iter().filter(|(from, _)| is_unused(from)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

/// A new version of webpki-root-certs without a root of the version before fails here: its row is missing.
/// `.ci/left_roots.py` adds it.
#[test]
fn every_former_root_is_in_the_list_or_in_the_table() {
    let path = data("listed.txt");
    let now: BTreeSet<_> = mozilla_list().iter().map(|der| Sha256::of(der).to_string()).collect();
    let known = fs::read_to_string(&path).unwrap_or_default();
    let left: BTreeSet<_> = roots_that_left().iter().map(|row| row.sha256.to_string()).collect();
    for sha256 in known.lines() {
        assert!(now.contains(sha256) || left.contains(sha256), "{sha256} is in neither");
    }
    hold(&path, &now.iter().fold(String::new(), |all, one| all + one + "\n"));
}

/// `bytes` as a list of numbers.
fn numbers(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |all, byte| all + &format!("{byte}, "))
}

/// The contents of the SEQUENCE `der`.
fn contents(der: &[u8]) -> &[u8] {
    let long = der[1] & 0x80 != 0;
    &der[2 + if long { usize::from(der[1] & 0x7f) } else { 0 }..]
}

/// Trust anchors of BearSSL.
pub(crate) fn anchors_of_bearssl(roots: &[Certificate]) -> String {
    let mut keys = String::new();
    let mut anchors = String::new();
    for (index, root) in roots.iter().enumerate() {
        let array = |name: &str, bytes: &[u8]| {
            format!("static const unsigned char TA{index}_{name}[] = {{ {} }};\n", numbers(bytes))
        };
        keys += &array("DN", root.subject_der());
        anchors += match root.key() {
            Key::Rsa { modulus, exponent } => {
                keys += &(array("RSA_N", modulus) + &array("RSA_E", exponent));
                "{ BR_KEYTYPE_RSA }, "
            }
            Key::Ec { point, .. } => {
                keys += &array("EC_Q", point);
                "{ BR_KEYTYPE_EC }, "
            }
            other => panic!("{other:?}"),
        };
    }
    let count = roots.len();
    format!("{keys}static const br_x509_trust_anchor TAs[{count}] = {{ {anchors}}};\n")
}

/// Trust anchors of rustls.
pub(crate) fn anchors_of_rustls(roots: &[Certificate]) -> String {
    let anchor = |root: &Certificate| {
        format!(
            "TrustAnchor {{\n subject: Der::from_slice(&[{}]),\n \
             subject_public_key_info: Der::from_slice(&[{}]),\n name_constraints: None }},\n",
            numbers(contents(root.subject_der())),
            numbers(contents(root.spki_der()))
        )
    };
    let anchors: String = roots.iter().map(anchor).collect();
    format!("pub const ROOTS: &[TrustAnchor<'static>] = &[{anchors}];\n")
}

/// A certificate bundle of ESP-IDF, in its form before 5.4.
pub(crate) fn bundle(roots: &[Certificate]) -> Vec<u8> {
    let length = |bytes: usize| u16::try_from(bytes).unwrap().to_be_bytes();
    let mut all = length(roots.len()).to_vec();
    for root in roots {
        let (name, key) = (root.subject_der(), root.spki_der());
        all.extend([&length(name.len()), &length(key.len()), name, key].concat());
    }
    all
}

fn pem(root: &Certificate) -> String {
    pem::encode(&pem::Pem::new("CERTIFICATE", root.der()))
}

#[test]
fn each_removed_root_is_named_with_its_date_in_every_form() {
    let store = Store::mozilla();
    let at = "2026-11-26".parse().unwrap();
    let facts = facts();
    assert!(facts.len() >= 181);
    for fact in &facts {
        let certificate = &fact.certificate;
        let forms: [(&str, Vec<u8>); 7] = [
            ("ca.pem", pem(certificate).into_bytes()),
            ("ca.der", certificate.der().to_vec()),
            ("ca.h", format!("const char ca[] = R\"({})\";\n", pem(certificate)).into_bytes()),
            ("ca.c", format!("const char ca[] = {{ {} }};\n", numbers(certificate.der())).into()),
            ("anchors.h", anchors_of_bearssl(std::slice::from_ref(certificate)).into()),
            ("bundle.bin", bundle(std::slice::from_ref(certificate))),
            ("anchors.rs", anchors_of_rustls(std::slice::from_ref(certificate)).into()),
        ];
        for (file, content) in forms {
            let reading = check::read(Path::new(file), &content);
            let knowledge = Knowledge { store: &store, at, horizon_days: 90 };
            let found = check::lint(&reading, &knowledge);
            let found = found.and(check::unknown_anchors(&reading, &knowledge));
            let of = |code| found.listed().iter().filter(move |one| one.code == code);
            let left: Vec<_> = of("root-dropped").map(|one| one.message.as_str()).collect();
            // Of several certificates of one name and key, the name and key leave with the last one.
            let is_same = |one: &&Fact| one.certificate.is_same_anchor(certificate);
            let is_bare = ["anchors.h", "bundle.bin", "anchors.rs"].contains(&file);
            let fact = if is_bare { facts.iter().rfind(is_same).unwrap_or(fact) } else { fact };
            let printed =
                left.iter().any(|one| one.contains(&fact.last) && one.contains(&fact.gone));
            assert!(left.len() == 1 && printed, "{file}: {}: {left:?}", name(certificate));
            let expired = usize::from(fact.certificate.not_after() < at);
            assert_eq!(of("expired").count(), expired, "{file}: {}", name(certificate));
            assert_eq!(of("anchor-unknown").count(), 0, "{file}: {}", name(certificate));
        }
    }
}
