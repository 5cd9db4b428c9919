//! Generates the C header from the lock, and compiles the shim that includes it.

fn main() {
    println!("cargo::rerun-if-env-changed=CERTGRAB_LOCK");
    println!("cargo::rerun-if-changed=shim.c");
    let lock = std::env::var("CERTGRAB_LOCK").unwrap_or_else(|_| "../certs/broker.pem".into());
    certgrab::Build::new().lock(lock).name("BROKER_ROOT_CA").c("root_ca.h").generate();
    cc::Build::new()
        .file("shim.c")
        .include(std::env::var("OUT_DIR").expect("cargo names the folder"))
        .warnings_into_errors(true)
        .extra_warnings(true)
        .compile("root_ca_shim");
}
