//! `certgrab verify`: the pure half of the job, on files.

use std::io::{self, BufReader};

use crate::{
    judge::{baseline, baseline::Departure},
    run::{
        batch,
        grab::{self, Options},
        json::Document,
    },
    text::time::Time,
};
use serde::Serialize;

use crate::cli::{
    args::verify::Verify,
    failure::{Exit, Failure},
    output::{self, complain},
    report, request, roots,
    style::Display,
};

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
    let file = verify.file.as_ref().or(verify.from.as_ref());
    let (Some(file), Some(host)) = (file, &verify.host) else {
        return batch();
    };
    let store = roots::store(&verify.roots, &verify.trust_sha256, display)?;
    let options = Options::new(store, verify.at.unwrap_or_else(Time::now));
    let grab = grab::judge(request::read_chain(file)?, host, &options);
    let departures = match &grab.verdict {
        Ok(judgement) => baseline::departures(&judgement.verified.anchor().path),
        Err(_) => Vec::new(),
    };
    let is_ok = grab.verdict.is_ok() && (departures.is_empty() || !verify.strict);
    let outcome: Result<_, grab::Error> = Ok(grab);
    if verify.json {
        let document = Document::new(host, &outcome, &options);
        let answer = Answer {
            ok: is_ok,
            departures: departures.iter().map(Departure::to_string).collect(),
            document: match &outcome {
                Ok(grab) if verify.stacks => {
                    document.with_stacks(&grab.every_stack(host, &options))
                }
                _ => document,
            },
        };
        let fault = |error| Failure::new(Exit::Fault, format!("no JSON: {error}"));
        let mut line = serde_json::to_vec(&answer).map_err(fault)?;
        line.push(b'\n');
        output::write(&line)?;
    }
    let Ok(grab) = &outcome else { return Ok(Exit::Fault) };
    match &grab.verdict {
        _ if verify.stacks && !verify.json => {
            output::show(&report::stacks(host, grab, &options))?;
        }
        Ok(judgement) if !verify.json => {
            output::show(&report::trusted(host, grab, judgement, &options, display))?;
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
    output::refuse_unless_writable()?;
    let outcome = batch::run(BufReader::new(io::stdin().lock()), io::stdout().lock());
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::File, format!("the batch stopped: {error}")))
        }
        // A closed pipe is not an error.
        _ => Ok(Exit::Done),
    }
}
