//! certgrab's verdict for a TLS stack is that of the real library: mbedTLS, BearSSL and OpenSSL.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use certgrab::internals::chain::Presented;
use certgrab::internals::{
    judge::stacks::{self, Asked as Question},
    stack::{self, Stack},
    text::time::Time,
    trust::store::Source,
    x509::certificate::Certificate,
};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use rustls::{
    RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier as _},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use tempfile::TempDir;

use crate::support::{
    Pki,
    authority::Authority,
    certgrab,
    pki::pem_of,
    real,
    remade::{ECDSA_SHA256_NULL, compressed, field, remade},
};

type Der = CertificateDer<'static>;

/// A leaf, Int, and Root X, both self-signed and cross-signed by Old Root.
struct Crossed {
    leaf: Der,
    int: Der,
    root: Der,
    cross: Der,
    old_root: Der,
    /// Old Root before its renewal: the same key, expired.
    expired_old_root: Der,
    self_signed_leaf: Der,
    /// A self-signed leaf that states that it is a CA, as home brokers have.
    self_signed_authority: Der,
    /// The key of both leaves.
    key: KeyPair,
}

impl Crossed {
    fn new() -> Self {
        let key = || KeyPair::generate().expect("a key");
        let (leaf_key, int_key, root_key, old_key) = (key(), key(), key(), key());
        let issuer = |name: &str, key: &KeyPair| {
            Issuer::new(authority(name), KeyPair::try_from(key.serialize_der()).expect("a key"))
        };
        let (old, root) = (issuer("Old Root", &old_key), issuer("Root X", &root_key));
        let int = issuer("Int", &int_key);
        let mut expired = authority("Old Root");
        expired.not_after = date_time_ymd(2021, 1, 1);
        let signed = |certificate: Result<rcgen::Certificate, rcgen::Error>| {
            certificate.expect("a certificate").der().clone()
        };
        let mut own_authority = leaf();
        own_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self {
            leaf: signed(leaf().signed_by(&leaf_key, &int)),
            int: signed(authority("Int").signed_by(&int_key, &root)),
            root: signed(authority("Root X").self_signed(&root_key)),
            cross: signed(authority("Root X").signed_by(&root_key, &old)),
            old_root: signed(authority("Old Root").self_signed(&old_key)),
            expired_old_root: signed(expired.self_signed(&old_key)),
            self_signed_leaf: signed(leaf().self_signed(&leaf_key)),
            self_signed_authority: signed(own_authority.self_signed(&leaf_key)),
            key: leaf_key,
        }
    }

    /// What the server sends: the leaf, Int and the cross-signed Root X.
    fn sent(&self) -> Vec<Der> {
        vec![self.leaf.clone(), self.int.clone(), self.cross.clone()]
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = subject(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn leaf() -> CertificateParams {
    let mut params = subject("plc.test");
    params.subject_alt_names =
        vec![rcgen::SanType::DnsName("plc.test".try_into().expect("a name"))];
    params
}

fn subject(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params
}

/// One question, as files.
struct Case {
    folder: TempDir,
    at: Time,
}

impl Case {
    /// `key` is the key of the first certificate sent, in PEM.
    fn new(anchors: &[&Der], sent: &[Der], key: &str, at: Time) -> Self {
        let folder = TempDir::new().expect("a folder");
        let anchors: Vec<Der> = anchors.iter().copied().cloned().collect();
        let write = |name: &str, content: Vec<u8>| {
            fs::write(folder.path().join(name), content).expect("a file");
        };
        write("anchors.pem", pem_of(&anchors).into_bytes());
        write("chain.pem", pem_of(sent).into_bytes());
        write("leaf.pem", pem_of(&sent[..1]).into_bytes());
        write("more.pem", pem_of(&sent[1..]).into_bytes());
        write("anchors.bin", with_lengths(&anchors));
        write("chain.bin", with_lengths(sent));
        write("key.pem", key.as_bytes().to_vec());
        Self { folder, at }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn seconds(&self) -> String {
        self.at.unix().to_string()
    }
}

fn with_lengths(certificates: &[Der]) -> Vec<u8> {
    let one = |der: &Der| {
        let length = u32::try_from(der.len()).expect("a short certificate").to_be_bytes();
        [&length[..], der].concat()
    };
    certificates.iter().flat_map(one).collect()
}

/// A library, called through a small program or its own command.
struct Library {
    stack: &'static str,
    asked: Asked,
}

enum Asked {
    /// One run for each question.
    Each(Box<dyn Fn(&Case) -> Command>),
    /// One run for all questions, with one line for each answer: its start is slow.
    All(Command),
    /// A library in this process.
    Here(fn(&Case) -> String),
}

impl Library {
    fn each(stack: &'static str, asked: impl Fn(&Case) -> Command + 'static) -> Self {
        Self { stack, asked: Asked::Each(Box::new(asked)) }
    }

    /// Whether the library accepts each case, and its message.
    fn answers(self, cases: &[Case]) -> Vec<(bool, String)> {
        let title = self.stack;
        let answers: Vec<String> = match self.asked {
            Asked::Each(asked) => cases.iter().map(|case| said(&mut asked(case))).collect(),
            Asked::All(mut command) => {
                command.arg("plc.test");
                for case in cases {
                    command.arg(case.folder.path()).arg(case.seconds());
                }
                said(&mut command).lines().map(str::to_owned).collect()
            }
            Asked::Here(asked) => cases.iter().map(asked).collect(),
        };
        assert_eq!(answers.len(), cases.len(), "{title}: {answers:?}");
        let accepts = |text: String| {
            // A program that failed to run its library prints none of these.
            let accepted = text.contains("accepted") || text.contains(": OK");
            let refused = text.contains("refused") || text.contains("verification failed");
            assert!(accepted != refused, "{title}: {text}");
            (accepted, text)
        };
        answers.into_iter().map(accepts).collect()
    }
}

fn said(command: &mut Command) -> String {
    let output = command.output().expect("the library's program runs");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

/// A program around a library; `None` if the library is missing.
fn program(folder: &Path, source: &str, header: &str, link: &[&str]) -> Option<PathBuf> {
    if !real::header(header) || !real::program("gcc") {
        return None;
    }
    let program = folder.join(source).with_extension("");
    let mut gcc = Command::new("gcc");
    gcc.args(["-Wall", "-Wextra", "-Werror", "-o"]).arg(&program).arg(source_of(source)).args(link);
    succeed(&mut gcc);
    Some(program)
}

fn source_of(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/consumers").join(name)
}

fn succeed(command: &mut Command) {
    let output = command.output().expect("the compiler runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The available libraries, each with certgrab's verdict on it.
fn libraries(folder: &Path) -> Vec<Library> {
    let mut libraries = Vec::new();
    let words = |program: PathBuf, files: &'static [&'static str]| {
        move |case: &Case| {
            let mut command = Command::new(&program);
            command.arg("plc.test").arg(case.seconds());
            command.args(files.iter().map(|name| case.file(name)));
            command
        }
    };
    let mbedtls =
        program(folder, "mbedtls.c", "mbedtls/x509_crt.h", &["-lmbedx509", "-lmbedcrypto"]);
    if let Some(program) = mbedtls {
        let asked = words(program, &["anchors.pem", "chain.pem"]);
        libraries.push(Library::each("mbedtls-2.28", asked));
    }
    if let Some(program) = program(folder, "bearssl.c", "bearssl.h", &["-lbearssl"]) {
        let asked = words(program, &["anchors.bin", "chain.bin"]);
        libraries.push(Library::each("bearssl-x509list", asked));
    }
    if let Some(program) = program(folder, "wolfssl.c", "wolfssl/ssl.h", &["-lwolfssl"]) {
        let asked = words(program, &["anchors.bin", "chain.pem", "key.pem"]);
        libraries.push(Library::each("wolfssl", asked));
    }
    if real::program("openssl") {
        libraries.push(Library::each("openssl", openssl));
        libraries.push(Library::each("openssl-partial-chain", |case| {
            let mut command = Command::new("openssl");
            command.args(["verify", "-partial_chain"]).args(openssl(case).get_args().skip(1));
            command
        }));
    }
    if let (true, Some(clock)) =
        (real::program("python3"), program(folder, "clock.c", "time.h", &["-shared", "-fPIC"]))
    {
        libraries.push(Library::each("openssl", move |case| {
            let mut command = Command::new("python3");
            command.env("LD_PRELOAD", &clock).env("NOW", case.seconds());
            command.arg(source_of("verify.py")).arg("plc.test");
            command.args(["anchors.pem", "chain.pem", "key.pem"].map(|name| case.file(name)));
            command
        }));
    }
    if real::program("go") {
        let program = folder.join("verify");
        let mut go = Command::new("go");
        go.env("GOCACHE", std::env::temp_dir().join("certgrab-go-cache")).env("GOPROXY", "off");
        succeed(go.args(["build", "-o"]).arg(&program).arg(source_of("verify.go")));
        let asked = Asked::All(Command::new(program));
        libraries.push(Library { stack: "go", asked });
    }
    if real::program("java") {
        let mut java = Command::new("java");
        java.arg(source_of("Verify.java"));
        libraries.push(Library { stack: "java", asked: Asked::All(java) });
    }
    libraries.push(Library { stack: "rustls", asked: Asked::Here(rustls) });
    libraries
}

fn openssl(case: &Case) -> Command {
    let mut command = Command::new("openssl");
    command.args([
        "verify",
        "-purpose",
        "sslserver",
        "-no-CApath",
        "-no-CAstore",
        "-verify_hostname",
        "plc.test",
    ]);
    command.args(["-attime", &case.seconds()]);
    command.arg("-CAfile").arg(case.file("anchors.pem"));
    if fs::metadata(case.file("more.pem")).is_ok_and(|facts| facts.len() > 0) {
        command.arg("-untrusted").arg(case.file("more.pem"));
    }
    command.arg(case.file("leaf.pem"));
    command
}

fn rustls(case: &Case) -> String {
    let read = |name: &str| {
        let text = fs::read(case.file(name)).expect("a file");
        let blocks = pem::parse_many(text).expect("PEM").into_iter();
        blocks.map(|block| Der::from(block.into_contents())).collect::<Vec<_>>()
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(read("anchors.pem"));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
    let verifier = verifier.build().expect("a verifier");
    let chain = read("chain.pem");
    let name = ServerName::try_from("plc.test").expect("a name");
    let since_1970 = Duration::from_secs(case.at.unix().try_into().expect("a time after 1970"));
    let at = UnixTime::since_unix_epoch(since_1970);
    match verifier.verify_server_cert(&chain[0], &chain[1..], &name, &[], at) {
        Ok(_) if !ring_has_an_algorithm_for(&chain[0]) => "refused: the key of the leaf".to_owned(),
        Ok(_) => "accepted".to_owned(),
        Err(error) => format!("refused: {error}"),
    }
}

/// Whether any signature algorithm of a handshake works with the key of `leaf`.
fn ring_has_an_algorithm_for(leaf: &Der) -> bool {
    use certgrab::internals::x509::certificate::Key;
    // ring reports a compressed point like a wrong signature.
    let read = Certificate::from_der(leaf).expect("a certificate");
    if matches!(read.key(), Key::Ec { point, .. } if point.first() != Some(&4)) {
        return false;
    }
    let leaf = webpki::EndEntityCert::try_from(leaf).expect("a certificate");
    webpki::ALL_VERIFICATION_ALGS.iter().any(|algorithm| {
        let outcome = leaf.verify_signature(*algorithm, b"", b"");
        outcome == Err(webpki::Error::InvalidSignatureForPublicKey)
    })
}

/// The stacks of the table, each with a letter.
const COLUMNS: [(char, &str); 9] = [
    ('M', "mbedtls-2.28"),
    ('B', "bearssl-x509list"),
    ('O', "openssl"),
    ('P', "openssl-partial-chain"),
    ('W', "wolfssl-5.5"),
    ('D', "wolfssl"),
    ('G', "go"),
    ('J', "java"),
    ('R', "rustls"),
];

fn named(name: &str) -> &'static Stack {
    stack::named(name).expect("a stack")
}

fn ours(stack: &Stack, anchors: &[&Der], sent: &[Der], at: Time) -> Result<(), String> {
    let presented = Presented::from_message(sent.iter().map(AsRef::as_ref), Source::Server);
    let anchors: Vec<_> =
        anchors.iter().map(|der| Certificate::from_der(der).expect("a certificate")).collect();
    let name = ServerName::try_from("plc.test").expect("a name");
    let asked = Question { name: Some(&name), at };
    let refusal =
        stacks::with_case(&presented, anchors.iter(), asked, |case| stacks::refusal(stack, case));
    refusal.map_or(Ok(()), |refusal| Err(refusal.to_string()))
}

#[test]
fn every_library_accepts_the_anchors_of_its_row() {
    let pki = Crossed::new();
    let sent = pki.sent();
    let now: Time = "2030-01-01".parse().expect("a time");
    let leaf_only = vec![pki.leaf.clone()];
    let without_cross = vec![pki.leaf.clone(), pki.int.clone()];
    let with_root = vec![pki.leaf.clone(), pki.int.clone(), pki.root.clone()];
    let own = vec![pki.self_signed_leaf.clone()];
    let later: Time = "2041-01-01".parse().expect("a time");
    let own_authority = vec![pki.self_signed_authority.clone()];
    type Line<'a> = (&'a str, Vec<&'a Der>, &'a [Der], Time, &'a str);
    let rows: [Line<'_>; 21] = [
        ("Root X self-signed", vec![&pki.root], &sent, now, "MBOPDGJR"),
        ("Old Root, valid", vec![&pki.old_root], &sent, now, "MBOPWDGJR"),
        ("Old Root, expired", vec![&pki.expired_old_root], &sent, now, "BJR"),
        ("the cross-signed Root X itself", vec![&pki.cross], &sent, now, "MBPDGJR"),
        ("Int", vec![&pki.int], &sent, now, "MBPDGJR"),
        ("the leaf, CA-issued", vec![&pki.leaf], &sent, now, "BPDGJ"),
        ("the leaf, CA-issued, sent alone", vec![&pki.leaf], &leaf_only, now, "BPDGJ"),
        ("Root X, only the leaf sent", vec![&pki.root], &leaf_only, now, ""),
        ("Old Root, no cross-sign sent", vec![&pki.old_root], &without_cross, now, ""),
        ("Root X, no cross-sign sent", vec![&pki.root], &without_cross, now, "MBOPWDGJR"),
        ("Int, no cross-sign sent", vec![&pki.int], &without_cross, now, "MBPDGJR"),
        (
            "Old Root, expired, and Root X",
            vec![&pki.expired_old_root, &pki.root],
            &sent,
            now,
            "MBOPDGJR",
        ),
        ("clock at 1970", vec![&pki.root], &sent, Time::from_unix(86_400), ""),
        ("all expired", vec![&pki.root], &sent, later, ""),
        ("Root X sent too", vec![&pki.root], &with_root, now, "MBOPWDGJR"),
        ("Root X sent, Old Root held", vec![&pki.old_root], &with_root, now, ""),
        // The missing certificate is added to the root.
        (
            "Int and Root X, only the leaf sent",
            vec![&pki.root, &pki.int],
            &leaf_only,
            now,
            "MBOPWDGJR",
        ),
        ("Int, only the leaf sent", vec![&pki.int], &leaf_only, now, "MBPWDGJR"),
        ("a self-signed leaf", vec![&pki.self_signed_leaf], &own, now, "MBOPWDGJR"),
        ("a self-signed leaf, expired", vec![&pki.self_signed_leaf], &own, later, "J"),
        (
            "a self-signed leaf that is a CA",
            vec![&pki.self_signed_authority],
            &own_authority,
            now,
            "MBOPWDGJ",
        ),
    ];
    let key = pki.key.serialize_pem();
    let rows = rows.map(|(what, held, sent, at, expected)| Row {
        what,
        held,
        sent,
        at,
        expected,
        key: &key,
    });
    agree(&rows);
}

/// The anchors, the sent chain, the time, and the key of the first certificate; then the stacks that accept it,
/// by the letters of `COLUMNS`.
struct Row<'a> {
    what: &'a str,
    held: Vec<&'a Der>,
    sent: &'a [Der],
    at: Time,
    key: &'a str,
    expected: &'a str,
}

/// Compares certgrab's verdict on each row with the letters and with the libraries.
fn agree(rows: &[Row<'_>]) {
    for Row { what, held, sent, at, expected, .. } in rows {
        for (letter, stack) in COLUMNS {
            let said = ours(named(stack), held, sent, *at);
            let expected = expected.contains(letter);
            assert_eq!(said.is_ok(), expected, "{what}, {letter} {stack}: {said:?}");
        }
    }
    let cases: Vec<_> =
        rows.iter().map(|row| Case::new(&row.held, row.sent, row.key, row.at)).collect();
    let folder = TempDir::new().expect("a folder");
    let mut wrong = Vec::new();
    for library in libraries(folder.path()) {
        let stack = library.stack;
        for (Row { what, held, sent, at, .. }, (accepts, text)) in
            rows.iter().zip(library.answers(&cases))
        {
            if ours(named(stack), held, sent, *at).is_ok() != accepts {
                wrong.push(format!("{what}, {stack}: {text}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_library_supports_the_keys_and_signatures_of_its_row() {
    if !real::program("openssl") {
        return;
    }
    const P256: (&str, &[&str]) = ("EC", &["ec_paramgen_curve:P-256"]);
    const P384: (&str, &[&str]) = ("EC", &["ec_paramgen_curve:P-384"]);
    const P521: (&str, &[&str]) = ("EC", &["ec_paramgen_curve:P-521"]);
    const ED25519: (&str, &[&str]) = ("ED25519", &[]);
    const RSA: (&str, &[&str]) = ("RSA", &["rsa_keygen_bits:2048"]);
    // The shortest one is the fastest to make.
    const LONG_RSA: (&str, &[&str]) = ("RSA", &["rsa_keygen_bits:4352"]);
    let usual = &["-sha256"][..];
    let pss = &["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:-1"][..];
    // The keys of the root and of the leaf, and the signature on the leaf.
    type Made<'a> = (&'a str, (&'a str, &'a [&'a str]), (&'a str, &'a [&'a str]), &'a [&'a str]);
    let made: [(Made<'_>, &str); 13] = [
        (("P-256", P256, P256, usual), "MBOPWDGJR"),
        (("a root on P-384", P384, P256, usual), "MBOPWDGJR"),
        (("a root on P-521", P521, P256, &["-sha512"]), "MBOPWDGJ"),
        (("a root on P-521, SHA-256", P521, P256, usual), "MBOPWDGJ"),
        (("a root on P-256, SHA-512", P256, P256, &["-sha512"]), "MBOPWDGJ"),
        (("a root on P-384, SHA-512", P384, P256, &["-sha512"]), "MBOPWDGJ"),
        (("a root of Ed25519", ED25519, P256, &[]), "OPDGJR"),
        (("a root of long RSA", LONG_RSA, P256, usual), "MOPGJR"),
        (("RSASSA-PSS by a key of RSA", RSA, P256, pss), "MOPWDGJR"),
        (("a leaf of Ed25519", P256, ED25519, usual), "OPDGJR"),
        (("a leaf of Ed448", P256, ("ED448", &[]), usual), "OPDJ"),
        (("a leaf of long RSA", P256, LONG_RSA, usual), "MOPGJR"),
        (
            ("a leaf of RSASSA-PSS alone", P256, ("RSA-PSS", &["rsa_keygen_bits:2048"]), usual),
            "OPWDJ",
        ),
    ];
    let read = |authority: &Authority, name: &str| {
        let text = fs::read(authority.file(name)).expect("a file");
        Der::from(pem::parse(text).expect("PEM").into_contents())
    };
    let chains = made.map(|((what, root, leaf, signature), expected)| {
        let authority = Authority::with_key(root.0, root.1);
        authority.issue_for("DNS:plc.test", "leaf", leaf.0, leaf.1, signature);
        let key = fs::read_to_string(authority.file("leaf.key")).expect("a file");
        (what, read(&authority, "root.pem"), [read(&authority, "leaf.pem")], key, expected)
    });
    let rows: Vec<_> = chains
        .iter()
        .map(|(what, root, sent, key, expected)| Row {
            what,
            held: vec![root],
            sent,
            at: Time::now(),
            key,
            expected,
        })
        .collect();
    agree(&rows);
}

#[test]
fn every_library_accepts_the_encodings_of_its_row() {
    let [root_key, leaf_key] = [(); 2].map(|()| KeyPair::generate().expect("a key"));
    let root = authority("Root").self_signed(&root_key).expect("a root").der().clone();
    let issuer = Issuer::new(authority("Root"), root_key);
    let leaf = leaf().signed_by(&leaf_key, &issuer).expect("a leaf").der().clone();
    let squeeze = |fields: &mut Vec<Vec<u8>>| fields[field::KEY] = compressed(&fields[field::KEY]);
    let null = |fields: &mut Vec<Vec<u8>>| fields[field::ALGORITHM] = ECDSA_SHA256_NULL.to_vec();
    let remade = |der: &Der, change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        Der::from(remade(der, issuer.key(), change))
    };
    let (squeezed, nulled) = (remade(&root, &squeeze), remade(&root, &null));
    let [usual, squeezed_leaf, nulled_leaf] =
        [leaf.clone(), remade(&leaf, &squeeze), remade(&leaf, &null)].map(|leaf| [leaf]);
    let key = leaf_key.serialize_pem();
    let row = |what, root, sent, expected| Row {
        what,
        held: vec![root],
        sent,
        at: "2030-01-01".parse().expect("a time"),
        key: &key,
        expected,
    };
    agree(&[
        row("a root whose point is compressed", &squeezed, &usual, "OPD"),
        row("a leaf whose point is compressed", &root, &squeezed_leaf, "OPD"),
        row("a root that signed itself with NULL", &nulled, &usual, "MBOPWDGJR"),
        row("a leaf that is signed with NULL", &root, &nulled_leaf, "MBOPWDGJ"),
    ]);
}

#[test]
fn every_library_accepts_the_extensions_of_its_row() {
    type Change = fn(&mut CertificateParams);
    let nothing: Change = |_| {};
    let constrained: Change = |params| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("plc.test".to_owned())],
            excluded_subtrees: Vec::new(),
        });
    };
    let policies: Change = |params| {
        // A SEQUENCE of one PolicyInformation, 1.2.3.4 (RFC 5280 section 4.2.1.4).
        critical(params, &[2, 5, 29, 32], &[0x30, 7, 0x30, 5, 6, 3, 0x2a, 3, 4]);
    };
    let policy_constraints: Change = |params| {
        // requireExplicitPolicy: 3 (RFC 5280 section 4.2.1.11).
        critical(params, &[2, 5, 29, 36], &[0x30, 3, 0x80, 1, 3]);
    };
    let path_length: Change = |params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let for_clients: Change =
        |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let for_servers: Change =
        |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let without_usage: Change = |params| params.key_usages = Vec::new();
    // The extensions of the root and the intermediate, then the stacks that accept them.
    let made: [(&str, Change, Change, &str); 9] = [
        ("nothing", nothing, nothing, "MBOPWDGJR"),
        ("nameConstraints in the intermediate", nothing, constrained, "OPGJR"),
        ("certificatePolicies in the root", policies, nothing, "BOPWDGJR"),
        ("policyConstraints in the root", policy_constraints, nothing, "BOPWDJR"),
        ("pathLenConstraint 0 in the root", path_length, nothing, "BWDJR"),
        ("pathLenConstraint 0 in the intermediate", nothing, path_length, "MBOPWDGJR"),
        ("a root for clients", for_clients, nothing, "MBWDJR"),
        ("a root for servers", for_servers, nothing, "MBOPWDGJR"),
        ("an intermediate without keyUsage", nothing, without_usage, "MBOPGJR"),
    ];
    let leaf_key = KeyPair::generate().expect("a key");
    let chains = made.map(|(what, of_root, of_intermediate, expected)| {
        let changed = |name: &str, change: Change| {
            let mut params = authority(name);
            change(&mut params);
            let key = KeyPair::generate().expect("a key");
            (params, key)
        };
        let (root, root_key) = changed("Root", of_root);
        let (intermediate, key) = changed("Int", of_intermediate);
        let held = root.self_signed(&root_key).expect("a root").der().clone();
        let root = Issuer::new(root, root_key);
        let sent = intermediate.signed_by(&key, &root).expect("an intermediate").der().clone();
        let intermediate = Issuer::new(intermediate, key);
        let leaf = leaf().signed_by(&leaf_key, &intermediate).expect("a leaf").der().clone();
        (what, held, [leaf, sent], expected)
    });
    let (key, now) = (leaf_key.serialize_pem(), "2030-01-01".parse().expect("a time"));
    let rows: Vec<_> = chains
        .iter()
        .map(|(what, root, sent, expected)| Row {
            what,
            held: vec![root],
            sent,
            at: now,
            key: &key,
            expected,
        })
        .collect();
    agree(&rows);
}

fn critical(params: &mut CertificateParams, id: &[u64], value: &[u8]) {
    let mut extension = CustomExtension::from_oid_content(id, value.to_vec());
    extension.set_criticality(true);
    params.custom_extensions.push(extension);
}

#[test]
fn the_esp_idf_bundle_looks_up_only_the_last_issuer() {
    let pki = Crossed::new();
    let now: Time = "2030-01-01".parse().expect("a time");
    let says = |held: &[&Der], sent: &[Der]| ours(named("esp-bundle"), held, sent, now);
    assert_eq!(says(&[&pki.old_root], &pki.sent()), Ok(()));
    assert_eq!(
        says(&[&pki.root], &pki.sent()),
        Err(
            "ESP-IDF's certificate bundle refuses this chain: certificate 3 of the chain `CN=Root \
             X` has an issuer that is neither sent nor an anchor"
                .to_owned()
        )
    );
    assert_eq!(says(&[&pki.root], &pki.sent()[..2]), Ok(()));
    let with_root = [pki.leaf.clone(), pki.int.clone(), pki.root.clone()];
    assert_eq!(says(&[&pki.root], &with_root), Ok(()));
}

#[test]
fn a_stack_that_accepts_only_roots_is_named() {
    let pki = Crossed::new();
    let now: Time = "2030-01-01".parse().expect("a time");
    assert_eq!(
        ours(named("openssl"), &[&pki.int], &pki.sent(), now),
        Err("OpenSSL refuses this chain: the anchor `CN=Int` is not self-signed, and is not \
             accepted as a trust anchor"
            .to_owned())
    );
}

#[test]
fn a_stack_that_refuses_a_leaf_as_anchor_says_why() {
    let pki = Crossed::new();
    let now: Time = "2030-01-01".parse().expect("a time");
    let own = [pki.self_signed_authority.clone()];
    let with_int = [pki.self_signed_leaf.clone(), pki.int.clone()];
    for (stack, held, sent, expected) in [
        (
            "mbedtls-2.28",
            &pki.leaf,
            &pki.sent()[..],
            "mbedTLS 2.28 refuses this chain: the leaf `CN=plc.test` is a leaf that a CA issued, and \
             is not accepted as a trust anchor",
        ),
        (
            "rustls",
            &own[0],
            &own,
            "rustls with ring refuses this chain: the leaf `CN=plc.test` has CA:TRUE",
        ),
        (
            "wolfssl-default",
            &pki.self_signed_leaf,
            &with_int,
            "wolfSSL refuses this chain: certificate 2 of the chain `CN=Int` has an issuer that is \
             neither sent nor an anchor",
        ),
    ] {
        assert_eq!(ours(named(stack), &[held], sent, now), Err(expected.to_owned()));
    }
}

#[test]
fn every_format_that_a_stack_reads_is_one_of_certgrabs() {
    for stack in stack::STACKS {
        for format in stack.formats {
            assert!(
                certgrab::internals::output::emit::format(format).is_some(),
                "{format}, {}",
                stack.name
            );
        }
    }
}

#[test]
fn a_root_the_esp_idf_bundle_misses_has_a_hint() {
    let pki = Crossed::new();
    let folder = TempDir::new().expect("a folder");
    let file = |name: &str, certificates: &[Der]| {
        let path = folder.path().join(name);
        fs::write(&path, pem_of(certificates)).expect("a file");
        path
    };
    certgrab()
        .args(["plc.test", "--at", "2030-01-01", "--emit", "esp-bundle", "--from"])
        .args([file("chain.pem", &pki.sent())])
        .trusting(file("root.pem", std::slice::from_ref(&pki.root)))
        .succeeds()
        .stderr(
            "certgrab: warning: ESP-IDF's certificate bundle refuses this chain: certificate 3 of the \
             chain `CN=Root X` has an issuer that is neither sent nor an anchor; set \
             `CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_VERIFY=y (ESP-IDF 6.0 and later)` on the device\n",
        );
}

#[test]
fn an_unmeasured_rule_of_a_stack_is_a_warning() {
    let pki = Crossed::new();
    let folder = TempDir::new().expect("a folder");
    let file = |name: &str, certificates: &[Der]| {
        let path = folder.path().join(name);
        fs::write(&path, pem_of(certificates)).expect("a file");
        path
    };
    let emit = |format: &str| {
        certgrab()
            .args(["plc.test", "--at", "2030-01-01", "--emit", format, "--from"])
            .args([file("chain.pem", &pki.sent()[..2])])
            .trusting(file("int.pem", std::slice::from_ref(&pki.int)))
    };
    emit("nrf-modem").succeeds().stderr(
        "certgrab: warning: the nRF91 modem is assumed to refuse this chain, as OpenSSL does: the \
         anchor `CN=Int` is not self-signed, and is not accepted as a trust anchor; embed its root \
         too\n",
    );
    emit("python").fails_with(1).stdout("").stderr(
        "certgrab: error: CPython up to 3.12 refuses this chain: the anchor `CN=Int` is not \
         self-signed, and is not accepted as a trust anchor\n\
         certgrab: hint: embed its root too\n",
    );
    emit("go").succeeds().stderr("");
    emit("wolfssl").succeeds().stderr(
        "certgrab: warning: wolfSSL refuses this chain: certificate 2 of the chain `CN=Int` has an \
         issuer that is neither sent nor an anchor; set `WOLFSSL_ALT_CERT_CHAINS` on the device\n",
    );
}

#[test]
fn every_library_treats_a_sha1_self_signed_leaf_as_in_its_row() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::with_key("RSA", &["rsa_keygen_bits:2048"]);
    let request = ["req", "-x509", "-new", "-key", "root.key", "-sha1", "-subj", "/CN=plc.test"];
    let names = ["-addext", "subjectAltName=DNS:plc.test", "-addext", "basicConstraints=CA:FALSE"];
    authority.openssl(&[&request[..], &names, &["-days", "365", "-out", "own.pem"]].concat());
    let text = fs::read(authority.file("own.pem")).expect("a file");
    let own = Der::from(pem::parse(text).expect("PEM").into_contents());
    let key = fs::read_to_string(authority.file("root.key")).expect("a file");
    agree(&[Row {
        what: "a leaf that signed itself with SHA-1",
        held: vec![&own],
        sent: std::slice::from_ref(&own),
        at: Time::now(),
        key: &key,
        expected: "BOPWDGJ",
    }]);
}

#[test]
fn an_anchor_whose_key_the_device_does_not_support_is_refused() {
    if !real::program("openssl") {
        return;
    }
    let p256 = &["ec_paramgen_curve:P-256"][..];
    let edwards = Authority::with_key("ED25519", &[]);
    edwards.issue_for("DNS:plc.test", "leaf", "EC", p256, &[]);
    let long = Authority::with_key("EC", &["ec_paramgen_curve:P-521"]);
    long.issue_for("DNS:plc.test", "leaf", "EC", p256, &["-sha512"]);
    let emit = |authority: &Authority, format: &str| {
        certgrab()
            .args(["plc.test", "--emit", format, "--from"])
            .args([authority.file("leaf.pem")])
            .trusting(authority.file("root.pem"))
    };
    for format in ["arduino", "esp-idf-txt", "micropython"] {
        emit(&edwards, format).fails_with(1).stdout("").stderr(&format!(
            "certgrab: error: {} refuses this chain: the anchor `CN=Openssl Root` is signed with \
                 Ed25519\n\
                 certgrab: hint: reissue the CA certificate signed with SHA-256, by ECDSA or RSA \
                 PKCS #1 v1.5\n",
            stack::reading(format).expect("a stack").title
        ));
    }
    emit(&edwards, "wolfssl").succeeds().stderr(
        "certgrab: warning: wolfSSL refuses this chain: the anchor `CN=Openssl Root` has a key of \
         the kind Ed25519; set `HAVE_ED25519` on the device\n",
    );
    for format in ["go", "rust-anchor"] {
        emit(&edwards, format).succeeds().stderr("");
    }
    // Any stack may read a header.
    let said = emit(&edwards, "c").succeeds().err();
    assert!(said.contains("mbedTLS 3.6 refuses this chain: the anchor"), "{said}");
    assert!(said.contains("BearSSL of the ESP8266 core, wolfSSL refuse this chain"), "{said}");
    for format in ["arduino", "bearssl", "wolfssl", "java", "pem"] {
        emit(&long, format).succeeds().stderr("");
    }
    emit(&long, "rust-anchor").succeeds().stderr(
        "certgrab: warning: rustls with ring refuses this chain: the anchor `CN=Openssl Root` \
         has a key on P-521; set `features = [\"aws-lc-rs\"]` on the device\n",
    );
}

#[test]
fn an_ip_address_is_a_warning_if_the_stack_compares_none() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    let p256 = &["ec_paramgen_curve:P-256"][..];
    authority.issue_for("IP:192.0.2.7", "leaf", "EC", p256, &["-sha256"]);
    let folder = TempDir::new().expect("a folder");
    let read = |name: &str| {
        let text = fs::read(authority.file(name)).expect("a file");
        Der::from(pem::parse(text).expect("PEM").into_contents())
    };
    let (root, leaf) = (read("root.pem"), read("leaf.pem"));
    let case = Case::new(&[&root], &[leaf], "", Time::now());
    for (source, header, link, files) in [
        (
            "mbedtls.c",
            "mbedtls/x509_crt.h",
            &["-lmbedx509", "-lmbedcrypto"][..],
            ["anchors.pem", "chain.pem"],
        ),
        ("bearssl.c", "bearssl.h", &["-lbearssl"], ["anchors.bin", "chain.bin"]),
    ] {
        let Some(program) = program(folder.path(), source, header, link) else { continue };
        let mut command = Command::new(program);
        command.args(["192.0.2.7", &case.seconds()]).args(files.map(|name| case.file(name)));
        let answer = said(&mut command);
        assert!(answer.starts_with("refused"), "{source}: {answer}");
    }
    const NAME_IT: &str = "give the server a name and connect by it";
    for (format, title, more) in [
        ("arduino", "version 2 of Arduino-ESP32", NAME_IT),
        ("mbedtls", "mbedTLS 2.28", NAME_IT),
        ("esp8266", "BearSSL of the ESP8266 core", NAME_IT),
        ("wolfssl", "wolfSSL", "set `WOLFSSL_IP_ALT_NAME` on the device"),
    ] {
        certgrab()
            .args(["192.0.2.7", "--emit", format, "--from"])
            .args([authority.file("leaf.pem")])
            .trusting(authority.file("root.pem"))
            .succeeds()
            .stderr(&format!(
                "certgrab: warning: {title} refuses this chain: the leaf `CN=leaf` is for an \
                 address, which this stack does not compare; {more}\n"
            ));
    }
}

#[test]
fn a_leaf_as_anchor_is_a_warning_if_the_reader_refuses_it() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let emit = |format: &str, what: &str| {
        certgrab()
            .args(["plc.test", "--emit", format, "--what", what, "--at", "2030-01-01", "--from"])
            .args([pki.chain_file()])
            .trusting(pki.root_file())
            .succeeds()
    };
    emit("arduino", "leaf").stderr(
        "certgrab: warning: Arduino-ESP32 refuses this chain: the leaf `CN=plc.test` is a leaf that a \
         CA issued, and is not accepted as a trust anchor; embed the CA certificate instead\n",
    );
    emit("python", "intermediates").stderr(
        "certgrab: warning: CPython up to 3.12 refuses this chain: the anchor `CN=Plant Issuing` is \
         not self-signed, and is not accepted as a trust anchor; embed its root too\n",
    );
    for (format, what) in
        [("arduino", "intermediates"), ("esp8266", "chain"), ("go", "chain"), ("c", "leaf")]
    {
        emit(format, what).stderr("");
    }
}
