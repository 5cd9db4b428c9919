//! Removes secrets from the user's text before it is shown.
//!
//! In: an argument such as the connection string of a cloud, or a sentence that repeats one. Out: the
//! text without keys, passwords and tokens, since messages end up in logs and bug reports.

/// The replacement for a secret.
const HIDDEN: &str = "...";

/// Parts of the names of secrets, in lower case: `SharedAccessKey` and `SharedAccessSignature` of
/// Azure, `AccountKey`, `password` of a database, `token` of a URL.
const PARTS: [&str; 8] =
    ["key", "secret", "password", "passwd", "pwd", "token", "signature", "credential"];

/// Names of secrets, in lower case, that are too short to match as a part of other names.
const NAMES: [&str; 3] = ["sig", "pass", "auth"];

/// `word` up to its first secret, since the rest may belong to it. Of `user:password@host` the host
/// remains.
#[must_use]
pub fn hide_in_word(word: &str) -> String {
    if let Some((at, _)) = word.match_indices('=').find(|(at, _)| names_a_secret(&word[..*at])) {
        return format!("{}{HIDDEN}", &word[..=at]);
    }
    without_user_info(word)
}

/// `word` without the part before the `@` of its host, which may be a password.
fn without_user_info(word: &str) -> String {
    let (scheme, rest) = match word.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), word),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.rfind('@') {
        Some(at) if !scheme.is_empty() || rest[..at].contains(':') => {
            format!("{scheme}{HIDDEN}{}", &rest[at..])
        }
        _ => word.to_owned(),
    }
}

/// `sentence` with each secret left out, up to the quote, blank, `;` or `&` that ends it, and what
/// stands before the `@` of a URL.
#[must_use]
pub fn hide_in_sentence(sentence: &str) -> String {
    let between = |one: char| one.is_whitespace() || "`'\"".contains(one);
    let words: String = sentence.split_inclusive(between).map(without_user_info).collect();
    let mut out = String::with_capacity(words.len());
    let mut rest = &*words;
    while let Some(at) = rest.find('=') {
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        rest = after;
        if names_a_secret(&out[..out.len() - 1]) {
            let ends = |one: char| one.is_whitespace() || "`'\";&,".contains(one);
            let end = rest.find(ends).unwrap_or(rest.len());
            if end > 0 {
                out.push_str(HIDDEN);
            }
            rest = &rest[end..];
        }
    }
    out + rest
}

/// Whether the word that `text` ends with is the name of a secret.
fn names_a_secret(text: &str) -> bool {
    /// The longest name that is looked at; those of clouds have up to 24 characters.
    const LONGEST: usize = 64;
    let is_part = |one: &char| one.is_ascii_alphanumeric() || "_-.".contains(*one);
    let name: Vec<char> = text.chars().rev().take_while(is_part).take(LONGEST).collect();
    let name: String = name.iter().rev().map(char::to_ascii_lowercase).collect();
    NAMES.contains(&name.as_str()) || PARTS.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_shown_up_to_its_secret() {
        for (word, shown) in [
            (
                "HostName=a.azure-devices.net;DeviceId=d;SharedAccessKey=c2V'j;c=",
                "HostName=a.azure-devices.net;DeviceId=d;SharedAccessKey=...",
            ),
            ("AccountName=a;AccountKey=c2Vj==;x", "AccountName=a;AccountKey=..."),
            ("host=a password=c2Vj", "host=a password=..."),
            ("https://a.test/?sv=1&sig=c2Vj", "https://a.test/?sv=1&sig=..."),
            ("mqtts://me:secret@a.test:1/x", "mqtts://...@a.test:1/x"),
            ("me:secret@a.test", "...@a.test"),
            ("a.test:8883", "a.test:8883"),
            ("c=me@home.h", "c=me@home.h"),
            ("SIGNAL=1;design=2", "SIGNAL=1;design=2"),
        ] {
            assert_eq!(hide_in_word(word), shown);
        }
    }

    #[test]
    fn a_sentence_is_shown_without_its_secrets() {
        assert_eq!(
            hide_in_sentence("cannot read `HostName=a;SharedAccessKey=c2Vj+/==`: no file; x=1"),
            "cannot read `HostName=a;SharedAccessKey=...`: no file; x=1"
        );
        assert_eq!(
            hide_in_sentence("cannot read x://a:b@h/c, `a:b@h`"),
            "cannot read x://...@h/c, `...@h`"
        );
        assert_eq!(hide_in_sentence("`sni=` is empty, `key=` too"), "`sni=` is empty, `key=` too");
        let long = "=".repeat(100_000);
        assert_eq!(hide_in_sentence(&long), long);
    }
}
