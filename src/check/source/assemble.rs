//! Joins adjacent literals and rows of numbers to constants.

use std::collections::{HashMap, HashSet};

use super::{
    Constant, Form, Language,
    lines::Lines,
    pieces::Pieces,
    tokens::{Kind, Tokens},
};

/// The fewest bytes of a literal that is kept: no anchor is shorter, nor the boundary of a block.
pub(crate) const FEWEST_BYTES: usize = 16;

/// The fewest numbers in a row that are kept: no relevant part of a certificate is shorter, except an
/// RSA exponent, which follows its modulus.
const FEWEST_NUMBERS: usize = 16;

/// How many tokens are searched backwards for the name of a constant.
const LOOK_BACK: usize = 40;

/// Words between the name of a constant and its value.
const ATTRIBUTES: [&str; 6] =
    ["PROGMEM", "ICACHE_RODATA_ATTR", "__attribute__", "section", "aligned", "DRAM_ATTR"];

/// The constants of `tokens`, in order.
pub(crate) fn constants(tokens: &Tokens<'_>, language: Language) -> Vec<Constant> {
    let mut found: Vec<Constant> = Vec::new();
    let (pieces, mut starts) = (Pieces::of(tokens), Vec::new());
    let goes_on: HashSet<&str> =
        (0..tokens.len()).filter_map(|index| continued(tokens, index)).collect();
    // The last constant of each name that a later one continues.
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut index = 0;
    while index < tokens.len() {
        let start = index;
        let read = match tokens.kind(index) {
            Some(Kind::Literal(_)) => literals(tokens, &mut index, language, &pieces),
            Some(Kind::Word) if pieces.begins(tokens, index) => {
                literals(tokens, &mut index, language, &pieces)
            }
            Some(Kind::Number(_)) => numbers(tokens, &mut index, found.last()),
            _ => None,
        };
        let Some(mut constant) = read else {
            index = index.max(start + 1);
            continue;
        };
        let known = continued(tokens, start).and_then(|name| places.get(name));
        if let Some(known) = known.and_then(|place| found.get_mut(*place)) {
            known.bytes.extend(&constant.bytes);
            known.lines.extend(&constant.lines, 0, constant.lines.len());
            continue;
        }
        if constant.form == Form::Literal && constant.bytes.len() < FEWEST_BYTES {
            continue;
        }
        let before = Before { tokens, from: start.saturating_sub(LOOK_BACK), to: start };
        let name = name(&before).or_else(|| first_argument(tokens, start, &COPIES));
        constant.is_pointer =
            language == Language::C && name.is_some_and(|name| is_pointer(&before, name));
        if let Some(name) = name {
            if goes_on.contains(name) {
                places.insert(name, found.len());
            }
            constant.name = Some(name.to_owned());
        }
        found.push(constant);
        starts.push(start);
    }
    let mut starts = starts.into_iter();
    found.retain(|_| !starts.next().is_some_and(|start| pieces.is_joined(start)));
    found
}

/// The tokens that are searched backwards for the name of a constant.
struct Before<'a, 'b> {
    tokens: &'a Tokens<'b>,
    from: usize,
    to: usize,
}

/// C functions that append a literal to an array, or replace its content.
const APPENDS: [&str; 2] = ["strcat", "strcat_P"];
const COPIES: [&str; 2] = ["strcpy", "strcpy_P"];

/// Where the wrapper of the literal at `index` begins, as in `F("...")`.
fn unwrapped(tokens: &Tokens<'_>, index: usize) -> Option<usize> {
    let function = index.checked_sub(2)?;
    let is_wrapped = tokens.is_sign(index - 1, b"(")
        && tokens.word(function).is_some_and(|word| WRAPPERS.contains(&word));
    Some(if is_wrapped { function } else { index })
}

/// The name of the constant that `NAME +=` or `strcat(NAME,` before the token at `index` continues.
fn continued<'a>(tokens: &Tokens<'a>, index: usize) -> Option<&'a str> {
    let at = unwrapped(tokens, index)?;
    let goes_on =
        tokens.is_sign(at.checked_sub(1)?, b"=") && tokens.is_sign(at.checked_sub(2)?, b"+");
    match goes_on {
        true => tokens.word(at.checked_sub(3)?),
        false => first_argument(tokens, index, &APPENDS),
    }
}

/// The first argument of a call of one of `functions` whose second one begins at `index`.
fn first_argument<'a>(tokens: &Tokens<'a>, index: usize, functions: &[&str]) -> Option<&'a str> {
    let at = unwrapped(tokens, index)?;
    let function = at.checked_sub(4)?;
    let is_second = tokens.is_sign(at - 1, b",") && tokens.is_sign(at - 3, b"(");
    let is_call = is_second && tokens.word(function).is_some_and(|word| functions.contains(&word));
    if is_call { tokens.word(at - 2) } else { None }
}

/// `SEPARATOR.join([...])` of Python, or `[...].join(SEPARATOR)` of JavaScript, at `index`, with only
/// literals in it.
fn joined(tokens: &Tokens<'_>, index: &mut usize) -> Option<Constant> {
    let joins = |at: usize| {
        tokens.is_sign(at, b".")
            && tokens.word(at + 1) == Some("join")
            && tokens.is_sign(at + 2, b"(")
    };
    let start = *index;
    let (separator, first) = match joins(start + 1) && tokens.is_sign(start + 4, b"[(") {
        true => (Some(tokens.literal(start)?), start + 5),
        false if start > 0 && tokens.is_sign(start - 1, b"[") => (None, start),
        false => return None,
    };
    let (mut parts, mut at) = (0, first);
    while tokens.literal(at).is_some() {
        parts += 1;
        at += 1;
        at += usize::from(tokens.is_sign(at, b","));
    }
    let (separator, end) = match separator {
        Some(separator) => (separator, at),
        None if tokens.is_sign(at, b"]") && joins(at + 1) => (tokens.literal(at + 4)?, at + 5),
        None => return None,
    };
    let mut constant = Constant::literal(Language::Python);
    let mut at = first;
    for number in 0..parts {
        let Some(part) = tokens.literal(at) else { break };
        // Literals without a comma between them are one part.
        if number > 0 && tokens.literal(at - 1).is_none() {
            constant.bytes.extend(separator.bytes);
            constant.lines.resize(constant.bytes.len(), part.line().unwrap_or(1));
        }
        part.add_to(&mut constant.bytes, &mut constant.lines);
        at += 1;
        at += usize::from(tokens.is_sign(at, b","));
    }
    *index = end;
    while tokens.is_sign(*index, b"])") {
        *index += 1;
    }
    if tokens.is_sign(*index, b"+")
        && let Some(more) = tokens.literal(*index + 1)
    {
        more.add_to(&mut constant.bytes, &mut constant.lines);
        *index += 2;
    }
    Some(constant)
}

/// Removes from each line of `constant` the blanks that all of them begin with, as `textwrap.dedent` of
/// Python and `indoc!` of Rust do.
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
    constant.lines = constant.lines.filtered(|index| kept.get(index).copied().unwrap_or(true));
}

/// Whether the token at `index` begins an argument of something that removes the margin.
fn is_dedented(tokens: &Tokens<'_>, index: usize) -> bool {
    let opens = |at: &usize| tokens.is_sign(*at, b"({[!");
    let before = (0..index).rev().find(|at| !opens(at)).and_then(|at| tokens.word(at));
    before.is_some_and(|word| ["dedent", "cleandoc", "indoc"].contains(&word))
}

/// A literal and those that the language concatenates with it.
fn literals<'a>(
    tokens: &Tokens<'a>,
    index: &mut usize,
    language: Language,
    pieces: &Pieces<'a>,
) -> Option<Constant> {
    if matches!(language, Language::Python | Language::C)
        && let Some(constant) = joined(tokens, index)
    {
        return Some(constant);
    }
    let (concat, dedented) = (is_in_concat(tokens, *index), is_dedented(tokens, *index));
    let mut constant = Constant::literal(language);
    loop {
        if let Some(literal) = tokens.literal(*index) {
            literal.add_to(&mut constant.bytes, &mut constant.lines);
            constant.nul_follows |= literal.is_c_string;
        } else if !pieces.add(tokens, *index, &mut constant) {
            break;
        }
        *index += 1;
        let joins = tokens.is_sign(*index, if concat { b"+," } else { b"+" });
        if joins && (tokens.literal(*index + 1).is_some() || tokens.word(*index + 1).is_some()) {
            *index += usize::from(joins_strings(tokens, *index).is_none());
        }
        if let Some(further) = joins_strings(tokens, *index) {
            *index += further;
        }
    }
    if dedented {
        dedent(&mut constant);
    }
    lines_of_an_array(tokens, index, &mut constant);
    take_for_hexadecimal(&mut constant);
    Some(constant)
}

/// Decodes a literal that is a certificate in hexadecimal, as `unhexlify` and `bytes.fromhex` of Python
/// read it. It begins as a SEQUENCE with two bytes of length (X.690 8.1.3.5).
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
    constant.lines = constant.lines.filtered(|index| index % 2 == 0);
    constant.nul_follows = false;
}

/// Continues a PEM block that `constant` begins and whose lines are literals of an array: the code adds
/// the line ends when it sends or joins them.
fn lines_of_an_array(tokens: &Tokens<'_>, index: &mut usize, constant: &mut Constant) {
    let holds =
        |bytes: &[u8], wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
    if !constant.bytes.starts_with(b"-----BEGIN ") || holds(&constant.bytes, b"-----END ") {
        return;
    }
    let end_line = |constant: &mut Constant| {
        if constant.bytes.last() != Some(&b'\n') {
            constant.bytes.push(b'\n');
            let line = constant.lines.last().unwrap_or(1);
            constant.lines.resize(constant.bytes.len(), line);
        }
    };
    while let Some(next) = tokens.literal(*index + 1).filter(|_| tokens.is_sign(*index, b",")) {
        // Another block begins: the first has no END.
        if next.bytes.starts_with(b"-----BEGIN ") {
            break;
        }
        end_line(constant);
        next.add_to(&mut constant.bytes, &mut constant.lines);
        *index += 2;
        if holds(next.bytes, b"-----END ") {
            end_line(constant);
            break;
        }
    }
}

/// What wraps a literal in Arduino's `String(...) + F(...)`.
const WRAPPERS: [&str; 4] = ["String", "F", "PSTR", "FPSTR"];

/// How many tokens after `index` the literal is that `) + String(`, `) +` or `+ F(` joins.
fn joins_strings(tokens: &Tokens<'_>, index: usize) -> Option<usize> {
    let mut at = index;
    at += usize::from(tokens.is_sign(at, b")"));
    if !tokens.is_sign(at, b"+") {
        return None;
    }
    at += 1;
    let is_wrapped = tokens.word(at).is_some_and(|word| WRAPPERS.contains(&word))
        && tokens.is_sign(at + 1, b"(");
    at += if is_wrapped { 2 } else { 0 };
    (at > index + 1 && tokens.literal(at).is_some()).then_some(at - index)
}

/// Whether the token at `index` begins the first argument of Rust's `concat!`.
fn is_in_concat(tokens: &Tokens<'_>, index: usize) -> bool {
    index >= 3
        && tokens.is_sign(index - 1, b"(")
        && tokens.is_sign(index - 2, b"!")
        && tokens.word(index - 3) == Some("concat")
}

/// Numbers with commas between them.
fn numbers(tokens: &Tokens<'_>, index: &mut usize, before: Option<&Constant>) -> Option<Constant> {
    let (mut bytes, mut lines, mut all_fit) = (Vec::new(), Lines::default(), true);
    while let Some(Kind::Number(value)) = tokens.kind(*index) {
        all_fit &= value.is_some();
        bytes.push(value.unwrap_or_default());
        lines.push(tokens.line(*index));
        *index += 1;
        if !tokens.is_sign(*index, b",") {
            break;
        }
        *index += 1;
        if is_cast(tokens, *index) {
            *index += 3;
        }
    }
    // An RSA exponent has three bytes and follows its modulus.
    let exponent = (1..=8).contains(&bytes.len())
        && before.is_some_and(|before| before.form == Form::Numbers && before.bytes.len() >= 64)
        && tokens.is_sign(*index, b"}");
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

/// Whether a cast to one word is at `index`, such as `(byte)` of Java.
fn is_cast(tokens: &Tokens<'_>, index: usize) -> bool {
    tokens.is_sign(index, b"(")
        && tokens.word(index + 1).is_some()
        && tokens.is_sign(index + 2, b")")
}

/// Whether `before` declares `name` as a pointer: `const char *NAME =`, `* const NAME =`.
fn is_pointer(before: &Before<'_, '_>, name: &str) -> bool {
    let Before { tokens, from, to } = *before;
    let Some(at) = (from..to).rev().find(|at| tokens.word(*at) == Some(name)) else {
        return false;
    };
    let is_array = at + 1 < to && tokens.is_sign(at + 1, b"[");
    let is_passed = |at: &usize| matches!(tokens.word(*at), Some("const" | "PROGMEM"));
    let star = (from..at).rev().find(|at| !is_passed(at));
    !is_array && star.is_some_and(|at| tokens.is_sign(at, b"*"))
}

/// The name of the constant that begins after `before`.
fn name<'a>(before: &Before<'_, 'a>) -> Option<&'a str> {
    let Before { tokens, from, to } = *before;
    // Between brackets, as in `[u8; 1939]`, a semicolon does not end the statement.
    let mut brackets = 0_usize;
    let ends = |at: &usize| {
        match tokens.kind(*at) {
            Some(Kind::Sign(b']')) => brackets += 1,
            Some(Kind::Sign(b'[')) => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        tokens.is_sign(*at, b";") && brackets == 0 || tokens.literal(*at).is_some()
    };
    let from = (from..to).rev().find(ends).map_or(from, |end| end + 1);
    let word = |at: usize| tokens.word(at).filter(|_| at < to);
    // `#define NAME`, `const NAME: ...`, `static NAME: ...`
    for at in (from..to).rev() {
        let is_rust = at + 2 < to && tokens.is_sign(at + 2, b":");
        match word(at) {
            // The macro's value begins right after its name: an include guard has none.
            Some("define") if (at + 2..to).all(|behind| tokens.is_sign(behind, b"(")) => {
                return word(at + 1);
            }
            Some("const" | "static" | "mut") if is_rust => {
                return word(at + 1);
            }
            _ => {}
        }
    }
    let sign = |wanted: &[u8]| (from..to).rev().find(|at| tokens.is_sign(*at, wanted));
    let end = sign(b"=").or_else(|| sign(b":"))?;
    let mut depth = 0;
    for at in (from..end).rev() {
        match tokens.kind(at) {
            Some(Kind::Sign(b']' | b')')) => depth += 1,
            Some(Kind::Sign(b'[' | b'(')) => depth -= 1,
            Some(Kind::Word) if depth == 0 => {
                if let Some(word) = word(at).filter(|word| !ATTRIBUTES.contains(word)) {
                    return Some(word);
                }
            }
            _ => {}
        }
    }
    None
}
