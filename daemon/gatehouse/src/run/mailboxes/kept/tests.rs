use std::time::{Duration, SystemTime};

use account::{Answering, CallParty, GroupRules, Phoneline, Snapshot, User, VoiceMessage};
use sip::package::mail::VoiceMessages;

use super::{All, MOST, REGRET};

/// A recording of ten seconds, bytes.
const SIZE: u64 = 320_000;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn message(id: &str, mailbox: &str, left: u64, heard: bool) -> VoiceMessage {
    let (mailbox, length) = (mailbox.parse().unwrap(), Duration::from_secs(10));
    VoiceMessage { id: id.into(), mailbox, caller: CallParty::default(), left: at(left), length, heard }
}

/// Anna has the box v0; she and Ben share v1.
pub(in super::super) fn house() -> Snapshot {
    let user = |id: &str| User {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        extensions: vec![],
        default_device: None,
        busy_on_busy: false,
        admin: false,
        address: None,
    };
    let answering = |id: &str| vec![Answering { box_id: id.parse().unwrap(), after: None, active: true }];
    let line = Phoneline { id: "p0".parse().unwrap(), alias: String::new(), owner: "w0".parse().unwrap() };
    let lines = account::LineRules { answering: answering("v0"), ..Default::default() };
    let members = ["w0", "w1"].map(|id| id.parse().unwrap()).into();
    let mut house = Snapshot::default();
    house.users.extend(["w0", "w1", "w2"].map(user).map(|user| (user.id.clone(), user)));
    house.phonelines.extend([(line.id.clone(), line)]);
    house.rules.lines.extend([("p0".parse().unwrap(), lines)]);
    house.rules.groups.extend([("g0".parse().unwrap(), GroupRules { members, answering: answering("v1") })]);
    "7654321".clone_into(&mut house.identity.master_sip_id);
    house
}

#[test]
fn a_crowded_mailbox_makes_room_with_what_was_heard_and_never_with_what_is_new() {
    let mut all = All::new(u64::MAX);
    for number in 0..MOST {
        let number = u64::try_from(number).unwrap();
        let taken = all.take(message(&format!("m{number}"), "v0", number, matches!(number, 7 | 9)), SIZE);
        assert_eq!(taken, Some(vec![]), "{number}");
    }
    all.woken(message("other", "v1", 1, true), SIZE);
    let mut next = |id: &str| all.take(message(id, "v0", 5_000, false), SIZE);
    assert_eq!(next("a"), Some(vec!["m7".into()]), "the oldest heard one of this box");
    assert_eq!(next("b"), Some(vec!["m9".into()]));
    assert_eq!(next("c"), None);
    assert!(all.is_full(&"v0".parse().unwrap()) && !all.is_full(&"v1".parse().unwrap()));
    all.delete("m0", Some(at(6_000))).unwrap();
    assert_eq!(
        all.take(message("c", "v0", 5_000, false), SIZE),
        Some(vec!["m0".into()]),
        "a deleted one goes first"
    );
}

#[test]
fn the_disk_s_share_is_kept_across_all_mailboxes() {
    let mut all = All::new(10 * SIZE);
    for number in 0..10 {
        all.take(message(&format!("m{number}"), "v1", number, number == 4), SIZE).unwrap();
    }
    assert_eq!(
        all.take(message("large", "v0", 50, false), 2 * SIZE),
        None,
        "one heard one is too little room"
    );
    assert!(all.is_there("m4"), "and nothing goes for nothing");
    assert_eq!(all.take(message("a", "v0", 50, false), SIZE), Some(vec!["m4".into()]));
    assert_eq!(all.take(message("b", "v0", 50, false), SIZE), None);
    assert!(all.is_disk_full() && all.is_full(&"v0".parse().unwrap()));
    assert_eq!(All::new(SIZE).take(message("larger than all", "v0", 1, false), SIZE + 1), None);
}

#[test]
fn everybody_sees_their_own_and_their_groups_and_the_lamp_counts_these() {
    let (boxes, mut all) = (house().mailboxes(), All::new(u64::MAX));
    for (id, mailbox, left, heard) in
        [("a", "v0", 1, true), ("b", "v0", 3, false), ("c", "v1", 2, false), ("d", "v9", 4, false)]
    {
        all.woken(message(id, mailbox, left, heard), SIZE);
    }
    let ids = |all: &All, user: &str| -> Vec<String> {
        all.lying(&boxes, &user.parse().unwrap())[0].iter().map(|it| it.id.clone()).collect()
    };
    assert_eq!(ids(&all, "w0"), ["b", "c", "a"], "the newest first");
    assert_eq!(ids(&all, "w1"), ["c"]);
    assert_eq!(ids(&all, "w2"), [""; 0]);
    assert!(!all.is_for("a", &boxes, &"w1".parse().unwrap()));
    let lamps = |all: &All| -> Vec<(String, u32, u32)> {
        let lamp =
            |(user, VoiceMessages { new, old, .. }): (account::UserId, _)| (user.to_string(), new, old);
        all.summaries(&boxes).into_iter().map(lamp).collect()
    };
    assert_eq!(lamps(&all), [("w0".into(), 2, 1), ("w1".into(), 1, 0)]);
    all.mark("c", true).unwrap();
    all.delete("b", Some(at(10))).unwrap();
    assert_eq!(lamps(&all), [("w0".into(), 0, 2), ("w1".into(), 0, 1)], "what is deleted does not light it");
    assert_eq!((all.mark("b", true), all.mark("nobody", true)), (None, None));
    all.delete("b", None).unwrap();
    assert_eq!(ids(&all, "w0"), ["b", "c", "a"], "taken back");
    assert_eq!(all.delete("b", None), None);
}

#[test]
fn what_is_too_old_goes_heard_or_not_and_what_was_deleted_after_a_while() {
    let mut all = All::new(u64::MAX);
    all.woken(message("old", "v0", 100, false), SIZE);
    all.woken(message("new", "v0", 900, true), SIZE);
    let keep = Some(Duration::from_secs(1_000));
    assert_eq!(all.over(at(1_099), keep), [""; 0]);
    assert_eq!(all.over(at(1_100), keep), ["old"]);
    assert_eq!(all.over(at(1_000_000_000), None), [""; 0], "for ever");
    all.delete("new", Some(at(1_000))).unwrap();
    assert_eq!(all.next_over(), Some(at(1_000) + REGRET));
    assert_eq!(all.over(at(1_000) + REGRET, None), ["new"]);
}
