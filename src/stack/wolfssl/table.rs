//! The table of CAs (`CertManager`): anchors, and verified certificates of the chain.

use super::{Decoded, FEWEST_RSA_OCTETS, Version, constraints, constraints_5_9};
use crate::stack::{
    case::Case,
    dn::Dn,
    extensions::KEY_CERT_SIGN,
    issuer::{Wanted, why_none},
    reason::{Position, Refusal, Rule},
};

/// `WOLFSSL_MAX_CHAIN_DEPTH`: more than a chain can have.
const MOST_ABOVE: usize = 20;
/// `CA_TABLE_SIZE`.
const ROWS: u32 = 11;

/// CAs in rows by their key identifier, the latest first.
pub(super) struct Table<'c, 'a> {
    pub(super) version: Version,
    cas: Vec<Decoded<'c, 'a>>,
    passed_over: Option<Refusal>,
}

impl<'c, 'a> Table<'c, 'a> {
    /// The anchors that can be loaded; their dates count.
    pub(super) fn of_anchors(case: &'c Case<'a>, version: Version) -> Result<Self, Refusal> {
        let mut table = Self { version, cas: Vec::new(), passed_over: None };
        let mut refused = None;
        for anchor in &case.anchors {
            match table.load(case, anchor) {
                Ok(decoded) if !table.has(&decoded.subject_key_id) => {
                    table.cas.insert(0, decoded);
                }
                Ok(_) => {}
                Err(refusal) => _ = refused.get_or_insert(refusal),
            }
        }
        match refused.filter(|_| table.cas.is_empty()) {
            Some(refusal) => Err(refusal),
            None => Ok(table),
        }
    }

    /// `AddCA` for an anchor.
    fn load(
        &self,
        case: &Case<'a>,
        anchor: &'c crate::stack::case::Cert<'a>,
    ) -> Result<Decoded<'c, 'a>, Refusal> {
        let mut decoded = Decoded::of(anchor, Some(case.at), self.version)?;
        let rule = decoded.outdated.clone().or_else(|| decoded.critical.clone());
        if let Some(rule) = rule {
            return Err(anchor.breaks(rule));
        }
        if let Some(bits) =
            decoded.view.key.rsa_bits().filter(|_| decoded.key_octets < FEWEST_RSA_OCTETS)
        {
            return Err(anchor.breaks(Rule::RsaSize { bits }));
        }
        let issuer = if decoded.is_self_signed { None } else { self.issuer(&decoded) };
        decoded.limit_path(issuer, false).map_err(|rule| anchor.breaks(rule))?;
        Ok(decoded)
    }

    /// `AddCA` for a certificate of the chain.
    pub(super) fn add(&mut self, decoded: Decoded<'c, 'a>) -> Result<(), Refusal> {
        // Because of a bug in the library it only uses the key identifier if there is an authority key
        // identifier.
        let known = if decoded.authority_key_id.is_some() {
            self.has(&decoded.subject_key_id)
        } else {
            self.has(&decoded.subject_hash)
        };
        if known {
            return Ok(());
        }
        let obstacle = match decoded.key_usage {
            _ if decoded.is_self_signed => None,
            Some(usage) => (usage & KEY_CERT_SIGN == 0).then_some(Rule::NoKeyCertSign),
            None => (self.version == Version::V5_5).then_some(Rule::NoKeyUsage),
        };
        if let Some(rule) = obstacle {
            return Err(decoded.cert.breaks(rule));
        }
        if !self.has(&decoded.subject_key_id) {
            self.cas.insert(0, decoded);
        }
        Ok(())
    }

    fn has(&self, id: &[u8]) -> bool {
        self.cas.iter().any(|ca| ca.subject_key_id == id)
    }

    /// How `ParseCertRelative` finds the issuer.
    pub(super) fn issuer(&self, below: &Decoded<'_, '_>) -> Option<&Decoded<'c, 'a>> {
        let by_id = |id: &[u8; 20]| self.cas.iter().find(|ca| ca.subject_key_id == *id);
        let authority = below.authority_key_id;
        let own = below.subject_key_id_is_set.then_some(below.subject_key_id);
        let found = authority.as_ref().and_then(by_id).or_else(|| own.as_ref().and_then(by_id));
        let found = found.filter(|ca| ca.subject_hash == below.issuer_hash);
        found.or_else(|| self.by_name(below).filter(|_| authority.is_none()))
    }

    /// Whether nameConstraints permit the names of a certificate: those of its issuer, in 5.9 of every
    /// CA above it up to a self-signed one.
    pub(super) fn permits(&self, issuer: &Decoded<'c, 'a>, below: &Decoded<'_, '_>) -> bool {
        if self.version == Version::V5_5 {
            return constraints::permits(issuer, below);
        }
        let mut above = issuer;
        for _ in 0..MOST_ABOVE {
            if !constraints_5_9::permits(above, below) {
                return false;
            }
            let next = if above.is_self_signed { None } else { self.above(above) };
            match next {
                Some(next) if next.subject_key_id != above.subject_key_id => above = next,
                _ => return true,
            }
        }
        true
    }

    /// `FindSignerByAkidOrName`.
    fn above(&self, below: &Decoded<'c, 'a>) -> Option<&Decoded<'c, 'a>> {
        match below.authority_key_id {
            Some(id) => {
                let found = self.cas.iter().find(|ca| ca.subject_key_id == id);
                found.filter(|ca| ca.subject_hash == below.issuer_hash)
            }
            None => self.by_name(below),
        }
    }

    /// `GetCAByName`: row after row.
    fn by_name(&self, below: &Decoded<'_, '_>) -> Option<&Decoded<'c, 'a>> {
        let row = |id: &[u8; 20]| u32::from_be_bytes([id[0], id[1], id[2], id[3]]) % ROWS;
        let named = self.cas.iter().filter(|ca| ca.subject_hash == below.issuer_hash);
        named.min_by_key(|ca| row(&ca.subject_key_id))
    }

    /// Why the table has no issuer of a certificate.
    pub(super) fn why_none(&self, case: &Case<'a>, below: &Decoded<'_, 'a>) -> Refusal {
        let cert = below.cert;
        if self.by_name(below).is_some() {
            return cert.breaks(Rule::KeyIdentifier);
        }
        let equal = |one: &Dn<'_>, other: &Dn<'_>| one.is_same(other);
        let looked_at = |candidate: &crate::stack::case::Cert<'_>| {
            matches!(candidate.position, Position::Anchor(_)) || candidate.position > cert.position
        };
        // A certificate that is not a CA is not added.
        let obstacle = |cert: &crate::stack::case::Cert<'_>,
                        above: &crate::stack::view::View<'_>| {
            let is_ca = matches!(cert.position, Position::Anchor(_)) || above.extensions.is_ca();
            let rule = if above.is_v3() { Rule::NotCa } else { Rule::VersionOneCa };
            (!is_ca).then(|| cert.breaks(rule))
        };
        let wanted = Wanted { equal, looked_at: &looked_at, obstacle: &obstacle };
        why_none(case, cert, &wanted)
    }

    /// Records why a certificate of the chain was not added.
    pub(super) fn passed_over(&mut self, refusal: Refusal) {
        self.passed_over.get_or_insert(refusal);
    }

    pub(super) fn why_passed_over(&self) -> Option<Refusal> {
        self.passed_over.clone()
    }
}
