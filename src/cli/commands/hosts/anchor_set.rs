//! The smallest set of anchors that opens all doors, as something to export.
//!
//! In: what was found of each target. Out: a [`Set`], whose [`Bundle`] names the targets of each
//! anchor and is proved for every one of them. This grows with the targets, since it names all of
//! them, so it is kept only for `--emit`.

use std::collections::{BTreeMap, HashMap};

use crate::chain::Presented;
use crate::{
    Grab,
    endpoint::Target,
    judge::{path::Question, work::Work},
    output::bundle::{Bundle, Entry, KeyPossession},
    run::{
        grab::Judgement,
        pack,
        warning::{self, Warning},
    },
    text::{foreign::Foreign, time::Time},
    x509::certificate::Sha256,
};
use rustls_pki_types::ServerName;

use crate::cli::{
    Exit, Failure,
    args::{
        Display, Form, Job, What,
        anchor::{self, Doubt},
    },
    commands::targets,
    output,
};

/// Targets named with one warning.
const NAMED: usize = 3;

/// Different warnings told of one format: where each is of a target of its own, a list of thousands
/// would tell thousands.
const TOLD: usize = 10;

/// Refuses what cannot be written for a list, before anything is asked of a server.
pub(crate) fn agree(job: &Job) -> Result<(), Failure> {
    let usage = |message: &str, hint: &str| {
        Err(Failure::new(Exit::Usage, message).with_hint(Some(hint.to_owned())))
    };
    if job.what != What::Anchor || job.anchor.besides().is_any() {
        return usage(
            "`--emit` writes the anchors of a list, no more and no fewer",
            "leave out `--what`, `--backup` and `--siblings`",
        );
    }
    for emission in &job.emit {
        match &emission.form {
            Form::Document => {
                return usage(
                    "`--emit json` is of one chain, not of a list",
                    "the results on standard output are JSON, a line each",
                );
            }
            Form::Certificates(format) if format.name == "lock" => {
                return usage(
                    "a lock is of one target, not of a list",
                    "`certgrab sync` keeps a lock for each target of certgrab.toml",
                );
            }
            _ if emission.path.is_none() => {
                return usage(
                    "the results of the list go to standard output",
                    "give the set of anchors a file: `--emit FORMAT=PATH`",
                );
            }
            Form::Certificates(_) | Form::Template(_) => {}
        }
    }
    Ok(())
}

/// What the set will be made of.
pub(crate) struct Material {
    /// The time of judgement.
    at: Time,
    /// The targets.
    doors: Vec<Door>,
    /// The distinct chains, and where each stands.
    chains: Vec<Presented>,
    places: HashMap<Vec<Sha256>, usize>,
    /// Each anchor, and the intermediates that some server leaves out under it.
    anchors: BTreeMap<Sha256, (Entry, BTreeMap<Sha256, Entry>)>,
    some_key_is_not_proven: bool,
}

/// A target of the list.
struct Door {
    /// Its place in the list.
    index: u64,
    target: Target,
    /// The name that its certificate has to carry.
    name: ServerName<'static>,
    /// The position of its chain.
    chain: usize,
    /// The anchors that open it, the chosen one first.
    anchors: Vec<Sha256>,
    /// What a person should know of each of these anchors, if there is anything.
    warnings: Vec<(Sha256, Vec<Warning>)>,
}

/// The anchors of a list, and what each target presents.
pub(crate) struct Set {
    /// What is to be written.
    pub(crate) bundle: Bundle,
    doors: Vec<Door>,
    chains: Vec<Presented>,
}

/// What a consumer would not take for some of the targets.
struct Shared {
    doubt: Doubt,
    targets: Targets,
}

/// Some of the targets.
#[derive(Default)]
struct Targets {
    /// The first of them.
    named: Vec<String>,
    /// How many there are.
    count: usize,
}

impl Material {
    /// Nothing yet, judged at the time `at`.
    pub(crate) fn new(at: Time) -> Self {
        Self {
            at,
            doors: Vec::new(),
            chains: Vec::new(),
            places: HashMap::new(),
            anchors: BTreeMap::new(),
            some_key_is_not_proven: false,
        }
    }

    /// Keeps what one target, with the name it is asked for, needs: `door` has the anchors that
    /// open it, the chosen one first.
    pub(crate) fn add(
        &mut self,
        index: u64,
        (target, name): (&Target, &ServerName<'static>),
        grab: &Grab,
        judgement: &Judgement,
        door: &[Sha256],
    ) {
        let Judgement { paths, verified } = judgement;
        let mut warnings = Vec::new();
        let candidates = std::iter::once(verified.anchor()).chain(verified.alternatives());
        for candidate in candidates {
            let sha256 = candidate.root.certificate.sha256();
            if !door.contains(&sha256) {
                continue;
            }
            let told = warning::about_candidate(&grab.presented, paths, candidate, self.at);
            warnings.extend((!told.is_empty()).then_some((sha256, told)));
            let what = pack::What::Anchor;
            let packed = pack::pack_candidate(target, &grab.presented, candidate, what);
            let mut entries = packed.entries.into_iter();
            let Some(anchor) = entries.next() else { continue };
            let (_, missing) =
                self.anchors.entry(sha256).or_insert_with(|| (anchor, BTreeMap::new()));
            missing.extend(entries.map(|entry| (entry.certificate.sha256(), entry)));
        }
        self.some_key_is_not_proven |= grab.presented.key_possession() == KeyPossession::NotProven;
        let prints = grab.presented.fingerprints();
        let chain = *self.places.entry(prints).or_insert_with(|| {
            let mut presented = grab.presented.clone();
            presented.handshake = None;
            self.chains.push(presented);
            self.chains.len() - 1
        });
        self.doors.push(Door {
            index,
            target: target.clone(),
            name: name.clone(),
            chain,
            anchors: door.to_vec(),
            warnings,
        });
    }

    /// The set with the targets of each anchor, in the order of the list.
    pub(crate) fn set(mut self, smallest: &[Sha256]) -> Option<Set> {
        self.doors.sort_by_key(|door| door.index);
        let first = &self.doors.first()?.target;
        let (host, port) = (first.host(), first.port());
        let mut needed_by: BTreeMap<Sha256, Vec<Foreign>> = BTreeMap::new();
        for door in &self.doors {
            // A target that several anchors of the set open is of the one it likes best.
            if let Some(anchor) = door.anchors.iter().find(|anchor| smallest.contains(anchor)) {
                let target = Foreign::text(&door.target.to_string());
                needed_by.entry(*anchor).or_default().push(target);
            }
        }
        let mut entries: Vec<Entry> = Vec::new();
        let mut below: BTreeMap<Sha256, Entry> = BTreeMap::new();
        for sha256 in smallest {
            let (mut anchor, missing) = self.anchors.remove(sha256)?;
            anchor.needed_by = needed_by.remove(sha256).unwrap_or_default();
            // Why it is the best of one target's says nothing of a set.
            anchor.reason = None;
            entries.push(anchor);
            below.extend(missing);
        }
        entries.extend(below.into_values());
        let key_possession = match self.some_key_is_not_proven {
            true => KeyPossession::NotProven,
            false => KeyPossession::Proven,
        };
        let bundle = Bundle { host, port, entries, key_possession, options: Vec::new() };
        Some(Set { bundle, doors: self.doors, chains: self.chains })
    }
}

impl Set {
    /// Warns of what a person should know of the anchor that each target has in the set, and of a
    /// name that is not the target's.
    pub(crate) fn warn(&self, display: &Display) {
        let written: Vec<_> =
            self.bundle.entries.iter().map(|entry| entry.certificate.sha256()).collect();
        let mut all: Vec<(String, Targets)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for door in &self.doors {
            let anchor = door.anchors.iter().find(|anchor| written.contains(anchor));
            let own = door.warnings.iter().filter(|(of, _)| Some(of) == anchor);
            let own = own.flat_map(|(_, warnings)| warnings).map(|warning| warning.message.clone());
            for message in own.chain(door.another_name()) {
                let place = *places.entry(message.clone()).or_insert_with(|| {
                    all.push((message, Targets::default()));
                    all.len() - 1
                });
                all[place].1.add(&door.target);
            }
        }
        for (message, targets) in all.iter().take(TOLD) {
            output::warn(format_args!("{}{message}", targets.whose()), display);
        }
        let left: usize = all.iter().skip(TOLD).map(|(_, targets)| targets.count).sum();
        if left > 0 {
            let message = format_args!(
                "there are more warnings, {left} in all; the results have those of each target"
            );
            output::warn(message, display);
        }
    }

    /// Proves for the consumer of every form asked for that it verifies each target with the set.
    pub(crate) fn prove(&self, job: &Job, at: Time, display: &Display) -> Result<(), Failure> {
        for format in targets::consumed(job) {
            let (refusals, warnings): (Vec<_>, Vec<_>) =
                self.doubts(format, at).into_iter().partition(|one| one.doubt.is_certain);
            for told in refusals.iter().chain(warnings.iter().take(TOLD)) {
                told.doubt.tell(&told.targets.whose(), display)?;
            }
            let left: usize = warnings.iter().skip(TOLD).map(|one| one.targets.count).sum();
            if left > 0 {
                let message = format_args!(
                    "what reads {format} may not take the set for {left} more targets, for reasons \
                     of their own; `certgrab TARGET --emit {format}` tells that of one"
                );
                output::warn(message, display);
            }
        }
        Ok(())
    }

    /// What the consumer of `format` would not take, each with the targets that it is of.
    fn doubts(&self, format: &str, at: Time) -> Vec<Shared> {
        let mut all: Vec<Shared> = Vec::new();
        let mut places: HashMap<(bool, String), usize> = HashMap::new();
        for door in &self.doors {
            let work = Work::default();
            let question = Question { name: &door.name, at, work: &work };
            let presented = &self.chains[door.chain];
            let Some(doubt) = anchor::doubt(format, presented, &self.bundle, question) else {
                continue;
            };
            let place = *places.entry(doubt.words()).or_insert_with(|| {
                all.push(Shared { doubt, targets: Targets::default() });
                all.len() - 1
            });
            all[place].targets.add(&door.target);
        }
        all
    }
}

impl Door {
    /// That a device has to verify another name than the one that it connects to.
    fn another_name(&self) -> Option<String> {
        let ServerName::DnsName(name) = &self.name else { return None };
        let is_other = name.as_ref() != self.target.host();
        is_other.then(|| format!("a device has to verify the name {}", name.as_ref()))
    }
}

impl Targets {
    fn add(&mut self, target: &Target) {
        self.count += 1;
        if self.named.len() < NAMED {
            self.named.push(target.to_string());
        }
    }

    /// The beginning of a sentence about them.
    fn whose(&self) -> String {
        let named = self.named.join(", ");
        match self.count - self.named.len() {
            0 => format!("{named}: "),
            more => format!("{named} and {more} more: "),
        }
    }
}
