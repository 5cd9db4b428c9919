//! Links the unwinder into the command where the linker has it.
//!
//! `libgcc_s.so` is one of three shared libraries that the command would load and costs a tenth of
//! a grab: its constructor asks the processor what it is, which traps in virtual machines. LLD,
//! which rustc links with by default on `x86_64-unknown-linux-gnu`, then finds no use for it; a
//! linker that decides in the order of its arguments still loads it, and nothing is lost.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

const UNWINDER: &str = "libgcc_eh.a";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RUSTC_LINKER");
    let is_target = |what: &str, wanted: &str| {
        env::var(format!("CARGO_CFG_TARGET_{what}")).is_ok_and(|found| found == wanted)
    };
    let builds_command = env::var_os("CARGO_FEATURE_CLI").is_some();
    if builds_command
        && is_target("OS", "linux")
        && is_target("ENV", "gnu")
        && let Some(archive) = unwinder()
    {
        let archive = archive.display();
        println!("cargo::rustc-link-arg-bins=-Wl,--whole-archive,{archive},--no-whole-archive");
    }
}

/// Where the compiler that links keeps the static unwinder.
fn unwinder() -> Option<PathBuf> {
    // Which linker Cargo was told to take for the target (Cargo reference, "Environment variables
    // Cargo sets for build scripts"); without it rustc takes `cc`.
    let linker = env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let asked = Command::new(linker).arg(format!("-print-file-name={UNWINDER}")).output().ok()?;
    let path = String::from_utf8(asked.stdout).ok()?;
    let path = Path::new(path.trim());
    // A compiler that has none repeats the bare name. A comma would end the linker's argument.
    let is_usable = path.is_absolute() && path.is_file();
    (is_usable && !path.to_string_lossy().contains(',')).then(|| path.to_owned())
}
