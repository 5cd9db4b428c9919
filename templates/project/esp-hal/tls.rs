//! A TLS connection to the server, which trusts only the anchor.
//!
//! With the default features of mbedtls-rs, mbedTLS does not check dates, because a board has no
//! real-time clock: it accepts an expired certificate.

use alloc::{ffi::CString, format, string::String};

use mbedtls_rs::{
    AuthMode, Certificate, ClientSessionConfig, Credentials, PrivateKey, Session, SessionConfig,
    TlsReference, X509,
    io::{Read, Write},
};

use crate::{
    identity::DEVICE,
    server_root_ca::{SERVER_ROOT_CA_CSTR, SERVER_ROOT_CA_HOST},
};

/// mbedTLS's verification flags and their meaning (`MBEDTLS_X509_BADCERT_*`, x509.h).
const REASONS: [(u32, &str); 4] = [
    (0x01, "the certificate has expired"),
    (0x04, "the certificate is for another name"),
    (0x08, "the certificate is not signed under the anchor of server_root_ca.rs"),
    (0x0200, "the certificate is not valid yet"),
];

/// Performs the handshake over `stream`. Fails unless the server's certificate is valid under the anchor.
pub async fn connect<'a, S: Read + Write>(
    tls: TlsReference<'a>,
    stream: S,
    host: &'a CString,
) -> Result<Session<'a, S>, String> {
    let anchor = Certificate::new(X509::PEM(SERVER_ROOT_CA_CSTR))
        .map_err(|error| format!("mbedTLS cannot read the anchor: {error}"))?;
    let config = SessionConfig::Client(ClientSessionConfig {
        ca_chain: Some(anchor),
        creds: credentials()?,
        server_name: Some(host),
        auth_mode: AuthMode::Required,
        ..ClientSessionConfig::new()
    });
    let mut session = Session::new(tls, stream, &config)
        .map_err(|error| format!("no memory for a TLS session: {error}"))?;
    if let Err(error) = session.connect().await {
        return Err(refusal(session.tls_verification_details(), &format!("{error}")));
    }
    log::info!("{SERVER_ROOT_CA_HOST} proved its name over {:?}", session.tls_version());
    Ok(session)
}

/// The client certificate and its key, for a server that requests them.
fn credentials() -> Result<Option<Credentials<'static>>, String> {
    let Some((certificate, key)) = DEVICE else { return Ok(None) };
    let certificate = Certificate::new(X509::PEM(certificate))
        .map_err(|error| format!("mbedTLS cannot read certs/device.pem: {error}"))?;
    let private_key = PrivateKey::new(X509::PEM(key), None)
        .map_err(|error| format!("mbedTLS cannot read certs/device.key: {error}"))?;
    Ok(Some(Credentials { certificate, private_key }))
}

/// Describes the failure: the certificate's, or the handshake's.
fn refusal(flags: u32, error: &str) -> String {
    // All flags are set if the handshake failed before certificate verification.
    if flags == 0 || flags == u32::MAX {
        return format!("no TLS handshake: {error}");
    }
    let reason = REASONS.iter().find(|(flag, _)| flags & flag != 0);
    let reason = reason.map_or("the certificate is rejected", |(_, reason)| reason);
    format!("{reason} (mbedTLS flags 0x{flags:x})")
}
