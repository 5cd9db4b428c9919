//! Unanswered queries, as findings.

use crate::{
    check::{self, Finding},
    endpoint::Target,
    run::survey::Survey,
};

/// The addresses without a chain, and the queries that other addresses did not answer.
pub(super) fn findings(target: &Target, survey: &Survey) -> Vec<Finding> {
    let failed = survey.failed_addresses();
    let is_named = |address| failed.iter().any(|(one, _)| one.address == address);
    let unanswered = survey.unanswered().any(|(one, _)| !is_named(one.address));
    let unanswered = survey.unanswered_sentence().filter(|_| unanswered);
    let failed = failed
        .iter()
        .map(|(one, error)| check::failed_address(target, &one.host(), &error.without_address()));
    failed.chain(unanswered.map(|sentence| check::unanswered(target, &sentence))).collect()
}
