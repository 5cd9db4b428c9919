//! What can be said of a constant without asking a server.
//!
//! In: [`Examined`] and what the user knows. Out: findings about its certificates.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use super::{Examined, Held, Knowledge, Severity, checked::Checked, named};
use crate::trust::removed;
use crate::{
    judge::{baseline::FEWEST_RSA_BITS, rank},
    stack::Stack,
    text::time::Time,
    trust::store::{Root, Source, Store},
    x509::{
        certificate::{Certificate, Key},
        extensions,
    },
};

/// The most certificates of one path that are followed up to its root: more than TLS servers
/// send, and than rustls-webpki follows (its limit is 6).
pub(super) const LONGEST_PATH: usize = 16;

/// The most keys of one name that a signature is tried with: no authority has so many, and a file
/// may hold ten thousand.
pub(super) const MOST_ISSUERS: usize = 16;

/// Roots of the same authority that are named in one finding.
const NAMED_ROOTS: usize = 3;

/// Adds what is to be said of the certificates of `examined`, once for each certificate.
pub fn lint(examined: &mut Examined, knowledge: &Knowledge<'_>) {
    let held = examined.held.clone();
    let beside = Beside::each(&held, examined.is_generated, knowledge.at);
    let (mut seen, mut checked) = (HashSet::new(), Checked::default());
    for one in held.iter().filter(|one| one.fingerprint.is_none()) {
        let Some(certificate) = one.resolved(knowledge.store) else { continue };
        if !seen.insert(certificate.sha256()) {
            continue;
        }
        let beside = &beside[&one.constant];
        let (certificate, line) = (&certificate, one.line);
        let checked = &mut checked;
        let mut desk = Desk { examined, knowledge, certificate, line, checked };
        if desk.is_genuine(beside) && !beside.holds_the_root_of(certificate) {
            desk.place();
            desk.dates(beside);
            desk.strength();
            desk.stores();
        }
    }
}

/// Adds which anchors of `examined` cannot be judged, for want of their certificates: for a file
/// whose server was not asked.
pub fn note_unknown(examined: &mut Examined, knowledge: &Knowledge<'_>) {
    let known = |held: &Held| match held.fingerprint {
        Some(fingerprint) => knowledge.store.pinned(fingerprint).is_some(),
        None => held.resolved(knowledge.store).is_some(),
    };
    let unknown: Vec<_> = examined.held.iter().filter(|held| !known(held)).cloned().collect();
    for one in &unknown {
        tell_unknown(examined, std::slice::from_ref(one));
    }
}

/// Says that the first of `held`, which is the end of no path at hand, cannot be judged.
pub(crate) fn tell_unknown(examined: &mut Examined, held: &[Held]) {
    let Some(first) = held.first() else { return };
    let message = match first.fingerprint {
        Some(_) => "no known certificate has this SHA-256; it cannot be checked",
        None => "no known certificate has the name and key of this anchor; it cannot be checked",
    };
    let action = "pass the certificate with `--roots FILE`".to_owned();
    examined.find(first.line, Severity::Note, "anchor-unknown", message, Some(action));
}

/// The certificates that a reader gets together with another one.
#[derive(Default)]
struct Beside {
    /// They, by subject (DER).
    by_subject: HashMap<Vec<u8>, Vec<Certificate>>,
    /// Whether one of them is valid at the time of judgement.
    has_a_valid_one: bool,
}

impl Beside {
    /// By constant: those of one constant are together, and all that certgrab wrote into one file,
    /// since some of its forms give each certificate of a chain a constant of its own.
    fn each(held: &[Held], is_generated: bool, at: Time) -> HashMap<usize, Rc<Self>> {
        let group = |one: &Held| if is_generated { 0 } else { one.constant };
        let mut groups: HashMap<usize, Self> = HashMap::new();
        for one in held {
            let beside = groups.entry(group(one)).or_default();
            let Some(certificate) = &one.certificate else { continue };
            beside.has_a_valid_one |=
                certificate.not_before() <= at && at <= certificate.not_after();
            let name = certificate.subject_der().to_vec();
            let known = beside.by_subject.entry(name).or_default();
            // One more than is ever tried tells that there are more.
            let is_known = |one: &Certificate| {
                one.spki_der() == certificate.spki_der()
                    && one.is_self_issued() == certificate.is_self_issued()
            };
            if known.len() <= MOST_ISSUERS && !known.iter().any(is_known) {
                known.push(certificate.clone());
            }
        }
        let groups: HashMap<_, _> =
            groups.into_iter().map(|(group, beside)| (group, Rc::new(beside))).collect();
        held.iter().map(|one| (one.constant, Rc::clone(&groups[&group(one)]))).collect()
    }

    fn named(&self, subject: &[u8]) -> &[Certificate] {
        self.by_subject.get(subject).map_or(&[], Vec::as_slice)
    }

    /// Whether the root of `certificate` stands beside it, so that it is no anchor.
    fn holds_the_root_of(&self, certificate: &Certificate) -> bool {
        let mut at = certificate;
        for _ in 0..LONGEST_PATH {
            if at.is_self_issued() {
                return at != certificate;
            }
            let mut twins = self.named(at.subject_der()).iter();
            let twin = twins.find(|one| one.is_self_issued() && one.is_same_anchor(at));
            match twin.or_else(|| self.named(at.issuer_der()).first()) {
                Some(above) => at = above,
                None => return false,
            }
        }
        false
    }
}

impl Held {
    /// The certificate, or the one of `store` or of Mozilla's that has the name and the key.
    pub(crate) fn resolved(&self, store: &Store) -> Option<Certificate> {
        if self.certificate.is_some() {
            return self.certificate.clone();
        }
        let key = self.key.as_ref()?;
        let known = store.named(&key.subject).into_iter();
        let mut known = known.chain(Store::mozilla().named(&key.subject));
        known.find(|root| key.is_of(&root.certificate)).map(|root| root.certificate)
    }
}

/// The self-signed version of `certificate` in `store` or in Mozilla's.
pub(crate) fn self_signed_twin(certificate: &Certificate, store: &Store) -> Option<Certificate> {
    let name = certificate.subject_der();
    let known = store.named(name).into_iter().chain(Store::mozilla().named(name));
    let mut twins = known.map(|root| root.certificate).filter(Certificate::is_self_issued);
    twins.find(|twin| twin.is_same_anchor(certificate) && twin != certificate)
}

/// One certificate under examination.
struct Desk<'a, 'b> {
    examined: &'a mut Examined,
    knowledge: &'a Knowledge<'b>,
    certificate: &'a Certificate,
    line: usize,
    /// Signatures that were checked in this file.
    checked: &'a mut Checked,
}

impl Desk<'_, '_> {
    fn find(
        &mut self,
        severity: Severity,
        code: &'static str,
        message: String,
        action: impl Into<Option<String>>,
    ) {
        self.examined.find(self.line, severity, code, message, action.into());
    }

    fn horizon(&self) -> Time {
        self.knowledge.at.plus_days(i64::from(self.knowledge.horizon_days))
    }

    /// Whether it is signed by whom it names, as far as that can be checked.
    fn is_genuine(&mut self, beside: &Beside) -> bool {
        let certificate = self.certificate;
        let name = certificate.issuer_der();
        let known = self.knowledge.store.named(name).into_iter();
        let known = known.chain(Store::mozilla().named(name)).map(|root| root.certificate);
        let mut issuers: Vec<_> = known.chain(beside.named(name).iter().cloned()).collect();
        if certificate.is_self_issued() {
            issuers.push(certificate.clone());
        }
        let mut keys = HashSet::new();
        issuers.retain(|issuer| keys.insert(issuer.spki_der().to_vec()));
        let are_all = issuers.len() <= MOST_ISSUERS;
        issuers.truncate(MOST_ISSUERS);
        let are_all = are_all && self.checked.may_check(issuers.len(), self.examined, self.line);
        if !are_all {
            issuers.clear();
        }
        let verdicts: Vec<_> =
            issuers.iter().map(|issuer| extensions::is_signed_by(certificate, issuer)).collect();
        if are_all && !verdicts.is_empty() && verdicts.iter().all(|verdict| *verdict == Some(false))
        {
            let message = format!(
                "`{}` is not signed by its stated issuer `{}`: it is forged or corrupted",
                named(certificate),
                certificate.issuer().short().map(|name| name.line()).unwrap_or_default(),
            );
            let action = "get the certificate from its CA, or with certgrab".to_owned();
            self.find(Severity::Error, "bad-signature", message, action);
            return false;
        }
        // By the text of the name: who invents a certificate rarely meets its encoding too.
        let public = removed::keys_of_mozillas(&certificate.subject().text());
        if certificate.is_self_issued()
            && !public.is_empty()
            && !removed::is_dropped(certificate)
            && !public.iter().any(|key| key == certificate.spki_der())
        {
            let message = format!(
                "`{}` has the name of a root in Mozilla's store but a different key",
                named(certificate)
            );
            let action = "find out where it came from, and get the root with certgrab".to_owned();
            self.find(Severity::Error, "lookalike-root", message, action);
            return false;
        }
        true
    }

    /// Whether it stands where a root should.
    fn place(&mut self) {
        let certificate = self.certificate;
        if certificate.is_self_issued() {
            return;
        }
        let (name, ends) = (named(certificate), certificate.not_after().date());
        let issuer = certificate.issuer().short().map(|name| name.line()).unwrap_or_default();
        if !extensions::is_authority(certificate) {
            let severity = match self.examined.stack.is_some_and(Stack::trusts_any_leaf) {
                true => Severity::Warning,
                false => Severity::Error,
            };
            let message = format!(
                "`{name}` is a leaf certificate, issued by `{issuer}` and valid until {ends}: mbedTLS and OpenSSL do not accept it as a trust anchor"
            );
            let action = "embed the root: `certgrab HOST:PORT --emit FORMAT`".to_owned();
            self.find(severity, "leaf", message, action);
        } else if let Some(twin) = self_signed_twin(certificate, self.knowledge.store) {
            let message = format!(
                "`{name}` is the cross-signed version (issuer `{issuer}`, valid until {ends}): OpenSSL does not accept it as a trust anchor"
            );
            let action =
                format!("embed the self-signed version with the SHA-256 {}", twin.sha256());
            self.find(Severity::Warning, "cross-signed", message, action);
        } else {
            let message = format!(
                "`{name}` is an intermediate, issued by `{issuer}`: CAs replace intermediates without notice"
            );
            let action = "embed the root: `certgrab HOST:PORT --emit FORMAT`".to_owned();
            self.find(Severity::Warning, "intermediate", message, action);
        }
    }

    fn dates(&mut self, beside: &Beside) {
        let (certificate, at) = (self.certificate, self.knowledge.at);
        let (name, ends) = (named(certificate), certificate.not_after());
        // Some stacks look at no anchor's dates; elsewhere one that is valid is enough.
        let ignored = self.examined.stack.is_some_and(|stack| !stack.checks_anchor_dates());
        let harmless = ignored || beside.has_a_valid_one;
        let severity = if harmless { Severity::Warning } else { Severity::Error };
        if at > ends {
            let message = format!("`{name}` expired on {}", ends.date());
            let action = "embed the server's current anchor: \
                          `certgrab HOST:PORT --emit FORMAT`"
                .to_owned();
            self.find(severity, "expired", message, action);
        } else if at < certificate.not_before() {
            let begins = certificate.not_before().date();
            let message = format!("`{name}` is not valid before {begins}");
            self.find(severity, "not-yet-valid", message, None);
        } else if ends <= self.horizon() {
            let message = format!("`{name}` expires on {}", ends.date());
            let action = "embed its successor as well before that date".to_owned();
            self.find(Severity::Warning, "expires-soon", message, action);
            self.successors();
        }
    }

    fn strength(&mut self) {
        let certificate = self.certificate;
        if let Key::Rsa { .. } = certificate.key()
            && let Some(bits) = certificate.key().bits()
            && bits < FEWEST_RSA_BITS
        {
            let message = format!(
                "`{}` has an RSA key of {bits} bits, expected at least {FEWEST_RSA_BITS}",
                named(certificate)
            );
            self.find(Severity::Warning, "weak-key", message, None);
        }
        // The signature on a root that signed itself protects nothing.
        let signature = certificate.signature_algorithm();
        let weak = ["md2With", "md5With", "sha1With", "ecdsa-with-SHA1", "dsa-with-sha1"];
        if !certificate.is_self_issued() && weak.iter().any(|hash| signature.starts_with(hash)) {
            let message = format!("`{}` is signed with {signature}", named(certificate));
            self.find(Severity::Warning, "weak-signature", message, None);
        }
    }

    /// What the public stores think of it.
    fn stores(&mut self) {
        let certificate = self.certificate;
        if removed::is_dropped(certificate) {
            let message = format!(
                "`{}` is no longer in Mozilla's store: servers used by browsers will move to another root",
                named(certificate)
            );
            let action = "look up the server's current anchor: `certgrab HOST:PORT`";
            self.find(Severity::Warning, "root-dropped", message, action.to_owned());
            return;
        }
        let Some(leaves) = scheduled(certificate) else { return };
        if leaves <= self.horizon() && leaves < certificate.not_after() {
            let message = format!(
                "`{}` is scheduled to leave Mozilla's store on {}: the server's \
                 next certificate will chain to another root",
                named(certificate),
                leaves.date()
            );
            let action = "embed the new root as well before that date".to_owned();
            self.find(Severity::Warning, "leaves-soon", message, action);
            self.successors();
        }
    }

    /// Which roots of the same authority last longer.
    fn successors(&mut self) {
        let Some(owner) = self.certificate.subject().organisation() else { return };
        let horizon = self.horizon();
        let mut successors: Vec<(Time, &Certificate)> = removed::of_mozillas(&owner)
            .iter()
            .filter_map(|root| Some((scheduled(root)?.min(root.not_after()), root)))
            .filter(|(until, _)| *until > horizon)
            .collect();
        successors.sort_by_key(|(until, root)| (std::cmp::Reverse(*until), root.sha256()));
        if successors.is_empty() {
            return;
        }
        let shown: Vec<_> = successors
            .iter()
            .take(NAMED_ROOTS)
            .map(|(until, root)| {
                let sha256 = root.sha256().to_string();
                format!("`{}` {}... (until {})", named(root), &sha256[..8], until.date())
            })
            .collect();
        let message = format!(
            "roots of {} that future certificates may chain to: {}",
            owner.line(),
            shown.join(", ")
        );
        self.find(Severity::Note, "next-root", message, None);
    }
}

/// When Mozilla's schedule has `certificate` leave its store; `None` for other roots.
fn scheduled(certificate: &Certificate) -> Option<Time> {
    if !removed::is_in_mozillas_store(certificate) {
        return None;
    }
    let root = Root { certificate: certificate.clone(), source: Source::Mozilla };
    rank::lasts(&root, None).scheduled
}
