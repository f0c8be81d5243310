//! `gatehouse drill`: begins a drill, waits for its end, and prints the record.

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use web::Method;

use crate::cli::{FAILURE, Format, OK};
use crate::place::Place;
use crate::show::{ShowFailed, ask, complain, each, say, tell, text};

const LOOK: Duration = Duration::from_secs(1);
/// How often the record of one that is over is looked for.
const LOOKS: usize = 10;

/// Something that takes its time and leaves a record.
pub(crate) struct Trial {
    /// Where it is begun and shown.
    pub path: &'static str,
    /// A record as it is printed.
    pub sheet: fn(&Value) -> Vec<String>,
}

const DRILLS: Trial = Trial { path: "/api/v1/drills", sheet };

pub(crate) fn run(place: &Place, act: &str, minutes: u16, format: Format) -> Result<u8, ShowFailed> {
    match act {
        "records" => records(place, &DRILLS, format),
        "stop" => {
            order(place, "/api/v1/drills/stop", &Value::Null).map(|told| if told { OK } else { FAILURE })
        }
        _ => {
            let words =
                "the outside lines are cut, except for calls for help; \"gatehouse drill stop\" ends it";
            let Some(record) = begun(place, &DRILLS, &json!({"minutes": minutes}), words)? else {
                return Ok(FAILURE);
            };
            if format.json {
                say(&record.to_string());
            } else {
                sheet(&record).iter().for_each(|line| say(line));
            }
            Ok(OK)
        }
    }
}

/// Prints the records of the last ones.
pub(crate) fn records(place: &Place, trial: &Trial, format: Format) -> Result<u8, ShowFailed> {
    let (_, told) = ask(place, Method::GET, trial.path)?;
    if format.json {
        say(&told.to_string());
    } else {
        each(&told, "/records").flat_map(trial.sheet).for_each(|line| say(&line));
    }
    Ok(OK)
}

/// Gives an order and says why it is not followed, if so.
pub(crate) fn order(place: &Place, target: &str, body: &Value) -> Result<bool, ShowFailed> {
    let (well, told) = tell(place, target, body.to_string())?;
    if !well {
        complain(&text(&told, "/reason"));
    }
    Ok(well)
}

/// Begins one, says so, and waits for its record; nothing when it was refused.
pub(crate) fn begun(
    place: &Place,
    trial: &Trial,
    body: &Value,
    words: &str,
) -> Result<Option<Value>, ShowFailed> {
    let newest = |told: &Value| each(told, "/records").next().cloned();
    let before = newest(&ask(place, Method::GET, trial.path)?.1);
    if !order(place, trial.path, body)? {
        return Ok(None);
    }
    complain(words);
    let mut looked = 0;
    while looked < LOOKS {
        sleep(LOOK);
        let (_, told) = ask(place, Method::GET, trial.path)?;
        let (under_way, record) = (!text(&told, "/began").is_empty(), newest(&told));
        if !under_way && record != before {
            return Ok(record);
        }
        looked = if under_way { 0 } else { looked + 1 };
    }
    complain("it is over, and its record is lost; the log says why");
    Ok(None)
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
