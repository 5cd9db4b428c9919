//! Shared parts of the format tests: certificates, bundles, compilers.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use certgrab::internals::{
    output::{
        bundle::{Bundle, Entry, KeyPossession, Role},
        emit::{self, Identifier},
    },
    text::foreign::Foreign,
    x509::certificate::Certificate,
};
use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384};

use crate::support::{Pki, pki::Builder};

/// The name in every server certificate.
pub(super) const HOST: &str = "broker.test";

/// Sent by a client after the handshake, so that the server knows it was accepted.
pub(super) const GREETING: &str = "trusted";

/// A leaf below an intermediate below a root with an RSA key; `None` without openssl.
pub(super) fn rsa_pki() -> Option<Pki> {
    crate::support::real::program("openssl").then(|| {
        let made = succeed(Command::new("openssl").args(["genrsa", "2048"]));
        let key = KeyPair::from_pem(&made).unwrap();
        below(Pki::root_with_key("RSA Root", key))
    })
}

/// A leaf below an intermediate below a root with an EC key on P-384.
pub(super) fn ec_pki() -> Pki {
    below(Pki::root_with_key("EC Root", KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap()))
}

fn below(root: Builder) -> Pki {
    root.intermediate("Issuing CA").leaf(HOST)
}

/// The root of a PKI.
pub(super) fn root(pki: &Pki) -> Certificate {
    Certificate::from_der(pki.root_der()).unwrap()
}

/// Certificates of the public CA ISRG: RSA 4096 and EC P-384.
pub(super) fn isrg() -> [Certificate; 2] {
    ["x1", "x2"].map(|name| {
        let file = repository().join(format!("tests/golden/isrg_root_{name}.pem"));
        let block = pem::parse(std::fs::read(file).unwrap()).unwrap();
        Certificate::from_der(block.contents()).unwrap()
    })
}

/// The certificates with their facts, the first as the anchor.
pub(super) fn bundle(host: &str, port: u16, certificates: Vec<Certificate>) -> Bundle {
    let entry = |(index, certificate)| {
        let role = if index == 0 { Role::Anchor } else { Role::Backup };
        let mut entry = Entry::new(certificate, role, Foreign::text("Mozilla's store"));
        entry.reason = (index == 0).then(|| Foreign::text("the only root this chain ends in"));
        entry
    };
    let entries = certificates.into_iter().enumerate().map(entry).collect();
    Bundle::new(host.to_owned(), port, entries, KeyPossession::Proven)
}

/// The text of `bundle` in the format called `format`, with constants called `ROOT_CA`.
pub(super) fn text(bundle: &Bundle, format: &str) -> String {
    String::from_utf8(bytes(bundle, format)).unwrap()
}

/// The bytes of `bundle` in the format called `format`.
pub(super) fn bytes(bundle: &Bundle, format: &str) -> Vec<u8> {
    try_bytes(bundle, format).unwrap_or_else(|error| panic!("{format}: {error}"))
}

/// The bytes of `bundle` in the format called `format`, or the error.
pub(super) fn try_bytes(bundle: &Bundle, format: &str) -> Result<Vec<u8>, emit::Error> {
    let format = emit::format(format).unwrap_or_else(|| panic!("no format {format}"));
    emit::render(bundle, format, &Identifier::new("ROOT_CA").unwrap())
}

/// The folder of the project.
pub(super) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A new empty folder, removed with the value.
pub(super) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Runs `command`, which must succeed; returns its standard output.
#[track_caller]
pub(super) fn succeed(command: &mut Command) -> String {
    let output = run(command);
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Runs `command` to its end.
#[track_caller]
pub(super) fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Writes `content` to `folder/name`.
pub(super) fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path
}
