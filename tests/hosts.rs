//! Many targets from a list: order, failures, hostile lines, interruption, a closed pipe.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::support::{Pki, Server, certgrab, pki::pem_of, real};

fn documents(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a document a line")).collect()
}

#[test]
fn each_line_of_the_list_gives_one_document_with_its_index() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let address = server.address();
    let list = format!(
        "# brokers\n\n{address} sni=plc.test\nplc.test connect={address} # by name\n127.0.0.1:1\n"
    );
    let outcome = certgrab()
        .args(["--hosts", "-", "--ordered"])
        .trusting(pki.root_file())
        .reading(list)
        .fails_with(3);
    let found = documents(&outcome.out());
    let statuses: Vec<_> = found.iter().map(|one| one["status"].as_str().unwrap_or("")).collect();
    assert_eq!(statuses, ["ok", "ok", "failed"]);
    let indices: Vec<_> = found.iter().map(|one| one["index"].as_u64()).collect();
    assert_eq!(indices, [Some(0), Some(1), Some(2)]);
    let summary = outcome.err();
    assert!(
        summary.starts_with(
            "certgrab: 3 targets: 2 with an anchor, 0 not trusted, 1 failed\n\
             certgrab: 1 distinct chain\n\
             certgrab: failed with connection_failed: 1\n\
             certgrab: 1 anchor covers every target that can be verified:\n\
             certgrab:   CN=Plant Root, SHA-256 "
        ),
        "{summary}"
    );
}

#[test]
fn a_slow_target_delays_no_other_unless_ordered() {
    // The first target is silent until its timeout; the others are refused at once.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let slow = silent.local_addr().expect("an address").to_string();
    let list = format!("{slow}\n127.0.0.1:1\n127.0.0.1:2\n");
    let run = |ordered: &[&str]| -> Vec<u64> {
        let outcome = certgrab()
            .args(["--hosts", "-", "--timeout", "1"])
            .args(ordered)
            .reading(&list)
            .fails_with(3);
        documents(&outcome.out()).iter().map(|one| one["index"].as_u64().expect("one")).collect()
    };
    assert_eq!(run(&[]).last(), Some(&0));
    assert_eq!(run(&["--ordered"]), [0, 1, 2]);
}

#[test]
fn hostile_lines_give_results_and_do_not_end_the_run() {
    let mut list = b"a b\n\xff\xfe\n\x1b]0;owned\x07:1\nhttp://a\n".to_vec();
    list.extend(b"x".repeat(100_000));
    list.extend(b"\na:1 sni=b.test sni=c.test\na:1 connect=\n127.0.0.1:1\n");
    let outcome = certgrab().args(["--hosts", "-", "--ordered"]).reading(&list).fails_with(2);
    let text = outcome.out();
    assert!(text.chars().all(|one| one == '\n' || !one.is_control()), "{text:?}");
    let found = documents(&text);
    assert_eq!(found.len(), 8);
    // A line without a target has the same fields as a queried one.
    let fields = |document: &Value| -> Vec<String> {
        document.as_object().expect("an object").keys().cloned().collect()
    };
    assert!(found.iter().all(|one| fields(one) == fields(&found[7])), "{text}");
    for (document, expected) in found.iter().zip([
        "line 1: has the unknown option `b`",
        "line 2: is not UTF-8",
        r"line 3: `\u{1b}]0;owned\u{7}:1` has the host",
        "line 4: `http://a` has the scheme `http`, which has no TLS",
        "line 5: is longer than 1530 bytes",
        "line 6: has `sni=` twice",
        "line 7: has an empty `connect=`",
        "cannot connect to 127.0.0.1:1",
    ]) {
        let message = document["error"]["message"].as_str().expect("a message");
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn shards_split_the_list_without_gap_or_overlap() {
    let list: String = (1..=7).map(|port| format!("127.0.0.1:{port}\n")).collect();
    let mut seen = Vec::new();
    for shard in ["1/3", "2/3", "3/3"] {
        let outcome = certgrab()
            .args(["--hosts", "-", "--ordered", "--shard", shard])
            .reading(&list)
            .fails_with(3);
        let ports: Vec<_> = documents(&outcome.out())
            .iter()
            .map(|one| one["target"]["port"].as_u64().expect("a port"))
            .collect();
        seen.push(ports);
    }
    assert_eq!(seen, [vec![1, 4, 7], vec![2, 5], vec![3, 6]]);
    certgrab().args(["--hosts", "-", "--shard", "4/3"]).fails_with(2);
}

#[test]
fn an_unreadable_list_is_an_unreadable_file() {
    certgrab().args(["--hosts", "/no/such/list"]).fails_with(4).stdout("").stderr(
        "certgrab: error: cannot read /no/such/list: No such file or directory (os error 2)\n",
    );
}

#[cfg(target_os = "linux")]
#[test]
fn an_endless_or_silent_list_is_refused() {
    let folder = tempfile::TempDir::new().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let run = |list: &str, input: Stdio| {
        let mut command = Command::new("timeout");
        command.args(["30", env!("CARGO_BIN_EXE_certgrab"), "--hosts", list]).stdin(input);
        let ended = command.output().unwrap();
        assert_eq!(ended.status.code(), Some(4), "{list}");
        String::from_utf8(ended.stderr).unwrap()
    };
    let printed = run(pipe.to_str().unwrap(), Stdio::null());
    assert!(printed.contains("expected a regular file, found a named pipe"), "{printed}");
    for list in ["/dev/zero", "-", "/dev/stdin"] {
        let printed = run(list, Stdio::from(std::fs::File::open("/dev/zero").unwrap()));
        assert!(printed.contains("a line has more than 16777216 bytes"), "{printed}");
    }
}

/// A list of `length` lines with faulty targets between valid ones.
fn mixed_list([sound, unknown, not_tls]: [&Server; 3], length: usize) -> String {
    let [sound, unknown, not_tls] = [sound, unknown, not_tls].map(Server::address);
    let line = |number: usize| match number % 7 {
        1 => "127.0.0.1:1\n".to_owned(),
        2 => format!("{not_tls}\n"),
        3 => "no target at all\n".to_owned(),
        4 => format!("{unknown} sni=other.test\n"),
        _ => format!("{sound} sni=plc.test\n"),
    };
    (0..length).map(line).collect()
}

#[test]
fn results_are_the_same_with_any_number_of_threads() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let unknown = Server::presenting(&Pki::root("Other Root").leaf("other.test"));
    let not_tls = Server::scripted("plc.test", |mut stream, _| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2p1\r\n");
    });
    let list = mixed_list([&server, &unknown, &not_tls], 350);
    let folder = tempfile::tempdir().expect("a folder");
    let run = |threads: &str| {
        let set = folder.path().join(format!("set-{threads}.pem"));
        let outcome = certgrab()
            .args(["--hosts", "-", "--ordered", "--jobs", "32", "--threads", threads])
            .trusting(pki.root_file())
            .args(["--emit".to_owned(), format!("pem={}", set.display())])
            .reading(&list)
            .fails_with(2);
        let written = std::fs::read_to_string(&set).expect("the set");
        (outcome.out(), outcome.err().replace(&*set.to_string_lossy(), "set.pem"), written)
    };
    let one = run("1");
    let found = documents(&one.0);
    let indices: Vec<_> = found.iter().filter_map(|one| one["index"].as_u64()).collect();
    assert_eq!(indices, Vec::from_iter(0..350));
    let with = |status: &str| found.iter().filter(|one| one["status"] == status).count();
    assert_eq!((with("ok"), with("untrusted"), with("failed")), (150, 50, 150));
    for threads in ["2", "4"] {
        assert_eq!(run(threads), one, "{threads} threads");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_run_uses_the_requested_number_of_threads() {
    // Silent servers keep all jobs active while the threads are counted.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let list = format!("{}\n", silent.local_addr().expect("an address")).repeat(8);
    for (threads, runtimes) in [("1", 1), ("3", 3), ("64", 8)] {
        let mut child = start(&["--hosts", "-", "--jobs", "8", "--threads", threads]);
        let mut input = child.stdin.take().expect("standard input");
        input.write_all(list.as_bytes()).expect("a list");
        // The runtime of each thread is woken through a separate descriptor (eventfd(2)).
        let folder = format!("/proc/{}/fd", child.id());
        let found = || {
            let descriptors = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            let leads_to = |one: std::fs::DirEntry| std::fs::read_link(one.path()).ok();
            let wakes = |path: &std::path::PathBuf| path.ends_with("anon_inode:[eventfd]");
            descriptors.filter_map(leads_to).filter(wakes).count()
        };
        let are_found = (0..250).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            found() == runtimes
        });
        assert!(are_found, "{threads} threads: {} runtimes", found());
        child.kill().expect("it ends");
        child.wait().expect("it ended");
    }
}

fn start(arguments: &[&str]) -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_certgrab"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts")
}

#[test]
fn a_closed_pipe_ends_the_run_quietly() {
    for threads in ["1", "4"] {
        a_reader_goes_away(threads);
    }
}

fn a_reader_goes_away(threads: &str) {
    let mut child = start(&["--hosts", "-", "--threads", threads]);
    let mut input = child.stdin.take().expect("standard input");
    drop(child.stdout.take());
    // The list is longer than any buffer, so only the closed pipe ends the run.
    let writer = std::thread::spawn(move || {
        for _ in 0..100_000 {
            if input.write_all(b"127.0.0.1:1\n").is_err() {
                break;
            }
        }
    });
    let output = child.wait_with_output().expect("the command ends");
    writer.join().expect("the writer ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_keeps_its_results() {
    for threads in ["1", "4"] {
        an_interruption(threads);
    }
}

/// Interrupts a run in which one target has failed and eight are silent.
#[cfg(unix)]
fn an_interruption(threads: &str) {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let slow = format!("{}\n", silent.local_addr().expect("an address")).repeat(8);
    let mut child = start(&["--hosts", "-", "--threads", threads]);
    let mut input = child.stdin.take().expect("standard input");
    input.write_all((slow + "127.0.0.1:1\n").as_bytes()).expect("a list");
    let mut output = BufReader::new(child.stdout.take().expect("standard output"));
    let mut line = String::new();
    output.read_line(&mut line).expect("a result comes before the list ends");
    assert!(line.contains("connection_failed"), "{line}");
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.expect("kill runs").success());
    let mut rest = String::new();
    output.read_to_string(&mut rest).expect("the end");
    drop(input);
    let ended = child.wait_with_output().expect("the command ends");
    assert_eq!(rest, "");
    assert_eq!(ended.status.code(), Some(130));
    let summary = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(summary.starts_with("certgrab: interrupted after 1 target: "), "{summary}");
}

#[cfg(unix)]
#[test]
fn a_second_interruption_ends_the_run_at_once() {
    for threads in ["1", "4"] {
        a_second_interruption(threads);
    }
}

#[cfg(unix)]
fn a_second_interruption(threads: &str) {
    use std::os::unix::process::ExitStatusExt as _;
    // The results are not read, so the run waits for space in the pipe and ignores everything else.
    let mut child = start(&["--hosts", "-", "--threads", threads]);
    let mut input = child.stdin.take().expect("standard input");
    let writer = std::thread::spawn(move || {
        for _ in 0..100_000 {
            if input.write_all(b"no target at all\n").is_err() {
                break;
            }
        }
    });
    let pid = child.id().to_string();
    let is_blocked = || {
        let wait = std::fs::read_to_string(format!("/proc/{pid}/wchan")).unwrap_or_default();
        wait.contains("pipe_w") || wait.contains("anon_pipe_write")
    };
    for _ in 0..100 {
        if is_blocked() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let interrupt = || {
        let killed = Command::new("kill").args(["-INT", &pid]).status();
        assert!(killed.expect("kill runs").success());
    };
    interrupt();
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(child.try_wait().expect("a state"), None, "the first is heeded in order");
    interrupt();
    let ended = child.wait_with_output().expect("the command ends");
    writer.join().expect("the writer ends");
    assert_eq!(ended.status.signal(), Some(2));
}

#[test]
fn the_summary_names_the_smallest_set_for_all_servers() {
    let one = Pki::root("Root One").leaf("one.test");
    let two = Pki::root("Root Two").leaf("two.test");
    let (first, second) = (Server::presenting(&one), Server::presenting(&two));
    let list = format!(
        "one.test connect={a}\ntwo.test connect={b}\none.test:8883 connect={a}\n",
        a = first.address(),
        b = second.address()
    );
    let outcome = certgrab()
        .args(["--hosts", "-"])
        .trusting(one.root_file())
        .trusting(two.root_file())
        .reading(list)
        .succeeds();
    let summary = outcome.err();
    assert!(
        summary.contains("certgrab: 2 anchors cover every target that can be verified:\n"),
        "{summary}"
    );
    assert!(summary.contains("CN=Root One, SHA-256 "), "{summary}");
    assert!(summary.contains("for 2 targets: "), "{summary}");
    assert!(summary.contains("for 1 target: two.test:443\n"), "{summary}");
}

/// Two servers of separate CAs that `Hub Root` both signed, and an unrelated one.
fn three_plants() -> [Pki; 3] {
    let hub = rcgen::KeyPair::generate().expect("a key");
    let again = rcgen::KeyPair::from_pem(&hub.serialize_pem()).expect("the same key");
    [
        Pki::root_with_key("Hub Root", hub).intermediate("Plant A").leaf("a.test"),
        Pki::root_with_key("Hub Root", again).intermediate("Plant B").leaf("b.test"),
        Pki::root("Root C").leaf("c.test"),
    ]
}

#[test]
fn the_smallest_set_is_written_with_the_targets_of_each_anchor() {
    let [a, b, c] = three_plants();
    let servers = [&a, &b, &c].map(Server::presenting);
    let roots = a.file("roots.pem");
    // Plant A verifies one server, Plant B another; Hub Root verifies both, and Root C the last.
    let trusted = [&a.path()[1], &b.path()[1], a.root_der(), c.root_der()].map(Clone::clone);
    std::fs::write(&roots, pem_of(&trusted)).expect("a file");
    let list = format!(
        "c.test connect={}\nb.test connect={}\n127.0.0.1:1\na.test:8883 connect={}\n",
        servers[2].address(),
        servers[1].address(),
        servers[0].address()
    );
    let (header, pem) = (a.file("anchors.h"), a.file("anchors.pem"));
    let outcome = certgrab()
        .args(["--hosts", "-", "--timeout", "5", "--emit"])
        .args([format!("c={}", header.display())])
        .args(["--emit"])
        .args([format!("pem={}", pem.display())])
        .trusting(&roots)
        .reading(list)
        .fails_with(3);
    assert_eq!(documents(&outcome.out()).len(), 4, "the results are still written");
    assert!(
        outcome.err().contains("certgrab: 2 anchors cover every target that can be verified:\n")
    );
    let written = std::fs::read_to_string(pem).expect("the set");
    assert_eq!(written.matches("BEGIN CERTIFICATE").count(), 2);
    for root in [a.root_der(), c.root_der()] {
        assert!(written.contains(pem_of(std::slice::from_ref(root)).trim()), "{written}");
    }
    let header = std::fs::read_to_string(header).expect("the set");
    let needs: Vec<_> = header
        .lines()
        .filter_map(|line| {
            let line = line.strip_prefix(" * ")?;
            line.strip_prefix("anchor: ").or_else(|| line.strip_prefix("needed by: "))
        })
        .collect();
    let hub = ["`CN=Hub Root`", "`b.test:443`", "`a.test:8883`"];
    let apart = ["`CN=Root C`", "`c.test:443`"];
    assert!(
        needs == [&hub[..], &apart].concat() || needs == [&apart[..], &hub].concat(),
        "{header}"
    );
    assert!(
        header.contains("Regenerate: `certgrab --hosts LIST --roots FILE --emit c=FILE`"),
        "{header}"
    );
}

#[test]
fn no_set_is_written_without_anchors_or_targets() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("anchors.pem");
    let emit = format!("pem={}", file.display());
    let run = |arguments: &[&str]| {
        certgrab().args(["--hosts", "-"]).args(arguments).reading("127.0.0.1:1\n")
    };
    std::fs::write(&file, "\n \n").expect("a file");
    let printed = run(&["--emit", &emit]).fails_with(3).err();
    assert!(printed.contains("warning: no anchor was found: nothing is written\n"), "{printed}");
    let empty = certgrab().args(["--hosts", "-", "--emit", &emit]).reading("# none\n");
    let printed = empty.fails_with(2).err();
    assert!(printed.ends_with("certgrab: error: standard input contains no target\n"), "{printed}");
    assert_eq!(std::fs::read_to_string(&file).expect("the file"), "\n \n");
    for (arguments, message) in [
        (&["--emit", "pem"][..], "with `--hosts`, the results go to standard output"),
        (
            &["--emit", "json"],
            "with `--hosts`, standard output already has one JSON line per target",
        ),
        (
            &["--emit", "lock=x"],
            "`--emit lock` cannot be combined with `--hosts`: a lock holds one target",
        ),
        (
            &["--emit", &emit, "--backup"],
            "`--emit` with `--hosts` cannot be combined with `--what`",
        ),
        (
            &["--emit", &emit, "--what", "leaf"],
            "`--emit` with `--hosts` cannot be combined with `--what`",
        ),
    ] {
        let error = run(arguments).fails_with(2).stdout("").err();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn a_set_that_fails_for_a_target_is_refused_with_its_name() {
    let plant = Pki::root("Plant Root").intermediate("Plant A").leaf("a.test");
    let other = Pki::root("Other Root").leaf("b.test");
    let servers = [Server::presenting(&plant), Server::presenting(&other)];
    let roots = plant.file("roots.pem");
    let trusted = [&plant.path()[1], other.root_der()].map(Clone::clone);
    std::fs::write(&roots, pem_of(&trusted)).expect("a file");
    let [a, b] = servers.each_ref().map(Server::address);
    let run = |format: &str| {
        let file = plant.file("set");
        std::fs::write(&file, "\n \n").expect("a file");
        let run = certgrab()
            .args(["--hosts", "-", "--at", "2030-01-01"])
            .trusting(&roots)
            .args(["--emit".to_owned(), format!("{format}={}", file.display())])
            .reading(format!("b.test connect={b}\na.test connect={a}\n"));
        (run, move || std::fs::read_to_string(&file).expect("the set"))
    };
    let refused = |stack: &str| {
        format!(
            "a.test:443: {stack} refuses this chain: the anchor `CN=Plant A` is not self-signed, and \
             is not accepted as a trust anchor"
        )
    };
    let (python, written) = run("python");
    let error = python.fails_with(1).err();
    assert!(
        error.contains(&format!("certgrab: error: {}\n", refused("CPython up to 3.12"))),
        "{error}"
    );
    assert_eq!(written(), "\n \n");

    // A PEM file may have a strict reader; mbedTLS is lenient.
    let (pem, written) = run("pem");
    let error = pem.succeeds().err();
    assert!(error.contains(&format!("certgrab: warning: {};", refused("OpenSSL"))), "{error}");
    assert_eq!(written().matches("BEGIN CERTIFICATE").count(), 2);
    let (mbedtls, _) = run("mbedtls");
    let error = mbedtls.succeeds().err();
    assert!(!error.contains("refuses this chain"), "{error}");
}

#[test]
fn warnings_of_targets_are_listed_ten_times_and_then_counted() {
    let plants: Vec<_> = (1..=12)
        .map(|number| {
            let root = Pki::root(&format!("Root {number}"));
            root.intermediate(&format!("Plant {number}")).leaf(&format!("p{number}.test"))
        })
        .collect();
    let servers: Vec<_> = plants.iter().map(Server::presenting).collect();
    let roots = plants[0].file("roots.pem");
    let trusted: Vec<_> = plants.iter().map(|one| one.path()[1].clone()).collect();
    std::fs::write(&roots, pem_of(&trusted)).expect("a file");
    let list: String = (1..=12)
        .zip(&servers)
        .map(|(number, server)| format!("p{number}.test connect={}\n", server.address()))
        .collect();
    let run = certgrab()
        .args(["--hosts", "-", "--at", "2030-01-01"])
        .trusting(&roots)
        .args(["--emit".to_owned(), format!("pem={}", plants[0].file("set").display())])
        .reading(list);
    let error = run.succeeds().err();
    let mut expected: Vec<_> = (1..=10)
        .map(|number| {
            format!(
                "certgrab: warning: p{number}.test:443: OpenSSL refuses this chain: the anchor `CN=Plant \
                 {number}` is not self-signed, and is not accepted as a trust anchor; embed its root \
                 too"
            )
        })
        .collect();
    expected.push(
        "certgrab: warning: the TLS stack that reads pem may reject the set for 2 more targets; run `certgrab TARGET --emit pem` for the reason of one"
            .to_owned(),
    );
    let warnings: Vec<_> =
        error.lines().filter(|line| line.starts_with("certgrab: warning: ")).collect();
    assert_eq!(warnings, expected, "{error}");
}

#[test]
fn gnu_parallel_splits_a_list_as_documented() {
    if !real::program("parallel") {
        return;
    }
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/many-targets.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let command = page.lines().find(|line| line.starts_with("parallel ")).expect("the command");
    let folder = tempfile::TempDir::new().expect("a folder");
    let list: String = (1..=9).map(|port| format!("127.0.0.1:{port}\n")).collect();
    std::fs::write(folder.path().join("brokers.txt"), list).expect("a file");
    std::fs::write(folder.path().join("machines.txt"), ":\n").expect("a file");
    let own = std::path::Path::new(env!("CARGO_BIN_EXE_certgrab")).parent().expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let ran = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder.path())
        .env("PATH", format!("{}:{path}", own.display()))
        .env("HOME", folder.path())
        .stdin(Stdio::null())
        .output()
        .expect("sh runs");
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.success(), "{said}");
    let results = std::fs::read_to_string(folder.path().join("results.jsonl")).expect("results");
    let mut ports: Vec<_> = documents(&results)
        .iter()
        .map(|one| one["target"]["port"].as_u64().expect("a port"))
        .collect();
    ports.sort_unstable();
    assert_eq!(ports, (1..=9).collect::<Vec<_>>(), "{said}");
}

#[test]
fn the_column_of_a_csv_is_named_or_numbered() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let cell = format!("plc.test connect={}", server.address());
    let run = |column: &str, text: String| {
        certgrab()
            .args(["--hosts", "-", "--column", column])
            .trusting(pki.root_file())
            .reading(text)
    };
    let named = format!("\u{feff}Site;Broker\r\n\"hall; north\";\"{cell}\"\r\n");
    assert_eq!(documents(&run("broker", named).succeeds().out())[0]["status"], "ok");
    let counted = format!("1,{cell}\n2,{cell}\n");
    assert_eq!(documents(&run("2", counted).succeeds().out()).len(), 2);
    run("host", "site,broker\n1,a.test\n".to_owned()).fails_with(4).stdout("").stderr(
        "certgrab: 0 targets: 0 with an anchor, 0 not trusted, 0 failed\n\
         certgrab: 0 distinct chains\n\
         certgrab: error: cannot read standard input: expected a column `host`, found `site`, \
         `broker`\n",
    );
    let unnamed = certgrab().args(["--hosts", "-"]).reading("1,a.test\n").fails_with(2);
    let hint = documents(&unnamed.out())[0]["error"]["hint"].as_str().unwrap_or("").to_owned();
    assert!(hint.contains("`--column NAME`"), "{hint}");
    unnamed.stderr(
        "certgrab: 1 target: 0 with an anchor, 0 not trusted, 1 failed\n\
         certgrab: 0 distinct chains\n\
         certgrab: failed with bad_target: 1\n\
         certgrab: hint: write one HOST:PORT per line; of a CSV file, choose the column with \
         `--column NAME`\n",
    );
}

#[test]
fn until_lists_hosts_whose_anchor_ends_before_a_date() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let run = |until: &str, more: &[&str]| {
        certgrab()
            .args(["--hosts", "-", "--until", until])
            .trusting(pki.root_file())
            .args(more)
            .reading(format!("plc.test connect={}\n", server.address()))
    };
    let listed = run("2100-01-01", &[]).fails_with(5);
    assert_eq!(listed.out(), "plc.test:443\t2050-01-01\tCN=Plant Root\n");
    assert!(listed.err().ends_with("certgrab: anchors that end before 2100-01-01: 1\n"));
    let json = documents(&run("2100-01-01", &["--json"]).fails_with(5).out());
    assert_eq!(json[0]["anchor"]["lasts_until"], "2050-01-01T00:00:00Z");
    assert_eq!(run("2040-01-01", &[]).succeeds().out(), "");
}

#[test]
fn the_set_of_anchors_is_written_as_json_with_the_hosts_of_each() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let (list, set) = (format!("plc.test connect={}\n", server.address()), pki.file("set.json"));
    let run = |emit: String| {
        certgrab().args(["--hosts", "-", "--emit", &emit]).trusting(pki.root_file()).reading(&list)
    };
    run(format!("json={}", set.display())).succeeds();
    let text = std::fs::read_to_string(set).expect("the set");
    let set: Value = serde_json::from_str(&text).expect("JSON");
    let anchor = &set["anchors"][0];
    assert_eq!(set["anchors"].as_array().map(Vec::len), Some(1));
    assert_eq!(anchor["subject"], "CN=Plant Root");
    assert_eq!(anchor["role"], "anchor");
    assert_eq!(anchor["hosts"], serde_json::json!(["plc.test:443"]));
    assert_eq!(anchor["pem"], pem_of(&[pki.root_der().clone()]));
    let refused = run("json".to_owned()).fails_with(2).err();
    assert!(refused.contains("hint: write the set of anchors to a file: `--emit json=PATH`"));
}
