//! Who reads a file: by which rules it verifies a server, and which devices' ClientHellos the server
//! gets.
//!
//! In: what the file, its manifest or the user says. Out: [`Reader`]s, and the findings about the file
//! for each of them, with the chains that the server presents to it.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
};

use crate::{
    check::{self, Finding, Findings, Knowledge, Reading, Server},
    cli::readers,
    run::survey::{Client, Question, Survey},
    stack::{self, Stack, client::Device},
};

/// A reader of a file.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    /// The stack whose rules count; `None` if many stacks may read the file.
    pub(super) stack: Option<&'static Stack>,
    /// The devices whose ClientHellos are sent to the server; `None` is certgrab, or the device that the
    /// user names.
    pub(super) devices: Vec<Option<&'static Device>>,
}

impl Reader {
    /// The reader of a file without a format in the manifest.
    pub(super) fn of(reading: &Reading, is_named: bool) -> Self {
        let (origin, stack) = (&reading.origin, reading.stack);
        let is_own = origin.stack().map(|one| one.name) == stack.map(|one| one.name);
        let device = origin.device.filter(|_| is_own || stack.is_none());
        let device = device.or_else(|| Device::with_stack(stack?.name));
        let devices = match (device, stack, origin.format) {
            _ if is_named => vec![None],
            (Some(device), ..) => vec![Some(device)],
            (None, Some(_), _) => vec![None],
            (None, None, Some(format)) => readers::devices(format.name),
            (None, None, None) => Device::of_anybody(),
        };
        Self { stack, devices }
    }

    /// The reader of a file in `format`; `device` is named in the manifest.
    pub(super) fn of_format(format: &str, device: Option<&'static Device>) -> Self {
        let stack = stack::reading(format).or_else(|| device.and_then(Device::stack));
        let devices = if device.is_some() { vec![None] } else { readers::devices(format) };
        Self { stack, devices }
    }
}

/// The findings about `reading` for each of `readers`. `servers` has the chains of each contacted
/// server, in the order of the survey.
pub(super) fn judge(
    reading: &Reading,
    readers: &[Reader],
    servers: &[(&Survey, Vec<Server<'_>>)],
    knowledge: &Knowledge<'_>,
) -> Findings {
    let each = readers.iter().map(|reader| {
        let is_same = reader.stack.map(|one| one.name) == reading.stack.map(|one| one.name);
        let reading = match is_same {
            true => Cow::Borrowed(reading),
            false => Cow::Owned(reading.read_by(reader.stack)),
        };
        let found = check::lint(&reading, knowledge);
        servers.iter().fold(found, |found, (survey, servers)| {
            found.and(against(&reading, &reader.devices, (survey, servers), knowledge))
        })
    });
    Findings::worst_of(each.collect())
}

/// The findings with the chains that `devices` get. If there are several chains, it is not known which
/// device reads the file: one that connects is enough, and problems with the others are warnings.
fn against(
    reading: &Reading,
    devices: &[Option<&'static Device>],
    (survey, servers): (&Survey, &[Server<'_>]),
    knowledge: &Knowledge<'_>,
) -> Findings {
    let shown: Vec<_> = devices.iter().map(|device| shown_to(*device, survey)).collect();
    let judged: BTreeMap<usize, Findings> = shown
        .iter()
        .flatten()
        .filter_map(|&number| {
            Some((number, check::judge_against(reading, servers.get(number)?, knowledge)))
        })
        .collect();
    let fails = |number: &usize| {
        judged.get(number).is_some_and(|found| found.listed().iter().any(Finding::is_failure))
    };
    let connects = |chains: &Vec<usize>| !chains.is_empty() && !chains.iter().any(fails);
    let is_open = devices.len() > 1 && shown.iter().any(connects);
    let mut all = Findings::default();
    for found in judged.into_values() {
        all = all.and(if is_open { check::for_some_clients(&found) } else { found });
    }
    all
}

/// The numbers of the chains that `device` gets. A device that the server refuses counts as certgrab.
fn shown_to(device: Option<&'static Device>, survey: &Survey) -> Vec<usize> {
    let answered = |client: Client| {
        let answers = survey.answers.iter().filter(move |(one, _)| one.client == client);
        answers.filter_map(|(_, outcome)| outcome.as_ref().ok().copied()).collect::<Vec<_>>()
    };
    let own = device.map(|device| answered(Client::Device(device))).unwrap_or_default();
    if own.is_empty() { answered(Client::AsOptions) } else { own }
}

/// For each chain the address or the client that gets it, if others get a different one.
pub(super) fn parts(survey: &Survey) -> Vec<Option<String>> {
    let everywhere = |number: usize| {
        let here: HashSet<_> = survey.answered(number).map(|one| one.address).collect();
        survey.answers.iter().all(|(one, _)| here.contains(&one.address))
    };
    let is_of_devices = |number: usize| survey.answered(number).all(|one| one.device().is_some());
    let part = |number: usize| {
        let mut parts = Vec::new();
        let mut devices: Vec<_> = survey.answered(number).filter_map(Question::device).collect();
        devices.dedup();
        if is_of_devices(number) {
            parts.push(format!("as {}", devices.join(", ")));
        } else if devices.is_empty() && (0..survey.chains.len()).any(is_of_devices) {
            parts.push("as certgrab".to_owned());
        }
        if !everywhere(number) {
            let mut hosts: Vec<_> = survey.answered(number).map(Question::host).collect();
            hosts.dedup();
            parts.push(format!("at {}", hosts.join(", ")));
        }
        Some(parts.join(" ")).filter(|part| !part.is_empty())
    };
    (0..survey.chains.len()).map(part).collect()
}
