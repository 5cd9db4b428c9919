//! The whole row of verdicts of each client, in `rows.tsv`: a line for each client with its name and every case
//! that did not pass, with the verdict. `CERTGRAB_BLESS=1 cargo test lab` updates it. A verdict with `?` varies
//! between rounds: whether MicroPython reads records of one byte depends on how many of them one TCP segment
//! carries.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use super::round::Said;

/// Held while a test updates the file.
static FILE: Mutex<()> = Mutex::new(());

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/lab/rows.tsv")
}

fn read() -> BTreeMap<String, String> {
    let text = fs::read_to_string(path()).unwrap_or_default();
    let of = |line: &str| line.split_once('\t').map(|(name, row)| (name.into(), row.into()));
    text.lines().filter_map(of).collect()
}

/// The verdicts other than "passed", as `CASE VERDICT`; every case has a line.
fn row(said: &Said) -> String {
    let of = |line: &str| {
        let (_, rest) = line.split_once("/49  ")?;
        let (verdict, rest) = rest.split_at_checked(10)?;
        Some((rest.split_whitespace().next()?.to_owned(), verdict.trim().to_owned()))
    };
    let all: Vec<_> = said.out.lines().filter_map(of).collect();
    assert_eq!(all.len(), 49, "{}", said.out);
    let others = all.iter().filter(|(_, verdict)| verdict != "passed");
    others.map(|(case, verdict)| format!("{case} {verdict}")).collect::<Vec<_>>().join(", ")
}

/// The row equals the known one of this client.
pub(super) fn is_known(name: &str, said: &Said) {
    let row = row(said);
    if std::env::var_os("CERTGRAB_BLESS").is_some() {
        let _held = FILE.lock().expect("no test failed while it wrote");
        let mut all = read();
        all.insert(name.to_owned(), row);
        let text: String = all.iter().map(|(name, row)| format!("{name}\t{row}\n")).collect();
        return fs::write(path(), text).expect("rows.tsv");
    }
    let known = read();
    let known = known.get(name).map(String::as_str).unwrap_or_default();
    let there =
        |one: &&str| one.strip_suffix('?').is_none_or(|one| row.split(", ").any(|it| it == one));
    let known: Vec<_> =
        known.split(", ").filter(there).map(|one| one.trim_end_matches('?')).collect();
    assert_eq!(known.join(", "), row, "{name}: {}", said.out);
}
