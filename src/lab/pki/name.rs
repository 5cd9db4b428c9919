//! Distinguished names in any encoding, and the general names of a subjectAltName.

use super::der;

const CN: &str = "2.5.4.3";
const O: &str = "2.5.4.10";

/// One attribute of a name: its type, the tag of its string, and the string's octets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attribute {
    pub oid: &'static str,
    pub tag: u8,
    pub value: Vec<u8>,
}

/// A distinguished name: RDNs in order, each of one or more attributes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Name(pub Vec<Vec<Attribute>>);

impl Attribute {
    pub fn new(oid: &'static str, tag: u8, value: impl Into<Vec<u8>>) -> Self {
        Self { oid, tag, value: value.into() }
    }

    pub fn cn(text: &str) -> Self {
        Self::new(CN, der::UTF8, text)
    }

    pub fn o(text: &str) -> Self {
        Self::new(O, der::UTF8, text)
    }

    fn der(&self) -> Vec<u8> {
        der::sequence(&[der::oid(self.oid), der::element(self.tag, &self.value)])
    }
}

impl Name {
    /// `O=Home, CN=...`, as UTF8String.
    pub fn usual(common: &str) -> Self {
        Self::of([Attribute::o("Home"), Attribute::cn(common)])
    }

    /// One RDN for each attribute.
    pub fn of(attributes: impl IntoIterator<Item = Attribute>) -> Self {
        Self(attributes.into_iter().map(|attribute| vec![attribute]).collect())
    }

    pub fn empty() -> Self {
        Self::default()
    }

    /// The same with `change` applied to every attribute.
    pub fn each(&self, change: impl Fn(&mut Attribute)) -> Self {
        let mut changed = self.clone();
        changed.0.iter_mut().flatten().for_each(change);
        changed
    }

    pub fn der(&self) -> Vec<u8> {
        let rdns: Vec<_> = self.0.iter().map(|rdn| set_of(rdn)).collect();
        der::sequence(&rdns)
    }
}

/// A SET OF in DER has its elements in ascending order (X.690 section 11.6).
fn set_of(rdn: &[Attribute]) -> Vec<u8> {
    let mut attributes: Vec<_> = rdn.iter().map(Attribute::der).collect();
    attributes.sort();
    der::element(der::SET, &attributes.concat())
}

/// ASCII as BMPString, two octets a letter.
pub fn bmp(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// As UniversalString, four octets a letter.
pub fn universal(text: &str) -> Vec<u8> {
    text.chars().flat_map(|letter| u32::from(letter).to_be_bytes()).collect()
}

/// A dNSName with any octets.
pub fn dns(octets: impl AsRef<[u8]>) -> Vec<u8> {
    der::context(2, octets.as_ref())
}

/// An iPAddress with any octets.
pub fn ip(octets: &[u8]) -> Vec<u8> {
    der::context(7, octets)
}

pub fn uri(octets: impl AsRef<[u8]>) -> Vec<u8> {
    der::context(6, octets.as_ref())
}

pub fn email(octets: impl AsRef<[u8]>) -> Vec<u8> {
    der::context(1, octets.as_ref())
}

pub fn directory(name: &Name) -> Vec<u8> {
    der::around(4, &name.der())
}
