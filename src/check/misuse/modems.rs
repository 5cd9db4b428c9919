//! Commands that turn off verification in a modem or coprocessor with its own TLS stack.
//!
//! In: the commands among the literals of a file. Out: findings, each at the literal.

use super::verification;
use crate::check::{Finding, source::Source};

/// The name of a command, and whether its arguments turn verification off.
type Command = (&'static str, fn(&[&str]) -> bool);

/// The commands that configure TLS, without the prefix before their names: of SIMCom (AT Command Manual
/// of SIM7500 and SIM7600, `AT+CSSLCFG`), Quectel (`AT+QSSLCFG`), ESP-AT (`AT+CIPSSLCCONF`), u-blox
/// (`AT+USECPRF`) and Telit (`AT#SSLSECCFG`).
const COMMANDS: [Command; 5] = [
    ("+CSSLCFG=", |given| matches!(given, ["authmode", _, "0"])),
    ("+QSSLCFG=", |given| matches!(given, ["seclevel", _, "0"])),
    // The mode, or a connection and the mode: 0 verifies nothing, 1 only presents a client certificate.
    ("+CIPSSLCCONF=", |given| matches!(given, ["0" | "1"] | ["0" | "1", "0", ..])),
    ("+USECPRF=", |given| matches!(given, [_, "0", "0"])),
    ("#SSLSECCFG=", |given| matches!(given, [_, _, "0", ..])),
];

/// The words that show that a file may have one.
pub(super) fn signs() -> impl Iterator<Item = &'static str> {
    COMMANDS.into_iter().map(|(name, _)| name)
}

pub(super) fn findings(source: &Source) -> Vec<Finding> {
    let commands = source.commands.iter();
    commands.filter_map(|(line, text)| of_command(*line, text)).collect()
}

fn of_command(line: usize, text: &str) -> Option<Finding> {
    let of = |(name, is_off): &Command| {
        let (_, given) = text.split_once(name)?;
        let given = given.split(['\r', '\n', ';']).next().unwrap_or_default();
        let given: Vec<_> = given.split(',').map(|one| one.trim_matches(['"', ' '])).collect();
        is_off(&given).then_some(*name)
    };
    let name = COMMANDS.iter().find_map(of)?;
    Some(verification::finding(line, &format!("AT{}", name.trim_end_matches('='))))
}
