//! Verification that is turned off in each language, and the nearest code that does not turn it off.

use std::path::Path;

use certgrab::check;

fn is_found(file: &str, content: &str) -> bool {
    let reading = check::read(Path::new(file), content.as_bytes());
    let is_read = check::may_matter(content.as_bytes());
    is_read && reading.findings.listed().iter().any(|finding| finding.code == "verification-off")
}

fn all_found(cases: &[(&str, &str)]) {
    let missed: Vec<_> = cases.iter().filter(|(file, code)| !is_found(file, code)).collect();
    assert!(missed.is_empty(), "missed: {missed:#?}");
}

fn none_found(cases: &[(&str, &str)]) {
    let false_ones: Vec<_> = cases.iter().filter(|(file, code)| is_found(file, code)).collect();
    assert!(false_ones.is_empty(), "false: {false_ones:#?}");
}

#[test]
fn an_arduino_esp32_client_without_an_anchor_is_found() {
    all_found(&[
        ("a.ino", "WiFiClientSecure c;\nvoid f() { c.setCACert(NULL); }"),
        ("a.ino", "WiFiClientSecure* c;\nvoid f() { c->setCACert(nullptr); }"),
        (
            "a.ino",
            "#include <HTTPClient.h>\nHTTPClient h;\nvoid f() { h.begin(\"https://a.example/x\"); }",
        ),
        (
            "a.ino",
            "#include <HTTPClient.h>\nHTTPClient h;\nvoid f() { h.begin(\"https://a.example/x\", NULL); }",
        ),
    ]);
    none_found(&[
        ("a.ino", "WiFiClientSecure c;\nvoid f() { c.setCACert(ca); }"),
        ("a.ino", "WiFiClientSecure c;\nvoid f() { c.setCACert(NULL); c.setCACertBundle(b); }"),
        ("a.ino", "WiFiClientSecure c;\nvoid f() { c.setCACert(NULL); c.setCACert(ca); }"),
        ("a.h", "void setCACert(const char* ca = NULL);"),
        (
            "a.ino",
            "#include <HTTPClient.h>\nHTTPClient h;\nvoid f() { h.begin(\"https://a.example/x\", ca); \
             h.begin(c, \"https://a.example/x\"); h.begin(\"http://a.example/x\"); }",
        ),
        (
            "a.ino",
            "#include <ESP8266HTTPClient.h>\nHTTPClient h;\nvoid f() { h.begin(\"https://a.example/x\"); }",
        ),
    ]);
}

#[test]
fn aiohttp_and_pycurl_turn_it_off() {
    all_found(&[
        ("a.py", "import aiohttp\nr = await s.get(\"https://x\", ssl=False)\n"),
        ("a.py", "r = await session.post(url, data=d, ssl = False)\n"),
        ("a.py", "import pycurl\nc.setopt(pycurl.SSL_VERIFYPEER, 0)\n"),
        ("a.py", "c = MongoClient(u, tls=True, tlsAllowInvalidCertificates=True)\n"),
        ("a.py", "c = MongoClient(u, **{\"tlsAllowInvalidCertificates\": True})\n"),
        ("a.py", "pool = PoolManager(ca_certs=ca, assert_hostname=False)\n"),
    ]);
    none_found(&[
        ("a.py", "import aiohttp\ndb = await asyncpg.connect(dsn, ssl=False)\n"),
        ("a.py", "import aiohttp\ndef get(url, ssl=False):\n    pass\n"),
        ("a.py", "import aiohttp\nr = await s.get(url, ssl=context)\n"),
    ]);
}

#[test]
fn scripts_turn_it_off_but_not_in_comments() {
    let cases = [
        ("a.php", "<?php\n$c = [\"ssl\" => [\"verify_peer\" => false]];\n"),
        ("a.php", "<?php\n$o = array('ssl' => array('verify_peer_name' => FALSE));\n"),
        ("a.php", "<?php\ncurl_setopt($ch, CURLOPT_SSL_VERIFYPEER, false);\n"),
        ("a.php", "<?php\ncurl_setopt_array($ch, [CURLOPT_SSL_VERIFYHOST => 0]);\n"),
        ("a.php", "<?php\n$c = new GuzzleHttp\\Client(['verify' => false]);\n"),
        ("a.php", "<?php\n$r = Http::withoutVerifying()->get($u);\n"),
        ("a.rb", "http.verify_mode = OpenSSL::SSL::VERIFY_NONE\n"),
        ("a.rb", "c = Faraday.new(url: u, ssl: { verify: false })\n"),
        ("a.rb", "MQTT::Client.connect(host: h, ssl: true, verify_host: false)\n"),
        ("a.pl", "my $s = IO::Socket::SSL->new(SSL_verify_mode => SSL_VERIFY_NONE);\n"),
        ("a.pl", "my $a = LWP::UserAgent->new(ssl_opts => { verify_hostname => 0 });\n"),
        ("a.exs", "config :mqtt, ssl: [verify: :verify_none]\n"),
        ("a.erl", "ssl:connect(H, P, [{verify, verify_none}]).\n"),
        ("a.ps1", "Invoke-WebRequest -Uri $u -SkipCertificateCheck\n"),
        ("a.ps1", "[Net.ServicePointManager]::ServerCertificateValidationCallback = { $true }\n"),
        ("a.lua", "local p = { protocol = \"tlsv1_2\", verify = \"none\" }\n"),
        ("a.lua", "tls.cert.verify(false)\n"),
        (".env.local", "NODE_TLS_REJECT_UNAUTHORIZED=0\n"),
        ("mosquitto.conf", "bridge_insecure true\n"),
        ("a.toml", "insecure_skip_verify = true\n"),
        ("a.vue", "<script>\nconnect(u, { rejectUnauthorized: false })\n</script>\n"),
        ("a.tsx", "connect(u, { rejectUnauthorized: !1 })\n"),
    ];
    all_found(&cases);
    let comment = |file: &str| match file.rsplit('.').next().unwrap() {
        "php" | "vue" | "tsx" => "// ",
        "lua" => "-- ",
        "erl" => "% ",
        _ => "# ",
    };
    let commented = cases.map(|(file, code)| {
        let lines = code.lines().map(|line| format!("{}{line}\n", comment(file)));
        (file, lines.collect::<String>())
    });
    let commented: Vec<_> = commented.iter().map(|(file, code)| (*file, code.as_str())).collect();
    none_found(&commented);
    none_found(&[
        ("a.php", "<?php\n/* curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, false); */\n"),
        ("a.php", "<?php\necho \"CURLOPT_SSL_VERIFYPEER, false\";\n"),
        ("a.ps1", "<#\n.EXAMPLE\n  Get-It -SkipCertificateCheck\n#>\nGet-It -Uri $u\n"),
        ("a.lua", "--[[ p = { protocol = \"x\",\n verify = \"none\" } ]]\nx = 1\n"),
        ("a.rb", "http.verify_mode = OpenSSL::SSL::VERIFY_PEER\n"),
        ("a.js", "session.save({ verify: false })\n"),
    ]);
}

#[test]
fn shell_commands_turn_it_off_only_by_their_options() {
    all_found(&[
        ("a.sh", "curl -k https://x\n"),
        ("a.sh", "curl -fsSk \"$URL\"\n"),
        ("a.sh", "set -e\ncurl -fsSL \\\n  -H \"A: b\" \\\n  --insecure \"$URL\" | tar x\n"),
        ("a.sh", "if ! TOKEN=x sudo /usr/bin/curl -ks \"$URL\"; then exit 1; fi\n"),
        ("a.sh", "X=$(curl -sk https://x)\n"),
        ("install", "#!/usr/bin/env bash\nwget --no-check-certificate https://x\n"),
        ("a.sh", "mosquitto_pub -h h -p 8883 --cafile ca.pem --insecure -t a -m b\n"),
        ("Dockerfile", "FROM x\nRUN curl -k https://x | sh\n"),
        ("kafka.properties", "ssl.endpoint.identification.algorithm=\n"),
    ]);
    none_found(&[
        ("a.sh", "# curl -k https://x\n"),
        ("a.sh", "curl -o k -H k https://x\ncurl -okay https://x\n"),
        ("a.sh", "curl -H 'x: -k' https://x\necho \"use curl -k\"\necho curl -k\n"),
        ("a.sh", "curl -s https://x | sort -k 2\ngrep -k --insecure x\n"),
        ("a.sh", "curl --cacert ca.pem https://x # not -k\n"),
        ("kafka.properties", "ssl.endpoint.identification.algorithm=https\n"),
    ]);
}

#[test]
fn mobile_and_desktop_apps_turn_it_off_in_callbacks() {
    all_found(&[
        (
            "a.cs",
            "ServicePointManager.ServerCertificateValidationCallback = delegate { return true; };",
        ),
        ("a.cs", "var s = new SslStream(c, false, (a, b, d, e) => true);"),
        ("a.cs", "o.WithCertificateValidationHandler(_ => true);"),
        ("a.cs", "s.SslVerification = SslVerification.NoVerification;"),
        ("a.cs", "var o = new T { AllowUntrustedCertificates = true };"),
        ("a.swift", "mqtt.allowUntrustCACertificate = true\n"),
        ("a.swift", "let m = ServerTrustManager(evaluators: [\"x\": DisabledTrustEvaluator()])\n"),
        ("a.swift", "done(.useCredential, URLCredential(trust: space.serverTrust!))\n"),
        ("a.swift", "config.certificateVerification = .none\n"),
        ("a.m", "manager.securityPolicy.allowInvalidCertificates = YES;"),
        ("a.m", "settings[(NSString *)kCFStreamSSLValidatesCertificateChain] = @NO;"),
        ("a.kt", "val c = OkHttpClient.Builder().hostnameVerifier { _, _ -> true }.build()"),
        ("a.kt", "override fun checkServerTrusted(c: Array<out X509Certificate>?, a: String?) {}"),
        (
            "a.java",
            "public void checkServerTrusted(X509Certificate[] c, String a) throws CertificateException { }",
        ),
        (
            "a.java",
            "new HostnameVerifier() { public boolean verify(String h, SSLSession s) { return true; } };",
        ),
        ("a.java", "SSLContexts.custom().loadTrustMaterial(null, (c, a) -> true).build();"),
        ("a.java", "new WebClientOptions().setTrustAll(true);"),
        ("a.cpp", "context.set_verify_mode(boost::asio::ssl::verify_none);"),
        ("a.cpp", "client.enable_server_certificate_verification(false);"),
        ("a.cpp", "socket->ignoreSslErrors();"),
        ("a.c", "mbedtls_ssl_conf_authmode(&conf, 0);"),
        ("a.c", "int v = 0; setsockopt(s, SOL_TLS, TLS_PEER_VERIFY, &v, sizeof(v));"),
    ]);
    none_found(&[
        (
            "a.swift",
            "SecTrustEvaluateWithError(t, nil)\ndone(.useCredential, URLCredential(trust: t))\n",
        ),
        ("a.swift", "mqtt.allowUntrustCACertificate = false\n"),
        (
            "a.kt",
            "override fun checkServerTrusted(c: Array<T>?, a: String?) { own.checkServerTrusted(c, a) }",
        ),
        ("a.java", "public void checkClientTrusted(X509Certificate[] c, String a) {}"),
        ("a.java", "connection.setHostnameVerifier((h, s) -> check(h));"),
        ("a.cpp", "context.set_verify_mode(boost::asio::ssl::verify_peer);"),
        ("a.c", "mbedtls_ssl_conf_authmode(&conf, 2);"),
        ("a.c", "int v = 2; setsockopt(s, SOL_TLS, TLS_PEER_VERIFY, &v, sizeof(v));"),
    ]);
}

#[test]
fn settings_of_git_and_package_managers_turn_it_off() {
    all_found(&[
        ("a.sh", "git config --global http.sslVerify false\n"),
        ("a.sh", "git -c http.sslVerify=false clone https://x\n"),
        ("a.sh", "GIT_SSL_NO_VERIFY=1 git clone https://x\n"),
        ("a.sh", "export GIT_SSL_NO_VERIFY=true\n"),
        ("install", "#!/bin/sh\nGIT_SSL_NO_VERIFY=true git pull\n"),
        (".gitconfig", "[http]\n\tsslVerify = false\n"),
        ("Dockerfile", "FROM x\nENV GIT_SSL_NO_VERIFY=1\n"),
        (
            "Dockerfile",
            "FROM x\nRUN git config --system http.sslVerify false && git clone https://x\n",
        ),
        ("a.py", "import os\nos.environ[\"GIT_SSL_NO_VERIFY\"] = \"1\"\n"),
        ("ci.yml", "env:\n  GIT_SSL_NO_VERIFY: \"true\"\n"),
        (".npmrc", "registry=https://x\nstrict-ssl=false\n"),
        ("a.sh", "npm config set strict-ssl false\n"),
        (".wgetrc", "check_certificate = off\n"),
        ("a.sh", "aws s3 ls --no-verify-ssl\n"),
        ("configuration.yaml", "mqtt:\n  server: mqtts://a\n  reject_unauthorized: false\n"),
        ("flows.json", "[{\"type\": \"tls-config\", \"verifyservercert\": false}]"),
        ("nginx.conf", "location / { proxy_ssl_verify off; }\n"),
        ("fluent-bit.conf", "[OUTPUT]\n    tls On\n    tls.verify Off\n"),
        ("filebeat.yml", "output.elasticsearch:\n  ssl.verification_mode: none\n"),
        ("load.js", "export const options = { insecureSkipTLSVerify: true };"),
        ("a.sh", "kubectl --insecure-skip-tls-verify get pods\n"),
    ]);
    none_found(&[
        ("a.sh", "git config --global http.sslVerify true\n"),
        ("a.sh", "# git config http.sslVerify false\necho \"git config http.sslVerify false\"\n"),
        ("a.sh", "git commit -m 'set http.sslVerify=false'\n"),
        ("Dockerfile", "# ENV GIT_SSL_NO_VERIFY=1\nFROM x\n"),
        (".gitconfig", "[http]\n\t# sslVerify = false\n\tsslVerify = true\n"),
        (".npmrc", "strict-ssl=true\n"),
        ("a.sh", "export GIT_SSL_NO_VERIFY=\n"),
    ]);
}

#[test]
fn commands_in_yaml_and_makefiles_turn_it_off_but_texts_do_not() {
    all_found(&[
        ("ci.yml", "steps:\n  - run: curl -k https://x\n"),
        (
            "ci.yml",
            "steps:\n  - name: Fetch\n    run: |\n      set -e\n      curl -fsSk https://x\n",
        ),
        ("ci.yaml", "script:\n  - wget --no-check-certificate https://x\n"),
        ("compose.yaml", "healthcheck:\n  test: [\"curl\", \"-k\", \"https://localhost\"]\n"),
        ("ci.yml", "run: 'curl --insecure https://x'\n"),
        (
            "ci.yml",
            "run: >\n  curl -H \"Accept: text/plain\"\n  && git -c http.sslVerify=false clone https://x\n",
        ),
        ("Makefile", "get:\n\t@curl -k https://x -o x\n"),
        ("Makefile", "V := $(shell curl -ks https://x)\n"),
        ("rules.mk", "get:\n\t-wget --no-check-certificate https://x\n"),
        ("get.bat", "@echo off\ncurl -k https://x\n"),
    ]);
    none_found(&[
        ("ci.yml", "steps:\n  # curl -k https://x\n  - run: curl https://x\n"),
        ("ci.yml", "description: |\n  curl -k turns verification off\nrun: curl https://x\n"),
        ("ci.yml", "- name: curl -k is not used here\n  run: curl https://x\n"),
        ("ci.yml", "note: never use curl -k\n"),
        ("Makefile", "get:\n\tcurl https://x | sort -k 2\n# curl -k\n"),
        ("Makefile", "help:\n\t@echo curl -k\n"),
        ("get.bat", "REM curl -k https://x\ncurl https://x\n"),
    ]);
}

#[test]
fn libraries_on_glib_gnutls_and_others_turn_it_off() {
    let handler = "static gboolean accept_it(GTlsConnection *c, GTlsCertificate *p, int e, gpointer d) { \
                   BODY }\nvoid f(void) { g_signal_connect(c, \"accept-certificate\", \
                   G_CALLBACK(accept_it), NULL); }";
    let verify = "static int check(void *data, mbedtls_x509_crt *crt, int depth, uint32_t *flags) { BODY \
                  }\nvoid f(void) { mbedtls_ssl_conf_verify(&conf, check, NULL); }";
    let with = |frame: &str, body: &str| frame.replace("BODY", body);
    all_found(&[
        (
            "a.c",
            "void f(void) { gnutls_certificate_set_verify_flags(c, GNUTLS_VERIFY_DISABLE_CA_SIGN); }",
        ),
        (
            "a.c",
            "void f(void) { gnutls_certificate_set_verify_flags(c, GNUTLS_VERIFY_DISABLE_TIME_CHECKS); }",
        ),
        ("a.c", "void f(void) { gnutls_session_set_verify_cert(session, NULL, 0); }"),
        ("a.c", "void f(void) { s = soup_session_new_with_options(\"ssl-strict\", FALSE, NULL); }"),
        ("a.c", "void f(void) { g_object_set(session, SOUP_SESSION_SSL_STRICT, FALSE, NULL); }"),
        ("a.c", "void f(void) { g_socket_client_set_tls_validation_flags(client, 0); }"),
        ("a.c", &with(handler, "return TRUE;")),
        ("a.c", &with(verify, "*flags = 0; return 0;")),
        ("a.c", "void f(void) { SSL_CTX_set_verify(ctx, 0, NULL); }"),
        ("a.c", "void f(void) { aws_tls_ctx_options_set_verify_peer(&options, false); }"),
        (
            "a.java",
            "public void onReceivedSslError(WebView v, SslErrorHandler h, SslError e) { h.proceed(); }",
        ),
        ("a.cs", "var o = b.WithTlsOptions(t => t.WithAllowUntrustedCertificates());"),
        ("a.js", "const b = await launch({ ignoreHTTPSErrors: true });"),
        ("a.py", "import ssl\ns = ssl.wrap_socket(s, server_hostname=h)\n"),
        ("a.py", "import ussl\ns = ussl.wrap_socket(s)\n"),
        ("a.rb", "HTTParty.get(u, verify: false)\n"),
        ("a.pl", "$ENV{PERL_LWP_SSL_VERIFY_HOSTNAME} = 0;\n"),
    ]);
    none_found(&[
        ("a.c", "void f(void) { gnutls_certificate_set_verify_flags(c, 0); }"),
        ("a.c", "/* GNUTLS_VERIFY_DISABLE_CA_SIGN */ void f(void) { }"),
        ("a.c", "void f(void) { gnutls_session_set_verify_cert(session, host, 0); }"),
        ("a.c", "void f(void) { s = soup_session_new_with_options(\"ssl-strict\", TRUE, NULL); }"),
        ("a.c", "void f(void) { printf(\"ssl-strict, FALSE accept-certificate\"); }"),
        ("a.c", &with(handler, "return is_known(p);")),
        ("a.c", &with(verify, "if (depth > 3) { *flags |= 1; } return 0;")),
        ("a.c", "void f(void) { SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL); }"),
        (
            "a.java",
            "public void onReceivedSslError(WebView v, SslErrorHandler h, SslError e) { h.cancel(); }",
        ),
        (
            "a.py",
            "import ssl\ns = ssl.wrap_socket(s, cert_reqs=ssl.CERT_REQUIRED, ca_certs=\"a\")\n",
        ),
        ("a.py", "import ssl\ns = ssl.wrap_socket(s, server_side=True)\n"),
        ("a.py", "import ssl\ns = context.wrap_socket(s, server_hostname=h)\n"),
        ("a.py", "# ssl.wrap_socket(s)\nprint(\"ssl.wrap_socket(s)\")\n"),
    ]);
}

#[test]
fn firmware_libraries_and_modems_turn_it_off() {
    let websocket = "#include <WebSocketsClient.h>\nWebSocketsClient ws;\nvoid setup() { X }";
    let with = |call: &str| websocket.replace('X', call);
    all_found(&[
        ("a.ino", &with("ws.beginSSL(\"a.example\", 443, \"/\");")),
        ("a.ino", &with("ws.beginSSL(host, 443);")),
        ("a.ino", &with("ws.beginSSL(host, 443, \"/\", NULL);")),
        ("a.ino", &with("ws.beginSocketIOSSL(host, 443, \"/socket.io/?EIO=4\");")),
        ("a.c", "void f(void) { conf = altcp_tls_create_config_client(NULL, 0); }"),
        ("lwipopts.h", "#define ALTCP_MBEDTLS_AUTHMODE MBEDTLS_SSL_VERIFY_OPTIONAL\n"),
        ("a.c", "void f(void) { struct mg_tls_opts opts = {.ca = ca, .skip_verification = 1}; }"),
        ("a.c", "void f(void) { int v = NRF_SO_SEC_PEER_VERIFY_NONE; }"),
        ("a.c", "void f(void) { otCoapSecureSetSslAuthMode(instance, false); }"),
        ("a.rs", "fn f() { let c = TlsConfig::new(seed, &mut a, &mut b, TlsVerify::None); }"),
        ("a.ino", "void f() { client.setSSLAuthMode(SSLAuthMode::NO_VALIDATION); }"),
        ("a.c", "void f(void) { at(\"AT+CSSLCFG=\\\"authmode\\\",0,0\\r\\n\"); }"),
        ("a.ino", "void f() { modem.sendAT(GF(\"+CSSLCFG=\\\"authmode\\\",0,0\")); }"),
        ("a.c", "void f(void) { at(\"AT+QSSLCFG=\\\"seclevel\\\",1,0\"); }"),
        ("a.c", "void f(void) { at(\"AT+CIPSSLCCONF=0\\r\\n\"); }"),
        ("a.py", "uart.write('AT+CIPSSLCCONF=0,0\\r\\n')\n"),
        ("a.c", "void f(void) { at(\"AT+USECPRF=0,0,0\"); }"),
        ("a.c", "void f(void) { at(\"AT#SSLSECCFG=1,0,0\"); }"),
        ("sdkconfig.defaults", "CONFIG_ESP_TLS_SKIP_SERVER_CERT_VERIFY=y\n"),
    ]);
    none_found(&[
        ("a.ino", &with("ws.beginSslWithCA(host, 443, \"/\", ca);")),
        ("a.ino", &with("ws.beginSSL(host, 443, \"/\", fingerprint);")),
        ("a.ino", "void setup() { other.beginSSL(host, 443); }"),
        ("a.ino", &with("// ws.beginSSL(host, 443);\nlog(\"ws.beginSSL(host, 443)\");")),
        ("a.c", "void f(void) { conf = altcp_tls_create_config_client(ca, sizeof ca); }"),
        ("lwipopts.h", "#define ALTCP_MBEDTLS_AUTHMODE MBEDTLS_SSL_VERIFY_REQUIRED\n"),
        ("a.c", "void f(void) { struct mg_tls_opts opts = {.ca = ca, .skip_verification = 0}; }"),
        ("a.c", "void f(void) { at(\"AT+CSSLCFG=\\\"authmode\\\",0,1\\r\\n\"); }"),
        ("a.c", "void f(void) { at(\"AT+CSSLCFG=\\\"sslversion\\\",0,0\\r\\n\"); }"),
        ("a.c", "void f(void) { at(\"AT+QSSLCFG=\\\"seclevel\\\",1,1\"); }"),
        ("a.c", "void f(void) { at(\"AT+CIPSSLCCONF=2,0,0\"); }"),
        ("a.c", "// AT+CIPSSLCCONF=0\nvoid f(void) { at(\"AT+CIPSSLCCONF?\"); }"),
        ("a.c", "void f(void) { at(\"AT+USECPRF=0,0,1\"); }"),
    ]);
}

#[test]
fn the_finding_names_what_the_library_skips() {
    let message = |file: &str, code: &str| {
        let reading = check::read(Path::new(file), code.as_bytes());
        reading.findings.listed()[0].message.clone()
    };
    let lwp =
        message("a.pl", "my $a = LWP::UserAgent->new(ssl_opts => { verify_hostname => 0 });\n");
    assert!(lwp.starts_with("`ssl_opts verify_hostname` turns verification off: "), "{lwp}");
    let other = message("a.toml", "[tls]\nverify_hostname = false\n");
    assert!(
        other.starts_with("`verify_hostname` turns the check of the server's name off: "),
        "{other}"
    );
    let dates = "void f(void) { set_flags(c, GNUTLS_VERIFY_DISABLE_TIME_CHECKS); }";
    let dates = message("a.c", dates);
    assert!(
        dates.starts_with("`GNUTLS_VERIFY_DISABLE_TIME_CHECKS` turns off the check of dates: ")
    );
    let modem = message("a.c", "void f(void) { at(\"AT+CIPSSLCCONF=0\"); }");
    assert!(modem.starts_with("`AT+CIPSSLCCONF` turns verification off: "), "{modem}");
}
