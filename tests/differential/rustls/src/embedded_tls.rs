//! embedded-tls with its `pki::CertVerifier`: `embedded-tls PORT` judges each line "ID HOST CHAIN KEY ANCHOR",
//! as of 2026-06-01.

use std::io::{BufRead as _, Read as _, Write as _};
use std::net::TcpStream;
use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use embedded_io_adapters::std::FromStd;
use embedded_tls::blocking::TlsConnection;
use embedded_tls::pki::CertVerifier;
use embedded_tls::{
    Aes128GcmSha256, Certificate, CryptoProvider, CryptoRngCore, TlsClock, TlsConfig, TlsContext,
    TlsError, TlsVerifier,
};
use rand_core::OsRng;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};

/// 2026-06-01, in seconds since 1970.
const TODAY: u64 = 1_780_272_000;
/// How long a handshake may wait for the other side.
const PATIENCE: Duration = Duration::from_secs(10);
/// A record of TLS 1.3 with its header and its tag (RFC 8446 section 5.2).
const RECORD_BYTES: usize = 16_384 + 256 + 5;
/// The room for the certificates of a chain, which an application chooses: more than a record has.
const MAX_CHAIN_BYTES: usize = 20_000;

type Suite = Aes128GcmSha256;

struct Today;

impl TlsClock for Today {
    fn now() -> Option<u64> {
        Some(TODAY)
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
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let job: Vec<_> = line.split('\t').collect();
        // It unwraps what it cannot read of some keys.
        let judged = panic::catch_unwind(AssertUnwindSafe(|| judge(&port, &job)));
        let verdict = judged.unwrap_or_else(|_| Ok("panics".to_owned())).unwrap_or_else(|it| it);
        let verdict: Vec<_> = verdict.split_whitespace().collect();
        println!("{}\t{}", job[0], verdict.join(" "));
    }
}

/// The verifier holds one anchor: the first.
fn judge(port: &str, job: &[&str]) -> Result<String, String> {
    let anchor = CertificateDer::pem_file_iter(job[4]).ok().and_then(|mut all| all.next());
    let anchor = anchor.and_then(Result::ok).ok_or("anchor")?;
    let mut socket =
        TcpStream::connect(format!("127.0.0.1:{port}")).map_err(|error| error.to_string())?;
    socket.set_read_timeout(Some(PATIENCE)).map_err(|error| error.to_string())?;
    let wish = format!("{}\t{}\t{}\n", job[1], job[2], job[3]);
    let mut answer = [0];
    let served = socket.write_all(wish.as_bytes()).and_then(|()| socket.read_exact(&mut answer));
    if served.is_err() || answer != *b"+" {
        return Ok("unserved".to_owned());
    }
    let (mut read, mut written) = (vec![0; RECORD_BYTES], vec![0; RECORD_BYTES]);
    let mut tls = TlsConnection::<_, Suite>::new(FromStd::new(socket), &mut read, &mut written);
    let config = TlsConfig::new().with_server_name(job[1]);
    let verifier = CertVerifier::new(Certificate::X509(&anchor[..]));
    let provider = Provider { random: OsRng, verifier };
    tls.open(TlsContext::new(&config, provider)).map_err(|error| format!("{error:?}"))?;
    Ok("ok".to_owned())
}
