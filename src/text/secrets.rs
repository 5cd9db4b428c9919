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

/// `word` up to its first secret: what follows may belong to the secret. Of `user:password@host` the
/// host is kept, of a URL the part before its query, of several words the first.
#[must_use]
pub fn hide_in_word(word: &str) -> String {
    let word = &*without_tokens(word);
    if let Some((at, _)) = word.match_indices('=').find(|(at, _)| names_a_secret(&word[..*at])) {
        let word = format!("{}{HIDDEN}", &word[..=at]);
        return without_query(without_user_info(&word));
    }
    let word = without_query(without_user_info(word));
    let word = without_what_is_no_port(&word);
    match word.split_once(char::is_whitespace) {
        Some((first, rest)) if may_be_secret(first, rest) => format!("{first} {HIDDEN}"),
        _ => word,
    }
}

/// `word` without the query of a URL: cloud tokens may be there under any name.
fn without_query(word: String) -> String {
    match word.split_once('?') {
        Some((before, query)) if !query.is_empty() => format!("{before}?{HIDDEN}"),
        _ => word,
    }
}

/// Whether the words after the first one may hold a secret: options of another command, such as `-P
/// password`, or the value of an `Authorization` header.
fn may_be_secret(first: &str, rest: &str) -> bool {
    let is_scheme = ["bearer", "basic", "digest"].contains(&first.to_ascii_lowercase().as_str());
    is_scheme || rest.split_whitespace().any(|one| one.starts_with('-'))
}

/// The scheme of a URL with its slashes, or those of one without a scheme, and the rest.
fn split_scheme(word: &str) -> (&str, &str) {
    let end = word.find("//").map_or(0, |at| at + 2);
    let is_scheme = end == 2 || end > 0 && word[..end].ends_with("://");
    word.split_at(if is_scheme { end } else { 0 })
}

/// `word` up to where its port is no longer a number: `host:user:password`, `mqtts://host:password`. An
/// IPv6 address stays.
fn without_what_is_no_port(word: &str) -> String {
    /// The longest service name that is kept, since people write one instead of a port.
    const MOST: usize = 5;
    let (scheme, rest) = split_scheme(word);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, after) = rest.split_at(end);
    let is_of_address = |one: char| one.is_ascii_hexdigit() || ":.%[]".contains(one);
    let is_address = authority.starts_with('[') || authority.chars().all(is_of_address);
    let Some((host, port)) = authority.split_once(':').filter(|_| !is_address) else {
        return word.to_owned();
    };
    let is_name = port.len() <= MOST && port.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_shown = is_name && scheme.is_empty() && port.bytes().any(|byte| byte.is_ascii_digit());
    let sign = port.strip_prefix(['+', '-']).unwrap_or(port);
    if is_shown || sign.bytes().all(|byte| byte.is_ascii_digit()) {
        return word.to_owned();
    }
    let digits = port.bytes().take_while(u8::is_ascii_digit).count();
    let hidden = match port[digits..].chars().next() {
        Some(blank) if blank.is_whitespace() => format!(" {HIDDEN}"),
        _ => HIDDEN.to_owned(),
    };
    format!("{scheme}{host}:{}{hidden}{after}", &port[..digits])
}

/// `word` without the part before the `@` of its host: it may be a password. Both that sign and the
/// colon may be percent-encoded.
fn without_user_info(word: &str) -> String {
    let (scheme, rest) = split_scheme(word);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let encoded = authority.to_ascii_lowercase();
    let at = authority.rfind('@').max(encoded.rfind("%40"));
    match at {
        Some(at)
            if !scheme.is_empty() || rest[..at].contains(':') || encoded[..at].contains("%3a") =>
        {
            format!("{scheme}{HIDDEN}{}", &rest[at..])
        }
        _ => word.to_owned(),
    }
}

/// `sentence` without its secrets, up to the quote, blank, `;` or `&` that ends each, and without the
/// part before the `@` of a URL.
#[must_use]
pub fn hide_in_sentence(sentence: &str) -> String {
    let between = |one: char| one.is_whitespace() || "`'\"".contains(one);
    let sentence = without_tokens(sentence);
    let words: String = sentence.split_inclusive(between).map(without_user_info).collect();
    let mut out = String::with_capacity(words.len());
    let mut rest = &*words;
    while let Some(at) = rest.find('=') {
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        rest = after;
        if names_a_secret(&out[..out.len() - 1]) {
            let ends = |one: char| one.is_whitespace() || "`'\";&,".contains(one);
            let mut end = rest.find(ends).unwrap_or(rest.len());
            // What follows is an explanation.
            if rest[..end].ends_with(':') && rest[end..].starts_with(' ') {
                end -= 1;
            }
            if end > 0 {
                out.push_str(HIDDEN);
            }
            rest = &rest[end..];
        }
    }
    out + rest
}

/// `text` without words that look like a token or a key: with a prefix that services use, as Base64 with
/// its padding, or as a long row of lower-case and upper-case letters and digits. Fingerprints, which
/// are hexadecimal, stay, and so do paths, whose parts are shorter.
fn without_tokens(text: &str) -> String {
    let is_part = |one: char| one.is_ascii_alphanumeric() || "+=_-.".contains(one);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (between, from) = rest.split_at(start);
        let (row, after) = from.split_at(from.find(|one| !is_part(one)).unwrap_or(from.len()));
        out.push_str(between);
        // The name before `=` stays.
        let value = row.trim_end_matches('=').rfind('=').map_or(0, |at| at + 1);
        let (name, value) = row.split_at(value);
        out.push_str(name);
        out.push_str(if is_token(value) { HIDDEN } else { value });
        rest = after;
    }
    out + rest
}

/// The beginnings of tokens of services: GitHub, GitLab, Slack, npm, PyPI, Stripe, AWS, Google, and JSON
/// Web Tokens (RFC 7519), whose header is a JSON object in Base64.
const BEGINNINGS: &str = "ghp_,gho_,ghu_,ghs_,ghr_,github_pat_,glpat-,xoxa-,xoxb-,xoxp-,xoxr-,xoxs-,\
     npm_,pypi-,sk_live_,sk_test_,rk_live_,AKIA,ASIA,AIza,eyJ";

/// Whether `word` looks like a token or a key.
fn is_token(word: &str) -> bool {
    /// The fewest characters of a token with one of [`BEGINNINGS`], and of a key in Base64: 128 bits
    /// have 24 with their padding.
    const FEWEST: usize = 16;
    /// The fewest characters of a token that only looks random: 24 bytes in Base64.
    const FEWEST_AT_RANDOM: usize = 32;
    let bytes = word.as_bytes();
    let has = |of: fn(&u8) -> bool| bytes.iter().any(of);
    let is_known = BEGINNINGS.split(',').any(|known| word.starts_with(known));
    // Base64 ends with one or two of them (RFC 4648 section 4).
    let padding = bytes.len() - word.trim_end_matches('=').len();
    let is_padded = (1..=2).contains(&padding)
        && !word.contains(['.', '-', '_'])
        && bytes.len().is_multiple_of(4);
    let is_mixed = has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && !word.contains('.')
        && !bytes.iter().all(u8::is_ascii_hexdigit);
    bytes.len() >= FEWEST && (is_known || is_padded) || bytes.len() >= FEWEST_AT_RANDOM && is_mixed
}

/// Whether the last word of `text` is the name of a secret.
fn names_a_secret(text: &str) -> bool {
    /// The longest name that is examined; those of clouds have up to 24 characters.
    const LONGEST: usize = 64;
    let is_part = |one: &char| one.is_ascii_alphanumeric() || "_-.".contains(*one);
    let name: Vec<char> = text.chars().rev().take_while(is_part).take(LONGEST).collect();
    let name: String = name.iter().rev().map(char::to_ascii_lowercase).collect();
    let last = name.rsplit(['-', '_', '.']).next().unwrap_or_default();
    NAMES.contains(&last) || PARTS.iter().any(|part| name.contains(part))
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
            ("https://a.test/?sv=1&sig=c2Vj", "https://a.test/?..."),
            ("wss://h.test/mqtt?x-amz-sig=c2Vj", "wss://h.test/mqtt?..."),
            ("//me:c2Vj@a.test", "//...@a.test"),
            ("me%3Ac2Vj%40a.test", "...%40a.test"),
            ("mqtts://a.test:c2Vj", "mqtts://a.test:..."),
            ("a.test:me:c2Vj", "a.test:..."),
            ("a.test:8883 -u me -P c2Vj", "a.test:8883 ..."),
            ("Bearer c2Vj", "Bearer ..."),
            ("a b", "a b"),
            ("2001:db8::1", "2001:db8::1"),
            ("a.test:88x3", "a.test:88x3"),
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
        assert_eq!(
            hide_in_sentence("cannot read key=abc: no file"),
            "cannot read key=...: no file"
        );
        let long = "=".repeat(100_000);
        assert_eq!(hide_in_sentence(&long), long);
    }

    #[test]
    fn text_that_looks_like_a_token_is_never_shown() {
        for secret in [
            "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "AKIAIOSFODNN7EXAMPLE",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N",
            "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MTI=",
            "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MTI",
        ] {
            assert_eq!(hide_in_word(secret), "...");
            assert_eq!(
                hide_in_sentence(&format!("cannot read {secret}: no")),
                "cannot read ...: no"
            );
            assert_eq!(hide_in_sentence(&format!("x=`{secret}`")), "x=`...`");
        }
        for plain in [
            "61a1c2e0f5b0c3d4e5f60718293a4b5c6d7e8f9061a1c2e0f5b0c3d4e5f60718".to_owned(),
            "/home/Me2/Projects/Firmware2026/Certificates/Production/root.pem".to_owned(),
            "M1_TUYACN_COM_8883_ROOT_CERTIFICATE_2026".to_owned(),
            "ISRG_Root_X1_and_X2_of_2026_for_the_plant.pem".to_owned(),
            "a-very-long-name-of-a-host-in-the-plant-2.example.com".to_owned(),
            "=".repeat(100),
        ] {
            assert_eq!(hide_in_sentence(&plain), plain);
        }
    }
}
