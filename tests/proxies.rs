//! Proxies: HTTP CONNECT and SOCKS5, by the option and by the environment, with and without a password,
//! and the message when they refuse.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
};

use crate::issuers::{omitting_issuers, pki_with};
use crate::support::{
    Pki, Server, certgrab,
    run::Run,
    server::{Heard, Talk},
};

/// `me:p@ss` in Base64.
const BASIC: &str = "bWU6cEBzcw==";

/// Relays bytes both ways until both ends are closed.
pub(crate) fn carry(client: TcpStream, server: TcpStream) {
    let one_way = |mut from: TcpStream, mut to: TcpStream| {
        move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Write);
        }
    };
    let back = one_way(server.try_clone().expect("a handle"), client.try_clone().expect("one too"));
    let back = std::thread::spawn(back);
    one_way(client, server)();
    back.join().expect("the way back");
}

/// The head of an HTTP request, recorded in `heard`.
fn read_head(client: &mut TcpStream, heard: &std::sync::Mutex<Heard>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && client.read_exact(&mut byte).is_ok() {
        head.push(byte[0]);
    }
    heard.lock().expect("no panic").data.extend(head);
}

/// An HTTP proxy that answers `reply` and relays to `server` for every destination.
fn http_proxy(server: SocketAddr, reply: &'static [u8]) -> Server {
    Server::scripted("proxy.test", move |mut client, heard| {
        read_head(&mut client, heard);
        if client.write_all(reply).is_ok() {
            carry(client, TcpStream::connect(server).expect("the server"));
        }
    })
}

/// A proxy that only sends `reply` to an HTTP request.
fn refusing(reply: impl Into<Vec<u8>>) -> Server {
    let reply = reply.into();
    Server::scripted("proxy.test", move |mut client, heard| {
        read_head(&mut client, heard);
        // A client that has read enough disconnects in the middle.
        let _ = client.write_all(&reply);
    })
}

/// A SOCKS5 proxy (RFC 1928): reads the expected bytes and sends the answer of each step of `talk`, then relays
/// to `server` if there is one.
fn socks_proxy(server: Option<SocketAddr>, talk: Vec<(Vec<u8>, &'static [u8])>) -> Server {
    Server::scripted("proxy.test", move |mut client, _| {
        for (expected, answer) in &talk {
            let mut heard = vec![0; expected.len()];
            client.read_exact(&mut heard).expect("what a client says");
            assert_eq!(heard.escape_ascii().to_string(), expected.escape_ascii().to_string());
            client.write_all(answer).expect("a client that listens");
        }
        if let Some(server) = server {
            carry(client, TcpStream::connect(server).expect("the server"));
        }
    })
}

/// A request to connect to `address`, which begins with its type (RFC 1928 section 4).
fn connect_request(address: &[u8], port: u16) -> Vec<u8> {
    [&[5, 1, 0], address, &port.to_be_bytes()].concat()
}

/// The answer of success, from 0.0.0.0 port 0.
const SOCKS_DONE: &[u8] = &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0];

fn through(proxy: &Server, scheme: &str, credentials: &str) -> Run {
    let place = proxy.address();
    certgrab().args(["--proxy".to_owned(), format!("{scheme}://{credentials}{place}")])
}

/// A port where no server listens.
fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

#[test]
fn an_http_proxy_gets_the_name_and_the_password() {
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    for (credentials, line) in
        [("", String::new()), ("me:p%40ss@", format!("Proxy-Authorization: Basic {BASIC}\r\n"))]
    {
        let server = Server::presenting(&pki);
        let proxy = http_proxy(server.address(), b"HTTP/1.1 200 Connection established\r\n\r\n");
        // `plc.test` does not resolve on this machine.
        let document = through(&proxy, "http", credentials)
            .args(["plc.test:8883", "--json"])
            .trusting(pki.root_file())
            .succeeds()
            .json();
        assert_eq!(document["handshake"]["key_possession"], "proven");
        assert_eq!(server.heard().names, [Some("plc.test".to_owned())]);
        let heard = String::from_utf8(proxy.heard().data).expect("text");
        assert_eq!(
            heard,
            format!(
                "CONNECT plc.test:8883 HTTP/1.1\r\nHost: plc.test:8883\r\n\
                 User-Agent: certgrab\r\n{line}\r\n"
            )
        );
    }
}

#[test]
fn bytes_after_the_proxys_answer_belong_to_the_server() {
    const TALK: Talk = &[
        (b"220 ESMTP\r\n", b"EHLO certgrab.invalid\r\n"),
        (b"250 STARTTLS\r\n", b"STARTTLS\r\n"),
        (b"220 go\r\n", b""),
    ];
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::of(&pki).after(TALK).start();
    let place = server.address();
    let proxy = Server::scripted("proxy.test", move |mut client, heard| {
        read_head(&mut client, heard);
        let mut server = TcpStream::connect(place).expect("the server");
        let mut greeting = [0; 11];
        server.read_exact(&mut greeting).expect("a greeting");
        let answer = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nVia: x\r\n\r\n";
        client.write_all(&[&answer[..], &greeting].concat()).expect("a client");
        carry(client, server);
    });
    through(&proxy, "http", "")
        .args(["smtp://plc.test", "--json"])
        .trusting(pki.root_file())
        .succeeds();
}

#[test]
fn socks5h_sends_the_name_and_socks5_the_address() {
    let pki = Pki::root("Plant Root").leaf("localhost");
    let name: &[u8] = b"\x03\x09localhost";
    let address: &[u8] = &[1, 127, 0, 0, 1];
    for (scheme, family, expected) in
        [("socks5h", None, name), ("socks5", Some("-4"), address), ("socks5h", Some("-4"), address)]
    {
        let server = Server::presenting(&pki);
        let talk = vec![
            (b"\x05\x01\x00".to_vec(), &b"\x05\x00"[..]),
            (connect_request(expected, 8883), SOCKS_DONE),
        ];
        let proxy = socks_proxy(Some(server.address()), talk);
        through(&proxy, scheme, "")
            .args(["localhost:8883", "--json"])
            .trusting(pki.root_file())
            .args(family)
            .succeeds();
    }
}

#[test]
fn a_socks_proxy_gets_the_password() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let talk = vec![
        (b"\x05\x02\x00\x02".to_vec(), &b"\x05\x02"[..]),
        // RFC 1929 section 2.
        (b"\x01\x02me\x04p@ss".to_vec(), b"\x01\x00"),
        (connect_request(b"\x03\x08plc.test", 443), SOCKS_DONE),
    ];
    let proxy = socks_proxy(Some(server.address()), talk);
    through(&proxy, "socks5h", "me:p%40ss@")
        .args(["plc.test", "--json"])
        .trusting(pki.root_file())
        .succeeds();
}

#[test]
fn an_http_refusal_shows_the_proxys_words_without_the_password() {
    const LOGIN: &str =
        "pass the user name and password: `--proxy SCHEME://NAME:PASSWORD@HOST:PORT`";
    const WITHOUT: &str = "connect directly with `--proxy none`";
    for (reply, words, hint) in [
        ("HTTP/1.1 403 For\x1bbidden\r\n\r\n", r"HTTP/1.1 403 For\u{1b}bidden", WITHOUT),
        ("HTTP/1.0 407 Who are you?\r\nA: b\r\n\r\n", "HTTP/1.0 407 Who are you?", LOGIN),
        ("HTTP/1.1 407 not p@ss\r\n\r\n", "HTTP status 407", LOGIN),
        ("HTTP/1.1 407 bWU6cEBzcw==\r\n\r\n", "HTTP status 407", LOGIN),
    ] {
        let proxy = refusing(reply);
        let place = proxy.address();
        let run = through(&proxy, "http", "me:p%40ss@").args(["plc.test"]);
        run.fails_with(3).stdout("").stderr(&format!(
            "certgrab: error: the proxy {place} refuses to connect to plc.test:443: `{words}`\n\
             certgrab: hint: {hint}\n"
        ));
        let document = through(&proxy, "http", "me:p%40ss@").args(["plc.test", "--json"]);
        let document = document.fails_with(3).json();
        assert_eq!(document["error"]["kind"], "proxy_refused");
        assert_eq!(document["error"]["stage"], "connect");
    }
}

#[test]
fn a_socks_refusal_shows_its_name() {
    let request = || connect_request(b"\x03\x08plc.test", 443);
    for (talk, words) in [
        (
            vec![
                (b"\x05\x01\x00".to_vec(), &b"\x05\x00"[..]),
                (request(), b"\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"),
            ],
            "Connection not allowed by ruleset",
        ),
        (vec![(b"\x05\x01\x00".to_vec(), &b"\x05\xff"[..])], "No acceptable auth methods"),
    ] {
        let proxy = socks_proxy(None, talk);
        let outcome = through(&proxy, "socks5h", "").args(["plc.test", "--json"]).fails_with(3);
        let document = outcome.json();
        assert_eq!(document["error"]["kind"], "proxy_refused");
        let message = document["error"]["message"].as_str().expect("a message");
        assert!(message.ends_with(&format!("plc.test:443: `{words}`")), "{message}");
    }
}

#[test]
fn an_unreachable_proxy_differs_from_an_unreachable_server() {
    let port = closed_port();
    let url = format!("http://me:p%40ss@127.0.0.1:{port}");
    let run = || certgrab().args(["plc.test", "--proxy", &url]);
    run().fails_with(3).stderr(&format!(
        "certgrab: error: cannot reach the proxy: cannot connect to 127.0.0.1:{port}: \
         127.0.0.1: connection refused\n\
         certgrab: hint: connect directly with `--proxy none`\n"
    ));
    let document = run().args(["--json"]).fails_with(3).json();
    assert_eq!(document["error"]["kind"], "proxy_unreachable");
}

#[test]
fn an_invalid_proxy_answer_is_refused_within_limits() {
    let many_lines = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(64));
    let long_line = format!("HTTP/1.1 200 {}\r\n\r\n", "x".repeat(16 * 1024));
    for (reply, words) in [
        ("SSH-2.0-OpenSSH_9.2".to_owned(), "does not speak HTTP"),
        ("HTTP/1.1 2000 OK\r\n\r\n".to_owned(), "does not speak HTTP"),
        ("HTTP/1.1 200 OK\r\n".to_owned(), "closed the connection without an answer"),
        (many_lines, "answers with more than 64 lines or 16384 bytes"),
        (long_line, "answers with more than 64 lines or 16384 bytes"),
    ] {
        let proxy = refusing(reply);
        let document = through(&proxy, "http", "").args(["plc.test", "--json"]).fails_with(3);
        let document = document.json();
        let expected = format!("the proxy {} {words}", proxy.address());
        assert_eq!(document["error"]["message"], expected.as_str());
        assert_eq!(document["error"]["kind"], "proxy_failed");
    }
}

#[test]
fn a_silent_proxy_may_use_the_whole_time_limit() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let place = silent.local_addr().expect("an address");
    for scheme in ["http", "socks5h"] {
        let url = format!("{scheme}://{place}");
        let run = certgrab().args(["plc.test", "--timeout", "1", "--proxy", &url]);
        run.fails_with(3).stderr(&format!(
            "certgrab: error: timed out waiting for the proxy {place} to connect to plc.test:443\n\
             certgrab: hint: raise the limit with `--timeout SECS`\n"
        ));
    }
}

#[test]
fn the_proxy_option_overrides_the_environment() {
    let pki = Pki::root("Plant Root").leaf("127.0.0.1");
    let server = Server::presenting(&pki);
    let target = server.address().to_string();
    let nowhere = format!("http://127.0.0.1:{}", closed_port());
    let run = |variables: &[(&str, &str)], arguments: &[&str]| {
        let run = certgrab().args([&target, "--json"]).trusting(pki.root_file());
        variables.iter().fold(run.args(arguments), |run, (name, value)| run.env(name, value))
    };
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let document = run(&[(name, &nowhere)], &[]).fails_with(3).json();
        assert_eq!(document["error"]["kind"], "proxy_unreachable", "{name}");
        run(&[(name, &nowhere)], &["--proxy", "none"]).succeeds();
        run(&[(name, &nowhere), ("NO_PROXY", "plc.test,127.0.0.0/8")], &[]).succeeds();
        run(&[(name, &nowhere), ("no_proxy", "*")], &[]).succeeds();
        run(&[(name, &nowhere), ("NO_PROXY", "plc.test")], &[]).fails_with(3);
    }
    run(&[("HTTPS_PROXY", ""), ("ALL_PROXY", "")], &[]).succeeds();
    // The option applies to every target.
    run(&[("NO_PROXY", "*")], &["--proxy", &nowhere]).fails_with(3);

    let proxy = http_proxy(server.address(), b"HTTP/1.1 200 OK\r\n\r\n");
    let url = format!("http://{}", proxy.address());
    run(&[("HTTPS_PROXY", &url), ("ALL_PROXY", &nowhere)], &[]).succeeds();
    assert_eq!(proxy.heard().connections, 1);
}

#[test]
fn issuers_are_fetched_without_the_proxy() {
    let pki = pki_with(&["http://127.0.0.1/issuing.crt".to_owned()]);
    let server = omitting_issuers(&pki);
    let proxy = http_proxy(server.address(), b"HTTP/1.1 200 OK\r\n\r\n");
    let refused = "allow it with `--aia-allow 127.0.0.1:80`";
    let run = || certgrab().args(["plc.test", "--emit", "pem"]).trusting(pki.root_file());
    let url = format!("http://{}", proxy.address());
    let outcome = run().args(["--proxy", &url]).fails_with(1);
    assert!(outcome.err().contains(refused), "{}", outcome.err());
    // A target on this machine allows its addresses.
    let outcome = run().args(["--connect", &server.address().to_string()]).fails_with(1);
    assert!(!outcome.err().contains(refused), "{}", outcome.err());
    // As certgrab, and as a TLS 1.2 device that may read the PEM.
    assert_eq!(proxy.heard().connections, 2);
}

#[test]
fn an_invalid_proxy_url_is_refused_without_being_repeated() {
    const HINT: &str = "certgrab: hint: use a URL such as http://proxy.lan:3128 or socks5h://NAME:PASSWORD@proxy.lan\n";
    for (url, problem) in [
        ("https://me:secret@proxy.lan", "unknown scheme; expected http, socks5 or socks5h"),
        ("http://me:sec/ret@proxy.lan", "expected a host, and a port from 1 to 65535"),
        ("socks5://secret@proxy.lan", "the user name and password cannot be sent in this protocol"),
    ] {
        let run = certgrab().args(["plc.test", "--proxy", url]);
        run.fails_with(2)
            .stdout("")
            .stderr(&format!("certgrab: error: `--proxy` is not a proxy URL: {problem}\n{HINT}"));
        let run = certgrab().args(["plc.test"]).env("HTTPS_PROXY", url);
        run.fails_with(2).stdout("").stderr(&format!(
            "certgrab: error: `HTTPS_PROXY` is not a proxy URL: {problem}\n{HINT}"
        ));
    }
}
