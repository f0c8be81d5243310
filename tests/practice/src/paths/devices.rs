//! Devices: what rings, with the SIP login of those that register.

use serde_json::{Value, json};

use super::{Answer, Asked, Refused, Route, items, part, route, texts};
use crate::account::public;

pub(super) const ROUTES: &[Route] = &[
    route("/v2/{userId}/devices", &["devices:read"], of_user),
    route("/v2/{userId}/devices/{deviceId}/contingents", &["devices:read"], |asked| {
        part(asked.object_of_user("devices", "deviceId")?.1, "_contingents")
    }),
    route("/v2/devices/{deviceId}", &["devices:read"], |asked| {
        Ok(Answer::Json(device(asked, asked.object("devices", "deviceId")?)))
    }),
    route("/v2/devices/{deviceId}/callerid", &["devices:read", "devices:callerid:read"], |asked| {
        let (_, device) = asked.object("devices", "deviceId")?;
        Ok(Answer::Json(json!({"value": device.get("_callerid").ok_or(Refused::Forbidden)?})))
    }),
    route("/v2/devices/{deviceId}/localprefix", &["devices:read", "devices:localprefix:read"], |asked| {
        part(asked.object("devices", "deviceId")?.1, "_localprefix")
    }),
    route(
        "/v2/devices/{deviceId}/singlerowdisplay",
        &["devices:read", "devices:singlerowdisplay:read"],
        |asked| {
            let (_, device) = asked.object("devices", "deviceId")?;
            Ok(Answer::Json(json!({"enabled": device.get("_singleRowDisplay").is_some_and(|it| it == true)})))
        },
    ),
    route(
        "/v2/devices/{deviceId}/tariffannouncement",
        &["devices:read", "devices:tariffannouncement:read"],
        |asked| {
            let (_, device) = asked.object("devices", "deviceId")?;
            Ok(Answer::Json(json!({"enabled": device.get("_tariffAnnouncement").ok_or(Refused::Forbidden)?})))
        },
    ),
];

fn of_user(asked: &Asked<'_>) -> Result<Answer, Refused> {
    asked.object("users", "userId").map_err(|_| Refused::Forbidden)?;
    Ok(items(listed(asked, asked.id("userId")).map(|it| device(asked, it))))
}

/// The devices a user's list shows; app devices exist but are left out of it.
pub(super) fn listed<'a>(asked: &Asked<'a>, user: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    asked.account.owned("devices", user).filter(|(_, device)| device.get("_unlisted").is_none())
}

/// A device as version 2 answers it.
pub(super) fn device(asked: &Asked<'_>, found: (&str, &Value)) -> Value {
    let (id, object) = found;
    let mut answer = public(id, object);
    answer.insert("activePhonelines".to_owned(), routings(asked, object, "_phonelines"));
    answer.insert("activeGroups".to_owned(), routings(asked, object, "_groups"));
    if let Some(address) = object.get("emergencyAddressId").and_then(Value::as_str) {
        answer
            .insert("addressUrl".to_owned(), Value::from(format!("{}/v2/addresses/{address}", asked.origin)));
    }
    if let Some(login) = credentials(asked, found) {
        let registered = asked.line.registered(id);
        answer.insert("online".to_owned(), Value::from(!registered.is_empty()));
        answer.insert("registered".to_owned(), Value::from(registered));
        if asked.account.quirk("v2Credentials", true) {
            answer.insert("credentials".to_owned(), login);
        }
    }
    Value::Object(answer)
}

/// The SIP login of a device that registers. The server is the domain; where to send is the outbound proxy.
pub(super) fn credentials(asked: &Asked<'_>, (id, object): (&str, &Value)) -> Option<Value> {
    let password = object.get("_password")?;
    let transport = asked.account.at("quirks").and_then(|it| it.get("transport")?.as_str());
    let elsewhere = object.get("_proxy").and_then(Value::as_str);
    Some(json!({
        "username": format!("{}{id}", asked.account.master_sip_id()),
        "password": password,
        "sipServer": asked.account.domain(),
        "outboundProxy": elsewhere.map_or_else(|| asked.line.proxy(transport), ToOwned::to_owned),
        "sipServerWebsocketUrl": "wss://sip.sipgate.de",
    }))
}

fn routings(asked: &Asked<'_>, object: &Value, key: &str) -> Value {
    texts(object, key)
        .filter_map(|id| Some(json!({"id": id, "alias": asked.account.endpoint(id)?.get("alias")?})))
        .collect()
}
