//! Passes a sound server's connection on to the real one.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncWriteExt as _, copy_bidirectional};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::Duplex;
use crate::endpoint::Target;

/// Ports on which servers speak without TLS (IANA's registry of service names).
const IN_CLEAR: [u16; 2] = [1883, 80];

/// How long a forwarded connection lasts at most, in seconds, before the next case is due.
const LIMIT: Duration = Duration::from_secs(20);

/// The real server.
#[derive(Debug, Clone)]
pub struct Forward {
    host: String,
    port: u16,
    name: ServerName<'static>,
    tls: Option<Arc<ClientConfig>>,
}

impl Forward {
    /// The server at `target`: in TLS under Mozilla's roots, and in clear on ports 1883 and 80.
    ///
    /// # Errors
    ///
    /// That of rustls, which has none for these settings.
    pub fn to(target: &Target) -> Result<Self, rustls::Error> {
        let tls = if IN_CLEAR.contains(&target.port()) {
            None
        } else {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec());
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let builder = ClientConfig::builder_with_provider(provider);
            let builder = builder.with_safe_default_protocol_versions()?;
            Some(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
        };
        let (host, port, name) = (target.host(), target.port(), target.name().clone());
        Ok(Self { host, port, name, tls })
    }

    pub(super) const fn limit(&self) -> Duration {
        LIMIT
    }

    /// Passes on what came first and what follows, in both directions.
    pub(super) async fn pass_on(&self, device: &mut impl Duplex, first: &[u8]) -> io::Result<()> {
        let plain = TcpStream::connect((self.host.as_str(), self.port)).await?;
        match &self.tls {
            None => pump(device, plain, first).await,
            Some(config) => {
                let connector = TlsConnector::from(Arc::clone(config));
                pump(device, connector.connect(self.name.clone(), plain).await?, first).await
            }
        }
    }
}

async fn pump(device: &mut impl Duplex, mut server: impl Duplex, first: &[u8]) -> io::Result<()> {
    server.write_all(first).await?;
    server.flush().await?;
    copy_bidirectional(device, &mut server).await.map(drop)
}
