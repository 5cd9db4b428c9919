//! STARTTLS: eight protocols, by their scheme and by `--starttls`.

mod postgresql;
mod servers;

use crate::support::{Pki, Server, certgrab, grab, server::Talk};

/// The server's clear text, each with the command it expects next. A MySQL greeting has a length of three
/// bytes, its packet's number, version 10, a name, and in it the flag for TLS.
const SCRIPTS: [(&str, Talk); 8] = [
    (
        "smtp",
        &[
            (b"220-plc\r\n220 ESMTP\r\n", b"EHLO certgrab.invalid\r\n"),
            (b"250-plc\r\n250 STARTTLS\r\n", b"STARTTLS\r\n"),
            (b"220 go\r\n", b""),
        ],
    ),
    ("imap", &[(b"* OK ready\r\n", b"a1 STARTTLS\r\n"), (b"a1 OK go\r\n", b"")]),
    ("pop3", &[(b"+OK ready\r\n", b"STLS\r\n"), (b"+OK go\r\n", b"")]),
    ("ftp", &[(b"220 ready\r\n", b"AUTH TLS\r\n"), (b"234 go\r\n", b"")]),
    (
        "ldap",
        &[
            (b"", b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"),
            (b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00", b""),
        ],
    ),
    ("postgres", &[(b"", b"\x00\x00\x00\x08\x04\xd2\x16\x2f"), (b"S", b"")]),
    (
        "mysql",
        &[(
            b"\x17\x00\x00\x00\x0a8.0.32\x00abcd12345678\x00\xff\xff",
            b"\x20\x00\x00\x01\x00\x8a\x00\x00\x00\x00\x00\x01\x21\
              \x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        )],
    ),
    (
        "xmpp",
        &[
            (
                b"",
                b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
                  xmlns:stream='http://etherx.jabber.org/streams' to='plc.test' version='1.0'>",
            ),
            (
                b"<stream:stream id='1'><stream:features><starttls \
                  xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>",
                b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
            ),
            (b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", b""),
        ],
    ),
];

#[test]
fn each_protocol_starts_tls_by_scheme_and_by_option() {
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    for (scheme, talk) in SCRIPTS {
        let server = Server::of(&pki).after(talk).start();
        let address = server.address().to_string();
        let by_scheme = vec![format!("{scheme}://plc.test")];
        let by_option = vec!["plc.test".to_owned(), "--starttls".to_owned(), scheme.to_owned()];
        for arguments in [by_scheme, by_option] {
            let document = certgrab()
                .args(["--json", "--connect", &address])
                .trusting(pki.root_file())
                .args(&arguments)
                .succeeds()
                .json();
            assert_eq!(document["target"]["starttls"], scheme, "{arguments:?}");
            assert_eq!(document["handshake"]["key_possession"], "proven", "{arguments:?}");
        }
    }
}

#[test]
fn each_failure_of_starttls_has_a_message() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    const REFUSALS: [(Talk, &str); 3] = [
        (
            &[(b"220 ESMTP\r\n", b"EHLO certgrab.invalid\r\n"), (b"250 plc\r\n", b"")],
            "the server speaks SMTP but does not offer TLS",
        ),
        (
            &[
                (b"220 ESMTP\r\n", b"EHLO certgrab.invalid\r\n"),
                (b"250 STARTTLS\r\n", b"STARTTLS\r\n"),
                (b"454 TLS not available\r\n", b""),
            ],
            "the server refuses TLS in SMTP; it answered `454 TLS not available`",
        ),
        (
            &[(b"* OK IMAP4rev1 ready\r\n", b"")],
            "the server does not speak SMTP; it answered `* OK IMAP4rev1 ready`",
        ),
    ];
    for (talk, message) in REFUSALS {
        let server = Server::of(&pki).after(talk).start();
        let outcome = grab(&server).args(["--json", "--starttls", "smtp"]).fails_with(3);
        let document = outcome.json();
        assert_eq!(document["error"]["message"], message);
        assert_eq!(document["error"]["stage"], "starttls");
    }
}

#[test]
fn a_port_of_another_protocol_is_named_with_a_way_to_tls() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    const GREETINGS: [(&str, Talk, &str); 5] = [
        (
            "smtp",
            &[(b"* OK IMAP4rev1 ready\r\n", b"")],
            "the server does not speak SMTP; it answered `* OK IMAP4rev1 ready`\n\
             certgrab: hint: the port speaks IMAP: pass `--starttls imap`\n",
        ),
        (
            "ldap",
            &[(b"220 mail.test ESMTP\r\n", b"")],
            "the server does not speak LDAP; it answered `220 mail.test ESMTP`\n\
             certgrab: hint: the port speaks SMTP: pass `--starttls smtp`\n",
        ),
        (
            "mysql",
            &[(b"SSH-2.0-OpenSSH_9.2p1\r\n", b"")],
            "the server does not speak MySQL; it answered `SSH-2.0-OpenSSH_9.2p1`\n\
             certgrab: hint: the port speaks SSH: check the port, since SSH does not use TLS\n",
        ),
        (
            "ftp",
            &[(b"220 mail.test ESMTP\r\n", b"AUTH TLS\r\n"), (b"502 unknown command\r\n", b"")],
            "the server refuses TLS in FTP; it answered `502 unknown command`\n\
             certgrab: hint: the port speaks SMTP: pass `--starttls smtp`\n",
        ),
        // The port may still speak the expected protocol.
        (
            "smtp",
            &[(b"220 ready\r\n", b"EHLO certgrab.invalid\r\n"), (b"500 no\r\n", b"")],
            "the server refuses TLS in SMTP; it answered `500 no`\n",
        ),
    ];
    for (protocol, talk, message) in GREETINGS {
        let server = Server::of(&pki).after(talk).start();
        let run = grab(&server).args(["--starttls", protocol]).fails_with(3);
        assert_eq!(run.err(), format!("certgrab: error: {message}"), "{protocol}");
    }
    let at_once = Server::presenting(&pki);
    let error = grab(&at_once).args(["--starttls", "postgres"]).fails_with(3).err();
    let hint = "hint: the port speaks TLS from the first byte: omit STARTTLS\n";
    assert!(error.ends_with(hint), "{error}");
}

#[test]
fn clear_text_after_the_acceptance_is_refused() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let talk: Talk = &[
        (b"220 ESMTP\r\n", b"EHLO certgrab.invalid\r\n"),
        (b"250 STARTTLS\r\n", b"STARTTLS\r\n"),
        (b"220 go\r\n250 injected\r\n", b""),
    ];
    let server = Server::of(&pki).after(talk).start();
    grab(&server).args(["--starttls", "smtp"]).fails_with(3).stdout("").stderr(
        "certgrab: error: 14 bytes of clear text followed the agreement to TLS in SMTP\n\
         certgrab: hint: an attacker on the network path may have injected them \
         (CVE-2021-23222)\n",
    );
}

#[test]
fn an_answer_in_another_protocol_has_a_message() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    const ANSWERS: [(&str, Talk, &str); 3] = [
        (
            "ldap",
            &[
                (b"", b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"),
                (b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\x00\x04\x00", b""),
            ],
            "the server refuses TLS in LDAP; it answered `result code 52, unavailable`",
        ),
        (
            "xmpp",
            &[(
                b"<?xml version='1.0'?><stream:stream id='1'><stream:error><host-unknown \
                  xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
                b"",
            )],
            "the server refuses TLS in XMPP; it answered `<host-unknown \
             xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>`",
        ),
        (
            "pop3",
            &[(b"+OK ready\r\n", b"STLS\r\n"), (b"+OK go\r\nx", b"")],
            "1 byte of clear text followed the agreement to TLS in POP3",
        ),
    ];
    for (protocol, talk, message) in ANSWERS {
        let server = Server::of(&pki).after(talk).start();
        let outcome = grab(&server).args(["--json", "--starttls", protocol]).fails_with(3);
        assert_eq!(outcome.json()["error"]["message"], message);
    }
}

#[test]
fn starttls_uses_the_port_of_its_protocol_by_default() {
    let run = |target: &str| {
        let run = certgrab().args([target, "--json", "--starttls", "imap"]);
        run.args(["--connect", "127.0.0.1:1"]).fails_with(3).json()["target"]["port"].clone()
    };
    assert_eq!(run("mail.test"), 143);
    assert_eq!(run("mail.test:1143"), 1143);
}

#[test]
fn contradicting_scheme_and_option_are_refused() {
    for (target, message) in [
        ("imap://mail.test", "`imap:` starts TLS in IMAP, but `--starttls` expects SMTP"),
        ("imaps://mail.test", "`imaps:` starts with TLS, but `--starttls` expects SMTP"),
    ] {
        certgrab().args([target, "--starttls", "smtp"]).fails_with(2).stdout("").stderr(&format!(
            "certgrab: error: {message}\ncertgrab: hint: leave out the scheme or the option\n"
        ));
    }
}

#[test]
fn hosts_and_compare_use_starttls_too() {
    let pki = Pki::root("Plant Root").leaf("127.0.0.1");
    let talk: Talk = &[(b"+OK ready\r\n", b"STLS\r\n"), (b"+OK go\r\n", b"")];
    let server = Server::of(&pki).after(talk).start();
    let target = server.address().to_string();
    let run = || certgrab().args(["--starttls", "pop3"]).trusting(pki.root_file());
    // A scheme in a line takes precedence.
    let list = format!("{target}\npop3://{target}\n");
    let outcome = run().args(["--hosts", "-", "--ordered"]).reading(list).succeeds();
    assert_eq!(outcome.out().matches(r#""starttls":"pop3""#).count(), 2, "{}", outcome.out());
    let compared = run().args([&target, "--compare", &target]).succeeds().out();
    assert!(compared.contains("both use the same trust anchor"), "{compared}");
}
