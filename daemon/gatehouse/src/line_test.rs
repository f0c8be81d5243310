//! `gatehouse line-test`: begins a test of the access line, waits for its end, and prints what it found.

use serde_json::{Value, json};

use crate::cli::{FAILURE, Format, OK, WARNING};
use crate::drill::{Trial, begun, order, records};
use crate::place::Place;
use crate::show::{ShowFailed, complain, each, say, text};

const TESTS: Trial = Trial { path: "/api/v1/line-tests", sheet };

pub(crate) fn run(place: &Place, act: &str, calls: u16, format: Format) -> Result<u8, ShowFailed> {
    match act {
        "records" => records(place, &TESTS, format),
        "stop" => {
            order(place, "/api/v1/line-tests/stop", &Value::Null).map(|told| if told { OK } else { FAILURE })
        }
        _ => {
            let words =
                "the access line is being tested; best make no calls to the outside for half a minute";
            let Some(record) = begun(place, &TESTS, &json!({"calls": calls}), words)? else {
                return Ok(FAILURE);
            };
            if format.json {
                say(&record.to_string());
            } else {
                sheet(&record).iter().for_each(|line| say(line));
            }
            match text(&record, "/verdict").as_str() {
                "fit" => return Ok(OK),
                "unfit" => complain("the access line is not good enough"),
                _ => complain("not everything could be measured"),
            }
            Ok(WARNING)
        }
    }
}

/// A record as it is printed.
fn sheet(record: &Value) -> Vec<String> {
    let of = |name: &str| text(record, name);
    let head = format!(
        "Test of the access line, {} to {}, {} calls at once",
        of("/began"),
        of("/ended"),
        of("/calls")
    );
    let says = each(record, "/says").map(|said| format!("  {}", text(said, "/en")));
    let ends = ["  signature             ______________________________".to_owned(), String::new()];
    std::iter::once(head).chain(says).chain(ends).collect()
}
