//! Whether the device's own certificates are valid, and for how long.
//!
//! In: a [`Reading`]. Out: findings. A server that requires a client certificate refuses one that has
//! expired.

use super::{EmbeddedAnchor, Finding, Findings, Knowledge, Reading, Severity, named, reading_of};
use crate::x509::certificate::Certificate;
use std::path::Path;

/// The findings about the device's own certificates in `reading`.
#[must_use]
pub(crate) fn lint_own(reading: &Reading, knowledge: &Knowledge<'_>) -> Findings {
    let finding = |one: &EmbeddedAnchor| {
        let certificate = one.certificate.as_ref()?;
        Some(Finding { place: one.place, ..of_own(certificate, knowledge)? })
    };
    reading.own.iter().filter_map(finding).collect()
}

/// What the dates of the device's own `certificate` mean.
#[must_use]
pub(crate) fn of_own(certificate: &Certificate, knowledge: &Knowledge<'_>) -> Option<Finding> {
    let Knowledge { at, horizon_days, .. } = *knowledge;
    let (name, ends) = (named(certificate), certificate.not_after());
    let own = format!("the device's own certificate `{name}`");
    let (severity, code, message) = if at > ends {
        let message = format!("{own} expired on {}: servers refuse it", ends.date());
        (Severity::Error, "expired", message)
    } else if at < certificate.not_before() {
        let begins = certificate.not_before();
        (Severity::Error, "not-yet-valid", format!("{own} is not valid before {begins}"))
    } else if ends <= at.plus_days(i64::from(horizon_days)) {
        (Severity::Warning, "expires-soon", format!("{own} expires on {}", ends.date()))
    } else {
        return None;
    };
    let action = "issue a new certificate for the device".to_owned();
    let finding = Finding::new(1, severity, code, message, Some(action));
    Some(finding.about(certificate.sha256()))
}

/// A reading of `file`, whose first certificate is the device's own.
#[must_use]
pub(crate) fn reading_of_own(file: &Path, certificate: Certificate) -> Reading {
    let mut reading = reading_of(file, vec![certificate]);
    reading.own = std::mem::take(&mut reading.anchors);
    reading
}
