//! Answers.

use bytes::Bytes;

use super::{Lines, reason};
use crate::flow::Flow;
use crate::message::Message;
use crate::method::Method;
use crate::name::Name;
use crate::scan::elements;

/// An answer to a request, built line by line.
///
/// What must be the same as in the request is copied from it as it stood (RFC 3261 8.2.6.2); the
/// newest Via tells where the request really came from (RFC 3261 18.2.1, RFC 3581 4).
#[derive(Debug)]
#[must_use]
pub struct Response<'a> {
    lines: Lines,
    to: &'a [u8],
    tagged: bool,
    tag: Option<&'a [u8]>,
    content: Option<(&'a str, &'a [u8])>,
}

impl<'a> Response<'a> {
    /// Starts the answer to `request`, which came on `flow`.
    pub fn to(request: &Message<'a>, flow: &Flow, status: u16) -> Self {
        let mut lines = Lines::new();
        lines.raw(b"SIP/2.0 ");
        lines.number(usize::from(status));
        lines.raw(b" ");
        lines.raw(reason(status).as_bytes());
        lines.end_line();
        for (place, via) in request.headers(Name::Via).enumerate() {
            if place == 0 { first_via(&mut lines, request, via, flow) } else { lines.line("Via", via) }
        }
        if establishes_dialog(request, status) {
            request.headers(Name::RecordRoute).for_each(|route| lines.line("Record-Route", route));
        }
        for name in [Name::From, Name::CallId, Name::CSeq] {
            request.header(name).into_iter().for_each(|value| lines.line(name.text(), value));
        }
        if status == 100 {
            request.header(Name::Timestamp).into_iter().for_each(|value| lines.line("Timestamp", value));
        }
        let to = request.header(Name::To).unwrap_or_default();
        Self { lines, to, tagged: request.to_tag().is_some(), tag: None, content: None }
    }

    /// Our tag; left away where the request brought one already (RFC 3261 8.2.6.2).
    pub fn to_tag<T: AsRef<[u8]> + ?Sized>(mut self, tag: &'a T) -> Self {
        self.tag = Some(tag.as_ref());
        self
    }

    /// One more header.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.lines.line(name, value.as_ref());
        self
    }

    /// Where we can be reached: the whole value, `<sip:...>` with its parameters.
    pub fn contact(self, value: impl AsRef<[u8]>) -> Self {
        self.header("Contact", value)
    }

    /// The body and its kind.
    pub fn body(mut self, kind: &'a str, body: &'a [u8]) -> Self {
        self.content = Some((kind, body));
        self
    }

    /// The finished answer.
    #[must_use]
    pub fn build(mut self) -> Bytes {
        if !self.to.is_empty() {
            self.lines.raw(b"To: ");
            self.lines.text(self.to);
            if let Some(tag) = self.tag.filter(|_| !self.tagged) {
                self.lines.raw(b";tag=");
                self.lines.text(tag);
            }
            self.lines.end_line();
        }
        self.lines.finish(self.content)
    }
}

/// Answers that found or may found a dialog carry the way back (RFC 3261 12.1.1).
fn establishes_dialog(request: &Message<'_>, status: u16) -> bool {
    let founds =
        matches!(request.method(), Some(Method::Invite | Method::Subscribe | Method::Refer | Method::Notify));
    founds && (101..300).contains(&status)
}

/// The newest hop: what it says about itself stays, what we saw is ours to say.
fn first_via(lines: &mut Lines, request: &Message<'_>, value: &[u8], flow: &Flow) {
    let Some(via) = request.via() else {
        return lines.line("Via", value);
    };
    lines.raw(b"Via: ");
    lines.text(via.before_params);
    for param in via.params.iter() {
        let ours = [&b"received"[..], b"rport"].iter().any(|name| param.name.eq_ignore_ascii_case(name));
        if !ours && !param.name.is_empty() {
            lines.raw(b";");
            lines.text(param.name);
            if let Some(value) = param.value {
                lines.raw(b"=");
                lines.text(value);
            }
        }
    }
    let (peer, rport) = (flow.peer.ip().to_canonical(), via.wants_rport());
    if rport || via.host.ip().map(|ip| ip.to_canonical()) != Some(peer) {
        lines.raw(b";received=");
        lines.address(peer);
    }
    if rport {
        lines.raw(b";rport=");
        lines.number(usize::from(flow.peer.port()));
    }
    older_hops(lines, elements(value).skip(1));
    lines.end_line();
}

/// Hops that stood in the same line.
fn older_hops<'v>(lines: &mut Lines, list: impl Iterator<Item = &'v [u8]>) {
    for hop in list {
        lines.raw(b", ");
        lines.text(hop);
    }
}
