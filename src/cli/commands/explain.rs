//! `certgrab explain`: what a finding of `certgrab check` means, and what to do about it.

use std::fmt::Write as _;

use crate::{
    check::CODES,
    cli::{
        args::explain::Args,
        failure::{Exit, Failure},
        output,
    },
    text::foreign::Foreign,
};

/// The page of findings, a section a code.
const PAGE: &str = include_str!("../../../docs/findings.md");

/// Prints the section of a code, or all codes with their meanings.
pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let text = match &args.code {
        Some(code) => section(code).map(str::to_owned).ok_or_else(|| {
            let shown = Foreign::text(code).line();
            Failure::new(Exit::Usage, format!("`{shown}` is not the code of a finding"))
                .with_hint(Some("list them with `certgrab explain`".to_owned()))
        })?,
        None => list(),
    };
    output::write(text.as_bytes())?;
    Ok(Exit::Done)
}

/// The section of `code`, its heading included.
fn section(code: &str) -> Option<&'static str> {
    let heading = |section: &&str| section.lines().next() == Some(code);
    PAGE.split("\n## ").skip(1).find(heading)
}

fn list() -> String {
    let width = CODES.iter().map(|(code, _)| code.len()).max().unwrap_or_default();
    let mut out = String::new();
    for (code, meaning) in CODES {
        let _ = writeln!(out, "{code:width$}  {meaning}");
    }
    out
}
