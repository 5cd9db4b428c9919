//! What the files for one server say together.
//!
//! In: the report of each file, and whether the user named it. Out: the same without what another file
//! answers.

use crate::check::{FileReport, Severity};

/// Drops what is wrong with a file alone and right with those beside it.
pub(super) fn settle(reports: &mut [(bool, FileReport)]) {
    // Beside a file with anchors, one with the device's own certificate alone lacks none.
    if reports.iter().any(|(_, report)| !report.verified.is_empty()) {
        let own = |(_, report): &&mut (bool, FileReport)| report.holds_own;
        for (_, report) in reports.iter_mut().filter(own) {
            report.retain(|finding| {
                finding.code != "no-certificate" || finding.severity != Severity::Error
            });
        }
    }
    // Of the files in a folder, one that verifies the server is enough.
    if reports.iter().any(|(_, report)| report.verified.iter().any(|(_, is)| *is)) {
        for (_, report) in reports.iter_mut().filter(|(is_named, _)| !is_named) {
            report.retain(|finding| finding.code != "verify-failed");
        }
    }
}
