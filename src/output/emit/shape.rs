//! Whether a text holds only what a built-in template writes.
//!
//! In: a text, and the templates. Out: nothing if each word of its code and of its comments is one that
//! the template writes there, no more often than the template writes it for so many certificates; or else
//! the first line that has more. Certificates, names and the layout may differ, as a formatter or a rename
//! leaves them.

mod comments;
mod template;
mod words;

use std::collections::{HashMap, HashSet};

use self::{
    comments::Piece,
    template::{Form, Shape},
    words::{is_data, normal},
};
use super::templates::TEMPLATES;

/// The lines at the beginning of a file in which the generated comment names the server.
const HEADER_LINES: usize = 6;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// What stands for data that was removed: a number.
const DATA: &str = " 0 ";

/// [`BEGIN`] in Base64.
const BEGIN_IN_BASE64: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t";

/// The line of `text` that none of the built-in templates writes, by the template that comes nearest;
/// `None` if one of them writes all of it.
pub(super) fn foreign_line(text: &str) -> Option<usize> {
    let wholes = TEMPLATES.iter().filter(|(name, _)| !name.starts_with("part/"));
    let alike = wholes.filter(|(_, source)| opening(source).is_some_and(|at| text.starts_with(at)));
    let plain = without_data(text);
    let mut nearest = (false, 1);
    for (name, _) in alike {
        nearest = nearest.max(Shape::of(name).foreign_line(&plain)?);
    }
    Some(nearest.1)
}

/// The line of `text` that the template called `name` does not write.
pub(super) fn foreign_line_in(text: &str, name: &str) -> Option<usize> {
    Shape::of(name).foreign_line(&without_data(text)).map(|(_, line)| line)
}

/// Whether the template called `name` writes what `text` holds.
pub(super) fn is_of(text: &str, name: &str) -> bool {
    foreign_line_in(text, name).is_none()
}

/// What opens the comment that a template begins with.
fn opening(source: &'static str) -> Option<&'static str> {
    if source.starts_with("{% include \"part/xml-about\" %}") {
        return Some("<!-- ");
    }
    source.strip_prefix("{% set open, bar = \"")?.split('"').next()
}

impl Shape {
    /// The first line of `text` with more than the template writes, and whether the template has all
    /// words of the code.
    fn foreign_line(&self, text: &str) -> Option<(bool, usize)> {
        let pieces = self.comments.pieces(text);
        let certificates = pieces.iter().filter(|piece| piece.states_a_hash()).count();
        let (comments, code): (Vec<_>, Vec<_>) =
            pieces.into_iter().partition(|piece| piece.is_comment);
        let names = match self.names(&code) {
            Ok(names) => names,
            Err(line) => return Some((false, line)),
        };
        let is_said = |word: &str| {
            self.said.contains(word)
                || self.words.contains_key(word)
                || word.starts_with(|one: char| one.is_ascii_digit())
                || is_data(word)
                || stems(self.forms.iter(), word).any(|(stem, _)| names.contains(&stem))
        };
        let says_more = |piece: &&Piece<'_>| !piece.said().all(is_said);
        let of_comments = comments.iter().find(says_more).map(|piece| piece.line);
        let of_code = self.surplus(&code, &names, certificates);
        of_comments.into_iter().chain(of_code).min().map(|line| (true, line))
    }

    /// What the name of the constants can be, by the words of `code` that are no words of the template;
    /// the line of the first that is no name either.
    fn names(&self, code: &[Piece<'_>]) -> Result<HashSet<String>, usize> {
        /// Words that stand in conditions of a template are in some of its outputs only: one of so many
        /// is in each of them.
        const ONE_OF: usize = 4;
        let mut names: Option<HashSet<String>> = None;
        let (mut known, mut is_empty) = (HashSet::new(), true);
        for (line, word) in code.iter().flat_map(Piece::words) {
            is_empty = false;
            if self.words.contains_key(word) {
                known.insert(word);
                continue;
            }
            if is_data(word) {
                continue;
            }
            let of_word: HashSet<_> = stems(self.of_code(), word).map(|(stem, _)| stem).collect();
            let common = match names {
                None => of_word,
                Some(before) => before.intersection(&of_word).cloned().collect(),
            };
            if common.is_empty() {
                return Err(line);
            }
            names = Some(common);
        }
        // Less than any output of the template has is none of them.
        match is_empty || known.len() < self.own_words() / ONE_OF {
            true => Err(1),
            false => Ok(names.unwrap_or_default()),
        }
    }

    /// The first line of `code` with a word that the template writes less often for so many
    /// `certificates`, where the name of the constants is one of `names`.
    fn surplus(
        &self,
        code: &[Piece<'_>],
        names: &HashSet<String>,
        certificates: usize,
    ) -> Option<usize> {
        let mut counts: HashMap<String, usize> = HashMap::new();
        let mut words = code.iter().flat_map(Piece::words).filter(|(_, word)| !is_data(word));
        words.find_map(|(line, word)| {
            let (counted, most) = match self.words.get(word) {
                Some(most) => (word.to_owned(), most.of(certificates)),
                None => {
                    let (_, form) =
                        stems(self.of_code(), word).find(|(stem, _)| names.contains(stem))?;
                    form.counted(word, certificates)
                }
            };
            let count = counts.entry(counted).or_default();
            *count += 1;
            most.is_some_and(|most| *count > most).then_some(line)
        })
    }

    fn of_code(&self) -> impl Iterator<Item = &Form> {
        self.forms.iter().filter(|form| !form.is_of_comment)
    }
}

/// What the name of the constants can be if `word` is made of it, by each of `forms`.
fn stems<'a>(
    forms: impl Iterator<Item = &'a Form>,
    word: &str,
) -> impl Iterator<Item = (String, &'a Form)> {
    let word = normal(word);
    forms.filter_map(move |form| Some((form.stem(&word)?, form)))
}

/// `text` without its certificates, pins and the server as a value.
fn without_data(text: &str) -> String {
    without_server(&without_base64(&without_certificates(text)), text)
}

/// `text` without its certificates in PEM, in any literal; each line stays where it is.
fn without_certificates(text: &str) -> String {
    let is_around = |one: char| one.is_ascii_alphanumeric() || "+/=\\\"',#*.\r\n\t ".contains(one);
    let is_certificate =
        |block: &str| block.chars().all(is_around) && !block.lines().any(says_more);
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, inside)) = rest.split_once(BEGIN) {
        out.push_str(before);
        match inside.split_once(END) {
            Some((block, after)) if is_certificate(block) => {
                out.push_str(DATA);
                out.extend(block.chars().filter(|one| *one == '\n'));
                rest = after;
            }
            // Its words stay, so that it is no certificate.
            _ => {
                out.push_str(" BEGIN ");
                rest = inside;
            }
        }
    }
    out + rest
}

/// Whether `line` of a block has a comment of somebody: one that opens there, or words with a blank between.
fn says_more(line: &str) -> bool {
    let words: Vec<_> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
    let is_of_word = |one: char| one.is_ascii_alphanumeric();
    let are_words =
        |pair: &[&str]| pair[0].ends_with(is_of_word) && pair[1].starts_with(is_of_word);
    line.contains("/*") || words.first() == Some(&"//") || words.windows(2).any(are_words)
}

/// `text` without Base64 of a SHA-256 or of PEM.
fn without_base64(text: &str) -> String {
    /// The characters of a SHA-256.
    const SHA256: usize = 44;
    let is_base64 = |one: char| one.is_ascii_alphanumeric() || "+/=".contains(one);
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_base64) {
        let (before, from) = rest.split_at(start);
        let (run, after) = from.split_at(from.find(|one| !is_base64(one)).unwrap_or(from.len()));
        let is_pin = run.len() == SHA256 && run.ends_with('=');
        out.push_str(before);
        out.push_str(if is_pin || run.starts_with(BEGIN_IN_BASE64) { DATA } else { run });
        rest = after;
    }
    out + rest
}

/// `code` without the server that the comment at the beginning of `text` names, where it is a value.
fn without_server(code: &str, text: &str) -> String {
    let header =
        text.lines().take(HEADER_LINES).find(|line| line.contains('`')).unwrap_or_default();
    let target = header.split('`').nth(1).unwrap_or_default();
    let host = target.rsplit_once(':').map_or(target, |(host, _)| host);
    let host = host.trim_matches(['[', ']']);
    if host.is_empty() {
        return code.to_owned();
    }
    code.replace(&format!("\"{host}\""), "\"\"").replace(&format!(">{host}<"), "><")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_more_of_the_templates_own_words_is_a_line_too_much() {
        let about = "# Generated by certgrab; do not edit.\n#\n# Server: `plc.test:1`\n#\n\
                     # SHA-256: 00\n\n";
        let facts = "A_B_HOST = \"plc.test\"\nA_B_PORT = 1\n";
        let env = |more: &str| format!("{about}A_B=\"{BEGIN}\\nMIIB\\n{END}\\n\"\n{facts}{more}");
        assert_eq!(foreign_line(&env("")), None);
        for (more, line) in [
            ("A_B_HOST = \"plc.test\"\n", 10),
            ("A_B_PORT = 2\n", 10),
            ("A_B_PORT2 = 2\n", 10),
            ("A_B = 2\n", 10),
            ("A_C_PORT = 2\n", 10),
            ("other = 2\n", 10),
            ("# ask Ann first\n", 10),
        ] {
            assert_eq!(foreign_line(&env(more)), Some(line), "{more}");
        }
        assert_eq!(foreign_line(&env("").replacen("#\n", "# ask Ann first\n", 1)), Some(2));
        for more in ["/* ask */", "// ask", "# ask Ann"] {
            let within = env("").replacen("MIIB", &format!("\n{more}\nMIIB"), 1);
            assert!(foreign_line(&within).is_some(), "{more}");
        }
    }
}
