//! Threads that share the targets of a run, each with its own runtime.
//!
//! In: tasks. Out: each task on the thread that has the fewest. The thread of the caller is one of them,
//! so a run has at least one thread, and with one thread nothing crosses to another. A task stays on its
//! thread to its end. The owner of its `JoinSet` waits for it and can abort it as if it ran here.

use std::{num::NonZeroUsize, thread};

use tokio::{
    runtime::{Handle, Runtime},
    sync::oneshot,
};

use super::failure;

/// As many threads as the process may use processors, by its affinity and its control group.
pub(crate) fn default_threads() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// The threads of a run.
pub(crate) struct Workers {
    runtimes: Vec<Handle>,
    /// When dropped, each ends the thread of its runtime.
    ends: Vec<oneshot::Sender<()>>,
}

impl Workers {
    /// The thread that will run `here`, and up to `threads` in all: fewer if the system has no
    /// threads or descriptors for more.
    pub(crate) fn start(here: &Runtime, threads: usize) -> Self {
        let mut workers = Self { runtimes: vec![here.handle().clone()], ends: Vec::new() };
        while workers.runtimes.len() < threads {
            let Ok(runtime) = failure::runtime() else { break };
            let handle = runtime.handle().clone();
            let (end, ended) = oneshot::channel();
            let serve = move || {
                // The expected outcome is an error: the sender is gone.
                let _ = runtime.block_on(ended);
                // Resolving a name may block its thread for longer than anyone would wait.
                runtime.shutdown_background();
            };
            if thread::Builder::new().spawn(serve).is_err() {
                break;
            }
            workers.runtimes.push(handle);
            workers.ends.push(end);
        }
        workers
    }

    /// The runtime with the fewest tasks; the first of several.
    pub(crate) fn idlest(&self) -> &Handle {
        let tasks = |runtime: &&Handle| runtime.metrics().num_alive_tasks();
        self.runtimes.iter().min_by_key(tasks).unwrap_or(&self.runtimes[0])
    }
}
