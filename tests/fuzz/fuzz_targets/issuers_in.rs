//! The content of a caIssuers URL, read as DER, PEM or PKCS #7: certificates that a second reader of CMS finds
//! are found, and none is invented.
#![no_main]

use certgrab::internals::{cli::fuzzing::issuers_in, net::aia::body::MAX_CERTIFICATES};
use cms::{cert::CertificateChoices, content_info::ContentInfo, signed_data::SignedData};
use der::{Decode as _, Encode as _, oid::ObjectIdentifier};
use libfuzzer_sys::fuzz_target;

/// RFC 5652 section 5.1.
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");

fn in_cms(body: &[u8]) -> Option<Vec<Vec<u8>>> {
    let message = ContentInfo::from_der(body).ok().filter(|one| one.content_type == SIGNED_DATA)?;
    let signed = message.content.decode_as::<SignedData>().ok()?;
    let certificates = signed.certificates?;
    certificates
        .0
        .iter()
        .map(|one| match one {
            CertificateChoices::Certificate(certificate) => certificate.to_der().ok(),
            CertificateChoices::Other(_) => None,
        })
        .collect()
}

fuzz_target!(|body: &[u8]| {
    let found = issuers_in(body);
    assert!(found.len() <= MAX_CERTIFICATES);
    let is_pem = body.windows(11).any(|window| window == b"-----BEGIN ");
    if is_pem {
        return;
    }
    for one in &found {
        let der = one.der();
        assert!(body.windows(der.len()).any(|window| window == der), "it stands in the answer");
    }
    if let Some(second) =
        in_cms(body).filter(|second| second.len() + found.len() <= MAX_CERTIFICATES)
    {
        for der in second {
            // It encodes a certificate again; what it accepts and encodes differently is not in the input.
            if !body.windows(der.len()).any(|window| window == der) {
                continue;
            }
            let readable =
                certgrab::internals::x509::certificate::Certificate::from_der(&der).is_ok();
            assert!(!readable || found.iter().any(|one| one.der() == der), "CMS has one more");
        }
    }
});
