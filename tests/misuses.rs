//! Code that defeats a sound constant, and the nearest code that does not.

use std::{fs, path::Path};

use certgrab::check;

use crate::support::pki::{Pki, pem_of};

/// The codes of what `check` finds in `content`, where `PEM` stands for a sound root in a literal.
fn codes(file: &str, content: &str) -> Vec<&'static str> {
    let pem = pem_of(&[Pki::root("Plant Root").leaf("plc.test").root_der().clone()]);
    let literal: String = pem.lines().map(|line| format!("\"{line}\\n\"\n")).collect();
    let content = content.replace("PEM", &literal).replace("LINES", &pem);
    let reading = check::read(Path::new(file), content.as_bytes());
    let listed = reading.findings.listed().iter();
    listed.map(|finding| finding.code).collect()
}

#[test]
fn verification_that_is_turned_off_is_found_in_every_language_and_not_in_comments_and_strings() {
    let cases = [
        ("a.ino", "WiFiClientSecure c; void f() { X }", "c.setInsecure();"),
        ("a.ino", "WiFiClientSecure* c; void f() { X }", "c->setInsecure();"),
        ("a.c", "void f(void) { X }", "mbedtls_ssl_conf_authmode(&conf, MBEDTLS_SSL_VERIFY_NONE);"),
        ("a.c", "void f(void) { X }", "SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);"),
        ("a.c", "void f(void) { X }", "int verify = TLS_PEER_VERIFY_NONE;"),
        ("a.c", "void f(void) { X }", "curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);"),
        ("a.c", "void f(void) { X }", "cfg.skip_cert_common_name_check = true;"),
        ("a.rs", "fn f() { X }", "let c = Client::builder().danger_accept_invalid_certs(true);"),
        ("a.rs", "fn f() { let c = C { X }; }", "skip_cert_common_name_check: true,"),
        ("a.py", "import ssl\nX\n", "ctx.verify_mode = ssl.CERT_NONE"),
        ("a.py", "import ssl\nX\n", "client.tls_insecure_set(True)"),
        ("a.go", "func f() { X }", "c := &tls.Config{InsecureSkipVerify: true}"),
        ("a.js", "X", "const o = { rejectUnauthorized: false };"),
        ("a.dart", "void f() { X }", "c.badCertificateCallback = (cert, host, port) => true;"),
        ("a.yaml", "mqtt:\n  X\n", "skip_cert_cn_check: true"),
    ];
    for (file, frame, line) in cases {
        let found = codes(file, &frame.replace('X', line));
        assert!(found.contains(&"verification-off"), "{file}: {line}: {found:?}");
        let comment = if file.ends_with("py") || file.ends_with("yaml") { "# " } else { "// " };
        for harmless in
            [format!("{comment}{line}\n"), format!("s = \"{}\";", line.replace('"', ""))]
        {
            if file.ends_with("yaml") && harmless.starts_with("s =") {
                continue;
            }
            let found = codes(file, &frame.replace('X', &harmless));
            assert!(!found.contains(&"verification-off"), "{file}: {harmless}: {found:?}");
        }
    }
    for sound in [
        "if (conf.authmode == MBEDTLS_SSL_VERIFY_NONE) { log(); }",
        "switch (mode) { case SSL_VERIFY_NONE: break; }",
        "cfg.skip_cert_common_name_check = false;",
        "mbedtls_ssl_conf_authmode(&conf, MBEDTLS_SSL_VERIFY_REQUIRED);",
    ] {
        assert!(!codes("a.c", sound).contains(&"verification-off"), "{sound}");
    }
}

#[test]
fn a_bundle_that_is_attached_beside_a_certificate_wins() {
    let with = "static const char ca[] = PEM;\nvoid f(void) { X }";
    let of = |code: &str| codes("a.c", &with.replace('X', code)).contains(&"bundle-wins");
    assert!(of(
        "esp_http_client_config_t c = { .cert_pem = ca, .crt_bundle_attach = esp_crt_bundle_attach };"
    ));
    assert!(of("cfg.crt_bundle_attach = esp_crt_bundle_attach; cfg.cert_pem = ca;"));
    assert!(!of("esp_http_client_config_t c = { .cert_pem = ca, .crt_bundle_attach = NULL };"));
    assert!(!of("one.crt_bundle_attach = esp_crt_bundle_attach; other.cert_pem = ca;"));
    // The device's own certificate goes with a bundle.
    assert!(!of("c = (t) { .broker.verification.crt_bundle_attach = esp_crt_bundle_attach, \
                 .credentials.authentication.certificate = own };"));
}

#[test]
fn a_library_that_copies_or_declares_the_fields_of_a_configuration_is_no_bundle_that_wins() {
    let copies = "native c = native { use_global_ca_store: conf.use_global_ca_store, \
                  crt_bundle_attach: conf.crt_bundle_attach };\n";
    let declares =
        "struct Configuration { use_global_ca_store: bool, crt_bundle_attach: Option<F> }\n";
    for code in [copies, declares] {
        assert!(!codes("client.rs", code).contains(&"bundle-wins"), "{code}");
    }
    let sets =
        "let c = Configuration { use_global_ca_store: true, crt_bundle_attach: Some(attach) };";
    assert_eq!(codes("client.rs", sets), ["bundle-wins"]);
}

#[test]
fn a_pointer_to_a_local_text_does_not_outlive_it_and_one_to_a_global_does() {
    let of = |code: &str| codes("a.ino", code).contains(&"dangling-pointer");
    assert!(of("WiFiClientSecure c;\nvoid f() { String ca = PEM; c.setCACert(ca.c_str()); }"));
    assert!(of("WiFiClientSecure c;\nvoid f() { char ca[] = PEM; c.setCACert(ca); }"));
    assert!(of("WiFiClientSecure c;\nvoid f() { c.setCACert(file.readString().c_str()); }"));
    assert!(!of("WiFiClientSecure c;\nString ca = PEM;\nvoid f() { c.setCACert(ca.c_str()); }"));
    assert!(!of(
        "WiFiClientSecure c;\nvoid f() { static String ca = PEM; c.setCACert(ca.c_str()); }"
    ));
    assert!(!of("void f() { WiFiClientSecure c; String ca = PEM; c.setCACert(ca.c_str()); }"));
    assert!(!of("WiFiClientSecure c;\nvoid f() { const char* ca = PEM; c.setCACert(ca); }"));
}

#[test]
fn a_client_of_tls_is_given_a_name_and_the_port_of_tls() {
    let of = |call: &str| {
        let text = "WiFiClientSecure c;\nconst char* ca = PEM;\nconst int plain = 1883;\nX";
        codes("a.ino", &text.replace('X', &format!("void f() {{ c.setCACert(ca); {call} }}")))
    };
    assert_eq!(of("m.setServer(\"broker.example\", 1883);"), ["port-without-tls"]);
    assert_eq!(of("m.setServer(\"broker.example\", plain);"), ["port-without-tls"]);
    assert_eq!(of("m.setServer(\"192.168.1.10\", 8883);"), ["address-not-name"]);
    assert_eq!(of("m.setServer(IPAddress(192, 168, 1, 10), 8883);"), ["address-not-name"]);
    assert_eq!(of("m.setServer(\"broker.example\", 8883);"), [""; 0]);
}

#[test]
fn a_constant_in_a_form_or_a_place_that_is_for_something_else_is_an_error() {
    let of = |code: &str| codes("a.ino", &format!("const char ca[] = PEM;\nvoid f() {{ {code} }}"));
    assert_eq!(of("c.setCACertBundle((const uint8_t*)ca, sizeof ca);"), ["wrong-form"]);
    assert_eq!(
        of("altcp_tls_create_config_client((const u8_t*)ca, strlen(ca));"),
        ["pem-nul-not-counted"]
    );
    assert_eq!(of("altcp_tls_create_config_client((const u8_t*)ca, sizeof ca);"), [""; 0]);
    assert_eq!(
        of("nx_secure_x509_certificate_initialize(&x, ca, sizeof(ca), 0, 0);"),
        ["wrong-form"]
    );
    assert_eq!(of("c.setCertificate(ca);"), ["exchanged"]);
    assert_eq!(of("c.setCACert(ca); c.setCertificate(ca);"), ["leaf"]);
}

#[test]
fn files_beside_the_code_say_how_pem_is_embedded_and_whether_it_is_verified() {
    let cmake = "idf_component_register(SRCS \"a.c\"\n  EMBED_FILES \"ca.pem\" \"logo.png\")\n";
    assert_eq!(codes("CMakeLists.txt", cmake), ["embedded-without-nul"]);
    let text = cmake.replace("EMBED_FILES", "EMBED_TXTFILES");
    assert!(!codes("CMakeLists.txt", &text).contains(&"embedded-without-nul"));
    let ini = "[env]\nboard_build.embed_files = src/ca.pem\n";
    assert_eq!(codes("platformio.ini", ini), ["embedded-without-nul"]);
    let option = "CONFIG_ESP_TLS_SKIP_SERVER_CERT_VERIFY=y\n";
    assert_eq!(codes("sdkconfig.defaults", option), ["verification-off"]);
    assert!(codes("tc.trust", "# CA\nLINES").contains(&"pem-unreadable"));
    assert_eq!(codes("tc.trust", "LINES"), [""; 0]);
}

#[test]
fn what_certgrab_writes_into_projects_and_examples_is_no_misuse() {
    fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => files(&path, found),
                false => found.push(path),
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    ["templates", "examples", "tests/golden"]
        .iter()
        .for_each(|one| files(&root.join(one), &mut all));
    assert!(all.len() > 50);
    let misuses = [
        "verification-off",
        "bundle-wins",
        "dangling-pointer",
        "address-not-name",
        "port-without-tls",
        "embedded-without-nul",
        "exchanged",
    ];
    // The example of mistakes is there to be found.
    let before = root.join("examples/repository/before");
    for path in all.into_iter().filter(|path| !path.starts_with(&before)) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        // A template is called like what is made from it.
        let name =
            path.file_name().unwrap().to_string_lossy().replace(".tmpl", "").replace(".j2", "");
        let found = codes(&name, &text);
        let wrong: Vec<_> = found.iter().filter(|code| misuses.contains(code)).collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", path.display());
    }
}
