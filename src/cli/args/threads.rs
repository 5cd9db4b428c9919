//! The option for the number of threads.

use std::num::NonZeroUsize;

use crate::cli::workers;

/// The most threads: more than any machine that runs this has cores.
pub(crate) const MAX_THREADS: usize = 1_024;

/// `--threads` of the commands that work on several files, servers or devices.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(crate) struct Threads {
    /// Number of threads that share the work [default: as many as there are processor cores]
    #[arg(long, value_name = "N", value_parser = threads, allow_hyphen_values = true)]
    threads: Option<NonZeroUsize>,
}

impl Threads {
    pub(crate) fn count(self) -> usize {
        self.threads.map_or_else(workers::default_threads, NonZeroUsize::get)
    }
}

fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse().ok().filter(|number: &NonZeroUsize| number.get() <= MAX_THREADS);
    number.ok_or_else(|| format!("expected a number of threads, 1 to {MAX_THREADS}"))
}
