//! Voicemail boxes of users and groups.

use super::{Answer, Asked, Route, as_written, items, route};
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    route("/v2/voicemails", &["voicemails:read"], |asked| {
        Ok(items(asked.account.objects("voicemails").map(short)))
    }),
    route("/v2/voicemails/{voicemailId}", &["voicemails:read"], |asked| {
        Ok(Answer::Json(as_written(asked.object("voicemails", "voicemailId")?)))
    }),
    route("/v3/voicemails", &["voicemails:read"], v3),
];

fn short((id, voicemail): (&str, &Value)) -> Value {
    json!({"id": id, "alias": voicemail.get("alias"), "belongsToEndpoint": voicemail.get("belongsToEndpoint")})
}

fn v3(asked: &Asked<'_>) -> Result<Answer, super::Refused> {
    Ok(items(asked.account.objects("voicemails").map(as_written)))
}
