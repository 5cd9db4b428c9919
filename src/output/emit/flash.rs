//! The cost of an artefact on a device, to help choose a format.

use super::{
    Error, Format, Identifier, check_demand, esp_bundle, formats::Stored, pem_text, render,
    variables,
};
use crate::{
    output::bundle::Bundle,
    x509::certificate::{Certificate, Key},
};

/// `sizeof(br_x509_trust_anchor)` with pointers of 4 bytes: a name (8), flags (4), the kind of key (4)
/// and the key (16), from bearssl_x509.h.
const BEARSSL_ANCHOR: usize = 32;

/// A `rustls_pki_types::TrustAnchor` with pointers of 4 bytes: three fields of three words.
const RUSTLS_ANCHOR: usize = 36;

/// A row of the table of several certificates in DER with pointers of 4 bytes: its start and its length.
const DER_ROW: usize = 8;

/// The bytes of flash that a device spends on `bundle` in `format`, on 32-bit machines.
///
/// The code that parses it and facts that the code does not use are not counted. `name` is that of the
/// constants, which counts if the device stores the source itself. `None` for formats that devices
/// do not store.
///
/// # Errors
///
/// Those of [`render`].
pub fn flash_bytes(
    bundle: &Bundle,
    format: Format,
    name: &Identifier,
) -> Result<Option<usize>, Error> {
    check_demand(bundle, format)?;
    let sum = |bytes: fn(&Certificate) -> usize| {
        bundle.entries.iter().map(|entry| bytes(&entry.certificate)).sum()
    };
    Ok(match format.stored {
        Stored::Nothing => None,
        Stored::File => Some(render(bundle, format, name)?.len()),
        Stored::PemAndNul => Some(pem_text(bundle).len() + 1),
        Stored::Der => Some(sum(|certificate| certificate.der().len()) + der_table(bundle)),
        Stored::EspBundle => Some(esp_bundle::indexed(bundle, format.name)?.len()),
        Stored::BearSslAnchors => Some(sum(bearssl_anchor)),
        Stored::RustlsAnchors => Some(sum(rustls_anchor)),
    })
}

/// The table of several certificates in DER; a single one needs none.
fn der_table(bundle: &Bundle) -> usize {
    match bundle.entries.len() {
        1 => 0,
        count => count * DER_ROW,
    }
}

fn bearssl_anchor(certificate: &Certificate) -> usize {
    let key = match certificate.key() {
        Key::Rsa { modulus, exponent } => modulus.len() + exponent.len(),
        Key::Ec { point, .. } => point.len(),
        Key::Other(_) | Key::Unknown(_) => 0,
    };
    BEARSSL_ANCHOR + certificate.subject_der().len() + key
}

fn rustls_anchor(certificate: &Certificate) -> usize {
    let constraints = variables::name_constraints(certificate).map_or(0, <[u8]>::len);
    let parts = [certificate.subject_der(), certificate.spki_der()];
    let contents: usize = parts.map(|part| variables::contents(part).len()).iter().sum();
    RUSTLS_ANCHOR + contents + constraints
}
