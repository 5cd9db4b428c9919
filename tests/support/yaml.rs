//! YAML files, as PyYAML reads them.

use std::{path::Path, process::Command};

/// What PyYAML reads from `path`, with all scalars as text.
pub(crate) fn yaml(path: &Path) -> Option<serde_json::Value> {
    let has = |program: &mut Command| program.output().is_ok_and(|output| output.status.success());
    if !has(Command::new("python3").args(["-c", "import yaml"])) {
        super::real::skip("PyYAML");
        return None;
    }
    let script = "import json, sys, yaml\n\
                  print(json.dumps(yaml.load(open(sys.argv[1]), yaml.BaseLoader)))";
    let read = Command::new("python3").args(["-c", script]).arg(path).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    Some(serde_json::from_slice(&read.stdout).unwrap())
}

/// The steps of all jobs of a workflow, each of which uses or runs something.
pub(crate) fn steps(workflow: &serde_json::Value) -> Vec<serde_json::Value> {
    let jobs = workflow["jobs"].as_object().unwrap().values();
    // A job that calls another workflow has no steps.
    let all = jobs.filter(|job| !job["uses"].is_string()).flat_map(|job| {
        assert!(job["runs-on"].is_string(), "{job}");
        job["steps"].as_array().unwrap().clone()
    });
    let all: Vec<_> = all.collect();
    for step in &all {
        assert!(step["uses"].is_string() != step["run"].is_string(), "{step}");
    }
    all
}
