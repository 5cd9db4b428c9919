//! The whole text of every format, for reviewers. `CERTGRAB_BLESS=1` updates it.

use certgrab::internals::{
    output::{
        bundle::{Bundle, KeyPossession},
        emit::{self, FORMATS},
    },
    text::time::Time,
};

use super::bench;

fn fixed() -> Bundle {
    let [_, x2] = bench::isrg();
    let mut bundle = bench::bundle("m1.example.com", 8883, vec![x2]);
    bundle.entries[0].lasts_until = Some(Time::from_unix(2_072_908_800));
    bundle
}

#[test]
fn every_format_writes_its_golden_file() {
    for format in FORMATS {
        let file = bench::repository().join("tests/golden/formats").join(format.name);
        let written = bench::bytes(&fixed(), format.name);
        if std::env::var_os("CERTGRAB_BLESS").is_some() {
            std::fs::write(&file, &written).unwrap();
        }
        let golden = std::fs::read(&file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
        if format.is_text {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            assert_eq!(text(&written), text(&golden), "{}", format.name);
        } else {
            assert!(written == golden, "{}", format.name);
        }
    }
}

#[test]
fn every_golden_file_belongs_to_a_format() {
    let folder = bench::repository().join("tests/golden/formats");
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(emit::format(&name).is_some(), "{name}");
    }
}

#[test]
fn a_missing_proof_of_the_key_is_stated() {
    let mut bundle = fixed();
    let said = |bundle: &Bundle| bench::text(bundle, "c").contains("did not prove");
    assert!(!said(&bundle));
    bundle.key_possession = KeyPossession::NotProven;
    assert!(said(&bundle));
}

#[test]
fn text_has_one_final_newline_and_no_trailing_spaces() {
    let [x1, x2] = bench::isrg();
    for certificates in [vec![x2.clone()], vec![x1, x2]] {
        let bundle = bench::bundle("m1.example.com", 8883, certificates);
        for format in FORMATS.iter().filter(|format| format.is_text) {
            let name = emit::Identifier::new("ROOT_CA").unwrap();
            let Ok(written) = emit::render(&bundle, *format, &name) else { continue };
            let text = String::from_utf8(written).unwrap();
            let trimmed = text.trim_end_matches('\n');
            assert_eq!(text.len(), trimmed.len() + 1, "{}", format.name);
            for line in text.lines() {
                assert_eq!(line, line.trim_end(), "{}", format.name);
            }
            assert!(!text.contains("\n\n\n"), "{}:\n{text}", format.name);
        }
    }
}

#[test]
fn a_format_contains_a_name_if_the_name_changes_its_file() {
    for format in FORMATS {
        let [one, other] = ["FIRST_CA", "SECOND_CA"].map(|name| {
            let name = emit::Identifier::new(name).unwrap();
            emit::render(&fixed(), *format, &name).unwrap()
        });
        assert_eq!(format.holds_a_name(), one != other, "{}", format.name);
    }
}
