//! Balancers: two chains in turn, limits of connections, resets before the first byte.

use std::{
    collections::HashMap,
    net::TcpStream,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::{
    between::Behind,
    support::{
        Pki, Server,
        front::{Act, alert, front},
        grab,
    },
};

const SLOWER: &str = "ask again later, or slower with `--rate N`\n";

#[test]
fn a_balancer_that_holds_two_chains_gives_a_survey_both_anchors() {
    let (old, new) =
        (Pki::root("Old Root").leaf("plc.test"), Pki::root("New Root").leaf("plc.test"));
    let servers = [Server::presenting(&old), Server::presenting(&new)];
    let addresses = [servers[0].address(), servers[1].address()];
    // Those who ask for the same signatures get one chain, then the other.
    let counts = Mutex::new(HashMap::<Vec<u8>, usize>::new());
    let balancer = front("plc.test", move |hello| {
        let signatures = hello.extension(13).unwrap_or_default().to_vec();
        let mut counts = counts.lock().expect("no test panics here");
        let count = counts.entry(signatures).or_default();
        *count += 1;
        Act::Relay(addresses[*count % 2])
    });
    let run = |words: &[&str]| {
        let run = grab(&balancer).args(words).args(["--roots"]).args([old.root_file()]);
        run.args(["--roots"]).args([new.root_file()]).succeeds()
    };
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
fn a_limit_of_connections_by_an_alert_has_a_hint_and_a_survey_counts_what_it_left() {
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
    // What is within the limit is served.
    let count = AtomicUsize::new(0);
    let servers = Behind::new(move |_, server| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Act::Relay(server),
        _ => alert(80),
    });
    let report = servers.run(&[]).succeeds().out();
    assert!(report.contains("anchor     CN=Plant Root\n"), "{report}");
}

/// A server that resets each connection before it reads a byte.
fn resetting() -> Server {
    Server::scripted("plc.test", |stream: TcpStream, _| {
        let socket = socket2::SockRef::from(&stream);
        let _ = socket.set_linger(Some(Duration::ZERO));
    })
}

#[test]
fn a_connection_that_is_reset_at_once_has_one_message_whenever_the_reset_arrives() {
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
