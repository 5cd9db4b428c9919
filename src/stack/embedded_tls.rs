//! embedded-tls 0.19 with its feature `rustpki`: `pki.rs` and `der_certificate.rs`, over der 0.8 (read and measured).
//!
//! Every certificate that was sent must be signed by the next one, and the last one by the anchor. Nothing
//! else makes an issuer: names, basicConstraints, keyUsage and extensions are not looked at. Of the anchor
//! only the key counts.

mod reading;

use rustls_pki_types::alg_id;

use super::{
    case::{Case, Cert},
    dates,
    dn::Dn,
    extensions::DNS,
    host,
    issuer::{Wanted, why_none},
    key::{Curve, Digest, Key, PointForm, Scheme},
    optional::{Optional, Options},
    reason::{NameFault, Refusal, Rule, Verdict},
    signature::{self, Check},
    view::{Part, View},
};

/// `CertificateRef::entries`.
const MOST_CERTIFICATES: usize = 16;
/// A message has to be in one record (`ServerRecord`).
const MOST_OCTETS: usize = 16_384;
/// `HOSTNAME_MAXLEN`, of the host and of each name that is read.
const MOST_NAME_OCTETS: usize = 64;
/// `MAX_SAN_DNS_NAMES`.
const MOST_NAMES: usize = 3;
/// `RsaPublicKey::MAX_SIZE` of the crate rsa 0.9.
const MOST_RSA_BITS: usize = 4096;
/// What a server needs to sign with RSASSA-PSS and SHA-256, of which digest and salt have 32 octets each (RFC 8017
/// section 9.1.1: the octets of all bits but one are at least 66).
const FEWEST_RSA_BITS: usize = 522;
/// `RsaPublicKey::MAX_PUB_EXPONENT`: 33 bits.
const MOST_EXPONENT: u64 = (1 << 33) - 1;

/// The algorithms that the crate is built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithms {
    /// With the features `rsa`, `p384` and `ed25519`.
    All,
    /// ECDSA on P-256 with SHA-256.
    P256,
}

/// The features without which it verifies no signature by a key.
pub(super) const OPTIONS: Options = &[
    (Optional::Rsa, "features = [\"rsa\"]"),
    (Optional::P384, "features = [\"p384\"]"),
    (Optional::Ed25519, "features = [\"ed25519\"]"),
];

/// The verdict on `case`.
pub(super) fn judge(case: &Case<'_>, algorithms: Algorithms) -> Verdict {
    run(case, algorithms).into()
}

fn run(case: &Case<'_>, algorithms: Algorithms) -> Result<(), Refusal> {
    let (Some(leaf), Some(mut issuer)) = (case.sent.first(), case.anchors.first()) else {
        return Err(Refusal::of_chain(Rule::NoCertificate));
    };
    // TLS 1.3 also sends the extensions of each certificate, empty here, and a context for the message.
    let octets = case.message_octets() + 2 * case.sent.len() + 1;
    if octets > MOST_OCTETS {
        return Err(Refusal::of_chain(Rule::MessageLength { octets, most: MOST_OCTETS }));
    }
    if case.sent.len() > MOST_CERTIFICATES {
        return Err(Refusal::of_chain(Rule::ChainLength { most: MOST_CERTIFICATES }));
    }
    let mut above = read(issuer)?;
    let mut names = Vec::new();
    for cert in case.sent.iter().rev() {
        let view = read(cert)?;
        names = reading::dns_names(view).map_err(|rule| cert.breaks(rule))?;
        valid(case, cert, view)?;
        compiled((cert, view), (issuer, above), algorithms)?;
        signed(case, (cert, view), (issuer, above))?;
        (issuer, above) = (cert, view);
    }
    named(case, leaf, above, &names)?;
    match lacking(above).filter(|_| algorithms == Algorithms::P256) {
        Some(rule) => Err(leaf.breaks(rule)),
        None => handshake(leaf, above, algorithms),
    }
}

/// The rule that a key breaks without the features.
fn lacking(view: &View<'_>) -> Option<Rule> {
    OPTIONS.iter().find_map(|(one, _)| one.broken_by(&view.key))
}

/// Whether the signature's algorithm is compiled in.
fn compiled(
    (cert, view): (&Cert<'_>, &View<'_>),
    (issuer, above): (&Cert<'_>, &View<'_>),
    algorithms: Algorithms,
) -> Result<(), Refusal> {
    if algorithms == Algorithms::All || view.outer.scheme == Scheme::Ecdsa(Digest::Sha256) {
        return Ok(());
    }
    Err(match (lacking(above), scheme(view)) {
        (_, Some(rule)) => cert.breaks(rule),
        (Some(rule), None) => issuer.breaks(rule),
        (None, None) => cert.breaks(Rule::Scheme("another digest than its issuer's curve has")),
    })
}

fn read<'c, 'a>(cert: &'c Cert<'a>) -> Result<&'c View<'a>, Refusal> {
    let view = cert.read()?;
    reading::reads(view).map_err(|part| cert.breaks(Rule::Unreadable(part)))?;
    Ok(view)
}

fn valid(case: &Case<'_>, cert: &Cert<'_>, view: &View<'_>) -> Result<(), Refusal> {
    let moment = |date| dates::read(date).map(|written| written.unix());
    let rule = dates::outdated(moment(view.not_before), moment(view.not_after), case.at);
    rule.map_or(Ok(()), |rule| Err(cert.breaks(rule)))
}

/// Whether the signature on a certificate is by the key of the one above it. The key is read as the signature's
/// algorithm has it, whatever its own identifier says.
fn signed(
    case: &Case<'_>,
    (cert, view): (&Cert<'_>, &View<'_>),
    (issuer, above): (&Cert<'_>, &View<'_>),
) -> Result<(), Refusal> {
    let algorithm = view.outer;
    if let Some(rule) = scheme(view) {
        return Err(cert.breaks(rule));
    }
    let Some(bits) = reading::key_bits(above) else {
        return Err(issuer.breaks(Rule::Unreadable(Part::Key)));
    };
    let key = match algorithm.scheme {
        Scheme::Ecdsa(Digest::Sha256) => point(Curve::P256, bits),
        Scheme::Ecdsa(_) => point(Curve::P384, bits),
        Scheme::Ed25519 => (bits.len() == 32).then_some(Key::Ed25519(bits)),
        _ => Key::from_parts(alg_id::RSA_ENCRYPTION.as_ref(), Some(bits)).filter(is_rsa),
    };
    match key.map(|key| signature::check(algorithm.scheme, &key, view.tbs, view.signature)) {
        Some(Check::Good) => Ok(()),
        Some(Check::Unknown) => Err(cert.breaks(Rule::NotComputed)),
        other => Err(unsigned(case, (cert, view), (issuer, above), other.is_none())),
    }
}

/// A point, compressed or not.
fn point(curve: Curve, point: &[u8]) -> Option<Key<'_>> {
    let octets = if curve == Curve::P256 { 32 } else { 48 };
    let form = match (point.first()?, point.len()) {
        (4, length) if length == 1 + 2 * octets => PointForm::Uncompressed,
        (2 | 3, length) if length == 1 + octets => PointForm::Compressed,
        _ => return None,
    };
    Some(Key::Ec { curve, point, form })
}

fn is_rsa(key: &Key<'_>) -> bool {
    rsa(key).is_none()
}

/// The rule that an RSA key breaks.
fn rsa(key: &Key<'_>) -> Option<Rule> {
    let (Key::Rsa { exponent, .. } | Key::RsaPss { exponent, .. }) = key else { return None };
    let bits = key.rsa_bits().unwrap_or_default();
    if bits > MOST_RSA_BITS {
        return Some(Rule::RsaSize { bits });
    }
    let number = exponent.iter().fold(0_u64, |sum, octet| sum << 8 | u64::from(*octet));
    let fits = exponent.len() <= 5 && (2..=MOST_EXPONENT).contains(&number);
    (!fits).then_some(Rule::RsaExponent)
}

/// Why a signature algorithm is not supported (`verify_certificate`): the parameters must be those of RFC 5754
/// and RFC 5758.
fn scheme(view: &View<'_>) -> Option<Rule> {
    use Digest::{Sha256, Sha384, Sha512};
    let algorithm = view.outer;
    Some(match algorithm.scheme {
        Scheme::Ecdsa(Sha256 | Sha384) | Scheme::Ed25519 if algorithm.parameters.is_none() => {
            return None;
        }
        Scheme::Rsa(Sha256 | Sha384 | Sha512) if algorithm.has_null() => return None,
        Scheme::Ecdsa(Sha256 | Sha384) => Rule::Scheme("ECDSA with NULL parameters"),
        Scheme::Rsa(Sha256 | Sha384 | Sha512) => Rule::Scheme("RSA without NULL parameters"),
        Scheme::Ecdsa(Sha512) => Rule::Scheme("ecdsa-with-SHA512"),
        Scheme::Rsa(digest) | Scheme::Ecdsa(digest) => Rule::WeakDigest(digest),
        Scheme::Pss { .. } => Rule::Scheme("RSASSA-PSS"),
        Scheme::Ed25519 => Rule::Scheme("Ed25519 with parameters"),
        Scheme::Ed448 => Rule::Scheme("Ed448"),
        Scheme::Unknown => Rule::Scheme("an unknown algorithm"),
    })
}

/// Why a signature is not by the key above it.
fn unsigned(
    case: &Case<'_>,
    (cert, view): (&Cert<'_>, &View<'_>),
    (issuer, above): (&Cert<'_>, &View<'_>),
    is_other_key: bool,
) -> Refusal {
    if view.issuer.is_same(&above.subject) {
        let rule = match &above.key {
            key if rsa(key).is_some() => rsa(key),
            Key::Ec { curve: Curve::P256 | Curve::P384, .. } if is_other_key => {
                return cert.breaks(Rule::Scheme("another digest than its issuer's curve has"));
            }
            Key::Ec { curve: Curve::P256 | Curve::P384, .. } => None,
            Key::Ec { curve, .. } => Some(Rule::Curve(*curve)),
            _ => None,
        };
        return rule.map_or_else(|| cert.breaks(Rule::WrongSignature), |rule| issuer.breaks(rule));
    }
    let equal = |one: &Dn<'_>, other: &Dn<'_>| one.is_same(other);
    let looked_at = |candidate: &Cert<'_>| candidate.position == issuer.position;
    why_none(case, cert, &Wanted { equal, looked_at: &looked_at, obstacle: &|_, _| None })
}

/// Whether one of the first dNSNames, or the last common name, is the host (`tls_hostname_match`).
fn named(
    case: &Case<'_>,
    leaf: &Cert<'_>,
    view: &View<'_>,
    names: &[&[u8]],
) -> Result<(), Refusal> {
    let Some(host) = case.host else { return Ok(()) };
    if host.len() > MOST_NAME_OCTETS {
        return Err(leaf.breaks(Rule::LongName));
    }
    let is_host = |name: &[u8]| host::embedded_tls(name, host);
    let common = view.common_names().last();
    if names.iter().any(|name| is_host(name)) || common.is_some_and(|name| is_host(name.value)) {
        return Ok(());
    }
    let dns = || view.extensions.names().iter().filter(|name| name.tag == DNS);
    let fault = match host::fault(view, host) {
        NameFault::Other if dns().skip(MOST_NAMES).any(|name| is_host(name.value)) => {
            NameFault::BehindOthers
        }
        fault => fault,
    };
    Err(leaf.breaks(Rule::Name(fault)))
}

/// The keys that sign a handshake of TLS 1.3 in a way that is verified.
fn handshake(leaf: &Cert<'_>, view: &View<'_>, algorithms: Algorithms) -> Result<(), Refusal> {
    let is_point = |curve| reading::key_bits(view).and_then(|bits| point(curve, bits)).is_some();
    let rule = match &view.key {
        Key::EcExplicit if is_point(Curve::P256) => return Ok(()),
        Key::EcExplicit if algorithms == Algorithms::All && is_point(Curve::P384) => return Ok(()),
        Key::Ec { curve: Curve::P256 | Curve::P384, .. } | Key::Ed25519(_) => return Ok(()),
        key @ Key::Rsa { .. } => match (rsa(key), key.rsa_bits()) {
            (Some(rule), _) => rule,
            (None, Some(bits)) if bits < FEWEST_RSA_BITS => Rule::RsaSize { bits },
            (None, _) => return Ok(()),
        },
        Key::Ec { curve, .. } => Rule::Curve(*curve),
        Key::EcExplicit => Rule::ExplicitCurve,
        Key::RsaPss { .. } => Rule::KeyKind("RSASSA-PSS"),
        Key::Ed448 => Rule::KeyKind("Ed448"),
        Key::Unknown => Rule::KeyKind("unknown"),
        Key::Broken => Rule::Unreadable(Part::Key),
    };
    Err(leaf.breaks(rule))
}
