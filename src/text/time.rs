//! Points in time, in whole seconds since the Unix epoch, shown as dates.
//!
//! No stage reads a clock: the verification time is an argument.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, ToSpan as _, civil};

use super::diagnostic::Diagnostic;

/// A second of UTC, from year -9999 to 9999 (RFC 5280 section 4.1.2.5 needs 1950 to 9999).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// Seconds since 1970-01-01T00:00:00Z. Not a [`Timestamp`]: that ends a day before
    /// 9999-12-31T23:59:59Z, the notAfter of certificates without an expiry date.
    unix: i64,
}

/// Text that is neither a date nor an RFC 3339 time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotATime;

const DAY: i64 = 86_400;
const EPOCH: civil::Date = civil::date(1970, 1, 1);

impl Time {
    /// The clock of this machine.
    #[must_use]
    pub fn now() -> Self {
        Self { unix: Timestamp::now().as_second() }
    }

    /// `seconds` since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_unix(seconds: i64) -> Self {
        Self { unix: seconds }
    }

    fn from_civil(civil: civil::DateTime) -> Self {
        let days = i64::from(civil.date().since(EPOCH).map_or(0, |span| span.get_days()));
        let (hour, minute, second) = (civil.hour(), civil.minute(), civil.second());
        let of_day = i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second);
        Self { unix: days * DAY + of_day }
    }

    fn civil(self) -> civil::DateTime {
        let bound = if self.unix < 0 { civil::Date::MIN } else { civil::Date::MAX };
        let date = EPOCH.checked_add(self.unix.div_euclid(DAY).days()).unwrap_or(bound);
        let of_day = self.unix.rem_euclid(DAY);
        date.at((of_day / 3_600) as i8, (of_day / 60 % 60) as i8, (of_day % 60) as i8, 0)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.unix
    }

    /// This time `days` later, of 86,400 seconds each.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        Self { unix: self.unix.saturating_add(days.saturating_mul(DAY)) }
    }

    /// The beginning of a day; `None` if there is no such day.
    #[must_use]
    pub fn from_date(year: i16, month: i8, day: i8) -> Option<Self> {
        Some(Self::from_civil(civil::Date::new(year, month, day).ok()?.at(0, 0, 0, 0)))
    }

    /// The same day and hour `years` later; 29 February becomes 28 February if necessary.
    #[must_use]
    pub fn plus_years(self, years: i16) -> Self {
        Self::from_civil(self.civil().saturating_add(years.years()))
    }

    /// The calendar year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.civil().year()
    }

    /// Only the date, `2031-06-22`.
    #[must_use]
    pub fn date(self) -> String {
        self.civil().date().to_string()
    }

    /// The time in an ASN.1 UTCTime (13 characters) or GeneralizedTime (15) as RFC 5280
    /// section 4.1.2.5 restricts them: to the second, in UTC.
    pub(crate) fn from_asn1(text: &[u8]) -> Option<Self> {
        let digits = text.strip_suffix(b"Z")?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let pair = |at: usize| -> Option<i8> {
            Some(((digits.get(at)? - b'0') * 10 + (digits.get(at + 1)? - b'0')) as i8)
        };
        let (year, rest) = match digits.len() {
            12 => {
                let short = i16::from(pair(0)?);
                (if short >= 50 { 1900 + short } else { 2000 + short }, 2)
            }
            14 => (i16::from(pair(0)?) * 100 + i16::from(pair(2)?), 4),
            _ => return None,
        };
        let at = |index: usize| pair(rest + 2 * index);
        let (month, day, hour, minute, second) = (at(0)?, at(1)?, at(2)?, at(3)?, at(4)?);
        Some(Self::from_civil(
            civil::DateTime::new(year, month, day, hour, minute, second, 0).ok()?,
        ))
    }
}

impl fmt::Display for Time {
    /// RFC 3339 in UTC: `2031-06-22T00:00:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.civil())
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Time {
    type Err = NotATime;

    /// Accepts `2026-05-08T15:51:26Z`, with any RFC 3339 offset, or `2026-05-08` for its midnight.
    fn from_str(text: &str) -> Result<Self, NotATime> {
        if let Ok(timestamp) = text.parse::<Timestamp>() {
            return Ok(Self { unix: timestamp.as_second() });
        }
        // The last day of 9999, which is beyond a Timestamp, occurs in certificates.
        if let Some(Ok(civil)) = text.strip_suffix('Z').map(str::parse::<civil::DateTime>) {
            return Ok(Self::from_civil(civil));
        }
        // Any longer text has a time without its offset, which is ambiguous.
        let is_date = text.len() == "2026-05-08".len();
        let date = text.parse::<civil::Date>().ok().filter(|_| is_date).ok_or(NotATime)?;
        Ok(Self::from_civil(date.at(0, 0, 0, 0)))
    }
}

impl fmt::Display for NotATime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a date such as 2026-05-08 or a time such as 2026-05-08T15:51:26Z")
    }
}

impl std::error::Error for NotATime {}

impl Diagnostic for NotATime {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_asn1_forms_are_read_as_rfc_5280_defines_them() {
        let read = |text: &str| Time::from_asn1(text.as_bytes()).map(|time| time.to_string());
        assert_eq!(read("491231235959Z").as_deref(), Some("2049-12-31T23:59:59Z"));
        assert_eq!(read("500101000000Z").as_deref(), Some("1950-01-01T00:00:00Z"));
        assert_eq!(read("99991231235959Z").as_deref(), Some("9999-12-31T23:59:59Z"));
        for wrong in ["", "Z", "2001010000Z", "200101000000+0000", "201301000000Z", "20010100000 Z"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_date_or_a_time_is_accepted() {
        let read = |text: &str| text.parse::<Time>().map(Time::unix);
        assert_eq!(read("1970-01-02"), Ok(86_400));
        assert_eq!(read("1970-01-01T01:00:00+01:00"), Ok(0));
        for wrong in
            ["soon", "2026-05-08T23:00:00", "2026-05-08 23:00", "2026-05-08[Europe/Berlin]"]
        {
            assert_eq!(read(wrong), Err(NotATime), "{wrong}");
        }
        let last = "9999-12-31T23:59:59Z";
        assert_eq!(last.parse::<Time>().map(|time| time.to_string()).as_deref(), Ok(last));
    }
}
