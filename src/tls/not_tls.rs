//! Names the protocol of a port that does not speak TLS, by its answer.
//!
//! In: the first bytes of an answer. Out: [`Plain`]. A server that speaks first (SSH, mail, FTP, MySQL)
//! identifies itself immediately, HTTP answers the ClientHello with an error. An MQTT broker only closes
//! the connection, so it is queried: see [`MQTT_QUESTION`].

use std::{fmt, io, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::{Instant, timeout_at},
};

use crate::{net::Duplex, text::foreign::Foreign};

/// A protocol without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// RFC 9112.
    Http,
    /// RFC 4253.
    Ssh,
    /// RFC 5321.
    Smtp,
    /// RFC 959.
    Ftp,
    /// A greeting with 220, which SMTP and FTP share.
    SmtpOrFtp,
    /// RFC 9051.
    Imap,
    /// RFC 1939.
    Pop3,
    /// MySQL's protocol version 10.
    Mysql,
    /// MQTT 3.1.1.
    Mqtt,
    /// AMQP 0-9-1 and 1.0.
    Amqp,
    /// RFC 6120.
    Xmpp,
    /// SSL 2.0, which no version of TLS can be negotiated with (RFC 6176).
    Ssl2,
}

/// A CONNECT of MQTT with the protocol level 127, which no broker has.
///
/// It must answer with a CONNACK that says "unacceptable protocol version" and disconnect (MQTT
/// 3.1.1 section 3.1.2.2), so no session begins and no client is logged in.
pub(crate) const MQTT_QUESTION: [u8; 14] =
    [0x10, 12, 0, 4, b'M', b'Q', b'T', b'T', 0x7f, 2, 0, 60, 0, 0];

/// How long to wait for its answer: a broker answers immediately, and 2 s tolerate a lost packet (RFC
/// 6298 section 2.1).
const MQTT_TIMEOUT: Duration = Duration::from_secs(2);

/// Asks whether the peer speaks MQTT in clear text; no answer means no.
pub(crate) async fn answers_mqtt<S: Duplex>(stream: &mut S, deadline: Instant) -> bool {
    let question = async {
        let mut answer = [0; 4];
        stream.write_all(&MQTT_QUESTION).await?;
        stream.read_exact(&mut answer).await?;
        io::Result::Ok(answer)
    };
    let deadline = deadline.min(Instant::now() + MQTT_TIMEOUT);
    let answer = timeout_at(deadline, question).await;
    matches!(answer, Ok(Ok(answer)) if recognise(&answer) == Some(Plain::Mqtt))
}

/// Whether these bytes can begin an answer in TLS: a known record type, then major version 3.
pub(crate) fn may_be_tls(beginning: &[u8]) -> bool {
    match beginning {
        [] => true,
        [kind] => matches!(kind, 20..=23),
        [kind, major, ..] => matches!(kind, 20..=23) && *major == 3,
    }
}

/// The protocol whose answers begin this way.
pub(crate) fn recognise(beginning: &[u8]) -> Option<Plain> {
    let upper = beginning.to_ascii_uppercase();
    let has = |word: &[u8]| upper.windows(word.len()).any(|window| window == word);
    let starts = |word: &[u8]| upper.starts_with(word);
    let plain = match beginning {
        _ if starts(b"HTTP/") || starts(b"<!DOCTYPE HTML") || starts(b"<HTML") => Plain::Http,
        _ if starts(b"SSH-") => Plain::Ssh,
        _ if starts(b"* OK") || starts(b"* PREAUTH") || starts(b"* BYE") => Plain::Imap,
        _ if starts(b"+OK") || starts(b"-ERR") => Plain::Pop3,
        _ if starts(b"AMQP") => Plain::Amqp,
        _ if starts(b"<?XML") || starts(b"<STREAM:STREAM") => Plain::Xmpp,
        [code @ .., _] if code.len() >= 3 && is_reply(code) => match () {
            () if has(b"SMTP") => Plain::Smtp,
            () if has(b"FTP") => Plain::Ftp,
            () => Plain::SmtpOrFtp,
        },
        // CONNACK: type 2, two bytes long.
        [0x20, 2, ..] => Plain::Mqtt,
        // A packet's length in three bytes, its number 0, then the protocol version 10.
        [_, _, 0, 0, 10, ..] => Plain::Mysql,
        // A two-byte record header, then SERVER-HELLO.
        [0x80..=0xff, _, 4, _, _, 0, 2, ..] => Plain::Ssl2,
        _ => return None,
    };
    Some(plain)
}

/// The text before the first line end; all of it without one.
pub(crate) fn first_line(answer: &[u8]) -> &[u8] {
    let line = answer.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    if line.is_empty() { answer } else { line }
}

/// Whether an HTTP answer redirects, or leads to the login of a network (RFC 9110 section 15.4, RFC 6585
/// section 6): a server's usual answer to a ClientHello is 400.
pub(crate) fn is_of_a_portal(answer: &Foreign) -> bool {
    let line = answer.line();
    let status = line.split(' ').nth(1).unwrap_or_default();
    status == "511" || (status.len() == 3 && status.starts_with('3'))
}

/// Whether the text begins with the reply code of a greeting (RFC 5321 section 4.2, RFC 959 section
/// 4.2): ready, not available, no service.
fn is_reply(text: &[u8]) -> bool {
    let code = matches!(&text[..3], b"220" | b"421" | b"554" | b"530");
    code && matches!(text.get(3), None | Some(b' ' | b'-'))
}

impl Plain {
    /// What to do about it.
    pub(crate) fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::Http => {
                "HTTP with TLS is usually on port 443 or 8443; there, a proxy, a captive portal or a DNS \
                 filter may have answered in place of the server"
            }
            Self::Mqtt => "MQTT with TLS is usually on port 8883",
            Self::Amqp => "AMQP with TLS is usually on port 5671",
            Self::Smtp => "pass `--starttls smtp`",
            Self::Ftp => "pass `--starttls ftp`",
            Self::SmtpOrFtp => "pass `--starttls smtp` or `--starttls ftp`",
            Self::Imap => "pass `--starttls imap`",
            Self::Pop3 => "pass `--starttls pop3`",
            Self::Mysql => "pass `--starttls mysql`",
            Self::Xmpp => "pass `--starttls xmpp`",
            Self::Ssh => "check the port, since SSH does not use TLS",
            Self::Ssl2 => return None,
        })
    }
}

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "HTTP",
            Self::Ssh => "SSH",
            Self::Smtp => "SMTP",
            Self::Ftp => "FTP",
            Self::SmtpOrFtp => "SMTP or FTP",
            Self::Imap => "IMAP",
            Self::Pop3 => "POP3",
            Self::Mysql => "MySQL",
            Self::Mqtt => "MQTT",
            Self::Amqp => "AMQP",
            Self::Xmpp => "XMPP",
            Self::Ssl2 => "SSL 2.0",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_names_its_protocol() {
        for (greeting, wanted) in [
            (&b"HTTP/1.1 400 Bad Request\r\n"[..], Plain::Http),
            (b"SSH-2.0-OpenSSH_9.2p1\r\n", Plain::Ssh),
            (b"220 mail.test ESMTP Postfix\r\n", Plain::Smtp),
            (b"220-one\r\n220 (vsFTPd 3.0.3)\r\n", Plain::Ftp),
            (b"220 ready\r\n", Plain::SmtpOrFtp),
            (b"* OK IMAP4rev1 ready\r\n", Plain::Imap),
            (b"+OK POP3\r\n", Plain::Pop3),
            (b"\x4a\x00\x00\x00\x0a8.0.32\x00", Plain::Mysql),
            (b"\x20\x02\x00\x01", Plain::Mqtt),
            (b"AMQP\x00\x00\x09\x01", Plain::Amqp),
            (b"\x80\x2b\x04\x00\x01\x00\x02\x00\x10", Plain::Ssl2),
        ] {
            assert_eq!(recognise(greeting), Some(wanted), "{}", greeting.escape_ascii());
            assert!(!may_be_tls(greeting));
        }
        for other in [&b""[..], b"2", b"220", b"2200 x", b"\x16\x03\x01", b"\xff\xfeH\0T\0T\0P\0"] {
            assert_eq!(recognise(other), None, "{}", other.escape_ascii());
        }
    }

    #[test]
    fn the_connect_packet_for_a_broker_has_the_right_length() {
        assert_eq!(usize::from(MQTT_QUESTION[1]), MQTT_QUESTION.len() - 2);
    }
}
