//! Rules of the terminal, in one place.
//!
//! Colour marks only words of certgrab; it never comes from data and never carries meaning alone.
//! Whether there is any is decided once: by `--color`, else by whether the stream is a terminal,
//! `NO_COLOR`, `CLICOLOR` and `TERM`.

use std::fmt;

use crate::text::wrap;

use super::language::{self, Language};
use clap::{
    ValueEnum,
    builder::styling::{AnsiColor, Effects, Style},
};

/// How results and messages are shown.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Messages")]
pub(crate) struct Display {
    /// Use colour: auto, always or never
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, hide_possible_values = true)]
    pub(crate) color: Color,

    /// Print errors only
    #[arg(short, long, global = true, conflicts_with = "verbose", overrides_with = "quiet")]
    pub(crate) quiet: bool,

    /// Print more details
    #[arg(short, long, global = true, overrides_with = "verbose")]
    pub(crate) verbose: bool,

    /// The language of reports, messages, hints and help: en or zh; by default the locale's
    #[arg(long, value_enum, global = true, hide_possible_values = true)]
    pub(crate) lang: Option<Language>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// Applies `--color` to both streams.
pub(crate) fn choose(color: Color) {
    match color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
}

pub(crate) fn error(word: impl fmt::Display) -> String {
    paint(AnsiColor::Red.on_default().effects(Effects::BOLD), word)
}

pub(crate) fn hint(word: impl fmt::Display) -> String {
    paint(AnsiColor::Cyan.on_default(), word)
}

pub(crate) fn warning(word: impl fmt::Display) -> String {
    paint(AnsiColor::Yellow.on_default().effects(Effects::BOLD), word)
}

pub(crate) fn anchor(words: impl fmt::Display) -> String {
    paint(AnsiColor::Green.on_default().effects(Effects::BOLD), words)
}

pub(crate) fn faint(words: impl fmt::Display) -> String {
    paint(Style::new().effects(Effects::DIMMED), words)
}

/// Whether lines are drawn in ASCII: `TERM` is `dumb`, or the locale has another encoding than UTF-8.
/// Without a locale, as in CI and in containers, UTF-8 is assumed.
pub(crate) fn is_ascii() -> bool {
    draws_ascii(|name| std::env::var(name).ok())
}

fn draws_ascii(variable: impl Fn(&str) -> Option<String>) -> bool {
    variable("TERM").as_deref() == Some("dumb") || !language::encodes_utf_8(variable)
}

/// The columns of the terminal on standard output; `None` if it is not a terminal, and lines are not
/// wrapped.
pub(crate) fn columns() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(std::io::stdout())?;
    Some(width.0.into())
}

/// `value` after `prefix`, wrapped to `columns`; further lines begin with `rest`, which is as wide. A
/// longer word stays whole, so that it can be copied.
pub(crate) fn wrapped(prefix: &str, rest: &str, value: &str, columns: Option<usize>) -> String {
    let indent = textwrap::core::display_width(prefix);
    let Some(width) = columns.map(|columns| columns.saturating_sub(indent)) else {
        return format!("{prefix}{value}\n");
    };
    if width < LEAST_WRAPPED || textwrap::core::display_width(value) <= width {
        return format!("{prefix}{value}\n");
    }
    let lines = textwrap::wrap(value, wrap::lines_of(width));
    let begins = std::iter::once(prefix).chain(std::iter::repeat(rest));
    begins.zip(lines).map(|(begin, line)| format!("{begin}{line}\n")).collect()
}

/// With fewer columns, wrapping is left to the terminal.
const LEAST_WRAPPED: usize = 20;

fn paint(style: Style, words: impl fmt::Display) -> String {
    format!("{style}{words}{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dumb_terminal_or_a_locale_without_utf_8_gets_ascii() {
        let of = |set: &[(&str, &str)]| {
            draws_ascii(|name| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, text)| (*text).to_owned())
            })
        };
        for set in [&[][..], &[("LANG", "C.UTF-8")], &[("LANG", "zh_CN.utf8"), ("TERM", "xterm")]] {
            assert!(!of(set), "{set:?}");
        }
        for set in [&[("TERM", "dumb")][..], &[("LC_ALL", "C"), ("LANG", "C.UTF-8")]] {
            assert!(of(set), "{set:?}");
        }
    }

    #[test]
    fn a_long_value_is_wrapped_but_a_long_word_stays_whole() {
        let wrap = |value: &str, columns| wrapped("why        ", "           ", value, columns);
        let value = "the root that is the nearest to the leaf";
        assert_eq!(wrap(value, None), format!("why        {value}\n"));
        let lines = "why        the root that is the\n           nearest to the leaf\n";
        assert_eq!(wrap(value, Some(35)), lines);
        let hash = "5".repeat(64);
        assert_eq!(wrap(&hash, Some(40)), format!("why        {hash}\n"));
        // A CJK character takes two columns.
        let wide = wrap("信任锚信任锚信任锚 信任锚", Some(33));
        assert_eq!(wide, "why        信任锚信任锚信任锚 信\n           任锚\n");
    }
}
