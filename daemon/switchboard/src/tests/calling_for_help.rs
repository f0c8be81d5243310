//! Somebody calls for help: over the line of his place, past every rule of the house, until somebody answers.

use std::sync::Arc;
use std::time::Duration;

use account::{AddressId, DeviceId, LineId};
use emergency::{
    Bindings, Capable, Civic, CloudAddress, CloudState, Ground, Key, Location, LocationId, LocationKind,
    Places, Ready, Rules, Seen, Sighting, Standing, Strangers, Table, Via, Whereabouts,
};

use media::relay::{Command, Ear};

use super::SECOND;
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

fn office_with(phones: &[&'static str], rules: Rules) -> Office {
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
fn proven(office: &mut Office) -> Line {
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

#[test]
fn r0_the_call_leaves_over_the_line_of_the_place_and_both_hear_each_other() {
    let mut office = office();
    for (phone, user, number) in [("mara", "7654321e0", "4930555010"), ("lena", "7654321e3", "4930555013")] {
        let mut line = calls(&mut office, phone, "sip:112@sipgate.de");
        let there = proven(&mut office);
        assert_eq!(there.invite.first_line(), "INVITE sip:112@sipgate.de SIP/2.0");
        assert!(there.invite.header("From").starts_with(&format!("<sip:{user}@sipgate.de>;tag=")));
        assert_eq!(there.invite.header("P-Preferred-Identity"), format!("<sip:{number}@sipgate.de>"));
        assert_eq!(there.invite.header("Priority"), "emergency");
        assert_eq!(there.invite.header("Privacy"), "none");
        assert_eq!(there.invite.contact(), format!("sip:{user}@192.0.2.1:5060"));
        office.says(&there, 180);
        assert_eq!(office.hears(phone).status(), 180);
        office.picks_up(&there);
        office.is_connected(&mut line);
        office.hangs_up(&mut line, &there);
        office.nobody_hears_anything();
    }
}

#[test]
fn e01_however_it_is_dialled() {
    for dialled in [
        "sip:110@sipgate.de",
        "sip:0112@sipgate.de",
        "sip:1125@other.example",
        "sip:*31%23112@sipgate.de",
        "tel:112",
        "urn:service:sos",
    ] {
        let mut office = office();
        let line = calls(&mut office, "mara", dialled);
        let there = proven(&mut office);
        let number = if dialled.contains("110") { "110" } else { "112" };
        assert_eq!(there.invite.first_line(), format!("INVITE sip:{number}@sipgate.de SIP/2.0"), "{dialled}");
        office.cancels(&line);
        assert!(office.hears("mara").is_answer(200, "CANCEL"));
        assert_eq!(office.hears("mara").status(), 487);
    }
}

#[test]
fn e02_a_phone_whose_registration_is_lost_calls_without_a_password_but_nobody_from_outside() {
    let mut office = office_with(&[], rules());
    calls(&mut office, "mara", "sip:112@sipgate.de");
    assert!(office.rings("cloud").invite.header("From").contains("7654321e0"));
    let mut office = office_with(&[], Rules::default());
    let mut line = office.line("mara", "sip:112@sipgate.de");
    office.asks(&mut line, "INVITE", "", "");
    assert_eq!(office.hears("mara").status(), 401, "this network is not the house's");
    office.nobody_hears_anything();
}

#[test]
fn e02_a_stranger_in_the_house_calls_over_the_line_of_the_site_unless_the_house_says_no() {
    let stranger = |office: &mut Office| {
        let mut line = office.line("joerg", "sip:112@sipgate.de");
        line.near = "<sip:gast@192.0.2.1>;tag=guest".into();
        let voice = office.phone("joerg").voice("sendrecv");
        office.asks(&mut line, "INVITE", "", &voice);
        office.hears("joerg").status()
    };
    let mut open = office_with(&[], rules());
    assert_eq!(stranger(&mut open), 100);
    assert!(open.rings("cloud").invite.header("From").contains("7654321e0"), "the line of the default site");
    let mut shut = office_with(&[], Rules { strangers: Strangers::ProveFirst, ..rules() });
    assert_eq!(stranger(&mut shut), 401);
}

#[test]
fn e03_calls_in_every_port_leave_room_for_one_that_needs_help() {
    let mut office = office();
    office.relay.full = true;
    while office.board.picture().room > 0 {
        let line = office.dials("lena", "102");
        assert!(office.hears("joerg").is_request("INVITE"));
        let _ = line;
    }
    assert_eq!(office.is_refused("lena", "102"), 503, "an ordinary call finds no room");
    calls(&mut office, "mara", "sip:112@sipgate.de");
    assert!(office.rings("cloud").invite.first_line().contains("112"));
}

#[test]
fn e05_whatever_the_phone_hides_the_number_is_shown() {
    let mut office = office();
    let mut line = office.line("mara", "sip:112@sipgate.de");
    let voice = office.phone("mara").voice("sendrecv");
    office.asks(&mut line, "INVITE", "Privacy: id\r\n", &voice);
    let there = office.rings("cloud").invite;
    assert_eq!(
        (there.header("Privacy"), there.header("P-Preferred-Identity")),
        ("none", "<sip:4930555010@sipgate.de>")
    );
}

#[test]
fn e08_refused_for_what_it_carries_it_goes_again_plainer() {
    let mut office = office();
    calls(&mut office, "mara", "sip:112@sipgate.de");
    for dressed in [true, true, false] {
        let there = office.rings("cloud");
        assert_eq!(there.invite.0.contains("Priority: emergency"), dressed, "{}", there.invite.0);
        if dressed {
            office.says(&there, 488);
            assert!(office.hears("cloud").is_request("ACK"));
        }
    }
}

/// The line of an INVITE out of the house.
pub(super) fn line_used(invite: &Said) -> String {
    invite.header("From").split(['<', '@']).nth(1).unwrap_or_default().replace("sip:", "")
}

#[test]
fn e09_a_line_that_refuses_is_followed_by_the_next_and_after_two_rounds_the_caller_is_told() {
    let mut office = office();
    let line = calls(&mut office, "mara", "sip:112@sipgate.de");
    for user in ["7654321e0", "7654321e3", "7654321e0", "7654321e3"] {
        let there = office.rings("cloud");
        assert_eq!(line_used(&there.invite), user);
        office.says(&there, 404);
        assert!(office.hears("cloud").is_request("ACK"));
    }
    let told = office.hears("mara");
    assert_eq!(told.status(), 503);
    assert!(told.header("Warning").contains("use a mobile phone"), "{}", told.0);
    office.acknowledges(&line, &told);
    office.nobody_hears_anything();
}

#[test]
fn e10_a_silent_line_is_left_after_one_and_a_half_seconds() {
    let mut office = office();
    calls(&mut office, "mara", "sip:112@sipgate.de");
    assert_eq!(line_used(&office.rings("cloud").invite), "7654321e0");
    office.passes(Duration::from_millis(1400));
    let early = office.hears_all("cloud");
    assert!(early.iter().all(|said| line_used(said) == "7654321e0"), "only copies of the first");
    office.passes(Duration::from_millis(100));
    let second = office.hears_all("cloud");
    assert!(second.iter().any(|said| said.is_request("INVITE") && line_used(said) == "7654321e3"));
}

#[test]
fn e10_two_lines_beside_each_other_and_the_first_answer_wins() {
    let mut office = office();
    let mut line = calls(&mut office, "mara", "sip:112@sipgate.de");
    let slow = office.rings("cloud");
    office.says(&slow, 100);
    office.cloud_works(8 * SECOND);
    let fast = office.rings("cloud");
    assert_eq!(line_used(&fast.invite), "7654321e3");
    office.picks_up(&fast);
    office.is_connected(&mut line);
    assert!(office.hears("cloud").is_request("CANCEL"));
    office.says(&slow, 487);
    assert!(office.hears("cloud").is_request("ACK"));
    office.hangs_up(&mut line, &fast);
}

#[test]
fn e11_nobody_takes_a_call_for_help_from_its_caller_and_silence_does_not_end_it() {
    let mut office = office();
    let mut line = calls(&mut office, "mara", "sip:112@sipgate.de");
    let there = office.rings("cloud");
    office.picks_up(&there);
    office.is_connected(&mut line);
    office.asks(&mut line, "REFER", "Refer-To: <sip:102@sipgate.de>\r\n", "");
    let refused = office.hears("mara");
    assert_eq!(refused.status(), 403);
    assert!(refused.header("Warning").contains("emergency"));
    for leg in office.relay.legs() {
        let since = Duration::from_secs(7200);
        office.happens(Input::Relay(media::relay::Event::Silent { leg, since }));
    }
    office.passes(4 * 3600 * SECOND);
    assert_eq!(office.board.picture().calls.len(), 1);
}

#[test]
fn e12_e13_after_the_call_the_control_centre_may_call_back() {
    let mut office = office();
    let line = calls(&mut office, "mara", "sip:112@sipgate.de");
    office.rings("cloud");
    office.cancels(&line);
    let shown = emergency::Shown { line: Some(LineId::new("7654321e0")), number: None };
    let now = office.now;
    let window = &office.board.help.callbacks;
    let ring = window.ring(now, &shown, emergency::Announced::Plainly).unwrap();
    assert_eq!(ring.device.as_str(), "e0");
    assert_eq!(window.no_restart_before(now), Some(now + Duration::from_secs(1800)));
}

/// Mara's phone takes no calls just now; that is for others.
#[test]
fn e13_a_call_back_rings_the_phone_that_called_past_every_rule() {
    let mut office = office_with(&["mara", "joerg"], Rules { alarm: vec![id("102")], ..rules() });
    let line = calls(&mut office, "mara", "sip:112@sipgate.de");
    office.rings("cloud");
    office.cancels(&line);
    office.passes(SECOND);
    for phone in ["mara", "joerg", "cloud"] {
        office.hears_all(phone);
    }
    let mut house = super::office::account();
    house.devices.get_mut(&id::<DeviceId>("e0")).unwrap().dnd = true;
    office.happens(Input::Account(Arc::new(house.indexed())));
    office.world_calls("sip:7654321e0@192.0.2.1:5060", "<sip:anonymous@anonymous.invalid>", "");
    let mara = office.rings("mara");
    assert_eq!(office.hears_all("joerg"), []);
    office.says(&mara, 180);
    office.passes(20 * SECOND);
    assert!(
        office.hears_all("joerg").iter().any(|said| said.is_request("INVITE")),
        "who is alarmed rings too"
    );
    let still = office.hears_all("mara");
    assert!(!still.iter().any(|said| said.is_request("BYE")), "{still:?}");
}

#[test]
fn an_unfinished_installation_calls_nobody() {
    // The provider of this office stands in a book (RFC 5737), so it is called; with a real one it would not be.
    let mut office = office();
    calls(&mut office, "mara", "sip:112@sipgate.de");
    assert!(office.rings("cloud").invite.first_line().contains("112"));
    assert!(!emergency::Commissioned::No.allows([217, 10, 79, 9].into()));
}

#[test]
fn without_any_line_the_caller_hears_at_once_to_take_a_mobile_phone() {
    let mut office = Office::with(&PHONES);
    office.happens(Input::Emergency(Arc::default()));
    let (line, first) = office.tries("mara", "112");
    assert_eq!(first.status(), 100);
    let told = office.hears("mara");
    assert_eq!(told.status(), 503);
    assert!(told.header("Warning").contains("use a mobile phone, dial 112"));
    office.acknowledges(&line, &told);
}

#[test]
fn e01_digit_by_digit_the_last_one_calls() {
    let mut office = office();
    for digits in ["1", "11", "0", "01", "011"] {
        assert_eq!(office.is_refused("mara", digits), 484, "{digits}");
    }
    calls(&mut office, "mara", "sip:0112@sipgate.de");
    assert!(office.rings("cloud").invite.first_line().contains("sip:112@"));
}

#[test]
fn e14_whoever_watches_the_box_sees_the_call_its_line_and_its_end() {
    use crate::HelpStage::{Connected, Over, Trying};
    let mut office = office();
    let mut line = calls(&mut office, "lena", "sip:112@sipgate.de");
    let seen = |office: &Office| {
        let help = office.board.picture().help.pop().unwrap();
        (help.device.to_string(), help.stage, help.rung.unwrap().line.as_str().to_owned())
    };
    assert_eq!(seen(&office), ("e3".into(), Trying, "7654321e3".into()));
    let there = office.rings("cloud");
    office.picks_up(&there);
    office.is_connected(&mut line);
    assert_eq!(seen(&office).1, Connected);
    assert!(
        office.board.picture().stays_until(office.now + 24 * 3600 * SECOND).is_some(),
        "e15: as long as it lasts"
    );
    office.hangs_up(&mut line, &there);
    assert_eq!(seen(&office).1, Over);
    let (picture, now) = (office.board.picture(), office.now);
    let half_an_hour = Duration::from_secs(1800);
    assert_eq!(picture.stays_until(now), Some(now + half_an_hour), "e15: the box stays up");
    assert_eq!(picture.stays_until(now + half_an_hour), None);
}

#[test]
fn e06_the_voice_is_what_every_network_carries() {
    let mut office = office();
    let mut line = office.line("mara", "sip:112@sipgate.de");
    let voice = office.phone("mara").voice("sendrecv").replace("RTP/AVP 8 101", "RTP/AVP 111 9 13 0 8 101");
    let voice = format!("{voice}a=rtpmap:111 opus/48000/2\r\na=ptime:30\r\n");
    line.invite = office.asks(&mut line, "INVITE", "", &voice);
    assert_eq!(office.hears("mara").status(), 100);
    let there = office.rings("cloud");
    assert!(there.invite.body().contains(" RTP/AVP 8 0 101\r\n"), "{}", there.invite.body());
    assert!(there.invite.body().contains("a=ptime:20\r\n") && !there.invite.body().contains("opus"));
    office.picks_up(&there);
    let told = office.is_connected(&mut line);
    assert!(told.body().contains(" RTP/AVP 8 101\r\n"), "{}", told.body());
}

#[test]
fn e19_a_fax_machine_calls_like_anybody_and_who_is_told_hears_that_it_is_one() {
    let mut office = office_with(&PHONES, Rules { alarm: vec![id("103")], ..rules() });
    let mut line = calls(&mut office, "mara", "sip:112@sipgate.de");
    let there = office.rings("cloud");
    office.picks_up(&there);
    office.is_connected(&mut line);
    office.hears_all("lena");
    let [leg, _] = office.relay.legs();
    let sign = media::tone::FaxSign::Calling;
    assert!(office.relay.said.contains(&Command::Listen { leg, to: Ear::Fax }));
    office.happens(Input::Relay(media::relay::Event::Fax { leg, sign }));
    let told = office.hears_all("lena");
    assert!(told.iter().any(|said| said.body().starts_with("NOTRUF 112 per FAX: Mara")), "{told:?}");
    assert_eq!(office.hears_all("cloud"), [], "the box asks for no T.38");
    office.hangs_up(&mut line, &there);
}

#[test]
fn e07_a_phone_that_sends_its_place_or_demands_the_unknown_is_not_refused_for_it() {
    let mut office = office();
    let mut line = office.line("mara", "sip:112@sipgate.de");
    let voice = office.phone("mara").voice("sendrecv");
    let body = format!(
        "--b\r\nContent-Type: application/sdp\r\n\r\n{voice}\r\n--b\r\nContent-Type: application/pidf+xml\r\n\r\n\
         <presence/>\r\n--b--\r\n"
    );
    let lines =
        "Content-Type: multipart/mixed;boundary=b\r\nRequire: geolocation\r\nResource-Priority: esnet.1\r\n";
    line.invite = office.asks(&mut line, "INVITE", lines, &body);
    assert_eq!(office.hears("mara").status(), 100);
    let there = office.rings("cloud");
    assert!(there.invite.body().starts_with("v=0\r\n"), "the voice is offered, the box's own");
    office.picks_up(&there);
    office.is_connected(&mut line);
}

#[test]
fn e14_the_phones_of_the_alarm_are_told_and_nothing_waits_for_them() {
    let alarm = vec!["103".parse().unwrap()];
    let mut office = office_with(&PHONES, Rules { alarm, ..rules() });
    calls(&mut office, "mara", "sip:112@sipgate.de");
    let there = office.rings("cloud");
    let told = office.hears("lena");
    assert!(told.is_request("MESSAGE"), "{}", told.0);
    assert!(told.body().starts_with("NOTRUF 112: Mara (101), yard. wird verbunden."), "{}", told.body());
    assert_eq!(told.header("Priority"), "emergency");
    office.picks_up(&there);
    assert!(office.hears_all("lena").iter().any(|said| said.body().contains("verbunden. R")));
    office.nobody_hears_anything_but("mara");
}
