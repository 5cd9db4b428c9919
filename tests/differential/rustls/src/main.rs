//! rustls with the provider ring or aws-lc-rs: `client ring|aws PORT` judges each line "ID HOST CHAIN KEY
//! ANCHOR", as of 2026-06-01.

use std::io::{BufRead as _, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ClientConnection, RootCertStore, crypto};

/// 2026-06-01, in seconds since 1970.
const TODAY: u64 = 1_780_272_000;
/// How long a handshake may wait for the other side.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug)]
struct Today;

impl TimeProvider for Today {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(TODAY)))
    }
}

fn main() {
    let words: Vec<_> = std::env::args().collect();
    let provider = Arc::new(match words[1].as_str() {
        "aws" => crypto::aws_lc_rs::default_provider(),
        _ => crypto::ring::default_provider(),
    });
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let job: Vec<_> = line.split('\t').collect();
        let verdict = judge(&provider, &words[2], &job).unwrap_or_else(|said| said);
        let verdict: Vec<_> = verdict.split_whitespace().collect();
        println!("{}\t{}", job[0], verdict.join(" "));
    }
}

fn judge(
    provider: &Arc<crypto::CryptoProvider>,
    port: &str,
    job: &[&str],
) -> Result<String, String> {
    let mut roots = RootCertStore::empty();
    for root in CertificateDer::pem_file_iter(job[4]).map_err(|error| format!("anchor {error}"))? {
        let root = root.map_err(|error| format!("anchor {error}"))?;
        roots.add(root).map_err(|error| format!("anchor {error:?}"))?;
    }
    let config = ClientConfig::builder_with_details(Arc::clone(provider), Arc::new(Today))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let host = ServerName::try_from(job[1].to_owned()).map_err(|error| format!("host {error}"))?;
    let mut client =
        ClientConnection::new(Arc::new(config), host).map_err(|error| error.to_string())?;
    let mut socket =
        TcpStream::connect(format!("127.0.0.1:{port}")).map_err(|error| error.to_string())?;
    socket.set_read_timeout(Some(PATIENCE)).map_err(|error| error.to_string())?;
    let wish = format!("{}\t{}\t{}\n", job[1], job[2], job[3]);
    let mut answer = [0];
    let served = socket.write_all(wish.as_bytes()).and_then(|()| socket.read_exact(&mut answer));
    if served.is_err() || answer != *b"+" {
        return Ok("unserved".to_owned());
    }
    while client.is_handshaking() {
        client.complete_io(&mut socket).map_err(|error| error.to_string())?;
    }
    Ok("ok".to_owned())
}
