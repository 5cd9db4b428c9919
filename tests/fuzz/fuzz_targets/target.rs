//! Names of servers, and URLs of certificates: certgrab connects to the host that a browser's URL parser finds,
//! and only to public addresses.
#![no_main]

use std::net::{IpAddr, SocketAddr};

use certgrab::Diagnostic as _;
use certgrab::internals::{
    cli::fuzzing::{admit, may_connect},
    endpoint::Target,
};
use certgrab_fuzz::assert_clean;
use libfuzzer_sys::fuzz_target;
use url::{Host, Url};

fn is_special(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            v4.is_loopback()
                || v4.is_private()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.octets()[0] == 0
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_multicast()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    match text.parse::<Target>() {
        Ok(target) => {
            assert_clean(&target.to_string());
            assert_ne!(target.port(), 0);
            let again: Target = target.to_string().parse().expect("what is shown can be typed");
            assert_eq!((again.name(), again.port()), (target.name(), target.port()));
            // The same host for a browser.
            let url = Url::parse(&format!("https://{target}/")).expect("a URL");
            let host = match url.host().expect("a host") {
                Host::Domain(name) => name.to_owned(),
                Host::Ipv4(address) => address.to_string(),
                Host::Ipv6(address) => address.to_string(),
            };
            assert_eq!(host, target.host());
            assert_eq!(url.port_or_known_default(), Some(target.port()));
        }
        Err(error) => {
            assert_clean(&error.to_string());
            error.hint().iter().for_each(|hint| assert_clean(hint));
        }
    }
    match admit(&text) {
        Ok(url) => {
            assert_eq!(url.scheme(), "http");
            assert!(url.username().is_empty() && url.password().is_none());
            assert_eq!(admit(url.as_str()).as_ref(), Ok(&url), "an admitted URL is admitted");
            let address = match url.host().expect("a host") {
                Host::Domain(_) => return,
                Host::Ipv4(address) => IpAddr::V4(address),
                Host::Ipv6(address) => IpAddr::V6(address),
            };
            let address = SocketAddr::new(address, url.port().unwrap_or(80));
            if may_connect(address, None, &[]) {
                assert!(!is_special(address.ip()), "{address}");
                assert_eq!(address.port(), 80);
            }
        }
        Err(problem) => assert_clean(&problem.to_string()),
    }
    // Any address as the answer of a resolver.
    if let Some(octets) = data.first_chunk::<16>() {
        let address = IpAddr::from(*octets);
        assert!(!may_connect(SocketAddr::new(address, 80), None, &[]) || !is_special(address));
    }
    if let Some(octets) = data.first_chunk::<4>() {
        let address = IpAddr::from(*octets);
        assert!(!may_connect(SocketAddr::new(address, 80), None, &[]) || !is_special(address));
    }
});
