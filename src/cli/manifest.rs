//! The manifest `certgrab.toml`: the targets of a repository, their locks and their constants.
//!
//! In: the file. Out: its targets, in the words of the command line. Paths are relative to the
//! manifest. What is not known is an error that names its line, so that a slip of the pen is
//! not silently another meaning.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::{Path, PathBuf},
};

use crate::{
    output::emit::{self, Format, Identifier},
    text::{bounded_file, foreign::Foreign},
};
use clap::Parser as _;
use serde::Deserialize;
use toml::Spanned;

mod words;

use self::words::{in_the_words_of, printable};
use super::{
    args::{Args, Job},
    failure::{Exit, Failure},
    output, usage,
};

/// The most bytes a manifest may have: 1 MiB, thousands of targets of some 200 bytes each.
const MAX_MANIFEST_BYTES: usize = 1024 * 1024;

/// One target of a manifest.
pub(crate) struct Entry {
    /// The target and the options, as the command line would have them.
    pub(crate) job: Job,
    /// Where its lock is.
    pub(crate) lock: PathBuf,
    /// What is generated from the lock.
    pub(crate) emit: Vec<(Format, PathBuf)>,
    /// Further files that hold its constants, written by hand.
    pub(crate) check: Vec<PathBuf>,
}

/// A manifest as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    target: Vec<Table>,
}

/// A `[[target]]` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Table {
    host: Spanned<String>,
    lock: Spanned<PathBuf>,
    name: Option<Spanned<String>>,
    #[serde(default)]
    emit: BTreeMap<Spanned<String>, PathBuf>,
    #[serde(default)]
    check: OneOrMore,
    roots: Option<Spanned<OneOrMore>>,
    hold: Option<Spanned<OneOrMore>>,
    trust_sha256: Option<Spanned<OneOrMore>>,
    what: Option<Spanned<String>>,
    connect: Option<Spanned<String>>,
    sni: Option<Spanned<String>>,
    handshake: Option<Spanned<String>>,
    #[serde(rename = "as")]
    device: Option<Spanned<String>>,
    alpn: Option<Spanned<OneOrMore>>,
    client_cert: Option<Spanned<String>>,
    client_key: Option<Spanned<String>>,
    timeout: Option<Spanned<u16>>,
    style: Option<Spanned<String>>,
    name_from: Option<Spanned<String>>,
    lifetime: Option<Spanned<String>>,
    backup: Option<Spanned<bool>>,
    siblings: Option<Spanned<bool>>,
    no_aia: Option<Spanned<bool>>,
}

#[derive(Deserialize, Default)]
#[serde(untagged)]
enum OneOrMore {
    #[default]
    None,
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn all(&self) -> &[String] {
        match self {
            Self::None => &[],
            Self::One(one) => std::slice::from_ref(one),
            Self::More(more) => more,
        }
    }
}

/// Reads the targets of the manifest at `path`.
pub(crate) fn read(path: &Path) -> Result<Vec<Entry>, Failure> {
    let text = Text::read(path)?;
    let document: Document = toml::from_str(&text.content).map_err(|error| {
        let message = printable(error.message().lines().next().unwrap_or_default());
        text.failure(error.span().map_or(1, |span| text.line(&span)), &message)
    })?;
    if document.target.is_empty() {
        return Err(text.failure(1, "expected at least one `[[target]]`"));
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut outputs = Outputs::new(path);
    let mut entries = Vec::new();
    for table in &document.target {
        entries.push(entry(table, folder, &text, &mut outputs)?);
    }
    outputs.spare_inputs(&entries, &text)?;
    Ok(entries)
}

/// The text of a manifest.
struct Text {
    /// Its path, escaped.
    shown: String,
    content: String,
    /// Where its lines end.
    ends: Vec<usize>,
}

impl Text {
    fn read(path: &Path) -> Result<Self, Failure> {
        let shown = Foreign::text(&path.display().to_string()).line();
        let content = bounded_file::read_text(path, MAX_MANIFEST_BYTES).map_err(|error| {
            let hint = "write one with `certgrab sync --init HOST:PORT`";
            let missing = error.kind() == std::io::ErrorKind::NotFound;
            Failure::new(Exit::File, format!("cannot read the manifest {shown}: {error}"))
                .with_hint(missing.then(|| hint.to_owned()))
        })?;
        let ends = content.match_indices('\n').map(|(at, _)| at).collect();
        Ok(Self { shown, content, ends })
    }

    fn line(&self, span: &Range<usize>) -> usize {
        self.ends.partition_point(|end| *end < span.start) + 1
    }

    fn failure(&self, line: usize, message: &str) -> Failure {
        Failure::new(Exit::Usage, format!("{}:{line}: {message}", self.shown))
    }
}

/// The target of `table`; its files are added to `outputs`.
fn entry(
    table: &Table,
    folder: &Path,
    text: &Text,
    outputs: &mut Outputs,
) -> Result<Entry, Failure> {
    let lock = folder.join(table.lock.get_ref());
    outputs.add(&lock, text.line(&table.lock.span()), "the lock", text)?;
    let mut emit = Vec::new();
    for (format, path) in &table.emit {
        let line = text.line(&format.span());
        let known = emit::format(format.get_ref()).ok_or_else(|| {
            let name = Foreign::text(format.get_ref()).line();
            let message = match name.as_str() {
                "json" => {
                    "`json` cannot be generated from a lock: it describes what a server presented"
                        .to_owned()
                }
                _ => format!("unknown format `{name}`"),
            };
            text.failure(line, &message)
        })?;
        let path = folder.join(path);
        outputs.add(&path, line, &format!("`{}`", known.name), text)?;
        emit.push((known, path));
    }
    if let Some(name) = &table.name {
        Identifier::new(name.get_ref())
            .map_err(|error| text.failure(text.line(&name.span()), &error.to_string()))?;
    }
    let job =
        job(table, folder).map_err(|(span, message)| text.failure(text.line(&span), &message))?;
    let check = table.check.all().iter().map(|file| folder.join(file)).collect();
    Ok(Entry { job, lock, emit, check })
}

/// The files that are written, with what each is: one that is written twice holds the last of both
/// only.
struct Outputs(BTreeMap<PathBuf, String>);

impl Outputs {
    /// Nothing but the manifest at `path`, which is not to be replaced.
    fn new(path: &Path) -> Self {
        Self(BTreeMap::from([(output::place_of(path), "which is this manifest".to_owned())]))
    }

    /// Adds `file`, which is written as `what` by `line`.
    fn add(&mut self, file: &Path, line: usize, what: &str, text: &Text) -> Result<(), Failure> {
        let here = format!("like {what} of line {line}");
        match self.0.insert(output::place_of(file), here) {
            None => Ok(()),
            Some(other) => {
                let file = Foreign::text(&file.display().to_string()).line();
                Err(text.failure(line, &format!("{what} would be written to {file}, {other}")))
            }
        }
    }

    /// Refuses a manifest that would write over what it reads: roots, and files written by hand.
    fn spare_inputs<'a>(&self, entries: &'a [Entry], text: &Text) -> Result<(), Failure> {
        let shown = &text.shown;
        let of_client = |entry: &'a Entry| {
            let reaching = &entry.job.reaching;
            reaching.client_cert.iter().chain(&reaching.client_key)
        };
        let inputs: BTreeSet<&PathBuf> = entries
            .iter()
            .flat_map(|entry| entry.job.roots.iter().chain(&entry.check).chain(of_client(entry)))
            .collect();
        let written = self
            .0
            .iter()
            .filter_map(|(output, what)| Some((output.clone(), what.strip_prefix("like ")?)));
        let outputs = output::Places::of(written);
        for input in inputs {
            let named = Foreign::text(&input.display().to_string()).line();
            if bounded_file::names_a_stream(input) {
                let message = format!("{shown}: expected a file, found the stream {named}");
                return Err(Failure::new(Exit::Usage, message));
            }
            if let Some(what) = outputs.changing(&output::place_of(input)) {
                let message =
                    format!("{shown}: {what} would be written over {named}, which is read");
                return Err(Failure::new(Exit::Usage, message));
            }
        }
        Ok(())
    }
}

/// One key of a target as the option of its name.
struct Typed {
    key: &'static str,
    option: String,
    span: Range<usize>,
}

/// The keys of `table` as options, those first that take a list.
fn typed(table: &Table, folder: &Path) -> Vec<Typed> {
    let mut all = Vec::new();
    let mut option = |key: &'static str, value: &str, span: Range<usize>| {
        all.push(Typed { key, option: format!("--{key}={value}"), span });
    };
    for list in [&table.roots, &table.hold].into_iter().flatten() {
        for path in list.get_ref().all() {
            match path.as_str() {
                "mozilla" | "system" => option("roots", path, list.span()),
                _ => option("roots", &folder.join(path).display().to_string(), list.span()),
            }
        }
    }
    if let Some(fingerprints) = &table.trust_sha256 {
        for fingerprint in fingerprints.get_ref().all() {
            option("trust-sha256", fingerprint, fingerprints.span());
        }
    }
    if let Some(names) = &table.alpn {
        for name in names.get_ref().all() {
            option("alpn", name, names.span());
        }
    }
    for (key, file) in [("client-cert", &table.client_cert), ("client-key", &table.client_key)] {
        if let Some(file) = file {
            option(key, &folder.join(file.get_ref()).display().to_string(), file.span());
        }
    }
    if let Some(seconds) = table.timeout.as_ref() {
        option("timeout", &seconds.get_ref().to_string(), seconds.span());
    }
    let others = [
        ("name", &table.name),
        ("what", &table.what),
        ("connect", &table.connect),
        ("sni", &table.sni),
        ("handshake", &table.handshake),
        ("as", &table.device),
        ("style", &table.style),
        ("name-from", &table.name_from),
        ("lifetime", &table.lifetime),
    ];
    for (key, value) in others {
        if let Some(value) = value {
            option(key, value.get_ref(), value.span());
        }
    }
    let hold = |held: &Spanned<OneOrMore>| ("hold", "--hold".to_owned(), held.span());
    let hold = table.hold.as_ref().map(hold);
    all.extend(hold.map(|(key, option, span)| Typed { key, option, span }));
    let switches =
        [("backup", &table.backup), ("siblings", &table.siblings), ("no-aia", &table.no_aia)];
    for (key, switch) in switches {
        if let Some(on) = switch.as_ref().filter(|on| *on.get_ref()) {
            all.push(Typed { key, option: format!("--{key}"), span: on.span() });
        }
    }
    all
}

/// The options of a target, read as if they had been typed; or what is wrong with them, and where.
fn job(table: &Table, folder: &Path) -> Result<Job, (Range<usize>, String)> {
    let typed = typed(table, folder);
    let target = table.host.get_ref();
    let options = typed.iter().map(|one| one.option.clone()).collect();
    typed_job(options, target).map_err(|message| {
        // The key that is refused by itself is at fault, or the host; else several keys together.
        let alone = typed.iter().find_map(|one| {
            let refused = typed_job(vec![one.option.clone()], "localhost").err()?;
            Some((one.span.clone(), in_the_words_of(one.key, &refused)))
        });
        let host = || {
            let refused = typed_job(Vec::new(), target).err()?;
            Some((table.host.span(), in_the_words_of("host", &refused)))
        };
        alone.or_else(host).unwrap_or_else(|| {
            let named = typed.iter().rev().find(|one| message.contains(&format!("--{}", one.key)));
            let span = named.map_or(table.host.span(), |one| one.span.clone());
            (span, message.replace("'--", "'"))
        })
    })
}

/// The main job of `target` with `options`, read as if they had been typed.
pub(crate) fn typed_job(options: Vec<String>, target: &str) -> Result<Job, String> {
    let command = std::iter::once("certgrab".to_owned());
    let target = ["--".to_owned(), target.to_owned()];
    let typed = command.chain(options).chain(target);
    Args::try_parse_from(typed).map(|args| args.job).map_err(|error| usage::sentence(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_a_target_mean_what_the_options_of_their_names_mean() {
        let same = |keys: &str, option: &str| {
            let text = format!("host = \"plc.test\"\nlock = \"plc.pem\"\n{keys}\n");
            let table: Table = toml::from_str(&text).expect("a table");
            let job = job(&table, Path::new("")).expect("options");
            let options = Vec::from_iter((!option.is_empty()).then(|| option.to_owned()));
            let typed = typed_job(options, "plc.test").expect("options");
            assert_eq!(format!("{job:?}"), format!("{typed:?}"), "{keys}");
            format!("{job:?}")
        };
        let plain = same("", "");
        let switches = [
            ("backup = true", "--backup"),
            ("siblings = true", "--siblings"),
            ("no-aia = true", "--no-aia"),
            ("style = \"camel\"", "--style=camel"),
            ("name-from = \"organisation\"", "--name-from=organisation"),
            ("lifetime = \"10y\"", "--lifetime=10y"),
            ("handshake = \"cleartext\"", "--handshake=cleartext"),
            ("as = \"esp8266\"", "--as=esp8266"),
            ("alpn = \"x-amzn-mqtt-ca\"", "--alpn=x-amzn-mqtt-ca"),
            ("alpn = [\"mqtt\"]", "--alpn=mqtt"),
            ("client-cert = \"device.pem\"", "--client-cert=device.pem"),
            ("client-key = \"device.key\"", "--client-key=device.key"),
        ];
        for (key, option) in switches {
            assert_ne!(same(key, option), plain, "{key}");
        }
        assert_eq!(same("backup = false", ""), plain);
    }
}
