//! The language of texts for people: English, or Chinese where the user or the locale says so.
//!
//! Codes, names of options, JSON and generated sources are English in both.

use clap::ValueEnum;

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    En,
    Zh,
}

/// The variables of the locale, by precedence (POSIX.1-2017, base definitions, section 8.2).
const LOCALE: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

impl Language {
    /// The language of the locale.
    pub(crate) fn of_the_locale() -> Self {
        Self::of(|name| std::env::var(name).ok())
    }

    /// The language of the first variable that has a value.
    fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let locale = LOCALE.iter().filter_map(|name| variable(name)).find(|text| !text.is_empty());
        let language = locale.as_deref().and_then(|text| text.split(['_', '-', '.', '@']).next());
        if language == Some("zh") { Self::Zh } else { Self::En }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_with_a_value_says_the_language() {
        let of = |set: &[(&str, &str)]| {
            Language::of(|name| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, text)| (*text).to_owned())
            })
        };
        assert_eq!(of(&[]), Language::En);
        for locale in ["zh", "zh_CN.UTF-8", "zh-Hans", "zh_TW"] {
            assert_eq!(of(&[("LANG", locale)]), Language::Zh, "{locale}");
        }
        for locale in ["C", "C.UTF-8", "zhu_CN", "de_DE", ""] {
            assert_eq!(of(&[("LANG", locale)]), Language::En, "{locale}");
        }
        assert_eq!(of(&[("LC_ALL", "C"), ("LANG", "zh_CN")]), Language::En);
        assert_eq!(of(&[("LC_ALL", ""), ("LC_MESSAGES", "zh_CN")]), Language::Zh);
    }
}
