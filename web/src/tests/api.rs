//! JSON, health and figures: the forms that scripts rely on.

use std::os::unix::fs::PermissionsExt as _;

use axum::body::Body;
use serde_json::Value;
use tower::ServiceExt as _;

use super::*;
use crate::connection::Peer;
use crate::view::account::{Account, Contact, KindNow, KindState, User};

#[tokio::test]
async fn the_answers_have_exactly_the_described_keys() {
    let (house, cookie) = House::set_up().await;
    let described: Value =
        serde_json::from_str(&house.get("/api/v1/openapi.json", &cookie).await.body).unwrap();
    let reason = Sentence::new("Grund.", "Reason.");
    let never = MirrorState::Never;
    for state in [MirrorState::Current, MirrorState::Failed { reason }, never] {
        house.change(|view| {
            view.mirror.state = state;
            view.account = Arc::new(screens::nasty_account());
            view.kinds =
                vec![KindNow { name: "user".to_owned(), count: 1, at: None, state: KindState::Never }];
        });
        let paths = described["paths"].as_object().unwrap().iter();
        // What the cloud said has the cloud's own form, and orders are no pages.
        let paths =
            paths.map(|(path, operation)| (path, form(operation))).filter(|(_, form)| !form.is_null());
        for (path, schema) in paths {
            let answer: Value = serde_json::from_str(&house.get(path, &cookie).await.body).unwrap();
            fits(&answer, schema, &described, path);
        }
    }
}

fn form(operation: &Value) -> &Value {
    &operation["get"]["responses"]["200"]["content"]["application/json"]["schema"]
}

/// Every key that came is described, every required one came, words and types are as described.
fn fits(value: &Value, schema: &Value, root: &Value, path: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        return fits(value, root.pointer(reference.strip_prefix('#').unwrap()).unwrap(), root, path);
    }
    if let Some(words) = schema["enum"].as_array() {
        return assert!(words.contains(value), "{path}: {value}");
    }
    if let Some(word) = schema.get("const") {
        return assert_eq!(value, word, "{path}");
    }
    let named = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(schema["type"].to_string().contains(named), "{path}: {value} is no {}", schema["type"]);
    for item in value.as_array().into_iter().flatten() {
        fits(item, &schema["items"], root, &format!("{path}[]"));
    }
    let Some(fields) = value.as_object() else { return };
    for key in schema["required"].as_array().into_iter().flatten() {
        assert!(fields.contains_key(key.as_str().unwrap()), "{path} lacks {key}");
    }
    for (key, field) in fields {
        let described =
            schema["properties"].get(key).unwrap_or_else(|| panic!("{path}.{key} is not described"));
        fits(field, described, root, &format!("{path}.{key}"));
    }
}

#[tokio::test]
async fn lists_of_the_account_come_in_pages_and_end() {
    let (house, cookie) = House::set_up().await;
    house.change(|view| {
        let user = |n: usize| User { id: format!("w{n:03}"), name: format!("Person {n}"), ..User::default() };
        view.account = Arc::new(Account { users: (0..7).map(user).collect(), ..Account::default() });
    });
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/account/users?limit=3{cursor}");
        let page: Value = serde_json::from_str(&house.get(&path, &cookie).await.body).unwrap();
        seen.extend(page["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["w000", "w001", "w002", "w003", "w004", "w005", "w006"]);
    for (path, status) in [
        ("/api/v1/account/users?cursor=gone", 400),
        ("/api/v1/account/users?limit=x", 400),
        ("/api/v1/account/secrets", 404),
        ("/api/v1/nothing", 404),
    ] {
        let answer = house.get(path, &cookie).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
    }
}

#[tokio::test]
async fn a_contact_of_one_person_is_not_everybody_s() {
    let (house, cookie) = House::set_up().await;
    house.change(|view| {
        let contact = |name: &str, shared| Contact {
            id: name.to_owned(),
            name: name.to_owned(),
            shared,
            ..Contact::default()
        };
        let contacts = vec![contact("Gemeinsam", true), contact("Geheim", false)];
        view.account = Arc::new(Account { contacts, ..Account::default() });
    });
    for path in ["/contacts", "/search?q=ge", "/api/v1/account/contacts"] {
        let body = house.get(path, &cookie).await.body;
        assert!(body.contains("Gemeinsam") && !body.contains("Geheim"), "{path}: {body}");
    }
}

#[tokio::test]
async fn times_are_rfc_3339_in_utc_and_ages_seconds() {
    let (house, cookie) = House::set_up().await;
    let mirror: Value = serde_json::from_str(&house.get("/api/v1/mirror", &cookie).await.body).unwrap();
    assert_eq!(mirror["at"], "2027-01-15T08:00:00Z");
    assert_eq!(mirror["fetched"], "2027-01-15T07:58:30Z");
    assert_eq!(mirror["age_seconds"], 90);
    house.change(|view| view.mirror.fetched = None);
    let mirror: Value = serde_json::from_str(&house.get("/api/v1/mirror", &cookie).await.body).unwrap();
    assert_eq!((&mirror["fetched"], &mirror["age_seconds"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn who_waits_in_line_is_told_to_scripts_and_stands_on_the_page() {
    let (house, cookie) = House::set_up().await;
    let said: Value = serde_json::from_str(&house.get("/api/v1/queues", &cookie).await.body).unwrap();
    let queue = &said["queues"][0];
    assert_eq!(queue["waiting"][0]["caller"]["name"], "<b>Meier");
    assert_eq!(
        (&queue["waiting"][0]["rings"], &queue["agents"][0]["state"]),
        (&false.into(), &"talks".into())
    );
    let page = house.get("/channels", &cookie).await.body;
    for part in ["Bestellannahme", "1:15", "&#60;b&#62;Meier", "Anna Berger: "] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[tokio::test]
async fn scripts_without_a_session_are_told_so() {
    let (house, _) = House::set_up().await;
    for path in
        ["/api/v1/status", "/api/v1/phones", "/api/v1/calls", "/api/v1/mirror", "/api/v1/x", "/events"]
    {
        let answer = house.get(path, "").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}

#[tokio::test]
async fn the_command_line_asks_through_a_socket_that_only_its_owner_opens() {
    let house = House::new().await;
    let mode = std::fs::metadata(house.socket()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for (path, part) in [
        ("/api/v1/status", "\"schema\":\"status/1\""),
        ("/api/v1/phones", "\"transport\":\"tls\""),
        ("/api/v1/calls", "\"state\":\"talking\""),
        ("/api/v1/mirror", "\"source\":\"api.example.test\""),
        ("/metrics", "gatehouse_build_info"),
        ("/healthz", "ready"),
    ] {
        let answer = house.ask_socket(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.body.contains(part), "{path}: {}", answer.body);
    }
    assert_eq!(house.ask_socket("/").await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.ask_socket("/login").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn health_follows_the_picture_and_needs_no_sign_in() {
    let house = House::new().await;
    let fit = house.get("/healthz", "").await;
    assert_eq!((fit.status, fit.body.as_str()), (StatusCode::OK, "ready\n"));
    house.change(|view| *view = View::starting("1.2.3", view.started));
    let unfit = house.get("/healthz", "").await;
    assert_eq!(unfit.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(unfit.body, "not ready: Gatehouse is starting.\n");
}

#[tokio::test]
async fn figures_are_for_the_box_itself_and_for_the_signed_in() {
    let (house, _) = House::set_up().await;
    let near = house.get("/metrics", "").await;
    assert_eq!(near.status, StatusCode::OK);
    assert_eq!(near.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");

    let far = Peer::Address([192, 168, 7, 20].into());
    let mut request = Request::get("/metrics").body(Body::empty()).unwrap();
    request.extensions_mut().insert(far);
    assert_eq!(router(&house).oneshot(request).await.unwrap().status(), StatusCode::UNAUTHORIZED);
}

fn router(house: &House) -> axum::Router {
    let sources = Sources {
        view: house.publish.subscribe(),
        vault: Arc::clone(&house.vault) as Arc<dyn Vault>,
        metrics: Arc::new(Metrics::new("1.2.3")),
        clock: Arc::clone(&house.clock) as Arc<dyn Clock>,
        commands: Arc::new(NoCommands),
    };
    let (_, closing) = watch::channel(false);
    crate::routes::routers(&sources, &certificates(&house.dir), 1, closing).https
}

#[test]
fn figures_are_openmetrics() {
    let mut metrics = Metrics::new("1.2.3");
    let answers = metrics.counters("sip_answers", "Answers sent, by class");
    answers.get_or_create(&vec![("class", "2xx")]).inc();
    metrics.gauge("calls_active", "Calls that exist now").set(3);
    metrics.counter("calls", "Calls that were answered").inc();
    let text = metrics.text();
    for line in [
        "gatehouse_build_info{version=\"1.2.3\"} 1",
        "gatehouse_sip_answers_total{class=\"2xx\"} 1",
        "gatehouse_calls_active 3",
        "gatehouse_calls_total 1",
        "# EOF",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}
