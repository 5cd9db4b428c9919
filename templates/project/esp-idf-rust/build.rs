//! Passes ESP-IDF's settings and linker arguments to this crate, and sets the cfg `has_certificate` if
//! the device has a client certificate.

fn main() {
    embuild::espidf::sysenv::output();
    println!("cargo::rustc-check-cfg=cfg(has_certificate)");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=certs");
    if std::path::Path::new("certs/device.pem").exists() {
        println!("cargo::rustc-cfg=has_certificate");
    }
}
