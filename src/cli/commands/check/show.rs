//! Writes the result of a check.

use std::fmt::Write as _;

use super::Scope;
use crate::{
    check::{FileReport, Finding, Severity, output as written},
    cli::{
        args::check::{Args, Form},
        failure::Failure,
        language::{lines_in_language, page_in_language},
        loss::Content,
        output,
        style::Display,
    },
    text::count::counted,
};

/// Writes the requested reports, and says what the result means.
pub(super) fn show(
    files: &[FileReport],
    scope: &Scope,
    args: &Args,
    display: &Display,
) -> Result<(), Failure> {
    let render = |form: Form| match form {
        Form::Text if args.by_certificate => lines_in_language(&written::by_certificate(files)),
        Form::Text => files.iter().map(|file| lines_in_language(&written::text(file))).collect(),
        Form::Json => written::json(files),
        Form::Sarif => written::sarif(files),
        Form::Junit => written::junit(files),
        Form::Github => written::github(files),
        Form::Prometheus => written::prometheus(files, scope.at),
        Form::Cyclonedx => written::cyclonedx(files),
        Form::Html => page_in_language(written::html(files, scope.at)),
    };
    for report in &args.reports.report {
        match &report.path {
            None => output::write(render(report.form).as_bytes())?,
            Some(path) => {
                output::replace(&output::File::new(path, render(report.form), Content::Report))?;
            }
        }
    }
    if args.reports.json {
        output::write(render(Form::Json).as_bytes())?;
    }
    if args.reports.streamed() == 0 {
        output::write(render(Form::Text).as_bytes())?;
    }
    if !display.quiet {
        output::say(summary(files, scope));
        if let Some(line) = next_step(files) {
            output::say(line);
        }
    }
    Ok(())
}

fn count(files: &[FileReport], severity: Severity) -> usize {
    let findings = files.iter().flat_map(FileReport::findings);
    findings.filter(|finding| finding.severity == severity).count()
}

/// The number of files, and of findings in them.
fn summary(files: &[FileReport], scope: &Scope) -> String {
    let looked_at = counted(scope.looked_at, "file");
    let what = match files.len() {
        held if held == scope.looked_at => format!("{looked_at} checked"),
        held => format!("{looked_at} read, {held} checked"),
    };
    let mut out = format!(
        "{what}: {}, {}, {}",
        counted(count(files, Severity::Error), "error"),
        counted(count(files, Severity::Warning), "warning"),
        counted(count(files, Severity::Note), "note"),
    );
    let allowed: usize = files.iter().map(|file| file.allowed).sum();
    for (number, what) in [
        (allowed, "allowed by comments"),
        (scope.in_baseline, "in the baseline"),
        (scope.too_large, "too large to read"),
    ] {
        if number > 0 {
            let _ = write!(out, ", {number} {what}");
        }
    }
    out
}

/// What the result means, and what to do first; nothing if no action is needed.
fn next_step(files: &[FileReport]) -> Option<String> {
    let worst = files.iter().filter_map(FileReport::worst).max()?;
    let means = match worst {
        Severity::Error => "devices with these files do not connect, or do not verify the server",
        Severity::Warning => "this works today; plan the change",
        Severity::Note => return None,
    };
    let all = files.iter().flat_map(|file| file.findings().iter().map(move |one| (file, one)));
    let mut of_worst = all.filter(|(_, finding)| finding.severity == worst);
    let (file, first): (&FileReport, &Finding) = of_worst.next()?;
    if first.code == "no-certificate" {
        return Some("nothing was checked; name a file or a folder with a certificate".to_owned());
    }
    let place = format!("{}{}", written::shown(&file.file), first.place);
    let explain = format!("`certgrab explain {}`", first.code);
    Some(format!("{means}; start with {place} [{}], see {explain}", first.code))
}
