//! Phones that number their payloads differently, and keys that one of them presses.

use super::setting::{Phone, Setting, config, hear};
use media::coding::Coding;
use media::dtmf::{Digit, Press, TelephoneEvent};
use media::g711::Law;
use media::payload::PayloadMap;
use media::relay::{Command, Event, LegPlan};
use media::sdp::{Codec, Session};
use media::tone::{FaxEar, FaxSign, Player, Tone};
use std::time::Duration;

pub(super) const PHONE: &str = "8 101\na=rtpmap:101 telephone-event/8000\n";
pub(super) const CLOUD: &str = "8 113\na=rtpmap:113 telephone-event/8000\n";
const PLAIN: &str = "8\n";
const AMERICAN: &str = "0\n";

fn codecs(formats: &str) -> Vec<Codec> {
    let text = format!("v=0\nc=IN IP4 192.0.2.7\nm=audio 4000 RTP/AVP {formats}");
    Session::parse(text.as_bytes()).unwrap().audio().unwrap().codecs()
}

/// A call in which each side was told of its own numbers.
pub(super) fn call(setting: &Setting, a_takes: &str, b_takes: &str) -> (Phone, Phone) {
    let (a, b) = setting.call();
    for (phone, takes, other) in [(&a, a_takes, b_takes), (&b, b_takes, a_takes)] {
        let payloads = Some(Box::new(PayloadMap::between(&codecs(takes), &codecs(other))));
        let plan = LegPlan { payloads, ..phone.plan() };
        setting.tell(Command::Expect { leg: phone.lease.leg, plan });
    }
    setting.settle();
    (a, b)
}

fn packet(payload_type: u8, sequence: u16, timestamp: u32, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x80, payload_type];
    packet.extend(sequence.to_be_bytes());
    packet.extend(timestamp.to_be_bytes());
    packet.extend([0, 0, 0, 1]);
    packet.extend(payload);
    packet
}

fn event(event: u8, end: bool, duration: u16) -> [u8; 4] {
    TelephoneEvent { event, end, volume: 10, duration }.compose()
}

fn five() -> Press {
    Press { digit: Digit::named('5').unwrap(), duration: Duration::from_millis(100) }
}

fn pressed(setting: &Setting) -> (Press, bool) {
    setting.wait_for(|event| match event {
        Event::Pressed { press, passed, .. } => Some((*press, *passed)),
        _ => None,
    })
}

#[test]
fn each_side_hears_its_own_numbers() {
    let setting = Setting::start(config(8));
    let (a, b) = call(&setting, PHONE, CLOUD);
    for (number, (end, duration)) in (0..).zip([(false, 160), (true, 800), (true, 800)]) {
        a.rtp.send_to(&packet(101 | 0x80, number, 5, &event(5, end, duration)), a.rtp_port()).unwrap();
        assert_eq!(hear(&b.rtp), packet(113 | 0x80, number, 5, &event(5, end, duration)));
    }
    assert_eq!(pressed(&setting), (five(), true));
    b.speak(1);
    assert_eq!(hear(&a.rtp)[1], 8);
    b.rtp.send_to(&packet(101, 2, 5, &event(5, false, 160)), b.rtp_port()).unwrap();
    b.speak(3);
    assert_eq!(hear(&a.rtp)[3], 3, "a number that nobody told it is dropped");
    assert_eq!(setting.end(b.lease.leg).malformed, 1);
}

#[test]
fn a_key_that_cannot_pass_is_told() {
    let setting = Setting::start(config(8));
    let (a, b) = call(&setting, PHONE, PLAIN);
    a.rtp.send_to(&packet(101, 1, 5, &event(5, true, 800)), a.rtp_port()).unwrap();
    assert_eq!(pressed(&setting), (five(), false));
    a.speak(2);
    assert_eq!(hear(&b.rtp)[3], 2);
}

#[test]
fn two_laws_of_one_codec_are_translated() {
    let setting = Setting::start(config(8));
    let (a, b) = call(&setting, PLAIN, AMERICAN);
    a.speak(1);
    let heard = hear(&b.rtp);
    assert_eq!((heard[1], heard.len()), (0, 172));
    assert!(heard[12..].iter().all(|byte| matches!(byte, 0xfe | 0xff)), "silence is silence");
}

#[test]
fn a_phone_that_knows_g722_alone_understands_one_that_knows_g711_alone() {
    let setting = Setting::start(config(8));
    let (a, b) = call(&setting, "9\n", AMERICAN);
    let mut encoder = Coding::G722.encoder();
    let (mut player, mut ear) = (Player::new(Tone::CED), FaxEar::default());
    let sign = (0..50).find_map(|number| {
        let mut samples = [0; 160];
        player.fill(&mut samples);
        let payload: Vec<u8> = samples.iter().map(|sample| encoder.encode(*sample)).collect();
        a.rtp.send_to(&packet(9, number, u32::from(number) * 160, &payload), a.rtp_port()).unwrap();
        let heard = hear(&b.rtp);
        assert_eq!((heard[1], heard.len()), (0, 172));
        ear.hear(heard[12..].iter().map(|byte| Law::Mu.decode(*byte)))
    });
    assert_eq!(sign, Some(FaxSign::Answering), "the tone is the same");
}

#[test]
fn a_key_pressed_for_a_phone_reaches_it_as_an_event() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    let plan = LegPlan { events: Some(101), ..b.plan() };
    setting.tell(Command::Expect { leg: b.lease.leg, plan });
    setting.tell(Command::Press { leg: b.lease.leg, press: five() });
    setting.settle();
    let spoken_and_heard = |sequence| {
        a.speak(sequence);
        hear(&b.rtp)
    };
    let heard: Vec<_> = (0..12).map(spoken_and_heard).collect();
    let ends = heard.iter().filter(|one| one[1] & 0x7f == 101 && one[12..] == event(5, true, 800)).count();
    assert_eq!((ends, heard[0][1], heard[11][1]), (3, 101 | 0x80, 8));
    assert!(heard.iter().map(|one| one[3]).eq(0..12));
}
