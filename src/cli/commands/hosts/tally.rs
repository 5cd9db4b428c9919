//! The totals of a run over many targets: counts, and the anchors that verify every server.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::Write as _,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use crate::{
    Grab,
    endpoint::Target,
    run::set_cover,
    text::{count::counted, diagnostic::Diagnostic, time::Time},
    x509::certificate::Sha256,
};
use rustls_pki_types::ServerName;

use super::{
    Outcome,
    anchor_set::{Material, Set},
    list::FOR_CSV,
};
use crate::cli::failure::Exit;

/// Counts over the results. It grows with distinct chains and anchors, not with targets; only the output
/// of `--emit` names every target.
#[derive(Default)]
pub(crate) struct Tally {
    done: u64,
    ok: u64,
    untrusted: u64,
    failed: BTreeMap<&'static str, u64>,
    /// Hashes of the presented chains: 8 bytes for each distinct one.
    chains: HashSet<u64>,
    /// The targets by the anchors that verify them, the chosen one first.
    groups: BTreeMap<Vec<Sha256>, Group>,
    anchors: HashMap<Sha256, String>,
    exit: Option<Exit>,
    /// The first targets that are not trusted, up to [`EXAMPLES`].
    untrusted_examples: Vec<String>,
    /// Whether a line of the list looks like CSV.
    is_csv: bool,
    material: Option<Material>,
}

/// Targets that the same anchors verify.
#[derive(Default)]
struct Group {
    count: u64,
    /// The first of them, up to [`EXAMPLES`].
    examples: Vec<String>,
}

/// How many targets are named for an anchor: enough to see what kind of server it is for.
const EXAMPLES: usize = 3;

impl Tally {
    /// Empty counts; `export` is the time of verification if the set of anchors will be written.
    pub(crate) fn new(export: Option<Time>) -> Self {
        Self { material: export.map(Material::new), ..Self::default() }
    }

    pub(crate) fn count(&mut self, index: u64, outcome: &Outcome) {
        self.done += 1;
        let exit = match outcome {
            Outcome::Unreadable { is_csv } => {
                self.is_csv |= is_csv;
                self.fail("bad_target", Exit::Usage)
            }
            Outcome::Asked { target, name, result } => match result.as_ref() {
                Err(error) => self.fail(error.kind(), Exit::NoHandshake),
                Ok(grab) => self.judged(index, target, name, grab),
            },
        };
        self.exit = Some(self.exit.unwrap_or(Exit::Done).max(exit));
    }

    fn fail(&mut self, kind: &'static str, exit: Exit) -> Exit {
        *self.failed.entry(kind).or_default() += 1;
        exit
    }

    fn judged(
        &mut self,
        index: u64,
        target: &Target,
        name: &ServerName<'static>,
        grab: &Grab,
    ) -> Exit {
        let mut hasher = DefaultHasher::new();
        grab.presented.fingerprints().hash(&mut hasher);
        self.chains.insert(hasher.finish());
        let Ok(judgement) = &grab.verdict else {
            self.untrusted += 1;
            if self.untrusted_examples.len() < EXAMPLES {
                self.untrusted_examples.push(target.to_string());
            }
            return Exit::Untrusted;
        };
        self.ok += 1;
        let verified = &judgement.verified;
        let sufficient = verified.alternatives().iter().filter(|one| one.is_sufficient());
        let candidates = std::iter::once(verified.anchor()).chain(sufficient);
        let mut anchors = Vec::new();
        for candidate in candidates {
            let certificate = &candidate.root.certificate;
            anchors.push(certificate.sha256());
            self.anchors
                .entry(certificate.sha256())
                .or_insert_with(|| certificate.subject().text().line());
        }

        if let Some(material) = &mut self.material {
            material.add(index, (target, name), grab, judgement, &anchors);
        }
        let group = self.groups.entry(anchors).or_default();
        group.count += 1;
        if group.examples.len() < EXAMPLES {
            group.examples.push(target.to_string());
        }
        grab.device().map_or(Exit::Done, |verdict| Exit::of_device(&verdict))
    }

    pub(crate) fn done(&self) -> u64 {
        self.done
    }

    /// The number of targets without an anchor.
    pub(crate) fn failures(&self) -> u64 {
        self.done - self.ok
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit.unwrap_or(Exit::Done)
    }

    fn smallest(&self) -> Vec<Sha256> {
        let groups: Vec<Vec<Sha256>> = self.groups.keys().cloned().collect();
        set_cover::smallest(&groups)
    }

    /// The smallest set to export, if there is one to write and any anchor was found.
    pub(crate) fn set(self) -> Option<Set> {
        let smallest = self.smallest();
        self.material?.set(&smallest).filter(|set| !set.bundle.entries.is_empty())
    }

    /// A few lines for a person.
    pub(crate) fn summary(&self, interrupted: bool) -> String {
        let mut out = String::new();
        let end = if interrupted { "interrupted after " } else { "" };
        let _ = writeln!(
            out,
            "{end}{}: {} with an anchor, {} not trusted, {} failed",
            counted(self.done, "target"),
            self.ok,
            self.untrusted,
            self.failed.values().sum::<u64>()
        );
        let _ = writeln!(out, "{}", counted(self.chains.len(), "distinct chain"));
        if !self.untrusted_examples.is_empty() {
            let examples = self.untrusted_examples.join(", ");
            let is_all = self.untrusted == self.untrusted_examples.len() as u64;
            let more = if is_all { "" } else { ", ..." };
            let _ = writeln!(out, "not trusted: {examples}{more}");
        }
        for (kind, count) in &self.failed {
            let _ = writeln!(out, "failed with {kind}: {count}");
        }
        if self.is_csv {
            let _ = writeln!(out, "hint: {FOR_CSV}");
        }
        let smallest = self.smallest();
        if !smallest.is_empty() {
            let anchors = counted(smallest.len(), "anchor");
            let verb = if smallest.len() == 1 { "covers" } else { "cover" };
            let _ = writeln!(out, "{anchors} {verb} every target that can be verified:");
        }
        for anchor in smallest {
            let subject = self.anchors.get(&anchor).map_or("", String::as_str);
            let verified = || self.groups.iter().filter(|(anchors, _)| anchors.contains(&anchor));
            let count: u64 = verified().map(|(_, group)| group.count).sum();
            let examples: Vec<&str> = verified()
                .flat_map(|(_, group)| group.examples.iter().map(String::as_str))
                .take(EXAMPLES)
                .collect();
            let more = if count > examples.len() as u64 { ", ..." } else { "" };
            let examples = examples.join(", ");
            let _ = writeln!(out, "  {subject}, SHA-256 {anchor}");
            let _ = writeln!(out, "    for {}: {examples}{more}", counted(count, "target"));
        }
        out
    }
}
