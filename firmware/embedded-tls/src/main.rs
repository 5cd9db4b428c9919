//! An MQTT client over embedded-tls, which contains no C and needs no allocator.
//!
//! In: the host and the port of a broker. Out: exit code 0 if the broker's certificate is valid under
//! the anchor of the lock and the broker accepts CONNECT.

use embedded_io_adapters::std::FromStd;
use embedded_tls::{
    Aes128GcmSha256, Certificate, CryptoProvider, CryptoRngCore, TlsConfig, TlsContext, TlsError,
    TlsVerifier, blocking::TlsConnection, pki::CertVerifier,
};
use rand_core::OsRng;
use std::{env, net::TcpStream, process::ExitCode, time::SystemTime};

mod anchor {
    //! The file that certgrab generated.
    #![allow(missing_docs, unreachable_pub, dead_code)]
    include!(concat!(env!("OUT_DIR"), "/root_ca.rs"));
}

/// The largest chain that embedded-tls stores, in bytes.
const MAX_CHAIN_BYTES: usize = 4096;

/// The largest TLS 1.3 record with its header and its tag, in bytes (RFC 8446 section 5.2).
const RECORD_BYTES: usize = 16_384 + 256 + 5;

/// CONNECT with a clean session and the client identifier `bench` (MQTT 3.1.1 section 3.1).
const CONNECT: &[u8] = b"\x10\x11\0\x04MQTT\x04\x02\0\x3c\0\x05bench";

/// CONNACK: accepted (section 3.2).
const CONNACK: [u8; 4] = [0x20, 2, 0, 0];

type Suite = Aes128GcmSha256;

struct Provider {
    random: OsRng,
    verifier: CertVerifier<'static, Suite, SystemTime, MAX_CHAIN_BYTES>,
}

impl CryptoProvider for Provider {
    type CipherSuite = Suite;
    type Signature = [u8; 0];

    fn rng(&mut self) -> impl CryptoRngCore {
        &mut self.random
    }

    fn verifier(&mut self) -> Result<&mut impl TlsVerifier<Suite>, TlsError> {
        Ok(&mut self.verifier)
    }
}

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let port = |port: String| port.parse().ok();
    let (Some(host), Some(port)) = (arguments.next(), arguments.next().and_then(port)) else {
        eprintln!("Usage: embedded-tls-client HOST PORT");
        return ExitCode::FAILURE;
    };
    match connect(&host, port) {
        Ok(()) => {
            println!("CONNACK: the certificate of {host} is valid; it accepted the connection");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn connect(host: &str, port: u16) -> Result<(), String> {
    let stream = TcpStream::connect((host, port)).map_err(|error| error.to_string())?;
    let (mut input, mut output) = (vec![0; RECORD_BYTES], vec![0; RECORD_BYTES]);
    let mut tls = TlsConnection::<_, Suite>::new(FromStd::new(stream), &mut input, &mut output);
    let config = TlsConfig::new().with_server_name(host);
    let anchor = Certificate::X509(&anchor::BROKER_ROOT_CA_DER[..]);
    let provider = Provider { random: OsRng, verifier: CertVerifier::new(anchor) };
    let failed = |error: TlsError| format!("{error:?}");
    tls.open(TlsContext::new(&config, provider)).map_err(failed)?;
    let mut sent = 0;
    while sent < CONNECT.len() {
        sent += tls.write(&CONNECT[sent..]).map_err(failed)?;
    }
    tls.flush().map_err(failed)?;
    let mut answer = [0; CONNACK.len()];
    let mut length = 0;
    while length < answer.len() {
        length += tls.read(&mut answer[length..]).map_err(failed)?;
    }
    if answer == CONNACK { Ok(()) } else { Err(format!("expected CONNACK, found {answer:02x?}")) }
}
