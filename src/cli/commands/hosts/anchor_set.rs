//! The smallest set of anchors that verifies every server, for export.
//!
//! In: the result for each target. Out: a [`Set`], whose [`Bundle`] names the targets of each
//! anchor and is proved for every one of them. Memory grows with the targets, since all are named,
//! so this is collected only for `--emit`.

use std::collections::{BTreeMap, HashMap};

use crate::chain::Presented;
use crate::{
    Grab,
    endpoint::Target,
    judge::{path::Question, stacks::Asked, work::Work},
    output::bundle::{Bundle, Entry, KeyPossession},
    run::{
        grab::Judgement,
        pack,
        warning::{self, Scope, Warning},
    },
    stack::client::Device,
    text::{count::counted, diagnostic::Diagnostic, foreign::Foreign, time::Time},
    x509::certificate::Sha256,
};
use rustls_pki_types::ServerName;

use crate::cli::{
    failure::Failure,
    output,
    proof::{self, Doubt},
    refused::Formats,
    style::Display,
    warn::Named,
};

/// The most targets that one warning names.
const NAMED: usize = 3;

/// The most different warnings for one format. A list of thousands of targets may cause thousands.
const MAX_WARNINGS: usize = 10;

/// The results that the set is computed from.
pub(crate) struct Material {
    /// The time for which certificates are verified.
    at: Time,
    /// The targets.
    servers: Vec<Server>,
    /// The distinct chains, and the position of each.
    chains: Vec<Presented>,
    places: HashMap<Vec<Sha256>, usize>,
    /// Each anchor, and the intermediates below it that some server does not send.
    anchors: BTreeMap<Sha256, (Entry, BTreeMap<Sha256, Entry>)>,
    some_key_is_not_proven: bool,
}

/// A target of the list.
struct Server {
    /// Its position in the list.
    index: u64,
    target: Target,
    /// The name that its certificate must be valid for.
    name: ServerName<'static>,
    /// The position of its chain.
    chain: usize,
    /// The anchors that verify it, the chosen one first.
    anchors: Vec<Sha256>,
    /// The warnings about each of these anchors.
    warnings: Vec<(Sha256, Vec<Warning>)>,
}

/// The anchors of a list, and what each target presents.
pub(crate) struct Set {
    /// What to write.
    pub(crate) bundle: Bundle,
    servers: Vec<Server>,
    chains: Vec<Presented>,
}

/// Why a TLS stack rejects the set for some of the targets.
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
    /// An empty collection for certificates as of `at`.
    pub(crate) fn new(at: Time) -> Self {
        Self {
            at,
            servers: Vec::new(),
            chains: Vec::new(),
            places: HashMap::new(),
            anchors: BTreeMap::new(),
            some_key_is_not_proven: false,
        }
    }

    /// Adds one target with the name to verify; `anchors` verify it, the chosen one first.
    pub(crate) fn add(
        &mut self,
        index: u64,
        (target, name): (&Target, &ServerName<'static>),
        grab: &Grab,
        judgement: &Judgement,
        anchors: &[Sha256],
    ) {
        let Judgement { paths, verified } = judgement;
        let mut warnings = Vec::new();
        let asked = Asked { name: Some(name), at: self.at };
        for candidate in verified.candidates() {
            let sha256 = candidate.root.certificate.sha256();
            if !anchors.contains(&sha256) {
                continue;
            }
            let mut found = Vec::from_iter(warning::about_departure(verified));
            let of_chain =
                warning::about_candidate(&grab.presented, paths, candidate, self.at, &grab.work);
            found.extend(of_chain);
            let presented = &grab.presented;
            found.extend(warning::about_any_reader(
                presented,
                verified,
                (candidate, Scope::Anchor),
                asked,
            ));
            warnings.extend((!found.is_empty()).then_some((sha256, found)));
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
        self.servers.push(Server {
            index,
            target: target.clone(),
            name: name.clone(),
            chain,
            anchors: anchors.to_vec(),
            warnings,
        });
    }

    /// The set with the targets of each anchor, in the order of the list.
    pub(crate) fn set(mut self, smallest: &[Sha256]) -> Option<Set> {
        self.servers.sort_by_key(|server| server.index);
        let first = &self.servers.first()?.target;
        let (host, port) = (first.host(), first.port());
        let mut needed_by: BTreeMap<Sha256, Vec<Foreign>> = BTreeMap::new();
        for server in &self.servers {
            // A target that several anchors of the set verify counts for the best of them.
            if let Some(anchor) = server.anchors.iter().find(|anchor| smallest.contains(anchor)) {
                let target = Foreign::text(&server.target.to_string());
                needed_by.entry(*anchor).or_default().push(target);
            }
        }
        let mut entries: Vec<Entry> = Vec::new();
        let mut below: BTreeMap<Sha256, Entry> = BTreeMap::new();
        for sha256 in smallest {
            let (mut anchor, missing) = self.anchors.remove(sha256)?;
            anchor.needed_by = needed_by.remove(sha256).unwrap_or_default();
            // The reason was given for one target, not for a set.
            anchor.reason = None;
            entries.push(anchor);
            below.extend(missing);
        }
        entries.extend(below.into_values());
        let key_possession = match self.some_key_is_not_proven {
            true => KeyPossession::NotProven,
            false => KeyPossession::Proven,
        };
        let bundle = Bundle::new(host, port, entries, key_possession);
        Some(Set { bundle, servers: self.servers, chains: self.chains })
    }
}

impl Set {
    /// Prints the warnings about the anchor of each target, and about names that differ from the
    /// target's host.
    pub(crate) fn warn(&self, display: &Display) {
        let written: Vec<_> =
            self.bundle.entries.iter().map(|entry| entry.certificate.sha256()).collect();
        let mut all: Vec<(String, Targets)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for server in &self.servers {
            let anchor = server.anchors.iter().find(|anchor| written.contains(anchor));
            let own = server.warnings.iter().filter(|(of, _)| Some(of) == anchor);
            let own = own.flat_map(|(_, warnings)| warnings).map(|warning| warning.message.clone());
            for message in own.chain(server.another_name()) {
                let place = *places.entry(message.clone()).or_insert_with(|| {
                    all.push((message, Targets::default()));
                    all.len() - 1
                });
                all[place].1.add(&server.target);
            }
        }
        for (message, targets) in all.iter().take(MAX_WARNINGS) {
            output::warn(format_args!("{}{message}", targets.whose()), display);
        }
        let left: usize = all.iter().skip(MAX_WARNINGS).map(|(_, targets)| targets.count).sum();
        if left > 0 {
            let more = counted(left, "more warning");
            let message = format_args!("{more}; the results list those of each target");
            output::warn(message, display);
        }
    }

    /// Proves for each of `formats` that its TLS stack verifies every target with the set.
    pub(crate) fn prove(
        &self,
        formats: impl Iterator<Item = &'static str>,
        device: Option<&'static Device>,
        at: Time,
        display: &Display,
    ) -> Result<(), Failure> {
        let all: Vec<_> = formats.collect();
        let mut refused = Vec::new();
        for format in &all {
            let (mut refusals, warnings): (Vec<_>, Vec<_>) =
                self.doubts((format, device), at).into_iter().partition(|one| one.doubt.is_certain);
            refused.extend(refusals.drain(..).take(1).map(|first| (*format, first)));
            for shared in warnings.iter().take(MAX_WARNINGS) {
                shared.doubt.warn(&shared.targets.whose(), display);
            }
            let left: usize = warnings.iter().skip(MAX_WARNINGS).map(|one| one.targets.count).sum();
            if left > 0 {
                let message = format_args!(
                    "the TLS stack that reads {format} may reject the set for {}; run \
                     `certgrab TARGET --emit {format}` for the reason of one",
                    counted(left, "more target")
                );
                output::warn(message, display);
            }
        }
        let names: Vec<_> = refused.iter().map(|(format, _)| *format).collect();
        let written = Formats { all: &all, named: Named::OnTheCommandLine };
        refused.first().map_or(Ok(()), |(_, Shared { doubt, targets })| {
            let refusal = &doubt.refusal;
            Err(written.refused(&targets.whose(), (refusal, refusal.hint()), &names))
        })
    }

    /// Why the reader of a format rejects the set, each reason with its targets.
    fn doubts(&self, reader: (&str, Option<&'static Device>), at: Time) -> Vec<Shared> {
        let mut all: Vec<Shared> = Vec::new();
        let mut places: HashMap<(bool, String), usize> = HashMap::new();
        for server in &self.servers {
            let work = Work::default();
            let question = Question { name: Some(&server.name), at, work: &work };
            let presented = &self.chains[server.chain];
            let Some(doubt) = proof::doubt(reader, presented, &self.bundle, question) else {
                continue;
            };
            let place = *places.entry(doubt.words()).or_insert_with(|| {
                all.push(Shared { doubt, targets: Targets::default() });
                all.len() - 1
            });
            all[place].targets.add(&server.target);
        }
        all
    }
}

impl Server {
    /// A warning if a device must verify a name other than the host it connects to.
    fn another_name(&self) -> Option<String> {
        let ServerName::DnsName(name) = &self.name else { return None };
        let is_other = name.as_ref() != self.target.host();
        is_other.then(|| format!("a device must verify the name {}", name.as_ref()))
    }
}

impl Targets {
    fn add(&mut self, target: &Target) {
        self.count += 1;
        if self.named.len() < NAMED {
            self.named.push(target.to_string());
        }
    }

    /// The prefix of a message about them.
    fn whose(&self) -> String {
        let named = self.named.join(", ");
        match self.count - self.named.len() {
            0 => format!("{named}: "),
            more => format!("{named} and {more} more: "),
        }
    }
}
