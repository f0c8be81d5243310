use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;

use super::{Heard, MAX_MESSAGE, Over, WebSocket};
use crate::Browsers;

/// The example of RFC 6455 1.3 with the subprotocol of RFC 7118 4.1.
const GREETING: &str = "GET /chat HTTP/1.1\r\nHost: box.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://box.test\r\n\
    Sec-WebSocket-Protocol: chat, sip\r\nSec-WebSocket-Version: 13\r\n\r\n";

fn socket() -> WebSocket {
    let browsers = Browsers { names: vec!["box.test".to_owned()], origins: Vec::new() };
    WebSocket::new(Arc::new(browsers))
}

fn said(socket: &mut WebSocket) -> String {
    String::from_utf8_lossy(&socket.take_out()).into_owned()
}

fn open() -> WebSocket {
    let mut socket = socket();
    socket.feed(GREETING.as_bytes());
    assert_eq!(socket.next(), Ok(None));
    assert!(said(&mut socket).starts_with("HTTP/1.1 101 "));
    socket
}

/// What a browser sends: masked, as RFC 6455 5.3 demands. `first` is FIN and the opcode.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    const MASK: [u8; 4] = [7, 0, 255, 9];
    let mut bytes = vec![first];
    match payload.len() {
        short @ 0..126 => bytes.push(0x80 | u8::try_from(short).unwrap()),
        long @ 126..65_536 => {
            bytes.push(0x80 | 126);
            bytes.extend(u16::try_from(long).unwrap().to_be_bytes());
        }
        longer => {
            bytes.push(0x80 | 127);
            bytes.extend((longer as u64).to_be_bytes());
        }
    }
    bytes.extend(MASK);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

#[test]
fn the_greeting_of_the_standard_is_answered_as_the_standard_says() {
    let mut socket = socket();
    for byte in GREETING.bytes() {
        assert_eq!(socket.next(), Ok(None));
        socket.feed(&[byte]);
    }
    assert_eq!(socket.next(), Ok(None));
    let answer = said(&mut socket).to_lowercase();
    assert!(answer.starts_with("http/1.1 101 switching protocols\r\n"), "{answer}");
    assert!(answer.contains("\r\nsec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n"), "{answer}");
    assert!(answer.contains("\r\nsec-websocket-protocol: sip\r\n"), "{answer}");
}

#[test]
fn who_greets_in_another_way_is_refused_with_the_reason() {
    for (from, to, status) in [
        ("chat, sip", "chat", "400"),
        ("chat, sip", "sips", "400"),
        ("chat, sip", "SIP", "400"),
        ("chat, sip", "xsip, sip2", "400"),
        ("https://box.test", "https://evil.test", "403"),
        ("https://box.test", "null", "403"),
        ("Version: 13", "Version: 8", "426"),
        ("Upgrade: websocket", "Upgrade: h2c", "426"),
        ("GET /chat HTTP/1.1", "POST /chat HTTP/1.1", "400"),
        ("GET /chat HTTP/1.1", "REGISTER sip:box.test SIP/2.0", "400"),
        ("Host: box.test", &format!("Host: {}", "x".repeat(9000)), "101"),
    ] {
        let mut socket = socket();
        socket.feed(GREETING.replace(from, to).as_bytes());
        let refused = socket.next();
        let answer = said(&mut socket);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{to}: {answer}");
        assert_eq!(refused.is_err(), status != "101");
    }
    let mut endless = socket();
    endless.feed(&GREETING.as_bytes()[..GREETING.len() - 2]);
    endless.feed("X: ".repeat(4000).as_bytes());
    assert_eq!(endless.next(), Err(Over));
    assert!(said(&mut endless).starts_with("HTTP/1.1 431 "));
}

#[test]
fn who_sends_no_origin_is_no_browser_and_let_in() {
    let mut socket = socket();
    socket.feed(GREETING.replace("Origin: https://box.test\r\n", "").as_bytes());
    assert_eq!(socket.next(), Ok(None));
    assert!(said(&mut socket).starts_with("HTTP/1.1 101 "));
}

#[test]
fn one_message_is_one_message_however_it_is_cut() {
    let mut socket = open();
    let whole =
        [frame(0x81, b"one"), frame(0x82, b"two\xff"), frame(0x01, b"th"), frame(0x80, b"ree")].concat();
    let mut heard = Vec::new();
    for byte in whole {
        socket.feed(&[byte]);
        heard.extend(socket.next().unwrap());
    }
    let message = |text: &'static [u8]| Heard::Message(Bytes::from_static(text));
    assert_eq!(heard, [message(b"one"), message(b"two\xff"), message(b"three")]);
    assert!(!socket.is_half_read());
    socket.feed(&frame(0x01, b"half"));
    assert_eq!(socket.next(), Ok(None));
    assert!(socket.is_half_read());
}

#[test]
fn a_ping_between_the_pieces_of_a_message_is_answered_at_once() {
    let mut socket = open();
    socket.feed(&[frame(0x01, b"ha"), frame(0x89, b"alive?")].concat());
    assert_eq!(socket.next(), Ok(Some(Heard::SignOfLife)));
    assert_eq!(socket.next(), Ok(None));
    assert_eq!(&socket.take_out()[..], b"\x8a\x06alive?");
    socket.feed(&frame(0x80, b"lf"));
    assert_eq!(socket.next(), Ok(Some(Heard::Message(Bytes::from_static(b"half")))));
}

#[test]
fn text_is_sent_as_text_and_everything_else_as_binary() {
    let mut socket = open();
    socket.say(Bytes::from_static(b"SIP/2.0 200 OK\r\n\r\n")).unwrap();
    assert_eq!(&socket.take_out()[..], b"\x81\x12SIP/2.0 200 OK\r\n\r\n");
    socket.say(Bytes::from_static(b"\xff")).unwrap();
    assert_eq!(&socket.take_out()[..], b"\x82\x01\xff");
}

#[test]
fn what_cannot_be_followed_is_told_by_its_code_and_ended() {
    let too_large = frame(0x81, &vec![b'x'; MAX_MESSAGE + 1]);
    let in_pieces = [frame(0x01, &vec![b'x'; 40_000]), frame(0x80, &vec![b'x'; 40_000])].concat();
    for (bytes, code) in [
        (too_large, 1009_u16),
        (in_pieces, 1009),
        (frame(0x81, b"\xff"), 1007),
        (frame(0x83, b"reserved"), 1002),
        (frame(0x80, b"continued what?"), 1002),
        (frame(0x09, b"ping in pieces"), 1002),
        (b"\x81\x05plain".to_vec(), 1002),
        (frame(0x88, &1001_u16.to_be_bytes()), 1001),
    ] {
        let mut socket = open();
        socket.feed(&bytes);
        assert_eq!(socket.next(), Err(Over), "{code}");
        let out = socket.take_out();
        assert_eq!(out[..2], [0x88, 2], "{code}: {out:?}");
        assert_eq!(out[2..4], code.to_be_bytes());
        assert_eq!(socket.next(), Err(Over));
        assert_eq!(socket.say(Bytes::from_static(b"late")), Err(Over));
    }
}

#[test]
fn a_quiet_browser_takes_little_memory() {
    let mut socket = open();
    socket.feed(&frame(0x81, &vec![b'x'; 60_000]));
    assert!(socket.next().unwrap().is_some());
    assert_eq!(socket.next(), Ok(None));
    assert_eq!(socket.pipe.arrived.capacity() + socket.pipe.out.capacity(), 0);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(greeting in any::<bool>(), pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..8)) {
        let mut socket = if greeting { socket() } else { open() };
        for piece in pieces {
            socket.feed(&piece);
            while let Ok(Some(_)) = socket.next() {}
        }
    }
}
