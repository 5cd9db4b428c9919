//! Runs long computations on separate threads, not on those that wait for sockets.
//!
//! Judging what a server sends may take a second. On the shared thread, the other targets would time out
//! meanwhile. Short computations, judging by their input, run on the current thread: starting a thread
//! costs as much.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use tokio::sync::oneshot;

use crate::chain::Presented;

/// How long a computation may take, judging by its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Some milliseconds at most.
    Short,
    /// Up to its budget.
    Long,
}

impl Length {
    /// How long it may take to judge a chain and what was `fetched` for it.
    #[must_use]
    pub fn of(presented: &Presented, fetched: usize) -> Self {
        if fetched == 0 && presented.is_short() { Self::Short } else { Self::Long }
    }
}

/// Runs `work`: on this thread if it is short, otherwise on a separate thread, or here if the system has
/// no thread left.
///
/// If the caller stops waiting, the thread continues: `work` ends by its own budget.
pub async fn compute<T: Send + 'static>(
    length: Length,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    if length == Length::Short {
        return work();
    }
    let (answer, answered) = oneshot::channel();
    // tokio's own threads would panic if the system has none left, and drop the work.
    let waiting = Arc::new(Mutex::new(Some(work)));
    let take = |from: &Mutex<Option<_>>| from.lock().unwrap_or_else(PoisonError::into_inner).take();
    let shared = Arc::clone(&waiting);
    let run = move || {
        if let Some(work) = take(&shared) {
            // The caller may have given up.
            let _ = answer.send(panic::catch_unwind(AssertUnwindSafe(work)));
        }
    };
    let outcome = match thread::Builder::new().spawn(run) {
        Ok(_) => answered.await.ok(),
        Err(_) => take(&waiting).map(|work| panic::catch_unwind(AssertUnwindSafe(work))),
    };
    match outcome {
        Some(Ok(value)) => value,
        Some(Err(panic)) => panic::resume_unwind(panic),
        None => unreachable!("the work is done once, there or here"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_long_computation_delays_no_other_target() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (release, released) = std::sync::mpsc::channel();
        runtime.block_on(async move {
            let long = tokio::spawn(compute(Length::Long, move || released.recv().is_ok()));
            // The thread of the runtime must be free for this to complete.
            tokio::time::sleep(Duration::from_millis(1)).await;
            release.send(()).unwrap();
            assert!(long.await.unwrap());
        });
    }
}
