//! The results of a check, in the formats that people and CI read.
//!
//! In: [`FileReport`](super::FileReport)s. Out: text. Each format has a file.

mod cyclonedx;
mod github;
mod html;
mod json;
mod junit;
mod prometheus;
mod sarif;
mod text;

pub use self::cyclonedx::cyclonedx;
pub use self::github::github;
pub use self::html::html;
pub use self::json::json;
pub use self::junit::junit;
pub use self::prometheus::prometheus;
pub use self::sarif::sarif;
pub use self::text::{by_certificate, text};

use std::path::Path;

use super::Finding;
use crate::text::foreign::Foreign;

/// A file's name as outputs show it. On Windows it is UTF-16, with unpaired surrogates as WTF-8.
pub(crate) fn shown(file: &Path) -> String {
    Foreign::bytes(file.as_os_str().as_encoded_bytes()).line()
}

/// The message of a finding, with the number of the certificate if the line is not enough.
fn sentence(finding: &Finding) -> String {
    match finding.place.part {
        Some((number, of)) => format!("{} (certificate {number} of {of})", finding.message),
        None => finding.message.clone(),
    }
}
