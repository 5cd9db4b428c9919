//! Records what a server presents to rustls. **Any chain is accepted here, on purpose.**
//!
//! certgrab needs a chain before it can find its trust anchor, so `Recorder` accepts all of them. The
//! signature in the handshake is checked if the provider can, which proves that the chain comes from a
//! peer with its key. A wrong signature is a failure; one that cannot be checked is recorded as "not
//! proven".

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::{
    CertificateError, DigitallySignedStruct, SignatureScheme,
    client::{
        ResolvesClientCert,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{
        WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
        verify_tls13_signature_with_raw_key,
    },
    sign::CertifiedKey,
};
use rustls_pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};

use super::extra_groups;
use crate::x509::{
    certificate::{Certificate, Curve, Key, KeyPossession},
    signed,
};
use crate::{
    chain::{Shown, Version},
    stack::hello::{Hello, SHA1_SCHEMES},
};

/// The server's messages, as rustls passes them to its callbacks.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) ocsp_response_bytes: usize,
    pub(crate) signature: Option<KeyPossession>,
    /// The names of CAs in the request for a client certificate, if there was one, and what is
    /// presented.
    pub(crate) client_certificate: Option<(Vec<Vec<u8>>, Shown)>,
}

/// Accepts every chain and records it.
#[derive(Debug)]
pub(crate) struct Recorder {
    record: Mutex<Record>,
    algorithms: WebPkiSupportedAlgorithms,
    /// The schemes of the ClientHello, whether or not they can be checked.
    schemes: Vec<SignatureScheme>,
    /// What is presented to a server that requests it.
    client: Option<Arc<CertifiedKey>>,
}

/// Whether the provider supports signatures by this certificate's key.
///
/// For an unsupported key it returns "bad signature", as for a forged one.
fn is_within_the_provider(certificate: &CertificateDer<'_>) -> bool {
    Certificate::from_der(certificate)
        .is_ok_and(|certificate| signed::is_verified_with(certificate.key()))
}

/// `outcome`, or that of `with_key` after any error other than a wrong signature: rustls-webpki cannot read
/// certificates of X.509 version 1, which mbedTLS, BearSSL, wolfSSL and OpenSSL accept from a server.
fn with_raw_key(outcome: Outcome, with_key: impl FnOnce() -> Option<Outcome>) -> Outcome {
    match outcome {
        Ok(_) | Err(rustls::Error::InvalidCertificate(CertificateError::BadSignature)) => outcome,
        Err(error) => with_key().unwrap_or(Err(error)),
    }
}

/// The result of rustls for a signature in the handshake.
type Outcome = Result<HandshakeSignatureValid, rustls::Error>;

/// Verifies a signature of TLS 1.2 with the key of `certificate`, whose curve decides which algorithm of the
/// scheme applies; `None` if certgrab does not support it.
fn verify_with_key(
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Option<Outcome> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let key = SubjectPublicKeyInfoDer::from(certificate.spki_der());
    let key = webpki::RawPublicKeyEntity::try_from(&key).ok()?;
    let of_scheme = algorithms.mapping.iter().find(|(scheme, _)| *scheme == signed.scheme)?.1;
    of_scheme.iter().find_map(|algorithm| {
        match key.verify_signature(*algorithm, message, signed.signature()) {
            Ok(()) => Some(Ok(HandshakeSignatureValid::assertion())),
            Err(webpki::Error::InvalidSignatureForPublicKey) => {
                Some(Err(CertificateError::BadSignature.into()))
            }
            Err(_) => None,
        }
    })
}

impl Record {
    pub(crate) fn is_complete(&self) -> bool {
        self.signature.is_some()
    }
}

impl Recorder {
    pub(crate) fn new(hello: &Hello, client: Option<Arc<CertifiedKey>>) -> Self {
        let algorithms = ring::default_provider().signature_verification_algorithms;
        // Only TLS 1.2 may list SHA-1, and a server that supports both versions must not choose it.
        let old = |scheme: &u16| SHA1_SCHEMES.contains(scheme) && hello.newest > Version::Tls12;
        let schemes = hello.schemes.iter().filter(|scheme| !old(scheme));
        let schemes = schemes.map(|scheme| SignatureScheme::from(*scheme)).collect();
        Self { record: Mutex::default(), algorithms, schemes, client }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The algorithms for a signature by the key of `certificate`.
    fn algorithms_for(&self, certificate: &CertificateDer<'_>) -> &WebPkiSupportedAlgorithms {
        let Ok(certificate) = Certificate::from_der(certificate) else { return &self.algorithms };
        match (certificate.key(), certificate.key().curve()) {
            (_, Some(Curve::P521)) => &extra_groups::P521,
            (Key::Ec { point, .. }, Some(Curve::P256 | Curve::P384))
                if matches!(point.first(), Some(2 | 3)) =>
            {
                &extra_groups::COMPRESSED
            }
            _ => &self.algorithms,
        }
    }

    /// Records whether the signature proved possession of the key; only a wrong signature is
    /// refused.
    fn note(&self, certificate: &CertificateDer<'_>, outcome: Outcome) -> Outcome {
        let proven = match outcome {
            Ok(_) => KeyPossession::Proven,
            Err(rustls::Error::InvalidCertificate(CertificateError::BadSignature))
                if is_within_the_provider(certificate) =>
            {
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
        let algorithms = match signed.scheme {
            SignatureScheme::ECDSA_NISTP521_SHA512 => &extra_groups::SHA512_IN_TLS_1_2,
            _ => self.algorithms_for(cert),
        };
        let outcome = verify_tls12_signature(message, cert, signed, algorithms);
        let with_key = || verify_with_key(message, cert, signed, algorithms);
        self.note(cert, with_raw_key(outcome, with_key))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = self.algorithms_for(cert);
        let outcome = verify_tls13_signature(message, cert, signed, algorithms);
        let with_key = || {
            let certificate = Certificate::from_der(cert).ok()?;
            let key = SubjectPublicKeyInfoDer::from(certificate.spki_der());
            Some(verify_tls13_signature_with_raw_key(message, &key, signed, algorithms))
        };
        self.note(cert, with_raw_key(outcome, with_key))
    }

    /// All schemes of the hello: what cannot be checked is recorded as not proven.
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes.clone()
    }
}

/// Records the server's request, and presents the client certificate if it is suitable.
impl ResolvesClientCert for Recorder {
    fn resolve(
        &self,
        root_hint_subjects: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let client = self.client.clone();
        let fits = client.as_ref().map(|one| one.key.choose_scheme(schemes).is_some());
        let shown = match fits {
            None => Shown::Nothing,
            Some(false) => Shown::Unfit,
            Some(true) => Shown::Certificate,
        };
        let names = root_hint_subjects.iter().map(|name| name.to_vec()).collect();
        self.lock().client_certificate = Some((names, shown));
        client.filter(|_| shown == Shown::Certificate)
    }

    fn has_certs(&self) -> bool {
        true
    }
}
