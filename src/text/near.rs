//! Words that are almost another word: letters are missing, added, wrong or swapped.

/// The most characters of a word that are compared, twice a label of PEM.
const MAX_CHARACTERS: usize = 48;

/// The most names that a question lists.
#[cfg(feature = "cli")]
const MAX_NAMES: usize = 6;

/// How many typos make `word` of `name`, ignoring case; `None` if there are more than `most`. A word that
/// is far too long is not compared.
fn typos(word: &str, name: &str, most: usize) -> Option<usize> {
    // Most words have a different length, which is compared first.
    let length = word.chars().take(MAX_CHARACTERS + 1).count();
    if length > MAX_CHARACTERS || length.abs_diff(name.chars().count()) > most {
        return None;
    }
    let typos = strsim::osa_distance(&word.to_ascii_lowercase(), &name.to_ascii_lowercase());
    (typos <= most).then_some(typos)
}

/// Whether `word` is `name` with at most `most` typos, ignoring case.
pub(crate) fn is_near(word: &str, name: &str, most: usize) -> bool {
    typos(word, name, most).is_some()
}

/// The one of `names` that `word` probably stands for: with one typo in up to five letters, with two in
/// more. `lan` and `now` are words too, so in up to three letters only two that are swapped.
#[cfg(feature = "cli")]
pub(crate) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = |word: &str| {
        let mut letters = word.to_ascii_lowercase().into_bytes();
        letters.sort_unstable();
        letters
    };
    let few = |name: &str| {
        let typos = typos(word, name, if name.len() > 5 { 2 } else { 1 })?;
        (name.len() > 3 || letters(word) == letters(name)).then_some(typos)
    };
    let near = names.into_iter().filter_map(|name| Some((few(name)?, name)));
    near.min_by_key(|(typos, _)| *typos).map(|(_, name)| name)
}

/// Asks whether the nearest of `names` is meant, or else those with `word` in them, if they are few.
#[cfg(feature = "cli")]
pub(crate) fn question<'a>(
    word: &str,
    names: impl Iterator<Item = &'a str> + Clone,
) -> Option<String> {
    let part = word.to_lowercase();
    let containing = |name: &&str| part.len() > 2 && name.contains(&part);
    let meant: Vec<_> = match nearest(word, names.clone()) {
        Some(name) => vec![name],
        None => names.filter(containing).take(MAX_NAMES + 1).collect(),
    };
    match meant[..] {
        [] => None,
        [name] => Some(did_you_mean(name)),
        _ if meant.len() > MAX_NAMES => None,
        _ => Some(format!("did you mean one of `{}`?", meant.join("`, `"))),
    }
}

#[cfg(feature = "cli")]
pub(crate) fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_near_up_to_a_number_of_typos() {
        for word in ["CERTIFICATE", "certificate", "CERTIFlCATE", "CERTIFICAT", "CERTIFICTAE"] {
            assert!(is_near(word, "CERTIFICATE", 2), "{word}");
        }
        for word in ["CERTIFICATE REQUEST", "PRIVATE KEY", "", "CERT", "CERTIFICATE PAIR"] {
            assert!(!is_near(word, "CERTIFICATE", 3), "{word}");
        }
        assert!(!is_near(&"C".repeat(1_000_000), "CERTIFICATE", 2));
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_question_names_the_nearest_word_or_those_that_contain_it() {
        let names = ["lab", "check", "esp-idf", "arduino-esp32", "esp8266", "esp8266-512"];
        for (word, meant) in [
            ("LAB", Some("did you mean `lab`?")),
            ("lba", Some("did you mean `lab`?")),
            ("chek", Some("did you mean `check`?")),
            ("espifd", Some("did you mean `esp-idf`?")),
            ("esp32", Some("did you mean `arduino-esp32`?")),
            ("826", Some("did you mean one of `esp8266`, `esp8266-512`?")),
            ("lan", None),
            ("chk", None),
            ("es", None),
            ("", None),
        ] {
            assert_eq!(question(word, names.into_iter()).as_deref(), meant, "{word}");
        }
        assert_eq!(question("name", ["name1234"; MAX_NAMES + 1].into_iter()), None);
    }
}
