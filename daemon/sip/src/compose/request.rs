//! Requests.

use bytes::Bytes;

use super::Lines;
use crate::flow::Transport;
use crate::message::{Message, Start};
use crate::method::Method;
use crate::name::Name;
use crate::scan::elements;

/// A request of ours, built line by line in the order of the calls.
///
/// RFC 3261 8.1.1 demands Via, Max-Forwards, From, To, Call-ID and CSeq; each has its own call.
#[derive(Debug)]
#[must_use]
pub struct Request<'a> {
    lines: Lines,
    method: Method<'a>,
    content: Option<(&'a str, &'a [u8])>,
}

impl<'a> Request<'a> {
    /// Starts a request to `uri`, which may be a received one; white space in it is dropped.
    pub fn new(method: Method<'a>, uri: impl AsRef<[u8]>) -> Self {
        let mut lines = Lines::new();
        lines.raw(method.token());
        lines.raw(b" ");
        lines.out.extend(uri.as_ref().iter().filter(|&&byte| byte > b' '));
        lines.raw(b" SIP/2.0\r\n");
        Self { lines, method, content: None }
    }

    /// The confirmation of a refused INVITE, which belongs to the INVITE's transaction (RFC 3261 17.1.1.3).
    pub fn ack(invite: &Message<'a>, refusal: &Message<'a>) -> Self {
        Self::beside(Method::Ack, invite, refusal.header(Name::To))
    }

    /// Takes back an INVITE that has had no final answer yet (RFC 3261 9.1).
    pub fn cancel(invite: &Message<'a>) -> Self {
        Self::beside(Method::Cancel, invite, invite.header(Name::To))
    }

    fn beside(method: Method<'a>, invite: &Message<'a>, to: Option<&'a [u8]>) -> Self {
        let uri = match invite.start() {
            Start::Request { uri, .. } => uri,
            Start::Response { .. } => b"",
        };
        let mut request = Self::new(method, uri);
        let via = invite.header(Name::Via).and_then(|value| elements(value).next());
        request.lines.line("Via", via.unwrap_or_default());
        for route in invite.headers(Name::Route) {
            request.lines.line("Route", route);
        }
        let cseq = invite.cseq().map_or(0, |cseq| cseq.number);
        request
            .max_forwards(70)
            .from(invite.header(Name::From).unwrap_or_default())
            .to(to.unwrap_or_default())
            .call_id(invite.header(Name::CallId).unwrap_or_default())
            .cseq(cseq)
    }

    /// Our hop. The answer comes back to the port we send from (RFC 3581).
    pub fn via(mut self, transport: Transport, sent_by: impl AsRef<[u8]>, branch: impl AsRef<[u8]>) -> Self {
        self.lines.raw(b"Via: SIP/2.0/");
        self.lines.raw(transport.token().as_bytes());
        self.lines.raw(b" ");
        self.lines.text(sent_by.as_ref());
        self.lines.raw(b";rport;branch=");
        self.lines.text(branch.as_ref());
        self.lines.end_line();
        self
    }

    /// How many hops are left; 70 for a new request (RFC 3261 8.1.1.6).
    pub fn max_forwards(mut self, hops: u8) -> Self {
        self.lines.raw(b"Max-Forwards: ");
        self.lines.number(usize::from(hops));
        self.lines.end_line();
        self
    }

    /// Who asks: the whole value with its tag.
    pub fn from(self, value: impl AsRef<[u8]>) -> Self {
        self.header("From", value)
    }

    /// Who is asked: the whole value, with a tag within a dialog.
    pub fn to(self, value: impl AsRef<[u8]>) -> Self {
        self.header("To", value)
    }

    /// The name of the call.
    pub fn call_id(self, value: impl AsRef<[u8]>) -> Self {
        self.header("Call-ID", value)
    }

    /// The number in the dialog; the method is added.
    pub fn cseq(mut self, number: u32) -> Self {
        self.lines.raw(b"CSeq: ");
        self.lines.number(usize::try_from(number).unwrap_or_default());
        self.lines.raw(b" ");
        self.lines.raw(self.method.token());
        self.lines.end_line();
        self
    }

    /// The hops to visit, in their order, each a whole value `<sip:...;lr>`.
    pub fn route_set<R: AsRef<[u8]>>(mut self, routes: impl IntoIterator<Item = R>) -> Self {
        for route in routes {
            self.lines.line("Route", route.as_ref());
        }
        self
    }

    /// Where we can be reached: the whole value, `<sip:...>` with its parameters.
    pub fn contact(self, value: impl AsRef<[u8]>) -> Self {
        self.header("Contact", value)
    }

    /// One more header.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.lines.line(name, value.as_ref());
        self
    }

    /// The body and its kind.
    pub fn body(mut self, kind: &'a str, body: &'a [u8]) -> Self {
        self.content = Some((kind, body));
        self
    }

    /// The finished request.
    #[must_use]
    pub fn build(self) -> Bytes {
        self.lines.finish(self.content)
    }
}
