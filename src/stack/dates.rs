//! The dates of certificates as TLS stacks read them (RFC 5280 section 4.1.2.5).

use super::{
    reason::Rule,
    tlv::{GENERALIZED_TIME, Tlv, UTC_TIME},
    view::Part,
};

/// A date with its digits as numbers; whether there is such a day is for each stack to decide.
#[derive(Clone, Copy)]
pub(super) struct Written {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    /// Whether the seconds are written.
    pub(super) has_seconds: bool,
    /// Whether a fraction of a second follows.
    pub(super) has_fraction: bool,
    pub(super) zone: Zone,
    pub(super) is_utc_time: bool,
}

/// What follows the digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// `Z`.
    Utc,
    /// `+hhmm` or `-hhmm`, in seconds east of UTC.
    Offset(i64),
    /// Nothing.
    Absent,
}

/// The rule that a validity from `before` to `after` violates at `at`; a date that cannot be read counts
/// if it decides.
pub(super) const fn outdated(before: Option<i64>, after: Option<i64>, at: i64) -> Option<Rule> {
    match (before, after) {
        (Some(before), _) if before > at => Some(Rule::NotYetValid),
        (Some(_), Some(after)) if after < at => Some(Rule::Expired),
        (Some(_), Some(_)) => None,
        _ => Some(Rule::Unreadable(Part::Validity)),
    }
}

/// Reads either form; `None` if there are letters instead of digits, or anything after the date.
pub(super) fn read(element: Tlv<'_>) -> Option<Written> {
    let is_utc_time = match element.tag {
        UTC_TIME => true,
        GENERALIZED_TIME => false,
        _ => return None,
    };
    let mut text = element.value;
    let mut pair = || -> Option<i64> {
        let (two, rest) = text.split_at_checked(2)?;
        let digits = two.iter().all(u8::is_ascii_digit);
        text = rest;
        digits.then(|| i64::from(two[0] - b'0') * 10 + i64::from(two[1] - b'0'))
    };
    let year = match pair()? {
        century if !is_utc_time => century * 100 + pair()?,
        short if short < 50 => 2000 + short,
        short => 1900 + short,
    };
    let (month, day, hour, minute) = (pair()?, pair()?, pair()?, pair()?);
    let has_seconds = text.first().is_some_and(u8::is_ascii_digit);
    let second = if has_seconds { digits_of(&mut text)? } else { 0 };
    let has_fraction = matches!(text.first(), Some(b'.' | b','));
    if has_fraction {
        let digits = text[1..].iter().take_while(|octet| octet.is_ascii_digit()).count();
        text = &text[1 + digits..];
    }
    let zone = zone(text)?;
    Some(Written {
        year,
        month,
        day,
        hour,
        minute,
        second,
        has_seconds,
        has_fraction,
        zone,
        is_utc_time,
    })
}

fn digits_of(text: &mut &[u8]) -> Option<i64> {
    let (two, rest) = text.split_at_checked(2)?;
    *text = rest;
    let digits = two.iter().all(u8::is_ascii_digit);
    digits.then(|| i64::from(two[0] - b'0') * 10 + i64::from(two[1] - b'0'))
}

fn zone(text: &[u8]) -> Option<Zone> {
    match text {
        b"Z" => Some(Zone::Utc),
        b"" => Some(Zone::Absent),
        [sign @ (b'+' | b'-'), rest @ ..] if rest.len() == 4 => {
            let mut rest = rest;
            let seconds = digits_of(&mut rest)? * 3_600 + digits_of(&mut rest)? * 60;
            Some(Zone::Offset(if *sign == b'+' { seconds } else { -seconds }))
        }
        _ => None,
    }
}

impl Written {
    /// Whether it is in the form of RFC 5280: seconds, no fraction, `Z`.
    pub(super) fn is_plain(&self) -> bool {
        self.has_seconds && !self.has_fraction && self.zone == Zone::Utc
    }

    /// Whether there is such a day, and seconds up to `most_seconds`.
    pub(super) fn exists(&self, most_seconds: i64) -> bool {
        (1..=12).contains(&self.month)
            && (1..=days_in(self.year, self.month)).contains(&self.day)
            && self.is_time_of_day(most_seconds)
    }

    /// Whether hour, minute and second are within a day.
    pub(super) fn is_time_of_day(&self, most_seconds: i64) -> bool {
        self.hour <= 23 && self.minute <= 59 && self.second <= most_seconds
    }

    /// Seconds since 1970; days beyond a month's end count into the next.
    pub(super) fn unix(&self) -> i64 {
        let offset = match self.zone {
            Zone::Offset(seconds) => seconds,
            Zone::Utc | Zone::Absent => 0,
        };
        let of_day = self.hour * 3_600 + self.minute * 60 + self.second;
        days_since_1970(self.year, self.month, self.day) * 86_400 + of_day - offset
    }
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar, extended to all years.
const fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March, so that the day of February 29 is their last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let month = (month + 9) % 12;
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(tag: u8, text: &str) -> Option<i64> {
        let element = Tlv { tag, value: text.as_bytes(), whole: &[] };
        read(element).map(|written| written.unix())
    }

    #[test]
    fn both_date_forms_are_read_with_optional_parts() {
        assert_eq!(read_text(UTC_TIME, "700101000000Z"), Some(0));
        assert_eq!(read_text(UTC_TIME, "7001010001Z"), Some(60));
        assert_eq!(read_text(UTC_TIME, "700101010000+0100"), Some(0));
        assert_eq!(read_text(GENERALIZED_TIME, "20000229000000.5Z"), Some(951_782_400));
        assert_eq!(read_text(GENERALIZED_TIME, "00000101000000Z"), Some(-62_167_219_200));
        assert_eq!(read_text(GENERALIZED_TIME, "99991231235959Z"), Some(253_402_300_799));
        for wrong in ["", "Z", "7001010x0000Z", "700101000000Zx", "700101000000+1"] {
            assert_eq!(read_text(UTC_TIME, wrong), None, "{wrong}");
        }
    }
}
