//! What mbedTLS wants of a C library beyond `tinyrlibc`: places for its debug output.
//!
//! In: text. Out: nothing; mbedTLS prints only in its self-tests, which nobody runs here.

use core::ffi::{c_char, c_int};
// For the linker: nothing of it is called from Rust.
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

/// Prints nothing. C's `printf` takes more arguments, which the caller leaves in registers.
#[unsafe(no_mangle)]
extern "C" fn printf(_: *const c_char) -> c_int {
    0
}
