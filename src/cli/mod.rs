//! The command: reads the arguments, runs the stages, shows what came of it.
//!
//! Data goes to standard output and everything else to standard error. A message is one line:
//! `certgrab: error: ...`, then `certgrab: hint: ...` where there is an honest one.

mod args;
mod atomic_write;
mod commands;
mod file_names;
mod manifest;
mod output;
mod regenerate;
mod replace;
mod report;
mod stream;
mod style;
mod within;

use std::{
    io, panic,
    process::{self, ExitCode},
};

use crate::text::{foreign::Foreign, secrets};
use clap::{CommandFactory as _, Parser as _};
use tokio::runtime::{Builder, Runtime};

use self::args::{Args, Command};

/// How the command ended. The numbers are part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All done.
    Done,
    /// A chain is not trusted.
    Untrusted,
    /// Wrong usage.
    Usage,
    /// No connection or no handshake.
    NoHandshake,
    /// A file could not be read or written.
    File,
    /// The user pressed Ctrl-C.
    Interrupted,
    /// Sound today, but something needs attention before the horizon.
    Attention,
    /// A fault of certgrab's own.
    Fault,
}

/// What the command could not do, in the words that the user reads.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Untrusted => 1,
            Self::Usage => 2,
            Self::NoHandshake => 3,
            Self::File => 4,
            Self::Attention => 5,
            Self::Fault => 70,
            // As shells count a process that SIGINT ended: 128 + 2.
            Self::Interrupted => 130,
        }
    }

    /// The worse of two ends, in the order 130, 70, 2, 4, 3, 1, 5, 0.
    pub(crate) fn worse(self, other: Self) -> Self {
        const ORDER: [Exit; 8] = [
            Exit::Interrupted,
            Exit::Fault,
            Exit::Usage,
            Exit::File,
            Exit::NoHandshake,
            Exit::Untrusted,
            Exit::Attention,
            Exit::Done,
        ];
        *ORDER.iter().find(|exit| **exit == self || **exit == other).unwrap_or(&Self::Fault)
    }
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hint: None }
    }

    pub(crate) fn with_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }
}

/// Runs the command as the process was called; the code to exit with.
pub fn run() -> ExitCode {
    own_up_to_panics();
    let exit = match Args::try_parse() {
        Ok(args) => dispatch(args),
        Err(error) => usage(&error),
    };
    ExitCode::from(exit.code())
}

/// From here on a panic, on whatever thread, ends the process in certgrab's own manner, before it
/// would unwind or abort.
fn own_up_to_panics() {
    panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let text = text.unwrap_or("no reason given");
        let failure = fault(text, panic.location());
        complain(&failure);
        process::exit(failure.exit.code().into());
    }));
}

/// What is said of a panic: whatever was asked, it is no one's fault but certgrab's.
fn fault(text: &str, place: Option<&panic::Location<'_>>) -> Failure {
    let place = place.map_or_else(String::new, |place| {
        format!(" at {}:{}", Foreign::text(place.file()).line(), place.line())
    });
    let text = Foreign::text(text).line();
    Failure::new(Exit::Fault, format!("a fault of certgrab's own{place}: {text}"))
        .with_hint(where_to_report(REPOSITORY))
}

/// The address of the repository that this certgrab was published from, which whoever publishes it
/// sets in Cargo.toml; empty if nobody did.
pub(crate) const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The hint for a panic. A build without the address of its repository knows no place to report it.
fn where_to_report(repository: &str) -> Option<String> {
    (!repository.is_empty())
        .then(|| format!("report it at {repository}/issues, with the command line that led to it"))
}

/// How many targets the manifest at `path` has; or the message and the hint that the user reads.
#[cfg(fuzzing)]
pub(crate) fn targets_of_manifest(
    path: &std::path::Path,
) -> Result<usize, (String, Option<String>)> {
    manifest::read(path)
        .map(|entries| entries.len())
        .map_err(|failure| (failure.message, failure.hint))
}

fn dispatch(mut args: Args) -> Exit {
    style::choose(args.display.color);
    let outcome =
        commands::formats::read_templates(&mut args.job).and_then(|()| match &args.command {
            Some(Command::Demo) => commands::demo::run(&args.display),
            Some(Command::Verify(verify)) => commands::verify::run(verify, &args.display),
            Some(Command::Formats(list)) => commands::formats::run(list),
            Some(Command::Check(check)) => commands::check::run(check, &args.display),
            Some(Command::Sync(sync)) => commands::sync::run(sync, &args.display),
            Some(Command::New(new)) => commands::new::run(new, &args.display),
            Some(Command::Integrate(integrate)) => {
                commands::integrate::run(integrate, &args.display)
            }
            Some(Command::Completions(shell)) => commands::completions::completions(shell),
            Some(Command::Man) => commands::completions::man(),
            None => in_their_place(&args.job)
                .and_then(|()| commands::targets::run(&args.job, &args.display)),
        });
    outcome.unwrap_or_else(|failure| {
        complain(&failure);
        failure.exit
    })
}

/// A command behind an option reads as a host; no host of that name was meant.
fn in_their_place(job: &args::Job) -> Result<(), Failure> {
    let Some(first) = job.targets.first() else { return Ok(()) };
    let scheme = first.scheme();
    // Looked at first, since it costs more to build the commands than to read all arguments.
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
        Some(name) => Err(Failure::new(Exit::Usage, format!("the command `{name}` comes first"))
            .with_hint(Some(format!("`certgrab {name} ...`, with its options behind it")))),
    }
}

/// What waits for sockets and clocks, on this thread alone.
fn runtime() -> Result<Runtime, Failure> {
    // Tokio opens six descriptors, and where there is no room for the last ones it panics.
    let room: io::Result<Vec<_>> = (0..3).map(|_| io::pipe()).collect();
    let built = room.map(drop).and_then(|()| Builder::new_current_thread().enable_all().build());
    built.map_err(|error| Failure::new(Exit::File, format!("cannot wait for sockets: {error}")))
}

/// Says what went wrong, on standard error.
pub(crate) fn complain(failure: &Failure) {
    let message = secrets::hide_in_sentence(&failure.message);
    output::say(format_args!("{} {message}", style::error("error:")));
    if let Some(hint) = &failure.hint {
        output::say(format_args!("{} {hint}", style::hint("hint:")));
    }
}

/// Help and version are what was asked for; anything else is said in certgrab's own manner.
fn usage(error: &clap::Error) -> Exit {
    use clap::error::ErrorKind;
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // A closed pipe while help is shown is no one's loss.
        let _ = error.print();
        return Exit::Done;
    }
    let text = with_words_as_shown(error, error.render().to_string());
    let tips: Vec<_> = text.lines().filter_map(|line| line.trim().strip_prefix("tip: ")).collect();
    let missing = missing(error);
    let is_of_the_main_job = missing.iter().all(|argument| argument.contains("TARGET"));
    let usage = text.lines().find_map(|line| line.trim().strip_prefix("Usage: "));
    let hint = match (error.kind(), tips.as_slice()) {
        (ErrorKind::MissingRequiredArgument, _) if is_of_the_main_job => {
            "name a server: `certgrab HOST:PORT`".to_owned()
        }
        (ErrorKind::MissingRequiredArgument, _) if let Some(usage) = usage => {
            visible(&format!("`{usage}`"))
        }
        (_, []) => "`certgrab --help` shows how".to_owned(),
        (_, tips) => visible(&tips.join("; ")),
    };
    let sentence = match error.kind() {
        ErrorKind::MissingRequiredArgument if is_of_the_main_job => "no target given".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("not given: {}", missing.join(", ")),
        _ => sentence(error),
    };
    complain(&Failure::new(Exit::Usage, sentence).with_hint(Some(hint)));
    Exit::Usage
}

/// What is wrong with the arguments, in one line.
fn sentence(error: &clap::Error) -> String {
    let text = with_words_as_shown(error, error.render().to_string());
    // The first paragraph is the sentence, over several lines where it lists things; the rest are
    // tips and the usage.
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<_> = paragraph.split_whitespace().collect();
    let sentence = words.join(" ");
    visible(sentence.strip_prefix("error: ").unwrap_or(&sentence))
}

/// The arguments that are required and were not given.
fn missing(error: &clap::Error) -> Vec<String> {
    use clap::error::{ContextKind, ContextValue};
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(names)) => names.clone(),
        _ => Vec::new(),
    }
}

/// The most characters of a word of the user's that a message repeats.
const REPEATED_CHARACTERS: usize = 64;

/// `text` of `error` with the words that the user typed without their secrets, and the beginnings
/// of long ones: what is wrong with them comes behind.
fn with_words_as_shown(error: &clap::Error, mut text: String) -> String {
    use clap::error::{ContextKind, ContextValue};
    for kind in [ContextKind::InvalidValue, ContextKind::InvalidArg, ContextKind::InvalidSubcommand]
    {
        if let Some(ContextValue::String(word)) = error.get(kind).filter(|_| !text.is_empty()) {
            let mut shown = secrets::hide_in_word(word);
            let count = shown.chars().count();
            if count > REPEATED_CHARACTERS {
                shown = shown.chars().take(REPEATED_CHARACTERS).collect();
                shown += &format!("... ({count} characters)");
            }
            if !word.is_empty() && shown != *word {
                text = text.replace(word.as_str(), &shown);
            }
        }
    }
    secrets::hide_in_sentence(&text)
}

/// `text`, which holds what the user typed, with what does not print shown by its number. What was
/// shown so before is left as it is.
fn visible(text: &str) -> String {
    /// The most words of a message: twice those of the longest one of clap's.
    const MOST: usize = 100;
    let words = text.split(' ').take(MOST).map(|word| Foreign::text(word).line());
    words.collect::<Vec<_>>().join(" ").replace("\\\\", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_fault_of_certgrabs_own_and_its_text_is_escaped() {
        let here = panic::Location::caller();
        let failure = fault("index out of \x1b[31mbounds", Some(here));
        assert_eq!(failure.exit.code(), 70);
        let wanted = format!(
            "a fault of certgrab's own at src/cli/mod.rs:{}: index out of \\u{{1b}}[31mbounds",
            here.line()
        );
        assert_eq!(failure.message, wanted);
    }

    #[test]
    fn a_panic_names_the_place_to_report_it_only_where_the_build_knows_one() {
        assert_eq!(where_to_report(""), None);
        assert_eq!(
            where_to_report("https://forge.example/owner/certgrab").as_deref(),
            Some(
                "report it at https://forge.example/owner/certgrab/issues, with the command line \
                 that led to it"
            )
        );
    }

    /// Set in the process that is to panic.
    const PANICS: &str = "CERTGRAB_TEST_PANICS";

    #[test]
    fn a_panic_ends_the_process_with_70_and_one_escaped_line_on_any_thread() {
        if let Ok(thread) = std::env::var(PANICS) {
            own_up_to_panics();
            let fall = || panic!("no \x1b[31mbounds\ncertgrab: all is well");
            match thread.as_str() {
                "main" => fall(),
                _ => std::thread::spawn(fall).join().expect("the process is over"),
            }
        }
        let name =
            "cli::tests::a_panic_ends_the_process_with_70_and_one_escaped_line_on_any_thread";
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
                error.starts_with("certgrab: error: a fault of certgrab's own at src/cli/mod.rs:")
                    && error.ends_with(": no \\u{1b}[31mbounds\\u{a}certgrab: all is well"),
                "{said}"
            );
            let hint = where_to_report(REPOSITORY).map(|hint| format!("certgrab: hint: {hint}"));
            assert_eq!(lines.map(str::to_owned).collect::<Vec<_>>(), Vec::from_iter(hint));
        }
    }
}
