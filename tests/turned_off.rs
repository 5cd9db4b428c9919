//! Verification that is turned off in the ways of each language, and the nearest code that does not.

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
fn a_client_of_arduino_esp32_without_an_anchor_is_found_and_one_with_another_means_is_not() {
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
fn python_turns_it_off_in_requests_of_aiohttp_and_options_of_curl() {
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
fn scripts_turn_it_off_in_their_own_words_and_not_in_their_comments() {
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
fn commands_of_a_shell_turn_it_off_by_their_own_options_alone() {
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
fn applications_for_phones_and_desks_turn_it_off_in_their_callbacks_and_fields() {
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
