//! `certgrab explain`: what a finding of `certgrab check` means, and what to do about it.

use std::fmt::Write as _;

use crate::{
    check::CODES,
    cli::{
        args::explain::Args,
        failure::{Exit, Failure},
        language::{self, Language},
        output,
    },
    text::foreign::Foreign,
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
        Some(code) => section(language, code).map(str::to_owned).ok_or_else(|| {
            let shown = Foreign::text(code).line();
            Failure::new(Exit::Usage, format!("`{shown}` is not the code of a finding"))
                .with_hint(Some("list them with `certgrab explain`".to_owned()))
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
        let _ = writeln!(out, "{code:width$}  {meaning}");
    }
    out
}
