//! Counts cases, and says each one's outcome when it is known.
//!
//! In: cases. Out: lines on standard output, the last of which counts them, and the exit code.

use crate::Fault;
use std::{env, process::ExitCode};

/// Set to 1 by certgrab's `.ci/run`, which lets `ci.sh` install what is missing.
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

    /// Skips a level because `tool` is missing. It is a failure if every part is required.
    pub(crate) fn skip(&mut self, level: &str, tool: &str) {
        if env::var(REQUIRE_PARTS).is_ok_and(|value| value == "1") {
            self.failed += 1;
            println!("FAILED: {level}: no {tool}");
        } else {
            self.skipped += 1;
            println!("skipped: {level}: no {tool}");
        }
    }

    /// The closing line.
    pub(crate) fn close(&self) -> ExitCode {
        let Self { passed, failed, skipped } = self;
        println!("{passed} passed, {failed} failed, {skipped} skipped");
        if *failed == 0 && *passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
