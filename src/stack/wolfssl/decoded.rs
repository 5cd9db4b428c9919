//! A certificate as wolfSSL decodes it (`DecodedCert`).

use std::net::Ipv4Addr;

use super::attributes;
use crate::stack::{
    case::Cert,
    dates::{self, Zone},
    dn,
    extensions::{ADDRESS, DIRECTORY, DNS, Extension, OTHER_NAME, URI},
    key::{Curve, Digest, Key, PointForm, Scheme},
    oid,
    reason::{Refusal, Rule},
    signature::hash,
    tlv::{self, BOOLEAN, INTEGER, SEQUENCE, Tlv},
    view::{Part, View},
};

/// `EXTERNAL_SERIAL_SIZE`.
const MOST_SERIAL_OCTETS: usize = 32;
/// `WC_MAX_NAME_ENTRIES` of Debian's configuration.
const MOST_ATTRIBUTES: usize = 16;
/// `SP_INT_BITS`.
const MOST_RSA_BITS: usize = 4096;
/// `WOLFSSL_MAX_PATH_LEN`.
const MOST_PATH: u8 = 127;

/// What the decoder found.
pub(super) struct Decoded<'c, 'a> {
    pub(super) cert: &'c Cert<'a>,
    pub(super) view: &'c View<'a>,
    pub(super) is_ca: bool,
    path_len: Option<u8>,
    max_path: u8,
    /// The first octet of keyUsage.
    pub(super) key_usage: Option<u8>,
    pub(super) authority_key_id: Option<[u8; 20]>,
    pub(super) subject_key_id: [u8; 20],
    pub(super) subject_key_id_is_set: bool,
    pub(super) subject_hash: [u8; 20],
    pub(super) issuer_hash: [u8; 20],
    pub(super) is_self_signed: bool,
    /// The names that are compared with a host, with their tags.
    pub(super) alt_names: Vec<(u8, Vec<u8>)>,
    /// The octets of the key as it is stored.
    pub(super) key_octets: usize,
    /// What is wrong with its dates, which is reported last but one.
    pub(super) outdated: Option<Rule>,
    /// A critical extension that is not known, which is reported last.
    pub(super) critical: Option<Rule>,
}

fn sha1(octets: &[u8]) -> [u8; 20] {
    let mut id = [0; 20];
    id.copy_from_slice(&hash(Digest::Sha1, octets));
    id
}

/// `GetHashId`: an identifier of another length is hashed.
fn key_id(octets: &[u8]) -> [u8; 20] {
    octets.try_into().unwrap_or_else(|_| sha1(octets))
}

impl<'c, 'a> Decoded<'c, 'a> {
    /// Decodes a certificate; without a time its dates are not looked at.
    pub(super) fn of(cert: &'c Cert<'a>, at: Option<i64>) -> Result<Self, Refusal> {
        let view = cert.read()?;
        let decoded = Self::decode(cert, view, at);
        decoded.map_err(|rule| cert.breaks(rule))
    }

    fn decode(cert: &'c Cert<'a>, view: &'c View<'a>, at: Option<i64>) -> Result<Self, Rule> {
        if !(0..=2).contains(&view.version) {
            return Err(Rule::Unreadable(Part::Version));
        }
        serial(view.serial)?;
        if view.inner.scheme == Scheme::Unknown {
            return Err(Rule::Unreadable(Part::SignatureAlgorithm));
        }
        name(&view.issuer, Part::Issuer)?;
        let outdated = at.map_or(Ok(None), |at| outdated(view, at))?;
        name(&view.subject, Part::Subject)?;
        let key = key(view)?;
        if !view.unique_ids.is_empty() {
            return Err(Rule::Unreadable(Part::UniqueIds));
        }
        if view.has_extensions && !view.is_v3() {
            return Err(Rule::Unreadable(Part::Extensions));
        }
        let mut decoded = Self {
            cert,
            view,
            is_ca: false,
            path_len: None,
            max_path: MOST_PATH,
            key_usage: None,
            authority_key_id: None,
            subject_key_id: sha1(key),
            subject_key_id_is_set: false,
            subject_hash: sha1(view.subject.whole),
            issuer_hash: sha1(view.issuer.whole),
            is_self_signed: view.is_self_issued(),
            alt_names: Vec::new(),
            key_octets: key.len(),
            outdated,
            critical: None,
        };
        for (index, extension) in view.list.iter().enumerate() {
            if ONCE.contains(&extension.id)
                && view.list[..index].iter().any(|earlier| earlier.id == extension.id)
            {
                return Err(Rule::DuplicateExtension(oid::extension_name(extension.id)));
            }
            decoded.extension(extension)?;
        }
        if view.inner.id != view.outer.id {
            return Err(Rule::AlgorithmsDiffer);
        }
        Ok(decoded)
    }

    /// `DecodeExtensionType`.
    fn extension(&mut self, extension: &Extension<'_>) -> Result<(), Rule> {
        let known = &self.view.extensions;
        let is_critical = extension.is_critical();
        let unreadable = |part| Rule::Unreadable(part);
        match extension.id {
            oid::BASIC_CONSTRAINTS => self.basic_constraints(extension.value)?,
            oid::SUBJECT_ALT_NAME => self.alt_names(extension.value)?,
            oid::AUTHORITY_KEY_ID if is_critical => self.reports(extension.id),
            oid::SUBJECT_KEY_ID if is_critical => self.reports(extension.id),
            oid::AUTHORITY_KEY_ID => {
                let one = known.authority_key_id.read().filter(|one| !one.is_empty);
                let one = one.ok_or(unreadable(Part::AuthorityKeyId))?;
                self.authority_key_id = one.key_id.map(key_id);
            }
            oid::SUBJECT_KEY_ID => {
                let id = known.subject_key_id.read().ok_or(unreadable(Part::SubjectKeyId))?;
                self.subject_key_id = key_id(id);
                self.subject_key_id_is_set = true;
            }
            oid::KEY_USAGE => {
                let usage = known.key_usage.read().filter(|one| matches!(one.octets, 1 | 2));
                self.key_usage = Some(usage.ok_or(unreadable(Part::KeyUsage))?.first);
            }
            oid::EXT_KEY_USAGE if known.purposes.is_broken() => {
                return Err(unreadable(Part::ExtKeyUsage));
            }
            // It counts where it stands: before basicConstraints nothing is a CA yet.
            oid::NAME_CONSTRAINTS if !self.is_ca => return Err(Rule::NameConstraints),
            oid::NAME_CONSTRAINTS if known.name_constraints.is_broken() => {
                return Err(unreadable(Part::NameConstraints));
            }
            oid::POLICY_CONSTRAINTS if tlv::only(extension.value).is_none() => {
                return Err(unreadable(Part::OtherExtension));
            }
            oid::SUBJECT_DIRECTORY_ATTRIBUTES if !attributes::are_read(extension.value) => {
                return Err(unreadable(Part::OtherExtension));
            }
            oid::SUBJECT_INFO_ACCESS if !attributes::is_access_read(extension.value) => {
                return Err(unreadable(Part::OtherExtension));
            }
            oid::OCSP_NO_CHECK
                if tlv::only(extension.value).is_none_or(|one| one.tag != tlv::NULL) =>
            {
                return Err(unreadable(Part::OtherExtension));
            }
            id if is_critical && !KNOWN.contains(&id) => self.reports(id),
            _ => {}
        }
        Ok(())
    }

    fn reports(&mut self, id: &[u8]) {
        self.critical.get_or_insert(Rule::CriticalExtension(oid::extension_name(id)));
    }

    /// `DecodeBasicCaConstraint`: a pathLenConstraint is one octet, without sign.
    fn basic_constraints(&mut self, value: &[u8]) -> Result<(), Rule> {
        let unreadable = Rule::Unreadable(Part::BasicConstraints);
        let list = tlv::only(value).filter(|one| one.tag == SEQUENCE);
        let mut parts = list.ok_or(unreadable.clone())?.inside();
        let flag = parts.tagged(BOOLEAN).map(|flag| flag.value);
        self.is_ca = matches!(flag, Some([octet]) if *octet != 0);
        if !parts.is_empty() {
            match parts.tagged(INTEGER).map(|number| number.value) {
                Some([octet]) => self.path_len = Some(*octet),
                _ => return Err(unreadable),
            }
        }
        Ok(())
    }

    /// `DecodeAltNames`.
    fn alt_names(&mut self, value: &[u8]) -> Result<(), Rule> {
        let unreadable = Rule::Unreadable(Part::SubjectAltName);
        let names = tlv::only(value).filter(|one| one.tag == SEQUENCE && !one.value.is_empty());
        let names = names.and_then(|list| tlv::all(list.value)).ok_or(unreadable)?;
        for name in names {
            let text = match name.tag {
                DNS | URI => name.value.to_vec(),
                ADDRESS => address(name.value).ok_or(Rule::BadAlternativeName("an iPAddress"))?,
                OTHER_NAME => match other_name(name) {
                    Some(Some(text)) => text,
                    Some(None) => continue,
                    None => return Err(Rule::BadAlternativeName("an otherName")),
                },
                DIRECTORY if tlv::only(name.value).is_none_or(|one| one.tag != SEQUENCE) => {
                    return Err(Rule::BadAlternativeName("a directoryName"));
                }
                _ => continue,
            };
            self.alt_names.push((name.tag, text));
        }
        Ok(())
    }

    /// The last common name.
    pub(super) fn common_name(&self) -> Option<&'a [u8]> {
        self.view.common_names().last().map(|name| name.value)
    }

    /// The last `emailAddress` of the subject.
    pub(super) fn emails(&self) -> Option<&'c [u8]> {
        dn::emails(&self.view.subject).last().map(|name| name.value)
    }

    /// How many CAs may stand below (`maxPathLen`).
    pub(super) fn limit_path(
        &mut self,
        issuer: Option<&Decoded<'_, '_>>,
        is_verified: bool,
    ) -> Result<(), Rule> {
        self.max_path = MOST_PATH;
        let Some(issuer) = issuer.filter(|_| !self.is_self_signed) else {
            return Ok(());
        };
        let above = issuer.max_path;
        let lowered = match self.path_len {
            Some(own) => {
                self.max_path = own;
                let signs = self.key_usage.is_none_or(|usage| usage & 0x04 != 0);
                self.is_ca && !(signs && own < above)
            }
            None => self.is_ca,
        };
        if lowered {
            self.max_path = above.saturating_sub(1);
            if above == 0 && is_verified {
                return Err(Rule::PathLength);
            }
        }
        Ok(())
    }
}

/// Extensions that may not stand there twice.
const ONCE: [&[u8]; 12] = [
    oid::BASIC_CONSTRAINTS,
    oid::CRL_DISTRIBUTION_POINTS,
    oid::AUTHORITY_INFO_ACCESS,
    oid::SUBJECT_ALT_NAME,
    oid::AUTHORITY_KEY_ID,
    oid::SUBJECT_KEY_ID,
    oid::CERTIFICATE_POLICIES,
    oid::KEY_USAGE,
    oid::EXT_KEY_USAGE,
    oid::NAME_CONSTRAINTS,
    oid::INHIBIT_ANY_POLICY,
    oid::POLICY_CONSTRAINTS,
];

/// Extensions that may be critical.
const KNOWN: [&[u8]; 16] = [
    oid::BASIC_CONSTRAINTS,
    oid::CRL_DISTRIBUTION_POINTS,
    oid::AUTHORITY_INFO_ACCESS,
    oid::SUBJECT_ALT_NAME,
    oid::AUTHORITY_KEY_ID,
    oid::SUBJECT_KEY_ID,
    oid::CERTIFICATE_POLICIES,
    oid::KEY_USAGE,
    oid::EXT_KEY_USAGE,
    oid::NAME_CONSTRAINTS,
    oid::INHIBIT_ANY_POLICY,
    oid::NETSCAPE_CERT_TYPE,
    oid::OCSP_NO_CHECK,
    oid::POLICY_CONSTRAINTS,
    oid::SUBJECT_DIRECTORY_ATTRIBUTES,
    oid::SUBJECT_INFO_ACCESS,
];

/// `wc_GetSerialNumber`: one leading zero is taken off if the next octet needs it.
fn serial(octets: &[u8]) -> Result<(), Rule> {
    match octets {
        [] => return Err(Rule::EmptySerial),
        [0, next, ..] if next & 0x80 == 0 => return Err(Rule::PaddedSerial),
        [0xff, next, ..] if next & 0x80 != 0 => return Err(Rule::PaddedSerial),
        _ => {}
    }
    let octets = octets.strip_prefix(&[0]).filter(|rest| !rest.is_empty()).unwrap_or(octets).len();
    if octets > MOST_SERIAL_OCTETS {
        return Err(Rule::LongSerial { octets, most: MOST_SERIAL_OCTETS });
    }
    Ok(())
}

fn name(name: &dn::Dn<'_>, part: Part) -> Result<(), Rule> {
    let Some(rdns) = &name.rdns else { return Err(Rule::Unreadable(part)) };
    if rdns.iter().flatten().count() > MOST_ATTRIBUTES {
        return Err(Rule::LongName);
    }
    Ok(())
}

/// `ValidateDate`; an offset counts in the wrong direction.
fn outdated(view: &View<'_>, at: i64) -> Result<Option<Rule>, Rule> {
    /// `MIN_DATE_SIZE` and `MAX_DATE_SIZE`.
    const OCTETS: std::ops::RangeInclusive<usize> = 13..=32;
    let read = |date: Tlv<'_>| {
        let written = dates::read(date).filter(|_| OCTETS.contains(&date.value.len()));
        written.ok_or(Rule::Unreadable(Part::Validity))
    };
    let moment = |written: dates::Written| match written.zone {
        _ if written.has_fraction || !written.has_seconds => None,
        Zone::Offset(east) => Some(written.unix() + 2 * east),
        Zone::Utc => Some(written.unix()),
        Zone::Absent => None,
    };
    let (before, after) = (moment(read(view.not_before)?), moment(read(view.not_after)?));
    let (Some(before), Some(after)) = (before, after) else {
        return Err(Rule::Unreadable(Part::Validity));
    };
    Ok(dates::outdated(Some(before), Some(after), at))
}

/// The key as it is stored: RSAPublicKey, or for curves the whole subjectPublicKeyInfo.
fn key<'a>(view: &View<'a>) -> Result<&'a [u8], Rule> {
    let bits = |spki: Tlv<'a>| tlv::all(spki.value)?.get(1)?.value.get(1..);
    match view.key {
        Key::Rsa { .. } | Key::RsaPss { .. } => {
            let length = view.key.rsa_bits().unwrap_or_default();
            if length > MOST_RSA_BITS {
                return Err(Rule::RsaSize { bits: length });
            }
            bits(view.spki).ok_or(Rule::Unreadable(Part::Key))
        }
        Key::Ed25519(_) | Key::Ed448 => bits(view.spki).ok_or(Rule::Unreadable(Part::Key)),
        Key::Ec { curve: curve @ (Curve::P192 | Curve::Other), .. } => Err(Rule::Curve(curve)),
        Key::Ec { form: PointForm::Broken, .. } | Key::Broken => Err(Rule::Unreadable(Part::Key)),
        Key::Ec { .. } => Ok(view.spki.whole),
        Key::EcExplicit => Err(Rule::ExplicitCurve),
        Key::Unknown => Err(Rule::KeyKind("unknown")),
    }
}

/// `GenerateDNSEntryIPString`.
fn address(octets: &[u8]) -> Option<Vec<u8>> {
    if let Ok(four) = <[u8; 4]>::try_from(octets) {
        return Some(Ipv4Addr::from(four).to_string().into_bytes());
    }
    let six = <[u8; 16]>::try_from(octets).ok()?;
    let groups = six.chunks(2).map(|pair| format!("{:02X}{:02X}", pair[0], pair[1]));
    Some(groups.collect::<Vec<_>>().join(":").into_bytes())
}

/// An otherName: outside `None` if it cannot be read, inside `None` if it has no text.
fn other_name(name: Tlv<'_>) -> Option<Option<Vec<u8>>> {
    /// id-ms-UPN, whose text joins the names.
    const PRINCIPAL: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0x37, 20, 2, 3];
    let mut parts = name.inside();
    let id = parts.tagged(tlv::OID)?.value;
    let value = parts.tagged(tlv::constructed(0));
    let text = value.and_then(|value| tlv::only(value.value)).map(|text| text.value.to_vec());
    Some(text.filter(|_| id == PRINCIPAL))
}
