//! Measures how the cost grows with the input: `cargo bench --bench growth`. Each benchmark runs with n,
//! 2n and 4n parts. If growth is linear, the throughput that divan prints stays the same.
//!
//! tests/growth.rs counts instructions for smaller inputs and fails if they grow faster.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use certgrab::internals::{
    chain::Presented,
    check,
    judge::{
        path::{self, Question},
        work::Work,
    },
    run::set_cover,
    text::time::Time,
    trust::store::{Source, Store},
};
use divan::{Bencher, black_box, counter::ItemsCount};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

fn main() {
    divan::main();
}

/// Hosts, each with the anchors that verify it. There are ten hosts per distinct anchor.
#[divan::bench(args = [25_000, 50_000, 100_000], sample_count = 5)]
fn set_cover_of_hosts(bencher: Bencher<'_, '_>, hosts: usize) {
    let anchors = hosts / 10;
    let servers: Vec<Vec<usize>> =
        (0..hosts).map(|host| vec![host % anchors, (host * 7 + 1) % anchors]).collect();
    bencher
        .counter(ItemsCount::new(hosts))
        .bench_local(|| set_cover::smallest(black_box(&servers)).len());
}

/// Chains whose intermediates all have the same name: each could be the issuer of every other one.
#[divan::bench(args = [7, 14, 28], sample_count = 5)]
fn paths_among_certificates_of_one_name(bencher: Bencher<'_, '_>, intermediates: usize) {
    let make = |name: &str, issuer: Option<&Issuer<'_, KeyPair>>| {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = match issuer {
            Some(issuer) => params.signed_by(&key, issuer),
            None => params.self_signed(&key),
        };
        (certificate.expect("a certificate").der().to_vec(), Issuer::new(params, key))
    };
    let (_, root) = make("Twin", None);
    let twins: Vec<_> = (0..intermediates).map(|_| make("Twin", Some(&root))).collect();
    let (leaf, _) = make("leaf.test", Some(&twins[0].1));
    let ders: Vec<_> = std::iter::once(leaf).chain(twins.into_iter().map(|(der, _)| der)).collect();
    let presented = Presented::from_message(ders.iter().map(Vec::as_slice), Source::Server);
    let (store, at) = (Store::default(), Time::from_unix(1_780_000_000));
    bencher.counter(ItemsCount::new(intermediates)).bench_local(|| {
        let work = Work::default();
        path::find(&presented, &[], &store, Question { name: None, at, work: &work }).is_ok()
    });
}

/// A source file with a constant and its use for each part.
fn source(parts: usize) -> String {
    (0..parts).fold(String::new(), |mut text, part| {
        let _ = writeln!(
            text,
            "// a comment {part}\nconst char CA_{part}[] = R\"EOF(-----BEGIN CERTIFICATE-----\nMIIB\n\
             -----END CERTIFICATE-----\n)EOF\";\nvoid f_{part}() {{ client.setCACert(CA_{part}); }}"
        );
        text
    })
}

#[divan::bench(args = [
    ("main.ino", 500), ("main.ino", 1_000), ("main.ino", 2_000),
    ("main.py", 500), ("main.py", 1_000), ("main.py", 2_000),
    ("main.rs", 500), ("main.rs", 1_000), ("main.rs", 2_000),
    ("values.yaml", 500), ("values.yaml", 1_000), ("values.yaml", 2_000),
], sample_count = 5)]
fn lexers(bencher: Bencher<'_, '_>, (name, parts): (&str, usize)) {
    let text = source(parts);
    bencher
        .counter(ItemsCount::new(parts))
        .bench_local(|| check::read(Path::new(name), black_box(text.as_bytes())).anchors.len());
}

/// Runs the command in `folder` and ignores its output.
fn run(folder: &Path, words: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_certgrab"))
        .args(words)
        .current_dir(folder)
        .output()
        .expect("the command starts");
    black_box(output);
}

/// A manifest whose locks are missing.
#[divan::bench(args = [750, 1_500, 3_000], sample_count = 3, sample_size = 1)]
fn manifest(bencher: Bencher<'_, '_>, targets: usize) {
    let folder = TempDir::new().expect("a folder");
    let text = (0..targets).fold(String::new(), |mut text, number| {
        let _ = writeln!(
            text,
            "[[target]]\nhost = \"{number}.plc.test\"\nlock = \"{number}.pem\"\n\
             emit = {{ c = \"{number}.h\" }}\n"
        );
        text
    });
    fs::write(folder.path().join("certgrab.toml"), text).expect("a manifest");
    bencher
        .counter(ItemsCount::new(targets))
        .bench_local(|| run(folder.path(), &["sync", "--locked"]));
}

/// A folder of files. Every hundredth turns verification off.
#[divan::bench(args = [25_000, 50_000, 100_000], sample_count = 1, sample_size = 1)]
fn check_of_files(bencher: Bencher<'_, '_>, files: usize) {
    let folder = TempDir::new().expect("a folder");
    for number in 0..files {
        let place = folder.path().join(format!("{}", number / 1_000));
        fs::create_dir_all(&place).expect("a folder");
        let call = if number % 100 == 0 { "setInsecure()" } else { "connect(host, 8883)" };
        let text = format!("void f{number}() {{ client.{call}; }}\n");
        fs::write(place.join(format!("{number}.cpp")), text).expect("a file");
    }
    bencher
        .counter(ItemsCount::new(files))
        .bench_local(|| run(folder.path(), &["check", "--offline", "."]));
}
