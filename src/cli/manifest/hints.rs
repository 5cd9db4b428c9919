//! Hints in the words of a manifest.
//!
//! In: a hint that names options. Out: the same with the manifest's keys for these options.

use crate::cli::{failure::Failure, language::in_language, output};

/// How a key takes its value.
#[derive(Clone, Copy)]
enum Value {
    Text,
    Number,
    Switch,
    /// As the scheme of `host`.
    Scheme,
}

/// The options with manifest keys of the same names, and `--starttls`.
const OPTIONS: [(&str, Value); 16] = [
    ("--roots", Value::Text),
    ("--trust-sha256", Value::Text),
    ("--connect", Value::Text),
    ("--sni", Value::Text),
    ("--alpn", Value::Text),
    ("--as", Value::Text),
    ("--handshake", Value::Text),
    ("--client-cert", Value::Text),
    ("--client-key", Value::Text),
    ("--lifetime", Value::Text),
    ("--timeout", Value::Number),
    ("--rate", Value::Number),
    ("--backup", Value::Switch),
    ("--siblings", Value::Switch),
    ("--no-aia", Value::Switch),
    ("--starttls", Value::Scheme),
];

/// Prints the error of a target of a manifest, and its hint with keys, on standard error.
pub(crate) fn complain_of_target(failure: &Failure) {
    output::complain_with(failure, with_keys);
}

/// `hint`, in any language, with keys instead of options.
fn with_keys(hint: &str) -> String {
    let mut has_keys = false;
    let parts = hint.split('`').enumerate().map(|(index, part)| match keys(part) {
        Some(keys) if index % 2 == 1 => {
            has_keys = true;
            keys
        }
        _ => part.to_owned(),
    });
    let text = parts.collect::<Vec<_>>().join("`");
    match has_keys {
        true => format!("{}{}", in_language("in the manifest: "), text.replace("pass `", "set `")),
        false => text,
    }
}

/// The keys for `options`, which are between backquotes; `None` if one of them has no key.
fn keys(options: &str) -> Option<String> {
    let mut words = options.split(' ').peekable();
    let mut keys = Vec::new();
    while let Some(option) = words.next() {
        let (_, kind) = OPTIONS.iter().find(|(known, _)| *known == option)?;
        let key = option.trim_start_matches('-');
        let value = words.next_if(|word| !word.starts_with('-'));
        keys.push(match (kind, value) {
            (Value::Switch, _) => format!("{key} = true"),
            (Value::Scheme, Some(scheme)) => format!("host = \"{scheme}://HOST:PORT\""),
            (Value::Number, Some(value)) => format!("{key} = {value}"),
            (_, Some(value)) => format!("{key} = \"{value}\""),
            (_, None) => key.to_owned(),
        });
    }
    Some(keys.join("`, `"))
}

#[cfg(test)]
mod tests {
    use super::with_keys;

    #[test]
    fn hints_name_keys_in_place_of_options() {
        for (hint, wanted) in [
            ("pass `--trust-sha256 ab`", "in the manifest: set `trust-sha256 = \"ab\"`"),
            (
                "pass it with `--roots FILE`; if not, wait",
                "in the manifest: pass it with `roots = \"FILE\"`; if not, wait",
            ),
            ("pass `--starttls smtp`", "in the manifest: set `host = \"smtp://HOST:PORT\"`"),
            (
                "pass `--client-cert FILE --client-key FILE`",
                "in the manifest: set `client-cert = \"FILE\"`, `client-key = \"FILE\"`",
            ),
            (
                "pass the address with `--connect`",
                "in the manifest: pass the address with `connect`",
            ),
            ("connect directly with `--proxy none`", "connect directly with `--proxy none`"),
            ("run `certgrab sync --roots FILE`", "run `certgrab sync --roots FILE`"),
        ] {
            assert_eq!(with_keys(hint), wanted);
        }
    }
}
