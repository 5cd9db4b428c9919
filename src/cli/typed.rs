//! The words of the command line, in the order in which they are parsed.
//!
//! Options that every command has may precede it: `certgrab --lang zh check`.

use std::ffi::{OsStr, OsString};

use clap::Subcommand as _;

use super::args::Command;

/// The options of [`super::style::Display`] without a value, and those with one.
const SWITCHES: [&str; 4] = ["-q", "--quiet", "-v", "--verbose"];
const WITH_VALUE: [&str; 2] = ["--color", "--lang"];

/// The program, then the user's words, with a command before its options.
pub(super) fn words() -> Vec<OsString> {
    command_first(std::env::args_os().collect())
}

fn command_first(mut words: Vec<OsString>) -> Vec<OsString> {
    let mut at = 1;
    while let Some(taken) = words.get(at).and_then(|word| of_every_command(word)) {
        at += taken;
    }
    match words.get(at).and_then(|word| word.to_str()) {
        // Its arguments are only names of commands.
        Some("help") => {
            words.drain(1..at);
            return words;
        }
        Some(word) if Command::has_subcommand(word) => words[1..=at].rotate_right(1),
        _ => return words,
    }
    if let [_, _, last] = &mut words[..]
        && *last == "help"
    {
        *last = "--help".into();
    }
    words
}

/// How many words the option that begins with `word` has, if every command has it.
fn of_every_command(word: &OsStr) -> Option<usize> {
    let word = word.to_str()?;
    let has_value =
        |option: &str| word.strip_prefix(option).is_some_and(|rest| rest.starts_with('='));
    match word {
        _ if SWITCHES.contains(&word) || WITH_VALUE.into_iter().any(has_value) => Some(1),
        _ if WITH_VALUE.contains(&word) => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_put_before_the_common_options() {
        for (typed, read) in [
            ("certgrab", "certgrab"),
            ("certgrab --lang zh", "certgrab --lang zh"),
            ("certgrab --lang", "certgrab --lang"),
            ("certgrab --lang zh check .", "certgrab check --lang zh ."),
            ("certgrab -q --color=never sync --locked", "certgrab sync -q --color=never --locked"),
            ("certgrab -v help check", "certgrab help check"),
            ("certgrab lab help", "certgrab lab --help"),
            ("certgrab help help", "certgrab help help"),
            ("certgrab a.test help", "certgrab a.test help"),
            ("certgrab -v a.test", "certgrab -v a.test"),
            ("certgrab --json check .", "certgrab --json check ."),
            ("certgrab check -q .", "certgrab check -q ."),
            ("certgrab --lang check .", "certgrab --lang check ."),
        ] {
            let words = typed.split(' ').map(OsString::from).collect();
            assert_eq!(command_first(words).join(OsStr::new(" ")), read, "{typed}");
        }
    }
}
