//! The full handshake, with rustls.
//!
//! Nothing is ever sent over such a connection: the handshake ends as soon as the server's
//! certificates and its signature have been seen. Which chains are accepted, and what is made of the
//! signature, stands in `recorder.rs`.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
};

use rustls::{
    ClientConfig, ClientConnection, SupportedCipherSuite, SupportedProtocolVersion,
    client::{ResolvesClientCert, danger::ServerCertVerifier},
    crypto::{CryptoProvider, ring},
};
use rustls_pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf},
    time::{Instant, timeout_at},
};

use super::{
    Handshake, Hello, Method, Presented, Version,
    error::{Error, MAX_PEER_BYTES},
    flight::Flight,
    hello::version_name,
    rare,
    recorder::{Record, Recorder},
    suites::suite_name,
};
use crate::{certificate::KeyPossession, store::Source};

/// Shakes hands over `stream` until the server's certificates and signature have been seen.
///
/// If the handshake fails after the certificates have come, they are the outcome all the same,
/// with the failure beside them and the key not proven; only a wrong signature forbids that.
///
/// # Errors
///
/// See [`Error`]: broken, closed, not TLS, an alert, a wrong signature, too much, too late.
pub async fn shake<S>(stream: &mut S, hello: &Hello, deadline: Instant) -> Result<Presented, Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let recorder = Arc::new(Recorder::new(hello));
    let mut connection =
        client(hello, &recorder).map_err(|error| Error::from_rustls(&error, &[]))?;
    let (mut witness, mut received) = (Flight::default(), 0);
    let driving = drive(stream, &mut connection, &recorder, &mut witness, &mut received);
    let outcome = match timeout_at(deadline, driving).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Error::TimedOut { received }),
    };
    // Courtesy: the server sees an orderly end. What becomes of it changes nothing.
    connection.send_close_notify();
    let _ = timeout_at(deadline, flush(stream, &mut connection)).await;
    let record = recorder.lock();
    match outcome {
        Ok(()) => Ok(presented(&record, &connection, None)),
        Err(Error::WrongSignature) => Err(Error::WrongSignature),
        Err(error) if !record.chain.is_empty() => {
            Ok(presented(&record, &connection, Some(error.to_string())))
        }
        Err(error) => witness.presented(Some(error.to_string())).ok_or(error),
    }
}

fn client(hello: &Hello, recorder: &Arc<Recorder>) -> Result<ClientConnection, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(provider(hello))
        .with_protocol_versions(&versions(hello))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(recorder) as Arc<dyn ServerCertVerifier>)
        .with_client_cert_resolver(Arc::clone(recorder) as Arc<dyn ResolvesClientCert>);
    config.enable_sni = hello.sni.is_some();
    config.resumption = rustls::client::Resumption::disabled();
    // The recorder looks at no name, so a hello without server_name may carry any.
    let unused = ServerName::IpAddress(std::net::Ipv4Addr::LOCALHOST.into());
    let name = hello.sni.clone().map_or(unused, ServerName::DnsName);
    ClientConnection::new(Arc::new(config), name)
}

/// The provider for a hello. A run sends thousands of the same kind, so the last one is kept.
fn provider(hello: &Hello) -> Arc<CryptoProvider> {
    type Kept = (Vec<u16>, Vec<u16>, Arc<CryptoProvider>);
    static LAST: Mutex<Option<Kept>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((suites, groups, provider)) = last.as_ref()
        && (suites, groups) == (&hello.suites, &hello.groups)
    {
        return Arc::clone(provider);
    }
    let provider = Arc::new(new_provider(hello));
    *last = Some((hello.suites.clone(), hello.groups.clone(), Arc::clone(&provider)));
    provider
}

/// Of what the hello offers, what rustls can compute with, in the order of the hello.
fn new_provider(hello: &Hello) -> CryptoProvider {
    let mut provider = ring::default_provider();
    let place = |suite: &SupportedCipherSuite| match suite {
        SupportedCipherSuite::Tls13(_) => Some(0),
        SupportedCipherSuite::Tls12(suite) => {
            let number = u16::from(suite.common.suite);
            hello.suites.iter().position(|offered| *offered == number).map(|place| place + 1)
        }
    };
    provider.cipher_suites.retain(|suite| place(suite).is_some());
    provider.cipher_suites.sort_by_key(place);
    let mut known = std::mem::take(&mut provider.kx_groups);
    known.extend(rare::GROUPS);
    for group in &hello.groups {
        provider.kx_groups.extend(known.iter().filter(|known| u16::from(known.name()) == *group));
    }
    provider
}

/// Of the versions that the hello offers, those of rustls.
fn versions(hello: &Hello) -> Vec<&'static SupportedProtocolVersion> {
    let offered = |version| (hello.oldest..=hello.newest).contains(&version);
    let mut versions = Vec::new();
    if offered(Version::Tls13) {
        versions.push(&rustls::version::TLS13);
    }
    if offered(Version::Tls12) {
        versions.push(&rustls::version::TLS12);
    }
    versions
}

/// Passes bytes between the stream and rustls until the record is complete.
async fn drive<S>(
    stream: &mut S,
    connection: &mut ClientConnection,
    recorder: &Recorder,
    witness: &mut Flight,
    received: &mut usize,
) -> Result<(), Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut beginning = Vec::new();
    loop {
        flush(stream, connection)
            .await
            .map_err(|error| Error::Broken { error, received: *received })?;
        let read = read_some(stream)
            .await
            .map_err(|error| Error::Broken { error, received: *received })?;
        let count = read.len();
        if count == 0 {
            return Err(Error::Closed { received: *received });
        }
        *received += count;
        if *received > MAX_PEER_BYTES {
            return Err(Error::TooMuch);
        }
        let wanted = 64_usize.saturating_sub(beginning.len()).min(count);
        beginning.extend_from_slice(&read[..wanted]);
        // What the witness cannot make out, rustls judges.
        let heard = witness.hear(&read);
        let mut unread = read.as_slice();
        while !unread.is_empty() {
            connection
                .read_tls(&mut unread)
                .map_err(|error| Error::Broken { error, received: *received })?;
            let outcome = connection.process_new_packets();
            if recorder.lock().is_complete() {
                return Ok(());
            }
            match outcome {
                Ok(state) if state.peer_has_closed() => {
                    return Err(Error::Closed { received: *received });
                }
                Ok(_) => {}
                Err(error) => {
                    // The alert that rustls has ready tells the server why.
                    let _ = flush(stream, connection).await;
                    let newest = witness.version().filter(|version| *version < 0x0303);
                    return Err(match newest {
                        Some(version) => Error::Version(version),
                        None => Error::from_rustls(&error, &beginning),
                    });
                }
            }
        }
        if let Err(error @ Error::Useless) = heard {
            return Err(error);
        }
    }
}

/// What has come, at most a record (RFC 8446 section 5.1). While nothing comes, nothing is held:
/// thousands of connections may be waiting at once.
async fn read_some<S>(stream: &mut S) -> io::Result<Vec<u8>>
where
    S: AsyncRead + Unpin,
{
    /// Bytes of a record's contents at most.
    const RECORD_BYTES: usize = 1 << 14;
    std::future::poll_fn(|context| {
        let mut space = [0; RECORD_BYTES];
        let mut buffer = ReadBuf::new(&mut space);
        std::task::ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer))?;
        Poll::Ready(Ok(buffer.filled().to_vec()))
    })
    .await
}

async fn flush<S>(stream: &mut S, connection: &mut ClientConnection) -> io::Result<()>
where
    S: AsyncWrite + Unpin,
{
    while connection.wants_write() {
        let mut out = Vec::new();
        connection.write_tls(&mut out)?;
        stream.write_all(&out).await?;
    }
    stream.flush().await
}

fn presented(
    record: &Record,
    connection: &ClientConnection,
    incomplete: Option<String>,
) -> Presented {
    let ders: Vec<&[u8]> = record.chain.iter().map(AsRef::as_ref).collect();
    let mut presented = Presented::from_message(ders.iter().copied(), Source::Server);
    let version = connection.protocol_version().map(u16::from).unwrap_or_default();
    let tls13 = version == Version::Tls13 as u16;
    // A header of 4 bytes and a list length of 3; in TLS 1.3 also a context length of 1 and an
    // extensions length of 2 an entry, the leaf's entry with its OCSP response in 8 more.
    let entries: usize = ders.iter().map(|der| 3 + der.len() + if tls13 { 2 } else { 0 }).sum();
    let staple = match record.ocsp_response_bytes {
        bytes if tls13 && bytes > 0 => bytes + 8,
        _ => 0,
    };
    presented.handshake = Some(Handshake {
        method: Method::Full,
        version: version_name(version),
        cipher_suite: connection
            .negotiated_cipher_suite()
            .map(|suite| suite_name(suite.suite().into()))
            .unwrap_or_default(),
        key_possession: record.signature.unwrap_or(KeyPossession::NotProven),
        client_certificate_requested: record.client_certificate_requested,
        certificate_message_bytes: 4 + 3 + usize::from(tls13) + entries + staple,
        max_fragment_length: None,
        incomplete,
        device: None,
    });
    presented
}
