//! Whether a text holds only what a built-in template writes.
//!
//! In: a text, and the templates. Out: yes if each word of its code is one of a template, the name of
//! its constants, its server or data of certificates. Comments, certificates, names and the layout may
//! differ, as a formatter or a rename leaves them; a word that no template has is somebody's own.

use std::collections::HashSet;

use super::templates::{TEMPLATES, with_parts};

/// Words of templates of earlier versions, and those that a template makes of a certificate.
const OTHER_WORDS: [&str; 4] = ["BR_EC_secp256r1", "BR_EC_secp384r1", "BR_EC_secp521r1", "Opaque"];

/// The lines at the beginning of a file in which the generated comment names the server.
const HEADER_LINES: usize = 6;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// What stands for data that was removed: a number.
const DATA: &str = " 0 ";

/// [`BEGIN`] in Base64.
const BEGIN_IN_BASE64: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t";

/// Whether one of the built-in templates writes what `text` holds.
pub(super) fn is_of_a_template(text: &str) -> bool {
    let wholes = TEMPLATES.iter().filter(|(name, _)| !name.starts_with("part/"));
    let mut alike =
        wholes.filter(|(_, source)| opening(source).is_some_and(|at| text.starts_with(at)));
    let code = without_server(&without_certificates(text), text);
    alike.any(|(name, _)| Shape::of(name).fits(&code))
}

/// Whether the template called `name` writes what `text` holds.
pub(super) fn is_of(text: &str, name: &str) -> bool {
    Shape::of(name).fits(&without_server(&without_certificates(text), text))
}

/// What opens the comment that a template begins with.
fn opening(source: &'static str) -> Option<&'static str> {
    if source.starts_with("{% include \"part/xml-about\" %}") {
        return Some("<!-- ");
    }
    source.strip_prefix("{% set open, bar = \"")?.split('"').next()
}

/// What a template writes.
struct Shape {
    comments: Comments,
    words: HashSet<&'static str>,
    forms: Vec<Form>,
}

/// A name in a template: what stands before and behind the name of the constant, without `_` and `-`
/// and in small letters.
struct Form {
    before: String,
    behind: String,
}

/// How comments are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comments {
    /// `//` and `/* */`.
    Slashes,
    /// `#`.
    Hash,
    /// `--`.
    Dashes,
    /// `<!-- -->`.
    Xml,
    None,
}

impl Comments {
    fn of(template: &str) -> Self {
        match template.rsplit('.').next().unwrap_or_default() {
            "xml" | "plist" => Self::Xml,
            "lua" => Self::Dashes,
            "py" | "yaml" | "env" | "sh" => Self::Hash,
            "txt" if template.starts_with("at-") => Self::Hash,
            "txt" | "csv" | "json" => Self::None,
            _ => Self::Slashes,
        }
    }

    /// What opens and what closes a comment of several lines.
    fn block(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Slashes => Some(("/*", "*/")),
            Self::Xml => Some(("<!--", "-->")),
            _ => None,
        }
    }

    /// `text` without its comments.
    fn removed(self, text: &str) -> String {
        let mut rest = text;
        let mut out = String::new();
        if let Some((open, close)) = self.block() {
            while let Some((before, inside)) = rest.split_once(open) {
                out.push_str(before);
                rest = inside.split_once(close).map_or("", |(_, after)| after);
                out.push(' ');
            }
        }
        out.push_str(rest);
        out.lines().map(|line| self.code_of(line).to_owned() + "\n").collect()
    }

    /// `line` without a comment that ends with it.
    fn code_of(self, line: &str) -> &str {
        let mark = match self {
            Self::Slashes => "//",
            Self::Hash => "#",
            Self::Dashes => "--",
            Self::Xml | Self::None => return line,
        };
        let is_comment = line.trim_start().starts_with(mark);
        match line.split_once(" // ") {
            _ if is_comment => "",
            Some((code, _)) if self == Self::Slashes => code,
            _ => line,
        }
    }
}

impl Shape {
    fn of(template: &str) -> Self {
        let comments = Comments::of(template);
        let block = comments.block().map_or("", |(open, _)| open);
        let (mut words, mut forms): (HashSet<_>, _) = (OTHER_WORDS.into(), Vec::new());
        for (_, source) in
            with_parts(template).into_iter().filter(|(name, _)| !name.ends_with("about"))
        {
            let mut is_comment = false;
            for line in source.lines() {
                // The comment that `about` opens ends in the template itself.
                is_comment |= line.contains("part/about\"")
                    && source.contains("set open, bar = \"/*\"")
                    || line.contains("part/xml-about\"");
                is_comment |= !block.is_empty() && line.trim_start().starts_with(block);
                if !is_comment {
                    take(comments.code_of(line), &mut words, &mut forms);
                }
                let ends = comments.block().is_none_or(|(_, close)| line.contains(close));
                is_comment &= !ends;
            }
        }
        Self { comments, words, forms }
    }

    /// Whether each word of `code` is one of these, there is one, and the code is no small part of what
    /// the template writes.
    fn fits(&self, code: &str) -> bool {
        /// Words that stand in conditions of a template are in some of its outputs only: one of so many
        /// is in each of them.
        const ONE_OF: usize = 4;
        let code = self.comments.removed(code);
        let mut stems: Option<HashSet<String>> = None;
        let (mut known, mut is_empty) = (HashSet::new(), true);
        for word in words(&code) {
            is_empty = false;
            if self.words.contains(word) {
                known.insert(word);
                continue;
            }
            if is_data(word) {
                continue;
            }
            let of_word = self.stems(word);
            let common = match stems {
                None => of_word,
                Some(before) => before.intersection(&of_word).cloned().collect(),
            };
            if common.is_empty() {
                return false;
            }
            stems = Some(common);
        }
        !is_empty && known.len() >= (self.words.len() - OTHER_WORDS.len()) / ONE_OF
    }

    /// What the name of the constant can be, if `word` is made of it.
    fn stems(&self, word: &str) -> HashSet<String> {
        let word = normal(word);
        let bare = word.trim_end_matches(|one: char| one.is_ascii_digit());
        let stem = |form: &Form| {
            let inside = |word: &str| {
                let stem = word.strip_prefix(&form.before)?.strip_suffix(&form.behind)?;
                (!stem.is_empty()).then(|| stem.to_owned())
            };
            [inside(&word), inside(bare).filter(|_| !form.behind.is_empty())]
        };
        self.forms.iter().flat_map(stem).flatten().collect()
    }
}

/// Adds the words of `line` of a template, those of texts in its expressions among them, and its names.
fn take(line: &'static str, words_of: &mut HashSet<&'static str>, forms: &mut Vec<Form>) {
    let mut rest = line;
    while let Some((before, expression, after)) = next_expression(rest) {
        words_of.extend(words(before));
        let inside = expression.trim_matches(|one: char| " -{}%".contains(one));
        let texts = || inside.split('"').skip(1).step_by(2);
        let is_name = inside.starts_with("name") && !inside.starts_with("name_");
        if is_name && expression.starts_with("{{") {
            let is_of_word = |one: char| one.is_ascii_alphanumeric() || one == '_';
            let start = before.trim_end_matches(is_of_word).len();
            let end = after.find(|one: char| !is_of_word(one)).unwrap_or(after.len());
            let (before, behind) = (normal(&before[start..]), normal(&after[..end]));
            let facts: Vec<_> = match inside.starts_with("name(") {
                true => texts().map(normal).collect(),
                false => vec![String::new()],
            };
            let form = |fact: String| Form { before: before.clone(), behind: fact + &behind };
            forms.extend(facts.into_iter().map(form));
        } else if !inside.starts_with("include") {
            texts().for_each(|text| words_of.extend(words(text)));
        }
        rest = after;
    }
    words_of.extend(words(rest));
}

/// What stands before the first expression or tag of `text`, the expression, and what follows.
fn next_expression(text: &str) -> Option<(&str, &str, &str)> {
    let start = [text.find("{{"), text.find("{%")].into_iter().flatten().min()?;
    let close = if text[start..].starts_with("{{") { "}}" } else { "%}" };
    let end = start + text[start..].find(close)? + close.len();
    Some((&text[..start], &text[start..end], &text[end..]))
}

/// The words of `text`, each longest run of letters, digits, `_` and `-`; escapes are none.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_of_word = |one: char| one.is_alphanumeric() || matches!(one, '_' | '-' | '$');
    let escapes = text.split('\\').enumerate().map(|(index, part)| match index {
        0 => part,
        _ if part.starts_with('x') => part.get(3..).unwrap_or_default(),
        _ => part.char_indices().nth(1).map_or("", |(at, _)| &part[at..]),
    });
    let split = move |part| str::split(part, move |one| !is_of_word(one));
    escapes.flat_map(split).map(|word| word.trim_matches('-')).filter(|word| !word.is_empty())
}

/// `word` in small letters, without what joins its parts.
fn normal(word: &str) -> String {
    word.chars().filter(char::is_ascii_alphanumeric).map(|one| one.to_ascii_lowercase()).collect()
}

/// Whether `word` is a number, a SHA-256 in hexadecimal, or a name in a folder of OpenSSL's.
fn is_data(word: &str) -> bool {
    /// The digits of a SHA-256, and of the hash of a subject.
    const DIGITS: [usize; 2] = [64, 8];
    let is_hexadecimal = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_of_number = |byte: u8| byte.is_ascii_hexdigit() || b"xXlLuU-".contains(&byte);
    DIGITS.contains(&word.len()) && is_hexadecimal
        || word.starts_with(|one: char| one.is_ascii_digit()) && word.bytes().all(is_of_number)
}

/// `text` without its certificates in PEM, in any literal, and without pins and PEM in Base64.
fn without_certificates(text: &str) -> String {
    let is_around = |one: char| one.is_ascii_alphanumeric() || "+/=\\\"',#*.\r\n\t ".contains(one);
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, inside)) = rest.split_once(BEGIN) {
        out.push_str(before);
        match inside.split_once(END) {
            Some((block, after)) if block.chars().all(is_around) => {
                out.push_str(DATA);
                rest = after;
            }
            // Its words stay, so that it is no certificate.
            _ => {
                out.push_str(" BEGIN ");
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    without_base64(&out)
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
    fn the_words_of_a_template_are_those_of_its_code_and_the_texts_of_its_expressions() {
        let shape = Shape::of("bearssl.h");
        for word in ["br_x509_trust_anchor", "BR_X509_TA_CA", "INT64_C", "endif"] {
            assert!(shape.words.contains(word), "{word}");
        }
        for word in ["Usage", "client", "compilers", "server", "include_once", "rsa_n"] {
            assert!(!shape.words.contains(word), "{word}");
        }
        for (word, stem) in [
            ("CERTGRAB_plant_ca_TAS_H", "plantca"),
            ("plant_ca_RSA_N_12", "plantca"),
            ("plantCaNotAfter", "plantca"),
        ] {
            assert!(shape.stems(word).contains(stem), "{word}: {:?}", shape.stems(word));
        }
    }
}
