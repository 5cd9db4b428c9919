//! Words that are almost another: a letter that was lost, added or taken for another.

/// The most characters of a word that are compared, twice a label of PEM.
const MAX_CHARACTERS: usize = 48;

/// Whether `word` becomes `wanted` by at most `most` characters that are added, left out or replaced;
/// case does not count. A word that is far too long is not near.
pub(crate) fn is_near(word: &str, wanted: &str, most: usize) -> bool {
    let word: Vec<char> = word.chars().take(MAX_CHARACTERS + 1).collect();
    let wanted: Vec<char> = wanted.chars().collect();
    if word.len() > MAX_CHARACTERS || word.len().abs_diff(wanted.len()) > most {
        return false;
    }
    // Wagner and Fischer's table, a row at a time.
    let mut row: Vec<usize> = (0..=wanted.len()).collect();
    for (place, one) in word.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], place + 1);
        for (column, other) in wanted.iter().enumerate() {
            let replaced = diagonal + usize::from(!one.eq_ignore_ascii_case(other));
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[wanted.len()] <= most
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn a_word_is_near_another_up_to_so_many_letters_lost_added_or_replaced() {
        for word in ["CERTIFICATE", "certificate", "CERTIFlCATE", "CERTIFICAT", "CERTIFICTAE"] {
            assert!(is_near(word, "CERTIFICATE", 2), "{word}");
        }
        for word in ["CERTIFICATE REQUEST", "PRIVATE KEY", "", "CERT", "CERTIFICATE PAIR"] {
            assert!(!is_near(word, "CERTIFICATE", 3), "{word}");
        }
        assert!(!is_near(&"C".repeat(1_000_000), "CERTIFICATE", 2));
    }
}
