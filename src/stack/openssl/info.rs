//! A certificate as OpenSSL reads it (`d2i_X509`) and what it caches of its extensions
//! (`ossl_x509v3_cache_extensions`).

use crate::stack::{
    case::Cert,
    dn::{self, Dn},
    extensions::{
        ADDRESS, AuthorityKeyId, DIRECTORY, DNS, EDI_PARTY, EMAIL, NETSCAPE_ANY_CA, OTHER_NAME,
        REGISTERED_ID, URI, X400,
    },
    oid,
    reason::{Refusal, Rule},
    tlv::{
        self, BIT_STRING, BMP_STRING, IA5_STRING, NUMERIC_STRING, PRINTABLE_STRING, SEQUENCE,
        TELETEX_STRING, Tlv, UNIVERSAL_STRING, UTF8_STRING,
    },
    view::{Part, View},
};

/// A certificate with its cached properties.
pub(super) struct Info<'c, 'a> {
    pub(super) cert: &'c Cert<'a>,
    pub(super) view: &'c View<'a>,
    /// `EXFLAG_INVALID`: it is neither an issuer nor issued.
    pub(super) invalid: Option<Rule>,
    /// `EXFLAG_CRITICAL`.
    pub(super) critical: Option<Rule>,
    /// `EXFLAG_SI`.
    pub(super) is_self_issued: bool,
    /// `EXFLAG_SS`.
    pub(super) is_self_signed: bool,
}

impl<'c, 'a> Info<'c, 'a> {
    pub(super) fn of(cert: &'c Cert<'a>) -> Result<Self, Refusal> {
        let view = cert.read()?;
        decodes(view).map_err(|rule| cert.breaks(rule))?;
        let is_self_issued = view.issuer.equals_in_openssl(&view.subject);
        let mut info = Self {
            cert,
            view,
            invalid: invalid(view),
            critical: critical(view),
            is_self_issued,
            is_self_signed: false,
        };
        info.is_self_signed =
            is_self_issued && info.identifies(info.view) && view.key.makes(view.outer.scheme);
        Ok(info)
    }

    /// `X509_check_akid`: whether `below` names the identifiers of this certificate.
    pub(super) fn identifies(&self, below: &View<'_>) -> bool {
        let Some(asked) = below.extensions.authority_key_id.read() else { return true };
        let own = self.view.extensions.subject_key_id.read();
        let is_other_key = matches!((asked.key_id, own), (Some(one), Some(other)) if one != *other);
        let is_other_serial = asked.serial.is_some_and(|serial| serial != self.view.serial);
        !is_other_key
            && !is_other_serial
            && issuer_of(asked).is_none_or(|name| name.equals_in_openssl(&self.view.issuer))
    }

    /// `ossl_x509_likely_issued`, names, key identifiers and kinds of keys.
    pub(super) fn issued(&self, below: &Info<'_, '_>) -> bool {
        self.view.subject.equals_in_openssl(&below.view.issuer)
            && self.invalid.is_none()
            && below.invalid.is_none()
            && self.identifies(below.view)
            && self.view.key.makes(below.view.outer.scheme)
    }

    /// `check_ca`: 0 if it is not a CA, 1 if it is one by basicConstraints, more for others that may
    /// pass.
    pub(super) fn ca(&self) -> u8 {
        let known = &self.view.extensions;
        if !known.allows(crate::stack::extensions::KEY_CERT_SIGN) {
            return 0;
        }
        if known.basic_constraints.is_present() {
            return u8::from(known.is_ca());
        }
        if self.view.version == 0 && self.is_self_signed {
            3
        } else if known.key_usage.is_present() {
            4
        } else if known.netscape.read().is_some_and(|bits| bits & NETSCAPE_ANY_CA != 0) {
            5
        } else {
            0
        }
    }
}

/// The first directoryName of authorityCertIssuer.
fn issuer_of<'a>(asked: &AuthorityKeyId<'a>) -> Option<Dn<'a>> {
    let names = tlv::all(asked.issuer?)?;
    let name = names.iter().find(|name| name.tag == DIRECTORY)?;
    tlv::only(name.value).and_then(Dn::read)
}

/// Errors while the certificate is decoded.
fn decodes(view: &View<'_>) -> Result<(), Rule> {
    match view.serial {
        [] => return Err(Rule::EmptySerial),
        [0, next, ..] if next & 0x80 == 0 => return Err(Rule::PaddedSerial),
        [0xff, next, ..] if next & 0x80 != 0 => return Err(Rule::PaddedSerial),
        _ => {}
    }
    name(&view.issuer, Part::Issuer)?;
    name(&view.subject, Part::Subject)
}

/// Attributes are strings, each encoded as its type says.
fn name(name: &Dn<'_>, part: Part) -> Result<(), Rule> {
    const TEXTS: [u8; 7] = [
        UTF8_STRING,
        PRINTABLE_STRING,
        TELETEX_STRING,
        IA5_STRING,
        BMP_STRING,
        UNIVERSAL_STRING,
        NUMERIC_STRING,
    ];
    let is_read = |value: Tlv<'_>| {
        TEXTS.contains(&value.tag) && dn::text(value).is_some()
            || matches!(value.tag, BIT_STRING | SEQUENCE)
    };
    let is_name = name.rdns.is_some() && name.attributes().all(|one| is_read(one.value));
    is_name.then_some(()).ok_or(Rule::Unreadable(part))
}

/// The extensions that are read in advance, which must be readable and unique.
const CACHED: [&[u8]; 8] = [
    oid::BASIC_CONSTRAINTS,
    oid::KEY_USAGE,
    oid::EXT_KEY_USAGE,
    oid::NETSCAPE_CERT_TYPE,
    oid::SUBJECT_KEY_ID,
    oid::AUTHORITY_KEY_ID,
    oid::SUBJECT_ALT_NAME,
    oid::NAME_CONSTRAINTS,
];

fn invalid(view: &View<'_>) -> Option<Rule> {
    let known = &view.extensions;
    if let Some(id) = CACHED.iter().find(|id| view.count(id) > 1) {
        return Some(Rule::DuplicateExtension(oid::extension_name(id)));
    }
    let is_negative = known.path_len().is_some_and(|length| length < 0);
    let is_empty = known.key_usage.read().is_some_and(|usage| !usage.is_any);
    let broken = [
        (known.basic_constraints.is_broken() || is_negative, Part::BasicConstraints),
        (known.key_usage.is_broken() || is_empty, Part::KeyUsage),
        (known.purposes.is_broken(), Part::ExtKeyUsage),
        (known.netscape.is_broken(), Part::OtherExtension),
        (known.subject_key_id.is_broken(), Part::SubjectKeyId),
        (known.authority_key_id.is_broken(), Part::AuthorityKeyId),
        (known.alt_names.is_broken(), Part::SubjectAltName),
        (known.name_constraints.is_broken(), Part::NameConstraints),
        (view.extension(oid::PROXY_CERT_INFO).is_some(), Part::OtherExtension),
    ];
    if let Some((_, part)) = broken.iter().find(|(is_broken, _)| *is_broken) {
        return Some(Rule::Unreadable(*part));
    }
    known.names().iter().find_map(bad_name).map(Rule::BadAlternativeName)
}

/// A GeneralName that cannot be decoded.
fn bad_name(name: &Tlv<'_>) -> Option<&'static str> {
    match name.tag {
        EMAIL | DNS | URI | ADDRESS | X400 | EDI_PARTY => None,
        REGISTERED_ID => name.value.is_empty().then_some("a registeredID"),
        DIRECTORY => {
            let inner = tlv::only(name.value).and_then(Dn::read);
            let is_read = inner.is_some_and(|dn| self::name(&dn, Part::SubjectAltName).is_ok());
            (!is_read).then_some("a directoryName")
        }
        OTHER_NAME => {
            let mut parts = name.inside();
            let is_read = parts.tagged(tlv::OID).is_some()
                && parts.tagged(tlv::constructed(0)).is_some()
                && parts.is_empty();
            (!is_read).then_some("an otherName")
        }
        _ => Some("an unknown kind of name"),
    }
}

/// `X509_supported_extension`.
const SUPPORTED: [&[u8]; 12] = [
    oid::NETSCAPE_CERT_TYPE,
    oid::KEY_USAGE,
    oid::SUBJECT_ALT_NAME,
    oid::BASIC_CONSTRAINTS,
    oid::CERTIFICATE_POLICIES,
    oid::CRL_DISTRIBUTION_POINTS,
    oid::EXT_KEY_USAGE,
    oid::OCSP_NO_CHECK,
    oid::POLICY_CONSTRAINTS,
    oid::NAME_CONSTRAINTS,
    oid::POLICY_MAPPINGS,
    oid::INHIBIT_ANY_POLICY,
];

fn critical(view: &View<'_>) -> Option<Rule> {
    let unknown = view.critical().find(|id| !SUPPORTED.contains(id));
    unknown.map(|id| Rule::CriticalExtension(oid::extension_name(id)))
}
