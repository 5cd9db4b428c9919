//! Code that defeats a sound constant, and the nearest code that does not.

use std::{fs, path::Path};

use certgrab::check;

use crate::support::pki::{Pki, pem_of};

/// The codes of the findings in `content`, in which `PEM` is replaced by a sound root in a literal.
fn codes(file: &str, content: &str) -> Vec<&'static str> {
    let pem = pem_of(&[Pki::root("Plant Root").leaf("plc.test").root_der().clone()]);
    let literal: String = pem.lines().map(|line| format!("\"{line}\\n\"\n")).collect();
    let content = content.replace("PEM", &literal).replace("LINES", &pem);
    let reading = check::read(Path::new(file), content.as_bytes());
    let listed = reading.findings.listed().iter();
    listed.map(|finding| finding.code).collect()
}

#[test]
fn verification_turned_off_is_found_in_every_language() {
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
        ("a.c", "void f(void) { X }", "mbedtls_ssl_set_hostname(&ssl, NULL);"),
        ("a.c", "void f(void) { X }", "mosquitto_tls_insecure_set(mosq, true);"),
        ("a.c", "void f(void) { X }", "mosquitto_tls_opts_set(mosq, 0, NULL, NULL);"),
        ("a.c", "void f(void) { X }", "tls->peer_verify = 0;"),
        ("a.c", "void f(void) { X }", "ssl_opts.enableServerCertAuth = 0;"),
        (
            "a.c",
            "void f(void) { X }",
            "i.ssl_connection = LCCSCF_USE_SSL | LCCSCF_ALLOW_SELFSIGNED;",
        ),
        ("a.rs", "fn f() { X }", "c.dangerous().set_certificate_verifier(Arc::new(NoVerify));"),
        ("a.rs", "fn f() { X }", "let c = TlsConfig::builder().disable_verification(true);"),
        (
            "a.rs",
            "fn f() { X }",
            "TlsContext::new(&c, UnsecureProvider::new::<Aes128GcmSha256>(r))",
        ),
        ("a.rs", "fn f() { X }", "tls.open::<OsRng, NoVerify>(context);"),
        (
            "a.rs",
            "impl V for T { X }",
            "fn verify(&self) -> Result<V, E> { Ok(danger::ServerCertVerified::assertion()) }",
        ),
        ("a.py", "import ssl\nX\n", "ctx.verify_mode = 0"),
        ("a.py", "import ssl\nX\n", "client.tls_insecure_set(value=True)"),
        ("a.py", "import aiohttp\nX\n", "c = aiohttp.TCPConnector(ssl=False)"),
        ("a.js", "X", "const o = { checkServerIdentity: () => undefined };"),
        ("a.js", "X", "o.checkServerIdentity = function (host, cert) { return undefined; };"),
        ("a.js", "X", "const o = { checkServerIdentity: (h, c) => {} };"),
        ("a.js", "X", "request({ strictSSL: false });"),
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
fn quoted_keys_and_values_turn_verification_off_too() {
    for (file, off) in [
        ("a.js", "const o = { \"rejectUnauthorized\": false };"),
        ("a.js", "const o = { 'rejectUnauthorized': false };"),
        ("a.js", "process.env.NODE_TLS_REJECT_UNAUTHORIZED = \"0\";"),
        ("a.js", "process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';"),
        ("a.json", "{ \"ca\": \"x\", \"rejectUnauthorized\": false }"),
        ("a.py", "pool = PoolManager(cert_reqs=\"CERT_NONE\")"),
        ("a.py", "options[\"check_hostname\"] = False"),
    ] {
        assert_eq!(codes(file, off), ["verification-off"], "{off}");
    }
    for (file, sound) in [
        ("a.js", "const o = { \"rejectUnauthorized\": true };"),
        ("a.js", "process.env.NODE_TLS_REJECT_UNAUTHORIZED = \"1\";"),
        ("a.js", "if (process.env.NODE_TLS_REJECT_UNAUTHORIZED === \"0\") throw 1;"),
        ("a.js", "if (o[\"rejectUnauthorized\"] === false) throw 1;"),
        ("a.js", "log(\"verify\", false);"),
        ("a.py", "print(\"check_hostname\", False)"),
    ] {
        assert!(!codes(file, sound).contains(&"verification-off"), "{sound}");
    }
}

#[test]
fn verify_counts_in_http_calls_and_not_in_definitions() {
    let is_found = |code: &str| codes("a.py", code).contains(&"verification-off");
    assert!(is_found("import requests\nrequests.get(url, timeout=3, verify=False)\n"));
    assert!(is_found("session = Session()\nsession.verify = False\n"));
    assert!(is_found("import httpx\nc = httpx.Client(auth=(a, b), verify=False)\n"));
    assert!(!is_found("def zeros(n, verify=False):\n    return zeros(n, verify=False)\n"));
    assert!(!is_found("import requests\ndef get(url, headers=h(), verify=False):\n    pass\n"));
}

#[test]
fn a_custom_verifier_in_go_is_not_a_finding() {
    let of = |fields: &str| {
        let code = format!("func f() {{ c := &tls.Config{{InsecureSkipVerify: true{fields}}} }}");
        codes("a.go", &code).contains(&"verification-off")
    };
    assert!(of("") && of(", ServerName: name"));
    assert!(!of(", VerifyPeerCertificate: verify") && !of(", VerifyConnection: verify"));
    let verifier = "fn verify(&self) -> R { self.check()?; Ok(ServerCertVerified::assertion()) }";
    assert!(!codes("a.rs", verifier).contains(&"verification-off"));
}

#[test]
fn skipping_only_the_name_has_its_own_finding() {
    let message = |file: &str, code: &str| {
        let reading = check::read(Path::new(file), code.as_bytes());
        reading.findings.listed()[0].message.clone()
    };
    let name = "turns the check of the server's name off: a certificate that the anchor's CA issued for \
                any other name is accepted";
    for (file, code) in [
        ("a.c", "void f(void) { cfg.skip_cert_common_name_check = true; }"),
        ("a.c", "void f(void) { curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L); }"),
        ("a.py", "ctx.check_hostname = False"),
        ("a.rs", "fn f() { b.danger_accept_invalid_hostnames(true); }"),
        ("sdkconfig", "CONFIG_EXAMPLE_SKIP_COMMON_NAME_CHECK=y\n"),
    ] {
        assert!(message(file, code).ends_with(name), "{code}");
    }
    let all = message("a.c", "void f(void) { curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L); }");
    assert!(
        all.ends_with("turns verification off: any certificate is accepted, whatever the anchor")
    );
}

#[test]
fn pem_bytes_for_nanoframework_need_a_nul() {
    let of = |code: &str| codes("P.cs", &format!("using nanoFramework.Networking;\n{code}"));
    let is_found = |code: &str| of(code).contains(&"pem-no-nul");
    assert!(is_found("byte[] ca = Encoding.UTF8.GetBytes(@\"LINES\");"));
    assert!(is_found(
        "const string Ca = @\"LINES\";\nvar c = new X509Certificate(Encoding.UTF8.GetBytes(Ca));"
    ));
    assert!(!is_found("const string Ca = @\"LINES\";\nvar c = new X509Certificate(Ca);"));
    assert!(!is_found(
        "const string Ca = \"x\\n\" + PEM + \"\\0\";\nvar b = Encoding.UTF8.GetBytes(Ca);"
    ));
    let desktop = "const string Ca = @\"LINES\";\nvar b = Encoding.UTF8.GetBytes(Ca);";
    assert!(!codes("P.cs", desktop).contains(&"pem-no-nul"));
}

#[test]
fn a_date_of_the_same_day_is_reported_with_the_time() {
    let pki = Pki::root_changed("Plant Root", |params| {
        params.not_before =
            rcgen::date_time_ymd(2026, 11, 26) + std::time::Duration::from_secs(3_600);
        params.not_after =
            rcgen::date_time_ymd(2027, 11, 26) + std::time::Duration::from_secs(7_200);
    });
    let pem = pem_of(&[pki.leaf("plc.test").root_der().clone()]);
    let messages = |at: &str| -> Vec<String> {
        let reading = check::read(Path::new("ca.pem"), pem.as_bytes());
        let store = certgrab::Store::mozilla();
        let at = at.parse().unwrap();
        let found =
            check::lint(&reading, &check::Knowledge { store: &store, at, horizon_days: 90 });
        found.listed().iter().map(|finding| finding.message.clone()).collect()
    };
    assert_eq!(messages("2026-11-26"), ["`Plant Root` is not valid before 2026-11-26T01:00:00Z"]);
    assert_eq!(messages("2026-11-25"), ["`Plant Root` is not valid before 2026-11-26"]);
    assert_eq!(messages("2027-11-26T03:00:00Z"), ["`Plant Root` expired on 2027-11-26T02:00:00Z"]);
    assert_eq!(messages("2027-11-27"), ["`Plant Root` expired on 2027-11-26"]);
}

#[test]
fn a_bundle_next_to_a_certificate_takes_precedence() {
    let with = "static const char ca[] = PEM;\nvoid f(void) { X }";
    let of = |code: &str| codes("a.c", &with.replace('X', code)).contains(&"bundle-wins");
    assert!(of(
        "esp_http_client_config_t c = { .cert_pem = ca, .crt_bundle_attach = esp_crt_bundle_attach };"
    ));
    assert!(of("cfg.crt_bundle_attach = esp_crt_bundle_attach; cfg.cert_pem = ca;"));
    assert!(!of("esp_http_client_config_t c = { .cert_pem = ca, .crt_bundle_attach = NULL };"));
    assert!(!of("one.crt_bundle_attach = esp_crt_bundle_attach; other.cert_pem = ca;"));
    // The device's certificate may be used with a bundle.
    assert!(!of("c = (t) { .broker.verification.crt_bundle_attach = esp_crt_bundle_attach, \
                 .credentials.authentication.certificate = own };"));
}

#[test]
fn a_bundle_in_another_function_or_branch_does_not_count() {
    let of = |code: &str| {
        codes("a.c", &format!("static const char ca[] = PEM;\n{code}")).contains(&"bundle-wins")
    };
    let bundle = "config.crt_bundle_attach = esp_crt_bundle_attach;";
    let pinned = "config.cert_pem = ca;";
    assert!(of(&format!("void f(void) {{ if (x) {{ {bundle} }} {pinned} }}")));
    assert!(!of(&format!(
        "void f(void) {{ T config; {bundle} }}\nvoid g(void) {{ T config; {pinned} }}"
    )));
    assert!(!of(&format!("void f(void) {{ if (own) {pinned} else {bundle} }}")));
    assert!(!of(&format!("void f(void) {{ if (own) {{ {pinned} }} else {{ {bundle} }} }}")));
    assert!(!of(&format!("void f(void) {{\n#ifdef OWN\n{pinned}\n#else\n{bundle}\n#endif\n}}")));
}

#[test]
fn copying_configuration_fields_does_not_attach_a_bundle() {
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
fn a_pointer_to_a_local_text_is_a_finding() {
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
    assert!(of(
        "WiFiClientSecure c;\nvoid f(String ca) { if (x) { y(); } c.setCACert(ca.c_str()); }"
    ));
    assert!(of(
        "class A { WiFiClientSecure c; void f() { String ca = PEM; c.setCACert(ca.c_str()); } };"
    ));
    assert!(!of(
        "class A { WiFiClientSecure c; String ca; void f() { ca = PEM; c.setCACert(ca.c_str()); } };"
    ));
    assert!(!of("WiFiClientSecure c;\nvoid f(const String& ca) { c.setCACert(ca.c_str()); }"));
    // A local of the same name in another function.
    assert!(!of("WiFiClientSecure c;\nvoid g() { String ca = x(); }\nextern Text ca;\n\
         void f() { c.setCACert(ca.c_str()); }"));
    assert!(!of(
        "WiFiClientSecure c;\nvoid g(String ca) { }\nvoid f() { c.setCACert(ca.c_str()); }"
    ));
}

#[test]
fn a_tls_client_needs_a_name_and_a_tls_port() {
    let of = |call: &str| {
        let text = "WiFiClientSecure c;\nconst char* ca = PEM;\nconst int plain = 1883;\nX";
        codes("a.ino", &text.replace('X', &format!("void f() {{ c.setCACert(ca); {call} }}")))
    };
    assert_eq!(of("m.setServer(\"broker.example\", 1883);"), ["port-without-tls"]);
    assert_eq!(of("m.setServer(\"broker.example\", plain);"), ["port-without-tls"]);
    assert_eq!(of("m.setServer(\"192.168.1.10\", 8883);"), ["address-not-name"]);
    assert_eq!(of("m.setServer(IPAddress(192, 168, 1, 10), 8883);"), ["address-not-name"]);
    assert_eq!(of("m.setServer(\"broker.example\", 8883);"), [""; 0]);
    assert_eq!(of("m.begin(\"broker.example\", 1883, c);"), ["port-without-tls"]);
    assert_eq!(of("http.begin(c, \"https://10.0.0.1/x\");"), ["address-not-name"]);
    assert_eq!(of("http.begin(c, \"https://broker.example/x\");"), [""; 0]);
    assert_eq!(of("http.begin(c, \"http://10.0.0.1/x\");"), [""; 0]);
}

#[test]
fn esp_idf_urls_and_paho_calls_need_a_name_and_a_tls_port() {
    let of = |uri: &str| {
        let fields =
            format!(".broker.address.uri = \"{uri}\", .broker.verification.certificate = ca");
        let code = format!("const char ca[] = PEM;\nvoid f(void) {{ T c = {{ {fields} }}; }}");
        codes("a.c", &code)
    };
    assert_eq!(of("mqtts://192.168.1.2:8883"), ["address-not-name"]);
    assert_eq!(of("mqtts://user:word@[2001:db8::1]:8883"), ["address-not-name"]);
    assert_eq!(of("mqtt://broker.example:1883"), ["port-without-tls"]);
    assert_eq!(of("mqtts://broker.example:8883"), [""; 0]);
    let python = |call: &str| codes("a.py", &format!("c.tls_set(\"ca.pem\")\n{call}\nCA = PEM\n"));
    assert!(python("c.connect(\"broker.example\", 1883)").contains(&"port-without-tls"));
    assert!(python("c.connect(\"192.168.1.2\", 8883)").contains(&"address-not-name"));
    assert!(!python("c.connect(\"broker.example\", 8883)").contains(&"port-without-tls"));
}

#[test]
fn a_constant_in_the_wrong_form_or_place_is_an_error() {
    let of = |code: &str| codes("a.ino", &format!("const char ca[] = PEM;\nvoid f() {{ {code} }}"));
    assert_eq!(of("c.setCACertBundle((const uint8_t*)ca, sizeof ca);"), ["wrong-form"]);
    assert_eq!(
        of("altcp_tls_create_config_client((const u8_t*)ca, strlen(ca));"),
        ["pem-nul-not-counted"]
    );
    assert_eq!(of("altcp_tls_create_config_client((const u8_t*)ca, sizeof ca);"), [""; 0]);
    for call in [
        "tls_credential_add(1, TLS_CREDENTIAL_CA_CERTIFICATE, ca, sizeof(ca)-1);",
        "altcp_tls_create_config_client((const u8_t*)ca, sizeof ca -1);",
    ] {
        assert_eq!(of(call), ["pem-nul-not-counted"], "{call}");
    }
    assert_eq!(
        of("nx_secure_x509_certificate_initialize(&x, ca, sizeof(ca), 0, 0);"),
        ["wrong-form"]
    );
    assert_eq!(of("c.setCertificate(ca);"), ["exchanged"]);
    assert_eq!(of("c.setCACert(ca); c.setCertificate(ca);"), ["leaf"]);
}

#[test]
fn build_files_show_how_pem_is_embedded_and_verified() {
    let cmake = "idf_component_register(SRCS \"a.c\"\n  EMBED_FILES \"ca.pem\" \"logo.png\")\n";
    assert_eq!(codes("CMakeLists.txt", cmake), ["embedded-without-nul"]);
    let text = cmake.replace("EMBED_FILES", "EMBED_TXTFILES");
    assert!(!codes("CMakeLists.txt", &text).contains(&"embedded-without-nul"));
    let data = |kind: &str| format!("target_add_binary_data(app \"certs/ca.pem\" {kind})\n");
    assert_eq!(codes("CMakeLists.txt", &data("BINARY")), ["embedded-without-nul"]);
    assert!(!codes("CMakeLists.txt", &data("TEXT")).contains(&"embedded-without-nul"));
    let make = "COMPONENT_EMBED_FILES := main/ca.pem logo.png\n";
    assert_eq!(codes("component.mk", make), ["embedded-without-nul"]);
    let text = make.replace("EMBED_FILES", "EMBED_TXTFILES");
    assert!(!codes("component.mk", &text).contains(&"embedded-without-nul"));
    let ini = "[env]\nboard_build.embed_files = src/ca.pem\n";
    assert_eq!(codes("platformio.ini", ini), ["embedded-without-nul"]);
    let option = "CONFIG_ESP_TLS_SKIP_SERVER_CERT_VERIFY=y\n";
    assert_eq!(codes("sdkconfig.defaults", option), ["verification-off"]);
    let option = "CONFIG_HTTPS_OTA_SKIP_COMMON_NAME_CHECK=y\n";
    assert_eq!(codes("sdkconfig", option), ["verification-off"]);
    let unset = "# CONFIG_EXAMPLE_SKIP_COMMON_NAME_CHECK is not set\n";
    assert!(!codes("sdkconfig", unset).contains(&"verification-off"));
    assert!(codes("tc.trust", "# CA\nLINES").contains(&"pem-unreadable"));
    assert_eq!(codes("tc.trust", "LINES"), [""; 0]);
}

#[test]
fn generated_projects_and_examples_have_no_misuse() {
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
        // A template has the name of its output.
        let name =
            path.file_name().unwrap().to_string_lossy().replace(".tmpl", "").replace(".j2", "");
        let found = codes(&name, &text);
        let wrong: Vec<_> = found.iter().filter(|code| misuses.contains(code)).collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", path.display());
    }
}
