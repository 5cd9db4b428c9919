//! The formats by the device or program that reads them, in the order of the list.

/// Groups of formats; each format is in one of them. Commas separate their names.
pub(super) const GROUPS: &[(&str, &str)] = &[
    ("Any program", "pem,cer,der,p7b,c,c-bytes,lock,text,json,html,sha256,sha1"),
    (
        "ESP32 and ESP8266",
        "arduino,esp8266,esp-idf,esp-idf-txt,esp-bundle,esp-bundle-h,esp-bundle-v1,rust-esp-idf,\
         certs-ar,nvs,esphome,tasmota,shelly",
    ),
    (
        "Other boards and TLS libraries in C",
        "pico,zephyr,nrf-modem,freertos,netx,mbedtls,bearssl,wolfssl,mongoose,station",
    ),
    ("Modems", "at-esp,esp-at-pki,at-quectel,at-simcom,at-ublox"),
    ("Rust", "rust,rust-der,rust-anchor"),
    ("Scripts on devices", "micropython,circuitpython,lua,toit,nanoframework"),
    (
        "Servers, desktops and phones",
        "python,node,go,csharp,java,java-jks,kotlin,android,swift,ios,dart,k8s,env,json-line,\
         capath,spki-pin",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::emit::FORMATS;

    #[test]
    fn each_format_is_in_exactly_one_group() {
        let mut grouped: Vec<_> = GROUPS.iter().flat_map(|(_, names)| names.split(',')).collect();
        let mut all: Vec<_> =
            FORMATS.iter().map(|format| format.name).chain(["json", "html"]).collect();
        grouped.sort_unstable();
        all.sort_unstable();
        assert_eq!(grouped, all);
    }
}
