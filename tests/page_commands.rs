//! Every command of the README and of docs, as pasted into a shell: a local server, reached through a proxy,
//! plays the hosts of the pages.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::proxies::carry;
use crate::support::{Pki, Server, pki::pem_of, real};
use rcgen::SanType;

/// The hosts on the pages.
const HOSTS: [&str; 5] =
    ["m1.tuyacn.com", "www.tuya.com", "broker.lan", "mqtt.home.example", "broker.example"];

/// The start of each line that is not run here, with the reason.
const NOT_RUN: [(&str, &str); 14] = [
    ("cargo ", "CI runs the README's two; building the firmware is firmware/ci.sh"),
    ("export ", "of the firmware, which firmware/ci.sh builds and runs"),
    ("for ", "a device for the lab: tests/lab runs it"),
    ("parallel ", "tests/shares.rs runs it"),
    ("cat ", "tests/differential/own_ca.rs runs it"),
    ("openssl ", "tests/differential/own_ca.rs runs it"),
    ("pio ", "needs a board, and PlatformIO's packages from the network"),
    ("sha256sum ", "needs a published release"),
    ("gh ", "needs a published release"),
    ("pipx ", "needs a published release"),
    ("npx ", "needs a published release"),
    ("docker ", "needs docker and a published release"),
    ("mkdir ", "of docker's context, which needs a published release"),
    ("tar ", "of docker's context, which needs a published release"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The English pages; the Chinese ones have the same commands, which `tests/languages.rs` compares.
fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).expect("the folder");
    let docs = docs.map(|page| page.expect("a page").path());
    let mut pages: Vec<_> = docs
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .filter(|path| !path.to_string_lossy().contains(".zh-CN."))
        .chain([root().join("README.md")])
        .collect();
    pages.sort();
    pages
}

/// The lines of shell blocks, without those of a text for a file.
fn commands(page: &str) -> Vec<String> {
    let (mut lines, mut in_block, mut in_text) = (Vec::new(), false, false);
    for line in page.lines().map(str::trim) {
        match line {
            _ if line.starts_with("```") => in_block = line == "```sh",
            "END" => in_text = false,
            _ if in_block && !in_text && !line.is_empty() => {
                in_text = line.ends_with("<<END");
                lines.push(line.to_owned());
            }
            _ => {}
        }
    }
    lines
}

/// An HTTP proxy that connects every name to `server`.
fn proxy_to(server: SocketAddr) -> Server {
    Server::scripted("proxy.test", move |mut client, _| {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && client.read_exact(&mut byte).is_ok() {
            head.push(byte[0]);
        }
        if client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").is_ok() {
            let server = TcpStream::connect(server).expect("the server");
            std::thread::spawn(move || carry(client, server));
        }
    })
}

/// A folder for the commands of one page, with the files they name.
struct Workspace<'a> {
    pki: &'a Pki,
    folder: tempfile::TempDir,
    proxy: String,
}

impl<'a> Workspace<'a> {
    fn new(pki: &'a Pki, proxy: SocketAddr, page: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Self { pki, folder, proxy: format!("http://{proxy}") };
        for name in ["bin", "include", "certs"] {
            fs::create_dir(place.file(name)).expect("a folder");
        }
        symlink(env!("CARGO_BIN_EXE_certgrab"), place.file("bin/certgrab")).expect("the command");
        let root = pem_of(&[pki.root_der().clone()]);
        for name in ["my_ca.pem", "root.pem", "ca.pem", "ca.crt", "old.pem", "new.pem"] {
            fs::write(place.file(name), &root).expect("a file");
        }
        let list = HOSTS.map(|host| format!("{host}:8883\n")).concat();
        let csv = HOSTS.map(|host| format!("1,{host}:8883\n")).concat();
        let lines = pem_of(&pki.chain()[1..]);
        let case = serde_json::json!({
            "id": "1", "leaf": pem_of(&[pki.leaf_der().clone()]), "intermediates": [lines],
            "roots": [root], "time": "2030-01-01T00:00:00Z", "host": HOSTS[0], "host_kind": "dns",
        });
        let manifest = format!(
            "[[target]]\nhost = \"{}:8883\"\nroots = [\"my_ca.pem\"]\nlock = \"certs/m1.pem\"\n\
             emit = {{ c = \"include/root_ca.h\" }}\n",
            HOSTS[0]
        );
        fs::copy(pki.chain_file(), place.file("chain.pem")).expect("a file");
        for (name, text) in [
            ("brokers.txt", list),
            ("fleet.csv", format!("id,broker\n{csv}")),
            ("cases.jsonl", format!("{case}\n")),
        ] {
            fs::write(place.file(name), text).expect("a file");
        }
        for words in [
            "convert ca.crt --emit c=include/ca_cert.h",
            "convert ca.crt --emit arduino=sketch.ino",
            "convert ca.crt --emit java=ca.p12",
            "--roots my_ca.pem --hosts brokers.txt --emit json=set.json",
        ] {
            place.runs(&format!("certgrab {words} -q"), &[0]);
        }
        if !page.contains("certgrab sync --init") {
            fs::write(place.file("certgrab.toml"), manifest).expect("a file");
            place.runs("certgrab sync -q", &[0]);
        }
        place
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a shell line and expects one of these exit codes.
    fn runs(&self, line: &str, expected: &[i32]) -> Output {
        let others = std::env::var("PATH").unwrap_or_default();
        let output = Command::new("sh")
            .args(["-c", line])
            .current_dir(self.folder.path())
            .env("PATH", format!("{}:{others}", self.file("bin").display()))
            .env("ALL_PROXY", &self.proxy)
            .env("LC_ALL", "C.UTF-8")
            .output()
            .expect("a shell");
        let code = output.status.code().unwrap_or(-1);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            expected.contains(&code),
            "{line}\nexit code {code}, expected {expected:?}\n{said}"
        );
        output
    }

    /// Runs a command of a page. The server here has a root that no store has, so it is passed; the lab gets a
    /// free port and no device.
    /// free port, and no device.
    fn runs_command(&self, line: &str) {
        let words = line.strip_prefix("certgrab").expect("certgrab").trim_start();
        let roots = format!("--roots {}", self.pki.root_file().display());
        let first = words.split(' ').next().unwrap_or_default();
        let listens = "--listen 127.0.0.1:0 --wait 1";
        match first {
            _ if words.contains("--roots") => self.runs(line, &[0]),
            "lab" if words.contains("--listen") => {
                fs::copy(self.file("lab.json"), self.file("lab.accepted.json")).ok();
                self.runs(&line.replace("--listen 192.168.1.5:8883", listens), &[3])
            }
            "lab" => self.runs(&format!("{line} {listens} --report json=lab.json"), &[3]),
            // Its files are those of this folder, sound and faulty.
            "check" if words.contains("--offline .") => self.runs(line, &[0, 1, 5]),
            "check" if words.split(' ').any(|word| word.contains(":8883")) => {
                self.runs(&line.replacen("check", &format!("check {roots}"), 1), &[0])
            }
            "new" if !words.contains("--list") => {
                self.runs(&line.replacen("new", &format!("new {roots}"), 1), &[0])
            }
            "sync" if words.contains("--init") => {
                self.runs(&line.replacen("sync", &format!("sync {roots}"), 1), &[0])
            }
            "sync" | "check" | "new" | "convert" | "formats" | "explain" | "verify" => {
                self.runs(line, &[0])
            }
            _ => self.runs(&line.replacen("certgrab", &format!("certgrab {roots}"), 1), &[0]),
        };
    }
}

#[test]
fn every_command_of_every_page_runs() {
    let names = HOSTS.map(|host| SanType::DnsName(host.try_into().expect("a name")));
    let pki = Pki::root("Plant Root").intermediate("Issuing");
    let pki = pki.changed(move |leaf| leaf.subject_alt_names = names.to_vec()).leaf(HOSTS[0]);
    let server = Server::presenting(&pki);
    let proxy = proxy_to(server.address());
    let has_jq = real::program("jq");
    let mut ran = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).expect("a page");
        let lines = commands(&page);
        if lines.iter().all(|line| !line.starts_with("certgrab ")) {
            continue;
        }
        let place = Workspace::new(&pki, proxy.address(), &page);
        for line in lines {
            let line = line.split("  #").next().unwrap_or(&line).trim_end();
            match line {
                _ if line.starts_with("certgrab") => {
                    place.runs_command(line);
                    ran += 1;
                }
                _ if line.starts_with("jq ") => {
                    if has_jq {
                        place.runs(line, &[0]);
                    }
                }
                _ => {
                    let known = NOT_RUN.iter().any(|(begin, _)| line.starts_with(begin));
                    assert!(known, "{}: {line}: run it, or say why not", path.display());
                }
            }
        }
    }
    assert!(ran > 40, "{ran} commands");
}

#[test]
fn every_exception_is_on_a_page() {
    let all: Vec<_> = pages()
        .iter()
        .flat_map(|path| commands(&fs::read_to_string(path).expect("a page")))
        .collect();
    for (begin, reason) in NOT_RUN {
        assert!(all.iter().any(|line| line.starts_with(begin)), "{begin}: {reason}");
    }
}
