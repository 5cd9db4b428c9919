//! Chinese: the pages match the English ones, and every sentence of a report has a translation.

use std::{collections::BTreeSet, fs, path::Path};

use crate::support::certgrab;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// A Chinese page, the English page that it translates, and other English pages it uses.
const PAGES: [(&str, &str, &[&str]); 9] = [
    ("README.zh-CN.md", "README.md", &[]),
    ("docs/changing-the-ca.zh-CN.md", "docs/changing-the-ca.md", &[]),
    ("docs/findings.zh-CN.md", "docs/findings.md", &[]),
    ("docs/lab.zh-CN.md", "docs/lab.md", &[]),
    ("docs/mqtts-esp32.zh-CN.md", "docs/mqtts-esp32.md", &[]),
    ("docs/your-own-ca.zh-CN.md", "docs/your-own-ca.md", &[]),
    ("docs/repository.zh-CN.md", "docs/repository.md", &[]),
    ("docs/servers.zh-CN.md", "docs/servers.md", &[]),
    ("docs/options.zh-CN.md", "docs/options.md", &["docs/formats.md"]),
];

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect(name)
}

/// A page as prose without its code blocks, and those blocks without comments.
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

/// What users type or read as output: text in backquotes, options, formats and codes.
fn quoted(prose: &str) -> BTreeSet<String> {
    let joined = prose.replace('\n', " ");
    joined.split('`').skip(1).step_by(2).map(|word| word.trim().to_owned()).collect()
}

/// The code and its row in a table of numbers, such as the exit codes.
fn numbers(prose: &str) -> Vec<&str> {
    let rows = prose.lines().filter_map(|line| line.strip_prefix("| "));
    let first = rows.filter_map(|row| row.split(' ').next());
    first.filter(|word| word.bytes().all(|one| one.is_ascii_digit())).collect()
}

#[test]
fn a_chinese_page_has_all_parts_of_the_english_one() {
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
fn the_chinese_pages_use_consistent_terms() {
    let pages = PAGES.iter().map(|(chinese, ..)| *chinese);
    for chinese in pages.chain(["src/cli/language/zh.tsv"]) {
        let text = read(chinese);
        for word in ["你", "挂在", "机构的证书", "TLS 栈", "协议栈"] {
            assert!(!text.contains(word), "{chinese}: {word}");
        }
    }
}

/// The texts of a file that may contain a sentence: its literals except those of its tests.
#[derive(Default)]
struct Literals(BTreeSet<String>);

impl Literals {
    fn of(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("UTF-8");
        let mut literals = Self::default();
        literals.visit_file(&syn::parse_file(&text).expect("Rust"));
        literals
    }

    fn keep(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.keep(group.stream()),
                TokenTree::Literal(literal) => {
                    let text = syn::parse_str::<syn::LitStr>(&literal.to_string());
                    self.0.extend(text.ok().map(|text| text.value()));
                }
                _ => {}
            }
        }
    }
}

fn is_of_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|one| {
        one.path().is_ident("cfg")
            && one.parse_args::<syn::Ident>().is_ok_and(|word| word == "test")
    })
}

impl<'ast> Visit<'ast> for Literals {
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_of_tests(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.keep(called.tokens.clone());
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.0.insert(text.value());
    }
}

/// The files whose sentences are all in the table of translations.
const TRANSLATED: &[&str] = &[
    "chain/client.rs",
    "chain/issuers.rs",
    "check/against_server.rs",
    "check/allow.rs",
    "check/anchors.rs",
    "check/baseline.rs",
    "check/boundaries.rs",
    "check/call_site.rs",
    "check/claims.rs",
    "check/der_form.rs",
    "check/left_root.rs",
    "check/lints.rs",
    "check/lints/bundle.rs",
    "check/lints/each.rs",
    "check/lints/root.rs",
    "check/lock_today.rs",
    "check/mention.rs",
    "check/misuse/bundle_wins.rs",
    "check/misuse/connects.rs",
    "check/misuse/files.rs",
    "check/misuse/mod.rs",
    "check/misuse/no_nul.rs",
    "check/misuse/verification.rs",
    "check/mod.rs",
    "check/output/text.rs",
    "check/pem_reader.rs",
    "check/pem_text.rs",
    "check/placeholder.rs",
    "check/private_key.rs",
    "check/trust.rs",
    "cli/args/check.rs",
    "cli/args/help.rs",
    "cli/args/hosts.rs",
    "cli/args/invalid.rs",
    "cli/args/lab.rs",
    "cli/args/mod.rs",
    "cli/args/new.rs",
    "cli/args/proxy.rs",
    "cli/args/report.rs",
    "cli/args/threads.rs",
    "cli/args/verify.rs",
    "cli/client.rs",
    "cli/commands/asking.rs",
    "cli/commands/check/baseline.rs",
    "cli/commands/check/committed.rs",
    "cli/commands/check/mod.rs",
    "cli/commands/check/servers.rs",
    "cli/commands/check/show.rs",
    "cli/commands/check/walk.rs",
    "cli/commands/compare.rs",
    "cli/commands/convert.rs",
    "cli/commands/demo.rs",
    "cli/commands/explain.rs",
    "cli/commands/fleet.rs",
    "cli/commands/follow.rs",
    "cli/commands/format_groups.rs",
    "cli/commands/formats.rs",
    "cli/commands/hosts/anchor_set.rs",
    "cli/commands/hosts/csv.rs",
    "cli/commands/hosts/list.rs",
    "cli/commands/hosts/mod.rs",
    "cli/commands/hosts/one_set.rs",
    "cli/commands/hosts/tally.rs",
    "cli/commands/integrate.rs",
    "cli/commands/lab/list.rs",
    "cli/commands/lab/mod.rs",
    "cli/commands/lab/watch.rs",
    "cli/commands/new.rs",
    "cli/commands/page.rs",
    "cli/commands/survey.rs",
    "cli/commands/sync.rs",
    "cli/commands/sync/init.rs",
    "cli/commands/targets.rs",
    "cli/commands/verify.rs",
    "cli/convert/mod.rs",
    "cli/convert/pkcs12.rs",
    "cli/descriptors.rs",
    "cli/export.rs",
    "cli/failure.rs",
    "cli/file_names.rs",
    "cli/habits.rs",
    "cli/habits/bare.rs",
    "cli/habits/options.rs",
    "cli/loss.rs",
    "cli/manifest.rs",
    "cli/manifest/combined.rs",
    "cli/manifest/keys.rs",
    "cli/manifest/words.rs",
    "cli/mod.rs",
    "cli/output.rs",
    "cli/own_files.rs",
    "cli/projects/protocol.rs",
    "cli/readers.rs",
    "cli/replace.rs",
    "cli/report.rs",
    "cli/request.rs",
    "cli/roots.rs",
    "cli/stack_table.rs",
    "cli/stream.rs",
    "cli/usage.rs",
    "cli/warn.rs",
    "cli/within.rs",
    "endpoint.rs",
    "judge/baseline.rs",
    "judge/every_stack.rs",
    "judge/path/constraints.rs",
    "judge/path/pss.rs",
    "scheme.rs",
    "judge/path/webpki_error.rs",
    "judge/path/words.rs",
    "judge/rank.rs",
    "judge/rank/reason.rs",
    "judge/refusal/hint.rs",
    "judge/refusal/names.rs",
    "judge/refusal/known_names.rs",
    "judge/refusal/words.rs",
    "judge/work.rs",
    "lab/cases/table.rs",
    "lab/conduct.rs",
    "lab/hello/read.rs",
    "lab/hello/saved.rs",
    "lab/remedy.rs",
    "lab/report/json.rs",
    "lab/report/known.rs",
    "lab/report/text.rs",
    "lab/serve/first_messages.rs",
    "lab/serve/mod.rs",
    "lab/serve/whole.rs",
    "lab/session.rs",
    "net/aia/policy.rs",
    "net/connect.rs",
    "net/connect/error.rs",
    "net/pace.rs",
    "net/proxy/error.rs",
    "net/resolve.rs",
    "net/starttls/error.rs",
    "output/emit/mod.rs",
    "output/emit/template.rs",
    "output/emit/template/explain.rs",
    "output/emit/template/filters.rs",
    "output/emit/variables.rs",
    "output/lock/loss.rs",
    "output/lock/mod.rs",
    "output/lock/read.rs",
    "run/disagreement.rs",
    "run/follow.rs",
    "run/pack.rs",
    "run/survey/question.rs",
    "run/survey/unanswered.rs",
    "run/warning.rs",
    "stack/judge.rs",
    "stack/openssl/checks.rs",
    "stack/reason.rs",
    "stack/words.rs",
    "tls/error.rs",
    "tls/full.rs",
    "tls/hello_retry.rs",
    "tls/identity.rs",
    "tls/not_tls.rs",
    "tls/probe/error.rs",
    "tls/records.rs",
    "tls/rustls_error.rs",
    "tls/rustls_error/misbehaved.rs",
    "tls/server_flight.rs",
    "tls/unanswered.rs",
    "tls/verdict.rs",
    "trust/announced.rs",
    "trust/certificate_file.rs",
    "trust/error.rs",
    "trust/root.rs",
    "trust/store.rs",
    "trust/unsupported_format.rs",
];

/// Texts in these files that are not sentences: names that are searched for in a certificate or in code.
const NO_SENTENCES: &[&str] = &[
    "# Builds read this file.",
    "# certgrab lock",
    ", chain",
    "---- {}: --emit {} ----",
    "Demo Issuing CA",
    "Demo Root CA",
    "IPAddress {}",
    "Key possession",
    "Lasts until",
    "Needed by",
    "Root YE",
    "Root YR",
    "The certificate, then its issuers, in PEM.",
    "The private key, in PEM.",
    "Work({} partial paths, {} signatures)",
    "`pip install .` in its source, or `pip install certgrab` once a release is published",
    "`pip install certgrab`",
    "a boolean",
    "a map",
    "a sequence",
    "a string",
    "missing field `",
    "unknown field `",
    "at path",
    "avg technologies",
    "blue coat",
    "cato networks",
    "certgrab demo",
    "certgrab sync --manifest {}",
    "charles proxy",
    "check point",
    "cisco umbrella",
    "cloudflare gateway",
    "cloudflare origin",
    "cn=tuya",
    "emit = {}",
    "emit = {} }}",
    "eset ssl filter",
    "fake le",
    "gateway ca - cloudflare",
    "invalid type",
    "invalid type: map, expected a sequence",
    "kubernetes ingress controller fake certificate",
    "lightspeed systems",
    "managed ca cloudflare",
    "mcafee web gateway",
    "palo alto networks",
    "path string",
    "plain object",
    "value of type plain object",
    "roots = [{}]",
    "roots = {}",
    "run: pipx install certgrab=={}",
    "traefik default cert",
    "trust-sha256 = {}",
    "{}return true",
];

/// The English side of the table of translations.
fn translated() -> Vec<String> {
    let table = read("src/cli/language/zh.tsv");
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| line.split_once('\t')).map(|(english, _)| english.to_owned()).collect()
}

/// A text of the code in the form of the table: each placeholder is `{}`.
fn with_places(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out += before;
        out += "{}";
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    let out = (out + rest).trim().trim_end_matches(':').to_owned();
    // The action of a finding is a command with the user's server.
    match out
        .split_once("`certgrab ")
        .and_then(|(before, rest)| Some((before, rest.split_once('`')?)))
    {
        Some((before, (_, after))) => format!("{before}`certgrab {{}}`{after}"),
        None => out,
    }
}

/// Whether a row has the text around the placeholders of `text`, which may be part of a sentence.
fn says(row: &str, text: &str) -> bool {
    let mut rest = row;
    let mut pieces = text.split("{}").map(str::trim).filter(|piece| !piece.is_empty());
    pieces.all(|piece| match rest.split_once(piece) {
        Some((_, after)) => {
            rest = after;
            true
        }
        None => false,
    })
}

fn is_sentence(text: &str) -> bool {
    let words = text.replace("{}", "");
    words.trim().contains(' ') && words.bytes().filter(u8::is_ascii_lowercase).count() >= 3
}

#[test]
fn every_sentence_of_reports_has_a_chinese_one() {
    let table = translated();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut missing = Vec::new();
    for file in TRANSLATED {
        for text in Literals::of(&root.join(file)).0 {
            let text = with_places(&text);
            let is_known = || table.iter().any(|english| says(english, &text));
            if is_sentence(&text)
                && !text.contains('\n')
                && !NO_SENTENCES.contains(&text.as_str())
                && !is_known()
            {
                missing.push(format!("{file}: {text}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// The rule for a Chinese report: no two English words in a row outside of names.
fn english_of(report: &str) -> Vec<&str> {
    let is_word = |word: &&str| word.len() > 1 && word.bytes().all(|one| one.is_ascii_lowercase());
    let lines = report.lines().filter(|line| {
        let prose: String = line.split('`').step_by(2).collect();
        let words: Vec<_> = prose.split([' ', '，', '：', '；', '。', ',']).collect();
        words.windows(2).any(|pair| pair.iter().all(is_word))
    });
    lines.collect()
}

#[test]
fn chinese_reports_have_no_english_sentence() {
    let plant = |more: &[&str]| {
        let run = certgrab().args(["broker.example:8883", "--from", "tests/data/plant/chain.pem"]);
        run.args(["--at", "2026-11-22"]).args(more)
    };
    let roots = ["--roots", "tests/data/plant/root.pem"];
    let report = plant(&roots).args(["--lang", "zh"]).succeeds().out();
    assert!(report.starts_with("broker.example:8883：读取了 2 张证书\n\n"), "{report}");
    // A label is padded to a fixed number of columns, and a CJK character takes two.
    assert!(report.contains("\n信任锚     CN=Plant Root CA,O=Example Plant\n"), "{report}");
    assert!(report.contains("\nSHA-256    4dd8c50731c8"), "{report}");
    assert!(report.contains("\n原因       信任链只终止于这一个根证书\n"), "{report}");
    let stacks = plant(&roots).args(["--stacks", "--lang", "zh"]).succeeds().out();
    let refused = plant(&["--lang", "zh"]).fails_with(1);
    assert!(refused.err().starts_with("certgrab: 错误: "), "{}", refused.err());
    for text in [&report, &stacks, &refused.out(), &refused.err()] {
        assert_eq!(english_of(text), Vec::<&str>::new(), "{text}");
    }
    // The locale works like the option, and the option takes precedence.
    assert_eq!(plant(&roots).env("LANG", "zh_CN.UTF-8").succeeds().out(), report);
    let english = plant(&roots).succeeds().out();
    let chosen = plant(&roots).args(["--lang", "en"]).env("LANG", "zh_CN.UTF-8");
    assert_eq!(chosen.succeeds().out(), english);
    // A terminal with another encoding cannot show Chinese in UTF-8.
    let gbk = plant(&roots).env("LANG", "zh_CN.GBK").succeeds().out();
    assert!(gbk.is_ascii(), "{gbk}");
}

#[test]
fn findings_are_chinese_and_keep_their_codes() {
    let check = |more: &[&str]| {
        let run = certgrab().args(["check", "--offline", "tests/data/plant/chain.pem"]);
        let run = run.args(["--roots", "tests/data/plant/root.pem", "--at", "2026-11-22"]);
        run.args(more).args(["--lang", "zh"]).fails_with(1)
    };
    let run = check(&[]);
    assert_eq!(
        run.out(),
        "tests/data/plant/chain.pem:1: 错误：`broker.example` 是叶证书，由 `Plant Issuing CA` 签发，\
         有效期至 2034-01-01：mbedTLS 和 OpenSSL 不接受它作为信任锚 [leaf]\n    \
         请内置根证书：`certgrab HOST:PORT --roots tests/data/plant/root.pem --emit pem`\n\
         tests/data/plant/chain.pem:13: 警告：`Plant Issuing CA` 是中间证书，由 `Plant Root CA` 签发：\
         CA 会不经通知更换中间证书 [intermediate]\n    \
         请内置根证书：`certgrab HOST:PORT --roots tests/data/plant/root.pem --emit pem`\n"
    );
    assert_eq!(
        run.err(),
        "certgrab: 检查了 1 个文件：1 项错误，1 项警告，0 项提示\n\
         certgrab: 使用这些文件的设备连不上，或没有验证服务器；请从 tests/data/plant/chain.pem:1 [leaf] 开始，\
         见 `certgrab explain leaf`\n"
    );
    for form in ["json", "sarif", "junit", "github"] {
        let text = check(&["--report", form]).out();
        assert!(text.is_ascii(), "{text}");
    }
}

#[test]
fn all_findings_of_the_collection_are_chinese() {
    let mistakes = certgrab().args(["check", "--offline", "tests/inputs/check", "--lang", "zh"]);
    let run = mistakes.args(["--at", "2026-11-22"]).fails_with(1);
    assert!(run.out().lines().count() > 100, "{}", run.out());
    for text in [run.out(), run.err()] {
        assert_eq!(english_of(&text), Vec::<&str>::new());
    }
}

#[test]
fn errors_and_hints_are_chinese() {
    for (words, code, expected) in [
        (
            &["127.0.0.1:1"][..],
            3,
            "certgrab: 错误: 无法连接 127.0.0.1:1：127.0.0.1：连接被拒绝\n\
             certgrab: 提示: 该端口没有监听；请检查端口号\n",
        ),
        (
            &["-k", "broker.example"],
            2,
            "certgrab: 错误: 没有参数 '-k'\n\
             certgrab: 提示: certgrab 没有信任任何服务器的选项：那样途中的任何人都可以应答。\
             请与证书的所有者核对指纹，然后使用 `--trust-sha256 HEX`，或用 `--roots FILE` 传入 CA 证书\n",
        ),
        (
            &["broker.example", "--emit", "header"],
            2,
            "certgrab: 错误: '--emit <FORMAT[=PATH]>' 的值 'header' 无效：\
             未知的格式\n\
             certgrab: 提示: 您是想写 `c` 吗？`certgrab formats` 列出各种格式\n",
        ),
    ] {
        let run = certgrab().args(words).env("LC_ALL", "zh_CN.UTF-8");
        run.fails_with(code).stdout("").stderr(expected);
    }
}

#[test]
fn machine_readable_output_is_english_in_every_locale() {
    let plant = |more: &[&str], locale: &str| {
        let run = certgrab().args(["broker.example:8883", "--from", "tests/data/plant/chain.pem"]);
        let run = run.args(["--at", "2026-11-22", "--roots", "tests/data/plant/root.pem"]);
        run.args(more).env("LC_ALL", locale).succeeds().out()
    };
    for words in [&["--json"][..], &["--emit", "c"], &["--emit", "text"], &["--emit", "lock"]] {
        assert_eq!(plant(words, "zh_CN.UTF-8"), plant(words, "C.UTF-8"), "{words:?}");
    }
}

#[test]
fn an_unknown_language_is_refused_with_the_known_names() {
    certgrab().args(["demo", "--lang", "fr"]).fails_with(2).stdout("").stderr(
        "certgrab: error: invalid value 'fr' for '--lang <LANG>' [possible values: en, zh]\n\
         certgrab: hint: see `certgrab demo --help`\n",
    );
}

#[test]
fn lab_lists_and_html_reports_are_chinese_with_codes_unchanged() {
    let listed = certgrab().args(["lab", "--list", "--lang", "zh"]).succeeds().out();
    assert_eq!(english_of(&listed), Vec::<&str>::new(), "{listed}");
    assert!(listed.contains("\nexpired               必须拒绝      过期的证书"), "{listed}");
    let html = |language: &str| {
        let run = certgrab().args(["broker.example:8883", "--from", "tests/data/plant/chain.pem"]);
        let run = run.args(["--at", "2026-11-22", "--roots", "tests/data/plant/root.pem"]);
        run.args(["--emit", "html", "--lang", language]).succeeds().out()
    };
    let (english, chinese) = (html("en"), html("zh"));
    for text in [
        "<html lang=\"zh-CN\">",
        "<h1>broker.example:8883 的信任锚</h1>",
        "<tr><th>原因<td>信任链只终止于这一个根证书",
        "<h2>从根证书到服务器</h2>",
        "<li>CN=Plant Root CA,O=Example Plant<small>2024-01-01 至 2049-01-01；",
        "<td class=\"connects\">能连接<td>",
    ] {
        assert!(chinese.contains(text), "{text}: {chinese}");
    }
    let constants = |page: &str| -> Vec<String> {
        let blocks = page.split("<pre>").skip(1);
        blocks.filter_map(|block| block.split("</pre>").next()).map(str::to_owned).collect()
    };
    assert_eq!(constants(&chinese), constants(&english));
    assert!(constants(&chinese).len() > 3, "{chinese}");
    let mut prose = String::new();
    for piece in chinese.split("</style>").nth(1).unwrap_or_default().split("<pre>") {
        let piece = piece.split("</pre>").last().unwrap_or_default();
        prose += &piece
            .split('<')
            .filter_map(|tag| tag.split('>').nth(1))
            .collect::<Vec<_>>()
            .join("\n");
    }
    assert!(prose.contains("各 TLS 库使用这条证书链和信任锚能否连接"), "{prose}");
}

#[test]
fn an_html_report_is_replaced_by_one_in_another_language() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = format!("html={}", folder.path().join("report.html").display());
    for language in ["zh", "en", "zh"] {
        let run = certgrab().args(["broker.example:8883", "--from", "tests/data/plant/chain.pem"]);
        let run = run.args(["--at", "2026-11-22", "--roots", "tests/data/plant/root.pem"]);
        run.args(["--emit", &report, "--lang", language]).succeeds();
    }
}

#[test]
fn refusals_of_options_manifests_and_files_are_chinese() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("the file is written");
        path.display().to_string()
    };
    let unknown = write("a.toml", "[[target]]\nhost = \"a.test\"\nlock = \"a.pem\"\nroot = 1\n");
    let empty = write("b.toml", "");
    let format =
        write("c.toml", "[[target]]\nhost = \"a.test\"\nlock = \"a.pem\"\nemit = { h = \"a\" }\n");
    let twice = write(
        "d.toml",
        "[[target]]\nhost = \"a.test\"\nlock = \"a.pem\"\nemit = { c = \"a.pem\" }\n",
    );
    let missing = folder.path().join("e.toml").display().to_string();
    let port = write("f.toml", "[[target]]\nhost = \"a.test:x\"\nlock = \"a.pem\"\n");
    let style =
        write("g.toml", "[[target]]\nhost = \"a.test\"\nlock = \"a.pem\"\nstyle = \"uper\"\n");
    for words in [
        &["sync", "--manifest", &port][..],
        &["sync", "--manifest", &style],
        &["sync", "--manifest", &unknown],
        &["sync", "--manifest", &empty],
        &["sync", "--manifest", &format],
        &["sync", "--manifest", &twice],
        &["sync", "--manifest", &missing],
        &["sync", "--init", "a.test", "--manifest", &empty],
        &["convert", &empty],
        &["convert", &missing, "--emit", "pem"],
        &["check", &missing],
        &["explain", "nothing"],
        &["a.test", "b.test", "--emit", "c"],
        &["a.test", "--emit", "c", "--emit", "rust"],
        &["a.test", "--survey", "--backup"],
        &["a.test", "--hold"],
        &["a.test", "--emit", "pem", "--name", "A"],
        &["a.test", "--lifetime", "long"],
        &["a.test", "--timeout", "0"],
        &["a.test", "--follow"],
        &["a.test", "--client-cert", &empty],
        &["--hosts", &empty],
        &["lab", "--listen", "a.test"],
        &["lab", "--cases", "nothing"],
        &["a.test", "--as", "8266"],
        &["a.test", "--emit", "bundle-"],
    ] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_certgrab"));
        let output = command.args(words).args(["--lang", "zh"]).output().expect("the command runs");
        let err = String::from_utf8(output.stderr).expect("UTF-8");
        let err = err.replace(&folder.path().display().to_string(), "");
        assert!(err.contains("certgrab: 错误: "), "{words:?}: {err}");
        assert_eq!(english_of(&err), Vec::<&str>::new(), "{words:?}: {err}");
    }
}

/// The English texts of a help, without columns that contain a command.
fn english_of_help(help: &str) -> Vec<String> {
    let columns = help.lines().flat_map(|line| line.split("  "));
    let prose = columns.map(str::trim).filter(|text| {
        let typed = ["certgrab ", "mosquitto_pub ", "host = ", "lock = ", "emit = "];
        !typed
            .iter()
            .any(|begin| text.starts_with(begin) || text.starts_with(&format!("用法： {begin}")))
    });
    english_of(&prose.collect::<Vec<_>>().join("\n")).into_iter().map(str::to_owned).collect()
}

#[test]
fn help_is_chinese_in_lines_of_at_most_100_columns() {
    let commands = [
        "",
        "verify",
        "check",
        "explain",
        "lab",
        "convert",
        "formats",
        "sync",
        "new",
        "integrate",
        "page",
        "man",
        "completions",
        "demo",
    ];
    for command in commands {
        for option in ["-h", "--help"] {
            let words: Vec<_> =
                [command, option].into_iter().filter(|one| !one.is_empty()).collect();
            let help = certgrab().args(&words).args(["--lang", "zh"]).succeeds().stderr("").out();
            assert!(help.contains("用法： certgrab"), "{words:?}: {help}");
            assert_eq!(english_of_help(&help), Vec::<String>::new(), "{words:?}: {help}");
            let columns = help.lines().map(textwrap::core::display_width).max();
            assert!(columns <= Some(100), "{words:?}: {columns:?}: {help}");
        }
    }
    let help = certgrab().args(["help", "check"]).env("LC_ALL", "zh_CN.UTF-8").succeeds().out();
    assert!(help.contains("用法： certgrab check"), "{help}");
    let english = certgrab().args(["--help"]).succeeds().out();
    assert!(english.is_ascii(), "{english}");
}

#[test]
fn common_options_may_precede_the_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let plant = "tests/data/plant/root.pem";
    let converted = certgrab().args(["convert", plant, "--emit", "c"]).succeeds();
    for words in [&["--lang", "zh"][..], &["-q"], &["-v", "--color=never"], &["--color", "never"]] {
        let run = certgrab().args(words).args(["convert", plant, "--emit", "c"]).succeeds();
        assert_eq!(run.out(), converted.out(), "{words:?}");
    }
    let listed = certgrab().args(["--lang", "zh", "new", "--list"]).succeeds().out();
    assert_eq!(english_of(&listed), Vec::<&str>::new(), "{listed}");
    certgrab().args(["--lang", "zh", "convert", plant]).fails_with(2).stdout("").stderr(
        "certgrab: 错误: 应有 `--emit FORMAT`，实际没有\n\
         certgrab: 提示: 请用 `--emit FORMAT` 选择一种；`certgrab formats` 列出全部\n",
    );
    let next = certgrab().args(["--lang", "zh", "integrate", "make"]).args([folder.path()]);
    let next = next.succeeds().err();
    assert!(next.contains("下一步：请在 Makefile 里加上 `include certgrab.mk`"), "{next}");
}

#[test]
fn lists_are_joined_as_in_chinese() {
    certgrab().args(["completions", "tcsh", "--lang", "zh"]).fails_with(2).stdout("").stderr(
        "certgrab: 错误: '<SHELL>' 的值 'tcsh' 无效 [可用的值：bash、elvish、fish、powershell、zsh]\n\
         certgrab: 提示: 见 `certgrab completions --help`\n",
    );
    let sizes = certgrab().args(["broker.example", "--from", "tests/data/plant/chain.pem"]);
    let sizes = sizes.args(["--roots", "tests/data/plant/root.pem", "--at", "2026-11-22"]);
    let sizes = sizes.args(["--sizes", "--lang", "zh"]).succeeds().out();
    let variables = certgrab().args(["formats", "--variables", "--lang", "zh"]).succeeds().out();
    for text in [sizes, variables] {
        assert_eq!(english_of(&text), Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn the_list_of_formats_is_chinese_except_program_names() {
    let listed = certgrab().args(["formats", "--lang", "zh"]).succeeds().out();
    assert!(listed.contains("  pem            多数工具和库：PEM 块，一个接一个\n"), "{listed}");
    assert_eq!(english_of(&listed), Vec::<&str>::new(), "{listed}");
}
