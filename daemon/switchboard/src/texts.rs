//! Short texts from phone to phone (RFC 3428), and numbers that somebody clicks for a phone of his own to dial (RFC 5359 2.18):
//! passed on while their sender waits, never kept.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use account::DeviceId;
use emergency::Class;
use sip::compose::{Request, Response, name_addr, sip_uri};
use sip::flow::Flow;
use sip::message::{Message, OwnedMessage};
use sip::method::Method;
use sip::name::Name;
use sip::transaction::{ClientKey, Priority, ServerKey};

use crate::bridge::{Ring, best_refusal};
use crate::gate::Proven;
use crate::refusal::Refused;
use crate::switchboard::Switchboard;
use crate::wires::Wires;

/// Texts under way at once.
const MOST: usize = 1_000;
/// A phone that has not taken a text by then is not there; its sender gives up after 32 seconds (RFC 3261 17.1.2.2).
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest text in bytes: with its headers it has to fit into one datagram (RFC 3428 8).
const LONGEST: usize = 1_000;

/// Texts on their way.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    texts: BTreeMap<u64, Text>,
    next: u64,
    of: HashMap<ClientKey, u64>,
}

impl Texts {
    /// When the oldest one is to be answered.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.texts.first_key_value().map(|(_, text)| text.due)
    }
}

#[cfg(test)]
impl Texts {
    pub(crate) fn in_memory(&self) -> usize {
        self.texts.len() + self.of.len()
    }
}

/// One text and the phones that have yet to take it.
#[derive(Debug)]
struct Text {
    flow: Flow,
    server: ServerKey,
    request: OwnedMessage,
    due: Instant,
    open: usize,
    refusals: Vec<u16>,
}

impl Switchboard {
    /// A MESSAGE or REFER outside a call, for everybody at the address it names.
    pub(crate) fn text(&mut self, now: Instant, flow: Flow, request: &Message<'_>) {
        let Some(proven) = self.prove(now, flow, request) else { return };
        let Some(key) = self.wires.tx.proceed(now, flow, request, Priority::Ordinary) else { return };
        if let Err(refused) = self.pass_text(now, (flow, key), request, &proven) {
            let bytes = self.wires.refusal(request, &flow, refused);
            self.wires.tx.answer(now, key, refused.status(), bytes);
        }
    }

    fn pass_text(
        &mut self,
        now: Instant,
        (flow, server): (Flow, ServerKey),
        request: &Message<'_>,
        proven: &Proven,
    ) -> Result<(), Refused> {
        if request.body().len() > LONGEST {
            return Err(Refused::TooLong);
        }
        if self.texts.texts.len() >= MOST {
            return Err(Refused::Full);
        }
        let uri = request.uri().ok_or(Refused::BadTarget)?;
        let (_, route) = self.way_to(now, flow, &uri, &proven.device)?;
        let clicked = request.method() == Some(Method::Refer);
        if clicked && (self.asks_for_help(request) || !self.owns_all(proven, route.phones())) {
            return Err(Refused::Forbidden);
        }
        let from = self.party(&proven.device);
        let who = name_addr(&from.name, &sip_uri(&from.number, &self.wires.domain));
        let places = self.places(route.phones());
        let sent: Vec<_> =
            places.iter().filter_map(|place| send(now, place, &who, request, &mut self.wires)).collect();
        if sent.is_empty() {
            return Err(Refused::Full);
        }
        let number = self.texts.next;
        self.texts.next += 1;
        let (request, open) = (request.to_owned(), sent.len());
        self.texts
            .texts
            .insert(number, Text { flow, server, request, due: now + PATIENCE, open, refusals: Vec::new() });
        self.texts.of.extend(sent.into_iter().map(|key| (key, number)));
        Ok(())
    }

    /// Whether a phone is to dial for help: only a hand at the phone does that (NotrufV § 4 (6)).
    fn asks_for_help(&self, request: &Message<'_>) -> bool {
        let Some(whom) = request.refer_to() else { return false };
        let numbers = &self.help.ready.rules().numbers;
        matches!(numbers.class(&String::from_utf8_lossy(whom.uri.raw())), Class::Emergency(_))
    }

    /// Whether these are phones of the one who asks: nobody lets phones of others dial.
    fn owns_all(&self, proven: &Proven, phones: &[DeviceId]) -> bool {
        let owner = |device| self.house.devices.get(device).and_then(|device| device.owner.as_ref());
        let asks = owner(&proven.device);
        asks.is_some() && phones.iter().all(|phone| owner(phone) == asks)
    }

    /// A phone's answer to a text. The first phone that takes it is enough.
    pub(crate) fn text_answered(&mut self, now: Instant, of: ClientKey, status: u16) {
        let Some(number) = self.texts.of.get(&of).copied() else { return };
        if status < 200 {
            return;
        }
        self.texts.of.remove(&of);
        let Some(text) = self.texts.texts.get_mut(&number) else { return };
        text.open = text.open.saturating_sub(1);
        let taken = status < 300;
        if !taken {
            text.refusals.push(status);
        }
        if taken || text.open == 0 {
            let status = if taken { status } else { best_refusal(text.refusals.iter().copied()) };
            self.answer_text(now, number, status);
        }
    }

    /// Answers texts that nobody took in time.
    pub(crate) fn overdue_texts(&mut self, now: Instant) {
        while let Some((number, text)) =
            self.texts.texts.first_key_value().filter(|(_, text)| text.due <= now)
        {
            let (number, status) = (*number, best_refusal(text.refusals.iter().copied()));
            self.answer_text(now, number, status);
        }
    }

    fn answer_text(&mut self, now: Instant, number: u64, status: u16) {
        let Some(text) = self.texts.texts.remove(&number) else { return };
        let tag = self.wires.tx.tag_for(&text.request.message());
        let response = Response::to(&text.request.message(), &text.flow, status).to_tag(&*tag);
        let clicked = text.request.message().header(Name::ReferTo).is_some() && status < 300;
        let response = if clicked { response.header("Refer-Sub", "false") } else { response };
        self.wires.tx.answer(now, text.server, status, response.build());
    }
}

/// Sends it to one phone, from the address that the account knows.
fn send(now: Instant, to: &Ring, who: &str, request: &Message<'_>, wires: &mut Wires) -> Option<ClientKey> {
    let (branch, tag, call_id) = (wires.seed.branch(), wires.seed.tag(), wires.seed.call_id());
    let kind = request.text(Name::ContentType).unwrap_or_default();
    let text = Request::new(request.method()?, &to.contact)
        .via(to.flow.transport, to.flow.local.to_string(), branch)
        .max_forwards(request.max_forwards().map_or(70, |hops| hops.saturating_sub(1)))
        .from(format!("{who};tag={tag}"))
        .to(name_addr("", &to.contact))
        .call_id(call_id)
        .cseq(wires.seed.cseq())
        .header("P-Asserted-Identity", who)
        .header("User-Agent", &wires.agent);
    let text = match request.header(Name::ReferTo) {
        // Whether it comes about, the phone shows by itself (RFC 4488 4).
        Some(whom) => text
            .header("Refer-To", whom)
            .header("Referred-By", who)
            .header("Refer-Sub", "false")
            .contact(wires.contact(&to.flow))
            .build(),
        None => text.body(&kind, request.body()).build(),
    };
    wires.tx.request(now, to.flow, text, Priority::Ordinary).ok()
}
