//! Whom to call instead, and who wants that (RFC 3515, 3892, 4488).

use super::NameAddr;
use crate::message::Message;
use crate::name::Name;
use crate::scan::trim;

impl<'a> Message<'a> {
    /// Whom the receiver shall call; the URI may carry a Replaces of its own,
    /// see [`Uri::header`](super::Uri::header) (RFC 3515 2.1).
    #[must_use]
    pub fn refer_to(&self) -> Option<NameAddr<'a>> {
        self.header(Name::ReferTo).and_then(NameAddr::parse)
    }

    /// Who wants that call to be made; proven by nothing (RFC 3892 2.1).
    #[must_use]
    pub fn referred_by(&self) -> Option<NameAddr<'a>> {
        self.header(Name::ReferredBy).and_then(NameAddr::parse)
    }

    /// False when the sender of a REFER does not want to hear how the call went (RFC 4488 4).
    #[must_use]
    pub fn refer_sub(&self) -> bool {
        let value = self.header(Name::ReferSub).unwrap_or_default();
        let word = value.split(|&byte| byte == b';').next().map(trim).unwrap_or_default();
        !word.eq_ignore_ascii_case(b"false")
    }
}

#[cfg(test)]
mod tests {
    use crate::compose::refer_to;
    use crate::message::Message;
    use crate::view::NamedDialog;

    fn refer(headers: &str) -> Vec<u8> {
        format!("REFER sip:a@b SIP/2.0\r\n{headers}\r\n").into_bytes()
    }

    /// RFC 3515 and RFC 3891: what one phone writes into a Refer-To, the other dials.
    #[test]
    fn an_attended_transfer_names_its_dialog() {
        let dialog =
            NamedDialog { call_id: b"a%b@192.0.2.1", to_tag: b"t&=?", from_tag: b"f", early_only: true };
        let written = refer_to("sip:102@box;user=phone", Some(&dialog)).unwrap();
        assert_eq!(
            written,
            "<sip:102@box;user=phone?Replaces=a%25b%40192.0.2.1%3Bto-tag%3Dt%26%3D%3F%3Bfrom-tag%3Df%3Bearly-only>"
        );
        let bytes = refer(&format!("r: {written}\r\nb: <sip:101@box>;cid=\"2@h\"\r\n"));
        let message = Message::parse(&bytes).unwrap();
        let target = message.refer_to().unwrap();
        let replaces = target.uri.header(b"replaces").unwrap();
        assert_eq!(NamedDialog::parse(&replaces), Some(dialog));
        assert_eq!(target.uri.without_headers(), b"sip:102@box;user=phone");
        assert_eq!(message.referred_by().map(|by| by.uri.raw()), Some(&b"sip:101@box"[..]));
        assert_eq!(refer_to("sip:102@box", None).as_deref(), Some("<sip:102@box>"));
    }

    #[test]
    fn what_is_no_target() {
        for value in ["", "<>", "<sip:a@b>, <sip:c@d>", "sip:a@b?Replaces=x", "<sip:a@b?Replaces=x"] {
            let bytes = refer(&format!("Refer-To: {value}\r\n"));
            assert!(Message::parse(&bytes).unwrap().refer_to().is_none(), "{value}");
        }
    }

    #[test]
    fn only_a_clear_no_keeps_the_news_away() {
        for (value, wanted) in
            [("false", false), (" FALSE ;x=y", false), ("true", true), ("", true), ("no", true)]
        {
            let bytes = refer(&format!("Refer-Sub: {value}\r\n"));
            assert_eq!(Message::parse(&bytes).unwrap().refer_sub(), wanted, "{value}");
        }
        assert!(Message::parse(&refer("")).unwrap().refer_sub());
    }
}
