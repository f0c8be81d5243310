//! What programs rely on when an answer is lost, when somebody else is faster, and when they are refused.

use serde_json::{Value, json};

use super::*;
use crate::Commands;
use crate::commands::{Commanded, MirrorAsk, Synced};
use crate::view::past::{Past, Witness};

/// Counts what it is told to do.
#[derive(Default)]
struct Counting(std::sync::Mutex<Vec<Value>>);

impl Commands for Counting {
    fn sync(&self) -> Commanded<'_, Synced> {
        Box::pin(async { Err("the cloud is away".to_owned()) })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "whatever else is asked is about what was done")]
    fn mirror(&self, ask: MirrorAsk) -> Commanded<'_, Value> {
        let mut done = self.0.lock().unwrap();
        let answer = match ask {
            MirrorAsk::Change(change) if change["act"] == "wrong" => Err("no such act".to_owned()),
            MirrorAsk::Change(change) => {
                done.push(change);
                Ok(json!({ "schema": "change/1", "id": done.len() }))
            }
            _ => Ok(json!({ "schema": "mirror-journal/1", "changes": *done })),
        };
        Box::pin(async { answer })
    }

    fn past(&self, _: Witness, _: Option<u64>) -> Commanded<'_, Past> {
        Box::pin(async { Ok(Past::default()) })
    }
}

const JOURNAL: &str = "/api/v1/mirror/journal";
const CHANGE: &str = r#"{"act":"device_alias","device":"e0","alias":"Tresen"}"#;

fn order(cookie: &str, key: &str) -> Builder {
    let builder = request("POST", JOURNAL).header("cookie", cookie).header("sec-fetch-site", "same-origin");
    let builder = builder.header("content-type", "application/json");
    if key.is_empty() { builder } else { builder.header("idempotency-key", key) }
}

async fn done(house: &House, cookie: &str) -> usize {
    let journal: Value = serde_json::from_str(&house.get(JOURNAL, cookie).await.body).unwrap();
    journal["changes"].as_array().unwrap().len()
}

#[tokio::test]
async fn what_is_asked_twice_under_one_key_is_done_once() {
    let house = House::with(Arc::new(Counting::default())).await;
    let (anna, bert) = (house.enter_as(Role::Owner).await, house.enter_as(Role::Admin).await);
    let first = house.ask(order(&anna, "k-1"), CHANGE).await;
    let again = house.ask(order(&anna, "k-1"), CHANGE).await;
    assert_eq!((first.status, again.status), (StatusCode::OK, StatusCode::OK), "{}", first.body);
    assert_eq!((first.body.as_str(), again.header("idempotent-replayed")), (again.body.as_str(), "true"));
    assert_eq!(again.header("content-type"), "application/json");
    assert_eq!(done(&house, &anna).await, 1);
    let other = house.ask(order(&anna, "k-1"), r#"{"act":"device_alias"}"#).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", other.body);
    // Another key, another person, no key: each is another order.
    for order in [order(&anna, "k-2"), order(&bert, "k-1"), order(&anna, ""), order(&anna, "")] {
        assert_eq!(house.ask(order, CHANGE).await.status, StatusCode::OK);
    }
    assert_eq!(done(&house, &anna).await, 5);
    for key in ["k 1", "ä", &"k".repeat(129)] {
        assert_eq!(house.ask(order(&anna, key), CHANGE).await.status, StatusCode::BAD_REQUEST, "{key}");
    }
}

#[tokio::test]
async fn what_was_done_before_a_restart_is_not_done_again_and_what_was_only_begun_is_not_either() {
    let commands = Arc::new(Counting::default());
    let house = House::with(Arc::clone(&commands) as Arc<dyn Commands>).await;
    let anna = house.enter_as(Role::Owner).await;
    let first = house.ask(order(&anna, "k-1"), CHANGE).await;
    let house = house.again(Arc::clone(&commands) as Arc<dyn Commands>).await;
    let again = house.ask(order(&anna, "k-1"), CHANGE).await;
    assert_eq!((first.body.as_str(), again.header("idempotent-replayed")), (again.body.as_str(), "true"));
    let other = house.ask(order(&anna, "k-1"), r#"{"act":"device_alias"}"#).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", other.body);

    // The power went while it was being done.
    let (name, _) = house.vault.orders().await.unwrap()[0];
    let done = house.vault.order(name).await.unwrap().unwrap();
    house.vault.keep_order(name, crate::vault::Order { answer: None, ..done }).await.unwrap();
    let unsure = house.ask(order(&anna, "k-1"), CHANGE).await;
    assert_eq!(unsure.status, StatusCode::CONFLICT, "{}", unsure.body);
    assert!(unsure.body.contains("nobody knows whether it was done"), "{}", unsure.body);
    assert_eq!(commands.0.lock().unwrap().len(), 1);

    house.clock.pass(Duration::from_secs(25 * 3600));
    let house = house.again(Arc::clone(&commands) as Arc<dyn Commands>).await;
    let anna = house.enter_as(Role::Owner).await;
    assert_eq!(house.ask(order(&anna, "k-1"), CHANGE).await.status, StatusCode::OK);
    assert_eq!(commands.0.lock().unwrap().len(), 2, "a day later nobody means the same");
}

#[tokio::test]
async fn a_refusal_is_not_remembered_and_says_why_as_a_problem() {
    let house = House::with(Arc::new(Counting::default())).await;
    let anna = house.enter_as(Role::Owner).await;
    for _ in 0..2 {
        let refused = house.ask(order(&anna, "k-3"), r#"{"act":"wrong"}"#).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        let problem: Value = serde_json::from_str(&refused.body).unwrap();
        assert_eq!(
            (&problem["title"], &problem["detail"], &problem["reason"], &problem["status"]),
            (&json!("Conflict"), &json!("no such act"), &json!("no such act"), &json!(409))
        );
        assert_eq!(refused.header("idempotent-replayed"), "");
    }
}

#[tokio::test]
async fn every_refusal_of_the_api_is_a_problem() {
    let (house, cookie) = House::set_up().await;
    for (builder, body, status) in [
        (order(&cookie, ""), "{", 400),
        (
            request("POST", JOURNAL).header("cookie", &cookie).header("sec-fetch-site", "same-origin"),
            "{}",
            415,
        ),
        (
            request("DELETE", "/api/v1/status")
                .header("cookie", &cookie)
                .header("sec-fetch-site", "same-origin"),
            "",
            405,
        ),
        (request("POST", JOURNAL).header("cookie", &cookie), "{}", 403),
        (request("GET", "/api/v1/nowhere").header("cookie", &cookie), "", 404),
        (request("GET", "/api/v1/account/users?limit=x").header("cookie", &cookie), "", 400),
        (request("GET", "/api/v1/history?before=x").header("cookie", &cookie), "", 400),
        (request("GET", "/api/v1/status"), "", 401),
    ] {
        let answer = house.ask(builder, body).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.body);
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((&problem["status"], &problem["type"]), (&json!(status), &json!("about:blank")));
    }
}

#[tokio::test]
async fn who_has_it_already_is_told_so_and_who_is_late_changes_nothing() {
    let house = House::with(Arc::new(Counting::default())).await;
    let anna = house.enter_as(Role::Owner).await;
    let read = async |path: &str, tag: &str| {
        house.ask(request("GET", path).header("cookie", &anna).header("if-none-match", tag), "").await
    };
    let tag = read("/api/v1/phones", "").await.header("etag").to_owned();
    house.clock.pass(Duration::from_secs(5));
    assert_eq!(read("/api/v1/phones", &tag).await.status, StatusCode::NOT_MODIFIED, "later, and the same");
    house.change(|view| Arc::make_mut(&mut view.phones)[0].alias = "Tresen".to_owned());
    let changed = read("/api/v1/phones", &tag).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_ne!(changed.header("etag"), tag);

    let tag = read(JOURNAL, "").await.header("etag").to_owned();
    let late = async |tag: &str| house.ask(order(&anna, "").header("if-match", tag), CHANGE).await.status;
    assert_eq!(late(&tag).await, StatusCode::OK);
    assert_eq!(late(&tag).await, StatusCode::PRECONDITION_FAILED);
    assert_eq!(late("\"0\"").await, StatusCode::PRECONDITION_FAILED);
    assert_eq!(done(&house, &anna).await, 1);
    let program = house.enter_as(Role::User).await;
    let kept_out = house.ask(order(&program, "").header("if-match", "*"), CHANGE).await.status;
    assert!(kept_out.is_client_error(), "a condition opens no door: {kept_out}");
}

#[tokio::test]
async fn every_route_of_the_api_is_described_and_every_description_leads_somewhere() {
    let (house, cookie) = House::set_up().await;
    let described: Value =
        serde_json::from_str(&house.get("/api/v1/openapi.json", &cookie).await.body).unwrap();
    let described: Vec<(String, String)> = described["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, acts)| {
            acts.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let (_, rights) = crate::routes::doors().merge(crate::routes::orders()).open();
    let routes = rights.iter().filter(|right| right.path.starts_with("/api/"));
    let routes: Vec<(String, String)> =
        routes.map(|right| (right.method.to_string(), right.path.to_owned())).collect();
    let fits = |(method, path): &(String, String), route: &(String, String)| {
        let (one, other) = (path.split('/'), route.1.split('/'));
        let alike = one.clone().count() == other.clone().count()
            && one.zip(other).all(|(one, other)| one == other || other.starts_with('{'));
        *method == route.0 && alike
    };
    for route in routes.iter().filter(|route| route.1 != "/api/v1/openapi.json") {
        assert!(described.iter().any(|one| fits(one, route)), "{route:?} is not described");
    }
    for one in &described {
        assert!(routes.iter().any(|route| fits(one, route)), "{one:?} leads nowhere");
    }
}
