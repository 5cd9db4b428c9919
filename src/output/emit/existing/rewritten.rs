//! Whether a file without comments equals what certgrab writes for its certificates.
//!
//! In: the content of the file, and its format. Out: whether writing its certificates again gives the same
//! bytes. An entry of another program differs in its name, its date or its encoding.

use crate::{
    output::{
        bundle::{Bundle, Entry, KeyPossession, Role},
        emit::{
            self,
            formats::{Format, Kind},
        },
    },
    text::foreign::Foreign,
    x509::{certificate::Certificate, der::Elements, jks, pkcs7},
};

/// friendlyName (RFC 2985 section 5.5.1), whose value is a SET of one BMPString.
const FRIENDLY_NAME: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x14";

/// Whether `content` equals what certgrab writes in `format`.
pub(super) fn is_same(content: &[u8], format: Format) -> bool {
    let entries = match format.kind {
        Kind::Jks => of_jks(content),
        Kind::Pkcs12 => of_pkcs12(content),
        Kind::Pkcs7 => of_pkcs7(content),
        Kind::CertsAr => Some(without_names(certificates_within(content))),
        _ => of_text(content),
    };
    let Some(entries) = entries.filter(|entries| !entries.is_empty()) else { return false };
    let bundle = Bundle::new(String::new(), 0, entries, KeyPossession::NotProven);
    let name = emit::default_name(&bundle);
    let Ok(written) = emit::render(&bundle, format, &name) else { return false };
    written == content || format.is_text && super::text_of(content) == super::text_of(&written)
}

fn entry((certificate, role): (Certificate, Role)) -> Entry {
    Entry::new(certificate, role, Foreign::text("a file"))
}

/// For formats that do not name their entries.
fn without_names(certificates: Vec<Certificate>) -> Vec<Entry> {
    certificates.into_iter().map(|certificate| entry((certificate, Role::Anchor))).collect()
}

/// The role at the beginning of an alias such as `backup-2`.
fn role_of(alias: &str) -> Option<Role> {
    Role::from_word(alias.split('-').next()?)
}

fn of_jks(content: &[u8]) -> Option<Vec<Entry>> {
    let store = jks::read(content).filter(|store| !store.holds_a_key)?;
    let named = store.certificates.into_iter().zip(store.aliases);
    named.map(|(certificate, alias)| Some(entry((certificate, role_of(&alias)?)))).collect()
}

fn of_pkcs12(content: &[u8]) -> Option<Vec<Entry>> {
    let starts = content.windows(FRIENDLY_NAME.len()).enumerate();
    let starts =
        starts.filter(|(_, here)| *here == FRIENDLY_NAME).map(|(at, here)| at + here.len());
    let name = |at: usize| {
        let set = Elements::of(&content[at..]).next()?;
        let text = Elements::of(set.value).next()?.value;
        let units = text.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        role_of(&char::decode_utf16(units).collect::<Result<String, _>>().ok()?)
    };
    let roles: Option<Vec<_>> = starts.map(name).collect();
    let named = certificates_within(content).into_iter().zip(roles?);
    Some(named.map(entry).collect())
}

fn of_pkcs7(content: &[u8]) -> Option<Vec<Entry>> {
    let block = pem::parse(content).ok()?;
    Some(without_names(certificates_within(block.contents())))
}

/// The certificates of the PEM in a text, which may be in a JSON string.
fn of_text(content: &[u8]) -> Option<Vec<Entry>> {
    let text = String::from_utf8_lossy(content).replace("\\n", "\n");
    let blocks = pem::parse_many(text).ok()?;
    let certificates = blocks.iter().map(|block| Certificate::from_der(block.contents()).ok());
    certificates.collect::<Option<Vec<_>>>().map(without_names)
}

/// The certificates in `bytes`, in order.
fn certificates_within(bytes: &[u8]) -> Vec<Certificate> {
    pkcs7::certificates_within(bytes, usize::MAX)
}
