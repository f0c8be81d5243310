//! Setting up, signing in, staying signed in, and being kept out.

use super::*;

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_new_box_leads_everybody_to_set_up_and_only_once() {
    let house = House::new().await;
    for path in ["/", "/anything", "/login"] {
        let answer = house.get(path, "").await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/setup"), "{path}");
    }
    let page = house.get("/setup", "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Einrichtungscode") && !page.body.contains(&house.code));

    let done = house.post("/setup", "", &setup_form(&house.code.to_lowercase(), PASSWORD, PASSWORD)).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(house.get("/", &done.cookie()).await.status, StatusCode::OK);

    let again =
        house.post("/setup", "", &setup_form(&house.code, "ein anderer Satz", "ein anderer Satz")).await;
    assert_eq!((again.status, again.header("location")), (StatusCode::SEE_OTHER, "/login"));
    assert_eq!(house.get("/setup", "").await.header("location"), "/login");
    assert_eq!(house.sign_in("ein anderer Satz").await.status, StatusCode::FORBIDDEN);
    assert!(crate::offer_setup(&*house.vault).await.unwrap().is_none());
}

#[tokio::test]
async fn each_refusal_of_set_up_says_what_to_do() {
    let house = House::new().await;
    for (code, password, repeat, status, reason) in [
        ("AAAA-AAAA-AAAA", PASSWORD, PASSWORD, 403, "Dieser Code stimmt nicht"),
        (&house.code, "winzig", "winzig", 422, "zu kurz"),
        (&house.code, "aaaaaaaaaaaa", "aaaaaaaaaaaa", 422, "zu leicht"),
        (&house.code, PASSWORD, "etwas ganz anderes", 422, "nicht gleich"),
    ] {
        let answer = house.post("/setup", "", &setup_form(code, password, repeat)).await;
        assert_eq!(answer.status.as_u16(), status, "{reason}");
        assert!(answer.body.contains(reason), "{reason}");
        assert_eq!(answer.header("set-cookie"), "");
        assert!(!answer.body.contains(password), "the form gives nothing back");
    }
}

#[tokio::test]
async fn of_two_browsers_with_the_same_code_one_wins() {
    let house = House::new().await;
    let forms = [PASSWORD, "ein anderer Satz"].map(|password| setup_form(&house.code, password, password));
    let (first, second) =
        tokio::join!(house.post("/setup", "", &forms[0]), house.post("/setup", "", &forms[1]));
    let entered = [&first, &second].iter().filter(|answer| answer.header("location") == "/").count();
    assert_eq!(entered, 1);
}

#[tokio::test]
async fn the_cookie_is_kept_from_scripts_other_sites_and_plain_http() {
    let (house, _) = House::set_up().await;
    let answer = house.sign_in(PASSWORD).await;
    let (value, rest) = answer.header("set-cookie").split_once(';').unwrap();
    assert_eq!(value.strip_prefix("__Host-sid=").unwrap().len(), 64);
    assert_eq!(rest, " Path=/; Secure; HttpOnly; SameSite=Strict");
    assert_ne!(answer.cookie(), house.sign_in(PASSWORD).await.cookie());
}

#[tokio::test]
async fn wrong_account_and_wrong_password_look_the_same() {
    let (house, _) = House::set_up().await;
    let wrong = |account, password| form(&[("account", account), ("password", password)]);
    let password = house.post("/login", "", &wrong("admin", "ein falscher Satz")).await;
    let account = house.post("/login", "", &wrong("root", PASSWORD)).await;
    assert_eq!(password.status, StatusCode::FORBIDDEN);
    assert_eq!((password.status, &password.body), (account.status, &account.body));
    assert!(password.body.contains("Konto, Passwort oder Code stimmt nicht."));
}

#[tokio::test]
async fn guessing_locks_says_for_how_long_and_ends_by_itself() {
    let (house, _) = House::set_up().await;
    for _ in 0..5 {
        assert_eq!(house.sign_in("geraten geraten").await.status, StatusCode::FORBIDDEN);
    }
    let locked = house.sign_in(PASSWORD).await;
    assert_eq!((locked.status, locked.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "5"));
    assert!(
        locked.body.contains("Zu viele falsche Versuche. In 5 Sekunden geht es weiter."),
        "{}",
        locked.body
    );
    house.clock.pass(Duration::from_secs(5));
    assert_eq!(house.sign_in(PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_ends_half_an_hour_after_the_last_click() {
    let (house, cookie) = House::set_up().await;
    for _ in 0..3 {
        house.clock.pass(29 * MINUTE);
        assert_eq!(house.get("/", &cookie).await.status, StatusCode::OK);
    }
    house.clock.pass(30 * MINUTE);
    assert_eq!(house.get("/", &cookie).await.header("location"), "/login");
    for stream in ["/events", "/me/events"] {
        assert_eq!(house.get(stream, &cookie).await.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn watching_a_page_does_not_keep_the_session_alive() {
    let (house, cookie) = House::set_up().await;
    for stream in ["/events", "/me/events"] {
        house.clock.pass(14 * MINUTE);
        let watching = house.send(request("GET", stream).header("cookie", &cookie), "").await;
        assert_eq!(watching.status(), StatusCode::OK);
    }
    house.clock.pass(2 * MINUTE);
    assert_eq!(house.get("/", &cookie).await.header("location"), "/login");
}

#[tokio::test]
async fn a_session_lasts_twelve_hours_at_most() {
    let (house, cookie) = House::set_up().await;
    for _ in 0..47 {
        house.clock.pass(15 * MINUTE);
        assert_eq!(house.get("/", &cookie).await.status, StatusCode::OK);
    }
    house.clock.pass(12 * HOUR - 47 * 15 * MINUTE);
    assert_eq!(house.get("/", &cookie).await.header("location"), "/login");
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_box_too() {
    let (house, cookie) = House::set_up().await;
    let answer = house.post("/logout", &cookie, "").await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/login"));
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(house.get("/", &cookie).await.header("location"), "/login");
}

#[tokio::test]
async fn signing_in_again_replaces_the_old_session() {
    let (house, old) = House::set_up().await;
    let again = house.post("/login", &old, &form(&[("account", "admin"), ("password", PASSWORD)])).await;
    assert_eq!(house.get("/", &old).await.header("location"), "/login");
    assert_eq!(house.get("/", &again.cookie()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_reset_on_the_console_shuts_everybody_out_at_once() {
    let (house, cookie) = House::set_up().await;
    let code = house.reset_admin().await;
    assert_eq!(house.get("/", &cookie).await.header("location"), "/setup");
    assert_eq!(house.sign_in(PASSWORD).await.status, StatusCode::FORBIDDEN);
    let fresh = house.post("/setup", "", &setup_form(&code, "ein neuer Satz", "ein neuer Satz")).await;
    assert_eq!(house.get("/", &fresh.cookie()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_session_opens_nothing() {
    let (house, cookie) = House::set_up().await;
    let other = format!("__Host-sid={}", "0".repeat(64));
    let upper = cookie.to_uppercase();
    for cookie in ["", "__Host-sid=", "__Host-sid=zz", "sid=1", &other, &upper, "__Host-sid=äöü"] {
        assert_eq!(house.get("/", cookie).await.header("location"), "/login", "{cookie}");
        assert_eq!(house.get("/api/v1/status", cookie).await.status, StatusCode::UNAUTHORIZED, "{cookie}");
    }
}

#[tokio::test]
async fn nothing_but_a_click_on_this_page_changes_anything() {
    let (house, cookie) = House::set_up().await;
    let asking = |headers: &[(&str, &str)]| {
        let mut builder = request("POST", "/logout").header("cookie", &cookie);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        builder
    };
    for refused in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "cross-site"), ("origin", "https://localhost")],
        &[("origin", "https://evil.example")],
        &[("origin", "http://localhost")],
        &[("origin", "null")],
    ] {
        let answer = house.ask(asking(refused), "").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{refused:?}");
        assert!(answer.body.contains("kam nicht von dieser Seite"));
    }
    assert_eq!(house.get("/", &cookie).await.status, StatusCode::OK);
    assert_eq!(house.ask(asking(&[("origin", "https://localhost")]), "").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn no_answer_and_no_record_holds_a_secret() {
    let (house, cookie) = House::set_up().await;
    let token = cookie.strip_prefix("__Host-sid=").unwrap();
    for path in
        ["/", "/login", "/root", "/api/v1/status", "/api/v1/phones", "/metrics", "/healthz", "/nowhere"]
    {
        let answer = house.get(path, &cookie).await;
        let whole = format!("{:?}{}", answer.headers, answer.body);
        for secret in [token, PASSWORD, &house.code, "$argon2", "PRIVATE KEY"] {
            assert!(!whole.contains(secret), "{path} tells {secret}");
        }
    }
    let kept = format!("{:?}", house.vault);
    assert!(!kept.contains(token) && !kept.contains("$argon2"), "{kept}");
    let hash = house.vault.account("admin").await.unwrap().unwrap().password.unwrap();
    assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
}
