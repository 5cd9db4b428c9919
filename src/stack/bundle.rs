//! ESP-IDF's certificate bundle: `esp_crt_bundle.c` over Mbed TLS (read).
//!
//! The bundle holds names and keys. Mbed TLS has no other anchor; a callback asks the bundle for the
//! issuer of the topmost certificate that was sent. With
//! `CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_VERIFY` it asks for every issuer.

use super::{
    case::Case,
    mbedtls::{self, Build, Trust},
    reason::Verdict,
};

/// The verdict on `case`.
pub(super) fn judge(case: &Case<'_>, build: &Build, asks_every: bool) -> Verdict {
    let entries = case.anchors.iter().filter(|anchor| mbedtls::reads_key(anchor, build)).collect();
    let trust = if asks_every { Trust::Every(entries) } else { Trust::Topmost(entries) };
    mbedtls::judge_against(case, build, &trust).into()
}
