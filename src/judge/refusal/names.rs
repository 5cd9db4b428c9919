//! How a refusal names certificates, and names that are nearly the expected one.

use std::net::IpAddr;

use crate::{text::foreign::Foreign, x509::extensions::AlternativeNames};

/// A certificate in a sentence: its subject, or that it has none.
pub(super) fn quoted(subject: &Foreign) -> String {
    match subject.line() {
        empty if empty.is_empty() => "(no subject)".to_owned(),
        subject => format!("`{subject}`"),
    }
}

/// The first `most` names, each quoted so that a space or a final dot is visible, and the number of the
/// others.
pub(super) fn listed(found: &AlternativeNames, most: usize) -> String {
    let shown = found.shown.iter().take(most);
    let mut parts: Vec<_> = shown.map(|name| format!("`{}`", name.line())).collect();
    let more = found.more + found.shown.len() - parts.len();
    parts.extend((more > 0).then(|| format!("{more} more")));
    parts.join(", ")
}

/// A name in a certificate that was probably meant to be the expected one.
pub(super) enum NearMiss {
    /// The expected IP address is listed as a DNS name.
    AddressAsName,
    /// A wildcard followed by a single label, which rustls-webpki rejects, as NSS does.
    ShortWildcard,
}

pub(super) fn near_miss(expected: &str, found: &AlternativeNames) -> Option<NearMiss> {
    // An address listed as an iPAddress would have matched.
    let is_address = expected.parse::<IpAddr>().is_ok();
    if is_address && found.shown.iter().any(|name| name.line() == expected) {
        return Some(NearMiss::AddressAsName);
    }
    let (_, domain) = expected.split_once('.')?;
    let wildcard = format!("*.{domain}");
    let is_short = !domain.contains('.') && !is_address;
    let is_listed = found.shown.iter().any(|name| name.line().eq_ignore_ascii_case(&wildcard));
    (is_short && is_listed).then_some(NearMiss::ShortWildcard)
}
