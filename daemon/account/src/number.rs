//! What people dial and what phones log in with, parsed once at the border.

use serde::{Deserialize, Serialize};

/// Why a text is not a number of the wanted kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NumberRefused {
    /// Something that is no digit stands in it.
    #[error("only digits are allowed here")]
    NotDigits,
    /// Too short or too long for its kind.
    #[error("the number of digits does not fit")]
    Length,
    /// A SIP user name must be the account's seven digits and a device id.
    #[error("a SIP user name is the account number and a device id such as 1234567e0")]
    SipUser,
}

/// A short number inside the house, `101`. Two to six digits; a single digit is left to outside lines and codes.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Extension(Box<str>);

impl Extension {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Extension {
    type Err = NumberRefused;

    /// Reads `101` and, as the cloud's users are taught to dial it, `101*`.
    fn from_str(text: &str) -> Result<Self, NumberRefused> {
        let digits = text.strip_suffix('*').unwrap_or(text);
        check_digits(digits, 2, 6)?;
        Ok(Self(digits.into()))
    }
}

/// A telephone number in international form, `+4930555010` (ITU-T E.164).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct E164(Box<str>);

impl E164 {
    /// The number with its leading plus.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for E164 {
    type Err = NumberRefused;

    fn from_str(text: &str) -> Result<Self, NumberRefused> {
        let digits = text.strip_prefix('+').ok_or(NumberRefused::NotDigits)?;
        check_digits(digits, 3, 15)?;
        Ok(Self(text.into()))
    }
}

/// The name a phone registers with: account number and device id, `7654321e4`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct SipUser(Box<str>);

/// Longest SIP user name taken; the cloud's have nine to fourteen characters.
const LONGEST_SIP_USER: usize = 32;

impl SipUser {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for SipUser {
    type Err = NumberRefused;

    /// Accepts any name of letters, digits and `-_.`, since phones with a credential of the box use others than the cloud's.
    fn from_str(text: &str) -> Result<Self, NumberRefused> {
        let fine = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if text.is_empty() || text.len() > LONGEST_SIP_USER || !text.bytes().all(fine) {
            return Err(NumberRefused::SipUser);
        }
        Ok(Self(text.into()))
    }
}

fn check_digits(text: &str, least: usize, most: usize) -> Result<(), NumberRefused> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberRefused::NotDigits);
    }
    if (least..=most).contains(&text.len()) { Ok(()) } else { Err(NumberRefused::Length) }
}

macro_rules! text_form {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = NumberRefused;

            fn try_from(text: String) -> Result<Self, NumberRefused> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(number: $name) -> Self {
                number.0.into()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

text_form!(Extension);
text_form!(E164);
text_form!(SipUser);

#[cfg(test)]
mod tests {
    use super::{E164, Extension, NumberRefused, SipUser};

    #[test]
    fn an_extension_may_be_dialled_with_the_cloud_s_star() {
        assert_eq!("44*".parse::<Extension>().unwrap(), "44".parse().unwrap());
        for (bad, why) in [
            ("4", NumberRefused::Length),
            ("1234567", NumberRefused::Length),
            ("4a", NumberRefused::NotDigits),
        ] {
            assert_eq!(bad.parse::<Extension>(), Err(why));
        }
    }

    #[test]
    fn an_international_number_starts_with_plus() {
        assert_eq!("+4930555010".parse::<E164>().unwrap().as_str(), "+4930555010");
        assert!("4930555010".parse::<E164>().is_err());
        assert!("+49 30".parse::<E164>().is_err());
    }

    #[test]
    fn a_sip_user_name_cannot_carry_syntax() {
        assert!("7654321e4".parse::<SipUser>().is_ok());
        for bad in ["", "a@b", "a;b", "a b", "<a>", "ä"] {
            assert!(bad.parse::<SipUser>().is_err(), "{bad}");
        }
    }
}
