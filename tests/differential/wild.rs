//! Departures with random parameters, by seed: what a list does not foresee.

use super::departures::places::{
    Places as _,
    Position::{self, Int, Leaf, Root},
};
use super::departures::{Departure, Field, Part};
use super::random::Dice;
use super::wild_order;
use certgrab::internals::lab::pki::certificate::Time;
use certgrab::internals::lab::pki::der;
use certgrab::internals::lab::pki::extension::{
    BASIC_CONSTRAINTS, CLIENT_AUTH, EXT_KEY_USAGE, Extension, KEY_USAGE, NAME_CONSTRAINTS,
    SERVER_AUTH, SUBJECT_ALT_NAME, basic_constraints, ext_key_usage, key_usage, name_constraints,
};
use certgrab::internals::lab::pki::key::{Key, Kind};
use certgrab::internals::lab::pki::name::{Attribute, Name, bmp, directory, dns, email, ip, uri};
use certgrab::internals::lab::pki::sign::Scheme;
use certgrab::internals::x509::algorithm::Digest;

/// Makes a departure from random numbers.
type Maker = fn(&mut Dice) -> Departure;

/// Kinds of departures out of numbers at random.
pub(super) const WILD_KINDS: usize = 13;

const MAKERS: [Maker; WILD_KINDS] = [
    names,
    usage,
    purposes,
    constraints,
    wild_order::shape,
    keys,
    signatures,
    dates,
    serial,
    subtrees,
    extension,
    subject,
    subtrees_twice,
];

/// This many departures.
pub(crate) fn wild(dice: &mut Dice, count: usize) -> Vec<Departure> {
    (0..count).map(|_| MAKERS[dice.below(MAKERS.len())](dice)).collect()
}

fn position(dice: &mut Dice) -> Position {
    Position::ALL[dice.below(3)]
}

/// One to `most` of `all`, in their order.
fn some<T: Clone>(dice: &mut Dice, all: &[T], most: usize) -> Vec<T> {
    let mut places: Vec<usize> = (0..1 + dice.below(most)).map(|_| dice.below(all.len())).collect();
    places.sort_unstable();
    places.dedup();
    places.into_iter().map(|place| all[place].clone()).collect()
}

fn names(dice: &mut Dice) -> Departure {
    const HOSTS: [&str; 6] = [
        "mqtt.home.example",
        "broker",
        "a.b.c.example",
        "192.0.2.7",
        "x_y.home.example",
        "1.example",
    ];
    let host = HOSTS[dice.below(HOSTS.len())];
    let texts: Vec<String> = (0..1 + dice.below(3)).map(|_| changed(dice, host)).collect();
    let common = dice.below(3);
    let critical = dice.one_in(4);
    let with_address = dice.one_in(4);
    let without = dice.one_in(5);
    let id = format!(
        "wild-names({host}, {texts:?}, CN {common}, {critical}, {with_address}, {without})"
    );
    let touches = [Part::Host, Part::Of(Leaf, Field::Names), Part::Of(Leaf, Field::Subject)];
    Departure::new(id, "names at random", &touches, move |chain| {
        chain.host = host.to_owned();
        let mut general: Vec<_> = texts.iter().map(dns).collect();
        if with_address {
            general.push(ip(&[192, 0, 2, 7]));
        }
        chain.leaf().set(SUBJECT_ALT_NAME, critical, der::sequence(&general));
        if without {
            chain.leaf().remove(SUBJECT_ALT_NAME);
        }
        chain.leaf().subject = match common {
            0 => Name::usual("Server"),
            1 => Name::usual(host),
            _ => Name::usual(&texts[0]),
        };
    })
}

/// A name that is similar to `host`, or another one.
fn changed(dice: &mut Dice, host: &str) -> String {
    let mut labels: Vec<String> = host.split('.').map(str::to_owned).collect();
    let place = dice.below(labels.len());
    match dice.below(9) {
        0 => labels[0] = "*".to_owned(),
        1 => labels[place] = "*".to_owned(),
        2 => labels[place] = labels[place].to_uppercase(),
        3 => labels[place].insert(0, '*'),
        4 => labels[place].push('*'),
        5 => labels.push(String::new()),
        6 => labels[place] = "other".to_owned(),
        7 => labels.insert(0, "*".to_owned()),
        _ => {}
    }
    labels.join(".")
}

fn usage(dice: &mut Dice) -> Departure {
    let position = position(dice);
    let bits = some(dice, &[0, 1, 2, 3, 4, 5, 6, 7, 8], 4);
    let critical = !dice.one_in(3);
    let id = format!("wild-ku({}, {bits:?}, {critical})", position.word());
    let touches = [Part::Of(position, Field::KeyUsage)];
    Departure::new(id, "keyUsage at random", &touches, move |chain| {
        chain.at(position).set(KEY_USAGE, critical, key_usage(&bits));
    })
}

fn purposes(dice: &mut Dice) -> Departure {
    const ALL: [&str; 6] = [
        SERVER_AUTH,
        CLIENT_AUTH,
        "2.5.29.37.0",
        "1.3.6.1.5.5.7.3.9",
        "1.3.6.1.4.1.311.10.3.3",
        "2.16.840.1.113730.4.1",
    ];
    let position = position(dice);
    let purposes = some(dice, &ALL, 3);
    let critical = dice.one_in(4);
    let id = format!("wild-eku({}, {purposes:?}, {critical})", position.word());
    let touches = [Part::Of(position, Field::ExtKeyUsage)];
    Departure::new(id, "extKeyUsage at random", &touches, move |chain| {
        chain.at(position).set(EXT_KEY_USAGE, critical, ext_key_usage(&purposes));
    })
}

fn constraints(dice: &mut Dice) -> Departure {
    let position = position(dice);
    let is_ca = !dice.one_in(3);
    let length = [None, Some(0), Some(1), Some(3), Some(300)][dice.below(5)];
    let critical = dice.one_in(2);
    let id = format!("wild-bc({}, {is_ca}, {length:?}, {critical})", position.word());
    let touches = [Part::Of(position, Field::BasicConstraints)];
    Departure::new(id, "basicConstraints at random", &touches, move |chain| {
        chain.at(position).set(BASIC_CONSTRAINTS, critical, basic_constraints(is_ca, length));
    })
}

fn keys(dice: &mut Dice) -> Departure {
    const KINDS: [Kind; 10] = [
        Kind::P256,
        Kind::P384,
        Kind::P521,
        Kind::Ed25519,
        Kind::Secp256k1,
        Kind::Brainpool256,
        Kind::rsa(1024),
        Kind::rsa(2048),
        Kind::rsa(3072),
        Kind::RsaPss { bits: 2048 },
    ];
    let kinds = Position::ALL.map(|_| KINDS[dice.below(KINDS.len())]);
    // A server has no such key that every other end can use.
    let leaf = if matches!(kinds[0], Kind::RsaPss { .. }) { Kind::rsa(2048) } else { kinds[0] };
    let kinds = [leaf, kinds[1], kinds[2]];
    let touches = Position::ALL.map(|position| Part::Of(position, Field::Key));
    Departure::new(format!("wild-keys({kinds:?})"), "keys at random", &touches, move |chain| {
        for (position, kind) in Position::ALL.into_iter().zip(kinds) {
            let key = &mut chain.at(position).key;
            *key = Key { kind, owner: key.owner };
        }
    })
}

fn signatures(dice: &mut Dice) -> Departure {
    const HASHES: [Digest; 5] =
        [Digest::Sha1, Digest::Sha224, Digest::Sha256, Digest::Sha384, Digest::Sha512];
    let schemes = Position::ALL.map(|_| {
        let hash = HASHES[dice.below(HASHES.len())];
        match (dice.below(6), hash) {
            (0, Digest::Sha256) => Scheme::pss(hash, 32),
            (1, _) => Scheme::unusual(hash),
            _ => Scheme::hash(hash),
        }
    });
    let touches = Position::ALL.map(|position| Part::Of(position, Field::Signature));
    let id = format!("wild-signatures({schemes:?})");
    Departure::new(id, "signatures at random", &touches, move |chain| {
        for (position, scheme) in Position::ALL.into_iter().zip(schemes) {
            chain.at(position).scheme = scheme;
        }
    })
}

fn dates(dice: &mut Dice) -> Departure {
    let position = position(dice);
    let year = 1955 + dice.below(110);
    let month = 1 + dice.below(12);
    let day = 1 + dice.below(28);
    let text = format!("{year:04}{month:02}{day:02}120000Z");
    let time = match (1950..2050).contains(&year) && !dice.one_in(4) {
        true => Time::utc(&text[2..]),
        false => Time::generalized(&text),
    };
    let first = dice.one_in(2);
    let field = if first { Field::NotBefore } else { Field::NotAfter };
    let id = format!("wild-date({}, {field:?} {})", position.word(), time.text);
    Departure::new(id, "dates at random", &[Part::Of(position, field)], move |chain| {
        let certificate = chain.at(position);
        let place = if first { &mut certificate.not_before } else { &mut certificate.not_after };
        *place = time.clone();
    })
}

fn serial(dice: &mut Dice) -> Departure {
    let position = position(dice);
    let octets: Vec<u8> = (0..1 + dice.below(40)).map(|_| dice.octet()).collect();
    let id = format!("wild-serial({}, {octets:02x?})", position.word());
    let touches = [Part::Of(position, Field::Serial)];
    Departure::new(id, "a serial number at random", &touches, move |chain| {
        chain.at(position).serial = octets.clone();
    })
}

fn subtrees(dice: &mut Dice) -> Departure {
    let position = if dice.one_in(2) { Int } else { Root };
    let (words, critical, octets) = subtrees_at(dice, position);
    let touches = [Part::Of(position, Field::NameConstraints)];
    let id = format!("wild-nc({words})");
    Departure::new(id, "nameConstraints at random", &touches, move |chain| {
        chain.at(position).set(NAME_CONSTRAINTS, critical, octets.clone());
    })
}

/// In the root and in the intermediate, which a stack intersects.
fn subtrees_twice(dice: &mut Dice) -> Departure {
    let both = [Root, Int].map(|position| (position, subtrees_at(dice, position)));
    let touches = both.each_ref().map(|(at, _)| Part::Of(*at, Field::NameConstraints));
    let id = format!("wild-ncs({}; {})", both[0].1.0, both[1].1.0);
    Departure::new(id, "nameConstraints at random, twice", &touches, move |chain| {
        for (position, (_, critical, octets)) in &both {
            chain.at(*position).set(NAME_CONSTRAINTS, *critical, octets.clone());
        }
    })
}

/// nameConstraints in words, whether they are critical, and their octets.
fn subtrees_at(dice: &mut Dice, position: Position) -> (String, bool, Vec<u8>) {
    let all = [
        ("example", dns("example")),
        ("home.example", dns("home.example")),
        ("other.example", dns("other.example")),
        ("192.0.2.0/24", ip(&[192, 0, 2, 0, 255, 255, 255, 0])),
        ("mail", email("home.example")),
        ("uri", uri("home.example")),
        ("O=Home", directory(&Name::of([Attribute::o("Home")]))),
        ("O=Other", directory(&Name::of([Attribute::o("Other")]))),
    ];
    let permitted = if dice.one_in(3) { Vec::new() } else { some(dice, &all, 2) };
    let excluded =
        if permitted.is_empty() || dice.one_in(3) { some(dice, &all, 2) } else { vec![] };
    let critical = dice.one_in(2);
    let words = |trees: &[(&str, Vec<u8>)]| -> Vec<String> {
        trees.iter().map(|(word, _)| (*word).to_owned()).collect()
    };
    let id = format!(
        "{}, {:?}, not {:?}, {critical}",
        position.word(),
        words(&permitted),
        words(&excluded)
    );
    let trees = |trees: Vec<(&str, Vec<u8>)>| -> Vec<Vec<u8>> {
        trees.into_iter().map(|(_, name)| name).collect()
    };
    let octets = name_constraints(&trees(permitted), &trees(excluded));
    (id, critical, octets)
}

fn extension(dice: &mut Dice) -> Departure {
    let policy = der::sequence(&[der::sequence(&[der::oid("2.23.140.1.2.1")])]);
    let all = [
        ("2.5.29.32", policy),
        ("2.5.29.36", der::sequence(&[der::context(0, &[1])])),
        ("2.5.29.54", der::small(2)),
        ("2.5.29.18", der::sequence(&[dns("home.example")])),
        ("2.5.29.9", der::sequence(&[])),
        ("2.5.29.16", der::sequence(&[])),
        ("2.16.840.1.113730.1.13", der::element(der::IA5, b"comment")),
        ("1.3.6.1.5.5.7.1.24", der::sequence(&[der::small(5)])),
        ("1.3.6.1.4.1.99999.7", der::octets(&[dice.octet(); 40])),
    ];
    let (oid, value) = all[dice.below(all.len())].clone();
    let position = position(dice);
    let critical = dice.one_in(2);
    let id = format!("wild-extension({}, {oid}, {critical})", position.word());
    let touches = [Part::Of(position, Field::Others)];
    Departure::new(id, "an extension at random", &touches, move |chain| {
        chain.at(position).extensions.push(Extension::raw(oid, critical, value.clone()));
    })
}

/// A subject in any string type, and the issuer below it in the same or another encoding.
fn subject(dice: &mut Dice) -> Departure {
    const TAGS: [u8; 5] = [der::UTF8, der::PRINTABLE, der::TELETEX, der::IA5, der::BMP];
    let position = position(dice);
    let tags = [TAGS[dice.below(5)], TAGS[dice.below(5)]];
    let text = ["Plant", "plant  two", " Plant", "PLANT CA", "Pl\u{e4}nt"][dice.below(5)];
    let below = match position {
        Leaf => None,
        Int => Some(Leaf),
        Root => Some(Int),
    };
    let alike = dice.one_in(2);
    let id = format!("wild-dn({}, {text:?}, {tags:02x?}, {alike})", position.word());
    let mut touches = vec![Part::Of(position, Field::Subject)];
    touches.extend(below.map(|below| Part::Of(below, Field::Issuer)));
    Departure::new(id, "a name at random", &touches, move |chain| {
        let string = |tag: u8| match tag {
            der::BMP => Attribute::new("2.5.4.3", tag, bmp(text)),
            _ => Attribute::new("2.5.4.3", tag, text),
        };
        chain.at(position).subject = Name::of([Attribute::o("Home"), string(tags[0])]);
        if let (Some(below), false) = (below, alike) {
            let written = Name::of([Attribute::o("Home"), string(tags[1])]);
            chain.at(below).issuer_name = Some(written);
        }
    })
}
