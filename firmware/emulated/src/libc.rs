//! C library functions that mbedTLS needs and `tinyrlibc` does not have: those for debug output.
//!
//! They print nothing. mbedTLS prints only in its self-tests, which do not run here.

use core::ffi::{c_char, c_int};
// For the linker: Rust calls none of its functions.
use tinyrlibc as _;

/// Prints nothing.
#[unsafe(no_mangle)]
extern "C" fn puts(_: *const c_char) -> c_int {
    0
}

/// Prints nothing.
#[unsafe(no_mangle)]
extern "C" fn putchar(character: c_int) -> c_int {
    character
}

/// Prints nothing. C's `printf` has more arguments; the caller passes them in registers, and they are
/// ignored.
#[unsafe(no_mangle)]
extern "C" fn printf(_: *const c_char) -> c_int {
    0
}
