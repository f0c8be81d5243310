//! The second factor: switching it on, signing in with it, losing the telephone.

use totp_rs::{Builder, Secret};

use super::*;

/// The admin's telephone, in the house's time.
struct App(totp_rs::Totp);

impl App {
    fn shows(&self, house: &House) -> String {
        let now = house.clock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        self.0.generate(now).to_string()
    }
}

async fn sign_in(house: &House, code: &str) -> Answer {
    house.post("/login", "", &form(&[("account", "admin"), ("password", PASSWORD), ("code", code)])).await
}

/// Switches it on; returns the telephone and the codes on paper.
async fn switched_on(house: &House, cookie: &str) -> (App, Vec<String>) {
    let page = house.get("/access/second-factor", cookie).await.body;
    let secret = page.split(r#"class="code secret">"#).nth(1).unwrap().split('<').next().unwrap();
    let secret = Secret::try_from_base32(secret).unwrap();
    let app = App(Builder::new().with_secret(secret).build().unwrap());
    assert!(page.contains("<svg class=\"qr\""), "{page}");
    let done = house.post("/access/second-factor", cookie, &form(&[("code", &app.shows(house))])).await;
    let codes = done.body.split(r#"<li class="code">"#).skip(1);
    let codes: Vec<String> = codes.map(|code| code.split('<').next().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 10, "{}", done.body);
    (app, codes)
}

#[tokio::test]
async fn once_on_the_password_alone_opens_nothing() {
    let (house, cookie) = House::set_up().await;
    assert!(!house.get("/login", "").await.body.contains(r#"name="code""#));
    let (app, _) = switched_on(&house, &cookie).await;
    house.clock.pass(Duration::from_secs(60));
    assert!(house.get("/login", "").await.body.contains(r#"name="code""#));
    let digits = app.shows(&house);
    for code in ["", "000000", digits.get(..5).unwrap()] {
        let refused = sign_in(&house, code).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{code}");
        assert!(refused.body.contains("Konto, Passwort oder Code stimmt nicht."), "{}", refused.body);
    }
    assert_eq!(sign_in(&house, &digits).await.status, StatusCode::SEE_OTHER);
    assert_eq!(sign_in(&house, &digits).await.status, StatusCode::FORBIDDEN, "no code works twice");
}

#[tokio::test]
async fn a_code_on_paper_replaces_the_telephone_once() {
    let (house, cookie) = House::set_up().await;
    let (_, codes) = switched_on(&house, &cookie).await;
    assert_eq!(sign_in(&house, &codes[3].to_lowercase()).await.status, StatusCode::SEE_OTHER);
    assert_eq!(sign_in(&house, &codes[3]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(sign_in(&house, &codes[4]).await.status, StatusCode::SEE_OTHER);
    let kept = format!("{:?}", house.vault);
    assert!(kept.contains("SecondFactor(..)"), "{kept}");
}

#[tokio::test]
async fn it_is_switched_on_only_by_a_telephone_that_knows_the_secret_and_off_only_with_a_code() {
    let (house, cookie) = House::set_up().await;
    house.get("/access/second-factor", &cookie).await;
    let wrong = house.post("/access/second-factor", &cookie, &form(&[("code", "123456")])).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(wrong.body.contains("Dieser Code stimmt nicht"), "{}", wrong.body);
    let (app, _) = switched_on(&house, &cookie).await;
    let off =
        async |code: &str| house.post("/access/second-factor/off", &cookie, &form(&[("code", code)])).await;
    assert_eq!(off("123456").await.status, StatusCode::FORBIDDEN);
    house.clock.pass(Duration::from_secs(90));
    assert_eq!(off(&app.shows(&house)).await.header("location"), "/access");
    assert_eq!(house.sign_in(PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn digits_are_guessed_no_faster_than_passwords() {
    let (house, cookie) = House::set_up().await;
    switched_on(&house, &cookie).await;
    for guess in 0..5 {
        assert_eq!(sign_in(&house, &format!("{guess:06}")).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(sign_in(&house, "000009").await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn the_console_forgets_the_second_factor_with_the_password() {
    let (house, cookie) = House::set_up().await;
    switched_on(&house, &cookie).await;
    let code = house.reset_admin().await;
    house.post("/setup", "", &setup_form(&code, PASSWORD, PASSWORD)).await;
    assert_eq!(house.sign_in(PASSWORD).await.status, StatusCode::SEE_OTHER);
}
