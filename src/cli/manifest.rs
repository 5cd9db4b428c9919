//! The manifest `certgrab.toml`: the targets of a repository, their locks and their constants.
//!
//! In: the file. Out: its targets, each with the request that the command line would make. Paths are
//! relative to the manifest. An unknown key is an error that names its line, so a typo cannot silently
//! change the meaning.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::{Path, PathBuf},
};

use crate::{
    output::emit::{self, Format},
    text::{bounded_file, foreign::Foreign},
};
use serde::Deserialize;
use toml::Spanned;

mod combined;
pub(crate) mod hints;
mod keys;
mod words;

use super::{
    args::Request,
    failure::{Exit, Failure},
    habits, output, usage,
};

/// The most bytes a manifest may have: 1 MiB, thousands of targets of some 200 bytes each.
const MAX_MANIFEST_BYTES: usize = 1024 * 1024;

/// One target of a manifest.
pub(crate) struct Entry {
    /// The target and what to do for it.
    pub(crate) job: Request,
    /// Where its lock is.
    pub(crate) lock: PathBuf,
    /// What is generated from the lock.
    pub(crate) emit: Vec<(Format, PathBuf)>,
    /// Other files with its constants, written by hand.
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
    from: Option<Spanned<OneOrMore>>,
    follow: Option<Spanned<bool>>,
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
    rate: Option<Spanned<f64>>,
    style: Option<Spanned<String>>,
    name_from: Option<Spanned<String>>,
    max_bytes: Option<Spanned<u32>>,
    lifetime: Option<Spanned<String>>,
    backup: Option<Spanned<bool>>,
    siblings: Option<Spanned<bool>>,
    no_aia: Option<Spanned<bool>>,
}

#[derive(Deserialize, Default)]
#[serde(untagged, expecting = "expected a string or a list of strings")]
enum OneOrMore {
    #[default]
    None,
    One(String),
    More(Vec<String>),
}

/// serde's message for a value that is not a [`OneOrMore`].
const ONE_OR_MORE: &str = "expected a string or a list of strings";

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
        let (message, hint) = words::sentence(error.message().lines().next().unwrap_or_default());
        let line = error.span().map_or(1, |span| text.line(&span));
        text.failure(line, &message).with_hint(hint)
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
    outputs.refuse_overwritten_inputs(&entries, &text)?;
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
        let shown = Foreign::path(path).line();
        let content = bounded_file::read_text(path, MAX_MANIFEST_BYTES).map_err(|error| {
            let hint = match error.kind() {
                std::io::ErrorKind::NotFound => {
                    Some("write one with `certgrab sync --init HOST:PORT`")
                }
                _ => bounded_file::found_instead(path)
                    .map(|_| "name the file: `--manifest DIR/certgrab.toml`"),
            };
            Failure::new(Exit::File, format!("cannot read the manifest {shown}: {error}"))
                .with_hint(hint)
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
    if table.lock.get_ref().as_os_str().is_empty() {
        return Err(text.failure(text.line(&table.lock.span()), &no_path("lock")));
    }
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
            let hint = (name != "json").then(|| habits::unknown_format(format.get_ref()));
            text.failure(line, &message).with_hint(hint)
        })?;
        if path.as_os_str().is_empty() {
            return Err(text.failure(line, &no_path(known.name)));
        }
        let path = folder.join(path);
        outputs.add(&path, line, &format!("`{}`", known.name), text)?;
        emit.push((known, path));
    }
    let job = keys::job(table, folder).map_err(|keys::Refused { span, message, hint }| {
        text.failure(text.line(&span), &message).with_hint(hint)
    })?;
    let check = table.check.all().iter().map(|file| folder.join(file)).collect();
    Ok(Entry { job, lock, emit, check })
}

/// That `key` has no path as its value.
fn no_path(key: &str) -> String {
    format!("`{key}`: {}", usage::invalid_value("", keys::A_PATH))
}

/// The files that are written, each with its purpose: a file that is written twice would only hold the
/// last.
struct Outputs(BTreeMap<PathBuf, String>);

impl Outputs {
    /// Only the manifest at `path`, which must not be replaced.
    fn new(path: &Path) -> Self {
        Self(BTreeMap::from([(output::place_of(path), "which is this manifest".to_owned())]))
    }

    /// Adds `file`, which is written as `what` by `line`.
    fn add(&mut self, file: &Path, line: usize, what: &str, text: &Text) -> Result<(), Failure> {
        let here = format!("like {what} of line {line}");
        match self.0.insert(output::place_of(file), here) {
            None => Ok(()),
            Some(other) => {
                let file = Foreign::path(file).line();
                Err(text.failure(line, &format!("{what} would be written to {file}, {other}")))
            }
        }
    }

    /// Refuses a manifest that would overwrite what it reads: roots, and files written by hand.
    fn refuse_overwritten_inputs<'a>(
        &self,
        entries: &'a [Entry],
        text: &Text,
    ) -> Result<(), Failure> {
        let shown = &text.shown;
        let of_client = |entry: &'a Entry| {
            let client = &entry.job.reaching.client;
            client.certificate.iter().chain(&client.key)
        };
        let inputs: BTreeSet<&PathBuf> = entries
            .iter()
            .flat_map(|entry| {
                let trust = &entry.job.trust;
                let trusted = trust.roots.files.iter().chain(&trust.converted);
                trusted.chain(&entry.check).chain(of_client(entry))
            })
            .collect();
        let written = self
            .0
            .iter()
            .filter_map(|(output, what)| Some((output.clone(), what.strip_prefix("like ")?)));
        let outputs = output::Places::of(written);
        for input in inputs {
            let named = Foreign::path(input).line();
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
