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
        "---- C header: --emit c ----\n",
        "static const char LOCALHOST_ROOT_CA[] =\n    \"-----BEGIN CERTIFICATE-----\\n\"\n",
        "---- Rust constants: --emit rust ----\n",
        "pub const LOCALHOST_ROOT_CA: &str = \"\\\n-----BEGIN CERTIFICATE-----\n",
    ] {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
}
