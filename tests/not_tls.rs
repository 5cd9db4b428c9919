//! Ports that do not speak TLS, each with its own message and hint.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpStream},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use certgrab::internals::tls::probe;

use crate::support::{Server, certgrab, grab, real};

/// A server that reads the first bytes, then runs `act`.
fn after_hello(act: impl Fn(&mut TcpStream) + Send + 'static) -> Server {
    Server::scripted("plc.test", move |mut stream, _| {
        let _ = stream.read(&mut [0; 4096]);
        act(&mut stream);
    })
}

/// The output for a server that answers with `words` and waits.
fn about(words: &'static [u8]) -> String {
    let server = after_hello(move |stream| {
        let _ = stream.write_all(words);
        let _ = stream.read(&mut [0; 4096]);
    });
    grab(&server).fails_with(3).stdout("").err()
}

#[test]
fn a_cleartext_protocol_is_named_with_a_way_to_tls() {
    for (words, message) in [
        (
            &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
            "the port speaks HTTP without TLS; it answered `HTTP/1.1 400 Bad Request`\n\
             certgrab: hint: HTTP with TLS is usually on port 443 or 8443; there, a proxy, a \
             captive portal or a DNS filter may have answered in place of the server\n",
        ),
        (
            b"SSH-2.0-OpenSSH_9.2p1\r\n",
            "the port speaks SSH without TLS; it answered `SSH-2.0-OpenSSH_9.2p1`\n\
             certgrab: hint: check the port, since SSH does not use TLS\n",
        ),
        (
            b"220 mail.test ESMTP\r\n",
            "the port speaks SMTP without TLS; it answered `220 mail.test ESMTP`\n\
             certgrab: hint: pass `--starttls smtp`\n",
        ),
        (
            // A ServerHello of SSL 2.0 with no certificate, one cipher and no connection number.
            b"\x80\x0e\x04\x00\x01\x00\x02\x00\x00\x00\x03\x00\x00\x01\x00\x80",
            "the server speaks SSL 2.0, which is older than TLS\n",
        ),
        (
            b"\x1b[31mhello",
            "the server does not speak TLS; it answered `\\u{1b}[31mhello`\n\
             certgrab: hint: check the port: TLS is usually on 8883 for MQTT and on 443 for HTTP\n",
        ),
    ] {
        assert_eq!(about(words), format!("certgrab: error: {message}"));
    }
}

#[test]
fn a_real_mosquitto_without_tls_is_recognised() {
    if !real::program("mosquitto") {
        return;
    }
    let folder = tempfile::TempDir::new().expect("a folder");
    let broker = real::mosquitto(folder.path(), |port| {
        format!("listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n")
    });
    let target = format!("127.0.0.1:{}", broker.port());
    certgrab().args([&target]).fails_with(3).stdout("").stderr(
        "certgrab: error: the port speaks MQTT without TLS\n\
         certgrab: hint: MQTT with TLS is usually on port 8883\n",
    );
}

#[test]
fn closing_resetting_and_silent_servers_have_different_messages() {
    let closing = after_hello(|_| ());
    grab(&closing).fails_with(3).stderr(
        "certgrab: error: the server closed the connection before any data arrived\n\
         certgrab: hint: check the port: a server without TLS, one that expects a load balancer's \
         PROXY header, or a firewall often closes the connection after a ClientHello\n",
    );
    // The system sends a reset if the socket is closed with unread data.
    let resetting = Server::scripted("plc.test", |mut stream, _| {
        let _ = stream.read(&mut [0; 8]);
    });
    let outcome = grab(&resetting).fails_with(3);
    let reset = "certgrab: error: the server reset the connection before any data arrived\n";
    assert!(outcome.err().starts_with(reset), "{}", outcome.err());

    let midway = after_hello(|stream| {
        let _ = stream.write_all(&[22, 3, 3, 0x40, 0, 2, 0]);
        let _ = stream.shutdown(Shutdown::Write);
    });
    grab(&midway)
        .fails_with(3)
        .stderr("certgrab: error: the server closed the connection after 7 bytes\n");

    let silent = after_hello(|stream| {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(3)));
        let _ = stream.read(&mut [0; 8]);
    });
    grab(&silent).args(["--timeout", "1"]).fails_with(3).stderr(
        "certgrab: error: timed out: the server accepted the connection but sent nothing\n\
         certgrab: hint: the port may not speak TLS, the server may be busy, or a filter may \
         drop this ClientHello: raise the limit with `--timeout SECS`, or send another with \
         `--as STACK`\n",
    );
}

#[test]
fn an_ssl_3_0_server_is_recognised() {
    let server = after_hello(|stream| {
        // RFC 6101 section 5.6.1.3: version, random, no session, TLS_RSA_WITH_AES_128_CBC_SHA.
        let hello = [&[22, 3, 0, 0, 42, 2, 0, 0, 38, 3, 0][..], &[7; 32], &[0, 0, 0x2f, 0]];
        let _ = stream.write_all(&hello.concat());
        let _ = stream.read(&mut [0; 64]);
    });
    let expected = "certgrab: error: the server supports at most SSL 3.0\n";
    assert_eq!(grab(&server).fails_with(3).err(), expected);
}

#[test]
fn a_udp_port_refuses_the_connection() {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
    let target = socket.local_addr().expect("an address").to_string();
    certgrab().args([&target]).fails_with(3).stdout("").stderr(&format!(
        "certgrab: error: cannot connect to {target}: 127.0.0.1: connection refused\n\
         certgrab: hint: nothing listens on this port; check the port number\n",
    ));
}

#[test]
fn an_alert_is_shown_by_its_name() {
    for (alert, message) in [
        (
            [2, 112],
            "alert unrecognized_name\ncertgrab: hint: the server does not know this name: send \
             another with `--sni NAME`\n",
        ),
        (
            [2, 40],
            "alert handshake_failure\ncertgrab: hint: the server may expect another name (pass \
             `--sni NAME`), or use a pre-shared key (PSK) instead of a certificate\n",
        ),
        ([2, 116], "alert certificate_required\n"),
    ] {
        let server = after_hello(move |stream| {
            let _ = stream.write_all(&[21, 3, 3, 0, 2, alert[0], alert[1]]);
            let _ = stream.read(&mut [0; 64]);
        });
        let expected = format!("certgrab: error: the server refused the handshake: {message}");
        assert_eq!(grab(&server).fails_with(3).err(), expected);
    }
}

#[test]
fn at_most_six_connections_are_made_to_a_server() {
    for words in [&[][..], &["--as", "esp-idf"], &["--as", "openssl"]] {
        let refusing = after_hello(|stream| {
            let _ = stream.write_all(&[21, 3, 3, 0, 2, 2, 40]);
        });
        grab(&refusing).args(words).fails_with(3);
        assert!(refusing.heard().connections <= probe::MAX_CONNECTIONS, "{words:?}");
        let silent_end = after_hello(|_| ());
        grab(&silent_end).args(words).fails_with(3);
        assert!(silent_end.heard().connections <= probe::MAX_CONNECTIONS, "{words:?}");
        // Each attempt depends on the answer to the one before.
        let asked = AtomicUsize::new(0);
        let moody = after_hello(move |stream| {
            let alert = match asked.fetch_add(1, Ordering::SeqCst) {
                0 | 1 => 40,
                2 => return,
                _ => 70,
            };
            let _ = stream.write_all(&[21, 3, 3, 0, 2, 2, alert]);
        });
        grab(&moody).args(words).fails_with(3);
        assert!(moody.heard().connections <= probe::MAX_CONNECTIONS, "{words:?}");
    }
}
