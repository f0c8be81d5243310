//! Call records, voicemails, faxes and messages, newest first.

use serde_json::{Value, json};

use super::{Answer, Asked, Refused, Route, as_written, route, texts};

pub(super) const ROUTES: &[Route] = &[
    route("/v2/history", &["history:read"], |asked| {
        let (offset, limit) = asked.page(10, 1000)?;
        // Neo accounts know devices, and refuse to say what happened at one.
        let of_device = |id: &&str| asked.account.object("devices", id).is_some();
        if !asked.account.has_lines() && asked.all_of("connectionIds").iter().any(of_device) {
            return Err(Refused::Forbidden);
        }
        if asked.account.quirk("historyPicks", false) {
            return Ok(picked(asked, offset, limit.min(PICKED)));
        }
        let found = found(asked);
        let page: Vec<Value> = found.iter().skip(offset).take(limit).map(|it| as_written(*it)).collect();
        Ok(Answer::Json(json!({"items": page, "totalCount": found.len()})))
    }),
    route("/v2/history/export", &["history:read"], |asked| {
        Ok(Answer::Text("text/csv;charset=UTF-8", csv(asked)))
    }),
    route("/v2/history/{entryId}", &["history:read"], |asked| {
        Ok(Answer::Json(as_written(asked.object("history", "entryId")?)))
    }),
    route("/v3/events", &["events:read", "history:read"], |asked| {
        let (offset, limit) = asked.page(10, 1000)?;
        Ok(super::items(found(asked).into_iter().skip(offset).take(limit).map(as_written)))
    }),
];

/// Entries looked through for one page where the pages are picked from.
const PICKED: usize = 100;

/// As seen in 2026: offsets count the whole history, a page shows what fits of its stretch, and says where the next begins.
fn picked(asked: &Asked<'_>, offset: usize, limit: usize) -> Answer {
    let mut all: Vec<_> = asked.account.objects("history").collect();
    all.sort_by_key(|(_, entry)| std::cmp::Reverse(created(entry)));
    let stretch = all.iter().skip(offset).take(limit);
    let page: Vec<Value> =
        stretch.filter(|(_, entry)| fits(asked, entry)).map(|it| as_written(*it)).collect();
    let next = Some(offset + limit).filter(|next| *next < all.len());
    Answer::Json(json!({"items": page, "totalCount": all.len(), "nextOffset": next}))
}

fn found<'a>(asked: &Asked<'a>) -> Vec<(&'a str, &'a Value)> {
    let mut found: Vec<_> =
        asked.account.objects("history").filter(|(_, entry)| fits(asked, entry)).collect();
    found.sort_by_key(|(_, entry)| std::cmp::Reverse(created(entry)));
    found
}

fn created(entry: &Value) -> &str {
    entry.get("created").and_then(Value::as_str).unwrap_or_default()
}

/// All filters together; times are compared as text, which ISO 8601 in UTC allows.
fn fits(asked: &Asked<'_>, entry: &Value) -> bool {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
    let any = |name: &str, test: &dyn Fn(&str) -> bool| {
        let wanted = asked.all_of(name);
        wanted.is_empty() || wanted.into_iter().any(test)
    };
    let flag = |key: &str, yes: &str| {
        let is = entry.get(key).and_then(Value::as_bool).unwrap_or(false);
        asked.asked_for(key).is_none_or(|wanted| is == wanted.eq_ignore_ascii_case(yes))
    };
    any("types", &|wanted| text("type") == wanted)
        && any("directions", &|wanted| text("direction") == wanted)
        && any("connectionIds", &|wanted| texts(entry, "connectionIds").any(|id| id == wanted))
        && asked
            .asked_for("phonenumber")
            .is_none_or(|number| text("source") == number || text("target") == number)
        && asked.asked_for("from").is_none_or(|from| created(entry) >= from)
        && asked.asked_for("to").is_none_or(|to| created(entry) <= to)
        && flag("archived", "true")
        && flag("starred", "STARRED")
}

fn csv(asked: &Asked<'_>) -> String {
    let columns = ["id", "type", "direction", "source", "target", "created", "note"];
    let mut text = columns.join(";") + "\r\n";
    for (id, entry) in found(asked) {
        let cell = |name: &&str| match *name {
            "id" => id.to_owned(),
            name => entry.get(name).and_then(Value::as_str).unwrap_or_default().replace(';', ","),
        };
        text.push_str(&columns.iter().map(cell).collect::<Vec<_>>().join(";"));
        text.push_str("\r\n");
    }
    text
}
