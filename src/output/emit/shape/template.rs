//! What a template writes: its words, the forms of its names, and how often each stands.
//!
//! In: the name of a template. Out: its [`Shape`].

use std::collections::{HashMap, HashSet};

use super::{
    comments::{Comments, outside_of_backquotes},
    words::{normal, words},
};
use crate::output::emit::templates::TEMPLATES;

/// Words of templates of earlier versions, and those that a template makes of a certificate.
const OTHER_WORDS: [&str; 4] = ["BR_EC_secp256r1", "BR_EC_secp384r1", "BR_EC_secp521r1", "Opaque"];

/// Words of comments of earlier versions, and those that a template makes of a certificate.
const OTHER_SAID: [&str; 6] = ["for", "anchor", "backup", "sibling", "intermediate", "leaf"];

/// How often something stands in what a template writes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Most {
    once: usize,
    /// For each certificate.
    each: usize,
    /// In a loop over something else.
    is_any: bool,
}

impl Most {
    const ANY: Self = Self { once: 0, each: 0, is_any: true };

    /// The number for so many `certificates`, 0 of which is a number that is not known.
    pub(super) fn of(&self, certificates: usize) -> Option<usize> {
        let is_open = self.is_any || self.each > 0 && certificates == 0;
        (!is_open).then(|| self.once + self.each * certificates)
    }

    fn add(&mut self, depth: Depth) {
        match depth {
            Depth::Once => self.once += 1,
            Depth::Each => self.each += 1,
            Depth::Any => self.is_any = true,
        }
    }
}

/// In which loops a line of a template stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Once,
    Each,
    Any,
}

/// A name in a template: what stands before and behind the name of the constant, without `_` and `-`
/// and in small letters.
pub(super) struct Form {
    before: String,
    behind: String,
    /// Whether a number follows.
    is_numbered: bool,
    pub(super) is_of_comment: bool,
    pub(super) most: Most,
}

impl Form {
    /// The name of the constant, if `word` (see [`normal`]) is made of it.
    pub(super) fn stem(&self, word: &str) -> Option<String> {
        let word = match self.is_numbered {
            true => word.trim_end_matches(|one: char| one.is_ascii_digit()),
            false => word,
        };
        let stem = word.strip_prefix(&self.before)?.strip_suffix(&self.behind)?;
        (!stem.is_empty()).then(|| stem.to_owned())
    }

    /// By what `word` is counted, and how often it may stand: names with different numbers are different
    /// ones, each of its certificate.
    pub(super) fn counted(&self, word: &str, certificates: usize) -> (String, Option<usize>) {
        let key = |number: &str| format!("{} {} {number}", self.before, self.behind);
        if !self.is_numbered {
            return (key(""), self.most.of(certificates));
        }
        let word = normal(word);
        let number = &word[word.trim_end_matches(|one: char| one.is_ascii_digit()).len()..];
        let is_too_large =
            certificates > 0 && number.parse::<usize>().is_ok_and(|number| number > certificates);
        (key(number), if is_too_large { Some(0) } else { self.most.of(1) })
    }
}

/// What a template writes.
pub(super) struct Shape {
    pub(super) comments: Comments,
    /// The words of its code.
    pub(super) words: HashMap<&'static str, Most>,
    /// The words of its comments.
    pub(super) said: HashSet<&'static str>,
    pub(super) forms: Vec<Form>,
}

/// A line of a template.
struct Line {
    text: &'static str,
    depth: Depth,
    /// Whether it is one of the comment at the beginning, which opens as the template has it.
    is_about: bool,
}

impl Shape {
    /// The number of words of the template as it is.
    pub(super) fn own_words(&self) -> usize {
        self.words.len() - OTHER_WORDS.len()
    }

    pub(super) fn of(template: &str) -> Self {
        let comments = Comments::of(template);
        let words = OTHER_WORDS.into_iter().map(|word| (word, Most::ANY)).collect();
        let mut shape =
            Self { comments, words, said: OTHER_SAID.into_iter().collect(), forms: Vec::new() };
        let source = source(template);
        let opens_block = source.contains("set open, bar = \"/*\"");
        let mut is_comment = false;
        for Line { text, depth, is_about } in lines(source) {
            let block = comments.block();
            is_comment |= is_about && opens_block;
            is_comment |= block.is_some_and(|(open, _)| text.trim_start().starts_with(open));
            let code = if is_comment || is_about { "" } else { comments.code_of(text) };
            shape.take(code, depth);
            shape.take_said(&text[code.len()..]);
            is_comment &= !block.is_none_or(|(_, close)| text.contains(close));
        }
        shape
    }

    /// Adds the words of `code`, those of texts in its expressions among them, and its names.
    fn take(&mut self, code: &'static str, depth: Depth) {
        let mut rest = code;
        while let Some((before, expression, after)) = next_expression(rest) {
            words(before).for_each(|word| self.words.entry(word).or_default().add(depth));
            if is_name(expression) {
                self.take_name((before, expression, after), Some(depth));
            } else if !inside(expression).starts_with("include") {
                // What is set is written wherever its name stands.
                let depth = if inside(expression).starts_with("set ") { Depth::Any } else { depth };
                let texts = texts(expression).flat_map(words);
                texts.for_each(|word| self.words.entry(word).or_default().add(depth));
            }
            rest = after;
        }
        words(rest).for_each(|word| self.words.entry(word).or_default().add(depth));
    }

    /// Adds the words of the comment `text`, and its names.
    fn take_said(&mut self, text: &'static str) {
        for text in outside_of_backquotes(text) {
            let mut rest = text;
            while let Some((before, expression, after)) = next_expression(rest) {
                self.said.extend(words(before));
                self.said.extend(texts(expression).flat_map(words));
                if is_name(expression) {
                    self.take_name((before, expression, after), None);
                }
                rest = after;
            }
            self.said.extend(words(rest));
        }
    }

    /// Adds the forms of a name; it is one of a comment without a depth.
    fn take_name(
        &mut self,
        (before, expression, after): (&'static str, &'static str, &'static str),
        depth: Option<Depth>,
    ) {
        let is_of_word = |one: char| one.is_ascii_alphanumeric() || one == '_';
        let start = before.trim_end_matches(is_of_word).len();
        let end = after.find(|one: char| !is_of_word(one)).unwrap_or(after.len());
        let (before, behind) = (normal(&before[start..]), normal(&after[..end]));
        let facts: Vec<_> = match inside(expression).starts_with("name(") {
            true => texts(expression).map(normal).collect(),
            false => vec![String::new()],
        };
        for fact in facts {
            let (before, behind) = (before.clone(), fact + &behind);
            let is_numbered = expression.contains('~');
            let is_of_comment = depth.is_none();
            let is_same = |form: &&mut Form| {
                let same = (&form.before, &form.behind) == (&before, &behind);
                same && (form.is_numbered, form.is_of_comment) == (is_numbered, is_of_comment)
            };
            let known = self.forms.iter_mut().find(is_same);
            let mut most = known.as_ref().map_or(Most::default(), |form| form.most);
            if let Some(depth) = depth {
                // A name with a number stands once for its certificate.
                most.add(depth);
            }
            match known {
                Some(form) => form.most = most,
                None => self.forms.push(Form { before, behind, is_numbered, is_of_comment, most }),
            }
        }
    }
}

/// The text of the template called `name`.
fn source(name: &str) -> &'static str {
    TEMPLATES.iter().find(|(known, _)| *known == name).map_or("", |(_, source)| source)
}

/// The lines of `source` with those of the parts that it includes.
fn lines(source: &'static str) -> Vec<Line> {
    let mut all = Vec::new();
    add_lines(source, (&mut Vec::new(), false), &mut all);
    all
}

/// Adds the lines of `source`, which stands in `loops`, each with whether it is over the certificates.
fn add_lines(source: &'static str, (loops, is_about): (&mut Vec<bool>, bool), all: &mut Vec<Line>) {
    let depth = |loops: &[bool]| match loops {
        [] => Depth::Once,
        [true] => Depth::Each,
        _ => Depth::Any,
    };
    for text in source.lines() {
        let mut deepest = loops.clone();
        let mut rest = text;
        while let Some((_, expression, after)) = next_expression(rest) {
            let inside = inside(expression);
            if inside.starts_with("for ") {
                loops.push(inside.ends_with(" in certificates"));
            } else if inside.starts_with("endfor") {
                loops.pop();
            } else if let Some(part) = inside.strip_prefix("include \"") {
                let part = part.trim_end_matches('"');
                add_lines(self::source(part), (loops, is_about || part.ends_with("about")), all);
            }
            if loops.len() > deepest.len() {
                deepest.clone_from(loops);
            }
            rest = after;
        }
        all.push(Line { text, depth: depth(&deepest), is_about });
    }
}

/// What stands before the first expression or tag of `text`, the expression, and what follows.
fn next_expression(text: &str) -> Option<(&str, &str, &str)> {
    let start = [text.find("{{"), text.find("{%")].into_iter().flatten().min()?;
    let close = if text[start..].starts_with("{{") { "}}" } else { "%}" };
    let end = start + text[start..].find(close)? + close.len();
    Some((&text[..start], &text[start..end], &text[end..]))
}

/// What stands between the braces of `expression`.
fn inside(expression: &str) -> &str {
    expression.trim_matches(|one: char| " -{}%".contains(one))
}

/// The texts in `expression`.
fn texts(expression: &str) -> impl Iterator<Item = &str> {
    inside(expression).split('"').skip(1).step_by(2)
}

/// Whether `expression` gives the name of the constants, or one made of it.
fn is_name(expression: &str) -> bool {
    let inside = inside(expression);
    expression.starts_with("{{") && inside.starts_with("name") && !inside.starts_with("name_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_template_are_those_of_its_code_and_the_texts_of_its_expressions() {
        let shape = Shape::of("bearssl.h");
        for word in ["br_x509_trust_anchor", "BR_X509_TA_CA", "INT64_C", "endif"] {
            assert!(shape.words.contains_key(word), "{word}");
        }
        for word in ["Usage", "client", "compilers", "server"] {
            assert!(!shape.words.contains_key(word) && shape.said.contains(word), "{word}");
        }
        for word in ["include_once", "rsa_n"] {
            assert!(!shape.words.contains_key(word) && !shape.said.contains(word), "{word}");
        }
        for (word, stem) in [
            ("CERTGRAB_plant_ca_TAS_H", "plantca"),
            ("plant_ca_RSA_N_12", "plantca"),
            ("plantCaNotAfter", "plantca"),
        ] {
            let word = normal(word);
            let stems: Vec<_> = shape.forms.iter().filter_map(|form| form.stem(&word)).collect();
            assert!(stems.iter().any(|one| one == stem), "{word}: {stems:?}");
        }
    }

    #[test]
    fn what_stands_in_no_loop_stands_once() {
        let shape = Shape::of("c.h");
        let port = shape.forms.iter().find(|form| form.behind == "port" && !form.is_of_comment);
        assert_eq!(port.unwrap().most.of(3), Some(1));
        let shape = Shape::of("mbedtls.h");
        let der = shape.forms.iter().find(|form| form.behind == "der" && form.is_numbered);
        assert_eq!(der.unwrap().most.of(2), Some(6));
    }
}
