//! The extensions that decide about paths, each parsed once (RFC 5280 section 4.2.1).
//!
//! In: the extensions of one certificate. Out: [`Extensions`], parsed leniently: a BOOLEAN of any octet,
//! numbers of any size and sign, names of any tag. Of an extension that occurs twice, the first is used.

use super::{
    key::sequence,
    oid,
    tlv::{self, BIT_STRING, BOOLEAN, INTEGER, OCTET_STRING, SEQUENCE, Tlv},
};

/// An extension as encoded (RFC 5280 section 4.2).
#[derive(Clone, Copy)]
pub(super) struct Extension<'a> {
    pub(super) id: &'a [u8],
    /// The octet of `critical`, if present; otherwise it is FALSE.
    pub(super) critical: Option<u8>,
    pub(super) value: &'a [u8],
}

impl Extension<'_> {
    pub(super) fn is_critical(&self) -> bool {
        self.critical.is_some_and(|octet| octet != 0)
    }
}

/// An extension's value.
#[derive(Clone)]
pub(super) enum Field<T> {
    Absent,
    /// It is present but cannot be read.
    Broken,
    Read(T),
}

/// basicConstraints.
#[derive(Clone, Copy)]
pub(super) struct BasicConstraints {
    /// The octet of `cA`, if present.
    pub(super) ca: Option<u8>,
    /// pathLenConstraint; one that does not fit becomes larger than any path.
    pub(super) path_len: Option<i64>,
}

/// keyUsage.
#[derive(Clone, Copy)]
pub(super) struct KeyUsage {
    /// The first octet: digitalSignature is its highest bit.
    pub(super) first: u8,
    /// The second octet, whose highest bit is decipherOnly.
    pub(super) second: u8,
    /// The octets of the bit string.
    pub(super) octets: usize,
    /// Whether any bit is set.
    pub(super) is_any: bool,
}

/// authorityKeyIdentifier.
#[derive(Clone, Copy)]
pub(super) struct AuthorityKeyId<'a> {
    pub(super) key_id: Option<&'a [u8]>,
    /// The GeneralNames of authorityCertIssuer.
    pub(super) issuer: Option<&'a [u8]>,
    /// authorityCertSerialNumber.
    pub(super) serial: Option<&'a [u8]>,
    /// Whether it is an empty SEQUENCE.
    pub(super) is_empty: bool,
}

/// nameConstraints: the bases of both kinds of subtrees.
#[derive(Clone)]
pub(super) struct NameConstraints<'a> {
    pub(super) permitted: Vec<Tlv<'a>>,
    pub(super) excluded: Vec<Tlv<'a>>,
}

/// All of them.
#[derive(Clone)]
pub(super) struct Extensions<'a> {
    pub(super) basic_constraints: Field<BasicConstraints>,
    pub(super) key_usage: Field<KeyUsage>,
    /// The purposes of extKeyUsage.
    pub(super) purposes: Field<Vec<&'a [u8]>>,
    /// The GeneralNames of subjectAltName, each with its tag.
    pub(super) alt_names: Field<Vec<Tlv<'a>>>,
    pub(super) name_constraints: Field<NameConstraints<'a>>,
    pub(super) subject_key_id: Field<&'a [u8]>,
    pub(super) authority_key_id: Field<AuthorityKeyId<'a>>,
    /// The bits of the Netscape certificate type.
    pub(super) netscape: Field<u8>,
}

/// digitalSignature.
pub(super) const DIGITAL_SIGNATURE: u8 = 0x80;
/// nonRepudiation.
pub(super) const NON_REPUDIATION: u8 = 0x40;
/// keyEncipherment.
pub(super) const KEY_ENCIPHERMENT: u8 = 0x20;
/// keyAgreement.
pub(super) const KEY_AGREEMENT: u8 = 0x08;
/// keyCertSign.
pub(super) const KEY_CERT_SIGN: u8 = 0x04;
/// "SSL server" of the Netscape certificate type.
pub(super) const NETSCAPE_SERVER: u8 = 0x40;
/// The three kinds of CA of the Netscape certificate type.
pub(super) const NETSCAPE_ANY_CA: u8 = 0x07;

// GeneralName (RFC 5280 section 4.2.1.6).
pub(super) const OTHER_NAME: u8 = tlv::constructed(0);
pub(super) const EMAIL: u8 = tlv::context(1);
pub(super) const DNS: u8 = tlv::context(2);
pub(super) const X400: u8 = tlv::constructed(3);
pub(super) const DIRECTORY: u8 = tlv::constructed(4);
pub(super) const EDI_PARTY: u8 = tlv::constructed(5);
pub(super) const URI: u8 = tlv::context(6);
pub(super) const ADDRESS: u8 = tlv::context(7);
pub(super) const REGISTERED_ID: u8 = tlv::context(8);

impl<T> Field<T> {
    fn of(read: Option<Option<T>>) -> Self {
        match read {
            None => Self::Absent,
            Some(None) => Self::Broken,
            Some(Some(value)) => Self::Read(value),
        }
    }

    /// The value, if it can be read.
    pub(super) const fn read(&self) -> Option<&T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Absent | Self::Broken => None,
        }
    }

    pub(super) const fn is_present(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    pub(super) const fn is_broken(&self) -> bool {
        matches!(self, Self::Broken)
    }
}

impl<'a> Extensions<'a> {
    pub(super) fn of(list: &[Extension<'a>]) -> Self {
        let value = |id: &[u8]| list.iter().find(|one| one.id == id).map(|one| one.value);
        let found = |id| value(id);
        Self {
            basic_constraints: Field::of(found(oid::BASIC_CONSTRAINTS).map(basic_constraints)),
            key_usage: Field::of(found(oid::KEY_USAGE).map(key_usage)),
            purposes: Field::of(found(oid::EXT_KEY_USAGE).map(purposes)),
            alt_names: Field::of(found(oid::SUBJECT_ALT_NAME).map(general_names)),
            name_constraints: Field::of(found(oid::NAME_CONSTRAINTS).map(name_constraints)),
            subject_key_id: Field::of(found(oid::SUBJECT_KEY_ID).map(subject_key_id)),
            authority_key_id: Field::of(found(oid::AUTHORITY_KEY_ID).map(authority_key_id)),
            netscape: Field::of(found(oid::NETSCAPE_CERT_TYPE).map(netscape)),
        }
    }

    /// Whether basicConstraints says TRUE, in any octet.
    pub(super) fn is_ca(&self) -> bool {
        let ca = self.basic_constraints.read().and_then(|constraints| constraints.ca);
        ca.is_some_and(|octet| octet != 0)
    }

    /// The pathLenConstraint.
    pub(super) fn path_len(&self) -> Option<i64> {
        self.basic_constraints.read().and_then(|constraints| constraints.path_len)
    }

    /// Whether keyUsage, if there is one, has one of `bits`.
    pub(super) fn allows(&self, bits: u8) -> bool {
        self.key_usage.read().is_none_or(|usage| usage.first & bits != 0)
    }

    /// Whether extKeyUsage, if there is one, names one of `wanted`.
    pub(super) fn is_for(&self, wanted: &[&[u8]]) -> bool {
        let names = |purposes: &Vec<&[u8]>| purposes.iter().any(|one| wanted.contains(one));
        self.purposes.read().is_none_or(names)
    }

    /// The names of subjectAltName; empty without the extension.
    pub(super) fn names(&self) -> &[Tlv<'a>] {
        self.alt_names.read().map_or(&[], Vec::as_slice)
    }
}

fn basic_constraints(value: &[u8]) -> Option<BasicConstraints> {
    let mut parts = sequence(value)?;
    let ca = match parts.tagged(BOOLEAN) {
        Some(flag) => Some(*flag.value.first().filter(|_| flag.value.len() == 1)?),
        None => None,
    };
    let path_len = match parts.tagged(INTEGER) {
        Some(number) => Some(signed(number.value)?),
        None => None,
    };
    parts.is_empty().then_some(BasicConstraints { ca, path_len })
}

/// A number with its sign, limited to the largest values that fit; `None` without octets.
fn signed(octets: &[u8]) -> Option<i64> {
    let is_negative = octets.first()? & 0x80 != 0;
    if octets.len() > 7 {
        return Some(if is_negative { i64::MIN } else { i64::MAX });
    }
    let start = if is_negative { -1 } else { 0 };
    Some(octets.iter().fold(start, |sum, octet| sum << 8 | i64::from(*octet)))
}

fn key_usage(value: &[u8]) -> Option<KeyUsage> {
    let bits = tlv::only(value).filter(|one| one.tag == BIT_STRING)?.value;
    let (unused, octets) = bits.split_first()?;
    (*unused <= 7).then(|| KeyUsage {
        first: octets.first().copied().unwrap_or_default(),
        second: octets.get(1).copied().unwrap_or_default(),
        octets: octets.len(),
        is_any: octets.iter().any(|octet| *octet != 0),
    })
}

fn purposes(value: &[u8]) -> Option<Vec<&[u8]>> {
    let ids = tlv::all(tlv::only(value).filter(|one| one.tag == SEQUENCE)?.value)?;
    ids.iter().map(|id| (id.tag == tlv::OID).then_some(id.value)).collect()
}

fn general_names(value: &[u8]) -> Option<Vec<Tlv<'_>>> {
    tlv::all(tlv::only(value).filter(|one| one.tag == SEQUENCE)?.value)
}

fn name_constraints(value: &[u8]) -> Option<NameConstraints<'_>> {
    let mut parts = sequence(value)?;
    let mut subtrees = |number| match parts.tagged(tlv::constructed(number)) {
        Some(list) => tlv::all(list.value)?.iter().map(base).collect(),
        None => Some(Vec::new()),
    };
    let (permitted, excluded) = (subtrees(0)?, subtrees(1)?);
    parts.is_empty().then_some(NameConstraints { permitted, excluded })
}

/// The base of a GeneralSubtree.
fn base<'a>(subtree: &Tlv<'a>) -> Option<Tlv<'a>> {
    (subtree.tag == SEQUENCE).then(|| subtree.inside().read())?
}

fn subject_key_id(value: &[u8]) -> Option<&[u8]> {
    tlv::only(value).filter(|one| one.tag == OCTET_STRING).map(|one| one.value)
}

fn authority_key_id(value: &[u8]) -> Option<AuthorityKeyId<'_>> {
    let mut parts = sequence(value)?;
    let is_empty = parts.is_empty();
    let key_id = parts.tagged(tlv::context(0)).map(|one| one.value);
    let issuer = parts.tagged(tlv::constructed(1)).map(|one| one.value);
    let serial = parts.tagged(tlv::context(2)).map(|one| one.value);
    parts.is_empty().then_some(AuthorityKeyId { key_id, issuer, serial, is_empty })
}

fn netscape(value: &[u8]) -> Option<u8> {
    let bits = tlv::only(value).filter(|one| one.tag == BIT_STRING)?.value;
    bits.split_first().map(|(_, octets)| octets.first().copied().unwrap_or_default())
}
