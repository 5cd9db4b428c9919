//! Do the constants of a file still open the door?
//!
//! In: what a server presents now. Out: findings. This is pure: the server was asked before.

use rustls_pki_types::ServerName;

use super::{Examined, Finding, Held, Knowledge, Severity, lints, named};
use crate::chain::Presented;
use crate::{
    endpoint::Target,
    judge::{
        path::{Question, Refusal},
        prove,
        rank::Candidate,
        stacks::Doubt,
        work::Work,
    },
    trust::store::Store,
    x509::certificate::{Certificate, Sha256},
};

/// Adds what is to be said of `examined` before the chain that `target` presents.
///
/// `name` is what the server's certificate must carry: mostly the target's own.
/// A file opens the door if one of its constants does, under the rules of the stack that reads it.
/// Where the code gives some of them to what takes anchors, only those count.
/// `best` is what certgrab would choose now, if the user's store has an anchor at all. A file that
/// holds only the device's own certificates opens no door.
pub fn ask(
    examined: &mut Examined,
    target: &Target,
    name: &ServerName<'static>,
    presented: &Presented,
    best: Option<&Candidate>,
    knowledge: &Knowledge<'_>,
) {
    let is_broken = |found: &Finding| found.severity == Severity::Error;
    if examined.held.is_empty() && !examined.findings.iter().any(is_broken) {
        let message = format!("no anchor for {target} found, only the device's own certificate");
        let action = "name the file that contains the anchor".to_owned();
        examined.find(1, Severity::Error, "no-certificate", message, Some(action));
        return;
    }
    // Whatever stands behind a leaf that cannot be read, nothing says that it is the server's.
    // A stack that is known reads what it reads.
    if let (Err(error), None) = (presented.leaf(), examined.stack) {
        let line = examined.held.first().map_or(1, |held| held.line);
        let message = format!("the chain of {target} cannot be verified: {error}");
        examined.find(line, Severity::Error, "verify-failed", message, None);
        return;
    }
    let work = &Work::default();
    let door = Door { target, name, presented, best, knowledge, work };
    if door.is_pinned_by(examined) {
        return;
    }
    let mut refused: Option<(Severity, Vec<Held>, Refusal)> = None;
    let mut opening: Option<Vec<Held>> = None;
    for constant in constants(examined) {
        if anchors_of(&constant, presented, knowledge.store).is_empty() {
            lints::tell_unknown(examined, &constant);
            continue;
        }
        match door.opens_to(examined, &constant, presented) {
            Ok(()) => {
                // One that does without cross-signs is better than one that needs them.
                let lasting = without_cross_signs(presented, knowledge.store).0;
                let lasts = door.opens_to(examined, &constant, &lasting).is_ok();
                if lasts || opening.is_none() {
                    opening = Some(constant);
                }
                if lasts {
                    break;
                }
            }
            Err(Doubt { refusal, is_certain }) => {
                let severity = if is_certain { Severity::Error } else { Severity::Warning };
                if refused.as_ref().is_none_or(|(known, ..)| severity < *known) {
                    refused = Some((severity, constant, refusal));
                }
            }
        }
    }
    match (opening, refused) {
        (Some(constant), _) => door.look_ahead(examined, &constant),
        (None, Some((severity, constant, refusal))) => {
            door.tell(examined, severity, &constant, &refusal);
        }
        (None, None) => {}
    }
}

/// The anchors of the file, those of one constant together, and all of a file that certgrab wrote.
///
/// What stands unused beside a constant that the code gives away opens nothing.
fn constants(examined: &Examined) -> Vec<Vec<Held>> {
    let mut held = examined.held.clone();
    if examined.is_generated && !held.is_empty() {
        return vec![held];
    }
    if held.iter().any(|one| one.is_given) {
        held.retain(|one| one.is_given);
    }
    held.sort_by_key(|one| one.constant);
    held.chunk_by(|one, next| one.constant == next.constant).map(<[Held]>::to_vec).collect()
}

/// What a device with this constant trusts, and nothing else.
fn anchors_of(constant: &[Held], presented: &Presented, known: &Store) -> Vec<Certificate> {
    constant.iter().filter_map(|held| anchor_of(held, presented, known)).collect()
}

/// The anchor as a certificate: the one that is known or was sent, or what its name and key make.
fn anchor_of(held: &Held, presented: &Presented, known: &Store) -> Option<Certificate> {
    held.resolved(known).or_else(|| {
        let key = held.key.as_ref()?;
        let sent = presented.certificates().find(|certificate| key.is_of(certificate));
        sent.cloned().or_else(|| key.as_certificate())
    })
}

/// What the server would present without cross-signs, and those that it sends.
fn without_cross_signs(presented: &Presented, known: &Store) -> (Presented, Vec<Certificate>) {
    let is_cross_sign = |certificate: &&Certificate| {
        !certificate.is_self_issued() && lints::self_signed_twin(certificate, known).is_some()
    };
    let taken: Vec<_> = presented.above_leaf().iter().filter(is_cross_sign).cloned().collect();
    (presented.without(&taken), taken)
}

/// What a server presents, and what is known of it.
struct Door<'a> {
    target: &'a Target,
    name: &'a ServerName<'static>,
    presented: &'a Presented,
    best: Option<&'a Candidate>,
    knowledge: &'a Knowledge<'a>,
    /// What judging its chain may cost.
    work: &'a Work,
}

impl Door<'_> {
    /// Looks for the fingerprints of a file that holds nothing else; whether it is such a file.
    fn is_pinned_by(&self, examined: &mut Examined) -> bool {
        let Self { target, presented, best, knowledge, .. } = *self;
        let pins: Vec<_> =
            examined.held.iter().filter(|held| held.fingerprint.is_some()).cloned().collect();
        let Some(first) = pins.first() else { return false };
        let is_pinned = |certificate: &Certificate| {
            let own = [certificate.sha256(), Sha256::of(certificate.spki_der())];
            pins.iter().any(|held| held.fingerprint.is_some_and(|pin| own.contains(&pin)))
        };
        let chosen = best.map(|best| &best.root.certificate);
        if presented.certificates().chain(chosen).any(is_pinned) {
            return true;
        }
        let roots: Vec<Held> = pins
            .iter()
            .filter_map(|held| {
                let root = knowledge.store.pinned(held.fingerprint?)?;
                Some(Held { certificate: Some(root.certificate), ..held.clone() })
            })
            .collect();
        if !roots.is_empty() {
            if let Err(Doubt { refusal, .. }) = self.opens_to(examined, &roots, presented) {
                self.tell(examined, Severity::Error, &roots, &refusal);
            }
            return true;
        }
        // A root above the chain may have the fingerprint, and nobody here knows that root.
        let ends_in_a_root = presented.certificates().any(Certificate::is_self_issued);
        if best.is_none() && !ends_in_a_root {
            lints::tell_unknown(examined, &pins);
            return true;
        }
        let message = format!("no certificate or root in the chain of {target} has this SHA-256");
        let action = best.map(|best| instead(best, target));
        examined.find(first.line, Severity::Error, "verify-failed", message, action);
        true
    }

    /// Whether a device that holds `constant` takes what the server presents, or would present.
    fn opens_to(
        &self,
        examined: &Examined,
        constant: &[Held],
        presented: &Presented,
    ) -> Result<(), Doubt> {
        let anchors = anchors_of(constant, self.presented, self.knowledge.store);
        let question = Question { name: self.name, at: self.knowledge.at, work: self.work };
        match prove::doubt(examined.stack, presented, &anchors, question) {
            None => Ok(()),
            Some(doubt) => {
                let refusal = doubt.refusal.in_store(&examined.file.display().to_string());
                Err(Doubt { refusal, ..doubt })
            }
        }
    }

    /// Whether `constant` has the anchor `candidate`.
    fn holds(&self, constant: &[Held], candidate: &Candidate) -> bool {
        let held = constant.iter().filter_map(|held| held.resolved(self.knowledge.store));
        held.into_iter().any(|held| held.is_same_anchor(&candidate.root.certificate))
    }

    /// Says why `constant` does not open the door.
    fn tell(
        &self,
        examined: &mut Examined,
        severity: Severity,
        constant: &[Held],
        refusal: &Refusal,
    ) {
        let Self { target, best, knowledge, .. } = *self;
        let held = constant.iter().find_map(|one| anchor_of(one, self.presented, knowledge.store));
        let what = held.map_or("the constant".to_owned(), |one| format!("`{}`", named(&one)));
        let (setting, when) = match (refusal.setting(), severity) {
            (Some(setting), _) => (refusal.hint(), format!("only with `{setting}`")),
            (_, Severity::Error) => (None, String::new()),
            _ => (None, "only with some TLS stacks".to_owned()),
        };
        let message = match when.as_str() {
            "" => format!("{what} does not verify {target}: {refusal}"),
            _ => format!("{what} verifies {target} {when}: {refusal}"),
        };
        let better = best.filter(|best| !self.holds(constant, best));
        let action = match (setting, better.map(|best| instead(best, target))) {
            (Some(setting), Some(instead)) => Some(format!("{setting}, or {instead}")),
            (setting, instead) => setting.or(instead),
        };
        let line = constant.first().map_or(1, |one| one.line);
        examined.find(line, severity, "verify-failed", message, action);
    }

    /// Says what may go wrong with `constant`, which opens the door today.
    fn look_ahead(&self, examined: &mut Examined, constant: &[Held]) {
        let Self { target, presented, best, knowledge, .. } = *self;
        let line = constant.first().map_or(1, |one| one.line);
        let (lasting, taken) = without_cross_signs(presented, knowledge.store);
        if let (Err(_), Some(cross_sign)) =
            (self.opens_to(examined, constant, &lasting), taken.first())
        {
            let issuer = cross_sign.issuer().short().map(|name| name.line()).unwrap_or_default();
            let message = format!(
                "verifies {target} only while the server sends the cross-signed certificate `{}` (issuer `{issuer}`)",
                named(cross_sign)
            );
            let action = best.map(|best| instead(best, target));
            examined.find(line, Severity::Warning, "cross-sign-needed", message, action);
            return;
        }
        let Some(best) = best else { return };
        if !self.holds(constant, best) {
            let message = format!(
                "certgrab would choose `{}` for {target} today: {}",
                named(&best.root.certificate),
                best.reason
            );
            examined.find(
                line,
                Severity::Note,
                "anchor-changed",
                message,
                Some(instead(best, target)),
            );
        }
    }
}

fn instead(best: &Candidate, target: &Target) -> String {
    format!(
        "embed `{}`: `certgrab sync`, or `certgrab {target} --emit FORMAT`",
        named(&best.root.certificate)
    )
}
