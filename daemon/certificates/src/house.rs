//! What the root may vouch for: names and addresses of a house, and those of the box.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rcgen::CustomExtension;
use yasna::{DERWriter, Tag, TagClass, construct_der};

/// `id-ce-nameConstraints` (RFC 5280 4.2.1.10).
const NAME_CONSTRAINTS: [u64; 4] = [2, 5, 29, 30];
/// `permittedSubtrees`.
const PERMITTED: Tag = Tag { tag_class: TagClass::ContextSpecific, tag_number: 0 };
/// Kinds of a `GeneralName` (RFC 5280 4.2.1.6).
const DNS_NAME: u64 = 2;
const IP_ADDRESS: u64 = 7;

/// Top-level names a house uses. `.internal`: ICANN 2024; `home.arpa`: RFC 8375; `.local`: RFC 6762.
const HOUSE_DOMAINS: &[&str] = &["local", "localhost", "home.arpa", "internal", "lan", "home", "fritz.box"];
/// RFC 1918, 6598, 3927, 1122, 4193, 4291.
const HOUSE_NETWORKS: &[(IpAddr, u8)] = &[
    (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0)), 12),
    (IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0)), 16),
    (IpAddr::V4(Ipv4Addr::new(100, 64, 0, 0)), 10),
    (IpAddr::V4(Ipv4Addr::new(169, 254, 0, 0)), 16),
    (IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8),
    (IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0)), 7),
    (IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0)), 10),
    (IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
];

/// The extension that says so. It is not critical, although RFC 5280 wants it to be: whoever knows it keeps to it all the same, and
/// phones that do not know it (mbed TLS among them) would refuse the whole certificate.
pub(crate) fn limits(names: &[String]) -> CustomExtension {
    let content = construct_der(|out| {
        out.write_sequence(|out| out.next().write_tagged_implicit(PERMITTED, |out| subtrees(out, names)));
    });
    CustomExtension::from_oid_content(&NAME_CONSTRAINTS, content)
}

fn subtrees(out: DERWriter<'_>, names: &[String]) {
    out.write_sequence(|out| {
        HOUSE_DOMAINS.iter().for_each(|domain| permit_name(out.next(), domain));
        HOUSE_NETWORKS.iter().for_each(|(network, prefix)| permit(out.next(), *network, *prefix));
        names.iter().for_each(|name| match name.parse::<IpAddr>() {
            Ok(address) => permit(out.next(), address, u8::MAX),
            Err(_) => permit_name(out.next(), name),
        });
    });
}

fn permit_name(out: DERWriter<'_>, name: &str) {
    out.write_sequence(|out| {
        out.next().write_tagged_implicit(Tag::context(DNS_NAME), |out| out.write_ia5_string(name));
    });
}

/// A network, as its address and its mask; of an address itself, the mask is longer than it is.
fn permit(out: DERWriter<'_>, network: IpAddr, prefix: u8) {
    let both = match network {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shr(prefix.into()).map_or(u32::MAX, |hosts| !hosts);
            [address.octets(), mask.to_be_bytes()].concat()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shr(prefix.into()).map_or(u128::MAX, |hosts| !hosts);
            [address.octets(), mask.to_be_bytes()].concat()
        }
    };
    out.write_sequence(|out| {
        out.next().write_tagged_implicit(Tag::context(IP_ADDRESS), |out| out.write_bytes(&both));
    });
}
