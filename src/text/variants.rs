//! For tests: the variants that a library's enum has, read from its source.
//!
//! The compiler cannot check that a table covers a non-exhaustive enum.

use std::{fmt::Debug, fs, path::PathBuf};

/// The name of a variant: what its Debug output begins with.
pub(crate) fn name(variant: &impl Debug) -> String {
    let debug = format!("{variant:?}");
    debug.split(|one: char| !one.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

/// Asserts that `listed` has every variant of the public enum `kind` in `src/error.rs` of the
/// library `package`. If cargo has no source of it, the test is visibly skipped.
pub(crate) fn assert_complete(package: &str, kind: &str, listed: &[impl Debug]) {
    let Some(source) = source(package) else {
        assert!(std::env::var_os("CI").is_none(), "no source of {package}");
        eprintln!("SKIPPED: no source of {package} is at hand");
        return;
    };
    let start = source.find(&format!("pub enum {kind} {{")).expect("the enum");
    let body = source[start..].split("\n}").next().unwrap_or_default();
    let known: Vec<String> = listed.iter().map(name).collect();
    let mut count = 0;
    for line in body.lines().skip(1) {
        let Some(rest) = line.strip_prefix("    ") else { continue };
        if !rest.starts_with(|one: char| one.is_ascii_uppercase()) {
            continue;
        }
        let variant = rest.split(|one: char| !one.is_alphanumeric()).next().unwrap_or_default();
        assert!(known.iter().any(|one| one == variant), "{package}'s {kind}::{variant}");
        count += 1;
    }
    assert!(count > 1, "no variants of {kind} were found");
}

/// `src/error.rs` of `package` in the version of `Cargo.lock`, as cargo unpacked it.
fn source(package: &str) -> Option<String> {
    let lock = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock")).ok()?;
    let (_, entry) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    let version = entry.split('"').next()?;
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
    let registries = fs::read_dir(home.join("registry/src")).ok()?;
    registries.flatten().find_map(|registry| {
        let file = registry.path().join(format!("{package}-{version}/src/error.rs"));
        fs::read_to_string(file).ok()
    })
}
