//! What TLS stacks make of a presented chain and anchors, and the roots of the user's store with which
//! each of them verifies it.
//!
//! In: what was presented, certificates that a device holds, a name and a time. Out: a [`Doubt`] if the
//! stack refuses, or the [`Candidate`]s that it connects with. The rules are in the module `stack`; here
//! they are applied to the store.

use rustls_pki_types::ServerName;

use super::{
    path::{Path, Paths},
    rank::{self, Candidate},
    refusal::Refusal,
};
use crate::{
    chain::{Issuers, Presented},
    stack::{self, Case, Stack, Verdict},
    text::time::Time,
    trust::store::{Root, Store},
    x509::certificate::Certificate,
};

/// The most roots that are tried for a chain: no CA name has more.
const MOST_ROOTS: usize = 64;

/// The stack whose rules apply to a format with many or unknown readers: of the stacks in wide use it
/// rejects the most chains.
pub const STRICTEST: &str = "openssl";

/// The Rust format that many stacks read, and the one that most do.
pub(super) const RUST: (&str, &str) = ("rust", "rustls-aws");

/// The name and the time that a chain is judged for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The name that the device compares; `None` to judge the path alone.
    pub name: Option<&'a ServerName<'static>>,
    /// The device's clock.
    pub at: Time,
}

/// Why a TLS stack may refuse a server.
#[derive(Debug, Clone)]
pub struct Doubt {
    /// The reason.
    pub refusal: Refusal,
    /// Whether every version and setting of the stack refuses.
    pub is_certain: bool,
}

/// Calls `judge` with the case of a device that holds `anchors` and a server that sends `presented`.
pub fn with_case<'c, T>(
    presented: &Presented,
    anchors: impl Iterator<Item = &'c Certificate>,
    asked: Asked<'_>,
    ask: impl FnOnce(&Case<'_>) -> T,
) -> T {
    let message = presented.message();
    let anchors: Vec<_> = anchors.map(Certificate::der).collect();
    let host = asked.name.map(ServerName::to_str);
    let question = stack::Question {
        presented: &message,
        anchors: &anchors,
        host: host.as_deref(),
        at: asked.at,
    };
    ask(&Case::new(question))
}

/// Why `stack`, or a version or setting of it, refuses `case`; `None` if all of them connect.
#[must_use]
pub fn doubt(stack: &Stack, case: &Case<'_>) -> Option<Doubt> {
    let verdict = stack.judge(case);
    let others: Vec<_> =
        stack.variants().map(|(other, by)| (other, by, other.judge(case))).collect();
    let Some(refusal) = verdict.refusal() else {
        let other = others.iter().find_map(|(other, _, verdict)| {
            verdict.refusal().map(|refusal| by_stack(other, case, refusal))
        });
        return other.map(|refusal| Doubt { refusal, is_certain: false });
    };
    let setting = stack.setting_for(case, &refusal.rule);
    let helps = |(_, by, verdict): &(_, Option<&str>, Verdict)| {
        verdict.connects() && (by.is_none() || *by == setting)
    };
    // A setting that is a stack in the table is judged by that entry; nothing is known of the others.
    let is_known = others.iter().any(|(_, by, _)| by.is_some() && *by == setting);
    let is_open = matches!(verdict, Verdict::Unknown(_))
        || stack.is_assumed()
        // The device may connect by name.
        || refusal.rule == stack::Rule::Name(stack::NameFault::Address)
        || others.iter().any(helps)
        || (setting.is_some() && !is_known);
    Some(Doubt { refusal: by_stack(stack, case, refusal), is_certain: !is_open })
}

/// `stack` if it connects, or else those of its versions and settings that do.
pub(super) fn connecting(stack: &'static Stack, case: &Case<'_>) -> Vec<&'static Stack> {
    if stack.judge(case).connects() {
        return vec![stack];
    }
    let variants = stack.variants().map(|(other, _)| other);
    variants.filter(|other| other.judge(case).connects()).collect()
}

/// `stack` if it refuses, or else the first of its versions and settings that does.
pub(super) fn refusing(stack: &'static Stack, case: &Case<'_>) -> Option<&'static Stack> {
    let mut all = std::iter::once(stack).chain(stack.variants().map(|(other, _)| other));
    all.find(|one| !one.judge(case).connects())
}

/// Why `stack` itself refuses `case`; `None` if it connects.
#[must_use]
pub fn refusal(stack: &Stack, case: &Case<'_>) -> Option<Refusal> {
    stack.judge(case).refusal().map(|refusal| by_stack(stack, case, refusal))
}

/// Why `stack` refuses what was presented with the root that comes nearest; `None` if it connects with
/// that root, or if the store has no such root.
pub(super) fn nearest_refusal(
    stack: &Stack,
    (presented, issuers): (&Presented, &Issuers),
    store: &Store,
    asked: Asked<'_>,
) -> Option<Refusal> {
    let root = roots(presented, issuers, store).into_iter().next()?.certificate;
    with_case(presented, std::iter::once(&root), asked, |case| refusal(stack, case))
}

/// The refusal with its sentence and its remedy.
fn by_stack(stack: &Stack, case: &Case<'_>, refusal: &stack::Refusal) -> Refusal {
    Refusal::ByStack {
        sentence: stack.sentence(case, refusal),
        remedy: stack.remedy(case, refusal),
        setting: stack.setting_for(case, &refusal.rule),
        rule: refusal.rule.clone(),
    }
}

/// The roots of `store` with which each of `stacks` connects, best first, each with its path.
///
/// This is for chains that the browser rules refuse. The anchor comes from the user's store as always;
/// what is below it is judged by the stacks alone. A fetched certificate that the server does not send
/// is added to the root if the root alone is not enough.
pub(super) fn candidates(
    stacks: &[&'static Stack],
    (presented, issuers): (&Presented, &Issuers),
    store: &Store,
    asked: Asked<'_>,
) -> (Vec<Candidate>, Paths) {
    let fetched: Vec<_> = issuers.certificates.iter().collect();
    let connects = |held: &[&Certificate]| {
        with_case(presented, held.iter().copied(), asked, |case| {
            !stacks.is_empty()
                && stacks.iter().all(|stack| doubt(stack, case).is_none_or(|one| !one.is_certain))
        })
    };
    let mut found = Vec::new();
    let mut paths = Vec::new();
    for root in roots(presented, issuers, store) {
        let mut held = vec![&root.certificate];
        let is_enough = connects(&held);
        held.extend(fetched.iter().map(|one| &one.certificate));
        let missing = match is_enough {
            true => Vec::new(),
            false if !fetched.is_empty() && connects(&held) => {
                fetched.iter().map(|one| (*one).clone()).collect()
            }
            false => continue,
        };
        let path = path_to(&root, presented);
        paths.push(path.clone());
        found.push((root, path, missing));
    }
    let ranked = rank::rank_as_they_are(found);
    (ranked, Paths { found: paths, cut: false })
}

/// What was sent and can be read, below `root`.
fn path_to(root: &Root, presented: &Presented) -> Path {
    let is_leaf = |one: &Certificate| presented.leaf().is_ok_and(|leaf| leaf == one);
    let below = presented.certificates().filter(|one| is_leaf(one) || **one != root.certificate);
    Path { certificates: below.cloned().collect(), anchor: root.clone() }
}

/// The roots that may have issued what was presented, by their names in any encoding, and the presented
/// certificates that the user trusts.
pub(super) fn roots(presented: &Presented, issuers: &Issuers, store: &Store) -> Vec<Root> {
    let fetched = issuers.certificates.iter().map(|one| &one.certificate);
    let known: Vec<_> = presented.certificates().chain(fetched).collect();
    let mut roots: Vec<Root> = Vec::new();
    let mut add = |root: Root| {
        if roots.len() < MOST_ROOTS && !roots.iter().any(|one| one.certificate == root.certificate)
        {
            roots.push(root);
        }
    };
    for certificate in &known {
        store.explicitly_trusted(certificate).into_iter().for_each(&mut add);
        store.named(certificate.issuer_der()).into_iter().for_each(&mut add);
    }
    let names: Vec<_> = known.iter().map(|one| one.issuer().compared()).collect();
    // The issuer of a certificate that certgrab cannot read is unknown.
    let is_open = presented.leaf().is_err() || !presented.unreadable().is_empty();
    for root in store.added() {
        if is_open || names.contains(&root.certificate.subject().compared()) {
            add(root.clone());
        }
    }
    roots
}
