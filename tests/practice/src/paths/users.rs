//! People: users, what they are told about, and their message extensions.

use serde_json::{Value, json};

use super::{Answer, Asked, Refused, Route, as_written, items, part, route};

pub(super) const ROUTES: &[Route] = &[
    route("/v2/users", &["users:read"], |asked| Ok(items(asked.account.objects("users").map(as_written)))),
    route("/v2/users/{userId}", &["users:read"], |asked| {
        Ok(Answer::Json(as_written(asked.object("users", "userId")?)))
    }),
    route("/v2/{userId}/notifications", &["notifications:read"], notifications),
    route("/v2/{userId}/sms", &["sms:read"], |asked| {
        asked.object("users", "userId")?;
        Ok(items(asked.account.owned("sms", asked.id("userId")).map(as_written)))
    }),
    route("/v2/{userId}/sms/{smsId}/callerids", &["sms:read", "sms:callerid:read"], |asked| {
        part(asked.object_of_user("sms", "smsId")?.1, "_callerids")
    }),
];

fn notifications(asked: &Asked<'_>) -> Result<Answer, Refused> {
    asked.object("users", "userId")?;
    let none = json!({"fax": [], "voicemail": [], "call": [], "sms": []});
    let own = asked.account.object("notifications", asked.id("userId"));
    Ok(Answer::Json(own.map_or(none, Value::clone)))
}
