//! Keys of every kind, at each certificate and throughout.

use super::key_usage::rsa_usage;
use super::places::{Places as _, Position, Position::Int, Position::Leaf, Position::Root};
use super::{Field, Part, Table};
use certgrab::internals::lab::pki::chain::Chain;
use certgrab::internals::lab::pki::key::{Key, Kind, Spki};

pub(super) fn list(table: &mut Table) {
    let kinds: [(&str, &str, Kind, bool); 21] = [
        ("p192", "P-192", Kind::P192, false),
        ("p224", "P-224", Kind::P224, false),
        ("p384", "P-384", Kind::P384, true),
        ("p521", "P-521", Kind::P521, true),
        ("secp256k1", "secp256k1", Kind::Secp256k1, true),
        ("bp256", "brainpoolP256r1", Kind::Brainpool256, true),
        ("bp384", "brainpoolP384r1", Kind::Brainpool384, false),
        ("bp512", "brainpoolP512r1", Kind::Brainpool512, false),
        ("ed25519", "Ed25519", Kind::Ed25519, true),
        ("ed448", "Ed448", Kind::Ed448, false),
        ("rsa512", "RSA 512", Kind::rsa(512), false),
        ("rsa768", "RSA 768", Kind::rsa(768), false),
        ("rsa1024", "RSA 1024", Kind::rsa(1024), true),
        ("rsa2047", "RSA 2047", Kind::rsa(2047), false),
        ("rsa2048", "RSA 2048", Kind::rsa(2048), false),
        ("rsa3072", "RSA 3072", Kind::rsa(3072), true),
        ("rsa4096", "RSA 4096", Kind::rsa(4096), true),
        ("rsa4097", "RSA 4097", Kind::rsa(4097), false),
        ("rsa8192", "RSA 8192", Kind::rsa(8192), false),
        ("rsa2048e3", "RSA 2048, exponent 3", Kind::Rsa { bits: 2048, exponent: 3 }, false),
        (
            "rsa2048e4294967297",
            "RSA 2048, exponent 2^32+1",
            Kind::Rsa { bits: 2048, exponent: (1 << 32) + 1 },
            false,
        ),
    ];
    for (word, about, kind, throughout) in kinds {
        for position in Position::ALL {
            one(table, position, word, about, kind);
        }
        if throughout {
            let keys = Position::ALL.map(|position| Part::Of(position, Field::Key));
            table.add(
                format!("key-{word}-all"),
                format!("{about} throughout"),
                &keys,
                move |chain| {
                    Position::ALL.iter().for_each(|position| set(chain, *position, kind));
                },
            );
        }
    }
    for position in [Int, Root] {
        one(table, position, "rsapss", "RSA for RSASSA-PSS alone", Kind::RsaPss { bits: 2048 });
    }
    points(table);
    let touches = [Part::Of(Root, Field::Key)];
    table.add("key-mixed-rsa-root", "RSA 4096 above EC", &touches, |chain| {
        set(chain, Root, Kind::rsa(4096));
    });
    let touches = [Part::Of(Leaf, Field::Key)];
    table.add("key-mixed-rsa-leaf", "RSA 2048 below EC", &touches, |chain| {
        set(chain, Leaf, Kind::rsa(2048));
    });
}

fn set(chain: &mut Chain, position: Position, kind: Kind) {
    let key = &mut chain.at(position).key;
    *key = Key { kind, owner: key.owner };
    rsa_usage(chain);
}

fn one(table: &mut Table, position: Position, word: &str, about: &str, kind: Kind) {
    let about = format!("{about} for the {}", position.title());
    let touches = [Part::Of(position, Field::Key)];
    table.add(format!("key-{word}-{}", position.word()), about, &touches, move |chain| {
        set(chain, position, kind);
    });
}

fn points(table: &mut Table) {
    for (word, about, form) in [
        ("compressed", "point compressed", Spki::Compressed),
        ("explicit", "curve written out", Spki::Explicit),
    ] {
        for position in Position::ALL {
            let about = format!("{}: {about}", position.title());
            let touches = [Part::Of(position, Field::Key)];
            table.add(format!("key-{word}-{}", position.word()), about, &touches, move |chain| {
                set(chain, position, Kind::P256);
                chain.at(position).spki = form;
            });
        }
    }
}
