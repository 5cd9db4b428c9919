//! The README is correct: its commands are run and their whole output is compared.

use std::{fs, path::PathBuf, process::Command};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).expect(name)
}

/// The README and the pages of `docs` for users of the command, in English.
const PAGES: [&str; 14] = [
    "README.md",
    "docs/anchor.md",
    "docs/check.md",
    "docs/changing-the-ca.md",
    "docs/formats.md",
    "docs/json.md",
    "docs/lab.md",
    "docs/many-targets.md",
    "docs/options.md",
    "docs/projects.md",
    "docs/repository.md",
    "docs/servers.md",
    "docs/stacks.md",
    "docs/your-own-ca.md",
];

/// The Chinese pages for users of the command.
const CHINESE: [&str; 5] = [
    "README.zh-CN.md",
    "docs/changing-the-ca.zh-CN.md",
    "docs/lab.zh-CN.md",
    "docs/options.zh-CN.md",
    "docs/your-own-ca.zh-CN.md",
];

/// The most words of the README: people read it whole.
const MAX_README_WORDS: usize = 1500;

/// The text of all [`PAGES`].
fn pages() -> String {
    PAGES.map(read).concat()
}

#[test]
fn the_readme_is_short() {
    let words = read("README.md").split_whitespace().count();
    assert!(words <= MAX_README_WORDS, "{words} words");
}

/// The commands of the `console` blocks, each with its output.
fn examples(text: &str) -> Vec<(String, String)> {
    let mut examples = Vec::new();
    for block in text.split("```console\n").skip(1) {
        let block = block.split("```").next().expect("a block");
        let (command, output) = block.split_once('\n').expect("a command and its output");
        examples
            .push((command.strip_prefix("$ ").expect("a prompt").to_owned(), output.to_owned()));
    }
    examples
}

#[test]
fn every_console_example_prints_what_the_pages_show() {
    let examples = examples(&(pages() + &CHINESE.map(read).concat()));
    assert!(examples.len() >= 4, "{}", examples.len());
    for (command, expected) in examples {
        let words: Vec<_> = command.split_whitespace().collect();
        assert_eq!(words[0], "certgrab", "{command}");
        let output = Command::new(env!("CARGO_BIN_EXE_certgrab"))
            .current_dir(root())
            .args(&words[1..])
            .env("LC_ALL", "C.UTF-8")
            .env_remove("TERM")
            .output()
            .expect("the command runs");
        let both = [output.stdout, output.stderr].concat();
        assert_eq!(String::from_utf8_lossy(&both), expected, "{command}");
    }
}

#[test]
fn every_option_of_the_pages_exists() {
    let help: String = [
        &["--help"][..],
        &["verify", "--help"],
        &["check", "--help"],
        &["explain", "--help"],
        &["lab", "--help"],
        &["convert", "--help"],
        &["formats", "--help"],
        &["sync", "--help"],
        &["new", "--help"],
    ]
    .iter()
    .map(|words| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_certgrab"));
        let output = command.args(*words).output().expect("help");
        String::from_utf8_lossy(&output.stdout).into_owned()
    })
    .collect();
    // The page on many targets has options of other programs.
    let others = "docs/many-targets.md";
    let pages = PAGES.into_iter().chain(CHINESE).filter(|name| *name != others);
    for name in pages {
        let text = read(name);
        // Options of other programs are on lines that begin with their names.
        let others = |line: &&str| line.starts_with("cargo ") || line.contains("firmware/target/");
        let own = text.lines().filter(|line| !others(line));
        for line in own {
            for (start, _) in line.match_indices("--") {
                let rest = &line[start + 2..];
                let end = rest
                    .find(|one: char| {
                        !one.is_ascii_lowercase() && one != '-' && !one.is_ascii_digit()
                    })
                    .unwrap_or(rest.len());
                let option = rest[..end].trim_end_matches('-');
                let opened =
                    line[..start].ends_with(|one: char| one == '-' || one.is_alphanumeric());
                if !option.is_empty() && !opened {
                    assert!(help.contains(&format!("--{option}")), "{name}: --{option}");
                }
            }
        }
    }
}

#[test]
fn help_groups_options_under_headings() {
    let output = Command::new(env!("CARGO_BIN_EXE_certgrab")).arg("--help").output();
    let help = String::from_utf8(output.expect("help").stdout).expect("UTF-8");
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in help.lines() {
        let words = line.trim_start();
        match line.strip_suffix(':').filter(|heading| !heading.starts_with(' ')) {
            Some(heading) => groups.push((heading, Vec::new())),
            None if line.starts_with("  ") && line.len() - words.len() <= 6 => {
                // The text begins after two spaces.
                let names = words.split("  ").next().unwrap_or_default();
                let mut names = names.split([' ', ',']).filter(|word| word.starts_with('-'));
                let (_, options) = groups.last_mut().expect("a heading");
                options.extend(names.next_back());
            }
            None => {}
        }
    }
    let expected: [(&str, &[&str]); 7] = [
        ("Options", &["--help", "--version"]),
        (
            "What to write",
            &[
                "--emit",
                "--name",
                "--template",
                "--style",
                "--name-from",
                "--max-bytes",
                "--sizes",
                "--what",
                "--json",
            ],
        ),
        ("What to trust", &["--roots", "--trust-sha256", "--at"]),
        (
            "Which anchor",
            &[
                "--no-aia",
                "--aia-allow",
                "--lifetime",
                "--backup",
                "--siblings",
                "--hold",
                "--paths",
                "--stacks",
                "--compare",
            ],
        ),
        (
            "Reaching the server",
            &[
                "--from",
                "--timeout",
                "--rate",
                "--connect",
                "--sni",
                "--no-sni",
                "-4",
                "-6",
                "--handshake",
                "--starttls",
                "--as",
                "--alpn",
                "--client-cert",
                "--client-key",
                "--survey",
                "--follow",
                "--proxy",
            ],
        ),
        (
            "Many targets",
            &["--hosts", "--column", "--until", "--jobs", "--threads", "--ordered", "--shard"],
        ),
        ("Messages", &["--color", "--quiet", "--verbose", "--lang"]),
    ];
    for (heading, options) in expected {
        let found = groups.iter().find(|(known, _)| *known == heading).expect(heading);
        assert_eq!(found.1, options, "{heading}");
    }
}

#[test]
fn both_readmes_begin_with_the_two_commands_that_ci_runs() {
    // A packed crate has no CI.
    let ci = fs::read_to_string(root().join(".ci/run")).ok();
    for command in ["cargo run --release -- demo", "cargo test"] {
        for name in ["README.md", "README.zh-CN.md"] {
            assert!(read(name).contains(&format!("```sh\n{command}\n```")), "{name}: {command}");
        }
        if let Some(ci) = &ci {
            assert!(ci.lines().any(|line| line.trim() == command), ".ci/run: {command}");
        }
    }
}

#[test]
fn the_pages_name_every_format_every_exit_code_and_every_field() {
    let (readme, chinese) = (pages(), read("docs/options.zh-CN.md"));
    for format in certgrab::internals::output::emit::FORMATS {
        for (file, text) in [("docs/formats.md", &readme), ("docs/options.zh-CN.md", &chinese)] {
            assert!(text.contains(&format!("`{}`", format.name)), "{file}: {}", format.name);
        }
    }
    for code in ["0", "1", "2", "3", "4", "5", "70"] {
        assert!(readme.contains(&format!("\n| {code} | ")), "exit code {code}");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_certgrab"))
        .current_dir(root())
        .args(["broker.example", "--json", "--stacks", "--from", "tests/data/plant/chain.pem"])
        .args(["--roots", "tests/data/plant/root.pem", "--at", "2026-11-22"])
        .output()
        .expect("a document");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut fields: Vec<String> = Vec::new();
    collect(&document, &mut fields);
    for field in fields {
        assert!(readme.contains(&format!("`{field}`")), "the field `{field}`");
    }
}

fn collect(value: &serde_json::Value, fields: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(parts) => {
            for (name, part) in parts {
                fields.push(name.clone());
                collect(part, fields);
            }
        }
        serde_json::Value::Array(parts) => parts.iter().for_each(|part| collect(part, fields)),
        _ => {}
    }
}

#[test]
fn every_linked_file_exists() {
    let docs = fs::read_dir(root().join("docs")).expect("the folder");
    let docs = docs.map(|page| format!("docs/{}", page.expect("a page").file_name().display()));
    let docs: Vec<_> = docs.filter(|name| name.ends_with(".md")).collect();
    assert!(docs.len() > PAGES.len(), "{docs:?}");
    let top = ["README.md", "README.zh-CN.md", "SECURITY.md", "CONTRIBUTING.md"];
    for name in top.into_iter().chain(docs.iter().map(String::as_str)) {
        let text = read(name);
        let folder = root().join(name).parent().expect("a folder").to_owned();
        for (start, _) in text.match_indices("](") {
            let link = text[start + 2..].split([')', '#']).next().expect("a link");
            if !link.contains("://") && !link.is_empty() {
                assert!(folder.join(link).exists(), "{name}: {link}");
            }
        }
    }
}

#[test]
fn both_tutorials_have_mbedtls_codes_as_a_board_prints_them() {
    let codes = |name: &str| -> Vec<(i32, i32)> {
        let text = read(name).replace('（', " (").replace('）', ")");
        let rows = text.split("`-0x").skip(1);
        let pairs = rows.filter_map(|rest| {
            let (hex, rest) = rest.split_once("` (")?;
            let (decimal, _) = rest.split_once(')')?;
            Some((i32::from_str_radix(hex, 16).ok()?, decimal.parse().ok()?))
        });
        pairs.collect()
    };
    let english = codes("docs/mqtts-esp32.md");
    assert!(english.len() >= 9, "{english:?}");
    assert!(english.iter().all(|(hex, decimal)| *hex == -decimal), "{english:?}");
    assert_eq!(codes("docs/mqtts-esp32.zh-CN.md"), english);
}

#[test]
fn the_terminal_picture_shows_what_the_command_prints() {
    let command = "certgrab broker.example:8883 --from tests/data/plant/chain.pem \
                   --roots tests/data/plant/root.pem --at 2026-11-22";
    let output = Command::new(env!("CARGO_BIN_EXE_certgrab"))
        .current_dir(root())
        .args(command.split_whitespace().skip(1))
        .args(["--color", "always"])
        .env("LC_ALL", "C.UTF-8")
        .env_remove("TERM")
        .output()
        .expect("the command runs");
    let printed = String::from_utf8([output.stderr, output.stdout].concat()).expect("UTF-8");
    let screen = format!("\u{1b}[1m$ {command}\u{1b}[0m\n{printed}");
    let drawn = anstyle_svg::Term::new().render_svg(&screen);
    let picture = root().join("docs/terminal.svg");
    if std::env::var_os("CERTGRAB_BLESS").is_some() {
        fs::write(&picture, &drawn).expect("the picture is written");
    }
    let held = fs::read_to_string(&picture).expect("docs/terminal.svg");
    assert!(held == drawn, "docs/terminal.svg is stale: CERTGRAB_BLESS=1 cargo test picture");
}
