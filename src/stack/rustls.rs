//! rustls 0.23 with rustls-webpki 0.103: the library itself, with the signatures of its providers.
//!
//! Of an anchor, only name, key and nameConstraints count.

mod algorithms;

use rustls_pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, Error, KeyUsage};

use super::{
    case::{Case, Cert},
    dn::Dn,
    host,
    issuer::{Wanted, why_none},
    key::{Digest, Key, PointForm, Scheme},
    oid,
    reason::{Refusal, Rule, Verdict},
    signature::Check,
    view::{Part, View},
};

/// Where the signatures are verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Provider {
    Ring,
    AwsLcRs,
}

/// The longest Certificate message that is read.
const MOST_OCTETS: usize = 0xffff;
/// The shortest RSA keys that aws-lc-rs accepts; ring counts whole octets.
const FEWEST_RSA_BITS: usize = 2048;

/// The verdict on `case`.
pub(super) fn judge(case: &Case<'_>, provider: Provider) -> Verdict {
    run(case, provider).into()
}

fn run(case: &Case<'_>, provider: Provider) -> Result<(), Refusal> {
    let mut anchors = Vec::new();
    let ders: Vec<_> = case.anchor_ders.iter().map(|der| CertificateDer::from(*der)).collect();
    for (der, anchor) in ders.iter().zip(&case.anchors) {
        let read = webpki::anchor_from_trusted_cert(der);
        anchors.push(read.map_err(|error| unread(anchor, &error))?);
    }
    case.fits(MOST_OCTETS)?;
    let sent: Vec<_> = case.ders.iter().map(|der| CertificateDer::from(*der)).collect();
    let (leaf, rest) = sent.split_first().ok_or(Refusal::of_chain(Rule::NoCertificate))?;
    let cert = &case.sent[0];
    let parsed = EndEntityCert::try_from(leaf).map_err(|error| unread(cert, &error))?;
    if let Ok(view) = &cert.view {
        handshake(cert, view, provider)?;
    }
    verify(case, &parsed, rest, &anchors, provider)?;
    let Some(host) = case.host else { return Ok(()) };
    let named = ServerName::try_from(host).map_err(|_| Error::UnsupportedNameType);
    let named = named.and_then(|name| parsed.verify_is_valid_for_subject_name(&name));
    named.map_err(|error| match (error, &cert.view) {
        (Error::CertNotValidForName(_) | Error::UnsupportedNameType, Ok(view)) => {
            cert.breaks(Rule::Name(host::fault(view, host)))
        }
        // It reads nothing but subjectAltName.
        _ => cert.breaks(Rule::Unreadable(Part::SubjectAltName)),
    })
}

fn verify(
    case: &Case<'_>,
    leaf: &EndEntityCert<'_>,
    rest: &[CertificateDer<'_>],
    anchors: &[TrustAnchor<'_>],
    provider: Provider,
) -> Result<(), Refusal> {
    let at = u64::try_from(case.at).unwrap_or_default();
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(at));
    let algorithms = match provider {
        Provider::Ring => algorithms::ring().to_vec(),
        Provider::AwsLcRs => algorithms::aws_lc_rs(),
    };
    let usage = KeyUsage::server_auth();
    let path = leaf.verify_for_usage(&algorithms, anchors, rest, time, usage, None, None);
    path.map(|_| ()).map_err(|error| why(case, &error, provider))
}

/// A certificate that cannot be read.
fn unread(cert: &Cert<'_>, error: &Error) -> Refusal {
    let Ok(view) = &cert.view else { return cert.breaks(Rule::Unreadable(Part::Certificate)) };
    let rule = match error {
        Error::UnsupportedCertVersion => Rule::Unreadable(Part::Version),
        Error::UnsupportedCriticalExtension => critical(view),
        Error::SignatureAlgorithmMismatch => Rule::AlgorithmsDiffer,
        Error::InvalidSerialNumber => Rule::Unreadable(Part::SerialNumber),
        Error::ExtensionValueInvalid => match view.duplicate() {
            Some(id) => Rule::DuplicateExtension(oid::extension_name(id)),
            None => Rule::Unreadable(Part::Extensions),
        },
        _ => Rule::Unreadable(reads(view).err().unwrap_or(Part::Certificate)),
    };
    cert.breaks(rule)
}

fn critical(view: &View<'_>) -> Rule {
    const KNOWN: [&[u8]; 6] = [
        oid::BASIC_CONSTRAINTS,
        oid::KEY_USAGE,
        oid::EXT_KEY_USAGE,
        oid::SUBJECT_ALT_NAME,
        oid::NAME_CONSTRAINTS,
        oid::CRL_DISTRIBUTION_POINTS,
    ];
    let id = view.critical().find(|id| !KNOWN.contains(id));
    Rule::CriticalExtension(id.map_or_else(String::new, oid::extension_name))
}

/// The rule for an error of the path, and the certificate that violates it.
fn why(case: &Case<'_>, error: &Error, provider: Provider) -> Refusal {
    let views = || case.sent.iter().filter_map(|cert| Some((cert, cert.view.as_ref().ok()?)));
    let find = |is_so: &dyn Fn(&Cert<'_>, &View<'_>) -> bool| {
        let found = views().find(|(cert, view)| is_so(cert, view));
        found.map_or(&case.sent[0], |(cert, _)| cert)
    };
    let is_ca = |view: &View<'_>| view.extensions.is_ca();
    let at = case.at;
    match error {
        Error::CertExpired { .. } => {
            find(&|_, view| unix(view.not_after) < at).breaks(Rule::Expired)
        }
        Error::CertNotValidYet { .. } => {
            find(&|_, view| unix(view.not_before) > at).breaks(Rule::NotYetValid)
        }
        Error::CaUsedAsEndEntity => case.sent[0].breaks(Rule::CaAsLeaf),
        Error::EndEntityUsedAsCa => {
            find(&|cert, view| cert.position > case.sent[0].position && !is_ca(view))
                .breaks(Rule::NotCa)
        }
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => {
            find(&|_, view| !view.extensions.is_for(&[oid::SERVER_AUTH])).breaks(Rule::Purpose)
        }
        Error::NameConstraintViolation => case.sent[0].breaks(Rule::NameConstraints),
        Error::MaximumNameConstraintComparisonsExceeded => case.sent[0].breaks(Rule::ManyNames),
        Error::PathLenConstraintViolated => {
            find(&|_, view| view.extensions.path_len().is_some()).breaks(Rule::PathLength)
        }
        Error::MaximumPathDepthExceeded => Refusal::of_chain(Rule::ChainLength { most: 8 }),
        Error::BadDerTime | Error::InvalidCertValidity => {
            find(&|_, view| !is_plain_date(view)).breaks(Rule::Unreadable(Part::Validity))
        }
        Error::UnsupportedCriticalExtension => {
            let cert = find(
                &|_, view| matches!(critical(view), Rule::CriticalExtension(id) if !id.is_empty()),
            );
            unread(cert, error)
        }
        Error::UnsupportedCertVersion => {
            find(&|_, view| !view.is_v3()).breaks(Rule::Unreadable(Part::Version))
        }
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)
        | Error::InvalidSignatureForPublicKey => unsupported(case, provider),
        Error::UnknownIssuer => unissued(case),
        Error::ExtensionValueInvalid => unread(find(&|_, view| view.duplicate().is_some()), error),
        other => unread(find(&|_, view| reads(view).is_err()), other),
    }
}

fn unix(date: super::tlv::Tlv<'_>) -> i64 {
    super::dates::read(date).map_or(0, |one| one.unix())
}

fn is_plain_date(view: &View<'_>) -> bool {
    let is_plain =
        |date| super::dates::read(date).is_some_and(|one| one.is_plain() && one.unix() >= 0);
    is_plain(view.not_before) && is_plain(view.not_after)
}

/// What webpki cannot read in a certificate although other stacks can. A pathLenConstraint has one octet
/// (`check_basic_constraints`).
fn reads(view: &View<'_>) -> Result<(), Part> {
    let ca = view.extensions.basic_constraints.read().and_then(|one| one.ca);
    let length = view.extensions.path_len();
    if !matches!(ca, None | Some(0xff))
        || view.extensions.basic_constraints.is_broken()
        || length.is_some_and(|length| !(0..=0xff).contains(&length))
    {
        return Err(Part::BasicConstraints);
    }
    if !view.is_v3() {
        return Err(Part::Version);
    }
    if !view.unique_ids.is_empty() {
        return Err(Part::UniqueIds);
    }
    Ok(())
}

/// Why no available certificate is the issuer of one.
fn unissued(case: &Case<'_>) -> Refusal {
    let mut current = &case.sent[0];
    let equal = |one: &Dn<'_>, other: &Dn<'_>| one.is_same(other);
    for _ in 0..case.sent.len() {
        let Ok(view) = &current.view else { break };
        let is_issuer = |one: &&Cert<'_>| {
            let named = one.view.as_ref().is_ok_and(|above| above.subject.is_same(&view.issuer));
            named && one.position != current.position
        };
        match case.sent.iter().find(|one| is_issuer(one)) {
            Some(next) if case.check(current, next) == Check::Good => current = next,
            _ => break,
        }
    }
    if case.anchors.iter().any(|anchor| case.is_same(anchor, &case.sent[0])) {
        return case.sent[0].breaks(Rule::LeafAnchor);
    }
    why_none(case, current, &Wanted { equal, looked_at: &|_| true, obstacle: &|_, _| None })
}

/// The first certificate whose signature is wrong or not supported by the provider.
fn unsupported(case: &Case<'_>, provider: Provider) -> Refusal {
    let all = || case.sent.iter().skip(1).chain(&case.anchors);
    for cert in &case.sent {
        let Ok(view) = &cert.view else { continue };
        let issuers = all().filter_map(|one| Some((one, one.view.as_ref().ok()?)));
        let issuer = issuers.into_iter().find(|(_, above)| above.subject.is_same(&view.issuer));
        let Some((issuer, above)) = issuer else { continue };
        if let Some(rule) = scheme(view, above) {
            return cert.breaks(rule);
        }
        if let Err(refusal) = handshake(issuer, above, provider) {
            return refusal;
        }
        if case.check(cert, issuer) == Check::Bad {
            return cert.breaks(Rule::WrongSignature);
        }
    }
    case.sent[0].breaks(Rule::WrongSignature)
}

fn scheme(view: &View<'_>, issuer: &View<'_>) -> Option<Rule> {
    use Digest::{Sha256, Sha384, Sha512};
    Some(match view.outer.scheme {
        Scheme::Ecdsa(_) if view.outer.has_null() => Rule::Scheme("ECDSA with NULL parameters"),
        Scheme::Ecdsa(Sha512) if issuer.key.makes(view.outer.scheme) => match issuer.key {
            Key::Ec { curve: super::key::Curve::P521, .. } => return None,
            _ => Rule::Scheme("ecdsa-with-SHA512"),
        },
        Scheme::Rsa(Sha256 | Sha384 | Sha512) | Scheme::Ecdsa(Sha256 | Sha384) => return None,
        Scheme::Ed25519 => return None,
        Scheme::Rsa(digest) | Scheme::Ecdsa(digest) => Rule::WeakDigest(digest),
        Scheme::Pss { digest: Sha256 | Sha384 | Sha512, .. } if is_usual_salt(view) => return None,
        Scheme::Pss { digest: digest @ (Digest::Md5 | Digest::Sha1 | Digest::Sha224), .. } => {
            Rule::WeakDigest(digest)
        }
        Scheme::Pss { .. } => Rule::Scheme("RSASSA-PSS with a salt of another length"),
        Scheme::Ed448 => Rule::Scheme("Ed448"),
        Scheme::Unknown => Rule::Scheme("an unknown algorithm"),
    })
}

/// Whether a salt of RSASSA-PSS is as long as the digest.
fn is_usual_salt(view: &View<'_>) -> bool {
    matches!(view.outer.scheme, Scheme::Pss { digest, salt, .. } if salt == digest.octets())
}

/// The keys that the provider verifies with, in a handshake and on certificates.
fn handshake(cert: &Cert<'_>, view: &View<'_>, provider: Provider) -> Result<(), Refusal> {
    use super::key::Curve::{P256, P384, P521};
    let is_aws = provider == Provider::AwsLcRs;
    let rule = match view.key {
        Key::Rsa { modulus, .. } => {
            let bits = view.key.rsa_bits().unwrap_or_default();
            let counted = if is_aws { bits } else { modulus.len() * 8 };
            if (FEWEST_RSA_BITS..=8192).contains(&counted) {
                return Ok(());
            }
            Rule::RsaSize { bits }
        }
        Key::Ec { form: PointForm::Compressed, .. } if !is_aws => Rule::CompressedPoint,
        Key::Ec { curve: P256 | P384, .. } | Key::Ed25519(_) => return Ok(()),
        Key::Ec { curve: P521, .. } if is_aws => return Ok(()),
        Key::Ec { curve, .. } => Rule::Curve(curve),
        Key::EcExplicit => Rule::ExplicitCurve,
        Key::Ed448 => Rule::KeyKind("Ed448"),
        Key::RsaPss { .. } => Rule::KeyKind("RSASSA-PSS"),
        Key::Unknown => Rule::KeyKind("unknown"),
        Key::Broken => Rule::Unreadable(Part::Key),
    };
    Err(cert.breaks(rule))
}
