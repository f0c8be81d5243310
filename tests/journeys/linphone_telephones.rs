//! Anna uses linphone, Ben has a desk phone: they hear each other, whatever Anna closes her voice with.

use tests::linphone::{Closing, Setup};
use tests::{Gatehouse, Lan, Linphone, Phone, PracticeCloud, phone, program::in_tree, tone::TONES};

const ANNA: u32 = TONES[0];
const BEN: u32 = TONES[2];

/// A browser that has not asked for 30 s is not spoken to any more (RFC 7675 5.1).
const LONGER_THAN_CONSENT: f64 = 33.0;

/// A box that browsers and others who agree on keys by DTLS can reach, on a LAN.
struct Office {
    lan: Lan,
    cloud: PracticeCloud,
    house: Gatehouse,
    ben: Phone,
}

impl Office {
    fn open() -> Self {
        let mut lan = Lan::new();
        let (place, address) = lan.host("box", 1);
        let account = in_tree("tests/practice/accounts/office.json");
        let cloud = PracticeCloud::start(&place, std::net::Ipv4Addr::LOCALHOST, &account);
        let mut house = Gatehouse::at(place, address);
        house.mirrors(&cloud.api);
        let config = house.config();
        *config = config.replace("\"tls:", &format!("\"wss:{address}:5062\", \"tls:"));
        house.power_on();
        house.knows_the_account();
        let (place, address) = lan.host("ben", 12);
        let ben = phone::Setup::new("ben", house.sip()).at(place, address);
        let mut ben = ben.login(cloud.phone("103")).voice(BEN).start();
        ben.registered();
        Self { lan, cloud, house, ben }
    }

    fn anna(&mut self, transport: &'static str, closing: Closing) -> Linphone {
        let (place, address) = self.lan.host("anna", 11);
        let over_tls = transport == "tls";
        Linphone::start(&Setup {
            login: self.cloud.phone("102"),
            server: if over_tls { self.house.sips() } else { self.house.sip() },
            transport,
            trusts: over_tls.then(|| self.house.root()),
            place: (place, address.into()),
            voice: ANNA,
            closing,
        })
    }

    /// She calls him and he hangs up.
    fn anna_calls(&mut self, anna: &mut Linphone, closed: bool) {
        anna.dial("103", self.house.sip());
        self.ben.rings();
        self.ben.answers();
        self.they_talk(anna, closed);
        self.ben.hangs_up();
        anna.call_ends();
        self.ben.call_ends();
        assert_eq!(anna.lost(), 0, "all of Ben's voice reached Anna");
    }

    /// He calls her and she hangs up.
    fn ben_calls(&mut self, anna: &mut Linphone) {
        self.ben.dial("102");
        anna.rings();
        anna.answers();
        self.they_talk(anna, false);
        anna.hangs_up();
        anna.call_ends();
        self.ben.call_ends();
    }

    fn they_talk(&mut self, anna: &mut Linphone, closed: bool) {
        anna.talks();
        self.ben.talks();
        if closed {
            anna.is_closed();
        }
        anna.hears(BEN, 2.0);
        self.ben.hears(ANNA, 2.0);
    }
}

#[test]
fn over_udp() {
    let mut office = Office::open();
    let mut anna = office.anna("udp", Closing::Open);
    office.anna_calls(&mut anna, false);
    office.ben_calls(&mut anna);
}

#[test]
fn over_tls_with_keys_in_the_description() {
    let mut office = Office::open();
    let mut anna = office.anna("tls", Closing::Srtp);
    // She refuses any voice that is not closed.
    office.anna_calls(&mut anna, false);
}

#[test]
fn with_keys_agreed_on_where_the_voice_goes() {
    let mut office = Office::open();
    let mut anna = office.anna("tcp", Closing::Dtls);
    office.anna_calls(&mut anna, true);
}

#[test]
fn who_proves_to_be_there_only_once_is_spoken_to_for_as_long_as_the_call_lasts() {
    let mut office = Office::open();
    let mut anna = office.anna("tcp", Closing::Dtls);
    anna.dial("103", office.house.sip());
    office.ben.rings();
    office.ben.answers();
    anna.talks();
    for seconds in [20.0, LONGER_THAN_CONSENT] {
        anna.hears(BEN, seconds);
    }
    anna.hangs_up();
    anna.call_ends();
}
