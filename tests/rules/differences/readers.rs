//! What three readers find in a message, field by field.

use std::collections::BTreeMap;
use std::panic::catch_unwind;

use bytes::Bytes;
use ezk_sip_types::header::typed::{CSeq, CallID, Contact, FromTo, Via};
use ezk_sip_types::msg::{Line, MessageLine, PullParser};
use ezk_sip_types::parse::Parse as _;
use ezk_sip_types::uri::{SipUri, SipUriUserPart};
use ezk_sip_types::{Headers, Name};
use rsipstack::sip::message::HasHeaders as _;
use rsipstack::sip::typed;
use sip::Message;
use sip::view::Uri;

/// What is found under each name; `verdict` alone where the message is refused.
pub(super) type Reading = BTreeMap<&'static str, String>;
pub(super) type Read = fn(&[u8]) -> Reading;

pub(super) const READERS: &[(&str, Read)] = &[("rsipstack", rsipstack), ("ezk", ezk)];

fn refused() -> Reading {
    Reading::from([("verdict", "refused".to_owned())])
}

fn reading<const N: usize>(fields: [(&'static str, Option<String>); N]) -> Option<Reading> {
    let mut reading = Reading::from([("verdict", "taken".to_owned())]);
    for (name, value) in fields {
        reading.insert(name, value?);
    }
    Some(reading)
}

/// The box reads a message and judges what it relies on.
pub(super) fn ours(bytes: &[u8]) -> Reading {
    let read = || {
        let message = Message::parse(bytes).ok()?;
        message.validate().ok()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let user = |uri: Uri<'_>| text(uri.user.unwrap_or_default());
        let from = message.from()?;
        let cseq = message.cseq()?;
        reading([
            ("method", Some(text(message.method()?.token()))),
            ("target", message.uri().map(user)),
            ("from", Some(user(from.uri))),
            ("tag", from.tag().map(text)),
            ("call-id", message.call_id().map(text)),
            ("cseq", Some(cseq.number.to_string())),
            ("branch", message.via()?.branch().map(text)),
            ("hops", Some(message.vias().count().to_string())),
            ("contact", message.contact().map(|contact| user(contact.uri))),
            ("body", Some(text(message.body()))),
        ])
    };
    read().unwrap_or_else(refused)
}

fn rsipstack(bytes: &[u8]) -> Reading {
    let read = || {
        let message = ::rsipstack::sip::Request::try_from(bytes).ok()?;
        let all = |name: &str| -> Vec<String> {
            let named = |found: &str| found.eq_ignore_ascii_case(name);
            message
                .headers()
                .iter()
                .filter(|header| named(header.name()))
                .map(|header| header.value().into())
                .collect()
        };
        let first = |name: &str| all(name).into_iter().next();
        let user =
            |uri: &::rsipstack::sip::Uri| uri.auth.as_ref().map(|auth| auth.user.clone()).unwrap_or_default();
        let from = typed::From::parse(&first("From")?).ok()?;
        let cseq = typed::CSeq::parse(&first("CSeq")?).ok()?;
        let vias = all("Via");
        let via = typed::Via::parse(vias.first()?).ok()?;
        let contact = typed::Contact::parse(&first("Contact")?).ok()?;
        reading([
            ("method", Some(message.method().to_string())),
            ("target", Some(user(message.uri()))),
            ("from", Some(user(&from.uri))),
            ("tag", from.tag().map(ToString::to_string)),
            ("call-id", first("Call-ID")),
            ("cseq", Some(cseq.seq.to_string())),
            ("branch", via.branch().map(ToString::to_string)),
            ("hops", Some(vias.len().to_string())),
            ("contact", Some(user(&contact.uri))),
            ("body", Some(String::from_utf8_lossy(message.body()).into_owned())),
        ])
    };
    read().unwrap_or_else(refused)
}

/// Its lines and typed headers; it may panic, which counts as refusing.
fn ezk(bytes: &[u8]) -> Reading {
    catch_unwind(|| ezk_fields(bytes)).ok().flatten().unwrap_or_else(refused)
}

fn ezk_fields(bytes: &[u8]) -> Option<Reading> {
    let whole = Bytes::copy_from_slice(bytes);
    let mut lines = PullParser::new(&whole, 0);
    let first = str::from_utf8(lines.next()?.ok()?).ok()?;
    let (_, MessageLine::Request(request)) = MessageLine::parse(&whole)(first).ok()? else { return None };
    let mut headers = Headers::new();
    for line in lines.by_ref() {
        let (_, line) = Line::parse(&whole, str::from_utf8(line.ok()?).ok()?).ok()?;
        headers.insert(line.name, line.value);
    }
    let from = headers.get::<FromTo>(Name::FROM).ok()?;
    let cseq = headers.get_named::<CSeq>().ok()?;
    let vias = headers.get_named::<Vec<Via>>().ok()?;
    let contact = headers.get_named::<Contact>().ok()?;
    let body = bytes.get(lines.head_end()..)?;
    reading([
        ("method", Some(request.method.to_string())),
        ("target", Some(user(&request.uri))),
        ("from", Some(user(&from.uri.uri))),
        ("tag", from.tag.map(|tag| tag.to_string())),
        ("call-id", headers.get_named::<CallID>().ok().map(|id| id.0.to_string())),
        ("cseq", Some(cseq.cseq.to_string())),
        ("branch", vias.first()?.params.get_val("branch").map(ToString::to_string)),
        ("hops", Some(vias.len().to_string())),
        ("contact", Some(user(&contact.uri.uri))),
        ("body", Some(String::from_utf8_lossy(body).into_owned())),
    ])
}

fn user(uri: &SipUri) -> String {
    match &uri.user_part {
        SipUriUserPart::Empty => String::new(),
        SipUriUserPart::User(user) => user.to_string(),
        SipUriUserPart::UserPw(both) => both.user.to_string(),
    }
}
