//! How many signatures are checked in one file.

use std::collections::HashMap;

use super::{Finding, Place, Severity};
use crate::x509::{
    certificate::{Certificate, Sha256},
    extensions,
};

/// The most signatures that are checked in one file: as many as a store has roots, each of which
/// signed itself.
pub const MAX_SIGNATURE_CHECKS: usize = crate::trust::store::MAX_ROOTS;

/// How many more signatures may be checked in a file, and the results so far.
#[derive(Debug)]
pub(super) struct SignatureBudget {
    left: usize,
    is_exceeded: bool,
    /// Whether a certificate was not signed by another one.
    refuted: HashMap<(Sha256, Sha256), bool>,
}

impl Default for SignatureBudget {
    fn default() -> Self {
        Self { left: MAX_SIGNATURE_CHECKS, is_exceeded: false, refuted: HashMap::new() }
    }
}

impl SignatureBudget {
    /// Whether none of `issuers` signed `certificate`, as far as that is known within the budget.
    pub(super) fn refutes(&mut self, certificate: &Certificate, issuers: &[Certificate]) -> bool {
        let pair = |issuer: &Certificate| (certificate.sha256(), issuer.sha256());
        let is_new = |issuer: &&Certificate| !self.refuted.contains_key(&pair(issuer));
        let Some(left) = self.left.checked_sub(issuers.iter().filter(is_new).count()) else {
            self.is_exceeded = true;
            return false;
        };
        self.left = left;
        let is_refuted = |issuer: &Certificate| {
            let refute = || extensions::is_signed_by(certificate, issuer) == Some(false);
            *self.refuted.entry(pair(issuer)).or_insert_with(refute)
        };
        issuers.iter().all(is_refuted)
    }

    /// Whether more signatures needed a check than the budget allows.
    pub(super) const fn is_exceeded(&self) -> bool {
        self.is_exceeded
    }
}

/// That the signatures on the certificate at `place` and on the following ones are not checked.
pub(super) fn exceeded(place: Place) -> Finding {
    let message = format!(
        "more than {MAX_SIGNATURE_CHECKS} signatures; those on this certificate and the following ones are not checked"
    );
    let action = "split the certificates into several files".to_owned();
    Finding::new(place, Severity::Warning, "anchor-unknown", message, Some(action))
}
