//! Java properties: one key and value per line, with continued lines.
//!
//! In: a `.properties` file. Out: the values that hold PEM, as `java.util.Properties.load` reads them.

use super::{Constant, Form, Language};

/// What a relevant value contains.
const PEM: &[u8] = b"-----BEGIN ";

/// The values of PEM in `content`; `None` if there are none, or `extension` is of other files.
pub(super) fn values(extension: &str, content: &[u8]) -> Option<Vec<Constant>> {
    if extension != "properties" {
        return None;
    }
    let mut reader = Reader { content, at: 0, line: 1 };
    let mut found = Vec::new();
    while reader.at < content.len() {
        found.extend(reader.entry());
    }
    (!found.is_empty()).then_some(found)
}

struct Reader<'a> {
    content: &'a [u8],
    at: usize,
    line: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.content.get(self.at).copied()
    }

    fn step(&mut self) {
        self.line += usize::from(self.peek() == Some(b'\n'));
        self.at += 1;
    }

    fn skip(&mut self, is_skipped: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&is_skipped) {
            self.step();
        }
    }

    /// The value of one entry, if it holds PEM. Comments and empty lines are skipped.
    fn entry(&mut self) -> Option<Constant> {
        self.skip(|byte| byte.is_ascii_whitespace());
        if matches!(self.peek(), Some(b'#' | b'!')) {
            self.skip(|byte| byte != b'\n');
            return None;
        }
        let mut key = Vec::new();
        while let Some(byte) = self.peek().filter(|byte| !matches!(byte, b'=' | b':' | b'\n')) {
            key.push(byte);
            self.step();
        }
        if self.peek() == Some(b'\n') {
            return None;
        }
        self.step();
        self.skip(|byte| byte == b' ' || byte == b'\t');
        let mut constant = Constant { form: Form::Block, ..Constant::literal(Language::Data) };
        while let Some(byte) = self.peek().filter(|byte| *byte != b'\n') {
            let line = self.line;
            self.step();
            let value = match byte {
                b'\\' => self.escape(),
                b'\r' => None,
                byte => Some(byte),
            };
            if let Some(value) = value {
                constant.bytes.push(value);
                constant.lines.push(line);
            }
        }
        let key = String::from_utf8_lossy(key.trim_ascii()).into_owned();
        constant.name = Some(key);
        memchr::memmem::find(&constant.bytes, PEM).map(|_| constant)
    }

    /// The byte after a backslash; `None` for a line end, after which the line continues without its
    /// leading blanks.
    fn escape(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        if matches!(byte, b'\n' | b'\r') {
            self.skip(|byte| byte == b'\r');
            self.step();
            self.skip(|byte| byte == b' ' || byte == b'\t');
            return None;
        }
        self.step();
        Some(match byte {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            byte => byte,
        })
    }
}
