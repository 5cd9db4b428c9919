//! How many signatures are checked in one file.

use super::{Finding, Place, Severity};

/// The most signatures that are checked in one file: as many as a store has roots, each of which
/// signed itself.
pub const MAX_SIGNATURE_CHECKS: usize = crate::trust::store::MAX_ROOTS;

/// What is left of the signatures that may be checked in a file.
#[derive(Debug)]
pub(super) struct SignatureBudget {
    left: usize,
}

impl Default for SignatureBudget {
    fn default() -> Self {
        Self { left: MAX_SIGNATURE_CHECKS }
    }
}

impl SignatureBudget {
    /// Whether `count` more signatures may be checked; if so, they are taken from the budget.
    pub(super) fn spend(&mut self, count: usize) -> bool {
        match self.left.checked_sub(count) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }
}

/// That the signatures on the certificate at `place` and on those behind it are not checked.
pub(super) fn exceeded(place: Place) -> Finding {
    let message = format!(
        "more than {MAX_SIGNATURE_CHECKS} signatures; those on this certificate and the following ones are not checked"
    );
    let action = "split the certificates into several files".to_owned();
    Finding::new(place, Severity::Warning, "anchor-unknown", message, Some(action))
}
