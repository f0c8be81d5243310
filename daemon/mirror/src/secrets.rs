//! Secrets leave a body before anything else looks at it.

use account::Secret;
use serde_json::{Map, Value};

/// Anywhere in the name of a field, written together and in small letters.
const TELLING: &[&str] = &[
    "password",
    "passwort",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "privatekey",
    "authorization",
];

/// As a whole word of the name: they are too short to be looked for inside others ("pinned").
const TELLING_WORDS: &[&str] = &["pin", "pins", "puk", "puks", "pwd", "pass"];

/// Where devices carry their SIP password, in the order of trust.
const LOGINS: &[&str] = &["sipCredentials", "credentials"];

/// Takes every field with a telling name out of `body`, however deep, and hands back the SIP password if it was among them.
pub(crate) fn take_out(body: &mut Value) -> Option<Secret> {
    let password = LOGINS.iter().find_map(|login| {
        let text = body.get(login)?.get("password")?.as_str()?;
        readable(text).then(|| Secret::new(text.to_owned()))
    });
    drop_all(body);
    password
}

/// A masked password is none.
fn readable(password: &str) -> bool {
    !password.is_empty() && password.len() <= 256 && !password.bytes().all(|b| b == b'*')
}

fn drop_all(value: &mut Value) {
    match value {
        Value::Object(fields) => drop_fields(fields),
        Value::Array(items) => items.iter_mut().for_each(drop_all),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn drop_fields(fields: &mut Map<String, Value>) {
    fields.retain(|name, _| !telling(name));
    fields.values_mut().for_each(drop_all);
}

fn telling(name: &str) -> bool {
    let together: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    TELLING.iter().any(|word| together.contains(word))
        || words(name).iter().any(|word| TELLING_WORDS.contains(&word.as_str()))
}

/// The words of `voicemailPIN`, `sim_puk1` and `PINCode`.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (place, letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|p| letters.get(p)).is_some_and(char::is_ascii_lowercase);
        let after = letters.get(place + 1).is_some_and(char::is_ascii_lowercase);
        if !letter.is_ascii_alphabetic() || (letter.is_ascii_uppercase() && (before || after)) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_ascii_alphabetic()) {
            word.push(letter.to_ascii_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{take_out, telling};

    #[test]
    fn names_that_tell_of_a_secret_are_known() {
        for name in [
            "password",
            "sipPassword",
            "PASSWORD",
            "pass",
            "pin",
            "PIN",
            "pin1",
            "voicemailPIN",
            "PINCode",
            "sim_pin",
            "puk",
            "puk1",
            "simPuk2",
            "accessToken",
            "token_id",
            "client-secret",
            "api_key",
            "pwd",
            "Authorization",
        ] {
            assert!(telling(name), "{name}");
        }
        for name in ["pinned", "shipping", "spin", "passenger", "username", "sipServer", "opinion", "id", ""]
        {
            assert!(!telling(name), "{name}");
        }
    }

    #[test]
    fn the_sip_password_is_handed_over_and_nothing_telling_stays() {
        let mut body = json!({
            "id": "e0", "credentials": {"username": "7654321e0", "password": "geheim-42"},
            "sim": [{"puk1": "geheim-43", "iccid": "89"}], "deep": {"er": {"refreshToken": "geheim-44"}},
        });
        assert_eq!(take_out(&mut body).unwrap().expose(), "geheim-42");
        assert!(!body.to_string().contains("geheim"));
        assert_eq!(body["credentials"]["username"], "7654321e0");
        assert_eq!(body["sim"][0]["iccid"], "89");
    }

    #[test]
    fn the_newer_login_wins_and_a_masked_password_is_none() {
        let mut both = json!({"credentials": {"password": "old"}, "sipCredentials": {"password": "new"}});
        assert_eq!(take_out(&mut both).unwrap().expose(), "new");
        for masked in [json!("***"), json!(""), json!(7), json!(null)] {
            assert!(take_out(&mut json!({"credentials": {"password": masked}})).is_none());
        }
    }
}
