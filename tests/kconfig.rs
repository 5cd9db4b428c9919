//! The options of ESP-IDF and Zephyr in projects, pages and messages: each exists in the versions they are for.
//!
//! The lists in `tests/data/kconfig` contain only names and their sources.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::support::real;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rows of a list: each name with the rest of its line.
fn list(name: &str) -> BTreeMap<String, String> {
    let text = fs::read_to_string(root().join("tests/data/kconfig").join(name)).expect("a list");
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    let rows = rows.map(|row| row.split_once('\t').expect("a name and where it was read"));
    rows.map(|(name, read)| (name.to_owned(), read.to_owned())).collect()
}

/// All files in `folder`, recursively.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The options that `place`, a file or a folder, names, and those it defines.
fn options(place: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut named, mut defined) = (BTreeSet::new(), BTreeSet::new());
    let at = root().join(place);
    let mut all = Vec::new();
    if at.is_dir() {
        files(&at, &mut all);
    } else if at.exists() {
        all.push(at);
    } else {
        // The packed crate has no `firmware`.
        real::skip(place);
    }
    for file in all {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let is_of_name = |one: char| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '_';
        for (at, prefix) in text.match_indices("CONFIG_") {
            let name: String =
                text[at + prefix.len()..].chars().take_while(|one| is_of_name(*one)).collect();
            if !text[..at].ends_with(is_of_name) && !name.is_empty() {
                named.insert(name);
            }
        }
        let configs = text.lines().filter_map(|line| line.trim().strip_prefix("config "));
        defined.extend(configs.map(str::to_owned));
    }
    (named, defined)
}

/// Whether ESP-IDF's list has `name` in all of `versions`.
fn is_in(idf: &BTreeMap<String, String>, name: &str, versions: &[&str]) -> bool {
    let read = idf.get(name).map(String::as_str).unwrap_or_default();
    versions.iter().all(|version| read.split(' ').any(|one| one == *version))
}

#[test]
fn esp_idf_5_4_and_5_5_have_every_option_of_the_projects() {
    let idf = list("esp-idf.tsv");
    let projects =
        ["templates/project/esp-idf", "templates/project/esp-idf-rust", "firmware/device"];
    let shared = "firmware/device/sdkconfig.defaults";
    for place in projects.into_iter().chain([shared]) {
        let (named, defined) = options(place);
        assert!(!named.is_empty() || !root().join(place).exists(), "{place}");
        for name in named.difference(&defined) {
            assert!(is_in(&idf, name, &["v5.4.4", "v5.5.5"]), "{place}: CONFIG_{name}");
        }
    }
}

#[test]
fn zephyr_has_every_option_of_its_project() {
    let zephyr = list("zephyr.tsv");
    let (named, defined) = options("templates/project/zephyr");
    assert!(named.len() > 30, "{named:?}");
    for name in named.difference(&defined) {
        assert!(zephyr.contains_key(name), "CONFIG_{name}");
    }
}

#[test]
fn every_option_named_in_pages_and_messages_exists() {
    let (idf, zephyr) = (list("esp-idf.tsv"), list("zephyr.tsv"));
    let mut used = BTreeSet::new();
    for place in ["docs", "README.md", "README.zh-CN.md", "src", "templates", "firmware/device"] {
        let (named, _) = options(place);
        used.extend(named);
    }
    let (_, defined) = options("templates");
    for name in used.difference(&defined) {
        assert!(idf.contains_key(name) || zephyr.contains_key(name), "CONFIG_{name}");
    }
    for name in idf.keys().chain(zephyr.keys()) {
        assert!(used.contains(name), "{name} is in a list, and nothing names it");
    }
    // An option of a later version is named with that version.
    for name in used.iter().filter(|name| idf.contains_key(*name) && !zephyr.contains_key(*name)) {
        if !is_in(&idf, name, &["v5.5.5"]) {
            let page = fs::read_to_string(root().join("docs/stacks.md")).expect("a page");
            let says = format!("`CONFIG_{name}=y (ESP-IDF 6.0 and later)`");
            assert!(page.contains(&says), "{name}");
        }
    }
}
