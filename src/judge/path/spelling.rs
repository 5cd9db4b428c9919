//! Issuers whose name is equal but written otherwise.
//!
//! Names are compared here byte by byte, as rustls-webpki compares them. RFC 5280 section 7.1 takes
//! names as equal that differ in case, in spaces, or in the type of string. This explains a chain
//! that does not hold; it never makes one hold.

use crate::{
    trust::store::Store,
    x509::{certificate::Certificate, extensions},
};

/// The certificate among `candidates` and the roots of `store` that issued `child`, by its key and
/// by a name that is equal though written otherwise.
pub(super) fn issuer<'a>(
    child: &Certificate,
    candidates: &'a [Certificate],
    store: &'a Store,
) -> Option<Certificate> {
    let wanted = child.issuer().compared()?;
    let is_wanted = |one: &Certificate| {
        one.subject_der() != child.issuer_der()
            && one.subject().compared().as_ref() == Some(&wanted)
            && extensions::is_signed_by(child, one) != Some(false)
    };
    let roots = store.added().map(|root| &root.certificate);
    candidates.iter().chain(roots).find(|one| is_wanted(one)).cloned()
}
