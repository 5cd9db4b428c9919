//! `--compare`: whether two servers use the same trust anchor.

use std::fmt::Write as _;

use crate::{
    Grab,
    endpoint::Target,
    run::{
        grab::{self, Options, Sni},
        json::{Document, SCHEMA},
        survey,
    },
    x509::certificate::Certificate,
};
use serde::Serialize;

use crate::cli::{
    args::Request,
    failure::{Exit, Failure},
    output::{self, complain},
    style::Display,
    warn,
};

/// How the anchors of two servers relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Relation {
    /// The anchors are the same certificate, or have the same name and key.
    Same,
    /// The anchors differ, but one root verifies both.
    Shared,
    /// No root verifies both.
    Different,
}

#[derive(Debug, Serialize)]
struct Comparison {
    schema: u32,
    /// `None` if a server has no anchor.
    compare: Option<Relation>,
    /// The SHA-256 of each root that verifies both, as the first server has it and in its order.
    shared: Vec<String>,
    targets: [Document; 2],
}

type Asked = Result<Grab, grab::Error>;

/// Queries both and compares; exit code 0 if a root verifies both, 1 if none does.
pub(crate) fn run(
    job: &Request,
    other: &Target,
    options: &Options,
    display: &Display,
    runtime: &tokio::runtime::Runtime,
) -> Result<Exit, Failure> {
    let (target, other) = (&job.reaching.target(&job.targets[0]), &job.reaching.target(other));
    // `--connect` and `--sni` apply to the first server only.
    let mut others = options.clone();
    others.connect.instead = None;
    others.sni = Sni::Target;
    let (first, second) = runtime
        .block_on(async { tokio::join!(grab::grab(target, options), grab::grab(other, &others)) });
    let exit = report_failure(target, &first).max(report_failure(other, &second));
    for (target, outcome) in [(target, &first), (other, &second)] {
        if let Ok(grab) = outcome {
            warn::of_possession(target, &grab.presented, display);
        }
    }
    let (ours, theirs) = (roots(&first), roots(&second));
    // A device trusts a name and a key, whichever certificate they come from.
    let verifies_both = |root: &&Certificate| theirs.iter().any(|one| one.is_same_anchor(root));
    let shared: Vec<_> = ours.iter().copied().filter(verifies_both).collect();
    let relation = match (ours.first(), theirs.first()) {
        (Some(one), Some(another)) if one.is_same_anchor(another) => Some(Relation::Same),
        (Some(_), Some(_)) if !shared.is_empty() => Some(Relation::Shared),
        (Some(_), Some(_)) => Some(Relation::Different),
        _ => None,
    };
    if job.json {
        let comparison = Comparison {
            schema: SCHEMA,
            compare: relation,
            shared: shared.iter().map(|root| root.sha256().to_string()).collect(),
            targets: [
                Document::new(target, &first, options),
                Document::new(other, &second, &others),
            ],
        };
        let line = serde_json::to_string(&comparison)
            .map_err(|error| Failure::new(Exit::Fault, format!("no document: {error}")))?;
        output::write(format!("{line}\n").as_bytes())?;
    } else {
        output::show(&text(target, other, [&ours, &theirs], &shared, relation))?;
    }
    if relation == Some(Relation::Different) && !display.quiet {
        let message = format!("{target} and {other} have no anchor in common");
        let hint = format!("run `certgrab {target} --emit FORMAT` to write the anchor of {target}");
        complain(&Failure::new(Exit::Untrusted, message).with_hint(Some(hint)));
    }
    Ok(match relation {
        Some(Relation::Different) => exit.max(Exit::Untrusted),
        _ => exit,
    })
}

/// Reports why a server has no anchor, if it has none.
fn report_failure(target: &Target, outcome: &Asked) -> Exit {
    let failure = match outcome {
        Err(error) => Failure::of(error),
        Ok(Grab { verdict: Err(refusal), .. }) => Failure::of(refusal),
        Ok(_) => return Exit::Done,
    };
    let failure = failure.about(format_args!("{target}: "));
    complain(&failure);
    failure.exit
}

/// The anchor of a server, then the other roots that verify it.
fn roots(outcome: &Asked) -> Vec<&Certificate> {
    let Ok(grab) = outcome else { return Vec::new() };
    survey::candidates(grab).map(|candidate| &candidate.root.certificate).collect()
}

fn text(
    target: &Target,
    other: &Target,
    roots: [&[&Certificate]; 2],
    shared: &[&Certificate],
    relation: Option<Relation>,
) -> String {
    let mut out = String::new();
    for (target, roots) in [target, other].into_iter().zip(roots) {
        match roots.first() {
            Some(anchor) => {
                let _ = writeln!(out, "{target}\n  anchor   {}", described(anchor));
            }
            None => {
                let _ = writeln!(out, "{target}\n  anchor   none");
            }
        }
        for root in roots.iter().skip(1) {
            let _ = writeln!(out, "  or       {}", described(root));
        }
    }
    let verdict = match relation {
        None => return out,
        Some(Relation::Same) => "both use the same trust anchor".to_owned(),
        Some(Relation::Shared) => {
            format!("different anchors, but {} verifies both", described(shared[0]))
        }
        Some(Relation::Different) => "no anchor verifies both".to_owned(),
    };
    let _ = writeln!(out, "\ncompare    {verdict}");
    out
}

fn described(certificate: &Certificate) -> String {
    let subject = certificate.subject().text().line();
    format!("{subject}, SHA-256 {}", certificate.sha256())
}
