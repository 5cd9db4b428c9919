//! L5: the projects of `certgrab new esp-hal` as images for the ESP32-C3 with esp-hal and its Wi-Fi.
//!
//! In: certgrab, and a broker to grab the anchor from. Out: a case for each protocol: the image is
//! linked. Nothing is flashed; L3 runs the same TLS and MQTT.

use crate::{
    Bench, Fault,
    broker::Broker,
    pki::NAME,
    report::Report,
    tools::{certgrab, debian_cargo, finish, have, have_debian_rust, target_directory},
};
use std::{fs, path::Path, time::Duration};

/// The time limit for a build. Building the chip's crates takes a minute or two.
const BUILD: Duration = Duration::from_secs(1200);

/// Far more than writing a project takes.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs the cases.
pub(crate) fn cases(bench: &Bench, report: &mut Report) -> Result<(), Fault> {
    if !have("ld.lld") {
        report.skip("L5", "ld.lld");
        return Ok(());
    }
    if !have_debian_rust() {
        report.skip("L5", "Debian's rustc-web, cargo-web and rust-web-src");
        return Ok(());
    }
    let folder = bench.directory.path();
    let broker = Broker::start(folder, &bench.pki.good, None)?;
    for scheme in ["mqtts", "https"] {
        report.case(&format!("L5: the project of esp-hal for {scheme} is linked"), || {
            let project = folder.join(scheme);
            let mut new = certgrab();
            new.args(["new", "esp-hal", &format!("{scheme}://{NAME}:{}", broker.port)]);
            new.arg(&project).arg("--roots").arg(bench.roots());
            finish(&mut new, LIMIT)?.succeeds(&[])?;
            link(&project)
        });
    }
    Ok(())
}

/// Builds `project`, and checks that the image is not empty.
fn link(project: &Path) -> Result<(), Fault> {
    let mut cargo = debian_cargo();
    cargo
        .current_dir(project)
        .args(["build", "--release", "-Zbuild-std=core,alloc"])
        .env("CARGO_TARGET_RISCV32IMC_UNKNOWN_NONE_ELF_LINKER", "ld.lld")
        .envs([("WIFI_SSID", "bench"), ("WIFI_PASSWORD", "bench"), ("DEVICE_NAME", "c3")]);
    finish(&mut cargo, BUILD)?.succeeds(&["Finished `release` profile"])?;
    let image = target_directory().join("riscv32imc-unknown-none-elf/release/client");
    let size = fs::metadata(&image).map_err(|error| format!("{}: {error}", image.display()))?.len();
    if size == 0 { Err("the image is empty".into()) } else { Ok(()) }
}
