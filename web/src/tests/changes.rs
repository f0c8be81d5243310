//! Forms that change the cloud: what they ask for, for whom they are there, and when they are greyed out.

use super::*;
use crate::view::account::{self, Device, DeviceKind, Location, User};

fn office(view: &mut View) {
    let user = User {
        id: "w0".to_owned(),
        name: "Anna Berger".to_owned(),
        devices: vec!["e0".to_owned()],
        location: Some("7".to_owned()),
        ..User::default()
    };
    let device = Device {
        id: "e0".to_owned(),
        alias: "Tischtelefon".to_owned(),
        kind: DeviceKind::Phone,
        ..Device::default()
    };
    let place = Location { id: "7".to_owned(), line: "Hofweg 3".to_owned(), state: "SUCCESS".to_owned() };
    let (users, devices, locations) = (vec![user], vec![device], vec![place]);
    view.account = Arc::new(account::Account { users, devices, locations, ..account::Account::default() });
}

#[tokio::test]
async fn forms_stand_where_one_may_change_things_and_are_greyed_out_with_the_reason_while_the_cloud_is_away()
{
    let (house, cookie) = House::set_up().await;
    house.change(office);
    let page = house.get("/users/w0", &cookie).await.body;
    for part in [
        r#"action="/changes""#,
        r#"name="act" value="user_busy_on_busy""#,
        r#"<option value="7" selected>Hofweg 3"#,
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<fieldset disabled"));
    let auditor = house.enter_as(Role::Auditor).await;
    assert!(!house.get("/users/w0", &auditor).await.body.contains(r#"action="/changes""#));
    let operator = house.enter_as(Role::Operator).await;
    assert!(house.get("/phones/e0", &operator).await.body.contains(r#"action="/changes/phone""#));
    let reason = Sentence::new("Kein Weg ins Internet.", "No way to the internet.");
    house.change(|view| view.mirror.state = MirrorState::Failed { reason });
    let page = house.get("/users/w0", &cookie).await.body;
    assert!(
        page.contains("die Cloud ist fort: Kein Weg ins Internet.") && page.contains("<fieldset disabled"),
        "{page}"
    );
}

#[tokio::test]
async fn a_change_that_is_not_taken_says_why() {
    let (house, cookie) = House::set_up().await;
    let busy =
        form(&[("act", "user_busy_on_busy"), ("user", "w0"), ("enabled", "yes"), ("back", "/users/w0")]);
    let refused = house.post("/changes", &cookie, &busy).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(refused.body.contains("Nichts wurde geändert."), "{}", refused.body);
    let foreign = form(&[("act", "device_gone"), ("device", "e0")]);
    assert_eq!(house.post("/changes", &cookie, &foreign).await.status.as_u16(), 422);
}
