//! wolfSSL 5.5.4 and 5.9.4: `ProcessPeerCerts` of `internal.c`, `ParseCertRelative` of `asn.c`, and `AddCA`, which
//! in 5.9 is in `ssl_certman.c` (read and measured).
//!
//! Certificates are verified from the last one sent down to the leaf. Each CA certificate that an
//! earlier one issued is added to the anchors in a table, where issuers are found by key identifier, or
//! by name if there is none.

mod attributes;
mod constraints;
mod constraints_5_9;
mod decoded;
mod table;
mod values;

use self::{decoded::Decoded, table::Table};
use super::{
    case::{Case, Cert},
    extensions::{DIGITAL_SIGNATURE, DNS},
    host,
    key::Digest,
    oid,
    reason::{NameFault, Refusal, Rule, Verdict},
    signature::Check,
};

/// A version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V5_5,
    V5_9,
}

/// The differences between builds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Build {
    pub(super) version: Version,
    /// `WOLFSSL_ALT_CERT_CHAINS`: a CA certificate without an issuer is not an error.
    pub(super) alternative_chains: bool,
    /// `WOLFSSL_TRUST_PEER_CERT` with `OPENSSL_COMPATIBLE_DEFAULTS`: an anchor that is the leaf is
    /// enough.
    pub(super) trusts_leaf: bool,
}

impl Build {
    /// 5.9 as `configure` builds it.
    pub(super) const V5_9: Self =
        Self { version: Version::V5_9, alternative_chains: false, trusts_leaf: false };
    /// The same for 5.5.
    pub(super) const V5_5: Self = Self { version: Version::V5_5, ..Self::V5_9 };
    /// Debian's 5.5.4.
    pub(super) const DEBIAN: Self =
        Self { alternative_chains: true, trusts_leaf: true, ..Self::V5_5 };
}

/// `MAX_CHAIN_DEPTH`: further certificates are cut off; 5.9 refuses them.
const MOST_CERTIFICATES: usize = 9;
/// `MAX_HANDSHAKE_SZ`, for 9 certificates of 2 KiB.
const MOST_OCTETS: usize = 3 + (2048 + 3) * MOST_CERTIFICATES;
/// `WOLFSSL_MIN_RSA_BITS`, in octets of the encoded key or of the modulus.
const FEWEST_RSA_OCTETS: usize = 128;

/// The verdict on `case`.
pub(super) fn judge(case: &Case<'_>, build: &Build) -> Verdict {
    run(case, build).into()
}

fn run(case: &Case<'_>, build: &Build) -> Result<(), Refusal> {
    let is_5_9 = build.version == Version::V5_9;
    let mut table = Table::of_anchors(case, build.version)?;
    case.fits(MOST_OCTETS + 4)?;
    if is_5_9 && case.sent.len() > MOST_CERTIFICATES {
        return Err(Refusal::of_chain(Rule::ChainLength { most: MOST_CERTIFICATES }));
    }
    let sent = &case.sent[..case.sent.len().min(MOST_CERTIFICATES)];
    let leaf = sent.first().ok_or(Refusal::of_chain(Rule::NoCertificate))?;
    if build.trusts_leaf && is_trusted_peer(case, leaf)? {
        return leaf_checks(case, &Decoded::of(leaf, None, build.version)?, build.version);
    }
    let mut first_error = None;
    let mut unknown = None;
    for cert in sent[1..].iter().rev() {
        let outcome = verify(case, &table, cert, &mut unknown).and_then(|decoded| {
            fits_key(&decoded)?;
            if is_5_9 {
                is_for_servers(&table, &decoded)?;
            }
            Ok(decoded)
        });
        match outcome {
            Ok(decoded) if decoded.is_ca => {
                let added = table.add(decoded);
                first_error = first_error.or(added.err());
            }
            Ok(_) => {}
            Err(Failure { refusal, is_ca, is_unissued }) => {
                // Its issuer may be among those that are not looked at (`MAX_CHAIN_DEPTH`).
                let is_cut = sent.len() < case.sent.len()
                    && sent.last().is_some_and(|last| last.position == cert.position);
                let refusal = match is_unissued && is_cut {
                    true => Refusal::of_chain(Rule::ChainLength { most: MOST_CERTIFICATES }),
                    false => refusal,
                };
                let is_forgiven = build.alternative_chains && is_ca && is_unissued;
                if is_forgiven {
                    table.passed_over(refusal);
                } else {
                    first_error.get_or_insert(refusal);
                }
            }
        }
    }
    let decoded = verify(case, &table, leaf, &mut unknown).map_err(|failure| {
        // The leaf has no issuer because a certificate above it was not accepted.
        let reason = first_error.clone().or_else(|| table.why_passed_over());
        if failure.is_unissued { reason.unwrap_or(failure.refusal) } else { failure.refusal }
    })?;
    first_error.map_or(Ok(()), Err)?;
    leaf_checks(case, &decoded, build.version)?;
    unknown.map_or(Ok(()), Err)
}

/// Why one certificate failed.
struct Failure {
    refusal: Refusal,
    is_ca: bool,
    /// Whether no issuer was found in the table.
    is_unissued: bool,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, is_ca: false, is_unissued: false }
    }
}

/// `ParseCertRelative` with VERIFY.
fn verify<'c, 'a>(
    case: &Case<'a>,
    table: &Table<'c, 'a>,
    cert: &'c Cert<'a>,
    unknown: &mut Option<Refusal>,
) -> Result<Decoded<'c, 'a>, Failure> {
    let mut decoded = Decoded::of(cert, Some(case.at), table.version)?;
    let is_ca = decoded.is_ca;
    let fail = |refusal, is_unissued| Failure { refusal, is_ca, is_unissued };
    let Some(issuer) = table.issuer(&decoded) else {
        return Err(fail(table.why_none(case, &decoded), true));
    };
    decoded.limit_path(Some(issuer), true).map_err(|rule| fail(cert.breaks(rule), false))?;
    // 5.9 has no MD5 as `configure` builds it.
    if table.version == Version::V5_9 && decoded.view.outer.scheme.digest() == Some(Digest::Md5) {
        return Err(fail(cert.breaks(Rule::WeakDigest(Digest::Md5)), false));
    }
    match case.check(cert, issuer.cert) {
        Check::Good => {}
        Check::Bad => return Err(fail(cert.breaks(Rule::WrongSignature), false)),
        Check::Unknown => *unknown = Some(cert.breaks(Rule::NotComputed)),
    }
    if !table.permits(issuer, &decoded) {
        return Err(fail(cert.breaks(Rule::NameConstraints), false));
    }
    match decoded.outdated.clone().or_else(|| decoded.critical.clone()) {
        Some(rule) => Err(fail(cert.breaks(rule), false)),
        None => Ok(decoded),
    }
}

/// `ProcessPeerCertCheckKey`.
fn fits_key(decoded: &Decoded<'_, '_>) -> Result<(), Refusal> {
    match decoded.view.key.rsa_bits().filter(|_| decoded.key_octets < FEWEST_RSA_OCTETS) {
        Some(bits) => Err(decoded.cert.breaks(Rule::RsaSize { bits })),
        None => Ok(()),
    }
}

/// `GetTrustedPeer` and `MatchTrustedPeer`: an anchor with the leaf's name, key identifier and
/// signature.
fn is_trusted_peer(case: &Case<'_>, leaf: &Cert<'_>) -> Result<bool, Refusal> {
    let peer = Decoded::of(leaf, None, Version::V5_5)?;
    let is_peer = |anchor: &Cert<'_>| {
        let held = Decoded::of(anchor, Some(case.at), Version::V5_5).ok()?;
        let is_same_key = peer.subject_key_id_is_set.then_some(peer.subject_key_id);
        (held.outdated.is_none()
            && held.view.subject.is_same(&peer.view.subject)
            && is_same_key.is_none_or(|id| id == held.subject_key_id)
            && held.view.signature == peer.view.signature)
            .then_some(())
    };
    Ok(case.anchors.iter().any(|anchor| is_peer(anchor).is_some()))
}

/// `CheckChainCAExtKeyUsage` of 5.9; a sent anchor is not part of the chain.
fn is_for_servers(table: &Table<'_, '_>, decoded: &Decoded<'_, '_>) -> Result<(), Refusal> {
    let is_anchor = decoded.is_self_signed
        && table
            .issuer(decoded)
            .is_some_and(|issuer| issuer.view.spki.whole == decoded.view.spki.whole);
    let is_allowed = decoded.view.extensions.is_for(&[oid::SERVER_AUTH, oid::ANY_PURPOSE]);
    match !decoded.is_ca || is_anchor || is_allowed {
        true => Ok(()),
        false => Err(decoded.cert.breaks(Rule::Purpose)),
    }
}

/// The checks of the leaf that do not concern the path.
fn leaf_checks(case: &Case<'_>, leaf: &Decoded<'_, '_>, version: Version) -> Result<(), Refusal> {
    let breaks = |rule| Err(leaf.cert.breaks(rule));
    let is_5_9 = version == Version::V5_9;
    if is_5_9 && leaf.key_usage.is_some_and(|usage| usage & DIGITAL_SIGNATURE == 0) {
        return breaks(Rule::NoDigitalSignature);
    }
    let wanted = [oid::SERVER_AUTH, oid::ANY_PURPOSE];
    if !leaf.view.extensions.is_for(&wanted) {
        return breaks(Rule::Purpose);
    }
    if let Some(host) = case.host {
        if is_5_9 && !host::is_domain_in_wolfssl(host) {
            let is_address = host::address(host).is_some();
            return breaks(Rule::Name(match is_address {
                true => NameFault::Address,
                false => NameFault::NoDomain,
            }));
        }
        let is_named = if is_5_9 { is_named_in_5_9(leaf, host) } else { is_named(leaf, host) };
        if !is_named {
            return breaks(Rule::Name(host::fault(leaf.view, host)));
        }
    }
    match leaf.view.key.rsa_bits().filter(|bits| bits.div_ceil(8) < FEWEST_RSA_OCTETS) {
        Some(bits) => breaks(Rule::RsaSize { bits }),
        None => Ok(()),
    }
}

/// `CheckForAltNames`, or the last common name if there are none.
fn is_named(leaf: &Decoded<'_, '_>, host: &str) -> bool {
    if leaf.alt_names.is_empty() {
        return leaf.common_name().is_some_and(|name| host::wolfssl(name, host));
    }
    leaf.alt_names.iter().any(|(_, name)| host::wolfssl(name, host))
}

/// The same in 5.9, which only compares dNSNames.
fn is_named_in_5_9(leaf: &Decoded<'_, '_>, host: &str) -> bool {
    if leaf.alt_names.is_empty() {
        return leaf.common_name().is_some_and(|name| host::wolfssl_5_9(name, host));
    }
    let names = leaf.alt_names.iter();
    names.filter(|(tag, _)| *tag == DNS).any(|(_, name)| host::wolfssl_5_9(name, host))
}
