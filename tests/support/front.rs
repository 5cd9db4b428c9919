//! A middlebox between a device and its server: it reads the ClientHello, then decides.

use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};

use super::Server;

/// The first message of a client.
pub(crate) struct ClientHello {
    bytes: Vec<u8>,
    extensions: Vec<(u16, Vec<u8>)>,
}

/// What happens to the connection.
pub(crate) enum Act {
    /// The server at this address answers.
    Relay(SocketAddr),
    /// The same, this many bytes at a time with pauses.
    Trickle(SocketAddr, usize, Duration),
    /// The server at this address gets the ClientHello and nothing else from the client.
    Deafen(SocketAddr),
    /// These bytes, then the connection ends.
    Say(Vec<u8>),
    /// These bytes before the answer of the server at this address.
    SayAndRelay(Vec<u8>, SocketAddr),
    /// The connection is closed normally.
    Close,
    /// The connection ends with a reset.
    Reset,
    /// Nothing, until the client disconnects.
    Silence,
}

/// A fatal alert.
pub(crate) fn alert(description: u8) -> Act {
    Act::Say(vec![21, 3, 3, 0, 2, 2, description])
}

impl ClientHello {
    fn read(stream: &mut TcpStream) -> Option<Self> {
        let mut bytes = vec![0; 5];
        stream.read_exact(&mut bytes).ok()?;
        // A record of another type is not a ClientHello.
        if bytes[0] != 22 {
            return None;
        }
        let length = usize::from(u16::from_be_bytes([bytes[3], bytes[4]]));
        bytes.resize(5 + length, 0);
        stream.read_exact(&mut bytes[5..]).ok()?;
        let extensions = extensions(&bytes).unwrap_or_default();
        Some(Self { bytes, extensions })
    }

    /// The contents of an extension.
    pub(crate) fn extension(&self, kind: u16) -> Option<&[u8]> {
        let (_, content) = self.extensions.iter().find(|(known, _)| *known == kind)?;
        Some(content)
    }

    /// How many extensions it has.
    pub(crate) fn extensions(&self) -> usize {
        self.extensions.len()
    }

    /// Its bytes, with the header of the record.
    pub(crate) fn length(&self) -> usize {
        self.bytes.len()
    }

    /// The name of the server.
    pub(crate) fn name(&self) -> Option<&str> {
        std::str::from_utf8(self.extension(0)?.get(5..)?).ok()
    }

    /// Whether TLS 1.3 is offered.
    pub(crate) fn offers_tls13(&self) -> bool {
        let versions = self.extension(43).unwrap_or_default();
        versions.windows(2).any(|version| version == [3, 4])
    }

    /// Whether it names a protocol (ALPN).
    pub(crate) fn has_alpn(&self) -> bool {
        self.extension(16).is_some()
    }
}

/// RFC 8446 section 4.1.2: what precedes the extensions is skipped.
fn extensions(bytes: &[u8]) -> Option<Vec<(u16, Vec<u8>)>> {
    let number =
        |at: usize| Some(usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])));
    let mut at = 5 + 4 + 2 + 32;
    at += 1 + usize::from(*bytes.get(at)?);
    at += 2 + number(at)?;
    at += 1 + usize::from(*bytes.get(at)?);
    at += 2;
    let mut found = Vec::new();
    while at < bytes.len() {
        let (kind, length) = (number(at)?, number(at + 2)?);
        let content = bytes.get(at + 4..at + 4 + length)?.to_vec();
        found.push((u16::try_from(kind).ok()?, content));
        at += 4 + length;
    }
    Some(found)
}

/// A server that treats each connection as `decide` returns for its hello.
pub(crate) fn front(
    name: &str,
    decide: impl Fn(&ClientHello) -> Act + Send + Sync + 'static,
) -> Server {
    front_at("127.0.0.1:0".parse().expect("an address"), name, decide)
}

/// The same at another address.
pub(crate) fn front_at(
    address: SocketAddr,
    name: &str,
    decide: impl Fn(&ClientHello) -> Act + Send + Sync + 'static,
) -> Server {
    let decide = Arc::new(decide);
    Server::scripted_at(address, name, move |mut stream, _| {
        let decide = Arc::clone(&decide);
        // Several connections may be open at once.
        thread::spawn(move || {
            let Some(hello) = ClientHello::read(&mut stream) else { return };
            let act = decide(&hello);
            // A client that disconnects in the middle is not a failure of the test.
            let _ = perform(act, &hello, &mut stream);
        });
    })
}

fn perform(act: Act, hello: &ClientHello, stream: &mut TcpStream) -> io::Result<()> {
    match act {
        Act::Relay(to) => relay(hello, stream, to, None),
        Act::Trickle(to, bytes, pause) => relay(hello, stream, to, Some((bytes, pause))),
        Act::Deafen(to) => {
            let mut server = TcpStream::connect(to)?;
            server.write_all(&hello.bytes)?;
            io::copy(&mut server, stream).map(drop)
        }
        Act::SayAndRelay(words, to) => {
            stream.write_all(&words)?;
            relay(hello, stream, to, None)
        }
        Act::Say(words) => {
            stream.write_all(&words)?;
            stream.shutdown(Shutdown::Write)?;
            let _ = stream.read(&mut [0; 64]);
            Ok(())
        }
        Act::Close => {
            stream.shutdown(Shutdown::Write)?;
            let _ = stream.read(&mut [0; 64]);
            Ok(())
        }
        Act::Reset => reset(stream),
        Act::Silence => {
            let _ = stream.read(&mut [0; 64]);
            Ok(())
        }
    }
}

/// Ends a connection with a reset: the system sends one if data was not read.
fn reset(stream: &mut TcpStream) -> io::Result<()> {
    let socket = socket2::SockRef::from(&*stream);
    socket.set_linger(Some(Duration::ZERO))
}

fn relay(
    hello: &ClientHello,
    stream: &mut TcpStream,
    to: SocketAddr,
    slowly: Option<(usize, Duration)>,
) -> io::Result<()> {
    let mut server = TcpStream::connect(to)?;
    server.write_all(&hello.bytes)?;
    let (mut up, mut down) = (stream.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut up, &mut down);
        let _ = down.shutdown(Shutdown::Write);
    });
    let mut buffer = [0; 16 * 1024];
    loop {
        let count = server.read(&mut buffer)?;
        if count == 0 {
            return stream.shutdown(Shutdown::Write);
        }
        match slowly {
            None => stream.write_all(&buffer[..count])?,
            Some((bytes, pause)) => {
                for piece in buffer[..count].chunks(bytes) {
                    stream.write_all(piece)?;
                    thread::sleep(pause);
                }
            }
        }
    }
}
