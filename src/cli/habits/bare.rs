//! What a bare word in place of a server may be: a subcommand with a typo, an option without its dashes,
//! a format, or a file.
//!
//! In: words as typed. Out: an instruction, or nothing. A server may have any of these names, so a word
//! alone is looked up first; with its port it is always a server.

use std::path::Path;

use super::shown;
use crate::{cli::file_names, endpoint::Target, output::emit, text::near};

/// The words of the command: what a typo may stand for.
pub(in crate::cli) struct Vocabulary {
    /// The subcommands, and `help`.
    pub(in crate::cli) commands: Vec<String>,
    /// The long options of the main job, without their dashes.
    pub(in crate::cli) options: Vec<String>,
}

/// Names of options that are common names of servers too.
const SERVERS_TOO: [&str; 4] = ["backup", "hold", "name", "proxy"];

/// What to do if `word` is a server after all.
fn or_a_server(word: &str) -> String {
    format!("for a server called `{word}`, add its port: `{word}:443`")
}

/// Whether `target` is a word alone.
fn is_bare(target: &Target) -> bool {
    !target.port_is_given() && target.address().is_none() && !target.host().contains('.')
}

impl Vocabulary {
    /// The subcommand that `word` is but for typos or its case.
    fn subcommand(&self, word: &str) -> Option<&str> {
        let is_plain = word.len() >= 3 && word.bytes().all(|one| one.is_ascii_alphabetic());
        if !is_plain || self.commands.iter().any(|name| name == word) {
            return None;
        }
        near::nearest(word, self.commands.iter().map(String::as_str))
    }

    /// That the first of `words` is a misspelt subcommand, with the right one.
    pub(in crate::cli) fn misspelt(&self, words: &[String]) -> Option<(String, String)> {
        // clap accepts a subcommand only as the first word.
        let first = words.first()?;
        let meant = self.subcommand(first)?;
        let sentence = format!("unknown subcommand `{first}`");
        Some((sentence, format!("did you mean `certgrab {meant}`? {}", or_a_server(first))))
    }

    /// Whether `word` is an option of the main job without its dashes.
    fn is_option(&self, word: &str) -> bool {
        self.options.iter().any(|long| long == word)
    }

    /// What to do with `word`, an option without its dashes and its value, as `emit=c`.
    pub(super) fn option_with_value(&self, word: &str) -> Option<String> {
        let (option, value) = word.split_once('=')?;
        self.is_option(option).then(|| format!("write `--{option}={}`", shown(value)))
    }

    /// What to do with `word`, a value, after `option`, which may be one without its dashes.
    pub(super) fn value_of(&self, option: &str, word: &str) -> Option<String> {
        self.is_option(option).then(|| format!("write `--{option} {}`", shown(word)))
    }

    /// Why one of several targets is not a server, with what to do, if it is an option without its
    /// dashes.
    pub(in crate::cli) fn option_among(&self, targets: &[Target]) -> Option<(String, String)> {
        let bare = targets.iter().filter(|target| is_bare(target) && targets.len() > 1);
        let mut words = bare.map(Target::host);
        let word =
            words.find(|word| !SERVERS_TOO.contains(&word.as_str()) && self.is_option(word))?;
        let sentence =
            format!("expected a server, found `{word}`, which is an option without dashes");
        Some((sentence, format!("write `--{word}`; {}", or_a_server(&word))))
    }

    /// What `target` may be if its name does not resolve.
    pub(in crate::cli) fn unresolved(&self, target: &Target) -> Option<String> {
        let word = target.host();
        if !is_bare(target) {
            return None;
        }
        if let Some(meant) = self.subcommand(&word) {
            return Some(format!("did you mean `certgrab {meant}`?"));
        }
        if Path::new(&word).exists() {
            return Some(file_names::for_a_file(&word));
        }
        if let Some(format) = emit::format(&word) {
            return Some(format!("for the format, write `--emit {}`", format.name));
        }
        self.is_option(&word).then(|| format!("for the option, write `--{word}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::usage::vocabulary;

    #[test]
    fn a_typo_leads_to_the_subcommand_and_another_word_does_not() {
        for (typed, meant) in [
            ("chekc", "check"),
            ("Check", "check"),
            ("snyc", "sync"),
            ("formts", "formats"),
            ("format", "formats"),
            ("verfy", "verify"),
            ("convrt", "convert"),
            ("explian", "explain"),
            ("intergate", "integrate"),
            ("completion", "completions"),
            ("nwe", "new"),
            ("lba", "lab"),
            ("mna", "man"),
            ("pgae", "page"),
            ("dmeo", "demo"),
            ("hlep", "help"),
        ] {
            assert_eq!(vocabulary().subcommand(typed), Some(meant), "{typed}");
        }
        for word in ["check", "lan", "now", "mac", "wan", "net", "lab1", "broker", "localhost", "a"]
        {
            assert_eq!(vocabulary().subcommand(word), None, "{word}");
        }
    }

    #[test]
    fn every_server_that_is_also_an_option_is_one() {
        let words = vocabulary();
        assert_eq!(SERVERS_TOO.into_iter().find(|word| !words.is_option(word)), None);
    }
}
