//! Who is meant, beside From and To, and what of it may be shown (RFC 3323, 3325, 7315).

use super::NameAddr;
use crate::message::Message;
use crate::name::Name;
use crate::scan::trim;

/// What the sender wants hidden (RFC 3323 4.2, RFC 3325 9.3, RFC 7044 10.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "six independent wishes of the standard")]
pub struct Privacy {
    /// Headers that tell of the sender's network.
    pub header: bool,
    /// The addresses in the session description.
    pub session: bool,
    /// What the user typed in: From, Contact, Subject.
    pub user: bool,
    /// The asserted identity.
    pub id: bool,
    /// The stations of the call.
    pub history: bool,
    /// Nothing; whoever asks for this overrides a subscription to privacy.
    pub none: bool,
}

impl Privacy {
    /// Reads `id;user`; words that nobody knows are left out.
    #[must_use]
    pub fn parse(value: &[u8]) -> Self {
        let mut privacy = Self::default();
        for word in value.split(|byte| matches!(byte, b';' | b',')).map(trim) {
            let place = match word.to_ascii_lowercase().as_slice() {
                b"header" => &mut privacy.header,
                b"session" => &mut privacy.session,
                b"user" => &mut privacy.user,
                b"id" => &mut privacy.id,
                b"history" => &mut privacy.history,
                b"none" => &mut privacy.none,
                _ => continue,
            };
            *place = true;
        }
        privacy
    }

    /// True when the caller does not want to be known to the called.
    #[must_use]
    pub const fn hides_caller(self) -> bool {
        self.id || self.user || self.header
    }
}

impl<'a> Message<'a> {
    /// Who the sender is, by the word of somebody trusted: a SIP address, a number, or both (RFC 3325 9.1).
    /// Believed only from whoever is in the trust domain.
    pub fn asserted_identities(&self) -> impl Iterator<Item = NameAddr<'a>> + '_ {
        self.addresses(Name::PAssertedIdentity)
    }

    /// Which of its identities the sender wants to be shown (RFC 3325 9.2).
    pub fn preferred_identities(&self) -> impl Iterator<Item = NameAddr<'a>> + '_ {
        self.addresses(Name::PPreferredIdentity)
    }

    /// Which of the receiver's addresses was called (RFC 7315 4.2).
    #[must_use]
    pub fn called_party(&self) -> Option<NameAddr<'a>> {
        self.header(Name::PCalledPartyId).and_then(NameAddr::parse)
    }

    /// What the sender wants hidden (RFC 3323 4.2); nothing when it does not say.
    #[must_use]
    pub fn privacy(&self) -> Privacy {
        self.header(Name::Privacy).map(Privacy::parse).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_in_any_order_and_case() {
        let privacy = Privacy::parse(b" ID ; User;; critical ;weird");
        assert!(privacy.id && privacy.user && privacy.hides_caller());
        assert!(!privacy.header && !privacy.session && !privacy.history && !privacy.none);
        for value in ["", "none", "history", "session", "i d", "id=1", "\"id\""] {
            assert!(!Privacy::parse(value.as_bytes()).hides_caller(), "{value}");
        }
    }

    /// RFC 3325 9.1: a SIP address and a number, in one line or two; a forged name changes nothing.
    #[test]
    fn identities() {
        let bytes = b"INVITE sip:a@b SIP/2.0\r\n\
            P-Asserted-Identity: \"Boss, <tel:112>\" <sip:101@box>, <tel:+4930>\r\n\
            P-Asserted-Identity: broken <\r\nP-Preferred-Identity: sip:102@box\r\n\
            P-Called-Party-ID: <sip:20@box>\r\nPrivacy: id\r\n\r\n";
        let message = Message::parse(bytes).unwrap();
        let asserted: Vec<_> = message.asserted_identities().map(|one| one.uri.raw()).collect();
        assert_eq!(asserted, [&b"sip:101@box"[..], b"tel:+4930"]);
        assert_eq!(message.preferred_identities().count(), 1);
        assert_eq!(message.called_party().map(|one| one.uri.raw()), Some(&b"sip:20@box"[..]));
        assert!(message.privacy().id);
    }
}
