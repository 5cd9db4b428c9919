//! How certificates are signed: digests, parameters, paddings, damage.

use super::key_usage::rsa_throughout;
use super::places::{Places as _, Position, Position::Leaf, Position::Root};
use super::{Field, Part, Table};
use certgrab::internals::lab::pki::key::{Key, Kind};
use certgrab::internals::lab::pki::sign::Scheme;
use certgrab::internals::x509::algorithm::Digest;

pub(super) fn list(table: &mut Table) {
    let ecdsa = [
        ("sha1", "ECDSA with SHA-1", Scheme::hash(Digest::Sha1)),
        ("sha224", "ECDSA with SHA-224", Scheme::hash(Digest::Sha224)),
        ("sha384", "ECDSA with SHA-384", Scheme::hash(Digest::Sha384)),
        ("sha512", "ECDSA with SHA-512", Scheme::hash(Digest::Sha512)),
        ("null-sha256", "ECDSA with NULL parameters", Scheme::unusual(Digest::Sha256)),
    ];
    for (word, about, scheme) in ecdsa {
        for position in Position::ALL {
            let id = format!("sig-ec-{word}-{}", position.word());
            let about = format!("{}: {about}", position.title());
            let signer = if position == Leaf { Position::Int } else { Root };
            let touches = [Part::Of(position, Field::Signature), Part::Of(signer, Field::Key)];
            table.add(id, about, &touches, move |chain| chain.at(position).scheme = scheme);
        }
    }
    for (word, about, scheme) in rsa() {
        for position in Position::ALL {
            let id = format!("sig-rsa-{word}-{}", position.word());
            let about = format!("{}: {about}", position.title());
            let keys = Position::ALL.map(|position| Part::Of(position, Field::Key));
            let touches = [&keys[..], &[Part::Of(position, Field::Signature)]].concat();
            table.add(id, about, &touches, move |chain| {
                rsa_throughout(chain);
                chain.at(position).scheme = scheme;
            });
        }
    }
    damaged(table);
}

fn rsa() -> Vec<(&'static str, &'static str, Scheme)> {
    vec![
        ("md5", "RSA with MD5", Scheme::hash(Digest::Md5)),
        ("sha1", "RSA with SHA-1", Scheme::hash(Digest::Sha1)),
        ("sha224", "RSA with SHA-224", Scheme::hash(Digest::Sha224)),
        ("sha384", "RSA with SHA-384", Scheme::hash(Digest::Sha384)),
        ("sha512", "RSA with SHA-512", Scheme::hash(Digest::Sha512)),
        ("absent-sha256", "RSA without NULL parameters", Scheme::unusual(Digest::Sha256)),
        ("pss-sha256-32", "RSASSA-PSS, SHA-256, salt 32", Scheme::pss(Digest::Sha256, 32)),
        ("pss-sha256-20", "RSASSA-PSS, SHA-256, salt 20", Scheme::pss(Digest::Sha256, 20)),
        ("pss-sha256-222", "RSASSA-PSS, SHA-256, salt 222", Scheme::pss(Digest::Sha256, 222)),
        ("pss-sha1-20", "RSASSA-PSS, SHA-1, salt 20", Scheme::pss(Digest::Sha1, 20)),
        ("pss-sha384-48", "RSASSA-PSS, SHA-384, salt 48", Scheme::pss(Digest::Sha384, 48)),
        ("pss-sha512-64", "RSASSA-PSS, SHA-512, salt 64", Scheme::pss(Digest::Sha512, 64)),
    ]
}

fn damaged(table: &mut Table) {
    for position in Position::ALL {
        let touches = [Part::Of(position, Field::Signature)];
        let about = format!("{}: signature damaged", position.title());
        table.add(format!("sig-broken-{}", position.word()), about, &touches, move |chain| {
            chain.at(position).damaged = true;
        });
    }
    let touches = [Part::Of(Root, Field::Signature)];
    table.add("sig-other-root", "root: signed by another key", &touches, |chain| {
        chain.root().signer = Some(Key { kind: Kind::P256, owner: "other" });
    });
    let touches = [Part::Of(Leaf, Field::Signature)];
    table.add("sig-inner-outer", "leaf: two algorithms named", &touches, |chain| {
        chain.leaf().inner = Some(Scheme::hash(Digest::Sha384));
    });
}
