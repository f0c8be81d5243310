//! Answers for people and for scripts: results on standard output, everything else on standard error.

use std::io::Write as _;

use serde_json::{Value, json};
use web::Method;

use crate::cli::{FAILURE, Format, OK};
use crate::config::Config;
use crate::place::Place;

/// Numbers of one line on its row; the rest is counted.
const NUMBERS_SHOWN: usize = 2;

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShowFailed {
    #[error(transparent)]
    Ask(#[from] web::AskFailed),
    #[error("gatehouse answered something this command cannot read; do both have the same version?")]
    Unreadable,
    #[error("{}: {cause}", path.display())]
    File { path: std::path::PathBuf, cause: std::io::Error },
    #[error("no thread for asking: {0}")]
    System(#[from] std::io::Error),
}

pub(crate) fn version(format: Format) -> u8 {
    let version = env!("CARGO_PKG_VERSION");
    if format.json {
        say(&json!({ "schema": "version/1", "version": version }).to_string());
    } else {
        say(&format!("gatehouse {version}"));
    }
    OK
}

pub(crate) fn config_is_good(config: &Config) -> u8 {
    say(&format!("{}: good", config.file.display()));
    OK
}

pub(crate) fn status(place: &Place, format: Format) -> Result<u8, ShowFailed> {
    show(place, "/api/v1/status", format, |status| {
        let ready = text(status, "/readiness/state") == "ready";
        let mut lines = vec![
            format!(
                "gatehouse {}, {}",
                text(status, "/version"),
                if ready { "phones can call" } else { "phones cannot call yet" }
            ),
            format!(
                "phones   {} of {} registered",
                text(status, "/phones_registered"),
                text(status, "/phones_total")
            ),
            format!("calls    {}", text(status, "/calls_active")),
            format!("lines    {} of {} up", text(status, "/lines_up"), text(status, "/lines_total")),
            mirror_line(status.pointer("/mirror").unwrap_or(&Value::Null)),
        ];
        lines.extend(
            each(status, "/notices")
                .map(|notice| format!("notice   {} {}", text(notice, "/what/en"), text(notice, "/fix/en"))),
        );
        lines
    })
}

pub(crate) fn phones(place: &Place, format: Format) -> Result<u8, ShowFailed> {
    show(place, "/api/v1/phones", format, |answer| {
        let row = |phone| {
            let extensions: Vec<String> = each(phone, "/extensions").map(|e| text(e, "")).collect();
            format!(
                "{:<6} {:<12} {:<24} {:<20} {}",
                text(phone, "/device"),
                extensions.join(","),
                text(phone, "/owner"),
                text(phone, "/alias"),
                text(phone, "/state")
            )
        };
        each(answer, "/phones").map(row).collect()
    })
}

pub(crate) fn calls(place: &Place, format: Format) -> Result<u8, ShowFailed> {
    show(place, "/api/v1/calls", format, |answer| {
        let party = |call, side: &str| {
            format!("{} {}", text(call, &format!("/{side}/number")), text(call, &format!("/{side}/name")))
        };
        let row = |call| {
            format!(
                "{:<6} {:<30} {:<30} {:<8} since {}",
                text(call, "/id"),
                party(call, "caller"),
                party(call, "callee"),
                text(call, "/state"),
                text(call, "/since")
            )
        };
        let rows: Vec<String> = each(answer, "/calls").map(row).collect();
        if rows.is_empty() { vec!["no calls now".to_owned()] } else { rows }
    })
}

pub(crate) fn lines(place: &Place, format: Format) -> Result<u8, ShowFailed> {
    show(place, "/api/v1/lines", format, |answer| {
        let row = |line| {
            format!(
                "{:<14} {:<7} {:<9} since {}  {:<22} {} calls  {:<14} {}",
                text(line, "/name"),
                text(line, "/kind"),
                text(line, "/state"),
                text(line, "/since"),
                text(line, "/server"),
                text(line, "/calls"),
                numbers(line),
                text(line, "/why/en")
            )
        };
        let rows: Vec<String> = each(answer, "/lines").map(row).collect();
        if rows.is_empty() { vec!["no outside lines".to_owned()] } else { rows }
    })
}

/// Numbers whose calls go out over this line first, as far as there is room for them.
fn numbers(line: &Value) -> String {
    let mut all = each(line, "/numbers").filter_map(Value::as_str);
    let some: Vec<&str> = all.by_ref().take(NUMBERS_SHOWN).collect();
    match all.count() {
        0 => some.join(" "),
        more => format!("{} and {more} more", some.join(" ")),
    }
}

pub(crate) fn locations(
    place: &Place,
    device: Option<&account::DeviceId>,
    format: Format,
) -> Result<u8, ShowFailed> {
    let row = |phone: &Value| {
        let doubt =
            if text(phone, "/line_says") == "right" { "" } else { "  (the line may say another address)" };
        format!(
            "{:<6} {:<16} {:<8} {:<8} {:<40} line {}{doubt}",
            text(phone, "/device"),
            text(phone, "/alias"),
            text(phone, "/confidence"),
            text(phone, "/rule"),
            text(phone, "/place_name"),
            text(phone, "/line")
        )
    };
    let Some(device) = device else {
        return show(place, "/api/v1/locations", format, |answer| {
            let unlocated = each(answer, "/unlocated").count();
            let moved = each(answer, "/moved").count();
            let sum = format!("{unlocated} phones without a place, {moved} moved");
            each(answer, "/phones").map(row).chain([sum]).collect()
        });
    };
    show(place, &format!("/api/v1/locations/phones/{device}"), format, |answer| {
        if answer.get("device").is_none() {
            return vec![text(answer, "/reason")];
        }
        let said = each(answer, "/said").map(|one| {
            format!("  {:<8} {:<14} {}", text(one, "/rule"), text(one, "/said"), text(one, "/place"))
        });
        let ladder = each(answer, "/ladder").map(|one| {
            format!("  {:<12} {:<14} {}", text(one, "/step"), text(one, "/line"), text(one, "/address"))
        });
        std::iter::once(row(answer)).chain(said).chain(ladder).collect()
    })
}

pub(crate) fn dial_rules(place: &Place, format: Format) -> Result<u8, ShowFailed> {
    show(place, "/api/v1/locations/dial-rules", format, |answer| {
        let numbers = answer.get("at_once").and_then(Value::as_array);
        let numbers = numbers.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        numbers.chain([format!("digit map: {}", text(answer, "/digit_map"))]).collect()
    })
}

pub(crate) fn mirror_line(mirror: &Value) -> String {
    let age = mirror.get("age_seconds").and_then(Value::as_u64);
    let age = age.map_or_else(|| "never fetched".to_owned(), |seconds| format!("{seconds} s old"));
    let counts = format!(
        "{} users, {} devices, {} numbers",
        text(mirror, "/users"),
        text(mirror, "/devices"),
        text(mirror, "/numbers")
    );
    let why = text(mirror, "/reason/en");
    let why = if why.is_empty() { why } else { format!(": {why}") };
    format!("mirror   {} ({}), {age}, {counts}{why}", text(mirror, "/source"), text(mirror, "/state"))
}

pub(crate) fn show(
    place: &Place,
    target: &str,
    format: Format,
    lines: impl FnOnce(&Value) -> Vec<String>,
) -> Result<u8, ShowFailed> {
    let (well, answer) = ask(place, Method::GET, target)?;
    if format.json {
        say(&answer.to_string());
    } else {
        lines(&answer).iter().for_each(|line| say(line));
    }
    Ok(if well { OK } else { FAILURE })
}

pub(crate) fn ask(place: &Place, method: Method, target: &str) -> Result<(bool, Value), ShowFailed> {
    asked(place, method, target, Vec::new())
}

/// Gives an order with a JSON body.
pub(crate) fn tell(place: &Place, target: &str, body: String) -> Result<(bool, Value), ShowFailed> {
    asked(place, Method::POST, target, body.into())
}

/// Gives a file.
pub(crate) fn send(place: &Place, target: &str, file: Vec<u8>) -> Result<(bool, Value), ShowFailed> {
    asked(place, Method::POST, target, file)
}

pub(crate) fn asked(
    place: &Place,
    method: Method,
    target: &str,
    body: Vec<u8>,
) -> Result<(bool, Value), ShowFailed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (status, body) = runtime.block_on(web::tell(&place.socket(), method, target, body.into()))?;
    let answer = serde_json::from_slice(&body).map_err(|_| ShowFailed::Unreadable)?;
    Ok((status.is_success(), answer))
}

/// A field as people read it; nothing where there is none.
pub(crate) fn text(value: &Value, path: &str) -> String {
    match value.pointer(path) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

pub(crate) fn each<'v>(value: &'v Value, path: &str) -> impl Iterator<Item = &'v Value> {
    value.pointer(path).and_then(Value::as_array).into_iter().flatten()
}

/// Whoever reads may have heard enough, as `head` has; that is no fault.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[expect(clippy::print_stderr, reason = "what went wrong goes to standard error")]
pub(crate) fn complain(line: &str) {
    eprintln!("gatehouse: {line}");
}
