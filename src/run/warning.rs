//! Warnings that a user should read before embedding the anchor.
//!
//! In: what was presented and what was proved. Out: [`Warning`]s, each with a stable code.

use crate::chain::Version;
use crate::chain::{OtherAddress, Presented, Unreadable};
pub use crate::run::disagreement::{Scope, Warning};
use crate::{
    judge::{
        baseline::FEWEST_RSA_BITS,
        path::Paths,
        prove::{Departure, Verified},
        rank::{self, Candidate, Lasts},
        stacks::{Asked, STRICTEST},
        work::Work,
    },
    output::bundle::{Bundle, KeyPossession, Role},
    run::disagreement,
    text::{diagnostic::with_hint, time::Time},
    trust::{
        lab_anchor,
        store::{Root, Source},
    },
    x509::certificate::{Certificate, Key},
};

/// An anchor that lasts no longer than this causes a warning: a year, since device firmware is
/// rarely updated more often.
pub const HORIZON_DAYS: i64 = 365;

/// The day on which the bundled list of Mozilla's roots was published (webpki-root-certs 1.0.11).
///
/// Nothing is embedded before its list exists, so a time of verification in the past does not suppress
/// the warning about a root that leaves soon after this day.
const MOZILLA_LIST: (i16, i8, i8) = (2026, 10, 23);

/// The warnings about a chain with an anchor.
#[must_use]
pub fn about_anchor(
    presented: &Presented,
    paths: &Paths,
    verified: &Verified,
    asked: Asked<'_>,
    work: &Work,
) -> Vec<Warning> {
    let mut warnings = Vec::from_iter(about_departure(verified));
    warnings.extend(about_candidate(presented, paths, verified.anchor(), asked.at, work));
    let named: Vec<_> = verified.stacks().iter().map(|stack| stack.name).collect();
    let about = (Scope::Chain, &named[..]);
    warnings.extend(disagreement::about(presented, verified.anchor(), asked, about));
    warnings
}

/// The common TLS stacks that refuse the chain with `anchor`, for a format that any stack may read, such as
/// a PEM file or a header. There is none for a format whose stack is known: its verdict is in `verified`.
///
/// The proof itself covers [`STRICTEST`].
#[must_use]
pub fn about_any_reader(
    presented: &Presented,
    verified: &Verified,
    (anchor, scope): (&Candidate, Scope),
    asked: Asked<'_>,
) -> Vec<Warning> {
    if !verified.stacks().is_empty() {
        return Vec::new();
    }
    disagreement::about(presented, anchor, asked, (scope, &[STRICTEST]))
}

/// The warning about a chain that the browser rules refuse and the TLS stacks of the output accept.
#[must_use]
pub fn about_departure(verified: &Verified) -> Option<Warning> {
    let Departure { refusal, connecting } = verified.departure()?;
    let (stacks, verb) = match connecting.as_slice() {
        [] => (verified.stacks(), "may connect"),
        [one] => (std::slice::from_ref(one), "connects"),
        several => (several, "connect"),
    };
    let titles: Vec<_> = stacks.iter().map(|stack| stack.title).collect();
    let (titles, refusal) = (titles.join(", "), with_hint(refusal));
    let message =
        format!("{titles} {verb}, but the rules of browsers refuse this chain: {refusal}");
    Some(Warning { code: "browsers_refuse", message })
}

/// The warnings about a chain for which `anchor` is written, the chosen one or another.
#[must_use]
pub fn about_candidate(
    presented: &Presented,
    paths: &Paths,
    anchor: &Candidate,
    at: Time,
    work: &Work,
) -> Vec<Warning> {
    let mut warnings = about_presented(presented);
    let mut warn = |code, message| warnings.push(Warning { code, message });
    for pair in anchor.path.certificates.windows(2) {
        if anchor.missing.iter().any(|fetched| fetched.certificate == pair[1]) {
            let (left_out, after) = (pair[1].subject().text(), pair[0].subject().text());
            let message = format!(
                "the server does not send `{}`, which belongs after `{}`: browsers fetch it, \
                 devices do not",
                left_out.line(),
                after.line()
            );
            warn("incomplete_chain", message);
        }
    }
    if let Some(message) = ends_soon(anchor.lasts, at) {
        warn("ends_soon", message);
    }
    if lab_anchor::is_of_the_lab(&anchor.root.certificate) {
        let message =
            "the anchor is the test CA of `certgrab lab`: do not ship a device that holds it";
        warn("lab_anchor", message.to_owned());
    }
    if anchor.root.source == Source::System {
        warn("system_store_only", SYSTEM_STORE_ONLY.to_owned());
    }
    if paths.cut {
        warn("paths_cut", "not all paths were tried; there may be another root".to_owned());
    }
    let needed = |certificate: &Certificate| {
        let on_a_path = paths.found.iter().any(|path| path.certificates.contains(certificate));
        let is_root =
            paths.found.iter().any(|path| path.anchor.certificate.is_same_anchor(certificate));
        on_a_path || is_root
    };
    for unneeded in presented.certificates().filter(|certificate| !needed(certificate)) {
        let subject = unneeded.subject().text().line();
        let message = if work.signed_itself(unneeded) == Some(true) {
            format!("the server sends the root `{subject}`: sending a root is unnecessary")
        } else {
            format!("the server sends `{subject}`, which no valid path uses")
        };
        warn("not_needed", message);
    }
    warnings
}

/// With at least this many warnings of one kind, one sentence counts them.
const FEWEST_SUMMED: usize = 3;

/// The kinds of warnings that a chain may have for each certificate or address: the code, and the
/// sentence about many of them, before and after their number.
const REPEATED: [(&str, &str, &str); 5] = [
    ("not_needed", "the server sends", "certificates that no valid path uses"),
    ("weak_key", "", "certificates have RSA keys that mbedTLS and OpenSSL reject by default"),
    ("unreadable", "", "certificates of the chain cannot be read"),
    (
        "incomplete_chain",
        "the server does not send",
        "certificates of the path, which browsers fetch and devices do not",
    ),
    ("address_failed", "", "other addresses of this name present no chain"),
];

/// The same with one sentence instead of many of one kind, in the place of the first of them.
#[must_use]
pub fn summed(mut warnings: Vec<Warning>) -> Vec<Warning> {
    for (code, before, after) in REPEATED {
        let is_one = |warning: &Warning| warning.code == code;
        let count = warnings.iter().filter(|one| is_one(one)).count();
        let Some(first) = warnings.iter().position(is_one).filter(|_| count >= FEWEST_SUMMED)
        else {
            continue;
        };
        let message = format!("{before} {count} {after}; `-v` lists them").trim_start().to_owned();
        warnings.retain(|one| !is_one(one));
        warnings.insert(first, Warning { code, message });
    }
    warnings
}

/// The warnings about a chain as it was presented.
#[must_use]
pub fn about_presented(presented: &Presented) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |code, message| warnings.push(Warning { code, message });
    for OtherAddress { address, failure } in &presented.others {
        if let Some(failure) = failure {
            let message =
                format!("no chain from {address}, another address of this name: {failure}");
            warn("address_failed", message);
        }
    }
    if let Some(handshake) = &presented.handshake {
        if handshake.key_possession == KeyPossession::NotProven {
            warn("key_not_proven", KEY_NOT_PROVEN.to_owned());
        }
        if handshake.needs_protocol {
            warn("protocol_name_needed", PROTOCOL_NAME_NEEDED.to_owned());
        }
        if let Some(reason) = &handshake.incomplete {
            warn("handshake_incomplete", format!("the handshake was not completed: {reason}"));
        }
        // What TLS older than 1.2 means for devices: mbedTLS dropped both versions in 3.0.
        if (Version::Tls10 as u16..Version::Tls12 as u16).contains(&handshake.version) {
            let message = format!(
                "the server supports at most {}: an ESP32 with default mbedTLS settings will not \
                 connect",
                handshake.version_name()
            );
            warn("old_version", message);
        }
    }
    presented.certificates().filter_map(weak_key).for_each(|message| warn("weak_key", message));
    for Unreadable { position, problem, .. } in presented.unreadable() {
        warn("unreadable", format!("certificate {position} of the chain is {problem}"));
    }
    if presented.dropped() > 0 {
        let message = match presented.dropped() {
            1 => "1 certificate was ignored: sent twice, or beyond the limit".to_owned(),
            count => format!("{count} certificates were ignored: sent twice, or beyond the limit"),
        };
        warn("dropped", message);
    }
    warnings
}

/// The warnings about certificates from a lock: of those about their server, the ones that a lock can
/// show.
#[must_use]
pub fn about_lock(bundle: &Bundle, at: Time) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |code, message| warnings.push(Warning { code, message });
    if bundle.key_possession == KeyPossession::NotProven {
        warn("key_not_proven", KEY_NOT_PROVEN.to_owned());
    }
    for entry in &bundle.entries {
        weak_key(&entry.certificate).into_iter().for_each(|message| warn("weak_key", message));
    }
    for entry in bundle.entries.iter().filter(|entry| entry.role == Role::Anchor) {
        let says = entry.source.line();
        let of = |source: Source| says == source.to_string();
        let source = if of(Source::Mozilla) { Source::Mozilla } else { Source::Fingerprint };
        let root = Root { certificate: entry.certificate.clone(), source };
        let lasts = rank::lasts(&root, None);
        let until = entry.lasts_until.map_or(lasts.until, |until| until.min(lasts.until));
        if let Some(message) = ends_soon(Lasts { until, ..lasts }, at) {
            warn("ends_soon", message);
        }
        if of(Source::System) {
            warn("system_store_only", SYSTEM_STORE_ONLY.to_owned());
        }
    }
    warnings
}

/// The warning about a server that did not prove possession of its key.
const KEY_NOT_PROVEN: &str = "the server did not prove possession of its private key";

/// The warning about a server that refused a client without ALPN.
const PROTOCOL_NAME_NEEDED: &str = "the server only answers clients that name a protocol (ALPN): set \
                                    the name in the device's code, and pass it with `--alpn NAME`";

/// The warning about a root in the system's store that is not in Mozilla's.
const SYSTEM_STORE_ONLY: &str = "the root is only in this system's store: this is typical of a \
                                 TLS-inspecting proxy, whose certificates other networks do not \
                                 see";

/// The problem with the key length of `certificate`, if the key is too short.
fn weak_key(certificate: &Certificate) -> Option<String> {
    let key = certificate.key();
    let bits =
        key.bits().filter(|bits| matches!(key, Key::Rsa { .. }) && *bits < FEWEST_RSA_BITS)?;
    let subject = certificate.subject().text().line();
    Some(format!(
        "`{subject}` has an RSA key of {bits} bits: mbedTLS and OpenSSL reject it by default"
    ))
}

fn ends_soon(lasts: Lasts, at: Time) -> Option<String> {
    let (year, month, day) = MOZILLA_LIST;
    let today = Time::from_date(year, month, day).map_or(at, |list| list.max(at));
    if lasts.until > today.plus_days(HORIZON_DAYS) {
        return None;
    }
    let (date, is_past) = (lasts.until.date(), lasts.until < today);
    Some(match lasts.scheduled {
        Some(scheduled) if scheduled < lasts.not_after && is_past => format!(
            "by Mozilla's schedule the anchor should have left its store by {date}: the server's \
             next certificate may chain to another root"
        ),
        Some(scheduled) if scheduled < lasts.not_after => format!(
            "Mozilla is expected to remove the anchor by {date}: the server's next certificate \
             will chain to another root"
        ),
        _ if is_past && lasts.until < at => format!("the anchor expired on {date}"),
        _ => format!("the anchor expires on {date}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(codes: &[&'static str]) -> Vec<Warning> {
        codes.iter().map(|&code| Warning { code, message: code.to_owned() }).collect()
    }

    #[test]
    fn three_warnings_of_one_kind_share_the_first_ones_line() {
        for (code, sentence) in [
            ("not_needed", "the server sends 3 certificates that no valid path uses"),
            ("weak_key", "3 certificates have RSA keys that mbedTLS and OpenSSL reject by default"),
            ("unreadable", "3 certificates of the chain cannot be read"),
            (
                "incomplete_chain",
                "the server does not send 3 certificates of the path, which browsers fetch and \
                 devices do not",
            ),
            ("address_failed", "3 other addresses of this name present no chain"),
        ] {
            let all = summed(of(&["old_version", code, "lab_anchor", code, code, "dropped"]));
            let codes: Vec<_> = all.iter().map(|one| one.code).collect();
            assert_eq!(codes, ["old_version", code, "lab_anchor", "dropped"]);
            assert_eq!(all[1].message, format!("{sentence}; `-v` lists them"));
            let few = of(&["old_version", code, code]);
            assert_eq!(summed(few.clone()), few);
        }
        // Each stack has a different reason.
        let stacks = of(&["stack_refuses"; 3]);
        assert_eq!(summed(stacks.clone()), stacks);
    }
}
