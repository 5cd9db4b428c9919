//! The words of a text.
//!
//! In: a text. Out: its words, and whether one is data.

/// The words of `text`, each longest run of letters, digits, `_` and `-`; escapes are none.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
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
pub(super) fn normal(word: &str) -> String {
    word.chars().filter(char::is_ascii_alphanumeric).map(|one| one.to_ascii_lowercase()).collect()
}

/// Whether `word` is a number, a SHA-256 in hexadecimal, or a name in a folder of OpenSSL's.
pub(super) fn is_data(word: &str) -> bool {
    /// The digits of a SHA-256, and of the hash of a subject.
    const DIGITS: [usize; 2] = [64, 8];
    let is_hexadecimal = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_of_number = |byte: u8| byte.is_ascii_hexdigit() || b"xXlLuU-".contains(&byte);
    DIGITS.contains(&word.len()) && is_hexadecimal
        || word.starts_with(|one: char| one.is_ascii_digit()) && word.bytes().all(is_of_number)
}
