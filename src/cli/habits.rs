//! What people type first: options, verbs and formats of other programs, and their equivalents in
//! certgrab.
//!
//! In: a word that certgrab does not know. Out: an instruction, or nothing.

mod bare;
mod options;

use std::path::Path;

use crate::{
    endpoint::Target,
    output::emit,
    text::{foreign::Foreign, near, secrets},
};

use super::{
    file_names,
    projects::{self, PROJECTS as PROJECT_NAMES},
};

pub(super) use bare::Vocabulary;
pub(super) use options::{OneHyphen, one_hyphen, option};

/// Verbs that other programs begin with; certgrab does not need any.
const VERBS: &[(&str, &str)] = &[
    (
        "get,fetch,grab,download,c,connect,s_client,show,export,chain,pull,dump,inspect,info,\
         view,print,extract,query,ask,retrieve,openssl,x509",
        "the main job needs no verb: `certgrab HOST:PORT`",
    ),
    (
        "init,create,setup,add",
        "write a manifest with `certgrab sync --init HOST:PORT`, or a project with `certgrab new`",
    ),
    ("update,refresh,lock", "run `certgrab sync`"),
    ("lint,scan,audit", "run `certgrab check`"),
    ("diff,compare", "compare two servers with `certgrab TARGET --compare OTHER`"),
    ("list", "run `certgrab formats`, or `certgrab --hosts LIST` for many servers"),
    ("version", "run `certgrab --version`"),
];

/// Words that are also names of servers: before another target they are verbs.
const VERBS_OF_PAIRS: &[(&str, &str)] = &[
    (
        "test,cert,certs,certificate,ca,root,anchor,save,run",
        "the main job needs no verb: `certgrab HOST:PORT`",
    ),
    ("install", "write the file that runs certgrab in a build with `certgrab integrate`"),
];

/// Why the first target is not a server, with what to do, if it is one of these verbs.
pub(super) fn verb(targets: &[Target]) -> Option<(String, String)> {
    let first = targets.first()?;
    if first.port_is_given() || first.scheme().is_given {
        return None;
    }
    let first = first.host();
    let of_pairs = || row(VERBS_OF_PAIRS, &first).filter(|_| targets.len() > 1);
    row(VERBS, &first)
        .or_else(of_pairs)
        .map(|hint| (format!("unknown subcommand `{first}`"), hint.to_owned()))
}

/// What to do instead of `word` as a server, if it belongs to the word before it: a port after a host, a
/// file after a format.
pub(super) fn target(
    word: &str,
    before: Option<String>,
    vocabulary: &Vocabulary,
) -> Option<String> {
    if let Ok(port) = word.parse::<u16>() {
        // Only a name that is shown as it was typed: it could also be a password.
        let host =
            before.filter(|host| host.parse::<Target>().is_ok_and(|one| one.host() == **host));
        let host = host.unwrap_or_else(|| "HOST".to_owned());
        return Some(format!(
            "`{port}` is a port: name the server as one word, `certgrab {host}:{port}`"
        ));
    }
    if word == "-" {
        let hint = "read targets from standard input with `--hosts -`, or a chain with `--from -`";
        return Some(hint.to_owned());
    }
    if let Some(before) = before {
        if emit::format(&before).is_some() {
            return Some(format!(
                "name the file with its format, `--emit {before}={}`",
                shown(word)
            ));
        }
        if let Some(hint) = vocabulary.value_of(&before, word) {
            return Some(hint);
        }
    }
    vocabulary.option_with_value(word).or_else(|| separated(word))
}

/// What to do with servers, or with a host and its port, that are separated by something else than blanks
/// and colons.
fn separated(word: &str) -> Option<String> {
    let words: Vec<_> = word.split([',', ';', ' ']).filter(|one| !one.is_empty()).collect();
    match words[..] {
        [host, port] if host.parse::<Target>().is_ok_and(|one| one.host() == *host) => {
            match port.parse::<u16>() {
                Ok(port) => Some(format!("write `certgrab {host}:{port}`")),
                Err(_) if port.parse::<Target>().is_ok() => Some(SEPARATE.to_owned()),
                Err(_) => None,
            }
        }
        [_, _, ..] if words.iter().all(|one| one.parse::<Target>().is_ok()) => {
            Some(SEPARATE.to_owned())
        }
        _ => None,
    }
}

/// What to do with several servers in one word.
const SEPARATE: &str = "separate the servers with blanks: `certgrab HOST:PORT HOST:PORT`";

/// What to do instead of `--emit` with the unknown format of `value`.
pub(super) fn emission(value: &str) -> String {
    let word = value.split('=').next().unwrap_or(value);
    rewritten(value).unwrap_or_else(|| unknown_format(word))
}

/// The option that `value`, with an unknown format, probably stands for.
fn rewritten(value: &str) -> Option<String> {
    let (word, path) = value.split_once('=').unwrap_or((value, ""));
    let small = word.to_lowercase();
    let named = |name: &str| emit::format(name).map(|format| format.name);
    if let Some(at) = small.find([':', ',', ';', '@', '/', ' ']) {
        let (format, rest) = (named(&small[..at])?, small.get(at + 1..)?);
        return Some(match named(rest) {
            Some(other) => format!("write `--emit {format} --emit {other}`"),
            None => format!("write `--emit {format}={}`", shown(value.get(at + 1..)?)),
        });
    }
    // A file without a format: its name decides, as in `arduino.h`, or its extension.
    if let ("", Some((stem, _))) = (path, small.split_once('.'))
        && let Some(format) = named(stem).or_else(|| format(word))
    {
        return Some(format!("write `--emit {format}={}`", shown(word)));
    }
    None
}

/// What to do with a word that is a format, or an output file, and needs `--emit` before it.
pub(crate) fn form(word: &str) -> Option<String> {
    let named = emit::format(word).map(|format| format.name);
    match named.or_else(|| format(word).filter(|_| !word.contains('.'))) {
        Some(name) => Some(format!("write `--emit {name}`")),
        None => rewritten(word),
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

/// What to do with the server `word`, given to a subcommand that takes none.
pub(super) fn server(word: &str, command: &str) -> Option<String> {
    let server = shown(&word.parse::<Target>().ok()?.to_string());
    match command {
        "sync" => Some(format!("write a manifest for it with `certgrab sync --init {server}`")),
        "lab" => {
            Some(format!("the lab plays the servers; to query this one, run `certgrab {server}`"))
        }
        "demo" => Some(format!("to query a server, run `certgrab {server}`")),
        "page" => Some("redirect standard output: `certgrab page > FILE`".to_owned()),
        "verify" if file_names::rather_than_a_server(word) => {
            Some("`certgrab verify` reads one chain: `certgrab verify FILE --host NAME`".to_owned())
        }
        "verify" => Some(format!("name the server with `--host {server}`")),
        _ => None,
    }
}

/// What to do with the server `word`, given to the subcommand `command` where a file belongs.
pub(super) fn server_for_a_file(word: &str, command: &str) -> Option<String> {
    let target = word.parse::<Target>().ok()?;
    let is_server = target.port_is_given() || !file_names::rather_than_a_server(word);
    let server = shown(&target.to_string());
    (is_server && !Path::new(word).exists())
        .then(|| format!("`{command}` reads files; to query a server, run `certgrab {server}`"))
}

/// Words for a project, with the one that is probably meant.
const PROJECTS: &[(&str, &str)] = &[
    ("esp32,arduino,ino,sketch,platformio", "arduino-esp32"),
    ("esp8266,nodemcu,d1", "arduino-esp8266"),
    ("idf,espidf,esp", "esp-idf"),
    ("rust,pc,host", "rust-host"),
    ("c,linux,posix", "linux-c"),
    ("python,py,circuitpython,pico", "micropython"),
    ("hal,esp32c3,no_std", "esp-hal"),
];

/// What to do instead of `certgrab new` with the unknown project `word`, followed by the words `others`.
pub(super) fn project(word: &str, others: &[String]) -> String {
    let all = "`certgrab new --list` lists the projects";
    let small = word.to_lowercase();
    let names = PROJECT_NAMES.iter().map(|project| project.name);
    let meant = row(PROJECTS, &small).or_else(|| near::nearest(word, names));
    let is_project = |other: &&String| projects::project(other).is_some();
    if let (None, Some(project)) = (meant, others.iter().find(is_project)) {
        let rest = others.iter().filter(|other| *other != project).map(|other| shown(other));
        let words: Vec<_> = [shown(word)].into_iter().chain(rest).collect();
        return format!("name the project first: `certgrab new {project} {}`", words.join(" "));
    }
    let target = word.parse::<Target>().ok();
    let target = target.filter(|one| one.port_is_given() || one.scheme().is_given);
    if let (None, Some(target)) = (meant, target) {
        let server = shown(&target.to_string());
        return format!("name the project first: `certgrab new PROJECT {server} DIR`; {all}");
    }
    with_list(meant.map(near::did_you_mean), all)
}

/// Words for a format, with the format that is probably meant.
const FORMATS: &[(&str, &str)] = &[
    ("header,h,hpp,cpp,c++,cc,string,root_ca.h", "c"),
    ("crt,base64,x509,cert,certificate,b64", "cer"),
    ("bin,binary,asn1", "der"),
    ("ino,esp32,wificlientsecure,platformio", "arduino"),
    ("esp-8266,nodemcu,x509list", "esp8266"),
    ("idf,esp_idf,espidf,esp-tls", "esp-idf"),
    ("rs,rustlang", "rust"),
    ("py,python3", "python"),
    ("golang", "go"),
    ("p7,pkcs7,p7c", "p7b"),
    ("jks,keystore,truststore", "java-jks"),
    ("p12,pkcs12,pfx", "java"),
    ("fingerprint,thumbprint", "sha256"),
    ("pin,hpkp", "spki-pin"),
    ("txt,human", "text"),
    ("bundle,x509_crt_bundle", "esp-bundle"),
];

/// The format that the unknown `word` probably stands for: a word for it, or a file extension.
fn format(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let ending = word.rsplit_once('.').map(|(_, ending)| ending);
    row(FORMATS, &word).or_else(|| row(FORMATS, ending?))
}

/// What to do about the unknown format `word`.
pub(super) fn unknown_format(word: &str) -> String {
    let names = emit::FORMATS.iter().map(|format| format.name).chain(["json", "html"]);
    let known = format(word).map(near::did_you_mean);
    let question = known.or_else(|| near::question(word, names));
    with_list(question, "`certgrab formats` lists the formats")
}

/// The question whether something is meant, if there is one, and where all are listed.
fn with_list(question: Option<String>, list: &str) -> String {
    question.map_or_else(|| list.to_owned(), |question| format!("{question} {list}"))
}

/// Whether `word` is one of `words`, which commas separate.
fn has(words: &str, word: &str) -> bool {
    words.split(',').any(|one| one == word)
}

/// The second column of the row with `word` in the first.
fn row(table: &[(&str, &'static str)], word: &str) -> Option<&'static str> {
    table.iter().find(|(words, _)| has(words, word)).map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_one_row_and_every_format_exists() {
        for table in [VERBS, VERBS_OF_PAIRS, FORMATS, PROJECTS] {
            let mut words: Vec<_> = table.iter().flat_map(|(words, _)| words.split(',')).collect();
            words.sort_unstable();
            assert!(words.windows(2).all(|pair| pair[0] != pair[1]), "{words:?}");
        }
        for (_, name) in PROJECTS {
            assert!(crate::cli::projects::project(name).is_some(), "{name}");
        }
        for (words, name) in FORMATS {
            assert!(crate::output::emit::format(name).is_some(), "{name}");
            assert!(words.split(',').all(|word| crate::output::emit::format(word).is_none()));
        }
    }
}
