//! The command: reads the arguments, runs the stages, shows the results.
//!
//! Data goes to standard output and everything else to standard error. A message is one line: `certgrab:
//! error: ...`, then `certgrab: hint: ...` if there is an honest one.

mod args;
mod atomic_write;
mod client;
mod command_words;
mod commands;
mod convert;
mod descriptors;
mod export;
mod failure;
mod file_names;
// Entry points for the fuzz targets.
#[cfg(fuzzing)]
pub mod fuzzing;
mod habits;
mod language;
mod loss;
mod manifest;
mod open_to_others;
mod output;
mod own_files;
mod progress;
mod projects;
mod proof;
mod readers;
mod refused;
mod regenerate;
mod replace;
mod report;
mod report_page;
mod request;
mod room;
mod roots;
mod shares;
mod stack_table;
mod stream;
mod style;
mod timeline;
mod typed;
mod usage;
mod warn;
mod within;
mod workers;

use std::{
    panic,
    process::{self, ExitCode},
};

use crate::text::foreign::Foreign;
use clap::{CommandFactory as _, Parser as _};

use self::{
    args::{Args, Command, deferred::Deferred},
    failure::{Exit, Failure},
};

/// Runs the command with the arguments of the process; the code to exit with.
pub fn run() -> ExitCode {
    report_panics();
    let exit = match Args::try_parse_from(typed::words()) {
        Ok(args) => dispatch(args),
        Err(error) => {
            language::choose(language::typed(std::env::args_os()));
            usage::usage(&usage::with_help(error))
        }
    };
    ExitCode::from(exit.code())
}

/// From here on a panic on any thread is reported as an internal error and ends the process, before
/// it would unwind or abort.
fn report_panics() {
    panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let text = text.unwrap_or("no reason given");
        let failure = internal_error(text, panic.location());
        output::complain(&failure);
        process::exit(failure.exit.code().into());
    }));
}

/// The failure that reports a panic.
fn internal_error(text: &str, place: Option<&panic::Location<'_>>) -> Failure {
    let place = place.map_or_else(String::new, |place| {
        format!(" at {}:{}", Foreign::text(place.file()).line(), place.line())
    });
    let text = Foreign::text(text).line();
    Failure::new(Exit::Fault, format!("internal error{place}: {text}"))
        .with_hint(where_to_report(REPOSITORY))
}

/// The URL of the published repository, from Cargo.toml; empty in unpublished builds.
pub(crate) const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The hint for a panic; none in a build without the URL of its repository.
fn where_to_report(repository: &str) -> Option<String> {
    (!repository.is_empty())
        .then(|| format!("report it at {repository}/issues, with the command line"))
}

fn dispatch(mut args: Args) -> Exit {
    style::choose(args.display.color);
    language::choose(args.display.lang);
    let outcome = request::read_templates(&mut args.job).and_then(|()| match &args.command {
        Some(Command::Demo) => commands::demo::run(&args.display),
        Some(Command::Verify(Deferred(verify))) => commands::verify::run(verify, &args.display),
        Some(Command::Convert(Deferred(convert))) => commands::convert::run(convert, &args.display),
        Some(Command::Formats(Deferred(list))) => commands::formats::run(list),
        Some(Command::Check(Deferred(check))) => commands::check::run(check, &args.display),
        Some(Command::Explain(Deferred(explain))) => commands::explain::run(explain),
        Some(Command::Sync(Deferred(sync))) => commands::sync::run(sync, &args.display),
        Some(Command::New(Deferred(new))) => commands::new::run(new, &args.display),
        Some(Command::Integrate(Deferred(integrate))) => {
            commands::integrate::run(integrate, &args.display)
        }
        Some(Command::Lab(Deferred(lab))) => commands::lab::run(lab, &args.display),
        Some(Command::Completions(Deferred(shell))) => commands::completions::completions(shell),
        Some(Command::Page) => commands::page::run(),
        Some(Command::Man) => commands::completions::man(),
        None => refuse_file_name(&args.job)
            .and_then(|()| refuse_misplaced_command(&args.job))
            .and_then(|()| refuse_verb(&args.job))
            .and_then(|()| match args.job.reaching.follow {
                true => commands::follow::run(&args.job, &args.display),
                false => commands::targets::run(&args.job, &args.display),
            }),
    });
    outcome.unwrap_or_else(|failure| {
        output::complain(&failure);
        failure.exit
    })
}

/// Refuses a target that has the name of a file.
fn refuse_file_name(job: &args::Request) -> Result<(), Failure> {
    args::request::refuse_file_name(job).map_err(|(name, args::Invalid { why, hint })| {
        let typed = usage::typed();
        let vocabulary = usage::vocabulary();
        if let Some((message, hint)) = vocabulary.misspelt(&typed) {
            return Failure::usage(message, hint);
        }
        let hint = habits::target(&name, usage::before(&name), &vocabulary).or(hint);
        let message = format!("invalid value '{name}' for '[TARGET]...': {why}");
        Failure::new(Exit::Usage, message).with_hint(hint)
    })
}

/// Refuses a verb or a misspelt subcommand in front of the target, and an option without its dashes.
fn refuse_verb(job: &args::Request) -> Result<(), Failure> {
    // A word alone is looked up first.
    let among_several = || {
        let vocabulary = (job.targets.len() > 1).then(usage::vocabulary)?;
        let misspelt = vocabulary.misspelt(&usage::typed());
        misspelt.or_else(|| vocabulary.option_among(&job.targets))
    };
    let mistake = habits::verb(&job.targets).or_else(among_several);
    mistake.map_or(Ok(()), |(message, hint)| Err(Failure::usage(message, hint)))
}

/// A subcommand after an option parses as a host; refuses a target with the name of a subcommand.
fn refuse_misplaced_command(job: &args::Request) -> Result<(), Failure> {
    let Some(first) = job.targets.first() else { return Ok(()) };
    let scheme = first.scheme();
    // Checked first: building the commands costs more than parsing all arguments.
    let may_be_command = !scheme.is_given
        && first.port() == scheme.port
        && first.host().bytes().all(|byte| byte.is_ascii_lowercase());
    if !may_be_command {
        return Ok(());
    }
    let commands = Args::command();
    let typed = commands.get_subcommands().map(clap::Command::get_name);
    match typed.into_iter().find(|name| *name == first.host()) {
        None => Ok(()),
        Some(name)
            if usage::typed().first().is_some_and(|first| first.eq_ignore_ascii_case(name)) =>
        {
            let typed = usage::typed().swap_remove(0);
            let message = format!("unknown subcommand `{typed}`");
            let hint = format!("write it in small letters: `certgrab {name}`");
            Err(Failure::usage(message, hint))
        }
        Some(name) => Err(Failure::usage(
            format!("put the subcommand `{name}` first"),
            format!("run `certgrab {name} ...`, with its options after it"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_internal_error_and_its_text_is_escaped() {
        let here = panic::Location::caller();
        let failure = internal_error("index out of \x1b[31mbounds", Some(here));
        assert_eq!(failure.exit.code(), 70);
        let wanted = format!(
            "internal error at src/cli/mod.rs:{}: index out of \\u{{1b}}[31mbounds",
            here.line()
        );
        assert_eq!(failure.message, wanted);
    }

    #[test]
    fn a_panic_names_an_issue_tracker_only_if_the_build_has_one() {
        assert_eq!(where_to_report(""), None);
        assert_eq!(
            where_to_report("https://forge.example/owner/certgrab").as_deref(),
            Some("report it at https://forge.example/owner/certgrab/issues, with the command line")
        );
    }

    /// Set in the process that should panic.
    const PANICS: &str = "CERTGRAB_TEST_PANICS";

    #[test]
    fn a_panic_on_any_thread_exits_with_70_and_one_escaped_line() {
        if let Ok(thread) = std::env::var(PANICS) {
            report_panics();
            let fall = || panic!("no \x1b[31mbounds\ncertgrab: all is well");
            match thread.as_str() {
                "main" => fall(),
                _ => std::thread::spawn(fall).join().expect("the process is over"),
            }
        }
        let name = "cli::tests::a_panic_on_any_thread_exits_with_70_and_one_escaped_line";
        for thread in ["main", "another"] {
            let this = std::env::current_exe().expect("the tests");
            let output = process::Command::new(this)
                .args(["--exact", name, "--nocapture"])
                .env(PANICS, thread)
                .output()
                .expect("the tests again");
            assert_eq!(output.status.code(), Some(70), "{thread}");
            let said = String::from_utf8(output.stderr).expect("UTF-8");
            let mut lines = said.lines();
            let error = lines.next().unwrap_or_default();
            assert!(
                error.starts_with("certgrab: error: internal error at src/cli/mod.rs:")
                    && error.ends_with(": no \\u{1b}[31mbounds\\u{a}certgrab: all is well"),
                "{said}"
            );
            let hint = where_to_report(REPOSITORY).map(|hint| format!("certgrab: hint: {hint}"));
            assert_eq!(lines.map(str::to_owned).collect::<Vec<_>>(), Vec::from_iter(hint));
        }
    }
}
