//! `gatehouse network`: where the flashed box stands in the network, and other settings on trial.

use serde_json::{Map, Value};
use web::Method;

use crate::cli::{FAILURE, Format, OK, USAGE};
use crate::place::Place;
use crate::show::{ShowFailed, ask, asked, complain, say, text};

const NETWORK: &str = "/api/v1/network";
/// As in `network.ini`.
const KEYS: [&str; 5] = ["address", "gateway", "dns", "name", "vlan"];

pub(crate) fn run(place: &Place, settings: &[String], format: Format) -> Result<u8, ShowFailed> {
    if settings.is_empty() {
        return shown(place, format);
    }
    let Some(wanted) = wanted(settings) else {
        complain(&format!("write settings as KEY=VALUE; known are {}", KEYS.join(", ")));
        return Ok(USAGE);
    };
    let (well, told) = asked(place, Method::PUT, NETWORK, wanted.to_string().into_bytes())?;
    complain(&if well {
        "the settings count in three seconds; confirm them on the page at the new address within 60 seconds, or they go back".to_owned()
    } else {
        text(&told, "/reason")
    });
    Ok(if well { OK } else { FAILURE })
}

fn wanted(settings: &[String]) -> Option<Value> {
    let mut wanted = Map::new();
    for setting in settings {
        let (key, value) = setting.split_once('=')?;
        let twice = wanted.insert(KEYS.iter().find(|known| **known == key)?.to_string(), value.into());
        if twice.is_some() {
            return None;
        }
    }
    Some(Value::Object(wanted))
}

fn shown(place: &Place, format: Format) -> Result<u8, ShowFailed> {
    let (_, told) = ask(place, Method::GET, NETWORK)?;
    if format.json {
        say(&told.to_string());
    } else {
        lines(&told).iter().for_each(|line| say(line));
    }
    Ok(OK)
}

fn lines(told: &Value) -> Vec<String> {
    if told.pointer("/appliance") != Some(&Value::Bool(true)) {
        return vec!["not the flashed box: the operating system sets its addresses".to_owned()];
    }
    let from = match text(told, "/origin").as_str() {
        "page" => "confirmed on the page",
        "drop_zone" => "network.ini in the drop zone",
        _ => "asked of the network (DHCP)",
    };
    let mut lines = vec![format!("from      {from}")];
    lines.extend(settings(told, "/settings"));
    if told.pointer("/trial/id").is_some() {
        lines.push("on trial".to_owned());
        lines.extend(settings(told, "/trial/settings"));
    }
    if told.pointer("/last/said/en").is_some() {
        lines.push(format!("last      {}", text(told, "/last/said/en")));
    }
    lines
}

fn settings<'t>(told: &'t Value, at: &'t str) -> impl Iterator<Item = String> + 't {
    let set = KEYS.iter().map(move |key| (key, text(told, &format!("{at}/{key}"))));
    set.filter(|(_, value)| !value.is_empty()).map(|(key, value)| format!("{key:<9} {value}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{lines, wanted};

    #[test]
    fn settings_are_read_by_their_names_once_each() {
        let words = |words: &[&str]| wanted(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
        assert_eq!(
            words(&["address=10.0.0.2/24", "dns="]),
            Some(json!({"address": "10.0.0.2/24", "dns": ""}))
        );
        for wrong in [&["address"][..], &["adress=1"], &["name=a", "name=b"]] {
            assert_eq!(words(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn it_says_what_counts_what_is_tried_and_what_went_back() {
        let told = json!({"appliance": true, "origin": "page", "settings": {"address": "10.0.0.2/24", "dns": ""},
            "trial": {"id": 7, "settings": {"vlan": "20"}, "until": 9}, "last": {"said": {"de": "Zurück.", "en": "Back."}}});
        let said = lines(&told).join("\n");
        assert_eq!(
            said,
            "from      confirmed on the page\naddress   10.0.0.2/24\non trial\nvlan      20\nlast      Back."
        );
        assert!(lines(&json!({"appliance": false}))[0].contains("not the flashed box"));
    }
}
