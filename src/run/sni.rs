//! The name that a ClientHello carries (SNI, RFC 6066 section 3).

use rustls_pki_types::{DnsName, ServerName};

use crate::endpoint::Target;

/// The name to send in the ClientHello (RFC 6066 section 3).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sni {
    /// The target's, unless that is an address.
    Target,
    /// Another one. The certificate must be valid for it too: the libraries of devices send the name
    /// that they verify (`mbedtls_ssl_set_hostname`, `br_ssl_client_reset`).
    Name(DnsName<'static>),
    /// None.
    None,
}

impl Sni {
    /// The name for the ClientHello to `target`; addresses are never sent.
    pub(crate) fn server_name(&self, target: &Target) -> Option<DnsName<'static>> {
        match (self, target.name()) {
            (Self::Name(name), _) => Some(name.clone()),
            (Self::Target, ServerName::DnsName(name)) => Some(name.clone()),
            _ => None,
        }
    }
}
