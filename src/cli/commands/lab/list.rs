//! `certgrab lab --list`: the cases, each with the TLS stacks that accept it.

use std::fmt::Write as _;

use crate::{
    lab::{
        authority::Authority,
        cases::{CASES, Must},
        verdict,
    },
    stack::STACKS,
    text::time::Time,
};

use crate::cli::{
    failure::{Exit, Failure},
    output,
};

/// Lists the cases.
pub(super) fn list(host: &str, now: Time) -> Result<Exit, Failure> {
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new(Exit::File, format!("no temporary folder: {error}")))?;
    let authority = Authority::in_folder(folder.path(), now)
        .map_err(|error| Failure::new(Exit::File, error.to_string()))?;
    let mut out = String::new();
    for case in CASES {
        let must = match case.must {
            Must::Connect => "must connect",
            Must::Try => "may connect",
            Must::Refuse => "must refuse",
            Must::Return => "must return",
        };
        let _ = write!(out, "{:20}  {must:12}  {}", case.id, case.title);
        let _ =
            if case.rule.is_empty() { writeln!(out) } else { writeln!(out, " ({})", case.rule) };
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
                let _ = writeln!(out, "{:36}accepted by default: {}", "", accepting.join(", "));
            }
        }
    }
    output::show(&out)?;
    Ok(Exit::Done)
}
