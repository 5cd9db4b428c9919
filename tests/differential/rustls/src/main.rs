//! rustls with the provider ring or aws-lc-rs: `client ring|aws PORT` judges each job as of 2026-06-01.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ClientConnection, RootCertStore, crypto};

use job::{Job, shown};

mod job;

#[derive(Debug)]
struct Today;

impl TimeProvider for Today {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(job::TODAY)))
    }
}

fn main() {
    let words: Vec<_> = std::env::args().collect();
    let provider = Arc::new(match words[1].as_str() {
        "aws" => crypto::aws_lc_rs::default_provider(),
        _ => crypto::ring::default_provider(),
    });
    job::judge_each(|job| judge(&provider, &words[2], job));
}

fn judge(provider: &Arc<crypto::CryptoProvider>, port: &str, job: &Job) -> Result<(), String> {
    let anchor = |error| format!("anchor {error}");
    let mut roots = RootCertStore::empty();
    for root in CertificateDer::pem_file_iter(&job.anchor).map_err(anchor)? {
        roots.add(root.map_err(anchor)?).map_err(|error| format!("anchor {error:?}"))?;
    }
    let config = ClientConfig::builder_with_details(Arc::clone(provider), Arc::new(Today))
        .with_safe_default_protocol_versions()
        .map_err(shown)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let host = ServerName::try_from(job.host.clone()).map_err(|error| format!("host {error}"))?;
    let mut client = ClientConnection::new(Arc::new(config), host).map_err(shown)?;
    let mut socket = job.connect(port)?;
    while client.is_handshaking() {
        client.complete_io(&mut socket).map_err(shown)?;
    }
    Ok(())
}
