//! The address book.

use serde_json::{Value, json};

use super::{Answer, Asked, Refused, Route, as_written, items, route, texts};

pub(super) const ROUTES: &[Route] = &[
    route("/v2/contacts", &["contacts:read"], list),
    route("/v2/contacts/internal", &["contacts:read"], internal),
    route("/v2/contacts/csv", &["contacts:read"], |asked| {
        Ok(Answer::Text("text/csv;charset=UTF-8", csv(asked)))
    }),
    route("/v2/contacts/{contactId}", &["contacts:read"], |asked| {
        Ok(Answer::Json(as_written(asked.object("contacts", "contactId")?)))
    }),
];

/// Contacts of one page where pages are read by cursor.
const CURSOR_PAGE: usize = 2;
/// As many contacts as one answer holds unless asked otherwise.
const PAGE: usize = 5000;

fn list(asked: &Asked<'_>) -> Result<Answer, Refused> {
    let (offset, limit) = asked.page(PAGE, PAGE)?;
    let wanted = asked.all_of("phonenumbers");
    let all: Vec<_> =
        asked.account.objects("contacts").filter(|(_, it)| visible(asked, it) && has(it, &wanted)).collect();
    if asked.account.quirk("contactCursor", false) {
        return by_cursor(asked, &all);
    }
    let page: Vec<Value> = all.iter().skip(offset).take(limit).map(|it| as_written(*it)).collect();
    Ok(Answer::Json(json!({"items": page, "totalCount": all.len()})))
}

/// As seen in 2026: offsets are passed over in silence, and each page names the next one.
fn by_cursor(asked: &Asked<'_>, all: &[(&str, &Value)]) -> Result<Answer, Refused> {
    let at = asked.asked_for("cursor").map_or(Some(0), |cursor| cursor.strip_prefix("after=")?.parse().ok());
    let at: usize = at.ok_or(Refused::BadParameter("cursor"))?;
    let page: Vec<Value> = all.iter().skip(at).take(CURSOR_PAGE).map(|it| as_written(*it)).collect();
    let next = at + page.len();
    let next = (next < all.len()).then(|| format!("after={next}"));
    Ok(Answer::Json(json!({"items": page, "pagination": {"nextCursor": next}})))
}

/// Shared contacts are everybody's, private ones their owner's.
fn visible(asked: &Asked<'_>, contact: &Value) -> bool {
    let private = contact.get("scope") == Some(&Value::from("PRIVATE"));
    !private || contact.get("_owner").and_then(Value::as_str) == Some(asked.caller.user.as_str())
}

fn has(contact: &Value, wanted: &[&str]) -> bool {
    let numbers = contact.get("numbers").and_then(Value::as_array).into_iter().flatten();
    let mut numbers = numbers.filter_map(|it| it.get("number")?.as_str());
    wanted.is_empty() || numbers.any(|number| wanted.contains(&number))
}

fn internal(asked: &Asked<'_>) -> Result<Answer, Refused> {
    Ok(items(asked.account.objects("users").map(|(id, user)| {
        let name =
            ["firstname", "lastname"].map(|key| user.get(key).and_then(Value::as_str).unwrap_or_default());
        json!({"id": id, "name": name.join(" "), "emails": [user.get("email")], "mobile": [], "landline": [],
               "fax": [], "directdial": texts(user, "directDialIds").collect::<Vec<_>>()})
    })))
}

fn csv(asked: &Asked<'_>) -> String {
    let mut text = String::from("firstname,lastname,number\r\n");
    for (_, contact) in asked.account.objects("contacts").filter(|(_, it)| visible(asked, it)) {
        let name = contact.get("name").and_then(Value::as_str).unwrap_or_default();
        let (first, last) = name.rsplit_once(' ').unwrap_or(("", name));
        let number = contact.pointer("/numbers/0/number").and_then(Value::as_str).unwrap_or_default();
        let cells = [first, last, number].map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}
