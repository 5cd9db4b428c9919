//! The repository for contributors and publishers: scripts, workflows, packages.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

use crate::support::{
    real::{self, REQUIRE_PARTS},
    yaml::{steps, yaml},
};

/// A file of the repository that packed crates do not contain.
fn file(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if !path.exists() {
        real::skip(&format!("{name} next to the packed crate"));
        return None;
    }
    Some(path)
}

/// A test that needs a program, run where no program exists.
fn test_without_programs(variable: &str, value: &str) -> Output {
    Command::new(std::env::current_exe().expect("the tests"))
        .args(["--exact", "integrating::make_generates_the_constants_before_compiling"])
        .env_remove("CI")
        .env_remove(REQUIRE_PARTS)
        .env("PATH", "")
        .env(variable, value)
        .output()
        .expect("the tests again")
}

#[test]
fn a_missing_part_fails_a_test_only_if_parts_are_required() {
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

/// Whether `run` calls a script of the repository.
fn calls(run: &str, script: &str) -> bool {
    run.lines().any(|line| line.trim().starts_with(&format!("bash {script}")))
}

#[test]
fn pull_requests_and_releases_run_the_same_scripts_as_anyone() {
    let Some(checks) = file(".github/workflows/checks.yml").and_then(|path| yaml(&path)) else {
        return;
    };
    assert!(checks["on"].as_object().expect("events").contains_key("pull_request"), "{checks}");
    let runs = |workflow: &Value| -> Vec<String> {
        steps(workflow).iter().filter_map(|step| step["run"].as_str().map(str::to_owned)).collect()
    };
    assert!(runs(&checks).iter().any(|run| calls(run, ".ci/run")));

    let release = file(".github/workflows/release.yml").expect("a workflow");
    let release = yaml(&release).expect("PyYAML is there");
    assert_eq!(release["on"]["push"]["tags"][0], "v*");
    assert_eq!(release["jobs"]["checks"]["uses"], "./.github/workflows/checks.yml");
    assert_eq!(release["permissions"]["contents"], "read");
    for script in
        [".ci/release-check", ".ci/static", ".ci/archive", ".ci/wheel", ".ci/deb", ".ci/assemble"]
    {
        assert!(runs(&release).iter().any(|run| calls(run, script)), "{script}");
        assert!(file(script).is_some(), "{script}");
    }
    let attests = |step: &Value| {
        step["uses"]
            .as_str()
            .is_some_and(|uses| uses.starts_with("actions/attest-build-provenance@"))
    };
    assert!(steps(&release).iter().any(attests), "no provenance");

    // Nothing is uploaded to a registry until the publisher enables it.
    let publish = yaml(&file(".github/workflows/publish.yml").expect("a workflow"));
    let publish = publish.expect("PyYAML is there");
    for (name, job) in publish["jobs"].as_object().expect("jobs") {
        assert!(job["if"].as_str().is_some_and(|when| when.starts_with("vars.PUBLISH_")), "{name}");
    }
}

#[test]
fn workflows_and_packages_name_no_repository() {
    for name in [
        "Cargo.toml",
        "pyproject.toml",
        "action.yml",
        ".pre-commit-hooks.yaml",
        "packaging/manifests.py",
        "packaging/npm/pack.py",
        ".github/workflows/checks.yml",
        ".github/workflows/release.yml",
        ".github/workflows/publish.yml",
        "SECURITY.md",
        "CONTRIBUTING.md",
    ] {
        let Some(path) = file(name) else { return };
        let text = fs::read_to_string(path).expect(name);
        for line in text.lines().filter(|line| !line.starts_with("repository = ")) {
            let found = line.find("github.com/").map(|at| &line[at + "github.com/".len()..]);
            let is_placeholder = found.is_none_or(|rest| rest.starts_with("OWNER/"));
            assert!(is_placeholder, "{name}: {line}");
        }
    }
}

#[test]
fn the_action_installs_a_release_by_its_hash_or_this_source() {
    let Some(action) = file("action.yml").and_then(|path| yaml(&path)) else { return };
    assert_eq!(action["runs"]["using"], "composite");
    let steps = action["runs"]["steps"].as_array().expect("steps");
    let runs: Vec<&str> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    assert!(runs[0].contains("packaging/install.sh") && runs[0].contains("cargo install"));
    assert!(runs[1].contains("certgrab \"${args[@]}\""), "{}", runs[1]);
    for step in steps {
        assert_eq!(step["shell"], "bash", "{step}");
        // Inputs of a workflow are passed as variables, never as script text.
        assert!(!step["run"].as_str().expect("a script").contains("${{"), "{step}");
    }
}

#[test]
fn the_hook_of_this_repository_is_the_one_that_integrate_writes() {
    let Some(hooks) = file(".pre-commit-hooks.yaml").and_then(|path| yaml(&path)) else { return };
    let template =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/integration/pre-commit.yaml");
    let written = yaml(&template).expect("PyYAML is there");
    let written = &written["repos"][0]["hooks"][0];
    for key in ["id", "name", "entry", "pass_filenames", "always_run"] {
        assert_eq!(hooks[0][key], written[key], "{key}");
    }
    assert_eq!(hooks[0]["language"], "rust");
}

/// The four archives of a release, as `sha256sum` lists them; each digest is one digit.
fn sums() -> String {
    [
        ('1', "aarch64-apple-darwin"),
        ('2', "aarch64-unknown-linux-musl"),
        ('3', "x86_64-pc-windows-msvc"),
        ('4', "x86_64-unknown-linux-musl"),
    ]
    .iter()
    .map(|(digit, target)| format!("{}  certgrab-{target}.tar.gz\n", digit.to_string().repeat(64)))
    .collect()
}

#[test]
fn the_manifests_of_homebrew_and_scoop_have_the_hashes_of_the_release() {
    if !real::program("python3") {
        return;
    }
    let Some(script) = file("packaging/manifests.py") else { return };
    let folder = tempfile::TempDir::new().expect("a folder");
    let write = |sums: &str, repository: &str| {
        fs::write(folder.path().join("SHA256SUMS"), sums).expect("a file");
        let mut command = Command::new("python3");
        command.arg(&script).arg(folder.path().join("SHA256SUMS")).arg(folder.path());
        command.arg(repository).output().expect("python3 runs")
    };
    let repository = "https://forge.example/owner/certgrab";
    let output = write(&sums(), repository);
    assert!(output.status.success(), "{output:?}");
    let url = |target: &str| {
        let version = env!("CARGO_PKG_VERSION");
        format!("{repository}/releases/download/v{version}/certgrab-{target}.tar.gz")
    };
    let formula = fs::read_to_string(folder.path().join("certgrab.rb")).expect("a formula");
    for (digit, target) in [
        ("1", "aarch64-apple-darwin"),
        ("2", "aarch64-unknown-linux-musl"),
        ("4", "x86_64-unknown-linux-musl"),
    ] {
        let (url, digest) = (url(target), digit.repeat(64));
        let lines: Vec<&str> = formula.lines().map(str::trim).collect();
        let at = lines.iter().position(|line| *line == format!("url \"{url}\"")).expect(target);
        assert_eq!(lines[at + 1], format!("sha256 \"{digest}\""), "{target}");
    }
    let scoop = fs::read(folder.path().join("certgrab.json")).expect("a manifest");
    let scoop: Value = serde_json::from_slice(&scoop).expect("JSON");
    let intel = &scoop["architecture"]["64bit"];
    assert_eq!(intel["url"], url("x86_64-pc-windows-msvc"));
    assert_eq!(intel["hash"], "3".repeat(64));
    assert_eq!(scoop["bin"], "certgrab.exe");

    let output = write(sums().lines().next().expect("a line"), repository);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("expected a line for certgrab-aarch64-unknown-linux-musl.tar.gz"),
        "{said}"
    );
}

#[test]
fn the_map_of_the_source_is_complete_and_current() {
    let Some(page) = file("CONTRIBUTING.md") else { return };
    let text = fs::read_to_string(page).expect("UTF-8");
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    // The entry points are not part of the map.
    let entries = ["lib", "main", "fuzzing"];
    for entry in fs::read_dir(top.join("src")).expect("src") {
        let entry = entry.expect("an entry").path();
        let name = entry.file_stem().expect("a name").to_string_lossy().into_owned();
        let listed = [format!("\n| `{name}/` | "), format!("\n| `{name}` | ")];
        let is_listed = listed.iter().any(|row| text.contains(row));
        assert!(is_listed || entries.contains(&name.as_str()), "{name} is not in the map");
    }
    if file(".ci/run").is_none() {
        return;
    }
    for quoted in text.split('`').skip(1).step_by(2) {
        let is_path =
            quoted.contains('/') && !quoted.contains([' ', '@']) && !quoted.contains("..");
        let is_pattern = ["FORMAT", "NAME", "TARGET"].iter().any(|word| quoted.contains(word));
        let is_below_src = top.join("src").join(quoted).exists();
        if is_path && !is_pattern && !quoted.contains("lab/") && !quoted.ends_with("qtt/") {
            let is_there = top.join(quoted).exists() || is_below_src;
            assert!(is_there || quoted == "https/", "{quoted} is not there");
        }
    }
}
