//! Typos and other mistaken input, with their messages.

use std::{ffi::OsStr, fs, io::Read as _, os::unix::ffi::OsStrExt as _, process::Stdio};

use crate::support::{Pki, Server, certgrab, pki::pem_of};

/// The connection string of a device, with a key.
const CONNECTION: &str = "HostName=hub.azure-devices.net;DeviceId=d;SharedAccessKey=c2VjcmV0+/=";

#[test]
fn no_message_repeats_the_key_of_a_connection_string() {
    let folder = tempfile::TempDir::new().unwrap();
    let storage = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=c2VjcmV0+/=";
    let url = "mqtts://hub.test/?sig=c2VjcmV0+/=&x=1:1";
    for word in [CONNECTION, storage, "gopher://me:c2VjcmV0@hub.test", "me:c2VjcmV0@hub.test", url]
    {
        let typed: [&[&str]; 10] = [
            &[word],
            &["--compare", word, "localhost:1"],
            &["--connect", word, "a.test"],
            &["--sni", word, "a.test"],
            &["--roots", word, "a.test"],
            &["new", "linux-c", word, "folder"],
            &["verify", "--from", "x", "--host", word],
            &["check", "--offline", "x.h", word],
            &["check", "--offline", word],
            &["--no-such-option", word, word],
        ];
        for words in typed {
            if word.contains('?') && words.len() == 1 {
                continue;
            }
            let outcome = certgrab().args(words).in_folder(folder.path()).ends();
            let said = outcome.out() + &outcome.err();
            assert!(!said.contains("c2VjcmV0"), "{words:?}: {said}");
        }
        let outcome = certgrab().args(["--hosts", "-"]).reading(format!("{word}\na.test {word}\n"));
        let outcome = outcome.args(["--connect", "127.0.0.1:1"]).ends();
        let said = outcome.out() + &outcome.err();
        assert!(!said.contains("c2VjcmV0"), "{said}");
        let manifest = format!("[[target]]\nhost = \"{word}\"\nlock = \"l.pem\"\n");
        fs::write(folder.path().join("certgrab.toml"), manifest).unwrap();
        let said = certgrab().args(["sync", "--locked"]).in_folder(folder.path()).ends().err();
        assert!(!said.contains("c2VjcmV0"), "{said}");
    }
    let printed = certgrab().args([CONNECTION]).fails_with(2).err();
    assert!(
        printed.contains("`HostName=hub.azure-devices.net;DeviceId=d;SharedAccessKey=...`"),
        "{printed}"
    );
}

#[test]
fn no_message_repeats_what_may_be_a_password_in_a_target() {
    let folder = tempfile::TempDir::new().unwrap();
    for word in [
        "//me:c2VjcmV0@hub.test",
        "me%3Ac2VjcmV0%40hub.test",
        "mqtts://hub.test:c2VjcmV0",
        "hub.test:me:c2VjcmV0",
        "hub.test:8883 -u me -P c2VjcmV0",
        "Bearer c2VjcmV0",
        "wss://hub.test/mqtt?x-amz-sig=c2VjcmV0",
    ] {
        let typed: [&[&str]; 6] = [
            &["--compare", word, "localhost:1"],
            &["--connect", word, "a.test"],
            &["--sni", word, "a.test"],
            &["new", "linux-c", word, "folder"],
            &["verify", "--from", "x", "--host", word],
            &["--no-such-option", word, word],
        ];
        for words in typed.into_iter().chain((!word.contains('?')).then_some(&[word][..])) {
            let outcome = certgrab().args(words).in_folder(folder.path()).ends();
            let said = outcome.out() + &outcome.err();
            assert!(!said.contains("c2VjcmV0"), "{words:?}: {said}");
        }
        let outcome = certgrab().args(["--hosts", "-"]).reading(format!("{word}\na.test {word}\n"));
        let outcome = outcome.args(["--connect", "127.0.0.1:1"]).ends();
        let said = outcome.out() + &outcome.err();
        assert!(!said.contains("c2VjcmV0"), "{said}");
    }
}

#[test]
fn a_number_below_the_minimum_is_refused_with_the_minimum() {
    for (words, printed) in [
        (
            &["--hosts", "x", "--jobs", "0"][..],
            "invalid value '0' for '--jobs <N>': expected a number of targets, at least 1",
        ),
        (
            &["--hosts", "x", "--jobs", "-1"],
            "invalid value '-1' for '--jobs <N>': expected a number of targets, at least 1",
        ),
        (
            &["--hosts", "x", "--threads", "0"],
            "invalid value '0' for '--threads <N>': expected a number of threads, 1 to 1024",
        ),
        (
            &["--hosts", "x", "--threads", "1025"],
            "invalid value '1025' for '--threads <N>': expected a number of threads, 1 to 1024",
        ),
        (
            &["a.test", "--lifetime", "-1y"],
            "invalid value '-1y' for '--lifetime <SPAN>': expected years, days or a date, such as 10y, 90d or 2027-04-15",
        ),
        (
            &["a.test", "--timeout", "-1"],
            "invalid value '-1' for '--timeout <SECS>': expected whole seconds from 1 to 65535",
        ),
        (
            &["check", "--within", "-1d"],
            "invalid value '-1d' for '--within <DAYS>': expected a number of days or weeks, such as 90d or 12w",
        ),
    ] {
        certgrab()
            .args(words)
            .fails_with(2)
            .stdout("")
            .stderr(&format!("certgrab: error: {printed}\n"));
    }
}

#[test]
fn a_name_that_does_not_resolve_may_be_another_word_of_the_command() {
    let folder = tempfile::TempDir::new().unwrap();
    fs::write(folder.path().join("plant"), "").unwrap();
    for (word, hint) in [
        ("chekc", "did you mean `certgrab check`?"),
        ("snyc", "did you mean `certgrab sync`?"),
        ("formts", "did you mean `certgrab formats`?"),
        ("plant", "check it with `certgrab check plant`"),
        ("arduino", "for the format, write `--emit arduino`"),
        ("emit", "for the option, write `--emit`"),
    ] {
        let printed =
            certgrab().args([word]).in_folder(folder.path()).fails_with(3).stdout("").err();
        assert!(printed.ends_with(&format!("\ncertgrab: hint: {hint}\n")), "{word}: {printed}");
    }
    // With its port, or a dot, it is a server.
    for word in ["chekc:1", "chekc.test"] {
        let printed = certgrab().args([word]).in_folder(folder.path()).fails_with(3).err();
        assert!(!printed.contains("hint"), "{printed}");
    }
}

#[test]
fn every_number_says_what_is_expected_of_it() {
    let of_the_main_job = [
        ("--jobs", "expected a number of targets, at least 1"),
        ("--threads", "expected a number of threads, 1 to 1024"),
        ("--timeout", "expected whole seconds from 1 to 65535"),
        ("--rate", "expected connections a second, a number from 0.01 to 1000"),
        ("--lifetime", "expected years, days or a date, such as 10y, 90d or 2027-04-15"),
        ("--max-bytes", "expected a whole number of bytes, at least 1"),
        ("--shard", "expected I/N, such as 2/5 for the second of five"),
        ("--at", "expected a date such as 2026-05-08 or a time such as 2026-05-08T15:51:26Z"),
        ("--until", "expected a date such as 2026-05-08 or a time such as 2026-05-08T15:51:26Z"),
    ];
    let of_commands = [
        ("check", "--within", "expected a number of days or weeks, such as 90d or 12w"),
        ("check", "--timeout", "expected whole seconds from 1 to 65535"),
        ("check", "--threads", "expected a number of threads, 1 to 1024"),
        ("lab", "--repeat", "expected a whole number from 1 to 255"),
        ("lab", "--wait", "expected whole seconds from 1 to 65535"),
        ("convert", "--max-bytes", "expected a whole number of bytes, at least 1"),
    ];
    let all = of_the_main_job.map(|(option, expected)| (None, option, expected)).into_iter();
    let of_commands =
        of_commands.map(|(command, option, expected)| (Some(command), option, expected));
    for (command, option, expected) in all.chain(of_commands) {
        for value in ["0", "-1", "4K", "", "five", "99999999999999999999"] {
            // No days from now is a horizon.
            if (option, value) == ("--within", "0") {
                continue;
            }
            let words = command.into_iter().chain([option, value]);
            let printed = certgrab().args(words).fails_with(2).stdout("").err();
            let expected_text = format!("error: invalid value '{value}' for '{option} <");
            assert!(printed.contains(&expected_text), "{command:?} {option} {value}: {printed}");
            assert!(printed.ends_with(&format!(">': {expected}\n")), "{option} {value}: {printed}");
        }
    }
    for value in ["0", "-1", ""] {
        let printed = certgrab().args(["--hosts", "x", "--column", value]).fails_with(2).err();
        assert!(
            printed.ends_with(": expected the name of a column, or its number from 1\n"),
            "{printed}"
        );
    }
}

#[test]
fn an_error_repeats_only_the_start_of_a_long_word() {
    let long = "a".repeat(100_000);
    let option = format!("--{long}");
    for (words, why) in [
        (&[&*long][..], "which is neither a DNS name nor an IP address"),
        (&["a.test", "--emit", &long], "unknown format"),
        (&["a.test", "--at", &long], "for '--at <TIME>': "),
        (&["check", "x.h", "--report", &long], "unknown report format"),
        (&["a.test", &option], "unexpected argument '--aaa"),
        (&["new", &long, "a.test", "x"], "unknown project"),
    ] {
        let printed = certgrab().args(words).fails_with(2).err();
        assert!(printed.contains(why), "{printed}");
        assert!(printed.contains("aaa... ("), "{printed}");
        assert!(printed.len() < 1_000, "{printed}");
    }
}

#[test]
fn a_path_may_contain_any_bytes() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let name = |text: &'static [u8]| OsStr::from_bytes(text);
    let root = fs::read(pki.root_file()).unwrap();
    for path in [&b"r\xff.pem"[..], b"in\xff.h"] {
        fs::write(pki.folder().join(name(path)), &root).unwrap();
    }
    let run = || certgrab().in_folder(pki.folder());
    run()
        .args([name(b"check"), name(b"--offline"), name(b"in\xff.h"), name(b"--roots")])
        .args([name(b"r\xff.pem"), name(b"--report"), name(b"sarif=s\xff.sarif")])
        .args([name(b"--report"), name(b"json=-")])
        .ends();
    let sarif = fs::read_to_string(pki.folder().join(name(b"s\xff.sarif"))).expect("a report");
    assert!(serde_json::from_str::<serde_json::Value>(&sarif).is_ok());
    let outcome = run().args([name(b"check"), name(b"--offline"), name(b"in\xff.h")]).ends();
    assert!(outcome.err().contains("1 file checked"), "{}", outcome.err());
    fs::write(pki.folder().join(name(b"t\xff.j2")), "{{ host | plain }}\n").unwrap();
    run()
        .args(["plc.test", "-q", "--from"])
        .args([pki.chain_file()])
        .args([name(b"--roots"), name(b"r\xff.pem"), name(b"--emit"), name(b"pem=out\xff.pem")])
        .args([name(b"--template"), name(b"t\xff.j2=t\xff.txt")])
        .succeeds()
        .stderr("");
    let written = fs::read(pki.folder().join(name(b"out\xff.pem"))).unwrap();
    assert_eq!(written, pem_of(&[pki.root_der().clone()]).into_bytes());
    assert_eq!(fs::read(pki.folder().join(name(b"t\xff.txt"))).unwrap(), b"plc.test\n");
}

#[test]
fn an_empty_list_and_a_closed_standard_input_are_errors() {
    for list in ["", "\n\n", "# nothing\n  \n"] {
        let printed =
            certgrab().args(["--hosts", "-"]).reading(list).fails_with(2).stdout("").err();
        assert!(
            printed.ends_with("certgrab: error: standard input contains no target\n"),
            "{printed}"
        );
    }
    let printed = certgrab().args(["--hosts", "/dev/null", "-q"]).fails_with(2).stdout("");
    printed.stderr("certgrab: error: /dev/null contains no target\n");
    // A part of a list may be empty.
    certgrab().args(["--hosts", "-", "--shard", "2/2", "-q"]).reading("127.0.0.1:1\n").succeeds();
    let closed = std::process::Command::new("bash")
        .args(["-c", "\"$0\" --hosts - -q <&-", env!("CARGO_BIN_EXE_certgrab")])
        .output()
        .expect("bash runs");
    assert_eq!(closed.status.code(), Some(2));
    let printed = String::from_utf8(closed.stderr).unwrap();
    assert_eq!(printed, "certgrab: error: standard input contains no target\n");
}

#[test]
fn a_closed_pipe_does_not_lose_the_set_of_anchors() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let list: String = format!("plc.test connect={}\n", server.address()).repeat(8);
    fs::write(pki.file("list"), list).unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_certgrab"))
        .args(["--hosts", "list", "--jobs", "1", "--emit", "pem=set.pem", "-q", "--roots"])
        .arg(pki.root_file())
        .current_dir(pki.folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut out = child.stdout.take().expect("standard output");
    out.read_exact(&mut [0; 1]).expect("a result");
    drop(out);
    let ended = child.wait_with_output().expect("the command ends");
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    assert_eq!(ended.status.code(), Some(0));
    let set = fs::read_to_string(pki.file("set.pem")).expect("the set");
    assert_eq!(set, pem_of(&[pki.root_der().clone()]));
}

#[test]
fn a_file_name_is_not_read_as_a_server() {
    let folder = tempfile::TempDir::new().unwrap();
    let run = |words: &[&str]| certgrab().args(words).in_folder(folder.path());
    for name in ["typo.py", "typo.ino", "certs/typo.pem"] {
        run(&[name]).fails_with(2).stdout("").stderr(&format!(
            "certgrab: error: invalid value '{name}' for '[TARGET]...': this looks like a file, but no such file exists\n\
             certgrab: hint: for a server with this name, add its port: `{name}:443`\n"
        ));
    }
    fs::write(folder.path().join("there.pem"), "").unwrap();
    fs::write(folder.path().join("lib.rs"), "").unwrap();
    for (name, next) in [
        ("there.pem", "convert it with `certgrab convert there.pem --emit FORMAT`"),
        ("lib.rs", "check it with `certgrab check lib.rs`"),
    ] {
        let printed = run(&[name]).fails_with(2).err();
        assert!(printed.contains("'[TARGET]...': expected a server, found a file\n"), "{printed}");
        let port = format!("for a server with this name, add its port: `{name}:443`");
        assert!(printed.ends_with(&format!("\ncertgrab: hint: {next}; {port}\n")), "{printed}");
    }
    fs::write(folder.path().join("ca"), "").unwrap();
    fs::create_dir(folder.path().join("certs")).unwrap();
    for (name, found, next) in [
        ("./ca", "file", "check it with `certgrab check ./ca`"),
        (".", "folder", "check it with `certgrab check .`"),
        ("./certs", "folder", "check it with `certgrab check ./certs`"),
        ("certs/", "folder", "check it with `certgrab check certs/`"),
    ] {
        let printed = run(&[name]).fails_with(2).err();
        assert!(printed.contains(&format!("expected a server, found a {found}\n")), "{printed}");
        assert!(printed.ends_with(&format!("\ncertgrab: hint: {next}\n")), "{printed}");
    }
    for name in ["typo.py", "typo.rs", "typo.json", "typo.kt", "typo.sh"] {
        let printed = run(&["check", "there.pem", name]).fails_with(4).err();
        assert!(printed.contains(&format!("cannot read {name}: No such file")), "{printed}");
    }
    // A server may have this name.
    run(&["typo.py:1", "--connect", "127.0.0.1:1"]).fails_with(3);
    run(&["docs.rs", "--connect", "127.0.0.1:1"]).fails_with(3);
}

#[test]
fn a_manifest_error_names_its_key_and_line() {
    let folder = tempfile::TempDir::new().unwrap();
    let printed = |keys: &str| {
        let text = format!("[[target]]\nhost = \"plc.test\"\nlock = \"plc.pem\"\n\n{keys}\n");
        fs::write(folder.path().join("certgrab.toml"), text).unwrap();
        certgrab().args(["sync", "--locked"]).in_folder(folder.path()).fails_with(2).err()
    };
    for (keys, expected) in [
        (
            "style = \"loud\"",
            "`style`: invalid value 'loud' [possible values: upper, lower, camel]",
        ),
        (
            "lifetime = \"-1y\"",
            "`lifetime`: invalid value '-1y': expected years, days or a date, such as 10y, 90d or 2027-04-15",
        ),
        (
            "trust-sha256 = \"12\"",
            "`trust-sha256`: invalid value '12': expected the 64 hexadecimal digits of a SHA-256, with or without colons",
        ),
        (
            "connect = \"a.test\"",
            "`connect`: invalid value 'a.test': expected HOST:PORT, found no port",
        ),
        ("roots = \"\"", "`roots`: invalid value '': expected a path"),
        (
            "what = \"\"",
            "`what`: invalid value '' [possible values: anchor, chain, leaf, intermediates]",
        ),
        ("hold = 3", "expected a string or a list of strings"),
        ("emit = { c = \"\" }", "`c`: invalid value '': expected a path"),
        (
            "max-bytes = 0",
            "`max-bytes`: invalid value '0': expected a whole number of bytes, at least 1",
        ),
        ("timeout = 0", "`timeout`: invalid value '0': expected whole seconds from 1 to 65535"),
        (
            "sni = \"::1\"",
            "`sni`: invalid value '::1': an IP address cannot be sent in a ClientHello (RFC 6066 section 3)",
        ),
    ] {
        assert_eq!(printed(keys), format!("certgrab: error: certgrab.toml:5: {expected}\n"));
    }
    assert_eq!(
        printed("name = \"X\"\nname-from = \"organisation\""),
        "certgrab: error: certgrab.toml:6: `name-from` cannot be combined with `name`\n"
    );
    let text = "\n[[target]]\nlock = \"plc.pem\"\nhost = \"a b\"\nbackup = true\n";
    fs::write(folder.path().join("certgrab.toml"), text).unwrap();
    let printed =
        certgrab().args(["sync", "--locked"]).in_folder(folder.path()).fails_with(2).err();
    let expected =
        "certgrab: error: certgrab.toml:4: `host`: invalid value 'a b': `a b` has the host";
    assert!(printed.starts_with(expected), "{printed}");
    assert!(printed.contains("\ncertgrab: hint: pass `host`, `host:port`"), "{printed}");
    let text = "[target]\nhost = \"a.test\"\nlock = \"a.pem\"\n";
    fs::write(folder.path().join("certgrab.toml"), text).unwrap();
    certgrab().args(["sync"]).in_folder(folder.path()).fails_with(2).stderr(
        "certgrab: error: certgrab.toml:1: expected `[[target]]`, found `[target]`\n\
         certgrab: hint: write the heading of each target in two brackets: `[[target]]`\n",
    );
}

#[test]
fn a_host_named_like_a_file_is_a_server_with_connect() {
    let pki = Pki::root("Plant Root").leaf("plc.c");
    let server = Server::presenting(&pki);
    certgrab()
        .args(["plc.c", "--connect", &server.address().to_string(), "--emit", "pem"])
        .trusting(pki.root_file())
        .succeeds()
        .stdout(&pem_of(&[pki.root_der().clone()]));
}

#[test]
fn options_of_other_programs_get_certgrabs_equivalent() {
    for (typed, hint) in [
        (&["a.test", "-o", "x"][..], "write a file with `--emit FORMAT=FILE`"),
        (&["convert", "a.pem", "-o", "x"], "write a file with `--emit FORMAT=FILE`"),
        (
            &["check", "-o", "x"],
            "write a report with `--report FORM=FILE`, such as `--report sarif=",
        ),
        (
            &["-v", "check", "a.h", "--output=x"],
            "write a report with `--report FORM=FILE`, such as",
        ),
        (&["check", "--format", "sarif"], "choose `--report FORM`: text, json, sarif"),
        (&["lab", "-o", "x"], "write a report with `--report FORM=FILE`, such as `--report junit="),
        (&["lab", "--port", "8883"], "listen elsewhere with `--listen ADDR:PORT`"),
        (&["sync", "-o", "x"], "name the files under `emit` in certgrab.toml"),
        (&["verify", "--from", "a", "-o", "x"], "write what is verified with `certgrab HOST:PORT"),
        (&["new", "linux-c", "a.test", "-o", "x"], "name the folder last: `certgrab new"),
        (&["formats", "-o", "x"], "redirect standard output: `certgrab formats > FILE`"),
        (&["a.test", "--output", "x"], "write a file with `--emit FORMAT=FILE`"),
        (&["a.test", "--file=x"], "write a file with `--emit FORMAT=FILE`"),
        (&["a.test", "--format", "c"], "choose a format with `--emit FORMAT`"),
        (&["a.test", "--cacert", "ca.pem"], "trust your own CA with `--roots FILE`"),
        (&["a.test", "--cafile", "ca.pem"], "trust your own CA with `--roots FILE`"),
        (&["a.test", "-k"], "`--trust-sha256 HEX`"),
        (&["a.test", "--insecure"], "`--trust-sha256 HEX`"),
        (&["--host", "a.test"], "name the server as one word, `certgrab HOST:PORT`"),
        (&["a.test", "-p", "8883"], "name the server as one word, `certgrab HOST:PORT`"),
        (&["get", "a.test"], "the main job needs no verb: `certgrab HOST:PORT`"),
        (&["fetch", "a.test"], "the main job needs no verb: `certgrab HOST:PORT`"),
        (&["c", "a.test"], "the main job needs no verb: `certgrab HOST:PORT`"),
        (&["init"], "write a manifest with `certgrab sync --init HOST:PORT`"),
        (&["a.test", "--emit", "Base64"], "hint: did you mean `cer`? `certgrab formats` lists"),
        (&["a.test", "--out", "x"], "write a file with `--emit FORMAT=FILE`"),
        (&["a.test", "--ca", "ca.pem"], "trust your own CA with `--roots FILE`"),
        (&["a.test", "--self-signed"], "`--trust-sha256 HEX`"),
        (&["a.test", "--port", "8883"], "name the server as one word, `certgrab HOST:PORT`"),
        (&["8883"], "`8883` is a port: name the server as one word, `certgrab HOST:8883`"),
        (
            &["a.test", "8883"],
            "`8883` is a port: name the server as one word, `certgrab a.test:8883`",
        ),
        (&["a.test", "--emit", "header"], "hint: did you mean `c`? "),
        (&["a.test", "--emit", "h"], "hint: did you mean `c`? "),
        (&["a.test", "--emit", "h=ca.h"], "hint: did you mean `c`? "),
        (&["a.test", "--emit", "cpp"], "hint: did you mean `c`? "),
        (&["a.test", "--emit", "crt"], "hint: did you mean `cer`? "),
        (&["a.test", "--emit", "base64"], "hint: did you mean `cer`? "),
        (&["a.test", "--emit", "root_ca.h"], "hint: write `--emit c=root_ca.h`\n"),
        (
            &["a.test", "--emit", "c", "root_ca.h"],
            "hint: name the file with its format, `--emit c=root_ca.h`",
        ),
        (&["convert", "x", "--emit", "h"], "hint: did you mean `c`? "),
        (&["sync", "--init", "a.test", "--emit", "h=a.h"], "hint: did you mean `c`? "),
        (&["a.test", "--save", "x"], "write a file with `--emit FORMAT=FILE`"),
        (&["a.test", "--text"], "choose a format with `--emit FORMAT`"),
        (&["a.test", "--sha256"], "hint: print the SHA-256 with `--emit sha256`"),
        (&["a.test", "--cert", "x"], "`--client-cert FILE --client-key FILE`"),
        (&["a.test", "--no-check"], "`--trust-sha256 HEX`"),
        (&["a.test", "--tls1.2"], "send the ClientHello of a device with `--as DEVICE`"),
        (&["a.test", "--leaf"], "write the leaf with `--what leaf --emit FORMAT`"),
        (&["check", "--fix"], "hint: do what stands below each finding; "),
        (&["check", "-r", "."], "name the folder, `certgrab check FOLDER`"),
        (&["explain", "--list"], "run `certgrab explain`, which lists the codes"),
        (&["sync", "--force"], "remove or rename the file first"),
        (&["dump", "a.test"], "the main job needs no verb: `certgrab HOST:PORT`"),
        (
            &["diff", "a.test", "b.test"],
            "compare two servers with `certgrab TARGET --compare OTHER`",
        ),
        (&["new", "esp32", "a.test", "x"], "hint: did you mean `arduino-esp32`? "),
        (&["new", "list", "a.test", "x"], "hint: `certgrab new --list` lists the projects"),
        (&["convert", "tests/data/plant/root.pem", "c"], "hint: write `--emit c`"),
        (&["convert", "tests/data/plant/root.pem", "x.h"], "hint: write `--emit c=x.h`\n"),
        (&["lab", "--case", "expired"], "hint: did you mean `--cases`?"),
        (&["-connect", "a.test:443"], "name the server as one word, `certgrab HOST:PORT`"),
        (&["s_client", "-connect", "a.test:443", "-showcerts"], "name the server as one word"),
        (&["a.test", "-showcerts"], "write the chain with `--what chain --emit pem`"),
        (&["a.test", "-servername", "b.test"], "set the name in the ClientHello with `--sni NAME`"),
        (&["a.test", "-CAfile", "ca.pem"], "trust your own CA with `--roots FILE`"),
        (&["a.test", "-verify_return_error"], "hint: leave it out: certgrab verifies the chain"),
        (&["a.test", "-starttls", "smtp"], "with `--starttls PROTO`"),
        (&["a.test", "-noout", "-text"], "hint: leave it out: `certgrab HOST:PORT` prints"),
        (&["a.test", "-s"], "print only errors with `--quiet`"),
        (&["a.test", "--location"], "follow the redirects of a URL with `--follow`"),
        (&["a.test", "-x", "http://proxy.test"], "connect through a proxy with `--proxy URL`"),
        (&["a.test", "--EMIT", "c"], "hint: did you mean `--emit`?"),
        (&["check", "--OffLine"], "hint: did you mean `--offline`?"),
        (&["a.test", "--emit", "PEM"], "hint: did you mean `pem`? "),
        (
            &["a.test", "--emit", "out/ca.h"],
            "hint: did you mean `c`? `certgrab formats` lists the formats\n",
        ),
        (&["convert", "a.test:443", "x"], "to query a server, run `certgrab a.test:443`"),
        (&["a.test", "--emit", "arduino.h"], "hint: write `--emit arduino=arduino.h`\n"),
        (&["a.test", "--emit"], "hint: see `certgrab --help`"),
        (&["check", "--xyzzy"], "hint: see `certgrab check --help`"),
        (&["-q", "sync", "--xyzzy"], "hint: see `certgrab sync --help`"),
        (
            &["sync", "a.test:8883"],
            "hint: write a manifest for it with `certgrab sync --init a.test:8883`",
        ),
        (&["lab", "a.test:8883"], "hint: the lab plays the servers; "),
        (&["demo", "a.test:8883"], "hint: to query a server, run `certgrab a.test:8883`"),
        (&["page", "x.html"], "hint: redirect standard output: `certgrab page > FILE`"),
        (
            &["convert", "a.test:8883"],
            "hint: `convert` reads files; to query a server, run `certgrab a.test:8883`",
        ),
        (
            &["new", "a.test:8883"],
            "hint: name the project first: `certgrab new PROJECT a.test:8883 DIR`",
        ),
        (&["explain", "Leafs"], "hint: did you mean `leaf`?\n"),
        (&["explain", "word"], "hint: list them with `certgrab explain`"),
        (&["test", "a.test:8883"], "the main job needs no verb: `certgrab HOST:PORT`"),
        (&["convert", "-in", "ca.pem"], "hint: name the file alone: `certgrab convert FILE`"),
        (&["-"], "hint: read targets from standard input with `--hosts -`"),
        (
            &["chekc", "there.pem"],
            "hint: did you mean `certgrab check`? for a server called `chekc`",
        ),
        (&["chekc", "--offline", "."], "hint: did you mean `certgrab check`?"),
        (&["verfy", "a.test"], "error: unknown subcommand `verfy`\n"),
        (&["explian", "leaf"], "hint: did you mean `certgrab explain`?"),
        (&["CHECK", "."], "hint: did you mean `certgrab check`?"),
        (&["Check"], "hint: write it in small letters: `certgrab check`"),
        (&["a.test", "emit", "c"], "hint: write `--emit`; for a server called `emit`"),
        (&["json", "a.test"], "hint: write `--json`; for a server called `json`"),
        (&["a.test", "emit=c"], "hint: write `--emit=c`"),
        (&["from", "root.pem"], "hint: write `--from root.pem`"),
        (&["a.test", "-x509"], "error: unexpected argument '-x509' found\n"),
        (&["a.test", "-x509"], "hint: leave it out: `certgrab HOST:PORT` prints"),
        (&["a.test", "-status"], "hint: leave it out: `certgrab HOST:PORT` prints"),
        (&["a.test", "-ssl3"], "hint: send the ClientHello of a device with `--as DEVICE`"),
        (&["a.test", "-xyzzy"], "error: unexpected argument '-xyzzy' found\n"),
        (&["a.test", "-fsSL"], "hint: follow the redirects of a URL with `--follow`"),
        (&["a.test", "-emit", "c"], "hint: write `--emit`\n"),
        (&["check", "-offline", "."], "hint: write `--offline`\n"),
        (&["a.test", "--ca-bundle", "x"], "hint: trust your own CA with `--roots FILE`"),
        (&["convert", "a.p12", "--password", "x"], "with `--password-file FILE`: other users see"),
        (&["new", "a.test", "esp-idf", "d"], "first: `certgrab new esp-idf a.test d`\n"),
        (&["new", "ardiuno-esp32", "a.test", "d"], "hint: did you mean `arduino-esp32`? "),
        (&["new", "linux-c", "d", "a.test:1"], "first: `certgrab new linux-c a.test:1 d`\n"),
        (
            &["check", "a.test:1", "x.h"],
            "hint: name the server last: `certgrab check FILE a.test:1`",
        ),
        (&["check", "x.h", "a.test:1", "b.test:2"], "hint: check one server after another"),
        (&["verify", "x.pem", "a.test"], "hint: name the server with `--host a.test:443`"),
        (&["a.test:1:1"], "hint: name one server with one port: `HOST:PORT`"),
        (&["a.test,443"], "hint: write `certgrab a.test:443`"),
        (&["a.test:1,b.test:1"], "hint: separate the servers with blanks"),
        (&["https:/a.test"], "hint: write `://` after `https`"),
        (&["a.test", "--emit", "arduino:r.h"], "unknown format\n"),
        (&["a.test", "--emit", "arduino:r.h"], "hint: write `--emit arduino=r.h`\n"),
        (&["a.test", "--emit", "arduino,pem"], "hint: write `--emit arduino --emit pem`\n"),
        (&["a.test", "-e", "c", "pem"], "hint: repeat the option for another format: `--emit pem`"),
        (&["a.test", "--as", "esp32"], "hint: did you mean `arduino-esp32`?\n"),
        (&["a.test", "--as", "esp-dif"], "hint: did you mean `esp-idf`?\n"),
        (&["a.test", "--emit", "arduion"], "hint: did you mean `arduino`? `certgrab formats`"),
        (&["a.test", "--emit", "jsno=x"], "hint: did you mean `json`? "),
        (&["a.test", "--style", "uper"], "hint: did you mean `upper`?\n"),
        (&["a.test", "--tiemout", "3"], "hint: did you mean `--timeout`?\n"),
        (&["help", "chek"], "hint: did you mean `check`?\n"),
        (&["verify", "x.pem", "--stack", "esp826"], "hint: did you mean `esp8266`?\n"),
        (&["check", "x.h", "--report", "sarfi"], "hint: did you mean `sarif`?\n"),
        (&["lab", "--cases", "expird"], "hint: did you mean `expired`?\n"),
        // A value without any similar one is an error too.
        (&["a.test", "--xyzzy"], "hint: see `certgrab --help`"),
    ] {
        let printed = certgrab().args(typed).fails_with(2).stdout("").err();
        assert!(printed.contains(hint), "{typed:?}: {printed}");
        assert!(!printed.contains("as a value"), "{typed:?}: {printed}");
    }
    // clap splits the letters of OpenSSL's options.
    let printed = certgrab().args(["-connect", "a.test:443"]).fails_with(2).err();
    assert!(printed.contains("error: unexpected argument '-connect' found\n"), "{printed}");
    let hint = "hint: `verify` reads files; to query a server, run `certgrab ";
    for server in ["a.test:8883", "https://a.test", "broker"] {
        let printed = certgrab().args(["verify", server]).fails_with(4).stdout("").err();
        assert!(
            printed.contains(&format!("{hint}{}", server.trim_start_matches("https://"))),
            "{printed}"
        );
    }
    let printed = certgrab().args(["verify", "missing.pem"]).fails_with(4).err();
    assert!(!printed.contains("hint"), "{printed}");
    let help = certgrab().args(["lab", "--help"]).succeeds().out();
    certgrab().args(["lab", "help"]).succeeds().stdout(&help);
    certgrab().args(["explain", "expired", "-vv"]).succeeds();
    // A server may have this name.
    for target in ["get:1", "https://get:1"] {
        certgrab().args([target, "--connect", "127.0.0.1:1"]).fails_with(3);
    }
}

#[test]
fn the_short_help_has_every_command_on_one_screen() {
    let short = certgrab().args(["-h"]).succeeds().stderr("").out();
    let chinese = certgrab().args(["-h", "--lang", "zh"]).succeeds().stderr("").out();
    for help in [&short, &chinese] {
        let lines = help.lines().count();
        let is_wide = |line: &&str| textwrap::core::display_width(line) > 80;
        assert!(lines <= 40, "{lines}: {help}");
        // A terminal of 80 columns wraps the first line, the description of certgrab.
        assert_eq!(help.lines().skip(1).find(is_wide), None, "{help}");
    }
    let options = short.lines().filter(|line| line.trim_start().starts_with('-')).count();
    assert_eq!(options, 12, "ten options, help and version: {short}");
    let all = certgrab().args(["completions", "fish"]).succeeds().out();
    let commands: Vec<_> = all
        .lines()
        .filter_map(|line| line.split("_needs_command\" -a \"").nth(1)?.split('"').next())
        .collect();
    assert!(commands.len() >= 9, "{commands:?}");
    for command in commands {
        let is_word =
            |line: &str| line.split([' ', ',']).any(|word| word == command) || command == "help";
        assert!(short.lines().any(is_word), "{command}");
        certgrab().args(["help", command]).succeeds();
    }
}

#[test]
fn a_folder_in_place_of_a_file_has_a_hint() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let (roots, connect) = (pki.root_file(), server.address().to_string());
    let roots = roots.to_str().unwrap();
    for folder in ["p/README.md", "baseline.json", "report.json", "man", "ca.h"] {
        fs::create_dir_all(pki.file(folder)).unwrap();
    }
    let new =
        ["new", "micropython", "mqtts://plc.test", "p", "--connect", &connect, "--roots", roots];
    let check = ["check", "--offline", roots];
    let grab = ["plc.test", "--connect", &connect, "--roots", roots, "--emit", "c=ca.h"];
    let clear = "remove what stands there, or choose another place";
    for (words, error, hint) in [
        (
            [&new[..], &["--force"]].concat(),
            "cannot write p/README.md: expected a regular file, found a directory",
            clear,
        ),
        (
            new.to_vec(),
            "cannot read p/README.md: expected a regular file, found a directory",
            clear,
        ),
        (
            [&check[..], &["--baseline", "baseline.json"]].concat(),
            "cannot read the baseline baseline.json: expected a regular file of at most 16777216 \
             bytes, found a directory",
            "name a file: `--baseline FILE`",
        ),
        (
            [&check[..], &["--baseline", "baseline.json", "--write-baseline"]].concat(),
            "cannot write baseline.json: expected a regular file, found a directory",
            "name a file in this directory",
        ),
        (
            [&check[..], &["--report", "json=report.json"]].concat(),
            "cannot write report.json: expected a regular file, found a directory",
            "name a file in this directory",
        ),
        (
            vec!["check", "--manifest", "man"],
            "cannot read the manifest man: expected a regular file of at most 1048576 bytes, found a \
             directory",
            "name the file: `--manifest DIR/certgrab.toml`",
        ),
        (
            grab.to_vec(),
            "cannot write ca.h: expected a regular file, found a directory",
            "name a file in this directory",
        ),
    ] {
        let printed = certgrab().args(&words).in_folder(pki.folder()).fails_with(4).err();
        let expected = format!("certgrab: error: {error}\ncertgrab: hint: {hint}\n");
        assert!(printed.ends_with(&expected), "{words:?}: {printed}");
    }
}

#[test]
fn a_backslash_in_a_manifest_has_a_hint() {
    let folder = tempfile::TempDir::new().unwrap();
    let text = "[[target]]\nhost = \"plc.test\"\nlock = \"certs\\plc.pem\"\n";
    fs::write(folder.path().join("certgrab.toml"), text).unwrap();
    certgrab().args(["sync"]).in_folder(folder.path()).fails_with(2).stderr(
        "certgrab: error: certgrab.toml:3: expected an escape of TOML behind a backslash\n\
         certgrab: hint: write the path with `/`, or in single quotes: `'certs\\server.pem'`\n",
    );
}
