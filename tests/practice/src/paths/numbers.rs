//! Numbers and extensions, in the shapes of both versions.

use serde_json::{Value, json};

use super::{Answer, Asked, Refused, Route, items, route};
use crate::account::public;

pub(super) const ROUTES: &[Route] = &[
    route("/v2/numbers", &["numbers:read"], |asked| {
        let (offset, limit) = asked.page(usize::MAX, usize::MAX)?;
        Ok(items(asked.account.objects("numbers").skip(offset).take(limit).map(|it| number(asked, it))))
    }),
    route("/v2/numbers/quickdial/validation/{quickDialNumber}", &["numbers:read"], validate_extension),
    route("/v2/{userId}/numbers", &["numbers:read"], |asked| {
        asked.object("users", "userId").map_err(|_| Refused::Forbidden)?;
        let user = asked.id("userId");
        let all = asked.account.objects("numbers");
        Ok(items(all.filter(|it| user_of(asked, it.1) == Some(user)).map(|it| number(asked, it))))
    }),
    route("/v2/addresses/{addressId}/numbers", &["numbers:read"], |asked| {
        let (address, _) = asked.object("addresses", "addressId")?;
        let here = asked.account.objects("numbers");
        let here = here.filter(|(_, it)| it.get("_address").and_then(Value::as_str) == Some(address));
        Ok(items(here.map(|it| number(asked, it))))
    }),
    route("/v3/phone-numbers", &["numbers:read"], v3),
];

/// Extensions nobody may have, also not as their beginning.
const FORBIDDEN: &[&str] = &["211", "311", "411", "511", "611", "711", "811", "911", "999", "99"];

fn number(asked: &Asked<'_>, (id, object): (&str, &Value)) -> Value {
    let mut answer = public(id, object);
    // Version 2 does not know channels: a number that leads to one leads nowhere in its words.
    let endpoint = object.get("endpointId").and_then(Value::as_str);
    let endpoint = endpoint.filter(|id| asked.account.endpoint(id).is_some()).unwrap_or_default();
    let alias = asked.account.endpoint(endpoint).and_then(|it| it.get("alias")).cloned();
    let url = url_of(asked, endpoint).unwrap_or_default();
    answer.insert("endpointId".to_owned(), Value::from(endpoint));
    answer.insert("endpointAlias".to_owned(), alias.unwrap_or_else(|| Value::from("")));
    answer.insert("endpointUrl".to_owned(), Value::from(url));
    Value::Object(answer)
}

fn url_of(asked: &Asked<'_>, endpoint: &str) -> Option<String> {
    let object = asked.account.endpoint(endpoint)?;
    let owner = || object.get("_owner").and_then(Value::as_str);
    let path = match endpoint.chars().next()? {
        'p' => format!("{}/phonelines/{endpoint}", owner()?),
        'g' => format!("groups/{endpoint}"),
        'f' => format!("{}/faxlines/{endpoint}", owner()?),
        _ => format!("devices/{endpoint}"),
    };
    Some(format!("{}/v2/{path}", asked.origin))
}

fn user_of<'a>(asked: &Asked<'a>, number: &Value) -> Option<&'a str> {
    let endpoint = number.get("endpointId").and_then(Value::as_str)?;
    asked.account.endpoint(endpoint)?.get("_owner")?.as_str()
}

/// The numbers of one endpoint. The description shows the shape of a contact's number; the real answer is this one.
pub(super) fn endpoint_numbers(asked: &Asked<'_>, endpoint: &str) -> Answer {
    items(asked.account.owned("numbers", endpoint).map(|(id, it)| {
        json!({"id": id, "number": it.get("number"), "localized": it.get("localized"), "type": it.get("type")})
    }))
}

fn validate_extension(asked: &Asked<'_>) -> Result<Answer, Refused> {
    let wanted = asked.id("quickDialNumber");
    let reserved =
        wanted.starts_with("11") || FORBIDDEN.iter().any(|forbidden| wanted.starts_with(forbidden));
    let taken = asked
        .account
        .objects("numbers")
        .any(|(_, it)| it.get("number").and_then(Value::as_str) == Some(wanted));
    if wanted.is_empty() || !wanted.bytes().all(|byte| byte.is_ascii_digit()) || reserved || taken {
        return Err(Refused::BadParameter("quickDialNumber"));
    }
    Ok(Answer::Empty)
}

/// Version 3: a bare array, extensions left out, the members of a block inside their block.
fn v3(asked: &Asked<'_>) -> Result<Answer, Refused> {
    let (offset, limit) = asked.page(usize::MAX, usize::MAX)?;
    let blocks = asked.account.objects("blocks").map(|(id, block)| {
        let members = asked.account.objects("numbers");
        let members = members.filter(|(_, it)| it.get("_block").and_then(Value::as_str) == Some(id));
        json!({"e164Number": block.get("prefix"), "type": block.get("type"), "routing": null,
               "numbers": members.map(|(_, it)| v3_number(asked, it)).collect::<Vec<_>>()})
    });
    let single = asked.account.objects("numbers");
    let single = single
        .filter(|(_, it)| it.get("_block").is_none() && it.get("type") != Some(&Value::from("QUICKDIAL")));
    let all = single.map(|(_, it)| v3_number(asked, it)).chain(blocks);
    Ok(Answer::Json(all.skip(offset).take(limit).collect()))
}

fn v3_number(asked: &Asked<'_>, number: &Value) -> Value {
    let kind = match number.get("type").and_then(Value::as_str) {
        Some("MOBILE") => "GERMAN_MOBILE",
        Some("INTERNATIONAL") => "INTERNATIONAL",
        _ => "GERMAN_LANDLINE",
    };
    json!({"e164Number": number.get("number"), "type": kind, "routing": routing(asked, number), "numbers": []})
}

fn routing(asked: &Asked<'_>, number: &Value) -> Option<Value> {
    let id = number.get("endpointId").and_then(Value::as_str).filter(|id| !id.is_empty())?;
    let target = match id.chars().next()? {
        'p' => "PHONELINE",
        'g' => "GROUP",
        'f' => "FAXLINE",
        'e' | 'x' | 'y' => "DEVICE",
        't' => "TRUNK",
        _ => "CHANNEL",
    };
    let channel = || asked.account.object("channels", id)?.get("name");
    let alias = asked.account.endpoint(id).map_or_else(channel, |it| it.get("alias"));
    Some(
        json!({"targetType": target, "targetId": id, "displayAlias": alias, "targetOwner": user_of(asked, number)}),
    )
}
