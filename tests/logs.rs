//! Output of certgrab that the log of a CI service would execute.

use std::fs;

use crate::support::{Pki, Server, certgrab, grab};

/// Names that are commands of GitHub Actions, Azure Pipelines and TeamCity.
const COMMANDS: [&str; 5] = [
    "::add-mask::x",
    "##[add-path]/tmp",
    "##vso[task.setvariable variable=x]y",
    "##teamcity[buildStatus text='x']",
    " ::set-output name=x::y",
];

/// Whether a runner would obey something in `text`: GitHub's accepts `::` at the start of a line, after blanks,
/// and `##[` anywhere in it (actions/runner, ActionCommand.cs).
fn commands(text: &str) -> bool {
    let marks = ["##[", "##vso[", "##teamcity["];
    text.lines().any(|line| {
        line.trim_start().starts_with("::") || marks.iter().any(|mark| line.contains(mark))
    })
}

#[test]
fn a_subject_cannot_command_a_ci_log() {
    for command in COMMANDS {
        let pki = Pki::root(command).intermediate(command).leaf("plc.test");
        let server = Server::presenting(&pki);
        let roots = pki.root_file();
        let roots = roots.to_str().unwrap();
        fs::copy(pki.chain_file(), pki.file("c.pem")).unwrap();
        let runs: [&[&str]; 8] = [
            &["--roots", roots],
            &["--roots", roots, "--paths", "--verbose"],
            &["--roots", roots, "--survey"],
            &["--roots", roots, "--json"],
            &["--roots", roots, "--emit", "text"],
            &["--roots", roots, "--emit", "lock"],
            &["--roots", roots, "--emit", "c"],
            &[],
        ];
        for words in runs {
            let outcome = grab(&server).args(words).ends();
            assert!(!commands(&outcome.out()), "{words:?}: {}", outcome.out());
            assert!(!commands(&outcome.err()), "{words:?}: {}", outcome.err());
        }
        for form in ["text", "json", "junit", "sarif"] {
            let check = certgrab().args(["check", "--offline", "c.pem", "--report", form]);
            let outcome = check.in_folder(pki.folder()).ends();
            assert!(!commands(&outcome.out()), "{form}: {}", outcome.out());
            assert!(!commands(&outcome.err()), "{form}: {}", outcome.err());
        }
    }
}

#[test]
fn a_file_name_cannot_command_a_ci_log() {
    let folder = tempfile::TempDir::new().unwrap();
    for name in COMMANDS.map(|command| command.replace('/', "_")) {
        fs::write(folder.path().join(&name), "-----BEGIN CERTIFICATE-----\n").unwrap();
        for form in ["text", "json", "junit", "sarif"] {
            let words = ["check", "--offline", "--report", form, "--", &name];
            let outcome = certgrab().args(words).in_folder(folder.path()).ends();
            assert!(outcome.out().contains("pem-damaged"), "{form}: {}", outcome.out());
            assert!(!commands(&outcome.out()), "{form}: {}", outcome.out());
            assert!(!commands(&outcome.err()), "{form}: {}", outcome.err());
        }
        let outcome = certgrab().args(["check", "--", "missing.h", &name]).in_folder(folder.path());
        assert!(!commands(&outcome.ends().err()));
    }
}
