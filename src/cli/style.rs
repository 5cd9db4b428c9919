//! Rules of the terminal, in one place.
//!
//! Colour marks only words of certgrab; it never comes from data and never carries meaning alone.
//! Whether there is any is decided once: by `--color`, else by whether the stream is a terminal,
//! `NO_COLOR`, `CLICOLOR` and `TERM`.

use std::fmt;

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
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Print more details
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
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

fn paint(style: Style, words: impl fmt::Display) -> String {
    format!("{style}{words}{style:#}")
}
