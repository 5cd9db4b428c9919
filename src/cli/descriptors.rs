//! How many servers can be contacted at once, on how many threads, with the descriptors that the system
//! allows.

use super::{output, style::Display};
use crate::text::count::counted;

/// Descriptors reserved for everything else: standard streams, the list, the runtime, resolvers.
const OTHER_DESCRIPTORS: u64 = 64;

/// Descriptors that the runtime of a thread needs (tokio 1.54 opens four, and the first runtime two
/// more).
const DESCRIPTORS_OF_A_THREAD: u64 = 6;

/// The number of jobs and threads that there are descriptors for.
#[derive(Clone, Copy)]
pub(crate) struct Affordable {
    pub(crate) jobs: usize,
    pub(crate) threads: usize,
}

/// As many jobs and threads as there are descriptors for. More threads than jobs would be idle, and a
/// job is worth more than a thread.
pub(crate) fn affordable_on_threads(jobs: usize, threads: usize, display: &Display) -> Affordable {
    let more = threads.min(jobs).saturating_sub(1) as u64;
    // The system may allow all jobs but not all threads.
    let of_all = jobs as u64 + OTHER_DESCRIPTORS + more * DESCRIPTORS_OF_A_THREAD;
    let allowed = rlimit::increase_nofile_limit(of_all).unwrap_or(of_all);
    let jobs = affordable(jobs, display);
    // The reserved descriptors are enough for a few threads.
    let left = allowed.saturating_sub(jobs as u64 + OTHER_DESCRIPTORS / 2);
    let more = more.min(left / DESCRIPTORS_OF_A_THREAD);
    Affordable { jobs, threads: usize::try_from(more).unwrap_or(0) + 1 }
}

/// Asks the system for `count` descriptors in addition to the reserved ones; if it allows fewer, opening
/// one too many fails.
pub(crate) fn allow(count: usize) {
    let _ = rlimit::increase_nofile_limit(count as u64 + OTHER_DESCRIPTORS);
}

/// As many jobs as there are descriptors for, after asking the system for all it allows.
fn affordable(jobs: usize, display: &Display) -> usize {
    let wanted = jobs as u64 + OTHER_DESCRIPTORS;
    let Ok(allowed) = rlimit::increase_nofile_limit(wanted) else {
        return jobs;
    };
    let room = usize::try_from(allowed.saturating_sub(OTHER_DESCRIPTORS)).unwrap_or(jobs).max(1);
    if room < jobs {
        let message = format_args!(
            "the system allows {allowed} open files: running {} instead of {jobs}",
            counted(room, "job")
        );
        output::warn(message, display);
    }
    jobs.min(room)
}
