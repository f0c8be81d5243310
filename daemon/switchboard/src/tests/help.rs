//! Somebody calls for help: over the line of his place, past every rule of the house, until somebody answers. One file for each rule
//! of docs/EMERGENCY.md that is kept here.

mod e01_before_every_rule;
mod e01_in_any_state;
mod e02_without_proof;
mod e03_reserve;
mod e04_others_make_way;
mod e05_number_shown;
mod e06_voice;
mod e07_no_waiting;
mod e08_again_plainer;
mod e08_telling_the_place;
mod e09_line_after_line;
mod e10_times;
mod e11_undisturbed;
mod e12_given_up;
mod e13_called_back;
mod e14_telling_the_house;
mod e14_told;
mod e15_no_restart;
mod e16_first_seconds;
mod e19_fax;
mod e20_priority;
mod never_by_machine;
mod r0_the_line_of_the_place;
mod t1_rehearsal;
mod t2_dry_run;
mod t5_armed_window;

use std::sync::Arc;
use std::time::Duration;

use account::{AddressId, DeviceId, LineId};
use emergency::{
    Bindings, Capable, Civic, CloudAddress, CloudState, Ground, Key, Location, LocationId, LocationKind,
    Places, Ready, Rules, Seen, Sighting, Standing, Table, Via, Whereabouts,
};
use media::clip;
use media::playback::{Repeat, Sound};
use media::relay::Command;

use super::cloud::line_of;
use super::line::Line;
use super::office::{Office, id};
use super::said::Said;
use crate::Input;

pub(super) const PHONES: [&str; 4] = ["mara", "mara2", "joerg", "lena"];

fn postal() -> Civic {
    let some = |text: &str| Some(text.into());
    Civic {
        country: some("DE"),
        state: some("NW"),
        town: some("Musterstadt"),
        street: some("Beispielufer"),
        house_number: some("12"),
        postcode: some("40221"),
        ..Civic::default()
    }
}

/// Mara's desk stands in the yard, Lena's at the harbour; e0 is the line of the yard, e3 that of the harbour.
fn ready(office: &Office, rules: Rules) -> Arc<Ready> {
    let site = |number: u32, address: &str| Location {
        id: LocationId(number),
        parent: None,
        kind: LocationKind::Site,
        name: address.to_owned(),
        cloud: Some(CloudAddress { id: AddressId::new(address), state: CloudState::Verified }),
        civic: postal(),
        coordinates: None,
    };
    let places = Places::new(vec![site(1, "yard"), site(2, "harbour")]).unwrap();
    let subnet = |net: &str, place| (Key::read("subnet", net).unwrap(), LocationId(place));
    let bindings = vec![subnet("192.0.2.11/32", 1), subnet("192.0.2.14/32", 2)];
    let bindings = Bindings::new(bindings, &places).unwrap();
    let ground = Ground { places, bindings, default: LocationId(1) };
    let standing = |device: &str, host: u8| Standing {
        device: id(device),
        whereabouts: Whereabouts::OnNet,
        sightings: vec![Sighting {
            what: Seen::Address([192, 0, 2, host].into()),
            at: office.now,
            until: office.now + Duration::from_secs(86_400),
        }],
        user: None,
        account: None,
    };
    let phones = [standing("e0", 11), standing("e1", 12), standing("e2", 13), standing("e3", 14)];
    let table = Table::compute(&phones, &ground, office.now);
    let line = |device: &str, address: &str, number: &str| emergency::Line {
        name: LineId::new(&format!("7654321{device}")),
        number: number.parse().ok(),
        via: Via::Account,
        ways: 1,
        address: Some(CloudAddress { id: AddressId::new(address), state: CloudState::Verified }),
        site: None,
        area: None,
        capable: Capable::Yes,
    };
    let lines = [line("e0", "yard", "+4930555010"), line("e3", "harbour", "+4930555013")];
    Arc::new(Ready::compute(rules, &table, &ground.places, &lines, |_: &DeviceId| None))
}

pub(super) fn rules() -> Rules {
    let mut rules = Rules::default();
    rules.networks.house = vec!["192.0.2.0/25".parse().unwrap()];
    rules
}

/// An office whose lines are up and whose phones have their places.
pub(super) fn office() -> Office {
    office_with(&PHONES, rules())
}

pub(super) fn office_with(phones: &[&'static str], rules: Rules) -> Office {
    office_over(phones, rules, &[line_of("e0"), line_of("e3")])
}

/// The same over lines as these.
pub(super) fn office_over(phones: &[&'static str], rules: Rules, lines: &[crate::lines::Line]) -> Office {
    let mut office = Office::with_lines(phones, lines);
    let ready = ready(&office, rules);
    office.happens(Input::Emergency(ready));
    for phone in ["cloud", "cloud2", "mara", "mara2", "joerg", "lena"] {
        office.hears_all(phone);
    }
    office
}

/// The phone calls without showing any password; the box takes the call at once.
pub(super) fn calls(office: &mut Office, phone: &'static str, uri: &str) -> Line {
    let mut line = office.line(phone, uri);
    let voice = office.phone(phone).voice("sendrecv");
    line.invite = office.asks(&mut line, "INVITE", "", &voice);
    let first = office.hears(phone);
    assert_eq!(first.status(), 100, "{}", first.0);
    line
}

/// The provider asks for the password and gets it.
pub(super) fn proven(office: &mut Office) -> Line {
    let asked = office.rings("cloud");
    assert!(!asked.invite.0.contains("Authorization"));
    office.wants_password("cloud", &asked.invite, 407, "");
    assert!(office.hears("cloud").is_request("ACK"));
    let call = office.rings("cloud");
    assert!(call.invite.header("Proxy-Authorization").contains("username="), "{}", call.invite.0);
    assert_eq!(call.invite.header("Call-ID"), asked.invite.header("Call-ID"));
    assert_eq!(call.invite.number(), asked.invite.number() + 1);
    call
}

/// For so long it is said that no line leads to anybody: three times.
pub(super) const TOLD_FOR: Duration = Duration::from_secs(36);

/// The box speaks to the phone now.
pub(super) fn is_spoken_to(office: &mut Office, phone: &str) {
    let spoken = office.hears(phone);
    assert_eq!(spoken.status(), 183, "{}", spoken.0);
    assert!(spoken.voice().contains("m=audio ") && spoken.voice().contains("a=sendrecv"), "{}", spoken.0);
    let words = Sound::Clip { samples: clip::no_help(), repeat: Repeat::Forever };
    let plays = |said: &Command| matches!(said, Command::Play { sound, .. } if *sound == words);
    assert!(office.relay.said.iter().any(plays), "nothing is played to {phone}");
}

/// Nobody is reached by this call: it is said, then shown.
pub(super) fn is_told_to_take_a_mobile_phone(office: &mut Office, line: &Line) {
    is_spoken_to(office, line.phone);
    office.cloud_works(TOLD_FOR);
    let told = office.hears(line.phone);
    assert_eq!(told.status(), 503, "{}", told.0);
    assert!(told.header("Warning").contains("use a mobile phone, dial 112"), "{}", told.0);
    office.acknowledges(line, &told);
}

/// The line of an INVITE out of the house.
pub(super) fn line_used(invite: &Said) -> String {
    invite.header("From").split(['<', '@']).nth(1).unwrap_or_default().replace("sip:", "")
}
