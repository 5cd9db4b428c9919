//! Bundles of roots that were not chosen one by one.
//!
//! In: the findings about the certificates of a file. Out: the same, with one sentence instead of all
//! findings about the age of the roots of a bundle.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::super::{EmbeddedAnchor, Finding, Findings, Severity};
use crate::{text::count::counted, x509::certificate::Sha256};

/// The fewest anchors of a bundle. Manual selections are smaller, and the bundles of ESP-IDF, curl and
/// webpki-roots have more than a hundred.
const FEWEST_ANCHORS: usize = 16;

/// Findings about the age of roots.
const OF_AGE: [&str; 5] = ["expired", "expires-soon", "leaves-soon", "next-root", "root-dropped"];

/// A root of a bundle: which bundle, and its SHA-256.
type Member = (usize, Sha256);

/// The findings, with those of each bundle combined into one sentence.
pub(super) fn gathered(
    found: Findings,
    anchors: &[EmbeddedAnchor],
    name: impl Fn(&EmbeddedAnchor) -> Option<(Sha256, String)>,
) -> Findings {
    // Names with keys are several constants that belong together, as in webpki-roots.
    let group = |one: &EmbeddedAnchor| if one.key.is_some() { usize::MAX } else { one.constant };
    let mut sizes: HashMap<usize, usize> = HashMap::new();
    anchors.iter().for_each(|one| *sizes.entry(group(one)).or_default() += 1);
    let is_bundle = |one: &&EmbeddedAnchor| sizes[&group(one)] >= FEWEST_ANCHORS;
    if !anchors.iter().any(|one| is_bundle(&one)) {
        return found;
    }
    // One root may be in several bundles.
    let (mut members, mut names) = (HashMap::new(), HashMap::new());
    for one in anchors.iter().filter(is_bundle) {
        if let Some((sha256, name)) = name(one) {
            members.insert((one.place, sha256), group(one));
            names.insert(sha256, name);
        }
    }
    let member = |finding: &Finding| -> Option<Member> {
        let certificate = finding.certificate.filter(|_| OF_AGE.contains(&finding.code))?;
        Some((*members.get(&(finding.place, certificate))?, certificate))
    };
    let aged: HashSet<Member> = found.listed().iter().filter_map(member).collect();
    let outdated: BTreeSet<usize> = aged.iter().map(|(bundle, _)| *bundle).collect();
    // A single outdated root is reported like any other.
    let is_gathered = |bundle: usize| aged.iter().filter(|(one, _)| *one == bundle).count() > 1;
    let sentences: Vec<_> = outdated
        .into_iter()
        .filter(|bundle| is_gathered(*bundle))
        .filter_map(|bundle| {
            let of_it = |one: &&Finding| member(one).is_some_and(|(here, _)| here == bundle);
            let of_it: Vec<&Finding> = found.listed().iter().filter(of_it).collect();
            sentence(sizes[&bundle], &of_it, |sha256| names[&sha256].clone())
        })
        .collect();
    let mut found = found;
    found.retain(|one| member(one).is_none_or(|(bundle, _)| !is_gathered(bundle)));
    found.and(sentences.into_iter().collect())
}

/// The sentence about a bundle of `size` roots with the findings `of_it`.
fn sentence(size: usize, of_it: &[&Finding], name: impl Fn(Sha256) -> String) -> Option<Finding> {
    let first = of_it.iter().min_by_key(|one| one.place)?;
    let severity = of_it.iter().map(|one| one.severity).max().unwrap_or(Severity::Warning);
    let of_code = |code: &str, what: &str| {
        let mut seen = HashSet::new();
        let names: Vec<_> = of_it
            .iter()
            .filter(|one| one.code == code)
            .filter_map(|one| one.certificate)
            .filter(|sha256| seen.insert(*sha256))
            .map(|sha256| format!("`{}`", name(sha256)))
            .collect();
        (!names.is_empty()).then(|| format!("{} {what} ({})", names.len(), names.join(", ")))
    };
    let parts: Vec<_> = [
        ("expired", "expired"),
        ("root-dropped", "left Mozilla's store"),
        ("expires-soon", "will expire soon"),
        ("leaves-soon", "will leave Mozilla's store soon"),
    ]
    .into_iter()
    .filter_map(|(code, what)| of_code(code, what))
    .collect();
    let message =
        format!("the bundle of {} is outdated: {}", counted(size, "root"), parts.join("; "));
    let action = "regenerate the bundle from the current list of roots, or embed the server's anchor \
                  alone: `certgrab HOST:PORT --emit FORMAT`";
    let code = "bundle-outdated";
    Some(Finding::new(first.place, severity, code, message, Some(action.to_owned())))
}
