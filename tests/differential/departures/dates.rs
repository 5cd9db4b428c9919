//! Dates: past and future, distant, in odd encodings. Chains are judged as of 2026-06-01.

use super::order::yesterday;
use super::places::{Places as _, Position, Position::Leaf};
use super::{Field, Part, Table};
use certgrab::internals::lab::pki::certificate::{Certificate, Time};

pub(super) fn list(table: &mut Table) {
    for position in Position::ALL {
        everywhere(table, position);
    }
    encodings(table);
    spans(table);
}

fn before(table: &mut Table, position: Position, word: &str, about: &str, time: Time) {
    let id = format!("{}-date-{word}", position.word());
    let about = format!("{}: {about}", position.title());
    table.add(id, about, &[Part::Of(position, Field::NotBefore)], move |chain| {
        chain.at(position).not_before = time.clone();
    });
}

fn after(table: &mut Table, position: Position, word: &str, about: &str, time: Time) {
    let id = format!("{}-date-{word}", position.word());
    let about = format!("{}: {about}", position.title());
    table.add(id, about, &[Part::Of(position, Field::NotAfter)], move |chain| {
        chain.at(position).not_after = time.clone();
    });
}

fn everywhere(table: &mut Table, position: Position) {
    after(table, position, "expired", "expired the day before", yesterday());
    let tomorrow = Time::utc("260602000000Z");
    before(table, position, "future", "valid from the next day", tomorrow);
    let year = Time::utc("500101000000Z");
    before(table, position, "1950", "valid from 1950", year);
    let year = Time::utc("690101000000Z");
    before(table, position, "1969", "valid from 1969", year);
    let year = Time::utc("700101000000Z");
    before(table, position, "1970", "valid from 1970", year);
    let last = Time::generalized("99991231235959Z");
    after(table, position, "9999", "valid to the end of 9999", last);
    let last = Time::utc("491231235959Z");
    after(table, position, "2049", "valid to the end of 2049", last);
    let first = Time::generalized("20500101000000Z");
    after(table, position, "2050", "valid to 2050", first);
    let year = Time::utc("390101000000Z");
    after(table, position, "2038", "valid to 2039", year);
    let early = Time::generalized("20360101000000Z");
    after(table, position, "gt-early", "2036 as GeneralizedTime", early);
    let zero = Time::generalized("00000101000000Z");
    before(table, position, "0000", "valid from the year 0", zero);
}

fn leaf(
    table: &mut Table,
    id: &str,
    about: &str,
    change: impl Fn(&mut Certificate) + Send + Sync + 'static,
) {
    let touches = [Part::Of(Leaf, Field::NotBefore), Part::Of(Leaf, Field::NotAfter)];
    table.add(id, format!("leaf: {about}"), &touches, move |chain| change(chain.leaf()));
}

fn encodings(table: &mut Table) {
    leaf(table, "date-utc-noseconds-leaf", "UTCTime without seconds", |leaf| {
        leaf.not_after = Time::utc("3601010000Z");
    });
    leaf(table, "date-utc-offset-leaf", "UTCTime with an offset", |leaf| {
        leaf.not_after = Time::utc("360101000000+0100");
    });
    leaf(table, "date-gt-fraction-leaf", "GeneralizedTime with a fraction", |leaf| {
        leaf.not_after = Time::generalized("20360101000000.5Z");
    });
    leaf(table, "date-utc-2050-as-1950", "valid to UTCTime 50", |leaf| {
        leaf.not_after = Time::utc("500101000000Z");
    });
    leaf(table, "date-feb30", "valid to 30 February", |leaf| {
        leaf.not_after = Time::utc("360230000000Z");
    });
    leaf(table, "date-leap", "valid to a second 60", |leaf| {
        leaf.not_after = Time::utc("351231235960Z");
    });
}

fn spans(table: &mut Table) {
    leaf(table, "date-backwards-leaf", "it ends before it begins", |leaf| {
        leaf.not_before = Time::utc("270101000000Z");
        leaf.not_after = Time::utc("260101000000Z");
    });
    leaf(table, "date-outlives", "it outlives its issuer", |leaf| {
        leaf.not_after = Time::utc("400101000000Z");
    });
    leaf(table, "date-long", "valid for 30 years", |leaf| {
        leaf.not_before = Time::utc("160101000000Z");
        leaf.not_after = Time::utc("460101000000Z");
    });
}
