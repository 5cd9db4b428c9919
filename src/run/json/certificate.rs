//! Certificates as parts of a document.

use std::{
    fmt::Display,
    hash::{Hash, Hasher},
    sync::Arc,
};

use serde::Serialize;

use crate::{
    chain::{Presented, Sent},
    x509::{certificate::Certificate, signature::Memory},
};

#[derive(Debug, Serialize)]
pub(super) struct CertificatePart {
    sha256: String,
    subject: String,
    issuer: String,
    serial: String,
    not_before: String,
    not_after: String,
    key: String,
    signature: String,
    source: String,
    pem: String,
}

#[derive(Debug, Serialize)]
pub(super) struct PresentedPart {
    /// The position in the presented chain, from 1.
    position: usize,
    #[serde(flatten)]
    certificate: Arc<CertificatePart>,
}

#[derive(Debug, Serialize)]
pub(super) struct UnreadablePart {
    /// The position in the presented chain, from 1.
    position: usize,
    sha256: String,
    problem: String,
}

/// A certificate and its source: everything that its part of a document shows.
#[derive(PartialEq, Eq)]
struct Shown {
    certificate: Certificate,
    source: String,
}

/// One certificate has few sources.
impl Hash for Shown {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.certificate.sha256().hash(state);
    }
}

/// Certificates whose parts are remembered in each generation: thousands of servers share their
/// CAs. Some 4 KiB each.
const MAX_PARTS: usize = 256;

pub(super) fn certificate(
    certificate: &Certificate,
    source: &impl Display,
) -> Arc<CertificatePart> {
    static PARTS: Memory<Shown, Arc<CertificatePart>> = Memory::new(MAX_PARTS);
    let shown = Shown { certificate: certificate.clone(), source: source.to_string() };
    PARTS.recall(&shown).unwrap_or_else(|| {
        let part = Arc::new(CertificatePart::new(certificate, &shown.source));
        PARTS.keep(shown, Arc::clone(&part));
        part
    })
}

/// The parts of what was presented: what could be read, and what could not.
pub(super) fn presented(presented: &Presented) -> (Vec<PresentedPart>, Vec<UnreadablePart>) {
    let (mut read, mut unreadable) = (Vec::new(), Vec::new());
    for (position, sent) in presented.numbered() {
        match sent {
            Sent::Certificate(one) => read
                .push(PresentedPart { position, certificate: certificate(one, &presented.source) }),
            Sent::Unreadable(one) => unreadable.push(UnreadablePart {
                position,
                sha256: one.sha256.to_string(),
                problem: one.problem.to_string(),
            }),
        }
    }
    (read, unreadable)
}

impl CertificatePart {
    fn new(certificate: &Certificate, source: &str) -> Self {
        Self {
            sha256: certificate.sha256().to_string(),
            subject: certificate.subject().text().line(),
            issuer: certificate.issuer().text().line(),
            serial: certificate.serial(),
            not_before: certificate.not_before().to_string(),
            not_after: certificate.not_after().to_string(),
            key: certificate.key().to_string(),
            signature: certificate.signature_algorithm().to_string(),
            source: source.to_owned(),
            pem: certificate.pem(),
        }
    }
}
