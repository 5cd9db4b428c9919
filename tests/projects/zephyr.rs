//! The project for Zephyr, compiled against declarations of the parts of Zephyr that it uses.

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

/// The declarations of the header with the device's own certificate.
const IDENTITY: &str = "static const char DEVICE_CERTIFICATE[] = \"certificate\";\n\
                        static const char DEVICE_KEY[] = \"the private key\";\n";

const KEY: &[u8] = b"the private key";

#[test]
fn the_app_for_zephyr_compiles_for_a_pc_and_riscv() {
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
                    // Constants that the project does not use.
                    .arg("-Wno-unused-const-variable")
                    .args(["-c", "-o", "object.o", file, "-I"])
                    .arg(&declarations)
                    .args(options.iter().map(|name| format!("-DCONFIG_{name}=\"\"")))
                    .current_dir(&folder)
                    .output()
                    .expect(compiler)
            };
            let identity = folder.join("src/device_identity.h");
            for shows_certificate in [false, true] {
                if shows_certificate {
                    fs::write(&identity, IDENTITY).unwrap();
                }
                for file in ["src/main.c", "src/server.c"] {
                    let output = compile(file);
                    let message = String::from_utf8_lossy(&output.stderr);
                    assert!(output.status.success(), "{compiler}: {file}: {message}");
                }
                let object = fs::read(folder.join("object.o")).unwrap();
                let has = object.windows(KEY.len()).any(|window| window == KEY);
                assert_eq!(has, shows_certificate, "{compiler}: the key is in the object");
            }
            fs::remove_file(identity).unwrap();
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

/// What mbedTLS needs to read a certificate: the option of Zephyr, and octets that only such a certificate has,
/// which are the identifiers of RFC 8017 appendix C, RFC 5758 and RFC 5480.
const NEEDS: [(&str, &[&[u8]]); 7] = [
    (
        "SHA1",
        &[&[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 5], &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1]],
    ),
    (
        "SHA256",
        &[&[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 11], &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]],
    ),
    (
        "SHA384",
        &[&[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 12], &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3]],
    ),
    (
        "SHA512",
        &[&[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 13], &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4]],
    ),
    ("ECP_DP_SECP256R1_ENABLED", &[&[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]]),
    ("ECP_DP_SECP384R1_ENABLED", &[&[0x06, 5, 0x2b, 0x81, 4, 0, 34]]),
    ("ECP_DP_SECP521R1_ENABLED", &[&[0x06, 5, 0x2b, 0x81, 4, 0, 35]]),
];

#[test]
fn the_zephyr_configuration_supports_every_public_root() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/project/zephyr/base.conf");
    let text = fs::read_to_string(place).unwrap();
    // SHA-256 is on by default (modules/mbedtls/Kconfig.tls-generic of Zephyr 3.7).
    let is_on = |option: &str| {
        option == "SHA256" || text.lines().any(|line| line == format!("CONFIG_MBEDTLS_{option}=y"))
    };
    let roots = certgrab::internals::trust::store::mozilla_list();
    assert!(roots.len() > 100);
    let mut used = std::collections::BTreeSet::new();
    for root in roots {
        let has = |octets: &&&[u8]| root.windows(octets.len()).any(|window| window == **octets);
        let needs = NEEDS.iter().filter(|(_, octets)| octets.iter().find(has).is_some());
        let needs: Vec<_> = needs.map(|(option, _)| *option).collect();
        assert!(!needs.is_empty(), "{root:02x?}");
        assert!(needs.iter().all(|option| is_on(option)), "{needs:?}: {root:02x?}");
        used.extend(needs);
    }
    // Every option is needed: some root is signed with each digest.
    assert!(
        ["SHA1", "SHA256", "SHA384", "SHA512"].iter().all(|one| used.contains(one)),
        "{used:?}"
    );
}
