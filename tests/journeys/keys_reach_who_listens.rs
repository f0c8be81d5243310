//! Keys that Anna presses reach the provider, and what comes from there reaches her, whichever way her phone tells of them.

use std::time::Duration;

use tests::{Gatehouse, PracticeCloud, until, wire::Draft};

use crate::speaking::Caller;

/// Where the practice cloud says back what it hears; it numbers events 113.
const ECHO: &str = "+49305550910";
/// Anna's own number for events.
const EVENTS: u8 = 101;

/// What Anna says.
struct Anna {
    caller: Caller,
    sequence: u16,
}

impl Anna {
    fn calls(cloud: &PracticeCloud, house: &Gatehouse) -> Self {
        let caller = Caller::dials(house, cloud.phone("102"), ECHO);
        caller.voice.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
        let mut anna = Self { caller, sequence: 0 };
        (0..5).for_each(|_| anna.breathes());
        anna
    }

    fn send(&mut self, kind: u8, timestamp: u32, payload: &[u8]) {
        let mut packet = vec![0x80, kind];
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(timestamp.to_be_bytes());
        packet.extend([0, 0, 0, 7]);
        packet.extend(payload);
        self.sequence += 1;
        self.caller.voice.send_to(&packet, self.caller.there).unwrap();
    }

    fn now(&self) -> u32 {
        u32::from(self.sequence) * 160
    }

    /// One packet of silence.
    fn breathes(&mut self) {
        self.send(8, self.now(), &[0xd5; 160]);
    }

    /// A key as an event, its end said three times.
    fn presses(&mut self, event: u8) {
        let begin = self.now();
        for (end, length) in [(0, 160), (0, 320), (0, 480), (0x80, 640), (0x80, 640), (0x80, 640)] {
            let [high, low] = u16::to_be_bytes(length);
            self.send(EVENTS, begin, &[event, end | 10, high, low]);
        }
    }

    /// Speaks on until the provider has heard this key and no other.
    fn is_heard(&mut self, cloud: &PracticeCloud, key: &str) {
        until("the provider to hear the key", || {
            self.breathes();
            let events = cloud.events();
            let digits = events.iter().filter(|event| event["event"] == "digit");
            let heard: Vec<_> = digits.filter_map(|event| event["digit"].as_str()).collect();
            assert!([key].starts_with(&heard), "{heard:?}");
            (heard == [key]).then_some(())
        });
    }
}

fn office() -> (PracticeCloud, Gatehouse) {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    until("every line up", || house.has_lines_up(8).then_some(()));
    (cloud, house)
}

#[test]
fn events_are_numbered_for_each_side_on_their_way_there_and_back() {
    let (cloud, house) = office();
    let mut anna = Anna::calls(&cloud, &house);
    anna.presses(5);
    anna.is_heard(&cloud, "5");
    let mut packet = [0; 2_048];
    until("the echo of the key", || {
        anna.breathes();
        let length = anna.caller.voice.recv(&mut packet).ok()?;
        (packet[1] & 0x7f == EVENTS && packet[12..length][..2] == [5, 0x80 | 10]).then_some(())
    });
    anna.caller.hangs_up();
}

#[test]
fn a_phone_that_tells_of_keys_by_info_is_understood() {
    let (cloud, house) = office();
    let mut anna = Anna::calls(&cloud, &house);
    let info = anna.caller.draft("INFO").line("Content-Type: application/dtmf-relay");
    let info = Draft { body: "Signal=7\r\nDuration=160\r\n".into(), ..info };
    assert_eq!(anna.caller.wire.ask(&info).status(), Some(200));
    anna.is_heard(&cloud, "7");
    anna.caller.hangs_up();
}
