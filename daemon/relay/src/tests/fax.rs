//! A call that has become a fax (ITU-T T.38): datagrams that say nothing about themselves, between two known addresses.

use super::setting::{Phone, STRANGER, Setting, config, hear, socket, voice, waiting};
use super::shortcut::{fast, settle};
use media::relay::{Carries, Command, LegPlan};

/// A datagram of UDPTL with this number; its second byte would make it RTCP.
fn page(number: u16) -> Vec<u8> {
    [&number.to_be_bytes()[..], &[200, 0, 1, 2, 3]].concat()
}

fn becomes_a_fax(setting: &Setting, phones: [&Phone; 2]) {
    for phone in phones {
        let plan = LegPlan { carries: Carries::Fax, ..phone.plan() };
        setting.tell(Command::Expect { leg: phone.lease.leg, plan });
    }
    setting.settle();
}

#[test]
fn a_fax_passes_as_it_is_and_nobody_else_gets_a_word_in() {
    let setting = Setting::start(config(8));
    let (a, b) = setting.call();
    a.speak(1);
    hear(&b.rtp);
    becomes_a_fax(&setting, [&a, &b]);
    for number in [0, 1, 0x00c8, 0x80c9] {
        a.rtp.send_to(&page(number), a.rtp_port()).unwrap();
        assert_eq!(hear(&b.rtp), page(number));
        b.rtp.send_to(&page(number), b.rtp_port()).unwrap();
        assert_eq!(hear(&a.rtp), page(number));
    }
    socket(STRANGER).send_to(&page(9), a.rtp_port()).unwrap();
    a.rtp.send_to(&[0, 1, 2], a.rtp_port()).unwrap();
    a.rtp.send_to(&page(10), a.rtp_port()).unwrap();
    assert_eq!(hear(&b.rtp), page(10));
    setting.tell(Command::Expect { leg: a.lease.leg, plan: a.plan() });
    setting.tell(Command::Expect { leg: b.lease.leg, plan: b.plan() });
    setting.settle();
    a.speak(2);
    assert_eq!(hear(&b.rtp), voice(1, 2), "voice again");
    assert_eq!([waiting(&a.rtp), waiting(&b.rtp)], [0, 0]);
}

#[test]
fn a_fax_does_not_go_the_way_that_voice_went_before() {
    let setting = Setting::start(fast(8));
    let (a, b) = setting.call();
    settle(&setting, (&a, &b), 0);
    becomes_a_fax(&setting, [&a, &b]);
    assert_eq!(setting.relay.fast_lanes(), 0);
    for number in 0..100 {
        a.rtp.send_to(&page(number), a.rtp_port()).unwrap();
        assert_eq!(hear(&b.rtp), page(number));
    }
    assert_eq!(setting.relay.fast_lanes(), 0);
}
