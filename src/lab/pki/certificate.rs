//! The description of a certificate, and its DER.

use std::io;

use super::der;
use super::extension::{
    AUTHORITY_KEY_ID, BASIC_CONSTRAINTS, EXT_KEY_USAGE, Extension, IssuerSerial, KEY_USAGE,
    SERVER_AUTH, SUBJECT_ALT_NAME, SUBJECT_KEY_ID, Value, basic_constraints, ext_key_usage,
    key_usage,
};
use super::key::{Key, Spki};
use super::keyring::Keyring;
use super::name::Name;
use super::sign::Scheme;

/// The value of the version field for X.509 v3.
const V3: u8 = 2;

/// A certificate: every field as it will be written.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The value of the version field; nothing is written for X.509 v1.
    pub version: Option<u8>,
    /// The contents of the serial number.
    pub serial: Vec<u8>,
    /// The place of its issuer in the chain's certificates; its own place if it is self-signed.
    pub issuer: usize,
    /// Instead of the issuer's subject.
    pub issuer_name: Option<Name>,
    pub subject: Name,
    pub not_before: Time,
    pub not_after: Time,
    pub key: Key,
    pub spki: Spki,
    /// With issuerUniqueID and subjectUniqueID.
    pub unique_ids: bool,
    /// In order. An empty list is not written.
    pub extensions: Vec<Extension>,
    /// How the issuer signs.
    pub scheme: Scheme,
    /// The algorithm in the TBSCertificate, if it differs from the outer one.
    pub inner: Option<Scheme>,
    /// Instead of the issuer's key.
    pub signer: Option<Key>,
    /// Whether one bit of the signature is flipped.
    pub damaged: bool,
}

/// A time as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    pub tag: u8,
    pub text: String,
}

impl Time {
    pub fn utc(text: &str) -> Self {
        Self { tag: der::UTC_TIME, text: text.to_owned() }
    }

    pub fn generalized(text: &str) -> Self {
        Self { tag: der::GENERALIZED_TIME, text: text.to_owned() }
    }
}

impl Certificate {
    /// A sound CA, issued by the certificate at `issuer`.
    pub fn authority(common: &str, key: Key, serial: u8, issuer: usize) -> Self {
        let mut authority = Self::bare(Name::usual(common), key, serial, issuer);
        authority.set(BASIC_CONSTRAINTS, true, basic_constraints(true, None));
        authority.set(KEY_USAGE, true, key_usage(&[5, 6]));
        authority.extensions.push(Extension::new(SUBJECT_KEY_ID, false, Value::SubjectKeyId));
        authority.extensions.push(authority_key_id());
        authority
    }

    /// A sound root, at the place `own` of the chain.
    pub fn root(common: &str, key: Key, serial: u8, own: usize) -> Self {
        let mut root = Self::authority(common, key, serial, own);
        root.remove(AUTHORITY_KEY_ID);
        root
    }

    /// A sound server certificate, with the general names of its subjectAltName.
    pub fn server(names: &[Vec<u8>], key: Key, serial: u8, issuer: usize) -> Self {
        let mut server = Self::bare(Name::usual("Server"), key, serial, issuer);
        server.set(BASIC_CONSTRAINTS, true, basic_constraints(false, None));
        server.set(KEY_USAGE, true, key_usage(if key.is_rsa() { &[0, 2] } else { &[0] }));
        server.set(EXT_KEY_USAGE, false, ext_key_usage(&[SERVER_AUTH]));
        server.set(SUBJECT_ALT_NAME, false, der::sequence(names));
        server.extensions.push(Extension::new(SUBJECT_KEY_ID, false, Value::SubjectKeyId));
        server.extensions.push(authority_key_id());
        server
    }

    fn bare(subject: Name, key: Key, serial: u8, issuer: usize) -> Self {
        Self {
            version: Some(V3),
            serial: vec![0x10, serial],
            issuer,
            issuer_name: None,
            subject,
            not_before: Time::utc("260101000000Z"),
            not_after: Time::utc("360101000000Z"),
            key,
            spki: Spki::Usual,
            unique_ids: false,
            extensions: Vec::new(),
            scheme: Scheme::default(),
            inner: None,
            signer: None,
            damaged: false,
        }
    }

    /// Replaces the extension with the OID, or appends it.
    pub fn set(&mut self, oid: &str, critical: bool, value: Vec<u8>) {
        let extension = Extension::raw(oid, critical, value);
        match self.extensions.iter_mut().find(|known| known.oid == extension.oid) {
            Some(known) => *known = extension,
            None => self.extensions.push(extension),
        }
    }

    pub fn find(&mut self, oid: &str) -> Option<&mut Extension> {
        let oid = der::arcs(oid);
        self.extensions.iter_mut().find(|known| known.oid == oid)
    }

    pub fn remove(&mut self, oid: &str) {
        let oid = der::arcs(oid);
        self.extensions.retain(|known| known.oid != oid);
    }

    /// Removes the version and the extensions.
    pub fn make_v1(&mut self) {
        self.version = None;
        self.extensions.clear();
    }

    /// Its DER, under the certificate that issued it.
    pub fn der(&self, issuer: &Certificate, keys: &Keyring) -> io::Result<Vec<u8>> {
        let signer = self.signer.unwrap_or(issuer.key);
        let body = self.to_be_signed(issuer, signer, keys)?;
        let mut signature = keys.sign(signer, self.scheme.fitting(signer), &body)?;
        if let (true, Some(last)) = (self.damaged, signature.last_mut()) {
            *last ^= 1;
        }
        let outer = self.scheme.fitting(signer).algorithm(signer);
        Ok(der::sequence(&[body, outer, der::bits(&signature)]))
    }

    fn to_be_signed(
        &self,
        issuer: &Certificate,
        signer: Key,
        keys: &Keyring,
    ) -> io::Result<Vec<u8>> {
        let version = self.version.map(|field| der::around(0, &der::small(u64::from(field))));
        let time = |time: &Time| der::element(time.tag, time.text.as_bytes());
        let unique = |number: u8| der::context(number, &[0, 0x2a]);
        let ids = if self.unique_ids { [unique(1), unique(2)].concat() } else { Vec::new() };
        Ok(der::sequence(&[
            version.unwrap_or_default(),
            der::element(der::INTEGER, &self.serial),
            self.inner.unwrap_or(self.scheme).fitting(signer).algorithm(signer),
            self.issuer_name.as_ref().unwrap_or(&issuer.subject).der(),
            der::sequence(&[time(&self.not_before), time(&self.not_after)]),
            self.subject.der(),
            keys.spki(self.key, self.spki)?,
            ids,
            self.extensions_der(issuer, keys)?,
        ]))
    }

    fn extensions_der(&self, issuer: &Certificate, keys: &Keyring) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        for extension in &self.extensions {
            all.extend(extension.der(&self.extension_value(&extension.value, issuer, keys)?));
        }
        Ok(if all.is_empty() { all } else { der::around(3, &der::sequence(&[all])) })
    }

    fn extension_value(
        &self,
        value: &Value,
        issuer: &Certificate,
        keys: &Keyring,
    ) -> io::Result<Vec<u8>> {
        Ok(match value {
            Value::Raw(octets) => octets.clone(),
            Value::SubjectKeyId => der::octets(&keys.key_id(self.key)?),
            Value::OwnAuthorityKeyId => der::sequence(&[der::context(0, &keys.key_id(self.key)?)]),
            Value::AuthorityKeyId { key, issuer: named } => {
                let key =
                    if *key { der::context(0, &keys.key_id(issuer.key)?) } else { Vec::new() };
                let named = named.as_ref().map(|named| issuer_and_serial(named, issuer));
                der::sequence(&[key, named.unwrap_or_default()])
            }
        })
    }
}

/// An authorityKeyIdentifier with the issuer's key.
pub fn authority_key_id() -> Extension {
    let value = Value::AuthorityKeyId { key: true, issuer: None };
    Extension::new(AUTHORITY_KEY_ID, false, value)
}

fn issuer_and_serial(named: &IssuerSerial, issuer: &Certificate) -> Vec<u8> {
    // The issuers named here are roots, or intermediates whose name the description gives.
    let name = named.name.as_ref().unwrap_or(&issuer.subject);
    let serial = named.serial.as_ref().unwrap_or(&issuer.serial);
    let name = der::around(4, &name.der());
    [der::around(1, &name), der::context(2, serial)].concat()
}
