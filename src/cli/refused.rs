//! The failure if the readers of some formats refuse a server and others connect.
//!
//! In: why the server is refused, and the formats to write. Out: the failure. All files of a target are
//! written or none, so it names the formats that are refused, and how to write the others.

use std::collections::HashSet;

use crate::{
    Grab,
    endpoint::Target,
    judge::path::Refusal,
    run::grab::Options,
    stack::{self, client::Device},
    text::diagnostic::Diagnostic,
};

use super::{
    args::Request,
    failure::{Exit, Failure},
    warn::Named,
};

/// The formats that a hint names.
const NAMED_FORMATS: usize = 4;

/// What is to be written: the formats, and where they are named.
#[derive(Clone, Copy)]
pub(crate) struct Formats<'a> {
    pub(crate) all: &'a [&'a str],
    pub(crate) named: Named,
}

impl<'a> Formats<'a> {
    /// Those that `job` has `selected` on the command line, or else the `others` of a manifest.
    pub(crate) fn of(job: &Request, selected: &'a [&'a str], others: &'a [&'a str]) -> Self {
        match job.output.emit.is_empty() {
            true => Self { all: others, named: Named::InTheManifest },
            false => Self { all: selected, named: Named::OnTheCommandLine },
        }
    }

    /// The failure for `refusal`, which only concerns the readers of `refused`, with what to do about it.
    /// `whose` begins the message.
    pub(crate) fn refused(
        &self,
        whose: &str,
        (refusal, hint): (&Refusal, Option<String>),
        refused: &[&str],
    ) -> Failure {
        // A lock accompanies the constants that are made from it.
        let is_sound = |format: &&&str| !refused.contains(format) && **format != "lock";
        let sound: Vec<_> = self.all.iter().filter(is_sound).copied().collect();
        let (message, hint) = match sound.is_empty() {
            true => (format!("{whose}{refusal}"), hint),
            false => {
                let names = listed(refused);
                let message = format!("{whose}nothing is written because of {names}: {refusal}");
                let leave = format!("leave out {names} to write {}", listed(&sound));
                (message, Some(either(hint, &leave)))
            }
        };
        Failure::new(Exit::Untrusted, message).with_hint(hint)
    }

    /// The failure if `refusal` is the verdict of the browser rules on the chain of `grab`, to which
    /// some TLS stacks may connect.
    pub(crate) fn refused_by_browsers(
        &self,
        whose: &str,
        refusal: &Refusal,
        (target, grab, options): (&Target, &Grab, &Options),
        job: &Request,
    ) -> Failure {
        // These do not depend on the form of the certificates.
        let is_of_form =
            matches!(refusal, Refusal::WrongName { .. } | Refusal::NotVerifiable { .. });
        // Without a format, the user may have any stack, unless a device is named; `--stacks` shows them all.
        let is_open = !self.all.is_empty() || job.reaching.device.is_none() && !job.anchor.stacks;
        let verdicts = match is_of_form && is_open {
            true => grab.every_stack(Some(target), options).unwrap_or_default(),
            false => Vec::new(),
        };
        let connecting: Vec<_> =
            verdicts.iter().filter(|one| one.word() == "connects").map(|one| one.stack).collect();
        let device = job.reaching.device.and_then(Device::stack);
        let is_refused = |format: &&&str| {
            let reader = stack::reading(format).or(device);
            !reader.is_some_and(|reader| connecting.iter().any(|one| one.name == reader.name))
        };
        let refused: Vec<_> = self.all.iter().filter(is_refused).copied().collect();
        let failure = self.refused(whose, (refusal, refusal.hint()), &refused);
        let formats: Vec<_> = connecting
            .iter()
            .filter_map(|stack| stack.formats.first().copied())
            .take(NAMED_FORMATS)
            .collect();
        if refused.len() < self.all.len() || formats.is_empty() {
            return failure;
        }
        let way = match self.named {
            Named::InTheManifest if !self.all.is_empty() => "`emit`",
            _ => "`--emit`",
        };
        let names = listed(&formats);
        let choose = format!(
            "choose a format in {way} whose TLS stack connects, such as {names}; `--stacks` shows \
             what each TLS stack makes of the chain"
        );
        let hint = either(refusal.hint(), &choose);
        failure.with_hint(Some(hint))
    }
}

fn listed(names: &[&str]) -> String {
    let mut seen = HashSet::new();
    let names = names.iter().filter(|name| seen.insert(**name));
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn either(hint: Option<String>, other: &str) -> String {
    hint.map_or_else(|| other.to_owned(), |hint| format!("{hint}; or {other}"))
}
