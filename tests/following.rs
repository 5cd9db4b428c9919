//! `--follow`: the server that the download of an https: URL ends at.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{IpAddr, SocketAddr},
    process::Command,
    sync::{Arc, OnceLock},
    time::Duration,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned, crypto::ring};

use crate::support::{Pki, Server, certgrab, real, run::Run};

/// A server that answers each request by `answer` of its path.
fn server(pki: &Pki, answer: impl Fn(&str) -> String + Send + 'static) -> Server {
    let at = "127.0.0.1:0".parse().expect("an address");
    server_at(at, pki, move |path| (answer(path), End::Closed))
}

/// What a server does after its answer.
enum End {
    Closed,
    /// Writes this repeatedly while the client reads.
    Forever(&'static str),
    /// Stays silent until the client disconnects.
    Silence,
}

/// The same at an address, with the action after the answer.
fn server_at(
    address: SocketAddr,
    pki: &Pki,
    answer: impl Fn(&str) -> (String, End) + Send + 'static,
) -> Server {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(pki.chain(), pki.key())
        .expect("a chain");
    let config = Arc::new(config);
    Server::scripted_at(address, &pki.name(), move |socket, heard| {
        let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
        let mut stream = StreamOwned::new(connection, socket);
        let mut request = Vec::new();
        let mut octet = [0];
        while !request.ends_with(b"\r\n\r\n")
            && stream.read(&mut octet).is_ok_and(|count| count > 0)
        {
            request.push(octet[0]);
        }
        // A client that only reads the chain sends no request.
        let text = String::from_utf8_lossy(&request).into_owned();
        heard.lock().expect("no panic").data.extend(request);
        if let Some(path) = text.split(' ').nth(1) {
            let (text, end) = answer(path);
            let _ = stream.write_all(text.as_bytes());
            match end {
                End::Closed => stream.conn.send_close_notify(),
                End::Forever(more) => while stream.write_all(more.as_bytes()).is_ok() {},
                End::Silence => while stream.read(&mut octet).is_ok_and(|count| count > 0) {},
            }
            let _ = stream.flush();
        }
    })
}

fn found(location: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n")
}

fn file() -> String {
    "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-0/9\r\nContent-Length: 1\r\n\r\nx"
        .to_owned()
}

fn plant() -> Pki {
    Pki::root("Plant Root").intermediate("Plant Issuing").leaf("localhost")
}

/// `certgrab https://localhost:PORT/PATH --follow` with the root of `pki`.
fn follow(server: &Server, path: &str, pki: &Pki) -> Run {
    certgrab().args([format!("https://localhost:{}{path}", server.port())]).args([
        "--follow",
        "--timeout=5",
        &format!("--roots={}", pki.root_file().display()),
    ])
}

#[test]
fn a_redirect_to_another_server_gives_anchors_for_both() {
    let (first, second) = (plant(), Pki::root("Files Root").leaf("127.0.0.1"));
    let files = server(&second, |_| file());
    let location = format!("https://127.0.0.1:{}/objects/1?signature=secret", files.port());
    let releases = server(&first, move |_| found(&location));
    let roots = format!("--roots={}", second.root_file().display());
    let run = || follow(&releases, "/fw.bin", &first).args([&roots]);

    let outcome = run().args(["--emit", "pem"]).succeeds();
    let (from, to) =
        (format!("localhost:{}", releases.port()), format!("127.0.0.1:{}", files.port()));
    let err = outcome.err();
    assert!(err.contains(&format!("certgrab: {from} redirects to {to}\n")), "{err}");
    assert!(
        err.contains("certgrab: 2 anchors cover every target that can be verified:\n"),
        "{err}"
    );
    assert!(!err.contains("secret"), "{err}");
    assert_eq!(outcome.out().matches("BEGIN CERTIFICATE").count(), 2, "{}", outcome.out());

    let shown = run().succeeds().out();
    assert!(shown.contains(&from) && shown.contains(&to), "{shown}");
    let lines = run().args(["--json"]).succeeds().out();
    let targets = lines.lines().map(|line| {
        let document: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let target = &document["target"];
        format!("{}:{}", target["host"].as_str().expect("a host"), target["port"])
    });
    assert_eq!(Vec::from_iter(targets), [from, to]);

    let heard = String::from_utf8(files.heard().data).expect("text");
    assert!(heard.starts_with("GET /objects/1?signature=secret HTTP/1.1\r\n"), "{heard}");
    assert!(heard.contains("range: bytes=0-0\r\n"), "{heard}");
}

#[test]
fn a_redirect_within_one_server_needs_one_anchor() {
    let pki = plant();
    let server = server(&pki, |path| match path {
        "/a/old" => found("new#part"),
        "/a/new" => found("//localhost/never"),
        _ => file(),
    });
    let stays = follow(&server, "/b", &pki).args(["--emit", "pem"]).succeeds();
    stays.stderr("");
    let moved = follow(&server, "/a/old", &pki).fails_with(3).err();
    // The port of the second redirect is 443, where no server listens.
    assert!(moved.contains("localhost:443"), "{moved}");
}

#[test]
fn a_web_page_at_the_end_is_no_download() {
    let pki = plant();
    let server = server(&pki, |path| match path {
        "/fw.bin" => found("/login"),
        _ => file().replacen(
            "Content-Length",
            "Content-Type: Text/HTML; charset=x\r\nContent-Length",
            1,
        ),
    });
    let warned = follow(&server, "/fw.bin", &pki).args(["--emit", "pem"]).succeeds();
    warned.stderr(&format!(
        "certgrab: warning: localhost:{} answers with a web page, such as one to log in, instead of \
         a download; check the URL\n",
        server.port()
    ));
    for page in ["/a/", "/index.html"] {
        follow(&server, page, &pki).args(["--emit", "pem"]).succeeds().stderr("");
    }
}

#[test]
fn a_failed_redirect_has_a_reason_and_writes_nothing() {
    let pki = plant();
    let server = server(&pki, |path| match path.trim_start_matches('/') {
        "loop" => found("/loop"),
        "plain" => found("http://localhost/fw.bin"),
        "nowhere" => found("https://"),
        "user" => found("https://me:secret@localhost/"),
        "slashes" => found("https:///localhost/fw.bin"),
        "three" => found("///localhost/fw.bin"),
        "no-slash" => found("HTTPS:fw.bin"),
        "tab" => found("https://local\thost/"),
        "letters" => found("https://localhost/\u{e9}"),
        "ftp" => found("ftp://localhost/fw.bin"),
        "data" => found("data:text/plain,x"),
        "choices" => found("/1").replacen("302 Found", "300 Multiple Choices", 1),
        "none" => "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
        "two" => found("/1\r\nLocation: /2"),
        "empty" => found(""),
        "no-content" => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        "other-host" => found("https://nowhere.invalid/fw.bin"),
        "gone" => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
        "junk" => "220 ready\r\n".to_owned(),
        "long" => format!("HTTP/1.1 302 Found\r\nLocation: /{}\r\n\r\n", "a".repeat(3000)),
        "head" => format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "a".repeat(64 * 1024)),
        number => match number.parse::<u8>() {
            Ok(number) if number < 6 => found(&(number + 1).to_string()),
            _ => file(),
        },
    });
    let port = server.port();
    for (path, why) in [
        ("loop", "redirects in a loop"),
        ("no-content", "expected a download or a redirect, found status 204"),
        (
            "other-host",
            "redirects to nowhere.invalid:443: the name `nowhere.invalid` does not resolve: \
             failed to lookup address information: Name or service not known",
        ),
        ("plain", "redirects to a URL with the scheme `http`; expected https"),
        ("nowhere", "redirects to what is not a URL of a server"),
        ("user", "redirects to what is not a URL of a server"),
        ("slashes", "redirects to what is not a URL of a server"),
        ("three", "redirects to what is not a URL of a server"),
        ("no-slash", "redirects to what is not a URL of a server"),
        ("tab", "redirects to what is not a URL of a server"),
        ("letters", "redirects to what is not a URL of a server"),
        ("ftp", "redirects to a URL with the scheme `ftp`; expected https"),
        ("data", "redirects to a URL with the scheme `data`; expected https"),
        ("choices", "expected a download or a redirect, found status 300"),
        ("none", "redirects, but not with exactly one Location"),
        ("two", "redirects, but not with exactly one Location"),
        ("empty", "redirects in a loop"),
        ("gone", "expected a download or a redirect, found status 404"),
        ("junk", "the URL does not return a valid HTTP/1 answer"),
        ("long", "redirects to what is not a URL of a server"),
        ("0", "redirects more than 5 times"),
    ] {
        let run = follow(&server, &format!("/{path}"), &pki).args(["--emit", "pem"]);
        let expected = format!("certgrab: error: localhost:{port}: {why}\n");
        run.fails_with(3).stdout("").stderr(&expected);
    }
    follow(&server, "/head", &pki).args(["--emit", "pem"]).fails_with(3).stdout("");
    // Five redirects are followed.
    follow(&server, "/1", &pki).args(["--emit", "pem"]).succeeds();
}

#[test]
fn every_http_redirect_and_form_of_location_is_followed() {
    let pki = plant();
    let server = server(&pki, |path| {
        let moved = |status: &str| found("/file").replacen("302 Found", status, 1);
        match path {
            "/301" => moved("301 Moved Permanently"),
            "/303" => moved("303 See Other"),
            "/307" => moved("307 Temporary Redirect"),
            "/308" => moved("308 Permanent Redirect"),
            "/1.0" => found("/file").replacen("HTTP/1.1", "HTTP/1.0", 1),
            "/spaces" => found("   /file  "),
            "/up/up/up" => found("../../../../file"),
            "/informed" => format!("HTTP/1.1 103 Early Hints\r\n\r\n{}", found("/file")),
            // A download with a Location is not a redirect (RFC 9110 section 10.2.2).
            "/201" => {
                "HTTP/1.1 201 Created\r\nLocation: /gone\r\nContent-Length: 0\r\n\r\n".to_owned()
            }
            "/1.0/file" => "HTTP/1.0 200 OK\r\n\r\nx".to_owned(),
            "/file" => file(),
            _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
        }
    });
    for path in
        ["301", "303", "307", "308", "1.0", "spaces", "up/up/up", "informed", "201", "1.0/file"]
    {
        follow(&server, &format!("/{path}"), &pki).args(["--emit", "pem"]).succeeds().stderr("");
    }
}

#[test]
fn a_location_with_a_host_leads_to_that_host() {
    let (pki, other) = (plant(), Pki::root("Files Root").leaf("127.0.0.1"));
    let files = server(&other, |_| file());
    let port = files.port();
    let server = server(&pki, move |path| match path {
        "/relative" => found(&format!("//127.0.0.1:{port}/file")),
        "/decimal" => found(&format!("https://2130706433:{port}/file")),
        "/capitals" => found(&format!("HTTPS://127.0.0.1:{port}/file")),
        "/port" => found("https://127.0.0.1:0/file"),
        "/large-port" => found("https://127.0.0.1:65536/file"),
        _ => found("wss://127.0.0.1/file"),
    });
    let roots = format!("--roots={}", other.root_file().display());
    let run = |path: &str| follow(&server, path, &pki).args([&roots]).args(["--emit", "pem"]);
    for path in ["/relative", "/decimal", "/capitals"] {
        let err = run(path).succeeds().err();
        let said = format!("localhost:{} redirects to 127.0.0.1:{port}\n", server.port());
        assert!(err.contains(&said), "{path}: {err}");
    }
    for (path, why) in [
        ("/port", "redirects to what is not a URL of a server"),
        ("/large-port", "redirects to what is not a URL of a server"),
        ("/wss", "redirects to a URL with the scheme `wss`; expected https"),
    ] {
        let said = format!("certgrab: error: localhost:{}: {why}\n", server.port());
        run(path).fails_with(3).stdout("").stderr(&said);
    }
}

#[test]
fn a_truncated_or_endless_answer_is_read_up_to_its_head() {
    let pki = plant();
    let redirect = "HTTP/1.1 302 Found\r\nLocation: /file\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = "4\r\nxxxx\r\n";
    let at = "127.0.0.1:0".parse().expect("an address");
    let server = server_at(at, &pki, move |path| match path {
        "/cut" => ("HTTP/1.1 302 Found\r\nLocation: /fi".to_owned(), End::Closed),
        "/silent" => ("HTTP/1.1 302 Found\r\nLocation: /fi".to_owned(), End::Silence),
        "/nothing" => (String::new(), End::Closed),
        "/headers" => ("HTTP/1.1 200 OK\r\n".to_owned(), End::Forever("X: y\r\n")),
        "/header" => ("HTTP/1.1 302 Found\r\nLocation: /".to_owned(), End::Forever("aaaaaaaa")),
        "/hints" => (String::new(), End::Forever("HTTP/1.1 103 Early Hints\r\n\r\n")),
        "/lines" => (String::new(), End::Forever("\r\n")),
        "/body" => (redirect.replacen("302 Found", "200 OK", 1), End::Forever(chunk)),
        "/old-body" => ("HTTP/1.0 200 OK\r\n\r\n".to_owned(), End::Forever("xxxx")),
        "/redirect" => (redirect.to_owned(), End::Forever(chunk)),
        _ => (file(), End::Closed),
    });
    let run = |path: &str| follow(&server, path, &pki).args(["--emit", "pem"]);
    for path in ["/body", "/old-body", "/redirect"] {
        run(path).succeeds().stderr("");
    }
    for (path, why) in [
        ("/cut", "the URL returns an incomplete answer\n"),
        ("/nothing", "the URL returns an incomplete answer\n"),
        ("/headers", "the URL does not return a valid HTTP/1 answer\n"),
        ("/header", "the URL does not return a valid HTTP/1 answer\n"),
        ("/hints", "the URL returns more than the limits allow\n"),
        ("/lines", "the URL does not return a valid HTTP/1 answer\n"),
        (
            "/silent",
            "timed out waiting for an answer to GET\n\
             certgrab: hint: raise the limit with `--timeout SECS`\n",
        ),
    ] {
        let said = format!("certgrab: error: localhost:{}: {why}", server.port());
        run(path).fails_with(3).stdout("").stderr(&said);
    }
}

#[test]
fn two_servers_that_redirect_to_each_other_are_a_loop() {
    let (pki, other) = (plant(), Pki::root("Files Root").leaf("127.0.0.1"));
    let first = Arc::new(OnceLock::<u16>::new());
    let known = Arc::clone(&first);
    let files = server(&other, move |_| {
        found(&format!("https://localhost:{}/fw.bin", known.get().expect("a port")))
    });
    let away = format!("https://127.0.0.1:{}/", files.port());
    let server = server(&pki, move |_| found(&away));
    first.set(server.port()).expect("once");
    let roots = format!("--roots={}", other.root_file().display());
    let run = follow(&server, "/fw.bin", &pki).args([&roots]).args(["--emit", "pem"]);
    let err = run.fails_with(3).stdout("").err();
    assert!(err.contains(&format!("127.0.0.1:{}: redirects in a loop\n", files.port())), "{err}");
}

/// An address for documentation (RFC 5737 section 3) that this machine has in a network namespace.
const OUTER: &str = "192.0.2.10";

/// Set if a test already runs in such a namespace.
const IN_NETWORK: &str = "CERTGRAB_TEST_NETWORK";

/// Runs the test called `name` again in a namespace in which this machine also has the address [`OUTER`].
fn run_in_network(name: &str) {
    if !real::program("unshare") || !real::program("ip") {
        return;
    }
    let script =
        "ip link set lo up && ip addr add \"$1/32\" dev lo || exit 99; exec \"$2\" --exact \"$3\"";
    let tests = std::env::current_exe().expect("the tests");
    let output = Command::new("unshare")
        .args(["-rn", "sh", "-c", script, "sh", OUTER])
        .args([tests.as_os_str(), name.as_ref()])
        .env(IN_NETWORK, "")
        .output()
        .expect("unshare");
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.code() == Some(99) || err.starts_with("unshare:") {
        return real::skip_even_if_required("leave to make a network");
    }
    assert!(output.status.success() && out.contains("1 passed"), "{out}{err}");
}

#[test]
fn a_redirect_from_another_machine_to_this_one_is_not_followed() {
    if std::env::var_os(IN_NETWORK).is_none() {
        return run_in_network(
            "following::a_redirect_from_another_machine_to_this_one_is_not_followed",
        );
    }
    let address: IpAddr = OUTER.parse().expect("an address");
    let pki = Pki::root("Plant Root").leaf(&address.to_string());
    let inner = server(&Pki::root("Inner Root").leaf("127.0.0.1"), |_| file());
    let port = inner.port();
    let outer = server_at((address, 0).into(), &pki, move |path| {
        (found(&format!("https://{}:{port}/", &path[1..])), End::Closed)
    });
    let roots = format!("--roots={}", pki.root_file().display());
    for (host, shown) in [
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0.0.0.0", "0.0.0.0"),
        ("[::ffff:127.0.0.1]", "[::ffff:127.0.0.1]"),
    ] {
        let url = format!("https://{address}:{}/{host}", outer.port());
        let err = certgrab()
            .args([&url, &roots])
            .args(["--follow", "--timeout=5", "--emit=pem"])
            .fails_with(3)
            .stdout("")
            .err();
        let said = format!(": redirects to {shown}:{port}, an address of a private network\n");
        assert!(err.contains(&said) || host == "localhost" && err.contains("[::1]"), "{err}");
    }
    assert_eq!(inner.heard().connections, 0);
}

#[test]
fn an_unverified_server_gets_no_request() {
    let (first, second) = (plant(), Pki::root("Unknown Root").leaf("127.0.0.1"));
    let files = server(&second, |_| file());
    let location = format!("https://127.0.0.1:{}/fw.bin", files.port());
    let releases = server(&first, move |_| found(&location));
    let run = follow(&releases, "/fw.bin", &first).args(["--emit", "pem"]);
    let err = run.fails_with(1).stdout("").err();
    assert!(err.contains("Unknown Root"), "{err}");
    assert_eq!(files.heard().data, b"");
}

#[test]
fn a_server_that_does_not_answer_the_request_times_out() {
    let pki = plant();
    let server = server(&pki, |_| {
        std::thread::sleep(Duration::from_secs(4));
        String::new()
    });
    let url = format!("https://localhost:{}/fw.bin", server.port());
    let roots = format!("--roots={}", pki.root_file().display());
    certgrab()
        .args([&url, "--follow", "--timeout=2", "--emit=pem", &roots])
        .fails_with(3)
        .stdout("")
        .stderr(&format!(
            "certgrab: error: localhost:{}: timed out waiting for an answer to GET\n\
             certgrab: hint: raise the limit with `--timeout SECS`\n",
            server.port()
        ));
}

#[test]
fn without_follow_a_path_is_reported_as_not_requested() {
    let pki = plant();
    let server = server(&pki, |_| file());
    let url = format!("https://localhost:{}/fw.bin", server.port());
    let roots = format!("--roots={}", pki.root_file().display());
    let err = certgrab().args([&url, &roots]).succeeds().err();
    let expected = format!(
        "certgrab: the path at localhost:{} is not requested; see where it leads with `--follow`\n",
        server.port()
    );
    assert_eq!(err, expected);
    assert_eq!(server.heard().data, b"");
}

#[test]
fn follow_needs_a_path_and_a_format_for_several_servers() {
    for (words, why) in [
        (
            &["https://a.test/"][..],
            "`--follow` expects an https: URL with a path, found a.test:443",
        ),
        (&["mqtts://a.test/x"], "`--follow` expects an https: URL with a path, found a.test:8883"),
        (&["https://a.test/x", "https://b.test/x"], "`--follow` accepts only one target"),
        (&["https://a.test/x", "--emit=pem", "--backup"], "`--follow` cannot be combined with"),
        (&["https://a.test/x", "--connect=b.test:1"], "--connect"),
    ] {
        let err = certgrab().args(words).args(["--follow"]).fails_with(2).stdout("").err();
        assert!(err.contains(why), "{words:?}: {err}");
    }
}

/// A manifest that follows `path` of `server` and trusts the roots of `pkis`.
fn manifest(server: &Server, path: &str, pkis: [&Pki; 2], more: &str) -> String {
    let [first, second] = pkis.map(|pki| pki.root_file().display().to_string());
    format!(
        "[[target]]\nhost = \"https://localhost:{}{path}\"\nfollow = true\ntimeout = 5\n\
         lock = \"fw.pem\"\nroots = ['{first}', '{second}']\nemit = {{ c = \"fw.h\" }}\n{more}",
        server.port()
    )
}

#[test]
fn a_lock_of_a_followed_url_has_the_anchors_of_every_server() {
    let (first, second) = (plant(), Pki::root("Files Root").leaf("127.0.0.1"));
    let files = server(&second, |_| file());
    let location = format!("https://127.0.0.1:{}/objects/1?signature=secret", files.port());
    let releases = server(&first, move |_| found(&location));
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, more: &str| {
        let text = manifest(&releases, path, [&first, &second], more);
        fs::write(folder.path().join("certgrab.toml"), text).expect("a manifest");
    };
    let run = |words: &[&str]| certgrab().args(words).in_folder(folder.path());
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a file");
    let (from, to) =
        (format!("localhost:{}", releases.port()), format!("127.0.0.1:{}", files.port()));

    write("/fw.bin?token=secret", "");
    run(&["sync"]).succeeds().stderr(&format!(
        "certgrab: {from} redirects to {to}\ncertgrab: wrote fw.pem\ncertgrab: wrote fw.h\n"
    ));
    let lock = read("fw.pem");
    for line in [
        format!(
            "# Builds read this file. Refresh it: `certgrab https://{from}/PATH --roots FILE --roots FILE --follow --emit lock=FILE`"
        ),
        "Path: /fw.bin".to_owned(),
        format!("Needed by: {from}"),
        format!("Needed by: {to}"),
    ] {
        assert!(lock.contains(&format!("\n{line}\n")), "{line}: {lock}");
    }
    assert!(!lock.contains("secret"), "{lock}");
    let header = read("fw.h");
    assert!(header.contains(&format!("{from}` and those that it redirects to")), "{header}");

    run(&["check"]).succeeds().stdout("");
    run(&["sync", "--locked"]).succeeds();
    assert_eq!(read("fw.h"), header);

    // Half of the anchors verify half of the servers.
    let (head, second_entry) = lock.split_at(lock.rfind("\nRole: ").expect("two entries"));
    fs::write(folder.path().join("fw.pem"), head).expect("a lock");
    let half = run(&["check"]).fails_with(1).out();
    let left = if second_entry.contains(&to) { &to } else { &from };
    assert!(half.contains(left) && half.contains("verify-failed"), "{half}");

    // The manifest changed after the lock was written.
    fs::write(folder.path().join("fw.pem"), &lock).expect("a lock");
    write("/other.bin", "");
    for words in [&["check", "--offline"][..], &["sync", "--locked"]] {
        let outcome = run(words).ends();
        let said = format!("{}{}", outcome.out(), outcome.err());
        let expected =
            "the lock has another path than the manifest: expected `/other.bin`, found `/fw.bin`";
        assert!(said.contains(expected), "{words:?}: {said}");
    }
}

#[test]
fn a_followed_url_without_a_download_leaves_the_lock() {
    let (pki, other) = (plant(), Pki::root("Files Root").leaf("127.0.0.1"));
    let files = server(&other, |_| file());
    let away = format!("https://127.0.0.1:{}/", files.port());
    let server = server(&pki, move |path| match path {
        "/loop" => found("/loop"),
        "/unknown" => found(&away),
        "/gone" => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
        _ => file(),
    });
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str| {
        let text = manifest(&server, path, [&pki, &pki], "");
        fs::write(folder.path().join("certgrab.toml"), text).expect("a manifest");
    };
    let run = |words: &[&str]| certgrab().args(words).in_folder(folder.path());
    write("/fw.bin");
    run(&["sync"]).succeeds();
    let lock = fs::read(folder.path().join("fw.pem")).expect("a lock");
    for (path, code, why) in [
        ("/loop", 3, "redirects in a loop"),
        ("/gone", 3, "expected a download or a redirect, found status 404"),
        ("/unknown", 1, "127.0.0.1"),
    ] {
        write(path);
        let err = run(&["sync"]).fails_with(code).err();
        assert!(err.contains(why), "{path}: {err}");
        assert_eq!(fs::read(folder.path().join("fw.pem")).expect("a lock"), lock, "{path}");
        let outcome = run(&["check"]).fails_with(code);
        let said = format!("{}{}", outcome.out(), outcome.err());
        assert!(said.contains(why), "{path}: {said}");
    }
}

#[test]
fn a_manifest_names_keys_that_conflict_with_follow() {
    let folder = tempfile::tempdir().expect("a folder");
    for (host, more, why) in [
        (
            "https://a.test",
            "",
            "`follow` expects an https: URL with a path as `host`, found a.test:443",
        ),
        (
            "https://a.test/x",
            "connect = \"b.test:1\"\n",
            "`connect` cannot be combined with `follow`",
        ),
        ("https://a.test/x", "backup = true\n", "`backup` cannot be combined with `follow`"),
        ("https://a.test/x", "hold = \"a.pem\"\n", "`hold` cannot be combined with `follow`"),
        ("https://a.test/x", "from = \"a.pem\"\n", "`follow` cannot be combined with `from`"),
    ] {
        let text =
            format!("[[target]]\nhost = \"{host}\"\nlock = \"a.lock\"\nfollow = true\n{more}");
        fs::write(folder.path().join("certgrab.toml"), text).expect("a manifest");
        for command in ["sync", "check"] {
            let err = certgrab().args([command]).in_folder(folder.path()).fails_with(2).err();
            assert!(err.contains(why), "{err}");
        }
    }
}

#[test]
fn follow_writes_a_lock_that_a_manifest_accepts() {
    let pki = plant();
    let server = server(&pki, |_| file());
    let folder = tempfile::tempdir().expect("a folder");
    let lock = folder.path().join("fw.pem");
    follow(&server, "/fw.bin", &pki)
        .args(["--emit", &format!("lock={}", lock.display())])
        .succeeds();
    let text = manifest(&server, "/fw.bin", [&pki, &pki], "").replacen(
        &format!("'{}', ", pki.root_file().display()),
        "",
        1,
    );
    fs::write(folder.path().join("certgrab.toml"), text).expect("a manifest");
    certgrab()
        .args(["sync", "--locked"])
        .in_folder(folder.path())
        .succeeds()
        .stderr("certgrab: wrote fw.h\n");
}

#[test]
fn an_ignored_path_is_reported() {
    let pki = plant();
    let server = server(&pki, |_| file());
    let roots = format!("--roots={}", pki.root_file().display());
    let port = server.port();
    let said = format!(
        "certgrab: the path at localhost:{port} is ignored: a server presents its chain before it \
         sees one\n"
    );
    for target in [format!("wss://localhost:{port}/mqtt"), format!("localhost:{port}/a?b=c")] {
        assert_eq!(certgrab().args([&target, &roots]).succeeds().err(), said, "{target}");
        certgrab().args([&target, &roots, "-q"]).succeeds().stderr("");
    }
    for target in [format!("wss://localhost:{port}/"), format!("mqtts://localhost:{port}/topic")] {
        certgrab().args([&target, &roots]).succeeds().stderr("");
    }
}
