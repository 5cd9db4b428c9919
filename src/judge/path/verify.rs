//! One call of rustls-webpki, whose signature checks count as the work for the target.

use std::time::Duration;

use rustls_pki_types::{
    CertificateDer, Der, ServerName, SignatureVerificationAlgorithm, TrustAnchor, UnixTime,
};
use webpki::{EndEntityCert, Error, KeyUsage, VerifiedPath, anchor_from_trusted_cert};

use super::Question;
use crate::{judge::work::Work, text::time::Time, x509::certificate::Certificate};

/// Receives every path that verifies, and may reject it.
type Hook<'a> = &'a dyn Fn(&VerifiedPath<'_>) -> Result<(), Error>;

/// The outcome for `leaf`.
pub(super) fn verify(
    leaf: &EndEntityCert<'_>,
    anchors: &[TrustAnchor<'_>],
    intermediates: &[CertificateDer<'_>],
    (at, work): (Time, &Work),
    hook: Option<Hook<'_>>,
) -> Result<(), Error> {
    let at = UnixTime::since_unix_epoch(Duration::from_secs(at.unix().try_into().unwrap_or(0)));
    let algorithms = work.algorithms();
    let algorithms: Vec<_> =
        algorithms.iter().map(|one| one as &dyn SignatureVerificationAlgorithm).collect();
    let usage = KeyUsage::server_auth();
    leaf.verify_for_usage(&algorithms, anchors, intermediates, at, usage, None, hook).map(drop)
}

/// The outcome for the chain `below`, from its leaf up, with `above` trusted, and with `constraints`
/// instead of its own nameConstraints if they are given.
pub(super) fn verify_below(
    below: &[&Certificate],
    above: &Certificate,
    constraints: Option<&[u8]>,
    question: Question<'_>,
) -> Result<(), Error> {
    let ders: Vec<_> = below.iter().map(|one| CertificateDer::from(one.der())).collect();
    let Some((leaf, intermediates)) = ders.split_first() else { return Ok(()) };
    let above = CertificateDer::from(above.der());
    let anchors = [trust_anchor(&above, constraints)?];
    let leaf = EndEntityCert::try_from(leaf)?;
    verify(&leaf, &anchors, intermediates, (question.at, question.work), None)
}

/// The outcome for `name` and the names of `leaf` alone.
pub(super) fn verify_name(leaf: &Certificate, name: &ServerName<'_>) -> Result<(), Error> {
    let der = CertificateDer::from(leaf.der());
    EndEntityCert::try_from(&der)?.verify_is_valid_for_subject_name(name)
}

/// A root in the form for rustls-webpki, with `constraints` instead of its own if they are given.
pub(super) fn trust_anchor<'a>(
    der: &'a CertificateDer<'a>,
    constraints: Option<&'a [u8]>,
) -> Result<TrustAnchor<'a>, Error> {
    let mut anchor = anchor_from_trusted_cert(der)?;
    if let Some(constraints) = constraints {
        anchor.name_constraints = Some(Der::from_slice(constraints));
    }
    Ok(anchor)
}
