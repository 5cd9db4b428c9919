//! Literals that stand side by side, and rows of numbers, put together to constants.

use std::collections::HashMap;

use super::{
    Constant, Form, Language,
    tokens::{Kind, Token},
};

/// The fewest numbers in a row that are looked at: nothing of a certificate that matters is
/// shorter, except an RSA exponent, which follows its modulus.
const FEWEST_NUMBERS: usize = 16;

/// Tokens looked back over for the name of a constant.
const LOOK_BACK: usize = 40;

/// Words that stand between the name of a constant and its value.
const ATTRIBUTES: [&str; 6] =
    ["PROGMEM", "ICACHE_RODATA_ATTR", "__attribute__", "section", "aligned", "DRAM_ATTR"];

/// The constants of `tokens`, in their order.
pub(crate) fn constants(tokens: &[Token], language: Language) -> Vec<Constant> {
    let mut found: Vec<Constant> = Vec::new();
    // The last constant of each name.
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut index = 0;
    while index < tokens.len() {
        let start = index;
        let read = match &tokens[index].kind {
            Kind::Literal { .. } => literals(tokens, &mut index, language),
            Kind::Number(_) => numbers(tokens, &mut index, found.last()),
            _ => None,
        };
        let Some(mut constant) = read else {
            index = index.max(start + 1);
            continue;
        };
        let known = continued(&tokens[..start]).and_then(|name| places.get(name));
        if let Some(known) = known.and_then(|place| found.get_mut(*place)) {
            known.bytes.extend(constant.bytes);
            known.lines.extend(constant.lines);
            continue;
        }
        let before = &tokens[start.saturating_sub(LOOK_BACK)..start];
        constant.name = name(before);
        constant.is_pointer = language == Language::C
            && constant.name.as_deref().is_some_and(|name| is_pointer(before, name));
        if let Some(name) = &constant.name {
            places.insert(name.clone(), found.len());
        }
        found.push(constant);
    }
    found
}

/// The name of the constant that `NAME +=` before a literal goes on with.
fn continued(before: &[Token]) -> Option<&str> {
    let [.., word, Token { kind: Kind::Sign(b'+'), .. }, Token { kind: Kind::Sign(b'='), .. }] =
        before
    else {
        return None;
    };
    let Kind::Word(word) = &word.kind else { return None };
    Some(word)
}

/// `SEPARATOR.join([...])` of Python, or `[...].join(SEPARATOR)` of JavaScript, at `index`, with
/// nothing but literals in it.
fn joined(tokens: &[Token], index: &mut usize) -> Option<Constant> {
    let sign = |at: usize, wanted: &[u8]| matches!(tokens.get(at).map(|token| &token.kind), Some(Kind::Sign(sign)) if wanted.contains(sign));
    let literal = |at: usize| match tokens.get(at).map(|token| &token.kind) {
        Some(Kind::Literal { bytes, lines, .. }) => Some((bytes, lines)),
        _ => None,
    };
    let joins = |at: usize| {
        sign(at, b".")
            && matches!(tokens.get(at + 1).map(|token| &token.kind), Some(Kind::Word(word)) if word == "join")
            && sign(at + 2, b"(")
    };
    let start = *index;
    let (separator, first) = match joins(start + 1) && sign(start + 4, b"[(") {
        true => (Some(literal(start)?.0), start + 5),
        false if start > 0 && sign(start - 1, b"[") => (None, start),
        false => return None,
    };
    let mut parts = Vec::new();
    let mut at = first;
    while let Some(part) = literal(at) {
        // Literals without a comma between them are one part.
        if at > first && literal(at - 1).is_some() {
            let (mut bytes, mut lines): (Vec<u8>, Vec<usize>) = parts.pop()?;
            bytes.extend(part.0);
            lines.extend(part.1);
            parts.push((bytes, lines));
        } else {
            parts.push((part.0.clone(), part.1.clone()));
        }
        at += 1;
        at += usize::from(sign(at, b","));
    }
    let (separator, end) = match separator {
        Some(separator) => (separator, at),
        None if sign(at, b"]") && joins(at + 1) => (literal(at + 4)?.0, at + 5),
        None => return None,
    };
    let mut constant = Constant::literal(Language::Python);
    for (number, (bytes, lines)) in parts.into_iter().enumerate() {
        if number > 0 {
            constant.bytes.extend(separator);
            constant.lines.resize(constant.bytes.len(), *lines.first().unwrap_or(&1));
        }
        constant.bytes.extend(bytes);
        constant.lines.extend(lines);
    }
    *index = end;
    while sign(*index, b"])") {
        *index += 1;
    }
    if sign(*index, b"+") && literal(*index + 1).is_some() {
        let (bytes, lines) = literal(*index + 1)?;
        constant.bytes.extend(bytes);
        constant.lines.extend(lines);
        *index += 2;
    }
    Some(constant)
}

/// Takes from each line of `constant` the blanks that all of them begin with, as `textwrap.dedent`
/// of Python and `indoc!` of Rust do.
fn dedent(constant: &mut Constant) {
    let lines = || constant.bytes.split(|byte| *byte == b'\n');
    let filled = lines().filter(|line| !line.trim_ascii().is_empty());
    let margin = filled.map(|line| line.len() - line.trim_ascii_start().len()).min().unwrap_or(0);
    let mut column = 0;
    let kept: Vec<bool> = constant
        .bytes
        .iter()
        .map(|byte| {
            let is_margin = column < margin && matches!(byte, b' ' | b'\t');
            column = if *byte == b'\n' { 0 } else { column + 1 };
            !is_margin
        })
        .collect();
    let mut at = kept.iter();
    constant.bytes.retain(|_| *at.next().unwrap_or(&true));
    let mut at = kept.iter();
    constant.lines.retain(|_| *at.next().unwrap_or(&true));
}

/// Whether what follows is an argument of something that takes the margin away.
fn is_dedented(before: &[Token]) -> bool {
    let words = before.iter().rev().filter_map(|token| match &token.kind {
        Kind::Word(word) => Some(Some(word.as_str())),
        Kind::Sign(b'(' | b'{' | b'[' | b'!') => None,
        _ => Some(None),
    });
    let known = ["dedent", "cleandoc", "indoc"];
    words.take(1).any(|word| word.is_some_and(|word| known.contains(&word)))
}

/// A literal and those that the language joins to it.
fn literals(tokens: &[Token], index: &mut usize, language: Language) -> Option<Constant> {
    if matches!(language, Language::Python | Language::C)
        && let Some(constant) = joined(tokens, index)
    {
        return Some(constant);
    }
    let concat = is_in_concat(&tokens[..*index]);
    let dedented = is_dedented(&tokens[..*index]);
    let mut constant = Constant::literal(language);
    while let Some(Kind::Literal { bytes, lines, is_c_string }) =
        tokens.get(*index).map(|token| &token.kind)
    {
        constant.bytes.extend(bytes);
        constant.lines.extend(lines);
        constant.nul_follows |= *is_c_string;
        *index += 1;
        let joins = |token: &Token| match token.kind {
            Kind::Sign(b'+') => true,
            Kind::Sign(b',') => concat,
            _ => false,
        };
        let literal_at = |at: usize| {
            matches!(tokens.get(at).map(|token| &token.kind), Some(Kind::Literal { .. }))
        };
        if tokens.get(*index).is_some_and(joins) && literal_at(*index + 1) {
            *index += 1;
        } else if joins_strings(&tokens[*index..]) && literal_at(*index + 4) {
            *index += 4;
        }
    }
    if dedented {
        dedent(&mut constant);
    }
    lines_of_an_array(tokens, index, &mut constant);
    take_for_hexadecimal(&mut constant);
    Some(constant)
}

/// Takes a literal that is a certificate in hexadecimal, as `unhexlify` and `bytes.fromhex` of
/// Python read it, for its bytes. It begins as a SEQUENCE with two bytes of length (X.690 8.1.3.5).
fn take_for_hexadecimal(constant: &mut Constant) {
    let is_hexadecimal = constant.bytes.len().is_multiple_of(2)
        && constant.bytes.starts_with(b"3082")
        && constant.bytes.iter().all(u8::is_ascii_hexdigit);
    if !is_hexadecimal {
        return;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let byte = |pair: &[u8]| Some(digit(pair[0])? << 4 | digit(pair[1])?);
    constant.bytes = constant.bytes.chunks_exact(2).filter_map(byte).collect();
    constant.lines = constant.lines.chunks_exact(2).map(|pair| pair[0]).collect();
    constant.nul_follows = false;
}

/// Goes on with a PEM block that `constant` begins and whose lines stand in an array, a literal
/// each: the code ends them when it sends or joins them.
fn lines_of_an_array(tokens: &[Token], index: &mut usize, constant: &mut Constant) {
    let holds =
        |bytes: &[u8], wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
    if !constant.bytes.starts_with(b"-----BEGIN ") || holds(&constant.bytes, b"-----END ") {
        return;
    }
    let end_line = |constant: &mut Constant| {
        if constant.bytes.last() != Some(&b'\n') {
            constant.bytes.push(b'\n');
            constant
                .lines
                .resize(constant.bytes.len(), constant.lines.last().copied().unwrap_or(1));
        }
    };
    while let Some(
        [
            Token { kind: Kind::Sign(b','), .. },
            Token { kind: Kind::Literal { bytes, lines, .. }, .. },
        ],
    ) = tokens.get(*index..*index + 2)
    {
        // Another block begins: the first has no END.
        if bytes.starts_with(b"-----BEGIN ") {
            break;
        }
        end_line(constant);
        constant.bytes.extend(bytes);
        constant.lines.extend(lines);
        *index += 2;
        if holds(bytes, b"-----END ") {
            end_line(constant);
            break;
        }
    }
}

/// Whether `tokens` begin with `) + String(`, which Arduino joins literals with.
fn joins_strings(tokens: &[Token]) -> bool {
    matches!(
        tokens,
        [
            Token { kind: Kind::Sign(b')'), .. },
            Token { kind: Kind::Sign(b'+'), .. },
            Token { kind: Kind::Word(word), .. },
            Token { kind: Kind::Sign(b'('), .. },
            ..
        ] if word == "String"
    )
}

/// Whether what follows is an argument of Rust's `concat!`.
fn is_in_concat(before: &[Token]) -> bool {
    let [.., word, Token { kind: Kind::Sign(b'!'), .. }, Token { kind: Kind::Sign(b'('), .. }] =
        before
    else {
        return false;
    };
    matches!(&word.kind, Kind::Word(word) if word == "concat")
}

/// Numbers with commas between them.
fn numbers(tokens: &[Token], index: &mut usize, before: Option<&Constant>) -> Option<Constant> {
    let (mut bytes, mut lines, mut all_fit) = (Vec::new(), Vec::new(), true);
    while let Some(Token { kind: Kind::Number(value), line }) = tokens.get(*index) {
        all_fit &= value.is_some();
        bytes.push(value.unwrap_or_default());
        lines.push(*line);
        *index += 1;
        match tokens.get(*index).map(|token| &token.kind) {
            Some(Kind::Sign(b',')) => *index += 1,
            _ => break,
        }
        if is_cast(&tokens[*index..]) {
            *index += 3;
        }
    }
    // An RSA exponent has three bytes and stands after its modulus.
    let exponent = (1..=8).contains(&bytes.len())
        && before.is_some_and(|before| before.form == Form::Numbers && before.bytes.len() >= 64)
        && matches!(tokens.get(*index).map(|token| &token.kind), Some(Kind::Sign(b'}')));
    let long = bytes.len() >= FEWEST_NUMBERS;
    (all_fit && (long || exponent)).then_some(Constant {
        name: None,
        form: Form::Numbers,
        bytes,
        lines,
        nul_follows: false,
        is_pointer: false,
    })
}

/// Whether `tokens` begin with a cast to one word, such as `(byte)` of Java.
fn is_cast(tokens: &[Token]) -> bool {
    matches!(
        tokens,
        [
            Token { kind: Kind::Sign(b'('), .. },
            Token { kind: Kind::Word(_), .. },
            Token { kind: Kind::Sign(b')'), .. },
            ..
        ]
    )
}

/// Whether `before` declares `name` as a pointer: `const char *NAME =`, `* const NAME =`.
fn is_pointer(before: &[Token], name: &str) -> bool {
    let is_name = |token: &Token| matches!(&token.kind, Kind::Word(word) if word == name);
    let Some(at) = before.iter().rposition(is_name) else { return false };
    let is_array = matches!(before.get(at + 1).map(|next| &next.kind), Some(Kind::Sign(b'[')));
    let mut back = before[..at].iter().rev().map(|token| &token.kind);
    let star =
        back.find(|kind| !matches!(kind, Kind::Word(word) if word == "const" || word == "PROGMEM"));
    !is_array && matches!(star, Some(Kind::Sign(b'*')))
}

/// The name of the constant that begins after `before`.
fn name(before: &[Token]) -> Option<String> {
    // Between brackets, as in `[u8; 1939]`, a semicolon ends nothing.
    let mut brackets = 0_usize;
    let ends = |token: &Token| {
        match token.kind {
            Kind::Sign(b']') => brackets += 1,
            Kind::Sign(b'[') => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        match token.kind {
            Kind::Sign(b';') => brackets == 0,
            _ => matches!(token.kind, Kind::Literal { .. }),
        }
    };
    let start = before.iter().rposition(ends).map_or(0, |end| end + 1);
    let before = &before[start..];
    let word = |index: usize| match &before.get(index)?.kind {
        Kind::Word(word) => Some(word.as_str()),
        _ => None,
    };
    let is_open = |token: &Token| matches!(token.kind, Kind::Sign(b'('));
    // `#define NAME`, `const NAME: ...`, `static NAME: ...`
    for index in (0..before.len()).rev() {
        let is_rust =
            matches!(before.get(index + 2).map(|next| &next.kind), Some(Kind::Sign(b':')));
        match word(index) {
            // The macro's value begins right behind its name: an include guard has none.
            Some("define") if before.iter().skip(index + 2).all(is_open) => {
                return word(index + 1).map(str::to_owned);
            }
            Some("const" | "static" | "mut") if is_rust => {
                return word(index + 1).map(str::to_owned);
            }
            _ => {}
        }
    }
    let sign = |wanted: u8| {
        before.iter().rposition(|token| matches!(token.kind, Kind::Sign(sign) if sign == wanted))
    };
    let end = sign(b'=').or_else(|| sign(b':'))?;
    let mut depth = 0;
    for index in (0..end).rev() {
        match &before[index].kind {
            Kind::Sign(b']' | b')') => depth += 1,
            Kind::Sign(b'[' | b'(') => depth -= 1,
            Kind::Word(word) if depth == 0 && !ATTRIBUTES.contains(&word.as_str()) => {
                return Some(word.clone());
            }
            _ => {}
        }
    }
    None
}
