//! The two binary formats of ESP-IDF's certificate bundle: names and keys, sorted by name.
//!
//! The device finds an issuer by binary search over the names, so their order matters. The parser of
//! either format only sees the bytes: one wrong length hides every entry.

use super::Error;
use crate::output::bundle::Bundle;

/// An entry holds the lengths of name and key in 16 bits each.
const MAX_FIELD: usize = u16::MAX as usize;

/// `[u32 offset]*count`, then for each certificate `[u16 name length][u16 key length][name][key]`,
/// little-endian, the offsets counted from the first byte: count is the first offset through 4.
pub(super) fn indexed(bundle: &Bundle, format: &'static str) -> Result<Vec<u8>, Error> {
    let entries = entries(bundle, format, u16::to_le_bytes)?;
    let mut offset = entries.len() * size_of::<u32>();
    let mut out = Vec::new();
    for entry in &entries {
        let start = u32::try_from(offset).map_err(|_| too_large(format))?;
        out.extend(start.to_le_bytes());
        offset += entry.len();
    }
    out.extend(entries.concat());
    Ok(out)
}

/// `[u16 count]`, then the same entries, all numbers big-endian.
pub(super) fn counted(bundle: &Bundle, format: &'static str) -> Result<Vec<u8>, Error> {
    let entries = entries(bundle, format, u16::to_be_bytes)?;
    let count = u16::try_from(entries.len()).map_err(|_| too_large(format))?;
    Ok([&count.to_be_bytes()[..], &entries.concat()].concat())
}

/// The entries by name; one for certificates with the same name and key.
fn entries(
    bundle: &Bundle,
    format: &'static str,
    number: impl Fn(u16) -> [u8; 2],
) -> Result<Vec<Vec<u8>>, Error> {
    let certificates = bundle.entries.iter().map(|entry| &entry.certificate);
    let mut anchors: Vec<(&[u8], &[u8])> = certificates
        .map(|certificate| (certificate.subject_der(), certificate.spki_der()))
        .collect();
    anchors.sort_unstable();
    anchors.dedup();
    let entry = |(name, key): (&[u8], &[u8])| {
        if name.len() > MAX_FIELD || key.len() > MAX_FIELD {
            return Err(too_large(format));
        }
        let lengths = [number(name.len() as u16), number(key.len() as u16)].concat();
        Ok([&lengths, name, key].concat())
    };
    anchors.into_iter().map(entry).collect()
}

fn too_large(format: &'static str) -> Error {
    Error::TooLarge { format, limit: MAX_FIELD, what: "name or key" }
}
