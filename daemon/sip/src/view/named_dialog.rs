//! A dialog that a message names although it is in another one.

use crate::message::Message;
use crate::name::Name;
use crate::scan::{Params, is_space, trim};

/// A dialog named by Replaces (RFC 3891 6.1), Join (RFC 3911 7.1) or Target-Dialog (RFC 4538 7).
///
/// The tags are seen from whoever receives the header: `to_tag` is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedDialog<'a> {
    /// The name of the call.
    pub call_id: &'a [u8],
    /// The receiver's own tag; in Target-Dialog the `local-tag` of the sender is the receiver's `remote`.
    pub to_tag: &'a [u8],
    /// The other side's tag.
    pub from_tag: &'a [u8],
    /// Only as long as nobody has answered yet (RFC 3891 6.1 `early-only`).
    pub early_only: bool,
}

impl<'a> NamedDialog<'a> {
    /// Reads the value of Replaces or Join; each tag stands exactly once (RFC 3891 6.1).
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        Self::read(value, b"to-tag", b"from-tag")
    }

    fn read(value: &'a [u8], to: &[u8], from: &[u8]) -> Option<Self> {
        let end = memchr::memchr(b';', value)?;
        let (call_id, params) = value.split_at_checked(end)?;
        let params = Params::parse(params)?;
        let named = |name: &[u8]| {
            let mut found = params.iter().filter(|param| param.name.eq_ignore_ascii_case(name));
            let tag = found.next()?.value.filter(|tag| is_tag(tag))?;
            found.next().is_none().then_some(tag)
        };
        let call_id = Some(trim(call_id)).filter(|call_id| is_whole(call_id))?;
        let (to_tag, from_tag) = (named(to)?, named(from)?);
        Some(Self { call_id, to_tag, from_tag, early_only: params.has(b"early-only") })
    }

    /// The value of a Replaces or Join header; `None` where the peer's own words would break it apart.
    #[must_use]
    pub fn written(&self) -> Option<Vec<u8>> {
        let early: &[u8] = if self.early_only { b";early-only" } else { b"" };
        let whole = is_whole(self.call_id) && is_tag(self.to_tag) && is_tag(self.from_tag);
        whole.then(|| [self.call_id, b";to-tag=", self.to_tag, b";from-tag=", self.from_tag, early].concat())
    }
}

/// A word that opens nothing in which a semicolon would not count.
fn is_tag(word: &[u8]) -> bool {
    is_whole(word) && memchr::memchr2(b'"', b'<', word).is_none()
}

/// One word without anything that separates words.
fn is_whole(word: &[u8]) -> bool {
    !word.is_empty() && !word.iter().any(|&byte| is_space(byte) || matches!(byte, b';' | b','))
}

impl<'a> Message<'a> {
    /// The call that this INVITE takes the place of (RFC 3891).
    #[must_use]
    pub fn replaces(&self) -> Option<NamedDialog<'a>> {
        self.header(Name::Replaces).and_then(NamedDialog::parse)
    }

    /// The call that this INVITE wants to become a third side of (RFC 3911).
    #[must_use]
    pub fn join(&self) -> Option<NamedDialog<'a>> {
        self.header(Name::Join).and_then(NamedDialog::parse)
    }

    /// The call that the sender shares with us and which this request is about (RFC 4538).
    #[must_use]
    pub fn target_dialog(&self) -> Option<NamedDialog<'a>> {
        let value = self.header(Name::TargetDialog)?;
        NamedDialog::read(value, b"remote-tag", b"local-tag")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialogs_come_back_as_they_were_read() {
        for value in [
            "98732@h;to-tag=r33;from-tag=f44",
            "a(b)<c>@h;to-tag=1;from-tag=2;early-only",
            "x;to-tag=0;from-tag=0",
        ] {
            let dialog = NamedDialog::parse(value.as_bytes()).unwrap();
            assert_eq!(dialog.written().as_deref(), Some(value.as_bytes()));
        }
        let dialog = NamedDialog::parse(b" id ;FROM-TAG = f ; to-tag=\r\n t;y;early-only").unwrap();
        assert_eq!((dialog.call_id, dialog.to_tag, dialog.from_tag), (&b"id"[..], &b"t"[..], &b"f"[..]));
        assert!(dialog.early_only);
    }

    /// RFC 3891 6.1: exactly one of each tag; RFC 3891 3: of several headers none is obeyed.
    #[test]
    fn what_names_no_dialog() {
        for value in [
            "",
            "id",
            "id;to-tag=1",
            "id;from-tag=1",
            ";to-tag=1;from-tag=2",
            "id;to-tag=1;from-tag=2;to-tag=3",
            "id;to-tag;from-tag=2",
            "id;to-tag=;from-tag=2",
            "id;to-tag=1;from-tag=%4\";early-only",
            "i d;to-tag=1;from-tag=2",
            "id;to-tag=1;from-tag=2, id2;to-tag=1;from-tag=3",
        ] {
            assert_eq!(NamedDialog::parse(value.as_bytes()), None, "{value}");
        }
    }

    /// A Call-ID chosen by a peer cannot make us name another dialog than its own.
    #[test]
    fn a_call_id_cannot_break_out() {
        let named = |call_id, tag| NamedDialog { call_id, to_tag: tag, from_tag: b"f", early_only: false };
        assert_eq!(named(b"x;to-tag=stolen", b"t").written(), None);
        assert_eq!(named(b"x", b"t,y").written(), None);
        assert_eq!(named(b"x", b"t\"").written(), None);
        assert_eq!(named(b"x", b"<t").written(), None);
        assert_eq!(named(b"x\r\ny", b"t").written(), None);
        assert_eq!(named(b"", b"t").written(), None);
    }

    #[test]
    fn a_target_dialog_is_seen_from_its_receiver() {
        let bytes = b"REFER sip:a@b SIP/2.0\r\nTarget-Dialog: id;local-tag=theirs;remote-tag=ours\r\n\
            Join: other;to-tag=1;from-tag=2\r\n\r\n";
        let message = Message::parse(bytes).unwrap();
        let target = message.target_dialog().unwrap();
        assert_eq!((target.to_tag, target.from_tag), (&b"ours"[..], &b"theirs"[..]));
        assert_eq!(message.join().map(|join| join.call_id), Some(&b"other"[..]));
        assert_eq!(message.replaces(), None);
    }
}
