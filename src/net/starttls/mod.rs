//! Requests TLS in the server's own protocol (STARTTLS).
//!
//! In: a new connection. Out: the same stream, at the byte where TLS begins. Nothing else is
//! requested, and no one logs in.
//!
//! All of it is clear text that an attacker on the path can forge: what the server sends before the
//! switch is only read as yes or no, and bytes that arrive too early are refused (CVE-2011-0411,
//! CVE-2021-23222).

mod databases;
mod dialogue;
mod error;
mod ftp;
mod ldap;
mod mail;
mod xmpp;

use tokio::time::{Instant, timeout_at};

use self::dialogue::Talk;
pub use self::error::Error;
use self::error::Problem;
use super::Duplex;
use crate::endpoint::{StartTls, Target};

/// The most bytes of one line, its end included: eight times what SMTP allows (RFC 5321 section
/// 4.5.3.1.5). Also the limit for one packet if a protocol has no lines.
pub const MAX_LINE_BYTES: usize = 4 * 1024;

/// The most lines that a server may send before TLS begins.
pub const MAX_LINES: usize = 64;

/// Requests TLS from the server of `target` on `stream`.
///
/// # Errors
///
/// [`Error`] if the server has no TLS, refuses it, does not speak the protocol, breaks a limit or does
/// not answer before `deadline`.
pub async fn ask<S: Duplex>(
    stream: &mut S,
    protocol: StartTls,
    target: &Target,
    deadline: Instant,
) -> Result<(), Error> {
    let mut talk = Talk::new(stream);
    let asking = async {
        match protocol {
            StartTls::Smtp => mail::smtp(&mut talk).await,
            StartTls::Imap => mail::imap(&mut talk).await,
            StartTls::Pop3 => mail::pop3(&mut talk).await,
            StartTls::Ftp => ftp::ftp(&mut talk).await,
            StartTls::Ldap => ldap::ask(&mut talk).await,
            StartTls::Postgres => databases::postgres(&mut talk).await,
            StartTls::Mysql => databases::mysql(&mut talk).await,
            StartTls::Xmpp => xmpp::ask(&mut talk, &target.host()).await,
        }?;
        match talk.unread().len() {
            0 => Ok(()),
            count => Err(Problem::Injected(count)),
        }
    };
    let outcome = timeout_at(deadline, asking).await.unwrap_or(Err(Problem::TimedOut));
    outcome.map_err(|problem| Error { protocol, problem, beginning: talk.into_beginning() })
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        time::Duration,
    };

    use super::*;

    /// The result of a request to a server that sends each of `lines` in turn and reads from the client
    /// after each; and what it read.
    fn ask_one_that_says(protocol: StartTls, lines: &[&[u8]]) -> (Result<(), String>, String) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let lines: Vec<Vec<u8>> = lines.iter().map(|line| line.to_vec()).collect();
        runtime.block_on(async move {
            let (mut here, mut there) = tokio::io::duplex(64 * 1024);
            let server = tokio::spawn(async move {
                let mut heard = Vec::new();
                for line in lines {
                    // A client that has read enough may have disconnected.
                    let mut buffer = [0; 1024];
                    let _ = there.write_all(&line).await;
                    let count = there.read(&mut buffer).await.unwrap_or_default();
                    heard.extend_from_slice(&buffer[..count]);
                }
                heard
            });
            let target: Target = "mail.test:25".parse().unwrap();
            let deadline = Instant::now() + Duration::from_secs(20);
            let outcome = ask(&mut here, protocol, &target, deadline).await;
            drop(here);
            let heard = server.await.unwrap().escape_ascii().to_string();
            (outcome.map_err(|error| error.to_string()), heard)
        })
    }

    #[test]
    fn each_protocol_starts_tls_with_its_command() {
        let mysql =
            [b"\x4a\0\0\0\x0a8.0.32\0abcd12345678\0\xff\xff".to_vec(), vec![0; 51]].concat();
        for (protocol, lines, heard) in [
            (
                StartTls::Smtp,
                &[&b"220-one\r\n220 two\r\n"[..], b"250-x\n250-starttls\n250 y\n", b"220 go\r\n"][..],
                "EHLO certgrab.invalid\\r\\nSTARTTLS\\r\\n",
            ),
            (StartTls::Imap, &[b"* OK x\r\n", b"* BYE\r\na1 OK y\r\n"], "a1 STARTTLS\\r\\n"),
            (StartTls::Pop3, &[b"+OK x\r\n", b"+OK y\r\n"], "STLS\\r\\n"),
            (StartTls::Ftp, &[b"220-a\r\n b\r\n220 c\r\n", b"234 y\r\n"], "AUTH TLS\\r\\n"),
            (
                StartTls::Ldap,
                &[b"", b"\x30\x84\0\0\0\x10\x02\x01\x01\x78\x84\0\0\0\x07\x0a\x01\0\x04\0\x04\0"],
                "0\\x1d\\x02\\x01\\x01w\\x18\\x80\\x161.3.6.1.4.1.1466.20037",
            ),
            (StartTls::Postgres, &[b"", b"S"], "\\x00\\x00\\x00\\x08\\x04\\xd2\\x16/"),
            (
                StartTls::Mysql,
                &[&mysql],
                &format!(
                    " \\x00\\x00\\x01\\x00\\x8a\\x00\\x00\\x00\\x00\\x00\\x01!{}",
                    "\\x00".repeat(23)
                ),
            ),
            (
                StartTls::Xmpp,
                &[
                    b"",
                    b"<?xml version='1.0'?><stream:stream id='1'><stream:features><starttls \
                      xmlns='urn:ietf:params:xml:ns:xmpp-tls'></starttls></stream:features>",
                    b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
                ],
                "<?xml version=\\'1.0\\'?><stream:stream xmlns=\\'jabber:client\\' \
                 xmlns:stream=\\'http://etherx.jabber.org/streams\\' to=\\'mail.test\\' \
                 version=\\'1.0\\'><starttls xmlns=\\'urn:ietf:params:xml:ns:xmpp-tls\\'/>",
            ),
        ] {
            let wanted = (Ok(()), heard.to_owned());
            assert_eq!(ask_one_that_says(protocol, lines), wanted, "{protocol}");
        }
    }

    #[test]
    fn a_refusal_shows_the_servers_words() {
        for (protocol, lines, wanted) in [
            (
                StartTls::Smtp,
                &[&b"220 x\r\n"[..], b"250 x\r\n"][..],
                "the server speaks SMTP but does not offer TLS",
            ),
            (
                StartTls::Smtp,
                &[b"554 \x1b[31mgo\r\n"],
                "the server refuses TLS in SMTP; it answered `554 \\u{1b}[31mgo`",
            ),
            (
                StartTls::Imap,
                &[b"* PREAUTH x\r\n"],
                "the server refuses TLS in IMAP; it answered `* PREAUTH x`",
            ),
            (
                StartTls::Postgres,
                &[b"", b"N"],
                "the server speaks PostgreSQL but does not offer TLS",
            ),
            (
                StartTls::Pop3,
                &[b"220 x ESMTP\r\n"],
                "the server does not speak POP3; it answered `220 x ESMTP`",
            ),
            (
                StartTls::Ldap,
                &[b"", b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\0\x04\0"],
                "the server refuses TLS in LDAP; it answered `result code 52, unavailable`",
            ),
        ] {
            let (outcome, _) = ask_one_that_says(protocol, lines);
            assert_eq!(outcome.unwrap_err(), wanted);
        }
    }

    #[test]
    fn bytes_after_the_acceptance_are_refused() {
        for (protocol, lines) in [
            (StartTls::Postgres, &[&b""[..], b"Sgarbage"][..]),
            (StartTls::Pop3, &[b"+OK\r\n", b"+OK\r\ngarbage"]),
        ] {
            assert_eq!(
                ask_one_that_says(protocol, lines).0.unwrap_err(),
                format!("7 bytes of clear text followed the agreement to TLS in {protocol}")
            );
        }
    }

    #[test]
    fn lines_are_read_up_to_their_limits() {
        let greeting = |lines: usize, bytes: usize| {
            let mut line = b"220-".to_vec();
            line.resize(bytes - 1, b'x');
            line.push(b'\n');
            [line.repeat(lines - 1), b"220 x\n".to_vec()].concat()
        };
        let ask = |greeting: Vec<u8>| {
            ask_one_that_says(StartTls::Smtp, &[&greeting, b"250 x\r\n"]).0.unwrap_err()
        };
        let heard_out = "the server speaks SMTP but does not offer TLS";
        assert_eq!(ask(greeting(MAX_LINES - 1, 8)), heard_out);
        assert_eq!(
            ask(greeting(MAX_LINES + 1, 8)),
            "the server sent more than 64 lines before SMTP switched to TLS"
        );
        assert_eq!(ask(greeting(2, MAX_LINE_BYTES)), heard_out);
        assert_eq!(
            ask(greeting(2, MAX_LINE_BYTES + 1)),
            "the server sent a line of more than 4096 bytes in SMTP"
        );
    }
}
