//! The constants of a file, each with the anchors that a device gets from it.

use super::{EmbeddedAnchor, Reading};
use crate::{chain::Presented, trust::store::Store, x509::certificate::Certificate};

/// The anchors of the file, grouped by constant; those of a file that certgrab wrote are one group.
///
/// An unused constant next to one that the code passes on verifies nothing.
pub(super) fn constants(reading: &Reading) -> Vec<Vec<EmbeddedAnchor>> {
    let mut anchors = reading.anchors.clone();
    if reading.is_generated && !anchors.is_empty() {
        return vec![anchors];
    }
    if anchors.iter().any(|one| one.is_given) {
        anchors.retain(|one| one.is_given);
    }
    anchors.sort_by_key(|one| one.constant);
    anchors
        .chunk_by(|one, next| one.constant == next.constant)
        .map(<[EmbeddedAnchor]>::to_vec)
        .collect()
}

/// Exactly what a device with this constant trusts.
pub(super) fn anchors_of(
    constant: &[EmbeddedAnchor],
    presented: &Presented,
    known: &Store,
) -> Vec<Certificate> {
    constant.iter().filter_map(|one| anchor_of(one, presented, known)).collect()
}

/// The anchor as a certificate: the known or presented one, or one made from its name and key.
pub(super) fn anchor_of(
    anchor: &EmbeddedAnchor,
    presented: &Presented,
    known: &Store,
) -> Option<Certificate> {
    anchor.resolved(known).or_else(|| {
        let key = anchor.key.as_ref()?;
        let sent = presented.certificates().find(|certificate| key.is_of(certificate));
        sent.cloned().or_else(|| key.as_certificate())
    })
}
