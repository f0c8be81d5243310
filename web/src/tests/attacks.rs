//! What somebody on the network may try, and what comes of it: nothing.

use axum::http::Method;

use super::*;

#[tokio::test]
async fn a_session_that_somebody_else_planted_is_not_taken_over() {
    let (house, _) = House::set_up().await;
    let planted = format!("__Host-sid={}", "ab".repeat(32));
    let signing_in = form(&[("account", "admin"), ("password", PASSWORD)]);
    let entered = house.post("/login", &planted, &signing_in).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER);
    assert_ne!(entered.cookie(), planted);
    assert_eq!(house.get("/", &planted).await.header("location"), "/login");
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let (house, cookie) = House::set_up().await;
    let evil = "https://evil.example/";
    for path in [
        "/login?next=https://evil.example/",
        "/?back=//evil.example",
        "//evil.example/",
        "/logout?to=//evil.example",
    ] {
        let answer = house.get(path, "").await;
        assert!(!answer.header("location").contains("evil"), "{path}: {}", answer.header("location"));
    }
    for back in [evil, "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let change =
            form(&[("act", "user_busy_on_busy"), ("user", "w0"), ("enabled", "yes"), ("back", back)]);
        let answer = house.post("/changes", &cookie, &change).await;
        assert!(!answer.header("location").contains("evil"), "{back}");
    }
}

#[tokio::test]
async fn no_path_leads_out_of_the_page() {
    let (house, cookie) = House::set_up().await;
    for path in [
        "/assets/../Cargo.toml",
        "/assets/..%2f..%2fetc%2fpasswd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/users/..%2f..%2fsecurity",
        "/api/v1/contacts/..%2f..%2fetc%2fpasswd",
        "/api/v1/mirror/objects/%2e%2e",
    ] {
        let answer = house.get(path, &cookie).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        assert!(!answer.body.contains("root:") && !answer.body.contains("[package]"), "{path}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_read() {
    let (house, cookie) = House::set_up().await;
    for path in ["/login", "/access/password", "/security/accounts", "/changes"] {
        let answer = house.post(path, &cookie, &format!("account={}", "a".repeat(17 << 10))).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
}

#[tokio::test]
async fn what_is_asked_adds_no_line_to_the_head_of_the_answer() {
    let (house, cookie) = House::set_up().await;
    for path in
        ["/?lang=en%0d%0aset-cookie:%20a=b", "/search?q=%0d%0aset-cookie:%20a=b", "/%0d%0aset-cookie:a=b"]
    {
        let answer = house.get(path, &cookie).await;
        assert!(
            !answer.headers.get_all("set-cookie").iter().any(|it| it.as_bytes().starts_with(b"a=b")),
            "{path}"
        );
    }
    let back =
        form(&[("act", "user_role"), ("user", "w0"), ("admin", "no"), ("back", "/users\r\nset-cookie: a=b")]);
    assert!(house.post("/changes", &cookie, &back).await.headers.get("set-cookie").is_none());
}

#[tokio::test]
async fn no_page_can_be_framed_by_another_and_none_is_kept() {
    let (house, cookie) = House::set_up().await;
    for path in ["/login", "/", "/access", "/security/accounts", "/changes", "/nowhere", "/api/v1/status"] {
        let answer = house.get(path, &cookie).await;
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn another_site_changes_nothing_through_any_route() {
    let (house, cookie) = House::set_up().await;
    for right in rights::rights().iter().filter(|right| right.method != Method::GET) {
        for site in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
        ] {
            let (builder, body) = rights::about(right);
            let answer = house.ask(builder.header(site.0, site.1).header("cookie", &cookie), body).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {} {site:?}", right.method, right.path);
        }
    }
    assert_eq!(house.get("/", &cookie).await.status, StatusCode::OK, "not even signed out");
}

/// What a scanner would hold against an answer without touching anything (the passive rules of OWASP ZAP).
fn gives_away(answer: &Answer) -> Vec<&'static str> {
    let kind = answer.header("content-type");
    let page = if kind.starts_with("text/html") { answer.body.as_str() } else { "" };
    let policy = answer.header("content-security-policy");
    let cookies = answer.headers.get_all("set-cookie").iter().map(|it| it.to_str().unwrap_or_default());
    let bare = cookies
        .filter(|it| !it.contains("; Secure") || !it.contains("; HttpOnly") || !it.contains("SameSite="));
    let links = page.split("<a ").skip(1).filter_map(|it| it.split('>').next());
    let opens = links.filter(|it| it.contains("target=") && !it.contains("noopener"));
    let tags = |tag: &str| {
        page.split(tag).skip(1).filter_map(|it| it.split('>').next().map(str::to_owned)).collect::<Vec<_>>()
    };
    let found = [
        ("no policy", !policy.contains("default-src 'none'") || policy.contains("unsafe")),
        ("it may be guessed what it is", answer.header("x-content-type-options") != "nosniff"),
        ("the address goes elsewhere", answer.header("referrer-policy") != "no-referrer"),
        ("it may be framed", !policy.contains("frame-ancestors 'none'")),
        (
            "its maker's version",
            !answer.header("server").is_empty() || !answer.header("x-powered-by").is_empty(),
        ),
        ("others may read it", answer.headers.contains_key("access-control-allow-origin")),
        ("it is kept", answer.header("cache-control") != "no-store"),
        ("its letters may be misread", kind.starts_with("text/") && !kind.contains("utf-8")),
        ("a cookie within reach", bare.count() > 0),
        ("a page that steers this one", opens.count() > 0),
        ("a script inside", tags("<script").iter().any(|it| !it.contains("src=\"/assets/"))),
        ("style inside", page.contains("<style") || page.contains(" style=\"")),
        (
            "something from elsewhere",
            tags("<link").iter().chain(&tags("<img")).any(|it| it.contains("=\"http")),
        ),
        ("a form to elsewhere", tags("<form").iter().any(|it| it.contains("action=\"http"))),
        (
            "where it was made",
            ["/home/", "/root/", ".cargo/registry", "panicked at"].iter().any(|it| page.contains(it)),
        ),
    ];
    found.into_iter().filter(|(_, bad)| *bad).map(|(what, _)| what).collect()
}

#[tokio::test]
async fn no_answer_of_any_route_gives_anything_away() {
    let (house, cookie) = House::set_up().await;
    house.change(|view| view.account = Arc::new(screens::nasty_account()));
    let asked = ["/login", "/setup", "/root", "/healthz", "/metrics", "/nowhere", "/api/v1/nowhere"];
    let asked = asked.iter().map(|path| request("GET", path));
    let behind = rights::rights();
    let behind =
        behind.iter().filter(|right| right.method == Method::GET && !crate::live::is_stream(right.path));
    for builder in asked.chain(behind.map(|right| rights::about(right).0)) {
        let address = builder.uri_ref().unwrap().clone();
        let answer = house.ask(builder.header("cookie", &cookie), "").await;
        let found = gives_away(&answer);
        assert!(found.is_empty(), "{address}: {found:?}\n{:?}\n{}", answer.headers, answer.body);
        assert!(answer.status != StatusCode::INTERNAL_SERVER_ERROR, "{address}");
    }
}
