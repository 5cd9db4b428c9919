//! The projects that can be written: one row each, its files in a folder of `templates/project`.
//!
//! In that folder, `mqtt` and `https` hold the files for only one of the two protocols.

mod protocol;

pub(crate) use self::protocol::assumption;

/// The path of a file in the project, and its content. A file with the extension `.md` is a template.
pub(crate) type Text = (&'static str, &'static str);

/// A project that can be written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Project {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) proof: &'static str,
    /// The format of the constants, and where they are.
    pub(crate) constants: (&'static str, &'static str),
    /// The device it runs on, by its name for `--as`; `None` if that table has no row for it.
    pub(crate) device: Option<&'static str>,
    /// Where its code looks for the device's own certificate.
    pub(crate) own: OwnFiles,
    /// How it connects to the lab.
    lab: Lab,
    /// What it needs for either protocol.
    files: &'static [Text],
    /// What it needs for MQTT.
    mqtt: &'static [Text],
    /// What it needs for HTTPS.
    https: &'static [Text],
}

/// Where a project looks for the device's own certificate and private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OwnFiles {
    /// Two files in PEM, read when the program starts.
    Pem {
        /// The certificate, then its issuers.
        certificate: &'static str,
        /// The private key.
        key: &'static str,
    },
    /// A header with both as texts in PEM, which the code includes if it is there.
    Header(&'static str),
}

/// How a project connects to the lab, again and again.
#[derive(Debug, PartialEq, Eq)]
struct Lab {
    /// Options of the lab, and an explanation of them.
    options: (&'static str, &'static str),
    /// How to start it, and an explanation of that.
    start: (&'static str, &'static str),
}

/// A board connects to this machine's address, and reconnects after each case.
const fn board(start: &'static str) -> Lab {
    let options = (
        " --listen 192.168.1.5:8883",
        " `192.168.1.5` stands for this computer's\naddress in the board's network.",
    );
    Lab { options, start: (start, "Put it on the board, which connects again and again") }
}

/// A program for PCs connects once.
const fn program(start: &'static str) -> Lab {
    Lab { options: ("", ""), start: (start, "In another terminal, start it once for each case") }
}

/// Read when the program starts, or when it is built.
const FILES: OwnFiles = OwnFiles::Pem { certificate: "certs/device.pem", key: "certs/device.key" };

macro_rules! text {
    ($path:literal) => {
        include_str!(concat!("../../templates/project/", $path))
    };
}

/// What each README says about the lab.
const LAB: &str = text!("lab.md");

/// A README with the section that all of them end with.
macro_rules! readme {
    ($path:literal) => {
        concat!(text!($path), text!("files.md"))
    };
}

pub(crate) const PROJECTS: &[Project] = &[
    Project {
        name: "linux-c",
        what: "a C client with mbedTLS, for MQTT or HTTPS",
        proof: "compiled by gcc, connects to mosquitto and to a web server, refuses another root and another name",
        constants: ("c", "server_root_ca.h"),
        device: Some("mbedtls"),
        own: FILES,
        lab: program("make && for i in $(seq 60); do ./client; done"),
        files: &[
            ("tls.c", text!("linux-c/tls.c")),
            ("tls.h", text!("linux-c/tls.h")),
            ("Makefile", text!("linux-c/Makefile")),
            (".gitignore", text!("linux-c/gitignore.tmpl")),
        ],
        mqtt: &[
            ("main.c", text!("linux-c/mqtt/main.c")),
            ("mqtt.c", text!("linux-c/mqtt/mqtt.c")),
            ("mqtt.h", text!("linux-c/mqtt/mqtt.h")),
            ("README.md", readme!("linux-c/mqtt/README.md")),
        ],
        https: &[
            ("main.c", text!("linux-c/https/main.c")),
            ("README.md", readme!("linux-c/https/README.md")),
        ],
    },
    Project {
        name: "rust-host",
        what: "a client for PCs and servers, with rustls, for MQTT or HTTPS",
        proof: "compiled by cargo, connects to mosquitto and to a web server, publishes, receives, refuses another root and another name",
        constants: ("rust-anchor", "src/server_root_ca.rs"),
        device: None,
        own: FILES,
        lab: program(
            "cargo build --release && for i in $(seq 60); do timeout 5 target/release/client; done",
        ),
        files: &[
            ("Cargo.toml", text!("rust-host/Cargo.toml.tmpl")),
            ("src/tls.rs", text!("rust-host/tls.rs")),
            (".gitignore", text!("rust-host/gitignore.tmpl")),
        ],
        mqtt: &[
            ("src/main.rs", text!("rust-host/mqtt/main.rs")),
            ("src/mqtt.rs", text!("rust-host/mqtt/mqtt.rs")),
            ("README.md", readme!("rust-host/mqtt/README.md")),
        ],
        https: &[
            ("src/main.rs", text!("rust-host/https/main.rs")),
            ("README.md", readme!("rust-host/https/README.md")),
        ],
    },
    Project {
        name: "arduino-esp32",
        what: "a sketch with WiFiClientSecure and PubSubClient 2.8, or HTTPClient",
        proof: "on a PC, over mbedTLS and a stand-in for Arduino, connects to mosquitto and to a web server, refuses another root and another name; not on a board",
        constants: ("arduino", "src/server_root_ca.h"),
        device: Some("arduino-esp32"),
        own: OwnFiles::Header("src/device_identity.h"),
        lab: board("pio run -e lab -t upload"),
        files: &[
            ("certgrab_pre.py", include_str!("../../templates/integration/certgrab_pre.py")),
            ("src/dates.h", text!("arduino-esp32/dates.h")),
            (".gitignore", text!("arduino-esp32/gitignore.tmpl")),
        ],
        mqtt: &[
            ("src/sketch.ino", text!("arduino-esp32/mqtt/sketch.ino")),
            ("src/secrets.example.h", text!("arduino-esp32/mqtt/secrets.example.h")),
            ("platformio.ini", text!("arduino-esp32/mqtt/platformio.ini")),
            ("README.md", readme!("arduino-esp32/mqtt/README.md")),
        ],
        https: &[
            ("src/sketch.ino", text!("arduino-esp32/https/sketch.ino")),
            ("src/secrets.example.h", text!("arduino-esp32/https/secrets.example.h")),
            ("platformio.ini", text!("arduino-esp32/https/platformio.ini")),
            ("README.md", readme!("arduino-esp32/https/README.md")),
        ],
    },
    Project {
        name: "arduino-esp8266",
        what: "a sketch with BearSSL and PubSubClient 2.8, or ESP8266HTTPClient",
        proof: "on a PC, over BearSSL and a stand-in for Arduino, connects to mosquitto and to a web server, refuses another root and another name; not on a board",
        constants: ("esp8266", "src/server_root_ca.h"),
        device: Some("esp8266"),
        own: OwnFiles::Header("src/device_identity.h"),
        lab: Lab {
            options: (
                " --listen 192.168.1.5:8883 --host broker.lan",
                " `192.168.1.5` stands for this computer's\naddress in the board's network. BearSSL compares no addresses: let the name `broker.lan` lead to it.",
            ),
            ..board("pio run -e lab -t upload")
        },
        files: &[
            ("certgrab_pre.py", include_str!("../../templates/integration/certgrab_pre.py")),
            (".gitignore", text!("arduino-esp8266/gitignore.tmpl")),
        ],
        mqtt: &[
            ("src/sketch.ino", text!("arduino-esp8266/mqtt/sketch.ino")),
            ("src/secrets.example.h", text!("arduino-esp8266/mqtt/secrets.example.h")),
            ("platformio.ini", text!("arduino-esp8266/mqtt/platformio.ini")),
            ("README.md", readme!("arduino-esp8266/mqtt/README.md")),
        ],
        https: &[
            ("src/sketch.ino", text!("arduino-esp8266/https/sketch.ino")),
            ("src/secrets.example.h", text!("arduino-esp8266/https/secrets.example.h")),
            ("platformio.ini", text!("arduino-esp8266/https/platformio.ini")),
            ("README.md", readme!("arduino-esp8266/https/README.md")),
        ],
    },
    Project {
        name: "esp-idf",
        what: "a C application with esp-mqtt or esp_http_client, for ESP-IDF v5.4 and v5.5",
        proof: "compiled by gcc, for a PC and for the ESP32-C3's instruction set, against declarations of ESP-IDF v5.5; its options exist in both versions; not linked, not run",
        constants: ("esp-idf", "main/server_root_ca.h"),
        device: Some("esp-idf"),
        own: OwnFiles::Header("main/device_identity.h"),
        lab: board("idf.py flash"),
        files: &[
            ("CMakeLists.txt", text!("esp-idf/CMakeLists.txt")),
            ("main/CMakeLists.txt", text!("esp-idf/main/CMakeLists.txt")),
            ("main/network.c", text!("esp-idf/main/network.c")),
            ("main/network.h", text!("esp-idf/main/network.h")),
            ("sdkconfig.defaults", text!("esp-idf/sdkconfig.defaults")),
            (".gitignore", text!("esp-idf/gitignore.tmpl")),
        ],
        mqtt: &[
            ("main/main.c", text!("esp-idf/mqtt/main.c")),
            ("main/Kconfig.projbuild", text!("esp-idf/mqtt/Kconfig.projbuild")),
            ("README.md", readme!("esp-idf/mqtt/README.md")),
        ],
        https: &[
            ("main/main.c", text!("esp-idf/https/main.c")),
            ("main/Kconfig.projbuild", text!("esp-idf/https/Kconfig.projbuild")),
            ("README.md", readme!("esp-idf/https/README.md")),
        ],
    },
    Project {
        name: "esp-idf-rust",
        what: "an application with esp-idf-svc 0.53, for MQTT or HTTPS, for ESP-IDF v5.4 and v5.5",
        proof: "type-checked by cargo against declarations of esp-idf-svc, each compared with its sources; its options exist in both versions of ESP-IDF; not linked, not run",
        constants: ("rust-esp-idf", "src/server_root_ca.rs"),
        device: Some("esp-idf"),
        own: FILES,
        lab: board("cargo run --release"),
        files: &[
            ("Cargo.toml", text!("esp-idf-rust/Cargo.toml.tmpl")),
            (".cargo/config.toml", text!("esp-idf-rust/cargo-config.toml.tmpl")),
            ("build.rs", text!("esp-idf-rust/build.rs")),
            ("rust-toolchain.toml", text!("esp-idf-rust/rust-toolchain.toml.tmpl")),
            ("sdkconfig.defaults", text!("esp-idf-rust/sdkconfig.defaults")),
            ("partitions.csv", text!("esp-idf-rust/partitions.csv")),
            ("espflash.toml", text!("esp-idf-rust/espflash.toml")),
            ("src/clock.rs", text!("esp-idf-rust/clock.rs")),
            ("src/identity.rs", text!("esp-idf-rust/identity.rs")),
            ("src/wifi.rs", text!("esp-idf-rust/wifi.rs")),
            (".gitignore", text!("esp-idf-rust/gitignore.tmpl")),
        ],
        mqtt: &[
            ("src/main.rs", text!("esp-idf-rust/mqtt/main.rs")),
            ("src/config.rs", text!("esp-idf-rust/mqtt/config.rs")),
            ("device.env.example", text!("esp-idf-rust/mqtt/device.env.example")),
            ("README.md", readme!("esp-idf-rust/mqtt/README.md")),
        ],
        https: &[
            ("src/main.rs", text!("esp-idf-rust/https/main.rs")),
            ("src/config.rs", text!("esp-idf-rust/https/config.rs")),
            ("device.env.example", text!("esp-idf-rust/https/device.env.example")),
            ("README.md", readme!("esp-idf-rust/https/README.md")),
        ],
    },
    Project {
        name: "esp-hal",
        what: "an application for the ESP32-C3 without ESP-IDF, with esp-hal and mbedTLS, for MQTT or HTTPS",
        proof: "linked by cargo for the chip; its TLS and MQTT, in QEMU, connect to mosquitto, publish, receive, refuse another root and another name; not on a board",
        constants: ("rust", "src/server_root_ca.rs"),
        device: Some("mbedtls"),
        own: FILES,
        lab: board("cargo run --release"),
        files: &[
            ("Cargo.toml", text!("esp-hal/Cargo.toml.tmpl")),
            (".cargo/config.toml", text!("esp-hal/cargo-config.toml.tmpl")),
            ("rust-toolchain.toml", text!("esp-hal/rust-toolchain.toml.tmpl")),
            ("src/main.rs", text!("esp-hal/main.rs")),
            ("build.rs", text!("esp-hal/build.rs")),
            ("src/tls.rs", text!("esp-hal/tls.rs")),
            ("src/identity.rs", text!("esp-hal/identity.rs")),
            (".gitignore", text!("esp-hal/gitignore.tmpl")),
        ],
        mqtt: &[
            ("src/talk.rs", text!("esp-hal/mqtt/talk.rs")),
            ("src/talk/mqtt.rs", text!("esp-hal/mqtt/mqtt.rs")),
            ("src/config.rs", text!("esp-idf-rust/mqtt/config.rs")),
            ("device.env.example", text!("esp-idf-rust/mqtt/device.env.example")),
            ("README.md", readme!("esp-hal/mqtt/README.md")),
        ],
        https: &[
            ("src/talk.rs", text!("esp-hal/https/talk.rs")),
            ("src/config.rs", text!("esp-idf-rust/https/config.rs")),
            ("device.env.example", text!("esp-idf-rust/https/device.env.example")),
            ("README.md", readme!("esp-hal/https/README.md")),
        ],
    },
    Project {
        name: "zephyr",
        what: "a C application with Zephyr 3.7's MQTT or HTTP client",
        proof: "compiled by gcc, for a PC and for riscv32imc, against declarations of Zephyr; its configuration is not read, nothing is linked or run",
        constants: ("c", "src/server_root_ca.h"),
        device: None,
        own: OwnFiles::Header("src/device_identity.h"),
        lab: board("west build && west flash"),
        files: &[
            ("CMakeLists.txt", text!("zephyr/CMakeLists.txt")),
            ("src/server.c", text!("zephyr/server.c")),
            ("src/server.h", text!("zephyr/server.h")),
            (".gitignore", text!("zephyr/gitignore.tmpl")),
        ],
        mqtt: &[
            ("src/main.c", text!("zephyr/mqtt/main.c")),
            ("prj.conf", concat!(text!("zephyr/base.conf"), text!("zephyr/mqtt/prj.conf"))),
            ("Kconfig", text!("zephyr/mqtt/Kconfig")),
            ("secrets.conf.example", text!("zephyr/mqtt/secrets.conf.example")),
            ("README.md", readme!("zephyr/mqtt/README.md")),
        ],
        https: &[
            ("src/main.c", text!("zephyr/https/main.c")),
            ("prj.conf", concat!(text!("zephyr/base.conf"), text!("zephyr/https/prj.conf"))),
            ("Kconfig", text!("zephyr/https/Kconfig")),
            ("secrets.conf.example", text!("zephyr/https/secrets.conf.example")),
            ("README.md", readme!("zephyr/https/README.md")),
        ],
    },
    Project {
        name: "micropython",
        what: "a module for any board with ssl, for MQTT or HTTPS",
        proof: "on a PC, under CPython and MicroPython, connects to mosquitto and to a web server, refuses another root and another name; not on a board",
        constants: ("micropython", "server_root_ca.py"),
        device: None,
        own: OwnFiles::Pem { certificate: "device.pem", key: "device.key" },
        lab: program("for i in $(seq 60); do python3 main.py; done"),
        files: &[
            ("connection.py", text!("micropython/connection.py")),
            (".gitignore", text!("micropython/gitignore.tmpl")),
        ],
        mqtt: &[
            ("main.py", text!("micropython/mqtt/main.py")),
            ("credentials.example.py", text!("micropython/mqtt/credentials.example.py")),
            ("README.md", readme!("micropython/mqtt/README.md")),
        ],
        https: &[
            ("main.py", text!("micropython/https/main.py")),
            ("credentials.example.py", text!("micropython/https/credentials.example.py")),
            ("README.md", readme!("micropython/https/README.md")),
        ],
    },
];

/// The project called `name`.
pub(crate) fn project(name: &str) -> Option<&'static Project> {
    PROJECTS.iter().find(|project| project.name == name)
}

impl Project {
    /// Its README's section about the lab.
    pub(crate) fn lab(&self) -> String {
        let (format, constants) = self.constants;
        let ((options, place), (start, how)) = (self.lab.options, self.lab.start);
        [
            ("@OPTIONS@", options),
            ("@WHERE@", place),
            ("@FORMAT@", format),
            ("@CONSTANTS@", constants),
            ("@START@", start),
            ("@HOW@", how),
        ]
        .iter()
        .fold(LAB.to_owned(), |text, (mark, value)| text.replace(mark, value))
    }
}
