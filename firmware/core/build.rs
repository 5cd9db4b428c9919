//! Generates the constants of `src/anchor.rs` from the committed lock. Opens no socket.

fn main() {
    println!("cargo::rerun-if-env-changed=CERTGRAB_LOCK");
    let lock = std::env::var("CERTGRAB_LOCK").unwrap_or_else(|_| "../certs/broker.pem".into());
    certgrab::Build::new().lock(lock).name("BROKER_ROOT_CA").rust("root_ca.rs").generate();
}
