//! The plug is pulled in the middle of syncs and changes: what was acknowledged is done once, and the copy is whole.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tests::{Gatehouse, PracticeCloud, until};

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
