//! The plug is pulled in the middle of syncs and changes: what was acknowledged is done once, and the copy is whole.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tests::{Gatehouse, PracticeCloud, until, until_within};

const CUTS: u32 = 16;

fn changes(house: &Gatehouse) -> Vec<Value> {
    let out = house.command(&["mirror", "changes", "--json"]).output().unwrap();
    let told: Value = serde_json::from_slice(&out.stdout).unwrap_or_default();
    told["changes"].as_array().cloned().unwrap_or_default()
}

/// How many devices of the cloud have each name.
fn names(cloud: &PracticeCloud) -> BTreeMap<String, usize> {
    let devices: Value = serde_json::from_str(&cloud.told("GET", "/account/devices", &Value::Null)).unwrap();
    let mut names = BTreeMap::new();
    for device in devices.as_object().unwrap().values() {
        *names.entry(device["alias"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    names
}

#[test]
fn a_change_cut_short_is_carried_out_once_or_asks() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::beside(&cloud);
    let mut acknowledged = Vec::new();
    for cut in 0..CUTS {
        let name = format!("Cut {cut}");
        let change = json!({"act": "device_new", "user": "w1", "alias": name}).to_string();
        let mut command = house.command(&["mirror", "change", &change]);
        if command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success() {
            acknowledged.push(name);
        }
        // Into the look at the cloud, the request, its answer, or the look after it.
        std::thread::sleep(Duration::from_millis(u64::from(cut) * 3));
        house.power_cut();
        house.power_on();
        house.knows_the_account();
    }
    assert!(acknowledged.len() > 8, "{acknowledged:?}");
    until("every change to be done or to ask", || {
        let all = changes(&house);
        let open =
            all.iter().any(|it| !["done", "unsure"].contains(&it["state"].as_str().unwrap_or_default()));
        (!open && all.len() >= acknowledged.len()).then_some(())
    });
    let in_the_cloud = names(&cloud);
    for change in changes(&house) {
        let name = change["intent"]["alias"].as_str().unwrap();
        let made = in_the_cloud.get(name).copied().unwrap_or_default();
        assert!(made <= 1, "{name} was made {made} times");
        assert!(made == 1 || change["state"] == "unsure", "{change}");
    }
}

/// How often the process is killed; `GATEHOUSE_CUTS=500` for a long night.
fn cuts() -> u32 {
    std::env::var("GATEHOUSE_CUTS").ok().and_then(|cuts| cuts.parse().ok()).unwrap_or(16)
}

/// Everything in the cloud changes at once: no copy may show a part of it.
fn turn_over(cloud: &PracticeCloud, edition: u32) {
    let word = json!(format!("Edition {edition}"));
    let each = |letter: &str, field: &str| -> Value {
        (0..6)
            .map(|n| (format!("{letter}{n}"), json!({field: word})))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let all = json!({"account": {"company": word}, "users": each("w", "lastname"), "devices": each("e", "alias"),
                     "phonelines": each("p", "alias"), "addresses": {"88": {"address1": word}}});
    cloud.told("PATCH", "/account", &all);
}

/// Which editions a copy shows. A change looks at what it is about beforehand, which for ours is the devices of `w1`: they
/// may be ahead of the rest.
fn editions(house: &Gatehouse) -> BTreeMap<String, usize> {
    let mut editions = BTreeMap::new();
    for (kind, field, ids) in [
        ("account", "company", ["account"].as_slice()),
        ("user", "lastname", &["w0", "w1", "w2", "w3", "w4", "w5"]),
        ("device", "alias", &["e0", "e1", "e2", "e3", "e4", "e5"]),
        ("phoneline", "alias", &["p0", "p1", "p2", "p3", "p4", "p5"]),
        ("address", "address1", &["88"]),
    ] {
        let out = house.command(&["mirror", "show", kind, "--json"]).output().unwrap();
        let told: Value = serde_json::from_slice(&out.stdout).unwrap_or_default();
        let objects = told["objects"].as_array().cloned().unwrap_or_default();
        let turned = |object: &&Value| {
            ids.contains(&object["id"].as_str().unwrap_or_default())
                && !(kind == "device" && object["owner"] == "w1")
        };
        for object in objects.iter().filter(turned) {
            *editions.entry(object["body"][field].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
    }
    editions
}

/// The cloud is there and answers nothing; nothing waits for it.
fn freeze(cloud: &PracticeCloud) {
    let refusal = json!({"status": {"code": 400}});
    cloud.told("POST", "/faults", &json!({"prefix": "/v", "count": 1_000_000, "kind": refusal}));
}

fn device_ids(house: &Gatehouse) -> Vec<String> {
    let out = house.command(&["mirror", "show", "device", "--json"]).output().unwrap();
    let told: Value = serde_json::from_slice(&out.stdout).unwrap_or_default();
    let ids = told["objects"].as_array().into_iter().flatten();
    ids.map(|object| object["id"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Changes that may gather: a box that has just started carries out so many before it asks the cloud but once a second.
const GATHERED: u32 = 25;

/// One that failed is tried again after a minute at most.
const TRIED_AGAIN: Duration = Duration::from_secs(90);

/// They are waited for as long as they go on.
fn every_change_is_done_or_asks(house: &Gatehouse) {
    let settled = |it: &Value| ["done", "unsure"].contains(&it["state"].as_str().unwrap_or_default());
    let mut open = usize::MAX;
    while open > 0 {
        open = until_within(TRIED_AGAIN, "every change to be done or to ask", || {
            let left = changes(house).iter().filter(|change| !settled(change)).count();
            (left < open).then_some(left)
        });
    }
}

#[test]
fn killed_in_the_middle_of_syncs_and_changes_the_copy_is_whole_and_every_change_done_once() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::beside(&cloud);
    turn_over(&cloud, 0);
    assert!(house.command(&["mirror", "sync"]).output().unwrap().status.success());
    let whole = editions(&house);
    assert_eq!(whole.len(), 1, "{whole:?}");
    let (mut acknowledged, mut seen, mut random) = (Vec::new(), [0_u32; 2], 0x9E37_79B9_7F4A_7C15_u64);
    house.power_cut();
    for cut in 1..=cuts() {
        if cut % GATHERED == 0 {
            house.power_on();
            every_change_is_done_or_asks(&house);
            house.power_cut();
        }
        freeze(&cloud);
        turn_over(&cloud, cut);
        house.power_on();
        let copy = editions(&house);
        assert_eq!(
            (copy.len(), copy.values().sum::<usize>()),
            (1, whole.values().sum()),
            "cut {cut}: {copy:?}"
        );
        let newest = copy.contains_key(&format!("Edition {}", cut - 1));
        seen[usize::from(newest)] += 1;
        cloud.told("DELETE", "/faults", &Value::Null);
        let name = format!("Cut {cut}");
        let change = json!({"act": "device_new", "user": "w1", "alias": name}).to_string();
        let mut command = house.command(&["mirror", "change", &change]);
        if command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success() {
            acknowledged.push(name);
        }
        let mut sync = house.command(&["mirror", "sync"]);
        let mut sync = sync.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_millis((random >> 33) % 500));
        house.power_cut();
        let _gone = sync.wait();
    }
    house.power_on();
    assert!(cuts() < 100 || seen.iter().all(|times| *times > 0), "before and after it was saved: {seen:?}");
    every_change_is_done_or_asks(&house);
    let in_the_cloud = names(&cloud);
    for change in changes(&house) {
        let name = change["intent"]["alias"].as_str().unwrap();
        let made = in_the_cloud.get(name).copied().unwrap_or_default();
        assert!(made <= 1, "{name} was made {made} times");
        assert!(made == 1 || change["state"] == "unsure", "{change}");
    }
    let all = changes(&house);
    let known: Vec<&str> = all.iter().filter_map(|it| it["intent"]["alias"].as_str()).collect();
    assert!(acknowledged.iter().all(|name| known.contains(&name.as_str())), "nothing acknowledged is lost");
    assert!(house.command(&["mirror", "sync"]).output().unwrap().status.success());
    let devices: Value = serde_json::from_str(&cloud.told("GET", "/account/devices", &Value::Null)).unwrap();
    let listed = |id: &&String| devices[id.as_str()]["_unlisted"].is_null();
    let there: Vec<&String> = devices.as_object().unwrap().keys().filter(listed).collect();
    let mut here = device_ids(&house);
    here.sort();
    assert_eq!(here.iter().collect::<Vec<_>>(), there, "once quiet, the mirror equals the cloud");
}
