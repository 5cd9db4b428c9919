//! Options of commands that turn verification off.
//!
//! In: the text of a shell script or a Dockerfile. Out: findings, each at the option.

use super::verification;
use crate::check::Finding;

/// Commands, and their long options that turn verification off.
const OPTIONS: [(&str, &str); 6] = [
    ("curl", "--insecure"),
    ("wget", "--no-check-certificate"),
    ("mosquitto_pub", "--insecure"),
    ("mosquitto_sub", "--insecure"),
    ("mosquitto_rr", "--insecure"),
    ("http", "--verify=no"),
];

/// The short option of curl, and those that take what follows as their value (curl(1)).
const INSECURE: char = 'k';
const TAKE_A_VALUE: &str = "ACDEFHKPQTUXYbcdehmortuwxyz";

/// Words before a command that are none.
const BEFORE: [&str; 14] = [
    "sudo", "exec", "env", "time", "if", "while", "until", "then", "else", "do", "!", "{", "RUN",
    "command",
];

/// The words by which a script shows that it has one.
pub(super) const SIGNS: [&str; 3] = ["--insecure", "--no-check-certificate", "--verify=no"];

/// The options in `text` that turn verification off.
pub(super) fn findings(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    // The command that the words belong to; none before its name.
    let mut command: Option<&'static str> = None;
    let mut is_name = true;
    for word in words(text) {
        let Word::Of(word, line) = word else {
            (command, is_name) = (None, true);
            continue;
        };
        if is_name {
            is_name = BEFORE.contains(&word.as_str()) || word.contains('=');
            let name = word.rsplit('/').next().unwrap_or_default();
            command = OPTIONS.iter().map(|(known, _)| *known).find(|known| *known == name);
            continue;
        }
        let Some(name) = command else { continue };
        let is_long = OPTIONS.contains(&(name, word.as_str()));
        if is_long || name == "curl" && has_short_option(&word) {
            let option = if is_long { word.as_str() } else { "-k" };
            found.push(verification::finding(line, &format!("{name} {option}")));
        }
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

/// A word of a script on its line, or the end of a command.
enum Word {
    Of(String, usize),
    End,
}

/// The words of `text`: a quoted text is one, or a part of one.
fn words(text: &str) -> Vec<Word> {
    let (mut words, mut word, mut line) = (Vec::new(), String::new(), 1);
    let mut letters = text.chars().peekable();
    let mut quote: Option<char> = None;
    while let Some(letter) = letters.next() {
        let begins = word.is_empty() && quote.is_none();
        match letter {
            '\\' if quote != Some('\'') => {
                // A line that goes on ends no word's command.
                match letters.next() {
                    Some('\n') => line += 1,
                    Some(next) => word.push(next),
                    None => {}
                }
                continue;
            }
            _ if quote == Some(letter) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(letter),
            '#' if begins => while letters.next_if(|next| *next != '\n').is_some() {},
            '\n' | ';' | '|' | '&' | '(' | ')' | '`' if quote.is_none() => {
                words.extend((!word.is_empty()).then(|| Word::Of(std::mem::take(&mut word), line)));
                words.push(Word::End);
            }
            _ if letter.is_whitespace() && quote.is_none() => {
                words.extend((!word.is_empty()).then(|| Word::Of(std::mem::take(&mut word), line)));
            }
            _ => word.push(letter),
        }
        line += usize::from(letter == '\n');
    }
    words.extend((!word.is_empty()).then_some(Word::Of(word, line)));
    words
}
