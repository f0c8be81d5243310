//! Registrations as the real registrar takes and refuses them.

use practice::Event;
use serde_json::json;

use crate::http::read;
use crate::office;
use crate::phone::Phone;

#[tokio::test]
async fn a_phone_registers_for_two_minutes_at_most_and_the_api_shows_it() {
    let cloud = office().await;
    let mut events = cloud.sip().events();
    let mut phone = Phone::new(&cloud, "e0").await;
    let answer = phone.register().await;
    assert_eq!(answer.status(), Some(200));
    assert!(answer.header("Contact").ends_with(";expires=120"), "{answer:?}");
    assert!(
        matches!(events.next().await, Some(Event::Registered { device, expires: 120, .. }) if device == "e0")
    );
    let device = read(&cloud, "/v2/devices/e0").await.json();
    assert_eq!(
        (&device["online"], &device["registered"][0]["port"]),
        (&json!(true), &json!(phone.address().port().to_string()))
    );
}

#[tokio::test]
async fn without_contact_the_answer_is_200_and_nobody_is_bound() {
    let cloud = office().await;
    let mut phone = Phone::new(&cloud, "e0").await;
    assert_eq!(phone.ask("REGISTER", "sip:sipgate.de", "", "").await.status(), Some(200));
    assert!(cloud.sip().bindings("e0").is_empty());
    assert!(cloud.sip().call("e0", "+49305550901").await.is_err());
}

#[tokio::test]
async fn a_wrong_password_and_a_foreign_name_are_forbidden() {
    let cloud = office().await;
    let mut phone = Phone::new(&cloud, "e0").await;
    phone.password = "wrong".into();
    assert_eq!(phone.register().await.status(), Some(403));
    let mut stranger = Phone::new(&cloud, "e0").await;
    stranger.user = "anna".into();
    assert_eq!(stranger.register().await.status(), Some(403));
    assert!(cloud.sip().bindings("e0").is_empty());
    assert_eq!(cloud.sip().past_events(0).len(), 2);
}

#[tokio::test]
async fn a_password_changed_in_the_account_counts_at_once() {
    let cloud = office().await;
    let mut phone = Phone::new(&cloud, "e0").await;
    assert_eq!(phone.register().await.status(), Some(200));
    cloud.patch("devices/e0", json!({"_password": "new"})).unwrap();
    assert_eq!(phone.register().await.status(), Some(403));
    phone.password = "new".into();
    assert_eq!(phone.register().await.status(), Some(200));
}

#[tokio::test]
async fn bindings_end_when_taken_back_or_run_out() {
    let cloud = office().await;
    let mut events = cloud.sip().events();
    let mut phone = Phone::new(&cloud, "e0").await;
    let contact = phone.contact();
    phone.register().await;
    phone.ask("REGISTER", "sip:sipgate.de", "Contact: *\r\nExpires: 0\r\n", "").await;
    assert!(cloud.sip().bindings("e0").is_empty());
    let brief = format!("{}\r\n", contact.trim_end().to_owned() + ";expires=1");
    phone.ask("REGISTER", "sip:sipgate.de", &brief, "").await;
    assert_eq!(cloud.sip().bindings("e0").len(), 1);
    for _ in 0..2 {
        assert!(events.find(|event| matches!(event, Event::Unregistered { .. })).await.is_some());
    }
    assert!(cloud.sip().bindings("e0").is_empty());
}

#[tokio::test]
async fn options_say_alive_with_200_or_401() {
    let cloud = office().await;
    let mut phone = Phone::new(&cloud, "e0").await;
    let mut ping = async || {
        let request = phone.request("OPTIONS", "sip:sipgate.de", "", "");
        phone.send(&request).await;
        phone.final_answer().await.status()
    };
    assert_eq!(ping().await, Some(200));
    cloud.patch("quirks", json!({"optionsUnauthorized": true})).unwrap();
    assert_eq!(ping().await, Some(401));
}
