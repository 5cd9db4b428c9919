//! A certificate as the most lenient TLS stack reads it (RFC 5280 section 4.1).
//!
//! In: DER. Out: [`View`], the fields as encoded, or the [`Part`] that no stack can read. What a
//! stricter stack cannot read is a rule of that stack.

use super::{
    dn::Dn,
    extensions::{Extension, Extensions},
    key::{Algorithm, Key},
    oid,
    tlv::{self, BIT_STRING, BOOLEAN, INTEGER, OCTET_STRING, Reader, SEQUENCE, Tlv},
};

/// A part of a certificate, by its name in RFC 5280.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The certificate as a whole.
    Certificate,
    /// version.
    Version,
    /// serialNumber.
    SerialNumber,
    /// signature or signatureAlgorithm.
    SignatureAlgorithm,
    /// issuer.
    Issuer,
    /// validity.
    Validity,
    /// subject.
    Subject,
    /// subjectPublicKeyInfo.
    Key,
    /// issuerUniqueID and subjectUniqueID.
    UniqueIds,
    /// extensions as a whole.
    Extensions,
    /// basicConstraints.
    BasicConstraints,
    /// keyUsage.
    KeyUsage,
    /// extKeyUsage.
    ExtKeyUsage,
    /// subjectAltName.
    SubjectAltName,
    /// nameConstraints.
    NameConstraints,
    /// authorityKeyIdentifier.
    AuthorityKeyId,
    /// subjectKeyIdentifier.
    SubjectKeyId,
    /// certificatePolicies.
    CertificatePolicies,
    /// Another extension.
    OtherExtension,
    /// The object identifier of an extension.
    ExtensionId,
    /// signatureValue.
    Signature,
}

/// A certificate's fields.
pub(super) struct View<'a> {
    /// tbsCertificate with its header: what is signed.
    pub(super) tbs: &'a [u8],
    /// The number in `version`: 0 if absent.
    pub(super) version: i64,
    /// The contents of serialNumber.
    pub(super) serial: &'a [u8],
    /// The algorithm in the tbsCertificate.
    pub(super) inner: Algorithm<'a>,
    /// The algorithm outside it.
    pub(super) outer: Algorithm<'a>,
    pub(super) issuer: Dn<'a>,
    pub(super) subject: Dn<'a>,
    pub(super) not_before: Tlv<'a>,
    pub(super) not_after: Tlv<'a>,
    pub(super) spki: Tlv<'a>,
    pub(super) key: Key<'a>,
    /// The contents of issuerUniqueID and subjectUniqueID, with their tags.
    pub(super) unique_ids: Vec<Tlv<'a>>,
    /// Whether the field `extensions` is present.
    pub(super) has_extensions: bool,
    pub(super) list: Vec<Extension<'a>>,
    pub(super) extensions: Extensions<'a>,
    /// The octets of signatureValue.
    pub(super) signature: &'a [u8],
    /// Whether every length is minimal, as DER requires.
    pub(super) is_strict: bool,
}

const ISSUER_UNIQUE_ID: u8 = 1;
const SUBJECT_UNIQUE_ID: u8 = 2;

impl<'a> View<'a> {
    /// Reads one certificate that fills `der`.
    pub(super) fn read(der: &'a [u8]) -> Result<Self, Part> {
        let outer = tlv::only(der).filter(|one| one.tag == SEQUENCE).ok_or(Part::Certificate)?;
        let mut parts = outer.inside();
        let tbs = parts.tagged(SEQUENCE).ok_or(Part::Certificate)?;
        let algorithm = parts.tagged(SEQUENCE).ok_or(Part::SignatureAlgorithm)?;
        let algorithm = Algorithm::read(algorithm).ok_or(Part::SignatureAlgorithm)?;
        let signature = parts.tagged(BIT_STRING).and_then(|bits| bits.value.strip_prefix(&[0]));
        let signature = signature.filter(|_| parts.is_empty()).ok_or(Part::Signature)?;
        let mut fields = tbs.inside();
        let version = version(&mut fields).ok_or(Part::Version)?;
        let serial = fields.tagged(INTEGER).ok_or(Part::SerialNumber)?.value;
        let inner = fields.tagged(SEQUENCE).and_then(Algorithm::read);
        let inner = inner.ok_or(Part::SignatureAlgorithm)?;
        let issuer = fields.tagged(SEQUENCE).and_then(Dn::read).ok_or(Part::Issuer)?;
        let validity = fields.tagged(SEQUENCE).ok_or(Part::Validity)?;
        let mut dates = validity.inside();
        let mut date = || dates.read().ok_or(Part::Validity);
        let (not_before, not_after) = (date()?, date()?);
        let subject = fields.tagged(SEQUENCE).and_then(Dn::read).ok_or(Part::Subject)?;
        let spki = fields.tagged(SEQUENCE).ok_or(Part::Key)?;
        let mut unique_ids = Vec::new();
        for number in [ISSUER_UNIQUE_ID, SUBJECT_UNIQUE_ID] {
            if fields.peek().is_some_and(|tag| tag & !0x20 == tlv::context(number)) {
                unique_ids.push(fields.read().ok_or(Part::UniqueIds)?);
            }
        }
        let extensions = fields.tagged(tlv::constructed(3));
        if !fields.is_empty() {
            return Err(Part::Extensions);
        }
        let list = extensions.map_or(Some(Vec::new()), read_list).ok_or(Part::Extensions)?;
        Ok(Self {
            tbs: tbs.whole,
            version,
            serial,
            inner,
            outer: algorithm,
            issuer,
            subject,
            not_before,
            not_after,
            spki,
            key: Key::of(spki),
            unique_ids,
            has_extensions: extensions.is_some(),
            extensions: Extensions::of(&list),
            list,
            signature,
            is_strict: tlv::is_strict(outer, 0),
        })
    }

    /// The first extension `id`.
    pub(super) fn extension(&self, id: &[u8]) -> Option<Extension<'a>> {
        self.list.iter().find(|extension| extension.id == id).copied()
    }

    /// How often the extension `id` occurs.
    pub(super) fn count(&self, id: &[u8]) -> usize {
        self.list.iter().filter(|extension| extension.id == id).count()
    }

    /// The identifiers of critical extensions.
    pub(super) fn critical(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.list.iter().filter(|extension| extension.is_critical()).map(|extension| extension.id)
    }

    /// The first extension that occurs twice.
    pub(super) fn duplicate(&self) -> Option<&'a [u8]> {
        let seen_before = |index: usize| {
            self.list[..index].iter().any(|earlier| earlier.id == self.list[index].id)
        };
        (0..self.list.len()).find(|index| seen_before(*index)).map(|index| self.list[index].id)
    }

    /// Whether issuer and subject have the same octets.
    pub(super) fn is_self_issued(&self) -> bool {
        self.issuer.whole == self.subject.whole
    }

    /// X.509 version 3.
    pub(super) const fn is_v3(&self) -> bool {
        self.version == 2
    }

    /// The common names in the subject.
    pub(super) fn common_names(&self) -> impl Iterator<Item = Tlv<'a>> + '_ {
        self.subject.attributes().filter(|one| one.id == oid::COMMON_NAME).map(|one| one.value)
    }
}

/// `version`, 0 if absent; `None` if it is not a small number.
fn version(fields: &mut Reader<'_>) -> Option<i64> {
    let Some(field) = fields.tagged(tlv::constructed(0)) else { return Some(0) };
    let number = tlv::only(field.value).filter(|one| one.tag == INTEGER)?.value;
    match number {
        [octet] => Some(i64::from(i8::from_be_bytes([*octet]))),
        [0, octet] => Some(i64::from(*octet)),
        _ => None,
    }
}

fn read_list(field: Tlv<'_>) -> Option<Vec<Extension<'_>>> {
    let mut list = tlv::only(field.value).filter(|one| one.tag == SEQUENCE)?.inside();
    let mut found = Vec::new();
    while !list.is_empty() {
        let mut parts = list.tagged(SEQUENCE)?.inside();
        let id = parts.tagged(tlv::OID)?.value;
        let critical = match parts.tagged(BOOLEAN) {
            Some(flag) => Some(*flag.value.first().filter(|_| flag.value.len() == 1)?),
            None => None,
        };
        let value = parts.tagged(OCTET_STRING).filter(|_| parts.is_empty())?.value;
        found.push(Extension { id, critical, value });
    }
    Some(found)
}

impl Part {
    /// The part by its name in RFC 5280.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Certificate => "encoding",
            Self::Version => "version",
            Self::SerialNumber => "serialNumber",
            Self::SignatureAlgorithm => "signature algorithm",
            Self::Issuer => "issuer",
            Self::Validity => "validity",
            Self::Subject => "subject",
            Self::Key => "subjectPublicKeyInfo",
            Self::UniqueIds => "issuerUniqueID or subjectUniqueID",
            Self::Extensions => "extensions",
            Self::BasicConstraints => "basicConstraints",
            Self::KeyUsage => "keyUsage",
            Self::ExtKeyUsage => "extKeyUsage",
            Self::SubjectAltName => "subjectAltName",
            Self::NameConstraints => "nameConstraints",
            Self::AuthorityKeyId => "authorityKeyIdentifier",
            Self::SubjectKeyId => "subjectKeyIdentifier",
            Self::CertificatePolicies => "certificatePolicies",
            Self::OtherExtension => "extension",
            Self::ExtensionId => "extension's object identifier",
            Self::Signature => "signatureValue",
        }
    }
}
