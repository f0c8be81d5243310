//! Against servers of a few lines, on real sockets.

use std::time::Duration;

use rustls::RootCertStore;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{Depot, DownloadFailed};

/// Answers one request with these bytes and hangs up; what it was asked comes back.
async fn once(answer: &'static str) -> (String, JoinHandle<String>) {
    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/file", door.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut socket, _) = door.accept().await.unwrap();
        let mut asked = vec![0; 4096];
        let length = socket.read(&mut asked).await.unwrap();
        socket.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&asked[..length]).to_lowercase()
    });
    (address, asked)
}

fn depot() -> Depot {
    Depot::new(RootCertStore::empty(), Duration::from_secs(30)).unwrap()
}

#[tokio::test]
async fn a_small_file_comes_whole_or_not_at_all() {
    let (address, asked) = once("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").await;
    assert_eq!(depot().document(&address, 5).await.unwrap(), "hello");
    assert!(!asked.await.unwrap().contains("range:"));
    for (answer, why) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello!", DownloadFailed::TooLarge),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", DownloadFailed::Cut),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", DownloadFailed::Refused(404)),
        ("HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n", DownloadFailed::Refused(302)),
        ("HTTP/1.1 206 Partial\r\nContent-Length: 1\r\n\r\nx", DownloadFailed::Refused(206)),
    ] {
        let (address, _asked) = once(answer).await;
        assert_eq!(depot().document(&address, 5).await, Err(why), "{answer}");
    }
}

/// What came of asking for a file from byte 3 on.
async fn from_three(answer: &'static str) -> Result<(u64, String), DownloadFailed> {
    let (address, asked) = once(answer).await;
    let mut coming = depot().rest(&address, 3).await?;
    let mut text = String::new();
    while let Some(piece) = coming.next().await? {
        text += std::str::from_utf8(&piece).unwrap();
    }
    assert!(asked.await.unwrap().contains("range: bytes=3-"));
    Ok((coming.begins, text))
}

#[tokio::test]
async fn a_large_one_goes_on_where_it_ended() {
    let rest = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 3-4/5\r\nContent-Length: 2\r\n\r\nlo";
    assert_eq!(from_three(rest).await, Ok((3, "lo".to_owned())));
    let whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    assert_eq!(from_three(whole).await, Ok((0, "hello".to_owned())), "a server that knows whole files only");
    for (answer, why) in [
        ("HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n", DownloadFailed::Rest),
        (
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 2-4/5\r\nContent-Length: 3\r\n\r\nllo",
            DownloadFailed::Rest,
        ),
        ("HTTP/1.1 206 Partial Content\r\nContent-Length: 2\r\n\r\nlo", DownloadFailed::Rest),
        (
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 3-4/5\r\nContent-Length: 2\r\n\r\nl",
            DownloadFailed::Cut,
        ),
    ] {
        assert_eq!(from_three(answer).await, Err(why), "{answer}");
    }
}

#[tokio::test]
async fn only_protected_addresses_are_visited() {
    for address in
        ["http://example.org/feed", "ftp://127.0.0.1/", "example.org", "https://a:b@example.org/", ""]
    {
        assert_eq!(depot().document(address, 5).await, Err(DownloadFailed::Address), "{address}");
    }
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let gone = depot().document(&format!("http://{nobody}/"), 5).await;
    assert_eq!(gone, Err(DownloadFailed::Unreachable));
}
