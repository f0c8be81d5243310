//! What every answer carries, and what no request may do.

use std::io::Read as _;

use super::*;

const PAGES: &[&str] =
    &["/", "/login", "/setup", "/root", "/nowhere", "/healthz", "/metrics", "/api/v1/status"];

#[tokio::test]
async fn every_answer_carries_the_strict_policy() {
    let (house, cookie) = House::set_up().await;
    for cookie in ["", &cookie] {
        for path in PAGES.iter().chain(&["/assets/style.css", "/assets/nothing", "/events"]) {
            let answer = house.send(request("GET", path).header("cookie", cookie), "").await;
            let header = |name: &str| answer.headers().get(name).unwrap().to_str().unwrap();
            assert_eq!(
                header("content-security-policy"),
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; \
                 form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
                "{path}"
            );
            assert_eq!(header("x-content-type-options"), "nosniff");
            assert_eq!(header("referrer-policy"), "no-referrer");
            assert_eq!(header("cross-origin-opener-policy"), "same-origin");
            assert_eq!(header("cross-origin-resource-policy"), "same-origin");
            assert!(header("permissions-policy").contains("microphone=()"));
            assert!(!header("cache-control").is_empty());
        }
    }
}

#[tokio::test]
async fn pages_are_never_kept_and_files_for_good() {
    let (house, cookie) = House::set_up().await;
    let page = house.get("/", &cookie).await;
    assert_eq!(page.header("cache-control"), "no-store");
    for path in addresses(&page.body).filter(|path| path.starts_with("/assets/")) {
        let file = house.get(path, "").await;
        assert_eq!(file.status, StatusCode::OK);
        assert!(path.contains("?v=") && file.header("cache-control").contains("immutable"), "{path}");
    }
    for secret in ["/assets/live.ts", "/assets/../Cargo.toml", "/assets/%2e%2e%2fCargo.toml", "/assets/"] {
        assert_ne!(house.get(secret, &cookie).await.status, StatusCode::OK, "{secret}");
    }
}

#[tokio::test]
async fn a_page_needs_little() {
    let (house, cookie) = House::set_up().await;
    let mut people = Vec::new();
    for place in 0..100 {
        let name = format!("Person Nummer {place}");
        let state = registered(house.clock.now());
        people.push(phone(&format!("e{place}"), "Tischtelefon", Some(&name), &place.to_string(), state));
    }
    house.change(|view| view.phones = Arc::new(people));
    let page = house.get("/", &cookie).await;
    let files: Vec<_> = addresses(&page.body).filter(|path| path.starts_with("/assets/")).collect();
    // The page, its files, the live stream.
    assert!(files.len() + 2 <= 6, "{files:?}");
    let mut packed = packed_size(&house, "/", &cookie).await;
    for file in files {
        packed += packed_size(&house, file, "").await;
    }
    assert!(packed <= 30 * 1024, "{packed} bytes");
}

/// Asks as browsers do and proves that what comes can be unpacked.
async fn packed_size(house: &House, path: &str, cookie: &str) -> usize {
    let builder =
        request("GET", path).header("cookie", cookie).header("accept-encoding", "gzip, deflate, br");
    let answer = house.send(builder, "").await;
    let is_packed = answer.headers().contains_key("content-encoding");
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    if is_packed {
        let mut plain = String::new();
        flate2::read::GzDecoder::new(&*body).read_to_string(&mut plain).unwrap();
        assert!(plain.len() > body.len());
    }
    body.len()
}

fn addresses(page: &str) -> impl Iterator<Item = &str> {
    page.split([' ', '>'])
        .filter_map(|word| word.strip_prefix("href=\"").or_else(|| word.strip_prefix("src=\"")))
        .filter_map(|word| word.split('"').next())
}

#[tokio::test]
async fn bodies_and_heads_are_bounded() {
    let (house, _) = House::set_up().await;
    let large = house.post("/login", "", &format!("account=admin&password={}", "x".repeat(17 * 1024))).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let broken = house.post("/login", "", "nothing=here").await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(broken.body.contains("kam unvollständig an"));
    let head = house.ask(request("GET", "/login").header("x-long", "x".repeat(20 * 1024)), "").await;
    assert_eq!(head.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    let mut many = request("GET", "/login");
    for place in 0..70 {
        many = many.header(format!("x-{place}"), "x");
    }
    assert_eq!(house.ask(many, "").await.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_comes_is_not_waited_for() {
    use axum::body::Body;
    use tower::ServiceExt as _;

    let router = axum::Router::new()
        .route("/", axum::routing::post(|body: String| async { body }))
        .layer(axum::middleware::from_fn(crate::frame::in_time));
    let never = Body::from_stream(futures_util::stream::pending::<Result<Bytes, io::Error>>());
    let answer = router.oneshot(Request::post("/").body(never).unwrap()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn one_address_cannot_take_every_seat() {
    let house = House::new().await;
    let mut idle = Vec::new();
    for _ in 0..32 {
        idle.push(TcpStream::connect(house.serving.https).await.unwrap());
    }
    assert!(house.connect().await.is_err(), "the next one is turned away");
    drop(idle);
    while house.connect().await.is_err() {
        tokio::task::yield_now().await;
    }
}
