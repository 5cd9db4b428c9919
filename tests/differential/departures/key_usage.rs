//! keyUsage: absent, empty, for other uses than those that TLS makes of the key.

use super::places::{Places as _, Position, Position::Int, Position::Leaf, Position::Root};
use super::{Field, Part, Table};
use certgrab::internals::lab::pki::certificate::Certificate;
use certgrab::internals::lab::pki::chain::Chain;
use certgrab::internals::lab::pki::extension::{KEY_USAGE, key_usage};
use certgrab::internals::lab::pki::key::{Key, Kind};

const SIGN: u32 = 0;
const NON_REPUDIATION: u32 = 1;
const ENCIPHER_KEYS: u32 = 2;
const ENCIPHER_DATA: u32 = 3;
const AGREE: u32 = 4;
const SIGN_CERTIFICATES: u32 = 5;
const SIGN_LISTS: u32 = 6;

pub(super) fn list(table: &mut Table) {
    for position in [Int, Root] {
        let id = |word: &str| format!("ku-{word}-{}", position.word());
        let usual = [SIGN_CERTIFICATES, SIGN_LISTS];
        with(table, position, id("absent"), "without keyUsage", |authority| {
            authority.remove(KEY_USAGE);
        });
        let about = "without keyCertSign";
        with(table, position, id("no-certsign"), about, critical(&[SIGN, SIGN_LISTS]));
        with(table, position, id("noncritical"), "keyUsage not critical", move |authority| {
            authority.set(KEY_USAGE, false, key_usage(&usual));
        });
        with(table, position, id("empty"), "with an empty keyUsage", critical(&[]));
    }
    leaf(table);
    rsa(table);
}

fn with(
    table: &mut Table,
    position: Position,
    id: String,
    about: &str,
    change: impl Fn(&mut Certificate) + Send + Sync + 'static,
) {
    let touches = [Part::Of(position, Field::KeyUsage)];
    let about = format!("{} {about}", position.title());
    table.add(id, about, &touches, move |chain| change(chain.at(position)));
}

fn critical(bits: &[u32]) -> impl Fn(&mut Certificate) + Send + Sync + 'static {
    let octets = key_usage(bits);
    move |certificate| certificate.set(KEY_USAGE, true, octets.clone())
}

fn leaf(table: &mut Table) {
    with(table, Leaf, "ku-absent-leaf".into(), "without keyUsage", |leaf| leaf.remove(KEY_USAGE));
    for (word, about, bits) in [
        ("certsign", "for keyCertSign alone", &[SIGN_CERTIFICATES][..]),
        ("keyenc", "for keyEncipherment alone", &[ENCIPHER_KEYS]),
        ("keyagree", "for keyAgreement alone", &[AGREE]),
        ("nonrep", "for nonRepudiation alone", &[NON_REPUDIATION]),
        ("empty", "with an empty keyUsage", &[]),
    ] {
        with(table, Leaf, format!("ku-{word}-leaf"), about, critical(bits));
    }
    with(table, Leaf, "ku-noncritical-leaf".into(), "keyUsage not critical", |leaf| {
        leaf.set(KEY_USAGE, false, key_usage(&[SIGN]));
    });
}

fn rsa(table: &mut Table) {
    for (word, about, bits) in [
        ("keyenc", "for keyEncipherment alone", &[ENCIPHER_KEYS][..]),
        ("certsign", "for keyCertSign alone", &[SIGN_CERTIFICATES]),
        ("dataenc", "for keyEncipherment and dataEncipherment", &[ENCIPHER_KEYS, ENCIPHER_DATA]),
    ] {
        let touches = Position::ALL.map(|position| Part::Of(position, Field::Key));
        let touches = [&touches[..], &[Part::Of(Leaf, Field::KeyUsage)]].concat();
        let octets = key_usage(bits);
        table.add(
            format!("ku-{word}-leaf-rsa"),
            format!("RSA leaf {about}"),
            &touches,
            move |chain| {
                rsa_throughout(chain);
                chain.leaf().set(KEY_USAGE, true, octets.clone());
            },
        );
    }
}

/// RSA 2048 for all three certificates.
pub(super) fn rsa_throughout(chain: &mut Chain) {
    for position in Position::ALL {
        let key = &mut chain.at(position).key;
        *key = Key { kind: Kind::rsa(2048), owner: key.owner };
    }
    rsa_usage(chain);
}

/// Gives a server with an RSA key its usual keyUsage, if it has that of another kind of key.
pub(super) fn rsa_usage(chain: &mut Chain) {
    let rsa = chain.leaf().key.is_rsa();
    let usual = certgrab::internals::lab::pki::extension::Value::Raw(key_usage(&[SIGN]));
    if let Some(usage) = chain.leaf().find(KEY_USAGE).filter(|usage| rsa && usage.value == usual) {
        usage.value =
            certgrab::internals::lab::pki::extension::Value::Raw(key_usage(&[SIGN, ENCIPHER_KEYS]));
    }
}
