//! Single values as wolfSSL reads them: serial numbers, names, dates, keys.

use std::net::Ipv4Addr;

use super::Version;
use crate::stack::{
    dates::{self, Zone},
    dn::{self, Attribute},
    key::{Curve, Key, PointForm},
    oid,
    reason::Rule,
    tlv::{
        self, BIT_STRING, BMP_STRING, IA5_STRING, PRINTABLE_STRING, TELETEX_STRING, Tlv,
        UNIVERSAL_STRING, UTF8_STRING,
    },
    view::{Part, View},
};

/// `EXTERNAL_SERIAL_SIZE`.
const MOST_SERIAL_OCTETS: usize = 32;
/// The other types of `rdnChoice`.
const STRINGS: [u8; 5] =
    [PRINTABLE_STRING, IA5_STRING, TELETEX_STRING, UNIVERSAL_STRING, BMP_STRING];
/// `SP_INT_BITS`.
const MOST_RSA_BITS: usize = 4096;

/// `WC_MAX_NAME_ENTRIES`: of Debian's configuration, which has OPENSSL_EXTRA. 5.9 only counts them with
/// that.
const MOST_ATTRIBUTES: usize = 16;

/// `wc_GetSerialNumber`: one leading zero is removed if the next octet needs it.
pub(super) fn serial(octets: &[u8]) -> Result<(), Rule> {
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

pub(super) fn name(name: &dn::Dn<'_>, part: Part, version: Version) -> Result<(), Rule> {
    let Some(rdns) = &name.rdns else { return Err(Rule::Unreadable(part)) };
    if version == Version::V5_9 {
        // `GetCertName`: one attribute in each RDN, of one of the types in `rdnChoice`.
        let is_read = |one: &Attribute<'_>| match one.value.tag {
            UTF8_STRING => std::str::from_utf8(one.value.value).is_ok(),
            BIT_STRING => one.id == oid::UNIQUE_IDENTIFIER,
            tag => STRINGS.contains(&tag),
        };
        let is_one = |rdn: &Vec<Attribute<'_>>| matches!(rdn.as_slice(), [one] if is_read(one));
        if !rdns.iter().all(is_one) {
            return Err(Rule::Unreadable(part));
        }
    }
    if version == Version::V5_5 && rdns.iter().flatten().count() > MOST_ATTRIBUTES {
        return Err(Rule::LongName);
    }
    Ok(())
}

/// `ValidateDate`; an offset counts in the wrong direction, and 5.9 does not accept one.
pub(super) fn outdated(view: &View<'_>, at: i64, version: Version) -> Result<Option<Rule>, Rule> {
    /// `MIN_DATE_SIZE` and `MAX_DATE_SIZE`.
    const OCTETS: std::ops::RangeInclusive<usize> = 13..=32;
    let read = |date: Tlv<'_>| {
        let written = dates::read(date).filter(|_| OCTETS.contains(&date.value.len()));
        written.ok_or(Rule::Unreadable(Part::Validity))
    };
    let moment = |written: dates::Written| match written.zone {
        _ if written.has_fraction || !written.has_seconds => None,
        Zone::Offset(_) if version == Version::V5_9 => None,
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
pub(super) fn key<'a>(view: &View<'a>) -> Result<&'a [u8], Rule> {
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
pub(super) fn address(octets: &[u8]) -> Option<Vec<u8>> {
    if let Ok(four) = <[u8; 4]>::try_from(octets) {
        return Some(Ipv4Addr::from(four).to_string().into_bytes());
    }
    let six = <[u8; 16]>::try_from(octets).ok()?;
    let groups = six.chunks(2).map(|pair| format!("{:02X}{:02X}", pair[0], pair[1]));
    Some(groups.collect::<Vec<_>>().join(":").into_bytes())
}

/// An otherName: outer `None` if it cannot be read, inner `None` if it has no text.
pub(super) fn other_name(name: Tlv<'_>) -> Option<Option<Vec<u8>>> {
    /// id-ms-UPN, whose text is added to the names.
    const PRINCIPAL: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0x37, 20, 2, 3];
    let mut parts = name.inside();
    let id = parts.tagged(tlv::OID)?.value;
    let value = parts.tagged(tlv::constructed(0));
    let text = value.and_then(|value| tlv::only(value.value)).map(|text| text.value.to_vec());
    Some(text.filter(|_| id == PRINCIPAL))
}
