//! The certificates that `docs/your-own-ca.md` shows how to issue: its commands are run, and every entry
//! of the table and the libraries judge what they issue.

use std::fs;
use std::path::Path;
use std::process::Command;

use certgrab::internals::lab::pki::Built;
use certgrab::internals::stack::STACKS;
use tempfile::TempDir;

use super::Wish;
use super::chains::Chains;
use super::clients::Clients;
use super::judged::{self, Questions};
use crate::support::real;

/// The host in the commands of the page.
const HOST: &str = "mqtt.home.example";
/// The day as of which everything is judged, also for `openssl`: libfaketime's form.
const BEFORE_THAT_DAY: &str = "2026-05-01 12:00:00";

/// The commands of a section of the page.
fn commands(section: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/your-own-ca.md");
    let text = fs::read_to_string(page).expect("the page");
    let (_, below) = text.split_once(&format!("## {section}\n")).expect("the section");
    let block = below.split("```").nth(1).expect("its commands");
    block.strip_prefix("sh\n").expect("of a shell").to_owned()
}

fn run(section: &str, folder: &Path) {
    let script = format!("set -e\n{}", commands(section));
    let mut shell = Command::new("faketime");
    shell.args([BEFORE_THAT_DAY, "sh", "-c", &script]).current_dir(folder);
    let output = shell.output().expect("sh");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What a server presents from `chain`, with the key and the anchor.
fn built(folder: &Path, chain: &str) -> Built {
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect(name);
    let ders = |name: &str| {
        let blocks = pem::parse_many(read(name)).expect(name);
        blocks.into_iter().map(pem::Pem::into_contents).collect()
    };
    let key = Command::new("openssl")
        .args(["pkcs8", "-topk8", "-nocrypt", "-in", "server.key"])
        .current_dir(folder)
        .output()
        .expect("openssl");
    Built {
        sent: ders(chain),
        anchors: ders("root.pem"),
        key: String::from_utf8(key.stdout).expect("PEM"),
        host: HOST.to_owned(),
    }
}

#[test]
fn every_stack_accepts_certificates_of_the_page_on_your_own_ca() {
    if !real::program("openssl") || !real::program("faketime") {
        return;
    }
    let folder = TempDir::new().expect("a folder");
    run("A root and a server certificate", folder.path());
    let direct = built(folder.path(), "server.pem");
    run("With an intermediate", folder.path());
    let below = built(folder.path(), "chain.pem");
    assert_eq!((direct.sent.len(), below.sent.len()), (1, 2));
    let chains = Chains::of(vec![direct, below]);
    let questions = Questions::of(&chains);
    for case in questions.cases() {
        for stack in STACKS {
            let verdict = judged::verdict(stack.name, &case).expect("a stack");
            assert!(verdict.connects(), "{}: {verdict:?}", stack.name);
        }
    }
    let Some(clients) = Clients::build(Wish::of_environment().all) else { return };
    for (stack, verdicts) in clients.judge(&chains) {
        assert!(verdicts.iter().all(super::clients::Verdict::connects), "{stack}: {verdicts:?}");
    }
}
