//! mbedTLS on this machine: clock, random numbers, the anchor and the device's key.
//!
//! In: the generated anchor, and the user's settings. Out: the configuration of a session. It has one
//! trust anchor and always verifies; no option turns this off. The feature `verification-off` is only
//! for the bench, which tests that `certgrab lab` detects such a build.

use firmware_core::anchor::BROKER_ROOT_CA_CSTR;
use mbedtls_rs::{
    AuthMode, Certificate, ClientSessionConfig, Credentials, PrivateKey, SessionConfig,
    SessionError, TlsVersion, X509,
};
use mbedtls_rs_sys::hook::{
    backend::std::{timer::StdTimer, wall_clock::StdWallClock},
    timer::hook_timer,
    wall_clock::hook_wall_clock,
};
use rand::{rand_core::UnwrapErr, rngs::SysRng};
use std::{
    error::Error,
    ffi::{CStr, CString},
    fs,
    path::Path,
};

#[cfg(all(feature = "verification-off", not(debug_assertions)))]
compile_error!(
    "`verification-off` is only for the bench's test of the lab, not for release builds"
);

/// How mbedTLS treats a server whose certificate is not valid under the anchor.
const AUTH_MODE: AuthMode =
    if cfg!(feature = "verification-off") { AuthMode::None } else { AuthMode::Required };

/// The only instance of mbedTLS.
pub(crate) type Tls = mbedtls_rs::Tls<'static>;

/// The device's certificate and key, as PEM with the NUL that mbedTLS requires.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    certificate: CString,
    key: CString,
}

/// Sets mbedTLS up with this machine's clock and random numbers.
pub(crate) fn start() -> Result<Tls, Box<dyn Error>> {
    // SAFETY: mbedTLS has not been used yet, and both implementations are static.
    unsafe {
        hook_timer(Some(&StdTimer));
        hook_wall_clock(Some(&StdWallClock));
    }
    let random = Box::leak(Box::new(UnwrapErr(SysRng)));
    Tls::new(random).map_err(|error| format!("mbedTLS does not start: {error:?}").into())
}

/// The configuration of a session with the broker `host`, whose certificate must be valid for that
/// name under the anchor.
pub(crate) fn session<'a>(
    host: &'a CStr,
    identity: Option<&Identity>,
    version: Option<TlsVersion>,
) -> Result<SessionConfig<'a>, SessionError> {
    Ok(SessionConfig::Client(ClientSessionConfig {
        ca_chain: Some(Certificate::new(X509::PEM(BROKER_ROOT_CA_CSTR))?),
        creds: identity.map(Identity::credentials).transpose()?,
        server_name: Some(host),
        auth_mode: AUTH_MODE,
        min_version: version.unwrap_or(TlsVersion::Tls1_2),
        max_version: version,
        ..ClientSessionConfig::new()
    }))
}

impl Identity {
    /// Reads a certificate and its key. mbedTLS parses them when a session starts.
    pub(crate) fn read(certificate: &Path, key: &Path) -> Result<Self, Box<dyn Error>> {
        let read = |path: &Path| {
            let text = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
            CString::new(text).map_err(|error| format!("{}: {error}", path.display()))
        };
        Ok(Self { certificate: read(certificate)?, key: read(key)? })
    }

    fn credentials(&self) -> Result<Credentials<'static>, SessionError> {
        Ok(Credentials {
            certificate: Certificate::new(X509::PEM(&self.certificate))?,
            private_key: PrivateKey::new(X509::PEM(&self.key), None)?,
        })
    }
}
