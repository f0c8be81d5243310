//! How long a REGISTER of a desk phone takes to read, to judge and to answer, beside rsip in the same run.
//!
//! `cargo bench -p sip`. Prints the median of interleaved rounds; other work on the machine disturbs
//! both sides alike, so the ratio holds where the nanoseconds do not.

#![expect(clippy::print_stdout, reason = "the figures are the result")]
#![expect(clippy::expect_used, reason = "a yardstick may stop where the daemon may not")]
#![expect(clippy::disallowed_methods, reason = "a yardstick looks at the clock")]

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::Instant;

use sip::compose::Response;
use sip::digest::{Credentials, Guard, Login, Stale, answer};
use sip::view::AuthParams;
use sip::{Flow, Message, Method, OwnedMessage, Transport};

const ROUNDS: usize = 151;
/// Few enough that a round is shorter than the slice of time a busy machine gives us.
const REPEATS: u32 = 500;

/// 819 bytes, as a desk phone with outbound support sends it.
const REGISTER: &str = "REGISTER sip:192.0.2.10:5060 SIP/2.0\r\n\
Via: SIP/2.0/UDP 192.168.1.57:5060;branch=z9hG4bK-524287-1---3f8a2b6c9d1e4f70;rport\r\n\
Max-Forwards: 70\r\n\
Contact: <sip:1001@192.168.1.57:5060;transport=udp>;reg-id=1;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-0004132A5B7C>\"\r\n\
To: \"Anna Meier\" <sip:1001@192.0.2.10>\r\n\
From: \"Anna Meier\" <sip:1001@192.0.2.10>;tag=8f3d2c1b\r\n\
Call-ID: 8WxkQ3bTnP2mLr7vYc1dZs..@192.168.1.57\r\n\
CSeq: 2 REGISTER\r\n\
Expires: 3600\r\n\
Allow: INVITE, ACK, CANCEL, BYE, NOTIFY, REFER, OPTIONS, INFO, UPDATE\r\n\
Supported: outbound, path, gruu\r\n\
User-Agent: Desk Phone 12.5.3.1\r\n\
Authorization: Digest username=\"1001\",realm=\"192.0.2.10\",nonce=\"6561b2c4000000000000000000000000\",\
uri=\"sip:192.0.2.10:5060\",response=\"0123456789abcdef0123456789abcdef\",algorithm=MD5,qop=auth,nc=00000001,cnonce=\"ab12\"\r\n\
Content-Length: 0\r\n\r\n";

type Step<'a> = (&'static str, Box<dyn FnMut() + 'a>);

fn main() {
    let text = REGISTER.as_bytes();
    println!("one REGISTER of {} bytes, nanoseconds, median of {ROUNDS} rounds of {REPEATS}", text.len());
    let flow = flow();
    let owned = OwnedMessage::parse(text.into()).expect("a message");
    let request = owned.message();
    let mut challenger = guard();
    let mut checker = guard();
    let credentials = Credentials::new("1001", "192.0.2.10", "secret");
    let proven = proven(&mut checker, &flow);
    let proven = Message::parse(&proven).expect("a message");
    let mut steps: Vec<Step<'_>> = vec![
        ("sip: read", Box::new(move || drop(black_box(Message::parse(black_box(text)))))),
        ("sip: read and view", Box::new(move || view(&Message::parse(black_box(text)).expect("a message")))),
        ("sip: validate", Box::new(|| _ = black_box(black_box(&request).validate()))),
        ("sip: keep a copy", Box::new(|| drop(black_box(black_box(&request).to_owned())))),
        ("sip: write 200", Box::new(|| drop(black_box(ok(&request, &flow))))),
        (
            "sip: make challenge, write 401",
            Box::new(|| drop(black_box(unauthorized(&request, &flow, &mut challenger)))),
        ),
        ("sip: check a proof (MD5)", Box::new(|| check(&mut checker, &proven, &flow, &credentials))),
        ("rsip: read", Box::new(|| drop(black_box(rsip::Request::try_from(black_box(text)))))),
    ];
    assert!(rsip::Request::try_from(text).is_ok(), "both sides read the whole message");
    let mut times = vec![Vec::new(); steps.len()];
    for _ in 0..ROUNDS {
        for ((_, step), times) in steps.iter_mut().zip(&mut times) {
            let start = Instant::now();
            (0..REPEATS).for_each(|_| step());
            times.push(start.elapsed() / REPEATS);
        }
    }
    for ((name, _), times) in steps.iter().zip(&mut times) {
        times.sort();
        println!("{name:32} {:>7}", times.get(ROUNDS / 2).map_or(0, std::time::Duration::as_nanos));
    }
}

/// What a registrar wants to know.
fn view(request: &Message<'_>) {
    black_box((request.method(), request.uri(), request.via(), request.from(), request.to()));
    black_box((request.call_id(), request.cseq(), request.max_forwards(), request.expires()));
    black_box(request.contacts().count());
    let proof = request.authorizations().next().expect("a proof");
    black_box(proof.several([b"username", b"nonce", b"response", b"nc"]));
}

fn ok(request: &Message<'_>, flow: &Flow) -> bytes::Bytes {
    Response::to(request, flow, 200)
        .to_tag("0123456789abcdef")
        .contact("<sip:1001@192.168.1.57:5060;transport=udp>;expires=3600")
        .header("Supported", "path, outbound")
        .build()
}

fn unauthorized(request: &Message<'_>, flow: &Flow, guard: &mut Guard) -> bytes::Bytes {
    let [sha, md5] = guard.challenge(Instant::now(), flow.peer.ip(), Stale::No);
    Response::to(request, flow, 401)
        .to_tag("0123456789abcdef")
        .header("WWW-Authenticate", sha)
        .header("WWW-Authenticate", md5)
        .build()
}

fn check(guard: &mut Guard, request: &Message<'_>, flow: &Flow, credentials: &Credentials) {
    black_box(guard.check(Instant::now(), request, flow.peer.ip(), |_| Some(credentials)));
}

fn guard() -> Guard {
    Guard::new("192.0.2.10", &[7; 32], Instant::now())
}

fn proven(guard: &mut Guard, flow: &Flow) -> Vec<u8> {
    let [_, md5] = guard.challenge(Instant::now(), flow.peer.ip(), Stale::No);
    let challenge = AuthParams::parse(md5.as_bytes()).expect("a challenge");
    let login = Login { user: "1001", password: "secret" };
    let proof =
        answer(&challenge, Method::Register, "sip:192.0.2.10:5060", login, "ab12", 1).expect("an answer");
    let line = REGISTER.find("Authorization").expect("a line");
    let end = REGISTER.find("Content-Length").expect("a line");
    let (before, after) = (REGISTER.get(..line), REGISTER.get(end..));
    format!("{}Authorization: {proof}\r\n{}", before.unwrap_or(""), after.unwrap_or("")).into_bytes()
}

fn flow() -> Flow {
    let address = |port| SocketAddr::from(([192, 0, 2, 10], port));
    Flow { transport: Transport::Udp, local: address(5060), peer: address(40_123), connection: 0 }
}
