use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::help::{Told, address, one, options, transport};
use crate::{Browsers, Limits, Transport};

fn greeting(origin: &str) -> String {
    format!(
        "GET / HTTP/1.1\r\nHost: box.test\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nOrigin: {origin}\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
}

/// One masked text, as browsers send it.
fn text(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).unwrap().to_be_bytes();
    [&[0x81, 0x80 | 126], &length[..], &[0; 4], message].concat()
}

fn box_with_a_page() -> Transport {
    let mut transport = transport(&["ws:127.0.0.1:0"], Limits::default());
    transport.admit(Browsers { names: vec!["box.test".to_owned()], origins: Vec::new() });
    transport
}

async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// Writes, and reads the head of the answer while the box works.
async fn greet(transport: &mut Transport, origin: &str) -> (TcpStream, String) {
    let mut browser = TcpStream::connect(address(transport)).await.unwrap();
    browser.write_all(greeting(origin).as_bytes()).await.unwrap();
    let answer = tokio::select! {
        answer = head(&mut browser) => answer,
        told = one(transport) => panic!("{told:?}"),
    };
    (browser, answer)
}

#[tokio::test]
async fn a_browser_asks_and_hears_its_answer_on_its_own_connection() {
    let mut transport = box_with_a_page();
    let (mut browser, answer) = greet(&mut transport, "https://box.test").await;
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    let question = String::from_utf8(options("1", "")).unwrap().replace("Content-Length: 0\r\n", "");
    browser.write_all(&text(question.as_bytes())).await.unwrap();
    let (flow, bytes) = one(&mut transport).await.message();
    assert_eq!((flow.transport, bytes), (sip::Transport::Ws, question.into_bytes()));
    transport.send(&flow, Bytes::from_static(b"SIP/2.0 200 OK\r\n\r\n")).unwrap();
    let mut heard = [0; 20];
    browser.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"\x81\x12SIP/2.0 200 OK\r\n\r\n");

    browser.write_all(&text(b"no message")).await.unwrap();
    assert!(matches!(one(&mut transport).await, Told::Malformed(told, _, false) if told == flow));
    browser.write_all(&text(&options("2", ""))).await.unwrap();
    one(&mut transport).await.message();
    browser.write_all(&text(b"\r\n\r\n")).await.unwrap();
    let mut pong = [0; 4];
    tokio::select! {
        heard = browser.read_exact(&mut pong) => { heard.unwrap(); }
        told = one(&mut transport) => panic!("{told:?}"),
    }
    assert_eq!(&pong, b"\x81\x02\r\n");
    browser.write_all(b"\x88\x80\0\0\0\0").await.unwrap();
    assert_eq!(one(&mut transport).await, Told::Closed(flow));
}

#[tokio::test]
async fn a_page_of_somebody_else_is_turned_away() {
    let mut transport = box_with_a_page();
    let (mut browser, answer) = greet(&mut transport, "https://evil.test").await;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    assert!(matches!(one(&mut transport).await, Told::Closed(_)));
    assert!(browser.read_u8().await.is_err());
}

/// How a page of this origin is answered, and waits until it has gone again.
async fn answered(transport: &mut Transport, origin: &str) -> String {
    let (browser, answer) = greet(transport, origin).await;
    drop(browser);
    assert!(matches!(one(transport).await, Told::Closed(_)));
    answer
}

#[tokio::test]
async fn an_address_that_comes_late_is_the_box_s_own_from_then_on() {
    let mut transport = box_with_a_page();
    let late = "https://192.0.2.57:8443";
    let refused = answered(&mut transport, late).await;
    assert!(refused.starts_with("HTTP/1.1 403 "), "{refused}");
    transport.admit_named(vec!["https://phone.example".to_owned()]);
    transport.is_called(vec!["192.0.2.57".to_owned()]);
    for origin in [late, "https://phone.example"] {
        let answer = answered(&mut transport, origin).await;
        assert!(answer.starts_with("HTTP/1.1 101 "), "{origin}: {answer}");
    }
    let refused = answered(&mut transport, "https://box.test").await;
    assert!(refused.starts_with("HTTP/1.1 403 "), "a name it has no more: {refused}");
}
