//! Proves that a device verifies a server with the files that are written for it.

use crate::{
    Grab,
    chain::Presented,
    endpoint::Target,
    judge::{
        path::{Question, Refusal},
        prove, stacks,
    },
    output::bundle::Bundle,
    run::grab::Options,
    stack::{self, Stack, client::Device},
    text::diagnostic::{Diagnostic, with_hint},
};

use super::{
    args::{Request, What},
    failure::Failure,
    output,
    refused::Formats,
    style::Display,
    warn::Named,
};

/// Proves for each selected format that its TLS stack verifies the server with the bundle.
///
/// Certificates other than the anchor have other uses than verification, so a problem with them is only
/// a warning. `whose` is the prefix of each message.
pub(crate) fn prove(
    job: &Request,
    (whose, target): (&str, &Target),
    grab: &Grab,
    bundle: &Bundle,
    options: &Options,
    display: &Display,
) -> Result<(), Failure> {
    let question =
        Question { name: Some(&options.wanted_name(target)), at: options.at, work: &grab.work };
    let formats: Vec<_> = consumed(job).collect();
    let judge = |format: &str, bundle: &Bundle| {
        doubt((format, job.reaching.device), &grab.presented, bundle, question)
    };
    let selected = Formats { all: &formats, named: Named::OnTheCommandLine };
    settle(formats.iter().copied(), judge, (whose, selected), (bundle, options), display)?;
    let others = job.output.emit.iter().filter(|_| job.what != What::Anchor);
    let others = others.filter_map(|emission| Some(emission.form.format()?.name));
    for format in others.filter(|format| stack::reading(format).is_some()) {
        if let Some(doubt) = doubt((format, None), &grab.presented, bundle, question) {
            doubt.warn(whose, display);
        }
    }
    Ok(())
}

/// Warns of each doubt that `judge` has about a format, and fails for those that are certain, naming the
/// formats.
pub(crate) fn settle<'a>(
    selected: impl Iterator<Item = &'a str>,
    judge: impl Fn(&str, &Bundle) -> Option<Doubt>,
    (whose, formats): (&str, Formats<'_>),
    (bundle, options): (&Bundle, &Options),
    display: &Display,
) -> Result<(), Failure> {
    let mut refused = Vec::new();
    for format in selected {
        match judge(format, bundle) {
            Some(Doubt { refusal, is_certain: true }) => refused.push((format, refusal)),
            Some(doubt) => doubt.warn(whose, display),
            None => {}
        }
    }
    let Some((_, refusal)) = refused.first() else { return Ok(()) };
    let names: Vec<_> = refused.iter().map(|(format, _)| *format).collect();
    let all = bundle.clone().with_held(&options.store);
    let connects = |name: &&str| judge(name, &all).is_none_or(|doubt| !doubt.is_certain);
    let hint = match all.entries.len() > bundle.entries.len() && names.iter().all(connects) {
        true => Some(formats.named.to_hold().to_owned()),
        false => refusal.hint(),
    };
    Err(formats.refused(whose, (refusal, hint), &names))
}

/// The selected formats that a device verifies with.
pub(crate) fn consumed(job: &Request) -> impl Iterator<Item = &'static str> {
    let emissions = job.output.emit.iter().filter(|_| job.what == What::Anchor);
    emissions.filter_map(|emission| Some(emission.form.format()?.name))
}

/// Proves that a device which holds `bundle` verifies the server, by the verdict of the stack that
/// reads `format`: its own, or else the one of `device`.
///
/// A format that many stacks read is judged by OpenSSL, and what only OpenSSL rejects is a warning, as
/// is a rejection that depends on a setting of the stack, on its version or on an assumption about it.
/// `whose` is the prefix of each message.
pub(crate) fn prove_for(
    (format, device): (&str, Option<&'static Device>),
    whose: &str,
    presented: &Presented,
    bundle: &Bundle,
    question: Question<'_>,
    display: &Display,
) -> Result<(), Failure> {
    doubt((format, device), presented, bundle, question)
        .map_or(Ok(()), |doubt| doubt.report(whose, display))
}

/// Why the reader of `format` rejects the bundle, if it does; see [`prove_for`].
pub(crate) fn doubt(
    (format, device): (&str, Option<&'static Device>),
    presented: &Presented,
    bundle: &Bundle,
    question: Question<'_>,
) -> Option<Doubt> {
    let held: Vec<_> = bundle.entries.iter().map(|entry| entry.certificate.clone()).collect();
    let device = device.and_then(Device::stack);
    let stacks::Doubt { refusal, is_certain } =
        prove::doubt_of_format(format, device, presented, &held, question)?;
    Some(Doubt { refusal, is_certain })
}

/// The stack that reads `format`: its only reader, or else the one that `--as` names.
fn reader(format: &str, job: &Request) -> Option<&'static Stack> {
    stack::reading(format).or_else(|| job.reaching.device.and_then(Device::stack))
}

/// The stacks that the output of `job` is for, if all of them are known.
pub(crate) fn stacks(
    job: &Request,
    formats: impl Iterator<Item = &'static str>,
) -> Vec<&'static Stack> {
    let mut stacks = Vec::new();
    for format in formats {
        // A lock accompanies the constants that are made from it.
        let Some(stack) = reader(format, job) else {
            if format == "lock" { continue } else { return Vec::new() }
        };
        if !stacks.iter().any(|known: &&Stack| known.name == stack.name) {
            stacks.push(stack);
        }
    }
    if stacks.is_empty() {
        stacks.extend(job.reaching.device.and_then(Device::stack));
    }
    stacks
}

/// Why a TLS stack rejects a bundle.
pub(crate) struct Doubt {
    pub(crate) refusal: Refusal,
    /// Whether this holds for every configuration of the stack: then nothing is written.
    pub(crate) is_certain: bool,
}

impl Doubt {
    /// Fails if it is certain, and warns otherwise; `whose` names the targets.
    pub(crate) fn report(&self, whose: &str, display: &Display) -> Result<(), Failure> {
        let Self { refusal, is_certain } = self;
        if *is_certain {
            return Err(Failure::of(refusal).about(whose));
        }
        self.warn(whose, display);
        Ok(())
    }

    /// Warns of it, even if it is certain.
    pub(crate) fn warn(&self, whose: &str, display: &Display) {
        output::warn(format_args!("{whose}{}", with_hint(&self.refusal)), display);
    }

    /// Whether nothing is written, and the message: doubts with equal words are reported once.
    pub(crate) fn words(&self) -> (bool, String) {
        (self.is_certain, self.refusal.to_string())
    }
}
