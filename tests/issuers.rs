//! Fetching issuers that the server does not send, within limits; with real servers and certificates.

use std::{
    collections::{HashMap, HashSet},
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex},
};

use certgrab::internals::chain::{self, Presented, Problem};
use certgrab::internals::{
    endpoint::Target,
    judge::work::Work,
    net::aia::{self, http::MAX_CONNECTION_BYTES},
    run::grab::{self, Options},
    trust::store::{Source, Store},
    x509::certificate::Certificate,
};
use rcgen::{CertificateParams, CustomExtension};

use crate::{
    anchors::REAL,
    support::{
        Pki, Server, grab,
        pki::{pem_of, sha256},
        real,
        server::Heard,
    },
};

/// An HTTP file server that records its requests.
pub(crate) struct Files {
    server: Server,
    asked: Arc<Mutex<Vec<String>>>,
    content: Arc<Mutex<HashMap<String, Vec<u8>>>>,
}

impl Files {
    pub(crate) fn start() -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let content = Arc::new(Mutex::new(HashMap::<String, Vec<u8>>::new()));
        let server = Server::scripted("files", {
            let (asked, content) = (Arc::clone(&asked), Arc::clone(&content));
            move |mut stream: TcpStream, _: &Mutex<Heard>| {
                let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
                let Some(request) = lines.next() else { return };
                let host = lines.find_map(|line| line.strip_prefix("host: ").map(str::to_owned));
                let path = request.split(' ').nth(1).unwrap_or_default();
                let url = format!("http://{}{path}", host.unwrap_or_default());
                asked.lock().expect("no panic").push(url.clone());
                let content = content.lock().expect("no panic");
                let answer = content.get(path).or_else(|| content.get(&url)).cloned();
                let answer = answer.unwrap_or_else(|| b"HTTP/1.1 404 Not Found\r\n\r\n".to_vec());
                let _ = stream.write_all(&answer);
            }
        });
        Self { server, asked, content }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    /// Answers requests for `path`, or for a whole URL, with exactly `answer`.
    pub(crate) fn answer(&self, path: &str, answer: Vec<u8>) {
        self.content.lock().expect("no panic").insert(path.to_owned(), answer);
    }

    pub(crate) fn serve(&self, path: &str, body: &[u8]) {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        self.answer(path, [head.as_bytes(), body].concat());
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }

    pub(crate) fn allowing(&self) -> [String; 2] {
        ["--aia-allow".to_owned(), self.server.address().to_string()]
    }
}

/// authorityInfoAccess with caIssuers URLs, which rcgen does not support.
pub(crate) fn with_urls(urls: &[String]) -> impl FnOnce(&mut CertificateParams) + use<> {
    fn element(tag: u8, inner: &[u8]) -> Vec<u8> {
        let length = u16::try_from(inner.len()).expect("a short element").to_be_bytes();
        [&[tag, 0x82], &length[..], inner].concat()
    }
    const CA_ISSUERS: [u8; 10] = [0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02];
    let one =
        |url: &String| element(0x30, &[&CA_ISSUERS[..], &element(0x86, url.as_bytes())].concat());
    let list: Vec<u8> = urls.iter().flat_map(one).collect();
    let content = element(0x30, &list);
    move |params| {
        let id = [1, 3, 6, 1, 5, 5, 7, 1, 1];
        params.custom_extensions.push(CustomExtension::from_oid_content(&id, content));
    }
}

/// A root, one intermediate, and a leaf with the URL of the intermediate.
pub(crate) fn pki_with(urls: &[String]) -> Pki {
    Pki::root("Plant Root").intermediate("Plant Issuing").changed(with_urls(urls)).leaf("plc.test")
}

/// A server that sends only its leaf.
pub(crate) fn omitting_issuers(pki: &Pki) -> Server {
    Server::of(pki).sending(&pki.path()[..1]).start()
}

#[test]
fn a_missing_issuer_is_fetched_with_a_warning() {
    let files = Files::start();
    let pki = pki_with(&[files.url("/issuing.crt")]);
    files.serve("/issuing.crt", &pki.path()[1]);
    let server = omitting_issuers(&pki);
    let run = || grab(&server).trusting(pki.root_file()).args(files.allowing());

    let document = run().args(["--json"]).succeeds().json();
    assert_eq!(document["anchor"]["sha256"], sha256(pki.root_der()));
    assert_eq!(document["sufficient"], false);
    assert_eq!(document["fetched"][0]["sha256"], sha256(&pki.path()[1]));
    let source = format!("fetched from {}", files.url("/issuing.crt"));
    assert_eq!(document["fetched"][0]["source"], source);
    let warnings = document["warnings"].as_array().expect("warnings");
    assert!(warnings.iter().any(|warning| warning["code"] == "incomplete_chain"), "{warnings:?}");

    let outcome = run().args(["--emit", "pem"]).succeeds();
    let expected = pem_of(&[pki.root_der().clone(), pki.path()[1].clone()]);
    assert_eq!(pem_blocks(&outcome.out()), pem_blocks(&expected), "what is missing is emitted too");
    assert_eq!(
        outcome.err(),
        "certgrab: warning: the server does not send `CN=Plant Issuing`, which belongs after \
         `CN=plc.test`: browsers fetch it, devices do not\n"
    );
}

fn pem_blocks(text: &str) -> Vec<Vec<u8>> {
    pem::parse_many(text).expect("PEM").iter().map(|block| block.contents().to_vec()).collect()
}

#[test]
fn an_issuer_of_an_issuer_is_fetched() {
    let files = Files::start();
    let pki = Pki::root("Plant Root")
        .intermediate("Upper")
        .intermediate_with("Lower", with_urls(&[files.url("/upper.crt")]))
        .changed(with_urls(&[files.url("/gone.crt"), files.url("/lower.crt")]))
        .leaf("plc.test");
    files.serve("/upper.crt", &pki.path()[2]);
    files.serve("/lower.crt", pem_of(&pki.path()[1..2]).as_bytes());
    let server = omitting_issuers(&pki);
    grab(&server)
        .args(["--emit", "pem"])
        .trusting(pki.root_file())
        .args(files.allowing())
        .succeeds();
    let asked: HashSet<_> = files.asked().into_iter().collect();
    let expected = ["/gone.crt", "/lower.crt", "/upper.crt"].map(|path| files.url(path));
    assert_eq!(asked, HashSet::from(expected));
}

#[test]
fn a_silent_url_does_not_delay_once_another_reaches_a_root() {
    let files = Files::start();
    let silent = Server::scripted("silent", |mut stream: TcpStream, _: &Mutex<Heard>| {
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    let urls = [format!("http://{}/issuing.crt", silent.address()), files.url("/issuing.crt")];
    let pki = pki_with(&urls);
    files.serve("/issuing.crt", &pki.path()[1]);
    let mut store = Store::default();
    store.add_path(&pki.root_file()).expect("a root");
    let presented = Presented::from_message([pki.leaf_der().as_ref()], Source::Server);
    let allowed = [silent.address(), files.server.address()];
    let allowed = allowed.map(|address| address.to_string().parse().expect("an address"));
    let at = "2030-01-01".parse().expect("a time");
    let mut options = aia::Options::default();
    options.allowed = allowed.to_vec();
    let fetched = block_on(aia::fetch(
        aia::Chain { presented, store, at, work: Arc::default() },
        &options,
        tokio::time::Instant::now() + grab::TIMEOUT,
    ));
    let problems: Vec<_> = fetched.attempts.iter().map(|attempt| &attempt.problem).collect();
    assert_eq!(problems, [&Some(Problem::NotWaitedFor), &None]);
    assert_eq!(fetched.candidates()[0].der(), pki.path()[1].as_ref());
}

#[test]
fn nothing_is_fetched_for_a_complete_chain_or_by_option() {
    let files = Files::start();
    let pki = pki_with(&[files.url("/issuing.crt")]);
    let complete = Server::presenting(&pki);
    grab(&complete)
        .args(["--emit", "pem"])
        .trusting(pki.root_file())
        .args(files.allowing())
        .succeeds();
    let server = omitting_issuers(&pki);
    let run = || grab(&server).args(["--emit", "pem"]).trusting(pki.root_file());
    run().args(["--no-aia"]).fails_with(1);
    assert_eq!(files.asked(), Vec::<String>::new());
}

#[test]
fn aia_is_limited_and_contacts_loopback_only_if_allowed() {
    let files = Files::start();
    let pki = pki_with(&[files.url("/issuing.crt")]);
    files.serve("/issuing.crt", &pki.path()[1]);
    let server = omitting_issuers(&pki);
    let address = files.server.address();
    let root = pki.root_file();
    grab(&server).args(["--emit", "pem"]).trusting(&root).fails_with(1).stderr(&format!(
        "certgrab: error: `CN=plc.test` is issued by `CN=Plant Issuing`, which the server did not \
         send and {} does not have; http://{address}/issuing.crt leads to {address}, \
         which certgrab does not contact by default; if the CA's server is there, allow it with \
         `--aia-allow {address}`\n\
         certgrab: hint: if the issuer is your own root, pass it with `--roots FILE`; if it is an \
         intermediate, configure the server to send it\n",
        root.display()
    ));
    assert_eq!(files.asked(), Vec::<String>::new());
}

#[test]
fn aia_is_limited_and_follows_redirects_only_to_allowed_addresses() {
    let files = Files::start();
    let pki = pki_with(&[files.url("/moved.crt")]);
    let server = omitting_issuers(&pki);
    let run =
        || grab(&server).args(["--emit", "pem"]).trusting(pki.root_file()).args(files.allowing());

    files.answer("/moved.crt", redirect("/issuing.crt"));
    files.serve("/issuing.crt", &pki.path()[1]);
    run().succeeds();

    for (to, expected) in [
        (
            "http://127.0.0.2:1/issuing.crt",
            "leads to 127.0.0.2:1, which certgrab does not contact by default",
        ),
        ("https://plc.test/issuing.crt", "has the scheme `https`; only http is fetched"),
        ("file:///etc/passwd", "has the scheme `file`; only http is fetched"),
        ("/moved.crt", "redirects in a loop"),
    ] {
        files.answer("/moved.crt", redirect(to));
        let text = run().fails_with(1).err();
        assert!(text.contains(&format!("/moved.crt {expected}")), "{to}: {text}");
    }
}

fn redirect(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\n\r\n").into_bytes()
}

/// The requests to `files`, sorted.
fn sorted(files: &Files) -> Vec<String> {
    let mut asked = files.asked();
    asked.sort();
    asked
}

#[test]
fn each_url_is_fetched_once() {
    let files = Files::start();
    let paths = ["/0", "/1", "/2", "/3", "/4"];
    let pki = pki_with(&paths.map(|path| files.url(path)));
    let server = omitting_issuers(&pki);
    let run =
        || grab(&server).args(["--emit", "pem"]).trusting(pki.root_file()).args(files.allowing());
    for path in paths {
        files.answer(path, redirect("/issuing.crt"));
    }
    let text = run().fails_with(1).err();
    for path in paths {
        let expected = format!("{} returns status 404", files.url(path));
        assert!(text.contains(&expected), "{path}: {text}");
    }
    let all = ["/0", "/1", "/2", "/3", "/4", "/issuing.crt"].map(|path| files.url(path));
    assert_eq!(sorted(&files), all);
    files.serve("/issuing.crt", &pki.path()[1]);
    run().succeeds();

    // An upper-case host and a fragment do not make another URL (RFC 9110 sections 4.2.3 and 7.1), and a
    // redirect to a URL in the certificate fetches nothing new.
    let files = Files::start();
    let port = files.server.port();
    let urls = [
        format!("http://localhost:{port}/x"),
        format!("HTTP://LOCALHOST:{port}/x#1"),
        format!("http://localhost:{port}/x#2"),
        format!("http://localhost:{port}/moved"),
    ];
    files.answer("/moved", redirect("/x#3"));
    let pki = pki_with(&urls);
    let server = omitting_issuers(&pki);
    let text = grab(&server).args(["--emit", "pem"]).args(files.allowing()).fails_with(1).err();
    for url in &urls {
        assert!(text.contains(&format!("{url} returns status 404")), "{url}: {text}");
    }
    assert_eq!(sorted(&files), [&urls[3], &urls[0]].map(String::clone));
}

#[test]
fn a_redirect_counts_as_a_fetch() {
    let files = Files::start();
    let paths = ["/0", "/1", "/2", "/3", "/4"];
    for path in paths {
        files.answer(path, redirect(&format!("/moved{path}")));
    }
    let pki = pki_with(&paths.map(|path| files.url(path)));
    let server = omitting_issuers(&pki);
    let text = grab(&server).args(["--emit", "pem"]).args(files.allowing()).fails_with(1).err();
    assert_eq!(files.asked().len(), chain::MAX_FETCHES);
    let printed = |problem: &str| text.matches(problem).count();
    assert_eq!(printed("exceeds the limit of 8 fetches for a target"), 2, "{text}");
    assert_eq!(printed("returns status 404"), 3, "{text}");
}

#[test]
fn urls_that_redirect_to_each_other_are_fetched_once() {
    let files = Files::start();
    files.answer("/a", redirect("/b"));
    files.answer("/b", redirect("/a"));
    let urls = ["/a", "/b"].map(|path| files.url(path));
    let pki = pki_with(&urls);
    let server = omitting_issuers(&pki);
    let text = grab(&server).args(["--emit", "pem"]).args(files.allowing()).fails_with(1).err();
    for url in &urls {
        assert!(text.contains(&format!("{url} redirects in a loop")), "{url}: {text}");
    }
    assert_eq!(sorted(&files), urls);
}

#[test]
fn an_answer_is_reused_for_other_certificates() {
    for second in ["/upper.crt", "/upper.crt#again", "/moved"] {
        let files = Files::start();
        let pki = Pki::root("Plant Root")
            .intermediate("Upper")
            .intermediate_with("Lower", with_urls(&[files.url(second)]))
            .changed(with_urls(&[files.url("/upper.crt"), files.url("/lower.crt")]))
            .leaf("plc.test");
        files.serve("/upper.crt", &pki.path()[2]);
        files.serve("/lower.crt", &pki.path()[1]);
        files.answer("/moved", redirect("/upper.crt"));
        let server = omitting_issuers(&pki);
        grab(&server)
            .args(["--emit", "pem"])
            .trusting(pki.root_file())
            .args(files.allowing())
            .succeeds();
        let mut expected = vec![files.url("/lower.crt"), files.url("/upper.crt")];
        if second == "/moved" {
            expected.insert(1, files.url(second));
        }
        assert_eq!(sorted(&files), expected);
    }
}

#[test]
fn a_silent_issuer_host_ends_with_the_targets_deadline() {
    let silent = Server::scripted("silent", |mut stream: TcpStream, _: &Mutex<Heard>| {
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    let url = format!("http://{}/issuing.crt", silent.address());
    let pki = pki_with(std::slice::from_ref(&url));
    let server = omitting_issuers(&pki);
    let allowing = ["--aia-allow".to_owned(), silent.address().to_string()];
    let run = grab(&server).args(["--emit", "pem", "--timeout", "1"]).args(allowing);
    let text = run.fails_with(1).stdout("").err();
    assert!(text.contains(&format!("{url} timed out")), "{text}");
}

#[test]
fn an_answer_that_is_not_the_issuer_is_named() {
    let files = Files::start();
    let pki = pki_with(&[files.url("/i")]);
    let other = Pki::root("Other Root").intermediate("Plant Issuing").leaf("plc.test");
    let server = omitting_issuers(&pki);
    let ok = b"HTTP/1.1 200 OK\r\n".to_vec();
    let with = |rest: &[u8]| [&ok[..], rest].concat();
    let long = "X: y\r\n".repeat(65);
    for (answer, expected) in [
        (b"HTTP/1.1 404 Not Found\r\n\r\n".to_vec(), "returns status 404"),
        (with(b"\r\n<html>login</html>"), "serves no certificate"),
        (with(b"Content-Length: 9\r\n\r\n123"), "returns an incomplete answer"),
        (with(b"Content-Length: 65537\r\n\r\n"), "returns more than the limits allow"),
        (with(&[&b"\r\n"[..], &[b'a'; 65537]].concat()), "returns more than the limits allow"),
        (with(b"Content-Encoding: gzip\r\n\r\n"), "returns a compressed body"),
        (
            with(b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n"),
            "returns a body with trailers",
        ),
        (with(format!("{long}\r\n").as_bytes()), "does not return a valid HTTP/1 answer"),
        (b"SSH-2.0-x\r\n".to_vec(), "does not return a valid HTTP/1 answer"),
        (
            with(&[b"\r\n", &other.path()[1][..]].concat()),
            "serves a certificate that is not the issuer",
        ),
    ] {
        files.answer("/i", answer);
        let text = grab(&server)
            .args(["--emit", "pem"])
            .trusting(pki.root_file())
            .args(files.allowing())
            .fails_with(1)
            .err();
        assert!(text.contains(&format!("/i {expected}")), "{expected}: {text}");
    }
}

#[test]
fn at_most_160_kib_are_read_from_an_issuer_host() {
    let files = Files::start();
    let pki = pki_with(&[files.url("/i")]);
    let server = omitting_issuers(&pki);
    // Chunks of one byte each are six times as long as their content (RFC 9112 section 7.1), and PEM may have
    // any text before it.
    let pem = pem_of(&pki.path()[1..2]);
    let body = format!("{}\n{pem}", "x".repeat(27_000 - 1 - pem.len()));
    let chunks: String = body.chars().map(|one| format!("1\r\n{one}\r\n")).collect();
    let answer = |bytes: usize| {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: ";
        let rest = format!("\r\n\r\n{chunks}0\r\n\r\n");
        format!("{head}{}{rest}", "y".repeat(bytes - head.len() - rest.len())).into_bytes()
    };
    let run =
        || grab(&server).args(["--emit", "pem"]).trusting(pki.root_file()).args(files.allowing());
    files.answer("/i", answer(MAX_CONNECTION_BYTES));
    run().succeeds();
    files.answer("/i", answer(MAX_CONNECTION_BYTES + 1));
    let text = run().fails_with(1).stdout("").err();
    assert!(text.contains("/i returns more than the limits allow"), "{text}");
}

#[test]
fn urls_that_are_not_http_are_skipped_and_named() {
    let urls = ["ldap://127.0.0.1/cn=x?cACertificate", "file:///etc/passwd", "/x"];
    let pki = pki_with(&urls.map(str::to_owned));
    let server = omitting_issuers(&pki);
    let text = grab(&server).args(["--emit", "pem"]).trusting(pki.root_file()).fails_with(1).err();
    for expected in [
        "ldap://127.0.0.1/cn=x?cACertificate has the scheme `ldap`; only http is fetched",
        "file:///etc/passwd has the scheme `file`; only http is fetched",
        "/x is not a URL with a host",
    ] {
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn fetching_stops_at_its_limits() {
    let files = Files::start();
    let urls: Vec<_> = (0..100).map(|number| files.url(&format!("/{number}"))).collect();
    let pki = pki_with(&urls);
    let server = omitting_issuers(&pki);
    grab(&server)
        .args(["--emit", "pem"])
        .trusting(pki.root_file())
        .args(files.allowing())
        .fails_with(1);
    assert_eq!(files.asked().len(), aia::MAX_URLS);

    // Each fetched certificate leads to two more, endlessly: URLs are counted over the whole run.
    let files = Files::start();
    let url = |name: &str| files.url(&format!("/{name}"));
    let mut builder = Pki::root("Plant Root");
    for depth in (1..8).rev() {
        let urls = [url(&format!("{depth}a")), url(&format!("{depth}b"))];
        builder = builder.intermediate_with(&format!("Issuing {depth}"), with_urls(&urls));
    }
    let pki = builder.changed(with_urls(&[url("0a"), url("0b")])).leaf("plc.test");
    for (depth, issuer) in pki.path().iter().skip(1).enumerate() {
        files.serve(&format!("/{depth}b"), issuer);
    }
    let server = omitting_issuers(&pki);
    grab(&server)
        .args(["--emit", "pem"])
        .trusting(pki.root_file())
        .args(files.allowing())
        .fails_with(1);
    assert_eq!(files.asked().len(), chain::MAX_FETCHES);
}

#[test]
fn certificates_that_name_each_other_end_the_search() {
    let files = Files::start();
    let pki = Pki::root("Plant Root")
        .intermediate_with("Plant Issuing", with_urls(&[files.url("/self")]))
        .changed(with_urls(&[files.url("/self")]))
        .leaf("plc.test");
    files.serve("/self", &pki.path()[1]);
    let server = omitting_issuers(&pki);
    grab(&server).args(["--emit", "pem"]).args(files.allowing()).fails_with(1);
    assert_eq!(files.asked(), [files.url("/self")]);
}

#[test]
fn a_fetched_root_is_not_an_anchor() {
    let files = Files::start();
    let pki = Pki::root("Plant Root")
        .intermediate_with("Plant Issuing", with_urls(&[files.url("/root")]))
        .leaf("plc.test");
    files.serve("/root", pki.root_der());
    let server = Server::presenting(&pki);
    let outcome = grab(&server).args(["--emit", "pem"]).args(files.allowing()).fails_with(1);
    assert_eq!(files.asked(), [files.url("/root")]);
    let expected = "certgrab: error: the chain ends in the root `CN=Plant Root`, which is not in \
                  Mozilla's store\n";
    assert!(outcome.stdout("").err().starts_with(expected));
}

#[test]
fn recorded_chains_without_intermediates_give_the_same_anchors() {
    let Some(folder) = real::shared("chains") else { return };
    let read = |path: String| fs::read_to_string(folder.join(path)).expect("a file of the chains");
    let urls: HashMap<String, Vec<String>> =
        serde_json::from_str(&read("aia-url-map.json".to_owned())).expect("a map");
    let pool: HashMap<String, Vec<u8>> = pem_blocks(&read("ca-pool.pem".to_owned()))
        .into_iter()
        .map(|der| (sha256(&der), der))
        .collect();
    let whole = REAL.iter().map(|(name, anchor, ..)| (*name, Some(*anchor)));
    let anchors = whole.chain([("baltimore-cloudflare", None)]);
    let files = Files::start();
    for (url, hashes) in &urls {
        let ders: Vec<_> = hashes.iter().filter_map(|hash| pool.get(hash)).collect();
        let block = |der: &&Vec<u8>| pem::encode(&pem::Pem::new("CERTIFICATE", der.as_slice()));
        // A URL without a path requests `/` (RFC 9110 section 4.2.3).
        let url = if url.split('/').count() == 3 { format!("{url}/") } else { url.clone() };
        match ders.as_slice() {
            [one] => files.serve(&url, one),
            many => files.serve(&url, many.iter().map(block).collect::<String>().as_bytes()),
        }
    }

    for (name, anchor) in anchors {
        let facts: serde_json::Value =
            serde_json::from_str(&read(format!("{name}/meta.json"))).expect("facts");
        let text = |key: &str| facts[key].as_str().expect("a text");
        let target: Target = text("host").parse().expect("a host");
        let leaf = pem_blocks(&read(format!("{name}/leaf.pem"))).remove(0);
        let mut presented = Presented::from_message([leaf.as_slice()], Source::Server);
        presented.peer = Some(SocketAddr::from(([192, 0, 2, 1], 443)).ip());
        let mut options = Options::new(Store::mozilla(), text("time").parse().expect("a time"));
        options.issuers.instead = Some(files.server.address());
        let work = Arc::new(Work::default());
        let chain = aia::Chain {
            presented: presented.clone(),
            store: options.store.clone(),
            at: options.at,
            work: Arc::clone(&work),
        };
        let deadline = tokio::time::Instant::now() + options.timeout;
        let fetched = block_on(aia::fetch(chain, &options.issuers, deadline));
        let grab = grab::conclude(presented, fetched, &target, &options, work);
        let Some(anchor) = anchor else {
            let refusal = grab.verdict.expect_err("no store has the root");
            assert!(refusal.to_string().contains("CN=Baltimore CyberTrust Root,"), "{refusal}");
            continue;
        };
        let judgement = grab.verdict.unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        let found = judgement.verified.anchor();
        assert_eq!(&found.root.certificate.sha256().to_string()[..16], anchor, "{name}");
        assert!(!found.is_sufficient(), "{name}: the server leaves something out");
        let warnings = certgrab::internals::run::warning::about_anchor(
            &grab.presented,
            &judgement.paths,
            &judgement.verified,
            certgrab::internals::judge::stacks::Asked {
                name: Some(&options.wanted_name(&target)),
                at: options.at,
            },
            &grab.work,
        );
        let printed = warnings.iter().filter(|warning| warning.code == "incomplete_chain").count();
        assert_eq!(printed, found.missing.len(), "{name}: {warnings:?}");
        let is_sent = |one: &&Certificate| grab.presented.certificates().any(|sent| sent == *one);
        assert_eq!(found.path.certificates.iter().filter(is_sent).count(), 1, "{name}");
    }
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}
