//! Accepted targets, and the messages about anything else.

use certgrab::{Diagnostic as _, Target, internals::endpoint::StartTls};

use crate::support::certgrab;

#[test]
fn an_invalid_target_is_refused_with_its_parts() {
    certgrab().args(["http://broker.test"]).fails_with(2).stdout("").stderr(
        "certgrab: error: invalid value 'http://broker.test' for '[TARGET]...': \
         `http://broker.test` has the scheme `http`, which has no TLS\n\
         certgrab: hint: did you mean `https:`?\n",
    );
}

#[test]
fn a_missing_target_shows_the_usage() {
    certgrab().fails_with(2).stdout("").stderr(
        "certgrab: error: no target given\n\
         certgrab: hint: name a server: `certgrab HOST:PORT`\n\
         Examples:\n\
         \x20 certgrab m1.tuyacn.com:8883                      show the chain and the anchor\n\
         \x20 certgrab m1.tuyacn.com:8883 --emit c=root_ca.h   write a C header\n\
         \x20 certgrab broker.lan:8883 --roots my_ca.pem       trust your own CA\n",
    );
}

#[test]
fn a_missing_argument_is_named_with_its_usage() {
    for (words, missing, usage) in [
        (&["new", "linux-c", "mqtts://h:1"][..], "<DIR>", "certgrab new <PROJECT> <TARGET> <DIR>"),
        (&["verify"], "<FILE>", "certgrab verify <FILE>"),
        (&["completions"], "<SHELL>", "certgrab completions <SHELL>"),
    ] {
        certgrab()
            .args(words)
            .fails_with(2)
            .stdout("")
            .stderr(&format!("certgrab: error: missing: {missing}\ncertgrab: hint: `{usage}`\n"));
    }
}

#[test]
fn a_project_refuses_a_target_with_a_path() {
    for target in ["https://plc.test/a/b?c=d", "mqtts://plc.test/a/b?c=d"] {
        let shown = target.replace("c=d", "...");
        certgrab().args(["new", "linux-c", target, "plc"]).fails_with(2).stdout("").stderr(&format!(
            "certgrab: error: invalid value '{shown}' for '[TARGET]': TARGET must not have a path\n\
             certgrab: hint: leave it out, and edit the path in the code of the project\n"
        ));
    }
}

#[test]
fn a_hostile_target_is_escaped() {
    let outcome = certgrab().args(["a\u{1b}[31m\u{202e}b"]).fails_with(2);
    let text = outcome.err();
    assert!(text.chars().all(|one| one == '\n' || !one.is_control()), "{text:?}");
    assert!(!text.contains('\u{202e}'), "{text:?}");
}

#[test]
fn an_unknown_format_gets_similar_names() {
    let of_empty = "expected a format; see `certgrab formats`";
    let all = "`certgrab formats` lists the formats\n";
    for (word, message, hint) in [
        ("docx", "unknown format", all),
        ("", of_empty, ""),
        ("=x.h", of_empty, ""),
        ("ESP32", "unknown format", "did you mean `arduino`? "),
        ("cp", "unknown format", all),
        ("mbed", "unknown format", "did you mean `mbedtls`? "),
        ("bundle-", "unknown format", "did you mean one of `esp-bundle-v1`, "),
        ("jks", "unknown format", "did you mean `java-jks`? "),
    ] {
        let printed =
            certgrab().args(["broker.test", "--emit", word]).fails_with(2).stdout("").err();
        let message = format!("invalid value '{word}' for '--emit <FORMAT[=PATH]>': {message}\n");
        assert!(printed.contains(&message), "{printed}");
        assert_eq!(printed.contains("hint"), !hint.is_empty(), "{printed}");
        assert!(hint.is_empty() || printed.contains(&format!("hint: {hint}")), "{printed}");
    }
}

#[test]
fn ignored_options_are_refused_and_both_named() {
    for (one, other) in [
        (&["--survey"][..], &["--as", "esp-idf"][..]),
        (&["--survey"], &["--backup"]),
        (&["--survey"], &["--siblings"]),
        (&["--survey"], &["--paths"]),
        (&["--survey"], &["--sizes"]),
        (&["--survey"], &["--what", "chain"]),
        (&["--survey"], &["--compare", "other.test"]),
        (&["--from", "chain.pem"], &["--survey"]),
        (&["--from", "chain.pem"], &["--as", "esp-idf"]),
        (&["--from", "chain.pem"], &["--handshake", "full"]),
        (&["--from", "chain.pem"], &["--proxy", "none"]),
        (&["--from", "chain.pem"], &["--aia-allow", "10.0.0.0/8"]),
        (&["--from", "chain.pem"], &["--starttls", "smtp"]),
        (&["--from", "chain.pem"], &["--timeout", "3"]),
        (&["--from", "chain.pem"], &["--sni", "other.test"]),
        (&["--from", "chain.pem"], &["--connect", "other.test:1"]),
        (&["--sni", "other.test"], &["--no-sni"]),
        (&["-4"], &["-6"]),
    ] {
        for words in [[one, other], [other, one]] {
            let outcome =
                certgrab().args(["plc.test"]).args(words.concat()).fails_with(2).stdout("");
            let error = outcome.err();
            for option in [one[0], other[0]] {
                assert!(error.contains(option), "{words:?}: {error}");
            }
        }
    }
    for (words, other) in [
        (&["check", "ca.pem", "--offline"][..], &["--connect", "other.test:1"][..]),
        (&["check", "--offline"], &["--proxy", "none"]),
        (&["check", "--offline"], &["--timeout", "3"]),
        (&["check", "ca.pem"], &["--manifest", "other.toml"]),
        (&["sync", "--locked"], &["--proxy", "none"]),
    ] {
        let outcome = certgrab().args(words).args(other).fails_with(2).stdout("");
        assert!(outcome.err().contains(other[0]), "{words:?}: {}", outcome.err());
    }
    for option in [&["--shard", "1/2"][..], &["--jobs", "2"], &["--threads", "2"], &["--ordered"]] {
        let outcome = certgrab().args(["plc.test"]).args(option).fails_with(2).stdout("");
        assert!(outcome.err().contains(option[0]), "{}", outcome.err());
    }
    for option in [&["--survey"][..], &["--paths"], &["--sizes"], &["--from", "chain.pem"]] {
        let outcome = certgrab().args(["--hosts", "-"]).args(option).fails_with(2).stdout("");
        assert!(outcome.err().contains(option[0]), "{}", outcome.err());
    }
}

#[test]
fn a_password_in_a_url_is_not_repeated() {
    certgrab().args(["https://user:secret@plc.test/page"]).fails_with(2).stderr(
        "certgrab: error: invalid value 'https://...@plc.test/page' for '[TARGET]...': the target \
         must not contain a user name (the part before `@`)\n\
         certgrab: hint: pass the URL without user name and password: certgrab does not log in\n",
    );
}

#[test]
fn connect_has_a_port_and_no_scheme() {
    for (place, expected) in [
        ("other.test", "expected HOST:PORT, found no port"),
        ("smtp://other.test:25", "expected HOST:PORT, found a URL; put the scheme before TARGET"),
    ] {
        let outcome = certgrab().args(["plc.test", "--connect", place]).fails_with(2).stdout("");
        assert!(outcome.err().contains(expected), "{}", outcome.err());
    }
}

/// The target shown for `given`, or the error.
fn shown(given: &str) -> String {
    given.parse::<Target>().map_or_else(|error| error.to_string(), |target| target.to_string())
}

#[test]
fn a_target_is_a_host_a_host_with_a_port_or_a_url() {
    for (given, expected) in [
        ("example.com", "example.com:443"),
        ("example.com:8883", "example.com:8883"),
        ("Example.COM.:8883", "example.com:8883"),
        ("mqtts://m1.tuyacn.com", "m1.tuyacn.com:8883"),
        ("postgresql://db.test/plant", "db.test:5432"),
        ("rediss://cache.test/0", "cache.test:6379"),
        ("amqps://broker.test/plant", "broker.test:5671"),
        ("ldaps://ldap.test/dc=plant", "ldap.test:636"),
        ("imaps://mail.test", "mail.test:993"),
        ("smtps://mail.test", "mail.test:465"),
        ("coaps+tcp://plc.test", "plc.test:5684"),
        ("HTTPS://example.com/path?query#fragment", "example.com:443"),
        ("wss://example.com:9001/mqtt", "example.com:9001"),
        ("192.0.2.1", "192.0.2.1:443"),
        ("[2001:db8::1]:8883", "[2001:db8::1]:8883"),
        ("[::1]", "[::1]:443"),
        ("::1", "[::1]:443"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example:443"),
        ("my_broker.local:1", "my_broker.local:1"),
        (" localhost ", "localhost:443"),
    ] {
        assert_eq!(shown(given), expected, "{given}");
    }
}

#[test]
fn a_unicode_host_is_converted_to_ascii() {
    assert_eq!(shown("bücher.example"), "xn--bcher-kva.example:443");
}

#[test]
fn a_target_without_a_server_is_refused() {
    for (given, expected) in [
        ("", "the target is empty"),
        ("http://a", "`http://a` has the scheme `http`, which has no TLS"),
        ("gopher://a", "`gopher://a` has the scheme `gopher`, which certgrab does not know"),
        ("a:0", "`a:0` has an invalid port, expected a number from 1 to 65535"),
        ("a:99999", "`a:99999` has an invalid port, expected a number from 1 to 65535"),
        ("a:+1", "`a:+1` has an invalid port, expected a number from 1 to 65535"),
        ("2001:db8::1:8883:x", "`2001:...` could be an IPv6 address with or without a port"),
        ("cafe:1:2", "`cafe:1:2` could be an IPv6 address with or without a port"),
        ("a.test:443:443", "`a.test:443...` has more than one `:`, expected HOST:PORT"),
        ("127.0.0.1:443:1", "`127.0.0.1:443:1` has more than one `:`, expected HOST:PORT"),
        ("a.test:", "`a.test:` has no port after `:`, expected a number from 1 to 65535"),
        (":443", "`:443` has no host, expected HOST:PORT"),
        ("https:a.test", "`https:...` is not a URL, expected `https://HOST`"),
        ("https:/a.test", "`https:/a.test` is not a URL, expected `https://HOST`"),
        ("mqtts//a.test", "`mqtts//a.test` is not a URL, expected `mqtts://HOST`"),
        ("a b", "`a b` has the host `a b`, which is neither a DNS name nor an IP address"),
        ("1.2.3", "`1.2.3` has the host `1.2.3`, which is neither a DNS name nor an IP address"),
        (
            "[1.2.3.4]:1",
            "`[1.2.3.4]:1` has no IPv6 address in its brackets, expected `[2001:db8::1]:8883`",
        ),
        ("mqtts://me:secret@a", "the target must not contain a user name (the part before `@`)"),
    ] {
        assert_eq!(shown(given), expected, "{given}");
    }
}

#[test]
fn a_scheme_without_tls_suggests_the_one_with_tls() {
    let error = "mqtt://a".parse::<Target>().unwrap_err();
    assert_eq!(error.hint().as_deref(), Some("did you mean `mqtts:`?"));
}

#[test]
fn targets_of_other_tools_get_a_hint_without_secrets() {
    for (given, expected) in [
        ("nats://broker.test", "sends INFO before TLS starts"),
        ("kafka://broker.test:9093", "no URL scheme of Kafka"),
        ("kafka+ssl://me:hunter2@broker.test", "pass `tls://HOST:PORT`"),
        ("mongodb+srv://me:hunter2@db.test/plant", "named in SRV records"),
        ("mongodb://me:hunter2@db.test", "tls://HOST:27017"),
        ("sqlserver://db.test", "TLS inside TDS"),
        ("coaps://plc.test", "uses UDP and DTLS"),
        ("coap://plc.test", "`coaps+tcp://HOST`"),
        ("ssh://plc.test", "ssh-keyscan"),
        ("redis://me:hunter2@db.test", "rediss:"),
        ("amqp://me:hunter2@broker.test/plant", "amqps:"),
        ("ldaps://me:hunter2@ldap.test", "must not contain a user name"),
        ("https://[fe80::1%eth0]", "has an IPv6 address with a zone"),
        ("fe80::1%eth0", "has an IPv6 address with a zone"),
        ("postgresql://me:hunter2@db.test/plant", "must not contain a user name"),
    ] {
        let error = given.parse::<Target>().unwrap_err();
        let text = format!("{error}; {}", error.hint().expect("a hint"));
        assert!(text.contains(expected) && !text.contains("hunter2"), "{text}");
    }
}

#[test]
fn starttls_keeps_a_given_port() {
    let asked = |given: &str| given.parse::<Target>().unwrap().asking(StartTls::Smtp).port();
    assert_eq!(asked("mail.test"), 25);
    assert_eq!(asked("mail.test:443"), 443);
    assert_eq!(asked("mail.test:587"), 587);
}
