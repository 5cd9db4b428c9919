//! The language of texts for people: English, or Chinese if the user or the locale says so.
//!
//! Codes, option names, JSON and generated sources are English in both. A text is made in English and
//! translated by [`sentences`] when it is printed, an HTML report by [`page`] when it is written; what
//! is not in the table stays English.

mod help;
mod page;
mod sentences;

use std::{ffi::OsString, sync::OnceLock};

use clap::ValueEnum;

use crate::text::checksum;

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    En,
    Zh,
}

/// The variables of the locale, by precedence (POSIX.1-2017, base definitions, section 8.2).
const LOCALE: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// The language of this run.
static CHOSEN: OnceLock<Language> = OnceLock::new();

/// Applies `--lang`; without it the locale decides the language.
pub(crate) fn choose(language: Option<Language>) {
    let _ = CHOSEN.set(language.unwrap_or_else(Language::of_the_locale));
}

/// The language that `--lang` names, found before the command line is parsed.
pub(crate) fn typed(words: impl Iterator<Item = OsString>) -> Option<Language> {
    let words: Vec<_> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    let named = words.iter().enumerate().find_map(|(at, word)| match word.as_str() {
        "--lang" => words.get(at + 1).map(String::as_str),
        word => word.strip_prefix("--lang="),
    });
    named.and_then(|name| Language::from_str(name, false).ok())
}

/// The language of this run; before it is chosen, that of the locale.
pub(crate) fn chosen() -> Language {
    CHOSEN.get().copied().unwrap_or_else(Language::of_the_locale)
}

/// A sentence or a label in the language of this run.
pub(crate) fn in_language(text: &str) -> String {
    match chosen() {
        Language::En => text.to_owned(),
        Language::Zh => sentences::chinese(text),
    }
}

/// Each line of a text in the language of this run, with its margin and its last line break.
pub(crate) fn lines_in_language(text: &str) -> String {
    match chosen() {
        Language::En => text.to_owned(),
        Language::Zh => text.split_inclusive('\n').map(sentences::of_line).collect(),
    }
}

/// A text in the language of this run, a paragraph at once or line by line; the columns of its lines
/// stay aligned.
pub(crate) fn columns_in_language(text: &str) -> String {
    match chosen() {
        Language::En => text.to_owned(),
        Language::Zh => help::of_text(text),
    }
}

/// A report in HTML in the language of this run.
pub(crate) fn page_in_language(page: String) -> String {
    match chosen() {
        Language::En => page,
        Language::Zh => checksum::sealed_again(page::chinese(&page)),
    }
}

/// The command line with its help in the language of this run.
pub(crate) fn command_in_language(mut command: clap::Command) -> clap::Command {
    if chosen() == Language::En {
        return command;
    }
    // Subcommands have their arguments from here on.
    command.build();
    help::chinese(command)
}

/// A help of [`command_in_language`], as clap lays it out.
pub(crate) fn help_in_language(text: String) -> String {
    match chosen() {
        Language::En => text,
        Language::Zh => help::laid_out(&text),
    }
}

/// Whether the locale has the encoding UTF-8; without a locale it is assumed.
pub(super) fn encodes_utf_8(variable: impl Fn(&str) -> Option<String>) -> bool {
    // The first variable with a value decides the encoding (POSIX.1-2017, base definitions, section
    // 8.2).
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"];
    let locale = locale.iter().filter_map(|name| variable(name)).find(|text| !text.is_empty());
    locale.is_none_or(|text| {
        let text = text.to_ascii_lowercase();
        text.contains("utf-8") || text.contains("utf8")
    })
}

impl Language {
    /// The language of the locale. Chinese needs UTF-8.
    fn of_the_locale() -> Self {
        let variable = |name: &str| std::env::var(name).ok();
        match Self::of(variable) {
            Self::Zh if encodes_utf_8(variable) => Self::Zh,
            _ => Self::En,
        }
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
    fn the_first_set_variable_chooses_the_language() {
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
