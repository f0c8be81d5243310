//! `gatehouse self-test`: tests calls for help without a call, and prints what was found.

use serde_json::{Value, json};
use web::Method;

use crate::cli::{FAILURE, Format, OK, WARNING};
use crate::drill::{Trial, order, records};
use crate::place::Place;
use crate::show::{ShowFailed, ask, complain, each, say, text};

const TESTS: Trial = Trial { path: "/api/v1/self-tests", sheet };

pub(crate) fn run(place: &Place, act: &str, format: Format) -> Result<u8, ShowFailed> {
    if act == "records" {
        return records(place, &TESTS, format);
    }
    if !order(place, TESTS.path, &json!({}))? {
        return Ok(FAILURE);
    }
    let (_, told) = ask(place, Method::GET, TESTS.path)?;
    let Some(record) = each(&told, "/records").next() else {
        complain("the report is lost; the log says why");
        return Ok(FAILURE);
    };
    if format.json {
        say(&record.to_string());
    } else {
        sheet(record).iter().for_each(|line| say(line));
    }
    Ok(match text(record, "/verdict").as_str() {
        "passed" => OK,
        "look" => WARNING,
        _ => FAILURE,
    })
}

/// A report as it is printed.
fn sheet(record: &Value) -> Vec<String> {
    let of = |name: &str| text(record, name);
    let verdict = match of("/verdict").as_str() {
        "passed" => "passed",
        "look" => "somebody should look",
        _ => "a call for help would reach nobody",
    };
    let mut lines = vec![format!("Calls for help, tested without a call, {}: {verdict}", of("/began"))];
    lines.extend(
        each(record, "/checks")
            .map(|check| format!("  {:<7} {}", text(check, "/verdict"), text(check, "/en"))),
    );
    lines.extend(each(record, "/phones").map(|phone| {
        let of = |name: &str| text(phone, name);
        let (verdict, device, alias) = (of("/verdict"), of("/device"), of("/alias"));
        format!("  {verdict:<7} {device:<6} {alias:<24} {} over {}: {}", of("/place"), of("/line"), of("/en"))
    }));
    lines.extend(["  signature             ______________________________".to_owned(), String::new()]);
    lines
}
