//! Issuers with an equal name in a different encoding.
//!
//! certgrab compares names byte by byte, as rustls-webpki does. By RFC 5280 section 7.1, names that
//! only differ in case, spaces or string type are equal. This explains why a chain does not verify; it
//! never makes one verify.

use crate::{judge::work::Work, trust::store::Store, x509::certificate::Certificate};

/// The certificate among `candidates` and the roots of `store` that issued `child`, by its key and by
/// an equal name in a different encoding.
pub(super) fn issuer<'a>(
    child: &Certificate,
    candidates: &'a [Certificate],
    store: &'a Store,
    work: &Work,
) -> Option<Certificate> {
    let wanted = child.issuer().compared()?;
    let is_wanted = |one: &Certificate| {
        one.subject_der() != child.issuer_der()
            && one.subject().compared().as_ref() == Some(&wanted)
            && work.may_be_signed_by(child, one)
    };
    let roots = store.added().map(|root| &root.certificate);
    candidates.iter().chain(roots).find(|one| is_wanted(one)).cloned()
}
