//! The binary certificate bundles of ESP-IDF, read back as its documentation describes.

use certgrab::internals::{output::bundle::Bundle, trust::store, x509::certificate::Certificate};

use super::bench;

/// A subject and a key.
type Anchor = (Vec<u8>, Vec<u8>);

fn every_public_root() -> Vec<Certificate> {
    store::mozilla_list().iter().map(|der| Certificate::from_der(der).unwrap()).collect()
}

fn word(data: &[u8], at: usize, read: fn([u8; 2]) -> u16) -> usize {
    usize::from(read([data[at], data[at + 1]]))
}

/// `[u32 offset]*n` and, at each offset, `[u16 name][u16 key]` and both, all little-endian, without gaps and
/// trailing bytes.
fn read_indexed(data: &[u8]) -> Vec<Anchor> {
    let offset = |index: usize| {
        let at = index * 4;
        u32::from_le_bytes(data[at..at + 4].try_into().unwrap()) as usize
    };
    assert_eq!(offset(0) % 4, 0);
    let count = offset(0) / 4;
    let mut anchors = Vec::new();
    let mut expected = offset(0);
    for index in 0..count {
        let at = offset(index);
        assert_eq!(at, expected, "a gap before entry {index}");
        let (name, key) =
            (word(data, at, u16::from_le_bytes), word(data, at + 2, u16::from_le_bytes));
        let name_at = at + 4;
        expected = name_at + name + key;
        anchors.push((
            data[name_at..name_at + name].to_vec(),
            data[name_at + name..expected].to_vec(),
        ));
    }
    assert_eq!(expected, data.len(), "bytes after the last entry");
    anchors
}

/// `[u16 n]`, then each entry, all big-endian.
fn read_counted(data: &[u8]) -> Vec<Anchor> {
    let mut anchors = Vec::new();
    let mut at = 2;
    for _ in 0..word(data, 0, u16::from_be_bytes) {
        let (name, key) =
            (word(data, at, u16::from_be_bytes), word(data, at + 2, u16::from_be_bytes));
        let name_at = at + 4;
        at = name_at + name + key;
        anchors.push((data[name_at..name_at + name].to_vec(), data[name_at + name..at].to_vec()));
    }
    assert_eq!(at, data.len(), "bytes after the last entry");
    anchors
}

/// The binary search of a device: the key of the issuer called `name`.
fn look_up<'a>(anchors: &'a [Anchor], name: &[u8]) -> Option<&'a [u8]> {
    let (mut start, mut end) = (0, anchors.len());
    while start < end {
        let middle = start.midpoint(end);
        let found = &anchors[middle].0;
        let shorter = name.len().min(found.len());
        match name[..shorter].cmp(&found[..shorter]) {
            std::cmp::Ordering::Equal => return Some(&anchors[middle].1),
            std::cmp::Ordering::Less => end = middle,
            std::cmp::Ordering::Greater => start = middle + 1,
        }
    }
    None
}

fn read(bundle: &Bundle, format: &str) -> Vec<Anchor> {
    let data = bench::bytes(bundle, format);
    if format == "esp-bundle" { read_indexed(&data) } else { read_counted(&data) }
}

#[test]
fn a_device_finds_every_public_root_in_both_bundles() {
    let roots = every_public_root();
    assert!(roots.len() > 100);
    let bundle = bench::bundle("m1.example.com", 8883, roots.clone());
    for format in ["esp-bundle", "esp-bundle-v1"] {
        let anchors = read(&bundle, format);
        assert_eq!(anchors.len(), roots.len());
        assert!(anchors.is_sorted(), "{format} is not sorted by subject");
        for root in &roots {
            let key = look_up(&anchors, root.subject_der());
            assert_eq!(key, Some(root.spki_der()), "{format}: {root:?}");
        }
    }
}

#[test]
fn order_does_not_matter_and_duplicates_are_one_entry() {
    let roots = every_public_root();
    let forwards: Vec<_> = roots.iter().take(20).cloned().collect();
    let mut backwards = forwards.clone();
    backwards.reverse();
    backwards.push(forwards[3].clone());
    for format in ["esp-bundle", "esp-bundle-v1"] {
        let bytes = |certificates: &Vec<Certificate>| {
            bench::bytes(&bench::bundle("a.test", 443, certificates.clone()), format)
        };
        assert_eq!(bytes(&forwards), bytes(&backwards), "{format}");
    }
}

#[test]
fn hostile_long_and_missing_names_are_found_in_both_bundles() {
    let bundle = super::hostile::bundle();
    for format in ["esp-bundle", "esp-bundle-v1"] {
        let anchors = read(&bundle, format);
        assert!(anchors.is_sorted(), "{format} is not sorted by subject");
        for entry in &bundle.entries {
            let certificate = &entry.certificate;
            let expected = (certificate.subject_der().to_vec(), certificate.spki_der().to_vec());
            assert!(anchors.binary_search(&expected).is_ok(), "{format}: {certificate:?}");
        }
    }
}

#[test]
fn every_format_accepts_every_public_root() {
    use certgrab::internals::output::emit::{Error, FORMATS};
    for root in every_public_root() {
        let bundle = bench::bundle("m1.example.com", 8883, vec![root]);
        for format in FORMATS {
            match bench::try_bytes(&bundle, format.name) {
                Ok(bytes) => assert!(!bytes.is_empty(), "{}", format.name),
                // A key that BearSSL does not support, if a store ever has one.
                Err(Error::UnknownKey { .. }) => {}
                Err(error) => panic!("{}: {error}", format.name),
            }
        }
    }
}

/// `gen_crt_bundle.py` of ESP-IDF 5.5 and 5.3, reduced to the writers: sorted by subject; little-endian with an
/// index, and big-endian with a count.
const SECOND_WRITER: &str = "
import struct, sys
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

certificates = x509.load_pem_x509_certificates(open(sys.argv[1], 'rb').read())
certificates.sort(key=lambda one: one.subject.public_bytes())
parts = []
for one in certificates:
    key = one.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    parts.append((one.subject.public_bytes(), key))
offset, index, indexed, counted = 4 * len(parts), b'', b'', struct.pack('>H', len(parts))
for name, key in parts:
    index += struct.pack('<L', offset + len(indexed))
    indexed += struct.pack('<HH', len(name), len(key)) + name + key
    counted += struct.pack('>HH', len(name), len(key)) + name + key
open(sys.argv[2] + '/esp-bundle', 'wb').write(index + indexed)
open(sys.argv[2] + '/esp-bundle-v1', 'wb').write(counted)
";

#[test]
fn an_independent_writer_of_bundles_writes_the_same_bytes() {
    if !crate::support::real::program("python3") {
        return;
    }
    let mut python = std::process::Command::new("python3");
    if !python.args(["-c", "import cryptography"]).status().is_ok_and(|status| status.success()) {
        crate::support::real::skip("Python's cryptography");
        return;
    }
    let folder = bench::folder();
    for count in [1, 2, 40] {
        let roots = every_public_root().into_iter().take(count).collect();
        let bundle = bench::bundle(bench::HOST, 8883, roots);
        let pem = bench::write(folder.path(), "roots.pem", bench::text(&bundle, "pem"));
        let mut python = std::process::Command::new("python3");
        bench::succeed(python.args(["-c", SECOND_WRITER]).arg(pem).arg(folder.path()));
        for format in ["esp-bundle", "esp-bundle-v1"] {
            let written = std::fs::read(folder.path().join(format)).unwrap();
            assert!(written == bench::bytes(&bundle, format), "{format} of {count}");
        }
    }
}
