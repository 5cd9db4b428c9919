//! The bytes of a server in clear text, read as records, handshake messages and certificates.
//!
//! Any fragmentation gives the same result, and a second reader agrees with it.
#![no_main]

use certgrab::Diagnostic as _;
use certgrab::internals::chain::Presented;
use certgrab::internals::stack::hello::Hello;
use certgrab::internals::tls::{Error, cleartext};
use certgrab::internals::x509::certificate::Certificate;
use certgrab_fuzz::{Peer, assert_clean, choice, deadline, runtime};
use libfuzzer_sys::fuzz_target;

fn shake(bytes: &[u8], step: usize) -> Result<Presented, Error> {
    let mut peer = Peer::saying(bytes, step, false);
    runtime().block_on(cleartext::shake(&mut peer, &Hello::usual(None), deadline()))
}

fn seen(outcome: &Result<Presented, Error>) -> String {
    match outcome {
        Ok(presented) => {
            let certificates: Vec<_> =
                presented.certificates().map(|one| one.sha256().to_string()).collect();
            let (unreadable, dropped) = (presented.unreadable(), presented.dropped());
            format!("{certificates:?} {unreadable:?} {dropped} {:?}", presented.handshake)
        }
        Err(error) => {
            assert_clean(&error.to_string());
            error.kind().to_owned()
        }
    }
}

/// The certificates of the first Certificate message, as tls-parser reads records and messages.
fn second_reader(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    use tls_parser::{
        TlsMessage, TlsMessageHandshake, parse_tls_message_handshake, parse_tls_raw_record,
    };
    let mut stream = Vec::new();
    let mut rest = bytes;
    while let Ok((after, record)) = parse_tls_raw_record(rest) {
        if record.hdr.record_type.0 == 22 {
            stream.extend_from_slice(record.data);
        }
        rest = after;
    }
    let mut rest = stream.as_slice();
    while let Ok((after, message)) = parse_tls_message_handshake(rest) {
        if let TlsMessage::Handshake(TlsMessageHandshake::Certificate(list)) = message {
            return Some(list.cert_chain.iter().map(|one| one.data.to_vec()).collect());
        }
        rest = after;
    }
    None
}

fuzz_target!(|data: &[u8]| {
    let Some((step, bytes)) = choice(data) else { return };
    let whole = shake(bytes, usize::MAX);
    assert_eq!(seen(&whole), seen(&shake(bytes, step)), "cut after every {step} bytes");
    let Ok(presented) = whole else { return };
    let Some(list) = second_reader(bytes) else { return };
    for certificate in presented.certificates() {
        assert!(list.iter().any(|one| one == certificate.der()), "of no Certificate message");
    }
    assert_eq!(presented.count(), list.len(), "each certificate is accounted for");
    let leaf = presented.leaf().map(Certificate::der);
    assert!(leaf.is_err() || leaf == Ok(list[0].as_slice()), "the leaf is the first");
});
