//! A round of the lab: each connection of the device gets the next case.
//!
//! In: listeners, the test CA, the cases in order. Out: [`Event`]s as they happen. A connection only gets a case with a complete ClientHello; anything else is counted,
//! bounded, and changes nothing.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use super::authority::Authority;
use super::cases::{Case, Must};
use super::conduct::Conduct;
use super::hello::{self, ClientHello, MAX_HELLO_BYTES};
use super::serve::{Outcome, play};
use super::speak::{Forward, converse};

/// The most connections at once; further ones are closed. A device has one or two.
pub const MAX_CONNECTIONS: usize = 64;

/// How long a ClientHello may take to arrive, in seconds.
pub const HELLO: Duration = Duration::from_secs(5);

/// The round to play.
#[derive(Debug)]
pub struct Options {
    /// The name that the device expects.
    pub host: String,
    /// The cases, in order.
    pub cases: Vec<&'static Case>,
    /// Whether each case has its own listener, in the order of the cases.
    pub ports: bool,
    /// How long to wait for the next connection.
    pub wait: Duration,
    /// The real server that sound servers forward to.
    pub forward: Option<Forward>,
}

/// A case that was played.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Its place in the order, from 0.
    pub place: usize,
    /// The case.
    pub case: &'static Case,
    /// What the device did.
    pub conduct: Conduct,
}

/// An event of a round.
#[derive(Debug)]
pub enum Event {
    /// A case was played.
    Turn(Turn),
    /// The first ClientHello of a device.
    Hello(Box<ClientHello>),
    /// A connection that is not a device's, and why.
    Stray(SocketAddr, String),
    /// A case that cannot be played because of a problem on this machine.
    Failed(std::io::Error),
}

/// Chooses the runtime that serves a connection.
pub type Placing = dyn Fn() -> Handle + Send + Sync;

/// What connections share.
struct Shared {
    placing: Box<Placing>,
    options: Options,
    authority: Authority,
    next: Mutex<usize>,
    /// How many cases are being played.
    playing: AtomicUsize,
    events: mpsc::Sender<Event>,
}

/// Plays all cases, or until no connection arrives. `placing` chooses where each connection is served.
pub async fn run(
    listeners: Vec<TcpListener>,
    authority: Authority,
    options: Options,
    placing: Box<Placing>,
    mut tell: impl FnMut(&Event),
) -> std::io::Result<()> {
    let (events, mut happening) = mpsc::channel(MAX_CONNECTIONS);
    let mut is_played = vec![false; options.cases.len()];
    let wait = options.wait;
    let (next, playing) = (Mutex::new(0), AtomicUsize::new(0));
    let shared = Arc::new(Shared { placing, options, authority, next, playing, events });
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let accepting: Vec<_> = listeners
        .into_iter()
        .enumerate()
        .map(|(place, listener)| {
            let own = shared.options.ports.then_some(place);
            tokio::spawn(accept(listener, own, Arc::clone(&shared), Arc::clone(&room)))
        })
        .collect();
    while is_played.contains(&false) {
        // Other connections do not extend the wait: only a device's connection restarts it, for as long
        // as its case takes.
        let mut until = tokio::time::Instant::now() + wait;
        let event = loop {
            match tokio::time::timeout_at(until, happening.recv()).await {
                Ok(Some(event @ Event::Stray(..))) => tell(&event),
                Ok(Some(event)) => break Some(event),
                Err(_) if shared.playing.load(Ordering::Relaxed) > 0 => {
                    until = tokio::time::Instant::now() + wait;
                }
                Ok(None) | Err(_) => break None,
            }
        };
        let Some(event) = event else { break };
        tell(&event);
        match event {
            Event::Turn(turn) => is_played[turn.place] = true,
            Event::Failed(error) => return Err(error),
            Event::Hello(_) | Event::Stray(..) => {}
        }
    }
    accepting.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(())
}

async fn accept(
    listener: TcpListener,
    own: Option<usize>,
    shared: Arc<Shared>,
    room: Arc<Semaphore>,
) {
    loop {
        let Ok((stream, from)) = listener.accept().await else {
            // For example out of descriptors: those in use will be released.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        // Closed if there is no room.
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else { continue };
        let runtime = (shared.placing)();
        let shared = Arc::clone(&shared);
        runtime.spawn(async move {
            let event = serve(stream, from, own, &shared).await;
            drop(permit);
            if let Some(event) = event {
                // The receiver is gone once the round is over.
                let _ = shared.events.send(event).await;
            }
        });
    }
}

/// Serves one connection.
async fn serve(
    mut stream: TcpStream,
    from: SocketAddr,
    own: Option<usize>,
    shared: &Shared,
) -> Option<Event> {
    let _ = stream.set_nodelay(true);
    let mut bytes = Vec::new();
    let hello = match timeout(HELLO, read_hello(&mut stream, &mut bytes)).await {
        Err(_) => return Some(Event::Stray(from, "its ClientHello does not end".to_owned())),
        Ok(Err(why)) => return Some(Event::Stray(from, why)),
        Ok(Ok(hello)) => hello,
    };
    let place = shared.take(own)?;
    if place == 0 || own.is_some() {
        let _ = shared.events.send(Event::Hello(Box::new(hello.clone()))).await;
    }
    let case = shared.options.cases[place];
    shared.playing.fetch_add(1, Ordering::Relaxed);
    let played = shared.play(case, &hello, stream, bytes).await;
    shared.playing.fetch_sub(1, Ordering::Relaxed);
    Some(match played {
        Ok(conduct) => Event::Turn(Turn { place, case, conduct }),
        Err(error) => Event::Failed(error),
    })
}

impl Shared {
    /// The place of the case for a connection; `None` once all are taken.
    fn take(&self, own: Option<usize>) -> Option<usize> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let place = own.unwrap_or(*next);
        *next += 1;
        (place < self.options.cases.len()).then_some(place)
    }

    async fn play(
        &self,
        case: &Case,
        hello: &ClientHello,
        stream: TcpStream,
        bytes: Vec<u8>,
    ) -> std::io::Result<Conduct> {
        let presentable = self.authority.present(case, &self.options.host)?;
        let outcome = play(case, presentable, &self.authority, hello, (stream, bytes)).await?;
        Ok(match outcome {
            Outcome::Ended(conduct) => conduct,
            Outcome::Completed(completed) => {
                let is_sound = case.must != Must::Refuse;
                converse(*completed, is_sound, self.options.forward.as_ref()).await
            }
        })
    }
}

async fn read_hello(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Result<ClientHello, String> {
    let mut buffer = [0; 4096];
    loop {
        match hello::of_records(bytes) {
            Ok(Some(hello)) => return Ok(hello),
            Err(malformed) => return Err(malformed.to_string()),
            Ok(None) if bytes.len() >= MAX_HELLO_BYTES => {
                return Err("its ClientHello does not end".to_owned());
            }
            Ok(None) => {}
        }
        match stream.read(&mut buffer).await {
            Ok(0) => return Err("it sent no ClientHello".to_owned()),
            Ok(count) => bytes.extend(&buffer[..count]),
            Err(error) => return Err(error.to_string()),
        }
    }
}
