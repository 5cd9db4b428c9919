//! What is wrong with a PEM block, in words.

use pem::PemError;

/// What is wrong with a block that the PEM reader rejects with `error`.
pub(crate) fn of(error: &PemError) -> &'static str {
    match error {
        PemError::MalformedFraming | PemError::MissingEndTag => "its END line is missing",
        PemError::MismatchedTags(..) => "its END line has another label than its BEGIN line",
        PemError::MissingBeginTag => "its BEGIN line has no label",
        PemError::NotUtf8(_) => "it is not text",
        PemError::InvalidData(_) => "its Base64 cannot be decoded",
        _ => "the lines before its Base64 are not headers",
    }
}
