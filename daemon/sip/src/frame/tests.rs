use proptest::prelude::*;

use super::*;

const ONE: &[u8] = b"OPTIONS sip:b SIP/2.0\r\nCall-ID: 1\r\nContent-Length : 5\r\n\r\nhello";
const TWO: &[u8] = b"OPTIONS sip:b SIP/2.0\r\nCall-ID: 2\r\nl: 0\r\n\r\n";

/// Everything the framer gives for bytes fed in pieces of this size; a message by its Call-ID.
fn framed(bytes: &[u8], piece: usize) -> Result<Vec<String>, ParseError> {
    let mut framer = Framer::new();
    let mut seen = Vec::new();
    for piece in bytes.chunks(piece) {
        framer.feed(piece);
        while let Some(frame) = framer.next()? {
            seen.push(match frame {
                Frame::Message(message) => {
                    String::from_utf8_lossy(message.message().call_id().unwrap()).into()
                }
                Frame::Ping => "ping".into(),
                Frame::Pong => "pong".into(),
            });
        }
    }
    assert!(!framer.is_half_read());
    Ok(seen)
}

#[test]
fn messages_are_cut_however_they_arrive() {
    let stream = [ONE, TWO, b"\r\n\r\n", TWO, ONE].concat();
    for piece in 1..stream.len() {
        let mut seen = framed(&stream, piece).unwrap();
        seen.retain(|frame| frame != "pong");
        assert_eq!(seen, ["1", "2", "ping", "2", "1"], "pieces of {piece}");
    }
}

#[test]
fn signs_of_life() {
    assert_eq!(framed(b"\r\n\r\n", 9).unwrap(), ["ping"]);
    assert_eq!(framed(b"\r\n\r\n\r\n\r\n", 9).unwrap(), ["ping", "ping"]);
    assert_eq!(framed(b"\r\n", 9).unwrap(), ["pong"]);
    assert_eq!(framed(&[PONG, TWO, PONG].concat(), 99).unwrap(), ["pong", "2", "pong"]);
    assert_eq!(
        framed(b"\r\n\r\n\r\n", 2).unwrap(),
        ["pong", "ping", "pong"],
        "a ping in two pieces is answered"
    );
}

/// A carriage return that stands alone between messages belongs to the next one, however the stream is cut.
#[test]
fn half_a_sign_of_life_changes_nothing() {
    let stream = [b"\r\n\r", TWO].concat();
    let read = |pieces: std::slice::Chunks<'_, u8>| {
        let mut framer = Framer::new();
        let mut messages = Vec::new();
        for piece in pieces {
            framer.feed(piece);
            while let Some(frame) = framer.next().unwrap() {
                messages.extend(bytes_of(frame));
            }
        }
        messages
    };
    let expected = [[b"\r", TWO].concat()];
    for piece in 1..=stream.len() {
        assert_eq!(read(stream.chunks(piece)), expected, "pieces of {piece}");
    }
}

fn bytes_of(frame: Frame) -> Option<Bytes> {
    match frame {
        Frame::Message(message) => Some(message.bytes().clone()),
        Frame::Ping | Frame::Pong => None,
    }
}

#[test]
fn the_body_belongs_to_its_message_whatever_it_looks_like() {
    let inner = String::from_utf8_lossy(TWO);
    let outer =
        format!("OPTIONS sip:b SIP/2.0\r\nCall-ID: 3\r\nContent-Length\t: {}\r\n\r\n{inner}", inner.len());
    assert_eq!(framed(outer.as_bytes(), 7).unwrap(), ["3"]);
}

#[test]
fn a_stream_that_cannot_be_followed_is_given_up() {
    let broken = |headers: &str| framed(format!("OPTIONS sip:b SIP/2.0\r\n{headers}\r\n").as_bytes(), 999);
    assert_eq!(broken("Call-ID: 1\r\n"), Err(ParseError::LengthMissing));
    assert_eq!(broken("l: 0\r\nl: 9\r\n"), Err(ParseError::ContentLength));
    assert_eq!(broken("l: +1\r\n"), Err(ParseError::ContentLength));
    assert_eq!(broken("l: 18446744073709551615\r\n"), Err(ParseError::TooLarge));
    assert_eq!(broken("l: 65535\r\n"), Err(ParseError::TooLarge));
    assert_eq!(framed(&[b'x'; MAX_MESSAGE + 1], 4096), Err(ParseError::TooLarge));
}

#[test]
fn what_broke_the_stream_can_be_answered() {
    let mut framer = Framer::new();
    framer.feed(b"OPTIONS sip:b SIP/2.0\r\nVia: SIP/2.0/TCP h\r\nCall-ID: 7\r\n\r\n");
    assert!(framer.next().is_err());
    assert_eq!(framer.salvage().and_then(|request| request.call_id()), Some(&b"7"[..]));
}

#[test]
fn an_idle_connection_holds_little() {
    let mut framer = Framer::new();
    let large = [b"OPTIONS sip:b SIP/2.0\r\nCall-ID: 1\r\nl: 60000\r\n\r\n", &[b'x'; 60_000][..]].concat();
    framer.feed(&large);
    assert!(framer.held.capacity() > 60_000);
    assert!(framer.next().unwrap().is_some());
    assert!(framer.held.capacity() <= KEPT);
    assert!(framer.next().unwrap().is_none());
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_are_survived(
        parts in prop::collection::vec(
            prop::sample::select(vec![&b"\r\n"[..], b"\r", b"\n", ONE, TWO, b"l: 3\r\n", b"OPTIONS sip:b SIP/2.0\r\n", b"\r\n\r\n", b"x"]), 0..20),
        piece in 1..50_usize,
    ) {
        let mut framer = Framer::new();
        for piece in parts.concat().chunks(piece) {
            framer.feed(piece);
            loop {
                match framer.next() {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(_) => {
                        let _ = framer.salvage();
                        return Ok(());
                    }
                }
            }
        }
    }
}
