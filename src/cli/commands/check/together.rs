//! The files for one server, judged together.
//!
//! In: the report of each file, and whether the user named it. Out: the reports without the findings that
//! another file settles.

use crate::check::{FileReport, Severity};

/// Drops the findings about single files that do not hold for all files together.
pub(super) fn settle(reports: &mut [(bool, FileReport)]) {
    // A file with only the device's own certificate needs no anchor if another file has one.
    if reports.iter().any(|(_, report)| !report.verified.is_empty()) {
        let own = |(_, report): &&mut (bool, FileReport)| report.holds_own;
        for (_, report) in reports.iter_mut().filter(own) {
            report.retain(|finding| {
                finding.code != "no-certificate" || finding.severity != Severity::Error
            });
        }
    }
    // Among the files of a folder, one that verifies the server is enough.
    if reports.iter().any(|(_, report)| report.verified.iter().any(|(_, is)| *is)) {
        for (_, report) in reports.iter_mut().filter(|(is_named, _)| !is_named) {
            report.retain(|finding| finding.code != "verify-failed");
        }
    }
}
