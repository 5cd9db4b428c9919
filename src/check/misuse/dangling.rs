//! Pointers that a client keeps longer than they are valid.
//!
//! In: the code of a file. Out: findings, each at the call.

use std::collections::HashMap;

use super::error;
use crate::check::{
    Finding,
    source::code::{Code, is_of_a_word},
};

/// Functions of Arduino-ESP32's client that keep the pointer passed to them (NetworkClientSecure.cpp of
/// core 3).
const KEEPS_POINTER: [&str; 3] = ["setCACert", "setCertificate", "setPrivateKey"];

/// String types that own their characters.
const STRINGS: [&str; 2] = ["String", "string"];
/// The element types of character arrays.
const CHARACTER: &str = "char";

/// The most declarations of one name that are looked at before a call, the nearest first: no program has as
/// many.
const MAX_DECLARATIONS: usize = 64;

/// A call of one of these functions.
struct Call<'a> {
    function: &'static str,
    at: usize,
    argument: &'a str,
    client: &'a str,
}

/// A variable where it is declared.
struct Declaration {
    at: usize,
    is_array: bool,
    is_static: bool,
}

/// Where a client that outlives the function gets a pointer to a local variable.
pub(super) fn findings(code: &Code) -> Vec<Finding> {
    let calls: Vec<_> =
        KEEPS_POINTER.into_iter().flat_map(|function| calls(code, function)).collect();
    if calls.is_empty() {
        return Vec::new();
    }
    let (firsts, declarations) = words(code);
    let is_lost = |call: &&Call<'_>| {
        let first = firsts.get(call.client).copied().unwrap_or(call.at);
        // A client that is declared in the function ends with it; a member of a class does not.
        let is_local = call.client.is_empty() || code.blocks().function(call.at).contains(&first);
        let name = call.argument.strip_suffix(".c_str()").unwrap_or(call.argument);
        let of_name = declarations.get(name).map_or(&[][..], Vec::as_slice);
        !is_local && (is_temporary(call.argument) || is_local_text(code, of_name, call))
    };
    let finding = |call: &Call<'_>| {
        let what = match call.argument.strip_suffix(".c_str()") {
            Some(text) if text.ends_with(')') => "a temporary `String`".to_owned(),
            Some(text) => format!("`{text}`"),
            None => format!("`{}`", call.argument),
        };
        let message = format!(
            "`{}` keeps the pointer, but {what} ends with its function: the client reads memory that is \
             no longer the certificate",
            call.function
        );
        error(code.line(call.at), "dangling-pointer", message, "make it global or `static`")
    };
    calls.iter().filter(is_lost).map(finding).collect()
}

/// The calls of `function` as a member of a client.
fn calls<'a>(code: &'a Code, function: &'static str) -> Vec<Call<'a>> {
    let begins = format!("{function}(");
    let call = |at: usize| {
        let before = code.text()[..at].trim_end_matches(['.', '>', '-']);
        let argument = code.arguments(at + begins.len());
        let client = code.word_before(before.len());
        (before.len() < at).then_some(Call { function, at, argument, client })
    };
    code.find(&begins).filter_map(call).collect()
}

fn is_temporary(argument: &str) -> bool {
    argument.strip_suffix(".c_str()").is_some_and(|text| text.ends_with(')'))
}

/// The first position of each word of `code`, and the declared texts, by their names.
fn words(code: &Code) -> (HashMap<&str, usize>, HashMap<&str, Vec<Declaration>>) {
    let text = code.text();
    let (mut firsts, mut declarations) = (HashMap::new(), HashMap::<_, Vec<_>>::new());
    let (mut kind, mut is_static, mut rest) = (None, false, 0);
    while let Some(start) = text[rest..].find(is_of_a_word) {
        let between = &text[rest..rest + start];
        if between.contains([';', '{', '}']) {
            is_static = false;
        }
        let at = rest + start;
        let end = text[at..].find(|one| !is_of_a_word(one)).map_or(text.len(), |end| at + end);
        let word = &text[at..end];
        if let Some((place, is_array)) = kind.filter(|_| between == " ") {
            declarations.entry(word).or_default().push(Declaration {
                at: place,
                is_array,
                is_static,
            });
        }
        firsts.entry(word).or_insert(at);
        is_static |= word == "static";
        let is_kind = STRINGS.contains(&word) || word == CHARACTER;
        kind = is_kind.then_some((at, word == CHARACTER));
        rest = end;
    }
    (firsts, declarations)
}

/// Whether one of `declarations` is the local text, or array of characters, that is passed to `call`.
fn is_local_text(code: &Code, declarations: &[Declaration], call: &Call<'_>) -> bool {
    let is_array = !call.argument.ends_with(".c_str()");
    let before = declarations.partition_point(|one| one.at < call.at);
    let mut nearest = declarations[..before].iter().rev().take(MAX_DECLARATIONS);
    nearest.any(|one| {
        let follows = code.text()[one.at..].split_once(' ').map_or("", |(_, name)| name);
        let is_kind = one.is_array == is_array
            && (!is_array || follows.trim_start_matches(is_of_a_word).starts_with('['));
        is_kind && !one.is_static && is_in_scope(code, one.at, call.at)
    })
}

/// Whether what is declared at `place` is a local variable or a parameter of the function around `at`.
fn is_in_scope(code: &Code, place: usize, at: usize) -> bool {
    let before = code.text()[..place].trim_end_matches("const ");
    let blocks = code.blocks();
    match before.ends_with(['(', ',']) {
        true => blocks.next(place).is_some_and(|body| body.contains(&at)),
        false => {
            let is_local = blocks.depth(place) > 0 || code.text()[..place].ends_with(['(', ',']);
            is_local && blocks.function(at).contains(&place) && blocks.around(place).contains(&at)
        }
    }
}
