//! The bill of materials of `check`, in CycloneDX.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    check_repository::{dropped, folder},
    checking::is_valid,
    support::{certgrab, real},
};

#[test]
fn the_bill_of_materials_lists_each_anchor_once() {
    let header = dropped();
    let folder = folder(&[("a.h", &header), ("b.h", &header)]);
    let run = certgrab().args(["check", "--offline", "--quiet", ".", "--report", "cyclonedx"]);
    let report = run.in_folder(folder.path()).fails_with(1).out();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["specVersion"], "1.6");
    let components = report["components"].as_array().unwrap();
    assert_eq!(components.len(), 1);
    let properties = &components[0]["cryptoProperties"]["certificateProperties"];
    assert_eq!(properties["notValidAfter"], "2021-09-30T14:01:15Z");
    assert_eq!(components[0]["evidence"]["occurrences"].as_array().unwrap().len(), 2);
}

/// The JSON schema of CycloneDX 1.6 from the package `cyclonedx-python-lib`.
fn cyclonedx_schema() -> Option<PathBuf> {
    let finds =
        "import importlib.util as u; print(u.find_spec('cyclonedx').submodule_search_locations[0])";
    let outcome = Command::new("python3").args(["-c", finds]).output().ok()?;
    let folder = String::from_utf8(outcome.stdout).ok().filter(|_| outcome.status.success())?;
    let folder = Path::new(folder.trim()).join("schema/_res");
    folder.read_dir().ok()?.filter_map(Result::ok).map(|entry| entry.path()).find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with("bom-1.6") && name.ends_with("schema.json")
    })
}

#[test]
fn the_bill_of_materials_fits_the_cyclonedx_schema() {
    if !real::program("jsonschema") {
        return;
    }
    let Some(schema) = cyclonedx_schema() else { return real::skip("cyclonedx-python-lib") };
    let inputs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs/check");
    let report = |file: &Path| {
        let run = certgrab().args(["check", "--offline", "--quiet", "--report", "cyclonedx"]);
        run.args([file]).ends().out()
    };
    let many = report(&inputs);
    for kind in ["\"certificate\"", "\"public-key\""] {
        assert!(many.contains(kind), "{kind}");
    }
    let folder = tempfile::TempDir::new().unwrap();
    let is_valid = |name: &str, report: &str| {
        let path = folder.path().join(name);
        fs::write(&path, report).unwrap();
        let mut validator = Command::new("jsonschema");
        self::is_valid(validator.arg("-i").arg(path).arg(&schema))
    };
    assert!(is_valid("many", &many));
    let image = folder.path().join("firmware.bin");
    let der = fs::read(inputs.join("02_good.der")).unwrap();
    fs::write(&image, [b"\x7fELF\0\0\0\0", der.as_slice()].concat()).unwrap();
    let image = report(&image);
    assert!(image.contains("\"offset\": 8") && is_valid("image", &image), "{image}");
    assert!(is_valid("one", &report(&inputs.join("01_good.pem"))));
    let wrong = many.replace("\"assetType\": \"certificate\"", "\"assetType\": \"anchor\"");
    assert!(!is_valid("wrong", &wrong), "the schema takes anything");
}
