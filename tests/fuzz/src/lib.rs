//! Shared parts of the fuzz targets: a peer that sends the fuzzer's bytes, and the rules for text.

pub mod lexer;

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    runtime::{Builder, Runtime},
    time::Instant,
};

/// Ends the turn of a [`Peer`], which then waits for the client.
pub const TURN: &[u8] = b"|||\n";

/// A peer that sends each of its turns after the client has sent something.
pub struct Peer {
    turns: Vec<Vec<u8>>,
    step: usize,
    spoken: bool,
    /// Whether a client that reads first waits; otherwise it reads the end.
    answers: bool,
    reader: Option<Waker>,
    received: Arc<Mutex<Vec<u8>>>,
}

impl Peer {
    /// Sends the turns in `script`, at most `step` bytes at a time.
    pub fn new(script: &[u8], step: usize) -> Self {
        let mut turns = vec![Vec::new()];
        let mut rest = script;
        while let Some((first, after)) = rest.split_first() {
            if let Some(after) = rest.strip_prefix(TURN) {
                turns.push(Vec::new());
                rest = after;
            } else {
                turns.last_mut().expect("one").push(*first);
                rest = after;
            }
        }
        Self::with(turns, step, false)
    }

    /// Sends `bytes`, at most `step` at a time; if `answers`, only after the client has sent something.
    pub fn saying(bytes: &[u8], step: usize, answers: bool) -> Self {
        let before = answers.then(Vec::new);
        let turns = before.into_iter().chain([bytes.to_vec()]).collect();
        Self::with(turns, step, answers)
    }

    fn with(turns: Vec<Vec<u8>>, step: usize, answers: bool) -> Self {
        let step = step.max(1);
        Self { turns, step, spoken: false, answers, reader: None, received: Arc::default() }
    }

    /// The bytes from the client.
    pub fn received(&self) -> Arc<Mutex<Vec<u8>>> {
        Arc::clone(&self.received)
    }

    /// The unread bytes of the current turn.
    pub fn unread(&self) -> &[u8] {
        &self.turns[0]
    }
}

impl AsyncRead for Peer {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.answers && !self.spoken && self.turns.len() > 1 {
            self.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        if self.turns[0].is_empty() && self.spoken && self.turns.len() > 1 {
            self.turns.remove(0);
            self.spoken = false;
        }
        let count = self.turns[0].len().min(buffer.remaining()).min(self.step);
        buffer.put_slice(&self.turns[0].drain(..count).collect::<Vec<_>>());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Peer {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.spoken = true;
        self.reader.take().into_iter().for_each(Waker::wake);
        self.received.lock().expect("no panic before").extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A runtime with a clock, for one thread.
pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().expect("a runtime")
}

/// Longer than any of these conversations lasts.
pub fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

/// Panics if `text`, which is shown to people, contains control characters.
pub fn assert_clean(text: &str) {
    for one in text.chars() {
        let acts = one.is_control()
            || matches!(one, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
            || matches!(one, '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}');
        assert!(!acts, "{:?} in {text:?}", one);
    }
}

/// Splits the fuzzer's bytes into a number for the choice and the rest.
pub fn choice(data: &[u8]) -> Option<(usize, &[u8])> {
    data.split_first().map(|(first, rest)| (usize::from(*first), rest))
}

/// One DER element.
pub fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match contents.len() {
        short @ 0..=0x7f => bytes.push(short as u8),
        long => {
            let length = (long as u32).to_be_bytes();
            let length: Vec<_> = length.into_iter().skip_while(|byte| *byte == 0).collect();
            bytes.push(0x80 | length.len() as u8);
            bytes.extend(length);
        }
    }
    bytes.extend_from_slice(contents);
    bytes
}

/// A certificate whose subject and issuer have the common name `text` in the string type `tag`.
///
/// Its key and its signature are dummies: it can only be read.
pub fn certificate_named(tag: u8, text: &[u8]) -> Vec<u8> {
    let sequence = |parts: &[Vec<u8>]| element(0x30, &parts.concat());
    let name = sequence(&[element(0x31, &sequence(&[vec![6, 3, 0x55, 4, 3], element(tag, text)]))]);
    let algorithm = sequence(&[vec![6, 3, 0x2b, 0x65, 0x70]]);
    let validity = sequence(&[element(0x17, b"240101000000Z"), element(0x17, b"340101000000Z")]);
    let key = sequence(&[algorithm.clone(), element(3, &[0; 33])]);
    let version = element(0xa0, &[2, 1, 2]);
    let tbs =
        sequence(&[version, vec![2, 1, 1], algorithm.clone(), name.clone(), validity, name, key]);
    sequence(&[tbs, algorithm, element(3, &[0; 65])])
}
