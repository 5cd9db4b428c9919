//! `certgrab verify`: the pure half of the job, on files.

use std::{
    io::{self, BufReader},
    path::PathBuf,
};

use crate::{
    endpoint::Target,
    judge::{baseline, baseline::Departure},
    run::{
        batch,
        grab::{self, Options},
        json::Document,
    },
    text::time::Time,
    x509::certificate::Sha256,
};
use serde::Serialize;

use super::targets;
use crate::cli::{
    Exit, Failure,
    args::{self, Display},
    complain, output, report,
};

const EXAMPLES: &str = "\
Examples:
  certgrab verify --from chain.pem --host plc.test --roots ca.pem    is the chain good for plc.test?
  certgrab verify --from chain.pem --host plc.test --at 2030-01-01   will it still be?
  certgrab verify --batch < cases.jsonl                              judge a JSON object a line";

/// What to verify.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    /// Read the presented chain, the server's own certificate first, from FILE, or - for standard
    /// input
    #[arg(long, value_name = "FILE", required_unless_present = "batch")]
    from: Option<PathBuf>,

    /// The name or the address that the certificate must carry
    #[arg(long, value_name = "NAME", required_unless_present = "batch", value_parser = args::target)]
    host: Option<Target>,

    /// Trust the certificates in FILE, a DIR of files, `system` or `mozilla`, instead of Mozilla's
    #[arg(long, value_name = "FILE|DIR|system|mozilla")]
    roots: Vec<PathBuf>,

    /// Also trust the certificate with this SHA-256, which you have compared with its owner's
    #[arg(long, value_name = "HEX", value_parser = args::fingerprint)]
    trust_sha256: Vec<Sha256>,

    /// Judge at TIME, such as 2026-05-08 or 2026-05-08T15:51:26Z [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<Time>,

    /// Fail too if the path departs from RFC 5280 or the Baseline Requirements
    #[arg(long)]
    strict: bool,

    /// Show the result as one JSON document
    #[arg(long)]
    json: bool,

    /// Judge a JSON object a line from standard input, strictly, and answer each
    #[arg(
        long,
        conflicts_with_all = ["from", "host", "roots", "trust_sha256", "at", "strict", "json"]
    )]
    batch: bool,
}

/// The target's document with the one word that scripts look for.
#[derive(Serialize)]
struct Answer {
    ok: bool,
    departures: Vec<String>,
    #[serde(flatten)]
    document: Document,
}

/// Verifies; whether the chain holds.
pub(crate) fn run(verify: &Verify, display: &Display) -> Result<Exit, Failure> {
    let (Some(file), Some(host)) = (&verify.from, &verify.host) else {
        return batch();
    };
    let store = targets::store(&verify.roots, &verify.trust_sha256, display)?;
    let options = Options::new(store, verify.at.unwrap_or_else(Time::now));
    let grab = grab::judge(targets::read_chain(file)?, host, &options);
    let departures = match &grab.verdict {
        Ok(judgement) => baseline::departures(&judgement.verified.anchor().path),
        Err(_) => Vec::new(),
    };
    let is_ok = grab.verdict.is_ok() && (departures.is_empty() || !verify.strict);
    let outcome: Result<_, grab::Error> = Ok(grab);
    if verify.json {
        let answer = Answer {
            ok: is_ok,
            departures: departures.iter().map(Departure::to_string).collect(),
            document: Document::new(host, &outcome, &options),
        };
        let fault = |error| Failure::new(Exit::Fault, format!("no JSON: {error}"));
        let mut line = serde_json::to_vec(&answer).map_err(fault)?;
        line.push(b'\n');
        output::write(&line)?;
    }
    let Ok(grab) = &outcome else { return Ok(Exit::Fault) };
    match &grab.verdict {
        Ok(judgement) if !verify.json => {
            output::show(&report::trusted(host, grab, judgement, &options))?;
        }
        Err(_) if !verify.json => output::show(&report::refused(host, grab))?,
        _ => {}
    }
    if let Err(refusal) = &grab.verdict {
        let failure = Failure::new(Exit::Untrusted, refusal.to_string());
        complain(&failure.with_hint(refusal.hint()));
    }
    for departure in &departures {
        if verify.strict {
            complain(&Failure::new(Exit::Untrusted, departure.to_string()));
        } else {
            output::warn(departure, display);
        }
    }
    Ok(if is_ok { Exit::Done } else { Exit::Untrusted })
}

fn batch() -> Result<Exit, Failure> {
    let outcome = batch::run(BufReader::new(io::stdin().lock()), io::stdout().lock());
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::File, format!("the batch broke off: {error}")))
        }
        // A reader that has gone away has all that it wanted.
        _ => Ok(Exit::Done),
    }
}
