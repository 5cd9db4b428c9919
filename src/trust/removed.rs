//! Roots that Mozilla's store has removed and that firmware still contains.

use std::{collections::HashMap, sync::OnceLock};

use crate::{
    text::foreign::Foreign,
    x509::certificate::{Certificate, Sha256},
};

/// SHA-256 and name of each, from Mozilla's "Removed CA Certificates" report (CCADB) and its bugs.
const DROPPED: [(&str, &str); 12] = [
    ("0687260331a72403d909f105e69bcf0d32e1bd2493ffc6d9206d11bcd6770739", "DST Root CA X3"),
    ("ebd41040e4bb3ec742c9e381d31ef2a41a48b6685c96e7cef3c1df6cd4331c99", "GlobalSign Root CA"),
    (
        "16af57a9f676b0ab126095aa5ebadef22ab31119d644ac95cd4b93dbf3f26aeb",
        "Baltimore CyberTrust Root",
    ),
    (
        "d7a7a0fb5d7e2731d771e9484ebcdef71d5f0c3e0a2948782bc83ee0ea699ef4",
        "AAA Certificate Services",
    ),
    ("c3846bf24b9e93ca64274c0ec67c1ecc5e024ffcacd2d74019350e81fe546ae4", "Go Daddy Class 2"),
    ("1465fa205397b876faa6f0a9958e5590e40fcc7faa4fb7c2c8677521fb5fb658", "Starfield Class 2"),
    ("4348a0e9444c78cb265e058d5e8944b4d84f9662bd26db257f8934a443c70161", "DigiCert Global Root CA"),
    ("73c176434f1bc6d5adf45b0e76e727287c8de57616c1e6e6141a2b2cbc7d8e4c", "Entrust Root"),
    ("02ed0eb28c14da45165c566791700d6451d7fb56f0b2ab1d3b8eb070e56edff5", "Entrust Root EC1"),
    ("6dc47172e01cbcb0bf62580d895fe2b8ac9ad4f873801e0c10b9c837d21eb177", "Entrust.net (2048)"),
    ("85a0dd7dd720adb7ff05f83d542b209dc7ff4528f7d677b18389fea5e5c49e86", "QuoVadis Root CA 2"),
    ("18f1fc7f205df8adddeb7fe007dd57e3af375a9c4d8d73546bf4f1fed1e18d35", "QuoVadis Root CA 3"),
];

/// Whether Mozilla's store once had `certificate` and no longer has it.
pub(crate) fn is_dropped(certificate: &Certificate) -> bool {
    let fingerprint = certificate.sha256();
    let listed = DROPPED.iter().any(|(sha256, _)| Sha256::parse(sha256) == Some(fingerprint));
    // A root that is in the bundled list again is not dropped, even if it is listed above.
    listed && !is_in_mozillas_store(certificate)
}

/// The keys (DER) of the roots of the bundled list with the subject `name`, in any encoding.
pub(crate) fn keys_of_mozillas(name: &Foreign) -> &'static [Vec<u8>] {
    static KEYS: OnceLock<HashMap<Foreign, Vec<Vec<u8>>>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let mut keys: HashMap<Foreign, Vec<Vec<u8>>> = HashMap::new();
        for der in crate::trust::store::mozilla_list() {
            if let Ok(root) = Certificate::from_der(der) {
                keys.entry(root.subject().text()).or_default().push(root.spki_der().to_vec());
            }
        }
        keys
    });
    keys.get(name).map_or(&[], Vec::as_slice)
}

/// The roots of the bundled list whose organisation is `name`.
pub(crate) fn of_mozillas(name: &Foreign) -> &'static [Certificate] {
    static ROOTS: OnceLock<HashMap<Foreign, Vec<Certificate>>> = OnceLock::new();
    let roots = ROOTS.get_or_init(|| {
        let mut roots: HashMap<Foreign, Vec<Certificate>> = HashMap::new();
        for der in crate::trust::store::mozilla_list() {
            let Ok(root) = Certificate::from_der(der) else { continue };
            if let Some(owner) = root.subject().organisation() {
                roots.entry(owner).or_default().push(root);
            }
        }
        roots
    });
    roots.get(name).map_or(&[], Vec::as_slice)
}

/// Whether the bundled list has `certificate`.
pub(crate) fn is_in_mozillas_store(certificate: &Certificate) -> bool {
    crate::trust::store::mozilla_list().iter().any(|der| der.as_ref() == certificate.der())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fingerprint_can_be_read_and_none_is_in_the_bundled_list() {
        let held: Vec<_> =
            crate::trust::store::mozilla_list().iter().map(|der| Sha256::of(der)).collect();
        for (sha256, name) in DROPPED {
            let fingerprint = Sha256::parse(sha256).expect(name);
            assert!(!held.contains(&fingerprint), "{name} is in Mozilla's store again");
        }
    }
}
