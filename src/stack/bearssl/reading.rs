//! What BearSSL reads of a certificate as it passes (`decode-certificate`).

use crate::stack::{
    case::Cert,
    dn,
    extensions::{KEY_CERT_SIGN, OTHER_NAME},
    host,
    key::{Curve, Digest, Key, PointForm, Scheme, small},
    oid,
    reason::{Position, Refusal, Rule},
    tlv::{self, BIT_STRING, BOOLEAN, INTEGER, SEQUENCE, Tlv},
    view::{Part, View},
};

/// `BR_X509_BUFSIZE_KEY`: the octets of a modulus and its exponent, or of a point.
const MOST_KEY_OCTETS: usize = 520;
/// `BR_X509_BUFSIZE_SIG`.
const MOST_SIGNATURE_OCTETS: usize = 512;
/// The fewest octets of a modulus in a certificate that was sent: `min_rsa_size` is 0, which is 128.
const FEWEST_MODULUS_OCTETS: usize = 128;
/// The most octets of a name that can be compared: the size of `pad`.
const MOST_NAME_OCTETS: usize = 255;

/// A key to compare with an anchor's.
#[derive(PartialEq, Eq)]
pub(super) enum PublicKey<'a> {
    Rsa(&'a [u8], &'a [u8]),
    Ec(Curve, &'a [u8]),
}

/// The results of the extensions of one certificate.
pub(super) struct Extensions {
    pub(super) has_basic_constraints: bool,
    /// Whether the host is among its names.
    pub(super) is_named: bool,
}

/// The key of a certificate that was sent, or of an anchor.
pub(super) fn key<'a>(cert: &Cert<'_>, view: &View<'a>) -> Result<PublicKey<'a>, Refusal> {
    let is_sent = matches!(cert.position, Position::Sent(_));
    let rule = match view.key {
        Key::Rsa { modulus, exponent } => {
            let bits = view.key.rsa_bits().unwrap_or_default();
            let is_large = modulus.len() + exponent.len() > MOST_KEY_OCTETS;
            let is_small = is_sent && modulus.len() < FEWEST_MODULUS_OCTETS;
            (is_large || is_small).then_some(Rule::RsaSize { bits })
        }
        Key::Ec { curve: Curve::P256 | Curve::P384 | Curve::P521, .. } => None,
        Key::Ec { curve, .. } => Some(Rule::Curve(curve)),
        Key::EcExplicit => Some(Rule::ExplicitCurve),
        Key::Ed25519(_) => Some(Rule::KeyKind("Ed25519")),
        Key::Ed448 => Some(Rule::KeyKind("Ed448")),
        Key::RsaPss { .. } => Some(Rule::KeyKind("RSASSA-PSS")),
        Key::Unknown => Some(Rule::KeyKind("unknown")),
        Key::Broken => Some(Rule::Unreadable(Part::Key)),
    };
    match (rule, public_key(&view.key)) {
        (None, Some(key)) => Ok(key),
        (rule, _) => Err(cert.breaks(rule.unwrap_or(Rule::Unreadable(Part::Key)))),
    }
}

pub(super) const fn public_key<'a>(key: &Key<'a>) -> Option<PublicKey<'a>> {
    match *key {
        Key::Rsa { modulus, exponent } => Some(PublicKey::Rsa(modulus, exponent)),
        Key::Ec { curve, point, .. } => Some(PublicKey::Ec(curve, point)),
        _ => None,
    }
}

/// Whether the key can verify anything: points must be uncompressed.
pub(super) const fn is_usable(key: &Key<'_>) -> bool {
    !matches!(key, Key::Ec { form: PointForm::Compressed | PointForm::Broken, .. })
}

/// The signature algorithm outside the tbsCertificate, and the size of the signature.
pub(super) fn scheme(cert: &Cert<'_>, view: &View<'_>) -> Result<(), Refusal> {
    let rule = match view.outer.scheme {
        Scheme::Rsa(Digest::Md5) => Rule::WeakDigest(Digest::Md5),
        Scheme::Rsa(_) | Scheme::Ecdsa(_) if view.signature.len() <= MOST_SIGNATURE_OCTETS => {
            return Ok(());
        }
        Scheme::Rsa(_) | Scheme::Ecdsa(_) => Rule::RsaSize { bits: view.signature.len() * 8 },
        Scheme::Pss { .. } => Rule::Scheme("RSASSA-PSS"),
        Scheme::Ed25519 => Rule::Scheme("Ed25519"),
        Scheme::Ed448 => Rule::Scheme("Ed448"),
        Scheme::Unknown if view.outer.id == oid::RSASSA_PSS => Rule::Scheme("RSASSA-PSS"),
        Scheme::Unknown => Rule::Scheme("an unknown algorithm"),
    };
    Err(cert.breaks(rule))
}

/// Extensions that are ignored even if they are critical.
const IGNORED: [&[u8]; 8] = [
    oid::AUTHORITY_KEY_ID,
    oid::SUBJECT_KEY_ID,
    oid::ISSUER_ALT_NAME,
    oid::SUBJECT_DIRECTORY_ATTRIBUTES,
    oid::CRL_DISTRIBUTION_POINTS,
    oid::FRESHEST_CRL,
    oid::AUTHORITY_INFO_ACCESS,
    oid::SUBJECT_INFO_ACCESS,
];

/// The extensions of the certificate at `place`, the leaf's names compared with `host`.
pub(super) fn extensions(
    cert: &Cert<'_>,
    view: &View<'_>,
    place: usize,
    host: Option<&str>,
) -> Result<Extensions, Refusal> {
    let is_leaf = place == 0;
    let mut found = Extensions {
        has_basic_constraints: false,
        is_named: is_leaf && host.is_none_or(|host| in_common_name(view, host)),
    };
    for extension in &view.list {
        let outcome = match extension.id {
            oid::BASIC_CONSTRAINTS if !is_leaf => {
                found.has_basic_constraints = true;
                basic_constraints(extension.value, place)
            }
            oid::KEY_USAGE => key_usage(extension.value, is_leaf),
            oid::SUBJECT_ALT_NAME if is_leaf => match in_alt_names(extension.value, host) {
                Some(is_named) => {
                    found.is_named = is_named;
                    Ok(())
                }
                None => Err(Rule::Unreadable(Part::SubjectAltName)),
            },
            oid::CERTIFICATE_POLICIES if extension.is_critical() => policies(extension.value),
            oid::BASIC_CONSTRAINTS | oid::SUBJECT_ALT_NAME | oid::CERTIFICATE_POLICIES => Ok(()),
            id if IGNORED.contains(&id) || !extension.is_critical() => Ok(()),
            id => Err(Rule::CriticalExtension(oid::extension_name(id))),
        };
        outcome.map_err(|rule| cert.breaks(rule))?;
    }
    Ok(found)
}

/// `process-basicConstraints`: TRUE in any octet except 0, and room for the certificates below.
fn basic_constraints(value: &[u8], place: usize) -> Result<(), Rule> {
    let unreadable = Rule::Unreadable(Part::BasicConstraints);
    let parts = tlv::only(value).filter(|one| one.tag == SEQUENCE).map(|one| one.inside());
    let Some(mut parts) = parts else { return Err(unreadable) };
    match parts.tagged(BOOLEAN).map(|flag| flag.value) {
        Some([octet]) if *octet != 0 => {}
        Some([_]) | None => return Err(Rule::NotCa),
        Some(_) => return Err(unreadable),
    }
    if let Some(number) = parts.tagged(INTEGER) {
        // A number of more than four octets does not fit.
        let most = small(number).ok_or(unreadable.clone())?;
        if most + 1 < place {
            return Err(Rule::PathLength);
        }
    }
    parts.is_empty().then_some(()).ok_or(unreadable)
}

/// `process-keyUsage`: a CA needs keyCertSign, and it must not be empty.
fn key_usage(value: &[u8], is_leaf: bool) -> Result<(), Rule> {
    let bits = tlv::only(value).filter(|one| one.tag == BIT_STRING).map(|one| one.value);
    match bits {
        Some([ignored, rest @ ..]) if *ignored <= 7 => match rest {
            [] => Err(if is_leaf { Rule::NoDigitalSignature } else { Rule::NoKeyCertSign }),
            [first, ..] if !is_leaf && first & KEY_CERT_SIGN == 0 => Err(Rule::NoKeyCertSign),
            _ => Ok(()),
        },
        _ => Err(Rule::Unreadable(Part::KeyUsage)),
    }
}

/// `process-certPolicies`: qualifiers other than a pointer to a statement are not accepted.
fn policies(value: &[u8]) -> Result<(), Rule> {
    let sequence = |element: Tlv<'_>| element.tag == SEQUENCE;
    let is_taken = || -> Option<bool> {
        let list = tlv::only(value).filter(|one| sequence(*one))?;
        let mut is_taken = true;
        for policy in tlv::all(list.value)? {
            let mut parts = policy.inside();
            parts.tagged(tlv::OID).filter(|_| sequence(policy))?;
            if !parts.is_empty() {
                for qualifier in tlv::all(parts.tagged(SEQUENCE)?.value)? {
                    is_taken &= qualifier.inside().tagged(tlv::OID)?.value == oid::POLICY_CPS;
                }
            }
        }
        Some(is_taken)
    };
    match is_taken() {
        Some(true) => Ok(()),
        Some(false) => Err(Rule::CriticalExtension(oid::extension_name(oid::CERTIFICATE_POLICIES))),
        None => Err(Rule::Unreadable(Part::CertificatePolicies)),
    }
}

/// `process-SAN`: whether a dNSName is the host; `None` if it cannot be read.
fn in_alt_names(value: &[u8], host: Option<&str>) -> Option<bool> {
    let mut is_named = host.is_none();
    for name in tlv::all(tlv::only(value).filter(|one| one.tag == SEQUENCE)?.value)? {
        // Application and private tags end it.
        if name.tag & 0x40 != 0 {
            return None;
        }
        match (name.tag & 0x80 != 0, name.tag & 0x1f) {
            (true, 0) => other_name(name)?,
            (true, 1 | 2 | 6) if name.tag & 0x20 != 0 => return None,
            (true, 2) => {
                let text = std::str::from_utf8(name.value).ok().filter(|text| is_text(text));
                is_named |= text.zip(host).is_some_and(|(text, host)| matches(text, host));
            }
            _ => {}
        }
    }
    Some(is_named)
}

fn other_name(name: Tlv<'_>) -> Option<()> {
    let mut parts = (name.tag == OTHER_NAME).then(|| name.inside())?;
    parts.tagged(tlv::OID)?;
    let value = parts.tagged(tlv::constructed(0))?;
    (tlv::all(value.value)?.len() == 1 && parts.is_empty()).then_some(())
}

/// `read-DN-EE`: whether any common name is the host.
fn in_common_name(view: &View<'_>, host: &str) -> bool {
    let text = |name: Tlv<'_>| dn::text(name).filter(|text| is_text(text));
    view.common_names().filter_map(text).any(|text| matches(&text, host))
}

fn is_text(text: &str) -> bool {
    text.len() <= MOST_NAME_OCTETS && !text.contains('\0')
}

fn matches(text: &str, host: &str) -> bool {
    host::bearssl(text.as_bytes(), host)
}
