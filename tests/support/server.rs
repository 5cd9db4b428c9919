//! Real TLS servers on 127.0.0.1, in threads of the test program.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use rustls::{
    RootCertStore, ServerConfig, ServerConnection, SupportedProtocolVersion,
    crypto::ring,
    pki_types::CertificateDer,
    server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier},
    sign::CertifiedKey,
};

use super::Pki;

/// How long a server waits for a silent client.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server; it ends when the value is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    name: String,
    ending: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    heard: Arc<Mutex<Heard>>,
}

/// What clients have sent.
#[derive(Default)]
pub(crate) struct Heard {
    /// The server_name of each hello.
    pub(crate) names: Vec<Option<String>>,
    /// Application data of all connections.
    pub(crate) data: Vec<u8>,
    /// How many connections there were.
    pub(crate) connections: usize,
}

/// A TLS server under construction.
pub(crate) struct Builder<'a> {
    pki: &'a Pki,
    chain: Vec<CertificateDer<'static>>,
    versions: Vec<&'static SupportedProtocolVersion>,
    requires_client_certificate: bool,
    talk: Talk,
    address: SocketAddr,
}

/// What a server sends in clear text before TLS, each with what it expects after it.
pub(crate) type Talk = &'static [(&'static [u8], &'static [u8])];

impl Server {
    /// Presents what most servers would send of `pki`: all but the root.
    pub(crate) fn presenting(pki: &Pki) -> Self {
        Self::of(pki).start()
    }

    /// Presents `pki`, to be configured further.
    pub(crate) fn of(pki: &Pki) -> Builder<'_> {
        Builder {
            pki,
            chain: pki.chain(),
            versions: rustls::ALL_VERSIONS.to_vec(),
            requires_client_certificate: false,
            talk: &[],
            address: "127.0.0.1:0".parse().expect("an address"),
        }
    }

    /// Calls `serve` for each connection. `name` is the name in the certificate.
    pub(crate) fn scripted(
        name: &str,
        serve: impl Fn(TcpStream, &Mutex<Heard>) + Send + 'static,
    ) -> Self {
        Self::scripted_at("127.0.0.1:0".parse().expect("an address"), name, serve)
    }

    /// The same at another address.
    pub(crate) fn scripted_at(
        address: SocketAddr,
        name: &str,
        serve: impl Fn(TcpStream, &Mutex<Heard>) + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).expect("a port");
        let address = listener.local_addr().expect("an address");
        let ending = Arc::new(AtomicBool::new(false));
        let heard = Arc::new(Mutex::new(Heard::default()));
        let thread = std::thread::spawn({
            let (ending, heard) = (Arc::clone(&ending), Arc::clone(&heard));
            move || {
                for stream in listener.incoming() {
                    if ending.load(Ordering::SeqCst) {
                        break;
                    }
                    let Ok(stream) = stream else { continue };
                    let _ = stream.set_read_timeout(Some(PATIENCE));
                    heard.lock().expect("no panic").connections += 1;
                    serve(stream, &heard);
                }
            }
        });
        Self { address, name: name.to_owned(), ending, thread: Some(thread), heard }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The host that its certificate is for.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What clients have sent so far. Ends the server, so that nothing is still in progress.
    pub(crate) fn heard(mut self) -> Heard {
        self.end();
        std::mem::take(&mut *self.heard.lock().expect("no panic"))
    }

    fn end(&mut self) {
        self.ending.store(true, Ordering::SeqCst);
        // The thread waits for a connection: this is the last one.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server's thread");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.end();
        }
    }
}

impl Builder<'_> {
    /// Sends these certificates instead.
    pub(crate) fn sending(mut self, chain: &[CertificateDer<'static>]) -> Self {
        self.chain = chain.to_vec();
        self
    }

    /// Supports only this version of TLS.
    pub(crate) fn speaking(mut self, version: &'static SupportedProtocolVersion) -> Self {
        self.versions = vec![version];
        self
    }

    /// Begins with a clear-text conversation.
    pub(crate) fn after(mut self, talk: Talk) -> Self {
        self.talk = talk;
        self
    }

    /// Listens there.
    pub(crate) fn at(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Requires a client certificate.
    pub(crate) fn requiring_a_client_certificate(mut self) -> Self {
        self.requires_client_certificate = true;
        self
    }

    pub(crate) fn start(self) -> Server {
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&self.versions)
            .expect("versions");
        let builder = if self.requires_client_certificate {
            let mut roots = RootCertStore::empty();
            roots.add(self.pki.root_der().clone()).expect("a root");
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
            builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
        } else {
            builder.with_no_client_auth()
        };
        let key = provider.key_provider.load_private_key(self.pki.key()).expect("a key");
        let certified = Arc::new(CertifiedKey::new(self.chain, key));
        // A test may use a chain that does not match its key, so this is not checked here.
        let config = Arc::new(builder.with_cert_resolver(Arc::new(Always(certified))));
        let name = self.pki.name();
        let talk = self.talk;
        Server::scripted_at(self.address, &name, move |mut stream, heard| {
            // A client that disconnects in the middle is not a failure of the test.
            if converse(&mut stream, talk).is_ok() {
                serve(stream, &config, heard);
            }
        })
    }
}

#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

fn converse(stream: &mut TcpStream, talk: Talk) -> std::io::Result<()> {
    for (words, expected) in talk {
        stream.write_all(words)?;
        let mut heard = vec![0; expected.len()];
        stream.read_exact(&mut heard)?;
        assert_eq!(heard.escape_ascii().to_string(), expected.escape_ascii().to_string());
    }
    Ok(())
}

fn serve(mut stream: TcpStream, config: &Arc<ServerConfig>, heard: &Mutex<Heard>) {
    let mut connection = ServerConnection::new(Arc::clone(config)).expect("a connection");
    // certgrab disconnects in the middle: that is not a failure of the test.
    while connection.is_handshaking() {
        if connection.complete_io(&mut stream).is_err() {
            break;
        }
    }
    let name = connection.server_name().map(str::to_owned);
    heard.lock().expect("no panic").names.push(name);
    let mut data = Vec::new();
    let _ = rustls::Stream::new(&mut connection, &mut stream).read_to_end(&mut data);
    heard.lock().expect("no panic").data.extend(data);
    let _ = stream.flush();
}
