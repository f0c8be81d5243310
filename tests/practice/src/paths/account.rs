//! The account itself: identity, money, links, portings, settings.

use serde_json::{Value, json};

use super::{Answer, Asked, Refused, Route, as_written, items, route};
use crate::account::public;

pub(super) const ROUTES: &[Route] = &[
    route("/v2/account", &["account:read"], |asked| document(asked, "account")),
    route("/v2/authorization/userinfo", &[], userinfo),
    route("/v2/balance", &["balance:read"], |asked| document(asked, "balance")),
    route("/v2/app/links", &[], |asked| document(asked, "links")),
    route("/v2/app/properties", &["internal"], |asked| document(asked, "properties")),
    route("/v2/restrictions", &["internal"], restrictions),
    route("/v2/callrestrictions", &["callrestrictions:read"], call_restrictions),
    route("/v2/blacklist/incoming", &["blacklist:read"], blacklist),
    route("/v2/portings", &["portings:read"], |asked| {
        Ok(items(asked.account.objects("portings").map(as_written)))
    }),
    route("/v2/portings/{portingId}", &["portings:read"], |asked| {
        Ok(Answer::Json(as_written(asked.object("portings", "portingId")?)))
    }),
    route("/v2/addresses", &["addresses:read"], |asked| {
        Ok(items(asked.account.objects("addresses").map(|address| with_numbers(asked, address))))
    }),
    route("/v2/addresses/itemCount", &["addresses:read"], |asked| {
        Ok(Answer::Json(json!({"itemCount": asked.account.objects("addresses").count()})))
    }),
    route("/v2/addresses/{addressId}", &["addresses:read"], |asked| {
        Ok(Answer::Json(with_numbers(asked, asked.object("addresses", "addressId")?)))
    }),
    route("/v2/settings/sipgateio", &["settings:read", "settings:sipgateio:read"], |asked| {
        booked(asked, "sipgateio")
    }),
    route("/v2/log/webhooks", &["log:webhooks:read"], |asked| booked(asked, "webhookLog")),
];

fn document(asked: &Asked<'_>, key: &str) -> Result<Answer, Refused> {
    asked.account.at(key).cloned().map(Answer::Json).ok_or(Refused::NotFound)
}

/// A product that is absent unless booked.
fn booked(asked: &Asked<'_>, key: &str) -> Result<Answer, Refused> {
    asked.account.at(key).cloned().map(Answer::Json).ok_or(Refused::Forbidden)
}

fn userinfo(asked: &Asked<'_>) -> Result<Answer, Refused> {
    let mut info = asked.account.at("userinfo").cloned().ok_or(Refused::NotFound)?;
    if let Some(info) = info.as_object_mut() {
        info.insert("sub".to_owned(), Value::from(asked.caller.user.as_str()));
    }
    Ok(Answer::Json(info))
}

/// The postal shape, or that of a contact, with which the API description confuses it.
fn with_numbers(asked: &Asked<'_>, (id, address): (&str, &Value)) -> Value {
    if asked.account.quirk("contactAddresses", false) {
        return as_of_a_contact(id, address);
    }
    let mut answer = public(id, address);
    answer.remove("id");
    answer.insert("addressId".to_owned(), Value::from(id));
    answer
        .insert("numbersUrl".to_owned(), Value::from(format!("{}/v2/addresses/{id}/numbers", asked.origin)));
    Value::Object(answer)
}

/// `AddressResponse` as the description has it.
fn as_of_a_contact(id: &str, address: &Value) -> Value {
    let text = |name: &str| address.get(name).and_then(Value::as_str).unwrap_or_default();
    let street = format!("{} {}", text("street"), text("number"));
    json!({"addressId": id, "poBox": "", "extendedAddress": text("address1"), "streetAddress": street.trim(),
           "locality": text("city"), "region": text("state"), "postalCode": text("postcode"), "country": text("countrycode")})
}

fn restrictions(asked: &Asked<'_>) -> Result<Answer, Refused> {
    let user = asked.asked_for("userId").ok_or(Refused::BadParameter("userId"))?;
    let wanted = asked.all_of("restriction");
    let all = asked.account.at("restrictions").and_then(Value::as_object).into_iter().flatten();
    Ok(items(
        all.filter(|(name, _)| wanted.is_empty() || wanted.contains(&name.as_str()))
            .map(|(name, value)| json!({"restriction": name, "value": value, "target": user})),
    ))
}

fn call_restrictions(asked: &Asked<'_>) -> Result<Answer, Refused> {
    let wanted = asked.all_of("userIds");
    let of_users = asked
        .account
        .objects("callrestrictions")
        .filter(|(user, _)| wanted.is_empty() || wanted.contains(user));
    let of_users = of_users.filter(|(user, _)| asked.caller.may_see(user)).map(|(user, rights)| {
        let mut answer = public(user, rights);
        answer.remove("id");
        answer.insert("userId".to_owned(), Value::from(user));
        Value::Object(answer)
    });
    Ok(items(of_users))
}

fn blacklist(asked: &Asked<'_>) -> Result<Answer, Refused> {
    Ok(items(
        asked
            .account
            .objects("blacklist")
            .map(|(number, entry)| json!({"phoneNumber": number, "isBlock": entry.get("isBlock")})),
    ))
}
