//! The completed handshake, with rustls.
//!
//! No application data is ever sent over such a connection: the handshake ends as soon as the server's
//! certificates and its signature have been received. `recorder.rs` decides which chains are accepted,
//! and records the result of the signature.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, SupportedCipherSuite, SupportedProtocolVersion,
    crypto::{CryptoProvider, ring},
};
use rustls_pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf},
    time::{Instant, timeout_at},
};

use super::{
    boundaries::Boundaries,
    count_in,
    error::{Error, alert_name},
    extra_groups, identity,
    recorder::{Record, Recorder},
    server_flight::Flight,
};
use crate::chain::{Answer, CertificateRequest, Handshake, Identity, Method, Presented};
use crate::{
    chain::Version,
    net::Duplex,
    stack::{hello::Hello, suites::suite_name},
};
use crate::{trust::store::Source, x509::certificate::KeyPossession};

/// How long a server that requested a client certificate may take to react to the answer; usually this
/// takes one round trip.
const CLIENT_CERTIFICATE_WAIT: Duration = Duration::from_secs(1);

/// Performs the handshake over `stream` until the server's certificates and signature have been
/// received.
///
/// If the handshake fails after the certificates, they are still the outcome, with the failure and
/// without proof of the key; only a wrong signature prevents that.
///
/// # Errors
///
/// See [`Error`]: broken, closed, not TLS, an alert, a wrong signature, too much, too late.
pub async fn shake<S: Duplex>(
    stream: &mut S,
    hello: &Hello,
    client: Option<&Identity>,
    deadline: Instant,
) -> Result<Presented, Error> {
    // It was validated when it was read.
    let identity = client.and_then(|client| identity::certified(client).ok());
    let recorder = Arc::new(Recorder::new(hello, identity));
    let mut connection =
        connection(hello, &recorder).map_err(|error| Error::from_rustls(&error, &[]))?;
    let (mut witness, mut received) = (Flight::default(), 0);
    let driving = drive(stream, &mut connection, &recorder, &mut witness, &mut received);
    let outcome = timeout_at(deadline, driving).await.unwrap_or(Err(Error::TimedOut { received }));
    // Closes the connection properly. Errors do not matter.
    connection.send_close_notify();
    let _ = timeout_at(deadline, flush(stream, &mut connection)).await;
    let record = recorder.lock();
    match outcome {
        Ok(answer) => Ok(presented(&record, &connection, answer, None)),
        // The server's reaction to its client comes after everything that is needed from the server.
        Err(error) if record.is_complete() => {
            Ok(presented(&record, &connection, ending(&error), None))
        }
        Err(Error::WrongSignature) => Err(Error::WrongSignature),
        Err(error) if !record.chain.is_empty() => {
            Ok(presented(&record, &connection, Answer::Unknown, Some(error.to_string())))
        }
        Err(error) => witness.presented(Some(error.to_string())).ok_or(error),
    }
}

fn connection(hello: &Hello, recorder: &Arc<Recorder>) -> Result<ClientConnection, rustls::Error> {
    let mut config = configuration(hello)?;
    config.dangerous().set_certificate_verifier(Arc::clone(recorder) as _);
    config.client_auth_cert_resolver = Arc::clone(recorder) as _;
    // The recorder does not verify a name, so a hello without server_name may have any.
    let unused = ServerName::IpAddress(std::net::Ipv4Addr::LOCALHOST.into());
    let name = hello.sni.clone().map_or(unused, ServerName::DnsName);
    ClientConnection::new(Arc::new(config), name)
}

/// The configuration for a hello, to which each connection adds its own recorder. A run sends
/// thousands of the same kind, so the last one is kept; a clone shares all its parts.
fn configuration(hello: &Hello) -> Result<ClientConfig, rustls::Error> {
    static LAST: Mutex<Option<(Hello, ClientConfig)>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((known, config)) = last.as_ref()
        && is_configured_alike(known, hello)
    {
        return Ok(config.clone());
    }
    let nobody = Arc::new(Recorder::new(hello, None));
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider(hello)))
        .with_protocol_versions(&versions(hello))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&nobody) as _)
        .with_client_cert_resolver(nobody);
    config.enable_sni = hello.sni.is_some();
    config.alpn_protocols = hello.alpn.iter().map(|name| name.clone().into_bytes()).collect();
    config.resumption = rustls::client::Resumption::disabled();
    *last = Some((hello.clone(), config.clone()));
    Ok(config)
}

/// Whether two hellos have the same configuration.
fn is_configured_alike(one: &Hello, other: &Hello) -> bool {
    let held = |hello: &Hello| (hello.sni.is_some(), hello.oldest, hello.newest);
    held(one) == held(other)
        && one.suites == other.suites
        && one.groups == other.groups
        && one.alpn == other.alpn
}

/// The part of the hello's offer that rustls can compute with, in the order of the hello.
///
/// The suites of TLS 1.3 are in the order of RFC 8446 section B.4: the first, which every server must
/// support (section 9.1), hashes with SHA-256, for which processors have instructions.
fn provider(hello: &Hello) -> CryptoProvider {
    let mut provider = ring::default_provider();
    let place = |suite: &SupportedCipherSuite| {
        let number = u16::from(suite.suite());
        match suite {
            SupportedCipherSuite::Tls13(_) => Some((0, usize::from(number))),
            SupportedCipherSuite::Tls12(_) => {
                let place = hello.suites.iter().position(|offered| *offered == number);
                place.map(|place| (1, place))
            }
        }
    };
    provider.cipher_suites.retain(|suite| place(suite).is_some());
    provider.cipher_suites.sort_by_key(place);
    let mut known = std::mem::take(&mut provider.kx_groups);
    known.extend(extra_groups::GROUPS);
    for group in &hello.groups {
        provider.kx_groups.extend(known.iter().filter(|known| u16::from(known.name()) == *group));
    }
    provider
}

/// The versions of the hello, as those of rustls.
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
async fn drive<S: Duplex>(
    stream: &mut S,
    connection: &mut ClientConnection,
    recorder: &Recorder,
    witness: &mut Flight,
    received: &mut usize,
) -> Result<Answer, Error> {
    let mut beginning = Vec::new();
    let mut records = Boundaries::default();
    let mut end = None;
    loop {
        flush(stream, connection)
            .await
            .map_err(|error| Error::Broken { error, received: *received })?;
        let Some(read) = read_until(stream, end).await else {
            return Ok(silence(connection));
        };
        let read = read.map_err(|error| Error::Broken { error, received: *received })?;
        count_in(read.len(), received)?;
        let wanted = 64_usize.saturating_sub(beginning.len()).min(read.len());
        beginning.extend_from_slice(&read[..wanted]);
        // rustls handles what `witness` cannot parse.
        let heard = witness.hear(&read);
        let mut unread = read.as_slice();
        while !unread.is_empty() {
            // One record after the other: what follows the signature is not processed.
            let (mut record, rest) = unread.split_at(records.next(unread));
            unread = rest;
            while !record.is_empty() {
                connection
                    .read_tls(&mut record)
                    .map_err(|error| Error::Broken { error, received: *received })?;
                let was_done = !connection.is_handshaking();
                let outcome = connection.process_new_packets();
                if recorder.lock().is_complete() {
                    let is_open = outcome.as_ref().is_ok_and(|state| !state.peer_has_closed());
                    let is_asked = recorder.lock().client_certificate.is_some();
                    if !is_asked || is_open && has_accepted(connection, was_done) {
                        return Ok(if is_asked { Answer::Completed } else { Answer::Unknown });
                    }
                    end = end.or_else(|| Some(Instant::now() + CLIENT_CERTIFICATE_WAIT));
                }
                match outcome {
                    Ok(state) if state.peer_has_closed() => {
                        return Err(Error::Closed { received: *received });
                    }
                    Ok(_) => {}
                    Err(error) => {
                        // The alert that rustls has prepared says why.
                        let _ = flush(stream, connection).await;
                        return Err(failure(&error, witness, &beginning));
                    }
                }
            }
        }
        if let Err(error @ Error::Useless) = heard {
            return Err(error);
        }
    }
}

/// The meaning of silence: in TLS 1.3 a server may have nothing to send to a client that it accepts.
fn silence(connection: &ClientConnection) -> Answer {
    if connection.is_handshaking() { Answer::Unknown } else { Answer::Completed }
}

/// The next bytes; `None` after the deadline `end`.
async fn read_until<S: AsyncRead + Unpin>(
    stream: &mut S,
    end: Option<Instant>,
) -> Option<io::Result<Vec<u8>>> {
    match end {
        None => Some(read_some(stream).await),
        Some(end) => timeout_at(end, read_some(stream)).await.ok(),
    }
}

/// Why rustls gave up; a version that it does not support is reported as such.
fn failure(error: &rustls::Error, witness: &Flight, beginning: &[u8]) -> Error {
    match witness.version().filter(|version| *version < 0x0303) {
        Some(version) => Error::Version(version),
        None => Error::from_rustls(error, beginning),
    }
}

/// Whether the server has continued after the client's Certificate message: in TLS 1.2 with its Finished
/// message, in TLS 1.3, where that comes before, with any later message.
fn has_accepted(connection: &ClientConnection, was_done: bool) -> bool {
    let is_tls13 = connection.protocol_version() == Some(rustls::ProtocolVersion::TLSv1_3);
    if is_tls13 { was_done } else { !connection.is_handshaking() }
}

/// What a failure after the client's Certificate message says about the certificate.
fn ending(error: &Error) -> Answer {
    match error {
        Error::Alert(description) => {
            Answer::Ended(format!("sends the alert {}", alert_name(*description)))
        }
        Error::Closed { .. } => Answer::Ended("closes the connection".to_owned()),
        Error::Broken { .. } => Answer::Ended("resets the connection".to_owned()),
        _ => Answer::Unknown,
    }
}

/// The received bytes, at most one record (RFC 8446 section 5.1). While nothing is received, no buffer
/// is allocated: thousands of connections may be waiting at once.
async fn read_some<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<Vec<u8>> {
    /// The most bytes of a record's contents.
    const RECORD_BYTES: usize = 1 << 14;
    std::future::poll_fn(|context| {
        let mut space = [0; RECORD_BYTES];
        let mut buffer = ReadBuf::new(&mut space);
        std::task::ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer))?;
        Poll::Ready(Ok(buffer.filled().to_vec()))
    })
    .await
}

async fn flush<S: AsyncWrite + Unpin>(
    stream: &mut S,
    connection: &mut ClientConnection,
) -> io::Result<()> {
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
    answer: Answer,
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
        version,
        cipher_suite: connection
            .negotiated_cipher_suite()
            .map(|suite| suite_name(suite.suite().into()))
            .unwrap_or_default(),
        key_possession: record.signature.unwrap_or(KeyPossession::NotProven),
        needs_protocol: false,
        client_certificate: record.client_certificate.as_ref().map(|(names, shown)| {
            let names: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
            let request = CertificateRequest::unanswered(&names);
            CertificateRequest { shown: *shown, answer, ..request }
        }),
        certificate_message_bytes: 4 + 3 + usize::from(tls13) + entries + staple,
        asked_fragment_length: None,
        max_fragment_length: None,
        incomplete,
    });
    presented
}
