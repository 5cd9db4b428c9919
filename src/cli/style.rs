//! Rules of the terminal, in one place.
//!
//! Colour only ever marks words of certgrab's own; it never comes from data, and nothing is said
//! by colour alone. Whether there is any is decided once: by `--color`, else by whether the
//! stream is a terminal, `NO_COLOR`, `CLICOLOR` and `TERM`.

use std::fmt::Display;

use clap::builder::styling::{AnsiColor, Effects, Style};

use super::args::Color;

/// Applies `--color` to both streams.
pub(crate) fn choose(color: Color) {
    match color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
}

pub(crate) fn error(word: impl Display) -> String {
    paint(AnsiColor::Red.on_default().effects(Effects::BOLD), word)
}

pub(crate) fn hint(word: impl Display) -> String {
    paint(AnsiColor::Cyan.on_default(), word)
}

pub(crate) fn warning(word: impl Display) -> String {
    paint(AnsiColor::Yellow.on_default().effects(Effects::BOLD), word)
}

pub(crate) fn anchor(words: impl Display) -> String {
    paint(AnsiColor::Green.on_default().effects(Effects::BOLD), words)
}

pub(crate) fn faint(words: impl Display) -> String {
    paint(Style::new().effects(Effects::DIMMED), words)
}

fn paint(style: Style, words: impl Display) -> String {
    format!("{style}{words}{style:#}")
}
