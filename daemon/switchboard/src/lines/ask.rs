//! What a line says to its provider outside calls: REGISTER and OPTIONS, and what the answers tell.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sip::compose::{Request, sip_uri};
use sip::digest::{Challenge, Login};
use sip::flow::{Flow, Transport};
use sip::message::Message;
use sip::method::Method;
use sip::name::Name;
use sip::seed::{Seed, Word};

use super::Line;

/// Stations that a provider may put before our calls; more is beyond reason.
const MOST_ROUTES: usize = 8;
/// Longest such station.
const LONGEST_ROUTE: usize = 512;

/// How a line is registered.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    /// Its requests and its calls go this way.
    pub flow: Flow,
    /// Where the provider believes us to be, a URI.
    pub contact: String,
    /// Stations that our calls have to visit, each a whole value (RFC 3608).
    pub routes: Vec<String>,
    /// Until then, unless it is refreshed.
    pub until: Instant,
}

/// What names a line's requests outside calls.
#[derive(Debug)]
pub(super) struct Words {
    tag: Word,
    call_id: Word,
    cseq: u32,
}

impl Words {
    pub(super) fn new(seed: &mut Seed) -> Self {
        Self { tag: seed.tag(), call_id: seed.call_id(), cseq: seed.cseq() }
    }
}

/// Everything a request needs besides the line itself.
pub(super) struct Asking<'a> {
    pub flow: Flow,
    pub contact: &'a str,
    /// What the provider believes until now, if that is another place.
    pub moved_from: Option<&'a str>,
    /// 0 takes the registration back.
    pub seconds: u32,
    pub agent: &'a str,
}

/// REGISTER (RFC 3261 10.2). The Contact is always named: without it some providers answer 200 and keep nothing.
pub(super) fn register(
    line: &Line,
    words: &mut Words,
    challenge: Option<&mut Challenge>,
    asking: &Asking<'_>,
    seed: &mut Seed,
) -> Bytes {
    let uri = format!("sip:{}", line.domain);
    let request = begin(line, words, Method::Register, asking, &uri, seed);
    let request = request.contact(format!("<{}>;expires={}", asking.contact, asking.seconds));
    let request = match asking.moved_from {
        Some(old) => request.contact(format!("<{old}>;expires=0")),
        None => request,
    };
    let request = request.header("Expires", asking.seconds.to_string()).header("Supported", "path");
    proven(line, request, challenge, Method::Register, &uri, seed).build()
}

/// OPTIONS to the registrar, to see whether it hears us.
pub(super) fn options(line: &Line, words: &mut Words, asking: &Asking<'_>, seed: &mut Seed) -> Bytes {
    let uri = format!("sip:{}", line.domain);
    let request = begin(line, words, Method::Options, asking, &uri, seed);
    request.contact(format!("<{}>", asking.contact)).header("Accept", "application/sdp").build()
}

fn begin<'a>(
    line: &Line,
    words: &mut Words,
    method: Method<'a>,
    asking: &Asking<'_>,
    uri: &str,
    seed: &mut Seed,
) -> Request<'a> {
    words.cseq += 1;
    let own = sip_uri(line.user.as_str(), &line.domain);
    let to = if method == Method::Register { own.as_str() } else { uri };
    Request::new(method, uri)
        .via(asking.flow.transport, asking.flow.local.to_string(), seed.branch())
        .max_forwards(70)
        .from(format!("<{own}>;tag={}", words.tag))
        .to(format!("<{to}>"))
        .call_id(words.call_id)
        .cseq(words.cseq)
        .header("User-Agent", asking.agent)
}

/// A request with what proves that it is the line's.
fn proven<'a>(
    line: &Line,
    request: Request<'a>,
    challenge: Option<&mut Challenge>,
    method: Method<'_>,
    uri: &str,
    seed: &mut Seed,
) -> Request<'a> {
    let (Some(challenge), Some(password)) = (challenge, &line.password) else { return request };
    let login = Login { user: line.user.as_str(), password: password.expose() };
    match challenge.answer(method, uri, login, &seed.tag()) {
        Some((name, value)) => request.header(name, value),
        None => request,
    }
}

/// Where the line is reached over this flow; `seen` is our address there as its peer sees it.
pub(super) fn contact(line: &Line, flow: Flow, seen: Option<SocketAddr>) -> String {
    let transport = match flow.transport {
        Transport::Udp => "",
        Transport::Tcp => ";transport=tcp",
        Transport::Tls => ";transport=tls",
        Transport::Ws | Transport::Wss => ";transport=ws",
    };
    format!("sip:{}@{}{transport}", line.user, seen.unwrap_or(flow.local))
}

/// For how many seconds a 200 to REGISTER keeps us: what it says of our Contact, else of all (RFC 3261 10.2.4).
pub(super) fn granted(accepted: &Message<'_>, contact: &str, wanted: u32) -> u32 {
    let ours = |of: &sip::view::NameAddr<'_>| of.uri.raw() == contact.as_bytes();
    let contacts = || {
        accepted.contacts().filter_map(|contact| match contact {
            sip::view::Contact::Address(address) => Some(address),
            sip::view::Contact::Any => None,
        })
    };
    // A provider that rewrites what translators do shows our Contact in another form; then any of them must do.
    let said = contacts().find(ours).or_else(|| contacts().next()).and_then(|contact| contact.expires());
    said.or_else(|| accepted.expires()).unwrap_or(wanted)
}

/// The stations our calls have to visit, as the registrar says (RFC 3608).
pub(super) fn service_route(accepted: &Message<'_>) -> Vec<String> {
    let stations = accepted.addresses(Name::ServiceRoute).take(MOST_ROUTES);
    let text = stations.filter_map(|station| str::from_utf8(station.uri.raw()).ok());
    text.filter(|uri| uri.len() <= LONGEST_ROUTE).map(|uri| format!("<{uri}>")).collect()
}

/// Our address as the peer saw it when it answered (RFC 3581); `None` when it does not say.
pub(super) fn seen(answer: &Message<'_>) -> Option<SocketAddr> {
    let via = answer.via()?;
    let host = via.received().or_else(|| via.host.ip())?;
    let port = via.rport().or(via.port)?;
    (via.received().is_some() || via.rport().is_some()).then(|| SocketAddr::new(host, port))
}

/// Whether somebody on the way rewrites our messages: an answer repeats our Via as it arrived (RFC 3261 8.2.6.2), and it is not
/// what we wrote. Only a router that believes to understand SIP does that.
pub(super) fn altered(answer: &Message<'_>, local: SocketAddr) -> bool {
    answer.via().is_some_and(|via| (via.host.ip(), via.port) != (Some(local.ip()), Some(local.port())))
}

/// What is left of `until`.
pub(super) fn lasts(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}
