//! `certgrab lab --list`: the cases, each with the TLS stacks that accept it.

use crate::{
    lab::{
        authority::Authority,
        cases::{CASES, Case, Must},
        report, verdict,
    },
    stack::STACKS,
    text::{time::Time, wrap},
};

use crate::cli::{
    failure::{Exit, Failure},
    language::in_language,
    output,
};

/// Lists the `wanted` cases, or all.
pub(super) fn list(wanted: &[&'static Case], host: &str, now: Time) -> Result<Exit, Failure> {
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new(Exit::File, format!("no temporary folder: {error}")))?;
    let authority = Authority::in_folder(folder.path(), now)
        .map_err(|error| Failure::new(Exit::File, error.to_string()))?;
    let mut out = String::new();
    let is_wanted = |case: &&Case| wanted.is_empty() || wanted.iter().any(|one| one.id == case.id);
    for case in CASES.iter().filter(is_wanted) {
        let must = match case.must {
            Must::Connect => "must connect",
            Must::Try => "may connect",
            Must::Refuse => "must refuse",
            Must::Return => "must return",
        };
        let must = wrap::padded(&in_language(must), 12);
        let start = format!("{:20}  {must}  ", case.id);
        let indent = textwrap::core::display_width(&start);
        let rule = if case.rule.is_empty() { String::new() } else { format!(" ({})", case.rule) };
        out += &report::wrapped(&start, &format!("{}{rule}", in_language(case.title)), indent);
        if case.must == Must::Refuse {
            let presented = authority
                .present(case, host)
                .map_err(|error| Failure::new(Exit::File, error.to_string()))?;
            let accepting: Vec<_> = STACKS
                .iter()
                .filter(|stack| verdict::accepts(stack, case, &presented, now))
                .map(|stack| stack.name)
                .collect();
            if !accepting.is_empty() {
                let stacks = format!("accepted by default: {}", accepting.join(", "));
                out += &report::wrapped(&" ".repeat(indent), &in_language(&stacks), indent);
            }
        }
    }
    output::show(&out)?;
    Ok(Exit::Done)
}
