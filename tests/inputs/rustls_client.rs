/// Connects to the address in the first argument, as a client of `ROOT_CA_HOST` that trusts `roots`.
fn connect(roots: rustls::RootCertStore) -> std::io::Result<()> {
    use std::{io::Write as _, sync::Arc};
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ROOT_CA_HOST.try_into().unwrap();
    let mut client = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let mut socket = std::net::TcpStream::connect(std::env::args().nth(1).unwrap())?;
    let mut stream = rustls::Stream::new(&mut client, &mut socket);
    stream.write_all(b"trusted")?;
    stream.conn.send_close_notify();
    stream.flush()
}
