//! What a TLS stack only supports if it is built with a setting.

use std::net::IpAddr;

use super::{
    case::{Case, Cert},
    key::{Curve, Key, PointForm},
    reason::{NameFault, Refusal, Rule},
};

/// What a library only supports with a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Optional {
    /// RSA keys of more bits than this.
    RsaOver(usize),
    /// Compressed points.
    CompressedPoint,
    /// Curves other than P-224, P-256, P-384 and P-521.
    OtherCurve,
    /// RSA.
    Rsa,
    /// P-384.
    P384,
    /// Ed25519.
    Ed25519,
    /// Ed448.
    Ed448,
    /// Hosts that are addresses.
    Addresses,
}

/// The curves that every build has.
const NIST: [Curve; 4] = [Curve::P224, Curve::P256, Curve::P384, Curve::P521];

impl Optional {
    /// The rule that a key of this kind violates without the setting.
    pub(super) fn broken_by(self, key: &Key<'_>) -> Option<Rule> {
        match (self, key) {
            (Self::RsaOver(most), Key::Rsa { .. } | Key::RsaPss { .. }) => {
                let bits = key.rsa_bits().filter(|bits| *bits > most)?;
                Some(Rule::RsaSize { bits })
            }
            (Self::CompressedPoint, Key::Ec { form: PointForm::Compressed, .. }) => {
                Some(Rule::CompressedPoint)
            }
            (Self::OtherCurve, Key::Ec { curve, .. }) if !NIST.contains(curve) => {
                Some(Rule::Curve(*curve))
            }
            (Self::Rsa, Key::Rsa { .. }) => Some(Rule::KeyKind("RSA")),
            (Self::P384, Key::Ec { curve: Curve::P384, .. }) => Some(Rule::Curve(Curve::P384)),
            (Self::Ed25519, Key::Ed25519(_)) => Some(Rule::KeyKind("Ed25519")),
            (Self::Ed448, Key::Ed448) => Some(Rule::KeyKind("Ed448")),
            _ => None,
        }
    }

    /// Whether `rule` is violated because this is not supported.
    const fn explains(self, rule: &Rule) -> bool {
        match (self, rule) {
            (Self::RsaOver(most), Rule::RsaSize { bits }) => *bits > most,
            (Self::CompressedPoint, Rule::CompressedPoint) => true,
            (Self::OtherCurve, Rule::Curve(curve)) => {
                !matches!(curve, Curve::P224 | Curve::P256 | Curve::P384 | Curve::P521)
            }
            (Self::Rsa, Rule::KeyKind(kind)) => matches!(kind.as_bytes(), b"RSA"),
            (Self::P384, Rule::Curve(Curve::P384)) => true,
            (Self::Ed25519, Rule::KeyKind(kind)) => matches!(kind.as_bytes(), b"Ed25519"),
            (Self::Ed448, Rule::KeyKind(kind)) => matches!(kind.as_bytes(), b"Ed448"),
            (Self::Addresses, Rule::Name(NameFault::Address)) => true,
            _ => false,
        }
    }
}

/// What a library only supports with settings, each with its setting.
pub(super) type Options = &'static [(Optional, &'static str)];

/// The setting that supports what violates `rule`.
pub(super) fn option(options: Options, rule: &Rule) -> Option<&'static str> {
    options.iter().find(|(one, _)| one.explains(rule)).map(|(_, setting)| *setting)
}

/// The part of `case` that is only supported with one of `options`. An anchor with such a key is no
/// obstacle if the stack `connects` without it.
pub(super) fn lacking(
    options: Options,
    case: &Case<'_>,
    connects: impl Fn(&Case<'_>) -> bool,
) -> Option<Refusal> {
    let is_address = case.host.is_some_and(|host| host.parse::<IpAddr>().is_ok());
    if is_address && options.iter().any(|(one, _)| *one == Optional::Addresses) {
        return Some(Refusal::of_chain(Rule::Name(NameFault::Address)));
    }
    let of = |cert: &Cert<'_>| {
        let view = cert.view.as_ref().ok()?;
        let rule = options.iter().find_map(|(one, _)| one.broken_by(&view.key))?;
        Some(cert.breaks(rule))
    };
    let sent = case.sent.iter().find_map(of);
    sent.or_else(|| {
        let refusal = case.anchors.iter().find_map(of)?;
        let supported = case.with_anchors(|anchor| of(anchor).is_none());
        (!connects(&supported)).then_some(refusal)
    })
}
