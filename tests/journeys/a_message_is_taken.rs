//! Nobody answers, and the cloud with its voicemail is gone: the house answers and takes a message.

use std::{
    fs,
    net::Ipv4Addr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use tests::{
    Gatehouse, Lan, Phone, PracticeCloud,
    phone::Setup,
    program::{in_tree, run},
    tone::{self, TONES},
    until,
};

use crate::asking::ask;

/// What Anna says before the tone, which is nobody's business.
const BEFORE: u32 = TONES[0];
/// What she says after it.
const MESSAGE: u32 = TONES[1];
const BEEP: u32 = 1_000;
/// Seconds; the greeting is longer.
const TALKS_TO_HERSELF: u32 = 4;

/// Recordings that lie in the house, beside a note of whose account they are.
fn messages(house: &Gatehouse) -> Vec<PathBuf> {
    let folder = fs::read_dir(house.data().join("messages")).expect("a folder for messages");
    let files = folder.flatten().map(|entry| entry.path());
    files.filter(|file| file.extension().is_some_and(|kind| kind == "wav")).collect()
}

/// Messages that nobody has listened to.
fn new_messages(house: &Gatehouse) -> u64 {
    let told = ask(house, "GET", "/api/v1/voicemail", b"");
    told["mailboxes"].as_array().into_iter().flatten().filter_map(|one| one["new"].as_u64()).sum()
}

/// Waits until Anna has heard the tone.
fn hears_the_tone(anna: &Phone) {
    until("the tone", || {
        let heard = anna.recordings().pop()?;
        heard.chunks_exact(800).any(|part| tone::level(part, BEEP) > 0.1).then_some(())
    });
}

/// What was said after the tone, and nothing from before it.
fn holds_the_message(file: &Path) {
    let said = until("the end of the message", || {
        // Its head is written with the first of what is said.
        fs::metadata(file).ok().filter(|file| file.len() > 44)?;
        let said = tone::read_wav(file);
        let heard = tone::listen(&said, MESSAGE);
        (heard.seconds >= 2.0).then_some(said)
    });
    let before = said.chunks_exact(800).filter(|part| tone::level(part, BEFORE) > 0.01).count();
    assert_eq!(before, 0, "of what was said before the tone");
    let mode = fs::metadata(file).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "nobody else's business");
}

/// Anna speaks for three seconds after the tone.
fn speaks(anna: &mut Phone) {
    anna.talks();
    hears_the_tone(anna);
    let begun = anna.recordings().pop().map_or(0, |heard| heard.len());
    // Counted on her own line, as no clock here is hers.
    until("three seconds", || {
        let heard = anna.recordings().pop()?;
        (heard.len() > begun + 3 * 8_000).then_some(())
    });
}

#[test]
fn with_the_cloud_gone_a_message_is_taken_when_nobody_answers() {
    let mut lan = Lan::new();
    let (place, address) = lan.host("box", 1);
    let mut cloud =
        PracticeCloud::start(&place, Ipv4Addr::LOCALHOST, &in_tree("tests/practice/accounts/office.json"));
    let mut routes = place.command("ip");
    routes.args(["route", "show", "default"]);
    let mut house = Gatehouse::at(place, address);
    house.mirrors(&cloud.api);
    house.power_on();
    house.knows_the_whole_account();
    cloud.dies();
    assert_eq!(run(routes), "", "no way out");
    let mut desk = |name, last, extension| {
        let (place, address) = lan.host(name, last);
        let phone = Setup::new(name, house.sip()).login(cloud.phone(extension)).at(place, address);
        let mut phone = phone.saying_first(BEFORE, TALKS_TO_HERSELF).voice(MESSAGE).start();
        phone.registered();
        phone
    };
    let (mut anna, mut ben) = (desk("anna", 11, "102"), desk("ben", 12, "103"));
    anna.dial("103");
    ben.rings();
    // His account lets him 25 seconds.
    ben.call_ends_within(Duration::from_secs(40));
    speaks(&mut anna);
    anna.hangs_up();
    anna.call_ends();
    let file = until("a message", || messages(&house).pop());
    holds_the_message(&file);
    until("word of it", || (new_messages(&house) == 1).then_some(()));
    // His own mailbox plays it to Ben, and to him alone.
    ben.dial("*97");
    until("the message", || {
        let heard = ben.recordings().pop()?;
        (tone::listen(&heard, MESSAGE).seconds >= 2.0).then_some(())
    });
    ben.press("sndcode", "2");
    until("it to count as heard", || (new_messages(&house) == 0).then_some(()));
}

#[test]
fn who_is_not_there_at_all_has_his_calls_answered_at_once_and_hash_ends_them() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    house.knows_the_whole_account();
    let login = cloud.phone("102");
    let mut anna = Setup::new("anna", house.sip())
        .login(login)
        .saying_first(BEFORE, TALKS_TO_HERSELF)
        .voice(MESSAGE)
        .start();
    anna.registered();
    anna.dial("103");
    speaks(&mut anna);
    anna.press("sndcode", "#");
    anna.call_ends();
    let file = until("a message", || messages(&house).pop());
    holds_the_message(&file);
}
