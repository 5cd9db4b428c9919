//! A server of a STARTTLS protocol: only the known commands are sent, and no byte is left after the acceptance.
#![no_main]

use certgrab::Diagnostic as _;
use certgrab::internals::{
    endpoint::{StartTls, Target},
    net::starttls,
};
use certgrab_fuzz::{Peer, assert_clean, choice, deadline, runtime};
use libfuzzer_sys::fuzz_target;

const PROTOCOLS: [(StartTls, &str); 8] = [
    (StartTls::Smtp, "EHLO certgrab.invalid\r\nSTARTTLS\r\n"),
    (StartTls::Imap, "a1 STARTTLS\r\n"),
    (StartTls::Pop3, "STLS\r\n"),
    (StartTls::Ftp, "AUTH TLS\r\n"),
    (StartTls::Ldap, "0\u{1d}\u{2}\u{1}\u{1}w"),
    (StartTls::Postgres, "\0\0\0\u{8}\u{4}"),
    (StartTls::Mysql, " \0\0"),
    (
        StartTls::Xmpp,
        "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
         xmlns:stream='http://etherx.jabber.org/streams' to='mail.test' version='1.0'>\
         <starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    ),
];

fuzz_target!(|data: &[u8]| {
    let Some((chosen, data)) = choice(data) else { return };
    let Some((step, script)) = choice(data) else { return };
    let (protocol, words) = PROTOCOLS[chosen % PROTOCOLS.len()];
    let target: Target = "mail.test:25".parse().expect("a target");
    let mut peer = Peer::new(script, step * 16);
    let received = peer.received();
    let outcome = runtime().block_on(starttls::ask(&mut peer, protocol, &target, deadline()));
    let received = received.lock().expect("no panic before").clone();
    let words = words.as_bytes();
    let same = received.len().min(words.len());
    assert_eq!(received[..same], words[..same], "{}", received.escape_ascii());
    assert!(received.len() <= 256, "{}", received.escape_ascii());
    match outcome {
        Ok(()) => assert!(received.len() >= words.len(), "it was asked"),
        Err(error) => {
            assert_clean(&error.to_string());
            error.hint().iter().for_each(|hint| assert_clean(hint));
        }
    }
});
