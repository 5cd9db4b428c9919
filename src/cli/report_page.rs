//! `--emit html`: the report for people with the constants for devices.

use crate::{
    Grab,
    endpoint::Target,
    judge::path::Question,
    output::emit,
    run::{
        grab::{Judgement, Options},
        html::{self, Constant},
    },
};

use super::{args::Request, export, language, proof};

/// The formats that every report has, for the devices that most people have.
const USUAL: [&str; 6] = ["arduino", "esp-idf", "c", "micropython", "rust", "pem"];

/// The report about a chain with an anchor: its constants are those of the other `--emit` options, then
/// the usual ones, each only if its TLS stack verifies the server with it.
pub(crate) fn report(
    job: &Request,
    target: &Target,
    (grab, judgement): (&Grab, &Judgement),
    options: &Options,
) -> String {
    let question =
        Question { name: Some(&options.wanted_name(target)), at: options.at, work: &grab.work };
    let selected = job.output.emit.iter().filter_map(|emission| emission.form.format());
    let selected = selected.filter(|format| format.is_text).map(|format| format.name);
    let mut formats: Vec<&str> = Vec::new();
    for name in selected.chain(USUAL) {
        if !formats.contains(&name) {
            formats.push(name);
        }
    }
    let constants: Vec<_> = match export::selection(job, target, grab, judgement, options) {
        Err(_) => Vec::new(),
        Ok((bundle, name)) => {
            let constant = |format: &&str| {
                let presented = &grab.presented;
                let doubt =
                    proof::doubt((format, job.reaching.device), presented, &bundle, question);
                let format = emit::format(format)?;
                let bytes = emit::render(&bundle, format, &name).ok()?;
                let text = String::from_utf8(bytes).ok()?;
                let is_proved = doubt.is_none_or(|doubt| !doubt.is_certain);
                is_proved.then_some(Constant { format: format.name, reader: format.reader, text })
            };
            formats.iter().filter_map(constant).collect()
        }
    };
    language::page_in_language(html::report(target, grab, judgement, options, &constants))
}
