//! What a copy of the account costs: requests for fifty users, memory for a thousand.

use serde_json::Value;
use tests::{Gatehouse, PracticeCloud, until};

#[test]
fn a_whole_copy_of_fifty_users_takes_at_most_600_requests() {
    let cloud = PracticeCloud::generated(50);
    let house = Gatehouse::beside(&cloud);
    house.knows_the_whole_account();
    let asked = |cloud: &PracticeCloud| -> u64 {
        cloud.requests().as_object().unwrap().values().filter_map(Value::as_u64).sum()
    };
    let first = asked(&cloud);
    assert!(first <= 600, "{first}");
}

/// What the program itself takes from the disk depends on how it was built and is not counted.
#[test]
fn a_thousand_users_stand_in_64_mebibytes() {
    let cloud = PracticeCloud::generated(1_000);
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    house.power_on();
    until("a whole copy of a thousand users", || house.tells("mirror")["age_seconds"].as_u64());
    let status = std::fs::read_to_string(format!("/proc/{}/status", house.running().pid())).unwrap();
    let held = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    let held: u64 = held.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(held < 64 * 1024, "{held} KiB");
}
