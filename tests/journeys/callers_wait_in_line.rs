//! Three callers dial a channel with one agent while the cloud is gone: one talks, two hear music, and each gets his turn.

use std::fs;
use std::net::Ipv4Addr;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tests::{
    Gatehouse, Lan, Phone, PracticeCloud,
    phone::Setup,
    program::{built, run},
    tone,
    tone::TONES,
};

const AGENT: u32 = TONES[0];
const MUSIC: u32 = TONES[3];
/// Rest of the agent after a call.
const REST: Duration = Duration::from_secs(4);
/// The number of the channel.
const NUMBER: &str = "+49305550000";

/// Four people; the first of them is the channel's only agent.
fn account() -> String {
    let mut generate = Command::new(built("practice-cloud"));
    generate.args(["--generate", "4", "--shape", "neo"]);
    let mut account: Value = serde_json::from_str(&run(generate)).unwrap();
    let channels = account["channels"].as_object_mut().unwrap();
    let channel = channels.values_mut().next().unwrap();
    channel["users"] = json!([{"id": "w0", "deviceIds": ["e0"]}]);
    channel["settings"]["users"] = json!({"ringTime": 20, "followUpTime": REST.as_secs()});
    account.to_string()
}

#[test]
fn callers_wait_in_line() {
    let mut lan = Lan::new();
    let (place, address) = lan.host("box", 1);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("account.json");
    fs::write(&file, account()).unwrap();
    let mut cloud = PracticeCloud::start(&place, Ipv4Addr::LOCALHOST, &file);
    let mut house = Gatehouse::at(place, address);
    house.mirrors(&cloud.api);
    tone::write_wav(&house.data().join("music.wav"), &tone::sine(MUSIC, 3));
    *house.config() = house.config().replace("[media]\n", "[media]\nhold_music = \"music.wav\"\n");
    house.power_on();
    house.knows_the_whole_account();
    cloud.dies();

    let mut desk = |name, last, extension, voice| {
        let (place, address) = lan.host(name, last);
        let login = cloud.phone(extension);
        let mut phone = Setup::new(name, house.sip()).login(login).at(place, address).voice(voice).start();
        phone.registered();
        phone
    };
    let mut agent = desk("agent", 11, "1000", AGENT);
    let mut first = desk("first", 12, "1001", TONES[1]);
    let mut second = desk("second", 13, "1002", TONES[2]);
    let mut third = desk("third", 14, "1003", TONES[2]);

    first.dial(NUMBER);
    serves(&mut agent, &mut first, "1001", TONES[1]);
    second.dial(NUMBER);
    second.hears(MUSIC, 2.0);
    third.dial(NUMBER);
    third.hears(MUSIC, 2.0);
    assert_eq!(house.calls(), 3);

    agent.hangs_up();
    first.call_ends();
    agent.call_ends();
    assert!(agent.rings_within(REST - Duration::from_secs(2)).is_none(), "the agent rests");
    serves(&mut agent, &mut second, "1002", TONES[2]);
    second.hangs_up();
    agent.call_ends();
    second.call_ends();
    serves(&mut agent, &mut third, "1003", TONES[2]);
    third.hangs_up();
    agent.call_ends();
    third.call_ends();
    assert_eq!(house.calls(), 0);
}

/// The agent's phone rings for this caller, shows him, and both hear each other.
fn serves(agent: &mut Phone, caller: &mut Phone, number: &str, voice: u32) {
    let shown = agent.rings();
    assert_eq!(shown.number(), number);
    agent.answers();
    caller.talks();
    agent.talks();
    caller.hears(AGENT, 1.0);
    agent.hears(voice, 1.0);
}
