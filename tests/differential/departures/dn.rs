//! Distinguished names: other encodings of an issuer, and what a name can contain.

use super::places::{Places as _, Position::Int, Position::Leaf, Position::Root};
use super::{Field, Part, Table};
use certgrab::internals::lab::pki::der;
use certgrab::internals::lab::pki::name::{Attribute, Name, bmp, universal};

const CN: &str = "2.5.4.3";
const C: &str = "2.5.4.6";
const OU: &str = "2.5.4.11";
const DC: &str = "0.9.2342.19200300.100.1.25";
const EMAIL: &str = "1.2.840.113549.1.9.1";

pub(super) fn list(table: &mut Table) {
    issuers(table);
    let touches = [Part::Of(Int, Field::Subject)];
    table.add("dn-empty-issuer", "intermediate with an empty name", &touches, |chain| {
        chain.int().subject = Name::empty();
    });
    let touches = [Part::Of(Root, Field::Subject)];
    table.add("dn-empty-root", "root with an empty name", &touches, |chain| {
        chain.root().subject = Name::empty();
    });
    for (word, about, name) in long_names().into_iter().chain(strings()) {
        let leaf = format!("dn-leaf-{word}");
        let touches = [Part::Of(Leaf, Field::Subject)];
        if FOR_LEAVES_ALONE.contains(&word) {
            table.add(leaf, format!("leaf's name: {about}"), &touches, move |chain| {
                chain.leaf().subject = name.clone();
            });
            continue;
        }
        let of_root = name.clone();
        table.add(leaf, format!("leaf's name: {about}"), &touches, move |chain| {
            chain.leaf().subject = name.clone();
        });
        let touches = [Part::Of(Root, Field::Subject)];
        table.add(
            format!("dn-root-{word}"),
            format!("root's name: {about}"),
            &touches,
            move |chain| {
                chain.root().subject = of_root.clone();
            },
        );
    }
}

const FOR_LEAVES_ALONE: [&str; 4] = ["email", "dc", "c3", "int-value"];

type Rewriting = fn(&Name) -> Name;

/// The issuer, encoded differently from its subject.
fn issuers(table: &mut Table) {
    let ways: [(&str, &str, Rewriting); 8] = [
        ("string-type", "as PrintableString", |name| name.each(|it| it.tag = der::PRINTABLE)),
        ("t61", "as TeletexString", |name| name.each(|it| it.tag = der::TELETEX)),
        ("bmp", "as BMPString", |name| {
            name.each(|it| {
                it.tag = der::BMP;
                it.value = bmp(&String::from_utf8_lossy(&it.value));
            })
        }),
        ("case", "in capitals", |name| name.each(|it| it.value.make_ascii_uppercase())),
        ("spaces", "with two blanks", |name| {
            name.each(|it| {
                it.value = String::from_utf8_lossy(&it.value).replace(' ', "  ").into_bytes();
            })
        }),
        ("lead-space", "with a blank in front", |name| name.each(|it| it.value.insert(0, b' '))),
        ("order", "with its RDNs in another order", |name| {
            Name(name.0.iter().rev().cloned().collect())
        }),
        ("other", "as another name", |_| Name::usual("Somebody Else")),
    ];
    for position in [Leaf, Int] {
        for (word, about, way) in ways {
            let id = format!("dn-{word}-{}", position.word());
            let about = format!("the {}'s issuer written {about}", position.title());
            table.add(id, about, &[Part::Of(position, Field::Issuer)], move |chain| {
                let issuer = chain.at(position).issuer;
                let written = way(&chain.certificates[issuer].subject);
                chain.at(position).issuer_name = Some(written);
            });
        }
    }
}

type Described = (&'static str, &'static str, Name);

fn long_names() -> Vec<Described> {
    let unit = |number: usize| Attribute::new(OU, der::UTF8, format!("unit {number}"));
    let long = |number: usize| Attribute::new(OU, der::UTF8, format!("{number:0100}"));
    let with =
        |more: Vec<Attribute>| Name::of(more.into_iter().chain([Attribute::cn("Long name")]));
    vec![
        ("long-cn", "a CN of 200 letters", Name::usual(&"x".repeat(200))),
        ("long-3k", "3 KB", with((0..28).map(long).collect())),
        ("many-rdn", "300 RDNs", with((0..299).map(unit).collect())),
        (
            "multi-rdn",
            "an RDN of two attributes",
            Name(vec![vec![Attribute::o("Home"), Attribute::cn("Two in one")]]),
        ),
        ("cn-empty", "an empty CN", Name::usual("")),
    ]
}

fn strings() -> Vec<Described> {
    let home =
        |tag: u8, value: Vec<u8>| Name::of([Attribute::o("Home"), Attribute::new(CN, tag, value)]);
    let email = |tag: u8| {
        let address = Attribute::new(EMAIL, tag, "me@home.example");
        Name::of([Attribute::o("Home"), Attribute::cn("With mail"), address])
    };
    let country = Attribute::new(C, der::PRINTABLE, "GER");
    vec![
        ("utf8", "letters beyond ASCII", home(der::UTF8, "Müller 服务器".into())),
        ("t61", "a TeletexString", home(der::TELETEX, b"M\xfcller".to_vec())),
        ("bmp", "a BMPString", home(der::BMP, bmp("Name"))),
        ("universal", "a UniversalString", home(der::UNIVERSAL, universal("Name"))),
        ("email", "an emailAddress", email(der::IA5)),
        ("email-utf8", "an emailAddress as UTF8String", email(der::UTF8)),
        ("dc", "domainComponents", components()),
        ("printable-at", "a PrintableString with @ and *", home(der::PRINTABLE, b"a@b*".to_vec())),
        ("bad-utf8", "a UTF8String that is none", home(der::UTF8, b"M\xfcller".to_vec())),
        ("c3", "a country of 3 letters", Name::of([country, Attribute::cn("Name")])),
        ("int-value", "a CN that is an INTEGER", home(der::INTEGER, vec![42])),
    ]
}

fn components() -> Name {
    let component = |text: &str| Attribute::new(DC, der::IA5, text);
    Name::of([component("example"), component("home"), Attribute::cn("Components")])
}
