//! The limits of SECURITY.md: the limit itself is accepted, and one more is refused with the number.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use certgrab::internals::chain::{MAX_CERTIFICATES, Presented};
use certgrab::internals::chain::{MAX_REDIRECTS, MAX_URL_CHARACTERS};
use certgrab::internals::{
    check,
    judge::path::MAX_TRACES,
    net::{
        aia::{
            self,
            http::{MAX_BODY_BYTES, MAX_HEAD_BYTES, MAX_HEADERS},
        },
        connect,
    },
    output::lock::{self, MAX_LOCK_BYTES},
    run::grab,
    trust::store::{self, MAX_ROOTS, MAX_ROOTS_BYTES, Source, Store},
    x509::{
        certificate::{Certificate, MAX_CERTIFICATE_BYTES},
        extensions::SHOWN_NAMES,
        name::SHOWN_RDNS,
    },
};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair,
    PKCS_ED25519, SanType,
};

use crate::{
    issuers::{Files, omitting_issuers, pki_with, with_urls},
    support::{Pki, Server, certgrab, grab, pki::pem_of, real, run::Outcome},
};

fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

/// A certificate with the given parameters. Its length depends only on them: the signatures of the key have a
/// fixed length, and so does the serial number, which would otherwise come from the key.
fn certificate(change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
    let mut params = CertificateParams::new(["plc.test".to_owned()]).expect("parameters");
    params.serial_number = Some(1.into());
    change(&mut params);
    let key = KeyPair::generate_for(&PKCS_ED25519).expect("a key");
    params.self_signed(&key).expect("a certificate").der().to_vec()
}

#[test]
fn at_most_32_certificates_of_a_chain_are_kept() {
    let one = certificate(|_| {});
    // The last bytes belong to the signature, which this test does not check.
    let chain = |count: u8| {
        let of = |number| [&one[..one.len() - 1], &[number]].concat();
        let chain: Vec<_> = (0..count).map(of).collect();
        Presented::from_message(chain.iter().map(Vec::as_slice), Source::Server)
    };
    let most = u8::try_from(MAX_CERTIFICATES).expect("a few");
    let (full, over) = (chain(most), chain(most + 1));
    assert_eq!((full.certificates().count(), full.dropped()), (MAX_CERTIFICATES, 0));
    assert_eq!((over.certificates().count(), over.dropped()), (MAX_CERTIFICATES, 1));
}

#[test]
fn a_certificate_has_at_most_128_kib() {
    let with = |bytes: usize| {
        certificate(|params| {
            let padding = CustomExtension::from_oid_content(&[1, 2, 3], vec![0; bytes]);
            params.custom_extensions.push(padding);
        })
    };
    let guess = MAX_CERTIFICATE_BYTES - 1_000;
    let padding = guess + MAX_CERTIFICATE_BYTES - with(guess).len();
    let full = with(padding);
    assert_eq!(full.len(), MAX_CERTIFICATE_BYTES);
    assert_eq!(Certificate::from_der(&full).expect("a certificate").der(), full);
    let error = Certificate::from_der(&with(padding + 1)).expect_err("one byte more");
    assert_eq!(
        error.to_string(),
        "not an X.509 certificate: its length (over 131072 bytes) cannot be read"
    );
}

#[test]
fn at_most_64_name_parts_and_128_names_are_shown() {
    let subject = |count: usize| {
        let der = certificate(|params| {
            params.distinguished_name = rcgen::DistinguishedName::new();
            for number in 0..count {
                let kind = DnType::CustomDnType(vec![1, 2, 3, number as u64]);
                params.distinguished_name.push(kind, "x");
            }
        });
        Certificate::from_der(&der).expect("a certificate").subject().text().line()
    };
    assert!(subject(SHOWN_RDNS).split(',').count() <= SHOWN_RDNS, "{}", subject(SHOWN_RDNS));
    assert!(!subject(SHOWN_RDNS).contains("more"));
    let name = |count| {
        let der = certificate(|params| {
            let name = |number| format!("n{number}.test").try_into().expect("a name");
            params.subject_alt_names =
                (0..count).map(|number: usize| SanType::DnsName(name(number))).collect();
        });
        let certificate = Certificate::from_der(&der).expect("a certificate");
        let names = &certificate.extensions().alternative_names;
        (
            names.shown.len(),
            names.more,
            names.first(SHOWN_NAMES).split(", ").last().map(str::to_owned),
        )
    };
    assert_eq!(name(SHOWN_NAMES), (SHOWN_NAMES, 0, Some("n127.test".to_owned())));
    assert_eq!(name(SHOWN_NAMES + 2), (SHOWN_NAMES, 2, Some("2 more".to_owned())));
}

/// The result of fetching an issuer from `url`, for which the file server has the other parts.
fn fetching(files: &Files, pki: &Pki) -> Outcome {
    let server = omitting_issuers(pki);
    grab(&server).args(["--emit", "pem"]).trusting(pki.root_file()).args(files.allowing()).ends()
}

/// A response 200 with `head` before `body`.
fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n{head}\r\n");
    [head.as_bytes(), body].concat()
}

#[test]
fn an_answer_with_an_issuer_is_read_up_to_each_limit() {
    let files = Files::start();
    let pki = pki_with(&[files.url("/i")]);
    let issuer = pki.path()[1].to_vec();
    // PEM may have any text before it.
    let body = |bytes: usize| {
        let pem = pem_of(&[issuer.clone().into()]);
        format!("{}\n{pem}", "x".repeat(bytes - 1 - pem.len())).into_bytes()
    };
    let lines = |count: usize| "X: y\r\n".repeat(count - 1);
    // The status line, two header lines and the empty one are in the head too.
    let head = |bytes: usize| {
        let rest = answer("X: \r\n", &issuer).len() - issuer.len();
        format!("X: {}\r\n", "y".repeat(bytes - rest))
    };
    for (full, over, problem) in [
        (
            answer("", &body(MAX_BODY_BYTES)),
            answer("", &body(MAX_BODY_BYTES + 1)),
            "returns more than the limits allow",
        ),
        (
            answer(&lines(MAX_HEADERS), &issuer),
            answer(&lines(MAX_HEADERS + 1), &issuer),
            "does not return a valid HTTP/1 answer",
        ),
        (
            answer(&head(MAX_HEAD_BYTES), &issuer),
            answer(&head(MAX_HEAD_BYTES + 1_024), &issuer),
            "does not return a valid HTTP/1 answer",
        ),
    ] {
        files.answer("/i", full);
        let outcome = fetching(&files, &pki);
        assert!(outcome.out().starts_with("-----BEGIN"), "{problem}: {}", outcome.err());
        files.answer("/i", over);
        let outcome = fetching(&files, &pki);
        assert_eq!(outcome.out(), "");
        assert!(outcome.err().contains(&format!("/i {problem}")), "{}", outcome.err());
    }
}

#[test]
fn at_most_three_redirects_are_followed() {
    let files = Files::start();
    let hops = MAX_REDIRECTS + 1;
    for hop in 0..hops {
        let next = format!("HTTP/1.1 302 Found\r\nLocation: /{}\r\n\r\n", hop + 1);
        files.answer(&format!("/{hop}"), next.into_bytes());
    }
    let pki = pki_with(&[files.url("/1")]);
    files.serve(&format!("/{hops}"), &pki.path()[1]);
    assert!(fetching(&files, &pki).out().starts_with("-----BEGIN"));

    let files = Files::start();
    for hop in 0..hops {
        let next = format!("HTTP/1.1 302 Found\r\nLocation: /{}\r\n\r\n", hop + 1);
        files.answer(&format!("/{hop}"), next.into_bytes());
    }
    let pki = pki_with(&[files.url("/0")]);
    files.serve(&format!("/{hops}"), &pki.path()[1]);
    let error = fetching(&files, &pki).err();
    assert!(error.contains("/0 redirects more than 3 times"), "{error}");
    assert_eq!(files.asked().len(), hops);
}

#[test]
fn a_fetched_url_has_at_most_2048_characters() {
    let files = Files::start();
    let path = |characters: usize| {
        let start = files.url("/");
        format!("/{}", "x".repeat(characters - start.len()))
    };
    let (full, over) = (path(MAX_URL_CHARACTERS), path(MAX_URL_CHARACTERS + 1));
    let pki = pki_with(&[files.url(&full)]);
    files.serve(&full, &pki.path()[1]);
    assert!(fetching(&files, &pki).out().starts_with("-----BEGIN"));
    let pki = pki_with(&[files.url(&over)]);
    let error = fetching(&files, &pki).err();
    assert!(error.contains("has more than 2048 characters"), "{error}");
}

#[test]
fn at_most_four_levels_of_issuers_are_fetched() {
    // The part that a server omits: this many intermediates below the root.
    let chain = |files: &Files, missing: usize| {
        let url = |number: usize| vec![files.url(&format!("/{number}"))];
        let mut builder = Pki::root("Plant Root");
        for number in (1..=missing).rev() {
            let urls = with_urls(&if number == missing { Vec::new() } else { url(number) });
            builder = builder.intermediate_with(&format!("Issuing {number}"), urls);
        }
        let pki = builder.changed(with_urls(&url(0))).leaf("plc.test");
        for number in 0..missing {
            files.serve(&format!("/{number}"), &pki.path()[number + 1]);
        }
        pki
    };
    for (missing, found) in [(aia::MAX_DEPTH, true), (aia::MAX_DEPTH + 1, false)] {
        let files = Files::start();
        let pki = chain(&files, missing);
        let outcome = fetching(&files, &pki);
        assert_eq!(outcome.out().starts_with("-----BEGIN"), found, "{}", outcome.err());
        assert_eq!(files.asked().len(), aia::MAX_DEPTH);
    }
}

#[test]
fn a_path_has_at_most_six_intermediates() {
    for (intermediates, code) in [(6, 0), (7, 1)] {
        let mut builder = Pki::root("Plant Root");
        for number in 0..intermediates {
            builder = builder.intermediate(&format!("Issuing {number}"));
        }
        let pki = builder.leaf("plc.test");
        let server = Server::presenting(&pki);
        let run = grab(&server).args(["--emit", "pem"]).trusting(pki.root_file());
        match code {
            0 => run.succeeds(),
            code => run.fails_with(code).stdout(""),
        };
    }
}

#[test]
fn at_most_32_paths_are_shown() {
    let authority = |name: &str, number: u8| {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(number));
        params.distinguished_name.push(DnType::CommonName, name);
        params
    };
    let (root_key, issuing_key, leaf_key) = (key(), key(), key());
    // Two roots with one name and key, which double the paths.
    let roots = [3, 4].map(|number| {
        authority("Plant Root", number).self_signed(&root_key).expect("a root").der().clone()
    });
    let root = Issuer::new(authority("Plant Root", 3), root_key);
    let issuing = Issuer::new(authority("Plant Issuing", 0), issuing_key);
    let leaf = CertificateParams::new(["plc.test".to_owned()]).expect("a leaf");
    let leaf = leaf.signed_by(&leaf_key, &issuing).expect("a leaf").der().clone();
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = |name: &str, certificates: &[_]| {
        let path = folder.path().join(name);
        fs::write(&path, pem_of(certificates)).expect("a file");
        path
    };
    let roots = file("roots.pem", &roots);
    let shown = |paths: usize| {
        let of = |number: usize| {
            let params = authority("Plant Issuing", u8::try_from(number).expect("a few"));
            params.signed_by(issuing.key(), &root).expect("a certificate").der().clone()
        };
        let issuing: Vec<_> = (0..paths / 2).map(of).collect();
        let sent = file("chain.pem", &[std::slice::from_ref(&leaf), &issuing[..]].concat());
        let from = ["plc.test".as_ref(), "--paths".as_ref(), "--from".as_ref(), sent.as_os_str()];
        certgrab().args(from).trusting(&roots).succeeds().out()
    };
    let more = format!("there are more paths than the {MAX_TRACES} shown");
    let (full, over) = (shown(MAX_TRACES), shown(MAX_TRACES + 2));
    assert!(!full.contains(&more), "{full}");
    assert!(over.contains(&more), "{over}");
}

#[test]
fn a_file_has_at_most_2000_roots() {
    let one = pem_of(&[certificate(|_| {}).into()]);
    let read = |count| store::certificates_in(one.repeat(count).as_bytes(), Path::new("r.pem"));
    assert_eq!(read(MAX_ROOTS).expect("certificates").len(), MAX_ROOTS);
    assert_eq!(
        read(MAX_ROOTS + 1).expect_err("too many").to_string(),
        "more than 2000 certificates in total; the limit was exceeded in r.pem"
    );
}

#[test]
fn a_pkcs7_message_has_at_most_2000_certificates() {
    let one = certificate(|_| {});
    // The content type of signedData (RFC 5652 section 5.1), and the bytes after it.
    let message = |count| {
        let header: &[u8] = &[0x30, 0x80, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
        [header, &one.repeat(count)].concat()
    };
    let read = |content: &[u8]| {
        let read = store::certificates_in(content, Path::new("r.p7b"));
        read.map(|certificates| certificates.len()).map_err(|error| error.to_string())
    };
    let pem = |content| pem::encode(&pem::Pem::new("PKCS7", content)).into_bytes();
    let (full, over) = (message(MAX_ROOTS), message(MAX_ROOTS + 1));
    let too_many =
        Err("more than 2000 certificates in total; the limit was exceeded in r.p7b".to_owned());
    assert_eq!((read(&full), read(&over)), (Ok(MAX_ROOTS), too_many.clone()));
    assert_eq!((read(&pem(full)), read(&pem(over))), (Ok(MAX_ROOTS), too_many));
}

/// Writes `text` to `path`, padded with NULs to `bytes`.
fn write_with_length(path: &Path, text: &str, bytes: usize) {
    let mut file = fs::File::create(path).expect("a file");
    file.write_all(text.as_bytes()).expect("the text");
    file.set_len(bytes as u64).expect("a size");
}

#[test]
fn a_file_of_roots_is_a_regular_file_of_at_most_16_mib() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("roots.pem");
    let pem = pem_of(&[certificate(|_| {}).into()]);
    let read = |bytes: usize| {
        write_with_length(&path, &pem, bytes);
        let mut roots = Store::default();
        roots.add_path(&path).map(|()| roots)
    };
    assert!(read(MAX_ROOTS_BYTES).is_ok());
    assert_eq!(
        read(MAX_ROOTS_BYTES + 1).expect_err("too large").to_string(),
        format!(
            "cannot read {}: expected a regular file of at most 16777216 bytes, found one of \
             16777217 \
             bytes",
            path.display()
        )
    );
    // Reading an endless file would never return.
    for device in ["/dev/zero", "/dev/stdin"] {
        let error = Store::default().add_path(Path::new(device)).expect_err("no file").to_string();
        assert!(error.contains(device), "{error}");
    }
}

#[test]
fn a_file_to_check_has_at_most_16_mib() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("ca.pem");
    let pem = pem_of(&[certificate(|_| {}).into()]);
    let check = |bytes: usize| {
        write_with_length(&path, &pem, bytes);
        certgrab().args(["check", "--offline", "--json"]).args([&path])
    };
    let document = check(check::MAX_FILE_BYTES).ends().json();
    assert_eq!(document["files"][0]["anchors"].as_array().map(Vec::len), Some(1), "{document}");
    check(check::MAX_FILE_BYTES + 1).fails_with(4).stderr(&format!(
        "certgrab: error: cannot read {}: expected a regular file of at most 16777216 bytes, \
         found one \
         of 16777217 bytes\n",
        path.display()
    ));
}

#[test]
fn baselines_and_replaced_files_have_at_most_16_mib() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    fs::copy(pki.chain_file(), pki.file("c.pem")).expect("a chain");
    fs::copy(pki.root_file(), pki.file("r.pem")).expect("a root");
    let run = |line: &str| certgrab().args(line.split(' ')).in_folder(pki.folder()).ends();
    run("check --offline r.pem --baseline old --write-baseline");
    let baseline = fs::read_to_string(pki.file("old")).expect("a baseline");
    let check = "check --offline -q r.pem --baseline old";
    let emit = "plc.test --from c.pem --roots r.pem -q --emit pem=kept";
    for (more, is_read) in [(0, true), (1, false)] {
        let bytes = check::MAX_BASELINE_BYTES + more;
        let blanks = " ".repeat(bytes - baseline.len());
        fs::write(pki.file("old"), format!("{baseline}{blanks}")).expect("a baseline");
        fs::write(pki.file("kept"), "\n".repeat(bytes)).expect("a file");
        for line in [check, emit] {
            let ran = run(line);
            let limit = "expected a regular file of at most 16777216 bytes";
            assert_eq!(ran.code() == 0, is_read, "{line}: {}", ran.err());
            assert_eq!(ran.err().contains(limit), !is_read, "{line}: {}", ran.err());
        }
    }
}

#[test]
fn at_most_2000_fingerprints_of_a_file_are_checked() {
    let read = |count: usize| {
        let text: String = (0..count).map(|number| format!("{number:064x}\n")).collect();
        check::read(Path::new("pins.txt"), text.as_bytes())
    };
    let reading = read(check::MAX_FINGERPRINTS);
    assert_eq!((reading.anchors.len(), reading.findings.listed().len()), (2000, 0));
    let reading = read(check::MAX_FINGERPRINTS + 1);
    assert_eq!((reading.anchors.len(), reading.findings.listed().len()), (2000, 1));
    let said = &reading.findings.listed()[0];
    assert_eq!((said.place.line, said.code), (2001, "anchor-unknown"));
    assert_eq!(
        said.message,
        "more than 2000 fingerprints; this one and the following ones are not checked"
    );
}

#[test]
fn a_lock_has_at_most_1_mib() {
    let pem = pem_of(&[certificate(|_| {}).into()]);
    let read = |bytes: usize| {
        let text = format!("{}\n{pem}", "#".repeat(bytes - 1 - pem.len()));
        assert_eq!(text.len(), bytes);
        lock::read(text.as_bytes(), Some(("plc.test", 8883)))
    };
    assert_eq!(read(MAX_LOCK_BYTES).expect("a lock").entries.len(), 1);
    let error = read(MAX_LOCK_BYTES + 1).expect_err("too large");
    assert_eq!(error.to_string(), "expected at most 1048576 bytes, found more");
}

#[test]
fn a_manifest_has_at_most_1_mib() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let pem = pem_of(&[certificate(|_| {}).into()]);
    for file in ["plc.pem", "root.pem"] {
        fs::write(folder.path().join(file), &pem).expect("a lock and its root");
    }
    let sync = |bytes: usize| {
        let target = "[[target]]\nhost = \"plc.test\"\nlock = \"plc.pem\"\nroots = \"root.pem\"\n";
        let text = format!("{target}{}", "#".repeat(bytes - target.len()));
        fs::write(folder.path().join("certgrab.toml"), text).expect("a manifest");
        certgrab().args(["sync", "--locked"]).in_folder(folder.path())
    };
    sync(1_048_576).succeeds().stdout("").stderr(
        "certgrab: warning: plc.test:443: the lock is a PEM file without facts: it does not say \
         whether the server proved possession of its private key\n",
    );
    sync(1_048_577).fails_with(4).stdout("").stderr(
        "certgrab: error: cannot read the manifest certgrab.toml: expected a regular file of at \
         most \
         1048576 bytes, found one of 1048577 bytes\n",
    );
}

#[test]
fn rsa_keys_from_2048_to_8192_bits_are_verified() {
    let verify = |folder: &Path, name: &str| {
        let file = |what: &str| folder.join(format!("{name}-{what}.pem"));
        certgrab()
            .args(["rsa.test", "--at", "2030-01-01T00:00:00Z", "--emit", "pem", "--from"])
            .args([file("chain")])
            .trusting(file("root"))
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rsa");
    verify(&folder, "8192").succeeds();
    let error = verify(&folder, "8200").fails_with(1).stdout("").err();
    assert!(
        error.contains(
            "`CN=RSA 8200 Root` cannot be verified: it has an RSA key of 8200 bits, expected 2048 to 8192"
        ),
        "{error}"
    );
}

#[test]
fn a_target_has_ten_seconds_and_an_address_five() {
    let help = certgrab().args(["--help"]).succeeds().out();
    let default = format!("[default: {}]", grab::TIMEOUT.as_secs());
    let (_, timeout) = help.split_once("--timeout <SECS>").expect("the option");
    assert!(timeout.split("--").next().is_some_and(|about| about.contains(&default)), "{timeout}");

    if !real::program("python3") {
        return;
    }
    // A full accept queue gives no answer.
    let script = "import socket, sys\n\
        full = socket.socket(); full.bind(('127.0.0.1', 0)); full.listen(0)\n\
        waiting = [socket.socket() for _ in range(3)]\n\
        [one.setblocking(False) or one.connect_ex(full.getsockname()) for one in waiting]\n\
        print(full.getsockname()[1], flush=True); sys.stdin.read()";
    let mut full = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3");
    let mut port = String::new();
    BufReader::new(full.stdout.take().expect("a pipe")).read_line(&mut port).expect("a line");
    let target = format!("127.0.0.1:{}", port.trim());
    let seconds = connect::ADDRESS_TIMEOUT.as_secs();
    certgrab().args([&target, "--timeout", "60"]).fails_with(3).stdout("").stderr(&format!(
        "certgrab: error: cannot connect to {target}: 127.0.0.1: no answer within {seconds} seconds\n"
    ));
    drop(full.stdin.take());
    full.wait().expect("it ends");
}

/// Serves the issuers of a chain of `missing` ones, each after `delay`; returns the command's result.
fn fetching_slowly(missing: usize, delay: Duration) -> Outcome {
    let served = Arc::new(Mutex::new(Vec::<Vec<u8>>::new()));
    let files = Server::scripted("slow", {
        let served = Arc::clone(&served);
        move |mut stream, _| {
            let mut request = [0; 512];
            let length = stream.read(&mut request).unwrap_or_default();
            let words = String::from_utf8_lossy(&request[..length]).into_owned();
            let number = words.strip_prefix("GET /").and_then(|rest| rest.split(' ').next());
            let Some(number) = number.and_then(|number| number.parse::<usize>().ok()) else {
                return;
            };
            thread::sleep(delay);
            let _ = stream.write_all(&answer("", &served.lock().expect("no panic")[number]));
        }
    });
    let urls = |number: usize| with_urls(&[format!("http://{}/{number}", files.address())]);
    let mut builder = Pki::root("Plant Root").intermediate("Issuing last");
    for number in (1..missing).rev() {
        builder = builder.intermediate_with(&format!("Issuing {number}"), urls(number));
    }
    let pki = builder.changed(urls(0)).leaf("plc.test");
    served.lock().expect("no panic").extend(pki.path()[1..].iter().map(|der| der.to_vec()));
    let server = omitting_issuers(&pki);
    grab(&server)
        .args(["--timeout", "60", "--emit", "pem"])
        .trusting(pki.root_file())
        .args(["--aia-allow".to_owned(), files.address().to_string()])
        .ends()
}

#[test]
fn a_fetch_has_five_seconds_and_all_fetches_ten() {
    let (one, all) = (aia::http::FETCH_TIMEOUT, aia::STAGE_TIMEOUT);
    // A further delay of half that length would be needed if it waited.
    let late = thread::spawn(move || fetching_slowly(1, one * 3 / 2));
    let each = all * 2 / 5;
    let two = thread::spawn(move || fetching_slowly(2, each));
    let three = fetching_slowly(3, each);
    let (late, two) = (late.join().expect("it ends"), two.join().expect("it ends"));
    assert!(two.out().starts_with("-----BEGIN"), "{}", two.err());
    for outcome in [late, three] {
        assert_eq!(outcome.out(), "");
        assert!(outcome.err().contains("timed out"), "{}", outcome.err());
    }
}
