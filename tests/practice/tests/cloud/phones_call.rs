//! Calls in both directions with a phone of our own: signalling, audio, digits, and who hangs up.

use practice::{Audio, CallFailed, CallOptions, EndedBy, Event, Practice};
use serde_json::json;

use crate::http::{read, send};
use crate::office;
use crate::phone::{Message, Phone};

async fn registered(cloud: &Practice, device: &str) -> Phone {
    let mut phone = Phone::new(cloud, device).await;
    assert_eq!(phone.register().await.status(), Some(200));
    phone
}

async fn dial(phone: &mut Phone, number: &str, more: &str) -> Message {
    let sdp = phone.sdp("sendrecv");
    let headers = format!("{}Content-Type: application/sdp\r\n{more}", phone.contact());
    phone.ask("INVITE", &format!("sip:{number}@sipgate.de"), &headers, &sdp).await
}

#[tokio::test]
async fn a_number_answers_echoes_and_hears_digits() {
    let cloud = office().await;
    let mut phone = registered(&cloud, "e0").await;
    let mut events = cloud.sip().events();
    let answer = dial(&mut phone, "+49305550910", "").await;
    assert_eq!(answer.status(), Some(200), "{answer:?}");
    assert!(answer.body().contains("RTP/AVP 8 101"), "{answer:?}");
    phone.inside("ACK", &answer, "").await;
    phone.speak(answer.audio(), 8, 1, &[0x55; 160]).await;
    assert_eq!(phone.hear().await, [0x55; 160]);
    phone.speak(answer.audio(), 101, 2, &[5, 0x8a, 0, 160]).await;
    assert_eq!(
        events.find(|it| matches!(it, Event::Digit { .. })).await,
        Some(Event::Digit { call: 1, digit: '5' })
    );
    assert_eq!(phone.hear().await, [5, 0x8a, 0, 160], "digits come back as well");
    let listed = read(&cloud, "/v2/calls").await.json();
    assert_eq!(listed["data"][0]["participants"][1]["phoneNumber"], "+49305550910");
    phone.inside("BYE", &answer, "").await;
    assert_eq!(phone.final_answer().await.status(), Some(200));
    let ended = events.find(|it| matches!(it, Event::CallEnded { .. })).await;
    assert_eq!(
        ended,
        Some(Event::CallEnded { call: 1, by: EndedBy::Device, status: None, received: 2, sent: 2 })
    );
    assert!(cloud.sip().calls().is_empty());
}

#[tokio::test]
async fn numbers_refuse_the_way_they_are_named() {
    let cloud = office().await;
    let mut phone = registered(&cloud, "e0").await;
    for (number, status) in [
        ("+49305550912", 486),
        ("+49305550913", 404),
        ("+49305550915", 603),
        ("+49305550916", 503),
        ("12345678901234567", 200),
        ("777", 404),
        ("102", 480),
    ] {
        let answer = dial(&mut phone, number, "").await;
        assert_eq!(answer.status(), Some(status), "{number}");
    }
}

#[tokio::test]
async fn the_presented_number_must_be_an_own_one_without_plus() {
    let cloud = office().await;
    let mut phone = registered(&cloud, "e2").await;
    let mut events = cloud.sip().events();
    for (header, shown) in [
        ("P-Preferred-Identity: <sip:49305550107@sipgate.de>\r\n", "+49305550107"),
        ("P-Preferred-Identity: <sip:+49305550107@sipgate.de>\r\n", "+49305550102"),
        ("P-Preferred-Identity: <sip:49305550999@sipgate.de>\r\n", "+49305550102"),
        ("Privacy: id\r\n", "anonymous"),
    ] {
        dial(&mut phone, "+49305550912", header).await;
        let started = events.find(|it| matches!(it, Event::CallStarted { .. })).await;
        assert!(
            matches!(&started, Some(Event::CallStarted { presented, .. }) if presented == shown),
            "{started:?}"
        );
    }
}

#[tokio::test]
async fn an_emergency_call_arrives_with_the_address_of_its_device() {
    let cloud = office().await;
    let mut phone = registered(&cloud, "e6").await;
    let mut events = cloud.sip().events();
    assert_eq!(dial(&mut phone, "112", "").await.status(), Some(200));
    let event = events.find(|it| matches!(it, Event::Emergency { .. })).await;
    assert!(matches!(event, Some(Event::Emergency { address: Some(address), .. }) if address == "90"));
}

#[tokio::test]
async fn a_call_from_a_port_that_did_not_register_is_dropped() {
    let cloud = office().await;
    let _registered = registered(&cloud, "e0").await;
    let mut other = Phone::new(&cloud, "e0").await;
    let invite = other.request("INVITE", "sip:+49305550910@sipgate.de", "", "");
    other.send(&invite).await;
    assert!(other.hears_nothing().await);
    cloud.patch("quirks", json!({"samePort": false})).unwrap();
    assert_eq!(dial(&mut other, "+49305550912", "").await.status(), Some(486));
}

#[tokio::test]
async fn hold_is_answered_and_stops_the_tone() {
    let cloud = office().await;
    let mut phone = registered(&cloud, "e0").await;
    let answer = dial(&mut phone, "+49305550911", "").await;
    phone.inside("ACK", &answer, "").await;
    phone.speak(answer.audio(), 8, 1, &[0xd5; 160]).await;
    assert_eq!(phone.hear().await.len(), 160);
    let hold = phone.sdp("sendonly");
    phone.inside("INVITE", &answer, &hold).await;
    let held = phone.final_answer().await;
    assert!(held.body().contains("a=recvonly"), "{held:?}");
    phone.inside("ACK", &answer, "").await;
    phone.inside("BYE", &answer, "").await;
    assert_eq!(phone.final_answer().await.status(), Some(200));
}

#[tokio::test]
async fn a_caller_who_gives_up_is_told_487() {
    let cloud = office().await;
    let mut phone = registered(&cloud, "e0").await;
    let mut events = cloud.sip().events();
    let (sdp, headers) =
        (phone.sdp("sendrecv"), format!("{}Content-Type: application/sdp\r\n", phone.contact()));
    assert!(phone.submit("INVITE", "sip:+49305550914@sipgate.de", &headers, &sdp).await.is_none());
    events.find(|it| matches!(it, Event::CallRinging { .. })).await;
    phone.cancel().await;
    let mut answers = [phone.final_answer().await, phone.final_answer().await];
    answers.sort_by_key(Message::status);
    assert_eq!(answers.map(|it| it.status()), [Some(200), Some(487)]);
    let ended = events.find(|it| matches!(it, Event::CallEnded { .. })).await;
    assert!(
        matches!(ended, Some(Event::CallEnded { by: EndedBy::Device, status: Some(487), .. })),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_callee_who_gives_up_is_told_480() {
    let cloud = office().await;
    let mut phone = registered(&cloud, "e0").await;
    let mut events = cloud.sip().events();
    let calling = tokio::spawn(async move { dial(&mut phone, "+49305550914", "").await });
    events.find(|it| matches!(it, Event::CallRinging { .. })).await;
    cloud.sip().call_number(1).unwrap().hang_up().await;
    assert_eq!(calling.await.unwrap().status(), Some(480));
}

#[tokio::test]
async fn somebody_who_answers_can_hang_up_first_and_another_plays_before_he_answers() {
    let cloud = office().await;
    let mut phone = registered(&cloud, "e0").await;
    let answer = dial(&mut phone, "+49305550918", "").await;
    phone.inside("ACK", &answer, "").await;
    let bye = phone.expect("BYE").await;
    phone.reply(&bye, "200 OK", "").await;

    let (sdp, headers) =
        (phone.sdp("sendrecv"), format!("{}Content-Type: application/sdp\r\n", phone.contact()));
    assert!(phone.submit("INVITE", "sip:+49305550917@sipgate.de", &headers, &sdp).await.is_none());
    let early = phone.expect("SIP/2.0 183").await;
    phone.speak(early.audio(), 8, 1, &[0xd5; 160]).await;
    assert_eq!(phone.hear().await.len(), 160);
}

#[tokio::test]
async fn the_cloud_calls_a_phone_which_answers_and_hangs_up() {
    let cloud = office().await;
    let mut phone = registered(&cloud, "e0").await;
    let options = CallOptions {
        audio: Audio::Tone,
        called: Some("+49305550101".into()),
        ..CallOptions::from_number("+49305550901")
    };
    let call = cloud.sip().call_with("e0", options).await.unwrap();
    let invite = phone.expect("INVITE").await;
    assert!(invite.header("From").contains("sip:+49305550901@sipgate.de"), "{invite:?}");
    assert!(invite.first_line().contains(&phone.address().to_string()), "{invite:?}");
    assert!(invite.body().contains("a=rtpmap:113 telephone-event/8000"), "{invite:?}");
    phone.reply(&invite, "180 Ringing", "").await;
    call.ringing().await;
    phone.reply(&invite, "200 OK", &phone.sdp("sendrecv")).await;
    phone.expect("ACK").await;
    call.answered().await.unwrap();
    phone.speak(invite.audio(), 8, 1, &[0x2a; 160]).await;
    assert_eq!(phone.hear().await.len(), 160);
    assert_eq!(call.heard(), [0x2a; 160]);
    phone.rtp = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let tag = format!("{};tag=phone", invite.header("To"));
    let bye = phone.request("BYE", invite.header("Contact").split(['<', '>']).nth(1).unwrap(), "", "");
    let bye = swap(
        &bye,
        &[("From:", &tag), ("To:", invite.header("From")), ("Call-ID:", invite.header("Call-ID"))],
    );
    phone.send(&bye).await;
    assert_eq!(phone.final_answer().await.status(), Some(200));
    let ended = call.ended().await;
    assert_eq!((ended.by, ended.status), (EndedBy::Device, None));
}

#[tokio::test]
async fn a_trunk_is_called_by_the_number_that_was_dialled() {
    let cloud = office().await;
    let phone = registered(&cloud, "t0").await;
    let options =
        CallOptions { called: Some("+49305550105".into()), ..CallOptions::from_number("anonymous") };
    let call = cloud.sip().call_with("t0", options).await.unwrap();
    let invite = phone.expect("INVITE").await;
    assert!(invite.first_line().contains(&format!("sip:+49305550105@{}", phone.address())), "{invite:?}");
    phone.reply(&invite, "486 Busy Here", "").await;
    assert_eq!(call.ended().await.status, Some(486));
}

#[tokio::test]
async fn audio_waits_for_the_phone_unless_the_quirk_is_off() {
    let cloud = office().await;
    let mut phone = registered(&cloud, "e0").await;
    for (latch, speaks_first) in [(true, false), (false, true)] {
        cloud.patch("quirks", json!({"latch": latch})).unwrap();
        let answer = dial(&mut phone, "+49305550911", "").await;
        phone.inside("ACK", &answer, "").await;
        assert_eq!(phone.hears_audio().await, speaks_first, "latch {latch}");
        phone.inside("BYE", &answer, "").await;
        phone.final_answer().await;
    }
}

#[tokio::test]
async fn audio_can_come_in_bursts() {
    let cloud = office().await;
    cloud.patch("quirks", json!({"rtpBurstMs": 200, "latch": false})).unwrap();
    let mut phone = registered(&cloud, "e0").await;
    let answer = dial(&mut phone, "+49305550911", "").await;
    phone.inside("ACK", &answer, "").await;
    let mut gaps = Vec::new();
    for _ in 0..30 {
        let waiting = std::time::Instant::now();
        phone.hear().await;
        gaps.push(waiting.elapsed().as_millis());
    }
    assert!(gaps.iter().filter(|gap| **gap > 100).count() >= 2, "{gaps:?}");
    assert!(gaps.iter().filter(|gap| **gap < 10).count() >= 20, "{gaps:?}");
}

#[tokio::test]
async fn the_cloud_hangs_up_and_the_phone_gets_bye_or_cancel() {
    let cloud = office().await;
    let phone = registered(&cloud, "e0").await;
    let call = cloud.sip().call("e0", "anonymous").await.unwrap();
    let invite = phone.expect("INVITE").await;
    phone.reply(&invite, "200 OK", &phone.sdp("sendrecv")).await;
    call.answered().await.unwrap();
    let over = tokio::spawn({
        let call = call.clone();
        async move { call.hang_up().await }
    });
    let bye = phone.expect("BYE").await;
    phone.reply(&bye, "200 OK", "").await;
    assert_eq!(over.await.unwrap().by, EndedBy::Cloud);

    let call = cloud.sip().call("e0", "+49305550901").await.unwrap();
    let invite = phone.expect("INVITE").await;
    phone.reply(&invite, "180 Ringing", "").await;
    call.ringing().await;
    call.hang_up().await;
    let cancel = phone.expect("CANCEL").await;
    assert_eq!(cancel.header("Call-ID"), invite.header("Call-ID"));
}

#[tokio::test]
async fn a_refusal_of_the_phone_reaches_the_caller() {
    let cloud = office().await;
    let phone = registered(&cloud, "e0").await;
    let call = cloud.sip().call("e0", "+49305550901").await.unwrap();
    let invite = phone.expect("INVITE").await;
    phone.reply(&invite, "486 Busy Here", "").await;
    let refused = call.answered().await;
    assert!(
        matches!(refused, Err(CallFailed::NotAnswered(ended)) if ended.status == Some(486)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn one_call_can_come_as_two_invites() {
    let cloud = office().await;
    cloud.patch("quirks", json!({"duplicateInvite": true})).unwrap();
    let phone = registered(&cloud, "e0").await;
    let call = cloud.sip().call("e0", "+49305550901").await.unwrap();
    let mut invites = [phone.expect("INVITE").await, phone.expect("INVITE").await];
    invites.sort_by(|a, b| a.header("Call-ID").cmp(b.header("Call-ID")));
    let [first, second] = invites;
    assert_ne!(first.header("Call-ID"), second.header("Call-ID"));
    phone.reply(&second, "180 Ringing", "").await;
    phone.reply(&first, "200 OK", &phone.sdp("sendrecv")).await;
    call.answered().await.unwrap();
    let cancel = phone.expect("CANCEL").await;
    assert_eq!(cancel.header("Call-ID"), second.header("Call-ID"));
}

#[tokio::test]
async fn the_control_interface_places_watches_and_ends_calls() {
    let cloud = office().await;
    let phone = registered(&cloud, "e0").await;
    let calls = format!("{}/sip/calls", cloud.control());
    let placed = send("POST", &calls, None, r#"{"device": "e0", "from": "+49305550901", "audio": "tone"}"#)
        .await
        .json();
    let invite = phone.expect("INVITE").await;
    phone.reply(&invite, "200 OK", &phone.sdp("sendrecv")).await;
    phone.expect("ACK").await;
    let answered = cloud.sip().call_number(placed["call"].as_u64().unwrap()).unwrap();
    answered.answered().await.unwrap();
    assert_eq!(send("GET", &calls, None, "").await.json()[0]["stage"], "answered");
    let url = format!("{calls}/{}", placed["call"]);
    let ended = tokio::spawn(async move { send("DELETE", &url, None, "").await.status });
    let bye = phone.expect("BYE").await;
    phone.reply(&bye, "200 OK", "").await;
    assert_eq!(ended.await.unwrap(), 204);
    let events =
        send("GET", &format!("{}/sip/events?after=1&wait=5", cloud.control()), None, "").await.json();
    let names: Vec<_> = events.as_array().unwrap().iter().map(|it| it["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["callStarted", "callAnswered", "callEnded"]);
    assert_eq!((&events[0]["sequence"], &events[0]["presented"]), (&json!(2), &json!("+49305550901")));
}

#[tokio::test]
async fn dropping_the_cloud_ends_its_calls_and_frees_its_ports() {
    let cloud = office().await;
    let mut phone = registered(&cloud, "e0").await;
    let answer = dial(&mut phone, "+49305550911", "").await;
    let (sip, audio) = (cloud.sip().address(), answer.audio());
    drop(cloud);
    let freed = async {
        while std::net::UdpSocket::bind(sip).is_err() || std::net::UdpSocket::bind(audio).is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), freed).await.unwrap();
}

/// Replaces whole header lines.
fn swap(message: &str, lines: &[(&str, &str)]) -> String {
    let swapped = message.split("\r\n").map(|line| {
        let new = lines.iter().find(|(name, _)| line.starts_with(name));
        new.map_or_else(|| line.to_owned(), |(name, value)| format!("{name} {value}"))
    });
    swapped.collect::<Vec<_>>().join("\r\n")
}
