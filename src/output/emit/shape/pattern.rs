//! What a template can write, as a pattern of tokens.
//!
//! In: the name of a template, and tokens. Out: the first token that differs from everything the template
//! can write. Text between `{% if %}` and `{% endif %}` is optional, text in a loop repeats any number of
//! times, and an expression matches any value of its kind.

use std::collections::HashMap;

use super::tokens::{QUOTE, Token, is_of_word, tokens};
use crate::output::emit::templates::TEMPLATES;

enum Step {
    Token(&'static str),
    /// A word (see [`normal`]) with this beginning and end, and perhaps a number after it.
    Word {
        before: String,
        behind: String,
        is_numbered: bool,
    },
    /// Any number of tokens of a kind.
    Any(Kind),
    /// Continues at one of these steps.
    Branch(Vec<usize>),
}

/// Tokens of a value.
#[derive(Clone, Copy)]
enum Kind {
    /// Numbers, hashes and the replacement of a certificate.
    Data,
    /// One character each.
    Characters,
    /// Words on one line.
    Words,
    /// Everything that does not close the literal or comment.
    Until(&'static str),
}

/// What a template can write.
#[derive(Default)]
pub(super) struct Pattern {
    steps: Vec<Step>,
    /// The texts that each variable of the template can have.
    set: HashMap<&'static str, Vec<&'static str>>,
}

impl Pattern {
    /// The pattern of the template called `name`.
    pub(super) fn of(name: &str) -> Self {
        let mut pattern = Self::default();
        pattern.block(&mut pieces(source(name)).as_slice());
        pattern
    }

    /// The index of the first of `tokens` that the template cannot write there; the number of tokens if
    /// only the end is missing; `None` if the template can write all of them.
    pub(super) fn difference(&self, tokens: &[Token<'_>]) -> Option<usize> {
        let mut met = vec![0; self.steps.len() + 1];
        let mut places = self.places(&mut met, (1, vec![0]));
        let mut line_before = 0;
        for (index, token) in tokens.iter().enumerate() {
            let next = places.iter().filter_map(|at| match self.steps.get(*at)? {
                Step::Token(text) => (token.text == *text).then_some(at + 1),
                Step::Word { before, behind, is_numbered } => {
                    let is_it =
                        token.is_word() && is_made_of(token.text, before, behind, *is_numbered);
                    is_it.then_some(at + 1)
                }
                Step::Any(kind) => kind.has(token, line_before).then_some(*at),
                Step::Branch(_) => None,
            });
            let next = next.collect();
            places = self.places(&mut met, (index + 2, next));
            if places.is_empty() {
                return Some(index);
            }
            line_before = token.line;
        }
        (!places.contains(&self.steps.len())).then_some(tokens.len())
    }

    /// The steps that the next token can match from `starts` on; `met` has the last round that reached a step.
    fn places(&self, met: &mut [usize], (round, starts): (usize, Vec<usize>)) -> Vec<usize> {
        let (mut open, mut places) = (starts, Vec::new());
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut met[at], round) == round {
                continue;
            }
            match self.steps.get(at) {
                Some(Step::Branch(targets)) => open.extend(targets),
                Some(Step::Any(_)) => {
                    places.push(at);
                    open.push(at + 1);
                }
                _ => places.push(at),
            }
        }
        places
    }

    /// Adds the pieces of `rest` up to the tag that ends the block; removes this tag and returns it.
    fn block(&mut self, rest: &mut &[&'static str]) -> &'static str {
        let mut before = "";
        while let Some((piece, after)) = rest.split_first() {
            *rest = after;
            if piece.starts_with("{%") {
                let tag = inside(piece);
                match tag.split(' ').next().unwrap_or_default() {
                    "for" => self.repeat(rest),
                    "if" => self.branches(rest),
                    "set" => self.set(tag),
                    "include" => {
                        let part =
                            pieces(source(tag.trim_start_matches("include ").trim_matches('"')));
                        self.block(&mut part.as_slice());
                    }
                    _ => return tag,
                }
            } else if piece.starts_with("{{") {
                // A number may have a letter for its type.
                let is_joined = is_word(inside(piece)) || inside(piece).starts_with("not_");
                let behind = match after.first() {
                    Some(text) if is_joined => &text[..start_of_rest(text)],
                    _ => "",
                };
                if !behind.is_empty() {
                    // The expression includes the word at the beginning of that text.
                    self.expression(inside(piece), before, behind);
                    let text = &after[0][behind.len()..];
                    before = self.text(text, after.get(1));
                    *rest = &after[1..];
                    continue;
                }
                self.expression(inside(piece), before, behind);
                before = "";
            } else {
                before = self.text(piece, after.first());
            }
        }
        ""
    }

    /// Adds `text`, except a word at its end that continues in `next`; returns that word.
    fn text(&mut self, text: &'static str, next: Option<&&'static str>) -> &'static str {
        let is_joined = next.is_some_and(|next| next.starts_with("{{") && is_word(inside(next)));
        let end = if is_joined { text.trim_end_matches(is_of_word).len() } else { text.len() };
        self.steps.extend(tokens(&text[..end]).map(|token| Step::Token(token.text)));
        &text[end..]
    }

    /// Adds the loop whose tag was removed from `rest`.
    fn repeat(&mut self, rest: &mut &[&'static str]) {
        let start = self.steps.len();
        self.steps.push(Step::Branch(Vec::new()));
        self.block(rest);
        self.steps.push(Step::Branch(vec![start]));
        self.steps[start] = Step::Branch(vec![start + 1, self.steps.len()]);
    }

    /// Adds the branches of the condition whose first tag was removed from `rest`; without `else`, the
    /// text is optional.
    fn branches(&mut self, rest: &mut &[&'static str]) {
        let mut open = Some("if");
        self.one_of(|pattern| {
            open = match open? {
                "endif" => None,
                "else" => {
                    pattern.block(rest);
                    None
                }
                _ => Some(pattern.block(rest)),
            };
            Some(())
        });
    }

    /// Adds a choice between the alternatives that successive calls of `next` add.
    fn one_of(&mut self, mut next: impl FnMut(&mut Self) -> Option<()>) {
        let fork = self.steps.len();
        self.steps.push(Step::Branch(Vec::new()));
        let (mut starts, mut ends) = (Vec::new(), Vec::new());
        loop {
            let start = self.steps.len();
            if next(self).is_none() {
                break;
            }
            starts.push(start);
            ends.push(self.steps.len());
            self.steps.push(Step::Branch(Vec::new()));
        }
        let end = self.steps.len();
        ends.into_iter().for_each(|at| self.steps[at] = Step::Branch(vec![end]));
        self.steps[fork] = Step::Branch(starts);
    }

    /// Records the texts of `tag`, as in `set open, bar = "#", "#"`.
    fn set(&mut self, tag: &'static str) {
        let Some((names, value)) = tag.trim_start_matches("set ").split_once(" = ") else { return };
        let names: Vec<_> = names.split(", ").collect();
        for (index, name) in names.iter().enumerate() {
            let of_name = texts(value).skip(index).step_by(names.len());
            self.set.entry(name).or_default().extend(of_name);
        }
    }

    /// Adds any value of `expression`, which forms one word with `before` and `behind`.
    fn expression(&mut self, expression: &'static str, before: &str, behind: &str) {
        let variable = expression.split(' ').next().unwrap_or_default();
        let word = |fact: &str| Step::Word {
            before: normal(before),
            behind: normal(fact) + &normal(behind),
            is_numbered: expression.contains('~'),
        };
        if let Some(known) = self.set.get(variable) {
            let mut all: Vec<_> = known.iter().copied().chain(texts(expression)).collect();
            self.one_of(|pattern| {
                pattern.text(all.pop()?, None);
                Some(())
            });
        } else if expression.starts_with("name(") && expression.ends_with(')') {
            let mut facts = texts(expression);
            self.one_of(|pattern| facts.next().map(|fact| pattern.steps.push(word(fact))));
        } else if is_word(expression)
            && (!expression.starts_with('"') || before.len() + behind.len() > 0)
        {
            self.steps.push(word(""));
        } else if let Some((value, condition)) = expression.split_once(" if ") {
            let other = condition.split_once(" else ").map_or("\"\"", |(_, other)| other);
            let mut values = [value, other].into_iter();
            self.one_of(|pattern| values.next().map(|value| pattern.expression(value, "", "")));
        } else if let Some((first, second)) = expression.split_once(" ~ ") {
            self.expression(first, "", "");
            self.expression(second, "", "");
        } else if expression.starts_with(['"', '\'']) {
            self.text(expression[1..].trim_end_matches(&expression[..1]), None);
        } else {
            self.value(expression);
        }
    }

    /// Adds any value of `expression`, which contains no literal text.
    fn value(&mut self, expression: &str) {
        let (variable, filter) = expression.split_once(" | ").unwrap_or((expression, ""));
        let kind = match (variable, filter) {
            (_, "json") => {
                let quoted = [Step::Token(QUOTE), Step::Any(Kind::Data), Step::Token(QUOTE)];
                return self.steps.extend(quoted);
            }
            ("pem", _) => Kind::Data,
            (_, "literal") => Kind::Until(QUOTE),
            ("host", "xml") => Kind::Words,
            (_, "comment" | "xml" | "plain") => Kind::Until("`"),
            ("character", _) => Kind::Characters,
            ("name" | "format" | "certificate.key" | "certificate.lasts_until", _)
            | ("certificate.not_before" | "certificate.not_after", _) => Kind::Words,
            _ => Kind::Data,
        };
        self.steps.push(Step::Any(kind));
    }
}

impl Kind {
    /// Whether `token`, which follows one on `line_before`, is one of the kind.
    fn has(self, token: &Token<'_>, line_before: usize) -> bool {
        match self {
            Self::Data => is_data(token.text),
            Self::Characters => token.text.len() == 1 && token.text != QUOTE,
            Self::Words => token.is_word() && token.line == line_before,
            Self::Until(mark) => token.text != mark,
        }
    }
}

/// The text of the template called `name`.
fn source(name: &str) -> &'static str {
    TEMPLATES.iter().find(|(known, _)| *known == name).map_or("", |(_, source)| source)
}

/// `source` cut into texts, expressions and tags.
fn pieces(source: &'static str) -> Vec<&'static str> {
    let mut all = Vec::new();
    let mut rest = source;
    while let Some(start) = [rest.find("{{"), rest.find("{%")].into_iter().flatten().min() {
        let close = if rest[start..].starts_with("{{") { "}}" } else { "%}" };
        let end = rest[start..].find(close).map_or(rest.len(), |at| start + at + close.len());
        all.extend([&rest[..start], &rest[start..end]]);
        rest = &rest[end..];
    }
    all.push(rest);
    all
}

/// The text between the braces of `expression`.
fn inside(expression: &'static str) -> &'static str {
    expression.trim_matches(|one: char| " -{}%".contains(one))
}

/// The texts in `expression`.
fn texts(expression: &'static str) -> impl Iterator<Item = &'static str> {
    expression.split('"').skip(1).step_by(2)
}

/// Whether the value of `expression` is one word, or a part of one.
fn is_word(expression: &'static str) -> bool {
    let is_name = expression == "name"
        || expression == "name | lower"
        || expression.starts_with("name(") && expression.ends_with(')');
    let has_words =
        expression.starts_with('"') && texts(expression).all(|text| text.chars().all(is_of_word));
    is_name || has_words || matches!(expression, "certificate.role" | "certificate.curve")
}

/// Where the word at the beginning of `text` ends; 0 for a piece in braces.
fn start_of_rest(text: &str) -> usize {
    text.find(|one| !is_of_word(one)).unwrap_or(text.len())
}

/// Whether `word` consists of a name between `before` and `behind`, and a number.
fn is_made_of(word: &str, before: &str, behind: &str, is_numbered: bool) -> bool {
    let word = normal(word);
    let word = match is_numbered {
        true => word.trim_end_matches(|one: char| one.is_ascii_digit()),
        false => &word,
    };
    word.strip_prefix(before).is_some_and(|rest| rest.ends_with(behind))
}

/// `word` in lower case, without the characters that join its parts.
fn normal(word: &str) -> String {
    word.chars().filter(char::is_ascii_alphanumeric).map(|one| one.to_ascii_lowercase()).collect()
}

/// Whether `word` is a number, a SHA-256 in hexadecimal, a checksum, or a name in a folder of OpenSSL's.
fn is_data(word: &str) -> bool {
    /// The digits of a SHA-256, of a checksum, and of the hash of a subject.
    const DIGITS: [usize; 3] = [64, 16, 8];
    let is_hexadecimal = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_of_number = |byte: u8| byte.is_ascii_hexdigit() || b"xXlLuU-".contains(&byte);
    DIGITS.contains(&word.len()) && is_hexadecimal
        || word.starts_with(|one: char| one.is_ascii_digit()) && word.bytes().all(is_of_number)
}
