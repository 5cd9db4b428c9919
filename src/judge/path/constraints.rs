//! The certificate whose nameConstraints (RFC 5280 section 4.2.1.10) a chain violates.
//!
//! rustls-webpki checks constraints on DNS names and IP addresses. It rejects every chain with names of
//! another constrained type. Verifying again with only the supported constraints shows which of the two
//! happened.

use der::asn1::ObjectIdentifier;
use webpki::Error;

use super::{Question, verify::verify_below};
use crate::x509::{
    certificate::Certificate,
    der::{Element, Elements},
    der_write,
};

/// nameConstraints.
pub(super) const NAME_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.30");

/// The identifier octets of dNSName [2] and iPAddress [7] (RFC 5280 section 4.2.1.6).
const JUDGED: [u8; 2] = [0x82, 0x87];

/// Types of names that are not checked, by their identifier octet.
const NOT_JUDGED: [(u8, &str); 3] =
    [(0x81, "e-mail addresses"), (0x86, "URIs"), (0xa4, "directory names")];

/// The certificate of `chain`, from the leaf up, that causes a violation, and the reason.
pub(super) fn violated<'a>(
    chain: &[&'a Certificate],
    question: Question<'_>,
) -> Option<(&'a Certificate, String)> {
    let leaf = *chain.first()?;
    for (place, constraining) in chain.iter().enumerate().skip(1) {
        let Some((_, value)) = constraining.extension(NAME_CONSTRAINTS) else { continue };
        let contents = Elements::of(value).sequence()?.value;
        let below = &chain[..place];
        if !violates(below, constraining, contents, question) {
            continue;
        }
        if violates(below, constraining, &judged_alone(contents), question) {
            let subject = constraining.subject().text().line();
            let reason = format!("has a name that `{subject}` does not permit (nameConstraints)");
            return Some((leaf, reason));
        }
        let kinds = not_judged(contents).join(" and ");
        let reason =
            format!("constrains {kinds} (nameConstraints), which certgrab does not support");
        return Some((constraining, reason));
    }
    None
}

/// Whether the certificates `below`, from the leaf up, violate `constraints` as those of `above`.
fn violates(
    below: &[&Certificate],
    above: &Certificate,
    constraints: &[u8],
    question: Question<'_>,
) -> bool {
    let outcome = verify_below(below, above, Some(constraints), question);
    matches!(outcome, Err(Error::NameConstraintViolation))
}

/// Whether nameConstraints, with this value, are for names of a type that is not checked.
pub(super) fn has_other_names(value: &[u8]) -> bool {
    Elements::of(value).sequence().is_some_and(|list| !not_judged(list.value).is_empty())
}

/// The identifier octet of the name that a GeneralSubtree begins with.
fn kind(subtree: &Element<'_>) -> Option<u8> {
    Elements::of(subtree.value).peek_class()
}

/// The constraints that rustls-webpki checks.
fn judged_alone(contents: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    // permittedSubtrees and excludedSubtrees.
    for list in Elements::of(contents) {
        let is_judged = |one: &Element<'_>| kind(one).is_some_and(|kind| JUDGED.contains(&kind));
        let subtrees: Vec<u8> = Elements::of(list.value)
            .filter(is_judged)
            .flat_map(|one| one.whole.iter().copied())
            .collect();
        if !subtrees.is_empty() {
            kept.extend(der_write::value(list.tag, &subtrees).unwrap_or_default());
        }
    }
    kept
}

/// The constrained types of names that are not checked, in words.
fn not_judged(contents: &[u8]) -> Vec<&'static str> {
    let mut words = Vec::new();
    for subtree in Elements::of(contents).flat_map(|list| Elements::of(list.value)) {
        let Some(kind) = kind(&subtree).filter(|kind| !JUDGED.contains(kind)) else { continue };
        let known = NOT_JUDGED.iter().find(|(octet, _)| *octet == kind);
        let word = known.map_or("names of other kinds", |(_, word)| word);
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}
