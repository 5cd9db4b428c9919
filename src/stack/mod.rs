//! The verdict of each TLS stack on a server: the one that the library itself gives.
//!
//! In: a [`Question`]: the certificates as the server sends them, the anchors that the device holds, a
//! host, a time. Out: the [`Verdict`] of a [`Stack`], with the rule and the certificate that violates
//! it.
//!
//! Each stack builds and checks paths in its own way, so each has its own file, which follows the
//! library's source. They share how a certificate is parsed (`view`) and how a signature is computed
//! (`signature`). No file opens a socket or reads a clock.
//!
//! The folder also has the ClientHello that each stack sends, and the words in source code that show it.

pub mod client;
pub mod clients;
pub(crate) mod groups;
pub mod hello;
pub mod learned;
pub(crate) mod pem;
pub(crate) mod suites;

mod bearssl;
mod bundle;
mod case;
mod constraints;
mod dates;
mod dn;
mod embedded_tls;
mod extensions;
mod gnutls;
mod go;
mod host;
mod issuer;
mod java;
mod judge;
mod key;
mod mbedtls;
mod oid;
mod openssl;
mod optional;
mod policies;
mod reason;
mod rustls;
mod search;
mod settings;
mod signature;
mod source_words;
mod table;
mod tlv;
mod view;
mod wolfssl;
mod words;

pub use self::{
    case::{Case, Question},
    judge::{named, reading},
    key::{Curve, Digest},
    reason::{NameFault, Position, Refusal, Rule, Verdict},
    source_words::{SourceLanguage, used_by_source},
    table::{Known, Library, STACKS, Stack, Variant},
    view::Part,
};
