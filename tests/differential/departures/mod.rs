//! Departures from a sound chain, one at one place, each with an id.

mod basic_constraints;
mod critical;
mod dates;
mod dn;
mod ext_key_usage;
mod key_identifiers;
mod key_usage;
mod keys;
mod name_constraints;
mod names;
mod neighbours;
mod order;
pub(crate) mod places;
mod serial;
mod signature;
mod version;

use std::fmt;

use certgrab::internals::lab::pki::chain::Chain;
use certgrab::internals::lab::pki::key::Kind;
use places::Position;

/// One departure from a sound chain.
pub(crate) struct Departure {
    /// Short and unique.
    pub(crate) id: String,
    /// What it changes: names, order, keys, ...
    pub(crate) group: &'static str,
    /// In a few words.
    pub(crate) about: String,
    /// The parts of the chain that it sets. Two departures can be combined if they set different parts.
    pub(super) touches: Vec<Part>,
    apply: Box<dyn Fn(&mut Chain) + Send + Sync>,
}

/// A part of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// Which certificates there are, who issued which, what is sent and held.
    Shape,
    /// The host that is verified.
    Host,
    /// A field of one of the three certificates.
    Of(Position, Field),
}

/// A field of a certificate, or an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Field {
    Version,
    Serial,
    Issuer,
    Subject,
    NotBefore,
    NotAfter,
    Key,
    Signature,
    Names,
    BasicConstraints,
    KeyUsage,
    ExtKeyUsage,
    NameConstraints,
    KeyIds,
    Others,
}

/// What a certificate no longer has without extensions.
pub(super) const EXTENSIONS: [Field; 8] = [
    Field::Version,
    Field::Names,
    Field::BasicConstraints,
    Field::KeyUsage,
    Field::ExtKeyUsage,
    Field::NameConstraints,
    Field::KeyIds,
    Field::Others,
];

/// Departures being listed.
struct Table(Vec<Departure>);

impl Table {
    fn add(
        &mut self,
        id: impl Into<String>,
        about: impl Into<String>,
        touches: &[Part],
        apply: impl Fn(&mut Chain) + Send + Sync + 'static,
    ) {
        let mut departure = Departure::new(id.into(), "", touches, apply);
        departure.about = about.into();
        self.0.push(departure);
    }

    /// Lists a group.
    fn group(&mut self, name: &'static str, list: fn(&mut Self)) {
        let before = self.0.len();
        list(self);
        self.0[before..].iter_mut().for_each(|departure| departure.group = name);
    }
}

impl Departure {
    /// One of a group, described by its id.
    pub(super) fn new(
        id: String,
        group: &'static str,
        touches: &[Part],
        apply: impl Fn(&mut Chain) + Send + Sync + 'static,
    ) -> Self {
        let about = id.clone();
        Self { id, group, about, touches: touches.to_vec(), apply: Box::new(apply) }
    }

    /// Changes the chain.
    pub(crate) fn apply(&self, chain: &mut Chain) {
        (self.apply)(chain);
    }

    /// The sound chain with only this departure.
    pub(crate) fn alone(&self) -> Chain {
        let mut chain = Chain::sound(Kind::P256);
        self.apply(&mut chain);
        chain
    }

    /// Whether it sets which certificates there are.
    pub(super) fn shapes(&self) -> bool {
        self.touches.contains(&Part::Shape)
    }

    /// Whether both can be in one chain.
    pub(super) fn fits(&self, other: &Self) -> bool {
        !self.touches.iter().any(|part| other.touches.contains(part))
    }
}

impl fmt::Debug for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

/// All departures, and the sound chains.
pub(crate) fn departures() -> Vec<Departure> {
    let mut table = Table(Vec::new());
    table.group("sound", order::sound);
    table.group("names", names::list);
    table.group("names", neighbours::list);
    table.group("version", version::list);
    table.group("basicConstraints", basic_constraints::list);
    table.group("keyUsage", key_usage::list);
    table.group("extKeyUsage", ext_key_usage::list);
    table.group("order", order::list);
    table.group("key identifiers", key_identifiers::list);
    table.group("DN", dn::list);
    table.group("nameConstraints", name_constraints::list);
    table.group("critical extensions", critical::list);
    table.group("signature", signature::list);
    table.group("keys", keys::list);
    table.group("dates", dates::list);
    table.group("serial", serial::list);
    table.0
}

/// `Of` for several fields of one certificate.
fn of(position: Position, fields: &[Field]) -> Vec<Part> {
    fields.iter().map(|field| Part::Of(position, *field)).collect()
}
