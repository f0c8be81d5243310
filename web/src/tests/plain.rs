//! The plain listener: the certificate, the way to HTTPS, nothing else.

use super::*;

#[tokio::test]
async fn everybody_is_sent_to_https_under_a_name_of_ours() {
    let house = House::new().await;
    let port = house.serving.https.port();
    for (host, path, location) in [
        ("gatehouse.local", "/", format!("https://gatehouse.local:{port}/")),
        ("GATEHOUSE:8080", "/login?x=1", format!("https://gatehouse:{port}/login?x=1")),
        ("192.168.7.2:8080", "/api/v1/status", format!("https://192.168.7.2:{port}/api/v1/status")),
        ("[::1]:8080", "/", format!("https://[::1]:{port}/")),
        ("evil.example", "/", format!("https://gatehouse:{port}/")),
        ("evil.example@x", "//evil.example/", format!("https://gatehouse:{port}//evil.example/")),
    ] {
        let answer = house.ask_plain(Request::get(path).header("host", host)).await;
        assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT, "{host}");
        assert_eq!(answer.header("location"), location);
        assert_eq!((answer.header("set-cookie"), answer.body.as_str()), ("", ""));
    }
}

#[tokio::test]
async fn the_root_is_served_and_is_the_one_on_the_console() {
    use sha2::{Digest as _, Sha256};
    let house = House::new().await;
    let pem = house.ask_plain(request("GET", "/root.crt")).await;
    assert!(pem.body.starts_with("-----BEGIN CERTIFICATE-----"));
    assert_eq!(pem.header("content-type"), "application/x-x509-ca-cert");
    let fingerprint = house.serving.fingerprint.to_string();
    assert_eq!(fingerprint.len(), 95);
    assert_eq!(house.serving.fingerprint.0, <[u8; 32]>::from(Sha256::digest(house.root_der())));
    let page = house.ask_plain(request("GET", "/root")).await;
    for line in fingerprint.as_bytes().chunks(24) {
        assert!(
            page.body.contains(std::str::from_utf8(line).unwrap().trim_end_matches(':')),
            "{}",
            page.body
        );
    }
    assert_eq!(house.ask_plain(request("GET", "/assets/style.css")).await.status, StatusCode::OK);
    assert_eq!(house.ask_plain(request("GET", "/root.der")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn nothing_else_happens_over_plain_http() {
    let (house, cookie) = House::set_up().await;
    for path in ["/", "/login", "/setup", "/events", "/metrics", "/healthz", "/api/v1/phones", "/root.key"] {
        let answer = house.ask_plain(request("GET", path).header("cookie", &cookie)).await;
        assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT, "{path}");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let answer = house.ask_plain(request(method, "/login")).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
}
