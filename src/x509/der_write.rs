//! Elements made of others; tags, lengths and simple values come from the crate `der`.
//!
//! The crates `cms` and `pkcs12` have the structures of PKCS #7 and #12 but no truststores. Both are
//! pre-releases, and each needs more crates than certgrab without features, which also writes these
//! formats.

use der::{Encode as _, Tag, TagNumber, asn1::AnyRef};

/// `[0]`, constructed: around a value, or instead of its SET.
pub(crate) const EXPLICIT_0: Tag = Tag::ContextSpecific { constructed: true, number: TagNumber(0) };

/// The element of `tag` around `contents`.
pub(crate) fn value(tag: Tag, contents: &[u8]) -> der::Result<Vec<u8>> {
    AnyRef::new(tag, contents)?.to_der()
}

/// A SEQUENCE of elements.
pub(crate) fn sequence<const N: usize>(elements: &[Vec<u8>; N]) -> der::Result<Vec<u8>> {
    value(Tag::Sequence, &elements.concat())
}
