//! What somebody on the network may try, and what comes of it: nothing.

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
