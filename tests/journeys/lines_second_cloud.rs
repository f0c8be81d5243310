//! Another provider, played by sipp with scenarios of its own, so that nothing of the practice cloud's stack decides what is right.

use std::time::Instant;

use tests::{Gatehouse, Login, Phone, PracticeCloud, Sipp, phone::Setup, sipp::Running, tone::TONES, until};

/// The number of the meeting room's phone, which sipp plays here.
const ROOM: &str = "+49305550206";

/// A box with one trunk to a provider played by sipp, and the account for its phones.
struct Office {
    cloud: PracticeCloud,
    house: Gatehouse,
    _provider: Running,
}

impl Office {
    fn open() -> Self {
        let cloud = PracticeCloud::office();
        let provider = Sipp::new("provider.xml").calls(100_000, 1).start();
        let mut house = Gatehouse::new();
        house.mirrors(&cloud.api);
        let password = house.folder().join("trunk");
        std::fs::write(&password, "Uebung-t0-5550\n").expect("a password file");
        let (port, file) = (provider.port(), password.display());
        house.configured_with(&format!(
            "[trunk]\nmode = \"trunk\"\nserver = \"127.0.0.1:{port}\"\nuser = \"7654321t0\"\n\
             password_file = \"{file}\"\n"
        ));
        house.power_on();
        house.knows_the_account();
        until("the trunk up", || house.has_lines_up(1).then_some(()));
        Self { cloud, house, _provider: provider }
    }

    fn phone(&self, name: &str, extension: &str, voice: u32) -> Phone {
        let login = self.cloud.phone(extension);
        let mut phone = Setup::new(name, self.house.sip()).login(login).voice(voice).start();
        phone.registered();
        phone
    }

    /// The phone of the meeting room takes every call and hangs up after so many milliseconds.
    fn room_answers(&self, milliseconds: u32, calls: u32) -> Running {
        let login = Login::new("7654321e7", "Uebung-e7-5550");
        let register = Sipp::new("register.xml").to(self.house.sip()).row(&login);
        let port = register.port();
        register.passes();
        Sipp::new("answer_and_hang_up.xml").from_port(port).pausing(milliseconds).calls(calls, 100).start()
    }
}

/// Fifty calls a second from outside are all connected; two who talk in the house hear each other without a gap.
#[test]
fn a_storm_of_calls_from_outside_harms_nobody() {
    let office = Office::open();
    let mut lena = office.phone("lena", "104", TONES[0]);
    let mut mike = office.phone("mike", "105", TONES[2]);
    lena.dial("105");
    mike.rings();
    mike.answers();
    lena.talks();
    let talking = Instant::now();
    let room = office.room_answers(500, 200);
    let storm = Sipp::new("provider_calls.xml").to(office.house.sip()).calling(ROOM).calls(200, 50);
    assert_eq!(storm.passes().failed, 0);
    room.passes();
    for (phone, tone) in [(&lena, TONES[2]), (&mike, TONES[0])] {
        let (heard, of) = (phone.hears(tone, 1.0).seconds, talking.elapsed().as_secs_f64());
        assert!(heard > of * 0.95 - 3.0, "{heard} s of {of} s");
    }
    until("only their call to be left", || (office.house.calls() == 1).then_some(()));
    assert!(office.house.has_lines_up(1));
}
