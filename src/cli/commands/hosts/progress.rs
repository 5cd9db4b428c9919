//! The progress of a long run, on standard error if that is a terminal.

use std::{io::IsTerminal as _, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::tally::Tally;
use crate::cli::style::Display;

/// How often the line is drawn: a person reads no faster.
const DRAWS_A_SECOND: u8 = 5;

/// A line that says how far a run is: done, rate, failures, time left.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(crate) fn new(display: &Display, length: Option<u64>) -> Self {
        // Results on the same terminal are progress enough.
        let results_are_seen = std::io::stdout().is_terminal();
        let shown = std::io::stderr().is_terminal() && !results_are_seen && !display.quiet;
        let bar = shown.then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(DRAWS_A_SECOND);
            let bar = ProgressBar::with_draw_target(length, target);
            let template = match length {
                Some(_) => "certgrab: {pos}/{len} done, {per_sec}, {msg} failed, {eta} left",
                None => "certgrab: {pos} done, {per_sec}, {msg} failed",
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_secs(1));
            bar
        });
        Self { bar }
    }

    pub(crate) fn advance(&self, tally: &Tally) {
        if let Some(bar) = &self.bar {
            bar.set_position(tally.done());
            bar.set_message(tally.failures().to_string());
        }
    }

    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
