//! Which formats a word of the user's means: a board, a library, a program, a modem.
//!
//! In: a word in English or Chinese. Out: formats, the best first.

use crate::output::emit::{FORMATS, Format};

/// Words in small letters, and the formats for them, the best first.
const WORDS: &[(&[&str], &[&str])] = &[
    (
        &["esp32", "乐鑫", "esp32-s3", "esp32-c3", "esp32-c6", "esp32-s2"],
        &[
            "arduino",
            "esp-idf",
            "esp-idf-txt",
            "esp-bundle",
            "esp-bundle-h",
            "micropython",
            "esphome",
            "rust-esp-idf",
        ],
    ),
    (
        &["esp8266", "nodemcu", "wemos", "d1 mini"],
        &["esp8266", "certs-ar", "bearssl", "tasmota", "lua"],
    ),
    (
        &["pico w", "pico", "rp2040", "rp2350", "raspberry pi pico", "树莓派 pico"],
        &["pico", "esp8266", "micropython"],
    ),
    (
        &["arduino", "sketch", "wificlientsecure", "platformio", "草图"],
        &["arduino", "esp8266", "bearssl", "esp-bundle-h"],
    ),
    (
        &[
            "wifinina",
            "wifi101",
            "nano 33 iot",
            "mkr1010",
            "mkr wifi 1010",
            "uno wifi",
            "nina-w102",
        ],
        &["pem"],
    ),
    (&["sslclient", "ethernet", "w5500", "w5100", "以太网"], &["bearssl"]),
    (&["stm32", "nxp", "单片机"], &["mbedtls", "c", "c-bytes", "netx", "freertos", "wolfssl"]),
    (&["stm32cubemx", "threadx", "azure rtos"], &["netx", "mbedtls"]),
    (&["nrf91", "nrf9160", "thingy:91", "nordic"], &["nrf-modem", "zephyr"]),
    (&["aws", "aws iot", "coremqtt", "freertos", "lwip"], &["freertos", "c", "pico"]),
    (&["tuya", "涂鸦"], &["c", "arduino", "esp-idf", "freertos"]),
    (
        &[
            "nginx",
            "apache",
            "postgres",
            "postgresql",
            "libpq",
            "curl",
            "wget",
            "mosquitto",
            "haproxy",
            "redis",
            "openssl",
            "git",
            "home assistant",
            "godot",
            "twincat",
        ],
        &["pem"],
    ),
    (&["mysql", "mariadb"], &["pem", "java"]),
    (&["php", "ruby", "perl", "requests", "grpc"], &["pem"]),
    (&["nodejs", "node.js", "javascript", "typescript", "mqtt.js"], &["node", "json-line", "env"]),
    (
        &["spring", "jvm", "truststore", "cacerts", "安卓 java", "keystore", "密钥库"],
        &["java", "java-jks"],
    ),
    (&["android", "安卓", "okhttp"], &["android", "pem", "kotlin", "spki-pin"]),
    (&["ios", "iphone", "macos", "xcode", "苹果"], &["ios", "swift"]),
    (&["flutter"], &["dart"]),
    (&["dotnet", ".net", "c#", "mqttnet", "unity"], &["csharp", "nanoframework"]),
    (&["windows", "certmgr"], &["cer", "p7b", "der"]),
    (&["browser", "浏览器", "chrome", "firefox"], &["cer"]),
    (&["docker", "compose", ".env", "dotenv", "环境变量"], &["env", "pem"]),
    (&["kubernetes", "k8s", "configmap", "cabundle", "helm"], &["k8s"]),
    (&["yocto", "openwrt", "buildroot", "嵌入式 linux"], &["pem", "capath"]),
    (&["lora", "lorawan", "ttn", "chirpstack", "网关"], &["station"]),
    (&["shelly"], &["shelly"]),
    (&["tasmota", "sonoff"], &["tasmota"]),
    (&["sim7600", "sim7500", "sim7670", "a7670", "sim76xx", "a76xx", "simcom"], &["at-simcom"]),
    (&["sim800", "sim800l"], &["der"]),
    (&["sim7000", "sim7070", "sim7080"], &["pem"]),
    (
        &["quectel", "bg95", "bg96", "ec20", "ec200", "ec21", "ec25", "eg91", "移远"],
        &["at-quectel"],
    ),
    (&["u-blox", "ublox", "sara", "lara"], &["at-ublox"]),
    (&["esp-at", "at firmware", "at 固件"], &["at-esp", "esp-at-pki"]),
    (
        &["modem", "4g", "lte", "nb-iot", "at command", "模组", "模块"],
        &["at-simcom", "at-quectel", "at-ublox", "at-esp", "nrf-modem"],
    ),
    (&["nvs", "nvs_partition_gen"], &["nvs"]),
    (
        &["pin", "pinning", "hpkp", "fingerprint", "指纹", "证书固定"],
        &["spki-pin", "sha256", "sha1"],
    ),
    (&["setfingerprint", "thumbprint"], &["sha1"]),
    (&["embassy", "esp-hal", "no_std", "embedded rust", "embedded-tls"], &["rust-der", "rust"]),
    (&["rustls", "reqwest", "tokio"], &["rust-anchor", "pem"]),
    (&["wolfmqtt", "wolfcrypt"], &["wolfssl"]),
    (&["pkcs7", "pkcs#7"], &["p7b"]),
    (&["pkcs12", "pkcs#12", "p12", "pfx"], &["java"]),
    (&["c++", "qt"], &["c", "pem"]),
];

/// The formats for `word`: those that the table names, then those whose name, reader or contents
/// hold it.
pub(super) fn formats_for(word: &str) -> Vec<&'static Format> {
    let word = word.trim().to_lowercase();
    if word.is_empty() {
        return Vec::new();
    }
    let named = |name: &&str| FORMATS.iter().find(|format| format.name == *name);
    let exact = FORMATS.iter().filter(|format| format.name == word);
    let rows = |is: fn(&str, &str) -> bool| {
        let word = word.clone();
        let holds = move |words: &&str| is(words, &word);
        WORDS.iter().filter(move |(words, _)| words.iter().any(&holds))
    };
    let same = rows(|known, word| known == word).flat_map(|(_, formats)| formats.iter());
    let near = rows(|known, word| word.contains(known) && known.len() > 2)
        .flat_map(|(_, formats)| formats.iter());
    let text = FORMATS.iter().filter(|format| {
        let holds = |text: &str| text.to_lowercase().contains(&word);
        holds(format.name) || holds(format.reader) || holds(format.purpose)
    });
    let mut found: Vec<&'static Format> = Vec::new();
    let all = same.filter_map(named).chain(exact).chain(text).chain(near.filter_map(named));
    for format in all {
        if !found.iter().any(|known| known.name == format.name) {
            found.push(format);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_in_small_letters_and_leads_to_formats_that_there_are() {
        for (words, formats) in WORDS {
            for word in *words {
                assert_eq!(*word, word.to_lowercase());
                assert_eq!(formats_for(word)[0].name, formats[0], "{word}");
            }
            for name in *formats {
                assert!(FORMATS.iter().any(|format| format.name == *name), "{name}");
            }
        }
    }
}
