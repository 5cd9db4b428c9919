//! Literals that stand side by side, and rows of numbers, put together to constants.

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
pub(super) fn constants(tokens: &[Token], language: Language) -> Vec<Constant> {
    let mut found: Vec<Constant> = Vec::new();
    let mut index = 0;
    while index < tokens.len() {
        let start = index;
        let read = match &tokens[index].kind {
            Kind::Literal { .. } => literals(tokens, &mut index, language),
            Kind::Number(_) => numbers(tokens, &mut index, found.last()),
            _ => None,
        };
        match read {
            Some(mut constant) => {
                constant.name = name(&tokens[start.saturating_sub(LOOK_BACK)..start]);
                found.push(constant);
            }
            None => index = index.max(start + 1),
        }
    }
    found
}

/// A literal and those that the language joins to it.
fn literals(tokens: &[Token], index: &mut usize, language: Language) -> Option<Constant> {
    let concat = is_in_concat(&tokens[..*index]);
    let mut constant = Constant {
        name: None,
        form: Form::Literal,
        bytes: Vec::new(),
        lines: Vec::new(),
        nul_follows: language == Language::C,
    };
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
        }
    }
    Some(constant)
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
    })
}

/// The name of the constant that begins after `before`.
fn name(before: &[Token]) -> Option<String> {
    let ends = |token: &Token| matches!(token.kind, Kind::Sign(b';') | Kind::Literal { .. });
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
