//! What a clone of the repository is to whoever works on it: its scripts and its workflows.

use std::process::{Command, Output};

use crate::support::real::REQUIRE_PARTS;

/// A test that needs a program, run where there is no program at all.
fn test_without_programs(variable: &str, value: &str) -> Output {
    Command::new(std::env::current_exe().expect("the tests"))
        .args(["--exact", "integrating::make_makes_the_constants_before_it_compiles"])
        .env_remove("CI")
        .env_remove(REQUIRE_PARTS)
        .env("PATH", "")
        .env(variable, value)
        .output()
        .expect("the tests again")
}

#[test]
fn a_missing_part_fails_a_test_only_where_every_part_is_required() {
    for (variable, value) in [("CI", "true"), (REQUIRE_PARTS, "")] {
        let output = test_without_programs(variable, value);
        assert!(output.status.success(), "{variable}={value}: {output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "skipped: no make\n", "{variable}");
    }
    let output = test_without_programs(REQUIRE_PARTS, "1");
    assert_eq!(output.status.code(), Some(101), "{output:?}");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("CERTGRAB_REQUIRE_PARTS=1 requires make"), "{said}");
}
