//! Setting a new box up: what each step says, what is kept, and where people are led.

use super::*;
use crate::view::account::Account as Mirrored;

/// A box that knows no account, and its owner.
async fn empty_handed() -> (House, String) {
    let house = House::new().await;
    house.change(|view| {
        *view = View::starting("1.2.3", view.started);
        view.mirror = Mirror::never("api.example.test");
    });
    let entered = house.post("/setup", "", &setup_form(&house.code, PASSWORD, PASSWORD)).await;
    assert_eq!(entered.header("location"), "/start", "{}", entered.body);
    let cookie = entered.cookie();
    (house, cookie)
}

#[tokio::test]
async fn a_new_box_leads_through_its_steps_and_keeps_what_was_said() {
    let (house, cookie) = empty_handed().await;
    let all = house.get("/start", &cookie).await.body;
    assert_eq!(all.matches("href=\"/start/").count(), 8 + 1, "eight steps and the way on: {all}");
    assert!(all.contains("Weiter: Netz, Uhr, Zertifikat"), "the password is set: {all}");
    let step = async |path: &str| house.post(path, &cookie, "").await.header("location").to_owned();
    assert_eq!(step("/start/network/confirm").await, "/start/account");
    assert_eq!(step("/start/account/skip").await, "/start/place");
    let all = house.get("/start", &cookie).await.body;
    assert!(all.contains("verschoben") && all.contains("Weiter: Standort für Notrufe"), "{all}");
    // Nobody says of a telephone that it is there: the house sees for itself.
    assert_eq!(house.post("/start/phones/confirm", &cookie, "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.get("/start/nowhere", &cookie).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_step_is_done_when_the_house_shows_it() {
    let (house, cookie) = empty_handed().await;
    let account = house.get("/start/account", &cookie).await.body;
    assert!(account.contains("Noch offen") && account.contains("name=\"token\""), "{account}");
    house.change(|view| {
        *view = super::view(view.started + Duration::from_secs(600));
        view.account = Arc::new(Mirrored { company: "Beispiel GmbH".to_owned(), ..Mirrored::default() });
    });
    let account = house.get("/start/account", &cookie).await.body;
    assert!(account.contains("Beispiel GmbH: 2 Benutzer, 2 Geräte, 3 Rufnummern."), "{account}");
    assert!(!account.contains("name=\"token\""), "it is linked");
    let phones = house.get("/start/phones", &cookie).await.body;
    assert!(phones.contains("1 von 2 Telefonen sind angemeldet."), "{phones}");
    assert!(phones.contains("Noch offen"), "one alone cannot call anybody: {phones}");
    assert!(house.get("/start/fax", &cookie).await.body.contains("hat keinen Faxanschluss"));
    let calls = house.get("/start/calls", &cookie).await.body;
    assert!(calls.contains("Gerade sprechen 11 und +492111234567 miteinander."), "{calls}");
}

#[tokio::test]
async fn a_token_that_is_refused_says_why_and_is_not_shown_again() {
    let (house, cookie) = empty_handed().await;
    let token = "streng-geheim-4711";
    let sent = house.post("/start/link-account", &cookie, &form(&[("id", "t-1"), ("token", token)])).await;
    assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(sent.body.contains("nothing is mirrored"), "{}", sent.body);
    assert!(!sent.body.contains(token));
    assert_eq!(format!("{:?}", crate::CloudToken::new(token.to_owned())), "CloudToken(..)");
}

#[tokio::test]
async fn the_overview_reminds_until_the_box_is_handed_over_with_a_sheet() {
    let (house, cookie) = House::set_up().await;
    let page = house.get("/", &cookie).await.body;
    assert!(page.contains("Schritten der Einrichtung sind offen."), "{page}");
    assert!(page.contains("href=\"/start/network\""), "{page}");
    house.post("/start/fax/skip", &cookie, "").await;
    assert_eq!(house.post("/start/hand-over", &cookie, "").await.header("location"), "/start/sheet");
    assert!(!house.get("/", &cookie).await.body.contains("der Einrichtung sind offen"));
    let sheet = house.get("/start/sheet", &cookie).await.body;
    let names = ["https://gatehouse", "SHA-256", "gatehouse reset-admin", "admin (", "Tischtelefon"];
    for words in names {
        assert!(sheet.contains(words), "{words}: {sheet}");
    }
    assert!(!sheet.contains(PASSWORD) && !sheet.contains("$argon2"));
    let operator = house.enter_as(Role::Operator).await;
    assert!(!house.get("/", &operator).await.body.contains("/start"), "setting up is not theirs");
}
