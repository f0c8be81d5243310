//! Accounts of any size for load tests.

use serde_json::{Map, Value, json};

/// The document of an account with `users` users, one device, phone line and extension each.
pub(super) fn document(users: u32) -> Value {
    let mut document = json!({
        "generation": "classic",
        "tokens": {"token-PRACTICE": {"secret": "practice-secret", "user": "w0", "scopes": ["all"]}},
        "account": {"company": "Lasttest GmbH", "mainProductType": "TEAM", "logoUrl": "", "verified": true,
                    "historyLifeTime": "UNLIMITED"},
        "userinfo": {"domain": "sipgate.de", "masterSipId": "7654321", "locale": "de_DE"},
        "balance": {"amount": 1_000_000, "currency": "EUR"},
        "addresses": {"1": {"addressId": "1", "countrycode": "DE", "state": "", "postcode": "10115", "city": "Berlin",
                            "street": "Musterallee", "number": "1", "address1": "", "address2": "",
                            "type": "BUSINESS", "emergencyState": "SUCCESS"}},
    });
    if let Some(document) = document.as_object_mut() {
        document.insert("users".into(), each(users, "w", user));
        document.insert("devices".into(), each(users, "e", device));
        document.insert("phonelines".into(), each(users, "p", phoneline));
        document.insert("numbers".into(), each(users, "", number));
    }
    document
}

fn each(users: u32, letter: &str, make: fn(u32) -> Value) -> Value {
    Value::Object((0..users).map(|n| (format!("{letter}{n}"), make(n))).collect::<Map<_, _>>())
}

fn user(n: u32) -> Value {
    json!({"firstname": "Anna", "lastname": format!("Beispiel {n}"), "email": format!("w{n}@example.org"),
           "defaultDevice": format!("e{n}"), "busyOnBusy": false, "addressId": "1",
           "directDialIds": [(1000 + n).to_string()], "timezone": "Europe/Berlin", "admin": n == 0})
}

fn device(n: u32) -> Value {
    json!({"_owner": format!("w{n}"), "_password": format!("practice-e{n}"), "_phonelines": [format!("p{n}")],
           "_groups": [], "alias": format!("Telefon {n}"), "type": "REGISTER", "dnd": false,
           "emergencyAddressId": "1"})
}

fn phoneline(n: u32) -> Value {
    json!({"_owner": format!("w{n}"), "alias": format!("Anna Beispiel {n}")})
}

fn number(n: u32) -> Value {
    let extension = (1000 + n).to_string();
    json!({"number": extension, "localized": extension, "type": "QUICKDIAL", "endpointId": format!("p{n}")})
}
