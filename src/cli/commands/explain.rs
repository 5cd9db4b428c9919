//! `certgrab explain`: what a finding of `certgrab check` means, and what to do about it.

use crate::{
    check::CODES,
    cli::{
        args::explain::Args,
        failure::{Exit, Failure},
        language::{self, Language},
        output, style,
    },
    text::{foreign::Foreign, near},
};

/// The page of findings, a section for each code.
const fn page(language: Language) -> &'static str {
    match language {
        Language::En => include_str!("../../../docs/findings.md"),
        Language::Zh => include_str!("../../../docs/findings.zh-CN.md"),
    }
}

/// Prints the section of a code, or all codes with their meanings.
pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let language = language::chosen();
    let text = match &args.code {
        Some(code) => section(language, code).map(in_lines).ok_or_else(|| {
            let shown = Foreign::text(code).line();
            let hint = near::question(code, CODES.iter().map(|(code, _)| *code));
            let hint = hint.unwrap_or_else(|| "list them with `certgrab explain`".to_owned());
            Failure::usage(format!("`{shown}` is not the code of a finding"), hint)
        })?,
        None => list(language),
    };
    output::write(text.as_bytes())?;
    Ok(Exit::Done)
}

/// The section of `code`, its heading included.
fn section(language: Language, code: &str) -> Option<&'static str> {
    let heading = |section: &&str| section.lines().next() == Some(code);
    page(language).split("\n## ").skip(1).find(heading)
}

/// A section in lines of the terminal.
fn in_lines(section: &str) -> String {
    section.lines().map(|line| style::wrapped("", "", line, style::columns())).collect()
}

fn list(language: Language) -> String {
    let width = CODES.iter().map(|(code, _)| code.len()).max().unwrap_or_default();
    let mut out = String::new();
    for (code, english) in CODES {
        let meaning = match language {
            Language::En => english,
            Language::Zh => {
                section(language, code).and_then(|text| text.lines().nth(2)).unwrap_or(english)
            }
        };
        let below = " ".repeat(width + 2);
        out += &style::wrapped(&format!("{code:width$}  "), &below, meaning, style::columns());
    }
    out
}
