//! Small lexers of the languages that text from outside is written into.
//!
//! They know comments, literals and what a compiler does first; everything else is words and single marks.

/// A token of a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A name or a number.
    Word(String),
    /// The bytes of a quoted literal.
    Literal(Vec<u8>),
    /// Anything else that is no space.
    Mark(char),
}

/// C11: trigraphs, joined lines, comments, then tokens. `None` if a comment or a literal has no end.
pub fn c(source: &str) -> Option<Vec<Token>> {
    let mut text = source.to_owned();
    for (trigraph, meant) in [
        ("??=", "#"),
        ("??(", "["),
        ("??/", "\\"),
        ("??)", "]"),
        ("??'", "^"),
        ("??<", "{"),
        ("??!", "|"),
        ("??>", "}"),
        ("??-", "~"),
    ] {
        text = text.replace(trigraph, meant);
    }
    // GCC joins lines over trailing spaces too.
    let mut joined = String::new();
    for line in text.split_inclusive('\n') {
        match line.trim_end().strip_suffix('\\') {
            Some(begun) if line.ends_with('\n') => joined.push_str(begun),
            _ => joined.push_str(line),
        }
    }
    let mut tokens = Vec::new();
    let mut rest = joined.as_str();
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("/*") {
            rest = &after[after.find("*/")? + 2..];
        } else if let Some(after) = rest.strip_prefix("//") {
            rest = &after[after.find('\n').unwrap_or(after.len())..];
        } else {
            rest = token(first, rest, &mut tokens)?;
        }
    }
    Some(tokens)
}

/// Python: `#` comments and literals of one line.
pub fn python(source: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix('#') {
            // A form feed or a carriage return does not end a comment; a line feed does.
            rest = &after[after.find('\n').unwrap_or(after.len())..];
        } else if let Some(after) = rest.strip_prefix("\"\"\"") {
            let end = after.find("\"\"\"")?;
            tokens.push(Token::Literal(after.as_bytes()[..end].to_vec()));
            rest = &after[end + 3..];
        } else {
            rest = token(first, rest, &mut tokens)?;
        }
    }
    Some(tokens)
}

/// The source after the Rust comment that `source` starts with; comments nest.
pub fn rust_comment(source: &str) -> Option<&str> {
    let mut rest = source.strip_prefix("/*")?;
    let mut depth = 1;
    while depth > 0 {
        if let Some(after) = rest.strip_prefix("/*") {
            depth += 1;
            rest = after;
        } else if let Some(after) = rest.strip_prefix("*/") {
            depth -= 1;
            rest = after;
        } else {
            rest = &rest[rest.chars().next()?.len_utf8()..];
        }
    }
    Some(rest)
}

/// Removes one token that is not a comment from `rest`.
fn token<'a>(first: char, rest: &'a str, tokens: &mut Vec<Token>) -> Option<&'a str> {
    let is_word = |one: char| one.is_alphanumeric() || one == '_';
    if first == '"' || first == '\'' {
        let (bytes, after) = literal(&rest[1..], first)?;
        tokens.push(Token::Literal(bytes));
        return Some(after);
    }
    if is_word(first) {
        let end = rest.find(|one| !is_word(one)).unwrap_or(rest.len());
        tokens.push(Token::Word(rest[..end].to_owned()));
        return Some(&rest[end..]);
    }
    if !first.is_whitespace() {
        tokens.push(Token::Mark(first));
    }
    Some(&rest[first.len_utf8()..])
}

/// The bytes of a literal up to `quote`, and the rest after it.
fn literal(mut rest: &str, quote: char) -> Option<(Vec<u8>, &str)> {
    let mut bytes = Vec::new();
    loop {
        let one = rest.chars().next()?;
        rest = &rest[one.len_utf8()..];
        match one {
            '\n' => return None,
            '\\' => {
                let escape = rest.chars().next()?;
                rest = &rest[escape.len_utf8()..];
                match escape {
                    'n' => bytes.push(b'\n'),
                    'r' => bytes.push(b'\r'),
                    't' => bytes.push(b'\t'),
                    '0' => bytes.push(0),
                    '"' | '\'' | '\\' => bytes.push(escape as u8),
                    'x' => {
                        bytes.push(u8::from_str_radix(rest.get(..2)?, 16).ok()?);
                        rest = &rest[2..];
                    }
                    _ => return None,
                }
            }
            _ if one == quote => return Some((bytes, rest)),
            _ => bytes.extend_from_slice(one.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// The text that certgrab shows as `shown`: `\\` is a backslash, `\u{7}` a character by its number. `None` if
/// it contains a byte that is not text, or was cut within an escape.
pub fn unescaped(shown: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = shown;
    while let Some(one) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("\\\\") {
            text.push('\\');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("\\u{") {
            let (number, after) = after.split_once('}')?;
            text.push(char::from_u32(u32::from_str_radix(number, 16).ok()?)?);
            rest = after;
        } else if one == '\\' {
            return None;
        } else {
            text.push(one);
            rest = &rest[one.len_utf8()..];
        }
    }
    Some(text)
}
