//! How many servers can be asked at once with the descriptors that the system allows.

use super::{output, style::Display};

/// Descriptors reserved for everything else: standard streams, the list, the runtime, resolvers.
const OTHER_DESCRIPTORS: u64 = 64;

/// As many jobs as there are descriptors for, after asking the system for all it allows.
pub(crate) fn affordable(jobs: usize, display: &Display) -> usize {
    let wanted = jobs as u64 + OTHER_DESCRIPTORS;
    let Ok(allowed) = rlimit::increase_nofile_limit(wanted) else {
        return jobs;
    };
    let room = usize::try_from(allowed.saturating_sub(OTHER_DESCRIPTORS)).unwrap_or(jobs).max(1);
    if room < jobs {
        let message = format_args!(
            "the system allows {allowed} open files: running {room} jobs instead of {jobs}"
        );
        output::warn(message, display);
    }
    jobs.min(room)
}
