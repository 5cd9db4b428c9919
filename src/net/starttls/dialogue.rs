//! A clear-text conversation, within limits.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{
    MAX_LINE_BYTES, MAX_LINES,
    error::{Problem, no},
};
use crate::net::Duplex;

/// How many of the first bytes from the server are kept, to recognise its protocol: longer than the part
/// of a greeting that names it.
const BEGINNING_BYTES: usize = 256;

/// A clear-text conversation.
pub(super) struct Talk<'a, S> {
    stream: &'a mut S,
    /// What was received and not read yet.
    unread: Vec<u8>,
    /// The first bytes received.
    beginning: Vec<u8>,
    /// Lines and packets so far.
    lines: usize,
}

impl<'a, S: Duplex> Talk<'a, S> {
    pub(super) const fn new(stream: &'a mut S) -> Self {
        Self { stream, unread: Vec::new(), beginning: Vec::new(), lines: 0 }
    }

    /// Bytes that were received and not requested.
    pub(super) fn unread(&self) -> &[u8] {
        &self.unread
    }

    /// The first bytes received.
    pub(super) fn into_beginning(self) -> Vec<u8> {
        self.beginning
    }

    /// `read` does not belong to the protocol; the error shows the rest of its line.
    pub(super) fn unexpected(&self, read: &[u8]) -> Problem {
        let words = [read, &self.unread].concat();
        no(words.split(|byte| *byte == b'\n').next().unwrap_or_default(), false)
    }

    pub(super) async fn say(&mut self, words: &[u8]) -> Result<(), Problem> {
        self.stream.write_all(words).await.map_err(Problem::Broken)?;
        self.stream.flush().await.map_err(Problem::Broken)
    }

    /// A reply of SMTP or FTP: each of its lines except the last has a hyphen after the code.
    pub(super) async fn reply(&mut self) -> Result<Vec<Vec<u8>>, Problem> {
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
    pub(super) async fn line(&mut self) -> Result<Vec<u8>, Problem> {
        let line = self.until(b'\n').await?;
        Ok(line.trim_ascii_end().to_vec())
    }

    /// The bytes up to and including `end`.
    pub(super) async fn until(&mut self, end: u8) -> Result<Vec<u8>, Problem> {
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

    /// Exactly this many bytes.
    pub(super) async fn exactly(&mut self, count: usize) -> Result<Vec<u8>, Problem> {
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
                let room = BEGINNING_BYTES.saturating_sub(self.beginning.len());
                self.beginning.extend_from_slice(&buffer[..count.min(room)]);
                Ok(())
            }
        }
    }
}

/// The lines of a reply, if it has the expected code.
pub(super) fn with_code(reply: Vec<Vec<u8>>, code: &[u8; 3]) -> Result<Vec<Vec<u8>>, Problem> {
    let last = reply.last().map(Vec::as_slice).unwrap_or_default();
    if last.starts_with(code) {
        return Ok(reply);
    }
    Err(no(last, last.iter().take(3).filter(|byte| byte.is_ascii_digit()).count() == 3))
}
