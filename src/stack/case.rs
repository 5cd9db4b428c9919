//! The subject of a verdict: a chain as it was sent, anchors, a host, a time.

use std::{cell::RefCell, collections::HashMap};

use super::{
    reason::{Position, Refusal, Rule},
    signature::{self, Check},
    view::{Part, View},
};
use crate::{
    text::time::Time,
    x509::{certificate::Sha256, name::Name, signature::Memory},
};

/// Checks cached in each generation: 65 bytes each, 260 KiB in all, as many as the proof keeps.
const MAX_CHECKS: usize = 4_096;

/// The question for a TLS stack.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The certificates in the order sent, the leaf first, readable or not.
    pub presented: &'a [&'a [u8]],
    /// The only certificates that the device holds.
    pub anchors: &'a [&'a [u8]],
    /// The host name or address that the device compares with; `None` to verify the path alone.
    pub host: Option<&'a str>,
    /// The device's clock.
    pub at: Time,
}

/// A certificate at its place.
pub(super) struct Cert<'a> {
    pub(super) position: Position,
    pub(super) view: Result<View<'a>, Part>,
}

/// A question with its certificates parsed, and the signatures computed so far: made once for many TLS
/// stacks.
pub struct Case<'a> {
    pub(super) sent: Vec<Cert<'a>>,
    pub(super) anchors: Vec<Cert<'a>>,
    pub(super) ders: Vec<&'a [u8]>,
    pub(super) anchor_ders: Vec<&'a [u8]>,
    pub(super) host: Option<&'a str>,
    /// Seconds since 1970.
    pub(super) at: i64,
    checked: RefCell<HashMap<(Position, Position), Check>>,
}

/// Reads certificates, each with its place.
fn read<'a>(ders: &[&'a [u8]], position: fn(usize) -> Position) -> Vec<Cert<'a>> {
    let one = |(place, der): (usize, &&'a [u8])| Cert {
        position: position(place),
        view: View::read(der),
    };
    ders.iter().enumerate().map(one).collect()
}

impl<'a> Case<'a> {
    /// Reads the certificates of `question`.
    #[must_use]
    pub fn new(question: Question<'a>) -> Self {
        Self {
            sent: read(question.presented, Position::Sent),
            anchors: read(question.anchors, Position::Anchor),
            ders: question.presented.to_vec(),
            anchor_ders: question.anchors.to_vec(),
            host: question.host,
            at: question.at.unix(),
            checked: RefCell::default(),
        }
    }

    /// The same with the anchors that `keep` chooses.
    pub(super) fn with_anchors(&self, keep: impl Fn(&Cert<'a>) -> bool) -> Self {
        let pairs = self.anchor_ders.iter().zip(&self.anchors);
        let anchors: Vec<_> =
            pairs.filter(|(_, anchor)| keep(anchor)).map(|(der, _)| *der).collect();
        Self {
            sent: read(&self.ders, Position::Sent),
            anchors: read(&anchors, Position::Anchor),
            ders: self.ders.clone(),
            anchor_ders: anchors,
            checked: RefCell::default(),
            ..*self
        }
    }

    /// The DER of the certificate at `position`.
    pub(super) fn der(&self, position: Position) -> &'a [u8] {
        match position {
            Position::Sent(place) => self.ders[place],
            Position::Anchor(place) => self.anchor_ders[place],
        }
    }

    /// The subject of the certificate at `position`; `None` if it cannot be read or is empty.
    pub(super) fn subject(&self, position: Position) -> Option<String> {
        let cert = match position {
            Position::Sent(place) => self.sent.get(place)?,
            Position::Anchor(place) => self.anchors.get(place)?,
        };
        let subject = &cert.view.as_ref().ok()?.subject;
        let text = Name::new(subject.whole).text().line();
        Some(text).filter(|_| !subject.is_empty())
    }

    /// Whether two certificates have the same octets.
    pub(super) fn is_same(&self, one: &Cert<'_>, other: &Cert<'_>) -> bool {
        self.der(one.position) == self.der(other.position)
    }

    /// Whether the signature on `child` is by the key of `issuer`.
    pub(super) fn check(&self, child: &Cert<'_>, issuer: &Cert<'_>) -> Check {
        // The outcome only depends on the octets of both, and thousands of servers share their CAs.
        static CHECKED: Memory<[[u8; 32]; 2], Check> = Memory::new(MAX_CHECKS);
        let (Ok(below), Ok(above)) = (&child.view, &issuer.view) else { return Check::Bad };
        let places = (child.position, issuer.position);
        if let Some(check) = self.checked.borrow().get(&places) {
            return *check;
        }
        let pair = [places.0, places.1].map(|place| Sha256::of(self.der(place)).0);
        let check = CHECKED.recall(&pair).unwrap_or_else(|| {
            let scheme = below.outer.scheme;
            let check = signature::check(scheme, &above.key, below.tbs, below.signature);
            CHECKED.keep(pair, check);
            check
        });
        self.checked.borrow_mut().insert(places, check);
        check
    }

    /// The octets of a Certificate message of TLS 1.2 with these certificates, its header included
    /// (RFC 5246 section 7.4.2).
    pub(super) fn message_octets(&self) -> usize {
        self.ders.iter().map(|der| der.len() + 3).sum::<usize>() + 3 + 4
    }

    /// Refuses a message that is longer than the stack's limit.
    pub(super) fn fits(&self, most: usize) -> Result<(), Refusal> {
        let octets = self.message_octets();
        if octets > most {
            return Err(Refusal::of_chain(Rule::MessageLength { octets, most }));
        }
        Ok(())
    }
}

impl<'a> Cert<'a> {
    /// The parsed certificate, or that it cannot be read.
    pub(super) fn read(&self) -> Result<&View<'a>, Refusal> {
        self.view.as_ref().map_err(|part| Rule::Unreadable(*part).at(self.position))
    }

    /// `rule`, violated by this certificate.
    pub(super) const fn breaks(&self, rule: Rule) -> Refusal {
        rule.at(self.position)
    }
}
