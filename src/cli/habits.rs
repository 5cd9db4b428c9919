//! What people type first: options, verbs and formats of other programs, and their equivalents in
//! certgrab.
//!
//! In: a word that certgrab does not know. Out: an instruction, or nothing.

use std::path::Path;

use crate::{
    endpoint::Target,
    output::emit,
    text::{foreign::Foreign, secrets},
};

use super::file_names;

/// Options of other programs, each with what to do in certgrab.
const OPTIONS: &[(&[&str], &str)] = &[
    (
        &[
            "-o",
            "-O",
            "--out",
            "--output",
            "--outfile",
            "--file",
            "--out-file",
            "--write",
            "--save",
            "--dest",
        ],
        "write a file with `--emit FORMAT=FILE`, such as `--emit c=root_ca.h`",
    ),
    (
        &["--format", "-f", "--form", "--outform", "--type", "-t", "--to"],
        "choose a format with `--emit FORMAT`; `certgrab formats` lists them",
    ),
    (
        &[
            "--ca",
            "--cafile",
            "--ca-file",
            "--cacert",
            "--ca-cert",
            "-CAfile",
            "--capath",
            "--root",
        ],
        "trust your own CA with `--roots FILE`",
    ),
    (
        &[
            "-k",
            "--insecure",
            "--self-signed",
            "--no-verify",
            "--no-check",
            "--no-check-certificate",
            "--skip-verify",
            "--trust",
            "--accept",
        ],
        "certgrab has no option that trusts any server: anyone on the way could answer. Verify the \
         fingerprint of the certificate with its owner, then pass `--trust-sha256 HEX`, or \
         `--roots FILE` with the CA's certificate",
    ),
    (
        &["--host", "--server", "--hostname", "--url", "--port", "-p", "-connect"],
        "name the server as one word, `certgrab HOST:PORT`",
    ),
    (&["--servername", "-servername"], "set the name in the ClientHello with `--sni NAME`"),
    (&["--showcerts", "-showcerts", "--chain"], "write the chain with `--what chain --emit pem`"),
    (&["--root-ca", "--anchor"], "certgrab writes the root by default: `--emit FORMAT`"),
    (
        &["--pem", "--der", "--rust", "--arduino", "--c", "--text", "--base64", "--header"],
        "choose a format with `--emit FORMAT`",
    ),
    (
        &["--sha256", "--fingerprint", "--thumbprint"],
        "print the SHA-256 with `--emit sha256`, or trust one with `--trust-sha256 HEX`",
    ),
    (
        &["--cert", "--key", "-E", "--client"],
        "show the device's own certificate with `--client-cert FILE --client-key FILE`",
    ),
    (&["--leaf"], "write the leaf with `--what leaf --emit FORMAT`"),
    (&["--intermediate"], "write the intermediates with `--what intermediates --emit FORMAT`"),
    (&["--all"], "write the chain with `--what chain`, or the other roots too with `--backup`"),
    (
        &["--tls", "--tlsv1.2", "--tls1.2", "-tls1_2", "--tlsv1.3", "--tls1.3", "--ciphers"],
        "send the ClientHello of a device with `--as DEVICE`",
    ),
    (
        &["--fix", "--apply"],
        "do what stands below each finding; `certgrab sync` writes the constants again",
    ),
    (
        &["-r", "-R", "--recursive"],
        "name the folder, `certgrab check FOLDER`: it is read as a whole",
    ),
    (
        &["--force", "--overwrite", "-y", "--yes"],
        "remove or rename the file first: certgrab replaces only what it wrote",
    ),
    (&["--list", "--list-formats", "--formats"], "run `certgrab formats`"),
    (&["-j", "--parallel", "--concurrency", "--workers"], "set `--jobs N`, with `--hosts LIST`"),
    (
        &["--days", "--min-days"],
        "require a lifetime with `--lifetime SPAN`, such as `90d`, `10y` or `2027-04-15`",
    ),
    (&["--date", "--time", "--now"], "verify as of a time with `--at TIME`"),
];

/// The options of [`OPTIONS`] for an output file, and for its format.
const FILE: &str = "-o";
const FORM: &str = "--format";
const LIST: &str = "--list";

/// What to do instead in a command without `--emit`.
const OPTIONS_OF_COMMANDS: &[(&str, &str, &str)] = &[
    (
        "check",
        FILE,
        "write a report with `--report FORM=FILE`, such as `--report sarif=check.sarif`",
    ),
    (
        "check",
        FORM,
        "choose `--report FORM`: text, json, sarif, junit, github, prometheus, cyclonedx or html",
    ),
    (
        "lab",
        FILE,
        "write a report with `--report FORM=FILE`, such as `--report junit=lab.xml`, and the lab's \
         anchor with `--emit FORMAT=FILE`",
    ),
    (
        "lab",
        FORM,
        "choose `--report FORM` for the report, and `--emit FORMAT` for the lab's anchor",
    ),
    ("lab", "-p", "listen elsewhere with `--listen ADDR:PORT`"),
    ("sync", FILE, "name the files under `emit` in certgrab.toml, each with its format"),
    ("sync", FORM, "name the formats under `emit` in certgrab.toml, each with its file"),
    (
        "verify",
        FILE,
        "write what is verified with `certgrab HOST:PORT --from FILE --emit FORMAT=FILE`",
    ),
    ("verify", FORM, "print a JSON document with `--json`"),
    ("new", FILE, "name the folder last: `certgrab new PROJECT TARGET DIR`"),
    ("formats", FILE, "redirect standard output: `certgrab formats > FILE`"),
    ("explain", FILE, "redirect standard output: `certgrab explain CODE > FILE`"),
    ("explain", LIST, "run `certgrab explain`, which lists the codes"),
    ("check", LIST, "run `certgrab explain`, which lists the codes of findings"),
    ("sync", LIST, "see the targets in certgrab.toml"),
];

/// What to do instead of the unknown option `word`, as typed without its value, in the subcommand
/// `command`.
pub(super) fn option(word: &str, command: Option<&str>) -> Option<&'static str> {
    let word = word.split('=').next().unwrap_or(word);
    let (words, of_the_main_job) = OPTIONS.iter().find(|(words, _)| words.contains(&word))?;
    let of_the_command = OPTIONS_OF_COMMANDS
        .iter()
        .find(|(name, kind, _)| Some(*name) == command && words.contains(kind));
    Some(of_the_command.map_or(*of_the_main_job, |(.., hint)| *hint))
}

/// Verbs that other programs begin with; certgrab does not need any.
const VERBS: &[(&[&str], &str)] = &[
    (
        &[
            "get", "fetch", "grab", "download", "c", "connect", "s_client", "show", "export",
            "chain", "pull", "dump", "inspect", "info", "view", "print", "extract", "query",
        ],
        "the main job needs no verb: `certgrab HOST:PORT`",
    ),
    (
        &["init", "create", "setup", "add"],
        "write a manifest with `certgrab sync --init HOST:PORT`, or a project with `certgrab new`",
    ),
    (&["update", "refresh", "lock"], "run `certgrab sync`"),
    (&["lint", "scan", "audit"], "run `certgrab check`"),
    (&["diff", "compare"], "compare two servers with `certgrab TARGET --compare OTHER`"),
    (&["list"], "run `certgrab formats`, or `certgrab --hosts LIST` for many servers"),
    (&["version"], "run `certgrab --version`"),
];

/// Why the first target is not a server, with what to do, if it is one of these verbs.
pub(super) fn verb(first: &Target) -> Option<(String, String)> {
    if first.port_is_given() || first.scheme().is_given {
        return None;
    }
    let first = first.host();
    row(VERBS, &first).map(|hint| (format!("unknown subcommand `{first}`"), hint.to_owned()))
}

/// What to do instead of `word` as a server, if it belongs to the word before it: a port after a host, a
/// file after a format.
pub(super) fn target(word: &str, before: Option<String>) -> Option<String> {
    if let Ok(port) = word.parse::<u16>() {
        // Only a name that is shown as it was typed: it could also be a password.
        let host =
            before.filter(|host| host.parse::<Target>().is_ok_and(|one| one.host() == **host));
        let host = host.unwrap_or_else(|| "HOST".to_owned());
        return Some(format!(
            "`{port}` is a port: name the server as one word, `certgrab {host}:{port}`"
        ));
    }
    let format = before.filter(|format| emit::format(format).is_some());
    if let Some(format) = format {
        return Some(format!("name the file with its format, `--emit {format}={}`", shown(word)));
    }
    let path = Path::new(word);
    (file_names::instead_of_a_server(word) && path.is_file())
        .then(|| file_names::for_a_file(&shown(word)))
}

/// What to do instead of `--emit` with the unknown format of `value`.
pub(super) fn emission(value: &str) -> Option<String> {
    let (word, path) = value.split_once('=').unwrap_or((value, ""));
    let format = format(word)?;
    let path = match (path, word.contains('.')) {
        // A file without a format: its extension decides.
        ("", true) => format!("={}", shown(word)),
        ("", false) => String::new(),
        (path, _) => format!("={}", shown(path)),
    };
    Some(format!("write `--emit {format}{path}`; `certgrab formats` lists the formats"))
}

/// What to do with a word that is a format, or an output file, and needs `--emit` before it.
pub(crate) fn form(word: &str) -> Option<String> {
    match emit::format(word) {
        Some(format) => Some(format!("write `--emit {}`", format.name)),
        None => emission(word),
    }
}

/// A path as the user typed it, without possible secrets; `FILE` for a long one.
fn shown(path: &str) -> String {
    const MOST_CHARACTERS: usize = 64;
    match path.chars().count() {
        0..=MOST_CHARACTERS => Foreign::text(&secrets::hide_in_word(path)).line(),
        _ => "FILE".to_owned(),
    }
}

/// Words for a project, with the one that is probably meant.
const PROJECTS: &[(&[&str], &str)] = &[
    (&["esp32", "arduino", "ino", "sketch", "platformio"], "arduino-esp32"),
    (&["esp8266", "nodemcu", "d1"], "arduino-esp8266"),
    (&["idf", "espidf", "esp"], "esp-idf"),
    (&["rust", "pc", "host"], "rust-host"),
    (&["c", "linux", "posix"], "linux-c"),
    (&["python", "py", "circuitpython", "pico"], "micropython"),
    (&["hal", "esp32c3", "no_std"], "esp-hal"),
];

/// What to do instead of `certgrab new` with the unknown project `word`.
pub(super) fn project(word: &str) -> String {
    let all = "`certgrab new --list` lists the projects";
    let meant = row(PROJECTS, &word.to_lowercase());
    meant.map_or_else(|| all.to_owned(), |name| format!("write `certgrab new {name}`; {all}"))
}

/// Words for a format, with the format that is probably meant.
const FORMATS: &[(&[&str], &str)] = &[
    (&["header", "h", "hpp", "cpp", "c++", "cc", "string", "root_ca.h"], "c"),
    (&["crt", "base64", "x509", "cert", "certificate", "b64"], "cer"),
    (&["bin", "binary", "asn1"], "der"),
    (&["ino", "esp32", "wificlientsecure", "platformio"], "arduino"),
    (&["esp-8266", "nodemcu", "x509list"], "esp8266"),
    (&["idf", "esp_idf", "espidf", "esp-tls"], "esp-idf"),
    (&["rs", "rustlang"], "rust"),
    (&["py", "python3"], "python"),
    (&["golang"], "go"),
    (&["p7", "pkcs7", "p7c"], "p7b"),
    (&["jks", "keystore", "truststore"], "java-jks"),
    (&["p12", "pkcs12", "pfx"], "java"),
    (&["fingerprint", "thumbprint"], "sha256"),
    (&["pin", "hpkp"], "spki-pin"),
    (&["txt", "human"], "text"),
    (&["bundle", "x509_crt_bundle"], "esp-bundle"),
];

/// The format that the unknown `word` probably stands for: a word for it, or a file extension.
pub(super) fn format(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let ending = word.rsplit_once('.').map(|(_, ending)| ending);
    row(FORMATS, &word).or_else(|| row(FORMATS, ending?))
}

/// The second column of the row with `word` in the first.
fn row(table: &[(&[&str], &'static str)], word: &str) -> Option<&'static str> {
    table.iter().find(|(words, _)| words.contains(&word)).map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_of_commands_are_of_commands_and_of_the_table() {
        use clap::CommandFactory as _;
        let known = crate::cli::args::Args::command();
        for (command, kind, hint) in OPTIONS_OF_COMMANDS {
            assert!(known.find_subcommand(command).is_some(), "{command}");
            assert_eq!(option(kind, Some(command)), Some(*hint));
        }
    }

    #[test]
    fn no_word_stands_in_two_rows_and_each_format_is_one() {
        for table in [OPTIONS, VERBS, FORMATS, PROJECTS] {
            let mut words: Vec<_> = table.iter().flat_map(|(words, _)| *words).collect();
            words.sort_unstable();
            assert!(words.windows(2).all(|pair| pair[0] != pair[1]), "{words:?}");
        }
        for (_, name) in PROJECTS {
            assert!(crate::cli::projects::project(name).is_ok(), "{name}");
        }
        for (words, name) in FORMATS {
            assert!(crate::output::emit::format(name).is_some(), "{name}");
            assert!(words.iter().all(|word| crate::output::emit::format(word).is_none()));
        }
    }
}
