//! An expected result, and the differences of a new one.
//!
//! In: the JSON document of an earlier round, and a round. Out: a [`Difference`] for each verdict that
//! is not in the document. A case that was played more than once may have any of its expected verdicts.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::Report;
use crate::lab::cases::Case;
use crate::lab::verdict::Verdict;

/// The id of a case and its verdict, in the words of the document.
pub type Known = Vec<(String, String)>;

/// A case whose verdict is not one of the expected ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The case.
    pub case: &'static str,
    /// Its expected verdicts; empty if it was not played.
    pub expected: Vec<String>,
    /// The verdict; `None` if no connection arrived.
    pub found: Option<&'static str>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = match self.expected.as_slice() {
            [] => "nothing".to_owned(),
            known => known.join(" or "),
        };
        let found = self.found.unwrap_or("no connection");
        write!(f, "{}: expected {expected}, found {found}", self.case)
    }
}

/// The verdict of each case in a document.
///
/// # Errors
///
/// A sentence that says why `text` is not a document of this schema.
pub fn read_verdicts(text: &str) -> Result<Known, String> {
    let document: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if document["schema"] != 1 {
        return Err(format!("expected schema 1, found {}", document["schema"]));
    }
    let cases = document["cases"].as_array().ok_or("expected `cases`, found none")?;
    cases.iter().map(known_case).collect()
}

fn known_case(case: &Value) -> Result<(String, String), String> {
    let word = |key: &str| {
        let word = case[key].as_str().map(str::to_owned);
        word.ok_or_else(|| format!("expected a word as `{key}` of a case, found {}", case[key]))
    };
    let (id, verdict) = (word("case")?, word("verdict")?);
    if Case::named(&id).is_none() {
        return Err(format!("expected a case of `certgrab lab --list`, found `{id}`"));
    }
    if !Verdict::ALL.iter().any(|known| known.word() == verdict) {
        let words = Verdict::ALL.map(Verdict::word).join(", ");
        return Err(format!("expected one of {words} as the verdict of `{id}`, found `{verdict}`"));
    }
    Ok((id, verdict))
}

/// How a round differs from the expected result, in the order of the ids.
#[must_use]
pub fn differences(known: &Known, report: &Report) -> Vec<Difference> {
    let mut before: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (case, verdict) in known {
        let verdicts = before.entry(case).or_default();
        if !verdicts.contains(verdict) {
            verdicts.push(verdict.clone());
        }
    }
    let expected = |case: &str| before.get(case).cloned().unwrap_or_default();
    let mut all: Vec<Difference> = Vec::new();
    for one in &report.judged {
        let (case, found) = (one.turn.case.id, one.verdict.word());
        let difference = Difference { case, expected: expected(case), found: Some(found) };
        if !difference.expected.iter().any(|known| known == found) && !all.contains(&difference) {
            all.push(difference);
        }
    }
    for case in &report.missing {
        let was_played = report.judged.iter().any(|one| one.turn.case.id == *case);
        let difference = Difference { case, expected: expected(case), found: None };
        if !was_played && before.contains_key(case) && !all.contains(&difference) {
            all.push(difference);
        }
    }
    all.sort_by_key(|difference| difference.case);
    all
}
