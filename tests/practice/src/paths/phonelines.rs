//! Phone lines of the classic generation; a neo account refuses all of them in plain text.

use serde_json::{Value, json};

use super::devices::device;
use super::numbers::endpoint_numbers;
use super::{Answer, Asked, Refused, Route, items, part, route, texts};
use crate::account::public;

pub(super) const ROUTES: &[Route] = &[
    route("/v2/{userId}/phonelines", &["phonelines:read"], |asked| classic(asked, list)),
    route("/v2/{userId}/phonelines/{phonelineId}", &["phonelines:read"], |asked| classic(asked, one)),
    route(
        "/v2/{userId}/phonelines/{phonelineId}/devices",
        &["phonelines:read", "phonelines:devices:read"],
        |asked| classic(asked, devices),
    ),
    route(
        "/v2/{userId}/phonelines/{phonelineId}/numbers",
        &["phonelines:read", "phonelines:numbers:read"],
        |asked| classic(asked, |asked| Ok(endpoint_numbers(asked, own(asked)?.0))),
    ),
    route(
        "/v2/{userId}/phonelines/{phonelineId}/forwardings",
        &["phonelines:read", "phonelines:forwardings:read"],
        |asked| classic(asked, |asked| list_part(own(asked)?.1, "_forwardings")),
    ),
    route(
        "/v2/{userId}/phonelines/{phonelineId}/parallelforwardings",
        &["phonelines:read", "phonelines:parallelforwardings:read"],
        |asked| classic(asked, |asked| list_part(own(asked)?.1, "_parallelforwardings")),
    ),
    route(
        "/v2/{userId}/phonelines/{phonelineId}/blockanonymous",
        &["phonelines:blockanonymous:read"],
        |asked| classic(asked, |asked| part(own(asked)?.1, "_blockanonymous")),
    ),
    route(
        "/v2/{userId}/phonelines/{phonelineId}/voicemails",
        &["phonelines:read", "phonelines:voicemails:read"],
        |asked| classic(asked, |asked| list_part(own(asked)?.1, "_voicemails")),
    ),
    route(
        "/v2/{userId}/phonelines/{phonelineId}/sipgateio",
        &["phonelines:read", "phonelines:sipgateio:read"],
        |asked| classic(asked, |asked| part(own(asked)?.1, "_sipgateio")),
    ),
    // Refused as long as it is not booked.
    route("/v2/autorecordings/{extension}/settings", &["devices:read"], |asked| {
        classic(asked, |asked| part(asked.object("phonelines", "extension")?.1, "_recording"))
    }),
];

fn classic(asked: &Asked<'_>, answer: fn(&Asked<'_>) -> Result<Answer, Refused>) -> Result<Answer, Refused> {
    if !asked.account.has_lines() {
        return Err(Refused::ClassicOnly);
    }
    answer(asked)
}

fn own<'a>(asked: &Asked<'a>) -> Result<(&'a str, &'a Value), Refused> {
    asked.object_of_user("phonelines", "phonelineId")
}

fn list(asked: &Asked<'_>) -> Result<Answer, Refused> {
    asked.object("users", "userId").map_err(|_| Refused::Forbidden)?;
    let user = asked.id("userId");
    Ok(items(asked.account.owned("phonelines", user).map(|(id, line)| {
        let mut answer = public(id, line);
        for below in
            ["blockAnonymous", "devices", "forwardings", "numbers", "parallelForwardings", "voicemails"]
        {
            let path = below.to_lowercase();
            let url = format!("{}/v2/{user}/phonelines/{id}/{path}", asked.origin);
            answer.insert(format!("{below}Url"), Value::from(url));
        }
        Value::Object(answer)
    })))
}

fn one(asked: &Asked<'_>) -> Result<Answer, Refused> {
    let (id, line) = own(asked)?;
    let mut answer = public(id, line);
    let boxes = line.get("_voicemails").and_then(Value::as_array).into_iter().flatten();
    let boxes =
        boxes.map(|it| json!({"id": it.get("id"), "timeout": it.get("timeout"), "active": it.get("active")}));
    answer.insert("voicemails".to_owned(), boxes.collect());
    Ok(Answer::Json(Value::Object(answer)))
}

fn devices(asked: &Asked<'_>) -> Result<Answer, Refused> {
    let (line, _) = own(asked)?;
    let linked =
        asked.account.objects("devices").filter(|(_, it)| texts(it, "_phonelines").any(|id| id == line));
    Ok(items(linked.map(|it| device(asked, it))))
}

/// A hidden list that is empty when the file does not mention it.
fn list_part(object: &Value, key: &str) -> Result<Answer, Refused> {
    let list = object.get(key).and_then(Value::as_array).into_iter().flatten();
    Ok(items(list.cloned()))
}
