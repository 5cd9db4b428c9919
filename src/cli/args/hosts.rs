//! The options for many targets.

use std::{fmt, num::NonZeroUsize, path::PathBuf, str::FromStr};

use super::threads::Threads;
use crate::text::time::Time;

/// Many targets from a list.
///
/// What is only for a list also conflicts with targets: clap does not insist on a list that the
/// targets exclude.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Many targets",
          mut_arg("threads", |one| one.requires("hosts").conflicts_with("targets")))]
pub(crate) struct Arguments {
    /// Read targets from FILE, or - for standard input, one per line; print one JSON line each
    #[arg(long, value_name = "FILE", conflicts_with_all = ["targets", "from", "paths", "sizes"])]
    pub(crate) hosts: Option<PathBuf>,

    /// Read a CSV file: the targets are in the column with this name in the first line, or number N
    #[arg(
        long,
        value_name = "NAME|N",
        requires = "hosts",
        conflicts_with = "targets",
        allow_hyphen_values = true
    )]
    pub(crate) column: Option<Column>,

    /// List only the targets whose anchor ends before DATE; exit with 5 if there is one
    #[arg(
        long,
        value_name = "DATE",
        requires = "hosts",
        conflicts_with = "targets",
        allow_hyphen_values = true
    )]
    pub(crate) until: Option<Time>,

    /// Number of targets to query concurrently
    #[arg(
        long,
        value_name = "N",
        default_value_t = DEFAULT_JOBS,
        requires = "hosts",
        conflicts_with = "targets",
        value_parser = jobs,
        allow_hyphen_values = true
    )]
    pub(crate) jobs: NonZeroUsize,

    #[command(flatten)]
    pub(crate) threads: Threads,

    /// Print the results in the order of the list
    #[arg(long, requires = "hosts", conflicts_with = "targets")]
    pub(crate) ordered: bool,

    /// Query only every N-th target, starting with the I-th
    #[arg(
        long,
        value_name = "I/N",
        requires = "hosts",
        conflicts_with = "targets",
        allow_hyphen_values = true
    )]
    pub(crate) shard: Option<Shard>,
}

impl Default for Arguments {
    /// Without a list.
    fn default() -> Self {
        Self {
            hosts: None,
            column: None,
            until: None,
            jobs: DEFAULT_JOBS,
            threads: Threads::default(),
            ordered: false,
            shard: None,
        }
    }
}

fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "expected a number of targets, at least 1".to_owned())
}

/// Targets that are queried concurrently.
pub(crate) const DEFAULT_JOBS: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// A column of a CSV file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Column {
    /// By its name in the first line.
    Name(String),
    /// By its position, from 1; the first line has a target too.
    Number(NonZeroUsize),
}

impl FromStr for Column {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A number is one if it counts columns; `-1` is hardly a name.
        match (text.parse(), text.parse::<i64>()) {
            (Ok(number), _) => Ok(Self::Number(number)),
            (Err(_), Err(_)) if !text.is_empty() => Ok(Self::Name(text.to_owned())),
            _ => Err("expected the name of a column, or its number from 1"),
        }
    }
}

/// Every `of`-th entry, beginning with the `part`-th.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shard {
    pub(crate) part: u64,
    pub(crate) of: u64,
}

impl FromStr for Shard {
    type Err = String;

    /// Parses `2/5`: the second of five.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "expected I/N, such as 2/5 for the second of five".to_owned();
        let (part, of) = text.split_once('/').ok_or_else(wrong)?;
        let (part, of) = (part.parse().map_err(|_| wrong())?, of.parse().map_err(|_| wrong())?);
        if part == 0 || part > of { Err(wrong()) } else { Ok(Self { part, of }) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.of)
    }
}
