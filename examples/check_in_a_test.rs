//! A test of a firmware project: are the committed constants sound, and do they last?
//!
//! It reads the file as `certgrab check --offline` does, and asks no server: what servers present is
//! for a nightly job (`certgrab integrate github-actions`), so that the tests of a commit depend on
//! that commit alone.
//!
//! ```sh
//! cargo test --example check_in_a_test
//! ```

use std::{fs, path::Path};

use certgrab::{
    Store, Time,
    check::{self, FileReport, Knowledge},
};

/// Anchors that end within a year fail the test: devices in the field need that time.
const HORIZON_DAYS: u16 = 365;

/// What was found in `file` at the time `at`, the user's own CA known from
/// `roots`.
fn checked(file: &Path, roots: &Path, at: Time) -> Result<FileReport, String> {
    let mut store = Store::mozilla();
    store.add_path(roots).map_err(|error| error.to_string())?;
    let content = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let reading = check::read(file, &content);
    let found = check::lint(&reading, &Knowledge { store: &store, at, horizon_days: HORIZON_DAYS });
    Ok(FileReport::of(reading, found))
}

fn main() -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/plant/root.pem");
    print!("{}", check::output::text(&checked(&root, &root, Time::now())?));
    Ok(())
}

#[cfg(test)]
mod tests {
    use certgrab::check::{Finding, Severity};

    use super::*;

    fn codes(file: &str, at: Time) -> Vec<&'static str> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/plant");
        let report = checked(&folder.join(file), &folder.join("root.pem"), at).expect("a file");
        let matters = |finding: &&Finding| finding.severity > Severity::Note;
        report.findings().iter().filter(matters).map(|finding| finding.code).collect()
    }

    #[test]
    fn the_root_lasts_and_a_chain_is_no_anchor() {
        let today = Time::from_date(2026, 11, 22).expect("a date");
        assert!(codes("root.pem", today).is_empty());
        assert!(codes("chain.pem", today).contains(&"leaf"));
    }

    #[test]
    fn a_year_before_the_root_expires_the_test_says_so() {
        let late = Time::from_date(2048, 6, 1).expect("a date");
        assert_eq!(codes("root.pem", late), ["expires-soon"]);
    }
}
