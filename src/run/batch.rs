//! Verifies chains given as lines of JSON: the pure stages without a server.
//!
//! In: one object per line with a chain, roots, a time and a name. Out: one object per line with the
//! valid paths and the chosen one, or why there is none. Whatever a line contains, the next one is
//! judged.
//!
//! Test suites for path building use this interface. They require the whole profile of RFC 5280 and of
//! the Baseline Requirements, so [`crate::judge::baseline`] is applied to paths here unless the line
//! says `"strict": false`; for a device it is a warning.

use std::{
    io::{self, BufRead, Read as _, Write},
    path::Path as FilePath,
};

use rustls_pki_types::{DnsName, IpAddr, ServerName};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chain::Issuers;
use crate::chain::Presented;
use crate::{
    judge::{
        baseline,
        path::{self, Path, Paths, Question},
        prove, rank,
        work::Work,
    },
    run::grab::{self, Options},
    stack,
    text::{foreign::Foreign, json, time::Time},
    trust::store::{self, Source, Store},
    x509::certificate::Certificate,
};

/// The most bytes of a line: room for the 16 MiB of roots that a file may have.
pub const MAX_LINE_BYTES: u64 = store::MAX_ROOTS_BYTES as u64;

/// The most certificates of a chain: suites send a whole graph instead of a chain, and BetterTLS's
/// graphs have 36.
pub const MAX_CERTIFICATES: usize = 64;

/// A question, as in a line.
#[derive(Debug, Deserialize)]
struct Case {
    id: Value,
    leaf: String,
    #[serde(default)]
    intermediates: Vec<String>,
    roots: Vec<String>,
    time: String,
    host: Option<String>,
    host_kind: Option<String>,
    max_intermediates: Option<usize>,
    strict: Option<bool>,
    stack: Option<String>,
}

/// The answer to one line.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Answer {
    Judged {
        id: Value,
        ok: bool,
        /// Each path as SHA-256 fingerprints, from the leaf to the anchor.
        paths: Vec<Vec<String>>,
        /// The position of the path to the anchor that is chosen.
        chosen: Option<usize>,
        error: Option<String>,
        warnings: Vec<String>,
    },
    /// The question is not one of a TLS client: it is for a mail address.
    Skipped { id: Value, skip: bool },
}

/// Answers each line of `input` on `output`, and skips blank ones.
///
/// # Errors
///
/// Only errors of reading and writing: a bad line is not an error.
pub fn run(mut input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        (&mut input).take(MAX_LINE_BYTES).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        let is_cut = line.len() as u64 == MAX_LINE_BYTES && line.last() != Some(&b'\n');
        if line.trim_ascii().is_empty() && !is_cut {
            continue;
        }
        let answer = if is_cut {
            pass_over_line(&mut input)?;
            refused(Value::Null, format!("the line has more than {MAX_LINE_BYTES} bytes"))
        } else {
            answer(line.trim_ascii_end(), number)
        };
        let answer = serde_json::to_string(&answer)?;
        output.write_all(json::visible(&answer).as_bytes())?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}

/// Reads up to the end of the line and discards it.
fn pass_over_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let end = buffer.iter().position(|&byte| byte == b'\n');
        let read = end.map_or(buffer.len(), |end| end + 1);
        input.consume(read);
        if read == 0 || end.is_some() {
            return Ok(());
        }
    }
}

fn answer(line: &[u8], number: u64) -> Answer {
    let case: Case = match serde_json::from_slice(line) {
        Ok(case) => case,
        Err(_) => {
            let value: Result<Value, _> = serde_json::from_slice(line);
            let id = value.as_ref().ok().and_then(|line| line.get("id").cloned());
            let problem = not_a_question(value.as_ref());
            return refused(id.unwrap_or_default(), format!("line {number} {problem}"));
        }
    };
    let name = match name(&case) {
        Ok(Asked::Name(name)) => Some(name),
        Ok(Asked::PathAlone) => None,
        Ok(Asked::Other) => return Answer::Skipped { id: case.id, skip: true },
        Err(problem) => return refused(case.id, problem),
    };
    let judged = match &case.stack {
        Some(stack) => judge_by(stack, &case, name.as_ref()),
        None => judge(&case, name.as_ref()),
    };
    match judged {
        Ok((paths, chosen, warnings)) => {
            let prints = |path: &Path| {
                let all = path.certificates.iter().chain([&path.anchor.certificate]);
                let mut prints: Vec<_> = all.map(|one| one.sha256().to_string()).collect();
                // A leaf that is its own anchor is listed once.
                prints.dedup();
                prints
            };
            let paths = paths.found.iter().map(prints).collect();
            Answer::Judged { id: case.id, ok: true, paths, chosen, error: None, warnings }
        }
        Err(problem) => refused(case.id, problem),
    }
}

/// Why a line is not a question; completes the sentence "the line ...".
fn not_a_question(value: Result<&Value, &serde_json::Error>) -> String {
    /// Each field, whether it is required, its type, and whether a value is of that type.
    type Field = (&'static str, bool, &'static str, fn(&Value) -> bool);
    const FIELDS: [Field; 10] = [
        ("id", true, "a value", |_| true),
        ("leaf", true, "a string", Value::is_string),
        ("intermediates", false, "a list of strings", is_strings),
        ("roots", true, "a list of strings", is_strings),
        ("time", true, "a string", Value::is_string),
        ("host", false, "a string", |value| value.is_string() || value.is_null()),
        ("host_kind", false, "a string", |value| value.is_string() || value.is_null()),
        ("max_intermediates", false, "a count", |value| value.is_u64() || value.is_null()),
        ("strict", false, "true or false", |value| value.is_boolean() || value.is_null()),
        ("stack", false, "a string", |value| value.is_string() || value.is_null()),
    ];
    let fields = match value {
        Err(error) => return format!("is not JSON, at column {}", error.column()),
        Ok(Value::Object(fields)) => fields,
        Ok(_) => return "is not a JSON object".to_owned(),
    };
    let problem =
        FIELDS.iter().find_map(|(name, is_required, kind, fits)| match fields.get(*name) {
            None => is_required.then(|| format!("has no `{name}`")),
            Some(value) if fits(value) => None,
            Some(_) => Some(format!("has another type of `{name}`, expected {kind}")),
        });
    problem.unwrap_or_else(|| "has a field twice".to_owned())
}

fn is_strings(value: &Value) -> bool {
    value.as_array().is_some_and(|all| all.iter().all(Value::is_string))
}

fn refused(id: Value, problem: String) -> Answer {
    let warnings = Vec::new();
    Answer::Judged {
        id,
        ok: false,
        paths: Vec::new(),
        chosen: None,
        error: Some(problem),
        warnings,
    }
}

/// What a leaf must be valid for.
enum Asked {
    /// This name.
    Name(ServerName<'static>),
    /// Any name: only the path is verified.
    PathAlone,
    /// A name that a TLS client never verifies.
    Other,
}

/// The requested name.
fn name(case: &Case) -> Result<Asked, String> {
    let (Some(host), kind) = (&case.host, case.host_kind.as_deref()) else {
        return Ok(Asked::PathAlone);
    };
    let address = || IpAddr::try_from(host.as_str()).map(ServerName::IpAddress);
    let dns = || DnsName::try_from(host.clone()).map(ServerName::DnsName);
    let is_given = |name: &ServerName<'_>| host.eq_ignore_ascii_case(&name.to_str());
    if let (Some(_), Ok(name)) = (&case.stack, dns().or_else(|_| address()).as_ref())
        && !is_given(name)
    {
        let name = name.to_str();
        return Err(format!("expected `{name}`, since many TLS stacks compare a host as text"));
    }
    let shown = || Foreign::text(host).line();
    match kind {
        Some("ip") => match address() {
            Ok(name) => Ok(Asked::Name(name)),
            Err(_) => Err(format!("`{}` is not an IP address", shown())),
        },
        Some("dns") | None => match dns() {
            Ok(name) => Ok(Asked::Name(name)),
            Err(_) => match address() {
                Ok(name) if kind.is_none() => Ok(Asked::Name(name)),
                _ => Err(format!("`{}` is not a DNS name", shown())),
            },
        },
        Some(_) => Ok(Asked::Other),
    }
}

/// The valid paths, the position of the chosen one, and warnings.
type Judged = (Paths, Option<usize>, Vec<String>);

fn judge(case: &Case, name: Option<&ServerName<'static>>) -> Result<Judged, String> {
    let at: Time = case.time.parse().map_err(|error| format!("the time is {error}"))?;
    let work = Work::default();
    let question = Question { name, at, work: &work };
    let mut sent = read(&case.leaf, "the leaf")?;
    for intermediate in &case.intermediates {
        // Other certificates that a server sends may be invalid; that is not a reason to refuse.
        sent.extend(read(intermediate, "an intermediate").unwrap_or_default());
    }
    let presented = presented(sent.iter().map(Certificate::der))?;
    let store = roots(case)?;
    let is_strict = case.strict != Some(false);
    let found = path::find(&presented, &[], &store, question);
    let is_beyond = found.is_err();
    let beyond = |refusal: path::Refusal| {
        let paths = path::find_beyond(&presented, &store, question, is_strict);
        paths.ok_or_else(|| refusal.to_string())
    };
    let mut paths = found.or_else(beyond)?;
    if let Some(most) = case.max_intermediates {
        paths.found.retain(|path| path.counted_intermediates() <= most);
        if paths.found.is_empty() {
            return Err(format!("no path has {most} or fewer intermediates"));
        }
    }
    let mut warnings = Vec::new();
    let mut nearest = None;
    paths.found.retain(|path| {
        let departures = baseline::departures(path);
        let is_kept = departures.is_empty() || !is_strict;
        if let (false, Some(first)) = (is_kept, departures.first()) {
            nearest.get_or_insert_with(|| first.to_string());
        }
        if is_kept {
            warnings.extend(departures.iter().map(ToString::to_string));
        }
        is_kept
    });
    if let (true, Some(departure)) = (paths.found.is_empty(), nearest) {
        return Err(departure);
    }
    warnings.sort();
    warnings.dedup();
    if paths.cut {
        warnings.push("there may be more paths: the search reached its limit".to_owned());
    }

    let ranked = rank::rank(&paths, &presented, &Issuers::default());
    // The proof uses rustls-webpki too.
    let best = if is_beyond {
        ranked.into_iter().next().map(|candidate| candidate.path)
    } else {
        let verified = prove::prove(ranked, &presented, question, &[]);
        Some(verified.map_err(|refusal| refusal.to_string())?.anchor().path.clone())
    };
    let chosen = paths.found.iter().position(|path| Some(path) == best.as_ref());
    Ok((paths, chosen, warnings))
}

/// The verdict of one TLS stack, by its rules alone.
fn judge_by(
    stack: &str,
    case: &Case,
    name: Option<&ServerName<'static>>,
) -> Result<Judged, String> {
    let Some(stack) = stack::named(stack) else {
        return Err(format!("the stack `{}` is unknown", Foreign::text(stack).line()));
    };
    if case.strict.is_some() || case.max_intermediates.is_some() {
        return Err("`strict` and `max_intermediates` cannot be combined with `stack`".to_owned());
    }
    let at: Time = case.time.parse().map_err(|error| format!("the time is {error}"))?;
    let mut sent = Vec::new();
    for pem in std::iter::once(&case.leaf).chain(&case.intermediates) {
        let ders = store::chain_in(pem.as_bytes(), FilePath::new("the line"));
        sent.extend(ders.map_err(|error| error.to_string())?);
    }
    let presented = presented(sent.iter().map(Vec::as_slice))?;
    let options = Options::new(roots(case)?, at);
    let judgement = grab::judge_by(stack, presented, name, &options)
        .verdict
        .map_err(|refusal| refusal.to_string())?;
    let (paths, verified) = (judgement.paths, judgement.verified);
    let chosen = paths.found.iter().position(|path| *path == verified.anchor().path);
    Ok((paths, chosen, Vec::new()))
}

/// The certificates of a line as a server sends them.
fn presented<'a>(ders: impl ExactSizeIterator<Item = &'a [u8]>) -> Result<Presented, String> {
    if ders.len() > MAX_CERTIFICATES {
        return Err(format!("the chain has more than {MAX_CERTIFICATES} certificates"));
    }
    Ok(Presented::at_most(MAX_CERTIFICATES, ders, Source::Presented("the line".into())))
}

/// The roots that the line trusts.
fn roots(case: &Case) -> Result<Store, String> {
    let mut store = Store::default();
    for root in &case.roots {
        let certificates = read(root, "a root").unwrap_or_default();
        store
            .add_certificates(certificates, FilePath::new("the given store"))
            .map_err(|error| error.to_string())?;
    }
    Ok(store)
}

fn read(pem: &str, what: &str) -> Result<Vec<Certificate>, String> {
    store::certificates_in(pem.as_bytes(), FilePath::new(what)).map_err(|error| error.to_string())
}
