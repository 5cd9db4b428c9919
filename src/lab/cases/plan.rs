//! The description of a chain for a case: a sound one for the lab's host, which the case changes.

use std::io;
use std::net::IpAddr;

use crate::lab::pki::certificate::{Certificate, Time as Written};
use crate::lab::pki::extension::SUBJECT_ALT_NAME;
use crate::lab::pki::key::Key;
use crate::lab::pki::name::{Attribute, Name, dns, ip};
use crate::lab::pki::{Built, Chain, Keyring, Kind, der};
use crate::text::time::Time;

/// The organisation in the name of every CA of the lab, which identifies its anchor.
pub(crate) use crate::trust::lab_anchor::ORGANISATION;

/// The places of the certificates of a sound chain.
pub(super) const LEAF: usize = 0;
pub(super) const INT: usize = 1;
pub(super) const ROOT: usize = 2;

/// The validity of the lab's certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// The first second.
    pub from: Time,
    /// The last second.
    pub to: Time,
}

/// How the leaf is damaged before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    None,
    /// Its last third is missing.
    Truncated,
    /// Its subjectPublicKeyInfo and what follows is overwritten.
    Garbled,
}

/// The description of a chain.
pub(super) struct Plan<'a> {
    pub(super) chain: Chain,
    pub(super) host: &'a str,
    pub(super) life: Life,
    /// The key that the server signs with, if it is not the leaf's.
    pub(super) held: Option<Key>,
    pub(super) damage: Damage,
}

/// A chain as a server of the lab presents it.
#[derive(Debug, Clone)]
pub struct Presentable {
    /// The chain and the anchor.
    pub built: Built,
    /// The key that the server signs with.
    pub(crate) key: Key,
}

impl<'a> Plan<'a> {
    /// A root, an intermediate and a leaf for `host`.
    pub(super) fn sound(host: &'a str, life: Life) -> Self {
        let mut chain = Chain::sound(Kind::P256);
        host.clone_into(&mut chain.host);
        chain.certificates[ROOT].subject = named("certgrab lab root for tests only");
        chain.certificates[INT].subject = named("certgrab lab intermediate");
        chain.certificates[LEAF].subject = named("certgrab lab server");
        let mut plan = Self { chain, host, life, held: None, damage: Damage::None };
        plan.set_names(LEAF, &[general(host)]);
        plan
    }

    pub(super) fn at(&mut self, place: usize) -> &mut Certificate {
        &mut self.chain.certificates[place]
    }

    pub(super) fn set_names(&mut self, place: usize, names: &[Vec<u8>]) {
        self.at(place).set(SUBJECT_ALT_NAME, false, der::sequence(names));
    }

    /// Gives the leaf a key that is not that of the lab's sound server.
    pub(super) fn foreign_key(&mut self) {
        self.at(LEAF).key = Key { kind: Kind::P256, owner: "impostor" };
    }

    /// Adds a CA that `issuer` signs, or a self-signed one.
    pub(super) fn add_ca(&mut self, common: &str, key: Key, issuer: Option<usize>) -> usize {
        let own = self.chain.certificates.len();
        let mut authority = match issuer {
            Some(issuer) => Certificate::authority("", key, 40, issuer),
            None => Certificate::root("", key, 40, own),
        };
        authority.subject = named(common);
        self.chain.add(authority)
    }

    /// The chain in DER, with the lab's dates unless the case sets others.
    pub(super) fn build(mut self, keys: &Keyring) -> io::Result<Presentable> {
        let sound = Chain::sound(Kind::P256).certificates.swap_remove(LEAF);
        for certificate in &mut self.chain.certificates {
            if certificate.not_before == sound.not_before {
                certificate.not_before = written(self.life.from);
            }
            if certificate.not_after == sound.not_after {
                certificate.not_after = written(self.life.to);
            }
        }
        let key = self.held.unwrap_or(self.chain.certificates[LEAF].key);
        let mut built = self.chain.build(keys)?;
        if let Some(leaf) = built.sent.first_mut() {
            match self.damage {
                Damage::None => {}
                Damage::Truncated => leaf.truncate(leaf.len() * 2 / 3),
                Damage::Garbled => {
                    let middle = leaf.len() / 3;
                    leaf[middle..].iter_mut().for_each(|octet| *octet ^= 0x5a);
                }
            }
        }
        Ok(Presentable { built, key })
    }
}

/// A name of the lab.
pub(super) fn named(common: &str) -> Name {
    Name::of([Attribute::o(ORGANISATION), Attribute::cn(common)])
}

/// The general name of a host: an iPAddress for an address, else a dNSName.
pub(super) fn general(host: &str) -> Vec<u8> {
    match host.parse() {
        Ok(IpAddr::V4(address)) => ip(&address.octets()),
        Ok(IpAddr::V6(address)) => ip(&address.octets()),
        Err(_) => dns(host),
    }
}

/// A time as a UTCTime, or from 2050 as a GeneralizedTime (RFC 5280 section 4.1.2.5).
pub(super) fn written(time: Time) -> Written {
    let digits: String = time.to_string().chars().filter(char::is_ascii_digit).collect();
    if time.year() < 2050 {
        Written::utc(&format!("{}Z", &digits[2..]))
    } else {
        Written::generalized(&format!("{digits}Z"))
    }
}
