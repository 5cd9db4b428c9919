//! Work on many items without sockets, shared among threads.
//!
//! In: items. Out: the results, in the order of the items. The thread of the caller is one of the
//! threads, so one item needs no other thread, and a system without threads does all the work here.

use std::{
    panic,
    sync::{Mutex, PoisonError},
    thread,
};

/// The result of `work` for each of `items`, on up to `threads` threads, in the order of the items.
/// Items with the result `None` are left out.
pub(crate) fn filter_map<T: Send, U: Send>(
    items: impl ExactSizeIterator<Item = T> + Send,
    threads: usize,
    work: impl Fn(T) -> Option<U> + Sync,
) -> Vec<U> {
    let others = threads.min(items.len()).saturating_sub(1);
    let items = Mutex::new(items.enumerate());
    let share = || {
        let mut made = Vec::new();
        loop {
            let next = items.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((index, item)) = next else { return made };
            made.extend(work(item).map(|one| (index, one)));
        }
    };
    let mut all = thread::scope(|scope| {
        let begin = |_| thread::Builder::new().spawn_scoped(scope, share).ok();
        let threads: Vec<_> = (0..others).map_while(begin).collect();
        let mut all = share();
        for thread in threads {
            match thread.join() {
                Ok(made) => all.extend(made),
                Err(fault) => panic::resume_unwind(fault),
            }
        }
        all
    });
    all.sort_unstable_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_item_order_on_any_number_of_threads() {
        let work = |number: u32| (!number.is_multiple_of(3)).then_some(number * 2);
        let expected: Vec<_> = (0..1_000).filter_map(work).collect();
        for threads in [0, 1, 2, 7] {
            assert_eq!(filter_map(0..1_000, threads, work), expected, "{threads} threads");
        }
    }
}
