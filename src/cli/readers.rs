//! What is written if a server presents different chains to the TLS stacks that read it.
//!
//! In: [`Readers`], with the server's answer to the ClientHello of each. Out: the certificates that work
//! for all of them, proved with each chain for the format whose reader gets that chain.

use crate::{
    Grab,
    endpoint::Target,
    judge::path::Question,
    output::{
        bundle::Bundle,
        emit::{self, Identifier},
    },
    run::{grab::Options, readers::Readers, survey::Survey},
    stack::client::Device,
    text::diagnostic::with_hint,
};

use super::{
    args::{Emission, Form, Request, What},
    export,
    failure::{Exit, Failure},
    manifest, output, proof,
    refused::Formats,
    regenerate,
    style::Display,
    warn,
};

/// The formats of `job` whose readers verify a server with what is written.
pub(crate) fn formats(job: &Request) -> impl Iterator<Item = &'static str> {
    job.output.emit.iter().filter(|_| job.what == What::Anchor).filter_map(format)
}

/// The formats whose readers verify a server with what `entry` writes.
pub(crate) fn of_manifest(entry: &manifest::Entry) -> Vec<&'static str> {
    match entry.emit.as_slice() {
        _ if entry.job.what != What::Anchor => Vec::new(),
        // A lock alone, which any stack may read.
        [] => vec!["lock"],
        all => all.iter().map(|(format, _)| format.name).collect(),
    }
}

/// The devices whose ClientHellos ask the server for the files of `entry`; `None` is certgrab itself.
pub(crate) fn asked(entry: &manifest::Entry) -> Vec<Option<&'static Device>> {
    if entry.job.reaching.device.is_some() {
        return vec![None];
    }
    let formats = of_manifest(entry);
    let mut devices: Vec<_> = formats.into_iter().flat_map(devices).collect();
    devices.sort_by_key(|device| device.map(|device| device.name));
    devices.dedup();
    if devices.is_empty() { vec![None] } else { devices }
}

/// The devices whose ClientHellos ask the server for a file in `format`: of a format for one
/// certificate that many stacks read, only the first.
pub(crate) fn devices(format: &str) -> Vec<Option<&'static Device>> {
    let mut devices = Device::reading(format);
    if emit::format(format).is_some_and(emit::holds_one) {
        devices.truncate(1);
    }
    devices
}

/// The format of an emission; the reader of a template is not known.
pub(crate) fn format(emission: &Emission) -> Option<&'static str> {
    match &emission.form {
        Form::Document | Form::Report => None,
        Form::Certificates(format) => Some(format.name),
        Form::Template(_) => Some("template"),
    }
}

/// The positions of the chains that the readers of `format` get: of a format for one certificate that
/// many stacks read, only the first.
fn positions(readers: &Readers, format: &str) -> Vec<usize> {
    let mut positions = readers.of(format);
    if emit::format(format).is_some_and(emit::holds_one) {
        positions.truncate(1);
    }
    positions
}

/// The positions of all chains that the readers of `formats` get.
pub(crate) fn union<'a>(readers: &Readers, formats: impl Iterator<Item = &'a str>) -> Vec<usize> {
    let mut all: Vec<_> = formats.flat_map(|format| positions(readers, format)).collect();
    all.sort_unstable();
    all.dedup();
    if all.is_empty() { vec![0] } else { all }
}

/// The formats in `job` by the chains they need: emissions that need the same chains are together.
pub(crate) fn groups(job: &Request, readers: &Readers) -> Vec<(Vec<usize>, Vec<Emission>)> {
    let mut groups: Vec<(Vec<usize>, Vec<Emission>)> = Vec::new();
    for emission in &job.output.emit {
        let needed = union(readers, format(emission).into_iter());
        match groups.iter_mut().find(|(known, _)| *known == needed) {
            Some((_, emissions)) => emissions.push(emission.clone()),
            None => groups.push((needed, vec![emission.clone()])),
        }
    }
    groups
}

/// A server as its readers see it.
pub(crate) struct Seen<'a> {
    pub(crate) target: &'a Target,
    pub(crate) readers: &'a Readers,
    pub(crate) options: &'a Options,
    /// How each message begins.
    pub(crate) whose: &'a str,
}

impl Seen<'_> {
    /// The certificates with which the readers of `formats` verify the chains at `positions`, with
    /// all warnings, and proved.
    pub(crate) fn selection(
        &self,
        job: &Request,
        positions: &[usize],
        formats: &[&str],
        display: &Display,
    ) -> Result<(Bundle, Identifier), Failure> {
        let Self { target, readers, options, whose } = *self;
        self.refused(formats, display);
        let selected: Vec<_> = self::formats(job).collect();
        let written = Formats::of(job, &selected, formats);
        let chains = self.verified(job, positions, written, display)?;
        self.explain(&chains, display);
        let (bundle, name) = match chains.as_slice() {
            [(position, grab)] => {
                let judgement = grab.verdict.as_ref().map_err(|refusal| {
                    Failure::new(Exit::Untrusted, format!("{whose}{refusal}"))
                })?;
                let (bundle, name) = export::selection(job, target, grab, judgement, options)?;
                let whose = format!("{whose}{}", self.label(*position));
                warn::of_bundle(
                    &whose,
                    job,
                    (target, options),
                    (grab, judgement),
                    &bundle,
                    display,
                );
                (bundle, name)
            }
            several => self.for_all(job, several, display)?,
        };
        for (position, grab) in chains {
            let shown = |format: &&&str| {
                let of = readers.of(format);
                of.contains(&position) || !positions.iter().any(|one| of.contains(one))
            };
            let name = options.wanted_name(target);
            let question = Question { name: Some(&name), at: options.at, work: &grab.work };
            let whose = format!("{whose}{}", self.label(position));
            let judge = |format: &str, bundle: &Bundle| {
                proof::doubt((format, job.reaching.device), &grab.presented, bundle, question)
            };
            let shown = formats.iter().filter(shown).copied();
            proof::settle(shown, judge, (&whose, written), (&bundle, options), display)?;
        }
        Ok((bundle, name))
    }

    /// The chains at `positions` that verify, each with its position.
    fn verified(
        &self,
        job: &Request,
        positions: &[usize],
        written: Formats<'_>,
        display: &Display,
    ) -> Result<Vec<(usize, &Grab)>, Failure> {
        let mut chains = Vec::new();
        for &position in positions {
            let grab = &self.readers.chains[position];
            let whose = format!("{}{}", self.whose, self.label(position));
            match &grab.verdict {
                Ok(_) => chains.push((position, grab)),
                // If many stacks may read it, it is not known whether one of those that get this chain
                // does.
                Err(refusal) if positions.len() > 1 && position > 0 => {
                    output::warn(format_args!("{whose}{refusal}"), display);
                }
                Err(refusal) => {
                    let seen = (self.target, grab, self.options);
                    return Err(written.refused_by_browsers(&whose, refusal, seen, job));
                }
            }
        }
        Ok(chains)
    }

    /// The fewest anchors that verify all of several chains.
    fn for_all(
        &self,
        job: &Request,
        chains: &[(usize, &Grab)],
        display: &Display,
    ) -> Result<(Bundle, Identifier), Failure> {
        let Self { target, options, whose, .. } = *self;
        let survey = Survey::of_chains(chains.iter().map(|(_, grab)| (*grab).clone()).collect());
        let nothing = || Failure::new(Exit::Untrusted, format!("{whose}no chain has an anchor"));
        let mut bundle = survey.bundle(target).ok_or_else(nothing)?;
        for (index, (position, grab)) in chains.iter().enumerate() {
            let Ok(judgement) = &grab.verdict else { continue };
            bundle = bundle.with(options.extras, &judgement.verified, options.at);
            if let Some(anchor) = survey.anchor_of(index) {
                let whose = format!("{whose}{}", self.label(*position));
                let judged = (judgement, anchor);
                warn::of_anchor(&whose, grab, judged, (target, options), display);
            }
        }
        bundle.options = regenerate::words(job, Some(target));
        let name = export::name(job, &bundle)?;
        Ok((bundle, name))
    }

    /// Reports what is written, if not all clients get the same chain.
    fn explain(&self, chains: &[(usize, &Grab)], display: &Display) {
        let Self { readers, whose, .. } = *self;
        match chains {
            [(0, _)] if readers.chains.len() > 1 => {
                let devices: Vec<_> = (1..readers.chains.len())
                    .flat_map(|position| readers.devices(position))
                    .collect();
                output::warn(
                    format_args!(
                        "{whose}the server presents clients such as {} another chain, for which \
                         nothing is written: name your device with `as` or `--as`",
                        devices.join(", ")
                    ),
                    display,
                );
            }
            [(0, _)] | [] => {}
            [(position, _)] => {
                let devices: Vec<_> = readers.devices(*position).collect();
                let devices = devices.join(", ");
                output::warn(
                    format_args!(
                        "{whose}the server presents another chain to {devices} than to other \
                         clients: the anchor is that of {devices}"
                    ),
                    display,
                );
            }
            several if readers.in_turn => output::warn(
                format_args!(
                    "{whose}the server presents {} different chains in turn, as a load balancer may: \
                     the certificates are for all of them",
                    several.len()
                ),
                display,
            ),
            several => output::warn(
                format_args!(
                    "{whose}the server presents {} different chains to clients of different \
                     versions or key types: the certificates are for all of them",
                    several.len()
                ),
                display,
            ),
        }
    }

    /// Warns of the readers that the server refuses.
    fn refused(&self, formats: &[&str], display: &Display) {
        let Self { readers, whose, .. } = *self;
        for (device, error) in &readers.refused {
            if formats.iter().any(|format| device.formats.contains(format)) {
                output::warn(format_args!("{whose}{}", with_hint(error)), display);
            }
        }
    }

    /// The name of the chain at `position` before a message about it.
    fn label(&self, position: usize) -> String {
        let devices: Vec<_> = self.readers.devices(position).collect();
        match position {
            0 => String::new(),
            _ => format!("as {}: ", devices.join(", ")),
        }
    }
}
