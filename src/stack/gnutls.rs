//! GnuTLS 3.7.9 of Debian: `verify-high.c`, `verify.c` and `name_constraints.c` (read and measured).
//!
//! The certificates sent are sorted first, issuer after issuer, and all of them are verified; a
//! certificate with an anchor's name and key ends the path. The first issuer found is kept.

mod constraints;
mod path;
mod reading;

use self::path::{MOST_CERTIFICATES, Path};

use super::{
    case::Case,
    dn,
    extensions::{ADDRESS, DIGITAL_SIGNATURE, DNS, URI},
    host,
    key::{Curve, Digest, Key, PointForm, Scheme},
    oid,
    reason::{Refusal, Rule, Verdict},
    search::{Link, Links},
    view::{Part, View},
};

/// `MAX_HANDSHAKE_PACKET_SIZE` of GnuTLS.
const MOST_OCTETS: usize = 128 * 1024;
/// Shorter RSA keys have no security parameter that the default profile accepts.
const FEWEST_RSA_BITS: usize = 1024;

/// The verdict on `case`.
pub(super) fn judge(case: &Case<'_>) -> Verdict {
    run(case).into()
}

fn run(case: &Case<'_>) -> Result<(), Refusal> {
    let Links { anchors, sent, leaf } =
        Links::read(case, reading::reads, MOST_OCTETS, MOST_CERTIFICATES)?;
    handshake(leaf)?;
    let unknown = Path { case, anchors: &anchors }.verify(&sent)?;
    leaf_checks(case, leaf)?;
    if let Some((cert, _)) = sent.iter().find(|(_, view)| reading::requires_staple(view)) {
        return Err(cert.breaks(Rule::MustStaple));
    }
    unknown.map_or(Ok(()), Err)
}

/// The keys whose handshake signatures the client offers to verify, and keyUsage.
fn handshake((cert, view): Link<'_, '_>) -> Result<(), Refusal> {
    use Curve::{P256, P384, P521};
    let rule = match view.key {
        Key::Rsa { .. } | Key::RsaPss { .. } | Key::Ed25519(_) | Key::Ed448 => return Ok(()),
        Key::Ec { curve: P256 | P384 | P521, form: PointForm::Uncompressed, .. } => return Ok(()),
        Key::Ec { form: PointForm::Compressed, .. } => Rule::CompressedPoint,
        Key::EcExplicit => Rule::ExplicitCurve,
        Key::Broken => Rule::Unreadable(Part::Key),
        _ => Rule::Handshake,
    };
    Err(cert.breaks(rule))
}

/// The signature algorithms that are secure for certificates; `verify_crt` does not require that of one
/// that counts as self-signed.
fn scheme(
    (cert, view): Link<'_, '_>,
    issuer: &View<'_>,
    is_own_issuer: bool,
) -> Result<(), Refusal> {
    let rule = match view.outer.scheme {
        Scheme::Rsa(Digest::Sha1) | Scheme::Ecdsa(Digest::Sha1) if is_own_issuer => return Ok(()),
        Scheme::Rsa(digest @ (Digest::Md5 | Digest::Sha1))
        | Scheme::Ecdsa(digest @ (Digest::Md5 | Digest::Sha1))
        | Scheme::Pss { digest: digest @ (Digest::Md5 | Digest::Sha1), .. } => {
            Rule::WeakDigest(digest)
        }
        Scheme::Pss { digest: Digest::Sha224, .. } => Rule::Scheme("RSASSA-PSS with SHA-224"),
        Scheme::Pss { digest, mask, .. } if digest != mask => {
            Rule::Scheme("RSASSA-PSS with a mask of another digest")
        }
        // A key that is only for RSASSA-PSS has its salt in the signature; others have the usual one.
        Scheme::Pss { digest, salt, .. }
            if salt != digest.octets() && matches!(issuer.key, Key::Rsa { .. }) =>
        {
            Rule::Scheme("RSASSA-PSS with a salt of another length")
        }
        Scheme::Unknown => Rule::Scheme("an unknown algorithm"),
        _ => return Ok(()),
    };
    Err(cert.breaks(rule))
}

/// The keys that certificates are verified with.
fn key((cert, view): Link<'_, '_>) -> Result<(), Refusal> {
    use Curve::{P192, P224, P256, P384, P521};
    let rule = match view.key {
        Key::Rsa { .. } | Key::RsaPss { .. } => {
            let bits = view.key.rsa_bits().unwrap_or_default();
            if bits >= FEWEST_RSA_BITS {
                return Ok(());
            }
            Rule::RsaSize { bits }
        }
        Key::Ec { form: PointForm::Compressed, .. } => Rule::CompressedPoint,
        Key::Ec { curve: P192 | P224 | P256 | P384 | P521, .. } => return Ok(()),
        Key::Ec { curve, .. } => Rule::Curve(curve),
        Key::EcExplicit => Rule::ExplicitCurve,
        Key::Ed25519(_) | Key::Ed448 => return Ok(()),
        Key::Unknown => Rule::KeyKind("unknown"),
        Key::Broken => Rule::Unreadable(Part::Key),
    };
    Err(cert.breaks(rule))
}

/// `_gnutls_check_key_purpose`: `any` only counts for the leaf, step-up for CA certificates.
fn purpose((cert, view): Link<'_, '_>, is_ca: bool) -> Result<(), Refusal> {
    let mut wanted = vec![oid::SERVER_AUTH];
    if !is_ca {
        wanted.push(oid::ANY_PURPOSE);
    }
    if view.extensions.is_ca() {
        wanted.push(oid::NETSCAPE_SGC);
    }
    let purposes = view.extensions.purposes.read();
    if purposes.is_none_or(Vec::is_empty) || view.extensions.is_for(&wanted) {
        return Ok(());
    }
    Err(cert.breaks(Rule::Purpose))
}

/// Purposes, keyUsage, stapling, names of the leaf.
fn leaf_checks(case: &Case<'_>, leaf: Link<'_, '_>) -> Result<(), Refusal> {
    let (cert, view) = leaf;
    purpose(leaf, false)?;
    let usage = view.extensions.key_usage.read().filter(|usage| usage.is_any);
    if usage.is_some_and(|usage| usage.first & DIGITAL_SIGNATURE == 0) {
        return Err(cert.breaks(Rule::NoDigitalSignature));
    }
    let Some(host) = case.host else { return Ok(()) };
    if let Some(kind) = reading::bad_alt_name(view) {
        return Err(cert.breaks(Rule::BadAlternativeName(kind)));
    }
    if is_named(view, host) {
        return Ok(());
    }
    Err(cert.breaks(Rule::Name(host::fault(view, host))))
}

/// `gnutls_x509_crt_check_hostname2`.
fn is_named(view: &View<'_>, host: &str) -> bool {
    let names = view.extensions.names();
    if let Some(address) = host::address(host) {
        return names.iter().any(|name| name.tag == ADDRESS && name.value == address);
    }
    if names.iter().any(|name| matches!(name.tag, DNS | ADDRESS | URI)) {
        return names.iter().any(|name| name.tag == DNS && host::gnutls(name.value, host));
    }
    let commons: Vec<_> = view.common_names().collect();
    match commons.as_slice() {
        [one] => dn::text(*one).is_some_and(|name| host::gnutls(name.as_bytes(), host)),
        _ => false,
    }
}
