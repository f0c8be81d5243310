//! Keys and fax machines heard in the voice itself.

use super::setting::{Phone, Setting, config, hear};
use media::dtmf::Digit;
use media::g711::Law;
use media::relay::{Command, Ear, Event};
use media::tone::{FaxSign, Player, Tone};

/// Speaks a tone for so many packets.
fn sound(phone: &Phone, other: &Phone, tone: Tone, packets: u16) {
    let mut player = Player::new(tone);
    for number in 0..packets {
        let mut packet = super::setting::voice(1, number);
        let mut samples = [0; 160];
        player.fill(&mut samples);
        packet[12..].iter_mut().zip(samples).for_each(|(byte, sample)| *byte = Law::A.encode(sample));
        phone.rtp.send_to(&packet, phone.rtp_port()).unwrap();
        assert_eq!(hear(&other.rtp), packet, "it passes on unchanged");
    }
}

#[test]
fn a_fax_and_a_key_are_heard_where_they_are_listened_for() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    for to in [Ear::Keys, Ear::Fax] {
        setting.tell(Command::Listen { leg: a.lease.leg, to });
    }
    setting.settle();
    sound(&a, &b, Tone::CNG, 25);
    sound(&b, &a, Tone::CED, 60);
    let five = Digit::named('5').unwrap();
    sound(&a, &b, Tone::key(five), 5);
    let mut heard = Vec::new();
    let pressed = setting.wait_for(|event| match event {
        Event::Fax { leg, sign } => {
            heard.push((*leg, *sign));
            None
        }
        Event::Pressed { press, passed: true, .. } => Some(press.digit),
        _ => None,
    });
    assert_eq!(pressed, five);
    assert_eq!(heard, [(a.lease.leg, FaxSign::Calling)], "nobody listens to the other leg");
}
