//! The built-in templates: those in `templates/emit`, by name.

/// The templates by name, and the parts that several of them share.
pub(super) const TEMPLATES: &[(&str, &str)] = &[
    ("android.xml", include_str!("../../../templates/emit/android.xml")),
    ("arduino.h", include_str!("../../../templates/emit/arduino.h")),
    ("at-esp.txt", include_str!("../../../templates/emit/at-esp.txt")),
    ("at-quectel.txt", include_str!("../../../templates/emit/at-quectel.txt")),
    ("at-simcom.txt", include_str!("../../../templates/emit/at-simcom.txt")),
    ("at-ublox.txt", include_str!("../../../templates/emit/at-ublox.txt")),
    ("bearssl.h", include_str!("../../../templates/emit/bearssl.h")),
    ("c-bytes.h", include_str!("../../../templates/emit/c-bytes.h")),
    ("c.h", include_str!("../../../templates/emit/c.h")),
    ("capath.sh", include_str!("../../../templates/emit/capath.sh")),
    ("circuitpython.py", include_str!("../../../templates/emit/circuitpython.py")),
    ("csharp.cs", include_str!("../../../templates/emit/csharp.cs")),
    ("dart.dart", include_str!("../../../templates/emit/dart.dart")),
    ("env.env", include_str!("../../../templates/emit/env.env")),
    ("esp-bundle-h.h", include_str!("../../../templates/emit/esp-bundle-h.h")),
    ("esp-idf.h", include_str!("../../../templates/emit/esp-idf.h")),
    ("esp8266.h", include_str!("../../../templates/emit/esp8266.h")),
    ("esphome.yaml", include_str!("../../../templates/emit/esphome.yaml")),
    ("freertos.h", include_str!("../../../templates/emit/freertos.h")),
    ("go.go", include_str!("../../../templates/emit/go.go")),
    ("ios.plist", include_str!("../../../templates/emit/ios.plist")),
    ("json-line.json", include_str!("../../../templates/emit/json-line.json")),
    ("k8s.yaml", include_str!("../../../templates/emit/k8s.yaml")),
    ("kotlin.kt", include_str!("../../../templates/emit/kotlin.kt")),
    ("lua.lua", include_str!("../../../templates/emit/lua.lua")),
    ("mbedtls.h", include_str!("../../../templates/emit/mbedtls.h")),
    ("micropython.py", include_str!("../../../templates/emit/micropython.py")),
    ("mongoose.h", include_str!("../../../templates/emit/mongoose.h")),
    ("nanoframework.cs", include_str!("../../../templates/emit/nanoframework.cs")),
    ("netx.h", include_str!("../../../templates/emit/netx.h")),
    ("node.js", include_str!("../../../templates/emit/node.js")),
    ("nrf-modem.h", include_str!("../../../templates/emit/nrf-modem.h")),
    ("nvs.csv", include_str!("../../../templates/emit/nvs.csv")),
    ("pico.h", include_str!("../../../templates/emit/pico.h")),
    ("python.py", include_str!("../../../templates/emit/python.py")),
    ("rust-anchor.rs", include_str!("../../../templates/emit/rust-anchor.rs")),
    ("rust-der.rs", include_str!("../../../templates/emit/rust-der.rs")),
    ("rust-esp-idf.rs", include_str!("../../../templates/emit/rust-esp-idf.rs")),
    ("rust.rs", include_str!("../../../templates/emit/rust.rs")),
    ("sha1.txt", include_str!("../../../templates/emit/sha1.txt")),
    ("sha256.txt", include_str!("../../../templates/emit/sha256.txt")),
    ("shelly.json", include_str!("../../../templates/emit/shelly.json")),
    ("spki-pin.txt", include_str!("../../../templates/emit/spki-pin.txt")),
    ("swift.swift", include_str!("../../../templates/emit/swift.swift")),
    ("tasmota.h", include_str!("../../../templates/emit/tasmota.h")),
    ("text.txt", include_str!("../../../templates/emit/text.txt")),
    ("toit.toit", include_str!("../../../templates/emit/toit.toit")),
    ("wolfssl.h", include_str!("../../../templates/emit/wolfssl.h")),
    ("zephyr.inc", include_str!("../../../templates/emit/zephyr.inc")),
    ("part/about", include_str!("../../../templates/emit/part/about")),
    ("part/c-anchors", include_str!("../../../templates/emit/part/c-anchors")),
    ("part/c-der", include_str!("../../../templates/emit/part/c-der")),
    ("part/c-facts", include_str!("../../../templates/emit/part/c-facts")),
    ("part/c-pem", include_str!("../../../templates/emit/part/c-pem")),
    ("part/csharp", include_str!("../../../templates/emit/part/csharp")),
    ("part/options", include_str!("../../../templates/emit/part/options")),
    ("part/python-facts", include_str!("../../../templates/emit/part/python-facts")),
    ("part/rust-allow", include_str!("../../../templates/emit/part/rust-allow")),
    ("part/rust-facts", include_str!("../../../templates/emit/part/rust-facts")),
    ("part/xml-about", include_str!("../../../templates/emit/part/xml-about")),
];

/// The template called `template` and all parts that it includes, directly or not: the engine compiles
/// everything it gets, which takes longer than rendering.
pub(super) fn with_parts(template: &str) -> Vec<(&'static str, &'static str)> {
    let mut wanted: Vec<_> =
        TEMPLATES.iter().filter(|(name, _)| *name == template).copied().collect();
    let mut looked_at = 0;
    while let Some((_, source)) = wanted.get(looked_at).copied() {
        for (name, part) in TEMPLATES {
            let is_included = source.contains(&format!("{{% include \"{name}\" %}}"));
            if is_included && !wanted.iter().any(|(known, _)| known == name) {
                wanted.push((name, part));
            }
        }
        looked_at += 1;
    }
    wanted
}

/// The parts that templates share; users' templates can include them.
pub(super) fn parts() -> impl Iterator<Item = &'static str> {
    TEMPLATES.iter().map(|(name, _)| *name).filter(|name| name.starts_with("part/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_include_parts_in_one_form_only() {
        const TAKING: [&str; 4] = ["include", "import", "from", "extends"];
        for (template, source) in TEMPLATES {
            for block in source.split("{%").skip(1) {
                let tag = block.split("%}").next().unwrap_or_default();
                let words = tag.trim_start_matches(['-', '+']).trim_start();
                let is_known = || parts().any(|part| tag == format!(" include \"{part}\" "));
                if TAKING.iter().any(|taking| words.starts_with(taking)) {
                    assert!(is_known(), "{template}: {{%{tag}%}}");
                }
            }
        }
    }
}
