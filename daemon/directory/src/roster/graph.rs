//! People of an Entra ID directory, from one answer of Microsoft Graph `GET /v1.0/users`
//! (`$select=givenName,surname,mail,userPrincipalName,businessPhones,officeLocation,accountEnabled`).

use account::Dialling;
use serde::Deserialize;

use super::hand_off::NotAList;
use super::{ReviewRow, extension_of, read};

/// One answer: people, and where the next ones are.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Accounts that are not disabled.
    pub people: Vec<ReviewRow>,
    /// What to ask for next; absent on the last page.
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
    value: Vec<Person>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Person {
    given_name: Option<String>,
    surname: Option<String>,
    mail: Option<String>,
    user_principal_name: Option<String>,
    business_phones: Vec<String>,
    office_location: Option<String>,
    account_enabled: Option<bool>,
}

/// Reads one answer. Its extension is taken from the end of the business number, `+49 30 5550-101`.
///
/// # Errors
/// When it is not what Graph answers.
pub fn graph(answer: &[u8], here: &Dialling) -> Result<Page, NotAList> {
    let answer: Answer = serde_json::from_slice(answer).map_err(|_| NotAList)?;
    let enabled = answer.value.into_iter().filter(|person| person.account_enabled != Some(false));
    let people = enabled.take(read::MOST).enumerate().map(|(at, person)| {
        let extension = person.business_phones.first().map(|number| extension_of(number, here));
        let cells = [
            person.given_name,
            person.surname,
            person.mail.or(person.user_principal_name),
            extension,
            person.office_location,
            None,
        ];
        read::listed(at, cells.map(Option::unwrap_or_default))
    });
    Ok(Page { people: people.collect(), next: answer.next })
}
