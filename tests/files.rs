//! Files that must be kept: streams behind paths, files that are not locks, link targets, pipes.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use crate::support::{Pki, Server, certgrab, pki::pem_of};

/// Runs `script` in bash in `folder`, with the command as `$CERTGRAB` and a time limit.
fn shell(folder: &Path, script: &str) -> Output {
    Command::new("timeout")
        .args(["30", "bash", "-c", script])
        .current_dir(folder)
        .env("CERTGRAB", env!("CARGO_BIN_EXE_certgrab"))
        .output()
        .expect("bash runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder with a chain and its root, and the arguments that verify it.
fn plant() -> (Pki, &'static str) {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    fs::copy(pki.chain_file(), pki.file("c.pem")).unwrap();
    fs::copy(pki.root_file(), pki.file("r.pem")).unwrap();
    (pki, "plc.test --from c.pem --roots r.pem -q")
}

#[test]
fn output_to_an_open_stream_is_written_in_place() {
    let (pki, words) = plant();
    let root = pem_of(std::slice::from_ref(pki.root_der()));
    std::os::unix::fs::symlink("/dev/stdout", pki.file("link.pem")).unwrap();
    for path in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link.pem"] {
        let ran = shell(
            pki.folder(),
            &format!(
                "{{ echo before; $CERTGRAB {words} --emit pem={path}; echo after; }} > out.txt"
            ),
        );
        assert!(ran.status.success(), "{path}: {}", text(&ran.stderr));
        let out = fs::read_to_string(pki.file("out.txt")).unwrap();
        assert_eq!(out, format!("before\n{root}after\n"), "{path}");
    }
    let ran = shell(
        pki.folder(),
        &format!("echo before >&3; $CERTGRAB {words} --emit pem=/dev/fd/3 3>>three.txt"),
    );
    assert_ne!(text(&ran.stderr), "");
    let script =
        format!("{{ echo before >&3; $CERTGRAB {words} --emit pem=/dev/fd/3; }} 3>three.txt");
    assert!(shell(pki.folder(), &script).status.success());
    let three = fs::read_to_string(pki.file("three.txt")).unwrap();
    assert_eq!(three, format!("before\n{root}"));
    let ran = shell(pki.folder(), &format!("$CERTGRAB {words} --emit pem=/dev/stderr 2>err.txt"));
    assert!(ran.status.success());
    assert_eq!(fs::read_to_string(pki.file("err.txt")).unwrap(), root);
    // As many results as with a dash.
    let ran = shell(pki.folder(), &format!("$CERTGRAB {words} --emit pem=/dev/stdout --emit c=-"));
    assert_eq!(ran.status.code(), Some(2));
    assert!(text(&ran.stderr).contains("only one result can go to standard output"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_stream_opened_for_reading_is_not_written_to() {
    let (pki, words) = plant();
    fs::write(pki.file("in.txt"), "mine\n").unwrap();
    for (path, way) in
        [("/dev/stdin", "< in.txt"), ("/dev/fd/7", "7< in.txt"), ("/proc/self/fd/7", "7< in.txt")]
    {
        let ran = shell(
            pki.folder(),
            &format!("$CERTGRAB {words} --emit der=d.der --emit pem={path} {way}"),
        );
        let printed = text(&ran.stderr);
        assert_eq!(ran.status.code(), Some(4), "{path}: {printed}");
        assert!(
            printed.contains(&format!("cannot write {path}: it is not open for writing")),
            "{printed}"
        );
        assert_eq!(fs::read_to_string(pki.file("in.txt")).unwrap(), "mine\n");
        assert!(!pki.file("d.der").exists());
    }
}

#[test]
fn every_command_refuses_a_read_only_standard_output() {
    let (pki, words) = plant();
    fs::write(pki.file("in.txt"), "mine\n").unwrap();
    fs::write(pki.file("list.txt"), "plc.test connect=127.0.0.1:1\n").unwrap();
    for command in [
        format!("{words} --emit pem"),
        format!("{words} --emit pem=/dev/stdout"),
        format!("{words} --emit pem=/dev/fd/1"),
        format!("{words} --json"),
        words.to_owned(),
        "formats".to_owned(),
        "check --offline r.pem --json".to_owned(),
        "--hosts list.txt".to_owned(),
        "verify --batch < list.txt".to_owned(),
    ] {
        let ran = shell(pki.folder(), &format!("$CERTGRAB {command} 1< in.txt"));
        let printed = text(&ran.stderr);
        assert_eq!(ran.status.code(), Some(4), "{command}: {printed}");
        assert!(printed.contains(": it is not open for writing\n"), "{command}: {printed}");
    }
    assert_eq!(fs::read_to_string(pki.file("in.txt")).unwrap(), "mine\n");
}

#[test]
fn a_report_goes_to_standard_output_by_dash_or_path() {
    let (pki, _) = plant();
    for path in ["-", "/dev/stdout", "/proc/self/fd/1"] {
        let script = format!(
            "{{ echo before; $CERTGRAB check --offline r.pem -q --report json={path}; }} > out.txt"
        );
        shell(pki.folder(), &script);
        let out = fs::read_to_string(pki.file("out.txt")).unwrap();
        assert!(out.starts_with("before\n{\"files\""), "{path}: {out}");
        assert_eq!(out.lines().count(), 2, "{path}: {out}");
        assert!(!pki.file("-").exists());
    }
    let both =
        ["check", "--offline", "r.pem", "--report", "json=-", "--report", "sarif=/dev/stdout"];
    let printed = certgrab().args(both).in_folder(pki.folder()).fails_with(2).err();
    assert!(printed.contains("only one report can go to standard output"), "{printed}");
}

#[test]
fn a_process_substitution_is_read() {
    let (pki, _) = plant();
    for script in [
        "$CERTGRAB plc.test --from <(cat c.pem) --roots <(cat r.pem) --emit pem",
        "$CERTGRAB verify --host plc.test --from <(cat c.pem) --roots r.pem",
        "cat c.pem | $CERTGRAB plc.test --from /dev/stdin --roots r.pem",
        "$CERTGRAB plc.test --from c.pem --roots r.pem --template <(echo '{{ host | plain }}')",
    ] {
        let ran = shell(pki.folder(), script);
        assert!(ran.status.success(), "{script}: {}", text(&ran.stderr));
        assert!(!ran.stdout.is_empty(), "{script}");
    }
    let ran = shell(pki.folder(), "$CERTGRAB check --offline <(cat r.pem)");
    assert!(text(&ran.stderr).contains("1 file checked"), "{}", text(&ran.stderr));
    // Within the limit.
    let ran = shell(pki.folder(), "$CERTGRAB plc.test --from <(yes) --roots r.pem");
    assert_eq!(ran.status.code(), Some(4));
    let printed = text(&ran.stderr);
    assert!(printed.contains("expected at most 16777216 bytes, found more"), "{printed}");
}

#[test]
fn a_manifest_cannot_name_a_stream() {
    let (pki, _) = plant();
    for key in ["roots = \"/dev/stdin\"", "check = [\"/dev/fd/0\"]"] {
        let manifest = format!("[[target]]\nhost = \"plc.test\"\nlock = \"l.pem\"\n{key}\n");
        fs::write(pki.file("certgrab.toml"), manifest).unwrap();
        let printed = certgrab().args(["check", "--offline"]).in_folder(pki.folder()).fails_with(2);
        assert!(
            printed.err().contains("expected a file, found the stream /dev/"),
            "{}",
            printed.err()
        );
    }
}

/// A manifest for `server` in `folder` with the lock `lock` and the constants `header`.
fn manifest(folder: &Path, server: &Server, lock: &str, header: &str) {
    let manifest = format!(
        "[[target]]\nhost = \"plc.test:{}\"\nconnect = \"{}\"\nroots = \"r.pem\"\n\
         lock = \"{lock}\"\nemit = {{ c = \"{header}\" }}\n",
        server.port(),
        server.address()
    );
    fs::write(folder.join("certgrab.toml"), manifest).unwrap();
}

#[test]
fn sync_replaces_no_lock_with_other_content() {
    let (pki, _) = plant();
    let server = Server::presenting(&pki);
    manifest(pki.folder(), &server, "l.pem", "ca.h");
    let sync = || certgrab().args(["sync", "-q"]).in_folder(pki.folder());
    sync().succeeds();
    let lock = fs::read_to_string(pki.file("l.pem")).unwrap();
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let newer = lock.replace("certgrab lock 1", "certgrab lock 2");
    let merge = lock.replace("\nRole:", "\n<<<<<<< HEAD\nRole:") + "=======\n>>>>>>> other\n";
    let line = 1 + merge.lines().position(|line| line.starts_with('<')).unwrap();
    let last = 1 + lock.lines().count();
    let to_move = "name another file in the manifest, or move this one away";
    let whole = "a lock is written whole: move that to the manifest or to a file of your own";
    for (content, lost, hint) in [
        (key.to_owned(), "a private key, line 1".to_owned(), to_move),
        (format!("{lock}{key}"), format!("a private key, line {last}"), to_move),
        (format!("{lock}mine\n"), format!("text that is not part of a lock, line {last}"), whole),
        (format!("# ask Ann first\n{lock}"), "a comment, line 1".to_owned(), whole),
        (
            format!("\n# ask Ann first\n{newer}"),
            "a lock of version `2`; this certgrab writes 1".to_owned(),
            "use the certgrab version that wrote it, or a newer one",
        ),
        (
            newer,
            "a lock of version `2`; this certgrab writes 1".to_owned(),
            "use the certgrab version that wrote it, or a newer one",
        ),
        (
            merge,
            format!("a merge conflict, marked on line {line}"),
            "resolve the merge conflict first",
        ),
    ] {
        fs::write(pki.file("l.pem"), &content).unwrap();
        sync()
            .fails_with(4)
            .stderr(&format!("certgrab: error: l.pem would lose {lost}\ncertgrab: hint: {hint}\n"));
        assert_eq!(fs::read_to_string(pki.file("l.pem")).unwrap(), content);
    }
    // A damaged lock and a file of certificates contain nothing that would be lost.
    for content in [lock.replace("Port: ", "Port: x"), pem_of(&[pki.root_der().clone()])] {
        fs::write(pki.file("l.pem"), content).unwrap();
        sync().succeeds();
        assert_eq!(fs::read_to_string(pki.file("l.pem")).unwrap(), lock);
    }
}

#[test]
fn sync_does_not_show_the_file_it_refuses_to_replace() {
    let (pki, _) = plant();
    let server = Server::presenting(&pki);
    manifest(pki.folder(), &server, "l.pem", "ca.h");
    let key = rcgen::KeyPair::generate().unwrap();
    let pem = key.serialize_pem();
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let hex: String = key.serialize_der().iter().map(|byte| format!("{byte:02x}")).collect();
    let (key_line, text) = ("a private key, line 1", "text that is not part of a lock, line 1");
    for (content, lost) in [
        (base64.clone().into_bytes(), "a private key, line 1"),
        (key.serialize_der(), "a private key, line 1"),
        (format!("device_key = \"{base64}\"\n").into_bytes(), "a private key, line 1"),
        (format!("{{\"private_key\":\"{hex}\"}}\n").into_bytes(), key_line),
        (hex.into_bytes(), key_line),
        (b"psk abcdef0123456789\n".to_vec(), text),
        (b"root:x:0:0:root:/root:/bin/bash\n".to_vec(), text),
    ] {
        fs::write(pki.file("l.pem"), &content).unwrap();
        let printed = certgrab().args(["sync", "-q"]).in_folder(pki.folder()).fails_with(4).err();
        let (first, _) = printed.split_once('\n').unwrap();
        assert_eq!(first, format!("certgrab: error: l.pem would lose {lost}"));
        assert_eq!(fs::read(pki.file("l.pem")).unwrap(), content);
    }
    let locked = ["sync", "--locked"];
    let secret = "# certgrab lock 1: x\npsk: abcdef0123456789\nabcdef0123456789\n";
    fs::write(pki.file("l.pem"), secret).unwrap();
    let printed = certgrab().args(locked).in_folder(pki.folder()).fails_with(4).err();
    assert!(!printed.contains("abcdef"), "{printed}");
}

#[test]
fn sync_does_not_replace_a_private_key() {
    let (pki, _) = plant();
    let server = Server::presenting(&pki);
    manifest(pki.folder(), &server, "l.pem", "device.pem");
    let key = "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n";
    fs::write(pki.file("device.pem"), key).unwrap();
    for words in [&["sync"][..], &["sync", "--locked"]] {
        let printed = certgrab().args(words).in_folder(pki.folder()).fails_with(4).err();
        assert!(printed.contains("device.pem would lose a private key"), "{printed}");
        assert_eq!(fs::read_to_string(pki.file("device.pem")).unwrap(), key);
    }
    assert!(!pki.file("l.pem").exists());
}

#[test]
fn sync_replaces_only_generated_files() {
    let (pki, _) = plant();
    let server = Server::presenting(&pki);
    manifest(pki.folder(), &server, "l.pem", "ca.h");
    let key = rcgen::KeyPair::generate().unwrap();
    let pem = key.serialize_pem();
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let commented: String = pem.lines().map(|line| format!("# {line}\n")).collect();
    let lost = "ca.h would lose a private key";
    let kept =
        "ca.h is not replaced: expected a file that certgrab wrote, or certificates alone, found ";
    let fewer = "ca.h is not replaced: it has 2 certificates, and the new file fewer";
    let certificate = pem_of(std::slice::from_ref(pki.root_der()));
    let other = pem_of(std::slice::from_ref(pki.leaf_der()));
    for (content, printed) in [
        (key.serialize_der(), lost),
        (base64.into_bytes(), lost),
        (commented.into_bytes(), lost),
        (b"#define PIN 1234\n".to_vec(), kept),
        (format!("// by hand\nconst char CA[] = R\"({certificate})\";\n").into_bytes(), kept),
        (format!("const char CA[] = R\"({certificate}{other})\";\n").into_bytes(), fewer),
        (format!("const char CA[] = R\"({certificate})\";\nint pin = 1234;\n").into_bytes(), kept),
    ] {
        fs::write(pki.file("ca.h"), &content).unwrap();
        // Without a lock there is nothing to write with `--locked`.
        for words in [&["sync"][..], &["sync", "--locked"]].into_iter().take(if printed == fewer {
            1
        } else {
            2
        }) {
            let error = certgrab().args(words).in_folder(pki.folder()).fails_with(4).err();
            assert!(error.contains(printed), "{error}");
            assert!(error.contains("hint: "), "{error}");
            assert_eq!(fs::read(pki.file("ca.h")).unwrap(), content);
        }
    }
    assert!(!pki.file("l.pem").exists());
    fs::write(pki.file("ca.h"), "").unwrap();
    let sync = || certgrab().args(["sync", "-q"]).in_folder(pki.folder());
    sync().succeeds();
    let header = fs::read_to_string(pki.file("ca.h")).unwrap();
    for old in [
        header.replace("8883", "1") + "\n",
        format!("#pragma once\nconst char CA[] = R\"({certificate})\";\n"),
    ] {
        fs::write(pki.file("ca.h"), old).unwrap();
        sync().succeeds();
        assert_eq!(fs::read_to_string(pki.file("ca.h")).unwrap(), header);
    }
}

#[test]
fn emit_does_not_replace_a_private_key() {
    let (pki, words) = plant();
    let key = rcgen::KeyPair::generate().unwrap();
    for content in [key.serialize_pem().into_bytes(), key.serialize_der()] {
        fs::write(pki.file("device.key"), &content).unwrap();
        let words = words.split(' ').chain(["--emit", "pem=device.key"]);
        let printed = certgrab().args(words).in_folder(pki.folder()).fails_with(4).err();
        assert!(printed.contains("device.key would lose a private key"), "{printed}");
        assert_eq!(fs::read(pki.file("device.key")).unwrap(), content);
    }
}

#[test]
fn reports_and_baselines_do_not_replace_a_private_key() {
    let (pki, _) = plant();
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let roots = pki.root_file();
    for words in
        [&["--report", "json=device.key"][..], &["--baseline", "device.key", "--write-baseline"]]
    {
        fs::write(pki.file("device.key"), &key).unwrap();
        let check = certgrab().args(["check", "--offline"]).args([&roots]).args(words);
        let said = check.in_folder(pki.folder()).fails_with(4).err();
        assert!(said.contains("device.key would lose a private key"), "{said}");
        assert_eq!(fs::read_to_string(pki.file("device.key")).unwrap(), key);
    }
}

#[test]
fn sync_follows_no_link_out_of_its_folder() {
    let (pki, _) = plant();
    let server = Server::presenting(&pki);
    let outside = tempfile::TempDir::new().unwrap();
    let place = outside.path().join("mine.pem");
    let link = |from: &Path, to: &str| {
        let _ = fs::remove_file(pki.file(to));
        std::os::unix::fs::symlink(from, pki.file(to)).unwrap();
    };
    link(outside.path(), "certs");
    link(&place, "l.pem");
    let sync = |words: &[&str]| certgrab().args(["sync", "-q"]).args(words).in_folder(pki.folder());
    for (lock, header) in [("certs/l.pem", "ca.h"), ("l.pem", "ca.h"), ("own.pem", "certs/ca.h")] {
        manifest(pki.folder(), &server, lock, header);
        for words in [&[][..], &["--manifest", "./certgrab.toml"]] {
            let printed = sync(words).fails_with(4).err();
            assert!(printed.contains("through a symbolic link, outside its folder\n"), "{printed}");
        }
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    }
    // A link within the folder is followed, and an outside path can be given explicitly.
    fs::create_dir(pki.file("real")).unwrap();
    link(&pki.file("real"), "inside");
    manifest(pki.folder(), &server, "inside/l.pem", place.to_str().unwrap());
    sync(&[]).succeeds();
    assert!(pki.file("real/l.pem").is_file() && place.is_file());
}

#[test]
fn new_and_integrate_follow_no_link_out_of_their_folder() {
    let outside = tempfile::TempDir::new().unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join(".github")).unwrap();
    let run = certgrab().args(["integrate", "github-actions"]).in_folder(folder.path());
    let printed = run.fails_with(4).err();
    assert!(printed.contains("through a symbolic link, outside its folder\n"), "{printed}");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);

    let (pki, _) = plant();
    let server = Server::presenting(&pki);
    std::os::unix::fs::symlink(outside.path(), folder.path().join("certs")).unwrap();
    let target = format!("mqtts://plc.test:{}", server.port());
    let printed = certgrab()
        .args(["new", "linux-c", &target])
        .args([folder.path()])
        .args(["--connect", &server.address().to_string()])
        .trusting(pki.root_file())
        .fails_with(4)
        .err();
    assert!(printed.contains("through a symbolic link, outside its folder\n"), "{printed}");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn new_integrate_and_check_do_not_block_on_special_files() {
    let (pki, _) = plant();
    let server = Server::presenting(&pki);
    let made = shell(pki.folder(), "mkfifo certgrab.mk pipe; mkdir plc; mkfifo plc/Makefile");
    assert!(made.status.success());
    let new = format!(
        "$CERTGRAB new linux-c mqtts://plc.test:{} plc --connect {} --roots r.pem",
        server.port(),
        server.address()
    );
    let found = "expected a regular file, found a named pipe\n";
    for (script, printed) in [
        ("$CERTGRAB integrate make", format!("cannot read ./certgrab.mk: {found}")),
        (&new, format!("cannot read plc/Makefile: {found}")),
        (
            "$CERTGRAB check --offline pipe",
            "cannot read pipe: expected a regular file of at most 16777216 bytes, found a named \
             pipe\n"
                .to_owned(),
        ),
        (
            "$CERTGRAB plc.test --from c.pem --roots pipe",
            "cannot read pipe: expected a regular file of at most 16777216 bytes, found a named \
             pipe\n"
                .to_owned(),
        ),
    ] {
        let ran = shell(pki.folder(), script);
        assert_eq!(ran.status.code(), Some(4), "{script}: {}", text(&ran.stderr));
        assert!(text(&ran.stderr).contains(&printed), "{script}: {}", text(&ran.stderr));
    }
}

#[test]
fn integrate_replaces_no_unreadable_file() {
    let folder = tempfile::TempDir::new().unwrap();
    fs::create_dir(folder.path().join("certgrab.mk")).unwrap();
    let run = |words: &[&str]| certgrab().args(words).in_folder(folder.path());
    let printed = run(&["integrate", "make"]).fails_with(4).err();
    assert!(printed.starts_with("certgrab: error: cannot read ./certgrab.mk: "), "{printed}");
    // A file that even its owner cannot read; root can read all files.
    use std::os::unix::fs::PermissionsExt as _;
    let file = folder.path().join("certgrab.cmake");
    fs::write(&file, "mine").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o200)).unwrap();
    run(&["integrate", "cmake"]).fails_with(4);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}
