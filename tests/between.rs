//! Middleboxes between a device and its server, or that answer instead of it.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use crate::support::{
    Pki, Server, certgrab,
    front::{Act, ClientHello, alert, front},
    grab,
};

/// A server with `plc.test`'s certificate behind a front that decides by the ClientHello.
pub(crate) struct Behind {
    pub(crate) pki: Pki,
    /// The server behind the front. It ends when the value is dropped.
    _server: Server,
    pub(crate) front: Server,
}

impl Behind {
    pub(crate) fn new(
        decide: impl Fn(&ClientHello, std::net::SocketAddr) -> Act + Send + Sync + 'static,
    ) -> Self {
        let pki = Pki::root("Plant Root").leaf("plc.test");
        let server = Server::presenting(&pki);
        let address = server.address();
        let front = front("plc.test", move |hello| decide(hello, address));
        Self { pki, _server: server, front }
    }

    pub(crate) fn run(&self, words: &[&str]) -> crate::support::run::Run {
        grab(&self.front).args(words).trusting(self.pki.root_file())
    }
}

/// Relays clients that send ALPN and does `otherwise` with the others.
fn for_protocols(otherwise: fn() -> Act) -> Behind {
    Behind::new(move |hello, server| match hello.has_alpn() {
        true => Act::Relay(server),
        false => otherwise(),
    })
}

const NAME_A_PROTOCOL: &str = "warning    the server only answers clients that name a protocol \
                               (ALPN): set the name in the device's code, and pass it with \
                               `--alpn NAME`\n";

#[test]
fn a_server_that_requires_alpn_is_read_with_a_warning() {
    for otherwise in [|| alert(120), || Act::Close, || Act::Reset] {
        let servers = for_protocols(otherwise);
        let report = servers.run(&[]).succeeds().out();
        assert!(report.contains("anchor     CN=Plant Root\n"), "{report}");
        assert!(report.contains(NAME_A_PROTOCOL), "{report}");
        let report = servers.run(&["--alpn", "x-amzn-mqtt-ca"]).succeeds().out();
        assert!(!report.contains("(ALPN)"), "{report}");
        let report = servers.run(&["--as", "esp-idf"]).succeeds().out();
        assert!(report.contains("device     esp-idf can connect, with TLS 1.2\n"), "{report}");
        let line = "its code must set the protocol name (ALPN) that the server expects\n";
        assert!(report.contains(line), "{report}");
        let document = servers.run(&["--as", "openssl", "--json"]).succeeds().json();
        assert_eq!(document["device"]["can_connect"], true);
    }
}

#[test]
fn an_alpn_mismatch_is_not_a_device_failure() {
    let servers = Behind::new(|hello, server| {
        let names = hello.extension(16).unwrap_or_default();
        match names.windows(4).any(|window| window == b"plcp") {
            true => Act::Relay(server),
            false => alert(120),
        }
    });
    let hint = "certgrab: hint: the server expects a protocol name (ALPN): pass it with `--alpn \
                NAME`, such as `x-amzn-mqtt-ca` for AWS IoT Core on port 443\n";
    servers.run(&[]).fails_with(3).stderr(&format!(
        "certgrab: error: the server refused the handshake: alert no_application_protocol\n{hint}"
    ));
    let outcome = servers.run(&["--as", "esp-idf"]).fails_with(3);
    let error = format!(
        "certgrab: error: esp-idf needs another protocol name (ALPN): the server refused the \
         handshake: alert no_application_protocol\n{hint}"
    );
    assert_eq!(outcome.err(), error);
    assert!(!outcome.out().contains("cannot connect"), "{}", outcome.out());
    servers.run(&["--as", "esp-idf", "--alpn", "plcp"]).succeeds();
    let folder = tempfile::TempDir::new().expect("a folder");
    let manifest = format!(
        "[[target]]\nhost = \"plc.test:{port}\"\nconnect = \"127.0.0.1:{port}\"\n\
         lock = \"lock.pem\"\nroots = {:?}\nalpn = [\"http/1.1\", \"plcp\"]\nas = \"esp-idf\"\n",
        servers.pki.root_file(),
        port = servers.front.port(),
    );
    std::fs::write(folder.path().join("certgrab.toml"), manifest).expect("a file");
    certgrab().args(["sync"]).in_folder(folder.path()).succeeds();
    let lock = std::fs::read_to_string(folder.path().join("lock.pem")).expect("a lock");
    assert!(lock.contains("--as esp-idf --alpn http/1.1 --alpn plcp\n"), "{lock}");
    certgrab().args(["check"]).in_folder(folder.path()).succeeds();
}

#[test]
fn an_invalid_protocol_name_is_a_usage_error() {
    for name in ["", "a b", &"a".repeat(256)] {
        let error = certgrab().args(["plc.test", "--alpn", name]).fails_with(2).err();
        assert!(
            error.contains("expected a name of 1 to 255 letters, digits and any of"),
            "{error}"
        );
    }
}

#[test]
fn one_reset_does_not_suggest_alpn() {
    let count = AtomicUsize::new(0);
    let servers = Behind::new(move |_, server| match count.fetch_add(1, Ordering::SeqCst) % 2 {
        0 => Act::Reset,
        _ => Act::Relay(server),
    });
    for _ in 0..4 {
        let report = servers.run(&[]).succeeds().out();
        assert!(!report.contains("(ALPN)"), "{report}");
    }
}

#[test]
fn an_http_answer_of_a_middlebox_is_recognised() {
    let portal = "HTTP/1.1 302 Found\r\nLocation: http://login.hotspot.example/\r\n\r\n";
    let servers = Behind::new(move |_, _| Act::Say(portal.as_bytes().to_vec()));
    servers.run(&[]).fails_with(3).stdout("").stderr(
        "certgrab: error: the port speaks HTTP without TLS; it answered `HTTP/1.1 302 Found`\n\
         certgrab: hint: a captive portal or a proxy may have answered in place of the server: log \
         in to the network, or use another one\n",
    );
    let bad = "HTTP/1.1 400 Bad Request\r\n\r\n<html>The plain HTTP request was sent to HTTPS port";
    let servers = Behind::new(move |_, _| Act::Say(bad.as_bytes().to_vec()));
    servers.run(&[]).fails_with(3).stdout("").stderr(
        "certgrab: error: the port speaks HTTP without TLS; it answered `HTTP/1.1 400 Bad Request`\n\
         certgrab: hint: HTTP with TLS is usually on port 443 or 8443; there, a proxy, a captive portal \
         or a DNS filter may have answered in place of the server\n",
    );
}

#[test]
fn a_server_that_requires_sni_is_reported() {
    let hint = "the server may expect a name in the ClientHello: pass it with `--sni NAME`\n";
    for (otherwise, error) in [
        ((|| Act::Reset) as fn() -> Act, "the server reset the connection before any data arrived"),
        (|| Act::Close, "the server closed the connection before any data arrived"),
        (|| alert(112), "the server refused the handshake: alert unrecognized_name"),
    ] {
        let servers = Behind::new(move |hello, server| match hello.name() {
            Some("plc.test") => Act::Relay(server),
            _ => otherwise(),
        });
        let outcome = servers.run(&["--no-sni"]).fails_with(3);
        let port = if error.contains("connection") { "check the port; " } else { "" };
        assert_eq!(
            outcome.err(),
            format!("certgrab: error: {error}\ncertgrab: hint: {port}{hint}")
        );
        servers.run(&[]).succeeds();
        // A different name is a different problem.
        let error = servers.run(&["--sni", "other.test"]).fails_with(3).err();
        assert!(!error.contains(hint), "{error}");
    }
}

#[test]
fn an_unrecognized_name_warning_does_not_end_the_handshake() {
    // unrecognized_name as a warning (RFC 6066 section 3), which a TLS 1.2 server may send before its
    // ServerHello.
    let servers =
        Behind::new(move |_, server| Act::SayAndRelay(vec![21, 3, 3, 0, 2, 1, 112], server));
    servers.run(&["--handshake", "cleartext"]).succeeds();
    servers.run(&[]).succeeds();
}

#[test]
fn a_filter_of_large_hellos_passes_a_devices_hello() {
    let servers = Behind::new(move |hello, server| match hello.extensions() > 9 {
        true => Act::Silence,
        false => Act::Relay(server),
    });
    let error = servers.run(&["--timeout", "1"]).fails_with(3).err();
    assert!(error.starts_with("certgrab: error: timed out: the server accepted the"), "{error}");
    let report = servers.run(&["--as", "esp8266"]).succeeds().out();
    assert!(report.contains("esp8266 can connect"), "{report}");
    let servers = Behind::new(move |hello, server| match hello.length() > 230 {
        true => Act::Reset,
        false => Act::Relay(server),
    });
    let report = servers.run(&["--as", "esp8266"]).succeeds().out();
    assert!(report.contains("esp8266 can connect"), "{report}");
}

#[test]
fn a_slow_connection_may_use_the_whole_time_limit() {
    let pause = Duration::from_millis(1);
    let servers = Behind::new(move |_, server| Act::Trickle(server, 40, pause));
    servers.run(&[]).succeeds();
    let pause = Duration::from_millis(400);
    let servers = Behind::new(move |_, server| Act::Trickle(server, 40, pause));
    let error = servers.run(&["--timeout", "1"]).fails_with(3).err();
    assert!(error.starts_with("certgrab: error: timed out: the server stalled after "), "{error}");
    assert!(error.contains("hint: raise the limit with `--timeout SECS`"), "{error}");
}

#[test]
fn a_port_that_expects_a_proxy_header_is_silent() {
    let silent_end = Server::scripted("plc.test", |mut stream, _| {
        let mut beginning = [0; 6];
        let _ = std::io::Read::read_exact(&mut stream, &mut beginning);
        assert_ne!(&beginning, b"PROXY ");
        let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
    });
    grab(&silent_end).fails_with(3).stderr(
        "certgrab: error: the server closed the connection before any data arrived\n\
         certgrab: hint: check the port: a server without TLS, one that expects a load balancer's \
         PROXY header, or a firewall often closes the connection after a ClientHello\n",
    );
}

#[test]
fn a_port_that_does_not_answer_mqtt_is_not_called_a_broker() {
    let half_deaf = Server::scripted("plc.test", |mut stream, _| {
        std::thread::spawn(move || {
            let mut first = [0];
            let _ = std::io::Read::read_exact(&mut stream, &mut first);
            // Data that does not start a handshake is held until the client disconnects.
            if first != [22] {
                let _ = std::io::Read::read_to_end(&mut stream, &mut Vec::new());
            }
        });
    });
    let error = grab(&half_deaf).args(["--timeout", "600"]).fails_with(3).err();
    assert!(error.contains("before any data arrived"), "{error}");
    assert!(!error.contains("MQTT"), "{error}");
}

#[test]
fn a_survey_sees_the_chain_of_each_tls_version() {
    let (old, new) =
        (Pki::root("Old Root").leaf("plc.test"), Pki::root("New Root").leaf("plc.test"));
    let (first, second) = (Server::presenting(&old), Server::presenting(&new));
    let (tls12, tls13) = (first.address(), second.address());
    let both = front("plc.test", move |hello| {
        Act::Relay(if hello.offers_tls13() { tls13 } else { tls12 })
    });
    let run = grab(&both).args(["--survey"]).trusting(old.root_file());
    let report = run.trusting(new.root_file()).succeeds().out();
    assert!(report.contains("  CN=Old Root\n") && report.contains("  CN=New Root\n"), "{report}");
}

#[test]
fn a_default_certificate_is_never_trusted_by_its_fingerprint() {
    for (root, hint) in [
        ("(STAGING) Pretend Pear X1", "this is Let's Encrypt's staging CA, which no device should"),
        ("TRAEFIK DEFAULT CERT", "Traefik has no certificate for this name and presents its"),
        (
            "Zscaler Root CA",
            "this is the name of a product that inspects TLS: somebody between you",
        ),
    ] {
        let pki = Pki::root(root).leaf("plc.test");
        for sent in [&pki.path()[..1], pki.path()] {
            let server = Server::of(&pki).sending(sent).start();
            let error = grab(&server).fails_with(1).err();
            assert!(error.contains(&format!("certgrab: hint: {hint}")), "{error}");
            assert!(!error.contains("--trust-sha256"), "{error}");
        }
    }
}

#[test]
fn many_unused_certificates_are_one_line_unless_verbose() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let others: Vec<_> =
        (0..4).map(|number| Pki::root(&format!("Other {number}")).leaf("other.test")).collect();
    let mut chain = pki.path()[..1].to_vec();
    chain.extend(others.iter().map(|other| other.leaf_der().clone()));
    let server = Server::of(&pki).sending(&chain).start();
    let run = |words: &[&str]| grab(&server).args(words).trusting(pki.root_file());
    let one = "the server sends 4 certificates that no valid path uses; `-v` lists them\n";
    let report = run(&[]).succeeds().out();
    assert!(report.contains(&format!("warning    {one}")), "{report}");
    let warnings = run(&["--emit", "arduino"]).succeeds().err();
    assert_eq!(warnings, format!("certgrab: warning: {one}"));
    let report = run(&["-v"]).succeeds().out();
    assert_eq!(report.matches(", which no valid path uses\n").count(), 4, "{report}");
    let document = run(&["--json"]).succeeds().json();
    let all = document["warnings"].as_array().expect("a list").iter();
    assert_eq!(all.filter(|one| one["code"] == "not_needed").count(), 4);
}

/// The key of a survey's query: whether it names the server, and its signature algorithms.
type Known = (bool, bool, Vec<u8>);

fn question(hello: &ClientHello) -> Known {
    let signatures = hello.extension(13).unwrap_or_default().to_vec();
    (hello.name().is_some(), hello.offers_tls13(), signatures)
}

#[test]
fn a_query_that_is_reset_is_repeated_after_a_pause() {
    let resets = std::sync::Mutex::new(std::collections::HashMap::<Known, usize>::new());
    let servers = Behind::new(move |hello, server| {
        let mut resets = resets.lock().expect("no test panics here");
        let count = resets.entry(question(hello)).or_default();
        *count += 1;
        // The query for TLS 1.3 only makes two connections: without and with ALPN.
        match hello.offers_tls13() && *count <= 2 {
            true => Act::Reset,
            false => Act::Relay(server),
        }
    });
    let document = servers.run(&["--survey", "--json"]).succeeds().stderr("").json();
    assert_eq!(document["unanswered"], serde_json::Value::Null, "{document}");
    let answers = document["answers"].as_array().expect("a list");
    for answer in answers {
        let is_tls13 = answer["version"] == "TLS 1.3";
        assert_eq!(answer["asked"], if is_tls13 { 2 } else { 1 }, "{answer}");
        assert_eq!(answer["chain"].is_u64(), answer["key"] == "ECDSA", "{answer}");
    }
}

#[test]
fn unanswered_queries_are_counted_in_every_output() {
    for (otherwise, words, name) in [
        ((|| Act::Reset) as fn() -> Act, "reset", "reset"),
        (|| Act::Close, "ended by a closed connection", "closed"),
        (|| alert(80), "answered with the alert internal_error", "internal_error"),
    ] {
        let servers = Behind::new(move |hello, server| match hello.name() {
            Some(_) => Act::Relay(server),
            None => otherwise(),
        });
        let sentence = format!(
            "4 of 8 questions were {words}: there may be other chains; ask again later, or slower \
             with `--rate N`\n"
        );
        let report = servers.run(&["--survey"]).succeeds().stderr("").out();
        assert!(report.contains(&format!("\nwarning {sentence}")), "{report}");
        let warning = format!("certgrab: warning: {sentence}");
        let run = servers.run(&["--survey", "--emit", "pem"]).succeeds();
        assert_eq!(run.err(), warning);
        let document = servers.run(&["--survey", "--json"]).succeeds().stderr(&warning).json();
        assert_eq!(document["unanswered"], format!("4 of 8 questions were {words}"));
        for answer in document["answers"].as_array().expect("a list") {
            let is_unanswered = answer["name_sent"] == false;
            let expected = if is_unanswered { name.into() } else { serde_json::Value::Null };
            assert_eq!(answer["unanswered"], expected, "{answer}");
            assert_eq!(answer["asked"], if is_unanswered { 2 } else { 1 }, "{answer}");
        }
    }
}

#[test]
fn check_names_unanswered_queries() {
    // The ESP8266 offers TLS 1.2 only, and is reset.
    let servers = Behind::new(|hello, server| match hello.offers_tls13() {
        true => Act::Relay(server),
        false => Act::Reset,
    });
    let folder = tempfile::TempDir::new().expect("a folder");
    let manifest = format!(
        "[[target]]\nhost = \"plc.test:{port}\"\nconnect = \"127.0.0.1:{port}\"\n\
         lock = \"lock.pem\"\nroots = {:?}\nrate = 50\nemit = {{ esp8266 = \"root_ca.h\" }}\n",
        servers.pki.root_file(),
        port = servers.front.port(),
    );
    std::fs::write(folder.path().join("certgrab.toml"), manifest).expect("a file");
    certgrab().args(["sync"]).in_folder(folder.path()).succeeds();
    let run = certgrab().args(["check"]).in_folder(folder.path()).fails_with(5);
    let found = format!(
        "warning: plc.test:{} may present other chains: 1 of 2 questions was reset [unanswered]\n",
        servers.front.port()
    );
    assert!(run.out().contains(&found), "{}", run.out());
    assert!(run.out().contains("check again later, or slower with `--rate N`"), "{}", run.out());
}

#[test]
fn a_rate_slows_connections_and_changes_no_answer() {
    let servers = Behind::new(|_, server| Act::Relay(server));
    let document = servers.run(&["--survey", "--json", "--rate", "20"]).succeeds().json();
    assert_eq!(document["unanswered"], serde_json::Value::Null);
    assert_eq!(document["answers"].as_array().expect("a list").len(), 8);
    // The time is over before the second connection starts.
    let servers = Behind::new(|hello, server| match hello.has_alpn() {
        true => Act::Relay(server),
        false => Act::Reset,
    });
    servers.run(&["--rate", "0.01", "--timeout", "2"]).fails_with(3);
    servers.run(&["--rate", "100"]).succeeds();
    let error = servers.run(&["--rate", "0"]).fails_with(2).err();
    let expected = "invalid value '0' for '--rate <N>': expected connections a second, a number from \
                    0.01 to 1000";
    assert!(error.contains(expected), "{error}");
}
