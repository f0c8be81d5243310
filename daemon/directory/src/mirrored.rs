//! Contacts of the cloud account, as the mirror keeps them.

use account::{Dialling, UserId};
use serde_json::Value;

use crate::draft::Draft;
use crate::import::kind_of;
use crate::{Contact, Field, Scope};

/// Reads one contact as the cloud says it (`{name, numbers: [{number, type: []}], scope, ...}`). The cloud shows private
/// contacts to their owner only, so they are those of `own`, the user whose token reads the account. What has no name or
/// no number that can be called is none; a number that cannot be read is left out.
#[must_use]
pub fn mirrored(body: &Value, own: Option<&UserId>, here: &Dialling) -> Option<Contact> {
    let scope = match (body.get("scope").and_then(Value::as_str), own) {
        (Some("PRIVATE"), Some(own)) => Scope::Private(own.clone()),
        // Nobody else may see it.
        (Some("PRIVATE"), None) => return None,
        _ => Scope::Shared,
    };
    let mut draft = Draft::new(scope);
    let mut put = |field, value: &str| draft.put(field, value, here, &mut |_| {});
    let text =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    put(Field::FullName, &text(body, "name"));
    // A list for each company, of which the first entry is its name.
    if let Some(company) = body.pointer("/organization/0/0").and_then(Value::as_str) {
        put(Field::Company, company);
    }
    let list = |name: &str| body.get(name).and_then(Value::as_array).into_iter().flatten();
    for number in list("numbers") {
        let labels = number.get("type").and_then(Value::as_array).into_iter().flatten();
        let labels: Vec<&str> = labels.filter_map(Value::as_str).collect();
        put(Field::Phone(kind_of(&labels.join(" "))), &text(number, "number"));
    }
    for email in list("emails") {
        put(Field::Email, &text(email, "email"));
    }
    if let Some(address) = list("addresses").next() {
        for (field, name) in [
            (Field::Street, "streetAddress"),
            (Field::Postcode, "postalCode"),
            (Field::City, "locality"),
            (Field::Country, "country"),
        ] {
            put(field, &text(address, name));
        }
    }
    draft.finished().ok()
}

#[cfg(test)]
mod tests {
    use account::Dialling;
    use serde_json::json;

    use super::mirrored;
    use crate::{NameIndex, PhoneKind};

    #[test]
    fn contacts_of_the_cloud_name_callers() {
        let here = Dialling::german(None);
        let own = "w0".parse().unwrap();
        let said = [
            json!({"id": "c-1", "name": "Käthe Kundin", "scope": "SHARED", "organization": [["Kunde & Co"]],
                   "numbers": [{"number": "+49305550901", "type": ["work", "fax"]}],
                   "emails": [{"email": "k@example.org", "type": ["work"]}]}),
            json!({"id": "c-2", "name": "Tante", "scope": "PRIVATE", "numbers": [{"number": "030 5550902", "type": []}]}),
            json!({"id": "c-3", "name": "", "scope": "SHARED", "numbers": [{"number": "+49305550903"}]}),
            json!({"id": "c-4", "name": "Ohne Nummer", "numbers": [{"number": "geheim"}]}),
        ];
        let contacts: Vec<_> = said.iter().filter_map(|body| mirrored(body, Some(&own), &here)).collect();
        assert_eq!((contacts.len(), contacts[0].numbers[0].kind), (2, PhoneKind::Fax));
        let index = NameIndex::new(contacts.iter());
        let name = |number: &str, user| index.name(&number.parse().unwrap(), user).map(str::to_owned);
        assert_eq!(name("+49305550901", None).as_deref(), Some("Käthe Kundin, Kunde & Co"));
        assert_eq!(name("+49305550902", Some(&own)).as_deref(), Some("Tante"));
        assert_eq!(name("+49305550902", Some(&"w1".parse().unwrap())), None);
        assert!(mirrored(&said[1], None, &here).is_none(), "a private contact of nobody is nobody's");
    }
}
