//! Something does not work: the page shows what was said during a call, captures it for Wireshark, and packs a file for whoever
//! helps. No password, proof or key is in any of it.

use std::process::Command;

use serde_json::Value;
use tests::{Gatehouse, Login, PracticeCloud, Sipp, Wire, cloud::TOKEN, until};

use crate::asking::{ask, raw};

/// Everything of the files in an archive.
fn unpacked(house: &Gatehouse, archive: &[u8]) -> String {
    let file = house.folder().join("support.zip");
    std::fs::write(&file, archive).unwrap();
    let script = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\n\
                  print('\\n'.join(n + '\\n' + z.read(n).decode() for n in z.namelist()))";
    let out = Command::new("python3").args(["-c", script]).arg(&file).output().unwrap();
    assert!(out.status.success(), "{out:?}");
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// What Wireshark makes of a capture: a line for each SIP message.
fn read_by_wireshark(house: &Gatehouse, capture: &[u8]) -> Vec<String> {
    let file = house.folder().join("capture.pcapng");
    std::fs::write(&file, capture).unwrap();
    let fields = ["-T", "fields", "-e", "sip.Method", "-e", "sip.Status-Code", "-e", "sip.auth"];
    let out = Command::new("tshark")
        .arg("-r")
        .arg(&file)
        .args(["-d", "udp.port==1-65535,sip"])
        .args(fields)
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).lines().map(str::to_owned).collect()
}

/// A capture is under way, and there is only one.
fn is_captured(house: &Gatehouse) {
    let begun = ask(house, "POST", "/api/v1/captures", br#"{"seconds":60}"#);
    assert!(begun["capture"]["ended"].is_null() && begun["capture"]["began"].is_string(), "{begun}");
    let again = ask(house, "POST", "/api/v1/captures", br#"{"seconds":60}"#);
    assert!(again["reason"].as_str().is_some_and(|why| why.contains("under way")), "{again}");
}

/// Two talk, and somebody does not know his password.
fn something_happens(house: &Gatehouse, cloud: &PracticeCloud) {
    let answer = Sipp::new("answer.xml");
    Sipp::new("register.xml").from_port(answer.port()).to(house.sip()).row(cloud.phone("103")).passes();
    let ben = answer.start();
    Sipp::new("call.xml").to(house.sip()).calling("103").row(cloud.phone("102")).pausing(200).passes();
    ben.passes();
    Wire::udp(house.sip()).register(&Login::new(&cloud.phone("102").user, WRONG), 60);
}

/// The last call with its messages.
fn ladder(house: &Gatehouse) -> Value {
    let list = until("the call", || {
        let list = ask(house, "GET", "/api/v1/ladders", b"");
        (list["calls"][0]["messages"].as_u64() >= Some(10)).then_some(list)
    });
    let call = &list["calls"][0];
    assert_eq!((call["to"].as_str(), call["status"].as_u64()), (Some("103"), Some(200)), "{list}");
    ask(house, "GET", &format!("/api/v1/ladders/{}", call["call"].as_str().unwrap()), b"")
}

/// The file of the capture, of which Wireshark understands every message.
fn captured(house: &Gatehouse) -> String {
    let ended = ask(house, "POST", "/api/v1/captures/stop", b"");
    assert_eq!(ended["capture"]["ended"], "stopped");
    let capture = raw(house, "GET", "/api/v1/captures/capture.pcapng", b"");
    let messages = read_by_wireshark(house, &capture);
    assert_eq!(Some(messages.len() as u64), ended["capture"]["messages"].as_u64(), "{messages:?}");
    let count =
        |method: &str| messages.iter().filter(|line| line.starts_with(&format!("{method}\t"))).count();
    assert!(count("REGISTER") >= 2 && count("INVITE") >= 3 && count("BYE") == 2, "{messages:?}");
    String::from_utf8_lossy(&capture).into_owned()
}

const WRONG: &str = "a-wrong-password-77";

#[test]
fn a_call_can_be_looked_into_and_no_secret_leaves_with_it() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    is_captured(&house);
    something_happens(&house, &cloud);

    let ladder = ladder(&house);
    let rungs = ladder["ladder"].as_array().unwrap();
    let said: Vec<&str> = rungs.iter().filter_map(|it| it["what"].as_str()).collect();
    for what in ["INVITE 103", "100 Trying", "180 Ringing", "200 OK", "ACK", "BYE", "200 OK (BYE)"] {
        assert!(said.contains(&what), "{what}: {said:?}");
    }
    assert_eq!(ladder["parties"].as_array().map(Vec::len), Some(2), "both phones: {ladder}");

    let capture = captured(&house);
    let checks = ask(&house, "GET", "/api/v1/checks", b"");
    let refused = checks["checks"].as_array().unwrap().iter().any(|check| check["id"] == "refused");
    assert!(refused, "the wrong password is seen: {checks}");
    let log = ask(&house, "GET", "/api/v1/log", b"");
    assert!(log["lines"].as_array().is_some_and(|lines| lines.len() > 2), "{log}");
    let support = unpacked(&house, &raw(&house, "GET", "/api/v1/support.zip", b""));
    for content in ["about.txt", "checks.json", "status.json", "log.txt"] {
        assert!(support.contains(content), "{support}");
    }

    let mut secrets: Vec<&str> = cloud.phones.iter().map(|login| login.password.as_str()).collect();
    secrets.extend([TOKEN.1, WRONG, "response="]);
    let seen = [capture, support.clone(), ladder.to_string(), checks.to_string(), log.to_string()].concat();
    let left = secrets.into_iter().find(|secret| seen.contains(secret));
    assert_eq!(left, None, "it left the house");
    let people = ["+49305550102", "Großmann"].into_iter().find(|words| support.contains(words));
    assert_eq!(people, None, "it is nobody else's business");
    let gone = ask(&house, "POST", "/api/v1/captures/forget", b"");
    assert_eq!(gone["capture"], Value::Null);
}
