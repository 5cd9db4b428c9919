//! The C application for ESP-IDF, compiled against declarations of the parts of ESP-IDF that it uses, by gcc
//! for this machine and for the ESP32-C3's instruction set.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use super::bench::{new, pki};
use crate::support::{Server, real};

/// Compilers, each with the options for its target.
const COMPILERS: [(&str, &[&str]); 2] = [
    ("gcc", &[]),
    ("riscv64-unknown-elf-gcc", &["-march=rv32imc", "-mabi=ilp32", "--specs=picolibc.specs"]),
];

/// Writes the `sdkconfig.h` that ESP-IDF generates from the project's menu, with its defaults.
fn configure(folder: &Path) {
    let menu = fs::read_to_string(folder.join("main/Kconfig.projbuild")).unwrap();
    let mut header = String::from("#pragma once\n");
    for item in menu.split("    config ").skip(1) {
        let name = item.lines().next().unwrap();
        let value = item.split("default ").nth(1).unwrap().lines().next().unwrap();
        header += &format!("#define CONFIG_{name} {value}\n");
    }
    fs::write(folder.join("sdkconfig.h"), header).unwrap();
}

/// The sources of the component.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let component = fs::read_to_string(folder.join("main/CMakeLists.txt")).unwrap();
    let names = component.split('"').skip(1).step_by(2);
    names.map(|name| Path::new("main").join(name)).collect()
}

fn compile(compiler: &str, options: &[&str], folder: &Path) -> Output {
    Command::new(compiler)
        .args(options)
        .args(["-std=gnu17", "-Wall", "-Wextra", "-Werror", "-Wno-unused-variable", "-Os"])
        .args(["-Wno-unused-const-variable", "-S", "-Imain", "-I.", "-I"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/esp-idf/include"))
        .args(sources(folder))
        .current_dir(folder)
        .output()
        .expect("the compiler")
}

#[test]
fn the_app_for_esp_idf_compiles_for_a_pc_and_the_esp32_c3() {
    for scheme in ["mqtts", "https"] {
        let pki = pki("Plant Root");
        let server = Server::presenting(&pki);
        new("esp-idf", scheme, server.port(), &pki).succeeds();
        let folder = pki.file("project");
        configure(&folder);
        for (compiler, options) in COMPILERS {
            if !real::program(compiler) {
                continue;
            }
            let output = compile(compiler, options, &folder);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(output.stderr, b"");
        }
        // The compiler checks the declarations: an unknown field is an error.
        let main = folder.join("main/main.c");
        let text = fs::read_to_string(&main).unwrap();
        let typo = text.replace(".port = ", ".prot = ");
        assert_ne!(typo, text);
        fs::write(main, typo).unwrap();
        if real::program("gcc") {
            assert!(!compile("gcc", &[], &folder).status.success());
        }
    }
}

#[test]
fn the_app_for_esp_idf_checks_dates_and_attaches_no_bundle() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/project/esp-idf");
    let defaults = fs::read_to_string(folder.join("sdkconfig.defaults")).unwrap();
    for line in ["CONFIG_MBEDTLS_HAVE_TIME_DATE=y", "CONFIG_MBEDTLS_CERTIFICATE_BUNDLE=n"] {
        assert!(defaults.lines().any(|one| one == line), "{line}");
    }
    for (protocol, connect) in [("mqtt", "esp_mqtt_client_start("), ("https", "get();")] {
        let text = fs::read_to_string(folder.join(protocol).join("main.c")).unwrap();
        let clock = text.find("clock_set(SERVER_ROOT_CA_NOT_BEFORE)").unwrap();
        assert!(text[clock..].contains(connect), "{protocol}: the clock is set before it connects");
        let stays = text.contains(".disable_auto_redirect = true");
        assert!(protocol == "mqtt" || stays, "the page may come from a server without TLS");
        for way_out in ["crt_bundle_attach", "use_global_ca_store", "skip_cert_common_name_check"] {
            assert!(!text.contains(way_out), "{protocol}: {way_out}");
        }
    }
}
