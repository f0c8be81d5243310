//! One file for whoever helps. What is in it stands on the page before it is fetched; a test looks for secrets in it.

use std::io::{Cursor, Write as _};

use serde_json::{Map, Value};
use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use crate::place::Place;
use crate::{log, show};

/// What of the status says nothing about people: no names, numbers, logins.
const PLAIN: [&str; 10] = [
    "at",
    "version",
    "started",
    "uptime_seconds",
    "readiness",
    "phones_total",
    "phones_registered",
    "calls_active",
    "lines_total",
    "lines_up",
];

const ABOUT: &str = "Made by Gatehouse for somebody who helps.\r\n\r\n\
    checks.json  every check of the box; refused devices with their address and login\r\n\
    status.json  version, running time, how many phones, calls and lines\r\n\
    log.txt      the last lines of the log\r\n\r\n\
    There is no password, key, token, recording or call record in it, and no configuration.\r\n";

/// Packs it.
pub(super) fn pack(place: &Place, checks: &Value) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let files = [
        ("about.txt", ABOUT.to_owned()),
        ("checks.json", format!("{checks:#}\n")),
        ("status.json", format!("{:#}\n", status(place))),
        ("log.txt", log::lately().join("\n")),
    ];
    for (name, content) in files {
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(content.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

fn status(place: &Place) -> Value {
    let told = show::ask(place, web::Method::GET, "/api/v1/status").map(|(_, told)| told).unwrap_or_default();
    let kept = |name: &str| Some((name.to_owned(), told.get(name)?.clone()));
    Value::Object(PLAIN.into_iter().filter_map(kept).collect::<Map<_, _>>())
}
