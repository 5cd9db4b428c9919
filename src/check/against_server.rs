//! Do the constants of a file still verify the server?
//!
//! In: a [`Reading`], and what a server presents now. Out: findings. This is pure: the server was
//! asked before.

use rustls_pki_types::ServerName;

use super::{
    EmbeddedAnchor, Finding, Findings, Knowledge, Reading, Severity,
    constants::{anchor_of, anchors_of, constants},
    lints, named,
};
use crate::chain::Presented;
use crate::{
    endpoint::Target,
    judge::{
        path::{Question, Refusal},
        prove,
        rank::Candidate,
        stacks::{Doubt, STRICTEST},
        work::Work,
    },
    stack,
    text::diagnostic::Diagnostic,
    trust::store::Store,
    x509::certificate::{Certificate, Sha256},
};

/// Codes that need the certificate: the name and the key of an anchor are not enough.
const OF_CERTIFICATE: [&str; 6] =
    ["leaf", "intermediate", "cross-signed", "expired", "not-yet-valid", "expires-soon"];

/// A server that was asked, and what it presents.
#[derive(Debug, Clone, Copy)]
pub struct Server<'a> {
    /// What was asked.
    pub target: &'a Target,
    /// The address or the client that gets this chain, if others get a different one.
    pub part: Option<&'a str>,
    /// The name that its certificate must be valid for: usually the target's own name.
    pub name: &'a ServerName<'static>,
    /// What it presents.
    pub presented: &'a Presented,
    /// The anchor that certgrab would choose now, if the user's store has one.
    pub best: Option<&'a Candidate>,
}

impl Server<'_> {
    /// The target, with the part of it that presents the chain.
    fn place(&self) -> String {
        match self.part {
            None => self.target.to_string(),
            Some(part) => format!("{} {part}", self.target),
        }
    }
}

/// The finding that one of several addresses of `target` does not present a chain.
#[must_use]
pub fn failed_address(target: &Target, address: &str, problem: &str) -> Finding {
    let message = format!("{address}, an address of {target}, does not present a chain: {problem}");
    let action = Some("check the server at this address, or remove it from DNS".to_owned());
    Finding::new(1, Severity::Warning, "address-failed", message, action).of_part(Some(address))
}

/// The finding that `target` did not answer some queries; `sentence` describes them.
#[must_use]
pub fn unanswered(target: &Target, sentence: &str) -> Finding {
    let message = format!("{target} may present other chains: {sentence}");
    let action = Some("check again later, or slower with `--rate N`".to_owned());
    Finding::new(1, Severity::Warning, "unanswered", message, action)
}

/// The findings about a chain that `target` presents to some clients only, where it is not known whether
/// the reader is one of them and the other clients connect.
#[must_use]
pub fn for_some_clients(found: &Findings) -> Findings {
    let soften = |finding: &Finding| {
        match finding.is_failure() {
        false => finding.clone(),
        true => Finding {
            severity: Severity::Warning,
            action: Some(
                "name the TLS stack that reads the file with `--as STACK` (`as` in the manifest), or \
                 embed the anchors of both chains: `certgrab HOST:PORT --emit FORMAT`"
                    .to_owned(),
            ),
            ..finding.clone()
        },
    }
    };
    found.listed().iter().map(soften).collect()
}

/// The findings about `reading`, given the chain that `server` presents.
///
/// A file verifies the server if one of its constants does, under the rules of the stack that reads it.
/// If the code passes some of them to functions that expect anchors, only those count. A file with only
/// the device's own certificates does not verify any server.
#[must_use]
pub fn judge_against(
    reading: &Reading,
    server: &Server<'_>,
    knowledge: &Knowledge<'_>,
) -> Findings {
    let work = &Work::default();
    let judged = Judgement { reading, server, knowledge, work };
    judged.all().into_iter().map(|one| one.of_part(server.part)).collect()
}

/// What the server would present without cross-signed certificates, and those that it sends.
fn without_cross_signs(presented: &Presented, known: &Store) -> (Presented, Vec<Certificate>) {
    let is_cross_sign = |certificate: &&Certificate| {
        !certificate.is_self_issued() && lints::self_signed_twin(certificate, known).is_some()
    };
    let taken: Vec<_> = presented.above_leaf().iter().filter(is_cross_sign).cloned().collect();
    (presented.without(&taken), taken)
}

/// How much a refusal matters.
const fn weight(is_certain: bool) -> Severity {
    if is_certain { Severity::Error } else { Severity::Warning }
}

/// A file that is being checked, with its server.
struct Judgement<'a> {
    reading: &'a Reading,
    server: &'a Server<'a>,
    knowledge: &'a Knowledge<'a>,
    /// The limits on verifying its chain.
    work: &'a Work,
}

/// Whether a file only says where a certificate is, or its hash, or only has code that uses the
/// constants of other files, which are judged there.
fn holds_nothing_to_ask_about(reading: &Reading) -> bool {
    let is_mention = |one: &Finding| one.severity == Severity::Note && one.code == "no-certificate";
    let findings = &reading.findings;
    let only_uses = reading.own.is_empty() && findings.is_empty();
    reading.anchors.is_empty() && (only_uses || findings.listed().iter().any(is_mention))
}

impl Judgement<'_> {
    fn all(&self) -> Vec<Finding> {
        let Self { reading, server, knowledge, .. } = *self;
        let target = server.place();
        if holds_nothing_to_ask_about(reading) {
            return Vec::new();
        }
        if reading.anchors.is_empty() && reading.findings.worst() != Some(Severity::Error) {
            let message =
                format!("no anchor for {target} found, only the device's own certificate");
            let action = Some("name the file that contains the anchor".to_owned());
            return vec![Finding::new(1, Severity::Error, "no-certificate", message, action)];
        }
        // If the leaf cannot be read, nothing shows that a certificate after it belongs to the server. A
        // known stack reads what it reads.
        if let (Err(error), None) = (server.presented.leaf(), reading.stack) {
            let place = reading.anchors.first().map_or(1.into(), |anchor| anchor.place);
            let message = format!("the chain of {target} cannot be verified: {error}");
            return vec![Finding::new(place, Severity::Error, "verify-failed", message, None)];
        }
        if let Some(found) = self.of_fingerprints() {
            return found.into_iter().collect();
        }
        let mut found = Vec::new();
        let mut refused: Option<(Severity, Vec<EmbeddedAnchor>, Refusal)> = None;
        let mut verifying: Option<Vec<EmbeddedAnchor>> = None;
        for constant in constants(reading) {
            if anchors_of(&constant, server.presented, knowledge.store).is_empty() {
                found.extend(constant.first().map(lints::unknown));
                continue;
            }
            match self.verifies(&constant, server.presented) {
                Ok(()) => {
                    // A constant that needs no cross-signed certificate is better.
                    let lasting = without_cross_signs(server.presented, knowledge.store).0;
                    let lasts = self.verifies(&constant, &lasting).is_ok();
                    if lasts || verifying.is_none() {
                        verifying = Some(constant);
                    }
                    if lasts {
                        break;
                    }
                }
                Err(Doubt { refusal, is_certain }) => {
                    let severity = weight(is_certain);
                    if refused.as_ref().is_none_or(|(known, ..)| severity < *known) {
                        refused = Some((severity, constant, refusal));
                    }
                }
            }
        }
        found.extend(match (verifying, refused) {
            (Some(constant), _) => self.outlook(&constant),
            (None, Some((severity, constant, refusal))) => {
                Some(self.failure(severity, &constant, &refusal))
            }
            (None, None) => None,
        });
        found.extend(self.of_sent());
        found
    }

    /// The problems of anchors that are only a name and a key, and whose certificates were not known
    /// until the server sent them.
    fn of_sent(&self) -> Vec<Finding> {
        let Self { reading, server, knowledge, .. } = *self;
        let with_certificate = |one: &EmbeddedAnchor| {
            let is_known = one.left().is_some() || one.resolved(knowledge.store).is_some();
            let key = one.key.as_ref().filter(|_| !is_known)?;
            let certificate = server.presented.certificates().find(|sent| key.is_of(sent))?.clone();
            Some(EmbeddedAnchor { certificate: Some(certificate), ..one.clone() })
        };
        let anchors: Vec<_> = reading.anchors.iter().filter_map(with_certificate).collect();
        if anchors.is_empty() {
            return Vec::new();
        }
        let found = lints::lint(&Reading { anchors, ..reading.clone() }, knowledge);
        let is_new = |one: &&Finding| OF_CERTIFICATE.contains(&one.code);
        found.listed().iter().filter(is_new).cloned().collect()
    }

    /// The finding about a file that contains only fingerprints, if any; `None` if it contains something
    /// else.
    fn of_fingerprints(&self) -> Option<Option<Finding>> {
        let Self { reading, server, knowledge, .. } = *self;
        let Server { presented, best, .. } = *server;
        let place = server.place();
        let pins: Vec<_> =
            reading.anchors.iter().filter(|one| one.fingerprint.is_some()).cloned().collect();
        let first = pins.first()?;
        let is_pinned = |certificate: &Certificate| {
            let own = [certificate.sha256(), Sha256::of(certificate.spki_der())];
            pins.iter().any(|one| one.fingerprint.is_some_and(|pin| own.contains(&pin)))
        };
        let chosen = best.map(|best| &best.root.certificate);
        if presented.certificates().chain(chosen).any(is_pinned) {
            return Some(None);
        }
        let roots: Vec<EmbeddedAnchor> = pins
            .iter()
            .filter_map(|one| {
                let root = knowledge.store.pinned(one.fingerprint?)?;
                Some(EmbeddedAnchor { certificate: Some(root.certificate), ..one.clone() })
            })
            .collect();
        if !roots.is_empty() {
            let doubt = self.verifies(&roots, presented).err();
            let failure = |one: Doubt| self.failure(weight(one.is_certain), &roots, &one.refusal);
            return Some(doubt.map(failure));
        }
        // A root above the chain may have the fingerprint, and that root is not known here.
        let ends_in_a_root = presented.certificates().any(Certificate::is_self_issued);
        if best.is_none() && !ends_in_a_root {
            return Some(Some(lints::unknown(first)));
        }
        let message = format!("no certificate or root in the chain of {place} has this SHA-256");
        let action = best.map(instead);
        Some(Some(Finding::new(first.place, Severity::Error, "verify-failed", message, action)))
    }

    /// Whether a device that holds `constant` accepts what the server presents, or would present.
    fn verifies(&self, constant: &[EmbeddedAnchor], presented: &Presented) -> Result<(), Doubt> {
        let Self { reading, server, knowledge, work } = *self;
        let anchors = anchors_of(constant, server.presented, knowledge.store);
        let question = Question { name: Some(server.name), at: knowledge.at, work };
        let likely = || {
            let doubt = prove::doubt(Some(reading.likely?), presented, &anchors, question)?;
            Some(Doubt { is_certain: false, ..doubt })
        };
        let doubt = prove::doubt(reading.stack, presented, &anchors, question).or_else(likely);
        let Some(Doubt { refusal, mut is_certain }) = doubt else { return Ok(()) };
        if is_certain && reading.stack.is_none() {
            // The reader may accept what browsers refuse.
            let usual = reading.likely.or_else(|| stack::named(STRICTEST));
            is_certain = prove::doubt(usual, presented, &anchors, question).is_some();
        }
        let refusal = refusal.in_store(&reading.file.display().to_string());
        Err(Doubt { refusal, is_certain })
    }

    /// Whether `constant` includes the anchor `candidate`.
    fn holds(&self, constant: &[EmbeddedAnchor], candidate: &Candidate) -> bool {
        let mut known = constant.iter().filter_map(|one| one.resolved(self.knowledge.store));
        known.any(|one| one.is_same_anchor(&candidate.root.certificate))
    }

    /// Why `constant` does not verify the server.
    fn failure(
        &self,
        severity: Severity,
        constant: &[EmbeddedAnchor],
        refusal: &Refusal,
    ) -> Finding {
        let Server { presented, best, .. } = *self.server;
        let place = self.server.place();
        let anchor =
            constant.iter().find_map(|one| anchor_of(one, presented, self.knowledge.store));
        let what = anchor.map_or("the constant".to_owned(), |one| format!("`{}`", named(&one)));
        let (setting, when) = match (refusal.setting(), severity) {
            (Some(setting), _) => (refusal.hint(), format!("only with `{setting}`")),
            (_, Severity::Error) => (None, String::new()),
            _ => (None, "only with some TLS stacks".to_owned()),
        };
        let fails = if when.is_empty() { "does not verify" } else { "verifies" };
        let message = format!("{what} {fails} {}: {refusal}", format!("{place} {when}").trim_end());
        let better = best.filter(|best| !self.holds(constant, best)).map(instead);
        let better = better.or_else(|| self.of_another_ca(constant)).or_else(|| {
            let is_of_server =
                matches!(refusal, Refusal::ByStack { .. } | Refusal::WrongName { .. });
            refusal.hint().filter(|_| is_of_server && setting.is_none())
        });
        let actions = Vec::from_iter(setting.into_iter().chain(better));
        let action = (!actions.is_empty()).then(|| actions.join(", or "));
        let place = constant.first().map_or(1.into(), |one| one.place);
        Finding::new(place, severity, "verify-failed", message, action)
    }

    /// What to do if the chain leads to a CA that is neither in the user's store nor in `constant`.
    fn of_another_ca(&self, constant: &[EmbeddedAnchor]) -> Option<String> {
        let store = self.knowledge.store;
        let is_known = |one: &Certificate| {
            !store.sources(one).is_empty() || !store.named(one.issuer_der()).is_empty()
        };
        let mut sent = self.server.presented.certificates();
        let top = sent.clone().last()?;
        let is_issuer = |held: &Certificate| {
            held.is_same_anchor(top) || self.work.is_signed_by(top, held) == Some(true)
        };
        let held = anchors_of(constant, self.server.presented, store);
        if sent.any(is_known) || held.iter().any(is_issuer) {
            return None;
        }
        Some(match top.is_self_issued() && top.extensions().is_authority {
            true => format!(
                "if `{}` is the server's new CA, verify its SHA-256 with the CA's owner, then \
                 `certgrab HOST:PORT --trust-sha256 {} --emit FORMAT`",
                named(top),
                top.sha256()
            ),
            false => format!(
                "get the CA certificate `{}` from the server's operator, then \
                 `certgrab HOST:PORT --roots FILE --emit FORMAT`",
                lints::issuer_of(top)
            ),
        })
    }

    /// The risks of `constant`, which verifies the server today.
    fn outlook(&self, constant: &[EmbeddedAnchor]) -> Option<Finding> {
        let Server { presented, best, .. } = *self.server;
        let place = self.server.place();
        let at = constant.first().map_or(1.into(), |one| one.place);
        let (lasting, taken) = without_cross_signs(presented, self.knowledge.store);
        if let (Err(_), Some(cross_sign)) = (self.verifies(constant, &lasting), taken.first()) {
            let issuer = cross_sign.issuer().short().map(|name| name.line()).unwrap_or_default();
            let message = format!(
                "verifies {place} only while the server sends the cross-signed certificate `{}` (issuer `{issuer}`)",
                named(cross_sign)
            );
            let (severity, action) = (Severity::Warning, best.map(instead));
            return Some(Finding::new(at, severity, "cross-sign-needed", message, action));
        }
        let best = best.filter(|best| !self.holds(constant, best))?;
        let message = format!(
            "certgrab would choose `{}` for {place} today: {}",
            named(&best.root.certificate),
            best.reason
        );
        let action = Some(instead(best));
        Some(Finding::new(at, Severity::Note, "anchor-changed", message, action))
    }
}

/// What to do to embed the anchor `best`.
fn instead(best: &Candidate) -> String {
    format!("embed `{}`: `certgrab HOST:PORT --emit FORMAT`", named(&best.root.certificate))
}
