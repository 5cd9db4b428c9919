//! A TCP socket with the traits that mbedTLS uses to read and write.
//!
//! In: a host and a port. Out: [`Socket`], connected to the first address that answers.

use async_io::{Async, Timer};
use embedded_io_async::{ErrorType, Read, Write};
use futures_lite::{AsyncReadExt as _, AsyncWriteExt as _, FutureExt as _};
use mbedtls_rs::Split;
use std::{
    io::{self, ErrorKind},
    net::{SocketAddr, TcpStream, ToSocketAddrs as _},
    time::Duration,
};

/// The time limit for connecting to one address: the same as in esp-tls.
const CONNECT: Duration = Duration::from_secs(10);

/// A connected socket, or one half of it.
#[derive(Debug)]
pub(crate) struct Socket<S = Async<TcpStream>>(S);

impl Socket {
    /// Connects to the first address of `host` that answers.
    pub(crate) async fn connect(host: &str, port: u16) -> io::Result<Self> {
        let mut last = io::Error::new(ErrorKind::NotFound, "the host has no address");
        for address in (host, port).to_socket_addrs()? {
            match Self::dial(address).await {
                Ok(stream) => return Ok(Self(stream)),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn dial(address: SocketAddr) -> io::Result<Async<TcpStream>> {
        Async::<TcpStream>::connect(address)
            .or(async {
                Timer::after(CONNECT).await;
                Err(ErrorKind::TimedOut.into())
            })
            .await
    }
}

impl<S> ErrorType for Socket<S> {
    type Error = io::Error;
}

impl Read for Socket {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&self.0).read(buffer).await
    }
}

impl Write for Socket {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&self.0).write(bytes).await
    }

    async fn flush(&mut self) -> io::Result<()> {
        (&self.0).flush().await
    }
}

impl Read for Socket<&Async<TcpStream>> {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).await
    }
}

impl Write for Socket<&Async<TcpStream>> {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).await
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.0.flush().await
    }
}

impl Split for Socket {
    type Read<'a> = Socket<&'a Async<TcpStream>>;
    type Write<'a> = Socket<&'a Async<TcpStream>>;

    fn split(&mut self) -> (Self::Read<'_>, Self::Write<'_>) {
        (Socket(&self.0), Socket(&self.0))
    }
}
