//! The file of old findings.

use std::path::Path;

use crate::{
    check::{self, Baseline},
    cli::failure::{Exit, Failure},
    text::{bounded_file, foreign::Foreign},
};

/// The old findings in the file at `path`.
pub(super) fn read(path: &Path) -> Result<Baseline, Failure> {
    let shown = Foreign::path(path).line();
    let content = bounded_file::read(path, check::MAX_BASELINE_BYTES).map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::NotFound => Some("write it with `--write-baseline`"),
            _ => bounded_file::found_instead(path).map(|_| "name a file: `--baseline FILE`"),
        };
        Failure::new(Exit::File, format!("cannot read the baseline {shown}: {error}"))
            .with_hint(hint)
    })?;
    Baseline::read(&content)
        .map_err(|problem| Failure::new(Exit::File, format!("{shown}: {problem}")))
}
