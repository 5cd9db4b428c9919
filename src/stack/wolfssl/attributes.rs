//! Extensions about the subject that wolfSSL only decodes to check for errors.

use crate::stack::tlv::{self, OID, SEQUENCE, SET, Tlv};

/// id-pda-countryOfCitizenship (RFC 3739 section 3.2.1).
const COUNTRY: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 9, 4];
/// id-ad-caRepository (RFC 5280 section 4.2.2.2).
const REPOSITORY: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 5];
/// The letters of a country.
const COUNTRY_LETTERS: usize = 2;

/// The members of a SEQUENCE, at least one, each a SEQUENCE that begins with an object identifier.
fn members(value: &[u8]) -> Option<Vec<(&[u8], Tlv<'_>)>> {
    let list = tlv::only(value).filter(|one| one.tag == SEQUENCE && !one.value.is_empty())?;
    let mut all = Vec::new();
    for one in tlv::all(list.value)? {
        let mut parts = (one.tag == SEQUENCE).then(|| one.inside())?;
        all.push((parts.tagged(OID)?.value, parts.read()?));
    }
    Some(all)
}

/// `DecodeSubjDirAttr`: a country has two letters.
pub(super) fn are_read(value: &[u8]) -> bool {
    let is_read = |(id, set): &(&[u8], Tlv<'_>)| {
        let country = || set.inside().read().is_some_and(|one| one.value.len() == COUNTRY_LETTERS);
        set.tag == SET && (*id != COUNTRY || country())
    };
    members(value).is_some_and(|all| all.iter().all(is_read))
}

/// `DecodeSubjInfoAcc`: one of the accesses is a repository at a URI.
pub(super) fn is_access_read(value: &[u8]) -> bool {
    let is_repository = |(id, place): &(&[u8], Tlv<'_>)| {
        *id == REPOSITORY && place.tag == crate::stack::extensions::URI && !place.value.is_empty()
    };
    members(value).is_some_and(|all| all.iter().any(is_repository))
}
