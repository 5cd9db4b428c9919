//! The line of the report that shows how long an anchor lasts.

use crate::{judge::rank::Lasts, text::time::Time};

/// The cells of the line: with the dates on both sides it fits into 80 columns.
const CELLS: usize = 20;

/// The most years that the line shows after today: a certificate without an expiry date is valid until
/// 9999 (RFC 5280 section 4.1.2.5).
const MOST_YEARS: i16 = 50;

/// What the line is drawn with.
pub(super) struct Strokes {
    begin: char,
    past: char,
    today: char,
    lasts: char,
    after: char,
    end: char,
}

pub(super) const UNICODE: Strokes =
    Strokes { begin: '├', past: '─', today: '●', lasts: '━', after: '┄', end: '┤' };

pub(super) const ASCII: Strokes =
    Strokes { begin: '|', past: '-', today: '*', lasts: '=', after: '.', end: '|' };

/// The line of an anchor that is valid since `begins`, as of `at`.
pub(super) fn line(begins: Time, lasts: &Lasts, at: Time, strokes: &Strokes) -> String {
    let ends = lasts.not_after;
    let shown_end = ends.min(at.max(begins).plus_years(MOST_YEARS)).unix();
    let length = (shown_end - begins.unix()).max(1);
    let cell = |time: Time| {
        let passed = (time.unix() - begins.unix()).clamp(0, length - 1);
        (passed * CELLS as i64 / length) as usize
    };
    let scheduled = lasts.scheduled.filter(|date| *date < ends);
    let leaves = scheduled.map_or(CELLS, cell);
    let is_valid = at >= begins && at <= ends;
    let today = is_valid.then(|| cell(at));
    let stroke = |place: usize| match place {
        _ if Some(place) == today => strokes.today,
        _ if place >= leaves => strokes.after,
        _ if today.is_none_or(|today| place < today) => strokes.past,
        _ => strokes.lasts,
    };
    let cells: String = (0..CELLS).map(stroke).collect();
    let Strokes { begin, after, end, .. } = strokes;
    let mut out = format!("{} {begin}{cells}{end} {}", begins.year(), ends.year());
    if is_valid {
        out += &format!(", {} is {}", strokes.today, at.date());
    }
    if let Some(date) = scheduled {
        out += &format!(", {after} from {}", date.date());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Time {
        text.parse().expect("a date")
    }

    fn lasts(not_after: &str, scheduled: Option<&str>) -> Lasts {
        let (not_after, scheduled) = (day(not_after), scheduled.map(day));
        let until = scheduled.map_or(not_after, |date| date.min(not_after));
        Lasts { until, not_after, scheduled, cross_sign: None }
    }

    #[test]
    fn the_timeline_shows_today_the_lifetime_and_the_schedule() {
        let begins = day("2020-01-01");
        let anchor = lasts("2040-01-01", Some("2035-01-01"));
        assert_eq!(
            line(begins, &anchor, day("2026-11-22"), &UNICODE),
            "2020 ├──────●━━━━━━━━┄┄┄┄┄┤ 2040, ● is 2026-11-22, ┄ from 2035-01-01"
        );
        assert_eq!(
            line(begins, &anchor, day("2026-11-22"), &ASCII),
            "2020 |------*========.....| 2040, * is 2026-11-22, . from 2035-01-01"
        );
    }

    #[test]
    fn unlimited_and_expired_anchors_have_timelines_of_equal_length() {
        let begins = day("2020-01-01");
        for (not_after, at) in [
            ("9999-12-31", "2026-11-22"),
            ("2021-01-01", "2026-11-22"),
            ("2040-01-01", "2019-01-01"),
            ("2020-01-01", "2020-01-01"),
            ("2040-01-01", "2040-01-01"),
        ] {
            let line = line(begins, &lasts(not_after, None), day(at), &UNICODE);
            let bar = line.split_once('├').and_then(|(_, rest)| rest.split_once('┤'));
            assert_eq!(bar.map(|(bar, _)| bar.chars().count()), Some(CELLS), "{line}");
            let is_valid = (day("2020-01-01")..=day(not_after)).contains(&day(at));
            assert_eq!(line.contains('●'), is_valid, "{line}");
        }
    }
}
