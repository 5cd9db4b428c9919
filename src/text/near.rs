//! Words that are almost another word: a letter is missing, added or wrong.

/// The most characters of a word that are compared, twice a label of PEM.
const MAX_CHARACTERS: usize = 48;

/// Whether `word` becomes `wanted` by adding, removing or replacing at most `most` characters, ignoring
/// case. A word that is far too long is not near.
pub(crate) fn is_near(word: &str, wanted: &str, most: usize) -> bool {
    // Most words have a different length, which is compared first.
    let length = word.chars().take(MAX_CHARACTERS + 1).count();
    length <= MAX_CHARACTERS
        && length.abs_diff(wanted.chars().count()) <= most
        && strsim::levenshtein(&word.to_ascii_uppercase(), &wanted.to_ascii_uppercase()) <= most
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn words_are_near_up_to_a_number_of_edits() {
        for word in ["CERTIFICATE", "certificate", "CERTIFlCATE", "CERTIFICAT", "CERTIFICTAE"] {
            assert!(is_near(word, "CERTIFICATE", 2), "{word}");
        }
        for word in ["CERTIFICATE REQUEST", "PRIVATE KEY", "", "CERT", "CERTIFICATE PAIR"] {
            assert!(!is_near(word, "CERTIFICATE", 3), "{word}");
        }
        assert!(!is_near(&"C".repeat(1_000_000), "CERTIFICATE", 2));
    }
}
