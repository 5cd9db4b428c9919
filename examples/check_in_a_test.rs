//! A test for a firmware project: the committed constants have no errors and do not expire soon.
//!
//! Like `certgrab check --offline`, it reads the file and does not contact the server, so that the
//! result depends only on the commit. Check the servers in a nightly job
//! (`certgrab integrate github-actions`).
//!
//! ```sh
//! cargo test --example check_in_a_test
//! ```

use std::{fs, path::Path};

use certgrab::{
    Store, Time,
    check::{self, FileReport, Knowledge},
};

/// The test fails if an anchor expires within a year: updating deployed devices takes that long.
const HORIZON_DAYS: u16 = 365;

/// The findings in `file` as of `at`. `roots` contains the user's own CA.
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
