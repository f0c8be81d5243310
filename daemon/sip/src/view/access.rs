//! Over what a phone reaches the network (P-Access-Network-Info, RFC 7315 5.4).

use std::borrow::Cow;

use crate::message::Message;
use crate::name::Name;
use crate::scan::{Params, elements, trim, unquoted};

impl<'a> Message<'a> {
    /// The wireless access points that the sender names (`i-wlan-node-id`), as it writes them; most name one.
    pub fn access_points(&self) -> impl Iterator<Item = Cow<'a, [u8]>> + '_ {
        self.headers(Name::PAccessNetworkInfo).flat_map(elements).filter_map(access_point)
    }
}

fn access_point(access: &[u8]) -> Option<Cow<'_, [u8]>> {
    let (kind, params) = access.split_at_checked(memchr::memchr(b';', access)?)?;
    let wireless = trim(kind).get(..WIRELESS.len()).is_some_and(|kind| kind.eq_ignore_ascii_case(WIRELESS));
    Params::parse(params)?.value(b"i-wlan-node-id").filter(|_| wireless).map(unquoted)
}

/// `IEEE-802.11`, `IEEE-802.11a` and so on.
const WIRELESS: &[u8] = b"IEEE-802.11";

#[cfg(test)]
mod tests {
    use crate::message::Message;

    #[test]
    fn an_access_point_is_named_by_wireless_phones_only() {
        for (value, named) in [
            ("IEEE-802.11a;i-wlan-node-id=0c383e112233", &["0c383e112233"][..]),
            ("ieee-802.11 ; I-WLAN-node-ID=\"0c:38:3e:11:22:33\";x", &["0c:38:3e:11:22:33"]),
            ("3GPP-UTRAN-TDD; utran-cell-id-3gpp=234151D0FCE11, IEEE-802.11n;i-wlan-node-id=1", &["1"]),
            ("IEEE-802.3; eth-location=\"00:15:65:74:b1:6e\"", &[]),
            ("IEEE-802.3;i-wlan-node-id=1", &[]),
            ("IEEE-802.11", &[]),
            ("", &[]),
        ] {
            let bytes = format!("REGISTER sip:b SIP/2.0\r\nP-Access-Network-Info: {value}\r\n\r\n");
            let message = Message::parse(bytes.as_bytes()).unwrap();
            let found: Vec<_> =
                message.access_points().map(|id| String::from_utf8(id.into_owned()).unwrap()).collect();
            assert_eq!(found, named, "{value}");
        }
    }
}
