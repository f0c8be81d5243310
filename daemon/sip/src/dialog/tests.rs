//! Both ends of one call, and what a phone behind a router or an old proxy asks of us.

use super::{Dialog, DialogId, NoDialog, OutOfOrder, Phase};
use crate::compose::{Request, Response};
use crate::flow::{Flow, Transport};
use crate::message::Message;
use crate::method::Method;
use crate::name::Name;
use bytes::Bytes;

const ROUTES: &str = "<sip:near;lr>, <sip:far;lr>;x=\"a,b\"";

fn flow() -> Flow {
    let local = "192.0.2.1:5060".parse().unwrap();
    Flow { transport: Transport::Udp, local, peer: "203.0.113.9:40001".parse().unwrap(), connection: 0 }
}

fn from_caller(method: Method<'_>, to_tag: &str, number: u32) -> Bytes {
    Request::new(method, "sip:20@box")
        .via(Transport::Udp, "10.0.0.5", "z9hG4bK1")
        .max_forwards(70)
        .header("Record-Route", ROUTES)
        .from("\"Anna, Desk\" <sip:10@box>;tag=anna")
        .to(format!("<sip:20@box>{to_tag}"))
        .call_id("a-call")
        .cseq(number)
        .contact("<sip:10@10.0.0.5:5066>")
        .build()
}

fn invite() -> Bytes {
    from_caller(Method::Invite, "", 41)
}

fn called(invite: &Bytes) -> Dialog {
    Dialog::called(&Message::parse(invite).unwrap(), flow(), "box").unwrap()
}

fn answer(invite: &Bytes, status: u16, tag: &str, contact: &str) -> Bytes {
    let response = Response::to(&Message::parse(invite).unwrap(), &flow(), status);
    if contact.is_empty() {
        response.to_tag(tag).build()
    } else {
        response.to_tag(tag).contact(contact).build()
    }
}

fn calling(invite: &Bytes, answer: &Bytes) -> Dialog {
    Dialog::calling(&Message::parse(invite).unwrap(), &Message::parse(answer).unwrap(), flow()).unwrap()
}

#[test]
fn called_we_speak_back_to_the_caller() {
    let mut dialog = called(&invite());
    assert_eq!(dialog.phase(), Phase::Early);
    dialog.confirm();
    let bytes = dialog.request(Method::Bye, "192.0.2.1", "z9hG4bKnew").build();
    let bye = Message::parse(&bytes).unwrap();
    assert_eq!(
        bye.uri().unwrap().raw(),
        b"sip:10@10.0.0.5:5066",
        "the Contact, although the flow leads elsewhere"
    );
    assert_eq!(dialog.flow().peer, flow().peer);
    assert_eq!(bye.header(Name::From), Some(&b"<sip:20@box>;tag=box"[..]));
    assert_eq!(bye.header(Name::To), Some(&b"\"Anna, Desk\" <sip:10@box>;tag=anna"[..]));
    assert_eq!(bye.call_id(), Some(&b"a-call"[..]));
    assert_eq!(bye.header(Name::CSeq), Some(&b"1 BYE"[..]));
    let routes: Vec<_> = bye.headers(Name::Route).collect();
    assert_eq!(routes, [&b"<sip:near;lr>"[..], b"<sip:far;lr>;x=\"a,b\""], "as recorded");
}

#[test]
fn calling_we_visit_the_recorded_hops_the_other_way_round() {
    let invite = invite();
    let mut dialog = calling(&invite, &answer(&invite, 200, "bert", "<sip:20@10.0.0.6>"));
    assert_eq!(dialog.phase(), Phase::Confirmed);
    let bytes = dialog.request(Method::Info, "192.0.2.1", "z9hG4bKnew").build();
    let info = Message::parse(&bytes).unwrap();
    let routes: Vec<_> = info.headers(Name::Route).collect();
    assert_eq!(routes, [&b"<sip:far;lr>;x=\"a,b\""[..], b"<sip:near;lr>"]);
    assert_eq!(info.uri().unwrap().raw(), b"sip:20@10.0.0.6");
    assert_eq!((info.from_tag(), info.to_tag()), (Some(&b"anna"[..]), Some(&b"bert"[..])));
    assert_eq!(info.header(Name::CSeq), Some(&b"42 INFO"[..]));
}

#[test]
fn the_ack_carries_the_number_of_its_invite() {
    let invite = invite();
    let accepted = answer(&invite, 200, "bert", "<sip:20@10.0.0.6>");
    let mut dialog = calling(&invite, &accepted);
    let _ = dialog.request(Method::Info, "192.0.2.1", "z9hG4bKa").build();
    let bytes = dialog.ack(&Message::parse(&accepted).unwrap(), "192.0.2.1", "z9hG4bKb").build();
    assert_eq!(Message::parse(&bytes).unwrap().header(Name::CSeq), Some(&b"41 ACK"[..]));
    assert_eq!(dialog.local_sequence(), 42);
}

#[test]
fn ringing_without_contact_is_early_and_the_acceptance_moves_it() {
    let invite = invite();
    let mut dialog = calling(&invite, &answer(&invite, 180, "bert", ""));
    assert_eq!((dialog.phase(), dialog.target()), (Phase::Early, &b"sip:20@box"[..]));
    let accepted = answer(&invite, 200, "bert", "<sip:20@10.0.0.6>");
    dialog.confirm_by(&Message::parse(&accepted).unwrap());
    assert_eq!((dialog.phase(), dialog.target()), (Phase::Confirmed, &b"sip:20@10.0.0.6"[..]));
}

#[test]
fn every_branch_of_a_fork_is_its_own_dialog() {
    let invite = invite();
    let ids = ["bert", "carla"].map(|tag| {
        let ringing = answer(&invite, 180, tag, "");
        let dialog = calling(&invite, &ringing);
        assert_eq!(Some(dialog.id()), DialogId::of_answer(&Message::parse(&ringing).unwrap()).as_ref());
        dialog.id().clone()
    });
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn a_request_of_the_peer_finds_its_dialog() {
    let dialog = called(&invite());
    let of = |bytes: Bytes| DialogId::of_request(&Message::parse(&bytes).unwrap());
    assert_eq!(of(from_caller(Method::Bye, ";tag=box", 42)).as_ref(), Some(dialog.id()));
    assert_ne!(of(from_caller(Method::Bye, ";tag=other", 42)).as_ref(), Some(dialog.id()));
    assert_eq!(of(invite()), None);
}

#[test]
fn an_older_request_is_out_of_order() {
    let mut dialog = called(&invite());
    let mut take =
        |method, number| dialog.take(&Message::parse(&from_caller(method, ";tag=box", number)).unwrap());
    assert_eq!(take(Method::Ack, 41), Ok(()));
    assert_eq!(take(Method::Info, 45), Ok(()), "gaps are allowed");
    assert_eq!(take(Method::Info, 44), Err(OutOfOrder));
    assert_eq!(take(Method::Ack, 41), Ok(()), "an ACK has the number of its INVITE");
    assert_eq!(take(Method::Bye, 46), Ok(()));
}

#[test]
fn only_requests_that_may_move_a_peer_do() {
    let mut dialog = called(&invite());
    for (method, target) in [
        (Method::Info, "sip:10@10.0.0.5:5066"),
        (Method::Bye, "sip:10@10.0.0.5:5066"),
        (Method::Update, "sip:10@moved"),
    ] {
        let text = String::from_utf8(from_caller(method, ";tag=box", 50).to_vec()).unwrap();
        let moved = text.replace("<sip:10@10.0.0.5:5066>", "<sip:10@moved>");
        dialog.refresh(&Message::parse(moved.as_bytes()).unwrap());
        assert_eq!(String::from_utf8_lossy(dialog.target()), target, "{method:?}");
    }
}

#[test]
fn an_old_proxy_gets_the_request_line_and_the_target_goes_last() {
    let text = String::from_utf8(invite().to_vec()).unwrap();
    let strict: Bytes = text.replace("<sip:near;lr>", "<sip:near?Subject=x>").into();
    let bytes = called(&strict).request(Method::Bye, "192.0.2.1", "z9hG4bKnew").build();
    let bye = Message::parse(&bytes).unwrap();
    assert_eq!(bye.uri().unwrap().raw(), b"sip:near");
    let routes: Vec<_> = bye.headers(Name::Route).collect();
    assert_eq!(routes, [&b"<sip:far;lr>;x=\"a,b\""[..], b"<sip:10@10.0.0.5:5066>"]);
}

#[test]
fn what_makes_no_dialog_is_refused() {
    let invite = invite();
    let text = String::from_utf8(invite.to_vec()).unwrap();
    let anonymous = text.replace("Contact: <sip:10@10.0.0.5:5066>\r\n", "");
    let refused = Dialog::called(&Message::parse(anonymous.as_bytes()).unwrap(), flow(), "box");
    assert_eq!(refused.err(), Some(NoDialog::Contact));
    for status in [100, 302, 486] {
        let answer = answer(&invite, status, "bert", "");
        let made =
            Dialog::calling(&Message::parse(&invite).unwrap(), &Message::parse(&answer).unwrap(), flow());
        assert_eq!(made.err(), Some(NoDialog::Unfit), "{status}");
    }
}

#[test]
fn nobody_reads_in_the_log_who_talks_to_whom() {
    let shown = format!("{:?}", called(&invite()));
    assert!(!shown.contains("10@") && !shown.contains("Anna"), "{shown}");
}
