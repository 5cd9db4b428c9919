//! Why a connection failed, with the message of the library that reported it.
//!
//! In: errors of the socket, of mbedTLS and of MQTT. Out: [`Failure`]: one sentence for the log, and
//! the [`Trouble`] that the core needs.

use firmware_core::trouble::Trouble;
use firmware_mqtt::Error as MqttError;
use mbedtls_rs::SessionError;
use mbedtls_rs_sys::{
    MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, MBEDTLS_ERR_X509_CERT_VERIFY_FAILED,
    mbedtls_x509_crt_verify_info,
};
use std::{ffi::CStr, fmt};

/// Why a connection failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The broker could not be reached, or the connection was lost.
    Network(String),
    /// mbedTLS rejected the broker's certificate: its flags, and its message for them.
    Certificate { flags: u32, message: String },
    /// Another mbedTLS error: its code.
    Tls(i32),
    /// MQTT ended the connection.
    Mqtt(MqttError),
}

impl Failure {
    /// Classifies `error` of a session with the verification result `flags`.
    pub(crate) fn of_session(error: SessionError, flags: u32) -> Self {
        match error {
            SessionError::MbedTls(error) if error.code() == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED => {
                Self::Certificate { flags, message: message(flags) }
            }
            SessionError::MbedTls(error) => Self::Tls(error.code()),
            SessionError::Io(kind) => Self::Network(format!("the connection broke: {kind:?}")),
        }
    }

    /// The kind of failure, which decides what to do next.
    pub(crate) fn trouble(&self) -> Trouble {
        match self {
            Self::Certificate { flags, .. } => Trouble::of_verify_flags(*flags),
            Self::Tls(MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
            | Self::Mqtt(MqttError::Refused(_) | MqttError::NotSubscribed) => Trouble::Refused,
            Self::Network(_) | Self::Tls(_) | Self::Mqtt(_) => Trouble::Network,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Formats a code as mbedTLS's documentation does.
        fn hex(code: i32) -> String {
            format!("-0x{:04X}", code.unsigned_abs())
        }
        match self {
            Self::Network(message) => f.write_str(message),
            Self::Certificate { flags, message } => {
                let code = hex(MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
                write!(f, "mbedTLS {code}, flags 0x{flags:X}: {message}")
            }
            Self::Tls(MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) => {
                let code = hex(MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE);
                write!(f, "mbedTLS {code}: the broker sent a fatal alert")
            }
            Self::Tls(code) => write!(f, "mbedTLS {}", hex(*code)),
            Self::Mqtt(error) => error.fmt(f),
        }
    }
}

/// mbedTLS's messages for verification flags, joined to one line.
fn message(flags: u32) -> String {
    let mut buffer = [0_u8; 512];
    // SAFETY: mbedTLS writes at most `buffer.len()` bytes, including the NUL, and only reads the empty
    // prefix.
    let written = unsafe {
        mbedtls_x509_crt_verify_info(buffer.as_mut_ptr().cast(), buffer.len(), c"".as_ptr(), flags)
    };
    match CStr::from_bytes_until_nul(&buffer) {
        Ok(text) if written > 0 => text.to_string_lossy().lines().collect::<Vec<_>>().join("; "),
        _ => "no message".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mbedtls_rs_sys::MbedtlsError;

    #[test]
    fn a_refused_certificate_shows_the_librarys_message() {
        let verify = MbedtlsError::new(MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
        let failure = Failure::of_session(verify.into(), 0x0C);
        assert_eq!(
            failure.to_string(),
            "mbedTLS -0x2700, flags 0xC: The certificate Common Name (CN) does not match with the \
             expected CN; The certificate is not correctly signed by the trusted CA"
        );
        assert_eq!(failure.trouble(), Trouble::Certificate);
    }

    #[test]
    fn an_alert_from_the_broker_means_it_refuses_this_device() {
        let alert = MbedtlsError::new(MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE);
        let failure = Failure::of_session(alert.into(), 0);
        assert_eq!(failure.to_string(), "mbedTLS -0x7780: the broker sent a fatal alert");
        assert_eq!(failure.trouble(), Trouble::Refused);
    }
}
