//! The device's own certificates, which stand beside its anchors where the server wants one.
//!
//! In: [`Examined`] with all certificates of a file. Out: the same without those that are no
//! anchors: nothing that is asked of an anchor is asked of them.

use super::{Examined, Held, source::Source, stack::Reads};
use crate::{
    certificate::{Certificate, Key},
    extensions,
};

/// Takes the device's own certificates from what `examined` holds; whether there were any.
pub(super) fn set_aside(examined: &mut Examined, source: &Source) -> bool {
    let candidates = examined.held.iter().filter_map(|held| held.certificate.as_ref());
    if candidates.filter(|one| !extensions::is_authority(one)).count() == 0 {
        return false;
    }
    let keys = private_keys(source);
    let before = examined.held.len();
    examined.held.retain(|held| !is_own(held, source, &keys));
    examined.held.len() < before
}

/// Whether `held` is given to what wants the device's own certificate; or is not for servers, or
/// has its private key in the same file, and the code gives it to nothing that takes anchors.
fn is_own(held: &Held, source: &Source, keys: &[Vec<u8>]) -> bool {
    let Some(certificate) = &held.certificate else { return false };
    if extensions::is_authority(certificate) {
        return false;
    }
    let used = held.name.as_deref().map_or(&[][..], |name| source.uses.of_constant(name));
    if used.iter().any(|one| one.reads == Reads::Own) {
        return true;
    }
    if used.iter().any(|one| one.takes_anchors) {
        return false;
    }
    !extensions::is_for_servers(certificate) || keys.iter().any(|key| fits(key, certificate))
}

/// The contents of the private keys in PEM that stand in `source`.
fn private_keys(source: &Source) -> Vec<Vec<u8>> {
    let blocks = source.constants.iter().filter_map(|one| pem::parse_many(&one.bytes).ok());
    let keys = blocks.flatten().filter(|block| block.tag().ends_with("PRIVATE KEY"));
    keys.map(pem::Pem::into_contents).collect()
}

/// Whether `key` is that of `certificate`: a private key holds the modulus (RFC 8017 appendix
/// A.1.2) or, as a rule, the point (RFC 5915 section 3) of its public one.
fn fits(key: &[u8], certificate: &Certificate) -> bool {
    let public = match certificate.key() {
        Key::Rsa { modulus, .. } => modulus,
        Key::Ec { point, .. } => point,
        Key::Other(_) => return false,
    };
    !public.is_empty() && key.windows(public.len()).any(|window| window == public)
}
