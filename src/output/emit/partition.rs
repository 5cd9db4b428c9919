//! Binary files with several certificates for partitions of a device.
//!
//! In: a bundle. Out: the archive of the ESP8266's certificate store, or the partition of ESP-AT.

use super::Error;
use crate::output::bundle::Bundle;

/// An `ar` archive with one DER file per certificate, as `certs-from-mozilla.py` of the ESP8266 core
/// makes it. Dates, users and groups are 0, as with `ar -D`.
pub(super) fn certs_ar(bundle: &Bundle) -> Vec<u8> {
    let mut out = b"!<arch>\n".to_vec();
    for (index, entry) in bundle.entries.iter().enumerate() {
        let der = entry.certificate.der();
        let name = format!("ca_{index:03}.der/");
        out.extend(
            format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 644, der.len()).bytes(),
        );
        out.extend(der);
        // Each file begins at an even offset.
        out.extend((der.len() % 2 == 1).then_some(b'\n'));
    }
    out
}

/// The partition `client_ca` and similar ones, as `AtPKI.py` of ESP-AT writes it: `F1 F1`, the count,
/// the length of the rest, then for each certificate its kind, its number, its length and its PEM text,
/// padded to a multiple of four bytes; numbers are little-endian.
pub(super) fn esp_at_pki(bundle: &Bundle, format: &'static str) -> Result<Vec<u8>, Error> {
    const MAGIC: [u8; 2] = [0xf1, 0xf1];
    const CA: u8 = 1;
    const MAX_LENGTH: usize = u16::MAX as usize;
    let too_large = |what, limit| Error::TooLarge { format, what, limit };
    let mut rest = Vec::new();
    for (index, entry) in bundle.entries.iter().enumerate() {
        let pem = entry.certificate.pem();
        let id = u8::try_from(index).map_err(|_| too_large("numbers of certificates", 255))?;
        let length =
            u16::try_from(pem.len()).map_err(|_| too_large("a certificate", MAX_LENGTH))?;
        rest.extend([CA, id]);
        rest.extend(length.to_le_bytes());
        rest.extend(pem.bytes());
        rest.resize(rest.len().next_multiple_of(4), 0);
    }
    let count = bundle.entries.len() as u16;
    let mut out = [&MAGIC[..], &count.to_le_bytes(), &(rest.len() as u32).to_le_bytes()].concat();
    out.extend(rest);
    Ok(out)
}
