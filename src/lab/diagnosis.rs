//! The faults of a firmware, in plain words, and what to change in its code.
//!
//! In: the verdicts. Out: [`Finding`]s, the most severe first. One fault of a firmware shows in many
//! cases: accepting every certificate also means accepting expired ones.

use super::cases::{Case, Group, Must};
use super::conduct::Conduct;
use super::remedy::{remedy, stated};
use super::verdict::{Judged, Verdict};
use crate::stack::Stack;
use crate::text::count::counted;

/// How severe a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A limit of the device.
    Note,
    /// Its library does so by default.
    Warning,
    /// It accepts an impostor, or refuses a sound server.
    Error,
}

/// A fault of a firmware.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its code, one of [`CAUSES`].
    pub code: &'static str,
    /// How severe it is.
    pub severity: Severity,
    /// What the device does.
    pub message: String,
    /// What to change.
    pub action: Option<String>,
    /// The cases that show it.
    pub cases: Vec<&'static str>,
}

/// The distinct faults, each with its meaning.
pub const CAUSES: &[(&str, &str)] = &[
    (
        "refuses-every-server",
        "It connects to no server, not even a sound one, so nothing was shown.",
    ),
    ("refuses-sound-server", "It refuses a sound server."),
    ("no-verification", "It accepts every certificate."),
    ("pinned-key", "It checks only that the server has one key, and no certificate."),
    ("trusts-names", "It takes a CA certificate for its anchor because of its name."),
    ("no-host-check", "It accepts a valid certificate of any host."),
    ("common-name", "It accepts a host in the common name."),
    ("wide-wildcard", "It accepts a wildcard for more than one label or for everything."),
    ("address", "It accepts a certificate of an address that it did not ask for."),
    ("no-date-check", "It accepts certificates that are expired or not yet valid."),
    (
        "no-proof-of-possession",
        "It does not check that the server holds the key of its certificate.",
    ),
    ("accepts-fault", "It accepts a certificate with another fault."),
    ("weak-cryptography", "It accepts a key, a digest or a version that is too weak."),
    ("sent-credentials", "It sent a user or a password to an impostor."),
    (
        "undecided",
        "It sends nothing to sound servers either, so the handshake is all there is to see.",
    ),
    ("limit", "It does not connect to a sound server of a rarer kind."),
];

/// The findings, the most severe first.
#[must_use]
pub fn findings(all: &[Judged], suspects: &[&'static Stack], host: &str) -> Vec<Finding> {
    let refused = sound_servers(all, host);
    // A device that connects to no server has no other faults.
    let is_every = refused.as_ref().is_some_and(|one| one.code == "refuses-every-server");
    let is_accepted = |one: &&Judged| {
        matches!(one.verdict, Verdict::Failed | Verdict::ByDefault)
            && one.turn.case.must == Must::Refuse
    };
    let accepted: Vec<_> = all.iter().filter(is_accepted).collect();
    let faults = causes(&accepted, all).into_iter().map(|(code, cases)| Finding {
        code,
        severity: severity(&cases),
        message: stated(code, cases[0].turn.case, host),
        action: remedy(code, cases[0].turn.case, suspects),
        cases: ids(&cases),
    });
    let limits: Vec<_> =
        all.iter().filter(|one| one.verdict == Verdict::Limit && !is_every).collect();
    let limits = once_each(&limits).into_iter().map(|Judged { turn, .. }| Finding {
        code: "limit",
        severity: Severity::Note,
        message: format!("cannot use this sound server: {} ({})", turn.case.title, turn.conduct),
        action: None,
        cases: vec![turn.case.id],
    });
    let found = refused.into_iter().chain(faults).chain(credentials(&accepted));
    let mut found: Vec<_> = found.chain(undecided(all)).chain(limits).collect();
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    found
}

/// How severe it is that these cases were accepted.
fn severity(cases: &[&Judged]) -> Severity {
    match cases.iter().any(|one| one.verdict == Verdict::Failed) {
        true => Severity::Error,
        false => Severity::Warning,
    }
}

/// The cases, each once however often it was played.
fn once_each<'a>(cases: &[&'a Judged]) -> Vec<&'a Judged> {
    let mut all: Vec<&Judged> = Vec::new();
    for one in cases {
        if all.iter().all(|known| known.turn.case.id != one.turn.case.id) {
            all.push(one);
        }
    }
    all
}

fn ids(cases: &[&Judged]) -> Vec<&'static str> {
    once_each(cases).iter().map(|one| one.turn.case.id).collect()
}

fn sound_servers(all: &[Judged], host: &str) -> Option<Finding> {
    let sound: Vec<_> = all.iter().filter(|one| one.turn.case.must == Must::Connect).collect();
    let refused: Vec<_> =
        sound.iter().copied().filter(|one| one.verdict == Verdict::Failed).collect();
    let first = refused.first()?;
    let is_every = refused.len() == sound.len();
    let code = if is_every { "refuses-every-server" } else { "refuses-sound-server" };
    let did = &first.turn.conduct;
    let message = match (is_every, did) {
        (_, Conduct::Unplayable(why)) => format!("cannot be judged: {why}"),
        (true, did) => format!("connects to no server, not even a sound one: {did}"),
        (false, did) => format!("does not always connect to a sound server: {did}"),
    };
    let is_address = host.parse::<std::net::IpAddr>().is_ok();
    let name = if is_address {
        "; a TLS stack that compares no address needs a name: start the lab with `--host NAME`"
    } else {
        ""
    };
    let action = is_every.then(|| {
        format!(
            "build it with the lab's anchor, have it connect to `{host}`, and see that its clock is \
             set{name}"
        )
    });
    Some(Finding { code, severity: Severity::Error, message, action, cases: ids(&refused) })
}

/// The faults that explain what was accepted, each with its cases; a case shows one fault.
fn causes<'a>(accepted: &[&'a Judged], all: &[Judged]) -> Vec<(&'static str, Vec<&'a Judged>)> {
    let has = |id: &str| accepted.iter().any(|one| one.turn.case.id == id);
    let has_or_skips = |id: &str| has(id) || all.iter().all(|one| one.turn.case.id != id);
    let trusts_all = (has("unknown-root") && has_or_skips("self-signed"))
        || (has("self-signed") && has_or_skips("unknown-root"));
    let is_pinned = !has("unknown-root") && has("missing-intermediate") && has("expired");
    let no_host = has("wrong-host");
    let of = |case: &Case| match (case.group, case.id) {
        (Group::Old, _) => "weak-cryptography",
        (Group::Possession, _) => "no-proof-of-possession",
        _ if trusts_all => "no-verification",
        _ if is_pinned => "pinned-key",
        (Group::Name, _) if no_host => "no-host-check",
        (_, "same-name-root") => "trusts-names",
        (_, "cn-only") => "common-name",
        (_, "wide-wildcard") => "wide-wildcard",
        (_, "address") => "address",
        (Group::Dates, _) => "no-date-check",
        (Group::Weak, _) => "weak-cryptography",
        _ => "accepts-fault",
    };
    let mut causes: Vec<(&'static str, Vec<&'a Judged>)> = Vec::new();
    for one in accepted {
        let code = of(one.turn.case);
        // Faults without a specific code are listed separately, each with the rounds that show it.
        let is_shared = !matches!(code, "accepts-fault" | "weak-cryptography");
        let is_same = |cases: &[&Judged]| is_shared || cases[0].turn.case.id == one.turn.case.id;
        match causes.iter_mut().find(|(known, cases)| *known == code && is_same(cases)) {
            Some((_, cases)) => cases.push(one),
            None => causes.push((code, vec![one])),
        }
    }
    causes
}

fn credentials(accepted: &[&Judged]) -> Option<Finding> {
    let sent = |one: &&&Judged| match &one.turn.conduct {
        Conduct::Sent(sent) => sent.user || sent.password,
        _ => false,
    };
    let cases: Vec<_> = accepted.iter().filter(sent).copied().collect();
    let has_password =
        |one: &&Judged| matches!(&one.turn.conduct, Conduct::Sent(sent) if sent.password);
    let what =
        if cases.iter().any(has_password) { "its password or token" } else { "its user name" };
    (!cases.is_empty()).then(|| Finding {
        code: "sent-credentials",
        severity: severity(&cases),
        message: format!("sent {what} to {} that it must refuse", counted(cases.len(), "server")),
        action: None,
        cases: ids(&cases),
    })
}

fn undecided(all: &[Judged]) -> Option<Finding> {
    let cases: Vec<_> = all.iter().filter(|one| one.verdict == Verdict::Undecided).collect();
    (!cases.is_empty()).then(|| Finding {
        code: "undecided",
        severity: Severity::Warning,
        message: format!(
            "completes the handshake with {} that it must refuse, and sends nothing; it sends nothing to \
             a sound server either",
            counted(cases.len(), "server")
        ),
        action: Some("let it send something, and run the lab again".to_owned()),
        cases: ids(&cases),
    })
}
