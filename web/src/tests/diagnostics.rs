//! What somebody sees who looks for a fault, and who that may be.

use serde_json::{Value, json};

use super::*;
use crate::view::past::{Past, Witness};
use crate::{
    Commanded, DiagnosticAsk, DiagnosticFile, LocationsAsk, MirrorAsk, Packed, Placed, Synced, Tried,
};

const NASTY: &str = "<script>alert(1)</script>";

/// A daemon that knows one call, and captures.
struct Known {
    capture: Value,
}

impl Commands for Known {
    fn sync(&self) -> Commanded<'_, Synced> {
        NoCommands.sync()
    }

    fn mirror(&self, ask: MirrorAsk) -> Commanded<'_, Value> {
        NoCommands.mirror(ask)
    }

    fn past(&self, witness: Witness, before: Option<u64>) -> Commanded<'_, Past> {
        NoCommands.past(witness, before)
    }

    fn places(&self, ask: LocationsAsk) -> Placed<'_> {
        NoCommands.places(ask)
    }

    fn diagnose(&self, ask: DiagnosticAsk) -> Tried<'_> {
        let call = json!({"call": "now-7", "began": "2027-01-15T07:59:00.250Z", "from": "101", "from_name": NASTY, "to": NASTY,
                          "status": 486, "messages": 2});
        let answer = match ask {
            DiagnosticAsk::Calls => Ok(json!({"schema": "ladders/1", "silent": false, "calls": [call]})),
            DiagnosticAsk::Ladder { call: name, .. } if name != "now-7" => {
                Err(Sentence::new("Fort.", "Gone."))
            }
            DiagnosticAsk::Ladder { texts, .. } => {
                let text = texts.then(|| format!("INVITE {NASTY}"));
                let rung = |party: u8, way: &str, what: &str| json!({"after_ms": 1250, "party": party, "way": way, "over": "UDP", "what": what, "text": text});
                let mut ladder = call;
                ladder["parties"] = json!(["192.0.2.7:5062", NASTY]);
                ladder["ladder"] = json!([rung(0, "in", "INVITE 102"), rung(1, "out", NASTY)]);
                Ok(ladder)
            }
            DiagnosticAsk::Checks => {
                let check = json!({"id": "disk", "status": "warn", "evidence": "little", "fix": NASTY, "de": {"evidence": "wenig", "fix": NASTY}});
                Ok(json!({"schema": "doctor/1", "checks": [check]}))
            }
            DiagnosticAsk::Log => Ok(json!({"schema": "log/1", "lines": ["older", NASTY]})),
            DiagnosticAsk::Begin { seconds: 601.. } => Err(Sentence::new("Zu lang.", "Too long.")),
            DiagnosticAsk::Capture
            | DiagnosticAsk::Begin { .. }
            | DiagnosticAsk::End
            | DiagnosticAsk::Forget => Ok(json!({"schema": "capture/1", "capture": self.capture})),
        };
        Box::pin(async { answer })
    }

    fn diagnostic_file(&self, _: DiagnosticFile) -> Packed<'_> {
        Box::pin(async { Ok(vec![0, 159, 146, 150]) })
    }
}

async fn house(capture: Value) -> House {
    House::with(Arc::new(Known { capture })).await
}

#[tokio::test]
async fn a_call_is_a_ladder_for_whoever_works_with_calls_and_its_texts_are_for_admins() {
    let house = house(Value::Null).await;
    let operator = house.enter_as(Role::Operator).await;
    let list = house.get("/diagnostics", &operator).await.body;
    assert!(list.contains(r#"href="/diagnostics/calls/now-7""#) && list.contains("besetzt"), "{list}");
    assert!(!list.contains("/diagnostics/capture") && !list.contains("<script>alert"), "{list}");
    let page = house.get("/diagnostics/calls/now-7", &operator).await.body;
    assert!(
        page.contains("INVITE 102") && page.contains("1.250") && page.contains("192.0.2.7:5062 → Box, UDP"),
        "{page}"
    );
    assert!(!page.contains("<pre") && !page.contains("<script>alert"), "{page}");
    let admin = house.enter_as(Role::Admin).await;
    let page = house.get("/diagnostics/calls/now-7", &admin).await.body;
    assert!(page.contains("INVITE &#60;script&#62;") && !page.contains("<script>alert"), "{page}");
    assert_eq!(house.get("/diagnostics/calls/now-8", &admin).await.status, StatusCode::NOT_FOUND);
    let api: Value = serde_json::from_str(&house.get("/api/v1/ladders/now-7", &admin).await.body).unwrap();
    assert!(api["ladder"][0]["text"].is_null(), "a program never gets the texts: {api}");
    assert_eq!(house.get("/api/v1/ladders/now-8", &admin).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn checks_and_log_are_read_in_the_readers_language() {
    let house = house(Value::Null).await;
    let admin = house.enter_as(Role::Admin).await;
    for (path, words) in [
        ("/diagnostics/checks", "wenig"),
        ("/diagnostics/checks?lang=en", "little"),
        ("/diagnostics/log", "older"),
    ] {
        let page = house.get(path, &admin).await.body;
        assert!(page.contains(words) && !page.contains("<script>alert"), "{path}: {page}");
    }
    let log = house.get("/diagnostics/log", &admin).await.body;
    assert!(log.find("script").unwrap() < log.find("older").unwrap(), "the newest first");
    let installer = house.enter_as(Role::Installer).await;
    assert_eq!(house.get("/diagnostics/checks", &installer).await.status, StatusCode::OK);
    assert_eq!(house.get("/diagnostics/log", &installer).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_capture_says_how_far_it_is_and_can_be_ended() {
    let under_way = json!({"began": "2027-01-15T07:59:30Z", "until": "2027-01-15T08:00:30Z", "ended": null, "messages": 12, "bytes": 4096});
    let house = house(under_way).await;
    let admin = house.enter_as(Role::Admin).await;
    let page = house.get("/diagnostics/capture", &admin).await;
    assert_eq!(page.header("refresh"), "5", "it says how far it is without a script");
    assert!(
        page.body.contains(r#"<progress max="60" value="30""#) && page.body.contains("12 Nachrichten"),
        "{}",
        page.body
    );
    assert!(page.body.contains("/diagnostics/capture/stop") && !page.body.contains("capture.pcapng"));
    let post =
        async |path: &str, seconds: &str| house.post(path, &admin, &form(&[("seconds", seconds)])).await;
    assert_eq!(post("/diagnostics/capture", "60").await.header("location"), "/diagnostics/capture");
    assert_eq!(post("/diagnostics/capture/stop", "").await.header("location"), "/diagnostics/capture");
    let refused = post("/diagnostics/capture", "601").await;
    assert!(refused.status == StatusCode::CONFLICT && refused.body.contains("Zu lang."), "{}", refused.body);
}

#[tokio::test]
async fn what_leaves_the_house_is_written_down() {
    let over = json!({"began": "2027-01-15T07:50:00Z", "until": "2027-01-15T07:51:00Z", "ended": "full", "messages": 12, "bytes": 4096});
    let house = house(over).await;
    let admin = house.enter_as(Role::Admin).await;
    let page = house.get("/diagnostics/capture", &admin).await.body;
    assert!(page.contains(r#"href="/diagnostics/capture.pcapng""#) && page.contains("voll"), "{page}");
    let support = house.get("/diagnostics/support", &admin).await.body;
    for content in ["checks.json", "status.json", "log.txt", "Kein Passwort", "/diagnostics/support.zip"] {
        assert!(support.contains(content), "what is inside is said before: {support}");
    }
    for path in [
        "/diagnostics/capture.pcapng",
        "/diagnostics/support.zip",
        "/api/v1/captures/capture.pcapng",
        "/api/v1/support.zip",
    ] {
        let file = house.get(path, &admin).await;
        assert_eq!(file.status, StatusCode::OK, "{path}");
        assert!(file.header("content-disposition").starts_with("attachment"), "{path}");
    }
    let audit = house.get("/security/audit", &admin).await.body;
    assert_eq!(audit.matches("Mitschnitt heruntergeladen").count(), 2, "{audit}");
    assert_eq!(audit.matches("Datei für den Support heruntergeladen").count(), 2, "{audit}");
}
