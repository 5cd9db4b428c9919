//! The name of each refusal in JSON, and what to do about it.

use std::net::IpAddr;

use super::{
    Refusal, known_names,
    names::{near_miss, quoted},
};
use crate::{
    chain::Attempt,
    text::{diagnostic::Diagnostic, foreign::Foreign},
    x509::extensions::AlternativeNames,
};

impl Diagnostic for Refusal {
    fn kind(&self) -> &'static str {
        match self {
            Self::NoCertificate => "no_certificate",
            Self::UnreadableLeaf(_) => "unreadable_leaf",
            Self::OutOfDate { not_after, at, .. } if at > not_after => "expired",
            Self::OutOfDate { .. } => "not_yet_valid",
            Self::WrongName { .. } => "wrong_name",
            Self::UnknownRoot { is_leaf: true, .. } => "self_signed_leaf",
            Self::UnknownRoot { .. } => "unknown_root",
            Self::MissingIssuer { .. } => "missing_issuer",
            Self::OtherSpelling { .. } => "other_spelling",
            Self::GivenUp(_) => "given_up",
            Self::IssuerLoop { .. } => "circle",
            Self::OtherKey { .. } => "other_key",
            Self::WrongSignature { .. } => "wrong_signature",
            Self::Violates { .. } => "not_an_authority",
            Self::TrustedLeafIsIssued { .. } => "trusted_leaf_is_issued",
            Self::NoneLasts { .. } => "none_lasts",
            Self::ByStack { .. } => "not_taken",
            Self::NotVerifiable { .. } => "not_verifiable",
        }
    }

    fn stage(&self) -> &'static str {
        "path"
    }

    fn hint(&self) -> Option<String> {
        let known = match self {
            Self::UnknownRoot { subject, .. } => known_names::hint([subject]),
            Self::MissingIssuer { subject, issuer, .. } => known_names::hint([subject, issuer]),
            Self::WrongName { common_name, found, .. } => known_names::hint(common_name)
                .or_else(|| known_names::of_intermediary(found.shown.iter().chain(common_name))),
            _ => None,
        };
        if known.is_some() {
            return known;
        }
        match self {
            Self::UnknownRoot { sha256, .. } => Some(format!(
                "verify the fingerprint with the CA's owner, then pass `--trust-sha256 {sha256}`"
            )),
            Self::MissingIssuer { is_leaf: false, sha256, .. } => Some(format!(
                "pass the missing certificate with `--roots FILE`, or verify the fingerprint of \
                 the last certificate sent and pass `--trust-sha256 {sha256}`"
            )),
            Self::MissingIssuer { urls, looked, .. } => Some(issuer_of_the_leaf(urls, looked)),
            Self::OtherSpelling { .. } => Some(
                "reissue the certificate with its issuer's name exactly as in the issuer's \
                 certificate"
                    .to_owned(),
            ),
            Self::IssuerLoop { .. } => {
                Some("pass the root of the server's CA with `--roots FILE`".to_owned())
            }
            Self::OutOfDate { not_after, at, .. } => {
                let renew = if at > not_after { "renew the certificate; " } else { "" };
                Some(format!(
                    "{renew}if this machine's clock is wrong, pass the time with `--at TIME`"
                ))
            }
            Self::OtherKey { issuer, .. } => {
                Some(format!("pass the {} that signed it with `--roots FILE`", quoted(issuer)))
            }
            Self::WrongName { is_authority: true, found, common_name, wanted }
                if is_not_its_own(wanted, found, common_name.as_ref()) =>
            {
                Some(NOT_ITS_OWN.to_owned())
            }
            Self::WrongName { wanted, found, .. } => Some(right_name(wanted, found)),
            Self::ByStack { remedy, .. } => remedy.clone(),
            Self::NotVerifiable { trust: Some((subject, sha256)), .. } => Some(format!(
                "verify the fingerprint of {} with the CA's owner, then pass `--trust-sha256 \
                 {sha256}`",
                quoted(subject)
            )),
            Self::TrustedLeafIsIssued { .. } => {
                Some(
                    "pass the certificate of its CA with `--roots FILE`, or the SHA-256 of that certificate \
                     with `--trust-sha256 HEX`"
                        .to_owned(),
                )
            }
            _ => None,
        }
    }
}

/// What to do about a server that sends the certificate of its CA first.
const NOT_ITS_OWN: &str = "this is a CA certificate; configure the server to send its own certificate \
                           first (RFC 8446 section 4.4.2)";

/// Whether a CA certificate is unlikely to be the server's own: a self-signed one with names, or with the
/// host as its common name, is often marked as a CA although it is.
fn is_not_its_own(expected: &str, found: &AlternativeNames, common_name: Option<&Foreign>) -> bool {
    found.shown.is_empty() && common_name.is_none_or(|name| name.line() != expected)
}

/// How to get the issuer of a leaf that the server sent alone.
fn issuer_of_the_leaf(urls: &[Foreign], attempts: &[Attempt]) -> String {
    // A URL that failed does not have it, and certgrab only fetches over http.
    let may_have_it = |url: &&Foreign| {
        url.line().starts_with("http://") && !attempts.iter().any(|attempt| attempt.url == **url)
    };
    match urls.iter().find(may_have_it) {
        Some(url) => {
            format!("configure the server to send the issuer, available at {}", url.line())
        }
        None => "if the issuer is your own root, pass it with `--roots FILE`; if it is an \
                 intermediate, configure the server to send it"
            .to_owned(),
    }
}

/// How to get a certificate that is valid for the target.
fn right_name(expected: &str, found: &AlternativeNames) -> String {
    if found.shown.is_empty() {
        let names = match found.others {
            0 => "a subjectAltName, as in docs/your-own-ca.md",
            _ => "its DNS name or IP address in subjectAltName",
        };
        return format!("reissue the server's certificate with {names}");
    }
    if near_miss(expected, found).is_some() {
        let kind = match expected.parse::<IpAddr>() {
            Ok(_) => "an iPAddress",
            Err(_) => "a full DNS name",
        };
        return format!("reissue the server's certificate with `{expected}` as {kind}");
    }
    let hint =
        "use a name from the certificate as the target, and pass the address with `--connect`";
    match is_of_another_domain(expected, found) {
        true => format!(
            "{hint}; if none of them is the server's, somebody between you and the server may have \
             answered, such as a DNS filter"
        ),
        false => hint.to_owned(),
    }
}

/// Whether all names of a certificate are in other domains than the expected one, judging by their last
/// two labels.
fn is_of_another_domain(expected: &str, found: &AlternativeNames) -> bool {
    fn domain(name: &str) -> Option<(&str, &str)> {
        let mut labels = name.trim_end_matches('.').rsplit('.');
        let top =
            labels.next().filter(|top| top.starts_with(|one: char| one.is_ascii_alphabetic()))?;
        Some((labels.next()?, top))
    }
    let expected = expected.to_ascii_lowercase();
    let Some(own) = domain(&expected) else { return false };
    let is_other = |name: &Foreign| {
        let name = name.line().to_ascii_lowercase();
        domain(&name).is_some_and(|domain| domain != own)
    };
    found.more + found.others == 0 && found.shown.iter().all(is_other)
}
