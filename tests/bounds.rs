//! Work is bounded: certgrab tries a limited number of paths and checks a limited number of signatures for any
//! server, and no file costs more than its size. Steps are counted, not timed.

use std::sync::Arc;

use certgrab::Diagnostic as _;
use certgrab::internals::{
    chain::{Issuers, Presented},
    check,
    judge::{
        path::{self, Question},
        rank,
        work::{MAX_PARTIAL_PATHS, MAX_SIGNATURE_CHECKS, Spent, Work},
    },
    net::aia,
    run::grab::TIMEOUT,
    trust::store::{Source, Store},
    x509::certificate::Certificate,
};
use rustls::pki_types::{CertificateDer, ServerName};

use crate::{
    issuers::{Files, block_on, omitting_issuers, pki_with},
    support::{
        Pki, Server, certgrab, grab,
        maze::{self, Keys, maze, mesh},
        pki::pem_of,
        remade::replaced,
    },
};

fn presented(chain: &[CertificateDer<'_>]) -> Presented {
    Presented::from_message(chain.iter().map(AsRef::as_ref), Source::Server)
}

/// What `ask` returns for a query about `plc.test`, and the work it took.
fn cost<T>(ask: impl FnOnce(Question<'_>) -> T) -> (T, Work) {
    let name = ServerName::try_from("plc.test").expect("a name");
    let (at, work) = ("2030-01-01".parse().expect("a time"), Work::default());
    let answer = ask(Question { name: Some(&name), at, work: &work });
    (answer, work)
}

#[test]
fn at_most_1000_partial_paths_are_searched() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    for (size, most) in [(3, 20), (12, MAX_PARTIAL_PATHS), (31, MAX_PARTIAL_PATHS)] {
        let chain = presented(&maze(&pki, Keys::Ed448, size));
        let (traces, work) = cost(|question| path::trace(&chain, &[], &Store::mozilla(), question));
        assert!(work.done().0 <= most, "{size}: {work:?}");
        assert_eq!(traces.cut, size > 3, "{size}: {work:?}");
        assert_eq!(work.spent(), traces.cut.then_some(Spent::PartialPaths));
        let (refused, work) =
            cost(|question| path::find(&chain, &[], &Store::mozilla(), question).map(|_| ()));
        assert!(work.done().0 <= most, "{size}: {work:?}");
        assert!(refused.is_err(), "{size}");
    }
}

#[test]
fn at_most_500_signatures_are_checked() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    for size in [5, 10, 20, 31] {
        let chain = presented(&maze(&pki, Keys::Rsa, size));
        let (refused, work) =
            cost(|question| path::find(&chain, &[], &Store::mozilla(), question).map(|_| ()));
        // One for each possible issuer of the leaf.
        assert!(work.done().1 <= size + 1, "{size}: {work:?}");
        assert!(refused.is_err(), "{size}");
    }
    // Each CA signed each other one: all signatures are checked, up to the limit.
    let (chain, root) = mesh(6);
    let (mut store, chain) = (Store::default(), presented(&chain));
    store.add_certificate(Certificate::from_der(&root).expect("a root"), "root.pem");
    let (found, work) = cost(|question| path::find(&chain, &[], &store, question));
    let found = found.expect("a path");
    assert!(!found.found.is_empty());
    assert!(work.done().0 <= MAX_PARTIAL_PATHS, "{work:?}");
    assert!(work.done().1 <= MAX_SIGNATURE_CHECKS, "{work:?}");
}

#[test]
fn a_path_through_a_mesh_is_found_and_marked_as_incomplete() {
    // 56 certificates, of which the server sends the first 31: all of the first four CAs.
    let (chain, root) = mesh(8);
    let (mut store, chain) = (Store::default(), presented(&chain));
    store.add_certificate(Certificate::from_der(&root).expect("a root"), "root.pem");
    let (found, work) = cost(|question| path::find(&chain, &[], &store, question));
    let found = found.expect("a path");
    let nearest = found.found.iter().map(|path| path.certificates.len()).min();
    assert_eq!(nearest, Some(1 + 1), "{work:?}");
    let (again, more) = cost(|question| {
        let _ = path::find(&chain, &[], &store, question);
        let found = path::find(&chain, &[], &store, question);
        let _ = path::trace(&chain, &[], &store, question);
        found
    });
    assert_eq!(again.expect("a path").cut, found.cut);
    assert!(more.done().0 <= MAX_PARTIAL_PATHS, "{more:?}");
    assert!(more.done().1 <= MAX_SIGNATURE_CHECKS, "{more:?}");
}

/// A leaf for `plc.test`, its issuer's certificate in `intermediates` renewals, and a store with the root above
/// it in `roots` renewals.
fn renewed(intermediates: u8, roots: u8) -> (Presented, Store) {
    let params = |name: &str, serial: u8| {
        let mut params = rcgen::CertificateParams::default();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.serial_number = Some(rcgen::SerialNumber::from(vec![1, serial]));
        params
    };
    let [root_key, key, leaf_key] = [(); 3].map(|()| rcgen::KeyPair::generate().expect("a key"));
    let mut store = Store::default();
    for serial in 0..roots {
        let root = params("Renewed Root", serial).self_signed(&root_key).expect("a root");
        store.add_certificate(Certificate::from_der(root.der()).expect("a root"), "root.pem");
    }
    let root = rcgen::Issuer::new(params("Renewed Root", 0), root_key);
    let above = (0..intermediates).map(|serial| {
        let made = params("Renewed Issuing", serial).signed_by(&key, &root);
        made.expect("an intermediate").der().clone()
    });
    let above: Vec<_> = above.collect();
    let issuer = rcgen::Issuer::new(params("Renewed Issuing", 0), key);
    let leaf = rcgen::CertificateParams::new(["plc.test".to_owned()]).expect("a leaf");
    let leaf = leaf.signed_by(&leaf_key, &issuer).expect("a leaf").der().clone();
    (presented(&[vec![leaf], above].concat()), store)
}

#[test]
fn at_most_1000_paths_are_kept_and_32_shown() {
    for (intermediates, roots) in [(7, 40), (15, 40), (30, 40)] {
        let (chain, store) = renewed(intermediates, roots);
        let (found, work) = cost(|question| path::find(&chain, &[], &store, question));
        let found = found.expect("paths");
        let all = usize::from(intermediates) * usize::from(roots);
        assert_eq!(found.found.len(), all.min(MAX_PARTIAL_PATHS), "{work:?}");
        assert_eq!(found.cut, all > MAX_PARTIAL_PATHS);
        // All of these are one anchor.
        assert_eq!(rank::rank(&found, &chain, &Issuers::default()).len(), 1);
        let (traces, work) = cost(|question| path::trace(&chain, &[], &store, question));
        assert_eq!(traces.found.len(), path::MAX_TRACES, "{work:?}");
        assert!(traces.cut);
    }
}

#[test]
fn explaining_a_refusal_checks_no_needless_signature() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    for size in [5, 10, 20] {
        let chain = maze(&pki, Keys::Rsa, size).into_iter().enumerate().map(|(place, der)| {
            // The issuers have the name in the leaf in upper case, and signed nothing.
            let capitals = |der: &[u8]| replaced(der, b"Maze", b"MAZE");
            if place == 0 { der } else { capitals(&capitals(&der)).into() }
        });
        let chain: Vec<_> = chain.collect();
        let (refused, work) = cost(|question| {
            path::find(&presented(&chain), &[], &Store::mozilla(), question).map(|_| ())
        });
        assert!(refused.is_err());
        assert!((size..=size + 1).contains(&work.done().1), "{size}: {work:?}");
    }
}

#[test]
fn a_deadline_that_has_passed_ends_the_search() {
    let (chain, root) = mesh(6);
    let (mut store, chain) = (Store::default(), presented(&chain));
    store.add_certificate(Certificate::from_der(&root).expect("a root"), "root.pem");
    let name = ServerName::try_from("plc.test").expect("a name");
    let work = Work::until(|| true);
    let question =
        Question { name: Some(&name), at: "2030-01-01".parse().expect("a time"), work: &work };
    let refusal = path::find(&chain, &[], &store, question).expect_err("no time");
    assert_eq!(
        refusal.to_string(),
        "found no path to a trusted root: the search ended at the time limit"
    );
    assert_eq!(refusal.kind(), "given_up");
    assert_eq!(work.done(), (0, 0));
}

#[test]
fn every_command_ends_on_31_certificates_of_one_name() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let chain = maze(&pki, Keys::Ed448, 31);
    let server = Server::of(&pki).sending(&chain).start();
    for arguments in [&["--json"][..], &["--survey", "--json"]] {
        let out = grab(&server).args(arguments).fails_with(1).out();
        assert!(out.contains("\"paths_cut\":true"), "{out}");
    }
    let out = grab(&server).args(["--paths"]).fails_with(1).out();
    let cut = "\nthere may be more paths: the search stopped after 1000 partial paths\n";
    assert!(out.ends_with(cut), "{out}");
    let list = format!("plc.test connect={}\n", server.address());
    let out = certgrab().args(["--hosts", "-"]).reading(list).fails_with(1).out();
    assert!(out.contains("\"paths_cut\":true"), "{out}");

    let file = pki.file("maze.pem");
    std::fs::write(&file, pem_of(&chain)).expect("a file");
    let from = ["verify", "--json", "--host", "plc.test", "--from"];
    let out = certgrab().args(from).args([&file]).fails_with(1).out();
    assert!(out.contains("\"paths_cut\":true"), "{out}");
    let case = serde_json::json!({
        "id": 1,
        "leaf": pem_of(&chain[..1]),
        "intermediates": chain[1..].iter().map(|one| pem_of(std::slice::from_ref(one))).collect::<Vec<_>>(),
        "roots": [pem_of(&pki.path()[1..])],
        "time": "2030-01-01",
        "host": "plc.test",
    });
    let out = certgrab().args(["verify", "--batch"]).reading(format!("{case}\n")).succeeds().out();
    assert!(out.contains("\"ok\":false"), "{out}");
}

/// A server whose chain is a maze, and the host of its issuers, which sends more of it.
fn lost(size: usize) -> (Pki, Files, Vec<CertificateDer<'static>>) {
    let files = Files::start();
    let urls: Vec<String> = (0..aia::MAX_URLS).map(|n| files.url(&format!("/{n}"))).collect();
    for url in 0..aia::MAX_URLS {
        let more: Vec<_> = (0..size).map(|_| maze::authority(Keys::Rsa)).collect();
        files.serve(&format!("/{url}"), pem_of(&more).as_bytes());
    }
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let mut chain = vec![maze::leaf_with_urls(&pki, Keys::Rsa, &urls)];
    chain.extend((0..size).map(|_| maze::authority(Keys::Rsa)));
    (pki, files, chain)
}

#[test]
fn issuers_that_signed_nothing_cost_at_most_the_signature_limit() {
    for size in [4, 8, 16] {
        let (_pki, files, chain) = lost(size);
        let work = Arc::new(Work::default());
        let chain = aia::Chain {
            presented: presented(&chain),
            store: Store::mozilla(),
            at: "2030-01-01".parse().expect("a time"),
            work: Arc::clone(&work),
        };
        let mut options = aia::Options::default();
        options.allowed = vec![files.allowing()[1].parse().expect("an address")];
        let deadline = tokio::time::Instant::now() + TIMEOUT;
        let fetched = block_on(aia::fetch(chain, &options, deadline));
        assert_eq!(fetched.certificates, []);
        // Each certificate with the name is tried once for each possible child.
        let most = (size + 1) * size * (aia::MAX_URLS + 1);
        assert!(work.done().1 <= most.min(MAX_SIGNATURE_CHECKS), "{size}: {work:?}");
    }
}

#[test]
fn a_maze_of_issuers_delays_no_other_target() {
    let (pki, files, chain) = lost(16);
    let server = Server::of(&pki).sending(&chain).start();
    let sound = Pki::root("Sound Root").leaf("sound.test");
    let others: Vec<_> = (0..4).map(|_| Server::presenting(&sound)).collect();
    let mut list = format!("plc.test connect={}\n", server.address()).repeat(4);
    for other in &others {
        list += &format!("sound.test connect={}\n", other.address());
    }
    let roots = sound.root_file();
    let out = certgrab()
        .args(["--hosts", "-"])
        .trusting(&roots)
        .args(files.allowing())
        .reading(list)
        .fails_with(1)
        .out();
    assert_eq!(out.matches("\"status\":\"ok\"").count(), 4, "{out}");
    assert_eq!(out.matches("\"status\":\"untrusted\"").count(), 4, "{out}");
}

#[test]
fn no_issuer_is_fetched_for_a_leaf_with_another_name() {
    let files = Files::start();
    let pki = pki_with(&[files.url("/issuing.crt")]);
    files.serve("/issuing.crt", &pki.path()[1]);
    let server = omitting_issuers(&pki);
    let error = certgrab()
        .args(["other.test", "--connect", &server.address().to_string()])
        .trusting(pki.root_file())
        .args(files.allowing())
        .fails_with(1)
        .err();
    assert!(error.contains("is not valid for `other.test`"), "{error}");
    assert_eq!(files.asked(), Vec::<String>::new());
}

/// A file called `name` with `content`, in a folder that lives as long as the first value.
fn file(name: &str, content: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("a file");
    (folder, path)
}

#[test]
fn at_most_10000_findings_of_a_file_are_listed() {
    for (blocks, more) in [(check::MAX_FINDINGS, None), (check::MAX_FINDINGS + 5, Some(5))] {
        let block = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n";
        let (_folder, path) = file("many.pem", &block.repeat(blocks));
        let check = || certgrab().args(["check", "--offline"]).args([&path]);
        let out = check().fails_with(1).out();
        assert_eq!(out.matches(" error: ").count(), check::MAX_FINDINGS);
        let said = out.lines().last().expect("a line").ends_with(": and 5 more findings");
        assert_eq!(said, more.is_some());
        let json: serde_json::Value =
            serde_json::from_str(&check().args(["--json"]).fails_with(1).out()).expect("JSON");
        assert_eq!(json["files"][0]["more_findings"].as_u64(), more);
        let sarif = check().args(["--report", "sarif"]).fails_with(1).out();
        assert_eq!(sarif.contains("and 5 more findings"), more.is_some());
    }
}

#[test]
fn at_most_2000_signatures_of_a_file_are_checked() {
    let root = |number: usize| {
        let mut params = rcgen::CertificateParams::default();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, format!("Root {number}"));
        let key = rcgen::KeyPair::generate().expect("a key");
        pem_of(&[params.self_signed(&key).expect("a root").der().clone()])
    };
    let roots: Vec<_> = (0..=check::MAX_SIGNATURE_CHECKS).map(root).collect();
    for (count, is_over) in
        [(check::MAX_SIGNATURE_CHECKS, false), (check::MAX_SIGNATURE_CHECKS + 1, true)]
    {
        let (_folder, path) = file("roots.pem", &roots[..count].concat());
        let run = certgrab().args(["check", "--offline"]).args([&path]);
        let out = if is_over { run.fails_with(5) } else { run.succeeds() }.out();
        assert_eq!(out.contains("more than 2000 signatures"), is_over, "{out}");
    }
}

/// The command, which fails if it uses more than `mebibytes` of memory (setrlimit(2), `RLIMIT_DATA`).
fn within_memory(mebibytes: usize) -> std::process::Command {
    let mut command = std::process::Command::new("sh");
    let limited = format!("ulimit -d {} && exec \"$0\" \"$@\"", mebibytes * 1024);
    command.args(["-c", &limited, env!("CARGO_BIN_EXE_certgrab")]);
    command
}

#[test]
fn the_largest_file_is_checked_within_256_mib() {
    let files = [
        ("signs.c", ";"),
        ("words.c", "a;"),
        ("literals.c", "\"\";"),
        ("named.c", "a=\"0123456789abcdef\";"),
        ("numbers.c", "1,\n"),
        ("blocks.yaml", "a: |\n"),
        ("lines.pem", "\n"),
        ("values.json", "{\"a\":[[],[],[]]}\n"),
        ("sequences.der", "0"),
        ("brackets.json", "["),
        ("parentheses.json", "("),
    ];
    for (name, piece) in files {
        let content = piece.repeat(check::MAX_FILE_BYTES / piece.len());
        let (_folder, path) = file(name, &content);
        let ended = within_memory(256).args(["check", "--offline"]).arg(&path).output();
        let ended = ended.expect("the command");
        let said = String::from_utf8_lossy(&ended.stdout);
        // The message that nothing was found shows that it ended normally.
        assert_eq!(ended.status.code(), Some(1), "{name}: {ended:?}");
        assert!(said.contains("no certificate found"), "{name}: {said}");
    }
}

#[test]
fn a_file_too_large_to_read_is_kept() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let (_folder, path) = file("root.pem", "");
    // A sparse file of 12 GB uses no disk space.
    let large = std::fs::File::options().write(true).open(&path).expect("a file");
    large.set_len(12_000_000_000).expect("a large file");
    let emit = format!("pem={}", path.display());
    // A limit, since the peak of the test process would count as the command's.
    let ended = within_memory(1024)
        .args(["plc.test", "--from"])
        .args([pki.chain_file()])
        .arg("--roots")
        .args([pki.root_file()])
        .args(["--emit", &emit])
        .output()
        .expect("the command");
    assert_eq!(ended.status.code(), Some(4));
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("found one of 12000000000 bytes\n"), "{said}");
    assert_eq!(std::fs::metadata(&path).expect("the file").len(), 12_000_000_000);
}
