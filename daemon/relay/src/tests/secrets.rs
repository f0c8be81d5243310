//! Phones with keys, phones without, and both in one call.

use super::setting::{
    PHONE_A, PHONE_B, Phone, STRANGER, Setting, config, hear, report, socket, voice, waiting,
};
use media::relay::{Command, LegPlan};
use media::srtp::{Keys, LONGEST_KEY, MasterKey, OVERHEAD, Receiver, Sender, Suite};

/// A phone that closes what it sends and opens what it hears.
struct SafePhone {
    phone: Phone,
    keys: Keys,
    sender: Sender,
    receiver: Receiver,
}

fn key(suite: Suite, seed: u8) -> MasterKey {
    MasterKey::drawn(suite, [seed; LONGEST_KEY])
}

/// Keys of a leg: ours is what the phone opens with.
fn keys(suite: Suite, seed: u8) -> Keys {
    Keys { ours: key(suite, seed), theirs: key(suite, seed + 1), mki: 0 }
}

impl SafePhone {
    fn new(phone: Phone, keys: Keys) -> Self {
        let (sender, receiver) = (Sender::new(&keys.theirs), Receiver::new(&keys.ours, 0));
        Self { phone, keys, sender, receiver }
    }

    fn plan(&self) -> LegPlan {
        LegPlan { keys: Some(Box::new(self.keys.clone())), ..self.phone.plan() }
    }

    fn closed(&mut self, sequence: u16) -> Vec<u8> {
        let mut buffer = voice(1, sequence);
        let length = buffer.len();
        buffer.resize(length + OVERHEAD, 0);
        let closed = self.sender.protect(&mut buffer, length).unwrap();
        buffer.truncate(closed);
        buffer
    }

    fn speak(&mut self, sequence: u16) {
        let closed = self.closed(sequence);
        self.phone.rtp.send_to(&closed, self.phone.rtp_port()).unwrap();
    }

    fn report(&mut self) {
        let mut buffer = report();
        let length = buffer.len();
        buffer.resize(length + OVERHEAD, 0);
        let closed = self.sender.protect_reports(&mut buffer, length).unwrap();
        self.phone.rtcp.send_to(&buffer[..closed], self.phone.rtcp_port()).unwrap();
    }

    fn hear(&mut self) -> Vec<u8> {
        let mut datagram = hear(&self.phone.rtp);
        let length = self.receiver.unprotect(&mut datagram).expect("closed with the key of this leg");
        datagram.truncate(length);
        datagram
    }

    fn hear_report(&mut self) -> Vec<u8> {
        let mut datagram = hear(&self.phone.rtcp);
        let length = self.receiver.unprotect_reports(&mut datagram).unwrap();
        datagram.truncate(length);
        datagram
    }
}

/// A call of a phone with keys and one without.
fn half_safe(setting: &Setting, suite: Suite) -> (SafePhone, Phone) {
    let leases = setting.lease(2);
    let (a, b) =
        (SafePhone::new(Phone::new(PHONE_A, leases[0]), keys(suite, 1)), Phone::new(PHONE_B, leases[1]));
    join(setting, (&a.phone, a.plan()), (&b, b.plan()));
    (a, b)
}

fn join(setting: &Setting, a: (&Phone, LegPlan), b: (&Phone, LegPlan)) {
    let legs = [a.0.lease.leg, b.0.lease.leg];
    setting.tell(Command::Expect { leg: legs[0], plan: a.1 });
    setting.tell(Command::Expect { leg: legs[1], plan: b.1 });
    setting.tell(Command::Join { a: legs[0], b: legs[1] });
    setting.settle();
}

#[test]
fn a_phone_with_keys_talks_to_one_without() {
    let setting = Setting::start(config(24));
    for suite in Suite::ALL {
        let (mut a, b) = half_safe(&setting, suite);
        for sequence in [65_534, 65_535, 0, 1] {
            a.speak(sequence);
            assert_eq!(hear(&b.rtp), voice(1, sequence), "{suite:?}");
            b.speak(sequence);
            assert_eq!(a.hear(), voice(1, sequence), "{suite:?}");
        }
        a.report();
        assert_eq!(hear(&b.rtcp), report());
        b.report();
        assert_eq!(a.hear_report(), report());
    }
}

#[test]
fn each_leg_has_keys_of_its_own() {
    let setting = Setting::start(config(8));
    let leases = setting.lease(2);
    let mut a = SafePhone::new(Phone::new(PHONE_A, leases[0]), keys(Suite::AeadAes256Gcm, 1));
    let mut b = SafePhone::new(Phone::new(PHONE_B, leases[1]), keys(Suite::AesCm128Sha1With32, 11));
    join(&setting, (&a.phone, a.plan()), (&b.phone, b.plan()));
    for sequence in 0..20 {
        a.speak(sequence);
        assert_eq!(b.hear(), voice(1, sequence));
        b.speak(sequence);
        assert_eq!(a.hear(), voice(1, sequence));
    }
}

#[test]
fn what_the_key_does_not_open_goes_nowhere_and_latches_nobody() {
    let setting = Setting::start(config(8));
    let (mut a, b) = half_safe(&setting, Suite::AesCm128Sha1With80);
    let mut forged = a.closed(1);
    forged[20] ^= 1;
    a.phone.rtp.send_to(&forged, a.phone.rtp_port()).unwrap();
    a.phone.rtp.send_to(&voice(1, 2), a.phone.rtp_port()).unwrap();
    setting.figures(a.phone.lease.leg, |figures| figures.foreign == 2);
    let third = a.closed(3);
    for _ in 0..3 {
        a.phone.rtp.send_to(&third, a.phone.rtp_port()).unwrap();
    }
    a.phone.rtp.send_to(&forged, a.phone.rtp_port()).unwrap();
    a.speak(4);
    assert_eq!([hear(&b.rtp), hear(&b.rtp)], [voice(1, 3), voice(1, 4)], "replays and forgeries are dropped");
    let figures = setting.end(a.phone.lease.leg);
    assert_eq!((figures.packets, figures.malformed), (2, 3));
}

#[test]
fn a_stranger_with_a_copy_of_a_packet_is_not_the_phone() {
    let setting = Setting::start(config(8));
    let (mut a, b) = half_safe(&setting, Suite::AeadAes128Gcm);
    let attacker = socket(STRANGER);
    let copied = a.closed(1);
    attacker.send_to(&copied, a.phone.rtp_port()).unwrap();
    setting.figures(a.phone.lease.leg, |figures| figures.foreign == 1);
    b.speak(1);
    assert_eq!(a.hear(), voice(1, 1));
    assert_eq!(waiting(&attacker), 0);
}

#[test]
fn a_new_offer_brings_new_keys_and_a_repeated_one_goes_on_with_the_old() {
    let setting = Setting::start(config(8));
    let (mut a, b) = half_safe(&setting, Suite::AesCm128Sha1With80);
    let speak_both = |a: &mut SafePhone, sequence| {
        a.speak(sequence);
        assert_eq!(hear(&b.rtp), voice(1, sequence));
        b.speak(sequence);
        assert_eq!(a.hear(), voice(1, sequence));
    };
    let leg = a.phone.lease.leg;
    let replayed = a.closed(65_535);
    a.phone.rtp.send_to(&replayed, a.phone.rtp_port()).unwrap();
    hear(&b.rtp);
    speak_both(&mut a, 0);

    setting.tell(Command::Expect { leg, plan: a.plan() });
    setting.settle();
    a.phone.rtp.send_to(&replayed, a.phone.rtp_port()).unwrap();
    speak_both(&mut a, 1);

    let renewed = Keys { ours: key(Suite::AeadAes128Gcm, 31), theirs: key(Suite::AeadAes128Gcm, 32), mki: 0 };
    let stale = a.closed(2);
    let (sender, receiver) = (Sender::new(&renewed.theirs), Receiver::new(&renewed.ours, 0));
    (a.keys, a.sender, a.receiver) = (renewed, sender, receiver);
    setting.tell(Command::Expect { leg, plan: a.plan() });
    setting.settle();
    a.phone.rtp.send_to(&stale, a.phone.rtp_port()).unwrap();
    speak_both(&mut a, 3);

    setting.tell(Command::Expect { leg, plan: a.phone.plan() });
    setting.settle();
    a.phone.speak(4);
    assert_eq!(hear(&b.rtp), voice(1, 4), "without keys the leg is open again");
}
