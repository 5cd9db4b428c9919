//! What Mbed TLS reads of a certificate (`mbedtls_x509_crt_parse_der`).

use super::{Build, Version};
use crate::stack::{
    case::Cert,
    dates::{self, Zone},
    dn::Dn,
    extensions::{ADDRESS, DIRECTORY, OTHER_NAME},
    key::{Curve, Digest, Key, PointForm, Scheme},
    oid,
    reason::{Refusal, Rule},
    tlv::{
        self, BIT_STRING, BMP_STRING, IA5_STRING, PRINTABLE_STRING, SEQUENCE, TELETEX_STRING, Tlv,
        UNIVERSAL_STRING, UTF8_STRING,
    },
    view::{Part, View},
};

/// Whether `build` can read the certificate at all.
pub(super) fn reads(cert: &Cert<'_>, view: &View<'_>, build: &Build) -> Result<(), Refusal> {
    check(view, build).map_err(|rule| cert.breaks(rule))
}

/// Whether a certificate is skipped instead of ending the handshake.
pub(super) fn is_unknown_scheme(refusal: &Refusal) -> bool {
    matches!(refusal.rule, Rule::Scheme(name) if name != "RSASSA-PSS")
}

/// cA of basicConstraints, which may also be an INTEGER.
pub(super) fn is_ca(view: &View<'_>) -> bool {
    let constraints = view.extensions.basic_constraints.read();
    constraints.is_some_and(|one| match (one.ca, one.path_len) {
        (Some(octet), _) => octet != 0,
        (None, number) => number.is_some_and(|number| number != 0),
    })
}

/// pathLenConstraint, which only counts after a BOOLEAN.
pub(super) fn path_len(view: &View<'_>) -> Option<i64> {
    let constraints = view.extensions.basic_constraints.read()?;
    constraints.path_len.filter(|_| constraints.ca.is_some())
}

/// `mbedtls_x509_crt_check_key_usage`: encipherOnly and decipherOnly forbid every other use.
pub(super) fn allows(view: &View<'_>, usage: u8) -> bool {
    let known = view.extensions.key_usage.read();
    known
        .is_none_or(|one| one.first & usage != 0 && one.first & 0x01 == 0 && one.second & 0x80 == 0)
}

fn check(view: &View<'_>, build: &Build) -> Result<(), Rule> {
    if !(0..=2).contains(&view.version) {
        return Err(Rule::Unreadable(Part::Version));
    }
    scheme(view, build)?;
    name(&view.issuer, Part::Issuer)?;
    for date in [view.not_before, view.not_after] {
        let written = dates::read(date);
        let is_read = written.is_some_and(|one| {
            one.has_seconds
                && !one.has_fraction
                && !matches!(one.zone, Zone::Offset(_))
                && one.exists(59)
        });
        if !is_read {
            return Err(Rule::Unreadable(Part::Validity));
        }
    }
    if !view.subject.is_empty() {
        name(&view.subject, Part::Subject)?;
    }
    key(&view.key, build)?;
    let constructed = |number| tlv::constructed(number);
    let is_known = |id: &Tlv<'_>| id.tag == constructed(1) || id.tag == constructed(2);
    if !view.unique_ids.iter().all(|id| view.version > 0 && is_known(id)) {
        return Err(Rule::Unreadable(Part::UniqueIds));
    }
    if view.has_extensions && !view.is_v3() {
        return Err(Rule::Unreadable(Part::Extensions));
    }
    extensions(view, build)?;
    let same_parameters =
        view.inner.parameters.map(|one| one.whole) == view.outer.parameters.map(|one| one.whole);
    if view.inner.id != view.outer.id || !same_parameters {
        return Err(Rule::AlgorithmsDiffer);
    }
    Ok(())
}

fn scheme(view: &View<'_>, build: &Build) -> Result<(), Rule> {
    let scheme = view.inner.scheme;
    match scheme {
        Scheme::Ed25519 => return Err(Rule::Scheme("Ed25519")),
        Scheme::Ed448 => return Err(Rule::Scheme("Ed448")),
        Scheme::Unknown if view.inner.id == oid::RSASSA_PSS => {
            return Err(Rule::Unreadable(Part::SignatureAlgorithm));
        }
        Scheme::Unknown => return Err(Rule::Scheme("an unknown algorithm")),
        Scheme::Rsa(_) | Scheme::Ecdsa(_) if !view.inner.is_plain() => {
            return Err(Rule::Unreadable(Part::SignatureAlgorithm));
        }
        Scheme::Pss { .. } if !build.reads_pss => return Err(Rule::Scheme("RSASSA-PSS")),
        // The default of RSASSA-PSS is not looked up; it is refused as weak when it is used.
        Scheme::Pss { digest: Digest::Sha1, .. } => return Ok(()),
        _ => {}
    }
    match scheme.digest().filter(|digest| !build.compiled.contains(digest)) {
        Some(digest) => Err(Rule::Scheme(digest.name())),
        None => Ok(()),
    }
}

/// `mbedtls_x509_get_name`, which requires at least one attribute, each a string or a BIT STRING.
fn name(name: &Dn<'_>, part: Part) -> Result<(), Rule> {
    const VALUES: [u8; 7] = [
        BMP_STRING,
        UTF8_STRING,
        TELETEX_STRING,
        PRINTABLE_STRING,
        IA5_STRING,
        UNIVERSAL_STRING,
        BIT_STRING,
    ];
    let is_read = name.rdns.as_ref().is_some_and(|rdns| {
        !rdns.is_empty()
            && rdns
                .iter()
                .all(|rdn| !rdn.is_empty() && rdn.iter().all(|one| VALUES.contains(&one.value.tag)))
    });
    is_read.then_some(()).ok_or(Rule::Unreadable(part))
}

pub(super) fn key(key: &Key<'_>, build: &Build) -> Result<(), Rule> {
    match key {
        Key::Rsa { modulus, exponent } => {
            let is_odd = |number: &[u8]| number.last().is_some_and(|octet| octet & 1 == 1);
            // `mbedtls_rsa_check_pubkey`.
            let is_sound = is_odd(modulus) && modulus.len() >= 16 && is_odd(exponent);
            is_sound.then_some(()).ok_or(Rule::Unreadable(Part::Key))
        }
        Key::Ec { curve: curve @ (Curve::Bp256 | Curve::Bp384 | Curve::Bp512), .. }
            if !build.has_brainpool =>
        {
            Err(Rule::Curve(*curve))
        }
        Key::Ec { curve: Curve::Other, .. } => Err(Rule::Curve(Curve::Other)),
        Key::Ec { form: PointForm::Uncompressed, .. } => Ok(()),
        Key::Ec { form: PointForm::Compressed, curve, .. } => {
            // 3.6 computes roots if the field's prime is 3 modulo 4.
            let is_known = build.version == Version::V3_6 && *curve != Curve::P224;
            is_known.then_some(()).ok_or(Rule::CompressedPoint)
        }
        Key::EcExplicit => Err(Rule::ExplicitCurve),
        Key::Ed25519(_) => Err(Rule::KeyKind("Ed25519")),
        Key::Ed448 => Err(Rule::KeyKind("Ed448")),
        Key::RsaPss { .. } => Err(Rule::KeyKind("RSASSA-PSS")),
        Key::Unknown => Err(Rule::KeyKind("unknown")),
        Key::Ec { .. } | Key::Broken => Err(Rule::Unreadable(Part::Key)),
    }
}

/// The extensions that every version reads; 3.6 also reads the key identifiers.
const READ: [&[u8]; 6] = [
    oid::BASIC_CONSTRAINTS,
    oid::KEY_USAGE,
    oid::EXT_KEY_USAGE,
    oid::SUBJECT_ALT_NAME,
    oid::NETSCAPE_CERT_TYPE,
    oid::CERTIFICATE_POLICIES,
];
const KEY_IDS: [&[u8]; 2] = [oid::SUBJECT_KEY_ID, oid::AUTHORITY_KEY_ID];

/// `x509_get_crt_ext`.
fn extensions(view: &View<'_>, build: &Build) -> Result<(), Rule> {
    if view.has_extensions && view.list.is_empty() && !view.is_v3() {
        return Err(Rule::Unreadable(Part::Extensions));
    }
    let is_3_6 = build.version == Version::V3_6;
    for (index, extension) in view.list.iter().enumerate() {
        let id = extension.id;
        let is_read = READ.contains(&id) || is_3_6 && KEY_IDS.contains(&id);
        if !is_read {
            if extension.is_critical() {
                return Err(Rule::CriticalExtension(oid::extension_name(id)));
            }
            continue;
        }
        if view.list[..index].iter().any(|earlier| earlier.id == id) {
            return Err(Rule::DuplicateExtension(oid::extension_name(id)));
        }
        value(view, id, extension.value, extension.is_critical(), is_3_6)?;
    }
    Ok(())
}

/// Whether the value of one extension can be read.
fn value(
    view: &View<'_>,
    id: &[u8],
    octets: &[u8],
    is_critical: bool,
    is_3_6: bool,
) -> Result<(), Rule> {
    /// INT_MAX, which is also refused.
    const MOST_PATH_LEN: i64 = 0x7fff_ffff;
    let known = &view.extensions;
    let unreadable = |part| Err(Rule::Unreadable(part));
    match id {
        oid::BASIC_CONSTRAINTS => match known.basic_constraints.read() {
            Some(one) if one.path_len.is_none_or(|most| (0..MOST_PATH_LEN).contains(&most)) => {}
            _ => return unreadable(Part::BasicConstraints),
        },
        oid::KEY_USAGE if known.key_usage.is_broken() => return unreadable(Part::KeyUsage),
        oid::EXT_KEY_USAGE => match known.purposes.read() {
            Some(purposes) if !purposes.is_empty() => {}
            _ => return unreadable(Part::ExtKeyUsage),
        },
        oid::SUBJECT_ALT_NAME => {
            let Some(names) = known.alt_names.read() else {
                return unreadable(Part::SubjectAltName);
            };
            names.iter().try_for_each(|name| general_name(name, is_3_6))?;
        }
        oid::CERTIFICATE_POLICIES => policies(octets, is_critical)?,
        oid::SUBJECT_KEY_ID if known.subject_key_id.is_broken() => {
            return unreadable(Part::SubjectKeyId);
        }
        oid::AUTHORITY_KEY_ID => match known.authority_key_id.read() {
            Some(one) if !one.is_empty && one.issuer.is_some() == one.serial.is_some() => {}
            _ => return unreadable(Part::AuthorityKeyId),
        },
        _ => {}
    }
    Ok(())
}

/// `mbedtls_x509_parse_subject_alt_name`: unknown kinds are skipped.
fn general_name(name: &Tlv<'_>, is_3_6: bool) -> Result<(), Rule> {
    if name.tag & 0xc0 != 0x80 {
        return Err(Rule::Unreadable(Part::SubjectAltName));
    }
    let bad = |is_read: bool, kind| is_read.then_some(()).ok_or(Rule::BadAlternativeName(kind));
    match name.tag | 0x20 {
        tag if tag == ADDRESS | 0x20 && is_3_6 => {
            bad(matches!(name.value.len(), 4 | 16), "an iPAddress")
        }
        DIRECTORY if is_3_6 => {
            let inner = tlv::only(name.value).and_then(Dn::read);
            let is_read = inner.is_some_and(|dn| self::name(&dn, Part::SubjectAltName).is_ok());
            bad(is_read, "a directoryName")
        }
        OTHER_NAME => {
            let mut parts = tlv::Reader::new(name.value);
            let id = parts.tagged(tlv::OID).map(|one| one.value);
            let is_read = match id {
                Some(oid::HARDWARE_MODULE_NAME) => parts.tagged(tlv::constructed(0)).is_some(),
                other => other.is_some(),
            };
            bad(is_read, "an otherName")
        }
        _ => Ok(()),
    }
}

/// `x509_get_certificate_policies`: critical ones may only name anyPolicy.
fn policies(octets: &[u8], is_critical: bool) -> Result<(), Rule> {
    let unreadable = Rule::Unreadable(Part::CertificatePolicies);
    let list = tlv::only(octets).filter(|one| one.tag == SEQUENCE && !one.value.is_empty());
    let Some(policies) = list.and_then(|list| tlv::all(list.value)) else {
        return Err(unreadable);
    };
    let mut is_any = true;
    for policy in policies {
        let id = (policy.tag == SEQUENCE).then(|| policy.inside().tagged(tlv::OID)).flatten();
        let Some(id) = id else { return Err(unreadable) };
        is_any &= id.value == oid::ANY_POLICY;
    }
    if is_critical && !is_any {
        return Err(Rule::CriticalExtension(oid::extension_name(oid::CERTIFICATE_POLICIES)));
    }
    Ok(())
}
