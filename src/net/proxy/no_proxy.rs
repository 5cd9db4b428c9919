//! The targets that are reached without a proxy, as `NO_PROXY` names them.
//!
//! No standard defines the list: names and addresses are as in curl, networks and ports as in Go.
//! Nothing is resolved for it. The matcher of hyper-util 0.1 supports neither ports nor `*.example`.

use std::net::IpAddr;

use crate::{endpoint::Target, net::share_bits};

/// Targets that are reached without a proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Exemption {
    All,
    /// The name and all below it.
    Name(String, Option<u16>),
    /// The addresses that share this many leading bits.
    Network(IpAddr, u32),
}

impl Exemption {
    /// An entry of a list; `None` if it is not valid.
    pub(super) fn read(entry: &str) -> Option<Self> {
        if entry == "*" {
            return Some(Self::All);
        }
        let (address, bits) = match entry.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse().ok()?)),
            None => (entry, None),
        };
        let inside = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if let Ok(address) = inside.unwrap_or(address).parse::<IpAddr>() {
            let all = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.unwrap_or(all);
            return (bits <= all).then_some(Self::Network(address, bits));
        }
        let (name, port) = match entry.rsplit_once(':') {
            Some((name, port)) => (name, Some(port.parse().ok()?)),
            None => (entry, None),
        };
        let name = name.strip_prefix("*.").unwrap_or(name).trim_matches('.');
        let name = idna::domain_to_ascii(name).ok().filter(|name| !name.is_empty())?;
        Some(Self::Name(name, port))
    }

    pub(super) fn covers(&self, target: &Target) -> bool {
        match self {
            Self::All => true,
            Self::Name(name, port) => {
                let host = target.host();
                let is_below = host.strip_suffix(name).is_some_and(|left| left.ends_with('.'));
                (is_below || host == *name) && port.is_none_or(|port| port == target.port())
            }
            Self::Network(network, bits) => {
                target.address().is_some_and(|address| share_bits(*network, address, *bits))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::net::proxy::Proxy;

    #[test]
    fn no_proxy_exempts_domains_addresses_and_networks() {
        let list =
            "plant.test, .lan,*.example,10.0.0.0/8,2001:db8::/32,192.0.2.1,odd.test:8883,x/y";
        let proxy = Proxy::new("http://proxy.test").unwrap().except(list);
        for (target, is_exempt) in [
            ("plant.test", true),
            ("plc.plant.test", true),
            ("notplant.test", false),
            ("broker.lan:8883", true),
            ("a.example", true),
            ("10.200.0.1", true),
            ("11.0.0.1", false),
            ("[2001:db8:1::1]:1", true),
            ("[2001:db9::1]:1", false),
            ("192.0.2.1", true),
            ("192.0.2.2", false),
            ("odd.test:8883", true),
            ("odd.test", false),
        ] {
            assert_eq!(!proxy.is_for(&target.parse().unwrap()), is_exempt, "{target}");
        }
        assert!(!proxy.except("*").is_for(&"any.test".parse().unwrap()));
    }
}
