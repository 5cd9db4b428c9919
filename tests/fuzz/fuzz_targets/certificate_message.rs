//! The body of a Certificate message: the list is accepted exactly if its lengths match, by a second reader,
//! and writing it again gives the same bytes.
#![no_main]

use certgrab::internals::{
    chain::{MAX_CERTIFICATES, Presented},
    cli::fuzzing::certificate_list,
    trust::store::Source,
    x509::certificate::MAX_CERTIFICATE_BYTES,
};
use certgrab_fuzz::assert_clean;
use libfuzzer_sys::fuzz_target;

fn length(count: usize) -> [u8; 3] {
    let [_, high, middle, low] = (count as u32).to_be_bytes();
    [high, middle, low]
}

fuzz_target!(|body: &[u8]| {
    let second = tls_parser::parse_tls_handshake_msg_certificate(body).ok();
    match certificate_list(body) {
        Ok(list) => {
            let entries: Vec<u8> =
                list.iter().flat_map(|one| [&length(one.len())[..], one].concat()).collect();
            assert_eq!([&length(entries.len())[..], &entries].concat(), body);
            let (_, second) = second.expect("a second reader takes it too");
            let tls_parser::TlsMessageHandshake::Certificate(second) = second else { panic!() };
            let second: Vec<_> = second.cert_chain.iter().map(|one| one.data.to_vec()).collect();
            assert_eq!(second, list);
            let presented = Presented::from_message(list.iter().map(Vec::as_slice), Source::Server);
            assert!(presented.numbered().len() <= MAX_CERTIFICATES);
            assert_eq!(presented.count(), list.len());
            for one in presented.certificates() {
                assert!(list.iter().any(|sent| sent == one.der()));
                assert!(one.der().len() <= MAX_CERTIFICATE_BYTES);
            }
        }
        Err(error) => {
            assert_clean(&error.to_string());
            // The second reader allows trailing bytes and empty lists; RFC 5246 section 7.4.2 does not.
            if let Some(([], tls_parser::TlsMessageHandshake::Certificate(list))) = second {
                let used: usize = list.cert_chain.iter().map(|one| 3 + one.data.len()).sum();
                assert!(used == 0 || used + 3 != body.len(), "{error}");
            }
        }
    }
});
