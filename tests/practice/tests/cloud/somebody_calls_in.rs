//! Somebody outside calls a number of the account, and the whole SIP side falls ill.

use practice::{CallFailed, CallOptions, Practice};
use serde_json::json;

use crate::office;
use crate::phone::Phone;

async fn registered(cloud: &Practice, device: &str) -> Phone {
    let mut phone = Phone::new(cloud, device).await;
    assert_eq!(phone.register().await.status(), Some(200));
    phone
}

#[tokio::test]
async fn a_number_rings_every_device_it_leads_to_and_one_gets_the_call() {
    let cloud = office().await;
    let caller = || CallOptions::from_number("+49305550901");
    let nobody = cloud.sip().call_in("+49305550100", caller()).await;
    assert_eq!(nobody.err(), Some(CallFailed::NotRegistered));
    let members: Vec<String> = {
        let account = cloud.account();
        let devices = account.document()["devices"].as_object().unwrap().clone();
        let in_group = devices
            .iter()
            .filter(|(_, it)| it["_groups"].as_array().is_some_and(|all| all.contains(&json!("g0"))));
        in_group.filter(|(_, it)| it["_password"].is_string()).map(|(id, _)| id.clone()).collect()
    };
    assert!(members.len() > 1, "{members:?}");
    let first = registered(&cloud, &members[0]).await;
    let second = registered(&cloud, &members[1]).await;
    let call = cloud.sip().call_in("+49305550100", caller()).await.unwrap();
    let (here, there) = (first.expect("INVITE").await, second.expect("INVITE").await);
    assert!(here.header("P-Called-Party-ID").contains("+49305550100"), "{here:?}");
    second.reply(&there, "180 Ringing", "").await;
    assert_eq!(call.ringing().await, practice::Stage::Ringing);
    first.reply(&here, "200 OK", &first.sdp("sendrecv")).await;
    call.answered().await.unwrap();
    let cancelled = second.expect("CANCEL").await;
    second.reply(&cancelled, "200 OK", "").await;
    second.reply(&there, "487 Request Terminated", "").await;
    call.hang_up().await;
}

#[tokio::test]
async fn a_device_can_be_asked_whether_it_lives() {
    let cloud = office().await;
    assert_eq!(cloud.sip().asks("e0").await, Err(CallFailed::NotRegistered));
    let phone = registered(&cloud, "e0").await;
    let sip = cloud.sip().clone();
    let asked = tokio::spawn(async move { sip.asks("e0").await });
    let ping = phone.expect("OPTIONS").await;
    phone.reply(&ping, "200 OK", "").await;
    assert_eq!(asked.await.unwrap(), Ok(Some(200)));
}

#[tokio::test]
async fn the_whole_side_can_be_silent_refuse_or_put_off() {
    let cloud = office().await;
    let mut phone = registered(&cloud, "e0").await;
    for (mood, status) in [("refuses", 403), ("unavailable", 503), ("well", 200)] {
        cloud.patch("quirks", json!({"sip": mood})).unwrap();
        assert_eq!(phone.register().await.status(), Some(status), "{mood}");
    }
    cloud.patch("quirks", json!({"sip": "silent"})).unwrap();
    let text = phone.request("OPTIONS", "sip:sipgate.de", "", "");
    phone.send(&text).await;
    assert!(phone.hears_nothing().await);
}
