//! Asks a server for TLS in the words of its own protocol.
//!
//! In: a connected stream on which nothing was said. Out: the same stream, at the byte where TLS
//! begins. Nobody is logged in and nothing is asked besides.
//!
//! All of it is clear text, so whoever sits on the path can write it too: what the server says
//! before the switch is held for nothing but a yes or a no, and bytes that came too early are
//! refused (CVE-2011-0411, CVE-2021-23222).

use std::{fmt, io};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    time::{Instant, timeout_at},
};

use crate::{
    escape::Foreign,
    target::{StartTls, Target},
};

/// The most bytes of one line, its end included: eight times what SMTP allows (RFC 5321 section
/// 4.5.3.1.5). Also of one packet where a protocol has no lines.
pub const MAX_LINE_BYTES: usize = 4 * 1024;

/// The most lines that a server may say before TLS begins.
pub const MAX_LINES: usize = 64;

/// Why a server did not turn its connection into TLS.
#[derive(Debug)]
pub struct Error {
    protocol: StartTls,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    Broken(io::Error),
    Closed,
    TimedOut,
    /// It does not list TLS among what it can do.
    NotOffered,
    /// It said no, in these words.
    Refused(Foreign),
    /// It says something that is not in the protocol.
    Unexpected(Foreign),
    LineTooLong,
    TooManyLines,
    /// It went on in clear text after its yes: so many bytes.
    Injected(usize),
}

/// Asks the server of `target` on `stream` for TLS.
///
/// # Errors
///
/// [`Error`] if the server has no TLS, refuses it, does not speak the protocol, breaks a limit
/// or does not answer before `deadline`.
pub async fn ask<S>(
    stream: &mut S,
    protocol: StartTls,
    target: &Target,
    deadline: Instant,
) -> Result<(), Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut talk = Talk { stream, unread: Vec::new(), lines: 0 };
    let asking = async {
        match protocol {
            StartTls::Smtp => smtp(&mut talk).await,
            StartTls::Imap => imap(&mut talk).await,
            StartTls::Pop3 => pop3(&mut talk).await,
            StartTls::Ftp => ftp(&mut talk).await,
            StartTls::Ldap => ldap(&mut talk).await,
            StartTls::Postgres => postgres(&mut talk).await,
            StartTls::Mysql => mysql(&mut talk).await,
            StartTls::Xmpp => xmpp(&mut talk, &target.host()).await,
        }?;
        match talk.unread.len() {
            0 => Ok(()),
            count => Err(Problem::Injected(count)),
        }
    };
    let outcome = timeout_at(deadline, asking).await.unwrap_or(Err(Problem::TimedOut));
    outcome.map_err(|problem| Error { protocol, problem })
}

/// RFC 3207.
async fn smtp<S: AsyncRead + AsyncWrite + Unpin>(talk: &mut Talk<'_, S>) -> Result<(), Problem> {
    wanted(talk.reply().await?, b"220")?;
    talk.say(b"EHLO certgrab.invalid\r\n").await?;
    let offers = wanted(talk.reply().await?, b"250")?;
    let is_starttls = |line: &Vec<u8>| {
        line.get(4..).is_some_and(|word| word.trim_ascii().eq_ignore_ascii_case(b"STARTTLS"))
    };
    if !offers.iter().any(is_starttls) {
        return Err(Problem::NotOffered);
    }
    talk.say(b"STARTTLS\r\n").await?;
    wanted(talk.reply().await?, b"220").map(drop)
}

/// RFC 9051 section 6.2.1.
async fn imap<S: AsyncRead + AsyncWrite + Unpin>(talk: &mut Talk<'_, S>) -> Result<(), Problem> {
    let greeting = talk.line().await?;
    // PREAUTH is past the point where TLS can be asked for.
    if !greeting.to_ascii_uppercase().starts_with(b"* OK") {
        return Err(no(&greeting, greeting.starts_with(b"* ")));
    }
    talk.say(b"a1 STARTTLS\r\n").await?;
    loop {
        let line = talk.line().await?;
        match line.strip_prefix(b"a1 ") {
            Some(answer) if answer.to_ascii_uppercase().starts_with(b"OK") => return Ok(()),
            Some(_) => return Err(no(&line, true)),
            None if line.starts_with(b"* ") => {}
            None => return Err(no(&line, false)),
        }
    }
}

/// RFC 2595 section 4.
async fn pop3<S: AsyncRead + AsyncWrite + Unpin>(talk: &mut Talk<'_, S>) -> Result<(), Problem> {
    for command in [None, Some(b"STLS\r\n")] {
        if let Some(command) = command {
            talk.say(command).await?;
        }
        let line = talk.line().await?;
        if !line.starts_with(b"+OK") {
            return Err(no(&line, line.starts_with(b"-ERR")));
        }
    }
    Ok(())
}

/// RFC 4217 section 4.
async fn ftp<S: AsyncRead + AsyncWrite + Unpin>(talk: &mut Talk<'_, S>) -> Result<(), Problem> {
    wanted(talk.reply().await?, b"220")?;
    talk.say(b"AUTH TLS\r\n").await?;
    wanted(talk.reply().await?, b"234").map(drop)
}

/// An ExtendedRequest for 1.3.6.1.4.1.1466.20037 as message 1 (RFC 4511 section 4.14.1).
const LDAP_REQUEST: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";

/// RFC 4511 section 4.14: the answer is an ExtendedResponse whose result code is success, 0.
async fn ldap<S: AsyncRead + AsyncWrite + Unpin>(talk: &mut Talk<'_, S>) -> Result<(), Problem> {
    talk.say(LDAP_REQUEST).await?;
    let mut answer = talk.exactly(2).await?;
    let length = match (answer[0], answer[1]) {
        (0x30, short @ 0..=0x7f) => usize::from(short),
        // BER lets any length be written in more bytes than it needs.
        (0x30, count @ 0x81..=0x84) => {
            let bytes = talk.exactly(usize::from(count & 0x7f)).await?;
            answer.extend(&bytes);
            bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte))
        }
        _ => return Err(no(&answer, false)),
    };
    let content = talk.exactly(length).await?;
    match after_ldap_headers(&content) {
        Some([0x0a, 1, 0, ..]) => Ok(()),
        Some([0x0a, 1, code, ..]) => {
            Err(Problem::Refused(Foreign::text(&format!("result code {code}"))))
        }
        _ => Err(no(&content, false)),
    }
}

/// What follows the message's number and the header of its ExtendedResponse.
fn after_ldap_headers(content: &[u8]) -> Option<&[u8]> {
    match content.strip_prefix(&[2, 1, 1, 0x78])? {
        [0..=0x7f, rest @ ..] => Some(rest),
        [count @ 0x81..=0x84, rest @ ..] => rest.get(usize::from(count & 0x7f)..),
        _ => None,
    }
}

/// SSLRequest of PostgreSQL's protocol ("Message Formats"): the answer is one byte.
async fn postgres<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
) -> Result<(), Problem> {
    talk.say(&[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]).await?;
    match talk.exactly(1).await?[..] {
        [b'S'] => Ok(()),
        [b'N'] => Err(Problem::NotOffered),
        [b'E'] => Err(no(&talk.unread, true)),
        ref other => Err(no(other, false)),
    }
}

/// CLIENT_SSL of MySQL's capability flags.
const MYSQL_SSL: u32 = 0x0800;

/// MySQL's "Protocol::SSLRequest": protocol 4.1, secure connection, packets up to 16 MiB, UTF-8.
async fn mysql<S: AsyncRead + AsyncWrite + Unpin>(talk: &mut Talk<'_, S>) -> Result<(), Problem> {
    let header = talk.exactly(4).await?;
    let length = u32::from_le_bytes([header[0], header[1], header[2], 0]) as usize;
    let greeting = talk.exactly(length).await?;
    let flags = match greeting.split_first() {
        // Version text, its NUL, thread number, 8 bytes of a nonce, NUL, lower capability flags.
        Some((10, rest)) => rest
            .iter()
            .position(|byte| *byte == 0)
            .and_then(|end| rest.get(end + 1 + 4 + 8 + 1..)?.first_chunk::<2>())
            .map(|flags| u32::from(u16::from_le_bytes(*flags))),
        Some((0xff, rest)) => return Err(no(rest, true)),
        _ => None,
    };
    let Some(flags) = flags else { return Err(no(&greeting, false)) };
    if flags & MYSQL_SSL == 0 {
        return Err(Problem::NotOffered);
    }
    let mut request = vec![32, 0, 0, header[3].wrapping_add(1)];
    request.extend((MYSQL_SSL | 0x0200 | 0x8000).to_le_bytes());
    request.extend(0x0100_0000_u32.to_le_bytes());
    request.push(33);
    request.resize(4 + 32, 0);
    talk.say(&request).await
}

/// RFC 6120 section 5.4.
async fn xmpp<S: AsyncRead + AsyncWrite + Unpin>(
    talk: &mut Talk<'_, S>,
    host: &str,
) -> Result<(), Problem> {
    let opening = format!(
        "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
         xmlns:stream='http://etherx.jabber.org/streams' to='{host}' version='1.0'>"
    );
    talk.say(opening.as_bytes()).await?;
    let namespace = b"urn:ietf:params:xml:ns:xmpp-tls";
    let mut has_tls = false;
    loop {
        let element = talk.until(b'>').await?;
        has_tls |= element.windows(namespace.len()).any(|window| window == namespace);
        let tag = element.trim_ascii();
        if tag.starts_with(b"<stream:error") {
            return Err(no(tag, true));
        }
        if matches!(tag, b"</stream:features>" | b"<stream:features/>") {
            break;
        }
        if !tag.contains(&b'<') {
            return Err(no(tag, false));
        }
    }
    if !has_tls {
        return Err(Problem::NotOffered);
    }
    talk.say(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").await?;
    let answer = talk.until(b'>').await?;
    match answer.trim_ascii() {
        yes if yes.starts_with(b"<proceed") => Ok(()),
        other => Err(no(other, other.starts_with(b"<failure"))),
    }
}

/// The lines of a reply, if it has the code wanted.
fn wanted(reply: Vec<Vec<u8>>, code: &[u8; 3]) -> Result<Vec<Vec<u8>>, Problem> {
    let last = reply.last().map(Vec::as_slice).unwrap_or_default();
    if last.starts_with(code) {
        return Ok(reply);
    }
    Err(no(last, last.iter().take(3).filter(|byte| byte.is_ascii_digit()).count() == 3))
}

/// A no in the server's own words, or words that are none of the protocol.
fn no(words: &[u8], of_the_protocol: bool) -> Problem {
    let words = Foreign::bytes(words.trim_ascii_end());
    if of_the_protocol { Problem::Refused(words) } else { Problem::Unexpected(words) }
}

/// A conversation in clear text.
struct Talk<'a, S> {
    stream: &'a mut S,
    /// What has come and was not yet looked at.
    unread: Vec<u8>,
    /// Lines and packets so far.
    lines: usize,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<'_, S> {
    async fn say(&mut self, words: &[u8]) -> Result<(), Problem> {
        self.stream.write_all(words).await.map_err(Problem::Broken)?;
        self.stream.flush().await.map_err(Problem::Broken)
    }

    /// A reply of SMTP or FTP: every line of it but the last has a hyphen after the code.
    async fn reply(&mut self) -> Result<Vec<Vec<u8>>, Problem> {
        let mut lines = Vec::new();
        loop {
            let line = self.line().await?;
            // FTP lets the lines between the first and the last be any text (RFC 959 section 4.2).
            let ends = line.len() >= 3
                && line[..3].iter().all(u8::is_ascii_digit)
                && matches!(line.get(3), None | Some(b' '));
            let goes_on = !lines.is_empty() || line.get(3) == Some(&b'-');
            if !ends && !goes_on {
                return Err(no(&line, false));
            }
            lines.push(line);
            if ends {
                return Ok(lines);
            }
        }
    }

    /// A line without its end.
    async fn line(&mut self) -> Result<Vec<u8>, Problem> {
        let line = self.until(b'\n').await?;
        Ok(line.trim_ascii_end().to_vec())
    }

    /// What comes up to and with `end`.
    async fn until(&mut self, end: u8) -> Result<Vec<u8>, Problem> {
        self.lines += 1;
        if self.lines > MAX_LINES {
            return Err(Problem::TooManyLines);
        }
        loop {
            let place = self.unread.iter().position(|byte| *byte == end);
            if place.unwrap_or(self.unread.len()) >= MAX_LINE_BYTES {
                return Err(Problem::LineTooLong);
            }
            if let Some(place) = place {
                return Ok(self.unread.drain(..=place).collect());
            }
            self.more().await?;
        }
    }

    /// As many bytes.
    async fn exactly(&mut self, count: usize) -> Result<Vec<u8>, Problem> {
        if count > MAX_LINE_BYTES {
            return Err(Problem::LineTooLong);
        }
        while self.unread.len() < count {
            self.more().await?;
        }
        Ok(self.unread.drain(..count).collect())
    }

    async fn more(&mut self) -> Result<(), Problem> {
        let mut buffer = [0; 1024];
        match self.stream.read(&mut buffer).await.map_err(Problem::Broken)? {
            0 => Err(Problem::Closed),
            count => {
                self.unread.extend_from_slice(&buffer[..count]);
                Ok(())
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = self.protocol;
        match &self.problem {
            Problem::Broken(error) => {
                write!(f, "the connection broke before {protocol} turned to TLS: {error}")
            }
            Problem::Closed => {
                write!(f, "the server hung up before {protocol} turned to TLS")
            }
            Problem::TimedOut => {
                write!(f, "timed out while waiting for {protocol} to turn to TLS")
            }
            Problem::NotOffered => {
                write!(f, "the server speaks {protocol} and offers no TLS in it")
            }
            Problem::Refused(words) => {
                write!(f, "the server refuses TLS in {protocol}, it says `{}`", words.line())
            }
            Problem::Unexpected(words) => {
                write!(f, "the server does not speak {protocol}, it says `{}`", words.line())
            }
            Problem::LineTooLong => {
                write!(f, "the server's {protocol} has a line of more than {MAX_LINE_BYTES} bytes")
            }
            Problem::TooManyLines => {
                write!(f, "the server says more than {MAX_LINES} lines before {protocol} has TLS")
            }
            Problem::Injected(count) => write!(
                f,
                "{count} bytes of clear text came after the server agreed to TLS in {protocol}"
            ),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// What to try next, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self.problem {
            Problem::Injected(_) => Some(
                "somebody between here and the server may have put them there (CVE-2021-23222)"
                    .to_owned(),
            ),
            Problem::TimedOut => Some(
                "if the port has TLS from its first byte, leave STARTTLS out; `--timeout SECS` \
                 waits longer"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    /// A short stable name for JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.problem {
            Problem::Broken(_) | Problem::Closed => "connection_broken",
            Problem::TimedOut => "timed_out",
            Problem::NotOffered => "starttls_not_offered",
            Problem::Refused(_) => "starttls_refused",
            Problem::Unexpected(_) => "starttls_unexpected",
            Problem::LineTooLong | Problem::TooManyLines => "starttls_too_much",
            Problem::Injected(_) => "starttls_injected",
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Duration;

    use super::*;

    /// What becomes of asking a server that says each of `lines` in turn, hearing the client
    /// after each; and what it heard.
    fn ask_one_that_says(protocol: StartTls, lines: &[&[u8]]) -> (Result<(), String>, String) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let lines: Vec<Vec<u8>> = lines.iter().map(|line| line.to_vec()).collect();
        runtime.block_on(async move {
            let (mut here, mut there) = tokio::io::duplex(64 * 1024);
            let server = tokio::spawn(async move {
                let mut heard = Vec::new();
                for line in lines {
                    // A client that has heard enough may be gone.
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
    fn each_protocol_is_asked_in_its_own_words() {
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
    fn a_no_is_told_in_the_servers_words() {
        for (protocol, lines, wanted) in [
            (
                StartTls::Smtp,
                &[&b"220 x\r\n"[..], b"250 x\r\n"][..],
                "the server speaks SMTP and offers no TLS in it",
            ),
            (
                StartTls::Smtp,
                &[b"554 \x1b[31mgo\r\n"],
                "the server refuses TLS in SMTP, it says `554 \\u{1b}[31mgo`",
            ),
            (
                StartTls::Imap,
                &[b"* PREAUTH x\r\n"],
                "the server refuses TLS in IMAP, it says `* PREAUTH x`",
            ),
            (
                StartTls::Postgres,
                &[b"", b"N"],
                "the server speaks PostgreSQL and offers no TLS in it",
            ),
            (
                StartTls::Pop3,
                &[b"220 x ESMTP\r\n"],
                "the server does not speak POP3, it says `220 x ESMTP`",
            ),
            (
                StartTls::Ldap,
                &[b"", b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\0\x04\0"],
                "the server refuses TLS in LDAP, it says `result code 52`",
            ),
        ] {
            let (outcome, _) = ask_one_that_says(protocol, lines);
            assert_eq!(outcome.unwrap_err(), wanted);
        }
    }

    #[test]
    fn bytes_after_the_yes_are_refused() {
        for (protocol, lines) in [
            (StartTls::Postgres, &[&b""[..], b"Sgarbage"][..]),
            (StartTls::Pop3, &[b"+OK\r\n", b"+OK\r\ngarbage"]),
        ] {
            assert_eq!(
                ask_one_that_says(protocol, lines).0.unwrap_err(),
                format!("7 bytes of clear text came after the server agreed to TLS in {protocol}")
            );
        }
    }

    #[test]
    fn lines_are_taken_up_to_their_limits_and_not_past_them() {
        let greeting = |lines: usize, bytes: usize| {
            let mut line = b"220-".to_vec();
            line.resize(bytes - 1, b'x');
            line.push(b'\n');
            [line.repeat(lines - 1), b"220 x\n".to_vec()].concat()
        };
        let ask = |greeting: Vec<u8>| {
            ask_one_that_says(StartTls::Smtp, &[&greeting, b"250 x\r\n"]).0.unwrap_err()
        };
        let heard_out = "the server speaks SMTP and offers no TLS in it";
        assert_eq!(ask(greeting(MAX_LINES - 1, 8)), heard_out);
        assert_eq!(
            ask(greeting(MAX_LINES + 1, 8)),
            "the server says more than 64 lines before SMTP has TLS"
        );
        assert_eq!(ask(greeting(2, MAX_LINE_BYTES)), heard_out);
        assert_eq!(
            ask(greeting(2, MAX_LINE_BYTES + 1)),
            "the server's SMTP has a line of more than 4096 bytes"
        );
    }
}
