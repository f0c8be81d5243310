//! At which address a browser may be spoken to: the lite side of ICE (RFC 8445 2.5).
//!
//! ```text
//!   browser ── Binding request: both names, sealed with our password ──> Check::read ──> Check::proves
//!   browser <── Binding success: the address it was seen at ──────────── Check::answer
//! ```
//!
//! A lite side asks nobody: it answers, and speaks to the address that the browser nominates. Who keeps asking consents
//! to being spoken to (RFC 7675 4), and whoever does not know our password learns and changes nothing.

use crate::srtp::LONGEST_KEY;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::RingProvider;
use rtc_stun::attributes::{ATTR_FINGERPRINT, ATTR_MESSAGE_INTEGRITY, ATTR_USE_CANDIDATE, ATTR_USERNAME};
use rtc_stun::fingerprint::FingerprintAttr;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_REQUEST, BINDING_SUCCESS, MESSAGE_HEADER_SIZE, Message, Setter};
use rtc_stun::xoraddr::XorMappedAddress;
use std::net::SocketAddr;
use std::time::Duration;
use zeroize::Zeroizing;

/// For how long a browser that asks no more may still be spoken to (RFC 7675 5.1).
pub const CONSENT: Duration = Duration::from_secs(30);
/// Longest name and password of a peer (RFC 8839 5.4).
const LONGEST: usize = 256;
/// Random bytes of a name of ours (48 bits), and of a password (144 bits; RFC 8445 5.3 wants 128).
const NAME: usize = 6;
const PASSWORD: usize = 18;

/// A name and a password, one pair for each side of a leg (RFC 8445 5.3).
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// `ice-ufrag`: told to everybody who sees a packet.
    pub name: Box<str>,
    /// `ice-pwd`: only in descriptions.
    password: Zeroizing<String>,
}

/// A browser asks whether it reaches us here.
pub struct Check {
    message: Message,
    username: String,
}

/// What a check means that was proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The way is open.
    Open,
    /// The way is the one to be used (RFC 8445 8.1.1).
    Nominated,
}

impl Credentials {
    /// New ones of ours, made of bytes fit for keys.
    #[must_use]
    pub fn drawn(random: &[u8; LONGEST_KEY]) -> Self {
        let encode = |bytes: Option<&[u8]>| BASE64_STANDARD_NO_PAD.encode(bytes.unwrap_or_default());
        let name = encode(random.get(..NAME)).into();
        Self { name, password: Zeroizing::new(encode(random.get(NAME..NAME + PASSWORD))) }
    }

    /// A peer's, as a description gives them; none when they are no such words.
    pub(crate) fn told(name: &str, password: &str) -> Option<Self> {
        let is_word = |text: &str, least| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
            (least..=LONGEST).contains(&text.len()) && text.bytes().all(plain)
        };
        let fits = is_word(name, 4) && is_word(password, 22);
        fits.then(|| Self { name: name.into(), password: Zeroizing::new(password.to_owned()) })
    }

    /// To be written into a description and nowhere else.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Credentials").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Check {
    /// Whether a datagram is of ICE at all, if it is not of voice (RFC 7983 7).
    #[must_use]
    pub fn is_one(datagram: &[u8]) -> bool {
        datagram.first().is_some_and(|first| *first < 4)
    }

    /// Reads a datagram; nothing when it is no check.
    #[must_use]
    pub fn read(datagram: &[u8]) -> Option<Self> {
        let mut message = Message::new();
        message.unmarshal_binary(datagram).ok().filter(|()| message.typ == BINDING_REQUEST)?;
        // Behind the seal only the checksum may stand: nothing else there is sealed (RFC 8489 14.5, 14.7).
        let behind = message.attributes.0.iter().rev().map(|attribute| attribute.typ).take(2);
        let whole = datagram.len() == MESSAGE_HEADER_SIZE + usize::try_from(message.length).ok()?;
        let sealed = whole && behind.eq([ATTR_FINGERPRINT, ATTR_MESSAGE_INTEGRITY]);
        FingerprintAttr.check(&message).ok().filter(|()| sealed)?;
        let username = String::from_utf8(message.get(ATTR_USERNAME).ok()?).ok()?;
        Some(Self { message, username })
    }

    /// Our name in it: for which leg it is. Not proven yet.
    #[must_use]
    pub fn ours(&self) -> &str {
        self.username.split(':').next().unwrap_or_default()
    }

    /// Whether it comes from the browser that was told our password, whose own name is `theirs`; and what it means.
    pub fn proves(&mut self, ours: &Credentials, theirs: &str) -> Option<Checked> {
        let names = self.username.split_once(':');
        names.filter(|(us, them)| *us == &*ours.name && *them == theirs)?;
        let key = ours.password.as_bytes();
        MessageIntegrity::check(&mut self.message, key, RingProvider::new().crypto()).ok()?;
        let nominated = self.message.contains(ATTR_USE_CANDIDATE);
        Some(if nominated { Checked::Nominated } else { Checked::Open })
    }

    /// The answer to one that was proven and came from there (RFC 8445 7.3).
    #[must_use]
    pub fn answer(&self, ours: &Credentials, source: SocketAddr) -> Option<Vec<u8>> {
        let provider = RingProvider::new();
        let password = ours.password.as_bytes();
        let mut answer = Message::new();
        let setters: [Box<dyn Setter + '_>; 5] = [
            Box::new(BINDING_SUCCESS),
            Box::new(self.message.clone()),
            Box::new(XorMappedAddress { ip: source.ip(), port: source.port() }),
            Box::new(MessageIntegrity::new_raw_integrity_with_provider(password, provider.crypto())),
            Box::new(FingerprintAttr),
        ];
        answer.build(&setters).ok()?;
        Some(answer.raw)
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Check").field("ours", &self.ours()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rtc_stun::message::{Getter, TransactionId};
    use rtc_stun::textattrs::TextAttribute;

    fn ours() -> Credentials {
        Credentials::drawn(&[7; LONGEST_KEY])
    }

    /// As a browser named `THEM` sends it.
    fn asked(username: &str, password: &str, nominating: bool) -> Vec<u8> {
        let mut message = sealed(username, password, nominating);
        FingerprintAttr.add_to(&mut message).unwrap();
        message.raw
    }

    fn sealed(username: &str, password: &str, nominating: bool) -> Message {
        let provider = RingProvider::new();
        let mut message = Message::new();
        let name = TextAttribute::new(ATTR_USERNAME, username.to_owned());
        message.build(&[Box::new(TransactionId::new()), Box::new(BINDING_REQUEST), Box::new(name)]).unwrap();
        if nominating {
            message.add(ATTR_USE_CANDIDATE, &[]);
        }
        let seal = MessageIntegrity::new_raw_integrity_with_provider(password.as_bytes(), provider.crypto());
        seal.add_to(&mut message).unwrap();
        message
    }

    #[test]
    fn whoever_was_told_our_password_is_answered_with_the_address_it_has() {
        let (ours, source) = (ours(), "192.0.2.9:4711".parse().unwrap());
        for (nominating, expected) in [(false, Checked::Open), (true, Checked::Nominated)] {
            let asked = asked(&format!("{}:THEM", ours.name), ours.password(), nominating);
            let mut check = Check::read(&asked).unwrap();
            assert!(Check::is_one(&asked));
            assert_eq!(check.ours(), &*ours.name);
            assert_eq!(check.proves(&ours, "THEM"), Some(expected));
            let mut answer = Message::new();
            answer.unmarshal_binary(&check.answer(&ours, source).unwrap()).unwrap();
            let mut seen = XorMappedAddress::default();
            seen.get_from(&answer).unwrap();
            assert_eq!((answer.typ, answer.transaction_id), (BINDING_SUCCESS, check.message.transaction_id));
            assert_eq!(SocketAddr::new(seen.ip, seen.port), source);
            FingerprintAttr.check(&answer).unwrap();
            let key = ours.password().as_bytes();
            MessageIntegrity::check(&mut answer, key, RingProvider::new().crypto()).unwrap();
        }
    }

    #[test]
    fn who_guesses_a_password_or_another_name_proves_nothing() {
        let ours = ours();
        for (username, password) in [
            (format!("{}:THEM", ours.name), "wrong-but-long-enough-password"),
            (format!("{}:OTHER", ours.name), ours.password()),
            (format!("else:{}", ours.name), ours.password()),
        ] {
            let mut check = Check::read(&asked(&username, password, true)).unwrap();
            assert_eq!(check.proves(&ours, "THEM"), None, "{username}");
        }
        let mut message = sealed(&format!("{}:THEM", ours.name), ours.password(), false);
        assert!(Check::read(&message.raw).is_none(), "without a checksum");
        message.add(ATTR_USE_CANDIDATE, &[]);
        FingerprintAttr.add_to(&mut message).unwrap();
        assert!(Check::read(&message.raw).is_none(), "nominated behind the seal");
    }

    #[test]
    fn words_of_a_peer_are_checked_and_passwords_never_shown() {
        let password = "long/enough+password2233";
        assert!(Credentials::told("name", password).is_some());
        for (name, password) in
            [("abc", password), ("na me", password), ("name", "short"), (&*"n".repeat(257), password)]
        {
            assert!(Credentials::told(name, password).is_none(), "{name}");
        }
        assert!(!format!("{:?}", ours()).contains(ours().password()));
    }

    proptest! {
        #[test]
        fn garbage_is_no_check(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..120) {
            let ours = ours();
            let mut real = asked(&format!("{}:THEM", ours.name), ours.password(), true);
            real.truncate(cut.min(real.len() - 1));
            real.extend(&bytes);
            for bytes in [bytes, real] {
                let proven = Check::read(&bytes).and_then(|mut check| check.proves(&ours, "THEM"));
                prop_assert_eq!(proven, None);
            }
        }
    }
}
