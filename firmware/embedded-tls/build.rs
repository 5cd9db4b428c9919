//! Generates the constant for embedded-tls from the committed lock.

fn main() {
    println!("cargo::rerun-if-env-changed=CERTGRAB_LOCK");
    let lock = std::env::var("CERTGRAB_LOCK").unwrap_or_else(|_| "../certs/broker.pem".into());
    let build = certgrab::Build::new().lock(lock).name("BROKER_ROOT_CA");
    build.emit("rust-der", "root_ca.rs").generate();
}
