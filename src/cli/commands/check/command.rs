//! The words of the commands that findings say to run, as the user would type them.

use crate::{check::Command, cli::args::Request, endpoint::Target, text::foreign::Foreign};

/// What of a command `job` and its `target` tell.
pub(super) fn of(job: &Request, target: Option<&Target>) -> Command {
    let connect = job.reaching.connect.as_ref().map(|place| format!("--connect {place}"));
    let roots = job.trust.roots.iter().map(|path| {
        let path = path.to_str().map_or_else(|| "FILE".to_owned(), word);
        format!("--roots {path}")
    });
    Command {
        target: target.map(ToString::to_string),
        reaching: connect.into_iter().collect(),
        roots: roots.collect(),
        ..Command::default()
    }
}

/// `text` as one word of a shell; a placeholder where it cannot be shown as it is.
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
