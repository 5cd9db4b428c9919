//! The kinds of handshake that are tried, and their order.

use tokio::{net::TcpStream, time::Instant};

use super::Way;
use crate::{
    chain::{Identity, Presented, Version},
    stack::{
        client::Device,
        hello::{Hello, KNOWN_PROTOCOLS},
    },
    tls::{self, cleartext, full, hello_retry},
};

/// One kind of handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    /// With the groups that nearly every server supports.
    Full,
    /// With the groups that few servers require.
    FullWithRareGroups,
    /// The first attempt with protocol names: some servers refuse a client without any.
    Protocols,
    /// TLS 1.2 at most, with all cipher suites.
    Cleartext,
    /// TLS 1.0: some old servers close the connection on a newer hello instead of choosing an older
    /// version.
    CleartextTls10,
    /// TLS 1.3 with all groups and suites, to learn which one the server requires; it returns no
    /// certificates.
    Retry,
}

impl Way {
    /// The attempts of this way, in order.
    pub(super) fn attempts(self, device: Option<&Device>) -> &'static [Attempt] {
        match (self, device) {
            // Only TLS 1.3 encrypts the certificates, so only it needs key exchange.
            (Self::Auto | Self::Reader, Some(device)) if device.newest == Version::Tls13 => {
                &[Attempt::Full, Attempt::Protocols, Attempt::Cleartext]
            }
            (Self::Auto | Self::Reader | Self::Cleartext, Some(_)) => {
                &[Attempt::Cleartext, Attempt::Protocols]
            }
            (Self::Full, Some(_)) => &[Attempt::Full, Attempt::Protocols],
            (Self::Auto | Self::Reader, None) => &[
                Attempt::Full,
                Attempt::FullWithRareGroups,
                Attempt::Protocols,
                Attempt::Cleartext,
                Attempt::CleartextTls10,
                Attempt::Retry,
            ],
            (Self::Full, None) => &[Attempt::Full, Attempt::FullWithRareGroups, Attempt::Protocols],
            (Self::Cleartext, None) => {
                &[Attempt::Cleartext, Attempt::Protocols, Attempt::CleartextTls10]
            }
        }
    }
}

/// certgrab's own attempts, after a device was refused.
pub(super) const AS_CERTGRAB: [Attempt; 3] =
    [Attempt::Full, Attempt::FullWithRareGroups, Attempt::Cleartext];

impl Attempt {
    pub(super) fn is_worth_trying_after(self, failure: &tls::Error, hello: &Hello) -> bool {
        match self {
            Self::Full | Self::Cleartext => true,
            Self::FullWithRareGroups => failure.may_want_another_group(),
            Self::Protocols => {
                hello.alpn.is_empty()
                    && (failure.is_about_the_protocol() || failure.is_unanswered())
            }
            Self::CleartextTls10 => failure.is_unanswered(),
            // The server accepts none of the cleartext offers.
            Self::Retry => {
                hello.newest == Version::Tls13
                    && (failure.is_about_the_version() || failure.may_want_another_group())
            }
        }
    }

    /// What this attempt sends instead of `hello`.
    pub(super) fn hello(self, hello: &Hello) -> Hello {
        let hello = hello.clone();
        match self {
            Self::Full | Self::Cleartext | Self::Retry => hello,
            Self::FullWithRareGroups => hello.with_rare_groups(),
            Self::Protocols => hello.with_protocols(&KNOWN_PROTOCOLS),
            Self::CleartextTls10 => hello.at(Version::Tls10),
        }
    }

    /// Performs this kind of handshake over `stream` with `hello`, which [`Attempt::hello`] made.
    ///
    /// The answer is boxed, since thousands of targets may wait for one at a time.
    pub(super) async fn shake(
        self,
        stream: &mut TcpStream,
        hello: &Hello,
        client: Option<&Identity>,
        deadline: Instant,
    ) -> Result<Box<Presented>, tls::Error> {
        match self {
            Self::Full | Self::FullWithRareGroups | Self::Protocols => {
                full::shake(stream, hello, client, deadline).await.map(Box::new)
            }
            Self::Cleartext | Self::CleartextTls10 => {
                cleartext::shake(stream, hello, deadline).await.map(Box::new)
            }
            Self::Retry => Err(hello_retry::ask(stream, hello, deadline).await),
        }
    }
}
