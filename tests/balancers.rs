//! Load balancers: two chains in turn, connection limits, resets before the first byte.

use std::{
    collections::HashMap,
    net::TcpStream,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    between::Behind,
    support::{
        Pki, Server, certgrab,
        front::{Act, ClientHello, alert, front},
        grab,
        pki::pem_of,
    },
};

const SLOWER: &str = "ask again later, or slower with `--rate N`\n";

#[test]
fn a_survey_finds_both_anchors_behind_a_balancer() {
    let turn = InTurn::new(signatures);
    let run = |words: &[&str]| grab(&turn.balancer).args(words).args(turn.roots()).succeeds();
    let report = run(&["--survey"]).out();
    assert!(report.starts_with("plc.test:"), "{report}");
    assert!(report.contains(": queried in 8 ways, 2 chains received\n"), "{report}");
    for root in ["CN=Old Root", "CN=New Root"] {
        assert!(report.contains(&format!("  {root}\n    SHA-256")), "{report}");
    }
    let written = run(&["--survey", "--emit", "pem"]).out();
    assert_eq!(written.matches("BEGIN CERTIFICATE").count(), 2, "{written}");
}

#[test]
fn a_connection_limit_has_a_hint_and_a_survey_counts_the_rest() {
    let servers = Behind::new(|_, _| alert(80));
    servers.run(&[]).fails_with(3).stdout("").stderr(
        "certgrab: error: the server refused the handshake: alert internal_error\n\
         certgrab: hint: the server may be busy, or a load balancer may limit connections: ask \
         again later, or slower with `--rate N`\n",
    );
    let outcome = servers.run(&["--survey"]).fails_with(3);
    let expected =
        format!("warning 8 of 8 questions were answered with the alert internal_error: {SLOWER}");
    assert!(outcome.out().contains(&expected), "{}", outcome.out());
    // Connections within the limit are served.
    let count = AtomicUsize::new(0);
    let servers = Behind::new(move |_, server| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Act::Relay(server),
        _ => alert(80),
    });
    let report = servers.run(&[]).succeeds().out();
    assert!(report.contains("anchor     CN=Plant Root\n"), "{report}");
}

/// A server that accepts this many connections within a time, resets the others, and counts them.
fn limiting(most: usize, within: Duration) -> (Behind, std::sync::Arc<AtomicUsize>) {
    let refused = std::sync::Arc::new(AtomicUsize::new(0));
    let (counted, served) = (std::sync::Arc::clone(&refused), Mutex::new(Vec::<Instant>::new()));
    let servers = Behind::new(move |_, server| {
        let mut served = served.lock().expect("no test panics here");
        served.retain(|one| one.elapsed() < within);
        if served.len() == most {
            counted.fetch_add(1, Ordering::SeqCst);
            return Act::Reset;
        }
        served.push(Instant::now());
        Act::Relay(server)
    });
    (servers, refused)
}

#[test]
fn a_rate_below_the_servers_limit_gets_every_answer() {
    // A time that never ends: connections above the limit are never served.
    let (servers, refused) = limiting(4, Duration::from_secs(3600));
    let report = servers.run(&["--survey"]).succeeds().out();
    let expected =
        format!("warning 4 of 8 questions were reset: there may be other chains; {SLOWER}");
    assert!(report.contains(&expected), "{report}");
    assert!(refused.load(Ordering::SeqCst) >= 8);
    // Half as many connections as the server accepts.
    let (servers, refused) = limiting(4, Duration::from_millis(500));
    let document = servers.run(&["--survey", "--json", "--rate", "4"]).succeeds().json();
    assert_eq!(document["unanswered"], serde_json::Value::Null, "{document}");
    let answers = document["answers"].as_array().expect("a list");
    assert!(answers.iter().all(|answer| answer["asked"] == 1), "{document}");
    assert_eq!((answers.len(), refused.load(Ordering::SeqCst)), (8, 0));
}

/// A server that resets every connection before it reads a byte.
fn resetting() -> Server {
    Server::scripted("plc.test", |stream: TcpStream, _| {
        let socket = socket2::SockRef::from(&stream);
        let _ = socket.set_linger(Some(Duration::ZERO));
    })
}

#[test]
fn an_early_reset_always_has_the_same_message() {
    let server = resetting();
    for _ in 0..10 {
        grab(&server).fails_with(3).stdout("").stderr(
            "certgrab: error: the server reset the connection before any data arrived\n\
             certgrab: hint: check the port: a server without TLS, one that expects a load \
             balancer's PROXY header, or a firewall often closes the connection after a \
             ClientHello\n",
        );
    }
    let report = grab(&server).args(["--survey"]).fails_with(3).out();
    assert!(report.contains(&format!("warning 8 of 8 questions were reset: {SLOWER}")), "{report}");
}

/// A load balancer that presents a different chain on every other connection of each kind.
struct InTurn {
    chains: [Pki; 2],
    balancer: Server,
    _servers: [Server; 2],
}

/// The kind of a client that offers these signature algorithms: others do not change its turn.
fn signatures(hello: &ClientHello) -> Vec<u8> {
    hello.extension(13).unwrap_or_default().to_vec()
}

impl InTurn {
    fn new(kind: fn(&ClientHello) -> Vec<u8>) -> Self {
        let chains = ["Old Root", "New Root"].map(|root| Pki::root(root).leaf("plc.test"));
        let servers = [Server::presenting(&chains[0]), Server::presenting(&chains[1])];
        let addresses = [servers[0].address(), servers[1].address()];
        let counts = Mutex::new(HashMap::<Vec<u8>, usize>::new());
        let balancer = front("plc.test", move |hello| {
            let mut counts = counts.lock().expect("no test panics here");
            let count = counts.entry(kind(hello)).or_default();
            *count += 1;
            Act::Relay(addresses[(*count - 1) % 2])
        });
        Self { chains, balancer, _servers: servers }
    }

    fn roots(&self) -> Vec<String> {
        let root = |pki: &Pki| format!("--roots={}", pki.root_file().display());
        self.chains.iter().map(root).collect()
    }
}

#[test]
fn a_single_run_has_the_anchor_of_the_chain_it_saw() {
    let turn = InTurn::new(|_| Vec::new());
    for root in ["Old Root", "New Root", "Old Root"] {
        let report = grab(&turn.balancer).args(turn.roots()).succeeds().out();
        assert!(report.contains(&format!("anchor     CN={root}\n")), "{report}");
    }
    // The second query, as the reader, gets the other chain, and the third gets the first again.
    let run = grab(&turn.balancer).args(turn.roots()).args(["--emit", "arduino"]).succeeds();
    assert_eq!(run.out().matches("BEGIN CERTIFICATE").count(), 2, "{}", run.out());
    let said = "certgrab: warning: the server presents 2 different chains in turn, as a load balancer \
                may: the certificates are for all of them\n";
    assert!(run.err().contains(said), "{}", run.err());
}

#[test]
fn check_expects_the_anchors_of_both_chains_of_a_server() {
    let turn = InTurn::new(signatures);
    let folder = tempfile::TempDir::new().expect("a folder");
    let write = |name: &str, chains: &[Pki]| {
        let roots: Vec<_> = chains.iter().map(|pki| pki.root_der().clone()).collect();
        std::fs::write(folder.path().join(name), pem_of(&roots)).expect("a file");
    };
    write("one.pem", &turn.chains[..1]);
    write("both.pem", &turn.chains);
    let check = |file: &str| {
        let port = turn.balancer.port();
        let connect = format!("--connect=127.0.0.1:{port}");
        let run = certgrab().args(["check", file, &format!("plc.test:{port}"), &connect]);
        run.args(turn.roots()).in_folder(folder.path())
    };
    check("both.pem").succeeds();
    // Half of the queries get the chain that the file does not verify.
    let found = check("one.pem").fails_with(5).out();
    assert!(found.contains("one.pem:1: warning: ") && found.contains("[verify-failed]"), "{found}");
}
