//! `gatehouse drill`: begins a drill, waits for its end, and prints the record.

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use web::Method;

use crate::cli::{FAILURE, Format, OK};
use crate::place::Place;
use crate::show::{ShowFailed, ask, complain, each, say, tell, text};

const DRILLS: &str = "/api/v1/drills";
const LOOK: Duration = Duration::from_secs(1);

pub(crate) fn run(place: &Place, act: &str, minutes: u16, format: Format) -> Result<u8, ShowFailed> {
    match act {
        "records" => {
            let (_, told) = ask(place, Method::GET, DRILLS)?;
            if format.json {
                say(&told.to_string());
            } else {
                each(&told, "/records").flat_map(sheet).for_each(|line| say(&line));
            }
            Ok(OK)
        }
        "stop" => {
            order(place, "/api/v1/drills/stop", &Value::Null).map(|told| if told { OK } else { FAILURE })
        }
        _ => begin(place, minutes, format),
    }
}

fn order(place: &Place, target: &str, body: &Value) -> Result<bool, ShowFailed> {
    let (well, told) = tell(place, target, body.to_string())?;
    if !well {
        complain(&text(&told, "/reason"));
    }
    Ok(well)
}

fn begin(place: &Place, minutes: u16, format: Format) -> Result<u8, ShowFailed> {
    if !order(place, DRILLS, &json!({"minutes": minutes}))? {
        return Ok(FAILURE);
    }
    complain("the outside lines are cut, except for calls for help; \"gatehouse drill stop\" ends it");
    let told = loop {
        sleep(LOOK);
        let (_, told) = ask(place, Method::GET, DRILLS)?;
        if text(&told, "/until").is_empty() {
            break told;
        }
    };
    let Some(record) = each(&told, "/records").next() else { return Ok(FAILURE) };
    if format.json {
        say(&record.to_string());
    } else {
        sheet(record).iter().for_each(|line| say(line));
    }
    Ok(OK)
}

/// A record as it is printed.
fn sheet(record: &Value) -> Vec<String> {
    let of = |name: &str| text(record, name);
    let how = match of("/how").as_str() {
        "help" => "ended by a call for help, which went out",
        "stopped" => "stopped by hand",
        _ => "to its end",
    };
    vec![
        format!("Drill without outside lines, {} to {}, {how}", of("/began"), of("/ended")),
        format!(
            "  calls inside          {} began to ring, {} answered",
            of("/calls_inside"),
            of("/answered_inside")
        ),
        format!(
            "  phones registered     {} before, {} after, {} registrations meanwhile",
            of("/phones_before"),
            of("/phones_after"),
            of("/registrations")
        ),
        format!("  calls to the outside  {} refused, as on that day", of("/refused_out")),
        format!("  calls from outside    {} turned away, as on that day", of("/turned_away")),
        format!("  lines                 {} before, {} after", of("/lines_before"), of("/lines_after")),
        format!(
            "  verdict               {}",
            if of("/verdict") == "passed" { "passed" } else { "phones or lines are missing: look at them" }
        ),
        "  signature             ______________________________".to_owned(),
        String::new(),
    ]
}
