//! `certgrab verify`: the pure half of the job, on files.

use std::io::{self, BufReader};

use crate::{
    Grab,
    judge::{
        baseline::{self, Departure},
        path::Question,
        prove,
    },
    run::{
        batch,
        grab::{self, Options},
        json::Document,
    },
    text::diagnostic::with_hint,
};
use serde::Serialize;

use crate::cli::{
    args::verify::Verify,
    failure::{Exit, Failure},
    habits,
    output::{self, complain},
    report, request, roots,
    style::Display,
};

/// The target's document with a verdict in one word for scripts.
#[derive(Serialize)]
struct Answer {
    ok: bool,
    departures: Vec<String>,
    #[serde(flatten)]
    document: Document,
}

/// Verifies; whether the chain verifies.
pub(crate) fn run(verify: &Verify, display: &Display) -> Result<Exit, Failure> {
    let Some(file) = verify.file.as_ref().or(verify.from.as_ref()) else { return batch() };
    let host = verify.host.as_ref();
    let store = roots::store(&verify.trust, display)?;
    let options = Options::new(store, verify.at.or_now());
    let presented = request::read_chain(file, display).map_err(|failure| {
        let hint = file.to_str().and_then(|word| habits::server_for_a_file(word, "verify"));
        if hint.is_some() { failure.with_hint(hint) } else { failure }
    })?;
    let name = host.map(|host| options.wanted_name(host));
    let grab = match (verify.stack, host) {
        (Some(stack), _) => grab::judge_by(stack, presented, name.as_ref(), &options),
        (None, Some(host)) => grab::judge(presented, host, &options),
        (None, None) => grab::judge_path(presented, &options),
    };
    warn_of_versions(verify, &grab, &options, display);
    let departures = match &grab.verdict {
        Ok(judgement) => baseline::departures(&judgement.verified.anchor().path),
        Err(_) => Vec::new(),
    };
    let is_ok = grab.verdict.is_ok() && (departures.is_empty() || !verify.strict);
    if verify.json {
        let answer = Answer {
            ok: is_ok,
            departures: departures.iter().map(Departure::to_string).collect(),
            document: document(verify, &grab, &options),
        };
        let fault = |error| Failure::new(Exit::Fault, format!("no JSON: {error}"));
        let mut line = serde_json::to_vec(&answer).map_err(fault)?;
        line.push(b'\n');
        output::write(&line)?;
    }
    match &grab.verdict {
        _ if verify.stacks && !verify.json => {
            output::show(&report::stacks(host, &grab, &options))?;
        }
        Ok(judgement) if !verify.json => {
            output::show(&report::trusted(host, &grab, judgement, &options, display))?;
        }
        Err(_) if !verify.json => output::show(&report::refused(host, &grab, display))?,
        _ => {}
    }
    if let Err(refusal) = &grab.verdict {
        complain(&Failure::of(refusal));
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

/// Warns if another version or setting of the stack refuses what the stack itself accepts.
fn warn_of_versions(verify: &Verify, grab: &Grab, options: &Options, display: &Display) {
    let (Some(stack), Ok(judgement)) = (verify.stack, &grab.verdict) else { return };
    let name = verify.host.as_ref().map(|host| options.wanted_name(host));
    let question = Question { name: name.as_ref(), at: options.at, work: &grab.work };
    let anchor = [judgement.verified.anchor().root.certificate.clone()];
    if let Some(doubt) = prove::doubt(Some(stack), &grab.presented, &anchor, question) {
        output::warn(with_hint(&doubt.refusal), display);
    }
}

/// The document of the chain.
fn document(verify: &Verify, grab: &Grab, options: &Options) -> Document {
    let document = Document::of(verify.host.as_ref(), grab, options);
    match verify.stacks {
        true => document
            .with_stacks(&grab.every_stack(verify.host.as_ref(), options).unwrap_or_default()),
        false => document,
    }
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
