//! The help of the command as a whole.

use std::ffi::OsString;

use clap::CommandFactory as _;
use textwrap::core::display_width;

use super::Args;
use crate::cli::style;

/// The most columns of a line of help.
pub(crate) const COLUMNS: usize = 100;

/// What `-h` ends with, and what `certgrab` alone shows.
pub(crate) const EXAMPLES: &str = "\
Examples:
  certgrab m1.tuyacn.com:8883                      show the chain and the anchor
  certgrab m1.tuyacn.com:8883 --emit c=root_ca.h   write a C header
  certgrab broker.lan:8883 --roots my_ca.pem       trust your own CA";

/// What `--help` ends with.
pub(super) const LONG_EXAMPLES: &str = "\
Examples:
  certgrab m1.tuyacn.com:8883                       show the chain and the anchor
  certgrab m1.tuyacn.com:8883 --emit c=root_ca.h    write a C header
  certgrab mqtts://m1.tuyacn.com --emit rust        print Rust constants
  certgrab broker.lan:8883 --roots my_ca.pem        trust your own CA
  certgrab formats                                  list every format and what reads it
  certgrab demo                                     see it all without a network

Exit codes: 0 done, 1 not trusted, 2 wrong usage, 3 no connection or no handshake,
4 a file could not be read or written, 5 needs attention soon, 70 internal error,
130 interrupted";

/// The order of the parts of the help; [`COMMANDS`] lists the subcommands by what they are for.
pub(super) const TEMPLATE: &str =
    "{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}{all-args}{after-help}";

/// The subcommands, by what they are for. A test compares them with [`super::Command`].
const COMMANDS: &str = "\
Find:    certgrab TARGET   show the chain and the anchor; --emit writes it
         convert           write the certificates of a file in another format
         formats           list every format and what reads it
         verify            verify a chain in a file; needs no network
         demo              run every step without a network
Keep:    sync              update the locks and constants of certgrab.toml
Prove:   check             check committed certificates, and ask their servers
         explain           what a finding of `check` means, and what to do
         lab               servers, sound and faulty, to test a device
Set up:  new               create a small project that connects to a server
         integrate         write the file that runs certgrab in a build or CI
         page              write certgrab for a browser, one HTML file
         completions, man  print what goes with an installed command

A TARGET is host:port or a URL. certgrab COMMAND --help has the options of each.";

/// The options that `-h` lists, in fewer words than `--help`, which lists all. Its lines fit into 80 columns.
const EVERYDAY: [(&str, &str); 10] = [
    ("emit", "Write a format to PATH or standard output"),
    ("what", "anchor (default), chain, leaf or intermediates"),
    ("name", "The name of the constants"),
    ("json", "Print a JSON document"),
    ("roots", "Trust these CA certificates instead of Mozilla's"),
    ("trust_sha256", "Also trust the certificate with this SHA-256"),
    ("stacks", "Show which TLS stacks connect, or why not"),
    ("from", "Read the chain from a file; contact no server"),
    ("timeout", "Give up on a target after this time [default: 10]"),
    ("hosts", "Read many targets from a file, one per line"),
];

/// The command line with its help: `-h` fits on a screen, `--help` has everything.
pub(crate) fn command(typed: &[OsString]) -> clap::Command {
    let is_short = typed.iter().any(|word| word == "-h");
    let mut command = Args::command().before_help(COMMANDS).mut_args(|argument| {
        let everyday = EVERYDAY.iter().find(|(id, _)| argument.get_id() == id);
        match (everyday, argument.get_help().cloned()) {
            (Some((_, short)), Some(long)) => {
                let argument = argument.help(*short).long_help(long);
                // A heading for each group would take more lines than the options, and long values would break
                // the texts after them.
                match is_short {
                    true if argument.get_id() == "roots" => {
                        argument.help_heading(None).value_name("FILE|DIR|...")
                    }
                    true if argument.get_id() == "what" => {
                        argument.help_heading(None).hide_default_value(true)
                    }
                    true => argument.help_heading(None),
                    false => argument,
                }
            }
            (_, _) => argument.hide_short_help(true),
        }
    });
    let names: Vec<_> = command.get_subcommands().map(|one| one.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, |one| one.hide(true));
    }
    command.override_usage("certgrab [OPTIONS] TARGET...\n       certgrab COMMAND [OPTIONS]")
}

/// The help in lines of at most this many columns; the continuation of a text after an option is
/// indented to its beginning.
pub(crate) fn in_lines(help: &str, columns: usize) -> String {
    let broken = |line: &str| {
        let (names, text) = line.split_at(line.rfind("  ").map_or(0, |at| at + 2));
        style::wrapped(names, &" ".repeat(display_width(names)), text, Some(columns))
    };
    help.lines().map(broken).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_help_lines_align_with_their_text() {
        let line = "      --emit <FORMAT>  信任锚信任锚信任锚信任锚";
        let broken = format!("      --emit <FORMAT>  信任锚信任锚信任锚信\n{:23}任锚\n", "");
        assert_eq!(in_lines(line, 44), broken);
        // If too little of the line is left, the terminal breaks it.
        assert_eq!(in_lines(line, 38), format!("{line}\n"));
    }
}
