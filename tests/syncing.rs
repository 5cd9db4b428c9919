//! Locks and constants that follow a manifest.

use std::{fs, path::Path};

use crate::support::{Pki, Server, certgrab};

/// A manifest for `server`, whose root is in the file `roots`, and two outputs.
fn manifest(folder: &Path, server: &Server, roots: &Path) {
    let text = format!(
        "[[target]]\n\
         host = \"{}:{}\"\n\
         connect = \"{}\"\n\
         roots = '{}'\n\
         lock = \"certs/plc.pem\"\n\
         name = \"PLC_CA\"\n\
         emit = {{ c = \"include/plc_ca.h\", rust = \"src/plc_ca.rs\" }}\n",
        server.name(),
        server.port(),
        server.address(),
        roots.display()
    );
    fs::write(folder.join("certgrab.toml"), text).unwrap();
}

#[test]
fn the_roots_of_a_manifest_are_read_once() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let roots = fs::read_to_string(pki.root_file()).unwrap();
    fs::write(pki.file("junk.pem"), format!("{roots}{junk}")).unwrap();
    // A port that was free a moment ago: no server answers.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for targets in [2, 4, 8] {
        let target = |number: usize| {
            format!(
                "[[target]]\nhost = \"plc.test:8883\"\nconnect = \"{free}\"\nroots = \"junk.pem\"\n\
                 lock = \"certs/{number}.pem\"\n"
            )
        };
        let text: String = (0..targets).map(target).collect();
        fs::write(pki.file("certgrab.toml"), text).unwrap();
        let printed = certgrab().args(["sync"]).in_folder(pki.folder()).fails_with(3).err();
        assert_eq!(printed.matches("not used as a root: block 2 of").count(), 1, "{printed}");
        assert_eq!(printed.matches(": error: ").count(), targets, "{printed}");
    }
}

#[test]
fn sync_writes_the_lock_and_its_constants() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let server = Server::presenting(&pki);
    manifest(pki.folder(), &server, &pki.root_file());

    let sync = || certgrab().args(["sync"]).in_folder(pki.folder()).succeeds();
    let what = |word: &str| {
        format!(
            "certgrab: {word} certs/plc.pem\n\
             certgrab: {word} include/plc_ca.h\n\
             certgrab: {word} src/plc_ca.rs\n"
        )
    };
    sync().stdout("").stderr(&what("wrote"));
    sync().stdout("").stderr(&what("unchanged:"));

    let lock = fs::read_to_string(pki.file("certs/plc.pem")).unwrap();
    assert!(lock.contains("\nRole: anchor\nSubject: CN=Plant Root\n"), "{lock}");
    let rust = fs::read_to_string(pki.file("src/plc_ca.rs")).unwrap();
    assert!(rust.contains("pub const PLC_CA: &str"), "{rust}");
}

#[test]
fn sync_says_which_certificates_change_and_why() {
    let old = Pki::root("Old Root").leaf("plc.test");
    let server = Server::presenting(&old);
    manifest(old.folder(), &server, &old.root_file());
    certgrab().args(["sync"]).in_folder(old.folder()).succeeds();
    let constants = fs::read(old.file("include/plc_ca.h")).unwrap();

    let new = Pki::root("New Root").leaf("plc.test");
    let server = Server::presenting(&new);
    manifest(old.folder(), &server, &old.root_file());
    let printed = certgrab().args(["sync"]).in_folder(old.folder()).fails_with(1).err();
    assert!(printed.starts_with("certgrab: error: plc.test:"), "{printed}");
    assert_eq!(fs::read(old.file("include/plc_ca.h")).unwrap(), constants);

    manifest(old.folder(), &server, &new.root_file());
    let printed = certgrab().args(["sync"]).in_folder(old.folder()).succeeds().err();
    assert!(printed.contains(": no longer the anchor `CN=Old Root` ("), "{printed}");
    let why = "...): the only root this chain ends in\n";
    assert!(
        printed.contains(": now the anchor `CN=New Root` (") && printed.contains(why),
        "{printed}"
    );
    assert_ne!(fs::read(old.file("include/plc_ca.h")).unwrap(), constants);
}

#[test]
fn sync_locked_regenerates_the_constants_offline() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    manifest(pki.folder(), &server, &pki.root_file());
    certgrab().args(["sync"]).in_folder(pki.folder()).succeeds();
    drop(server);
    let constants = fs::read(pki.file("src/plc_ca.rs")).unwrap();
    fs::remove_file(pki.file("src/plc_ca.rs")).unwrap();

    certgrab().args(["sync", "--locked"]).in_folder(pki.folder()).succeeds().stdout("").stderr(
        "certgrab: unchanged: include/plc_ca.h\n\
         certgrab: wrote src/plc_ca.rs\n",
    );
    assert_eq!(fs::read(pki.file("src/plc_ca.rs")).unwrap(), constants);

    fs::remove_file(pki.file("certs/plc.pem")).unwrap();
    certgrab().args(["sync", "--locked"]).in_folder(pki.folder()).fails_with(4).stderr(
        "certgrab: error: cannot read the lock certs/plc.pem: No such file or directory (os error 2)\n\
         certgrab: hint: create it with `certgrab sync`\n",
    );
}

#[test]
fn a_run_that_cannot_write_one_file_changes_none() {
    let old = Pki::root("Old Root").leaf("plc.test");
    let server = Server::presenting(&old);
    manifest(old.folder(), &server, &old.root_file());
    let run = |words: &[&str]| certgrab().args(words).in_folder(old.folder());
    run(&["sync"]).succeeds();
    // Both runs would change files: the lock of another root, and constants of another name.
    let new = Pki::root("New Root").leaf("plc.test");
    let server = Server::presenting(&new);
    manifest(old.folder(), &server, &new.root_file());
    let text = fs::read_to_string(old.file("certgrab.toml")).unwrap();
    let text = text.replace("\"PLC_CA\"", "\"OTHER_CA\"");
    let lock = fs::read(old.file("certs/plc.pem")).unwrap();
    let locked = text.replace(
        &format!(":{}\"", server.port()),
        &format!(":{}\"", port_of(&String::from_utf8_lossy(&lock))),
    );
    let roots = [&new, &old].map(|pki| pki.root_file().display().to_string());
    let locked = locked.replace(&roots[0], &roots[1]);
    let header = fs::read(old.file("include/plc_ca.h")).unwrap();
    fs::write(old.file("no"), "a file").unwrap();
    fs::create_dir(old.file("folder")).unwrap();
    for (place, problem) in [
        ("no/plc_ca.rs", "cannot write no/plc_ca.rs: File exists (os error 17)"),
        ("folder", "cannot write folder: expected a regular file, found a directory"),
    ] {
        for (words, text) in [(&["sync"][..], &text), (&["sync", "--locked"], &locked)] {
            let text = text.replace("src/plc_ca.rs", place);
            fs::write(old.file("certgrab.toml"), text).unwrap();
            let printed = run(words).fails_with(4).err();
            assert!(printed.contains(&format!("certgrab: error: {problem}\n")), "{printed}");
            assert!(!printed.contains("wrote"), "{printed}");
            assert_eq!(fs::read(old.file("certs/plc.pem")).unwrap(), lock, "{words:?}");
            assert_eq!(fs::read(old.file("include/plc_ca.h")).unwrap(), header, "{words:?}");
            assert_eq!(fs::read_to_string(old.file("no")).unwrap(), "a file");
        }
    }
    // Both write where they can.
    fs::write(old.file("certgrab.toml"), &locked).unwrap();
    run(&["sync", "--locked"]).succeeds();
    assert_ne!(fs::read(old.file("include/plc_ca.h")).unwrap(), header);
    fs::write(old.file("certgrab.toml"), &text).unwrap();
    run(&["sync"]).succeeds();
    assert_ne!(fs::read(old.file("certs/plc.pem")).unwrap(), lock);
}

/// The port of a lock.
fn port_of(lock: &str) -> &str {
    lock.lines().find_map(|line| line.strip_prefix("Port: ")).expect("a port")
}

#[test]
fn a_target_may_set_its_name_and_lifetime() {
    let named = |params: &mut rcgen::CertificateParams| {
        params.distinguished_name.push(rcgen::DnType::OrganizationName, "Plant Works");
    };
    let pki = Pki::root_changed("Plant Root", named).leaf("plc.test");
    let server = Server::presenting(&pki);
    manifest(pki.folder(), &server, &pki.root_file());
    let text = fs::read_to_string(pki.file("certgrab.toml")).unwrap();
    let write = |more: &str| {
        let text = text.replace("name = \"PLC_CA\"\n", more);
        fs::write(pki.file("certgrab.toml"), text).unwrap();
    };
    let sync = || certgrab().args(["sync", "--quiet"]).in_folder(pki.folder());

    write("style = \"lower\"\nname-from = \"organisation\"\nlifetime = \"90d\"\n");
    sync().succeeds();
    let header = fs::read_to_string(pki.file("include/plc_ca.h")).unwrap();
    assert!(header.contains("plant_works_root_ca"), "{header}");

    write("lifetime = \"99y\"\n");
    let printed = sync().fails_with(1).err();
    assert!(printed.contains("CN=Plant Root"), "{printed}");
    write("style = \"loud\"\n");
    let printed = sync().fails_with(2).err();
    assert!(printed.contains("certgrab.toml:6: `style`: invalid value 'loud' "), "{printed}");
}

#[test]
fn a_mistake_in_the_manifest_is_an_error_of_its_line() {
    let folder = tempfile::TempDir::new().unwrap();
    let printed = |text: &str| {
        fs::write(folder.path().join("certgrab.toml"), text).unwrap();
        certgrab().args(["sync"]).in_folder(folder.path()).fails_with(2).err()
    };
    assert_eq!(
        printed("[[target]]\nhost = \"plc.test\"\nlokc = \"plc.pem\"\n"),
        "certgrab: error: certgrab.toml:3: unknown key `lokc`, expected one of `host`, `lock`, \
         `name`, `emit`, `check`, `roots`, `hold`, `from`, `follow`, `trust-sha256`, `what`, `connect`, `sni`, `handshake`, \
         `as`, `alpn`, `client-cert`, `client-key`, `timeout`, `rate`, `style`, `name-from`, `max-bytes`, `lifetime`, `backup`, `siblings`, `no-aia`\n\
         certgrab: hint: did you mean `lock`?\n"
    );
    assert_eq!(
        printed(
            "[[target]]\nhost = \"plc.test\"\nlock = \"plc.pem\"\n\n[target.emit]\nbasic = \"x\"\n"
        ),
        "certgrab: error: certgrab.toml:6: unknown format `basic`\n\
         certgrab: hint: `certgrab formats` lists the formats\n"
    );
    assert_eq!(
        printed(
            "[[target]]\nhost = \"plc.test\"\nlock = \"plc.pem\"\nemit = { json = \"j.json\" }\n"
        ),
        "certgrab: error: certgrab.toml:4: `json` cannot be generated from a lock: it describes what a server presented\n"
    );
    let hash = "\n[[target]]\nhost = \"plc.test\"\nlock = \"plc.pem\"\ntrust-sha256 = \"12\"\n";
    let wrong = "certgrab: error: certgrab.toml:5: `trust-sha256`: invalid value '12': ";
    assert!(printed(hash).starts_with(wrong), "{}", printed(hash));
    let life = "[[target]]\nhost = \"plc.test\"\nlock = \"plc.pem\"\n\nlifetime = \"long\"\n";
    let wrong = "certgrab: error: certgrab.toml:5: `lifetime`: invalid value 'long': ";
    assert!(printed(life).starts_with(wrong), "{}", printed(life));
    assert_eq!(
        printed("# nothing yet\n"),
        "certgrab: error: certgrab.toml:1: expected at least one `[[target]]`\n"
    );
    fs::remove_file(folder.path().join("certgrab.toml")).unwrap();
    certgrab().args(["sync"]).in_folder(folder.path()).fails_with(4).stderr(
        "certgrab: error: cannot read the manifest certgrab.toml: No such file or directory (os \
         error 2)\n\
         certgrab: hint: write one with `certgrab sync --init HOST:PORT`\n",
    );
}

#[test]
fn an_output_named_twice_is_an_error_of_its_line() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let printed = |more: &str| {
        manifest(pki.folder(), &server, &pki.root_file());
        let text = fs::read_to_string(pki.file("certgrab.toml")).unwrap();
        let text =
            text.replace("emit = { c = \"include/plc_ca.h\", rust = \"src/plc_ca.rs\" }\n", more);
        fs::write(pki.file("certgrab.toml"), &text).unwrap();
        let printed = certgrab().args(["sync"]).in_folder(pki.folder()).fails_with(2).err();
        assert_eq!(fs::read_to_string(pki.file("certgrab.toml")).unwrap(), text);
        assert!(!pki.file("certs/plc.pem").exists());
        printed
    };
    let error = "certgrab: error: certgrab.toml:";
    assert_eq!(
        printed("emit = { c = \"certgrab.toml\" }\n"),
        format!("{error}7: `c` would be written to certgrab.toml, which is this manifest\n")
    );
    assert_eq!(
        printed("emit = { pem = \"x/../certs/plc.pem\" }\n"),
        format!(
            "{error}7: `pem` would be written to x/../certs/plc.pem, like the lock of line 5\n"
        )
    );
    assert_eq!(
        printed("[target.emit]\nc = \"x.h\"\npem = \"./x.h\"\n"),
        format!("{error}9: `pem` would be written to ./x.h, like `c` of line 8\n")
    );
    assert_eq!(
        printed(
            "emit = { c = \"x.h\" }\n[[target]]\nhost = \"b.test\"\nlock = \"b.pem\"\n\
             emit = { c = \"./x.h\" }\n"
        ),
        format!("{error}11: `c` would be written to ./x.h, like `c` of line 7\n")
    );
    assert_eq!(
        printed("[[target]]\nhost = \"b.test\"\nlock = \"certs/plc.pem\"\n"),
        format!("{error}9: the lock would be written to certs/plc.pem, like the lock of line 5\n")
    );
    let roots = pki.root_file();
    let root = fs::read(&roots).unwrap();
    assert_eq!(
        printed(&format!("emit = {{ c = \"{}\" }}\n", roots.display())),
        format!(
            "certgrab: error: certgrab.toml: `c` of line 7 would be written over {}, which is read\n",
            roots.display()
        )
    );
    assert_eq!(fs::read(&roots).unwrap(), root);
    assert_eq!(
        printed("emit = { c = \"by_hand.h\" }\ncheck = [\"by_hand.h\"]\n"),
        "certgrab: error: certgrab.toml: `c` of line 7 would be written over by_hand.h, which is \
         read\n"
    );
}

#[test]
fn sync_does_not_replace_a_file_that_is_no_lock() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    manifest(pki.folder(), &server, &pki.root_file());
    let lock = pki.file("certs/plc.pem");
    fs::create_dir_all(lock.parent().unwrap()).unwrap();
    let sync = || certgrab().args(["sync", "--quiet"]).in_folder(pki.folder());
    fs::write(&lock, "notes about the plant\n").unwrap();
    let error = sync().fails_with(4).err();
    assert!(
        error.contains("certs/plc.pem would lose text that is not part of a lock, line 1"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(&lock).unwrap(), "notes about the plant\n");
}

#[test]
fn a_lock_of_another_server_is_refused() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let run = |arguments: &[&str]| certgrab().args(arguments).in_folder(pki.folder());
    manifest(pki.folder(), &server, &pki.root_file());
    run(&["sync", "--quiet"]).succeeds();
    let text = fs::read_to_string(pki.file("certgrab.toml")).unwrap();
    let host = format!("\"plc.test:{}\"", server.port());
    fs::write(pki.file("certgrab.toml"), text.replace(&host, "\"other.test:1\"")).unwrap();
    let printed = format!(
        "certgrab: error: certs/plc.pem: expected a lock for other.test:1, found one for plc.test port {}\n\
         certgrab: hint: update it with `certgrab sync`\n",
        server.port()
    );
    run(&["sync", "--locked"]).fails_with(4).stderr(&printed);
    assert!(run(&["check", "--offline"]).fails_with(4).err().starts_with(&printed));

    // A hand-written lock may leave the server to the manifest.
    fs::write(pki.file("certs/plc.pem"), fs::read(pki.root_file()).unwrap()).unwrap();
    run(&["sync", "--locked", "--quiet"]).succeeds();
}

#[test]
fn sync_and_check_use_the_proxy() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    manifest(pki.folder(), &server, &pki.root_file());
    let run = |arguments: &[&str]| certgrab().args(arguments).in_folder(pki.folder());
    run(&["sync", "--quiet"]).succeeds();
    // No server listens there, and the environment's proxy is not used.
    let nowhere = ["--proxy", "http://127.0.0.1:1"];
    for command in ["sync", "check"] {
        let printed = run(&[command]).args(nowhere).fails_with(3).err();
        assert!(printed.contains("127.0.0.1:1"), "{printed}");
        let around = run(&[command, "--quiet", "--proxy", "none"]);
        around.env("HTTPS_PROXY", "http://127.0.0.1:1").succeeds();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_ignored_sighup_stays_ignored_after_a_write() {
    let pki = Pki::root("Plant Root").leaf("m1.test");
    let server = Server::presenting(&pki);
    manifest(pki.folder(), &server, &pki.root_file());
    let process = pki.file("process");
    let second = Server::scripted("m2.test", move |_, _| {
        let process = fs::read_to_string(&process).unwrap();
        let sent = std::process::Command::new("kill").args(["-HUP", process.trim()]).status();
        assert!(sent.unwrap().success(), "the process has ended before");
    });
    let text = fs::read_to_string(pki.file("certgrab.toml")).unwrap();
    let more = format!(
        "{text}\n[[target]]\nhost = \"m2.test:8883\"\nconnect = \"{}\"\nlock = \"certs/m2.test.pem\"\n",
        second.address()
    );
    fs::write(pki.file("certgrab.toml"), more).unwrap();
    let script = "trap '' HUP; echo $$ > process; exec \"$0\" sync";
    let mut nohup = std::process::Command::new("sh");
    nohup.current_dir(pki.folder()).args(["-c", script, env!("CARGO_BIN_EXE_certgrab")]);
    let ended = nohup.output().expect("sh runs");
    assert_eq!(ended.status.code(), Some(3), "{}", String::from_utf8_lossy(&ended.stderr));
    assert!(pki.file("certs/plc.pem").exists());
}

/// Accepts no connection to `server` until `expected` connections were made.
fn gate(server: &Server, expected: usize) -> std::net::SocketAddr {
    let gate = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, behind) = (gate.local_addr().unwrap(), server.address());
    std::thread::spawn(move || {
        let mut held: Vec<std::net::TcpStream> = Vec::new();
        for client in gate.incoming().flatten() {
            held.push(client);
            if held.len() < expected {
                continue;
            }
            // The last one first: the order of the answers differs from the manifest.
            for client in held.drain(..).rev() {
                let server = std::net::TcpStream::connect(behind).unwrap();
                let copies =
                    [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)];
                for (mut from, mut to) in copies {
                    std::thread::spawn(move || {
                        let _ = std::io::copy(&mut from, &mut to);
                        let _ = to.shutdown(std::net::Shutdown::Write);
                    });
                }
            }
        }
    });
    address
}

#[test]
fn sync_queries_concurrently_and_reports_in_manifest_order() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let other = Pki::root("Other Root").leaf("plc.test");
    let (server, other) = (Server::presenting(&pki), Server::presenting(&other));
    fs::write(pki.file("device.key"), fs::read(pki.key_file()).unwrap()).unwrap();
    pki.root_file();
    for targets in [4, 8, 16] {
        let [gate, other] = [gate(&server, targets), gate(&other, 1)];
        let target = |connect, lock: &str| {
            format!(
                "[[target]]\nhost = \"plc.test:8883\"\nconnect = \"{connect}\"\n\
                 roots = \"root.pem\"\nlock = \"{lock}\"\n"
            )
        };
        let mut text: String =
            (0..targets).map(|number| target(gate, &format!("{targets}/{number}.pem"))).collect();
        text.insert_str(0, &target(other, "other.pem"));
        text.insert_str(0, &target(gate, "device.key"));
        fs::write(pki.file("certgrab.toml"), text).unwrap();
        let printed = certgrab().args(["sync"]).in_folder(pki.folder()).fails_with(4).err();
        // Targets refused beforehand are not queried; otherwise the gate would get one more connection.
        let expected = "certgrab: error: device.key would lose a private key, line 1\n\
                      certgrab: hint: name another file in the manifest, or move this one away\n\
                      certgrab: error: plc.test:8883: `CN=plc.test` is issued by `CN=Other Root`, ";
        assert!(printed.starts_with(expected), "{printed}");
        let wrote: Vec<_> = printed.lines().filter(|line| line.contains(": wrote ")).collect();
        let in_order = (0..targets).map(|number| format!("certgrab: wrote {targets}/{number}.pem"));
        assert_eq!(wrote, in_order.collect::<Vec<_>>(), "{printed}");
        assert!(!pki.file("strange.pem").exists());
    }
}

#[test]
fn a_der_lock_and_special_files_are_named() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    fs::write(pki.file("root.der"), pki.root_der()).unwrap();
    let refused = |lock: &str, sync: &str, locked: &str| {
        let text = format!("[[target]]\nhost = \"plc.test:8883\"\nlock = \"{lock}\"\n");
        fs::write(pki.file("certgrab.toml"), text).unwrap();
        for (arguments, expected) in [(&["sync"][..], sync), (&["sync", "--locked"], locked)] {
            let run = certgrab().args(arguments).in_folder(pki.folder());
            run.fails_with(4).stdout("").stderr(expected);
        }
    };
    refused(
        "root.der",
        "certgrab: error: root.der would lose DER; a lock is PEM\n\
         certgrab: hint: name another file in the manifest, or move this one away\n",
        "certgrab: error: root.der: expected a lock or PEM, found DER\n\
         certgrab: hint: replace it by a lock with `certgrab TARGET --emit lock=FILE`, or convert \
         the certificate with `openssl x509 -inform der -in FILE -out FILE.pem`\n",
    );
    for (lock, found) in [("/dev/null", "a device"), (".", "a directory")] {
        let hint = "certgrab: hint: name a regular file as `lock` in the manifest\n";
        let refusals = [
            format!("{lock} cannot be a lock: expected a regular file, found {found}"),
            format!(
                "cannot read the lock {lock}: expected a regular file of at most 1048576 bytes, \
                 found {found}"
            ),
        ];
        let [sync, locked] = refusals.map(|one| format!("certgrab: error: {one}\n{hint}"));
        refused(lock, &sync, &locked);
    }
}

#[test]
fn hold_all_writes_all_roots() {
    let old = Pki::root("CA 2024").leaf("broker.test");
    let new = Pki::root("CA 2027").leaf("broker.test");
    let folder = tempfile::tempdir().expect("a folder");
    for (name, pki) in [("old.pem", &old), ("new.pem", &new)] {
        fs::copy(pki.root_file(), folder.path().join(name)).expect("a file");
    }
    let server = Server::presenting(&old);
    let manifest = format!(
        "[[target]]\nhost = \"broker.test:{port}\"\nconnect = \"{address}\"\nlock = \"broker.pem\"\n\
         hold = [\"old.pem\", \"new.pem\"]\nemit = {{ pem = \"both.pem\" }}\n",
        port = server.port(),
        address = server.address(),
    );
    fs::write(folder.path().join("certgrab.toml"), &manifest).expect("a file");
    let run = |words: &[&str]| certgrab().args(words).in_folder(folder.path());
    let said = run(&["sync"]).succeeds().err();
    for sentence in [
        "a device that holds only `CN=CA 2024` stops connecting when the server changes to another \
         root, and on ",
        "a device that holds only `CN=CA 2027` does not connect: the server's chain does not end in it",
    ] {
        assert!(said.contains(sentence), "{said}");
    }
    let both = fs::read_to_string(folder.path().join("both.pem")).expect("a file");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a file");
    assert!(both.contains(read("old.pem").trim()) && both.contains(read("new.pem").trim()));
    run(&["sync", "--locked"]).succeeds();
    let checked = run(&["check"]).ends();
    assert!(!checked.out().contains("lock-differs"), "{}", checked.out());
    // Without the second root in the manifest, the lock has more than the manifest requests.
    let without = manifest.replace(", \"new.pem\"", "");
    fs::write(folder.path().join("certgrab.toml"), without).expect("a file");
    let err = run(&["sync", "--locked"]).fails_with(1).err();
    let keys = "expected `hold` with 1 file, found `hold` with 2 files";
    assert!(err.contains(keys), "{err}");
    // The server switches to the new root: committed constants still connect, and sync names the devices that
    // do not.
    let address = server.address();
    drop(server);
    let _switched = Server::of(&new).at(address).start();
    fs::write(folder.path().join("certgrab.toml"), &manifest).expect("a file");
    run(&["check"]).succeeds();
    let said = run(&["sync"]).succeeds().err();
    let lost =
        "a device that holds only `CN=CA 2024` does not connect: the server's chain does not end";
    assert!(said.contains(lost), "{said}");
    // The old root is dropped.
    let last = manifest.replace("\"old.pem\", ", "");
    fs::write(folder.path().join("certgrab.toml"), last).expect("a file");
    run(&["sync"]).succeeds();
    assert_eq!(read("both.pem").trim(), read("new.pem").trim());
    run(&["check"]).succeeds();
}

#[test]
fn hold_needs_a_file_of_roots() {
    certgrab().args(["broker.test", "--hold"]).fails_with(2).stdout("").stderr(
        "certgrab: error: `--hold` has no effect without `--roots FILE`, whose certificates it writes\n\
         certgrab: hint: name the files with the present and the next root, or leave out `--hold`\n",
    );
}

#[test]
fn sync_dry_run_lists_changes_and_writes_nothing() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    manifest(pki.folder(), &server, &pki.root_file());
    let sync = |words: &[&str]| certgrab().args(["sync"]).args(words).in_folder(pki.folder());
    let what = |words: [&str; 3]| {
        let [lock, c, rust] = words;
        format!(
            "certgrab: {lock} certs/plc.pem\n\
             certgrab: {c} include/plc_ca.h\n\
             certgrab: {rust} src/plc_ca.rs\n"
        )
    };
    sync(&["--dry-run"]).succeeds().stdout("").stderr(&what(["would write"; 3]));
    assert!(!pki.file("certs").exists() && !pki.file("include").exists());
    sync(&[]).succeeds();
    fs::remove_file(pki.file("src/plc_ca.rs")).unwrap();
    let mixed = what(["unchanged:", "unchanged:", "would write"]);
    sync(&["--dry-run"]).succeeds().stdout("").stderr(&mixed);
    let offline: String = mixed.lines().skip(1).map(|line| format!("{line}\n")).collect();
    sync(&["--locked", "--dry-run"]).succeeds().stdout("").stderr(&offline);
    assert!(!pki.file("src/plc_ca.rs").exists());
}

#[test]
fn sync_init_writes_a_valid_manifest_and_replaces_none() {
    let pki = Pki::root("Plant Root").leaf("localhost");
    let server = Server::presenting(&pki);
    fs::copy(pki.root_file(), pki.file("my \"ca\".pem")).unwrap();
    let sync = |words: &[&str]| certgrab().args(["sync"]).args(words).in_folder(pki.folder());
    let target = format!("localhost:{}", server.port());
    sync(&["--init", &target, "--roots", "my \"ca\".pem", "--emit", "rust=src/ca.rs"])
        .succeeds()
        .stdout("")
        .stderr(
            "certgrab: wrote certgrab.toml\n\
             certgrab: next: run `certgrab sync`, then commit the files that it writes\n",
        );
    let written = fs::read_to_string(pki.file("certgrab.toml")).unwrap();
    assert_eq!(
        written,
        format!(
            "[[target]]\nhost = \"{target}\"\nlock = \"certs/localhost.pem\"\n\
             roots = [\"my \\\"ca\\\".pem\"]\nemit = {{ rust = \"src/ca.rs\" }}\n"
        )
    );
    sync(&["--init", &target]).fails_with(4).stdout("").stderr(&format!(
        "certgrab: error: certgrab.toml already has the target {target}\n\
         certgrab: hint: run `certgrab sync`\n",
    ));
    sync(&["--init", "other.test"]).fails_with(4).stdout("").stderr(
        "certgrab: error: certgrab.toml exists and differs\n\
         certgrab: hint: add a `[[target]]` to it with `host`, `lock` and `emit`\n",
    );
    sync(&[]).succeeds();
    assert!(pki.file("src/ca.rs").exists() && pki.file("certs/localhost.pem").exists());
    sync(&["--init", "smtp://mail.test", "--manifest", "mail.toml"]).succeeds();
    let mail = fs::read_to_string(pki.file("mail.toml")).unwrap();
    assert!(mail.contains("host = \"smtp://mail.test:25\"\n"), "{mail}");
    assert!(mail.contains("emit = { c = \"root_ca.h\" }\n"), "{mail}");
}

#[test]
fn hints_of_sync_and_check_name_manifest_keys() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::of(&pki).sending(pki.path()).start();
    let text = format!(
        "[[target]]\nhost = \"plc.test:{}\"\nconnect = \"{}\"\nlock = \"plc.lock\"\n",
        server.port(),
        server.address()
    );
    fs::write(pki.file("certgrab.toml"), text).expect("a manifest");
    let run = |words: &[&str]| certgrab().args(words).in_folder(pki.folder());
    let err = run(&["sync"]).fails_with(1).err();
    let hint = format!(
        "certgrab: hint: in the manifest: verify the fingerprint with the CA's owner, then set \
         `trust-sha256 = \"{}\"`\n",
        crate::support::pki::sha256(pki.root_der())
    );
    assert!(err.ends_with(&hint) && !err.contains("--"), "{err}");
    let chinese = run(&["sync", "--lang", "zh"]).fails_with(1).err();
    assert!(chinese.contains("在清单里：") && chinese.contains("`trust-sha256 = \""), "{chinese}");
    // The same for findings after a server has moved to another CA.
    let other = Pki::root("Other Root").leaf("plc.test");
    fs::copy(other.root_file(), pki.file("other.pem")).expect("a file");
    let manifest = fs::read_to_string(pki.file("certgrab.toml")).expect("a manifest");
    fs::write(pki.file("certgrab.toml"), manifest + "roots = \"other.pem\"\n").expect("a manifest");
    let host = format!("plc.test:{}", server.port());
    let convert = ["convert", "other.pem", "--emit", "lock=plc.lock", "--host", &host];
    run(&convert).succeeds();
    let out = run(&["check"]).fails_with(1).out();
    let action = "then set `trust-sha256 = \"";
    assert!(
        out.contains(action) && out.contains("in the manifest, then run `certgrab sync`"),
        "{out}"
    );
}
