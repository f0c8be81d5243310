//! Devices of version 3: the only list that is sure to carry SIP logins.

use serde_json::Value;

use super::devices::{credentials, listed};
use super::{Answer, Asked, Refused, Route, items, route};
use crate::account::public;

pub(super) const ROUTES: &[Route] = &[route("/v3/devices", &["devices:read"], devices)];

fn devices(asked: &Asked<'_>) -> Result<Answer, Refused> {
    let user = asked.asked_for("userId").ok_or(Refused::BadParameter("userId"))?;
    if !asked.caller.may_see(user) {
        return Err(Refused::Forbidden);
    }
    Ok(items(listed(asked, user).map(|found| {
        let (id, object) = found;
        let mut answer = public(id, object);
        if let Some(login) = credentials(asked, found) {
            answer.insert("online".to_owned(), Value::from(!asked.line.registered(id).is_empty()));
            answer.insert("sipCredentials".to_owned(), login);
        }
        Value::Object(answer)
    })))
}
