//! Where telephones find their configuration: addresses that the admin names, with places for what a telephone says of itself.
//!
//! The box has no such files. It tells whoever asks from the house's own networks where they are, and nobody else.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use sip::package::profile::Wanted;

/// Longest address, in bytes; with the message around it it fits into one datagram.
pub const LONGEST_ADDRESS: usize = 512;
/// Vendors with addresses of their own, at most.
pub const MOST_VENDORS: usize = 32;

/// What telephones are told. Empty: they are told nothing, and nobody listens for them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Provisioning {
    /// For telephones of every vendor that has none of its own.
    pub everybody: Option<Pattern>,
    /// Vendors as they name themselves, compared without case.
    pub vendors: Vec<(String, Pattern)>,
    /// The networks of the house, from where telephones without a login may ask.
    pub networks: Vec<IpNet>,
}

/// An address with `{mac}`, `{vendor}` or `{model}` in it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pattern(Vec<Part>);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Part {
    Text(String),
    Mac,
    Vendor,
    Model,
}

/// Why a text is no address for telephones. The admin can mend each.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PatternRefused {
    /// Too long for the message that tells it.
    #[error("longer than {LONGEST_ADDRESS} bytes")]
    TooLong,
    /// Not a kind of address that telephones load from, or nothing behind it.
    #[error("an address begins with https://, http://, tftp:// or ftp:// and a host")]
    Scheme,
    /// It is told to everybody in the house.
    #[error("a name or password before the host would be told to everybody in the house")]
    Secret,
    /// Something that cannot stand in an address.
    #[error("{0:?} cannot stand in an address")]
    Character(char),
    /// Nothing that is known of telephones.
    #[error("{{{0}}} is none of {{mac}}, {{vendor}}, {{model}}")]
    Place(String),
}

impl Provisioning {
    /// Whether anybody is told anything.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.everybody.is_some() || !self.vendors.is_empty()
    }

    /// The address for this telephone; `None` when there is none for its vendor, or it does not say what the address needs.
    pub(crate) fn address(&self, wanted: &Wanted) -> Option<String> {
        let own = wanted.vendor.as_ref().and_then(|vendor| {
            let same = |(name, _): &&(String, Pattern)| name.eq_ignore_ascii_case(vendor);
            self.vendors.iter().find(same).map(|(_, pattern)| pattern)
        });
        own.or(self.everybody.as_ref())?.fill(wanted)
    }

    /// Whether somebody asks from the house.
    pub(crate) fn is_near(&self, source: IpAddr) -> bool {
        let source = source.to_canonical();
        self.networks.iter().any(|network| network.contains(&source))
    }
}

/// Whether a network can be nobody's but the house's own: private (RFC 1918, RFC 4193) or of this wire alone (RFC 3927, RFC 4291).
#[must_use]
pub fn is_of_the_house(network: &IpNet) -> bool {
    let private =
        ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"];
    private.iter().filter_map(|range| range.parse::<IpNet>().ok()).any(|range| range.contains(network))
}

impl Pattern {
    fn fill(&self, wanted: &Wanted) -> Option<String> {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => Some(text.clone()),
            Part::Mac => wanted.mac.map(|mac| mac.to_string()),
            Part::Vendor => wanted.vendor.as_deref().and_then(escaped),
            Part::Model => wanted.model.as_deref().and_then(escaped),
        });
        let filled: Option<String> = parts.collect();
        filled.filter(|address| address.len() <= LONGEST_ADDRESS)
    }
}

impl FromStr for Pattern {
    type Err = PatternRefused;

    fn from_str(text: &str) -> Result<Self, PatternRefused> {
        if text.len() > LONGEST_ADDRESS {
            return Err(PatternRefused::TooLong);
        }
        if let Some(odd) = text.chars().find(|odd| !odd.is_ascii_graphic() || "\"<>\\^`|".contains(*odd)) {
            return Err(PatternRefused::Character(odd));
        }
        let mut schemes = ["https://", "http://", "tftp://", "ftp://"].into_iter();
        let rest = schemes.find_map(|scheme| text.strip_prefix(scheme)).ok_or(PatternRefused::Scheme)?;
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if host.contains('@') {
            return Err(PatternRefused::Secret);
        }
        // Who asks may not choose whom to ask next.
        if host.is_empty() || host.contains(['{', '}']) {
            return Err(PatternRefused::Scheme);
        }
        parts(text).map(Self)
    }
}

fn parts(text: &str) -> Result<Vec<Part>, PatternRefused> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}').ok_or(PatternRefused::Character('{'))?;
        let place = match name {
            "mac" => Part::Mac,
            "vendor" => Part::Vendor,
            "model" => Part::Model,
            _ => return Err(PatternRefused::Place(name.chars().take(32).collect())),
        };
        parts.extend([Part::Text(plain(before)?), place]);
        rest = after;
    }
    parts.push(Part::Text(plain(rest)?));
    Ok(parts)
}

fn plain(text: &str) -> Result<String, PatternRefused> {
    if text.contains('}') { Err(PatternRefused::Character('}')) } else { Ok(text.to_owned()) }
}

/// As it may stand in any part of an address (RFC 3986 2.3); never a way up.
fn escaped(word: &str) -> Option<String> {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    let each = word.bytes().map(|byte| match kept(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    word.bytes().any(|byte| byte != b'.').then(|| each.collect())
}

#[cfg(test)]
mod tests {
    use ipnet::IpNet;
    use sip::message::Message;
    use sip::package::profile::Wanted;

    use super::{Pattern, PatternRefused, Provisioning, is_of_the_house};

    fn wanted(user: &str, params: &str) -> Wanted {
        let text = format!(
            "SUBSCRIBE sip:{user}@h SIP/2.0\r\nEvent: ua-profile;profile-type=device{params}\r\n\r\n"
        );
        Wanted::of(&Message::parse(text.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn addresses_are_filled_with_what_the_telephone_says() {
        let pattern = |text: &str| text.parse::<Pattern>().unwrap();
        let told = Provisioning {
            everybody: Some(pattern("https://box.example/{vendor}/{model}/{mac}.xml?m={mac}")),
            vendors: vec![("Snom".into(), pattern("http://10.0.0.9/snom.xml"))],
            networks: vec![],
        };
        for (user, params, address) in [
            ("MAC%3a000413AABBCC", ";vendor=\"snom\";model=\"snom300\"", Some("http://10.0.0.9/snom.xml")),
            (
                "MAC%3a001565AABBCC",
                ";vendor=\"Yealink\";model=\"T46 S/../x\"",
                Some("https://box.example/Yealink/T46%20S%2F..%2Fx/001565aabbcc.xml?m=001565aabbcc"),
            ),
            ("MAC%3a001565AABBCC", ";vendor=\"Yealink\";model=\"..\"", None),
            ("MAC%3a001565AABBCC", ";vendor=\"Yealink\"", None),
            ("101", ";vendor=\"Yealink\";model=\"T46\"", None),
            ("101", ";vendor=\"SNOM\"", Some("http://10.0.0.9/snom.xml")),
        ] {
            assert_eq!(told.address(&wanted(user, params)).as_deref(), address, "{user} {params}");
        }
        assert_eq!(
            Provisioning { everybody: None, ..told }.address(&wanted("101", ";vendor=\"Fanvil\"")),
            None
        );
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        let long = format!("https://h/{}", "x".repeat(600));
        for (text, why) in [
            ("box.example/{mac}", PatternRefused::Scheme),
            ("https:///{mac}", PatternRefused::Scheme),
            ("https://{vendor}.example/", PatternRefused::Scheme),
            ("https://admin:secret@box.example/", PatternRefused::Secret),
            ("https://box.example/a b", PatternRefused::Character(' ')),
            ("https://box.example/\r\nX: y", PatternRefused::Character('\r')),
            ("https://box.example/\"", PatternRefused::Character('"')),
            ("https://box.example/{mac", PatternRefused::Character('{')),
            ("https://box.example/mac}", PatternRefused::Character('}')),
            ("https://box.example/{ip}", PatternRefused::Place("ip".into())),
            (&long, PatternRefused::TooLong),
        ] {
            assert_eq!(text.parse::<Pattern>(), Err(why), "{text}");
        }
    }

    #[test]
    fn a_network_is_the_house_s_own_or_it_is_not() {
        for (network, own) in [
            ("192.168.1.0/24", true),
            ("10.0.0.0/8", true),
            ("172.16.0.0/12", true),
            ("169.254.0.0/16", true),
            ("fd77::/64", true),
            ("fe80::/64", true),
            ("172.16.0.0/8", false),
            ("0.0.0.0/0", false),
            ("100.64.0.0/10", false),
            ("203.0.113.0/24", false),
            ("2001:db8::/32", false),
        ] {
            assert_eq!(is_of_the_house(&network.parse::<IpNet>().unwrap()), own, "{network}");
        }
        let told =
            Provisioning { networks: vec!["192.168.1.0/24".parse().unwrap()], ..Provisioning::default() };
        for (source, near) in [("192.168.1.9", true), ("::ffff:192.168.1.9", true), ("192.168.2.9", false)] {
            assert_eq!(told.is_near(source.parse().unwrap()), near, "{source}");
        }
    }
}
