//! Do the constants of a file still open the door?
//!
//! In: what a server presents now. Out: findings. This is pure: the server was asked before.

use rustls_pki_types::ServerName;

use super::{Examined, Held, Knowledge, Severity, Stack, lints, named};
use crate::{
    anchor::Candidate,
    certificate::{Certificate, Sha256},
    extensions,
    handshake::Presented,
    path::{self, Question, Refusal},
    store::Store,
    target::Target,
};

/// Adds what is to be said of `examined` before the chain that `target` presents.
///
/// `name` is what the server's certificate must carry: mostly the target's own.
/// A file opens the door if one of its constants does. `best` is what certgrab would choose now,
/// if the user's store has an anchor at all.
pub fn ask(
    examined: &mut Examined,
    target: &Target,
    name: &ServerName<'static>,
    presented: &Presented,
    best: Option<&Candidate>,
    knowledge: &Knowledge<'_>,
) {
    let question = Question { name, at: knowledge.at };
    let place = examined.file.display().to_string();
    let mut first_refusal: Option<(Vec<Held>, Box<Refusal>)> = None;
    let mut opening: Option<Vec<Held>> = None;
    if pins_fingerprints(examined, target, presented, best) {
        return;
    }
    for constant in constants(examined) {
        if examined.stack == Stack::BearSsl && pins_leaf(&constant, presented) {
            return;
        }
        let store = store_of(&constant, presented, knowledge.store, &place);
        match path::find(presented, &[], &store, question) {
            Ok(_) => {
                // One that does without cross-signs is better than one that needs them.
                let lasting = without_cross_signs(presented, knowledge.store).0;
                let lasts = path::find(&lasting, &[], &store, question).is_ok();
                if lasts || opening.is_none() {
                    opening = Some(constant);
                }
                if lasts {
                    break;
                }
            }
            Err(refusal) => {
                first_refusal.get_or_insert((constant, Box::new(refusal)));
            }
        }
    }
    match (opening, first_refusal) {
        (Some(constant), _) => {
            let ahead = Ahead { target, question, presented, best, knowledge, place: &place };
            ahead.look(examined, &constant);
        }
        (None, Some((constant, refusal))) => {
            let held = constant.iter().find_map(|one| one.resolved(knowledge.store));
            let what = held.map_or("the constant".to_owned(), |one| format!("`{}`", named(&one)));
            let message = format!("{what} does not verify what {target} presents: {refusal}");
            let action = best.map(|best| instead(best, target));
            let line = constant.first().map_or(1, |one| one.line);
            examined.find(line, Severity::Error, "does-not-open", message, action);
        }
        (None, None) => {}
    }
}

/// Looks for the fingerprints of a file that holds nothing else; whether it is such a file.
fn pins_fingerprints(
    examined: &mut Examined,
    target: &Target,
    presented: &Presented,
    best: Option<&Candidate>,
) -> bool {
    let pins: Vec<_> =
        examined.held.iter().filter_map(|held| Some((held.fingerprint?, held.line))).collect();
    let Some((_, line)) = pins.first().copied() else { return false };
    let root = best.map(|best| &best.root.certificate);
    let found = presented.certificates.iter().chain(root).any(|certificate| {
        let own = [certificate.sha256(), Sha256::of(certificate.spki_der())];
        pins.iter().any(|(pin, _)| own.contains(pin))
    });
    if !found {
        let message = format!("no certificate of {target} and no root above it has this SHA-256");
        let action = best.map(|best| instead(best, target));
        examined.find(line, Severity::Error, "does-not-open", message, action);
    }
    true
}

/// The anchors of the file, those of one constant together.
fn constants(examined: &Examined) -> Vec<Vec<Held>> {
    let mut constants: Vec<Vec<Held>> = Vec::new();
    for held in &examined.held {
        match constants.iter_mut().find(|known| known[0].constant == held.constant) {
            Some(known) => known.push(held.clone()),
            None => constants.push(vec![held.clone()]),
        }
    }
    constants
}

/// Whether the constant is the presented leaf itself, which BearSSL takes as an anchor.
fn pins_leaf(constant: &[Held], presented: &Presented) -> bool {
    let Some(leaf) = presented.certificates.first() else { return false };
    constant.iter().any(|held| held.certificate.as_ref() == Some(leaf))
}

/// What a device with this constant trusts, and nothing else.
fn store_of(constant: &[Held], presented: &Presented, known: &Store, place: &str) -> Store {
    let sent = |held: &Held| {
        let key = held.key.as_ref()?;
        presented.certificates.iter().find(|certificate| key.is_of(certificate)).cloned()
    };
    let all: Vec<_> =
        constant.iter().filter_map(|held| held.resolved(known).or_else(|| sent(held))).collect();
    // A server's own certificate beside its authorities is passed over by every stack.
    let is_anchor = |one: &&Certificate| one.is_self_issued() || extensions::is_authority(one);
    let mut anchors: Vec<_> = all.iter().filter(is_anchor).collect();
    if anchors.is_empty() {
        anchors = all.iter().collect();
    }
    let mut store = Store::default();
    for certificate in anchors {
        store.add_certificate(certificate.clone(), place);
    }
    store
}

/// What the server would present without cross-signs, and those that it sends.
fn without_cross_signs(presented: &Presented, known: &Store) -> (Presented, Vec<Certificate>) {
    let is_cross_sign = |index: usize, certificate: &Certificate| {
        index > 0
            && !certificate.is_self_issued()
            && lints::self_signed_twin(certificate, known).is_some()
    };
    let mut rest = presented.clone();
    let mut taken = Vec::new();
    for (index, certificate) in presented.certificates.iter().enumerate() {
        if is_cross_sign(index, certificate) {
            taken.push(certificate.clone());
        }
    }
    rest.certificates.retain(|certificate| !taken.contains(certificate));
    (rest, taken)
}

/// What may go wrong with a constant that opens the door today.
struct Ahead<'a> {
    target: &'a Target,
    question: Question<'a>,
    presented: &'a Presented,
    best: Option<&'a Candidate>,
    knowledge: &'a Knowledge<'a>,
    place: &'a str,
}

impl Ahead<'_> {
    fn look(&self, examined: &mut Examined, constant: &[Held]) {
        let Self { target, question, presented, best, knowledge, place } = *self;
        let line = constant.first().map_or(1, |one| one.line);
        let store = store_of(constant, presented, knowledge.store, place);
        let (lasting, taken) = without_cross_signs(presented, knowledge.store);
        if let (Err(_), Some(cross_sign)) =
            (path::find(&lasting, &[], &store, question), taken.first())
        {
            let issuer = cross_sign.issuer().short().map(|name| name.line()).unwrap_or_default();
            let message = format!(
                "opens the door only as long as {target} sends `{}` as signed by `{issuer}`",
                named(cross_sign)
            );
            let action = best.map(|best| instead(best, target));
            examined.find(line, Severity::Warning, "cross-sign-needed", message, action);
            return;
        }
        let Some(best) = best else { return };
        let chosen = &best.root.certificate;
        let holds_it = constant
            .iter()
            .filter_map(|held| held.resolved(knowledge.store))
            .any(|certificate| certificate.is_same_anchor(chosen));
        if !holds_it {
            let message = format!(
                "certgrab would choose `{}` for {target} today: {}",
                named(chosen),
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
