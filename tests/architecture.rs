//! The order of the stages, and that data flows only forward.

use std::{collections::HashMap, fs, path::Path};

/// The modules of `lib.rs` in their order.
fn modules() -> Vec<String> {
    let lib = fs::read_to_string(source("lib.rs")).expect("lib.rs");
    let names = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

fn source(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name)
}

/// All of a module's code, folders included, without its tests.
fn code(module: &str) -> String {
    let mut text = without_tests(&source(&format!("{module}.rs")));
    text += &of_folder(&source(module));
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    text.lines().filter(is_code).collect::<Vec<_>>().join("\n")
}

fn of_folder(folder: &Path) -> String {
    let Ok(entries) = fs::read_dir(folder) else { return String::new() };
    let mut text = String::new();
    for entry in entries {
        let path = entry.expect("an entry").path();
        match path.extension() {
            Some(extension) if extension == "rs" => text += &without_tests(&path),
            _ => text += &of_folder(&path),
        }
    }
    text
}

fn without_tests(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned()
}

/// The modules of the crate that `module` names after `crate::`.
fn used(module: &str, all: &[String]) -> Vec<String> {
    let code = code(module);
    let mut found = Vec::new();
    for (start, _) in code.match_indices("crate::") {
        let rest = &code[start + "crate::".len()..];
        let end = if rest.starts_with('{') { matching_brace(rest) } else { rest.find(';') };
        let part = &rest[..end.unwrap_or(rest.len())];
        for name in top_level_names(part) {
            if all.contains(&name) && !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found
}

fn matching_brace(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (index, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(index);
        }
    }
    None
}

/// `{a::{x, y}, b::z}` names a and b.
fn top_level_names(part: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut depth, mut name, mut fresh) = (0, String::new(), true);
    let inner = part.strip_prefix('{').unwrap_or(part);
    for character in inner.chars().chain([',']) {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if character.is_alphanumeric() || character == '_' {
            if fresh && depth == 0 {
                name.push(character);
            }
        } else {
            if !name.is_empty() {
                names.push(std::mem::take(&mut name));
            }
            fresh = character == ',' && depth == 0 || character.is_whitespace() && fresh;
        }
    }
    names
}

#[test]
fn lib_rs_lists_the_stages_in_the_order_in_which_grab_runs_them() {
    let order = modules();
    let position = |name: &str| order.iter().position(|module| module == name);
    let stages = [
        "target",
        "connect",
        "starttls",
        "handshake",
        "reach",
        "issuers",
        "path",
        "anchor",
        "verify",
        "bundle",
        "emit",
    ];
    let positions: Vec<_> = stages.iter().map(|stage| position(stage).expect(stage)).collect();
    assert!(positions.is_sorted(), "{order:?}");
    let calls = [
        (
            "grab",
            &["reach::reach(", "issuers::fetch(", "path::find(", "anchor::rank(", "verify::prove("]
                [..],
        ),
        ("reach", &["connect::connect(", "starttls::ask("]),
    ];
    for (module, calls) in calls {
        let run = code(module);
        let places: Vec<_> = calls.iter().map(|call| run.find(call).expect(call)).collect();
        assert!(places.is_sorted(), "{module} names the stages in order");
    }
}

#[test]
fn no_stage_uses_a_later_one() {
    let order = modules();
    let places: HashMap<_, _> =
        order.iter().enumerate().map(|(place, name)| (name, place)).collect();
    for module in &order {
        for other in used(module, &order) {
            assert!(
                places[&other] <= places[module],
                "`{module}` uses `{other}`, which comes after it in lib.rs"
            );
        }
    }
}

#[test]
fn the_pure_stages_read_no_clock_no_environment_and_no_socket() {
    for module in ["path", "anchor", "verify", "bundle", "emit", "escape", "name", "certificate"] {
        let code = code(module);
        assert!(code.len() > 500, "`{module}` is read");
        for word in ["Time::now", "SystemTime", "Instant", "UdpSocket"] {
            assert!(!code.contains(word), "`{module}` has `{word}`");
        }
        // As they stand in a path, be it in a group of `use`.
        let paths = code.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
        for name in paths {
            let is_outside = matches!(name, "env" | "fs" | "process" | "tokio" | "TcpStream");
            assert!(!is_outside, "`{module}` has `{name}`");
        }
    }
}

#[test]
fn only_verify_makes_what_is_verified() {
    for module in modules() {
        if module != "verify" {
            assert!(!code(&module).contains("Verified {"), "{module}");
        }
    }
}
