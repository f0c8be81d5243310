//! Ids of the account: one letter and a number (`w3`, `e4`), each its own type so that a user is never taken for a phone.

use serde::{Deserialize, Serialize};

/// Why a text is not an id.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IdRefused {
    /// Not a lower-case letter followed by a decimal number without leading zeros.
    #[error("an id is a letter and a number such as w0, not {0:?}")]
    Shape(String),
    /// A well-formed id of another sort of object.
    #[error("{found:?} does not start with one of the letters {wanted:?}")]
    Letter {
        /// What was given.
        found: String,
        /// The letters that this id may start with.
        wanted: &'static str,
    },
}

/// Ids longer than this are refused; the longest ever seen has eight characters.
const LONGEST: usize = 20;

fn well_formed(text: &str) -> bool {
    let mut bytes = text.bytes();
    let letter = bytes.next().is_some_and(|b| b.is_ascii_lowercase());
    let digits = text.get(1..).unwrap_or_default();
    let number = !digits.is_empty() && bytes.all(|b| b.is_ascii_digit());
    letter && number && text.len() <= LONGEST && (digits == "0" || !digits.starts_with('0'))
}

macro_rules! text_form {
    ($name:ident) => {
        impl $name {
            /// The id as the cloud writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdRefused;

            fn try_from(text: String) -> Result<Self, IdRefused> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

macro_rules! lettered {
    ($(#[$doc:meta])* $name:ident, $letters:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        text_form!($name);

        impl std::str::FromStr for $name {
            type Err = IdRefused;

            fn from_str(text: &str) -> Result<Self, IdRefused> {
                if !well_formed(text) {
                    return Err(IdRefused::Shape(text.chars().take(LONGEST).collect()));
                }
                if !text.starts_with(|c| $letters.contains(c)) {
                    return Err(IdRefused::Letter { found: text.to_owned(), wanted: $letters });
                }
                Ok(Self(text.into()))
            }
        }
    };
}

lettered!(
    /// A person with a login, `w0`.
    UserId,
    "w"
);
lettered!(
    /// A phone or other terminal: `e` registers by SIP, `y` is mobile, `x` an outside number, `a` an app, `t` a trunk.
    DeviceId,
    "eyxiat"
);
lettered!(
    /// A user's line on a classic account, `p0`.
    PhonelineId,
    "p"
);
lettered!(
    /// A call group, `g0`.
    GroupId,
    "g"
);
lettered!(
    /// A voicemail box, `v0`.
    VoicemailId,
    "v"
);
lettered!(
    /// A fax line of a user or a group, `f0`.
    FaxlineId,
    "f"
);

/// Whatever a number or a forwarding may lead to: an object with a lettered id, or a channel.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct EndpointId(Box<str>);

/// A channel of a neo account; its id is a UUID in small letters.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChannelId(Box<str>);

impl std::str::FromStr for EndpointId {
    type Err = IdRefused;

    fn from_str(text: &str) -> Result<Self, IdRefused> {
        if well_formed(text) {
            return Ok(Self(text.into()));
        }
        text.parse().map(|ChannelId(id)| Self(id))
    }
}

impl std::str::FromStr for ChannelId {
    type Err = IdRefused;

    fn from_str(text: &str) -> Result<Self, IdRefused> {
        if !is_uuid(text) {
            return Err(IdRefused::Shape(text.chars().take(LONGEST).collect()));
        }
        Ok(Self(text.to_ascii_lowercase().into()))
    }
}

/// Eight, four, four, four and twelve hexadecimal digits (RFC 9562 4).
fn is_uuid(text: &str) -> bool {
    let groups =
        text.split('-').map(|group| group.bytes().all(|b| b.is_ascii_hexdigit()).then_some(group.len()));
    groups.eq([8, 4, 4, 4, 12].map(Some))
}
text_form!(EndpointId);
text_form!(ChannelId);

macro_rules! opaque {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
        pub struct $name(Box<str>);

        impl $name {
            /// Takes the cloud's own text for this object.
            #[must_use]
            pub fn new(text: &str) -> Self {
                Self(text.into())
            }

            /// The id as the cloud writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

opaque!(
    /// A telephone number object; opaque.
    NumberId
);
opaque!(
    /// An outside line: the SIP user name of a device that is registered at the cloud, `7654321e4`, or a trunk's name in
    /// the configuration.
    LineId
);
opaque!(
    /// A postal address that emergency calls may refer to; a number in requests, text in answers.
    AddressId
);

#[cfg(test)]
mod tests {
    use super::{ChannelId, DeviceId, EndpointId, IdRefused, UserId};

    #[test]
    fn an_id_is_a_letter_and_a_plain_number() {
        for good in ["w0", "w17"] {
            assert_eq!(good.parse::<UserId>().unwrap().as_str(), good);
        }
        for bad in ["", "w", "w01", "W0", "0w", "w-1", "w1x", "wé", "w999999999999999999999"] {
            assert!(matches!(bad.parse::<UserId>(), Err(IdRefused::Shape(_))), "{bad}");
        }
    }

    #[test]
    fn a_phone_is_not_a_user() {
        assert!(matches!("e4".parse::<UserId>(), Err(IdRefused::Letter { .. })));
        assert!("e4".parse::<DeviceId>().is_ok());
        assert!("q7".parse::<EndpointId>().is_ok());
    }

    #[test]
    fn a_channel_is_an_endpoint_but_no_phone() {
        let channel = "0B4E9D6C-7a51-4f0e-9a3e-1f5a2b3c4d5e";
        assert_eq!(channel.parse::<ChannelId>().unwrap().as_str(), channel.to_ascii_lowercase());
        assert!(channel.parse::<EndpointId>().is_ok());
        for bad in
            ["", "0b4e9d6c", "0b4e9d6c-7a51-4f0e-9a3e-1f5a2b3c4d5", "0b4e9d6c-7a51-4f0e-9a3e-1f5a2b3c4d5g"]
        {
            assert!(bad.parse::<ChannelId>().is_err(), "{bad}");
        }
        assert!(channel.parse::<DeviceId>().is_err());
    }
}
