//! The project for Zephyr, compiled against declarations of what it uses of Zephyr.

use std::{fs, path::Path, process::Command};

use super::bench::{new, pki};
use crate::support::{Server, real};

/// The compilers: of this machine, and of the ESP32-C3's instruction set with picolibc.
const COMPILERS: [(&str, &[&str]); 2] = [
    ("gcc", &[]),
    (
        "riscv64-unknown-elf-gcc",
        &[
            "-march=rv32imc",
            "-mabi=ilp32",
            "-isystem",
            "/usr/lib/picolibc/riscv64-unknown-elf/include",
        ],
    ),
];

#[test]
fn the_application_for_zephyr_compiles_against_declarations_for_a_desk_and_for_riscv() {
    let pki = pki("Plant Root");
    let server = Server::presenting(&pki);
    let declarations = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/zephyr");
    for scheme in ["mqtts", "https"] {
        new("zephyr", scheme, server.port(), &pki).args(["--force"]).succeeds();
        let folder = pki.file("project");
        let options = strings(&fs::read_to_string(folder.join("Kconfig")).unwrap());
        for (compiler, for_it) in COMPILERS {
            if !real::program(compiler) {
                continue;
            }
            let compile = |file: &str| {
                Command::new(compiler)
                    .args(for_it)
                    .args(["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror"])
                    // Constants that the project has no use for.
                    .arg("-Wno-unused-const-variable")
                    .args(["-c", "-o", "object.o", file, "-I"])
                    .arg(&declarations)
                    .args(options.iter().map(|name| format!("-DCONFIG_{name}=\"\"")))
                    .current_dir(&folder)
                    .output()
                    .expect(compiler)
            };
            for file in ["src/main.c", "src/server.c"] {
                let output = compile(file);
                let told = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{compiler}: {file}: {told}");
            }
            let main = fs::read_to_string(folder.join("src/main.c")).unwrap();
            assert!(main.contains("TLS_PEER_VERIFY_REQUIRED"), "{main}");
            fs::write(folder.join("other.c"), main.replace("REQUIRED", "ALWAYS")).unwrap();
            assert!(!compile("other.c").status.success());
        }
    }
}

/// The names of the strings in `kconfig`.
fn strings(kconfig: &str) -> Vec<String> {
    let names = kconfig.lines().filter_map(|line| line.strip_prefix("config "));
    names.map(str::to_owned).collect()
}
