//! The demo: the whole job without a network.

use crate::support::certgrab;

#[test]
fn the_demo_shows_the_tree_the_header_and_the_constants() {
    let outcome = certgrab().args(["demo"]).succeeds().stderr("");
    let text = outcome.out();
    for part in [
        "CN=Demo Root CA,O=certgrab demo\n",
        "└─ CN=Demo Issuing CA,O=certgrab demo\n",
        "   └─ CN=localhost\n",
        "the server proved that it holds its key\n",
        "---- Arduino header: --emit arduino ----\n",
        "---- C header: --emit c ----\n",
        "static const char LOCALHOST_ROOT_CA[] =\n    \"-----BEGIN CERTIFICATE-----\\n\"\n",
        "---- Rust constants: --emit rust ----\n",
        "pub const LOCALHOST_ROOT_CA: &str = \"\\\n-----BEGIN CERTIFICATE-----\n",
    ] {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
}

#[test]
fn the_demo_shortens_arrays_and_ends_with_the_next_step() {
    let text = certgrab().args(["demo"]).succeeds().out();
    let bytes = text.lines().filter(|line| line.trim_start().starts_with("0x")).count();
    assert!((3..=6).contains(&bytes), "{bytes} lines of bytes");
    assert!(text.contains(" more lines of bytes\n"), "{text}");
    let (_, next) = text.rsplit_once("\n\n").expect("paragraphs");
    assert!(next.starts_with("Next, with a server of yours:\n  certgrab HOST:PORT "), "{next}");
    for line in next.lines().skip(1) {
        let command = line.split("certgrab ").nth(1).expect("a command");
        let known = ["HOST:PORT", "formats", "new --list", "lab"];
        assert!(known.iter().any(|known| command.starts_with(known)), "{line}");
    }
    let quiet = certgrab().args(["demo", "-q"]).succeeds().out();
    assert!(!quiet.contains("Next"), "{quiet}");
}
