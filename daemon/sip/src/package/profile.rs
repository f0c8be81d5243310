//! A telephone asks where its configuration lies, and is told an address: the event package `ua-profile` (RFC 6080 6).
//!
//! Telephones that nobody has set up yet ask so too, without a login and by multicast ("plug and play" of Snom, Yealink, Gigaset,
//! Grandstream, Fanvil and Mitel). They name themselves by their MAC address, `sip:MAC%3a000413aabbcc@224.0.1.75`, and read a plain
//! `application/url`; those that follow the RFC read an indirection (RFC 4483).

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::message::Message;
use crate::scan::{Params, unquoted};

/// The package's name in Event.
pub const EVENT: &str = "ua-profile";
/// An address and nothing else, as telephones with plug and play read it.
pub const PLAIN: &str = "application/url";
/// An address that stands for what lies there (RFC 4483 4).
pub const EXTERNAL: &str = "message/external-body";

/// Longest vendor or model, in bytes, that is taken for one.
const LONGEST_WORD: usize = 64;

/// What a telephone asks, and what it says of itself.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Wanted {
    /// What it asks for.
    pub profile: Profile,
    /// How it reads the answer.
    pub form: Form,
    /// The telephone's own address in the network.
    pub mac: Option<Mac>,
    /// Who made it.
    pub vendor: Option<String>,
    /// What it is.
    pub model: Option<String>,
}

/// A kind of configuration (RFC 6080 6.2).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Profile {
    /// Of this telephone.
    Device,
    /// Of who uses it.
    User,
    /// Of the network it stands in.
    LocalNetwork,
}

/// How an address is written down.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Form {
    /// [`PLAIN`]
    Plain,
    /// [`EXTERNAL`]
    External,
}

/// The address of a network card; written `000413aabbcc`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Mac(u64);

/// Why a telephone is not told where its configuration lies. All of it is the telephone's fault.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WantedRefused {
    /// It asks for something else.
    #[error("not about a profile")]
    Foreign,
    /// There is no such kind of configuration.
    #[error("unknown profile-type")]
    Profile,
    /// It reads neither way of writing an address down.
    #[error("it reads no addresses")]
    Unreadable,
}

impl Wanted {
    /// What a SUBSCRIBE asks. Names of vendor and model that cannot be such are left out: they only choose among addresses.
    ///
    /// # Errors
    /// [`WantedRefused`]
    pub fn of(request: &Message<'_>) -> Result<Self, WantedRefused> {
        let event = request.event().filter(|event| event.package == EVENT.as_bytes());
        let params = event.ok_or(WantedRefused::Foreign)?.params;
        let profile = Profile::of(params)?;
        let user = request.uri().and_then(|uri| uri.user_decoded());
        let mac = user.as_deref().and_then(Mac::of_user);
        let form = Form::read_by(request, mac).ok_or(WantedRefused::Unreadable)?;
        Ok(Self { profile, form, mac, vendor: word(params, b"vendor"), model: word(params, b"model") })
    }

    /// The body that tells this address in the form that the telephone reads, and its Content-Type; nothing for no address.
    #[must_use]
    pub fn written(&self, address: &[u8]) -> Option<(String, Vec<u8>)> {
        let address = str::from_utf8(address).ok().filter(|address| !address.is_empty())?;
        Some(self.form.write(address))
    }
}

impl Profile {
    /// `application` is what drafts of the RFC, and AudioCodes, call that of the telephone.
    fn of(params: Params<'_>) -> Result<Self, WantedRefused> {
        let value = params.value(b"profile-type").map(unquoted).ok_or(WantedRefused::Profile)?;
        let known = [
            ("device", Self::Device),
            ("application", Self::Device),
            ("user", Self::User),
            ("local-network", Self::LocalNetwork),
        ];
        let found = known.into_iter().find(|(name, _)| value.eq_ignore_ascii_case(name.as_bytes()));
        found.map(|(_, profile)| profile).ok_or(WantedRefused::Profile)
    }
}

impl Form {
    /// The one that is usual for how the telephone names itself, unless it reads the other one only.
    fn read_by(request: &Message<'_>, mac: Option<Mac>) -> Option<Self> {
        let usual = if mac.is_some() { [Self::Plain, Self::External] } else { [Self::External, Self::Plain] };
        usual.into_iter().find(|form| request.accepts(form.kind().as_bytes()).unwrap_or(true))
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Plain => PLAIN,
            Self::External => EXTERNAL,
        }
    }

    /// The body that tells this address, and its Content-Type. The address is one of ours: it has no quotes and no line ends.
    #[must_use]
    pub fn write(self, address: &str) -> (String, Vec<u8>) {
        match self {
            Self::Plain => (PLAIN.to_owned(), address.as_bytes().to_vec()),
            Self::External => {
                let mut same = DefaultHasher::new();
                address.hash(&mut same);
                // Says whether it is the same as last time (RFC 4483 4.4, RFC 2046 5.2.3).
                let id = same.finish();
                let inner = format!(
                    "Content-Type: application/octet-stream\r\nContent-ID: <{id:016x}@gatehouse>\r\n\r\n"
                );
                (format!("{EXTERNAL};access-type=\"URL\";URL=\"{address}\""), inner.into_bytes())
            }
        }
    }
}

impl Mac {
    /// The user of `sip:MAC%3a000413aabbcc@...`, or that of the RFC's device identifier, a UUID made of nothing but a MAC
    /// address: `urn:uuid:00000000-0000-1000-0000-000413aabbcc` (RFC 6080 5.1.4.2.2, RFC 4122 4.1.6).
    fn of_user(user: &[u8]) -> Option<Self> {
        let user = str::from_utf8(user).ok()?.to_ascii_lowercase();
        if let Some(mac) = user.strip_prefix("mac:") {
            return Self::of_digits(mac);
        }
        let (_, node) = user.strip_prefix("urn:uuid:00000000-0000-1000-")?.split_once('-')?;
        Self::of_digits(node)
    }

    fn of_digits(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|character| !matches!(character, ':' | '-' | '.')).collect();
        let hex = digits.len() == 12 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        u64::from_str_radix(&digits, 16).ok().filter(|_| hex).map(Self)
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012x}", self.0)
    }
}

fn word(params: Params<'_>, name: &[u8]) -> Option<String> {
    let value = params.value(name).map(unquoted)?;
    let text = str::from_utf8(&value).ok()?.trim();
    let fits = (1..=LONGEST_WORD).contains(&text.len());
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    (fits && plain).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Form, Profile, Wanted, WantedRefused};
    use crate::message::Message;

    fn wanted(user: &str, lines: &str) -> Result<Wanted, WantedRefused> {
        let text = format!("SUBSCRIBE sip:{user}@224.0.1.75 SIP/2.0\r\n{lines}\r\n\r\n");
        Wanted::of(&Message::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn telephones_name_themselves_in_many_ways() {
        let event = "Event: ua-profile;profile-type=\"device\"";
        for (user, mac) in [
            ("MAC%3a000413AABBCC", Some("000413aabbcc")),
            ("mac%3A00%3a04%3a13%3aaa%3abb%3acc", Some("000413aabbcc")),
            ("MAC%3A00-04-13-AA-BB-CC", Some("000413aabbcc")),
            ("urn%3auuid%3a00000000-0000-1000-0000-00FF8D82EDCB", Some("00ff8d82edcb")),
            ("urn%3auuid%3af81d4fae-7dec-11d0-a765-00a0c91e6bf6", None),
            ("MAC%3a000413AABBC", None),
            ("MAC%3a+00413AABBCC", None),
            ("MAC%3a000413AABBCCDD", None),
            ("101", None),
        ] {
            let found = wanted(user, event).unwrap().mac.map(|mac| mac.to_string());
            assert_eq!(found.as_deref(), mac, "{user}");
        }
    }

    #[test]
    fn what_is_asked_is_read_and_what_is_odd_is_left_out() {
        let long = "x".repeat(65);
        for (params, vendor, model) in [
            ("vendor=\"snom\";model=\"snom300\";version=\"7.1\"", Some("snom"), Some("snom300")),
            ("vendor=Yealink;model=\"SIP-T46S\"", Some("Yealink"), Some("SIP-T46S")),
            ("vendor=\"\";model=\"a\u{7}b\"", None, None),
            (&format!("vendor=\"{long}\""), None, None),
        ] {
            let read =
                wanted("MAC%3a000413aabbcc", &format!("Event: ua-profile;profile-type=device;{params}"));
            let read = read.unwrap();
            assert_eq!((read.vendor.as_deref(), read.model.as_deref()), (vendor, model), "{params}");
        }
        for (kind, is) in [
            ("\"device\"", Ok(Profile::Device)),
            ("\"application\"", Ok(Profile::Device)),
            ("USER", Ok(Profile::User)),
            ("\"local-network\"", Ok(Profile::LocalNetwork)),
            ("\"secret\"", Err(WantedRefused::Profile)),
        ] {
            let read = wanted("101", &format!("Event: ua-profile;profile-type={kind}"));
            assert_eq!(read.map(|read| read.profile), is, "{kind}");
        }
        assert_eq!(wanted("101", "Event: ua-profile"), Err(WantedRefused::Profile));
        assert_eq!(wanted("101", "Event: dialog"), Err(WantedRefused::Foreign));
    }

    #[test]
    fn the_address_is_told_in_a_form_that_the_telephone_reads() {
        let event = "Event: ua-profile;profile-type=device";
        for (user, accept, form) in [
            ("MAC%3a000413aabbcc", "", Ok(Form::Plain)),
            ("MAC%3a000413aabbcc", "\r\nAccept: message/external-body", Ok(Form::External)),
            ("101", "", Ok(Form::External)),
            ("101", "\r\nAccept: application/url", Ok(Form::Plain)),
            ("101", "\r\nAccept: application/sdp", Err(WantedRefused::Unreadable)),
        ] {
            let read = wanted(user, &format!("{event}{accept}"));
            assert_eq!(read.map(|read| read.form), form, "{user} {accept}");
        }
        let (kind, body) = Form::External.write("https://10.0.0.1/a.xml");
        assert_eq!(kind, "message/external-body;access-type=\"URL\";URL=\"https://10.0.0.1/a.xml\"");
        let body = String::from_utf8(body).unwrap();
        assert!(body.ends_with("@gatehouse>\r\n\r\n"), "{body}");
        assert_eq!(Form::External.write("https://10.0.0.1/a.xml").1, body.as_bytes());
        assert_ne!(Form::External.write("https://10.0.0.1/b.xml").1, body.as_bytes());
    }
}
