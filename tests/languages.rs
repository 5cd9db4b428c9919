//! The Chinese pages say what the English ones say: what is typed, what is printed, and the sections.

use std::{collections::BTreeSet, fs, path::Path};

/// A Chinese page, the English page that it translates, and other English pages that it draws on.
const PAGES: [(&str, &str, &[&str]); 7] = [
    ("README.zh-CN.md", "README.md", &[]),
    ("docs/changing-the-ca.zh-CN.md", "docs/changing-the-ca.md", &[]),
    ("docs/findings.zh-CN.md", "docs/findings.md", &[]),
    ("docs/lab.zh-CN.md", "docs/lab.md", &[]),
    ("docs/mqtts-esp32.zh-CN.md", "docs/mqtts-esp32.md", &[]),
    ("docs/your-own-ca.zh-CN.md", "docs/your-own-ca.md", &[]),
    ("docs/options.zh-CN.md", "docs/options.md", &["docs/formats.md"]),
];

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect(name)
}

/// A page as prose without its blocks of code, and those blocks without comments.
fn parts(page: &str) -> (String, Vec<String>) {
    let (mut prose, mut blocks, mut inside) = (String::new(), Vec::new(), false);
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
            if inside {
                blocks.push(String::new());
            }
            continue;
        }
        let text = if !inside { &mut prose } else { blocks.last_mut().expect("a block") };
        let code = line.split(" #").next().unwrap_or(line);
        let code = code.split("//").next().unwrap_or(code).trim();
        text.push_str(if inside { code } else { line });
        text.push('\n');
    }
    (prose, blocks)
}

/// What is typed or printed: the words in backquotes, options, formats and codes among them.
fn quoted(prose: &str) -> BTreeSet<String> {
    let joined = prose.replace('\n', " ");
    joined.split('`').skip(1).step_by(2).map(|word| word.trim().to_owned()).collect()
}

/// The code and its row of a table of numbers, such as the exit codes.
fn numbers(prose: &str) -> Vec<&str> {
    let rows = prose.lines().filter_map(|line| line.strip_prefix("| "));
    let first = rows.filter_map(|row| row.split(' ').next());
    first.filter(|word| word.bytes().all(|one| one.is_ascii_digit())).collect()
}

#[test]
fn a_chinese_page_has_every_section_option_format_code_and_command_of_the_english_one() {
    for (chinese, english, others) in PAGES {
        let (ours, theirs) = (read(chinese), read(english));
        let ((ours, our_blocks), (theirs, their_blocks)) = (parts(&ours), parts(&theirs));
        let sections = |prose: &str| prose.lines().filter(|line| line.starts_with("## ")).count();
        assert_eq!(sections(&ours), sections(&theirs), "{chinese}: sections");
        assert_eq!(our_blocks, their_blocks, "{chinese}");
        assert_eq!(numbers(&ours), numbers(&theirs), "{chinese}");
        let (ours, theirs) = (quoted(&ours), quoted(&theirs));
        let missing: Vec<_> = theirs.difference(&ours).collect();
        assert!(missing.is_empty(), "{chinese} does not have {missing:?} of {english}");
        let known: String = others.iter().map(|name| read(name)).collect();
        let unknown: Vec<_> =
            ours.difference(&theirs).filter(|word| !known.contains(word.as_str())).collect();
        assert!(unknown.is_empty(), "{chinese} has {unknown:?}, which {english} does not have");
    }
}

#[test]
fn the_chinese_pages_use_one_form_of_address_and_the_words_of_the_field() {
    for (chinese, _, _) in PAGES {
        let text = read(chinese);
        for word in ["你", "挂在", "机构的证书"] {
            assert!(!text.contains(word), "{chinese}: {word}");
        }
    }
}
