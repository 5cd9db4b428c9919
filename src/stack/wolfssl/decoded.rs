//! A certificate as wolfSSL decodes it (`DecodedCert`).

use super::{Version, attributes, values};
use crate::stack::{
    case::Cert,
    dn,
    extensions::{
        ADDRESS, DIRECTORY, DNS, Extension, KEY_CERT_SIGN, OTHER_NAME, REGISTERED_ID, URI,
    },
    key::{Digest, Scheme},
    oid,
    reason::{Position, Refusal, Rule},
    tlv::{self, BOOLEAN, INTEGER, SEQUENCE, Tlv},
    view::{Part, View},
};

/// `WOLFSSL_MAX_PATH_LEN`.
const MOST_PATH: u8 = 127;

/// What the decoder found.
pub(super) struct Decoded<'c, 'a> {
    version: Version,
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
    /// The stored size of the key in octets.
    pub(super) key_octets: usize,
    /// The rule that its dates violate, which is reported last but one.
    pub(super) outdated: Option<Rule>,
    /// An unknown critical extension, which is reported last.
    pub(super) critical: Option<Rule>,
}

fn sha1(octets: &[u8]) -> [u8; 20] {
    use sha1::Digest as _;
    sha1::Sha1::digest(octets).into()
}

/// `GetHashId`: an identifier of another length is hashed.
fn key_id(octets: &[u8]) -> [u8; 20] {
    octets.try_into().unwrap_or_else(|_| sha1(octets))
}

impl<'c, 'a> Decoded<'c, 'a> {
    /// Decodes a certificate; without a time its dates are ignored.
    pub(super) fn of(
        cert: &'c Cert<'a>,
        at: Option<i64>,
        version: Version,
    ) -> Result<Self, Refusal> {
        let view = cert.read()?;
        let decoded = Self::decode(cert, view, at, version);
        decoded.map_err(|rule| cert.breaks(rule))
    }

    fn decode(
        cert: &'c Cert<'a>,
        view: &'c View<'a>,
        at: Option<i64>,
        version: Version,
    ) -> Result<Self, Rule> {
        let is_5_9 = version == Version::V5_9;
        if !(0..=2).contains(&view.version) {
            return Err(Rule::Unreadable(Part::Version));
        }
        values::serial(view.serial)?;
        if view.inner.scheme == Scheme::Unknown {
            return Err(Rule::Unreadable(Part::SignatureAlgorithm));
        }
        values::name(&view.issuer, Part::Issuer, version)?;
        let outdated = at.map_or(Ok(None), |at| values::outdated(view, at, version))?;
        values::name(&view.subject, Part::Subject, version)?;
        let key = values::key(view)?;
        if !view.unique_ids.is_empty() && !is_5_9 {
            return Err(Rule::Unreadable(Part::UniqueIds));
        }
        if view.has_extensions && !view.is_v3() {
            return Err(Rule::Unreadable(Part::Extensions));
        }
        // `IsSigAlgoECDSA`, which does not name SHA-224.
        let has_none = matches!(view.outer.scheme, Scheme::Ecdsa(by) if by != Digest::Sha224);
        if is_5_9 && has_none && view.outer.has_null() {
            return Err(Rule::Scheme("ECDSA with NULL parameters"));
        }
        let mut decoded = Self {
            version,
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
        decoded.extensions()?;
        if view.inner.id != view.outer.id {
            return Err(Rule::AlgorithmsDiffer);
        }
        if is_5_9 {
            decoded.of_5_9()?;
        }
        Ok(decoded)
    }

    /// The additional checks of `ParseCertRelative` of 5.9 for a single certificate.
    fn of_5_9(&self) -> Result<(), Rule> {
        let is_anchor = matches!(self.cert.position, Position::Anchor(_));
        if self.view.serial == [0] && !(is_anchor && self.is_ca && self.is_self_signed) {
            return Err(Rule::ZeroSerial);
        }
        if !self.is_ca && self.key_usage.is_some_and(|usage| usage & KEY_CERT_SIGN != 0) {
            return Err(Rule::KeyCertSignWithoutCa);
        }
        Ok(())
    }

    /// Decodes every extension; some may appear once.
    fn extensions(&mut self) -> Result<(), Rule> {
        let list = &self.view.list;
        for (index, extension) in list.iter().enumerate() {
            // 5.9 does not read policies without WOLFSSL_CERT_EXT.
            let is_unread =
                self.version == Version::V5_9 && extension.id == oid::CERTIFICATE_POLICIES;
            let is_once = ONCE.contains(&extension.id) && !is_unread;
            if is_once && list[..index].iter().any(|earlier| earlier.id == extension.id) {
                return Err(Rule::DuplicateExtension(oid::extension_name(extension.id)));
            }
            self.extension(extension)?;
        }
        Ok(())
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
            id if is_critical
                && self.version == Version::V5_9
                && (NOT_IN_5_9.contains(&id) || !may_be_critical(id)) =>
            {
                self.reports(id);
            }
            id if self.version == Version::V5_9 && NOT_IN_5_9.contains(&id) => {}
            oid::AUTHORITY_KEY_ID => {
                let is_5_9 = self.version == Version::V5_9;
                let one = known.authority_key_id.read().filter(|one| is_5_9 || !one.is_empty);
                let one = one.ok_or(unreadable(Part::AuthorityKeyId))?;
                self.authority_key_id = one.key_id.map(key_id);
            }
            oid::SUBJECT_KEY_ID => {
                let id = known.subject_key_id.read().ok_or(unreadable(Part::SubjectKeyId))?;
                self.subject_key_id = key_id(id);
                self.subject_key_id_is_set = true;
            }
            oid::KEY_USAGE => {
                let fewest = usize::from(self.version == Version::V5_5);
                let usage = known.key_usage.read();
                let usage = usage.filter(|one| (fewest..=2).contains(&one.octets));
                self.key_usage = Some(usage.ok_or(unreadable(Part::KeyUsage))?.first);
            }
            oid::EXT_KEY_USAGE if known.purposes.is_broken() => {
                return Err(unreadable(Part::ExtKeyUsage));
            }
            // The order matters: before basicConstraints, nothing is a CA yet.
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
            id if is_critical && !may_be_critical(id) => self.reports(id),
            _ => {}
        }
        Ok(())
    }

    fn reports(&mut self, id: &[u8]) {
        self.critical.get_or_insert(Rule::CriticalExtension(oid::extension_name(id)));
    }

    /// `DecodeBasicCaConstraint`: a pathLenConstraint is one unsigned octet.
    fn basic_constraints(&mut self, value: &[u8]) -> Result<(), Rule> {
        let unreadable = Rule::Unreadable(Part::BasicConstraints);
        let list = tlv::only(value).filter(|one| one.tag == SEQUENCE);
        let mut parts = list.ok_or(unreadable.clone())?.inside();
        let flag = parts.tagged(BOOLEAN).map(|flag| flag.value);
        self.is_ca = matches!(flag, Some([octet]) if *octet != 0);
        if self.version == Version::V5_9 && matches!(flag, Some([0])) {
            return Err(unreadable);
        }
        if !parts.is_empty() {
            match parts.tagged(INTEGER).map(|number| number.value) {
                Some([octet]) if self.version == Version::V5_9 && octet & 0x80 != 0 => {
                    return Err(unreadable);
                }
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
            if self.version == Version::V5_9 {
                self.alt_name_of_5_9(name)?;
                continue;
            }
            let text = match name.tag {
                DNS | URI => name.value.to_vec(),
                ADDRESS => {
                    values::address(name.value).ok_or(Rule::BadAlternativeName("an iPAddress"))?
                }
                OTHER_NAME => match values::other_name(name) {
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

    /// `DecodeGeneralName` of 5.9: names of other kinds count, although they are not compared with a
    /// host.
    fn alt_name_of_5_9(&mut self, name: Tlv<'_>) -> Result<(), Rule> {
        let is_absolute = |uri: &[u8]| {
            let end = uri.iter().position(|octet| matches!(octet, b':' | b'/'));
            end.is_some_and(|end| end > 0 && uri[end] == b':')
        };
        match name.tag {
            URI if !is_absolute(name.value) => Err(Rule::BadAlternativeName("a URI")),
            DIRECTORY if tlv::only(name.value).is_none_or(|one| one.tag != SEQUENCE) => {
                Err(Rule::BadAlternativeName("a directoryName"))
            }
            DNS | URI | ADDRESS | REGISTERED_ID => {
                self.alt_names.push((name.tag, name.value.to_vec()));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The last common name.
    pub(super) fn common_name(&self) -> Option<&'a [u8]> {
        self.view.common_names().last().map(|name| name.value)
    }

    /// The last `emailAddress` of the subject.
    pub(super) fn emails(&self) -> Option<&'c [u8]> {
        dn::emails(&self.view.subject).last().map(|name| name.value)
    }

    /// How many CAs may follow below (`maxPathLen`).
    pub(super) fn limit_path(
        &mut self,
        issuer: Option<&Decoded<'_, '_>>,
        is_verified: bool,
    ) -> Result<(), Rule> {
        if self.version == Version::V5_9 {
            return self.limit_path_of_5_9(issuer, is_verified);
        }
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

    /// RFC 5280 section 6.1.4 (l), and no other CA below one whose limit is 0, even if it is self-issued.
    fn limit_path_of_5_9(
        &mut self,
        issuer: Option<&Decoded<'_, '_>>,
        is_verified: bool,
    ) -> Result<(), Rule> {
        self.max_path = self.path_len.unwrap_or(MOST_PATH);
        let is_leaf = self.cert.position == Position::Sent(0);
        let signs = self.key_usage.is_none_or(|usage| usage & KEY_CERT_SIGN != 0);
        let Some(issuer) = issuer.filter(|_| !is_leaf && self.is_ca && signs) else {
            return Ok(());
        };
        if self.is_self_signed && self.view.spki.whole == issuer.view.spki.whole {
            self.max_path = self.max_path.min(issuer.max_path);
            return Ok(());
        }
        let below = issuer.max_path.saturating_sub(u8::from(!self.is_self_signed));
        self.max_path = self.max_path.min(below);
        if issuer.max_path == 0 && is_verified {
            return Err(Rule::PathLength);
        }
        Ok(())
    }
}

/// Extensions that must not occur twice.
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

/// Extensions that may be critical, in addition to those of [`ONCE`].
const KNOWN: [&[u8]; 4] = [
    oid::NETSCAPE_CERT_TYPE,
    oid::OCSP_NO_CHECK,
    oid::SUBJECT_DIRECTORY_ATTRIBUTES,
    oid::SUBJECT_INFO_ACCESS,
];

fn may_be_critical(id: &[u8]) -> bool {
    ONCE.contains(&id) || KNOWN.contains(&id)
}

/// Those that 5.9 does not support as `configure` builds it, or treats as an error if they are critical.
const NOT_IN_5_9: [&[u8]; 7] = [
    oid::AUTHORITY_INFO_ACCESS,
    oid::CERTIFICATE_POLICIES,
    oid::INHIBIT_ANY_POLICY,
    oid::OCSP_NO_CHECK,
    oid::POLICY_CONSTRAINTS,
    oid::SUBJECT_DIRECTORY_ATTRIBUTES,
    oid::SUBJECT_INFO_ACCESS,
];
