//! The full handshake, with rustls. **Any chain is accepted here, on purpose.**
//!
//! certgrab has to see a chain before it can say what would trust it, so [`Recorder`] accepts all
//! of them and only writes down what came. Nothing is ever sent over such a connection: the
//! handshake ends as soon as the server's certificates and its signature have been seen.
//!
//! The signature in the handshake is checked where the provider can, so that the chain is known
//! to come from a peer that holds the key. A wrong signature is a failure; one that cannot be
//! checked is recorded as "not proven".

use std::{
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct,
    InvalidMessage, SignatureScheme,
    client::{
        ResolvesClientCert,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{
        CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature,
        verify_tls13_signature,
    },
    sign::CertifiedKey,
};
use rustls_pki_types::{CertificateDer, DnsName, ServerName, UnixTime};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    time::{Instant, timeout_at},
};

use super::{Handshake, Method, Presented};
use crate::{certificate::KeyPossession, escape::Foreign, store::Source};

/// Bytes read from a peer before certgrab hangs up: 1 MiB, sixteen times the largest Certificate
/// message that rustls takes.
pub const MAX_PEER_BYTES: usize = 1024 * 1024;

/// What the ClientHello says.
#[derive(Debug, Clone)]
pub struct Hello {
    /// The name to send in the server_name extension (RFC 6066 section 3); `None` sends none.
    pub sni: Option<DnsName<'static>>,
}

/// Why there was no handshake.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The connection broke.
    Broken {
        /// What the system said.
        error: io::Error,
        /// Bytes that had come from the peer before.
        received: usize,
    },
    /// The peer closed the connection before its certificates had come.
    Closed {
        /// Bytes that had come from the peer before.
        received: usize,
    },
    /// The peer answers something that is not TLS.
    NotTls {
        /// The first bytes of it.
        answer: Foreign,
    },
    /// The peer ended the handshake with an alert (RFC 8446 section 6).
    Alert(AlertDescription),
    /// The peer's signature is not by the key of its certificate.
    WrongSignature,
    /// The peer sent more than [`MAX_PEER_BYTES`] without getting to the point.
    TooMuch,
    /// The peer breaks the protocol, or speaks no version or cipher suite that certgrab does.
    Protocol(Foreign),
    /// The deadline came first.
    TimedOut {
        /// Bytes that had come from the peer before.
        received: usize,
    },
}

/// What the server said, as the callbacks of rustls hear it.
#[derive(Debug, Default)]
struct Record {
    chain: Vec<CertificateDer<'static>>,
    ocsp_response_bytes: usize,
    signature: Option<KeyPossession>,
    client_certificate_requested: bool,
}

/// Accepts every chain and writes it down.
#[derive(Debug)]
struct Recorder {
    record: Mutex<Record>,
    algorithms: WebPkiSupportedAlgorithms,
}

/// Shakes hands over `stream` until the server's certificates and signature have been seen.
///
/// # Errors
///
/// See [`Error`]: broken, closed, not TLS, an alert, a wrong signature, too much, too late.
pub async fn shake<S>(stream: &mut S, hello: &Hello, deadline: Instant) -> Result<Presented, Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let recorder = Arc::new(Recorder::new());
    let mut connection = client(hello, &recorder).map_err(|error| failure(&error, &[]))?;
    let mut received = 0;
    match timeout_at(deadline, drive(stream, &mut connection, &recorder, &mut received)).await {
        Ok(outcome) => outcome?,
        Err(_) => return Err(Error::TimedOut { received }),
    }
    // Courtesy: the server sees an orderly end. What becomes of it changes nothing.
    connection.send_close_notify();
    let _ = timeout_at(deadline, flush(stream, &mut connection)).await;
    Ok(presented(&recorder.lock(), &connection))
}

fn client(hello: &Hello, recorder: &Arc<Recorder>) -> Result<ClientConnection, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
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

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// Passes bytes between the stream and rustls until the record is complete.
async fn drive<S>(
    stream: &mut S,
    connection: &mut ClientConnection,
    recorder: &Recorder,
    received: &mut usize,
) -> Result<(), Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut buffer = vec![0; 16 * 1024];
    let mut beginning = Vec::new();
    loop {
        flush(stream, connection)
            .await
            .map_err(|error| Error::Broken { error, received: *received })?;
        let count = stream
            .read(&mut buffer)
            .await
            .map_err(|error| Error::Broken { error, received: *received })?;
        if count == 0 {
            return Err(Error::Closed { received: *received });
        }
        *received += count;
        if *received > MAX_PEER_BYTES {
            return Err(Error::TooMuch);
        }
        let wanted = 64_usize.saturating_sub(beginning.len()).min(count);
        beginning.extend_from_slice(&buffer[..wanted]);
        let mut unread = &buffer[..count];
        while !unread.is_empty() {
            connection
                .read_tls(&mut unread)
                .map_err(|error| Error::Broken { error, received: *received })?;
            let outcome = connection.process_new_packets();
            if recorder.lock().is_complete() {
                return Ok(());
            }
            if let Err(error) = outcome {
                // The alert that rustls has ready tells the server why.
                let _ = flush(stream, connection).await;
                return Err(failure(&error, &beginning));
            }
        }
    }
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

fn presented(record: &Record, connection: &ClientConnection) -> Presented {
    let ders: Vec<&[u8]> = record.chain.iter().map(AsRef::as_ref).collect();
    let mut presented = Presented::from_message(ders.iter().copied(), Source::Server);
    let version = connection.protocol_version();
    let tls13 = version == Some(rustls::ProtocolVersion::TLSv1_3);
    // A header of 4 bytes and a list length of 3; in TLS 1.3 also a context length of 1 and an
    // extensions length of 2 an entry, the leaf's entry with its OCSP response in 8 more.
    let entries: usize = ders.iter().map(|der| 3 + der.len() + if tls13 { 2 } else { 0 }).sum();
    let staple = match record.ocsp_response_bytes {
        bytes if tls13 && bytes > 0 => bytes + 8,
        _ => 0,
    };
    presented.handshake = Some(Handshake {
        method: Method::Full,
        version: match version {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3".to_owned(),
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2".to_owned(),
            other => format!("{other:?}"),
        },
        cipher_suite: connection
            .negotiated_cipher_suite()
            .map(|suite| iana_name(suite.suite()))
            .unwrap_or_default(),
        key_possession: record.signature.unwrap_or(KeyPossession::NotProven),
        client_certificate_requested: record.client_certificate_requested,
        certificate_message_bytes: 4 + 3 + usize::from(tls13) + entries + staple,
    });
    presented
}

/// The name in IANA's registry: rustls writes `TLS13_AES_...` where the registry has `TLS_AES_...`.
fn iana_name(suite: rustls::CipherSuite) -> String {
    format!("{suite:?}").replacen("TLS13_", "TLS_", 1)
}

fn failure(error: &rustls::Error, beginning: &[u8]) -> Error {
    match error {
        rustls::Error::AlertReceived(description) => Error::Alert(*description),
        rustls::Error::InvalidCertificate(CertificateError::BadSignature) => Error::WrongSignature,
        rustls::Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) if !looks_like_tls(beginning) => Error::NotTls { answer: Foreign::bytes(beginning) },
        other => Error::Protocol(Foreign::text(&other.to_string())),
    }
}

/// Whether an answer begins as a record of a handshake or an alert (RFC 8446 section 5.1).
fn looks_like_tls(beginning: &[u8]) -> bool {
    matches!(beginning, [0x15 | 0x16, 0x03, ..])
}

impl Record {
    fn is_complete(&self) -> bool {
        self.signature.is_some()
    }
}

impl Recorder {
    fn new() -> Self {
        let algorithms = ring::default_provider().signature_verification_algorithms;
        Self { record: Mutex::default(), algorithms }
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down whether the signature proved the key; only a signature that is wrong is refused.
    fn note(
        &self,
        outcome: Result<HandshakeSignatureValid, rustls::Error>,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let proven = match outcome {
            Ok(_) => KeyPossession::Proven,
            Err(rustls::Error::InvalidCertificate(CertificateError::BadSignature)) => {
                return outcome;
            }
            Err(_) => KeyPossession::NotProven,
        };
        self.lock().signature = Some(proven);
        Ok(HandshakeSignatureValid::assertion())
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let mut record = self.lock();
        record.chain = vec![end_entity.clone().into_owned()];
        record.chain.extend(intermediates.iter().map(|der| der.clone().into_owned()));
        record.ocsp_response_bytes = ocsp_response.len();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.note(verify_tls12_signature(message, cert, signed, &self.algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.note(verify_tls13_signature(message, cert, signed, &self.algorithms))
    }

    /// What servers sign with: all that can be checked, then what is recorded as not proven.
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self.algorithms.supported_schemes();
        for more in [SignatureScheme::ECDSA_NISTP521_SHA512, SignatureScheme::ED448] {
            if !schemes.contains(&more) {
                schemes.push(more);
            }
        }
        schemes
    }
}

/// Has no certificate to offer; being asked for one is what it is there to hear.
impl ResolvesClientCert for Recorder {
    fn resolve(
        &self,
        _root_hint_subjects: &[&[u8]],
        _schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        self.lock().client_certificate_requested = true;
        None
    }

    fn has_certs(&self) -> bool {
        true
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken { error, received } if error.kind() == io::ErrorKind::ConnectionReset => {
                write!(f, "the server reset the connection after {}", bytes(*received))
            }
            Self::Broken { error, received } => {
                write!(f, "the connection broke after {}: {error}", bytes(*received))
            }
            Self::Closed { received } => {
                write!(f, "the server closed the connection after {}", bytes(*received))
            }
            Self::NotTls { answer } => {
                write!(f, "the server does not speak TLS, it says `{}`", answer.line())
            }
            Self::Alert(description) => {
                write!(f, "the server refused the handshake: alert {}", alert_name(*description))
            }
            Self::WrongSignature => f.write_str(
                "the server signed the handshake with another key than that of its certificate",
            ),
            Self::TooMuch => {
                write!(f, "the server sent over {MAX_PEER_BYTES} bytes without finishing")
            }
            Self::Protocol(problem) => write!(f, "no handshake: {}", problem.line()),
            Self::TimedOut { received: 0 } => {
                f.write_str("the server took the connection and said nothing")
            }
            Self::TimedOut { received } => {
                write!(f, "the server stalled after {}", bytes(*received))
            }
        }
    }
}

fn bytes(count: usize) -> String {
    match count {
        0 => "nothing".to_owned(),
        1 => "1 byte".to_owned(),
        _ => format!("{count} bytes"),
    }
}

/// The name of RFC 8446 section 6: `handshake_failure`.
fn alert_name(description: AlertDescription) -> String {
    let mut name = String::new();
    for character in format!("{description:?}").chars() {
        if character.is_ascii_uppercase() && name.ends_with(|last: char| last.is_ascii_lowercase())
        {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

impl std::error::Error for Error {}

impl Error {
    /// What to try next, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Alert(AlertDescription::UnrecognisedName) => {
                Some("the server knows no such name: `--sni NAME` sends another".to_owned())
            }
            Self::NotTls { .. } => {
                Some("is this the port for TLS? MQTT has TLS on 8883, HTTP on 443".to_owned())
            }
            _ => None,
        }
    }

    /// A short stable name for JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Broken { .. } => "connection_broken",
            Self::Closed { .. } => "connection_closed",
            Self::NotTls { .. } => "not_tls",
            Self::Alert(_) => "alert",
            Self::WrongSignature => "wrong_signature",
            Self::TooMuch => "too_much",
            Self::Protocol(_) => "protocol",
            Self::TimedOut { .. } => "timed_out",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_registry_and_the_rfc() {
        assert_eq!(
            iana_name(rustls::CipherSuite::TLS13_AES_128_GCM_SHA256),
            "TLS_AES_128_GCM_SHA256"
        );
        assert_eq!(alert_name(AlertDescription::HandshakeFailure), "handshake_failure");
        assert_eq!(alert_name(AlertDescription::UnrecognisedName), "unrecognised_name");
    }
}
