//! Options of commands that turn verification off.
//!
//! In: the text of a shell script or a Dockerfile. Out: findings, each at the option.

use std::{iter::Peekable, str::Chars};

use super::verification;
use crate::check::Findings;

/// Commands, and their long options that turn verification off.
const OPTIONS: [(&str, &str); 16] = [
    ("curl", "--insecure"),
    ("wget", "--no-check-certificate"),
    ("mosquitto_pub", "--insecure"),
    ("mosquitto_sub", "--insecure"),
    ("mosquitto_rr", "--insecure"),
    ("http", "--verify=no"),
    ("https", "--verify=no"),
    ("websocat", "--insecure"),
    ("websocat", "-k"),
    ("grpcurl", "-insecure"),
    ("aws", "--no-verify-ssl"),
    ("kubectl", "--insecure-skip-tls-verify"),
    ("kubectl", "--insecure-skip-tls-verify=true"),
    ("helm", "--insecure-skip-tls-verify"),
    ("git", "http.sslVerify=false"),
    ("deno", "--unsafely-ignore-certificate-errors"),
];

/// Commands, their settings in lower case, and the next word, which turns verification off.
const SETTINGS: [(&str, &str, &str); 7] = [
    ("git", "http.sslverify", "false"),
    ("npm", "strict-ssl", "false"),
    ("yarn", "strict-ssl", "false"),
    ("pnpm", "strict-ssl", "false"),
    ("conda", "ssl_verify", "false"),
    ("http", "--verify", "no"),
    ("https", "--verify", "no"),
];

/// Variables that turn verification off for the command after them.
const VARIABLES: [&str; 5] = [
    "GIT_SSL_NO_VERIFY=1",
    "GIT_SSL_NO_VERIFY=true",
    "NODE_TLS_REJECT_UNAUTHORIZED=0",
    "PYTHONHTTPSVERIFY=0",
    "PERL_LWP_SSL_VERIFY_HOSTNAME=0",
];

/// The short option of curl, and the short options that have a value (curl(1)).
const INSECURE: char = 'k';
const TAKE_A_VALUE: &str = "ACDEFHKPQTUXYbcdehmortuwxyz";

/// Words before a command that are not part of it.
const BEFORE: [&str; 17] = [
    "sudo", "exec", "env", "time", "if", "while", "until", "then", "else", "do", "!", "{", "RUN",
    "command", "ENV", "export", "shell",
];

/// The words that show that a script may have one, except `curl` with its short option.
pub(super) const SIGNS: [&str; 13] = [
    "--insecure",
    "--no-check-certificate",
    "--verify=no",
    "--verify no",
    "--no-verify-ssl",
    "websocat",
    "grpcurl",
    "sslVerify",
    "sslverify",
    "strict-ssl",
    "ssl_verify",
    "--unsafely-ignore-certificate-errors",
    "PERL_LWP_SSL_VERIFY_HOSTNAME",
];

/// Keys of YAML whose values are prose.
const TEXTS: [&str; 6] = ["name", "description", "title", "summary", "message", "help"];

/// A YAML file with each line as a command: without list dashes, the key before it and the quotes around
/// it. The text of keys with prose is left out.
pub(super) fn commands_of_yaml(text: &str) -> String {
    let mut commands = String::new();
    // The column of the key whose text is skipped.
    let mut passed: Option<usize> = None;
    for line in text.lines() {
        let depth = line.len() - line.trim_start().len();
        passed = passed.filter(|key| depth > *key || line.trim().is_empty());
        let (key, value) = item(line);
        if let Some((_, depth)) = key.filter(|(key, _)| passed.is_none() && TEXTS.contains(key)) {
            passed = Some(depth);
        }
        if passed.is_none() {
            commands.push_str(&unquoted(value));
        }
        commands.push('\n');
    }
    commands
}

/// The key of a line of YAML with its column, if it has one, and what follows.
fn item(line: &str) -> (Option<(&str, usize)>, &str) {
    let mut rest = line.trim();
    while let Some(item) = rest.strip_prefix("- ") {
        rest = item.trim_start();
    }
    let is_of_key = |one: char| one.is_alphanumeric() || matches!(one, '_' | '-' | '.');
    match rest.split_once(": ").filter(|(key, _)| key.chars().all(is_of_key)) {
        Some((key, value)) => (Some((key, line.trim_end().len() - rest.len())), value.trim()),
        None => (None, rest),
    }
}

/// A scalar without its quotes; the words of a list in brackets.
fn unquoted(value: &str) -> String {
    let within = |open: char, close: char| value.strip_prefix(open)?.strip_suffix(close);
    match within('[', ']') {
        Some(list) => list.replace(',', " "),
        None => within('"', '"').or_else(|| within('\'', '\'')).unwrap_or(value).to_owned(),
    }
}

/// A Makefile with each line as a command: without the prefixes for make (GNU Make manual, section 5).
pub(super) fn commands_of_make(text: &str) -> String {
    let command = |line: &str| line.trim_start().trim_start_matches(['@', '-', '+']).to_owned();
    text.lines().map(|line| command(line) + "\n").collect()
}

/// The options in `text` that turn verification off.
pub(super) fn findings(text: &str) -> Findings {
    let mut found = Findings::default();
    // The command that the words belong to; none before its name.
    let mut command: Option<&'static str> = None;
    let (mut is_name, mut before) = (true, String::new());
    for word in (Words { letters: text.chars().peekable(), line: 1, ends: false }) {
        let Word::Of(word, line) = word else {
            (command, is_name) = (None, true);
            continue;
        };
        if is_name {
            is_name = BEFORE.contains(&word.as_str()) || word.contains('=');
            if VARIABLES.contains(&word.as_str()) {
                found.add(verification::finding(line, &word));
            }
            let name = word.rsplit('/').next().unwrap_or_default();
            let known = OPTIONS.iter().map(|(known, _)| *known);
            let mut known = known.chain(SETTINGS.iter().map(|(known, ..)| *known));
            command = known.find(|known| *known == name);
            continue;
        }
        let Some(name) = command else { continue };
        let is_long = OPTIONS.contains(&(name, word.as_str()));
        let setting = before.to_ascii_lowercase();
        if SETTINGS.contains(&(name, &setting, &word)) {
            found.add(verification::finding(line, &format!("{name} {before} {word}")));
        } else if is_long || name == "curl" && has_short_option(&word) {
            let option = if is_long { word.as_str() } else { "-k" };
            found.add(verification::finding(line, &format!("{name} {option}")));
        }
        before = word;
    }
    found
}

/// Whether `word` has `-k` among the options that it joins.
fn has_short_option(word: &str) -> bool {
    let letters = word.strip_prefix('-').filter(|rest| !rest.starts_with('-')).unwrap_or_default();
    letters.find(INSECURE).is_some_and(|at| {
        let before = &letters[..at];
        !before.contains(|one| TAKE_A_VALUE.contains(one))
            && letters.chars().all(|one| one.is_ascii_alphanumeric())
    })
}

/// A word of a script and its line, or the end of a command.
enum Word {
    Of(String, usize),
    End,
}

/// The words of a script in order: a quoted text is a word or a part of one.
struct Words<'a> {
    letters: Peekable<Chars<'a>>,
    line: usize,
    /// Whether the command ends after the previous word.
    ends: bool,
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        if std::mem::take(&mut self.ends) {
            return Some(Word::End);
        }
        let (mut word, mut quote) = (String::new(), None);
        while let Some(letter) = self.letters.next() {
            let line = self.line;
            self.line += usize::from(letter == '\n');
            match letter {
                // A continued line does not end a command.
                '\\' if quote != Some('\'') => match self.letters.next() {
                    Some('\n') => self.line += 1,
                    Some(next) => word.push(next),
                    None => {}
                },
                _ if quote == Some(letter) => quote = None,
                '"' | '\'' if quote.is_none() => quote = Some(letter),
                '#' if word.is_empty() && quote.is_none() => {
                    while self.letters.next_if(|next| *next != '\n').is_some() {}
                }
                '\n' | ';' | '|' | '&' | '(' | ')' | '`' if quote.is_none() => {
                    self.ends = !word.is_empty();
                    return Some(if self.ends { Word::Of(word, line) } else { Word::End });
                }
                _ if letter.is_whitespace() && quote.is_none() => {
                    if !word.is_empty() {
                        return Some(Word::Of(word, line));
                    }
                }
                _ => word.push(letter),
            }
        }
        (!word.is_empty()).then_some(Word::Of(word, self.line))
    }
}
