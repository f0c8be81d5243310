//! Groups: several devices behind one number. Forwardings, time profiles and queues have no path in the real API.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::faxlines::of_group;
use super::numbers::endpoint_numbers;
use super::{Answer, Asked, Refused, Route, as_written, items, route, texts};
use crate::account::public;

pub(super) const ROUTES: &[Route] = &[
    route("/v2/groups", &["groups:read"], list),
    route("/v2/groups/{groupId}", &["groups:read"], one),
    route("/v2/groups/{groupId}/users", &["groups:read", "groups:users:read"], users),
    route("/v2/groups/{groupId}/numbers", &["groups:read", "groups:numbers:read"], |asked| {
        Ok(endpoint_numbers(asked, asked.object("groups", "groupId")?.0))
    }),
    route("/v2/groups/{groupId}/faxlines", &["groups:read", "groups:faxlines:read"], |asked| {
        let (group, _) = asked.object("groups", "groupId")?;
        Ok(items(of_group(asked.account, group).into_iter()))
    }),
    route("/v2/groups/{groupId}/voicemail", &["groups:read", "groups:voicemails:read"], |asked| {
        let (_, group) = asked.object("groups", "groupId")?;
        Ok(items(group.get("_voicemails").and_then(Value::as_array).into_iter().flatten().cloned()))
    }),
    route("/v3/groups", &["groups:read"], |asked| Ok(items(asked.account.objects("groups").map(as_written)))),
];

fn list(asked: &Asked<'_>) -> Result<Answer, Refused> {
    let member = asked.asked_for("userId");
    let groups = asked.account.objects("groups");
    let groups = groups.filter(|(id, _)| member.is_none_or(|user| members(asked, id).contains(user)));
    Ok(items(groups.map(|(id, group)| {
        let mut answer = public(id, group);
        let base = format!("{}/v2/groups/{id}", asked.origin);
        answer.insert("groupNumbersUrl".to_owned(), Value::from(format!("{base}/numbers")));
        answer.insert("groupUsersUrl".to_owned(), Value::from(format!("{base}/users")));
        Value::Object(answer)
    })))
}

fn one(asked: &Asked<'_>) -> Result<Answer, Refused> {
    let (id, group) = asked.object("groups", "groupId")?;
    let mut answer = public(id, group);
    let boxes = group.get("_voicemails").and_then(Value::as_array).into_iter().flatten();
    let boxes =
        boxes.map(|it| json!({"id": it.get("id"), "timeout": it.get("timeout"), "active": it.get("active")}));
    answer.insert("voicemails".to_owned(), boxes.collect());
    Ok(Answer::Json(Value::Object(answer)))
}

fn users(asked: &Asked<'_>) -> Result<Answer, Refused> {
    let (id, _) = asked.object("groups", "groupId")?;
    let members = members(asked, id);
    let users = asked.account.objects("users").filter(|(user, _)| members.contains(user));
    Ok(items(users.map(|(user, it)| {
        json!({"id": user, "firstname": it.get("firstname"), "lastname": it.get("lastname"),
               "userUrl": format!("{}/v2/users/{user}", asked.origin)})
    })))
}

/// Groups hold devices; the users of a group are those who own one of them.
fn members<'a>(asked: &Asked<'a>, group: &str) -> BTreeSet<&'a str> {
    let devices =
        asked.account.objects("devices").filter(|(_, it)| texts(it, "_groups").any(|id| id == group));
    devices.filter_map(|(_, it)| it.get("_owner").and_then(Value::as_str)).collect()
}
