//! Sets the cfg `has_certificate` if the device has a client certificate.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(has_certificate)");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=certs");
    if std::path::Path::new("certs/device.pem").exists() {
        println!("cargo::rustc-cfg=has_certificate");
    }
}
