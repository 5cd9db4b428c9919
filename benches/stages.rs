//! Measures the pure stages: `cargo bench --bench stages`; `-- paths` selects some of them.
//!
//! The real chains are in `../shared/chains`, next to a checkout. Without them their benchmark is empty.

use std::{fs, path::PathBuf};

use certgrab::internals::chain::Presented;
use certgrab::internals::{
    judge::{
        path::{self, Question},
        work::Work,
    },
    output::{
        bundle::{Bundle, Entry, KeyPossession, Role},
        emit::{self, FORMATS, Identifier},
    },
    text::{foreign::Foreign, time::Time},
    trust::store::{Source, Store},
    x509::certificate::Certificate,
};
use divan::{Bencher, black_box};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::pki_types::{DnsName, ServerName};

/// The number of CAs in each layer of the mesh. Every CA of the layer above signs each of them.
const WIDTHS: &[usize] = &[1, 2, 3];

/// The number of layers between the leaf and the root.
const LAYERS: usize = 3;

fn main() {
    divan::main();
}

/// A chain and the question about it.
struct Case {
    ders: Vec<Vec<u8>>,
    store: Store,
    name: ServerName<'static>,
    at: Time,
}

impl Case {
    fn presented(&self) -> Presented {
        let ders = self.ders.iter().map(Vec::as_slice);
        Presented::from_message(ders, Source::Presented("bench".into()))
    }

    /// Parses the certificates and returns their number.
    fn parse(&self) -> usize {
        let certificates = self.ders.iter().map(|der| Certificate::from_der(black_box(der)));
        certificates.filter(Result::is_ok).count()
    }

    /// Searches for a path as of `later` seconds after `self.at`.
    fn find(&self, presented: &Presented, later: i64) -> bool {
        let at = Time::from_unix(self.at.unix() + later);
        let work = Work::default();
        let question = Question { name: Some(&self.name), at, work: &work };
        path::find(black_box(presented), &[], &self.store, question).is_ok()
    }

    /// Measures the search. certgrab caches the answer to each question, so each iteration uses another
    /// time. It also caches verified signatures, so these are not measured.
    fn measure(&self, bencher: Bencher<'_, '_>) {
        let presented = self.presented();
        let mut later = 0;
        bencher.bench_local(|| {
            later += 1;
            self.find(&presented, later)
        });
    }
}

fn name(host: &str) -> ServerName<'static> {
    ServerName::DnsName(DnsName::try_from(host.to_owned()).expect("a name"))
}

/// The folder of the real chains.
fn chains() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/chains")
}

fn real_names() -> Vec<String> {
    let Ok(folder) = fs::read_dir(chains()) else { return Vec::new() };
    let mut names: Vec<String> = folder
        .filter_map(Result::ok)
        .filter(|entry| entry.path().join("meta.json").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names.truncate(8);
    names
}

fn real(chain: &str) -> Case {
    let read = |file: &str| fs::read_to_string(chains().join(chain).join(file)).unwrap_or_default();
    let facts: serde_json::Value = serde_json::from_str(&read("meta.json")).expect("facts");
    let text = |key: &str| facts[key].as_str().expect("a text");
    let pem = read("leaf.pem") + &read("intermediates.pem");
    let ders = pem::parse_many(pem).expect("PEM").into_iter().map(pem::Pem::into_contents);
    let mut store = Store::default();
    store.add_mozilla();
    let at = text("time").parse().expect("a time");
    Case { ders: ders.collect(), store, name: name(text("host")), at }
}

fn ca_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

/// A leaf below [`LAYERS`] layers of CAs. Every CA of the layer above signs each of them.
fn mesh(width: usize) -> Case {
    let key = || KeyPair::generate().expect("a key");
    let (root_params, root_key) = (ca_params("Mesh Root"), key());
    let root = root_params.self_signed(&root_key).expect("a root").der().to_vec();
    let mut above = vec![Issuer::new(root_params, root_key)];
    let mut sent = Vec::new();
    for layer in 0..LAYERS {
        let mut here = Vec::new();
        for place in 0..width {
            let (params, key) = (ca_params(&format!("Mesh {layer} {place}")), key());
            for issuer in &above {
                sent.push(params.signed_by(&key, issuer).expect("a certificate").der().to_vec());
            }
            here.push(Issuer::new(params, key));
        }
        above = here;
    }
    let mut params = CertificateParams::new(vec!["mesh.test".to_owned()]).expect("parameters");
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    let leaf = params.signed_by(&key(), &above[0]).expect("a leaf").der().to_vec();
    let file =
        std::env::temp_dir().join(format!("certgrab-bench-{}-{width}.der", std::process::id()));
    fs::write(&file, root).expect("a file");
    let mut store = Store::default();
    store.add_path(&file).expect("a root");
    fs::remove_file(&file).expect("the file");
    sent.reverse();
    sent.insert(0, leaf);
    let at = "2030-01-01T00:00:00Z".parse().expect("a time");
    Case { ders: sent, store, name: name("mesh.test"), at }
}

#[divan::bench(args = WIDTHS)]
fn parse_mesh(bencher: Bencher<'_, '_>, width: usize) {
    let case = mesh(width);
    bencher.bench_local(|| case.parse());
}

#[divan::bench(args = real_names())]
fn parse_real(bencher: Bencher<'_, '_>, chain: &str) {
    let case = real(chain);
    bencher.bench_local(|| case.parse());
}

#[divan::bench(args = WIDTHS)]
fn paths_mesh(bencher: Bencher<'_, '_>, width: usize) {
    let case = mesh(width);
    assert!(case.find(&case.presented(), 0), "the mesh has a path");
    case.measure(bencher);
}

#[divan::bench(args = real_names())]
fn paths_real(bencher: Bencher<'_, '_>, chain: &str) {
    real(chain).measure(bencher);
}

/// Looks up an anchor in Mozilla's store by its subject: one that is present, and one that is not.
#[divan::bench(args = [true, false])]
fn look_up_an_anchor(bencher: Bencher<'_, '_>, is_present: bool) {
    let mut store = Store::default();
    store.add_mozilla();
    let known = root();
    let name = if is_present { known.subject_der() } else { known.spki_der() };
    assert_eq!(store.named(name).is_empty(), !is_present);
    bencher.bench_local(|| store.named(black_box(name)));
}

/// The first root of Mozilla's store.
fn root() -> Certificate {
    let ders = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
    Certificate::from_der(&ders[0]).expect("a root")
}

#[divan::bench(args = FORMATS.iter().map(|format| format.name))]
fn render(bencher: Bencher<'_, '_>, format: &str) {
    let format = emit::format(format).expect("a format");
    let entry = Entry::new(root(), Role::Anchor, Foreign::text("Mozilla's store"));
    let host = "broker.example".to_owned();
    let bundle = Bundle::new(host, 8883, vec![entry], KeyPossession::Proven);
    let name = Identifier::new("ROOT_CA").expect("a name");
    bencher.bench_local(|| emit::render(black_box(&bundle), format, &name));
}
