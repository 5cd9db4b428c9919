//! The module behind the page: finds the anchor for certificates that a user exported from a browser.
//!
//! The page and this module share their memory: the page allocates a buffer with [`input`], writes a
//! [`Request`](answer::Request) to it, calls [`judge`] and reads an [`Answer`](answer::Answer) at
//! [`output`]. Both are JSON. The module opens no socket and reads no clock: the page passes the time.

pub mod answer;
mod chain;

use std::cell::RefCell;

thread_local! {
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static OUTPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Allocates a buffer for a request of `length` bytes.
#[allow(unsafe_code, reason = "the page finds an export by its name")]
#[unsafe(no_mangle)]
pub extern "C" fn input(length: usize) -> *mut u8 {
    INPUT.with_borrow_mut(|input| {
        input.clear();
        input.resize(length, 0);
        input.as_mut_ptr()
    })
}

/// Answers the request in the buffer, and returns the length of the answer in bytes.
#[allow(unsafe_code, reason = "the page finds an export by its name")]
#[unsafe(no_mangle)]
pub extern "C" fn judge() -> usize {
    let answer = INPUT.with_borrow(|input| answer::to(input));
    let length = answer.len();
    OUTPUT.set(answer);
    length
}

/// The address of the answer.
#[allow(unsafe_code, reason = "the page finds an export by its name")]
#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const u8 {
    OUTPUT.with_borrow(Vec::as_ptr)
}
