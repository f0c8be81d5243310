//! A program on the other end of a real socket: what it is told, and what its answers can do to the box.

use std::time::Duration;

use rustls::RootCertStore;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{Hook, HookFailed, HookTarget};
use crate::guard::Reach;

/// Listens, says `answer` to the first who comes, and returns what it was told.
async fn program(answer: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/calls?key=geheim", listener.local_addr().unwrap());
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = Vec::new();
        let whole = |heard: &[u8]| {
            let text = String::from_utf8_lossy(heard).into_owned();
            let (head, body) = text.split_once("\r\n\r\n")?;
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            let length = length.unwrap_or_default();
            (body.len() >= length).then_some(text)
        };
        let text = loop {
            if let Some(text) = whole(&heard) {
                break text;
            }
            assert!(stream.read_buf(&mut heard).await.unwrap() > 0, "all of it comes");
        };
        stream.write_all(answer.as_bytes()).await.unwrap();
        // Whoever wants more waits for it.
        drop(tokio::time::timeout(Duration::from_secs(30), stream.read_buf(&mut heard)).await);
        text
    });
    (url, heard)
}

/// As it is in the office, but for the place: tests live on the box itself.
fn to(url: &str) -> Hook {
    let target = HookTarget { url: url.to_owned(), inside: true };
    Hook::within(Reach::Anywhere, target, RootCertStore::empty(), Duration::from_secs(2)).unwrap()
}

#[tokio::test]
async fn a_program_is_told_as_the_cloud_tells_it() {
    let (url, heard) = program("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let fields = [
        ("event", "newCall".to_owned()),
        ("from", "49305550102".to_owned()),
        ("user[]", "Anna Groß & Co".to_owned()),
    ];
    let hook = to(&url);
    assert_eq!(hook.tell(&fields).await, Ok(()));
    assert!(!format!("{hook:?}").contains("geheim"));
    drop(hook);
    let heard = heard.await.unwrap();
    assert!(heard.starts_with("POST /calls?key=geheim HTTP/1.1\r\n"), "{heard}");
    assert!(heard.contains("content-type: application/x-www-form-urlencoded\r\n"), "{heard}");
    assert!(
        heard.ends_with("\r\n\r\nevent=newCall&from=49305550102&user%5B%5D=Anna+Gro%C3%9F+%26+Co"),
        "{heard}"
    );
}

#[tokio::test]
async fn where_a_program_sends_the_box_instead_is_not_visited() {
    let (secret, asked) = program("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let answer =
        format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {secret}\r\ncontent-length: 0\r\n\r\n");
    let (url, _heard) = program(Box::leak(answer.into_boxed_str())).await;
    assert_eq!(to(&url).tell(&[]).await, Err(HookFailed::Refused(307)));
    asked.abort();
    assert!(asked.await.is_err_and(|ended| ended.is_cancelled()), "nobody came");
}

#[tokio::test]
async fn a_program_that_says_nothing_or_too_much_is_not_listened_to() {
    let (url, _heard) = program("").await;
    assert_eq!(to(&url).tell(&[]).await, Err(HookFailed::Late));
    let (url, _heard) = program("HTTP/1.1 200 OK\r\ncontent-length: 9999999999\r\n\r\nabc").await;
    assert_eq!(to(&url).tell(&[]).await, Ok(()), "the body goes unread");
    let (url, _heard) = program("HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(to(&url).tell(&[]).await, Err(HookFailed::Refused(500)));
    assert_eq!(to("http://127.0.0.1:1/").tell(&[]).await, Err(HookFailed::Unreachable));
}

#[tokio::test]
async fn nothing_leads_a_hook_to_the_box_itself_or_into_the_house_unasked() {
    let refused = |url: &str, inside| {
        let target = HookTarget { url: url.to_owned(), inside };
        Hook::new(target, RootCertStore::empty(), Duration::from_secs(2)).err()
    };
    for url in [
        "https://127.0.0.1:8443/api/v1/mirror/unlink",
        "https://[::1]/",
        "https://192.168.7.20/",
        "https://169.254.169.254/latest/meta-data",
        "http://crm.example/",
        "file:///etc/passwd",
        "https://anna:secret@crm.example/",
    ] {
        assert_eq!(refused(url, false), Some(HookFailed::Address), "{url}");
    }
    for url in
        ["http://127.0.0.1/", "http://169.254.169.254/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/"]
    {
        assert_eq!(refused(url, true), Some(HookFailed::Address), "{url}");
    }
    assert_eq!(
        refused(&format!("https://crm.example/{}", "x".repeat(600)), false),
        Some(HookFailed::Address)
    );
    // Names that lead to the box, however they are written, lead nowhere: the resolver leaves them out.
    let (url, asked) = program("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let port = url.split([':', '/']).nth(4).unwrap().to_owned();
    for host in ["localhost", "2130706433", "127.1", "0x7f000001"] {
        let target = HookTarget { url: format!("http://{host}:{port}/"), inside: true };
        let hook = Hook::new(target, RootCertStore::empty(), Duration::from_secs(5)).unwrap();
        assert_eq!(hook.tell(&[]).await, Err(HookFailed::Unreachable), "{host}");
    }
    asked.abort();
    assert!(asked.await.is_err_and(|ended| ended.is_cancelled()), "nobody came");
}
