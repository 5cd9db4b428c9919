//! A server that completes the handshake: rustls, with any chain and any key.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello as Offer, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, PeerIncompatible, ServerConfig,
    SignatureScheme, SupportedProtocolVersion, version,
};
use tokio::time::{sleep, timeout};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{HANDSHAKE_LIMIT, Outcome, Replayed, key};
use crate::lab::authority::Authority;
use crate::lab::cases::{ClientCertificate, Presentable, Versions, Whole};
use crate::lab::conduct::Conduct;
use crate::lab::hello::ClientHello;

/// A completed handshake.
pub(crate) struct Completed {
    pub(crate) stream: TlsStream<Replayed>,
    /// Whether the device presented a certificate.
    pub(crate) client_certificate: bool,
}

/// Completes the handshake, if the device does.
pub(super) async fn play(
    whole: Whole,
    presentable: Presentable,
    authority: &Authority,
    hello: &ClientHello,
    stream: Replayed,
) -> io::Result<Outcome> {
    if let Some(lacking) = lacking(whole.versions, hello) {
        return Ok(Outcome::Ended(Conduct::Unplayable(lacking)));
    }
    let config = config(whole, presentable, authority, hello)?;
    sleep(Duration::from_millis(whole.delay_ms)).await;
    let accepting = TlsAcceptor::from(Arc::new(config)).accept(stream);
    Ok(match timeout(HANDSHAKE_LIMIT, accepting).await {
        Err(_) => Outcome::Ended(Conduct::Silent { completed: false }),
        Ok(Err(error)) => Outcome::Ended(of_error(&error, false)),
        Ok(Ok(stream)) => {
            let client_certificate = stream.get_ref().1.peer_certificates().is_some();
            Outcome::Completed(Box::new(Completed { stream, client_certificate }))
        }
    })
}

/// What the server needs and the device does not offer.
fn lacking(versions: Versions, hello: &ClientHello) -> Option<String> {
    match versions {
        Versions::Tls12 if !hello.offers(0x0303) => Some("it does not offer TLS 1.2".to_owned()),
        Versions::Tls13 if !hello.offers(0x0304) => Some("it does not offer TLS 1.3".to_owned()),
        Versions::Both if !hello.offers(0x0303) && !hello.offers(0x0304) => {
            Some("it offers neither TLS 1.2 nor TLS 1.3".to_owned())
        }
        _ => None,
    }
}

/// What a failed handshake or read shows about the device.
pub(crate) fn of_error(error: &io::Error, completed: bool) -> Conduct {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match inner {
        Some(Error::AlertReceived(alert)) => Conduct::Alert { alert: *alert, completed },
        Some(Error::NoCertificatesPresented) => Conduct::NoClientCertificate,
        Some(Error::PeerIncompatible(why)) => Conduct::Unplayable(match why {
            PeerIncompatible::NoCipherSuitesInCommon => "no cipher suite in common".to_owned(),
            PeerIncompatible::NoKxGroupsInCommon => "no group in common".to_owned(),
            PeerIncompatible::NoSignatureSchemesInCommon => {
                "no signature scheme in common".to_owned()
            }
            other => format!("nothing in common ({other:?})"),
        }),
        // "incompatible signing key": the device does not support signatures by the server's key.
        Some(Error::General(why)) => Conduct::Unplayable(format!("nothing in common ({why})")),
        Some(other) => Conduct::Broken(other.to_string()),
        None => Conduct::HungUp { completed },
    }
}

fn config(
    whole: Whole,
    presentable: Presentable,
    authority: &Authority,
    hello: &ClientHello,
) -> io::Result<ServerConfig> {
    let provider = Arc::new(default_provider());
    let versions: &[&SupportedProtocolVersion] = match whole.versions {
        Versions::Both => &[&version::TLS13, &version::TLS12],
        Versions::Tls12 => &[&version::TLS12],
        Versions::Tls13 => &[&version::TLS13],
    };
    let builder = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .map_err(io::Error::other)?;
    let builder = match whole.client {
        ClientCertificate::No => builder.with_no_client_auth(),
        client => {
            let required = matches!(client, ClientCertificate::Required);
            builder.with_client_cert_verifier(Arc::new(Anyone { required }))
        }
    };
    let key = key::signing_key(presentable.key, authority)?;
    let chain = presentable.built.sent.into_iter().map(CertificateDer::from).collect();
    let certified = Arc::new(CertifiedKey { cert: chain, key, ocsp: None });
    let mut config = builder.with_cert_resolver(Arc::new(Always(certified)));
    config.max_fragment_size = whole.record_octets;
    // Each connection is a separate case: no session may be resumed.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    // HTTP/2 is not supported here.
    config.alpn_protocols =
        hello.protocols().filter(|name| *name != b"h2").map(<[u8]>::to_vec).collect();
    Ok(config)
}

/// The same certificate for everyone.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _: Offer<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// Accepts any certificate of a device; the lab does not judge those.
#[derive(Debug)]
struct Anyone {
    required: bool,
}

impl ClientCertVerifier for Anyone {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        self.required
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        default_provider().signature_verification_algorithms.supported_schemes()
    }
}
