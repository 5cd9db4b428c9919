//! Forwards a sound server's connection to the real server.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncWriteExt as _, copy_bidirectional};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::endpoint::Target;
use crate::net::Duplex;
use crate::trust::store::Store;

/// How long the first connection to the server may take, in seconds, like the default of `--timeout`.
const REACH: Duration = Duration::from_secs(10);

/// How long a forwarded connection lasts at most, in seconds, until the next case is due.
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
    /// The server at `target`: without TLS, or over TLS with the roots of `store`.
    ///
    /// # Errors
    ///
    /// An error of rustls, which does not occur with these settings.
    pub fn to(target: &Target, in_clear: bool, store: &Store) -> Result<Self, rustls::Error> {
        let tls = if in_clear {
            None
        } else {
            let mut roots = RootCertStore::empty();
            let added = store.added().map(|root| root.certificate.der().to_vec().into());
            roots.add_parsable_certificates(added);
            if store.has_mozilla() {
                let mozilla = webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec();
                roots.add_parsable_certificates(mozilla);
            }
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let builder = ClientConfig::builder_with_provider(provider);
            let builder = builder.with_safe_default_protocol_versions()?;
            Some(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
        };
        let (host, port, name) = (target.host(), target.port(), target.name().clone());
        Ok(Self { host, port, name, tls })
    }

    /// Connects once, to report before the round that the server cannot be reached.
    ///
    /// # Errors
    ///
    /// Why not.
    pub async fn reach(&self) -> io::Result<()> {
        let connecting = async {
            match &self.tls {
                None => self.connect().await.map(drop),
                Some(config) => self.connect_in_tls(config).await.map(drop),
            }
        };
        timeout(REACH, connecting).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        TcpStream::connect((self.host.as_str(), self.port)).await
    }

    async fn connect_in_tls(&self, config: &Arc<ClientConfig>) -> io::Result<TlsStream<TcpStream>> {
        let connector = TlsConnector::from(Arc::clone(config));
        connector.connect(self.name.clone(), self.connect().await?).await
    }

    pub(super) const fn limit(&self) -> Duration {
        LIMIT
    }

    /// Forwards what arrived first and what follows, in both directions.
    pub(super) async fn pass_on(&self, device: &mut impl Duplex, first: &[u8]) -> io::Result<()> {
        match &self.tls {
            None => pump(device, self.connect().await?, first).await,
            Some(config) => pump(device, self.connect_in_tls(config).await?, first).await,
        }
    }
}

async fn pump(device: &mut impl Duplex, mut server: impl Duplex, first: &[u8]) -> io::Result<()> {
    server.write_all(first).await?;
    server.flush().await?;
    copy_bidirectional(device, &mut server).await.map(drop)
}
