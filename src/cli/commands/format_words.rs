//! Which formats a user's word means: a board, a library, a program, a modem.
//!
//! In: a word in English or Chinese. Out: formats, the best first.

use std::cmp::Reverse;

use crate::output::emit::{FORMATS, Format};

/// Words in lower case, and the formats for them, the best first: a row each, with `; ` between words, a
/// tab, and a space between formats.
const WORDS: &str = include_str!("format_words.tsv");

/// The rows of [`WORDS`].
fn rows() -> impl Iterator<Item = (Vec<&'static str>, Vec<&'static str>)> {
    let rows = WORDS.lines().filter_map(|row| row.split_once('\t'));
    rows.map(|(words, formats)| (words.split("; ").collect(), formats.split(' ').collect()))
}

/// The fewest bytes of a word that may also be the beginning of a longer one: `sim7600` of `sim7600g`. Shorter
/// words occur in too many others: `go`, `bun` and `lte` in `golioth`, `bundle` and `lteshield`.
const SHORTEST_BEGINNING: usize = 4;

/// The formats for `word`: those in the table, then those whose name, reader or contents include it.
pub(super) fn formats_for(word: &str) -> Vec<&'static Format> {
    let word = word.trim().to_lowercase();
    if word.is_empty() {
        return Vec::new();
    }
    // `nano 33` is a board.
    let is_known = rows().any(|(words, _)| words.contains(&word.as_str()));
    if let (false, Some((name, version))) = (is_known, with_version(&word)) {
        let mut found = formats_for(name);
        for_version(&mut found, name, version);
        if !found.is_empty() {
            return found;
        }
    }
    let plain = |text: &str| text.replace([' ', '-', '_', '.'], "");
    let same_name = plain(&word);
    let exact = FORMATS.iter().filter(|format| plain(format.name) == same_name);
    // `homeassistant` and `home-assistant` are one word.
    let is_same = |known: &&str| *known == word || plain(known) == same_name;
    let same = rows().filter(|(words, _)| words.iter().any(is_same));
    let same = same.flat_map(|(_, formats)| formats).filter_map(named);
    let text = FORMATS.iter().filter(|format| {
        let holds = |text: &str| holds_word(&text.to_lowercase(), &word);
        holds(format.name) || holds(format.reader) || holds(format.purpose)
    });
    let mut found: Vec<&'static Format> = Vec::new();
    let all = same.chain(exact).chain(text).chain(within(&word));
    for format in all {
        if !found.iter().any(|known| known.name == format.name) {
            found.push(format);
        }
    }
    found
}

/// Major and minor number.
type Version = (u32, u32);

/// Names without blanks and signs, and the version from which on they read the bundle with an index.
const WITH_INDEX: [(&[&str], Version); 2] =
    [(&["espidf", "idf", "espressifidf"], (5, 4)), (&["arduinoesp32", "esp32arduino"], (3, 2))];

/// A name and the version after it, as in `esp-idf 5.1`, `esp-idf-v4.4` and `node 18.x`.
fn with_version(word: &str) -> Option<(&str, Version)> {
    let (name, version) = word.rsplit_once([' ', '-', '_', '@', '='])?;
    let mut numbers = version.strip_prefix('v').unwrap_or(version).split('.');
    let major = numbers.next()?.parse().ok()?;
    let minor = match numbers.next() {
        None | Some("x") => 0,
        Some(minor) => minor.parse().ok()?,
    };
    (!name.is_empty() && numbers.all(|one| one.bytes().all(|one| one.is_ascii_alphanumeric())))
        .then_some((name.trim_end_matches([' ', '-', '_', '@', '=']), (major, minor)))
}

/// Of the bundles in `found`, keeps only the one that `version` of `name` reads.
fn for_version(found: &mut Vec<&'static Format>, name: &str, version: Version) {
    const NEW: [&str; 2] = ["esp-bundle", "esp-bundle-h"];
    const OLD: &str = "esp-bundle-v1";
    let plain = name.replace([' ', '-', '_', '.'], "");
    let Some((_, first)) = WITH_INDEX.iter().find(|(names, _)| names.contains(&&*plain)) else {
        return;
    };
    if version >= *first {
        found.retain(|format| format.name != OLD);
        return;
    }
    let place = found.iter().position(|format| NEW.contains(&format.name));
    found.retain(|format| !NEW.contains(&format.name) && format.name != OLD);
    let place = place.unwrap_or(found.len()).min(found.len());
    found.splice(place..place, named(OLD));
}

/// The formats for the known words in `text`, the longest word first, then the first in `text`: `paho` says
/// more than the `mqtt` after it.
fn within(text: &str) -> impl Iterator<Item = &'static Format> {
    let place = |known: &&str| {
        let at = text.find(*known).filter(|_| holds_word(text, known))?;
        Some((Reverse(known.len()), at))
    };
    let best = |words: Vec<&str>| words.iter().filter_map(place).min();
    let mut found: Vec<_> =
        rows().filter_map(|(words, formats)| Some((best(words)?, formats))).collect();
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().flat_map(|(_, formats)| formats).filter_map(named)
}

/// The format of that name.
fn named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// Whether `text` contains `word` at the beginning of a word, or as one: `trust` does not contain `rust`,
/// nor `heltec` `lte`.
fn holds_word(text: &str, word: &str) -> bool {
    let ends_within = |before: &str| before.ends_with(|one: char| one.is_ascii_alphanumeric());
    let goes_on = |after: &str| after.starts_with(|one: char| one.is_ascii_alphanumeric());
    text.match_indices(word).any(|(at, _)| {
        let is_whole = !goes_on(&text[at + word.len()..]);
        !ends_within(&text[..at]) && (is_whole || word.len() >= SHORTEST_BEGINNING)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_matches_in_any_spelling_but_not_inside_others() {
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
    fn a_version_behind_a_name_chooses_the_bundle_that_it_reads() {
        let names = |word: &str| formats_for(word).iter().map(|one| one.name).collect::<Vec<_>>();
        for word in ["esp-idf 5.1", "ESP-IDF v4.4.7", "esp-idf-5.3", "idf 5", "arduino-esp32 3.1"] {
            let found = names(word);
            assert!(found.contains(&"esp-bundle-v1"), "{word}: {found:?}");
            assert!(!found.contains(&"esp-bundle") && !found.contains(&"esp-bundle-h"), "{word}");
        }
        for word in ["esp-idf 5.4", "ESP-IDF v5.5.1", "idf 6.0", "arduino-esp32 3.2.0"] {
            let found = names(word);
            assert!(!found.contains(&"esp-bundle-v1"), "{word}: {found:?}");
        }
        for (word, first) in [
            ("esp-idf 5.1", "esp-idf"),
            ("micropython 1.19", "micropython"),
            ("go 1.21", "go"),
            ("node 18.x", "node"),
            ("java 8", "java"),
            ("python 3.8", "python"),
            ("zephyr v3.5", "zephyr"),
            ("mkr 1010", "pem"),
        ] {
            assert_eq!(names(word).first(), Some(&first), "{word}");
        }
    }

    #[test]
    fn every_word_is_lower_case_and_leads_to_known_formats() {
        for (words, formats) in rows() {
            for word in words {
                assert_eq!(word, word.to_lowercase());
                assert_eq!(formats_for(word)[0].name, formats[0], "{word}");
            }
            for name in formats {
                assert!(named(name).is_some(), "{name}");
            }
        }
    }

    #[test]
    fn everyday_words_lead_to_the_format_of_the_board_or_library() {
        let first = |word: &str| formats_for(word).first().map(|format| format.name);
        for (format, words) in [
            (
                "arduino",
                &[
                    "esp",
                    "espressif",
                    "ESP32-P4",
                    "heltec",
                    "olimex",
                    "xiao",
                    "M5",
                    "cardputer",
                    "PubSubClient",
                    "HTTPClient",
                    "AsyncMqttClient",
                    "setInsecure",
                    "PROGMEM",
                    "firebase",
                ][..],
            ),
            ("esp8266", &["d1mini", "lolin d1 mini", "setTrustAnchors", "NodeMCU v3"]),
            ("pico", &["pico 2 w", "rp2350", "树莓派pico"]),
            (
                "pem",
                &[
                    "mkr1000",
                    "giga r1",
                    "ra4m1",
                    "paho-mqtt",
                    "aiohttp",
                    "httpx",
                    "traefik",
                    "caddy",
                    "nats",
                    "gnutls",
                    "boringssl",
                    "cacert.pem",
                    "elixir",
                    "zig",
                    "delphi",
                    "beckhoff",
                    "openbeken",
                    "telit",
                    "bc66",
                    "广和通",
                    "air780",
                    "证书链",
                    "https",
                    "ssl",
                    "server",
                ],
            ),
            ("bearssl", &["enc28j60", "wiznet", "arduino mega 2560", "samd21"]),
            (
                "mbedtls",
                &["nucleo", "nucleo-f767zi", "mbed os", "bk7231", "ch32", "riot", "嵌入式"],
            ),
            ("c", &["bw16", "rtl8720", "ameba", "腾讯云", "巴法云", "mqtt"]),
            ("zephyr", &["nrf7002", "nrf52840"]),
            ("nrf-modem", &["thingy91", "nrf9161"]),
            ("circuitpython", &["adafruit", "feather", "qt py"]),
            ("micropython", &["pycom"]),
            ("at-simcom", &["SIM7600G-H", "a7672", "芯讯通", "lte modem"]),
            ("at-quectel", &["m95", "BG96MA"]),
            ("der", &["t-call", "sim868"]),
            ("station", &["the things network"]),
            ("node", &["npm", "deno", "bun", "electron"]),
            ("android", &["retrofit", "react native", "手机", "phone"]),
            ("ios", &["objective-c"]),
            ("csharp", &["visual basic", "vb.net"]),
            ("cer", &["keychain", "钥匙串", "safari"]),
            ("go", &["golang"]),
        ] {
            for word in words {
                assert_eq!(first(word), Some(format), "{word}");
            }
        }
        for word in ["toaster", "golioth", "shelter", "patriot", "scene"] {
            assert_eq!(first(word), None, "{word}");
        }
    }
}
