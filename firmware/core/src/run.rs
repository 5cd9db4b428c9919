//! One connection on a system with threads: ESP-IDF or a PC.
//!
//! In: a new client, its connection, and the [`Agent`]. Out: why the connection ended. A separate
//! thread receives the events immediately; without it, ESP-IDF's client would block in `subscribe`
//! and `publish`.

use crate::agent::{Agent, End, Signal, Step};
use core::time::Duration;
use embedded_svc::mqtt::client::{Client, Connection, Event, Publish};
use std::{
    io,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Instant,
};

/// The stack of the thread that receives the events, in bytes: it parses commands and forwards them.
const STACK: usize = 6 * 1024;

/// The shortest wait. It prevents a busy loop if the clock does not advance.
const SHORTEST: Duration = Duration::from_millis(1);

/// Runs `agent` until the connection is over; `started` is when the device started.
///
/// # Errors
///
/// If the system cannot start a thread.
pub fn run<C, N>(
    mut client: C,
    connection: &mut N,
    agent: &mut Agent,
    started: Instant,
) -> io::Result<End>
where
    C: Client + Publish,
    N: Connection + Send,
{
    agent.begin(started.elapsed());
    let topics = agent.topics().clone();
    let (sender, signals) = mpsc::channel();
    thread::scope(|scope| {
        let listener = move || {
            while let Ok(event) = connection.next() {
                if let Some(signal) = Signal::of(&event.payload(), &topics) {
                    // When the agent is done, the receiver is dropped and sending fails. The loop
                    // must still receive events, because the client blocks until they are taken.
                    let _ = sender.send(signal);
                }
            }
        };
        thread::Builder::new().stack_size(STACK).spawn_scoped(scope, listener)?;

        let mut signal = None;
        let end = loop {
            match agent.step(&mut client, started.elapsed(), signal.take()) {
                Ok(Step::Wait(wait)) => match signals.recv_timeout(wait.max(SHORTEST)) {
                    Ok(next) => signal = Some(next),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => signal = Some(Signal::Disconnected),
                },
                Ok(Step::End(end)) => break end,
                // The client only reports that it failed: the connection is lost.
                Err(_) => signal = Some(Signal::Disconnected),
            }
        };
        // The listener ends when the client is dropped.
        drop(client);
        Ok(end)
    })
}
