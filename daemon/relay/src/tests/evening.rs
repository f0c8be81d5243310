//! Fax machines that talk through the box in voice: nothing is lost, late or silent for them.

use super::setting::{Phone, Setting, config, hear, voice};
use super::shortcut::{fast, settle};
use media::g711::Law;
use media::relay::{Command, Ear, Event};
use media::tone::{FaxSign, Player, Tone};

/// A packet of voice that says which it is.
fn marked(number: u16) -> Vec<u8> {
    let mut packet = voice(1, number);
    packet[12..].fill(u8::try_from(number).unwrap());
    packet
}

fn makes_even(setting: &Setting, phone: &Phone) {
    setting.tell(Command::Even { leg: phone.lease.leg });
    setting.settle();
}

#[test]
fn what_is_lost_or_late_is_no_gap_and_no_silence() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    makes_even(&setting, &a);
    for number in [0, 1, 3, 2, 5, 6] {
        a.rtp.send_to(&marked(number), a.rtp_port()).unwrap();
    }
    let heard: Vec<_> = (0..7).map(|_| hear(&b.rtp)).collect();
    assert!(
        heard.iter().map(|packet| packet[12]).eq([0, 1, 2, 3, 3, 5, 6]),
        "the one before the lost one is heard twice"
    );
    assert!(heard.iter().all(|packet| packet.len() == 172));
    assert!(heard.windows(2).all(|pair| pair[1][3] == pair[0][3].wrapping_add(1)));
    b.speak(9);
    assert_eq!(hear(&a.rtp), voice(1, 9), "the other direction is left alone");
}

#[test]
fn what_is_made_even_does_not_go_through_the_kernel() {
    let setting = Setting::start(fast(8));
    let (a, b) = setting.call();
    settle(&setting, (&a, &b), 0);
    for phone in [&a, &b] {
        makes_even(&setting, phone);
    }
    assert_eq!(setting.relay.fast_lanes(), 0);
}

#[test]
fn a_fax_is_listened_for_at_first_and_no_longer() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    setting.tell(Command::Listen { leg: a.lease.leg, to: Ear::FaxAtFirst });
    setting.settle();
    let says = |tone: Tone, packets: std::ops::Range<u16>| {
        let mut player = Player::new(tone);
        for number in packets {
            let (mut packet, mut samples) = (voice(1, number), [0; 160]);
            player.fill(&mut samples);
            packet[12..].iter_mut().zip(samples).for_each(|(byte, sample)| *byte = Law::A.encode(sample));
            a.rtp.send_to(&packet, a.rtp_port()).unwrap();
            hear(&b.rtp);
        }
    };
    says(Tone::CNG, 0..25);
    let sign = setting.wait_for(|event| match event {
        Event::Fax { sign, .. } => Some(*sign),
        _ => None,
    });
    assert_eq!(sign, FaxSign::Calling);
    says(Tone::DIAL, 25..500);
    says(Tone::CED, 500..600);
    setting.tell(Command::Release { leg: a.lease.leg });
    setting.wait_for(|event| {
        assert!(!matches!(event, Event::Fax { .. }), "ten seconds are over");
        matches!(event, Event::Ended { .. }).then_some(())
    });
}
