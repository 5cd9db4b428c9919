//! The lock of a target from what its server presents.
//!
//! In: the chains that its readers get. Out: the certificates that work for all of them.

use crate::{
    Grab,
    judge::rank::Candidate,
    output::bundle::Bundle,
    run::{
        grab::{self, Options},
        readers::Readers,
        survey::{self, Question, Survey},
    },
};

use super::{Fresh, keep_proven};
use crate::cli::{
    commands::fleet,
    failure::{Exit, Failure},
    manifest, output,
    readers::{self, Seen},
    style::Display,
    warn,
};

/// The content of the lock of `entry`, whose lock was `before`.
pub(super) fn fresh(
    entry: &manifest::Entry,
    (readers, survey): (Result<Readers, grab::Error>, Option<&Survey>),
    options: &Options,
    before: Option<&Bundle>,
    display: &Display,
) -> Result<Fresh, Failure> {
    let target = &entry.job.targets[0];
    let whose = format!("{target}: ");
    let readers = readers.map_err(|error| Failure::from(error).about(&whose))?;
    let formats = readers::of_manifest(entry);
    let seen = Seen { target, readers: &readers, options, whose: &whose };
    let positions = readers::union(&readers, formats.iter().copied());
    let grab = &readers.chains[positions[0]];
    keep_proven(entry, before, grab.presented.key_possession())?;
    let (bundle, name) = seen.selection(&entry.job, &positions, &formats, display)?;
    if bundle.entries.is_empty() {
        let message = format!("{target}: there is no intermediate between the leaf and the anchor");
        return Err(Failure::new(Exit::Untrusted, message));
    }
    if let Some(survey) = survey {
        of_other_addresses(&whose, grab, survey, &bundle, display);
    }
    warn::of_another_name(&whose, &entry.job, target, warn::Named::InTheManifest, display);
    let outlook = match (&grab.verdict, entry.job.anchor.extras().held) {
        (Ok(judgement), true) => fleet::outlook(&bundle, judgement),
        _ => Vec::new(),
    };
    Ok(Fresh { bundle, name, outlook })
}

/// Warns of addresses of the target whose chains the bundle does not verify, and of those without one.
fn of_other_addresses(
    whose: &str,
    grab: &Grab,
    survey: &Survey,
    bundle: &Bundle,
    display: &Display,
) {
    for (number, chain) in survey.chains.iter().enumerate() {
        let holds = |one: &Candidate| {
            bundle
                .entries
                .iter()
                .any(|entry| entry.certificate.is_same_anchor(&one.root.certificate))
        };
        if survey::candidates(chain).any(holds) {
            continue;
        }
        let all: Vec<_> = survey.answered(number).map(Question::host).collect();
        let anchor = match &chain.verdict {
            Ok(judgement) => {
                let anchor = &judgement.verified.anchor().root.certificate;
                format!("a device needs `{}` there", anchor.subject().text().line())
            }
            Err(refusal) => refusal.to_string(),
        };
        let places = all.join(", ");
        output::warn(
            format_args!(
                "{whose}{places} presents another chain, which this lock does not verify: {anchor}"
            ),
            display,
        );
    }
    // The warning about those that failed before was already given.
    let is_known = |question: &Question| {
        let mut others = grab.presented.others.iter().filter(|one| one.failure.is_some());
        others.any(|one| question.address.is_some_and(|address| address.ip() == one.address))
    };
    let failures = survey.failed_addresses().into_iter().filter(|(one, _)| !is_known(one));
    for (question, error) in failures {
        let (host, problem) = (question.host(), error.without_address());
        output::warn(format_args!("{whose}{host} presents no chain: {problem}"), display);
    }
}
