//! The literals of all languages, with their bytes.

use super::{Language, Lexer};

/// The most characters of the delimiter of a raw literal of C++ (N4950 section 5.13.5).
const MAX_DELIMITER: usize = 16;

impl Lexer<'_> {
    /// A character literal, or the quote of a lifetime.
    pub(crate) fn character(&mut self) {
        let line = self.line;
        self.at += 1;
        let start = self.at;
        let before = self.tokens.bytes.len();
        match self.peek(0) {
            Some(b'\\') => self.escape(),
            Some(b'\n') | None => return,
            Some(_) => self.take_literally(),
        }
        let value = match self.tokens.bytes.get(before..) {
            Some([value]) => Some(*value),
            _ => None,
        };
        self.tokens.truncate(before);
        if self.peek(0) == Some(b'\'') {
            self.at += 1;
            self.tokens.push_number(value, line);
        } else {
            self.at = start;
        }
    }

    /// A string literal that begins at its quote; `raw` if a backslash is not an escape.
    pub(crate) fn literal(&mut self, raw: bool, is_c_string: bool) {
        let line = self.line;
        let Some(quote) = self.take() else { return };
        let triple = self.language == Language::Python
            && self.peek(0) == Some(quote)
            && self.peek(1) == Some(quote);
        if triple {
            self.at += 2;
        }
        let before = self.tokens.bytes.len();
        while let Some(byte) = self.peek(0) {
            if byte == quote && (!triple || self.starts_with(&[quote; 3])) {
                self.at += if triple { 3 } else { 1 };
                break;
            }
            // Only Rust, triple quotes and templates continue over a line end without a backslash.
            let goes_on = triple || quote == b'`';
            if byte == b'\n' && !goes_on && matches!(self.language, Language::C | Language::Python)
            {
                break;
            }
            if byte == b'\\' && !raw {
                self.escape();
            } else {
                self.take_literally();
            }
        }
        self.tokens.push_literal(before, is_c_string, line);
    }

    /// Whether three quotes begin a text of several lines, as in Java, Kotlin, Swift, C# and TOML; C
    /// would see an empty literal and one that its line does not close.
    pub(crate) fn begins_text_block(&self) -> bool {
        let begins: [&[u8]; 4] = [b"\"\"\"\n", b"\"\"\"\r\n", b"\'\'\'\n", b"\'\'\'\r\n"];
        begins.iter().any(|begin| self.starts_with(begin))
    }

    /// A text of several lines between three quotes, without the end of its first line and without its
    /// margin, which Java and Swift remove, and Kotlin with `trimIndent` or, up to a bar, with
    /// `trimMargin`.
    pub(crate) fn text_block(&mut self, quote: u8) {
        let line = self.line;
        self.at += 3;
        let before = self.tokens.bytes.len();
        while self.peek(0).is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.take();
        }
        let passed = &self.content[..self.at];
        let margin = passed.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let has_bars = self.peek(0) == Some(b'|');
        self.at += usize::from(has_bars);
        while let Some(byte) = self.peek(0).filter(|_| !self.starts_with(&[quote; 3])) {
            if byte == b'\\' && quote == b'"' {
                self.escape();
                continue;
            }
            self.take_literally();
            if byte == b'\n' {
                let blanks = self.content[self.at..].iter().take(margin);
                self.at += blanks.take_while(|byte| matches!(byte, b' ' | b'\t')).count();
                self.at += usize::from(has_bars && self.peek(0) == Some(b'|'));
            }
        }
        self.at = (self.at + 3).min(self.content.len());
        self.tokens.push_literal(before, false, line);
    }

    /// The number of equals signs in the long bracket that begins a PEM block of Lua or CMake here. Two
    /// brackets before anything else are an attribute of C++.
    pub(crate) fn long_bracket(&self) -> Option<usize> {
        let rest = self.content[self.at..].strip_prefix(b"[")?;
        let level = rest.iter().take_while(|byte| **byte == b'=').count();
        let text = rest[level..].strip_prefix(b"[")?;
        text.trim_ascii_start().starts_with(b"-----BEGIN ").then_some(level)
    }

    /// A literal between long brackets, without the end of its first line (Lua 5.4 reference manual,
    /// section 3.1).
    pub(crate) fn long_brackets(&mut self) {
        let level = self.long_bracket().unwrap_or_default();
        let (line, end) = (self.line, [b"]", &b"=".repeat(level)[..], b"]"].concat());
        self.at += level + 2;
        if self.starts_with(b"\r\n") {
            self.at += 1;
        }
        if self.peek(0) == Some(b'\n') {
            self.take();
        }
        let before = self.tokens.bytes.len();
        while self.peek(0).is_some() && !self.starts_with(&end) {
            self.take_literally();
        }
        self.at = (self.at + end.len()).min(self.content.len());
        self.tokens.push_literal(before, false, line);
    }

    /// Whether a verbatim literal of C# begins here. One that ends on its line is read as an ordinary
    /// one, which Objective-C writes the same way.
    pub(crate) fn begins_verbatim(&self) -> bool {
        let Some(text) = self.content[self.at..].strip_prefix(b"@\"") else { return false };
        text.iter().find(|byte| matches!(byte, b'"' | b'\n')) == Some(&b'\n')
    }

    /// A verbatim literal of C#: over several lines, with a quote written twice.
    pub(crate) fn verbatim(&mut self) {
        let line = self.line;
        self.at += 2;
        let before = self.tokens.bytes.len();
        while self.peek(0).is_some() {
            if self.peek(0) == Some(b'"') {
                self.at += 1;
                if self.peek(0) != Some(b'"') {
                    break;
                }
            }
            self.take_literally();
        }
        self.tokens.push_literal(before, false, line);
    }

    /// A quoted scalar of YAML, whose lines are folded into one (YAML 1.2.2 sections 7.3.1 and
    /// 7.3.2). In single quotes, the only escape is the quote written twice.
    pub(crate) fn yaml(&mut self, quote: u8) {
        let line = self.line;
        self.at += 1;
        let before = self.tokens.bytes.len();
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\'' if quote == byte && self.peek(1) == Some(byte) => {
                    self.take_literally();
                    self.at += 1;
                }
                _ if byte == quote => {
                    self.at += 1;
                    break;
                }
                b'\\' if quote == b'"' && matches!(self.peek(1), Some(b'\n' | b'\r')) => {
                    self.at += 1;
                    self.blanks();
                }
                b'\\' if quote == b'"' => self.escape(),
                b'\n' | b'\r' => {
                    let written = self.tokens.bytes[before..].iter().rev();
                    let blanks = written.take_while(|last| matches!(last, b' ' | b'\t')).count();
                    self.tokens.truncate(self.tokens.bytes.len() - blanks);
                    let here = self.line;
                    // One line end is a space; of several, all but the first stay.
                    let ends = self.blanks();
                    let (folded, count) = if ends > 1 { (b'\n', ends - 1) } else { (b' ', 1) };
                    for _ in 0..count {
                        self.tokens.byte(folded, here);
                    }
                }
                _ => {
                    self.take_literally();
                }
            }
        }
        self.tokens.push_literal(before, false, line);
    }

    /// Skips blanks and returns the number of line ends among them.
    fn blanks(&mut self) -> usize {
        let before = self.line;
        while self.peek(0).is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.take();
        }
        self.line - before
    }

    /// One escape sequence; a line continuation produces no byte.
    fn escape(&mut self) {
        let line = self.line;
        self.at += 1;
        let Some(byte) = self.take() else { return };
        let value = match byte {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'v' => 11,
            // In C all following digits belong to it (C11 section 6.4.4.4).
            b'x' => self.digits(16, if self.syntax.has_directives { usize::MAX } else { 2 }),
            b'0'..=b'7' => {
                self.at -= 1;
                self.digits(8, 3)
            }
            b'\r' | b'\n' => {
                if byte == b'\r' && self.peek(0) == Some(b'\n') {
                    self.take();
                }
                while self.language == Language::Rust
                    && self.peek(0).is_some_and(|next| next.is_ascii_whitespace())
                {
                    self.take();
                }
                return;
            }
            other => other,
        };
        self.tokens.byte(value, line);
    }

    fn digits(&mut self, radix: u32, most: usize) -> u8 {
        let mut value = 0u32;
        for _ in 0..most {
            let digit = self.peek(0).and_then(|byte| char::from(byte).to_digit(radix));
            let Some(digit) = digit else { break };
            value = value.wrapping_mul(radix).wrapping_add(digit);
            self.at += 1;
        }
        (value & 0xff) as u8
    }

    /// `"delimiter( ... )delimiter"`, C++ (N4950 section 5.13.5); with any other delimiter it is not a
    /// raw literal.
    pub(super) fn raw_cpp(&mut self) {
        let rest = &self.content[self.at + 1..];
        let is_delimiter = |byte: &&u8| !b" ()\\\t\x0b\x0c\r\n\"".contains(byte);
        let length = rest.iter().take(MAX_DELIMITER + 1).take_while(is_delimiter).count();
        if length > MAX_DELIMITER || rest.get(length) != Some(&b'(') {
            return self.literal(false, false);
        }
        let end = [b")", &rest[..length], b"\""].concat();
        self.at += length + 2;
        self.raw(&end, false);
    }

    /// `#" ... "#` with any number of signs, after `r`, `br` or `cr`.
    pub(crate) fn raw_rust(&mut self, prefix: &str) {
        let mut end = vec![b'"'];
        while self.peek(0) == Some(b'#') {
            self.at += 1;
            end.push(b'#');
        }
        if self.peek(0) == Some(b'"') {
            self.at += 1;
            self.raw(&end, prefix == "cr");
        }
    }

    pub(crate) fn raw(&mut self, end: &[u8], is_c_string: bool) {
        let line = self.line;
        let before = self.tokens.bytes.len();
        while self.peek(0).is_some() && !self.starts_with(end) {
            self.take_literally();
        }
        self.at = (self.at + end.len()).min(self.content.len());
        self.tokens.push_literal(before, is_c_string, line);
    }
}

/// Literals that stay in the code, after `=`: keys and values of code for TLS, as in
/// `"rejectUnauthorized": false`.
const KEPT: [&str; 30] = [
    "0",
    "1",
    "true",
    "false",
    "CERT_NONE",
    "GIT_SSL_NO_VERIFY",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "PERL_LWP_SSL_VERIFY_HOSTNAME",
    "PYTHONHTTPSVERIFY",
    "accept-certificate",
    "allow_self_signed",
    "cert_reqs",
    "check_hostname",
    "insecureSkipVerify",
    "insecure_skip_verify",
    "none",
    "rejectUnauthorized",
    "reject_unauthorized",
    "ssl-strict",
    "ssl_verify",
    "strictSSL",
    "tlsAllowInvalidCertificates",
    "tls_insecure",
    "trustAll",
    "validate_certs",
    "verify",
    "verify_peer",
    "verify_peer_name",
    "verify_ssl",
    "verifyservercert",
];

/// Whether a literal may be an address or a URL: it has a dot or a colon, and a digit or a slash.
fn may_be_a_host(literal: &[u8]) -> bool {
    literal.len() >= 7
        && literal.iter().any(|byte| matches!(byte, b'.' | b':'))
        && literal.iter().any(|byte| byte.is_ascii_digit() || *byte == b'/')
}

/// What the code shows for the literal with this `number`. Only a literal that may name a host is looked
/// up again; each other one takes one byte.
pub(super) fn shown(number: usize, literal: &[u8]) -> String {
    match KEPT.iter().find(|word| word.as_bytes() == literal) {
        Some(word) => format!("\"={word}\""),
        None if may_be_a_host(literal) => format!("\"{number}\""),
        None => "\"".to_owned(),
    }
}
