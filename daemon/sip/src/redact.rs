//! A message without what lets somebody in or lets him listen, for people who look for a fault.
//!
//! What is left out: proofs of passwords (RFC 3261 22), passwords in addresses (19.1.1), keys of voice (RFC 4568 9.1, RFC 8839 5.4),
//! and bodies that carry what people wrote or pressed. It works on bytes, so that a message nobody can read loses its secrets too.

use memchr::memmem;

/// In place of a value.
const LEFT_OUT: &[u8] = b"(left out)";
/// Headers that prove who somebody is.
const PROOFS: [&[u8]; 5] = [
    b"authorization",
    b"proxy-authorization",
    b"authentication-info",
    b"proxy-authentication-info",
    b"cookie",
];
/// Bodies that are shown: descriptions of voice, and what machines tell each other.
const SHOWN: [&[u8]; 5] =
    [b"application/sdp", b"multipart/", b"+xml", b"message/sipfrag", b"simple-message-summary"];
/// Lines of a description whose rest is a key.
const KEYS: [&[u8]; 3] = [b"inline:", b"a=ice-pwd:", b"k="];

/// The message as it may be shown. A body keeps its length, so that Content-Length stays true.
#[must_use]
pub fn without_secrets(message: &[u8]) -> Vec<u8> {
    let end = memmem::find(message, b"\r\n\r\n").map_or(message.len(), |at| at + 4);
    let (head, body) = message.split_at(end);
    let mut safe = Vec::with_capacity(message.len());
    let (mut proof, mut shown) = (false, false);
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        // A value goes on in the next line when that begins with a blank (RFC 3261 7.3.1).
        let folded = matches!(line.first(), Some(b' ' | b'\t'));
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii();
        if !folded {
            proof = PROOFS.iter().any(|known| name.eq_ignore_ascii_case(known));
            let kind = name.eq_ignore_ascii_case(b"content-type") || name.eq_ignore_ascii_case(b"c");
            shown |= kind && is_shown(line);
        }
        match (proof, folded) {
            (false, _) => safe.extend(without_password(line)),
            (true, true) => {}
            (true, false) => safe.extend([name, b": ", LEFT_OUT, b"\r\n"].concat()),
        }
    }
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let secret = if shown { key(line) } else { Some(0) };
        blank(&mut safe, line, secret.unwrap_or(line.len()));
    }
    safe
}

fn is_shown(line: &[u8]) -> bool {
    let line = line.to_ascii_lowercase();
    SHOWN.iter().any(|kind| memmem::find(&line, kind).is_some())
}

/// Where the secret of a line begins.
fn key(line: &[u8]) -> Option<usize> {
    KEYS.iter().find_map(|key| match *key {
        b"inline:" => memmem::find(line, key).map(|at| at + key.len()),
        key => line.starts_with(key).then_some(key.len()),
    })
}

/// `line` with everything from `from` on crossed out.
fn blank(safe: &mut Vec<u8>, line: &[u8], from: usize) {
    let cross =
        |(at, byte): (usize, &u8)| if at < from || matches!(byte, b'\r' | b'\n') { *byte } else { b'x' };
    safe.extend(line.iter().enumerate().map(cross));
}

/// `sip:anna:secret@box` becomes `sip:anna:x@box`.
fn without_password(line: &[u8]) -> Vec<u8> {
    let mut safe = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, address)) = address(rest) {
        safe.extend(before);
        let end = address.iter().position(|byte| b"@<>\" \r\n".contains(byte)).unwrap_or(address.len());
        let (user, after) = address.split_at(end);
        let password = user.iter().position(|byte| *byte == b':').filter(|_| after.first() == Some(&b'@'));
        match password {
            Some(at) => safe.extend([user.get(..at).unwrap_or_default(), b":x"].concat()),
            None => safe.extend(user),
        }
        rest = after;
    }
    safe.extend(rest);
    safe
}

/// What stands before the first address, its scheme included, and the rest.
fn address(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let lower = text.to_ascii_lowercase();
    let begins = |scheme: &[u8]| memmem::find(&lower, scheme).map(|at| at + scheme.len());
    let begin = [begins(b"sip:"), begins(b"sips:")].into_iter().flatten().min()?;
    text.split_at_checked(begin)
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    const INVITE: &str = "INVITE sip:102:geheim@box SIP/2.0\r\nCall-ID: abc\r\nAuthorization: Digest username=\"anna\",\r\n response=\"0123canary\"\r\n\
                          proxy-authorization : Digest response=\"canary\"\r\nContact: <sip:anna:canary@192.0.2.7:5060>, <sips:b@c>\r\n\
                          Content-Type: application/sdp\r\nContent-Length: 94\r\n\r\nv=0\r\n\
                          a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:canarycanarycanary|2^20\r\na=ice-pwd:canary\r\nm=audio 4 RTP/AVP 8\r\n";

    fn shown(message: &str) -> String {
        String::from_utf8(without_secrets(message.as_bytes())).unwrap()
    }

    #[test]
    fn nothing_that_opens_a_door_is_left() {
        let safe = shown(INVITE);
        assert!(!safe.contains("canary") && !safe.contains("geheim"), "{safe}");
        for stays in [
            "INVITE sip:102:x@box SIP/2.0\r\nCall-ID: abc\r\nAuthorization: (left out)\r\nproxy-authorization: (left out)\r\n",
            "Contact: <sip:anna:x@192.0.2.7:5060>, <sips:b@c>\r\n",
            "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:xxxx",
            "m=audio 4 RTP/AVP 8\r\n",
        ] {
            assert!(safe.contains(stays), "{stays}: {safe}");
        }
        let body = |text: &str| text.split("\r\n\r\n").nth(1).unwrap().len();
        assert_eq!(body(&safe), body(INVITE), "Content-Length stays true");
    }

    #[test]
    fn what_people_write_and_press_is_crossed_out() {
        for kind in ["text/plain", "application/dtmf-relay", "message/cpim"] {
            let safe = shown(&format!("MESSAGE sip:b SIP/2.0\r\nc: {kind}\r\n\r\nSignal=5\r\n"));
            assert!(safe.ends_with("\r\n\r\nxxxxxxxx\r\n"), "{safe}");
        }
        assert!(shown("NOTIFY sip:b SIP/2.0\r\n\r\nno kind").ends_with("xxxxxxx"));
    }

    #[test]
    fn garbage_stays_garbage() {
        for text in ["", "\r\n\r\n", "sip:", "sip:a:b", "sip:sip:x:y@", ":", " folded\r\nAuthorization"] {
            let _ = shown(text);
        }
        assert_eq!(shown("x: sips:a:b@c SIP:d:e,f@g"), "x: sips:a:x@c SIP:d:x@g");
    }
}
