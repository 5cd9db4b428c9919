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
        "--ca,--ca-bundle,--ca-certificate,--ca-certs,--ca-path,--cacerts,--cafile,--ca-file,--cacert,--ca-cert,-CAfile,--capath,--root,-CApath,-CAstore,-trusted,-verifyCAfile,-verifyCApath,--trusted-certs,--x509cafile",
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
        "--tls,--tlsv1,--tlsv1.0,--tlsv1.1,--tlsv1.2,--tls1.2,-tls1,-tls1_1,-tls1_2,-tls1_3,--tlsv1.3,--tls1.3,--tls-max,--ciphers,-cipher,-ciphersuites,-curves,-groups,-no_tls1,-no_tls1_1,-no_tls1_2,-no_tls1_3,-sigalgs,-ssl3,--tls-version,--curves,--sslv3",
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
    ("--pinnedpubkey", "print the hash of the key with `--emit spki-pin`"),
    ("--retry,--retries", "leave it out: run certgrab again after a failure"),
    (
        "--http1.1,--http2,--http3,--compressed,--data,--request,-X,-H",
        "leave it out: certgrab reads the certificates of the handshake and requests nothing",
    ),
    (
        "--verify,-verify,-verify_hostname,-verify_ip,-verify_quiet,-verify_return_error,--check",
        "leave it out: certgrab verifies the chain and the name without an option",
    ),
    (
        "-noout,-text,-subject,-issuer,-dates,-enddate,-startdate,-serial,-brief,-certopt,-crlf,-ext,-hash,-ign_eof,-modulus,-nameopt,-nocommands,-ocsp_uri,-prexit,-printcert,-pubkey,-purpose,-rfc,-sslserver,-status,-tlsextdebug,-x509,-I,--head,--print-cert",
        "leave it out: `certgrab HOST:PORT` prints the chain and the anchor",
    ),
    (
        "--expiry,--expires,--expire,--enddate,--valid",
        "leave it out: `certgrab HOST:PORT` prints how long the anchor lasts; require a lifetime with \
         `--lifetime SPAN`",
    ),
    ("-u,--user,--username", "leave it out: certgrab does not log in"),
    (
        "--password,--pass,-passin,-pass,-storepass,--storepass",
        "leave it out: certgrab does not log in; `certgrab convert FILE --password-file FILE` opens a \
         PKCS #12",
    ),
    ("--no-color,--nocolor,--no-colour", "print without colors with `--color never`"),
    ("--help-all", "run `certgrab --help`"),
];

/// The options of [`OPTIONS`] for a file to write, its form, a list, and a file to
/// read.
const FILE: &str = "-o";
const FORM: &str = "--format";
const LIST: &str = "--list";
const INPUT: &str = "-i";
const PASSWORD: &str = "--password";

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
    (
        "convert",
        PASSWORD,
        "write the password to a file, and name it with `--password-file FILE`: other users see the \
         arguments of a command",
    ),
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

/// A word with one hyphen and several letters, as OpenSSL's `-connect`: clap takes it for several
/// options of one letter.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli) struct OneHyphen {
    /// The word, without its value.
    pub(in crate::cli) word: String,
    /// What to do instead.
    pub(in crate::cli) hint: Option<String>,
}

/// Options of one letter that decide the hint about several of them, the most important first.
const DECISIVE: [char; 4] = ['k', 'o', 'O', 'L'];

/// The first of `typed` with one hyphen that is an option of another program, or one of certgrab's `long`
/// ones. With `letter`, which clap does not know, also the word that has it.
pub(in crate::cli) fn one_hyphen(
    typed: &[String],
    letter: Option<char>,
    (long, command): (&[String], Option<&str>),
) -> Option<OneHyphen> {
    let options = typed.iter().take_while(|word| *word != "--");
    let words = options.map(|word| word.split('=').next().unwrap_or(word));
    let words: Vec<_> = words
        .filter(|word| word.len() > 2 && word.starts_with('-') && !word.starts_with("--"))
        .collect();
    let known = words.iter().find_map(|word| {
        let own = long.iter().find(|name| **name == word[1..]);
        let own = || own.map(|name| format!("write `--{name}`"));
        let hint = option(word, command).map(str::to_owned).or_else(own)?;
        Some(OneHyphen { word: (*word).to_owned(), hint: Some(hint) })
    });
    known.or_else(|| {
        let word = words.into_iter().find(|word| letter.is_some_and(|one| word.contains(one)))?;
        Some(OneHyphen { word: word.to_owned(), hint: of_letters(word, letter, command) })
    })
}

/// What to do instead of several options of one letter in one word, if all of them are known.
fn of_letters(word: &str, letter: Option<char>, command: Option<&str>) -> Option<String> {
    const OF_CERTGRAB: &str = "46hqvV";
    let of_one = |letter: char| option(&format!("-{letter}"), command);
    let mut letters = word.chars().skip(1);
    if !letters.all(|one| OF_CERTGRAB.contains(one) || of_one(one).is_some()) {
        return None;
    }
    let decisive = DECISIVE.into_iter().find(|one| word.contains(*one)).or(letter)?;
    of_one(decisive).map(str::to_owned)
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
        let long = typed("emit json roots");
        for (line, letter, found, hint) in [
            ("-connect a.test:443 -showcerts", 'c', Some("-connect"), Some("HOST:PORT")),
            ("a.test -servername=b.test", 's', Some("-servername"), Some("--sni")),
            ("a.test -k --out x", 'k', None, None),
            ("a.test -ec=x", 'e', Some("-ec"), None),
            ("a.test -- -connect", 'c', None, None),
            ("a.test -emit c", 'm', Some("-emit"), Some("`--emit`")),
            ("a.test -xyzzy", 'x', Some("-xyzzy"), None),
            ("a.test -fsSL", 'f', Some("-fsSL"), Some("--follow")),
            ("a.test -vk", 'k', Some("-vk"), Some("--trust-sha256")),
        ] {
            let one = one_hyphen(&typed(line), Some(letter), (&long, None));
            assert_eq!(one.as_ref().map(|one| one.word.as_str()), found, "{line}");
            let said = one.and_then(|one| one.hint);
            assert_eq!(said.is_some(), hint.is_some(), "{line}: {said:?}");
            assert!(said.is_none_or(|said| said.contains(hint.unwrap_or_default())), "{line}");
        }
    }
}
