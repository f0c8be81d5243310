//! `gatehouse update`: gives a new version to the flashed box, or says what became of the last ones.

use std::path::Path;

use serde_json::Value;
use web::Method;

use crate::cli::{FAILURE, Format, OK};
use crate::place::Place;
use crate::show::{ShowFailed, ask, complain, each, say, send, text};

const UPDATES: &str = "/api/v1/updates";

pub(crate) fn give(place: &Place, file: &Path, at_night: bool) -> Result<u8, ShowFailed> {
    let (target, when) = if at_night {
        (format!("{UPDATES}?starts=night"), "from 3 o'clock at night, once nobody talks")
    } else {
        (UPDATES.to_owned(), "once nobody talks")
    };
    let (well, told) = send(place, &target, std::fs::read(file)?)?;
    complain(&if well {
        format!("taken in; it is checked and written now, and started {when}")
    } else {
        text(&told, "/reason")
    });
    Ok(if well { OK } else { FAILURE })
}

/// Asks the feed, and says what is known then.
pub(crate) fn look(place: &Place, format: Format) -> Result<u8, ShowFailed> {
    let (well, told) = send(place, &format!("{UPDATES}/look"), Vec::new())?;
    if well {
        return shown(place, format);
    }
    complain(&text(&told, "/reason"));
    Ok(FAILURE)
}

pub(crate) fn fetch(place: &Place, at_night: bool) -> Result<u8, ShowFailed> {
    let starts = if at_night { "?starts=night" } else { "" };
    let (well, told) = send(place, &format!("{UPDATES}/fetch{starts}"), Vec::new())?;
    complain(&if well {
        "it is being fetched; it is checked and written then, and `gatehouse update` says how far it is"
            .to_owned()
    } else {
        text(&told, "/reason")
    });
    Ok(if well { OK } else { FAILURE })
}

pub(crate) fn shown(place: &Place, format: Format) -> Result<u8, ShowFailed> {
    let (_, told) = ask(place, Method::GET, UPDATES)?;
    if format.json {
        say(&told.to_string());
    } else {
        lines(&told).iter().for_each(|line| say(line));
    }
    Ok(OK)
}

fn lines(told: &Value) -> Vec<String> {
    if told.pointer("/appliance") != Some(&Value::Bool(true)) {
        return vec!["not the flashed box: a new version comes the way this one came".to_owned()];
    }
    let mut lines = vec![format!("running     {}", text(told, "/running"))];
    if told.pointer("/installing/version").is_some() {
        let (version, percent) = (text(told, "/installing/version"), text(told, "/installing/percent"));
        lines.push(format!("installing  {version}, {percent} %"));
    }
    lines.extend(feed(told));
    if let Some(Value::String(failed)) = told.pointer("/failed") {
        lines.push(format!("given up    {failed}"));
    }
    lines.extend(each(told, "/told").map(|one| format!("            {}", text(one, "/said"))));
    lines
}

/// What is known of new versions, where a feed is named.
fn feed(told: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    if told.pointer("/feed/there/version").is_some() {
        lines.push(format!("there is    {}", text(told, "/feed/there/version")));
    }
    if told.pointer("/feed/fetching/version").is_some() {
        let (version, percent) = (text(told, "/feed/fetching/version"), text(told, "/feed/fetching/percent"));
        lines.push(format!("fetching    {version}, {percent} %"));
    }
    if told.pointer("/feed/trouble/en").is_some() {
        lines.push(format!("trouble     {}", text(told, "/feed/trouble/en")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::lines;

    #[test]
    fn it_says_what_runs_what_comes_and_what_failed() {
        let told = json!({"appliance": true, "running": "0.1.0", "installing": {"version": "0.2.0", "percent": 40},
            "failed": "version 0.1.9 failed 3 times because it did not start; running 0.1.0",
            "feed": {"there": {"version": "0.3.0", "size": 5}, "fetching": {"version": "0.3.0", "percent": 7},
                     "trouble": {"de": "Nein.", "en": "No."}},
            "told": [{"at": 5, "said": "x.update: version 0.2.0 is installed"}]});
        let said = lines(&told).join("\n");
        for part in [
            "running     0.1.0",
            "there is    0.3.0",
            "fetching    0.3.0, 7 %",
            "trouble     No.",
            "installing  0.2.0, 40 %",
            "given up    version 0.1.9",
            "x.update: version",
        ] {
            assert!(said.contains(part), "{part} in {said}");
        }
        assert!(lines(&json!({"appliance": false}))[0].contains("not the flashed box"));
    }
}
