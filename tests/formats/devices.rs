//! The formats for TLS stacks of devices: parsed by the real library as firmware does, then a handshake with
//! only that anchor, with a server that it verifies and with one that it does not.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use certgrab::internals::x509::certificate::{Certificate, Key};
use tempfile::TempDir;

use super::bench::{self, folder, succeed, write};
use crate::support::{Pki, Server, real};

/// A TLS stack, as a library of this machine.
#[derive(Clone, Copy)]
enum Stack {
    MbedTls,
    BearSsl,
    WolfSsl,
}

impl Stack {
    /// Whether its header and library are installed.
    fn is_here(self) -> bool {
        let header = match self {
            Self::MbedTls => "mbedtls/ssl.h",
            Self::BearSsl => "bearssl.h",
            Self::WolfSsl => "wolfssl/ssl.h",
        };
        real::program("gcc") && real::header(header)
    }

    /// Sources of the client, without the one with the anchor.
    fn sources(self) -> &'static [&'static str] {
        match self {
            Self::MbedTls => &["mbedtls.c"],
            Self::BearSsl => &["bearssl.c", "bearssl_pem.c"],
            Self::WolfSsl => &["wolfssl.c"],
        }
    }

    fn libraries(self) -> &'static [&'static str] {
        match self {
            Self::MbedTls => &["-lmbedtls", "-lmbedx509", "-lmbedcrypto"],
            Self::BearSsl => &["-lbearssl"],
            Self::WolfSsl => &["-lwolfssl"],
        }
    }
}

/// How firmware passes a file to its stack: `load` of the client, in C.
struct Idiom {
    format: &'static str,
    stack: Stack,
    load: &'static str,
}

const MBEDTLS: &str = "#include <mbedtls/x509_crt.h>\nint load(mbedtls_x509_crt *ca);\n";
const BEARSSL: &str = "#include <bearssl.h>\nsize_t load(const br_x509_trust_anchor **anchors);\n";
const WOLFSSL: &str = "#include <wolfssl/options.h>\n#include <wolfssl/ssl.h>\n\
                       int load(WOLFSSL_CTX *ctx);\n";

const PEM_WITH_SIZEOF: &str = "#include \"anchor\"\nint load(mbedtls_x509_crt *ca) {\n\
    return mbedtls_x509_crt_parse(ca, (const unsigned char *)ROOT_CA, sizeof ROOT_CA); }\n";

/// A file of the device's build, with an appended NUL.
const EMBEDDED_TEXT: &str = "extern const unsigned char start[], end[];\n\
    __asm__(\".section .rodata\\nstart: .incbin \\\"anchor\\\"\\n.byte 0\\nend:\\n.text\");\n\
    int load(mbedtls_x509_crt *ca) {\n\
    return mbedtls_x509_crt_parse(ca, start, (size_t)(end - start)); }\n";

/// A file that mbedTLS opens itself, in PEM or DER; the client runs where the test runs.
const PEM_FILE: &str = "int load(mbedtls_x509_crt *ca) {\n\
    return mbedtls_x509_crt_parse_file(ca, ANCHOR_FILE); }\n";

const IDIOMS: &[Idiom] = &[
    Idiom { format: "c", stack: Stack::MbedTls, load: PEM_WITH_SIZEOF },
    Idiom { format: "esp-idf", stack: Stack::MbedTls, load: PEM_WITH_SIZEOF },
    Idiom { format: "freertos", stack: Stack::MbedTls, load: PEM_WITH_SIZEOF },
    Idiom { format: "pico", stack: Stack::MbedTls, load: PEM_WITH_SIZEOF },
    Idiom {
        // mg_str measures the text; Mongoose passes the NUL to mbedTLS too.
        format: "mongoose",
        stack: Stack::MbedTls,
        load: "#include \"anchor\"\n#include <string.h>\nint load(mbedtls_x509_crt *ca) {\n\
               return mbedtls_x509_crt_parse(ca, (const unsigned char *)ROOT_CA, \
               strlen(ROOT_CA) + 1); }\n",
    },
    Idiom {
        // NetworkClientSecure passes the length from strlen plus the NUL.
        format: "arduino",
        stack: Stack::MbedTls,
        load: "#include \"anchor\"\n#include <string.h>\nint load(mbedtls_x509_crt *ca) {\n\
               return mbedtls_x509_crt_parse(ca, (const unsigned char *)ROOT_CA, \
               strlen(ROOT_CA) + 1); }\n",
    },
    Idiom {
        format: "c-bytes",
        stack: Stack::MbedTls,
        load: "#include \"anchor\"\nint load(mbedtls_x509_crt *ca) {\n\
               return mbedtls_x509_crt_parse_der(ca, ROOT_CA_DER, sizeof ROOT_CA_DER); }\n",
    },
    Idiom {
        format: "mbedtls",
        stack: Stack::MbedTls,
        load: "#include \"anchor\"\nint load(mbedtls_x509_crt *ca) {\n\
               return mbedtls_x509_crt_parse_der_nocopy(ca, ROOT_CA_DER, sizeof ROOT_CA_DER); }\n",
    },
    Idiom {
        format: "zephyr",
        stack: Stack::MbedTls,
        load: "static const unsigned char ca_certificate[] = {\n#include \"anchor\"\n};\n\
               int load(mbedtls_x509_crt *ca) { return mbedtls_x509_crt_parse(ca, \
               ca_certificate, sizeof(ca_certificate)); }\n",
    },
    // EMBED_TXTFILES adds the NUL and gives the file a symbol.
    Idiom { format: "esp-idf-txt", stack: Stack::MbedTls, load: EMBEDDED_TEXT },
    Idiom { format: "pem", stack: Stack::MbedTls, load: PEM_FILE },
    Idiom { format: "cer", stack: Stack::MbedTls, load: PEM_FILE },
    Idiom { format: "der", stack: Stack::MbedTls, load: PEM_FILE },
    // It reads tc.trust and adds the NUL.
    Idiom { format: "station", stack: Stack::MbedTls, load: EMBEDDED_TEXT },
    Idiom {
        // The modem gets the text without its NUL and has its own parser.
        format: "nrf-modem",
        stack: Stack::MbedTls,
        load: "#include \"anchor\"\n#include <string.h>\nint load(mbedtls_x509_crt *ca) {\n\
               unsigned char text[4096] = {0};\n\
               _Static_assert(sizeof(ROOT_CA) < 4096, \"Certificate too large\");\n\
               memcpy(text, ROOT_CA, sizeof(ROOT_CA) - 1);\n\
               return mbedtls_x509_crt_parse(ca, text, sizeof(ROOT_CA)); }\n",
    },
    Idiom {
        format: "bearssl",
        stack: Stack::BearSsl,
        load: "#include \"anchor\"\nsize_t load(const br_x509_trust_anchor **anchors) {\n\
               *anchors = ROOT_CA_TAS; return ROOT_CA_TAS_NUM; }\n",
    },
    Idiom {
        format: "tasmota",
        stack: Stack::BearSsl,
        load: "#define PROGMEM\n#include \"anchor\"\n\
               static const br_x509_trust_anchor table[] = {\n#include \"anchor\"\n};\n\
               size_t load(const br_x509_trust_anchor **anchors) {\n\
               *anchors = table; return sizeof table / sizeof table[0]; }\n",
    },
    Idiom {
        format: "esp8266",
        stack: Stack::BearSsl,
        load: "#include \"anchor\"\n#include \"bearssl_pem.h\"\n\
               size_t load(const br_x509_trust_anchor **anchors) {\n\
               static br_x509_trust_anchor list[8]; *anchors = list;\n\
               return anchors_of_pem(ROOT_CA, list, 8); }\n",
    },
    Idiom {
        format: "wolfssl",
        stack: Stack::WolfSsl,
        load: "#include \"anchor\"\nint load(WOLFSSL_CTX *ctx) {\n\
               return wolfSSL_CTX_load_verify_buffer(ctx, ROOT_CA_DER, sizeof ROOT_CA_DER, \
               WOLFSSL_FILETYPE_ASN1); }\n",
    },
];

impl Idiom {
    /// Builds the client with `artefact` in it.
    fn client(&self, artefact: &[u8]) -> (TempDir, PathBuf) {
        let folder = folder();
        write(folder.path(), "anchor", artefact);
        let prototype = match self.stack {
            Stack::MbedTls => MBEDTLS,
            Stack::BearSsl => BEARSSL,
            Stack::WolfSsl => WOLFSSL,
        };
        write(folder.path(), "anchor.c", format!("{prototype}{}", self.load));
        let clients = bench::repository().join("tests/formats/clients");
        let sources = self.stack.sources().iter().map(|name| clients.join(name));
        succeed(
            Command::new("gcc")
                .current_dir(folder.path())
                .args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-I."])
                .arg(format!("-DANCHOR_FILE=\"{}\"", folder.path().join("anchor").display()))
                .arg("-I")
                .arg(&clients)
                .arg("anchor.c")
                .args(sources)
                .args(["-o", "client"])
                .args(self.stack.libraries()),
        );
        let program = folder.path().join("client");
        (folder, program)
    }
}

/// The exit code of a client and its output.
fn ask(client: &Path, port: u16) -> (Option<i32>, String) {
    let output = bench::run(Command::new(client).args([&port.to_string(), bench::HOST]));
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

fn idioms(expected: impl Fn(Stack) -> bool) -> impl Iterator<Item = &'static Idiom> {
    IDIOMS.iter().filter(move |idiom| expected(idiom.stack))
}

/// Every idiom of a stack verifies the server of its root and refuses the other.
fn verifies_its_server(expected: impl Fn(Stack) -> bool, pki: &Pki) {
    let other = bench::ec_pki();
    for idiom in idioms(expected).filter(|idiom| idiom.stack.is_here()) {
        let bundle = bench::bundle(bench::HOST, 8883, vec![bench::root(pki)]);
        let (_folder, client) = idiom.client(&bench::bytes(&bundle, idiom.format));
        let server = Server::presenting(pki);
        let (code, said) = ask(&client, server.port());
        assert_eq!((code, said.as_str()), (Some(0), said.as_str()), "{}: {said}", idiom.format);
        assert_eq!(server.heard().data, bench::GREETING.as_bytes(), "{}", idiom.format);
        let server = Server::presenting(&other);
        let (code, said) = ask(&client, server.port());
        assert_eq!(code, Some(1), "{} trusts another root: {said}", idiom.format);
        assert!(server.heard().data.is_empty(), "{}", idiom.format);
    }
}

#[test]
fn mbedtls_verifies_its_server_and_refuses_others() {
    verifies_its_server(|stack| matches!(stack, Stack::MbedTls), &bench::ec_pki());
}

#[test]
fn mbedtls_verifies_a_server_of_an_rsa_root() {
    let Some(pki) = bench::rsa_pki() else { return };
    verifies_its_server(|stack| matches!(stack, Stack::MbedTls), &pki);
}

#[test]
fn bearssl_verifies_its_server_and_refuses_others() {
    verifies_its_server(|stack| matches!(stack, Stack::BearSsl), &bench::ec_pki());
}

#[test]
fn bearssl_verifies_a_server_of_an_rsa_root() {
    let Some(pki) = bench::rsa_pki() else { return };
    verifies_its_server(|stack| matches!(stack, Stack::BearSsl), &pki);
}

#[test]
fn wolfssl_verifies_its_server_and_refuses_others() {
    verifies_its_server(|stack| matches!(stack, Stack::WolfSsl), &bench::ec_pki());
}

#[test]
fn readers_of_several_anchors_parse_all() {
    let [x1, x2] = bench::isrg();
    let bundle = bench::bundle("m1.example.com", 8883, vec![x1, x2]);
    for format in
        ["c", "esp-idf", "arduino", "esp-idf-txt", "nrf-modem", "bearssl", "tasmota", "esp8266"]
    {
        let idiom = IDIOMS.iter().find(|idiom| idiom.format == format).unwrap();
        if idiom.stack.is_here() {
            let (_folder, client) = idiom.client(&bench::bytes(&bundle, format));
            assert_eq!(ask(&client, 0), (Some(0), "2\n".to_owned()), "{format}");
        }
    }
    let loops = [
        (
            "mbedtls",
            Stack::MbedTls,
            "#include \"anchor\"\nint load(mbedtls_x509_crt *ca) {\n\
            for (size_t i = 0; i < ROOT_CA_COUNT; i++) {\n\
            int e = mbedtls_x509_crt_parse_der_nocopy(ca, ROOT_CA_DERS[i], ROOT_CA_DER_SIZES[i]);\n\
            if (e != 0) return e; }\nreturn 0; }\n",
            "2\n",
        ),
        (
            "wolfssl",
            Stack::WolfSsl,
            "#include \"anchor\"\nint load(WOLFSSL_CTX *ctx) {\n\
            for (size_t i = 0; i < ROOT_CA_COUNT; i++) {\n\
            int e = wolfSSL_CTX_load_verify_buffer(ctx, ROOT_CA_DERS[i], ROOT_CA_DER_SIZES[i], \
            WOLFSSL_FILETYPE_ASN1);\nif (e != WOLFSSL_SUCCESS) return e; }\n\
            return WOLFSSL_SUCCESS; }\n",
            "",
        ),
    ];
    for (format, stack, load, said) in loops {
        if stack.is_here() {
            let (_folder, client) =
                Idiom { format, stack, load }.client(&bench::bytes(&bundle, format));
            assert_eq!(ask(&client, 0), (Some(0), said.to_owned()), "{format}");
        }
    }
}

/// Writes the name and the key of each of the two `ANCHORS` to standard output.
const PRINT_ANCHORS: &str = "#include <stdio.h>\nint main(void) { size_t i; for (i = 0; i < 2; i++) {\n\
    const br_x509_trust_anchor *a = &ANCHORS[i];\n\
    if (a->flags != BR_X509_TA_CA) return 1;\n\
    fwrite(a->dn.data, 1, a->dn.len, stdout);\n\
    if (a->pkey.key_type == BR_KEYTYPE_EC) {\n\
    fwrite(a->pkey.key.ec.q, 1, a->pkey.key.ec.qlen, stdout);\n\
    } else {\n\
    fwrite(a->pkey.key.rsa.n, 1, a->pkey.key.rsa.nlen, stdout);\n\
    fwrite(a->pkey.key.rsa.e, 1, a->pkey.key.rsa.elen, stdout); } }\nreturn 0; }\n";

/// Names and keys of `certificates`, concatenated.
fn names_and_keys(certificates: &[Certificate]) -> Vec<u8> {
    let parts = certificates.iter().flat_map(|certificate| {
        let key = match certificate.key() {
            Key::Rsa { modulus, exponent } => [&modulus[..], exponent].concat(),
            Key::Ec { point, .. } => point.to_vec(),
            Key::Other(key) => panic!("{key}"),
            Key::Unknown(key) => panic!("{key}"),
        };
        [certificate.subject_der(), &key].concat()
    });
    parts.collect()
}

#[test]
fn bearssl_anchors_compile_with_names_and_keys() {
    if !Stack::BearSsl.is_here() || !real::program("g++") {
        return;
    }
    let certificates = bench::isrg();
    let expected = names_and_keys(&certificates);
    let bundle = bench::bundle("m1.example.com", 8883, certificates.into());
    let folder = folder();
    write(folder.path(), "anchor.h", bench::text(&bundle, "bearssl"));
    write(folder.path(), "tasmota", bench::text(&bundle, "tasmota"));
    let twice = "#include \"anchor.h\"\n#include \"anchor.h\"\n";
    let main = "static int used[ROOT_CA_TAS_NUM];\n#define ANCHORS (used[0] ? 0 : ROOT_CA_TAS)\n";
    write(folder.path(), "main.c", format!("{twice}{main}{PRINT_ANCHORS}"));
    write(
        folder.path(),
        "other.c",
        format!("{twice}int other(void);\nint other(void) {{ return 0; }}\n"),
    );
    let tasmota = "#include <bearssl.h>\n#define PROGMEM\n#include \"tasmota\"\n\
                   static const br_x509_trust_anchor ANCHORS[] = {\n#include \"tasmota\"\n};\n";
    write(folder.path(), "tasmota.c", format!("{tasmota}{PRINT_ANCHORS}"));
    for (compiler, standard) in
        [("gcc", "c99"), ("gcc", "c11"), ("g++", "c++11"), ("g++", "c++17"), ("g++", "c++20")]
    {
        let main = (&["main.c", "other.c"][..], &[][..]);
        // Tasmota's table cannot contain a pragma, and C++ before 2020 has no designators.
        let tasmota = (&["tasmota.c"][..], &["-Wno-pedantic"][..]);
        for (files, flags) in [main, tasmota] {
            super::c::compile(folder.path(), compiler, standard, files, flags);
            let output = bench::run(&mut Command::new(folder.path().join("program")));
            assert!(output.status.success() && output.stdout == expected, "{compiler} {standard}");
        }
    }
}

#[test]
fn a_leaf_is_not_a_ca_for_bearssl() {
    use certgrab::internals::output::bundle::Role;
    let pki = bench::ec_pki();
    let leaf = Certificate::from_der(pki.leaf_der()).unwrap();
    let mut bundle = bench::bundle(bench::HOST, 8883, vec![leaf]);
    bundle.entries[0].role = Role::Leaf;
    assert!(!bench::text(&bundle, "bearssl").contains("BR_X509_TA_CA"));
    let idiom = IDIOMS.iter().find(|idiom| idiom.format == "bearssl").unwrap();
    if idiom.stack.is_here() {
        let (_folder, client) = idiom.client(&bench::bytes(&bundle, "bearssl"));
        let server = Server::presenting(&pki);
        assert_eq!(ask(&client, server.port()).0, Some(0));
    }
}
