//! What must hold for any bytes from outside, one function for each parser. The fuzz targets feed them
//! with millions of inputs; `tests/found.rs` feeds them again with every input that once broke a rule.

mod exchange;
pub mod front_panel;
pub mod hardware;
pub mod network;
pub mod uploads;

use std::time::SystemTime;

use bytes::Bytes;
use media::{
    rtcp::{Compound, VoipMetrics},
    rtp,
    sdp::{Anchor, Origin, Session},
    srtp::{LONGEST_KEY, MasterKey, Receiver, Sender, Suite},
};
use mirror::{Documents, Fetched, Kind, Outcome, Scope, Source};
use sip::{
    Message, Name, OwnedMessage,
    frame::{Frame, Framer},
    package::{
        dialog_info::DialogInfo, feature::Feature, geolocation::Geolocation, mail::MessageSummary,
        pidf::Presence, profile::Wanted, reginfo::RegInfo, resource_list::ResourceList, sipfrag,
        voice_report::VoiceReport,
    },
    view::{NamedDialog, Reason, SessionExpires, SubscriptionState},
};

pub use exchange::transactions;

/// Feeds one parser.
pub type Feed = fn(&[u8]);

/// Every parser by name, for replaying.
pub const PARSERS: [(&str, Feed); 25] = [
    ("backup", uploads::backup),
    ("cloud", cloud),
    ("disks", hardware::disks),
    ("documents", documents),
    ("drop_zone", uploads::drop_zone),
    ("feed", uploads::feed),
    ("framing", framing),
    ("leases", network::leases),
    ("lexer", lexer),
    ("nmea", hardware::nmea),
    ("numbers", uploads::numbers),
    ("panel", front_panel::panel),
    ("people", uploads::people),
    ("rates", uploads::rates),
    ("rtp", rtp),
    ("sdp", sdp),
    ("spoken", network::spoken),
    ("srtp", srtp),
    ("stun", stun),
    ("table", uploads::table),
    ("tables", network::tables),
    ("transactions", transactions),
    ("udev", hardware::udev),
    ("vcard", uploads::vcard),
    ("views", views),
];

/// Only questions are answered, with their own number, never by much more than was asked, and an answer never by another.
pub fn stun(input: &[u8]) {
    let from = ([192, 0, 2, 1], 5060).into();
    let Some(answer) = sip::stun::answer(input, from) else { return };
    assert!(sip::stun::is_stun(input) && sip::stun::is_stun(&answer));
    assert_eq!(answer.get(8..20), input.get(8..20));
    assert!(answer.len() <= input.len() + 24);
    assert_eq!(sip::stun::answer(&answer, from), None);
}

/// A message that was read is read again the same way from its own bytes.
pub fn lexer(input: &[u8]) {
    let _ = Message::salvage(input).map(|message| message.all_headers().count());
    let Ok(message) = Message::parse(input) else { return };
    let bytes = message.bytes();
    assert!(input.starts_with(bytes));
    let again = OwnedMessage::parse(Bytes::copy_from_slice(bytes)).expect("what was read can be read again");
    let again = again.message();
    assert_eq!(again.body(), message.body());
    assert_eq!(again.version(), message.version());
    let values = |message: &Message<'_>| -> Vec<(Name, Vec<u8>)> {
        message.all_headers().map(|header| (header.name, header.value.to_vec())).collect()
    };
    assert_eq!(values(&again), values(&message));
}

/// Every view of a message can be asked anything.
pub fn views(input: &[u8]) {
    let Ok(message) = Message::parse(input) else { return };
    let _ = (message.validate(), message.method(), message.status(), message.call_id(), message.cseq());
    let _ =
        (message.rack(), message.rseq(), message.max_forwards(), message.expires(), message.content_type());
    let _ = (message.to_tag(), message.from_tag(), message.via(), message.contact());
    for contact in message.contacts() {
        let _ = format!("{contact:?}");
    }
    for via in message.vias() {
        let _ = (
            via.known_transport(),
            via.branch(),
            via.unique_branch(),
            via.rport(),
            via.received(),
            via.alias(),
        );
    }
    for name in [Name::From, Name::To, Name::Contact, Name::Route, Name::RecordRoute, Name::ReferTo] {
        for address in message.addresses(name) {
            let _ =
                (address.display_name(), address.tag(), address.q(), address.instance(), address.reg_id());
        }
        let _ = (message.text(name), message.words(name).count());
    }
    for parameters in message.authorizations().chain(message.proxy_authorizations()) {
        let _ = (parameters.is_digest(), parameters.value(b"response"), parameters.raw(b"uri"));
    }
    services(&message);
    if let Ok(wanted) = Wanted::of(&message) {
        let said = [&wanted.vendor, &wanted.model].into_iter().flatten();
        assert!(said.into_iter().all(|word| word.len() <= 64 && word.is_ascii()), "bounded and plain");
        assert!(wanted.written(b"").is_none() && wanted.written(b"https://box/").is_some());
    }
    if let Some(uri) = message.uri() {
        let _ = (uri.user_decoded(), uri.transport());
        assert!(uri.same_as(&uri), "an address equals itself");
    }
}

/// The headers of transfers, timers and news; what the box would write of them can be read again.
fn services(message: &Message<'_>) {
    if let Some(expires) = message.session_expires() {
        assert_eq!(SessionExpires::parse(expires.to_string().as_bytes()), Some(expires));
    }
    for dialog in [message.replaces(), message.join()].into_iter().flatten() {
        let written = dialog.written().expect("what was read can be written");
        assert_eq!(NamedDialog::parse(&written), Some(dialog));
    }
    if let Some(state) = message.subscription_state() {
        assert_eq!(SubscriptionState::parse(state.to_string().as_bytes()), Some(state));
    }
    for reason in message.reasons() {
        let again = reason.to_string();
        assert_eq!(Reason::parse(again.as_bytes()).map(|again| again.cause), Some(reason.cause));
    }
    let target = message.refer_to().map(|target| target.uri);
    let replaced = target.as_ref().and_then(|uri| uri.header(b"Replaces"));
    let _ = replaced.as_deref().and_then(NamedDialog::parse);
    let _ = (message.event().map(|event| event.to_string()), message.target_dialog(), message.privacy());
    let _ = (message.min_se(), message.refer_sub(), message.retry_after(), message.flow_timer());
    let _ = (message.diversions().count(), message.history().filter(|station| station.is_private()).count());
    let _ = (message.alert_infos().count(), message.geolocations().count(), message.warnings().count());
    let _ = (message.accepts(b"application/sdp"), message.sip_etag(), message.sip_if_match());
}

/// A stream gives the same messages however it is cut. The first byte of the input says how.
pub fn framing(input: &[u8]) {
    let Some((cut, stream)) = input.split_first() else { return };
    let whole = frames([stream].into_iter());
    let pieces = frames(stream.chunks(usize::from(*cut) + 1));
    let shorter = whole.len().min(pieces.len());
    let agree = whole.iter().zip(&pieces).take(shorter).all(|(one, other)| one == other);
    assert!(agree, "the cut changed what was read");
}

/// The messages of a stream until it ends or breaks.
fn frames<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let mut framer = Framer::new();
    let mut messages = vec![];
    for piece in pieces {
        framer.feed(piece);
        loop {
            match framer.next() {
                Ok(Some(Frame::Message(message))) => messages.push(message.bytes().to_vec()),
                Ok(Some(Frame::Ping | Frame::Pong)) => {}
                Ok(None) => break,
                Err(_) => {
                    let _ = framer.salvage().map(|message| message.all_headers().count());
                    return messages;
                }
            }
        }
    }
    messages
}

/// What was read of a document of states is written so that it reads the same.
pub fn documents(input: &[u8]) {
    let _ = VoiceReport::parse(input);
    if let Ok((version, lamp)) = DialogInfo::parse(input) {
        let again = DialogInfo::parse(&lamp.write().at(version));
        assert_eq!(again, Ok((version, lamp)));
    }
    if let Ok((version, places)) = RegInfo::parse(input) {
        let again = RegInfo::parse(&places.write().at(version));
        assert_eq!(again, Ok((version, places)));
    }
    if let Ok(state) = Presence::parse(input) {
        assert_eq!(Presence::parse(&state.write()), Ok(state));
    }
    if let Ok(stands) = Geolocation::parse(input) {
        let points =
            stands.places.iter().filter_map(|place| place.shape.as_ref()).flat_map(|shape| &shape.points);
        points.for_each(|(latitude, longitude)| assert!(latitude.abs() <= 90.0 && longitude.abs() <= 180.0));
    }
    if let Ok(mailbox) = MessageSummary::parse(input) {
        assert_eq!(MessageSummary::parse(&mailbox.write()), Ok(mailbox));
    }
    if let Ok(feature) = Feature::parse(input) {
        assert!(!feature.write().is_empty());
    }
    let _ = sipfrag::parse(input);
    let kind = b"multipart/related;type=\"application/rlmi+xml\";boundary=\"edge\"";
    let _ = ResourceList::parse(kind, input).map(|list| list.write("edge"));
}

/// What we tell the other leg can be read, and names our address and no other.
pub fn sdp(input: &[u8]) {
    let Ok(session) = Session::parse(input) else { return };
    let _ = session.acceptable();
    let address = "192.0.2.1".parse().expect("an address");
    let origin = Origin { username: "box", id: 1, version: 1 };
    let anchored = session.anchored(&Anchor { address, rtp_port: 20_000, door: None, origin });
    let anchored = Session::parse(&anchored).expect("what we write can be read");
    assert_eq!(anchored.media().len(), session.media().len(), "one medium for each that was offered");
    assert_eq!(anchored.audio().is_some(), session.audio().is_some());
    if let Some(audio) = anchored.audio() {
        let elsewhere = "198.51.100.1".parse().expect("an address");
        let ours = audio.rtp_address(elsewhere);
        assert!(ours.is_none_or(|ours| (ours.ip(), ours.port()) == (address, 20_000)), "{ours:?}");
    }
}

/// A datagram is voice or a report, never both.
pub fn rtp(input: &[u8]) {
    let packet = rtp::Packet::parse(input);
    if let Ok(packet) = &packet {
        assert!(packet.payload.len() + 12 <= input.len());
        assert!(!rtp::is_rtcp(input), "a report is not voice");
    }
    if let Ok(compound) = Compound::parse(input) {
        let _ = compound.reports().map(|report| format!("{report:?}")).count();
        let _ = compound.reports().map(|report| report.echoes().count()).sum::<usize>();
        for phone in compound.reports().filter_map(|report| report.voip_metrics()) {
            assert_eq!(VoipMetrics::unpacked(phone.packed()), phone);
        }
    }
}

/// Nobody without the key gets a datagram opened, and what is voice comes through closing and opening unchanged.
/// The first byte of the input says which suite it is.
pub fn srtp(input: &[u8]) {
    let Some((which, datagram)) = input.split_first() else { return };
    let key = MasterKey::drawn(Suite::ALL[usize::from(*which) % Suite::ALL.len()], [7; LONGEST_KEY]);
    let mut receiver = Receiver::new(&key, which >> 4);
    assert!(receiver.unprotect(&mut datagram.to_vec()).is_err());
    assert!(receiver.unprotect_reports(&mut datagram.to_vec()).is_err());
    let mut buffer = datagram.to_vec();
    buffer.resize(datagram.len() + media::srtp::OVERHEAD, 0);
    let Ok(length) = Sender::new(&key).protect(&mut buffer, datagram.len()) else { return };
    if length > media::srtp::LONGEST {
        return;
    }
    let opened = Receiver::new(&key, 0).unprotect(&mut buffer[..length]).expect("what we close we open");
    assert_eq!(&buffer[..opened], datagram);
}

/// Any answer of the cloud is taken or refused, and the same answer twice changes nothing the second time.
/// The first byte of the input says which answer it is.
pub fn cloud(input: &[u8]) {
    let Some((which, answer)) = input.split_first() else { return };
    let Ok(answer) = serde_json::from_slice::<serde_json::Value>(answer) else { return };
    let kind = Kind::ALL[usize::from(*which) % Kind::ALL.len()];
    let scope = Scope::all(kind);
    let mut fetched = Fetched::new(SystemTime::UNIX_EPOCH);
    let outcome = match fetched.read(&scope, Source::V2, answer) {
        Ok(_) => Outcome::Complete,
        Err(failure) => Outcome::Failed(failure),
    };
    fetched.conclude(scope, outcome);
    let mut known = Documents::default();
    known.apply(mirror::plan(&known, &fetched));
    let again = mirror::plan(&known, &fetched);
    assert!(again.put.is_empty() && again.gone.is_empty(), "the same answer twice: {again:?}");
    let _ = mirror::assemble(&known);
}
