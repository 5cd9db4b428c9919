//! Comments, words, literals and numbers of a source.

mod literals;
mod packed;

use super::{
    Language,
    syntax::{Hash, Syntax},
};

pub(crate) use self::packed::{Kind, Literal, MAX_BYTES, Tokens};

/// Splits `content` into tokens; also returns what is neither comment nor literal.
pub(crate) fn tokens(content: &[u8], language: Language, syntax: Syntax) -> (Tokens<'_>, String) {
    let mut lexer = Lexer {
        content,
        language,
        syntax,
        at: 0,
        line: 1,
        tokens: Tokens::new(content),
        code: String::new(),
        code_line: 1,
        open: Vec::new(),
    };
    while let Some(byte) = lexer.peek(0) {
        let literals = lexer.tokens.literals();
        lexer.step(byte);
        if lexer.tokens.literals() > literals {
            let literal = lexer.tokens.literal_bytes(literals).unwrap_or_default();
            let shown = literals::shown(literals, literal);
            lexer.push_code(&shown, lexer.line);
        }
    }
    (lexer.tokens, lexer.code)
}

struct Lexer<'a> {
    content: &'a [u8],
    language: Language,
    syntax: Syntax,
    at: usize,
    line: usize,
    tokens: Tokens<'a>,
    code: String,
    /// The line that the end of `code` is on.
    code_line: usize,
    /// The conditions that are open.
    open: Vec<Branch>,
}

/// What is known of the branches of an open condition, up to the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Branch {
    /// Only the compiler knows whether the branch is compiled: it is read.
    Unknown,
    /// The branch is not compiled; a later one may be.
    Dead,
    /// The branch is compiled if none before it is, so none after it ever is.
    Taken,
}

impl Branch {
    /// The branch with `condition`: only a bare 0 or 1 is known.
    fn of(condition: &[u8]) -> Self {
        match condition {
            b"0" | b"false" => Self::Dead,
            b"1" | b"true" => Self::Taken,
            _ => Self::Unknown,
        }
    }
}

/// The word of the directive that begins `text` with its `#`, and its condition without the comment
/// that ends the line.
fn directive(text: &[u8]) -> (&[u8], &[u8]) {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.get(1..).unwrap_or_default().trim_ascii();
    let end = line.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    let comment = rest.windows(2).position(|pair| matches!(pair, b"//" | b"/*"));
    let (condition, comment) = rest.split_at(comment.unwrap_or(rest.len()));
    let closed = comment.get(2..).and_then(|text| text.windows(2).position(|pair| pair == b"*/"));
    let goes_on = comment.starts_with(b"/*") && closed.is_some_and(|at| at + 4 < comment.len());
    (word, if goes_on { rest } else { condition }.trim_ascii())
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.content.get(self.at + ahead).copied()
    }

    fn starts_with(&self, text: &[u8]) -> bool {
        #[cfg(test)]
        tests::count(&self.content[self.at..], text);
        self.content[self.at..].starts_with(text)
    }

    /// Takes one byte and counts lines.
    fn take(&mut self) -> Option<u8> {
        let byte = self.peek(0)?;
        self.at += 1;
        self.line += usize::from(byte == b'\n');
        Some(byte)
    }

    /// Takes one byte of a literal, unescaped.
    fn take_literally(&mut self) {
        let line = self.line;
        if let Some(byte) = self.take() {
            self.tokens.byte(byte, line);
        }
    }

    fn step(&mut self, byte: u8) {
        match byte {
            b'#' | b'/' | b'-' | b'%' | b'<' if self.begins_comment(byte) => self.skip_comment(),
            b'#' if self.syntax.has_directives && self.is_first_of_its_line() => {
                self.directive();
            }
            b'"' | b'\'' if self.language == Language::Yaml => self.yaml(byte),
            b'"' | b'\'' if self.language == Language::C && self.begins_text_block() => {
                self.text_block(byte);
            }
            b'[' if self.language == Language::C && self.long_bracket().is_some() => {
                self.long_brackets();
            }
            b'@' if self.language == Language::C && self.begins_verbatim() => self.verbatim(),
            // A string of Objective-C, which may follow others as in C.
            b'@' if self.language == Language::C && self.starts_with(b"@\"") => self.at += 1,
            b'"' => self.literal(false, false),
            b'\'' if self.language == Language::Python => self.literal(false, false),
            b'\'' if self.syntax.single_quotes.is_some() => {
                self.literal(self.syntax.single_quotes == Some(true), false);
            }
            // A raw literal of Go, a template literal of JavaScript; C only has it in comments.
            // JavaScript's has escapes, unlike the raw strings of Go.
            b'`' if self.syntax.single_quotes == Some(false) => self.literal(false, false),
            b'`' if self.language == Language::C => {
                self.at += 1;
                self.raw(b"`", false);
            }
            b'\'' => self.character(),
            b'0'..=b'9' => self.number(false),
            b'-' if self.peek(1).is_some_and(|next| next.is_ascii_digit()) => {
                self.at += 1;
                self.number(true);
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => self.word(),
            _ => {
                let line = self.line;
                self.take();
                if byte != b'\n' {
                    self.push_code(char::from(byte).encode_utf8(&mut [0; 4]), line);
                }
                if !byte.is_ascii_whitespace() && byte != b'\\' {
                    self.tokens.push_sign(byte, line);
                }
            }
        }
    }

    /// Whether there are only blanks before this byte on its line.
    fn is_first_of_its_line(&self) -> bool {
        let before = self.content[..self.at].iter().rev();
        before.take_while(|byte| **byte != b'\n').all(u8::is_ascii_whitespace)
    }

    /// A directive of the preprocessor. A branch that is never compiled, such as `#if 0` up to its
    /// `#else`, or what follows an `#if 1` from its `#else` or `#elif` on, is skipped; all branches of
    /// unknown conditions are read.
    fn directive(&mut self) {
        let (word, condition) = directive(&self.content[self.at..]);
        let branch = match (word, self.open.last()) {
            (b"if", _) => Branch::of(condition),
            (b"ifdef" | b"ifndef", _) => Branch::Unknown,
            (b"elif" | b"elifdef" | b"elifndef" | b"else", Some(Branch::Taken)) => {
                return self.skip_dead();
            }
            (b"elif", Some(_)) => Branch::of(condition),
            (b"elifdef" | b"elifndef" | b"else", Some(_)) => Branch::Unknown,
            (b"endif", _) => {
                self.open.pop();
                return self.skip_line();
            }
            _ => return self.push_sign(),
        };
        if !word.starts_with(b"if") {
            self.open.pop();
        }
        self.open.push(branch);
        match branch {
            Branch::Dead => self.skip_dead(),
            Branch::Taken => self.skip_line(),
            Branch::Unknown if word == b"else" => {
                // Other code distinguishes the two branches by this word.
                self.push_code("#else", self.line);
                self.skip_line();
            }
            Branch::Unknown => self.push_sign(),
        }
    }

    /// Skips lines up to the `#else`, `#elif` or `#endif` that ends this branch.
    fn skip_dead(&mut self) {
        let mut depth = 0;
        self.skip_line();
        while self.peek(0).is_some() {
            self.take();
            let rest = &self.content[self.at..];
            let is_blank = |byte: &&u8| **byte != b'\n' && byte.is_ascii_whitespace();
            let line = &rest[rest.iter().take_while(is_blank).count()..];
            if line.first() == Some(&b'#') {
                match directive(line).0 {
                    b"if" | b"ifdef" | b"ifndef" => depth += 1,
                    b"endif" | b"else" | b"elif" | b"elifdef" | b"elifndef" if depth == 0 => return,
                    b"endif" => depth -= 1,
                    _ => {}
                }
            }
            self.skip_line();
        }
    }

    /// Adds `text`, which is on `line`, to the code.
    fn push_code(&mut self, text: &str, line: usize) {
        while self.code_line < line {
            self.code.push('\n');
            self.code_line += 1;
        }
        self.code.push_str(text);
    }

    fn push_sign(&mut self) {
        let line = self.line;
        if let Some(byte) = self.take() {
            self.push_code(char::from(byte).encode_utf8(&mut [0; 4]), line);
            self.tokens.push_sign(byte, line);
        }
    }

    fn skip_line(&mut self) {
        while self.peek(0).is_some_and(|byte| byte != b'\n') {
            self.at += 1;
        }
    }

    /// Whether a comment begins here, at `byte`.
    fn begins_comment(&self, byte: u8) -> bool {
        let comments = &self.syntax.comments;
        let begins_a_word = || {
            let before = self.at.checked_sub(1).map(|before| self.content[before]);
            before.is_none_or(|before| before.is_ascii_whitespace() || before == b';')
        };
        let begins_line = match byte {
            b'#' => match comments.hash {
                Hash::Nowhere => false,
                Hash::Anywhere => true,
                Hash::BeforeAWord => begins_a_word(),
            },
            b'/' => comments.slashes && self.starts_with(b"//"),
            b'-' => comments.dashes && self.starts_with(b"--"),
            b'%' => comments.percent,
            _ => false,
        };
        begins_line || comments.block.is_some_and(|(begin, _)| self.starts_with(begin))
    }

    fn skip_comment(&mut self) {
        self.tokens.comment.get_or_insert(self.line);
        let block = self.syntax.comments.block.filter(|(begin, _)| self.starts_with(begin));
        let Some((begin, end)) = block else { return self.skip_line() };
        self.at += begin.len();
        while self.peek(0).is_some() && !self.starts_with(end) {
            self.take();
        }
        self.at = (self.at + end.len()).min(self.content.len());
    }

    fn word(&mut self) {
        let (start, line) = (self.at, self.line);
        while self.peek(0).is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.at += 1;
        }
        let content = self.content;
        let word = std::str::from_utf8(&content[start..self.at]).unwrap_or_default();
        match (self.language, self.peek(0), word) {
            (Language::C, Some(b'"'), "R" | "LR" | "uR" | "UR" | "u8R") => self.raw_cpp(),
            (Language::C, Some(b'"'), "L" | "u" | "U" | "u8") => self.literal(false, false),
            (Language::Rust, Some(b'"' | b'#'), "r" | "br" | "cr") => self.raw_rust(word),
            (Language::Rust, Some(b'"'), "b" | "c") => self.literal(false, word == "c"),
            (Language::Rust, Some(b'\''), "b") => self.character(),
            (Language::Python, Some(b'"' | b'\''), prefix)
                if prefix.len() <= 2 && prefix.bytes().all(|byte| b"rRbBuUfF".contains(&byte)) =>
            {
                self.literal(prefix.contains(['r', 'R']), false);
            }
            _ => {
                self.push_code(word, line);
                self.tokens.push_word(start, line);
            }
        }
    }

    fn number(&mut self, negative: bool) {
        let (start, line) = (self.at, self.line);
        let is_digit = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        // C++ and C23 allow a quote between digits.
        while is_digit(self.peek(0))
            || self.peek(0) == Some(b'_')
            || (self.syntax.has_directives && self.peek(0) == Some(b'\'') && is_digit(self.peek(1)))
        {
            self.at += 1;
        }
        let text = String::from_utf8_lossy(&self.content[start..self.at]).to_ascii_lowercase();
        let text = text.replace('\'', "");
        let is_octal = self.language == Language::C
            && text.len() > 1
            && text.starts_with('0')
            && text.bytes().all(|byte| byte.is_ascii_digit());
        let (digits, radix) = match (text.strip_prefix("0x"), text.strip_prefix("0b")) {
            (Some(digits), _) => (digits, 16),
            (_, Some(digits)) => (digits, 2),
            _ if is_octal => (&text[1..], 8),
            _ => (&*text, 10),
        };
        let digits = digits.split('_').next().unwrap_or_default();
        let end = digits.find(|digit: char| !digit.is_digit(radix)).unwrap_or(digits.len());
        let value = i64::from_str_radix(&digits[..end], radix).ok();
        let value = match (value, negative) {
            (Some(value @ 0..=255), false) => u8::try_from(value).ok(),
            // Signed characters, as some generators write bytes above 127.
            (Some(value @ 1..=128), true) => u8::try_from(256 - value).ok(),
            _ => None,
        };
        let sign = if negative { "-" } else { "" };
        self.push_code(&format!("{sign}{text}"), line);
        self.tokens.push_number(value, line);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// How many bytes were compared with what may end a literal.
        static COMPARED: Cell<usize> = const { Cell::new(0) };
    }

    /// Counts how far `text` is compared with the beginning of `content`.
    pub(super) fn count(content: &[u8], text: &[u8]) {
        let same = content.iter().zip(text).take_while(|(one, other)| one == other).count();
        COMPARED.set(COMPARED.get() + same + 1);
    }

    /// How many bytes are compared to split `content` into tokens.
    fn compared(content: &[u8]) -> usize {
        COMPARED.set(0);
        let _ = tokens(content, Language::C, Syntax::of("c", Language::C));
        COMPARED.get()
    }

    #[test]
    fn a_raw_literal_delimiter_has_at_most_16_characters() {
        let literal = |delimiter: &str| {
            let text = format!("R\"{delimiter}(a\"b){delimiter}\"");
            let (tokens, _) = tokens(text.as_bytes(), Language::C, Syntax::of("c", Language::C));
            tokens.len() == 1 && tokens.literal(0).is_some_and(|literal| literal.bytes == b"a\"b")
        };
        assert!(literal(""));
        assert!(literal(&"x".repeat(16)));
        assert!(!literal(&"x".repeat(17)));
        assert!(!literal("a b"));
        assert!(!literal("a)b"));
    }

    #[test]
    fn reading_a_literal_costs_at_most_its_length() {
        let cases: [fn(usize) -> String; 4] = [
            |size| format!("R\"{}({}", ")".repeat(size), ")".repeat(size)),
            |size| format!("[{0}[-----BEGIN {1}", "=".repeat(size), "]=".repeat(size)),
            |size| "R\"(".repeat(size),
            |size| "/*".repeat(size),
        ];
        for (number, case) in cases.iter().enumerate() {
            let [one, two, four] =
                [1_000, 2_000, 4_000].map(|size| compared(case(size).as_bytes()));
            assert!(two <= one * 2 + 100, "{number}: {one} {two} {four}");
            assert!(four <= one * 4 + 100, "{number}: {one} {two} {four}");
        }
    }
}
