//! Tones and announcements of our own.

use super::setting::{Phone, Setting, config, hear, voice, waiting};
use media::coding::Coding;
use media::g711::Law;
use media::playback::{Repeat, Sound};
use media::relay::{Command, Event, LegPlan, Played};
use media::tone::{FaxEar, FaxSign, Tone};

fn call(setting: &Setting) -> (Phone, Phone) {
    let (a, b) = setting.call();
    let plan = LegPlan { sounds: Some((8, Coding::G711(Law::A))), ..a.plan() };
    setting.tell(Command::Expect { leg: a.lease.leg, plan });
    setting.settle();
    (a, b)
}

fn clip(packets: usize) -> Sound {
    Sound::Clip { samples: vec![1_000; packets * 160].into(), repeat: Repeat::Once }
}

fn played(setting: &Setting) -> Played {
    setting.wait_for(|event| match event {
        Event::Played { how, .. } => Some(*how),
        _ => None,
    })
}

#[test]
fn an_announcement_is_heard_to_its_end_and_then_the_partner_again() {
    let setting = Setting::start(config(8));
    let (a, b) = call(&setting);
    setting.tell(Command::Play { leg: a.lease.leg, sound: clip(5) });
    let heard: Vec<_> = (0..5).map(|_| hear(&a.rtp)).collect();
    assert_eq!(played(&setting), Played::ToItsEnd);
    let loudness =
        |packet: &Vec<u8>| packet[12..].iter().all(|byte| (Law::A.decode(*byte) - 1_000).abs() < 64);
    assert!(heard.iter().all(loudness));
    assert!(heard.windows(2).all(|pair| pair[1][3] == pair[0][3].wrapping_add(1)));
    b.speak(7);
    assert_eq!(hear(&a.rtp), voice(1, 7));
}

#[test]
fn a_tone_sounds_in_place_of_the_partner_until_it_is_hushed() {
    let setting = Setting::start(config(8));
    let (a, b) = call(&setting);
    setting.tell(Command::Play { leg: a.lease.leg, sound: Sound::Tone(Tone::CED) });
    let mut ear = FaxEar::default();
    let sign = (0..50).find_map(|number| {
        b.speak(number);
        let packet = hear(&a.rtp);
        ear.hear(packet[12..].iter().map(|byte| Law::A.decode(*byte)))
    });
    assert_eq!(sign, Some(FaxSign::Answering), "nothing but the tone");
    setting.tell(Command::Hush { leg: a.lease.leg });
    setting.settle();
    let _ = waiting(&a.rtp);
    a.rtp.set_nonblocking(false).unwrap();
    b.speak(99);
    assert_eq!(hear(&a.rtp), voice(1, 99));
}

#[test]
fn who_takes_no_codec_of_ours_is_told_to_hear_nothing() {
    let setting = Setting::start(config(8));
    let (_a, b) = setting.call();
    setting.tell(Command::Play { leg: b.lease.leg, sound: clip(1) });
    assert_eq!(played(&setting), Played::NotAtAll);
}
