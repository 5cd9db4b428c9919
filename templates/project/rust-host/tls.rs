//! A TLS connection to the server, which trusts only the anchor.

use std::{
    io,
    net::{TcpStream, ToSocketAddrs as _},
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};

use crate::server_root_ca::{
    SERVER_ROOT_CA_ANCHORS, SERVER_ROOT_CA_HOST, SERVER_ROOT_CA_NOT_BEFORE, SERVER_ROOT_CA_PORT,
};

/// The client certificate followed by its issuers, in PEM.
const CERTIFICATE_FILE: &str = "certs/device.pem";

/// The private key of the client certificate, in PEM.
const KEY_FILE: &str = "certs/device.key";

/// The time limit for connecting to one address, and for each part of the handshake.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A connection to the server, encrypted and verified.
pub type Stream = StreamOwned<ClientConnection, TcpStream>;

/// Whether the clock is past the start of the anchor's validity. In 1970 no certificate is valid yet.
pub fn clock_is_set() -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.as_secs() >= SERVER_ROOT_CA_NOT_BEFORE.unsigned_abs()
}

/// Connects to the server. Fails unless its certificate is valid under the anchor.
pub fn connect() -> io::Result<Stream> {
    let roots = RootCertStore { roots: SERVER_ROOT_CA_ANCHORS.to_vec() };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots);
    // The client certificate, if the files exist, for a server that requests one.
    let config = match Path::new(KEY_FILE).exists() {
        true => config.with_client_auth_cert(client_certificate()?, client_key()?),
        false => Ok(config.with_no_client_auth()),
    };
    let config = config.map_err(io::Error::other)?;
    let name = SERVER_ROOT_CA_HOST.try_into().map_err(io::Error::other)?;
    let client = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(client, dial()?);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}

fn client_certificate() -> io::Result<Vec<CertificateDer<'static>>> {
    let all = CertificateDer::pem_file_iter(CERTIFICATE_FILE).map_err(io::Error::other)?;
    all.map(|one| one.map_err(io::Error::other)).collect()
}

fn client_key() -> io::Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_file(KEY_FILE).map_err(io::Error::other)
}

/// A connection to the first address of the server that answers.
fn dial() -> io::Result<TcpStream> {
    let mut problem = io::Error::other("the host has no address");
    for address in (SERVER_ROOT_CA_HOST, SERVER_ROOT_CA_PORT).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, TIMEOUT) {
            Ok(stream) => {
                stream.set_read_timeout(Some(TIMEOUT))?;
                stream.set_write_timeout(Some(TIMEOUT))?;
                return Ok(stream);
            }
            Err(error) => problem = error,
        }
    }
    Err(problem)
}
