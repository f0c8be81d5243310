use super::*;
use crate::message::Message;
use crate::method::Method;
use crate::view::AuthParams;

fn params(text: &str) -> AuthParams<'_> {
    AuthParams::parse(text.as_bytes()).unwrap()
}

const MUFASA: Login<'static> = Login { user: "Mufasa", password: "Circle of Life" };

/// RFC 7616 3.9.1, both algorithms; the same user asks HTTP.
#[test]
fn the_examples_of_the_rfc() {
    let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    for (algorithm, response) in [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ] {
        let challenge = format!(
            "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
             nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
             opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
        );
        let answer =
            answer(&params(&challenge), Method::Other(b"GET"), "/dir/index.html", MUFASA, cnonce, 1).unwrap();
        let answer = params(&answer);
        assert_eq!(answer.value(b"response").as_deref(), Some(response.as_bytes()));
        assert_eq!(answer.raw(b"nc"), Some(&b"00000001"[..]));
        assert_eq!(
            answer.value(b"opaque").as_deref(),
            Some(&b"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"[..])
        );
    }
}

/// The values of RFC 7616 3.9.2. Its own figure is wrong (erratum 4897); this one was computed by OpenSSL.
#[test]
fn the_longer_hash_cut_in_half() {
    let challenge = params(
        "Digest realm=\"api@example.org\", qop=\"auth\", algorithm=SHA-512-256, \
         nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\"",
    );
    let login = Login { user: "J\u{e4}s\u{f8}n Doe", password: "Secret, or not?" };
    let cnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm";
    let answer = answer(&challenge, Method::Other(b"GET"), "/doe.json", login, cnonce, 1).unwrap();
    let expected = "7a4e1192babbba02e91182d2895bfdbf7adafc6e48d4e517ca301974843d840c";
    assert_eq!(params(&answer).value(b"response").as_deref(), Some(expected.as_bytes()));
}

/// RFC 2069 as corrected by its errata: without qop, without algorithm.
#[test]
fn a_challenge_of_old() {
    let challenge =
        params("Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"");
    let login = Login { user: "Mufasa", password: "CircleOfLife" };
    let answer = answer(&challenge, Method::Other(b"GET"), "/dir/index.html", login, "x", 1).unwrap();
    let answer = params(&answer);
    assert_eq!(answer.value(b"response").as_deref(), Some(&b"1949323746fe6a43ef61f9606e7febea"[..]));
    assert!(answer.raw(b"nc").is_none() && answer.raw(b"qop").is_none());
}

#[test]
fn what_cannot_be_answered() {
    for challenge in [
        "Basic realm=\"a\"",
        "Digest realm=\"a\"",
        "Digest realm=\"a\", nonce=\"n\", algorithm=SHA-512",
        "Digest realm=\"a\", nonce=\"n\", algorithm=MD5-sess",
        "Digest realm=\"a\", nonce=\"n\", qop=\"auth-int\"",
    ] {
        assert_eq!(
            answer(&params(challenge), Method::Register, "sip:a", MUFASA, "c", 1),
            None,
            "{challenge}"
        );
    }
}

#[test]
fn the_first_challenge_we_know_is_answered() {
    let answer = b"SIP/2.0 401 No\r\nWWW-Authenticate: Basic realm=\"a\"\r\n\
        WWW-Authenticate: Digest realm=\"a\", nonce=\"1\", algorithm=SHA-512\r\n\
        WWW-Authenticate: digest realm=\"a\", nonce=\"2\", algorithm=\"sha-256\"\r\n\
        WWW-Authenticate: Digest realm=\"a\", nonce=\"3\", algorithm=MD5\r\n\
        Proxy-Authenticate: Digest realm=\"a\", nonce=\"4\"\r\n\r\n";
    let nonce = |bytes: &[u8]| {
        client::best_challenge(&Message::parse(bytes).unwrap())
            .unwrap()
            .1
            .value(b"nonce")
            .unwrap()
            .into_owned()
    };
    assert_eq!(nonce(answer), b"2");
    assert_eq!(nonce(&[b"SIP/2.0 407", &answer[11..]].concat()), b"4");
}

#[test]
fn logins_are_not_printed() {
    assert_eq!(format!("{MUFASA:?}"), "Login(hidden)");
}
