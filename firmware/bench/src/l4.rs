//! L4: the core for the ESP32-C3 with ESP-IDF's std.
//!
//! In: the grabbed lock. Out: one case: the core compiles for `riscv32imc-esp-espidf`, including std.
//! Nothing is linked, because linking requires ESP-IDF.

use crate::{
    Bench, Fault,
    report::Report,
    tools::{debian_cargo, finish, have_debian_rust, workspace},
};
use std::time::Duration;

/// The time limit for the build. Building std takes a minute or two.
const LIMIT: Duration = Duration::from_secs(1200);

/// Runs the case.
pub(crate) fn cases(bench: &Bench, report: &mut Report) -> Result<(), Fault> {
    if !have_debian_rust() {
        report.skip("L4", "Debian's rustc-web, cargo-web and rust-web-src");
        return Ok(());
    }
    report.case("L4: the core compiles for riscv32imc-esp-espidf with its std", || {
        let rustflags = r#"target.riscv32imc-esp-espidf.rustflags=["--cfg","espidf_time64"]"#;
        let mut cargo = debian_cargo();
        cargo
            .current_dir(workspace().join("core"))
            .args(["build", "--release", "--features", "std"])
            .args(["-Zbuild-std=std,panic_abort", "--target", "riscv32imc-esp-espidf"])
            .args(["--config", rustflags])
            .env("CERTGRAB_LOCK", &bench.lock);
        finish(&mut cargo, LIMIT)?.succeeds(&["Finished `release` profile"])
    });
    Ok(())
}
