//! Errors in the arguments, in the words of the command.

use crate::text::{foreign::Foreign, near, secrets};

use clap::{CommandFactory as _, Subcommand as _};

use super::{
    args::{Args, Command, help, invalid},
    failure::{Exit, Failure},
    habits::{self, Vocabulary},
    language, output, style, typed,
};

/// `error`, or the help in certgrab's layout if that is what it prints: building that costs more than
/// parsing all arguments.
pub(crate) fn with_help(error: clap::Error) -> clap::Error {
    match error.kind() {
        clap::error::ErrorKind::DisplayHelp => {
            let words = typed::words();
            let command = language::command_in_language(help::command(&words));
            command.try_get_matches_from(words).err().unwrap_or(error)
        }
        _ => error,
    }
}

/// Prints help and version, and any other outcome as an error of certgrab.
pub(crate) fn usage(error: &clap::Error) -> Exit {
    use clap::error::ErrorKind;
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let help = language::help_in_language(error.render().ansi().to_string());
        let columns = style::columns().map_or(help::COLUMNS, |columns| columns.min(help::COLUMNS));
        // If it cannot be printed, an error message cannot be printed either.
        let _ = output::show(&help::in_lines(&help, columns));
        return Exit::Done;
    }
    let text = with_words_as_shown(error, error.render().to_string());
    let missing = missing(error);
    let is_of_the_main_job = missing.iter().all(|argument| argument.contains("TARGET"));
    let usage = text.lines().find_map(|line| line.trim().strip_prefix("Usage: "));
    let misspelt = vocabulary().misspelt(&typed()).filter(|_| may_be_of_a_subcommand(error));
    let one_hyphen = one_hyphen(error);
    let habit = match (&misspelt, &one_hyphen) {
        (Some((_, hint)), _) => Some(hint.clone()),
        (None, Some(one)) => one.hint.clone().or_else(|| Some(see_the_help())),
        (None, None) => habit(error).or_else(|| invalid::hint(error)),
    };
    let hint = match error.kind() {
        _ if let Some(habit) = habit => Some(visible(&habit)),
        ErrorKind::MissingRequiredArgument if is_of_the_main_job => {
            Some("name a server: `certgrab HOST:PORT`".to_owned())
        }
        ErrorKind::MissingRequiredArgument if let Some(usage) = usage => {
            Some(visible(&format!("`{usage}`")))
        }
        // The sentence says what was expected.
        ErrorKind::ValueValidation => None,
        _ => Some(meant(error).unwrap_or_else(see_the_help)),
    };
    let sentence = match error.kind() {
        _ if let Some((sentence, _)) = misspelt => sentence,
        _ if let Some(one) = one_hyphen => {
            visible(&format!("unexpected argument '{}' found", shortened(&one.word)))
        }
        ErrorKind::MissingRequiredArgument if is_of_the_main_job => "no target given".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("missing: {}", missing.join(", ")),
        _ => sentence(error),
    };
    output::complain(&Failure::new(Exit::Usage, sentence).with_hint(hint));
    if std::env::args_os().len() <= 1 {
        output::show_on_stderr(&language::columns_in_language(help::EXAMPLES));
    }
    Exit::Usage
}

/// The error in the arguments, in one line.
pub(crate) fn sentence(error: &clap::Error) -> String {
    let text = with_words_as_shown(error, error.render().to_string());
    // The first paragraph is the sentence, over several lines where it lists things; the rest are
    // tips and the usage.
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<_> = paragraph.split_whitespace().collect();
    let sentence = words.join(" ");
    visible(sentence.strip_prefix("error: ").unwrap_or(&sentence))
}

/// Whether `error` is about a word that a subcommand in front of it would explain: a file, or an option.
fn may_be_of_a_subcommand(error: &clap::Error) -> bool {
    use clap::error::{ContextKind, ErrorKind};
    match error.kind() {
        ErrorKind::UnknownArgument | ErrorKind::ArgumentConflict => true,
        ErrorKind::ValueValidation => {
            word(error, ContextKind::InvalidArg).is_some_and(|name| name.contains("TARGET"))
        }
        _ => false,
    }
}

/// The word with one hyphen that `error` is about: a letter of it is unknown, or the rest of it was taken
/// for the value of an option.
fn one_hyphen(error: &clap::Error) -> Option<habits::OneHyphen> {
    use clap::error::{ContextKind, ErrorKind};
    let typed_word = word(error, ContextKind::InvalidArg);
    let unknown = typed_word.filter(|_| error.kind() == ErrorKind::UnknownArgument);
    let letter = unknown.and_then(|word| word.strip_prefix('-')?.parse().ok());
    let mut long: Vec<_> =
        with_options(|all| all.filter_map(|one| one.get_long().map(str::to_owned)).collect());
    long.extend(["help", "version"].map(str::to_owned));
    habits::one_hyphen(&typed(), letter, (&long, command().as_deref()))
}

/// `read` of the options of the user's subcommand.
fn with_options<T>(read: impl FnOnce(&mut dyn Iterator<Item = &clap::Arg>) -> T) -> T {
    let mut all = Args::command();
    all.build();
    let named = command().and_then(|command| all.find_subcommand(command));
    read(&mut named.unwrap_or(&all).get_arguments())
}

/// Asks whether a known option, value or subcommand is meant by the unknown one that `error` is about.
fn meant(error: &clap::Error) -> Option<String> {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    match (error.kind(), error.get(ContextKind::ValidValue)) {
        (ErrorKind::UnknownArgument, _) => {
            let name = word(error, ContextKind::InvalidArg)?.strip_prefix("--")?;
            let long = with_options(|all| {
                near::nearest(name, all.filter_map(clap::Arg::get_long)).map(str::to_owned)
            });
            long.map(|long| near::did_you_mean(&format!("--{long}")))
        }
        (ErrorKind::InvalidValue, Some(ContextValue::Strings(known))) => {
            let word = word(error, ContextKind::InvalidValue)?;
            near::question(word, known.iter().map(String::as_str))
        }
        (ErrorKind::InvalidSubcommand, _) => {
            let word = word(error, ContextKind::InvalidSubcommand)?;
            near::question(word, vocabulary().commands.iter().map(String::as_str))
        }
        _ => None,
    }
}

/// The word of this kind that `error` is about.
fn word(error: &clap::Error, kind: clap::error::ContextKind) -> Option<&str> {
    match error.get(kind) {
        Some(clap::error::ContextValue::String(word)) => Some(word),
        _ => None,
    }
}

/// The required arguments that are missing.
fn missing(error: &clap::Error) -> Vec<String> {
    use clap::error::{ContextKind, ContextValue};
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(names)) => names.clone(),
        _ => Vec::new(),
    }
}

/// What to do instead of an argument of other programs, if the error is about one.
fn habit(error: &clap::Error) -> Option<String> {
    use clap::error::{ContextKind, ErrorKind};
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let word = word(error, ContextKind::InvalidArg)?;
            let command = command();
            let server = || habits::server(word, command.as_deref()?);
            let hint = habits::option(word, command.as_deref()).map(str::to_owned);
            hint.or_else(server)
        }
        ErrorKind::ValueValidation => {
            let value = word(error, ContextKind::InvalidValue)?;
            match word(error, ContextKind::InvalidArg)? {
                target if target.contains("TARGET") => {
                    habits::target(value, before(value), &vocabulary())
                }
                project if project.contains("PROJECT") => {
                    let typed = typed();
                    let at = typed.iter().position(|word| word == value)?;
                    Some(habits::project(value, &typed[at + 1..]))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// The words of the user that are text, a command in front of its options.
pub(crate) fn typed() -> Vec<String> {
    typed::words().into_iter().skip(1).filter_map(|word| word.into_string().ok()).collect()
}

/// The words of the command.
pub(crate) fn vocabulary() -> Vocabulary {
    let command = Args::command();
    let commands = command.get_subcommands().map(clap::Command::get_name).chain(["help"]);
    let options = command.get_arguments().filter_map(clap::Arg::get_long);
    Vocabulary {
        commands: commands.map(str::to_owned).collect(),
        options: options.map(str::to_owned).collect(),
    }
}

/// The subcommand of the user's.
fn command() -> Option<String> {
    typed().into_iter().next().filter(|word| Command::has_subcommand(word))
}

/// Where all arguments of the user's subcommand are.
fn see_the_help() -> String {
    match command() {
        Some(command) => format!("see `certgrab {command} --help`"),
        None => "see `certgrab --help`".to_owned(),
    }
}

/// The argument before the last one that is `value`.
pub(crate) fn before(value: &str) -> Option<String> {
    let typed: Vec<_> = std::env::args_os().skip(1).collect();
    let at = typed.iter().rposition(|one| one == value)?;
    typed.get(at.checked_sub(1)?)?.to_str().map(str::to_owned)
}

/// The most characters of a user's word that a message repeats.
const REPEATED_CHARACTERS: usize = 64;

/// The message of `error` with secrets hidden and long words shortened, so that the reason stays
/// readable.
fn with_words_as_shown(error: &clap::Error, mut text: String) -> String {
    use clap::error::{ContextKind, ContextValue};
    // An option that is known is named in clap's words, `--connect <HOST:PORT>`.
    let is_typed = error.kind() == clap::error::ErrorKind::UnknownArgument;
    let argument = is_typed.then_some(ContextKind::InvalidArg);
    let kinds = [ContextKind::InvalidValue, ContextKind::InvalidSubcommand];
    for kind in kinds.into_iter().chain(argument) {
        if let Some(ContextValue::String(word)) = error.get(kind).filter(|_| !text.is_empty()) {
            let shown = shortened(word);
            if !word.is_empty() && shown != *word {
                text = text.replace(word.as_str(), &shown);
            }
        }
    }
    secrets::hide_in_sentence(&text)
}

/// `word` with its secrets hidden, shortened.
fn shortened(word: &str) -> String {
    let shown = secrets::hide_in_word(word);
    let count = shown.chars().count();
    if count <= REPEATED_CHARACTERS {
        return shown;
    }
    let start: String = shown.chars().take(REPEATED_CHARACTERS).collect();
    format!("{start}... ({count} characters)")
}

/// The message for `value`, which is refused because of `why`; clap's message for an option is the same.
pub(crate) fn invalid_value(value: &str, why: &str) -> String {
    let shown = shortened(value);
    let why = if value.is_empty() { why.to_owned() } else { why.replace(value, &shown) };
    visible(&secrets::hide_in_sentence(&format!("invalid value '{shown}': {why}")))
}

/// The message for `value`, which is not one of the words `known`.
pub(crate) fn unknown_word(value: &str, known: &[String]) -> String {
    let message =
        format!("invalid value '{}' [possible values: {}]", shortened(value), known.join(", "));
    visible(&secrets::hide_in_sentence(&message))
}

/// `text`, which contains what the user typed, with unprintable characters shown as numbers. Characters
/// that are already shown that way are left as they are.
fn visible(text: &str) -> String {
    /// The most words of a message: twice those of clap's longest one.
    const MOST: usize = 100;
    let words = text.split(' ').take(MOST).map(|word| Foreign::text(word).line());
    words.collect::<Vec<_>>().join(" ").replace("\\\\", "\\")
}
