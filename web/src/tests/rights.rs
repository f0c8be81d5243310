//! Who may do what: every route with every role, every scope of a token; accounts, sessions and the audit log.

use axum::http::Method;

use super::*;
use crate::Scope;
use crate::charter::{May, Right};

/// Every route behind the door.
pub(super) fn rights() -> Vec<Right> {
    let (_, rights) = crate::routes::doors().merge(crate::routes::orders()).open();
    rights.to_vec()
}

/// A request for it, from a browser on the page, and its body.
fn asking(right: &Right) -> (Builder, &'static str) {
    let (builder, body) = about(right);
    (builder.header("sec-fetch-site", "same-origin"), body)
}

/// A request for it, from wherever.
pub(super) fn about(right: &Right) -> (Builder, &'static str) {
    let path = right.path.replace("{name}", "nobody").replace("{id}", "7").replace("{choice}", "mine");
    let path = path.replace("{step}", "network");
    let path = path
        .replace("{kind}", "users")
        .replace("{device}", "e0")
        .replace("{form}", "contacts.vcf")
        .replace("{began}", "7")
        .replace("{call}", "7");
    assert!(!path.contains('{'), "fill {path} in");
    let builder = request(right.method.as_str(), &path);
    // A body that no handler takes: this test is about the door in front of it.
    if right.method == Method::GET { (builder, "") } else { (builder, "?") }
}

/// Kept out by the law, not by what was sent.
async fn kept_out(house: &House, builder: Builder, body: &str) -> bool {
    let answer = house.send(builder, body).await;
    if answer.status() != StatusCode::FORBIDDEN {
        return false;
    }
    let body = read(answer).await.body;
    body.contains("darf das nicht") || body.contains("may not do that")
}

#[tokio::test]
async fn every_route_lets_in_the_roles_it_names_and_nobody_else() {
    let house = House::new().await;
    for role in Role::ALL {
        let cookie = house.enter_as(role).await;
        for right in rights().iter().filter(|right| right.path != "/logout") {
            let (builder, body) = asking(right);
            let out = kept_out(&house, builder.header("cookie", &cookie), body).await;
            assert_eq!(out, !right.may.role(role), "{role:?} {} {}", right.method, right.path);
        }
    }
    for right in rights() {
        let (builder, body) = asking(&right);
        let answer = house.ask(builder, body).await;
        let away = [StatusCode::UNAUTHORIZED, StatusCode::SEE_OTHER].contains(&answer.status);
        assert!(away, "nobody {} {}: {}", right.method, right.path, answer.status);
    }
}

#[test]
fn the_law_says_what_people_expect() {
    let may = |role, method: Method, path: &str| {
        let all = rights();
        let right = all.iter().find(|right| right.method == method && right.path == path);
        right.unwrap_or_else(|| panic!("{method} {path}")).may.role(role)
    };
    for right in rights().iter().filter(|right| right.method != Method::GET) {
        assert!(right.deed.iter().all(|words| !words.is_empty()), "{} says nothing", right.path);
        // Everybody may mind their own way in.
        let own =
            ["/access", "/logout", "/me", "/api/v1/me/"].iter().any(|begins| right.path.starts_with(begins));
        assert_eq!(right.may.role(Role::Auditor), own, "an auditor changes nothing: {}", right.path);
    }
    for (path, operator, auditor, user) in [
        ("/calls", true, true, false),
        ("/calls/{id}", true, true, false),
        ("/me/calls/{id}", true, true, true),
        ("/users", true, true, false),
        ("/contacts", true, true, true),
        ("/security/audit", true, true, false),
        ("/security/accounts", false, false, false),
        ("/security/tokens", false, false, false),
        ("/access", true, true, true),
        ("/api/v1/calls", true, true, false),
        ("/diagnostics", true, true, false),
        ("/diagnostics/calls/{call}", true, true, false),
        ("/diagnostics/checks", false, false, false),
        ("/diagnostics/capture", false, false, false),
        ("/diagnostics/log", false, false, false),
        ("/diagnostics/support.zip", false, false, false),
        ("/events", true, true, false),
        ("/me/messages", true, true, true),
        ("/me/events", true, true, true),
        ("/api/v1/me/messages/{id}/sound", true, true, true),
        ("/voicemail", true, true, false),
    ] {
        for (role, expected) in [(Role::Operator, operator), (Role::Auditor, auditor), (Role::User, user)] {
            assert_eq!(may(role, Method::GET, path), expected, "{role:?} {path}");
        }
        assert!(may(Role::Owner, Method::GET, path) && may(Role::Admin, Method::GET, path), "{path}");
    }
    assert!(!may(Role::Installer, Method::POST, "/security/accounts"));
    for (method, path) in [
        (Method::POST, "/network"),
        (Method::POST, "/network/try"),
        (Method::POST, "/network/confirm"),
        (Method::PUT, "/api/v1/network"),
        (Method::POST, "/api/v1/network/confirm"),
    ] {
        assert!(!may(Role::Installer, method.clone(), path) && may(Role::Admin, method, path), "{path}");
    }
    assert!(may(Role::Installer, Method::POST, "/api/v1/mirror/journal"));
    assert!(!may(Role::Operator, Method::POST, "/voicemail/greetings"));
    assert_eq!(May::Mind.scope(), Some(Scope::Calls), "who reads the state of the house hears no messages");
    assert!(!May::Rule.role(Role::Installer) && May::Rule.scope().is_none());
}

#[tokio::test]
async fn a_program_gets_what_its_token_names_and_never_more_than_its_maker() {
    let (house, cookie) = House::set_up().await;
    let made =
        house.post("/security/tokens", &cookie, &form(&[("name", "Wandtafel"), ("read", "yes")])).await;
    let token = made.body.split("told\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(token.len(), 10 + 64);
    let bearer = |path: &str, method: &str| {
        request(method, path).header("authorization", format!("Bearer {token}")).header("cookie", &cookie)
    };
    assert_eq!(house.ask(bearer("/api/v1/status", "GET"), "").await.status, StatusCode::OK);
    assert!(kept_out(&house, bearer("/api/v1/mirror/journal", "POST"), "{}").await);
    // A token opens the API, not the page, and a cookie beside it does not help.
    assert_eq!(house.ask(bearer("/security/tokens", "GET"), "").await.header("location"), "/login");
    let wrong = request("GET", "/api/v1/status")
        .header("authorization", "Bearer gatehouse_0")
        .header("cookie", &cookie);
    assert_eq!(house.ask(wrong, "").await.status, StatusCode::UNAUTHORIZED);
    assert!(
        !format!("{:?}", house.vault).contains(token.trim_start_matches("gatehouse_")),
        "only its digest is kept"
    );

    let list = house.get("/security/tokens", &cookie).await.body;
    assert!(list.contains("Wandtafel") && !list.contains(&token));
    let id = list.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    house.post("/security/tokens/gone", &cookie, &form(&[("id", id)])).await;
    assert_eq!(house.ask(bearer("/api/v1/status", "GET"), "").await.status, StatusCode::UNAUTHORIZED);

    let scope = |may: May| may.scope();
    assert_eq!([May::See, May::Phone, May::Call, May::Set].map(scope), Scope::ALL.map(Some));
}

#[tokio::test]
async fn an_account_is_made_used_changed_and_removed() {
    let (house, cookie) = House::set_up().await;
    let wanted = |role: &str, until: &str, password: &str| {
        form(&[
            ("name", "bert"),
            ("role", role),
            ("user", ""),
            ("until", until),
            ("password", password),
            ("repeat", password),
        ])
    };
    let path = "/security/accounts";
    for (sent, status) in [
        (wanted("installer", "", PASSWORD), 422),
        (wanted("installer", "2027-01-14", PASSWORD), 422),
        (wanted("operator", "", ""), 422),
        (wanted("operator", "", "kurz"), 422),
        (wanted("operator", "never", PASSWORD), 422),
        (wanted("king", "", PASSWORD), 422),
        (wanted("installer", "2027-01-15", PASSWORD), 303),
        (wanted("operator", "", PASSWORD), 409),
    ] {
        assert_eq!(house.post(path, &cookie, &sent).await.status.as_u16(), status, "{sent}");
    }
    let sign_in =
        async || house.post("/login", "", &form(&[("account", " Bert "), ("password", PASSWORD)])).await;
    let bert = sign_in().await.cookie();
    assert_eq!(house.get("/calls", &bert).await.status, StatusCode::OK);
    assert_eq!(house.get(path, &bert).await.status, StatusCode::FORBIDDEN);
    house.clock.pass(Duration::from_secs(16 * 3600));
    assert_eq!(house.get("/calls", &bert).await.header("location"), "/login", "the day is over");
    assert!(sign_in().await.body.contains("abgelaufen"));

    let cookie = house.sign_in(PASSWORD).await.cookie();
    let one = "/security/accounts/bert";
    assert_eq!(house.post(one, &cookie, &wanted("auditor", "", "")).await.status, StatusCode::SEE_OTHER);
    let bert = sign_in().await.cookie();
    assert_eq!(house.get("/calls", &bert).await.status, StatusCode::OK);
    let gone = format!("{one}/gone");
    assert_eq!(house.post(&gone, &cookie, &form(&[("confirm", "bart")])).await.status.as_u16(), 422);
    assert_eq!(house.post(&gone, &cookie, &form(&[("confirm", "bert")])).await.status, StatusCode::SEE_OTHER);
    assert_eq!(house.get("/calls", &bert).await.header("location"), "/login");
    assert_eq!(sign_in().await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_owner_stays_and_an_admin_makes_none() {
    let (house, owner) = House::set_up().await;
    let role =
        |role: &str| form(&[("role", role), ("user", ""), ("until", ""), ("password", ""), ("repeat", "")]);
    assert_eq!(house.post("/security/accounts/admin", &owner, &role("user")).await.status.as_u16(), 409);
    let admin = house.enter_as(Role::Admin).await;
    house.enter_as(Role::Auditor).await;
    assert_eq!(house.post("/security/accounts/auditor", &admin, &role("owner")).await.status.as_u16(), 403);
    assert_eq!(house.post("/security/accounts/admin", &admin, &role("user")).await.status.as_u16(), 409);
    let gone = form(&[("confirm", "admin")]);
    let removed = house.post("/security/accounts/admin/gone", &admin, &gone).await;
    assert!(removed.status.is_client_error(), "{}", removed.status);
    assert_eq!(
        house.post("/security/accounts/auditor", &admin, &role("operator")).await.status.as_u16(),
        303
    );
}

#[tokio::test]
async fn a_browser_is_signed_out_from_another_and_a_new_password_signs_all_others_out() {
    let (house, here) = House::set_up().await;
    let there = house.sign_in(PASSWORD).await.cookie();
    let page = house.get("/access", &here).await.body;
    let ids: Vec<&str> =
        page.split("name=\"id\" value=\"").skip(1).map(|it| it.split('"').next().unwrap()).collect();
    assert_eq!(ids.len(), 2, "{page}");
    let other = page.split("dieser hier").nth(1).unwrap();
    let own = other.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let other = ids.iter().find(|id| **id != own).unwrap();
    house.post("/access/sessions/end", &here, &form(&[("id", other)])).await;
    assert_eq!(house.get("/", &there).await.header("location"), "/login");

    let there = house.sign_in(PASSWORD).await.cookie();
    let change = |current: &str, new: &str| form(&[("current", current), ("password", new), ("repeat", new)]);
    let wrong = house.post("/access/password", &here, &change("ein falscher Satz", "ein neuer Satz")).await;
    assert!(wrong.body.contains("bisherige Passwort stimmt nicht"), "{}", wrong.body);
    let done = house.post("/access/password", &here, &change(PASSWORD, "ein neuer Satz")).await;
    assert_eq!(done.header("location"), "/access");
    assert_eq!(house.get("/", &here).await.status, StatusCode::OK);
    assert_eq!(house.get("/", &there).await.header("location"), "/login");
    assert_eq!(house.sign_in("ein neuer Satz").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn everything_that_happens_is_written_down_in_words() {
    let (house, cookie) = House::set_up().await;
    house.sign_in("ein falscher Satz").await;
    house.post("/login", "", &form(&[("account", "<b>mein Passwort</b>"), ("password", "x")])).await;
    house.sign_in(PASSWORD).await;
    house.post("/security/tokens", &cookie, &form(&[("name", "Tafel"), ("read", "yes")])).await;
    let page = house.get("/security/audit", &cookie).await.body;
    for words in [
        "Mit dem Einrichtungscode eingerichtet",
        "Abgewiesen: falsches Passwort oder falscher Code",
        "Schlüssel für ein Programm gemacht",
        "127.0.0.1",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("mein Passwort"), "what was typed may be a secret");
    for _ in 0..5 {
        house.sign_in("ein falscher Satz").await;
    }
    assert!(house.get("/security/audit", &cookie).await.body.contains("muss nun warten"));
    let page = house.get("/security", &cookie).await.body;
    assert!(page.contains("Wartet nach zu vielen falschen Anmeldungen"), "{page}");
}

#[tokio::test]
async fn a_new_browser_is_named_as_new_once() {
    let (house, cookie) = House::set_up().await;
    let sign_in = |agent: &'static str| {
        let builder = request("POST", "/login")
            .header("sec-fetch-site", "same-origin")
            .header("user-agent", agent)
            .header("content-type", "application/x-www-form-urlencoded");
        house.ask(builder, "account=admin&password=ein+guter+langer+Satz")
    };
    for _ in 0..2 {
        assert_eq!(
            sign_in("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0").await.status,
            StatusCode::SEE_OTHER
        );
    }
    let page = house.get("/security/audit", &cookie).await.body;
    assert_eq!(page.matches("neuer Browser oder neues Netz").count(), 1, "{page}");
    assert_eq!(page.matches("Firefox, Linux").count(), 2, "{page}");
    let sessions = house.get("/security/sessions", &cookie).await.body;
    assert!(sessions.contains("Firefox, Linux"), "{sessions}");
}

#[tokio::test]
async fn the_navigation_shows_what_one_may_see() {
    let house = House::new().await;
    let user = house.get("/access", &house.enter_as(Role::User).await).await.body;
    for path in ["/me", "/contacts", "/help", "/access"] {
        assert!(user.contains(&format!("<a href=\"{path}\"")), "{path}");
    }
    for path in ["/calls", "/users", "/security", "/billing"] {
        assert!(!user.contains(&format!("<a href=\"{path}\"")), "{path}");
    }
    assert!(!user.contains("id=\"find\"") && !user.contains("id=\"lost\""));
    assert_eq!(house.get("/", &house.enter_as(Role::User).await).await.header("location"), "/me");
}
