//! `gatehouse test-call`: lets one call to 110 or 112 leave for real, together with somebody on the page.

use serde_json::Value;

use crate::cli::{FAILURE, Format};
use crate::drill::order;
use crate::place::Place;
use crate::show::{ShowFailed, complain, show, text};

const PATH: &str = "/api/v1/test-call";
const CRIME: &str =
    "misuse of emergency calls is a crime (StGB § 145): only by appointment with the control centre";

pub(crate) fn run(place: &Place, act: &str, format: Format) -> Result<u8, ShowFailed> {
    if act != "show" {
        complain(CRIME);
        if !order(place, &format!("{PATH}/{act}"), &Value::Null)? {
            return Ok(FAILURE);
        }
    }
    show(place, PATH, format, |told| vec![sentence(told)])
}

fn sentence(told: &Value) -> String {
    let of = |name: &str| text(told, name);
    match of("/state").as_str() {
        "armed" => format!("ARMED until {}: the next call to 110 or 112 leaves for real", of("/until")),
        "asked" => format!(
            "{} asks for a test call; a second person has to confirm it by {}",
            of("/by"),
            of("/until")
        ),
        "commissioned" => "commissioned: 110 and 112 leave the house, there is nothing to arm".to_owned(),
        _ => "nobody asks for a test call".to_owned(),
    }
}
