//! A build script that generates constants from a committed lock, offline and with few crates.
//!
//! In the Cargo.toml of the firmware:
//!
//! ```toml
//! [build-dependencies]
//! certgrab = { version = "0.1", default-features = false }
//! ```
//!
//! `main` is its build.rs, except for the folders, which cargo sets for a real build script. The source
//! includes the result with `include!(concat!(env!("OUT_DIR"), "/root_ca.rs"));`.
//!
//! ```sh
//! cargo run --example build_script
//! ```

fn main() {
    certgrab::Build::new()
        // Write it with `certgrab broker.example:8883 --emit lock=certs/broker.pem`, and commit it.
        .lock("tests/data/plant/root.pem")
        // A lock contains the server's name; a plain PEM file, as here, does not.
        .server("broker.example", 8883)
        .name("BROKER_ROOT_CA")
        .rust("root_ca.rs")
        .c("root_ca.h")
        .base(env!("CARGO_MANIFEST_DIR"))
        .out_dir(std::env::temp_dir())
        .generate();
}
