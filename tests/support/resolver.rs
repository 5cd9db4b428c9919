//! Host names of a test, with any number of addresses.

use std::{path::PathBuf, process::Command, sync::OnceLock};

use super::{real, run::Run};

/// The library that resolves these names, compiled once; `None` if gcc is missing.
fn library() -> Option<&'static PathBuf> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        if !real::program("gcc") {
            return None;
        }
        // Test programs run at the same time, so each builds its own.
        let name = format!("resolver-{}.so", std::process::id());
        let library = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/resolver.c");
        let mut gcc = Command::new("gcc");
        gcc.args(["-shared", "-fPIC", "-o"]).arg(&library).args([source, "-ldl"]);
        assert!(gcc.status().expect("gcc runs").success());
        Some(library)
    });
    built.as_ref()
}

impl Run {
    /// Runs with these addresses for `name`; `None` if that is not possible.
    pub(crate) fn resolving(self, name: &str, addresses: &[&str]) -> Option<Self> {
        let library = library()?.to_str().expect("a path in UTF-8");
        let names = format!("{name}={}", addresses.join(","));
        Some(self.env("LD_PRELOAD", library).env("CERTGRAB_TEST_NAMES", &names))
    }
}
