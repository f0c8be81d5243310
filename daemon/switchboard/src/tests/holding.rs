//! Who is put on hold hears music, until he is taken back (RFC 5359 2.3, without a server of its own).

use media::playback::Sound;
use media::relay::{Command, LegId};
use media::tone::Tone;

use super::Office;
use super::cloud::line_of;
use crate::Input;

const MUSIC: Sound = Sound::Tone(Tone::DIAL);

/// What became of music since this was asked last.
#[derive(Debug, PartialEq)]
enum Music {
    Plays(LegId),
    Ends(LegId),
}

fn music(office: &mut Office) -> Vec<Music> {
    let told = office.relay.said.drain(..).filter_map(|said| {
        if let Command::Hush { leg } = said {
            return Some(Music::Ends(leg));
        }
        let Command::Play { leg, sound } = said else { return None };
        (sound == MUSIC).then_some(Music::Plays(leg))
    });
    told.collect()
}

fn office_with_music() -> Office {
    let mut office = Office::open();
    office.happens(Input::HoldMusic(Some(MUSIC)));
    office
}

#[test]
fn whoever_is_put_on_hold_hears_music_until_he_is_taken_back() {
    let mut office = office_with_music();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    let [_, callee] = office.relay.legs();
    assert_eq!(music(&mut office), []);
    let hold = office.wants(&mut here, "sendonly", "joerg");
    office.agrees(&there, &hold, "recvonly");
    office.is_connected(&mut here);
    assert_eq!(music(&mut office), [Music::Plays(callee)]);
    let again = office.wants(&mut here, "sendonly", "joerg");
    office.agrees(&there, &again, "recvonly");
    office.is_connected(&mut here);
    assert_eq!(music(&mut office), [], "it goes on");
    let back = office.wants(&mut here, "sendrecv", "joerg");
    office.agrees(&there, &back, "sendrecv");
    office.is_connected(&mut here);
    assert_eq!(music(&mut office), [Music::Ends(callee)]);
    office.hangs_up(&mut here, &there);
}

#[test]
fn the_caller_may_be_put_on_hold_as_well() {
    let mut office = office_with_music();
    let (here, mut there) = office.talk("mara", "102", "joerg");
    let [caller, _] = office.relay.legs();
    let hold = office.wants(&mut there, "sendonly", "mara");
    office.agrees(&here, &hold, "recvonly");
    office.is_connected(&mut there);
    assert_eq!(music(&mut office), [Music::Plays(caller)]);
    office.hangs_up(&mut there, &here);
}

#[test]
fn who_shuts_both_directions_wants_silence() {
    let mut office = office_with_music();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    let hold = office.wants(&mut here, "inactive", "joerg");
    office.agrees(&there, &hold, "inactive");
    office.is_connected(&mut here);
    assert_eq!(music(&mut office), []);
}

#[test]
fn an_office_that_wants_no_music_plays_none() {
    let mut office = office_with_music();
    office.happens(Input::HoldMusic(None));
    let (mut here, there) = office.talk("mara", "102", "joerg");
    let hold = office.wants(&mut here, "sendonly", "joerg");
    office.agrees(&there, &hold, "recvonly");
    office.is_connected(&mut here);
    assert_eq!(music(&mut office), []);
}

#[test]
fn an_announcement_before_the_answer_is_no_hold() {
    let mut office = office_with_music();
    let mut here = office.dials("mara", "102");
    let there = office.rings("joerg");
    let alone = office.phone("joerg").voice("sendonly");
    office.replies(&there, &there.invite, 183, &alone);
    office.hears("mara");
    assert_eq!(music(&mut office), []);
    office.picks_up(&there);
    office.is_connected(&mut here);
    assert_eq!(music(&mut office), []);
}

#[test]
fn who_is_put_on_hold_outside_hears_what_is_played_there() {
    let mut office = Office::with_lines(&["mara"], &[line_of("e0")]);
    office.happens(Input::HoldMusic(Some(MUSIC)));
    let mut mara = office.dials("mara", "+4930999999");
    let mut world = office.world_rings();
    office.picks_up(&world);
    office.is_connected(&mut mara);
    let hold = office.wants(&mut world, "sendonly", "mara");
    office.agrees(&mara, &hold, "recvonly");
    office.is_connected(&mut world);
    assert_eq!(music(&mut office), []);
}

#[test]
fn who_waits_goes_on_hearing_music_after_the_box_was_started_again() {
    let mut office = office_with_music();
    let (mut here, there) = office.talk("mara", "102", "joerg");
    let hold = office.wants(&mut here, "sendonly", "joerg");
    office.agrees(&there, &hold, "recvonly");
    office.is_connected(&mut here);
    office.passes(super::SECOND);
    office.falls_and_gets_up(false);
    let [_, callee] = office.relay.legs();
    assert_eq!(music(&mut office), [Music::Plays(callee)]);
}
