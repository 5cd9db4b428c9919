//! Runs and counts the cases, and prints the outcome of each.
//!
//! In: cases. Out: a line for each case on standard output, a last line with the counts, and the exit
//! code.

use crate::Fault;
use std::{env, process::ExitCode};

/// certgrab's `.ci/run` sets it to 1; `ci.sh` then installs missing packages.
const REQUIRE_PARTS: &str = "CERTGRAB_REQUIRE_PARTS";

/// The cases so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    passed: u32,
    failed: u32,
    skipped: u32,
}

impl Report {
    /// Runs one case.
    pub(crate) fn case(&mut self, name: &str, case: impl FnOnce() -> Result<(), Fault>) {
        match case() {
            Ok(()) => {
                self.passed += 1;
                println!("ok: {name}");
            }
            Err(fault) => {
                self.failed += 1;
                println!("FAILED: {name}\n{fault}");
            }
        }
    }

    /// Skips a level because `tool` is missing. If every part is required, this is a failure.
    pub(crate) fn skip(&mut self, level: &str, tool: &str) {
        if env::var(REQUIRE_PARTS).is_ok_and(|value| value == "1") {
            self.failed += 1;
            println!("FAILED: {level}: no {tool}");
        } else {
            self.skipped += 1;
            println!("skipped: {level}: no {tool}");
        }
    }

    /// Prints the counts.
    pub(crate) fn close(&self) -> ExitCode {
        let Self { passed, failed, skipped } = self;
        println!("{passed} passed, {failed} failed, {skipped} skipped");
        if *failed == 0 && *passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
