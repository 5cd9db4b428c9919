//! The smallest set of anchors that opens all doors, as something to export.
//!
//! In: what was found of each target. Out: a [`Bundle`] that names the targets of each anchor.
//! This grows with the targets, since it names all of them, so it is kept only for `--emit`.

use std::collections::BTreeMap;

use certgrab::{
    Grab,
    bundle::{self, Bundle, Entry, KeyPossession},
    certificate::Sha256,
    escape::Foreign,
    target::Target,
    verify::Verified,
};

use super::super::{
    Exit, Failure,
    args::{Form, Job, What},
};

/// Refuses what cannot be written for a list, before anything is asked of a server.
pub(in super::super) fn agree(job: &Job) -> Result<(), Failure> {
    let usage = |message: &str, hint: &str| {
        Err(Failure::new(Exit::Usage, message).with_hint(Some(hint.to_owned())))
    };
    if job.what != What::Anchor || job.anchor.widens() {
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
#[derive(Default)]
pub(super) struct Material {
    /// The targets with their place in the list, and the anchors that open each.
    doors: Vec<(u64, Target, Vec<Sha256>)>,
    /// Each anchor, and the intermediates that some server leaves out under it.
    anchors: BTreeMap<Sha256, (Entry, BTreeMap<Sha256, Entry>)>,
    some_key_is_not_proven: bool,
}

impl Material {
    /// Keeps what one target needs: `door` has the anchors that open it, the chosen one first.
    pub(super) fn add(
        &mut self,
        index: u64,
        target: &Target,
        grab: &Grab,
        verified: &Verified,
        door: &[Sha256],
    ) {
        let candidates = std::iter::once(verified.anchor()).chain(verified.alternatives());
        for candidate in candidates {
            let sha256 = candidate.root.certificate.sha256();
            if !door.contains(&sha256) {
                continue;
            }
            let what = bundle::What::Anchor;
            let packed = bundle::pack_candidate(target, &grab.presented, candidate, what);
            let mut entries = packed.entries.into_iter();
            let Some(anchor) = entries.next() else { continue };
            let (_, missing) =
                self.anchors.entry(sha256).or_insert_with(|| (anchor, BTreeMap::new()));
            missing.extend(entries.map(|entry| (entry.certificate.sha256(), entry)));
        }
        self.some_key_is_not_proven |= grab.presented.key_possession() == KeyPossession::NotProven;
        self.doors.push((index, target.clone(), door.to_vec()));
    }

    /// The set with the targets of each anchor, in the order of the list.
    pub(super) fn bundle(mut self, smallest: &[Sha256]) -> Option<Bundle> {
        self.doors.sort_by_key(|(index, ..)| *index);
        let (_, first, _) = self.doors.first()?;
        let (host, port) = (first.host(), first.port());
        let mut needed_by: BTreeMap<Sha256, Vec<Foreign>> = BTreeMap::new();
        for (_, target, door) in &self.doors {
            // A target that several anchors of the set open is of the one it likes best.
            if let Some(anchor) = door.iter().find(|anchor| smallest.contains(anchor)) {
                let target = Foreign::text(&target.to_string());
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
        Some(Bundle { host, port, entries, key_possession, options: Vec::new() })
    }
}
