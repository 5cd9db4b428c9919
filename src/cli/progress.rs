//! The progress of a long run: one line on standard error, if that is a terminal.

use std::{io::IsTerminal as _, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::style::Display;

/// How often the line is drawn: people do not read faster.
const DRAWS_A_SECOND: u8 = 5;

/// Fewer files are read before anyone could read the line.
const FEWEST_FILES: u64 = 1_000;

/// A line with the progress of a run.
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// For reading this many files.
    pub(crate) fn of_files(display: &Display, files: usize) -> Self {
        let files = files as u64;
        let template = "certgrab: {pos}/{len} files";
        Self::new(display, files >= FEWEST_FILES, Some(files), template)
    }

    /// For this many targets, if their number is known: done, rate, failures, time left.
    pub(crate) fn of_targets(display: &Display, targets: Option<u64>) -> Self {
        let template = match targets {
            Some(_) => "certgrab: {pos}/{len} done, {rate} a second, {msg} failed, {eta} left",
            None => "certgrab: {pos} done, {rate} a second, {msg} failed",
        };
        // Results on the same terminal show enough progress.
        Self::new(display, !std::io::stdout().is_terminal(), targets, template)
    }

    fn new(display: &Display, is_useful: bool, length: Option<u64>, template: &str) -> Self {
        let is_shown = is_useful && std::io::stderr().is_terminal() && !display.quiet;
        Self(is_shown.then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(DRAWS_A_SECOND);
            let bar = ProgressBar::with_draw_target(length, target);
            if let Ok(style) = ProgressStyle::with_template(template) {
                // indicatif's own has four decimals.
                let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                    let _ = write!(out, "{:.0}", state.per_sec());
                };
                bar.set_style(style.with_key("rate", rate));
            }
            bar.enable_steady_tick(Duration::from_secs(1));
            bar
        }))
    }

    /// One more item is done.
    pub(crate) fn advance(&self) {
        if let Some(bar) = &self.0 {
            bar.inc(1);
        }
    }

    /// `done` items are done, and `failed` of them failed.
    pub(crate) fn set(&self, done: u64, failed: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(done);
            bar.set_message(failed.to_string());
        }
    }

    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
