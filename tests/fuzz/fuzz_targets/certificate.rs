//! DER read as a certificate: certgrab accepts what rustls-webpki and x509-cert accept, and shows what
//! x509-parser reads.
#![no_main]

use certgrab::internals::x509::certificate::Certificate;
use certgrab_fuzz::assert_clean;
use libfuzzer_sys::fuzz_target;
use rustls_pki_types::CertificateDer;
use x509_cert::der::Decode as _;
use x509_parser::prelude::{FromDer as _, X509Certificate};

fuzz_target!(|der: &[u8]| {
    let owned = CertificateDer::from(der);
    let judged = webpki::EndEntityCert::try_from(&owned);
    let second = X509Certificate::from_der(der).ok().filter(|(rest, _)| rest.is_empty());
    let certificate = match Certificate::from_der(der) {
        Ok(certificate) => certificate,
        Err(problem) => {
            assert_clean(&problem.to_string());
            let strict = x509_cert::Certificate::from_der(der);
            assert!(judged.is_err() || strict.is_err(), "two readers take it: {problem}");
            return;
        }
    };
    assert_eq!(certificate.der(), der);
    for name in [certificate.subject(), certificate.issuer()] {
        assert_clean(&name.text().line());
        assert!(name.short().is_none_or(|short| {
            assert_clean(&short.line());
            true
        }));
    }
    for text in [
        certificate.key().to_string(),
        certificate.serial(),
        certificate.signature_algorithm().to_string(),
        certificate.not_before().to_string(),
        certificate.not_after().to_string(),
    ] {
        assert_clean(&text);
    }
    let block = pem::parse(certificate.pem()).expect("one PEM block");
    assert_eq!(block.contents(), der);
    let Some((_, second)) = second else { return };
    // It accepts a truncated name or key as whole.
    assert!(certificate.subject_der().starts_with(second.tbs_certificate.subject.as_raw()));
    assert!(certificate.issuer_der().starts_with(second.tbs_certificate.issuer.as_raw()));
    assert!(certificate.spki_der().starts_with(second.tbs_certificate.subject_pki.raw));
    let validity = second.validity();
    assert_eq!(validity.not_before.timestamp(), certificate.not_before().unix());
    assert_eq!(validity.not_after.timestamp(), certificate.not_after().unix());
});
