//! The help in Chinese.
//!
//! In: the command line as clap knows it, and the help as clap lays it out. Out: the same in Chinese. The
//! texts of the command line are translated before they are laid out, clap's own words after that.

use clap::{
    Command,
    builder::{Resettable, StyledStr},
};

use super::sentences;
use crate::text::wrap;

/// clap's fixed words, and headings, for which clap only accepts static text.
const FIXED: [&str; 17] = [
    "Usage:",
    "Arguments:",
    "Options:",
    "Commands:",
    "What to write:",
    "What to trust:",
    "Which anchor:",
    "Reaching the server:",
    "Many targets:",
    "Messages:",
    "[default: ",
    "[possible values: ",
    "Print help (see a summary with '-h')",
    "Print help (see more with '--help')",
    "Print this message or the help of the given subcommand(s)",
    "Print help",
    "Print version",
];

/// The command line with its texts in Chinese.
pub(super) fn chinese(command: Command) -> Command {
    let text = |text: Option<&StyledStr>| {
        Resettable::from(text.map(|text| StyledStr::from(of_text(&text.to_string()))))
    };
    let about = [command.get_about(), command.get_long_about()].map(text);
    let before = text(command.get_before_help());
    let after = [command.get_after_help(), command.get_after_long_help()].map(text);
    let [about, long_about] = about;
    let [after, long_after] = after;
    let command = command.about(about).long_about(long_about).before_help(before);
    let command = command.after_help(after).after_long_help(long_after);
    command.mut_subcommands(chinese).mut_args(|argument| {
        let [help, long] = [argument.get_help(), argument.get_long_help()].map(text);
        argument.help(help).long_help(long)
    })
}

/// The help as clap lays it out, with clap's own words in Chinese.
pub(super) fn laid_out(help: &str) -> String {
    let fixed = FIXED.iter().map(|words| (words, sentences::chinese(words)));
    fixed.fold(help.to_owned(), |help, (words, chinese)| help.replace(*words, &chinese))
}

/// A text of the command line: each paragraph as a whole, or line by line.
pub(super) fn of_text(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let whole = sentences::whole(&paragraph.replace('\n', " "));
        let lines = || paragraph.split('\n').map(of_columns).collect::<Vec<_>>().join("\n");
        whole.map_or_else(lines, str::to_owned)
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// A line whose columns are separated by two or more spaces.
fn of_columns(line: &str) -> String {
    let chinese = |text| sentences::whole(text).unwrap_or(text);
    let text = line.trim_start();
    let margin = &line[..line.len() - text.len()];
    match text.split_once("  ") {
        None => format!("{margin}{}", chinese(text)),
        Some((first, _)) => {
            let rest = text[first.len()..].trim_start();
            let column = wrap::padded(chinese(first), text.len() - rest.len());
            format!("{margin}{column}{}", of_columns(rest))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stay_aligned_and_typed_text_stays_english() {
        let lines = "Find:    certgrab TARGET   show the chain and the anchor; --emit writes it\n         \
                     formats           list every format and what reads it";
        let chinese = of_text(lines);
        let columns: Vec<_> = chinese
            .lines()
            .map(|line| {
                textwrap::core::display_width(&line[..line.rfind("  ").expect("columns") + 2])
            })
            .collect();
        assert_eq!(columns, [27, 27], "{chinese}");
        assert!(chinese.starts_with("查找：   certgrab TARGET   "), "{chinese}");
    }
}
