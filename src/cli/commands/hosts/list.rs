//! The list: one target per line, with options after it.
//!
//! In: a file or standard input, read by its own thread as the run needs more. Out: [`Entry`]s. A line
//! without a target is an entry too: a bad line does not end the run.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read as _},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    endpoint::Target,
    run::grab::{Options, Sni},
    text::{bounded_file, foreign::Foreign, secrets},
};
use rustls_pki_types::{DnsName, ServerName};
use serde_json::json;
use tokio::sync::mpsc;

use crate::cli::{
    args::{
        self, Invalid,
        hosts::{Arguments, Column, Shard},
    },
    failure::{Exit, Failure},
};

use super::csv::{self, Cells};

/// The longest line: twice the longest name (RFC 1035 section 2.3.4) for each of its three parts.
const MAX_LINE_BYTES: u64 = 2 * 255 * 3;

/// One line that names a target, or should.
pub(crate) struct Entry {
    /// The position among the entries that this run takes, from 0.
    pub(crate) index: u64,
    pub(crate) target: Result<(Target, Changes), Problem>,
}

/// The options of a line.
#[derive(Default)]
pub(crate) struct Changes {
    sni: Option<DnsName<'static>>,
    connect: Option<Target>,
}

/// Why a line contains no target.
pub(crate) struct Problem {
    line: u64,
    message: String,
    hint: Option<String>,
}

/// A list that is being read.
pub(crate) struct List {
    entries: mpsc::Receiver<Entry>,
    failure: Arc<Mutex<Option<Failure>>>,
    length_hint: Option<u64>,
}

impl List {
    /// Opens the list and starts reading it, up to `ahead` entries in advance.
    pub(crate) fn open(path: &Path, arguments: &Arguments, ahead: usize) -> Result<Self, Failure> {
        let (shard, column) = (arguments.shard, arguments.column.clone());
        let is_stdin = path == Path::new("-");
        let shown = match is_stdin {
            true => "standard input".to_owned(),
            false => Foreign::path(path).line(),
        };
        let place = shown.clone();
        let cannot_read = move |error: io::Error| {
            Failure::new(Exit::File, format!("cannot read {shown}: {error}"))
        };
        let (reader, length_hint): (Box<dyn BufRead + Send>, _) = if is_stdin {
            (Box::new(BufReader::new(io::stdin())), None)
        } else {
            let file = bounded_file::open_given(path).map_err(&cannot_read)?;
            (Box::new(BufReader::new(file)), count_lines(path))
        };
        let (sender, entries) = mpsc::channel(ahead.clamp(1, 1_024));
        let failure = Arc::new(Mutex::new(None));
        let report = Arc::clone(&failure);
        let shard = shard.unwrap_or(Shard { part: 1, of: 1 });
        let no_thread = cannot_read.clone();
        let reading = move || {
            let problem = match read(reader, (shard, column.as_ref()), &sender) {
                Ok(0) => Failure::new(Exit::Usage, format!("{place} contains no target")),
                Ok(_) => return,
                Err(error) => cannot_read(error),
            };
            *report.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem);
        };
        std::thread::Builder::new().spawn(reading).map_err(no_thread)?;
        Ok(Self { entries, failure, length_hint: length_hint.map(|length| length / shard.of) })
    }

    pub(crate) async fn next(&mut self) -> Option<Entry> {
        self.entries.recv().await
    }

    /// Why the list could not be read to its end.
    pub(crate) fn failure(&self) -> Option<Failure> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The approximate number of entries, if it can be determined.
    pub(crate) fn length_hint(&self) -> Option<u64> {
        self.length_hint
    }
}

/// The lines of a regular file, counted without keeping them.
fn count_lines(path: &Path) -> Option<u64> {
    if !path.metadata().ok()?.is_file() {
        return None;
    }
    let mut reader = BufReader::new(File::open(path).ok()?);
    let mut count = 0;
    loop {
        let buffer = reader.fill_buf().ok()?;
        if buffer.is_empty() {
            return Some(count);
        }
        count += buffer.iter().filter(|byte| **byte == b'\n').count() as u64;
        let length = buffer.len();
        reader.consume(length);
    }
}

/// Sends the entries of `shard` until the list ends or nobody receives them; how many lines have a
/// target or should.
fn read(
    mut reader: Box<dyn BufRead + Send>,
    (shard, column): (Shard, Option<&Column>),
    sender: &mpsc::Sender<Entry>,
) -> io::Result<u64> {
    let (mut number, mut seen, mut index) = (0, 0, 0);
    let mut bytes = Vec::new();
    let mut cells: Option<Cells> = None;
    let most = if column.is_some() { csv::MAX_LINE_BYTES } else { MAX_LINE_BYTES };
    loop {
        bytes.clear();
        let length = reader.by_ref().take(most + 1).read_until(b'\n', &mut bytes)?;
        if length == 0 {
            return Ok(seen);
        }
        number += 1;
        let whole = bytes.ends_with(b"\n") || length as u64 <= most;
        if !whole {
            skip_line(&mut reader)?;
        }
        let text = Foreign::bytes(bytes.trim_ascii()).line();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if let (Some(column), None) = (column, &cells) {
            let (begun, is_header) = Cells::begin(&bytes, column)?;
            cells = Some(begun);
            if is_header {
                continue;
            }
        }
        if let Some(cells) = &cells {
            bytes = cells.cell(&bytes);
        }
        seen += 1;
        if seen % shard.of != shard.part % shard.of {
            continue;
        }
        let problem = |Invalid { why, hint }| Problem { line: number, message: why, hint };
        let target = match whole {
            true => parse(&bytes).map_err(problem),
            false => Err(problem(format!("is longer than {most} bytes").into())),
        };
        if sender.blocking_send(Entry { index, target }).is_err() {
            return Ok(seen);
        }
        index += 1;
    }
}

/// Skips the rest of a line. If it does not end soon, the file is not a list.
fn skip_line(reader: &mut Box<dyn BufRead + Send>) -> io::Result<()> {
    /// 16 MiB, the limit of all files that are read whole.
    const MAX_SKIPPED_BYTES: usize = 16 * 1024 * 1024;
    let mut skipped = 0;
    while skipped <= MAX_SKIPPED_BYTES {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(buffer.len(), |end| end + 1);
        reader.consume(length);
        if end.is_some() {
            return Ok(());
        }
        skipped += length;
    }
    let problem = format!("a line has more than {MAX_SKIPPED_BYTES} bytes");
    Err(io::Error::new(io::ErrorKind::InvalidData, problem))
}

/// What to do with a CSV list.
pub(super) const FOR_CSV: &str =
    "write one HOST:PORT per line; of a CSV file, choose the column with `--column NAME`";

/// Reads `host:port sni=NAME connect=HOST:PORT # a comment`.
fn parse(bytes: &[u8]) -> Result<(Target, Changes), Invalid> {
    let text = str::from_utf8(bytes).map_err(|_| "is not UTF-8")?;
    let mut words = text.split_whitespace().take_while(|word| !word.starts_with('#'));
    let first = words.next().unwrap_or_default();
    let target = first.parse::<Target>().map_err(|error| match first.contains([',', ';']) {
        true => Invalid::new(error.to_string(), FOR_CSV),
        false => error.into(),
    })?;
    let mut changes = Changes::default();
    let twice = |option: &str| Err(format!("has `{option}=` twice").into());
    for word in words {
        match word.split_once('=') {
            Some((option @ ("sni" | "connect"), "")) => {
                return Err(format!("has an empty `{option}=`").into());
            }
            Some(("sni", _)) if changes.sni.is_some() => return twice("sni"),
            Some(("connect", _)) if changes.connect.is_some() => return twice("connect"),
            Some(("sni", value)) => match value.parse::<Target>()?.name() {
                ServerName::DnsName(name) => changes.sni = Some(name.clone()),
                _ => return Err(format!("`sni={}` is an address", clean(value)).into()),
            },
            Some(("connect", value)) => changes.connect = Some(args::place(value)?),
            _ => {
                return Err(Invalid::new(
                    format!("has the unknown option `{}`", clean(option_of(word))),
                    "only `sni=NAME` and `connect=HOST:PORT` may follow a target",
                ));
            }
        }
    }
    Ok((target, changes))
}

/// The part of an unknown option that may be shown: its name. A long word may be a password.
fn option_of(word: &str) -> &str {
    /// The longest option has 7 letters.
    const MOST: usize = 10;
    let name = word.split('=').next().unwrap_or_default();
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
    if name.len() <= MOST && name.bytes().all(is_letter) { name } else { "..." }
}

fn clean(word: &str) -> String {
    Foreign::text(word).line()
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        self.sni.is_none() && self.connect.is_none()
    }

    /// The options of the run with those of the line.
    pub(crate) fn apply(self, options: &Options) -> Options {
        let mut changed = options.clone();
        if let Some(name) = self.sni {
            changed.sni = Sni::Name(name);
        }
        if self.connect.is_some() {
            changed.connect.instead = self.connect;
        }
        changed
    }
}

impl Problem {
    /// Whether the line is one of CSV.
    pub(super) fn is_csv(&self) -> bool {
        self.hint.as_deref() == Some(FOR_CSV)
    }

    /// The result of a line without a target: an empty document.
    pub(crate) fn document(&self, index: u64) -> String {
        let message = format!("line {}: {}", self.line, self.message);
        let message = secrets::hide_in_sentence(&message);
        let error = json!({
            "kind": "bad_target", "stage": "target", "message": message, "hint": self.hint
        });
        let document = json!({
            "schema": crate::run::json::SCHEMA, "index": index, "target": null,
            "status": "failed", "error": error, "handshake": null, "address": null, "other_addresses": [],
            "presented": [], "unreadable": [],
            "fetched": [], "paths": [], "anchor": null, "sufficient": null, "alternatives": [], "warnings": []
        });
        crate::text::json::visible(&format!("{document}\n"))
    }
}
