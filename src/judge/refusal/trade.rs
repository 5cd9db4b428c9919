//! Certificates of the trade that nobody should embed: staging CAs, throw-away certificates, and CAs
//! of proxies that inspect TLS. They are recognized by their names.

use crate::text::foreign::Foreign;

/// Parts of names in lower case, each with what to do.
const KNOWN: [(&str, &str); 6] = [
    ("(staging)", STAGING),
    ("fake le ", STAGING),
    (
        "traefik default cert",
        "Traefik has no certificate for this name and presents its default, which changes at each \
         start: configure a certificate for the name on the server",
    ),
    (
        "kubernetes ingress controller fake certificate",
        "the ingress controller has no certificate for this name and presents its default, which \
         changes at each start: configure a certificate for the name on the server",
    ),
    ("cloudflare origin", CLOUDFLARE),
    ("managed ca cloudflare", CLOUDFLARE),
];

const STAGING: &str = "this is Let's Encrypt's staging CA, which no device should trust: issue the \
                       server's certificate from the production CA";

const CLOUDFLARE: &str = "Cloudflare's Origin CA is only for the connection from Cloudflare to the \
                          server: use the name that Cloudflare serves, or a certificate of a public \
                          CA";

/// Products that inspect TLS, by the part of their CA's name in lower case.
const INTERCEPTORS: [&str; 24] = [
    "zscaler",
    "netskope",
    "fortinet",
    "fortigate",
    "blue coat",
    "bluecoat",
    "palo alto networks",
    "sophos",
    "kaspersky",
    "avast",
    "avg technologies",
    "eset ssl filter",
    "bitdefender",
    "cisco umbrella",
    "opendns",
    "mitmproxy",
    "charles proxy",
    "do_not_trust_fiddlerroot",
    "portswigger",
    "check point",
    "watchguard",
    "forcepoint",
    "mcafee web gateway",
    "barracuda",
];

/// What to do about a certificate with one of these names, if it is one.
pub(super) fn hint<'a>(names: impl IntoIterator<Item = &'a Foreign>) -> Option<String> {
    let names: Vec<_> = names.into_iter().map(|name| name.line().to_lowercase()).collect();
    let has = |part: &str| names.iter().any(|name| name.contains(part));
    if let Some((_, hint)) = KNOWN.iter().find(|(part, _)| has(part)) {
        return Some((*hint).to_owned());
    }
    INTERCEPTORS.iter().any(|part| has(part)).then(|| {
        "this is the name of a product that inspects TLS: somebody between you and the server may \
         have answered; ask again from another network, and do not embed this certificate"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_trade_have_a_hint_that_trusts_none_of_them() {
        for name in [
            "CN=(STAGING) Pretend Pear X1,O=(STAGING) Internet Security Research Group,C=US",
            "CN=TRAEFIK DEFAULT CERT",
            "CN=Kubernetes Ingress Controller Fake Certificate,O=Acme Co",
            "OU=CloudFlare Origin SSL Certificate Authority,O=CloudFlare\\, Inc.,C=US",
            "CN=Zscaler Root CA,O=Zscaler Inc.",
            "CN=FortiGate CA,O=Fortinet",
        ] {
            let hint = hint([&Foreign::text(name)]).unwrap();
            assert!(!hint.contains("--trust-sha256"), "{hint}");
        }
        assert_eq!(hint([&Foreign::text("CN=Plant Root")]), None);
    }
}
