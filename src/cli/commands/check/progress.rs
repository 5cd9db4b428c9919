//! How far the reading of files is, on standard error if that is a terminal.

use std::{io::IsTerminal as _, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::style::Display;

/// How often the line is drawn: a person reads no faster.
const DRAWS_A_SECOND: u8 = 5;

/// Fewer files than these are read before anyone could read the line.
const FEWEST_FILES: usize = 1_000;

/// A line that says how many files are read.
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    pub(crate) fn new(display: &Display, files: usize) -> Self {
        let is_shown = std::io::stderr().is_terminal() && !display.quiet && files >= FEWEST_FILES;
        Self(is_shown.then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(DRAWS_A_SECOND);
            let bar = ProgressBar::with_draw_target(Some(files as u64), target);
            if let Ok(style) = ProgressStyle::with_template("certgrab: {pos}/{len} files") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_secs(1));
            bar
        }))
    }

    pub(crate) fn advance(&self) {
        if let Some(bar) = &self.0 {
            bar.inc(1);
        }
    }

    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
