//! The generated C header, seen from Rust.
//!
//! In: `root_ca.h`, which the build script generated from the lock, through `shim.c`. Out: the
//! certificate as a [`CStr`]. Rust firmware includes the generated Rust file instead. This crate is
//! for a project whose C code owns the header, and its test shows that both contain the same
//! certificate.

use core::{
    ffi::{CStr, c_char, c_ulong},
    slice,
};

unsafe extern "C" {
    safe static broker_root_ca: &'static c_char;
    safe static broker_root_ca_size: c_ulong;
}

/// The certificate of the header, as PEM.
///
/// # Panics
///
/// If the array does not end with its only NUL. A C compiler appends one to every string literal.
#[must_use]
pub fn root_ca() -> &'static CStr {
    // SAFETY: `shim.c` sets both from the same array of the header, which is constant and static.
    let bytes = unsafe {
        slice::from_raw_parts((&raw const *broker_root_ca).cast(), broker_root_ca_size as usize)
    };
    CStr::from_bytes_with_nul(bytes).expect("a C string literal ends with a NUL")
}

#[cfg(test)]
mod tests {
    use firmware_core::anchor;

    #[test]
    fn the_header_and_the_rust_file_have_the_same_certificate() {
        assert_eq!(super::root_ca(), anchor::BROKER_ROOT_CA_CSTR);
    }
}
