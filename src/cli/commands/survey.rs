//! `--survey`: one server queried in many ways, as a table, and the anchors for all of them.

use std::fmt::Write as _;

use crate::chain::Sent;
use crate::{
    endpoint::Target,
    run::{
        grab::Options,
        html,
        json::SurveyDocument,
        survey::{self, Survey},
    },
    text::{count::counted, wrap},
    tls::probe,
};

use crate::cli::{
    args::{Form, Request},
    export,
    failure::{Exit, Failure},
    language::{in_language, lines_in_language, page_in_language},
    output::{self, complain},
    proof, regenerate,
    style::{self, Display},
    warn,
};

/// The warning about unanswered questions, if there are any.
fn unanswered(survey: &Survey) -> Option<String> {
    let sentence = survey.unanswered_sentence()?;
    let others = if survey.chains.is_empty() { "" } else { "there may be other chains; " };
    Some(format!("{sentence}: {others}ask again later, or slower with `--rate N`"))
}

/// Queries the targets in every way and shows or exports the results.
pub(crate) fn run(
    job: &Request,
    display: &Display,
    options: &Options,
    runtime: &tokio::runtime::Runtime,
) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    for target in &job.targets {
        let target = job.reaching.target(target);
        let ended = match runtime.block_on(survey::survey(&target, options)) {
            Ok(survey) => finish(job, display, &target, options, &survey)?,
            Err(error) => failed(&error),
        };
        exit = exit.max(ended);
    }
    Ok(exit)
}

fn failed(error: &probe::Error) -> Exit {
    complain(&Failure::of(error));
    Exit::NoHandshake
}

fn finish(
    job: &Request,
    display: &Display,
    target: &Target,
    options: &Options,
    survey: &Survey,
) -> Result<Exit, Failure> {
    let document = || SurveyDocument::new(target, survey, options).to_line();
    if job.json {
        output::write(document().as_bytes())?;
    } else if job.output.emit.is_empty() {
        output::show(&table(target, survey))?;
    }
    if let Some(sentence) = unanswered(survey).filter(|_| job.json || !job.output.emit.is_empty()) {
        output::warn(format_args!("{sentence}"), display);
    }
    if survey.chains.is_empty() {
        let errors = survey.answers.iter().find_map(|(_, outcome)| outcome.as_ref().err());
        return Ok(errors.map_or(Exit::NoHandshake, failed));
    }
    for (number, chain) in survey.chains.iter().enumerate() {
        if let Err(refusal) = &chain.verdict {
            complain(&Failure::of(refusal).about(format_args!("chain {}: ", number + 1)));
        }
    }
    // The user requested a set for all devices; one that omits some is an error.
    let Some(mut bundle) = survey.bundle(target).filter(|_| survey.is_whole()) else {
        return Ok(Exit::Untrusted);
    };
    bundle.options = regenerate::words(job, Some(target));
    let name = export::name(job, &bundle)?;
    // One chain needs no number.
    let whose = |number: usize| match survey.chains.len() {
        1 => String::new(),
        _ => format!("chain {}: ", number + 1),
    };
    if !job.output.emit.is_empty() {
        for (number, chain) in survey.chains.iter().enumerate() {
            if let (Some(anchor), Ok(judgement)) = (survey.anchor_of(number), &chain.verdict) {
                warn::of_departure(&whose(number), judgement, display);
                let judged = (judgement, anchor);
                warn::of_anchor(&whose(number), chain, judged, (target, options), display);
            }
        }
        warn::of_another_name("", job, target, warn::Named::OnTheCommandLine, display);
    }
    for (number, chain) in survey.chains.iter().enumerate() {
        proof::prove(job, (&whose(number), target), chain, &bundle, options, display)?;
    }
    let title = format!("The trust anchors for every chain of {target}");
    let outputs = [(&job.output.emit[..], &bundle, &name)];
    export::export(job, display, &outputs, |form| match form {
        Form::Report => page_in_language(html::of_set(&title, &bundle, options.at)),
        _ => document(),
    })
}

/// Every query with its chain, then each chain, then the anchors.
fn table(target: &Target, survey: &Survey) -> String {
    let (ways, chains) = (survey.answers.len(), survey.chains.len());
    let received = counted(chains, "chain");
    let mut out = format!("{target}: queried in {ways} ways, {received} received\n\n");
    ways_of_asking(&mut out, survey);
    if let Some(sentence) = unanswered(survey) {
        let warning = style::warning(in_language("warning"));
        let _ = writeln!(out, "\n{warning} {}", in_language(&sentence));
    }
    for number in 0..chains {
        chain(&mut out, survey, number);
    }
    anchors(&mut out, survey);
    lines_in_language(&out)
}

/// A line for each query, with its answer.
fn ways_of_asking(out: &mut String, survey: &Survey) {
    let place = survey.answers.iter().map(|(question, _)| question.place().len());
    // The widest of each column: `not sent`, `ECDSA`, `TLS 1.2 or older`.
    let widths = [place.max().unwrap_or_default(), 8, 5, 16];
    let mut row = |cells: [&str; 4], answer: &str| {
        let cells = cells.iter().zip(widths);
        let padded = cells.map(|(cell, width)| wrap::padded(&in_language(cell), width) + "  ");
        let (start, below) =
            (padded.collect::<String>(), " ".repeat(widths.iter().sum::<usize>() + 8));
        *out += &style::wrapped(&start, &below, &in_language(answer), style::columns());
    };
    row(["address", "name", "key", "version"], "answer");
    for (question, outcome) in &survey.answers {
        let answer = match outcome {
            Ok(number) => format!("chain {}", number + 1),
            // The column says that the server answered so.
            Err(error) => {
                let sentence = error.to_string();
                let alert = sentence.strip_prefix("the server refused the handshake: ");
                alert.unwrap_or(&sentence).to_owned()
            }
        };
        let name = if question.names { "sent" } else { "not sent" };
        let cells = [&*question.place(), name, question.key(), question.versions()];
        row(cells, &answer);
    }
}

/// The certificates of one chain, and whether it is trusted.
fn chain(out: &mut String, survey: &Survey, number: usize) {
    let chain = &survey.chains[number];
    let _ = writeln!(out, "\nchain {}", number + 1);
    for (position, sent) in chain.presented.numbered() {
        match sent {
            Sent::Certificate(certificate) => {
                let subject = certificate.subject().text().line();
                let date = certificate.not_after().date();
                let _ = writeln!(out, "  {subject}, {}, until {date}", certificate.key());
            }
            Sent::Unreadable(unreadable) => {
                let _ = writeln!(out, "  certificate {position} is {}", unreadable.problem);
            }
        }
    }
    match &chain.verdict {
        Ok(_) => {
            let proof = chain.presented.key_possession().words();
            let _ = writeln!(out, "  key {proof}");
        }
        Err(refusal) => {
            let _ = writeln!(
                out,
                "  {} {}",
                style::warning(in_language("not trusted:")),
                in_language(&refusal.to_string())
            );
        }
    }
}

/// The anchors, each with the chains that it verifies.
fn anchors(out: &mut String, survey: &Survey) {
    if !survey.anchors.is_empty() {
        out.push_str("\nsmallest set of anchors that verifies every chain with a known root\n");
    }
    for anchor in &survey.anchors {
        let Some(candidate) = survey.candidate(*anchor) else { continue };
        let subject = candidate.root.certificate.subject().text().line();
        let chains: Vec<String> =
            survey.verified_by(*anchor).iter().map(|number| (number + 1).to_string()).collect();
        let _ = writeln!(out, "  {}", style::anchor(subject));
        let _ = writeln!(out, "    SHA-256    {anchor}");
        let _ = writeln!(out, "    verifies   chain {}", chains.join(", chain "));
        let _ = writeln!(out, "    lasts      until {}", candidate.lasts.until.date());
    }
}
