//! Fax lines of users and of groups.

use serde_json::{Value, json};

use super::numbers::endpoint_numbers;
use super::{Answer, Asked, Refused, Route, as_written, items, route};
use crate::account::public;

pub(super) const ROUTES: &[Route] = &[
    route("/v2/{userId}/faxlines", &["faxlines:read"], |asked| {
        asked.object("users", "userId").map_err(|_| Refused::Forbidden)?;
        Ok(items(asked.account.owned("faxlines", asked.id("userId")).map(as_written)))
    }),
    route(
        "/v2/{userId}/faxlines/{faxlineId}/numbers",
        &["faxlines:read", "faxlines:numbers:read"],
        |asked| Ok(endpoint_numbers(asked, asked.object_of_user("faxlines", "faxlineId")?.0)),
    ),
    route("/v2/{userId}/faxlines/{faxlineId}/callerid", &["faxlines:read"], |asked| {
        caller_id(asked.object_of_user("faxlines", "faxlineId")?.1)
    }),
    route("/v2/groupfaxlines", &["groups:read", "groups:faxlines:read"], |asked| Ok(items(of_groups(asked)))),
    route("/v2/groupfaxlines/{faxlineId}/numbers", &["groups:read", "groups:faxlines:read"], |asked| {
        Ok(endpoint_numbers(asked, asked.object("faxlines", "faxlineId")?.0))
    }),
    route("/v2/groupfaxlines/{faxlineId}/callerid", &["groups:read", "groups:faxlines:read"], |asked| {
        caller_id(asked.object("faxlines", "faxlineId")?.1)
    }),
];

fn caller_id(line: &Value) -> Result<Answer, Refused> {
    Ok(Answer::Json(json!({"value": line.get("_callerid").ok_or(Refused::Forbidden)?})))
}

fn of_groups<'a>(asked: &Asked<'a>) -> impl Iterator<Item = Value> {
    let account = asked.account;
    account.objects("groups").flat_map(move |(group, _)| of_group(account, group))
}

/// The fax lines of one group, with the group they belong to.
pub(super) fn of_group(account: &crate::account::Account, group: &str) -> Vec<Value> {
    let lines = account.owned("faxlines", group).map(|(id, line)| {
        let mut answer = public(id, line);
        answer.insert("groupId".to_owned(), Value::from(group));
        Value::Object(answer)
    });
    lines.collect()
}
