//! Names with several addresses: each may be another server.

use std::{io::Read as _, net::SocketAddr};

use crate::support::{Pki, Server, certgrab, real, run::Run};

/// A name with three addresses: two present chains of two roots, the third resets connections.
struct Migration {
    old: (Pki, Server),
    new: (Pki, Server),
    dead: Server,
}

fn at(number: u8, port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, number], port))
}

/// A server that resets every connection.
fn resetting(address: SocketAddr) -> Server {
    Server::scripted_at(address, "plc.test", |mut stream, _| {
        // The system sends a reset if the socket is closed with unread data.
        let _ = stream.read(&mut [0; 8]);
    })
}

impl Migration {
    fn new() -> Self {
        let old = Pki::root("Old Root").leaf("plc.test");
        let new = Pki::root("New Root").leaf("plc.test");
        let first = Server::presenting(&old);
        let port = first.port();
        let second = Server::of(&new).at(at(2, port)).start();
        Self { old: (old, first), new: (new, second), dead: resetting(at(3, port)) }
    }

    fn port(&self) -> u16 {
        self.dead.port()
    }

    /// The command, with these of the three addresses for the name, in this order.
    fn run(&self, order: &[u8]) -> Option<Run> {
        let addresses: Vec<_> =
            order.iter().map(|number| at(*number, 1).ip().to_string()).collect();
        let addresses: Vec<_> = addresses.iter().map(String::as_str).collect();
        certgrab().resolving("plc.test", &addresses)
    }

    fn target(&self) -> String {
        format!("plc.test:{}", self.port())
    }

    /// Both roots in one file.
    fn roots(&self) -> String {
        let both = [self.old.0.root_file(), self.new.0.root_file()];
        let both = both.map(|file| std::fs::read_to_string(file).expect("a root")).concat();
        let file = self.old.0.file("both.pem");
        std::fs::write(&file, both).expect("a file");
        file.to_str().expect("a path").to_owned()
    }
}

#[test]
fn an_address_that_resets_does_not_affect_the_next() {
    let servers = Migration::new();
    for order in [[3, 1], [1, 3]].iter().cycle().take(10) {
        let Some(run) = servers.run(order) else { return };
        let outcome = run.args([&servers.target(), "--roots", &servers.roots()]).succeeds();
        assert!(outcome.out().contains("anchor     CN=Old Root\n"), "{}", outcome.out());
        let warning = "warning    no chain from 127.0.0.3, another address of this name: the server \
                       reset the connection before any data arrived\n";
        assert_eq!(outcome.out().contains(warning), order[0] == 3, "{}", outcome.out());
    }
}

#[test]
fn the_report_names_queried_and_other_addresses() {
    let servers = Migration::new();
    let Some(run) = servers.run(&[2, 1, 3]) else { return };
    let report = run.args([&servers.target(), "--roots", &servers.roots()]).succeeds().out();
    let line = "address    127.0.0.2, one of 3 of this name; `--survey` also queries 127.0.0.1, \
                127.0.0.3\n";
    assert!(report.contains(line), "{report}");
    let Some(run) = servers.run(&[3, 2]) else { return };
    let run = run.args([&servers.target(), "--json", "--roots", &servers.roots()]);
    let document = run.succeeds().json();
    assert_eq!(document["address"], "127.0.0.2");
    assert_eq!(document["other_addresses"][0]["address"], "127.0.0.3");
    let error = "the server reset the connection before any data arrived";
    assert_eq!(document["other_addresses"][0]["error"], error);
}

#[test]
fn an_error_names_each_address_with_its_failure() {
    let servers = Migration::new();
    let Some(run) = servers.run(&[3, 4]) else { return };
    let target = servers.target();
    run.args([&target]).fails_with(3).stdout("").stderr(
        "certgrab: error: 127.0.0.3: the server reset the connection before any data arrived; \
         127.0.0.4: connection refused\n\
         certgrab: hint: check the port: a server without TLS, one that expects a load balancer's \
         PROXY header, or a firewall often closes the connection after a ClientHello\n",
    );
}

#[test]
fn check_queries_every_address_and_names_the_dead_one() {
    let servers = Migration::new();
    let file = servers.old.0.root_file();
    let file = file.to_str().expect("a path");
    let Some(run) = servers.run(&[1, 2, 3]) else { return };
    let target = servers.target();
    let run = run.args(["check", file, &target, "--roots", &servers.roots()]);
    let report = run.fails_with(1).out();
    for part in [
        format!("`Old Root` does not verify {target} at 127.0.0.2: "),
        "embed `New Root`".to_owned(),
        format!(
            "127.0.0.3, an address of {target}, does not present a chain: the server reset the"
        ),
        "[address-failed]".to_owned(),
    ] {
        assert!(report.contains(&part), "{part} is not in {report}");
    }
    let Some(run) = servers.run(&[1, 2, 3]) else { return };
    let both = servers.roots();
    let run = run.args(["check", &both, &target, "--roots", &both]);
    let report = run.fails_with(5).out();
    assert!(!report.contains("verify-failed"), "{report}");
    let third = Pki::root("Third Root").leaf("plc.test");
    let third = third.root_file();
    let Some(run) = servers.run(&[1, 2, 3]) else { return };
    let run = run.args(["check", third.to_str().expect("a path"), &target, "--roots", &both]);
    let report = run.fails_with(1).out();
    assert!(report.contains("embed `Old Root`"), "{report}");
    assert!(report.contains("embed `New Root`"), "{report}");
}

#[test]
fn a_survey_has_the_anchors_and_errors_of_all_addresses() {
    let servers = Migration::new();
    let Some(run) = servers.run(&[1, 2, 3]) else { return };
    let run = run.args([&servers.target(), "--survey", "--roots", &servers.roots()]);
    let report = run.succeeds().out();
    for part in ["  CN=Old Root\n", "  CN=New Root\n", "127.0.0.3:"] {
        assert!(report.contains(part), "{part} is not in {report}");
    }
    let dead = format!("127.0.0.3:{}", servers.port());
    let lines = report.lines().filter(|line| line.starts_with(&dead));
    assert!(lines.clone().count() > 0);
    assert!(lines.clone().all(|line| line.contains("the server reset the connection")), "{report}");
}

#[test]
fn a_survey_during_a_migration_verifies_every_address() {
    if !real::program("openssl") {
        return;
    }
    let servers = Migration::new();
    let Some(run) = servers.run(&[1, 2, 3]) else { return };
    let run = run.args([&servers.target(), "--survey", "--roots", &servers.roots()]);
    let written = run.args(["--emit", "pem"]).succeeds().out();
    let file = servers.old.0.file("written.pem");
    let connects = |number: u8| {
        let place = at(number, servers.port()).to_string();
        let mut openssl = std::process::Command::new("openssl");
        openssl.args(["s_client", "-connect", &place, "-servername", "plc.test", "-CAfile"]);
        openssl.arg(&file).args(["-verify_hostname", "plc.test", "-verify_return_error"]);
        openssl.stdin(std::process::Stdio::null()).output().expect("openssl").status.success()
    };
    std::fs::write(&file, &written).expect("a file");
    assert!(connects(1) && connects(2), "{written}");
    assert!(!connects(3));
    // The anchor of one root is not enough for both.
    let one = written.find("-----END CERTIFICATE-----\n").expect("a certificate");
    std::fs::write(&file, &written[..one + 26]).expect("a file");
    assert_ne!(connects(1), connects(2), "{written}");
}

#[test]
fn sync_warns_of_an_address_whose_chain_the_lock_does_not_verify() {
    let servers = Migration::new();
    let folder = tempfile::TempDir::new().expect("a folder");
    let manifest = format!(
        "[[target]]\nhost = \"{}\"\nlock = \"lock.pem\"\nroots = \"{}\"\n",
        servers.target(),
        servers.roots()
    );
    std::fs::write(folder.path().join("certgrab.toml"), manifest).expect("a file");
    let Some(run) = servers.run(&[1, 2, 3]) else { return };
    let outcome = run.args(["sync"]).in_folder(folder.path()).succeeds();
    let target = servers.target();
    let warnings = outcome.err();
    let expected = format!(
        "certgrab: warning: {target}: 127.0.0.2 presents another chain, which this lock does not \
         verify: a device needs `CN=New Root` there\n\
         certgrab: warning: {target}: 127.0.0.3 presents no chain: the server reset the connection \
         before any data arrived\n"
    );
    assert!(warnings.starts_with(&expected), "{warnings}");
}

#[test]
fn after_four_failed_addresses_the_fifth_is_not_queried() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let last = Server::presenting(&pki);
    let port = last.port();
    let dead: Vec<_> = (2..6).map(|number| resetting(at(number, port))).collect();
    let root = pki.root_file();
    let run = |order: &[&str]| {
        let run = certgrab().resolving("plc.test", order)?;
        Some(run.args([&format!("plc.test:{port}"), "--roots", root.to_str().expect("a path")]))
    };
    let Some(four) = run(&["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.1"]) else { return };
    four.succeeds();
    let all = ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.1"];
    let Some(five) = run(&all) else { return };
    let error = five.fails_with(3).err();
    let begin = "certgrab: error: 127.0.0.2, 127.0.0.3, 127.0.0.4, 127.0.0.5: the server reset";
    assert!(error.starts_with(begin), "{error}");
    drop(dead);
}

#[test]
fn a_server_on_ipv6_only_is_reached_by_address_and_name() {
    let pki = Pki::root("Plant Root").leaf("::1");
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        eprintln!("skipped: this machine has no IPv6");
        return;
    }
    let server = Server::of(&pki).at("[::1]:0".parse().expect("an address")).start();
    let port = server.port();
    let root = pki.root_file();
    let trusting = |target: String| certgrab().args([target]).trusting(&root);
    for target in [format!("[::1]:{port}"), format!("mqtts://[::1]:{port}")] {
        let report = trusting(target).succeeds().out();
        assert!(report.starts_with(&format!("[::1]:{port}: 1 certificate sent\n")), "{report}");
    }
    let error = trusting(format!("::1:{port}")).fails_with(2).err();
    assert!(error.contains("put the address in brackets: `[2001:db8::1]:8883`"), "{error}");
    // The certificate is for an address; only who presents it matters here.
    let Some(run) = certgrab().resolving("plc.test", &["127.0.0.1", "::1"]) else { return };
    let document = run.args([format!("plc.test:{port}")]).args(["--json"]).fails_with(1).json();
    assert_eq!(document["address"], "::1");
}

#[test]
fn a_server_is_reached_only_at_its_address() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::of(&pki).at(at(2, 0)).start();
    let target = format!("plc.test:{}", server.port());
    let run = |number: u8| {
        let place = at(number, server.port()).to_string();
        certgrab().args([&target, "--connect", &place]).trusting(pki.root_file())
    };
    assert!(run(2).succeeds().out().contains("anchor     CN=Plant Root\n"));
    run(1).fails_with(3).stdout("").stderr(&format!(
        "certgrab: error: cannot connect to {place}: 127.0.0.1: connection refused\n\
         certgrab: hint: nothing listens on this port; check the port number\n",
        place = at(1, server.port()),
    ));
}
