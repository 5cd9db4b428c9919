//! A build script: constants from a committed lock, offline and with few crates.
//!
//! Cargo.toml of the firmware:
//!
//! ```toml
//! [build-dependencies]
//! certgrab = { version = "0.1", default-features = false }
//! ```
//!
//! `main` is its build.rs, but for the folders, which cargo gives a real build script. The source
//! takes what was written with `include!(concat!(env!("OUT_DIR"), "/root_ca.rs"));`.
//!
//! ```sh
//! cargo run --example build_script
//! ```

fn main() {
    certgrab::Build::new()
        // Written and committed by hand: `certgrab broker.example:8883 --emit lock=certs/broker.pem`.
        .lock("tests/data/plant/root.pem")
        // A lock names its server; a plain PEM file, as here, does not.
        .server("broker.example", 8883)
        .name("BROKER_ROOT_CA")
        .rust("root_ca.rs")
        .c("root_ca.h")
        .base(env!("CARGO_MANIFEST_DIR"))
        .out_dir(std::env::temp_dir())
        .generate();
}
