//! The verdict of every TLS stack of the table on one presented chain.
//!
//! In: what was presented, the roots that the user trusts, and the anchor that was proved, if there is
//! one. Out: an [`OfStack`] for each stack and setting, in the order of the table.

use std::fmt;

use super::{
    prove::Verified,
    stacks::{self, Asked},
};
use crate::{
    chain::{Issuers, Presented},
    stack::{self, Case, STACKS, Stack, Verdict},
    trust::store::{Root, Store},
    x509::certificate::Certificate,
};

/// The verdict of one TLS stack on a presented chain.
#[derive(Debug, Clone)]
pub struct OfStack {
    /// The stack with its setting.
    pub stack: &'static Stack,
    /// The anchor that the device holds.
    pub anchor: Certificate,
    /// Why it does not connect; `None` if it connects.
    pub refused: Option<Refused>,
}

impl OfStack {
    /// The verdict in one word: `connects`, `refuses` or `unknown`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self.refused {
            None => "connects",
            Some(Refused { is_known: true, .. }) => "refuses",
            Some(_) => "unknown",
        }
    }
}

/// Why a TLS stack does not connect.
#[derive(Debug, Clone)]
pub struct Refused {
    /// Whether this is certain; otherwise it depends on a signature that certgrab cannot compute.
    pub is_known: bool,
    /// What is wrong, and with which certificate.
    pub reason: String,
    /// The setting of the device with which it connects, or may.
    pub device: Option<&'static str>,
    /// What to change on the server, as an instruction.
    pub server: Option<String>,
}

/// Why certgrab cannot give a verdict for any TLS stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAsked {
    /// No root that the chain may end in is trusted.
    NoRoot,
    /// The server sent more certificates than are kept.
    TooMany {
        /// How many it sent.
        sent: usize,
        /// How many of them are kept.
        kept: usize,
    },
}

impl fmt::Display for NotAsked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("certgrab has no verdict for any TLS stack: ")?;
        match self {
            Self::NoRoot => f.write_str("no root that this chain may end in is trusted"),
            Self::TooMany { sent, kept } => {
                write!(f, "expected at most {kept} certificates, found {sent}")
            }
        }
    }
}

/// The verdict of every stack on what was presented.
///
/// Each stack tries the anchor of `verified` first and then the others that verify the server; without
/// one, the roots of `store` that the chain may end in. The first anchor with which a stack connects
/// counts, otherwise the first of all.
///
/// # Errors
///
/// [`NotAsked`] if no root is known, or if not everything that the server sent was kept.
pub fn every(
    (presented, issuers): (&Presented, &Issuers),
    store: &Store,
    asked: Asked<'_>,
    verified: Option<&Verified>,
) -> Result<Vec<OfStack>, NotAsked> {
    if presented.is_cut() {
        let kept = presented.message().len();
        return Err(NotAsked::TooMany { sent: presented.count(), kept });
    }
    let mut verdicts: Vec<Option<OfStack>> = STACKS.iter().map(|_| None).collect();
    for held in held(verified, (presented, issuers), store) {
        let is_open = |verdict: &Option<OfStack>| {
            verdict.as_ref().is_none_or(|verdict| verdict.refused.is_some())
        };
        if !verdicts.iter().any(is_open) {
            break;
        }
        stacks::with_case(presented, held.iter(), asked, |case| {
            let asked = STACKS.iter().zip(&mut verdicts).filter(|(_, verdict)| is_open(verdict));
            for (stack, verdict) in asked {
                let found = of(stack, case, &held[0]);
                if verdict.is_none() || found.refused.is_none() {
                    *verdict = Some(found);
                }
            }
        });
    }
    let verdicts: Vec<_> = verdicts.into_iter().flatten().collect();
    if verdicts.is_empty() { Err(NotAsked::NoRoot) } else { Ok(verdicts) }
}

/// The verdict of `stack` on `case`, with `anchor` on the device.
fn of(stack: &'static Stack, case: &Case<'_>, anchor: &Certificate) -> OfStack {
    let verdict = stack.judge(case);
    let is_known = !matches!(verdict, Verdict::Unknown(_));
    let refused = |refusal: &stack::Refusal| Refused {
        is_known,
        reason: refusal.reason(case),
        device: stack.setting_for(case, &refusal.rule),
        server: refusal.server_change(),
    };
    OfStack { stack, anchor: anchor.clone(), refused: verdict.refusal().map(refused) }
}

/// What a device may hold, best first: each anchor with the certificates that the server does not send.
fn held(
    verified: Option<&Verified>,
    (presented, issuers): (&Presented, &Issuers),
    store: &Store,
) -> Vec<Vec<Certificate>> {
    if let Some(verified) = verified {
        return verified.candidates().map(|one| one.held().cloned().collect()).collect();
    }
    let fetched: Vec<_> = issuers.certificates.iter().map(|one| one.certificate.clone()).collect();
    let roots = stacks::roots(presented, issuers, store);
    let with = |root: &Root, others: &[Certificate]| {
        std::iter::once(&root.certificate).chain(others).cloned().collect::<Vec<_>>()
    };
    let alone = roots.iter().map(|root| with(root, &[]));
    let with_fetched =
        roots.iter().filter(|_| !fetched.is_empty()).map(|root| with(root, &fetched));
    alone.chain(with_fetched).collect()
}
