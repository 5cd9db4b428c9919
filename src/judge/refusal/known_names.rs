//! Certificates that should not be embedded, recognized by their names: staging CAs, placeholder
//! certificates, CAs of TLS-inspecting proxies, pages of captive portals and DNS filters, and vendors'
//! private CAs.

use crate::text::foreign::Foreign;

/// Parts of names in lower case, each with what to do.
const KNOWN: [(&str, &str); 8] = [
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
    ("o=tuya", TUYA),
    ("cn=tuya ", TUYA),
];

const TUYA: &str = "this is Tuya's private CA, which is not in any root store: get its certificate from Tuya and pass \
                    it with `--roots FILE`, or use a host of Tuya whose chain ends in a public root";

const STAGING: &str = "this is Let's Encrypt's staging CA, which no device should trust: issue the \
                       server's certificate from the production CA";

const CLOUDFLARE: &str = "Cloudflare's Origin CA is only for the connection from Cloudflare to the \
                          server: use the name that Cloudflare serves, or a certificate of a public \
                          CA";

/// Products that inspect TLS, by the part of their CA's name in lower case.
const INTERCEPTORS: [&str; 34] = [
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
    "cato networks",
    "cloudflare gateway",
    "gateway ca - cloudflare",
    "goskope",
    "adguard",
    "lightspeed systems",
    "securly",
    "smoothwall",
    "sonicwall",
    "iboss",
];

/// Parts, in lower case, of the names in certificates of captive portals: those of Aruba, HPE and
/// Meraki, and words that others use.
const PORTALS: [&str; 7] = [
    "securelogin.arubanetworks.com",
    "securelogin.hpe.com",
    "network-auth.com",
    "captive-portal",
    "captiveportal",
    "wifi-login",
    "guest-portal",
];

/// Parts, in lower case, of the names under which DNS filters serve a page instead of the server: those
/// of products and services, and words that others use.
const FILTERS: [&str; 15] = [
    "pi.hole",
    "pfblockerng",
    "dnsbl",
    "nextdns",
    "dnsfilter",
    "cleanbrowsing",
    "safedns",
    "controld.com",
    "webtitan",
    "fortiguard",
    "opendns.com",
    "adguard-dns",
    "blockpage",
    "block-page",
    "blocked-page",
];

const FILTER: &str = "this is the name of a DNS filter's page: somebody between you and the server may \
                      have answered; allow the name in the filter, or ask from another network, and do \
                      not embed this certificate";

/// Whether one of `names`, in lower case, contains one of `parts`.
fn has_any(names: &[String], parts: &[&str]) -> bool {
    names.iter().any(|name| parts.iter().any(|part| name.contains(part)))
}

fn lowercase<'a>(names: impl IntoIterator<Item = &'a Foreign>) -> Vec<String> {
    names.into_iter().map(|name| name.line().to_lowercase()).collect()
}

/// What to do about a certificate for these other names, if they are those of a captive portal or of a
/// DNS filter's page.
pub(super) fn of_intermediary<'a>(names: impl IntoIterator<Item = &'a Foreign>) -> Option<String> {
    let names = lowercase(names);
    if has_any(&names, &FILTERS) {
        return Some(FILTER.to_owned());
    }
    has_any(&names, &PORTALS).then(|| {
        "this is the name of a captive portal: somebody between you and the server may have answered; \
         log in to the network, or ask from another one"
            .to_owned()
    })
}

/// What to do about a certificate with one of these names; `None` for other names.
pub(super) fn hint<'a>(names: impl IntoIterator<Item = &'a Foreign>) -> Option<String> {
    let names = lowercase(names);
    if let Some((_, hint)) = KNOWN.iter().find(|(part, _)| has_any(&names, &[part])) {
        return Some((*hint).to_owned());
    }
    if has_any(&names, &FILTERS) {
        return Some(FILTER.to_owned());
    }
    has_any(&names, &INTERCEPTORS).then(|| {
        "this is the name of a product that inspects TLS: somebody between you and the server may \
         have answered; ask again from another network, and do not embed this certificate"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_captive_portal_is_recognised_by_its_certificate() {
        let hint = of_intermediary([&Foreign::text("securelogin.arubanetworks.com")]).unwrap();
        assert!(hint.contains("captive portal") && !hint.contains("--connect"), "{hint}");
        assert_eq!(of_intermediary([&Foreign::text("portal.plant.example")]), None);
    }

    #[test]
    fn a_dns_filter_is_recognised_by_its_name_or_its_issuer() {
        for name in ["pi.hole", "block.opendns.com", "blockpage.plant.example"] {
            assert_eq!(of_intermediary([&Foreign::text(name)]).as_deref(), Some(FILTER), "{name}");
        }
        for name in ["CN=pi.hole", "CN=NextDNS Root CA", "CN=DNSFilter Root,O=DNSFilter\\, Inc."] {
            assert_eq!(hint([&Foreign::text(name)]).as_deref(), Some(FILTER), "{name}");
        }
        assert_eq!(of_intermediary([&Foreign::text("dns.plant.example")]), None);
    }

    #[test]
    fn hints_for_known_names_trust_no_fingerprint() {
        for name in [
            "CN=(STAGING) Pretend Pear X1,O=(STAGING) Internet Security Research Group,C=US",
            "CN=TRAEFIK DEFAULT CERT",
            "CN=Kubernetes Ingress Controller Fake Certificate,O=Acme Co",
            "OU=CloudFlare Origin SSL Certificate Authority,O=CloudFlare\\, Inc.,C=US",
            "CN=Zscaler Root CA,O=Zscaler Inc.",
            "CN=FortiGate CA,O=Fortinet",
            "CN=ca.plant.goskope.com,O=Netskope Inc.",
            "CN=Gateway CA - Cloudflare Managed G1,O=Cloudflare\\, Inc.",
            "CN=Tuya Root CA,C=CN",
            "CN=Device CA,O=Tuya Inc.",
        ] {
            let hint = hint([&Foreign::text(name)]).unwrap();
            assert!(!hint.contains("--trust-sha256"), "{hint}");
        }
        for other in ["CN=Plant Root", "CN=m1.tuyacn.com", "CN=*.tuyaeu.com,O=Plant"] {
            assert_eq!(hint([&Foreign::text(other)]), None, "{other}");
        }
    }
}
