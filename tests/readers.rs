//! A server that presents different chains to its clients: each format has the anchor of the chain that its
//! reader gets.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Barrier,
};

use crate::support::{
    Authority, Pki, Server, certgrab,
    front::{Act, front},
    grab, real,
    run::Run,
};

/// A server that presents different chains in TLS 1.2 and TLS 1.3.
pub(crate) struct ByVersion {
    pub(crate) old: Pki,
    pub(crate) new: Pki,
    _servers: [Server; 2],
    front: Server,
}

impl ByVersion {
    pub(crate) fn new() -> Self {
        let old = Pki::root("Old Root").leaf("plc.test");
        let new = Pki::root("New Root").leaf("plc.test");
        let servers = [Server::presenting(&old), Server::presenting(&new)];
        let [tls12, tls13] = [servers[0].address(), servers[1].address()];
        let front = front("plc.test", move |hello| {
            Act::Relay(if hello.offers_tls13() { tls13 } else { tls12 })
        });
        Self { old, new, _servers: servers, front }
    }

    fn run(&self, words: &[&str]) -> Run {
        self.trusted(grab(&self.front).args(words))
    }

    /// The run with the roots of both chains.
    pub(crate) fn trusted(&self, run: Run) -> Run {
        let run = run.trusting(self.old.root_file());
        run.trusting(self.new.root_file())
    }

    pub(crate) fn port(&self) -> u16 {
        self.front.port()
    }

    pub(crate) fn roots(&self) -> String {
        format!("[{:?}, {:?}]", self.old.root_file(), self.new.root_file())
    }
}

#[test]
fn readers_query_while_certgrab_waits_for_its_answer() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let (to, both) = (server.address(), Barrier::new(2));
    let front = front("plc.test", move |_| {
        both.wait();
        Act::Relay(to)
    });
    grab(&front).args(["--emit", "pem"]).trusting(pki.root_file()).succeeds();
}

const OF_ALL: &str = "certgrab: warning: the server presents 2 different chains to clients of \
                      different versions or key types: the certificates are for all of them\n";

#[test]
fn a_format_has_the_anchor_of_its_readers_tls_version() {
    let servers = ByVersion::new();
    for (format, device) in
        [("esp8266", "esp8266"), ("arduino", "arduino-esp32"), ("bearssl", "bearssl")]
    {
        let outcome = servers.run(&["--emit", format]).succeeds();
        let written = outcome.out();
        assert!(written.contains("CN=Old Root") && !written.contains("CN=New Root"), "{written}");
        let warning = format!(
            "certgrab: warning: the server presents another chain to {device} than to other \
             clients: the anchor is that of {device}\n"
        );
        assert_eq!(outcome.err(), warning);
    }
    for format in ["go", "rust-anchor", "wolfssl"] {
        let written = servers.run(&["--emit", format]).succeeds().stderr("").out();
        assert!(written.contains("CN=New Root") && !written.contains("CN=Old Root"), "{written}");
    }
}

#[test]
fn a_format_for_several_stacks_has_the_anchors_of_all_chains() {
    let servers = ByVersion::new();
    for format in ["c", "rust", "pem"] {
        let outcome = servers.run(&["--emit", format]).succeeds();
        assert_eq!(outcome.err(), OF_ALL);
        let written = outcome.out();
        for root in [&servers.old, &servers.new] {
            let block = crate::support::pki::pem_of(&root.path()[1..]);
            let line = block.lines().nth(2).expect("a line of Base64");
            assert!(written.contains(line), "{format}: {written}");
        }
    }
    // Where the lock has one certificate, it is that of the usual client.
    let outcome = servers.run(&["--emit", "sha256"]).succeeds();
    let sha256 = outcome.out();
    let usual = servers.run(&["--json"]).succeeds().json();
    assert!(sha256.trim().contains(usual["anchor"]["sha256"].as_str().expect("a string")));
}

#[test]
fn each_of_several_formats_has_its_readers_anchor() {
    let servers = ByVersion::new();
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    let (esp, go) = (file("esp.h"), file("go.go"));
    let run = servers.run(&["--emit", &format!("esp8266={esp}"), "--emit", &format!("go={go}")]);
    run.succeeds();
    let [esp, go] = [esp, go].map(|file| std::fs::read_to_string(file).expect("a file"));
    assert!(esp.contains("CN=Old Root") && !esp.contains("CN=New Root"), "{esp}");
    assert!(go.contains("CN=New Root") && !go.contains("CN=Old Root"), "{go}");
}

#[test]
fn a_named_device_is_the_only_reader() {
    let servers = ByVersion::new();
    let outcome = servers.run(&["--as", "esp8266", "--emit", "pem"]).succeeds().stderr("");
    assert_eq!(outcome.out().matches("BEGIN CERTIFICATE").count(), 1);
}

#[test]
fn sync_new_and_check_query_as_the_reader() {
    let servers = ByVersion::new();
    let folder = tempfile::TempDir::new().expect("a folder");
    let manifest = |rest: &str| {
        let text = format!(
            "[[target]]\nhost = \"plc.test:{port}\"\nconnect = \"127.0.0.1:{port}\"\n\
             lock = \"lock.pem\"\nroots = {}\n{rest}",
            servers.roots(),
            port = servers.front.port(),
        );
        std::fs::write(folder.path().join("certgrab.toml"), text).expect("a file");
    };
    let run = |word: &str| certgrab().args([word]).in_folder(folder.path());
    let lock = || std::fs::read_to_string(folder.path().join("lock.pem")).expect("a lock");
    manifest("emit = { esp8266 = \"ca.h\" }\n");
    run("sync").succeeds();
    assert!(lock().contains("CN=Old Root") && !lock().contains("CN=New Root"), "{}", lock());
    run("check").succeeds();
    manifest("emit = { go = \"ca.go\" }\n");
    run("sync").succeeds();
    assert!(lock().contains("CN=New Root") && !lock().contains("CN=Old Root"), "{}", lock());
    run("check").succeeds();
    // A TLS 1.2 device needs an anchor that a lock of TLS 1.3 does not have.
    manifest("emit = { go = \"ca.go\", esp8266 = \"ca.h\" }\n");
    let report = run("check").ends().out();
    assert!(!report.is_empty(), "{report}");
    run("sync").succeeds();
    assert!(lock().contains("CN=New Root") && lock().contains("CN=Old Root"), "{}", lock());
    run("check").succeeds();
    manifest("as = \"mbedtls\"\n");
    run("sync").succeeds();
    assert!(lock().contains("CN=Old Root") && !lock().contains("CN=New Root"), "{}", lock());
    run("check").succeeds();

    let project = folder.path().join("project");
    let target = format!("mqtts://plc.test:{}", servers.front.port());
    let place = format!("127.0.0.1:{}", servers.front.port());
    let [old, new] = [servers.old.root_file(), servers.new.root_file()];
    let run = certgrab().args(["new", "arduino-esp8266", &target]).args([&project]);
    let run = run.args(["--connect", &place]).trusting(&old);
    run.trusting(&new).succeeds();
    let header = std::fs::read_to_string(project.join("src/server_root_ca.h")).expect("a file");
    assert!(header.contains("CN=Old Root") && !header.contains("CN=New Root"), "{header}");
}

/// A server with four chains: TLS 1.2 and 1.3, RSA and ECDSA, each of another CA.
struct FourFaces {
    authorities: BTreeMap<&'static str, Authority>,
    _listeners: Vec<real::Listener>,
    front: Server,
}

impl FourFaces {
    fn new() -> Self {
        let mut authorities = BTreeMap::new();
        for name in ["12 RSA", "12 ECDSA", "13 RSA", "13 ECDSA"] {
            let authority = Authority::named(&format!("Root {name}"));
            let kind = if name.ends_with("RSA") && !name.ends_with("ECDSA") {
                ("RSA", &["rsa_keygen_bits:2048"][..])
            } else {
                ("EC", &["ec_paramgen_curve:P-256"][..])
            };
            authority.issue_for("DNS:plc.test", "leaf", kind.0, kind.1, &["-sha256"]);
            authorities.insert(name, authority);
        }
        let serve = |version: &str, rsa: &str, ecdsa: &str| {
            let second = &authorities[ecdsa];
            let [certificate, key] = ["leaf.pem", "leaf.key"].map(|file| second.file(file));
            let [certificate, key] =
                [&certificate, &key].map(|file| file.to_str().expect("a path"));
            authorities[rsa].serve("leaf", &[version, "-dcert", certificate, "-dkey", key])
        };
        let old = serve("-tls1_2", "12 RSA", "12 ECDSA");
        let new = serve("-tls1_3", "13 RSA", "13 ECDSA");
        let [tls12, tls13] =
            [&old, &new].map(|one| std::net::SocketAddr::from(([127, 0, 0, 1], one.port())));
        let front = front("plc.test", move |hello| {
            Act::Relay(if hello.offers_tls13() { tls13 } else { tls12 })
        });
        Self { authorities, _listeners: vec![old, new], front }
    }

    fn roots(&self) -> Vec<PathBuf> {
        self.authorities.values().map(|authority| authority.file("root.pem")).collect()
    }
}

#[test]
fn each_format_has_the_anchor_of_the_chain_its_reader_sees() {
    if !real::program("openssl") {
        return;
    }
    let servers = FourFaces::new();
    let folder = tempfile::TempDir::new().expect("a folder");
    let port = servers.front.port();
    let target = format!("plc.test:{port}");
    let place = format!("127.0.0.1:{port}");
    let trusted = |run: Run| servers.roots().iter().fold(run, Run::trusting);
    let emitted = |format: &str| {
        trusted(grab(&servers.front).args(["--emit", format, "--name", "ROOT_CA"])).succeeds().out()
    };
    // `sync` writes it, and `check` accepts it with and without the manifest.
    let synced = |format: &str, file: &str| {
        let folder = folder.path().join(format!("{format}-synced"));
        std::fs::create_dir(&folder).expect("a folder");
        let manifest = format!(
            "[[target]]\nhost = \"{target}\"\nconnect = \"{place}\"\nname = \"ROOT_CA\"\n\
             lock = \"lock.pem\"\nroots = {:?}\nemit = {{ {format} = \"{file}\" }}\n",
            servers.roots()
        );
        std::fs::write(folder.join("certgrab.toml"), manifest).expect("a file");
        certgrab().args(["sync"]).in_folder(&folder).succeeds();
        let alone = certgrab().args(["check", file, &target, "--connect", &place]);
        for run in [certgrab().args(["check"]), trusted(alone)] {
            // CPython from 3.13 on has rules that these certificates do not follow.
            match run.in_folder(&folder) {
                run if format == "python" => run.fails_with(5),
                run => run.succeeds(),
            };
        }
        std::fs::read_to_string(folder.join(file)).expect("a file")
    };
    let mut seen = Vec::new();
    for (format, file, connects) in [
        ("mbedtls", "ca.h", real_clients::mbedtls as fn(&Path, &str, u16) -> Option<bool>),
        ("bearssl", "ca.h", real_clients::bearssl),
        ("python", "ca.py", real_clients::python),
        ("go", "ca.go", real_clients::go),
    ] {
        let text = emitted(format);
        assert_eq!(synced(format, file), text, "{format}");
        let roots =
            servers.authorities.keys().filter(|face| text.contains(&format!("CN=Root {face}")));
        seen.push(roots.count());
        let place = folder.path().join(format);
        std::fs::create_dir(&place).expect("a folder");
        let Some(connected) = connects(&place, &text, port) else { continue };
        assert!(connected, "{format} does not connect with {text}");
    }
    assert_eq!(seen, [1, 1, 1, 1], "each format has one anchor");
}

/// Clients of real TLS libraries, each compiled with the written anchor: whether it connects; `None` if the
/// library is missing.
mod real_clients {
    use std::{fs, path::Path, process::Command};

    use crate::support::real;

    fn clients() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/clients")
    }

    fn ends_well(command: &mut Command) -> bool {
        let output = command.output().expect("the client runs");
        print!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        output.status.success()
    }

    fn c(
        folder: &Path,
        text: &str,
        port: u16,
        load: &str,
        client: &str,
        libraries: &[&str],
    ) -> bool {
        fs::write(folder.join("anchor"), text).expect("a file");
        fs::write(folder.join("anchor.c"), load).expect("a file");
        let mut gcc = Command::new("gcc");
        gcc.current_dir(folder).args(["-o", "client", "anchor.c"]).arg(clients().join(client));
        assert!(ends_well(gcc.arg("-I").arg(clients()).args(libraries)), "gcc");
        ends_well(Command::new(folder.join("client")).args([&port.to_string(), "plc.test"]))
    }

    pub(super) fn mbedtls(folder: &Path, text: &str, port: u16) -> Option<bool> {
        let load = "#include <mbedtls/x509_crt.h>\n#include \"anchor\"\nint load(mbedtls_x509_crt *ca);\n\
                    int load(mbedtls_x509_crt *ca) {\n\
                    return mbedtls_x509_crt_parse_der_nocopy(ca, ROOT_CA_DER, sizeof ROOT_CA_DER); }\n";
        let libraries = ["-lmbedtls", "-lmbedx509", "-lmbedcrypto"];
        (real::program("gcc") && real::header("mbedtls/ssl.h"))
            .then(|| c(folder, text, port, load, "mbedtls.c", &libraries))
    }

    pub(super) fn bearssl(folder: &Path, text: &str, port: u16) -> Option<bool> {
        let load = "#include <bearssl.h>\n#include \"anchor\"\n\
                    size_t load(const br_x509_trust_anchor **anchors);\n\
                    size_t load(const br_x509_trust_anchor **anchors) {\n\
                    *anchors = ROOT_CA_TAS; return ROOT_CA_TAS_NUM; }\n";
        (real::program("gcc") && real::header("bearssl.h"))
            .then(|| c(folder, text, port, load, "bearssl.c", &["-lbearssl"]))
    }

    pub(super) fn python(folder: &Path, text: &str, port: u16) -> Option<bool> {
        if !real::program("python3") {
            return None;
        }
        fs::write(folder.join("anchor.py"), text).expect("a file");
        let client = clients().join("python_client.py");
        let mut python = Command::new("python3");
        python.env("PYTHONPATH", folder).arg(client);
        Some(ends_well(python.args(["anchor", "ROOT_CA", "text", &port.to_string()])))
    }

    pub(super) fn go(folder: &Path, text: &str, port: u16) -> Option<bool> {
        if !real::program("go") {
            return None;
        }
        fs::create_dir(folder.join("rootca")).expect("a folder");
        fs::write(folder.join("rootca/rootca.go"), text).expect("a file");
        fs::write(folder.join("go.mod"), "module client\n\ngo 1.19\n").expect("a file");
        fs::copy(clients().join("client.go"), folder.join("main.go")).expect("a file");
        let mut go = Command::new("go");
        go.current_dir(folder)
            .env("GOCACHE", std::env::temp_dir().join("certgrab-go-cache"))
            .env("GOPROXY", "off")
            .env("GOFLAGS", "-mod=mod");
        assert!(ends_well(go.args(["build", "-o", "client", "."])), "go");
        Some(ends_well(Command::new(folder.join("client")).arg(port.to_string())))
    }
}
