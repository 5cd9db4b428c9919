//! The words of the commands in messages, as the user would type them.

use std::path::Path;

use crate::{
    check::{Command, Writer},
    cli::args::Request,
    endpoint::Target,
    text::foreign::Foreign,
};

/// What `job` and its `target` say about a command.
pub(crate) fn of(job: &Request, target: Option<&Target>) -> Command {
    let connect = job.reaching.connect.place.as_ref().map(|place| format!("--connect {place}"));
    let roots = job.trust.roots.files.iter().map(|path| format!("--roots {}", of_path(path)));
    let writer = match job.trust.converted.as_slice() {
        [] => Writer::Sync,
        _ => Writer::SyncOfFiles,
    };
    Command {
        writer,
        target: target.map(ToString::to_string),
        reaching: connect.into_iter().collect(),
        roots: roots.collect(),
        ..Command::default()
    }
}

/// `path` as one word of a shell.
pub(crate) fn of_path(path: &Path) -> String {
    path.to_str().map_or_else(|| "FILE".to_owned(), word)
}

/// `text` as one word of a shell; a placeholder if it cannot be shown as it is.
fn word(text: &str) -> String {
    let is_plain = |one: char| one.is_alphanumeric() || "/._-+@%:,=".contains(one);
    if Foreign::text(text).line() != text || text.contains(['\'', '`']) {
        return "FILE".to_owned();
    }
    match text.chars().all(is_plain) && !text.is_empty() {
        true => text.to_owned(),
        false => format!("'{text}'"),
    }
}
