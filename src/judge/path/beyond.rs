//! Paths that rustls-webpki does not judge, by the rules of two TLS stacks that do.
//!
//! rustls-webpki does not compare directory names, mail addresses and URIs with nameConstraints, counts
//! self-issued certificates against pathLenConstraint, and ignores policies (RFC 5280 sections 4.2.1 and
//! 6.1). A device with rustls refuses such a chain; a conformance suite expects the answer of the RFC.
//!
//! In: what [`super::find`] takes. Out: the paths, by names and signatures, that both stacks accept.

use der::asn1::ObjectIdentifier;
use rustls_pki_types::ServerName;

use super::{Path, Paths, Question, constraints::NAME_CONSTRAINTS, leaf_is_named, trace};
use crate::{
    chain::Presented,
    stack::{self, Case},
    trust::store::Store,
    x509::certificate::Certificate,
};

/// certificatePolicies, policyMappings, policyConstraints and inhibitAnyPolicy (RFC 5280 section 4.2.1).
const POLICIES: [ObjectIdentifier; 4] = [
    ObjectIdentifier::new_unwrap("2.5.29.32"),
    ObjectIdentifier::new_unwrap("2.5.29.33"),
    ObjectIdentifier::new_unwrap("2.5.29.36"),
    ObjectIdentifier::new_unwrap("2.5.29.54"),
];

/// Java verifies policies, OpenSSL everything else more strictly.
const STRICT: [&str; 2] = ["java", "python-3.13"];
/// The same without the strict checks.
const LENIENT: [&str; 2] = ["java", "openssl-partial-chain"];

/// The paths from the presented leaf to roots of `store`; `None` if there is none, or if rustls-webpki
/// judges everything that is presented.
#[must_use]
pub fn find_beyond(
    presented: &Presented,
    store: &Store,
    question: Question<'_>,
    is_strict: bool,
) -> Option<Paths> {
    let leaf = presented.leaf().ok()?;
    if !is_beyond(presented, store) || leaf.extensions().is_authority {
        return None;
    }
    leaf_is_named(leaf, question).ok()?;
    let traces = trace(presented, &[], store, question);
    let path = |mut certificates: Vec<Certificate>| {
        let anchor = store.explicitly_trusted(&certificates.pop()?)?;
        Some(Path { certificates, anchor })
    };
    let by = if is_strict { STRICT } else { LENIENT };
    let all = traces.found.into_iter().filter_map(|one| path(one.certificates));
    let found: Vec<_> = all.filter(|path| is_accepted(path, question, by)).collect();
    (!found.is_empty()).then_some(Paths { found, cut: traces.cut })
}

/// Whether what is presented, or a root, has something that rustls-webpki does not check.
fn is_beyond(presented: &Presented, store: &Store) -> bool {
    let roots = || store.added().map(|root| &root.certificate);
    let above = || presented.above_leaf().iter().chain(roots());
    let is_constrained = |one: &Certificate| {
        one.extension(NAME_CONSTRAINTS).is_some() || one.extensions().path_length.is_some()
    };
    let has_policies = |one: &Certificate| {
        POLICIES.iter().any(|id| one.extension(*id).is_some_and(|(is_critical, _)| is_critical))
    };
    let constrains_other_names = |one: &Certificate| {
        one.extension(NAME_CONSTRAINTS)
            .is_some_and(|(_, value)| super::constraints::has_other_names(value))
    };
    presented.certificates().any(has_policies)
        || above().any(constrains_other_names)
        || presented.above_leaf().iter().any(Certificate::is_self_issued)
            && above().any(is_constrained)
}

/// Whether every stack of `by` connects with exactly this path.
fn is_accepted(path: &Path, question: Question<'_>, by: [&str; 2]) -> bool {
    let presented: Vec<_> = path.certificates.iter().map(Certificate::der).collect();
    let (host, anchors) = (question.name.map(ServerName::to_str), [path.anchor.certificate.der()]);
    let case = Case::new(stack::Question {
        presented: &presented,
        anchors: &anchors,
        host: host.as_deref(),
        at: question.at,
    });
    let connects = |name| stack::named(name).is_some_and(|stack| stack.judge(&case).connects());
    by.into_iter().all(connects)
}
