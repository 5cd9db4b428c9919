//! OpenSSL 3.0 to 4.0: `x509_vfy.c`, `v3_purp.c` (read and measured), and CPython and curl on top of it.
//!
//! Issuers are searched among the anchors first, then among the certificates sent, in any order. An
//! issuer has the name that the certificate states, and nothing that contradicts its key identifiers.
//! The path must end in a self-signed anchor, unless partial chains are allowed.

mod chain;
mod checks;
mod info;
mod names;
mod uris;

use self::info::Info;
pub(super) use self::uris::Uris;
use super::{
    case::{Case, Cert},
    dates, host,
    key::Key,
    reason::{NameFault, Refusal, Rule, Verdict},
    tlv::{GENERALIZED_TIME, Tlv},
    view::{Part, View},
};

/// How OpenSSL is used.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    /// `X509_V_FLAG_PARTIAL_CHAIN`: any anchor ends a path.
    pub(super) partial_chain: bool,
    /// `X509_V_FLAG_X509_STRICT`.
    pub(super) is_strict: bool,
    /// What compares the host.
    pub(super) names: Names,
    /// How the host of a URI is found.
    pub(super) uris: Uris,
}

/// What compares the host with the certificate's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// `X509_check_host` with wildcards for parts of a label.
    Partial,
    /// The same as OpenSSL 4.0 compares: ignoring a full stop at the end of a host.
    PartialUndotted,
    /// The same with `X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS`, as CPython sets it.
    Whole,
    /// curl's own comparison.
    Curl,
}

/// `SSL_MAX_CERT_LIST_DEFAULT`.
const MOST_OCTETS: usize = 1024 * 100;
/// RSA keys from here on have 112 bits of security, rounded to a multiple of 8
/// (`ossl_ifc_ffc_compute_security_bits`), as level 2 requires.
const FEWEST_RSA_BITS: usize = 1962;

/// The verdict on `case`.
pub(super) fn judge(case: &Case<'_>, setting: &Setting) -> Verdict {
    run(case, setting).into()
}

fn run(case: &Case<'_>, setting: &Setting) -> Result<(), Refusal> {
    let anchors = readable_anchors(case)?;
    case.fits(MOST_OCTETS)?;
    let mut sent = Vec::new();
    for cert in &case.sent {
        sent.push(Info::of(cert)?);
    }
    let leaf = sent.first().ok_or(Refusal::of_chain(Rule::NoCertificate))?;
    if let Some(refusal) = weak_key(leaf) {
        return Err(refusal);
    }
    handshake(leaf)?;
    let built = chain::build(case, setting, &sent, &anchors)?;
    checks::extensions(setting, &built)?;
    checks::levels(&built)?;
    named(case, setting, leaf)?;
    let unknown = checks::signatures(case, setting, &built)?;
    checks::name_constraints(setting, &built)?;
    if setting.names == Names::Curl && leaf.view.issuer.is_empty() {
        return Err(leaf.cert.breaks(Rule::Unreadable(Part::Issuer)));
    }
    unknown.map_or(Ok(()), Err)
}

/// The readable anchors; an unreadable one ends the load.
fn readable_anchors<'c, 'a>(case: &'c Case<'a>) -> Result<Vec<Info<'c, 'a>>, Refusal> {
    case.anchors.iter().map(Info::of).collect()
}

/// Security level 2: 112 bits.
fn weak_key(info: &Info<'_, '_>) -> Option<Refusal> {
    use super::key::Curve;
    let rule = match info.view.key {
        Key::Rsa { .. } | Key::RsaPss { .. } => {
            let bits = info.view.key.rsa_bits().unwrap_or_default();
            (bits < FEWEST_RSA_BITS).then_some(Rule::RsaSize { bits })
        }
        Key::Ec { curve: curve @ (Curve::P192 | Curve::Other), .. } => Some(Rule::Curve(curve)),
        Key::Unknown => Some(Rule::KeyKind("unknown")),
        Key::Broken => Some(Rule::Unreadable(Part::Key)),
        _ => None,
    };
    rule.map(|rule| info.cert.breaks(rule))
}

/// Whether the client offers to verify the server's signature by the leaf's key.
fn handshake(leaf: &Info<'_, '_>) -> Result<(), Refusal> {
    use super::key::Curve::{P256, P384, P521};
    match leaf.view.key {
        Key::Ec { curve: P256 | P384 | P521, .. }
        | Key::Rsa { .. }
        | Key::RsaPss { .. }
        | Key::Ed25519(_)
        | Key::Ed448 => Ok(()),
        Key::EcExplicit => Err(leaf.cert.breaks(Rule::ExplicitCurve)),
        _ => Err(leaf.cert.breaks(Rule::Handshake)),
    }
}

fn named(case: &Case<'_>, setting: &Setting, leaf: &Info<'_, '_>) -> Result<(), Refusal> {
    let Some(host) = case.host else { return Ok(()) };
    if names::is_named(leaf.view, host, setting.names) {
        return Ok(());
    }
    let fault = match host::fault(leaf.view, host) {
        NameFault::IllegalHost => NameFault::Other,
        fault => fault,
    };
    Err(leaf.cert.breaks(Rule::Name(fault)))
}

/// `X509_cmp_time`: only the forms of RFC 5280; `None` for others.
fn moment(date: Tlv<'_>) -> Option<i64> {
    let length = if date.tag == GENERALIZED_TIME { 15 } else { 13 };
    let written = dates::read(date).filter(|one| one.is_plain() && one.exists(59));
    written.filter(|_| date.value.len() == length).map(|written| written.unix())
}

/// `ossl_x509_check_cert_time`.
fn outdated(view: &View<'_>, at: i64) -> Option<Rule> {
    dates::outdated(moment(view.not_before), moment(view.not_after), at)
}

/// Whether two certificates have the same octets.
fn is_same(case: &Case<'_>, one: &Cert<'_>, other: &Cert<'_>) -> bool {
    case.is_same(one, other)
}
