//! Measures `certgrab --hosts` with a different leaf for each server: `cargo bench --bench many_leaves`.
//!
//! The server does no cryptography, so that only the client is measured. It answers each ClientHello
//! with a TLS 1.2 flight that contains the next leaf and a signature of zeros, which `--handshake
//! cleartext` accepts. The table shows hosts per second and peak memory, for a tenth of the leaves and
//! for all of them. Set `CERTGRAB` to measure another binary than the one just built.

mod pki;

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use wait4::Wait4 as _;

use self::pki::Pki;

/// The number of servers, each with its own leaf.
const MOST: usize = 100_000;

/// TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 (RFC 5289 section 3.2).
const ECDHE_ECDSA_AES128_GCM: [u8; 2] = [0xc0, 0x2b];

fn main() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let (leaves, intermediate) = certificates(folder.path(), MOST);
    let port = serve(leaves, intermediate);
    let built = std::env::var("CERTGRAB");
    let certgrab = built.as_deref().unwrap_or(env!("CARGO_BIN_EXE_certgrab"));
    println!("targets  hosts/s  CPU per host  peak memory");
    for count in [MOST / 10, MOST] {
        measure(certgrab, folder.path(), port, count);
    }
}

/// Generates `count` leaves and their intermediate, as DER, and writes `root.pem`.
fn certificates(folder: &Path, count: usize) -> (Vec<Vec<u8>>, Vec<u8>) {
    let (pki, key) = (Pki::new(), pki::new_key());
    fs::write(folder.join("root.pem"), pki.root.pem()).expect("a file");
    let leaf = |number: usize| pki.leaf(&format!("Bench Leaf {number}"), &key).der().to_vec();
    ((0..count).map(leaf).collect(), pki.intermediate.der().to_vec())
}

/// Starts a server that answers each connection with the next of `leaves`, and returns its port.
fn serve(leaves: Vec<Vec<u8>>, intermediate: Vec<u8>) -> u16 {
    let listener = std::net::TcpListener::bind("0.0.0.0:0").expect("a port");
    listener.set_nonblocking(true).expect("a socket of tokio's");
    let port = listener.local_addr().expect("an address").port();
    let answers = Arc::new((leaves, intermediate, AtomicUsize::new(0)));
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let listener = TcpListener::from_std(listener).expect("a listener");
            while let Ok((mut stream, _)) = listener.accept().await {
                let answers = Arc::clone(&answers);
                tokio::spawn(async move {
                    let mut hello = [0; 2048];
                    if stream.read(&mut hello).await.is_ok_and(|read| read > 0) {
                        let (leaves, intermediate, next) = &*answers;
                        let leaf = &leaves[next.fetch_add(1, Ordering::Relaxed) % leaves.len()];
                        let _ = stream.write_all(&flight(leaf, intermediate)).await;
                        // Keep the connection open until the client has read the flight. Closing it
                        // earlier could reset it and discard unread data.
                        while stream.read(&mut hello).await.is_ok_and(|read| read > 0) {}
                    }
                });
            }
        });
    });
    port
}

/// ServerHello, Certificate, ServerKeyExchange with a signature of zeros, and ServerHelloDone (RFC 5246
/// section 7.4).
fn flight(leaf: &[u8], intermediate: &[u8]) -> Vec<u8> {
    let mut hello = vec![3, 3];
    hello.extend([7; 32]);
    hello.push(0);
    hello.extend(ECDHE_ECDSA_AES128_GCM);
    hello.push(0);
    hello.extend(with_length(2, &[0xff, 1, 0, 1, 0, 0, 11, 0, 2, 1, 0]));
    let certificates = [with_length(3, leaf), with_length(3, intermediate)].concat();
    let mut exchange = vec![3, 0, 29];
    exchange.extend(with_length(1, &[9; 32]));
    exchange.extend([4, 3]);
    exchange.extend(with_length(2, &[0; 70]));
    [
        record(2, &hello),
        record(11, &with_length(3, &certificates)),
        record(12, &exchange),
        record(14, &[]),
    ]
    .concat()
}

/// A handshake message in a TLS 1.2 record.
fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    let message = [&[kind][..], &with_length(3, body)].concat();
    [&[22, 3, 3][..], &with_length(2, &message)].concat()
}

/// `octets`, prefixed with their length in `size` octets.
fn with_length(size: usize, octets: &[u8]) -> Vec<u8> {
    let length = u32::try_from(octets.len()).expect("a short message").to_be_bytes();
    [&length[length.len() - size..], octets].concat()
}

fn measure(certgrab: &str, folder: &Path, port: u16, count: usize) {
    let host =
        |at: usize| format!("127.{}.{}.{}:{port}\n", at / 62_500, at / 250 % 250, at % 250 + 1);
    let list = folder.join("list");
    fs::write(&list, (0..count).map(host).collect::<String>()).expect("a list");
    let begin = Instant::now();
    let mut child = Command::new(certgrab)
        .args([
            "--json",
            "--handshake",
            "cleartext",
            "--sni",
            "bench.test",
            "--jobs",
            "64",
            "--roots",
        ])
        .arg(folder.join("root.pem"))
        .arg("--hosts")
        .arg(&list)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("certgrab starts");
    let ended = child.wait4().expect("certgrab ends");
    assert_eq!(ended.status.code(), Some(0), "every target has an anchor");
    let wall = begin.elapsed().as_secs_f64();
    let cpu = (ended.rusage.utime + ended.rusage.stime).as_secs_f64();
    let (targets, memory) = (count as f64, ended.rusage.maxrss as f64 / 1024.0 / 1024.0);
    println!(
        "{count:>7}  {:>7.0}  {:>9.0} us  {memory:>8.1} MB",
        targets / wall,
        cpu / targets * 1e6
    );
}
