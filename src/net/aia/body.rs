//! The certificates in the response of a caIssuers URL, whatever its content type.
//!
//! RFC 5280 section 4.2.2.1 requires one DER certificate or a certs-only PKCS#7 message. Servers also
//! send PEM of either, and PKCS#7 as BER with indefinite lengths.

use crate::x509::{certificate::Certificate, pkcs7};

/// The most certificates read from one answer.
pub const MAX_CERTIFICATES: usize = 16;

/// The certificates in `body`, at most [`MAX_CERTIFICATES`]; none if it is something else.
pub(crate) fn certificates(body: &[u8]) -> Vec<Certificate> {
    let mut found = match contains(body, b"-----BEGIN ") {
        true => {
            let blocks = pem::parse_many(body).unwrap_or_default();
            blocks.iter().flat_map(|block| binary(block.contents())).collect()
        }
        false => binary(body),
    };
    found.truncate(MAX_CERTIFICATES);
    found
}

fn binary(body: &[u8]) -> Vec<Certificate> {
    if let Ok(certificate) = Certificate::from_der(body) {
        return vec![certificate];
    }
    pkcs7::certificates(body, MAX_CERTIFICATES).unwrap_or_default()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED_DATA: [u8; 11] =
        [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

    fn der() -> Vec<Vec<u8>> {
        let name = |name: &str| {
            let key = rcgen::KeyPair::generate().unwrap();
            let parameters = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
            parameters.self_signed(&key).unwrap().der().to_vec()
        };
        vec![name("a.test"), name("b.test")]
    }

    fn wrap(tag: u8, inner: &[u8]) -> Vec<u8> {
        let length = u16::try_from(inner.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], &length[..], inner].concat()
    }

    /// A certs-only message: `open` and `close` frame the outer elements.
    fn message(open: impl Fn(u8, &[u8]) -> Vec<u8>) -> Vec<u8> {
        let certificates = open(0xa0, &der_list());
        let data = [&[0x30, 0x0b], &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1][..]];
        let signed = [&[2, 1, 1, 0x31, 0][..], &data.concat(), &certificates, &[0x31, 0]].concat();
        open(0x30, &[&SIGNED_DATA[..], &open(0xa0, &open(0x30, &signed))].concat())
    }

    fn der_list() -> Vec<u8> {
        static LIST: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        LIST.get_or_init(|| der().concat()).clone()
    }

    #[test]
    fn every_form_that_servers_send_is_read() {
        let indefinite = |tag: u8, inner: &[u8]| [&[tag, 0x80], inner, &[0, 0]].concat();
        let (as_der, as_ber) = (message(wrap), message(indefinite));
        let pem =
            |tag: &str, contents: &[u8]| pem::encode(&pem::Pem::new(tag, contents)).into_bytes();
        let one = der().remove(0);
        for (body, count) in [
            (one.clone(), 1),
            (pem("CERTIFICATE", &one), 1),
            ([b"text\n".to_vec(), pem("CERTIFICATE", &one), pem("CERTIFICATE", &one)].concat(), 2),
            (as_der.clone(), 2),
            (as_ber.clone(), 2),
            (pem("PKCS7", &as_der), 2),
            (pem("CMS", &as_ber), 2),
            (Vec::new(), 0),
            (b"<html>login</html>".to_vec(), 0),
            (vec![0x30, 0x85, 0xff, 0xff, 0xff, 0xff, 0xff, 0], 0),
            (vec![0x30; 60_000], 0),
        ] {
            assert_eq!(certificates(&body).len(), count, "{:02x?}", &body[..body.len().min(40)]);
        }
    }

    #[test]
    fn certificates_after_the_limit_are_ignored() {
        let many = der().remove(0).repeat(MAX_CERTIFICATES + 1);
        let body = [&SIGNED_DATA[..], &many].concat();
        assert_eq!(certificates(&body).len(), MAX_CERTIFICATES);
    }
}
