//! embedded-tls with its `pki::CertVerifier`: `embedded-tls PORT` judges each job as of 2026-06-01.

use std::panic::{self, AssertUnwindSafe};

use embedded_io_adapters::std::FromStd;
use embedded_tls::blocking::TlsConnection;
use embedded_tls::pki::CertVerifier;
use embedded_tls::{
    Aes128GcmSha256, Certificate, CryptoProvider, CryptoRngCore, TlsClock, TlsConfig, TlsContext,
    TlsError, TlsVerifier,
};
use rand_core::OsRng;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};

use job::Job;

mod job;

/// A record of TLS 1.3 with its header and its tag (RFC 8446 section 5.2).
const RECORD_BYTES: usize = 16_384 + 256 + 5;
/// The buffer for the certificates of a chain, which an application chooses: more than a record has.
const MAX_CHAIN_BYTES: usize = 20_000;

type Suite = Aes128GcmSha256;

struct Today;

impl TlsClock for Today {
    fn now() -> Option<u64> {
        Some(job::TODAY)
    }
}

struct Provider<'a> {
    random: OsRng,
    verifier: CertVerifier<'a, Suite, Today, MAX_CHAIN_BYTES>,
}

impl CryptoProvider for Provider<'_> {
    type CipherSuite = Suite;
    type Signature = [u8; 0];

    fn rng(&mut self) -> impl CryptoRngCore {
        &mut self.random
    }

    fn verifier(&mut self) -> Result<&mut impl TlsVerifier<Suite>, TlsError> {
        Ok(&mut self.verifier)
    }
}

fn main() {
    let port = std::env::args().nth(1).unwrap_or_default();
    // It panics on some keys that it cannot read.
    job::judge_each(|job| {
        panic::catch_unwind(AssertUnwindSafe(|| judge(&port, job)))
            .unwrap_or_else(|_| Err("panics".to_owned()))
    });
}

/// The verifier holds one anchor: the first.
fn judge(port: &str, job: &Job) -> Result<(), String> {
    let anchor = CertificateDer::pem_file_iter(&job.anchor).ok().and_then(|mut all| all.next());
    let anchor = anchor.and_then(Result::ok).ok_or("anchor")?;
    let socket = job.connect(port)?;
    let (mut read, mut written) = (vec![0; RECORD_BYTES], vec![0; RECORD_BYTES]);
    let mut tls = TlsConnection::<_, Suite>::new(FromStd::new(socket), &mut read, &mut written);
    let config = TlsConfig::new().with_server_name(&job.host);
    let verifier = CertVerifier::new(Certificate::X509(&anchor[..]));
    let provider = Provider { random: OsRng, verifier };
    tls.open(TlsContext::new(&config, provider)).map_err(|error| format!("{error:?}"))
}
