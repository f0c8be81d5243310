//! What the forms send becomes a change, exactly as over the API.

use axum::extract::multipart::MultipartRejection;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, Multipart, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Map, Value, json};

use super::{bindings, overview, refusal};
use crate::door::Who;
use crate::door_pages::form_broken;
use crate::pages::refused;
use crate::places::{LocationsAsk, name};
use crate::routes::App;
use crate::shell::Shell;

/// Fields in a form of ours.
const MOST_FIELDS: usize = 40;

/// What a form sends: names and values, in its order.
type Fields = Vec<(String, String)>;

/// `POST /locations/change`.
pub(super) async fn change(
    State(app): State<App>,
    shell: Shell,
    visitor: Option<Extension<Who>>,
    typed: Result<Form<Fields>, FormRejection>,
) -> Response {
    let fields = match typed {
        Ok(Form(fields)) => fields,
        Err(rejected) => return form_broken(shell.t, &rejected),
    };
    let field = |name: &str| value(&fields, name);
    let revision = field("revision").parse().unwrap_or_default();
    let back = back(field("act"), field("back"));
    let change = read(&fields);
    let ask = LocationsAsk::Change { revision, change, who: name(visitor) };
    match app.commands.places(ask).await {
        Ok(_) => Redirect::to(&back).into_response(),
        Err(why) => {
            let note = refusal(shell.t, &why);
            let is_binding = matches!(field("act"), "bind" | "unbind");
            match is_binding {
                true => bindings::shown(&app, shell, why.status(), Some(note)).await,
                false => overview(&app, shell, why.status(), Some(note)).await,
            }
        }
    }
}

/// `POST /locations/heard`: the alarm falls silent on every page.
pub(super) async fn heard(State(app): State<App>, shell: Shell, visitor: Option<Extension<Who>>) -> Response {
    match app.commands.places(LocationsAsk::Heard { who: name(visitor) }).await {
        Ok(_) => Redirect::to("/").into_response(),
        Err(why) => super::unknown(shell, &why),
    }
}

/// `POST /locations/import`: a table of bindings that replaces all others, or none of it and the reason row by row.
pub(super) async fn import(
    State(app): State<App>,
    shell: Shell,
    visitor: Option<Extension<Who>>,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let t = shell.t;
    let Ok(form) = form else {
        return refused(t, axum::http::StatusCode::BAD_REQUEST, t.failed_title(), t.form_broken());
    };
    let Some((revision, table)) = parts(form).await else {
        return refused(t, axum::http::StatusCode::BAD_REQUEST, t.failed_title(), t.form_broken());
    };
    let ask = LocationsAsk::Import { revision, table, who: name(visitor) };
    match app.commands.places(ask).await {
        Ok(_) => Redirect::to("/locations/bindings").into_response(),
        Err(why) => {
            let note = refusal(t, &why);
            bindings::shown(&app, shell, why.status(), Some(note)).await
        }
    }
}

/// The revision and the file.
async fn parts(mut form: Multipart) -> Option<(u64, Vec<u8>)> {
    let (mut revision, mut table) = (None, None);
    for _ in 0..MOST_FIELDS {
        let Some(field) = form.next_field().await.ok()? else { break };
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.ok()?;
        match name.as_str() {
            "revision" => revision = std::str::from_utf8(&bytes).ok()?.parse().ok(),
            "table" => table = Some(bytes.to_vec()),
            _ => {}
        }
    }
    Some((revision?, table?))
}

fn value<'a>(fields: &'a Fields, name: &str) -> &'a str {
    let found = fields.iter().take(MOST_FIELDS).find(|(known, _)| known == name);
    found.map(|(_, value)| value.trim()).unwrap_or_default()
}

/// Where the reader goes on: a page of ours, never another's.
fn back(act: &str, wanted: &str) -> String {
    let ours =
        |path: &str| path.strip_prefix("/locations/phones/").is_some_and(|id| !id.contains(['/', '\\', '?']));
    match act {
        _ if ours(wanted) => wanted.to_owned(),
        "bind" | "unbind" => "/locations/bindings".to_owned(),
        _ => "/locations".to_owned(),
    }
}

/// The change as the API takes it; what the form lacks, the box refuses.
fn read(fields: &Fields) -> Value {
    let field = |name: &str| value(fields, name);
    let number = |name: &str| field(name).parse::<u32>().map_or(Value::Null, Value::from);
    // One list of the phone's own signs: `kind` and `key` in one value.
    let (kind, key) = field("sign").split_once(' ').unwrap_or_else(|| (field("kind"), field("key")));
    match field("act") {
        "place" => json!({ "act": "place", "place": place(fields) }),
        "bind" => json!({ "act": "bind", "kind": kind, "key": key, "place": number("place") }),
        "unbind" => json!({ "act": "unbind", "kind": kind, "key": key }),
        "confirm" => json!({ "act": "confirm", "device": field("device"), "place": number("place") }),
        act => json!({ "act": act, "place": number("place") }),
    }
}

fn place(fields: &Fields) -> Value {
    let field = |name: &str| value(fields, name);
    let parts = fields.iter().take(MOST_FIELDS).filter_map(|(name, value)| {
        let part = name.strip_prefix("civic.")?;
        (!value.trim().is_empty()).then(|| (part.to_owned(), Value::from(value.trim())))
    });
    let civic: Map<String, Value> = parts.collect();
    json!({
        "id": field("id").parse::<u32>().unwrap_or_default(),
        "parent": field("parent").parse::<u32>().ok(),
        "kind": field("kind"),
        "name": field("name"),
        "address": (!field("address").is_empty()).then(|| field("address")),
        "civic": civic,
        "coordinates": (!field("coordinates").is_empty()).then(|| field("coordinates")),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{back, read};

    fn fields(of: &[(&str, &str)]) -> super::Fields {
        of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_form_becomes_the_change_that_the_api_takes() {
        let typed = fields(&[
            ("act", "place"),
            ("id", "0"),
            ("parent", "1"),
            ("kind", "room"),
            ("name", " Teeküche "),
            ("address", ""),
            ("civic.floor", "2"),
            ("civic.room", " "),
            ("coordinates", "51.2, 6.7"),
        ]);
        let place = json!({ "id": 0, "parent": 1, "kind": "room", "name": "Teeküche", "address": null,
            "civic": { "floor": "2" }, "coordinates": "51.2, 6.7" });
        assert_eq!(read(&typed), json!({ "act": "place", "place": place }));
        let typed = fields(&[("act", "bind"), ("sign", "port keller|Gi1/0/1"), ("place", "7")]);
        assert_eq!(
            read(&typed),
            json!({ "act": "bind", "kind": "port", "key": "keller|Gi1/0/1", "place": 7 })
        );
        assert_eq!(
            read(&fields(&[("act", "remove"), ("place", "x")])),
            json!({ "act": "remove", "place": null })
        );
    }

    #[test]
    fn nobody_is_sent_to_another_s_page() {
        assert_eq!(back("bind", "/locations/phones/e4"), "/locations/phones/e4");
        for wanted in ["https://evil.example", "//evil.example", "/locations/phones/../x/y", ""] {
            assert_eq!(back("bind", wanted), "/locations/bindings", "{wanted}");
        }
        assert_eq!(back("confirm", ""), "/locations");
    }
}
