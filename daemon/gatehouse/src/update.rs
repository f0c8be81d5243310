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
    if let Some(Value::String(failed)) = told.pointer("/failed") {
        lines.push(format!("given up    {failed}"));
    }
    lines.extend(each(told, "/told").map(|one| format!("            {}", text(one, "/said"))));
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
            "told": [{"at": 5, "said": "x.update: version 0.2.0 is installed"}]});
        let said = lines(&told).join("\n");
        for part in
            ["running     0.1.0", "installing  0.2.0, 40 %", "given up    version 0.1.9", "x.update: version"]
        {
            assert!(said.contains(part), "{part} in {said}");
        }
        assert!(lines(&json!({"appliance": false}))[0].contains("not the flashed box"));
    }
}
