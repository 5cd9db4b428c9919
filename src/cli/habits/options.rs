//! Options of other programs, and what does the same in certgrab.
//!
//! In: an option that certgrab does not know. Out: an instruction, or nothing.

use super::has;

/// Options of other programs, each with what to do in certgrab.
const OPTIONS: &[(&str, &str)] = &[
    (
        "-o,-O,-out,--out,--output,--outfile,--file,--out-file,--write,--save,--dest",
        "write a file with `--emit FORMAT=FILE`, such as `--emit c=root_ca.h`",
    ),
    (
        "--format,-f,--form,--outform,-outform,--type,-t,--to",
        "choose a format with `--emit FORMAT`; `certgrab formats` lists them",
    ),
    (
        "--ca,--cafile,--ca-file,--cacert,--ca-cert,-CAfile,--capath,--root,-CApath,\
         -verifyCAfile,--trusted-certs,--x509cafile",
        "trust your own CA with `--roots FILE`",
    ),
    (
        "-k,--insecure,--self-signed,--no-verify,--no-check,--no-check-certificate,--skip-verify,\
         --trust,--accept",
        "certgrab has no option that trusts any server: anyone on the way could answer. Verify the \
         fingerprint of the certificate with its owner, then pass `--trust-sha256 HEX`, or \
         `--roots FILE` with the CA's certificate",
    ),
    (
        "--host,--server,--hostname,--url,--port,-p,-connect,-host,-port",
        "name the server as one word, `certgrab HOST:PORT`",
    ),
    ("--servername,-servername", "set the name in the ClientHello with `--sni NAME`"),
    ("--showcerts,-showcerts,--chain", "write the chain with `--what chain --emit pem`"),
    ("--root-ca,--anchor", "certgrab writes the root by default: `--emit FORMAT`"),
    (
        "--pem,--der,--rust,--arduino,--c,--text,--base64,--header",
        "choose a format with `--emit FORMAT`",
    ),
    (
        "--sha256,--fingerprint,-fingerprint,--thumbprint",
        "print the SHA-256 with `--emit sha256`, or trust one with `--trust-sha256 HEX`",
    ),
    (
        "--cert,--key,-E,--client,-cert,-key",
        "show the device's own certificate with `--client-cert FILE --client-key FILE`",
    ),
    ("--leaf", "write the leaf with `--what leaf --emit FORMAT`"),
    ("--intermediate", "write the intermediates with `--what intermediates --emit FORMAT`"),
    ("--all", "write the chain with `--what chain`, or the other roots too with `--backup`"),
    (
        "--tls,--tlsv1,--tlsv1.0,--tlsv1.1,--tlsv1.2,--tls1.2,-tls1,-tls1_1,-tls1_2,-tls1_3,\
         --tlsv1.3,--tls1.3,--tls-max,--ciphers,-cipher,-ciphersuites",
        "send the ClientHello of a device with `--as DEVICE`",
    ),
    (
        "--fix,--apply",
        "do what stands below each finding; `certgrab sync` writes the constants again",
    ),
    ("-r,-R,--recursive", "name the folder, `certgrab check FOLDER`: it is read as a whole"),
    (
        "--force,--overwrite,-y,--yes",
        "remove or rename the file first: certgrab replaces only what it wrote",
    ),
    ("--list,--list-formats,--formats", "run `certgrab formats`"),
    ("-j,--parallel,--concurrency,--workers", "set `--jobs N`, with `--hosts LIST`"),
    (
        "--days,--min-days",
        "require a lifetime with `--lifetime SPAN`, such as `90d`, `10y` or `2027-04-15`",
    ),
    ("--date,--time,--now", "verify as of a time with `--at TIME`"),
    ("-noservername", "send no name with `--no-sni`"),
    ("-starttls", "start TLS in another protocol with `--starttls PROTO`"),
    ("-alpn", "send an application protocol with `--alpn NAME`"),
    ("-proxy,-x", "connect through a proxy with `--proxy URL`"),
    ("--resolve,--connect-to", "set where to connect with `--connect HOST:PORT`"),
    ("--ipv4,-ipv4", "use IPv4 alone with `-4`"),
    ("--ipv6,-ipv6", "use IPv6 alone with `-6`"),
    ("-L,--location", "follow the redirects of a URL with `--follow`"),
    ("-m,--max-time,--connect-timeout", "set the time for a target with `--timeout SECS`"),
    ("-s,-S,--silent,-quiet", "print only errors with `--quiet`"),
    ("-d,--debug,-debug,-msg,-state,--trace", "print more with `--verbose`"),
    ("-i,-in,--in,--input", "read a chain from a file with `--from FILE`"),
    (
        "--verify,-verify,-verify_return_error,-verify_hostname,--check",
        "leave it out: certgrab verifies the chain and the name without an option",
    ),
    (
        "-noout,-text,-subject,-issuer,-dates,-enddate,-startdate,-serial,-brief,-prexit,-I,\
         --head,--print-cert",
        "leave it out: `certgrab HOST:PORT` prints the chain and the anchor",
    ),
    (
        "--expiry,--expires,--expire,--enddate,--valid",
        "leave it out: `certgrab HOST:PORT` prints how long the anchor lasts; require a lifetime with \
         `--lifetime SPAN`",
    ),
    ("-u,--user,--username,--password", "leave it out: certgrab does not log in"),
    ("--no-color,--nocolor,--no-colour", "print without colors with `--color never`"),
    ("--help-all", "run `certgrab --help`"),
];

/// The options of [`OPTIONS`] for a file to write, its form, a list, and a file to
/// read.
const FILE: &str = "-o";
const FORM: &str = "--format";
const LIST: &str = "--list";
const INPUT: &str = "-i";

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
    ("convert", INPUT, "name the file alone: `certgrab convert FILE`"),
    ("check", INPUT, "name the file alone: `certgrab check FILE`"),
    ("verify", INPUT, "name the file alone: `certgrab verify FILE`"),
    ("sync", LIST, "see the targets in certgrab.toml"),
];

/// What to do instead of the unknown option `word`, as typed without its value, in the subcommand
/// `command`.
pub(in crate::cli) fn option(word: &str, command: Option<&str>) -> Option<&'static str> {
    let word = word.split('=').next().unwrap_or(word);
    let (words, of_the_main_job) = OPTIONS.iter().find(|(words, _)| has(words, word))?;
    let of_the_command = OPTIONS_OF_COMMANDS
        .iter()
        .find(|(name, kind, _)| Some(*name) == command && has(words, kind));
    Some(of_the_command.map_or(*of_the_main_job, |(.., hint)| *hint))
}

/// The first of `typed` that is an option of another program with one hyphen and several letters, as
/// OpenSSL's `-connect`. clap takes it for several options of one letter.
pub(in crate::cli) fn of_another_program(typed: &[String]) -> Option<&'static str> {
    let options = typed.iter().take_while(|word| *word != "--");
    let mut known = options.filter_map(|word| {
        let mut words = OPTIONS.iter().flat_map(|(words, _)| words.split(','));
        words.find(|one| *one == word.split('=').next().unwrap_or(word))
    });
    known.find(|word| !word.starts_with("--") && word.len() > 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_commands_match_commands_and_the_table() {
        use clap::CommandFactory as _;
        let known = crate::cli::args::Args::command();
        for (command, kind, hint) in OPTIONS_OF_COMMANDS {
            assert!(known.find_subcommand(command).is_some(), "{command}");
            assert_eq!(option(kind, Some(command)), Some(*hint));
        }
    }

    #[test]
    fn foreign_options_have_one_row_and_are_not_certgrabs() {
        use clap::CommandFactory as _;
        let mut words: Vec<&str> = OPTIONS.iter().flat_map(|(words, _)| words.split(',')).collect();
        words.sort_unstable();
        assert!(words.windows(2).all(|pair| pair[0] != pair[1]), "{words:?}");
        let known = crate::cli::args::Args::command();
        let of_the_main_job = known.get_arguments().filter_map(clap::Arg::get_long);
        for option in of_the_main_job {
            assert!(!words.contains(&format!("--{option}").as_str()), "{option}");
        }
    }

    #[test]
    fn a_word_with_one_hyphen_is_an_option_of_another_program() {
        let typed = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        for (line, found) in [
            ("-connect a.test:443 -showcerts", Some("-connect")),
            ("a.test -servername=b.test", Some("-servername")),
            ("a.test -k --out x", None),
            ("a.test -ec=x", None),
            ("a.test -- -connect", None),
        ] {
            assert_eq!(of_another_program(&typed(line)), found, "{line}");
        }
    }
}
