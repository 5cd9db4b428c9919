//! One connection on a system with threads: ESP-IDF, or a desk.
//!
//! In: a client and its events, both just made, and the [`Agent`]. Out: why the connection ended.
//! A thread of its own takes the events from the connection at once; without it, ESP-IDF's client
//! would block in `subscribe` and `publish`.

use crate::agent::{Agent, End, Signal, Step};
use core::time::Duration;
use embedded_svc::mqtt::client::{Client, Connection, Event, Publish};
use std::{
    io,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Instant,
};

/// The stack of the thread that takes the events, in bytes: it reads a command and passes it on.
const STACK: usize = 6 * 1024;

/// No wait is shorter, so that a clock that stands still costs no more than this.
const SHORTEST: Duration = Duration::from_millis(1);

/// Runs `agent` until the connection is over; `started` is when the device started.
///
/// # Errors
///
/// When the system has no thread to spare.
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
    let (hear, heard) = mpsc::channel();
    thread::scope(|scope| {
        let listener = move || {
            while let Ok(event) = connection.next() {
                if let Some(signal) = Signal::of(&event.payload(), &topics) {
                    // Nobody listens once the agent is done, but the client still waits for its
                    // events to be taken, until it is gone.
                    let _ = hear.send(signal);
                }
            }
        };
        thread::Builder::new().stack_size(STACK).spawn_scoped(scope, listener)?;

        let mut signal = None;
        let end = loop {
            match agent.step(&mut client, started.elapsed(), signal.take()) {
                Ok(Step::Wait(wait)) => match heard.recv_timeout(wait.max(SHORTEST)) {
                    Ok(next) => signal = Some(next),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => signal = Some(Signal::Disconnected),
                },
                Ok(Step::End(end)) => break end,
                // The client says no more than that it could not: its connection is gone.
                Err(_) => signal = Some(Signal::Disconnected),
            }
        };
        // The listener ends when the client does.
        drop(client);
        Ok(end)
    })
}
