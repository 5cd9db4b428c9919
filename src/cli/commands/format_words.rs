//! Which formats a user's word means: a board, a library, a program, a modem.
//!
//! In: a word in English or Chinese. Out: formats, the best first.

use crate::output::emit::{FORMATS, Format};

/// Words in lower case, and the formats for them, the best first.
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
        &[
            "arduino",
            "sketch",
            "wificlientsecure",
            "platformio",
            "草图",
            "m5stack",
            "lilygo",
            "ttgo",
            "xiao esp32",
        ],
        &["arduino", "esp8266", "bearssl", "esp-bundle-h"],
    ),
    (
        &[
            "wifinina",
            "wifi101",
            "nano 33 iot",
            "nano 33",
            "uno r4",
            "portenta",
            "opta",
            "mkr1010",
            "mkr wifi 1010",
            "uno wifi",
            "nina-w102",
        ],
        &["pem"],
    ),
    (&["sslclient", "ethernet", "w5500", "w5100", "teensy", "以太网"], &["bearssl"]),
    (
        &["renesas", "silabs", "infineon", "gd32", "realtek", "ameba", "bl602", "bouffalo"],
        &["mbedtls", "c", "c-bytes"],
    ),
    (&["瑞昱", "兆易", "沁恒", "博流"], &["mbedtls", "c", "c-bytes"]),
    (&["物联网", "iot", "mqtt", "阿里云", "aliyun"], &["c", "arduino", "esp-idf", "pem"]),
    (&["header", ".h", "头文件", "c 语言"], &["c", "c-bytes"]),
    (&["array", "bytes", "hex", "数组", "十六进制"], &["c-bytes", "zephyr"]),
    (&["cpp"], &["c", "pem"]),
    (&["golang"], &["go"]),
    (&["raspberry pi", "raspberry", "树莓派", "paho"], &["pem", "python"]),
    (&["crt", "ca-certificates", "linux", "ubuntu", "debian"], &["pem", "capath"]),
    (&["kafka"], &["java", "java-jks", "pem"]),
    (&["plc", "codesys", "siemens", "西门子", "三菱", "工控"], &["pem", "der"]),
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
            "node-red",
            "mqttx",
            "mqtt explorer",
            "zigbee2mqtt",
            "emqx",
            "rabbitmq",
            "influxdb",
            "telegraf",
            "grafana",
            "prometheus",
            "mongodb",
            "服务器",
            "数据库",
            "路由器",
            "鸿蒙",
            "harmonyos",
            "合宙",
            "luatos",
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
    (&["browser", "浏览器", "chrome", "firefox", "谷歌", "火狐"], &["cer"]),
    (&["docker", "容器", "compose", ".env", "dotenv", "环境变量"], &["env", "pem"]),
    (&["kubernetes", "k8s", "configmap", "cabundle", "helm"], &["k8s"]),
    (&["yocto", "openwrt", "buildroot", "嵌入式 linux"], &["pem", "capath"]),
    (&["lora", "lorawan", "ttn", "chirpstack", "basic station", "网关"], &["station"]),
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
    (&["esp-at", "at firmware", "at 固件", "安信可", "ai-thinker"], &["at-esp", "esp-at-pki"]),
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

/// The formats for `word`: those in the table, then those whose name, reader or contents include it.
pub(super) fn formats_for(word: &str) -> Vec<&'static Format> {
    let word = word.trim().to_lowercase();
    if word.is_empty() {
        return Vec::new();
    }
    let plain = |text: &str| text.replace([' ', '-', '_', '.'], "");
    let named = |name: &&str| FORMATS.iter().find(|format| format.name == *name);
    let same_name = plain(&word);
    let exact = FORMATS.iter().filter(|format| plain(format.name) == same_name);
    let rows = |is: fn(&str, &str) -> bool| {
        let (word, same) = (word.clone(), plain(&word));
        // `homeassistant` and `home-assistant` are one word.
        let holds = move |known: &&str| is(known, &word) || plain(known) == same;
        WORDS.iter().filter(move |(words, _)| words.iter().any(&holds))
    };
    let same = rows(|known, word| known == word).flat_map(|(_, formats)| formats.iter());
    let near = rows(|known, word| word.contains(known) && known.len() > 2)
        .flat_map(|(_, formats)| formats.iter());
    let text = FORMATS.iter().filter(|format| {
        let holds = |text: &str| begins_a_word(&text.to_lowercase(), &word);
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

/// Whether `text` contains `word` at the beginning of a word: `trust` does not contain `rust`.
fn begins_a_word(text: &str, word: &str) -> bool {
    let ends_within = |before: &str| before.ends_with(|one: char| one.is_ascii_alphanumeric());
    text.match_indices(word).any(|(at, _)| !ends_within(&text[..at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_however_it_is_spelt_and_not_within_other_words() {
        let first = |word: &str| formats_for(word).first().map(|format| format.name);
        for (word, format) in [
            ("homeassistant", "pem"),
            ("Home-Assistant", "pem"),
            ("espidf", "esp-idf"),
            ("ESP32S3", "arduino"),
            ("nodered", "pem"),
            ("golang", "go"),
            ("node_js", "node"),
            ("basicstation", "station"),
            ("树莓派", "pem"),
            ("安信可", "at-esp"),
        ] {
            assert_eq!(first(word), Some(format), "{word}");
        }
        let names = |word: &str| formats_for(word).iter().map(|one| one.name).collect::<Vec<_>>();
        assert_eq!(names("go"), ["go"]);
        assert!(names("rust").iter().all(|name| name.starts_with("rust")), "{:?}", names("rust"));
        assert!(formats_for("no such thing").is_empty());
    }

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
