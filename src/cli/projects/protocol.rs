//! The protocol of a project: MQTT or HTTPS, by the scheme of its server, or by the port.

use super::{Project, Text};
use crate::{cli::failure::Failure, endpoint::Target};

impl Project {
    /// The files for the protocol of `target`; if it has a port and no protocol, for the usual one of
    /// the port.
    ///
    /// # Errors
    ///
    /// A usage failure if the project does not support the protocol, or the target does not show it.
    pub(crate) fn texts(&self, target: &Target) -> Result<Vec<Text>, Failure> {
        let scheme = target.scheme();
        let own = match scheme.word {
            // On the default port of a bare host there is no MQTT.
            "tls" if !target.port_is_given() => {
                let message = format!("{} may speak MQTT or HTTPS", target.host());
                return Err(usage(message));
            }
            "tls" if is_of_web(target.port()) => self.https,
            "mqtts" | "ssl" | "tls" => self.mqtt,
            "https" => self.https,
            word => {
                let name = self.name;
                return Err(usage(format!("{name} supports MQTT over TLS or HTTPS, not {word}")));
            }
        };
        Ok([self.files, own].concat())
    }
}

/// Usual ports of web servers (IANA's registry has the first; the others are common for devices, consoles
/// and proxies).
const OF_WEB: [u16; 8] = [443, 4443, 7443, 8443, 9443, 10443, 44300, 50443];

/// Whether a server without a protocol is a web server, by its port; all others are brokers.
fn is_of_web(port: u16) -> bool {
    OF_WEB.contains(&port)
}

/// Which protocol is assumed for `target`, and how to choose the other one, if the user named none and the
/// port is not that of MQTT.
pub(crate) fn assumption(target: &Target) -> Option<String> {
    let scheme = target.scheme();
    let is_open = scheme.word == "tls" && target.port() != MQTT_PORT;
    let (assumed, other, word) = match is_of_web(target.port()) {
        true => ("HTTPS", "MQTT", "mqtts"),
        false => ("MQTT", "HTTPS", "https"),
    };
    is_open
        .then(|| format!("{target} is taken for {assumed}; for {other}, pass `{word}://{target}`"))
}

/// The port of MQTT over TLS (IANA: `secure-mqtt`).
const MQTT_PORT: u16 = 8883;

fn usage(message: String) -> Failure {
    Failure::usage(message, "name the protocol: `mqtts://HOST` or `https://HOST`")
}
