use super::*;
use crate::digest::{Login, answer};
use crate::method::Method;

const REALM: &str = "box";
const GRANTED: Verdict = Verdict::Granted(Nonce::Young);
const PHONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));
const LOGIN: Login<'static> = Login { user: "u10", password: "secret" };

#[expect(clippy::disallowed_methods, reason = "a test has to start at some moment")]
fn start() -> Instant {
    Instant::now()
}

struct Desk {
    guard: Guard,
    now: Instant,
    credentials: Credentials,
}

impl Desk {
    fn new() -> Self {
        let now = start();
        Self {
            guard: Guard::new(REALM, &[9; 32], now),
            now,
            credentials: Credentials::new("u10", REALM, "secret"),
        }
    }

    fn challenge(&mut self, algorithm: usize) -> String {
        self.guard.challenge(self.now, PHONE, Stale::No)[algorithm].clone()
    }

    /// What a phone answers to a challenge.
    fn proof(challenge: &str, login: Login<'_>, nc: u32) -> String {
        let params = AuthParams::parse(challenge.as_bytes()).unwrap();
        answer(&params, Method::Register, "sip:box", login, "cnonce", nc).unwrap()
    }

    fn judge(&mut self, authorization: &str) -> Verdict {
        self.judge_from(authorization, PHONE, "sip:box")
    }

    fn judge_from(&mut self, authorization: &str, source: IpAddr, uri: &str) -> Verdict {
        let bytes = format!("REGISTER {uri} SIP/2.0\r\nAuthorization: {authorization}\r\n\r\n");
        let request = Message::parse(bytes.as_bytes()).unwrap();
        let credentials = &self.credentials;
        self.guard.check(self.now, &request, source, |user| (user == b"u10").then_some(credentials))
    }
}

#[test]
fn both_algorithms_are_offered_the_stronger_first() {
    let mut desk = Desk::new();
    let [sha, md5] = desk.guard.challenge(desk.now, PHONE, Stale::No);
    assert!(
        sha.starts_with("Digest realm=\"box\", nonce=\"") && sha.ends_with("algorithm=SHA-256, qop=\"auth\""),
        "{sha}"
    );
    assert!(md5.ends_with("algorithm=MD5, qop=\"auth\""), "{md5}");
    let [sha, _] = desk.guard.challenge(desk.now, PHONE, Stale::Yes);
    assert!(sha.ends_with(", stale=true"));
    for algorithm in [0, 1] {
        let challenge = desk.challenge(algorithm);
        assert_eq!(desk.judge(&Desk::proof(&challenge, LOGIN, 1)), GRANTED);
    }
}

/// RFC 8760 2.1: a phone that knows the third hash may use it although nobody asked for it.
#[test]
fn a_stronger_hash_than_offered_is_taken() {
    let mut desk = Desk::new();
    let challenge = desk.challenge(0).replace("SHA-256", "SHA-512-256");
    assert_eq!(desk.judge(&Desk::proof(&challenge, LOGIN, 1)), GRANTED);
    let wrong = Desk::proof(&challenge, Login { password: "guess", ..LOGIN }, 2);
    assert_eq!(desk.judge(&wrong), Verdict::Refused);
}

#[test]
fn without_proof_there_is_a_challenge() {
    let mut desk = Desk::new();
    let challenge = desk.challenge(1);
    let good = Desk::proof(&challenge, LOGIN, 1);
    for authorization in [
        "Basic abc".to_owned(),
        "Digest".to_owned(),
        good.replace("realm=\"box\"", "realm=\"elsewhere\""),
        good.replace("algorithm=MD5", "algorithm=MD5-sess"),
        good.replace("qop=auth", "qop=auth-int"),
        good.replace("nc=00000001", "nc=000000001"),
        good.replace("nc=00000001", "nc=xyz"),
        good.replace("cnonce", "kenonce"),
        good.replace("uri=\"sip:box\"", "uri=\"sip:elsewhere\""),
        good.replace("username", "name"),
    ] {
        assert_eq!(desk.judge(&authorization), Verdict::Challenge(Stale::No), "{authorization}");
    }
}

#[test]
fn a_wrong_password_is_refused_only_with_a_nonce_of_ours() {
    let mut desk = Desk::new();
    let challenge = desk.challenge(0);
    let wrong = Desk::proof(&challenge, Login { password: "guess", ..LOGIN }, 1);
    assert_eq!(desk.judge(&wrong), Verdict::Refused);
    let nobody = Desk::proof(&challenge, Login { user: "nobody", ..LOGIN }, 1);
    assert_eq!(desk.judge(&nobody), Verdict::Refused, "names cannot be found out");
    let foreign = challenge.replace("nonce=\"", "nonce=\"0");
    let wrong = Desk::proof(&foreign, Login { password: "guess", ..LOGIN }, 1);
    assert_eq!(desk.judge(&wrong), Verdict::Challenge(Stale::No));
    assert_eq!(desk.judge(&Desk::proof(&challenge, LOGIN, 1)), GRANTED, "guesses use nothing up");
}

#[test]
fn a_nonce_ends_after_five_minutes_and_with_the_address() {
    let mut desk = Desk::new();
    let challenge = desk.challenge(0);
    let elsewhere = IpAddr::from([192, 0, 2, 8]);
    let proof = Desk::proof(&challenge, LOGIN, 1);
    assert_eq!(desk.judge_from(&proof, elsewhere, "sip:box"), Verdict::Challenge(Stale::Yes));
    desk.now += NONCE_LIFETIME - Duration::from_millis(1);
    assert_eq!(desk.judge(&proof), Verdict::Granted(Nonce::Ageing));
    desk.now += Duration::from_millis(1);
    assert_eq!(desk.judge(&Desk::proof(&challenge, LOGIN, 2)), Verdict::Challenge(Stale::Yes));
    assert_eq!(
        desk.judge(&Desk::proof(&challenge, Login { password: "x", ..LOGIN }, 3)),
        Verdict::Challenge(Stale::No)
    );
}

#[test]
fn a_phone_that_survives_our_restart_just_tries_again() {
    let mut before = Desk::new();
    let proof = Desk::proof(&before.challenge(0), LOGIN, 1);
    let mut after = Desk::new();
    after.guard = Guard::new(REALM, &[10; 32], after.now);
    assert_eq!(after.judge(&proof), Verdict::Challenge(Stale::Yes));
}

#[test]
fn a_nonce_is_reused_far_beyond_ff() {
    let mut desk = Desk::new();
    let challenge = desk.challenge(1);
    for nc in 1..=0x1100 {
        assert_eq!(desk.judge(&Desk::proof(&challenge, LOGIN, nc)), GRANTED, "nc {nc:08x}");
    }
    assert_eq!(desk.judge(&Desk::proof(&challenge, LOGIN, u32::MAX)), GRANTED);
}

#[test]
fn what_is_played_back_is_not_granted() {
    let mut desk = Desk::new();
    let challenge = desk.challenge(0);
    let proof = Desk::proof(&challenge, LOGIN, 1);
    assert_eq!(desk.judge(&proof), GRANTED);
    assert_eq!(desk.judge(&proof), Verdict::Again);
}

#[test]
fn a_phone_of_rfc_2069_gets_one_request_for_each_nonce() {
    let mut desk = Desk::new();
    let proof = Desk::proof(&desk.challenge(1).replace(", qop=\"auth\"", ""), LOGIN, 1);
    assert!(!proof.contains("qop"));
    assert_eq!(desk.judge(&proof), GRANTED);
    assert_eq!(desk.judge(&proof), Verdict::Again);
}

#[test]
fn phones_write_the_same_thing_differently() {
    let mut desk = Desk::new();
    for (from, to) in [
        ("Digest", "DIGEST"),
        ("algorithm=MD5", "algorithm=\"md5\""),
        ("qop=auth", "qop=\"Auth\""),
        ("nc=00000001", "nc=\"00000001\""),
        (", ", " ,\r\n "),
        ("username", "UserName"),
    ] {
        let challenge = desk.challenge(1);
        let proof = Desk::proof(&challenge, LOGIN, 1).replace(from, to);
        assert_eq!(desk.judge(&proof), GRANTED, "{proof}");
    }
}

/// The hash covers the text that was sent, not what we would have written.
#[test]
fn hashes_are_computed_over_the_received_text() {
    let mut desk = Desk::new();
    for uri in ["sip:box;transport=UDP", "sip:BOX:5060", "sip:box;x=%41%3b"] {
        let challenge = desk.challenge(0);
        let params = AuthParams::parse(challenge.as_bytes()).unwrap();
        let proof = answer(&params, Method::Register, uri, LOGIN, "c", 1).unwrap();
        assert_eq!(desk.judge(&proof), GRANTED, "{uri}");
        let changed = proof.replace(uri, "sip:box;y");
        assert_eq!(desk.judge(&changed), Verdict::Refused);
    }
}

#[test]
fn a_proof_for_one_call_is_none_for_another() {
    let mut desk = Desk::new();
    let params = desk.challenge(0);
    let params = AuthParams::parse(params.as_bytes()).unwrap();
    let proof = answer(&params, Method::Register, "sip:20@box", LOGIN, "c", 1).unwrap();
    assert_eq!(desk.judge_from(&proof, PHONE, "sip:0900@box"), Verdict::Challenge(Stale::No));
    assert_eq!(desk.judge_from(&proof, PHONE, "sip:2%30@box:5060"), GRANTED);
}

#[test]
fn a_proof_over_the_server_alone_is_good_once() {
    let mut desk = Desk::new();
    let proof = Desk::proof(&desk.challenge(1), LOGIN, 1);
    assert_eq!(desk.judge_from(&proof, PHONE, "sip:20@box"), GRANTED);
    assert_eq!(desk.judge_from(&proof, PHONE, "sip:0900@box"), Verdict::Again);
}

#[test]
fn a_401_leaves_nothing_behind() {
    let mut desk = Desk::new();
    for _ in 0..10_000 {
        let challenge = desk.challenge(0);
        let _ = desk.judge(&Desk::proof(&challenge, Login { password: "guess", ..LOGIN }, 1));
    }
    assert_eq!(desk.guard.used.len(), 0);
    assert_eq!(format!("{:?}", desk.guard), "Guard { realm: \"box\", .. }");
}

/// RFC 7616 3.5: who is given the next nonce in time is never asked again.
#[test]
fn a_nonce_that_ages_is_followed_by_the_next() {
    let mut desk = Desk::new();
    let mut challenge = desk.challenge(0);
    for _ in 0..10 {
        assert_eq!(desk.judge(&Desk::proof(&challenge, LOGIN, 1)), GRANTED);
        desk.now += NONCE_LIFETIME / 2;
        assert_eq!(desk.judge(&Desk::proof(&challenge, LOGIN, 2)), Verdict::Granted(Nonce::Ageing));
        let next = desk.guard.next_nonce(desk.now, PHONE);
        let next = next.strip_prefix("nextnonce=").unwrap();
        challenge = format!("Digest realm=\"{REALM}\", nonce={next}, algorithm=SHA-256, qop=\"auth\"");
    }
}
