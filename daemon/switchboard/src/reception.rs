//! Where a request is received: what it is, whether it may be served, and who serves it.

use std::time::Instant;

use emergency::Class;
use sip::admit::Serves;
use sip::compose::Response;
use sip::dialog::DialogId;
use sip::flow::Flow;
use sip::message::Message;
use sip::method::Method;
use sip::name::Name;
use sip::package::{feature, geolocation, pidf, voice_report};
use sip::transaction::Priority;
use sip::validate::Invalid;
use sip::{ParseError, Start};

use crate::bridge::{CallId, End};
use crate::refusal::{Refused, warning};
use crate::switchboard::Switchboard;
use crate::wires::{ALLOW, EXTENSIONS, METHODS, SUPPORTED};

const SERVES: Serves<'static> =
    Serves { methods: &METHODS, extensions: &EXTENSIONS, bodies: &["application/sdp"] };
/// A phone that registers may say where it stands (RFC 6442).
const REGISTERS: Serves<'static> = Serves {
    methods: &METHODS,
    extensions: &EXTENSIONS,
    bodies: &[geolocation::KIND, "multipart/mixed", "application/sdp"],
};
/// INFO bodies are the phones' own business; they are passed on as they are (RFC 6086).
const ANY_BODY: Serves<'static> = Serves {
    methods: &METHODS,
    extensions: &EXTENSIONS,
    bodies: &[
        "application/sdp",
        "application/dtmf-relay",
        "application/dtmf",
        "application/media_control+xml",
    ],
};

/// What a text may be (RFC 3428 4).
const TEXT: Serves<'static> = Serves {
    methods: &METHODS,
    extensions: &EXTENSIONS,
    bodies: &["text/plain", "message/cpim", "text/html"],
};
/// What phones say about themselves when they subscribe or publish.
const NEWS: Serves<'static> = Serves {
    methods: &METHODS,
    extensions: &["eventlist"],
    bodies: &[pidf::KIND, feature::KIND, voice_report::KIND],
};

impl Switchboard {
    /// Serves a new request.
    pub(crate) fn request(&mut self, now: Instant, flow: Flow, request: &Message<'_>) {
        let method = request.method().unwrap_or(Method::Options);
        let serves = match method {
            Method::Info => ANY_BODY,
            Method::Register => REGISTERS,
            Method::Message => TEXT,
            Method::Subscribe | Method::Publish => NEWS,
            Method::Invite
            | Method::Ack
            | Method::Bye
            | Method::Cancel
            | Method::Options
            | Method::Prack
            | Method::Notify
            | Method::Refer
            | Method::Update
            | Method::Other(_) => SERVES,
        };
        // A call for help, and its rehearsal, is not refused for what it asks for besides.
        if let Err(why) = serves.admit(request)
            && !matches!(self.class_of(request), Some(Class::Emergency(_) | Class::Test))
        {
            let explained = serves.explain(why, request);
            return self.answer_once(flow, request, why.status(), explained.as_slice());
        }
        match (request.to_tag().is_some(), method) {
            (
                true,
                Method::Invite
                | Method::Bye
                | Method::Info
                | Method::Update
                | Method::Prack
                | Method::Refer
                | Method::Message,
            ) => {
                self.within_call(now, flow, request);
            }
            (false, Method::Message) => self.text(now, flow, request),
            (false, Method::Refer) => self.refer_apart(now, flow, request),
            (_, Method::Register) => self.register(now, flow, request),
            (false, Method::Invite) => self.invite(now, flow, request),
            (_, Method::Subscribe) => self.subscribe(now, flow, request),
            (_, Method::Publish) => self.publish(now, flow, request),
            (_, Method::Options) => {
                let what =
                    [("Allow", ALLOW), ("Accept", "application/sdp, text/plain"), ("Supported", SUPPORTED)];
                self.answer_once(flow, request, 200, &what.map(|(name, value)| (name, value.to_owned())));
            }
            (_, _) => self.refuse_once(flow, request, Refused::NoSuchCall),
        }
    }

    /// A request that belongs to a call we know, or claims to.
    fn within_call(&mut self, now: Instant, flow: Flow, request: &Message<'_>) {
        self.edition += 1;
        let (id, end) = match self.call_of(flow, request) {
            Ok(found) => found,
            Err(refused) => return self.refuse_kept(now, flow, request, refused),
        };
        if request.method() == Some(Method::Bye) {
            let bytes = Response::to(request, &flow, 200).build();
            self.wires.tx.answer_kept(now, flow, request, 200, bytes);
            if self.leaves_two(now, id, end.side()) {
                return;
            }
            let reason = request.text(Name::Reason);
            self.calls.with(id, |call| call.hung_up(now, end.side(), reason.as_deref(), &mut self.wires));
            return;
        }
        if request.method() == Some(Method::Refer) {
            if let Err(refused) = self.refer(now, flow, request, (id, end)) {
                self.refuse_kept(now, flow, request, refused);
            }
            return;
        }
        let Some(key) = self.wires.tx.proceed(now, flow, request, Priority::Ordinary) else { return };
        let wires = &mut self.wires;
        let served = self.calls.with(id, |call| call.change(now, end.side(), key, request, wires));
        if let Some(Err(refused)) = served {
            let bytes = self.wires.refusal(request, &flow, refused);
            self.wires.tx.answer(now, key, refused.status(), bytes);
        }
        let house = &*self.house;
        self.calls.with(id, |call| {
            if let Some((place, accepted)) = call.take_held_back() {
                call.picked_up(now, place, &accepted.message(), house, &mut self.wires);
            }
        });
    }

    /// The call whose dialog this is exactly: all three parts of its name fit, and the number is not an old one.
    /// A phone that came back on another connection is reached there from now on.
    fn call_of(&mut self, flow: Flow, request: &Message<'_>) -> Result<(CallId, End), Refused> {
        let tagged = request.to_tag().and_then(|tag| self.calls.by_tag(tag));
        let ((id, end), name) = tagged.zip(DialogId::of_request(request)).ok_or(Refused::NoSuchCall)?;
        let taken = self.calls.with(id, |call| {
            let dialog = call.dialog(end.side()).filter(|dialog| *dialog.id() == name)?;
            Some(dialog.take(request).map(|()| dialog.move_to(flow)))
        });
        taken.flatten().ok_or(Refused::NoSuchCall)?.map_err(|_| Refused::OutOfOrder)?;
        Ok((id, end))
    }

    /// Bytes that are no message: answered where that can be read out of them, counted in any case.
    pub(crate) fn unreadable(&mut self, flow: Flow, fault: ParseError, request: Option<&Message<'_>>) {
        if fault == ParseError::KeepAlive {
            return;
        }
        self.counts.unreadable += 1;
        if let Some((request, status)) = request.zip(fault.status()) {
            let reason = [("Warning", warning(&fault.to_string()))];
            self.answer_once(flow, request, status, &reason);
        }
    }

    /// A message that breaks a rule: a request is told which, everything else is dropped.
    pub(crate) fn invalid(&mut self, flow: Flow, message: &Message<'_>, fault: Invalid) {
        self.counts.invalid += 1;
        let answerable = matches!(message.start(), Start::Request { method, .. } if method != Method::Ack);
        if answerable && message.via().is_some() {
            let reason = [("Warning", warning(&fault.to_string()))];
            self.answer_once(flow, message, fault.status(), &reason);
        }
    }

    /// Refuses without keeping anything; a copy of the request is answered afresh.
    pub(crate) fn refuse_once(&mut self, flow: Flow, request: &Message<'_>, refused: Refused) {
        let bytes = self.wires.refusal(request, &flow, refused);
        self.wires.tx.send_once(flow, bytes);
    }

    fn refuse_kept(&mut self, now: Instant, flow: Flow, request: &Message<'_>, refused: Refused) {
        // Whoever names no call of ours has proven nothing, so nothing is kept for it.
        if request.method() == Some(Method::Invite) || refused == Refused::NoSuchCall {
            return self.refuse_once(flow, request, refused);
        }
        let bytes = self.wires.refusal(request, &flow, refused);
        self.wires.tx.answer_kept(now, flow, request, refused.status(), bytes);
    }

    fn answer_once(&mut self, flow: Flow, request: &Message<'_>, status: u16, headers: &[(&str, String)]) {
        let tag = self.wires.tx.tag_for(request);
        let response = Response::to(request, &flow, status).to_tag(&*tag).header("Server", &self.wires.agent);
        let response = headers.iter().fold(response, |response, (name, value)| response.header(name, value));
        self.wires.tx.send_once(flow, response.build());
    }
}
