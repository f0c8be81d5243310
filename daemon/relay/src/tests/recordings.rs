//! Legs that are recorded.

use super::setting::{Phone, Setting, config, voice};
use crate::Config;
use media::coding::Coding;
use media::g711::Law;
use media::playback::{Repeat, Sound};
use media::recording::{RecordingName, Sides};
use media::relay::{Command, Event, LegId, LegPlan, Recorded};
use std::path::{Path, PathBuf};

/// What each side says: one byte of A-law, again and again.
const SAID: [u8; 2] = [0x2a, 0x9f];

/// A folder of this test's own.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("gatehouse-{}-{name}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn recording(folder: &Path) -> Config {
    Config { recordings: Some(folder.to_owned()), ..config(8) }
}

fn name() -> RecordingName {
    RecordingName::new("one").unwrap()
}

fn recorded(setting: &Setting) -> Recorded {
    setting.wait_for(|event| match event {
        Event::Recorded { how, .. } => Some(*how),
        _ => None,
    })
}

/// So many packets pass on the relay's own steps.
fn time_passes(setting: &Setting, leg: LegId, packets: usize) {
    let sound = Sound::Clip { samples: vec![0; packets * 160].into(), repeat: Repeat::Once };
    setting.tell(Command::Play { leg, sound });
    setting.wait_for(|event| matches!(event, Event::Played { .. }).then_some(()));
}

fn says(phone: &Phone, sequence: u16, byte: u8) {
    let mut packet = voice(1, sequence);
    packet[12..].fill(byte);
    phone.rtp.send_to(&packet, phone.rtp_port()).unwrap();
}

/// The samples of a file, left and right.
fn read(path: &Path) -> Vec<[i16; 2]> {
    let file = std::fs::read(path).unwrap();
    let data = file.windows(4).position(|part| part == b"data").unwrap() + 8;
    let sample = |bytes: &[u8]| i16::from_le_bytes([bytes[0], bytes[1]]);
    file[data..].chunks_exact(4).map(|both| [sample(both), sample(&both[2..])]).collect()
}

#[test]
fn both_sides_of_a_leg_stand_in_the_file() {
    let folder = Folder::new("both");
    let setting = Setting::start(recording(&folder.0));
    let (a, b) = setting.call();
    let (other, _) = setting.call();
    for phone in [&a, &b, &other] {
        let plan = LegPlan { sounds: Some((8, Coding::G711(Law::A))), ..phone.plan() };
        setting.tell(Command::Expect { leg: phone.lease.leg, plan });
    }
    setting.tell(Command::Record { leg: a.lease.leg, name: name(), sides: Sides::Both });
    setting.settle();
    for sequence in 0..4 {
        says(&a, sequence, SAID[0]);
        says(&b, sequence, SAID[1]);
    }
    time_passes(&setting, other.lease.leg, 20);
    setting.tell(Command::EndRecording { leg: a.lease.leg });
    assert_eq!(recorded(&setting), Recorded::Whole);
    drop(setting);
    let samples = read(&folder.0.join("one.wav"));
    for side in [0, 1] {
        let byte = Law::A.decode(SAID[side]);
        let there = samples.iter().filter(|both| both[side] == byte).count();
        assert_eq!(there, 4 * 160, "side {side}");
    }
}

#[test]
fn a_recording_ends_with_its_leg_and_never_takes_the_place_of_another() {
    let folder = Folder::new("ends");
    let setting = Setting::start(recording(&folder.0));
    let (a, b) = setting.call();
    let (other, _) = setting.call();
    let plan = LegPlan { sounds: Some((8, Coding::G711(Law::A))), ..other.plan() };
    setting.tell(Command::Expect { leg: other.lease.leg, plan });
    setting.tell(Command::Record { leg: a.lease.leg, name: name(), sides: Sides::Both });
    setting.tell(Command::Record {
        leg: a.lease.leg,
        name: RecordingName::new("two").unwrap(),
        sides: Sides::Both,
    });
    assert_eq!(recorded(&setting), Recorded::NotAtAll, "it is recorded already");
    time_passes(&setting, other.lease.leg, 10);
    setting.tell(Command::Release { leg: a.lease.leg });
    assert_eq!(recorded(&setting), Recorded::Whole);
    setting.tell(Command::Record { leg: b.lease.leg, name: name(), sides: Sides::Both });
    assert_eq!(recorded(&setting), Recorded::Broken, "there is a file of that name");
}

#[test]
fn where_there_is_no_folder_nothing_is_recorded() {
    let setting = Setting::start(config(8));
    let (a, _) = setting.call();
    setting.tell(Command::Record { leg: a.lease.leg, name: name(), sides: Sides::Both });
    assert_eq!(recorded(&setting), Recorded::NotAtAll);
}

#[test]
fn what_is_not_wanted_leaves_no_file_however_soon_that_is_known() {
    let folder = Folder::new("discarded");
    let setting = Setting::start(recording(&folder.0));
    let (a, _) = setting.call();
    setting.tell(Command::Record { leg: a.lease.leg, name: name(), sides: Sides::Peer });
    setting.tell(Command::Discard { leg: a.lease.leg });
    assert_eq!(recorded(&setting), Recorded::Removed);
    assert!(std::fs::read_dir(&folder.0).unwrap().next().is_none());
}

#[test]
fn once_it_is_told_of_the_file_is_whole_and_nobody_elses_business() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new("whole");
    let setting = Setting::start(recording(&folder.0));
    let (a, _) = setting.call();
    setting.tell(Command::Record { leg: a.lease.leg, name: name(), sides: Sides::Peer });
    setting.settle();
    for sequence in 0..4 {
        says(&a, sequence, SAID[0]);
    }
    setting.figures(a.lease.leg, |figures| figures.packets == 4);
    setting.tell(Command::EndRecording { leg: a.lease.leg });
    assert_eq!(recorded(&setting), Recorded::Whole);
    let file = std::fs::read(folder.0.join("one.wav")).unwrap();
    let announced = u32::from_le_bytes(file[4..8].try_into().unwrap());
    assert_eq!((announced as usize + 8, file[22]), (file.len(), 1), "one channel");
    let mode = std::fs::metadata(folder.0.join("one.wav")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_disk_that_refuses_is_told_of_at_once() {
    let folder = Folder::new("refuses");
    let setting = Setting::start(recording(&folder.0.join("gone")));
    let (a, _) = setting.call();
    setting.tell(Command::Record { leg: a.lease.leg, name: name(), sides: Sides::Peer });
    assert_eq!(recorded(&setting), Recorded::Broken);
}

#[test]
fn who_says_nothing_for_long_is_told_of_once() {
    let folder = Folder::new("quiet");
    let setting = Setting::start(recording(&folder.0));
    let (a, _) = setting.call();
    let (other, _) = setting.call();
    let plan = LegPlan { sounds: Some((8, Coding::G711(Law::A))), ..other.plan() };
    setting.tell(Command::Expect { leg: other.lease.leg, plan });
    setting.tell(Command::Record { leg: a.lease.leg, name: name(), sides: Sides::Peer });
    let mut quiet = 0;
    // Second after second on the relay's own steps.
    for _ in 0..10 {
        let sound = Sound::Clip { samples: vec![0; 50 * 160].into(), repeat: Repeat::Once };
        setting.tell(Command::Play { leg: other.lease.leg, sound });
        setting.wait_for(|event| {
            quiet += usize::from(matches!(event, Event::Quiet { leg } if *leg == a.lease.leg));
            matches!(event, Event::Played { .. }).then_some(())
        });
    }
    assert_eq!(quiet, 1);
}
