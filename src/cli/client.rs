//! The client certificate and its private key, read from files.
//!
//! In: `--client-cert` and `--client-key`. Out: an [`Identity`] whose parts belong together, or a
//! refusal that names both files. The key is never shown.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};

use crate::{
    Grab,
    chain::{Identity, Shown},
    check::{self, Finding, Knowledge},
    run::grab::Options,
    text::{bounded_file, foreign::Foreign},
    tls::identity::{self, Error},
    trust::store,
    x509::certificate::Certificate,
};

use super::{
    args::connection::Client,
    convert::HORIZON_DAYS,
    failure::{Exit, Failure},
    output,
    style::Display,
};

/// The most bytes of a file with a private key: an RSA key of 16384 bits has 13 KiB in PEM.
const MAX_KEY_BYTES: usize = 64 * 1024;

/// The identity in two files, if both are given.
pub(crate) fn identity(client: &Client) -> Result<Option<Identity>, Failure> {
    let (certificate, key) = match (&client.certificate, &client.key) {
        (None, None) => return Ok(None),
        (Some(certificate), Some(key)) => (certificate, key),
        (Some(_), None) => return Err(alone("--client-cert", "--client-key")),
        (None, Some(_)) => return Err(alone("--client-key", "--client-cert")),
    };
    let content = bounded_file::read_given(certificate, store::MAX_ROOTS_BYTES)
        .map_err(|error| store::Error::Unreadable { path: certificate.clone(), error })
        .and_then(|content| store::chain_in(&content, certificate))?;
    let chain = content.into_iter().map(CertificateDer::from).collect();
    let identity = Identity { chain, key: Arc::new(private_key(key)?) };
    match identity::certified(&identity) {
        Ok(_) => Ok(Some(identity)),
        Err(error) => {
            let files = (Foreign::path(certificate).line(), Foreign::path(key).line());
            let message = match error {
                Error::Mismatch => format!(
                    "the private key in {} does not belong to the first certificate in {}",
                    files.1, files.0
                ),
                Error::Key => format!("{}: {error}", files.1),
                _ => format!("{}: {error}", files.0),
            };
            let hint =
                "put the device's own certificate first, before its issuers, and pass its key";
            let hint = (error == Error::Mismatch).then_some(hint);
            Err(Failure::new(Exit::Usage, message).with_hint(hint))
        }
    }
}

/// Warns, once in a run, of a certificate of `client` that is not valid, or not for long.
pub(crate) fn warn_of_dates(client: &Client, options: &Options, display: &Display) {
    static WARNED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let (Some(path), Some(identity)) = (&client.certificate, &options.connect.client) else {
        return;
    };
    let certificate = identity.chain.first().and_then(|der| Certificate::from_der(der).ok());
    let knowledge = Knowledge { store: &options.store, at: options.at, horizon_days: HORIZON_DAYS };
    let finding = certificate.and_then(|certificate| check::of_own(&certificate, &knowledge));
    let Some(Finding { message, action, .. }) = finding else { return };
    if WARNED.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone()) {
        let action = action.map(|action| format!("; {action}")).unwrap_or_default();
        output::warn(format_args!("{}: {message}{action}", Foreign::path(path).line()), display);
    }
}

/// Warns if the server requires a client certificate and none was passed, or refuses the one that was
/// passed.
pub(crate) fn warn_of_request(is_given: bool, grab: &Grab, display: &Display) {
    let handshake = grab.presented.handshake.as_ref();
    let Some(request) = handshake.and_then(|one| one.client_certificate.as_ref()) else { return };
    let is_unfit = is_given && request.shown != Shown::Certificate;
    let is_refused = request.is_accepted() == Some(false);
    if request.is_required() == Some(true) && !is_given {
        let sentence = request.sentence();
        let hint = "pass `--client-cert FILE --client-key FILE`";
        output::warn(format_args!("{sentence}; {hint}"), display);
    } else if is_unfit || is_refused {
        output::warn(format_args!("{}", request.sentence()), display);
    }
}

fn alone(given: &str, missing: &str) -> Failure {
    let hint = format!("pass both, or leave out `{given}`");
    Failure::usage(format!("`{given}` needs `{missing}`"), hint)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Failure> {
    let content = bounded_file::read_given(path, MAX_KEY_BYTES)
        .map_err(|error| Failure::unreadable(path, error))?;
    if let Ok(key) = PrivateKeyDer::from_pem_slice(&content) {
        return Ok(key);
    }
    if let Ok(key) = PrivateKeyDer::try_from(content.clone()) {
        return Ok(key);
    }
    let text = String::from_utf8_lossy(&content);
    let is_encrypted = text.contains("ENCRYPTED");
    let found = if is_encrypted { "an encrypted one" } else { "none" };
    let hint = "decrypt it with `openssl pkey -in FILE -out FILE`";
    let message =
        format!("{}: expected a private key in PEM, found {found}", Foreign::path(path).line());
    Err(Failure::new(Exit::File, message).with_hint(is_encrypted.then_some(hint)))
}
