//! How many signatures are checked in one file.

use super::{Examined, Severity};

/// The most signatures that are checked in one file: as many as a store has roots, each of which
/// signed itself.
pub const MAX_SIGNATURE_CHECKS: usize = crate::trust::store::MAX_ROOTS;

/// The signatures that were checked in a file.
#[derive(Debug, Default)]
pub(super) struct Checked {
    signatures: usize,
    is_over: bool,
}

impl Checked {
    /// Whether `more` may be checked, for the certificate on `line`; that no more are is said once.
    pub(super) fn may_check(&mut self, more: usize, examined: &mut Examined, line: usize) -> bool {
        if self.signatures + more <= MAX_SIGNATURE_CHECKS {
            self.signatures += more;
            return true;
        }
        if !self.is_over {
            self.is_over = true;
            let message = format!(
                "more than {MAX_SIGNATURE_CHECKS} signatures; those on this certificate and the following ones are not checked"
            );
            let action = "split the certificates into several files".to_owned();
            examined.find(line, Severity::Warning, "anchor-unknown", message, Some(action));
        }
        false
    }
}
