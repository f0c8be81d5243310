//! What a test may do while the cloud runs: change the account, break answers, revoke tokens, count.

use practice::{Fault, FaultKind};
use serde_json::json;

use crate::http::{read, send};
use crate::office;

#[tokio::test]
async fn a_fault_strikes_as_often_as_asked_and_only_its_path() {
    let cloud = office().await;
    let kind = FaultKind::Status { code: 429, retry_after: Some("Wed, 21 Oct 2026 07:28:00 GMT".into()) };
    cloud.inject(Fault { prefix: "/v2/users".into(), count: 2, kind });
    assert_eq!(read(&cloud, "/v2/account").await.status, 200);
    for _ in 0..2 {
        let answer = read(&cloud, "/v2/users").await;
        assert_eq!(
            (answer.status, answer.header("retry-after")),
            (429, Some("Wed, 21 Oct 2026 07:28:00 GMT"))
        );
    }
    assert_eq!(read(&cloud, "/v2/users").await.status, 200);
}

#[tokio::test]
async fn answers_can_be_cut_spoilt_and_late() {
    let cloud = office().await;
    assert!(read(&cloud, "/v2/users").await.is_whole());
    for kind in [FaultKind::Cut, FaultKind::Garbage, FaultKind::Delay(150)] {
        cloud.inject(Fault { prefix: "/v2/users".into(), count: 1, kind });
    }
    let cut = read(&cloud, "/v2/users").await;
    assert!(cut.status == 200 && !cut.body.is_empty() && !cut.is_whole(), "{cut:?}");
    assert!(serde_json::from_str::<serde_json::Value>(&read(&cloud, "/v2/users").await.body).is_err());
    let asked = std::time::Instant::now();
    assert!(read(&cloud, "/v2/users").await.is_whole());
    assert!(asked.elapsed().as_millis() >= 150);
}

#[tokio::test]
async fn the_account_changes_under_a_running_client() {
    let cloud = office().await;
    let account = format!("{}/account", cloud.control());
    let patched =
        send("PATCH", &format!("{account}/users/w5"), None, r#"{"firstname": "Nora", "timezone": null}"#)
            .await;
    assert_eq!(patched.status, 204);
    let user = read(&cloud, "/v2/users/w5").await.json();
    assert_eq!((&user["firstname"], user.get("timezone")), (&json!("Nora"), None));
    assert_eq!(send("PATCH", &account, None, r#"{"devices": {"e6": null}}"#).await.status, 204);
    assert_eq!(read(&cloud, "/v2/devices/e6").await.status, 404);
    assert_eq!(send("PUT", &account, None, "{}").await.status, 400);
    let part = send("GET", &format!("{account}/balance"), None, "").await;
    assert_eq!(part.json()["currency"], "EUR");
}

#[tokio::test]
async fn a_revoked_token_is_refused_at_once() {
    let cloud = office().await;
    assert_eq!(
        send("DELETE", &format!("{}/tokens/token-PRACTICE", cloud.control()), None, "").await.status,
        204
    );
    assert_eq!(read(&cloud, "/v2/users").await.status, 401);
}

#[tokio::test]
async fn requests_are_counted_and_listed_with_what_they_got() {
    let cloud = office().await;
    read(&cloud, "/v2/numbers?offset=0&limit=2").await;
    read(&cloud, "/v2/numbers?offset=2&limit=2").await;
    read(&cloud, "/v2/nothing").await;
    assert_eq!((cloud.count("/v2/numbers"), cloud.count("/v2")), (2, 3));
    let counts = send("GET", &format!("{}/requests/count", cloud.control()), None, "").await.json();
    assert_eq!(counts, json!({"/v2/numbers": 2, "/v2/nothing": 1}));
    let last = cloud.requests().pop().unwrap();
    assert_eq!((last.path.as_str(), last.status), ("/v2/nothing", 404));
    cloud.forget_requests();
    assert_eq!(cloud.count(""), 0);
}

#[tokio::test]
async fn control_says_what_it_did_not_understand() {
    let cloud = office().await;
    let faults = format!("{}/faults", cloud.control());
    let refused = send("POST", &faults, None, r#"{"prefix": "/v2", "count": 1, "kind": "explode"}"#).await;
    assert_eq!(refused.status, 400);
    assert!(refused.json()["error"].as_str().unwrap().contains("explode"));
    assert_eq!(send("GET", &format!("{}/nothing", cloud.control()), None, "").await.status, 404);
    let call = send(
        "POST",
        &format!("{}/sip/calls", cloud.control()),
        None,
        r#"{"device": "e0", "from": "+49305550901"}"#,
    )
    .await;
    assert_eq!(call.status, 409);
}
