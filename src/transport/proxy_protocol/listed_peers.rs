//! Load balancers whose PROXY header the gateway believes.

use std::fmt;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
use serde::Deserialize;

/// Networks of load balancers. A connection from one of them begins with a PROXY header, and no other connection does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct ListedPeers(Vec<IpNet>);

impl ListedPeers {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reports whether the address is listed. An IPv4 address counts as itself where a dual-stack listener shows it within IPv6.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl TryFrom<Vec<String>> for ListedPeers {
    type Error = ListedPeersError;

    fn try_from(entries: Vec<String>) -> Result<Self, ListedPeersError> {
        entries.iter().map(|entry| parse(entry)).collect::<Result<_, _>>().map(Self)
    }
}

/// The networks as in the configuration.
impl fmt::Display for ListedPeers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, network) in self.0.iter().enumerate() {
            let separator = if number == 0 { "" } else { ", " };
            write!(f, "{separator}{network}")?;
        }
        Ok(())
    }
}

fn parse(entry: &str) -> Result<IpNet, ListedPeersError> {
    let network = match entry.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => entry.parse().map_err(|_| ListedPeersError::Unreadable(entry.to_owned()))?,
    };
    let network = canonical(network);
    if network.prefix_len() == 0 {
        return Err(ListedPeersError::EveryAddress(entry.to_owned()));
    }
    if network.trunc() != network {
        let (network, address) = (network.trunc(), network.addr());
        return Err(ListedPeersError::AddressInNetwork { entry: entry.to_owned(), network, address });
    }
    Ok(network)
}

/// The IPv4 network that is written within IPv6 (`::ffff:10.0.0.0/104`); any other network as it is.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(six) = network else { return network };
    let (Some(four), Some(length)) = (six.addr().to_ipv4_mapped(), six.prefix_len().checked_sub(96)) else {
        return network;
    };
    Ipv4Net::new(four, length).map_or(network, IpNet::V4)
}

/// Reason why an entry cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ListedPeersError {
    #[error("{0:?} is no address and no network: write \"10.1.2.3\", \"10.1.2.0/28\" or \"2001:db8::/64\"")]
    Unreadable(String),
    /// Each client could claim any address.
    #[error("{0:?} lists every address: list only the load balancers")]
    EveryAddress(String),
    /// One address is meant, or the network is wrong.
    #[error(
        "{entry:?} is an address in a network: write \"{address}\" for the address or \"{network}\" for the network"
    )]
    AddressInNetwork { entry: String, network: IpNet, address: IpAddr },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(entries: &[&str]) -> Result<ListedPeers, ListedPeersError> {
        ListedPeers::try_from(entries.iter().map(|entry| (*entry).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn addresses_and_networks_are_listed_in_both_families() {
        let peers = listed(&["10.1.2.3", "192.0.2.0/28", "2001:db8:1::/48", "::1"]).unwrap();
        for (address, expected) in [
            ("10.1.2.3", true),
            ("10.1.2.4", false),
            ("::ffff:10.1.2.3", true),
            ("::10.1.2.3", false),
            ("192.0.2.15", true),
            ("192.0.2.16", false),
            ("2001:db8:1:ffff::1", true),
            ("2001:db8:2::1", false),
            ("::1", true),
            ("127.0.0.1", false),
        ] {
            assert_eq!(peers.contains(address.parse().unwrap()), expected, "{address}");
        }
        assert_eq!(peers.to_string(), "10.1.2.3/32, 192.0.2.0/28, 2001:db8:1::/48, ::1/128");
        assert!(!listed(&[]).unwrap().contains("10.1.2.3".parse().unwrap()));
    }

    #[test]
    fn a_network_written_within_ipv6_lists_ipv4_addresses() {
        for entry in ["::ffff:10.0.0.0/104", "10.0.0.0/8"] {
            let peers = listed(&[entry]).unwrap();
            for address in ["10.200.0.1", "::ffff:10.200.0.1"] {
                assert!(peers.contains(address.parse().unwrap()), "{entry} {address}");
            }
            assert!(!peers.contains("11.0.0.1".parse().unwrap()), "{entry}");
        }
        assert!(listed(&["::ffff:10.1.2.3"]).unwrap().contains("10.1.2.3".parse().unwrap()));
    }

    #[test]
    fn an_entry_that_cannot_be_meant_is_refused_with_what_to_write() {
        for (entry, expected) in [
            ("balancer.example", "no address and no network"),
            ("", "no address and no network"),
            ("10.1.2.3:8443", "no address and no network"),
            ("10.1.2.0/33", "no address and no network"),
            ("10.1.2", "no address and no network"),
            ("0.0.0.0/0", "every address"),
            ("::/0", "every address"),
            ("::ffff:0.0.0.0/96", "every address"),
            ("10.1.2.3/8", "write \"10.1.2.3\" for the address or \"10.0.0.0/8\" for the network"),
            ("2001:db8::1/64", "\"2001:db8::/64\""),
            ("::ffff:10.0.0.0/64", "\"::/64\""),
        ] {
            let error = listed(&["192.0.2.1", entry]).unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains(entry), "{entry}: {error}");
        }
    }
}
