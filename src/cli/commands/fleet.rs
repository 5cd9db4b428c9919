//! How a change of the CA affects deployed devices.
//!
//! In: a bundle that holds several roots at once, and what verifies the server today. Out: a sentence
//! for each root, about a device that holds only it.

use crate::{
    output::bundle::{Bundle, Role},
    run::grab::Judgement,
    text::time::Time,
};

/// One sentence for each root of `bundle`.
pub(super) fn outlook(bundle: &Bundle, judgement: &Judgement) -> Vec<String> {
    let roots = bundle.entries.iter().filter(|one| matches!(one.role, Role::Anchor | Role::Backup));
    roots
        .map(|entry| {
            let name = entry.certificate.subject().text().line();
            let is_sufficient = judgement.verified.candidates().any(|one| {
                one.is_sufficient() && one.root.certificate.is_same_anchor(&entry.certificate)
            });
            let until = entry.lasts_until.map(Time::date).unwrap_or_default();
            match is_sufficient {
                true => format!(
                    "a device that holds only `{name}` stops connecting when the server changes to \
                     another root, and on {until} at the latest"
                ),
                false => format!(
                    "a device that holds only `{name}` does not connect: the server's chain does \
                     not end in it"
                ),
            }
        })
        .collect()
}
