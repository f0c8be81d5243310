//! People of a Google Workspace, from one answer of the Admin SDK Directory API `users.list`.

use account::Dialling;
use serde::Deserialize;

use super::graph::Page;
use super::hand_off::NotAList;
use super::{extension_of, read};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    users: Vec<Person>,
    next_page_token: Option<String>,
    kind: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Person {
    primary_email: String,
    name: Name,
    suspended: bool,
    phones: Vec<Phone>,
    locations: Vec<Location>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Name {
    given_name: String,
    family_name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Phone {
    value: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Location {
    building_id: String,
}

/// Reads one answer; suspended people are left out. [`Page::next`] is the `pageToken` to ask with.
///
/// # Errors
/// When it is not what the Directory API answers.
pub fn google(answer: &[u8], here: &Dialling) -> Result<Page, NotAList> {
    let answer: Answer = serde_json::from_slice(answer).map_err(|_| NotAList)?;
    if answer.kind.is_some_and(|kind| kind != "admin#directory#users") {
        return Err(NotAList);
    }
    let active = answer.users.into_iter().filter(|person| !person.suspended);
    let people = active.take(read::MOST).enumerate().map(|(at, person)| {
        let work = person.phones.iter().find(|phone| phone.kind == "work");
        let extension = work.map(|phone| extension_of(&phone.value, here)).unwrap_or_default();
        let location = person.locations.into_iter().next().unwrap_or_default().building_id;
        let Name { given_name, family_name } = person.name;
        read::listed(at, [given_name, family_name, person.primary_email, extension, location, String::new()])
    });
    Ok(Page { people: people.collect(), next: answer.next_page_token })
}
