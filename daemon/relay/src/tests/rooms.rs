//! Three in a room.

use super::setting::{PHONE_A, PHONE_B, Phone, Setting, config, hear, voice, waiting};
use media::coding::{Coding, Decoder, Encoder};
use media::g711::Law;
use media::relay::{Command, Event, Flow, LegPlan, SilenceLimits};
use std::net::Ipv4Addr;
use std::time::Duration;

const PHONE_C: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 4);
const TONES: [f32; 3] = [400.0, 1_000.0, 1_700.0];
/// What the parties speak, and under which number.
const CODECS: [(u8, Coding); 3] = [(8, Coding::G711(Law::A)), (0, Coding::G711(Law::Mu)), (9, Coding::G722)];
const LEVEL: f32 = 6_000.0;

/// Somebody who whistles and listens.
struct Party {
    phone: Phone,
    codec: (u8, Coding),
    encoder: Encoder,
    decoder: Decoder,
    hertz: f32,
    packets: u16,
    heard: Vec<i16>,
}

impl Party {
    fn new(phone: Phone, codec: (u8, Coding), hertz: f32) -> Self {
        let (encoder, decoder) = (codec.1.encoder(), codec.1.decoder());
        Self { phone, codec, encoder, decoder, hertz, packets: 0, heard: Vec::new() }
    }

    fn plan(&self) -> LegPlan {
        LegPlan { sounds: Some(self.codec), ..self.phone.plan() }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a level that fits into 16 bits")]
    fn whistles(&mut self) {
        let mut packet = voice(1, self.packets);
        packet[1] = self.codec.0;
        for (place, byte) in packet[12..].iter_mut().enumerate() {
            let turns = (f32::from(self.packets) * 160.0 + place as f32) * self.hertz / 8_000.0;
            *byte = self.encoder.encode(((turns * std::f32::consts::TAU).sin() * LEVEL) as i16);
        }
        self.packets += 1;
        self.phone.rtp.send_to(&packet, self.phone.rtp_port()).unwrap();
    }

    fn listens(&mut self) {
        let packet = hear(&self.phone.rtp);
        assert_eq!((packet.len(), packet[1] & 0x7f), (172, self.codec.0));
        self.heard.extend(packet[12..].iter().map(|byte| self.decoder.decode(*byte)));
    }

    /// How loud a frequency was lately (Goertzel), as the height of its wave.
    fn height(&self, hertz: f32) -> f32 {
        let lately = &self.heard[self.heard.len() - 40 * 160..];
        let (mut sine, mut cosine) = (0.0, 0.0);
        for (place, sample) in lately.iter().enumerate() {
            let turn = place as f32 * hertz / 8_000.0 * std::f32::consts::TAU;
            sine += turn.sin() * f32::from(*sample);
            cosine += turn.cos() * f32::from(*sample);
        }
        sine.hypot(cosine) * 2.0 / lately.len() as f32
    }
}

fn parties(setting: &Setting) -> [Party; 3] {
    let leases = setting.lease(3);
    let mut place = 0..;
    let parties = [PHONE_A, PHONE_B, PHONE_C].map(|address| {
        let place = place.next().unwrap();
        Party::new(Phone::new(address, leases[place]), CODECS[place], TONES[place])
    });
    for party in &parties {
        setting.tell(Command::Expect { leg: party.phone.lease.leg, plan: party.plan() });
    }
    parties
}

fn confer(setting: &Setting, parties: &[Party; 3]) {
    setting.tell(Command::Confer { legs: parties.each_ref().map(|party| party.phone.lease.leg) });
}

/// So many steps, one packet of everybody and one for everybody in each: the relay's own pace.
fn talk(parties: &mut [Party], steps: usize) {
    for _ in 0..steps {
        parties.iter_mut().for_each(Party::whistles);
        parties.iter_mut().for_each(Party::listens);
    }
}

#[test]
fn each_hears_the_two_others_and_not_itself() {
    let setting = Setting::start(config(8));
    let mut parties = parties(&setting);
    let [a, b, _] = parties.each_ref().map(|party| party.phone.lease.leg);
    setting.tell(Command::Join { a, b });
    confer(&setting, &parties);
    talk(&mut parties, 80);
    for (own, party) in parties.iter().enumerate() {
        for (other, hertz) in TONES.into_iter().enumerate() {
            let height = party.height(hertz);
            let fits = if other == own { height < 200.0 } else { height > 0.7 * LEVEL };
            assert!(fits, "{own} hears {other}: {height}");
        }
    }
}

#[test]
fn who_remains_goes_on_and_may_be_joined_as_before() {
    let setting = Setting::start(config(8));
    let mut parties = parties(&setting);
    confer(&setting, &parties);
    talk(&mut parties, 20);
    let [a, b, c] = parties.each_ref().map(|party| party.phone.lease.leg);
    setting.end(c);
    let two = &mut parties[..2];
    talk(two, 60);
    assert!(two[0].height(TONES[1]) > 0.7 * LEVEL && two[0].height(TONES[2]) < 200.0);
    assert!(two[1].height(TONES[0]) > 0.7 * LEVEL);
    setting.tell(Command::Join { a, b });
    setting.settle();
    let (a, b) = (&parties[0].phone, &parties[1].phone);
    let _ = waiting(&b.rtp);
    b.rtp.set_nonblocking(false).unwrap();
    a.speak(999);
    assert_eq!(hear(&b.rtp), voice(1, 999), "as it is");
}

#[test]
fn who_is_on_hold_hears_nothing_and_is_not_heard() {
    let setting = Setting::start(config(8));
    let mut parties = parties(&setting);
    let held = LegPlan { sends: Flow::Held, receives: Flow::Held, ..parties[2].plan() };
    setting.tell(Command::Expect { leg: parties[2].phone.lease.leg, plan: held });
    confer(&setting, &parties);
    for _ in 0..60 {
        parties.iter_mut().for_each(Party::whistles);
        parties[..2].iter_mut().for_each(Party::listens);
    }
    assert!(parties[0].height(TONES[1]) > 0.7 * LEVEL && parties[0].height(TONES[2]) < 200.0);
    assert_eq!(waiting(&parties[2].phone.rtp), 0);
}

#[test]
fn a_phone_in_a_room_that_falls_silent_is_told_of() {
    let setting = Setting::start(config(8));
    let parties = parties(&setting);
    let [leg, ..] = parties.each_ref().map(|party| party.phone.lease.leg);
    let silence = SilenceLimits { open: Duration::from_millis(200), held: Duration::from_secs(9) };
    setting.tell(Command::Expect { leg, plan: LegPlan { silence, ..parties[0].plan() } });
    confer(&setting, &parties);
    let silent = setting.wait_for(|event| match event {
        Event::Silent { leg, .. } => Some(*leg),
        _ => None,
    });
    assert_eq!(silent, leg);
}

#[test]
fn a_room_without_anybody_ends() {
    let setting = Setting::start(config(300));
    // More rooms than there are at once, one after the other.
    for _ in 0..media::mixing::ROOMS + 8 {
        let parties = parties(&setting);
        confer(&setting, &parties);
        hear(&parties[0].phone.rtp);
        for party in &parties {
            setting.end(party.phone.lease.leg);
        }
    }
}
