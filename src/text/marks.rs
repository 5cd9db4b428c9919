//! Words that tools obey anywhere in a line.
//!
//! In: the text before a character, and the character. Out: whether the character completes a word that
//! a PEM parser, the log of a CI service, an editor or a linter obeys. In untrusted text the character
//! is then replaced by its number.

/// The beginning of a PEM boundary; some readers look for it anywhere in a line.
const DASHES: &str = "-----";

/// The beginnings of CI log commands: `##[` of GitHub Actions and Azure Pipelines, `##vso[` of Azure
/// Pipelines, `##teamcity[` of TeamCity.
const LOG_COMMANDS: [&str; 3] = ["##", "##vso", "##teamcity"];

/// Whether `character` after `before` begins the word of a PEM boundary, BEGIN or END (RFC 7468
/// section 3), or completes the mark of a log command. Dashes alone are not a boundary: host names
/// may have five in a row.
pub(crate) fn opens(before: &str, character: char) -> bool {
    match character {
        'B' | 'E' => before.ends_with(DASHES),
        '[' => LOG_COMMANDS.iter().any(|mark| before.ends_with(mark)),
        _ => false,
    }
}

/// Whether `text` contains nothing that [`opens`].
pub(crate) fn is_inert(text: &str) -> bool {
    !text.char_indices().any(|(at, character)| opens(&text[..at], character))
}

/// Words that editors, linters, formatters and coverage tools obey anywhere in a comment, ignoring case.
/// A common word only counts with the character that makes it a directive.
const DIRECTIVES: [&str; 58] = [
    // `certgrab check` itself.
    "certgrab: allow",
    // Emacs: variables on the first line, and on the last lines.
    "-*-",
    "local variables:",
    // Tools that read licences.
    "spdx-license-identifier:",
    // Python: linters, type checkers, formatters, coverage.
    "noqa",
    "nosec",
    "pylint",
    "flake8",
    "ruff:",
    "mypy:",
    "pyright:",
    "pyre-",
    "pytype:",
    "type:",
    "fmt:",
    "isort",
    "yapf",
    "autopep8",
    "pragma",
    "no cover",
    "no branch",
    "doctest:",
    // C and C++: linters, formatters, coverage.
    "nolint",
    "clang-format",
    "cppcheck",
    "coverity",
    "iwyu",
    "gcov_excl",
    "gcovr_excl",
    "lcov_excl",
    "indent-off",
    "polyspace",
    // Go, Rust, shell, YAML.
    "lint:",
    "go:",
    "rustfmt",
    "shellcheck",
    "yamllint",
    "yaml-language-server",
    // JavaScript and TypeScript.
    "eslint",
    "tslint",
    "jshint",
    "prettier",
    "biome-ignore",
    "@ts-",
    // Scanners of any language.
    "nosonar",
    "nosemgrep",
    "noinspection",
    "lgtm",
    "codeql",
    "cspell",
    "spell-checker",
    "codespell:",
    "gitleaks:",
    "trufflehog:",
    "checkov:",
    "checkstyle:",
    "dprint-ignore",
    "ktlint",
];

/// Whether `character` after `before` completes a directive for an editor, a linter or a similar
/// tool.
pub(crate) fn directs(before: &str, character: char) -> bool {
    let ends = |mark: &[u8]| {
        let start = before.len().checked_sub(mark.len());
        start.is_some_and(|start| before.as_bytes()[start..].eq_ignore_ascii_case(mark))
    };
    let number = u32::from(character.to_ascii_lowercase());
    // All marks are ASCII, and few end with this character.
    let completes = |mark: &str| match mark.as_bytes() {
        [start @ .., last] => u32::from(*last) == number && ends(start),
        [] => false,
    };
    DIRECTIVES.iter().any(|mark| completes(mark))
        || (character == ':' && before.rsplit(char::is_whitespace).next().is_some_and(is_vim))
}

/// Whether a colon after `word`, which begins a line or follows a blank, makes a modeline of
/// Vim: `ex:`, `vi:`, `vim:`, `Vim:`, `vim<900:` (`:help modeline`).
fn is_vim(word: &str) -> bool {
    if matches!(word, "ex" | "vi") {
        return true;
    }
    let Some(version) = word.strip_prefix("vim").or_else(|| word.strip_prefix("Vim")) else {
        return false;
    };
    let digits = version.strip_prefix(['<', '=', '>']).unwrap_or(version);
    digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vim_modeline_is_recognised_by_its_word() {
        for word in ["ex", "vi", "vim", "Vim", "vim900", "vim<900", "a b vim=7", "x\tvi"] {
            assert!(directs(word, ':'), "{word}");
        }
        for word in ["evi", "CN=vi", "vimx", "vi m", "host", "vim-", ""] {
            assert!(!directs(word, ':'), "{word}");
        }
    }

    #[test]
    fn a_directive_is_recognised_in_any_case_and_after_any_text() {
        for (before, character) in
            [("-*", '-'), ("é Local VARIABLES", ':'), ("NOLIN", 'T'), ("nolin", 't')]
        {
            assert!(directs(before, character), "{before}{character}");
        }
        assert!(!directs("ocal variables", ':'));
        assert!(!directs("é", ':'));
    }
}
