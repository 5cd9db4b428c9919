//! Small projects: each is written as by a user, then built and run as far as possible here.

use std::{fs, path::Path, process::Command};

use bench::{new, pki};

use crate::support::{Server, certgrab, real};

mod bench;

mod arduino;

mod esp_idf;

mod in_the_lab;

mod linux_c;

mod micropython;

mod own_certificate;

mod rust;

mod zephyr;

/// The listed projects.
const PROJECTS: [&str; 9] = [
    "linux-c",
    "rust-host",
    "arduino-esp32",
    "arduino-esp8266",
    "esp-idf",
    "esp-idf-rust",
    "esp-hal",
    "zephyr",
    "micropython",
];

#[test]
fn every_project_passes_check_and_is_regenerated_from_its_lock() {
    for (project, scheme) in PROJECTS.iter().flat_map(|one| [(one, "mqtts"), (one, "https")]) {
        let pki = pki("Plant Root");
        let server = Server::presenting(&pki);
        new(project, scheme, server.port(), &pki).succeeds().stdout("");
        let folder = pki.file("project");
        certgrab().args(["check"]).in_folder(&folder).succeeds();
        let printed = certgrab().args(["sync", "--locked"]).in_folder(&folder).succeeds().err();
        assert!(printed.starts_with("certgrab: unchanged: "), "{printed}");
        assert_eq!(printed.lines().count(), 1, "{printed}");
        // The server has nothing new either.
        let printed = certgrab().args(["sync"]).in_folder(&folder).succeeds().err();
        assert!(printed.lines().all(|line| line.starts_with("certgrab: unchanged: ")), "{printed}");
        let readme = fs::read_to_string(folder.join("README.md")).unwrap();
        assert!(readme.contains(&format!("# localhost:{}", server.port())), "{readme}");
        let commands = readme.split("```").nth(1).expect("the commands");
        assert_eq!(commands.lines().skip(1).count(), 3, "{commands}");
        assert!(commands.starts_with("sh\ncertgrab check "), "{commands}");
        // A second run changes nothing.
        let printed = new(project, scheme, server.port(), &pki).succeeds().err();
        assert!(!printed.contains("wrote"), "{printed}");
    }
}

#[test]
fn new_keeps_existing_files_without_force() {
    let pki = pki("Plant Root");
    let server = Server::presenting(&pki);
    let folder = pki.file("project");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("main.c"), "mine").unwrap();
    new("linux-c", "mqtts", server.port(), &pki).fails_with(4).stdout("").stderr(
        "certgrab: error: project/main.c exists and differs\n\
         certgrab: hint: choose another folder, or overwrite it with `--force`\n",
    );
    assert_eq!(fs::read_to_string(folder.join("main.c")).unwrap(), "mine");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    new("linux-c", "mqtts", server.port(), &pki).args(["--force"]).succeeds();
    assert_ne!(fs::read_to_string(folder.join("main.c")).unwrap(), "mine");
}

#[test]
fn a_server_that_is_not_trusted_gets_no_project() {
    let other = pki("Another Root");
    let pki = pki("Plant Root");
    let server = Server::presenting(&other);
    new("linux-c", "mqtts", server.port(), &pki).fails_with(1).stdout("");
    assert!(!pki.file("project").exists());
}

#[test]
fn new_warns_if_the_board_cannot_connect() {
    let pki = pki("Plant Root");
    let server = Server::of(&pki).speaking(&rustls::version::TLS13).start();
    for (project, device) in
        [("arduino-esp8266", "esp8266"), ("arduino-esp32", "arduino-esp32"), ("esp-idf", "esp-idf")]
    {
        let printed = new(project, "mqtts", server.port(), &pki).succeeds().err();
        let warning = format!("certgrab: warning: {device} cannot connect: ");
        assert!(printed.starts_with(&warning), "{printed}");
        fs::remove_dir_all(pki.file("project")).unwrap();
    }
    let printed = new("rust-host", "mqtts", server.port(), &pki).succeeds().err();
    assert!(!printed.contains("warning"), "{printed}");
}

#[test]
fn the_list_of_projects_says_what_is_proved() {
    let list = certgrab().args(["new", "--list"]).succeeds().stderr("").out();
    let names: Vec<_> = list.lines().step_by(2).filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(names, PROJECTS);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/projects.md");
    let page = fs::read_to_string(page).unwrap();
    for (name, line) in names.iter().zip(list.lines().skip(1).step_by(2)) {
        let proof = line.trim().strip_prefix("tested: ").expect("what is proved");
        let is_row = |line: &str| {
            line.starts_with(&format!("| `{name}` | ")) && line.ends_with(&format!(" | {proof} |"))
        };
        assert!(page.lines().any(is_row), "docs/projects.md: {name}: {proof}");
    }
    let printed = certgrab().args(["new", "basic", "a.test", "x"]).fails_with(2).err();
    assert!(
        printed.contains("unknown project; expected one of linux-c, rust-host, arduino-esp32, "),
        "{printed}"
    );
    certgrab().args(["new", "linux-c", "imaps://a.test", "x"]).fails_with(2).stderr(
        "certgrab: error: linux-c supports MQTT over TLS or HTTPS, not imaps\n\
         certgrab: hint: name the protocol: `mqtts://HOST` or `https://HOST`\n",
    );
}

#[test]
fn a_host_without_protocol_and_port_gets_no_project() {
    certgrab().args(["new", "linux-c", "a.test", "x"]).fails_with(2).stdout("").stderr(
        "certgrab: error: a.test may speak MQTT or HTTPS\n\
         certgrab: hint: name the protocol: `mqtts://HOST` or `https://HOST`\n",
    );
}

#[test]
fn the_protocol_that_a_port_suggests_is_said_with_how_to_choose_the_other() {
    let pki = crate::support::Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let connect = server.address().to_string();
    let of = |target: &str, folder: &str| {
        let outcome = certgrab()
            .args(["new", "micropython", target, folder, "--connect", &connect, "--roots"])
            .args([pki.root_file()])
            .in_folder(pki.folder())
            .succeeds();
        (outcome.err(), fs::read_to_string(pki.file(folder).join("main.py")).unwrap())
    };
    for (target, assumed, folder) in [
        (
            "plc.test:9443",
            "plc.test:9443 is taken for HTTPS; for MQTT, pass `mqtts://plc.test:9443`",
            "web",
        ),
        (
            "plc.test:28883",
            "plc.test:28883 is taken for MQTT; for HTTPS, pass `https://plc.test:28883`",
            "broker",
        ),
    ] {
        let (printed, code) = of(target, folder);
        assert!(printed.starts_with(&format!("certgrab: {assumed}\n")), "{printed}");
        assert_eq!(code.contains("MQTT"), folder == "broker", "{code}");
    }
    for (target, folder) in [
        ("plc.test:8883", "usual"),
        ("https://plc.test:1", "named"),
        ("mqtts://plc.test:9443", "m"),
    ] {
        let (printed, _) = of(target, folder);
        assert!(!printed.contains("taken for"), "{target}: {printed}");
    }
}

#[test]
fn a_command_after_an_option_is_not_read_as_a_host() {
    certgrab()
        .args(["--timeout", "5", "new", "linux-c", "a.test", "x"])
        .fails_with(2)
        .stdout("")
        .stderr(
            "certgrab: error: put the subcommand `new` first\n\
         certgrab: hint: run `certgrab new ...`, with its options after it\n",
        );
}

#[test]
fn connect_needs_a_port() {
    let run = certgrab().args(["new", "linux-c", "mqtts://a.test", "x", "--connect", "127.0.0.1"]);
    let printed = run.fails_with(2).stdout("").err();
    assert!(printed.contains("expected HOST:PORT, found no port"), "{printed}");
}

/// `git` in `folder`; its output.
fn git(folder: &Path, words: &[&str]) -> String {
    let output = Command::new("git").args(words).current_dir(folder).output().expect("git");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "git {words:?}: {said}");
    said
}

#[test]
fn git_ignores_secrets_and_builds_of_a_project() {
    if !real::program("git") {
        return;
    }
    for project in PROJECTS {
        let pki = pki("Plant Root");
        let server = Server::presenting(&pki);
        git(pki.folder(), &["init", "--quiet"]);
        for scheme in ["mqtts", "https"] {
            new(project, scheme, server.port(), &pki).args(["--force"]).succeeds();
            let folder = pki.file("project");
            let private = match project {
                "linux-c" => ["client", "client"],
                "rust-host" => ["target/debug/client", "target/CACHEDIR.TAG"],
                "esp-idf" => ["sdkconfig", "build/client.bin"],
                "esp-idf-rust" | "esp-hal" => ["device.env", "target/CACHEDIR.TAG"],
                "zephyr" => ["secrets.conf", "build/zephyr/zephyr.elf"],
                "micropython" => ["credentials.py", "__pycache__/connection.pyc"],
                _ => ["src/secrets.h", ".pio/build"],
            };
            for place in private {
                let place = folder.join(place);
                fs::create_dir_all(place.parent().unwrap()).unwrap();
                fs::write(place, "mine").unwrap();
            }
            git(&folder, &["add", "."]);
            let whitespace = "core.whitespace=blank-at-eol,blank-at-eof,space-before-tab";
            git(&folder, &["-c", whitespace, "diff", "--cached", "--check"]);
            let staged = git(&folder, &["diff", "--cached", "--name-only", "--relative"]);
            assert!(
                staged.contains("README.md") && staged.contains("certs/server.pem"),
                "{staged}"
            );
            for place in private {
                assert!(!staged.lines().any(|one| one == place), "{place}: {staged}");
            }
        }
    }
}
