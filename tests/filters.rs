//! DNS filters that answer queries with the address of their page.

use crate::support::{
    Pki, Server, certgrab,
    front::{Act, front},
};

const SOMEBODY: &str = "somebody between you and the server may have answered";

#[test]
fn a_dns_filters_certificate_is_never_trusted_by_its_fingerprint() {
    for (page, hint) in [
        // The name of the filter, self-signed or not; the requested name; an unknown name.
        (Pki::self_signed("pi.hole", false), "this is the name of a DNS filter's page: "),
        (Pki::self_signed("pi.hole", true), "this is the name of a DNS filter's page: "),
        (
            Pki::root("Filter Root").leaf("blockpage.filter.example"),
            "this is the name of a DNS filter's page: ",
        ),
        (Pki::root("NextDNS Root").leaf("plc.test"), "this is the name of a DNS filter's page: "),
        (Pki::self_signed("sink.other.example", true), "use a name from the certificate as the "),
        (Pki::root("Other Root").leaf("sink.example"), "use a name from the certificate as the "),
    ] {
        let server = Server::presenting(&page);
        let connect = format!("--connect=127.0.0.1:{}", server.port());
        for emit in [&[][..], &["--emit", "pem"]] {
            let run = certgrab().args(["plc.test", &connect]).args(emit).fails_with(1);
            let error = run.err();
            assert!(error.contains(&format!("certgrab: hint: {hint}")), "{error}");
            assert!(error.contains(SOMEBODY) && !error.contains("--trust-sha256"), "{error}");
            assert!(!run.out().contains("BEGIN CERTIFICATE"), "{}", run.out());
        }
    }
    // A server in the same domain is not a filter.
    let server = Server::presenting(&Pki::root("Plant Root").leaf("other.plant.example"));
    let connect = format!("--connect=127.0.0.1:{}", server.port());
    let error = certgrab().args(["plc.plant.example", &connect]).fails_with(1).err();
    assert!(!error.contains(SOMEBODY), "{error}");
}

#[test]
fn a_dns_filters_http_page_is_recognised() {
    let page = b"HTTP/1.1 200 OK\r\nServer: lighttpd\r\n\r\n<html>This name is blocked</html>";
    let filter = front("plc.test", |_| Act::Say(page.to_vec()));
    let connect = format!("--connect=127.0.0.1:{}", filter.port());
    certgrab().args(["plc.test:8883", &connect]).fails_with(3).stdout("").stderr(
        "certgrab: error: the port speaks HTTP without TLS; it answered `HTTP/1.1 200 OK`\n\
         certgrab: hint: HTTP with TLS is usually on port 443 or 8443; there, a proxy, a captive portal \
         or a DNS filter may have answered in place of the server\n",
    );
}
