//! Outside Germany servers of the network say where the house stands and which control centre is competent there (HELD, LoST).
//! They are asked ahead: a call for help waits for none of them.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use serde_json::json;
use tests::{Gatehouse, PATIENCE, PracticeCloud, phone::Setup, tone::TONES, until};

/// After RFC 5985 10.2.
const HELD: &str = "<locationResponse xmlns=\"urn:ietf:params:xml:ns:geopriv:held\"><presence \
    xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"pres:3650n87934c@ls.example.com\"><tuple id=\"b650sf789nd\"><status>\
    <geopriv xmlns=\"urn:ietf:params:xml:ns:pidf:geopriv10\"><location-info><civicAddress \
    xmlns=\"urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr\"><country>FR</country><A3>Strasbourg</A3>\
    <RD>Quai</RD></civicAddress></location-info></geopriv></status></tuple></presence></locationResponse>";
/// After RFC 5222 8.2.
const LOST: &str = "<findServiceResponse xmlns=\"urn:ietf:params:xml:ns:lost1\"><mapping expires=\"NO-EXPIRATION\" \
    lastUpdated=\"2026-11-01T01:00:00Z\" source=\"a.example\" sourceId=\"7\"><displayName xml:lang=\"fr\">CODIS 67\
    </displayName><service>urn:service:sos</service><uri>sip:sos@example.fr</uri><serviceNumber>112</serviceNumber>\
    </mapping><path><via source=\"r.example\"/></path></findServiceResponse>";

#[test]
fn the_place_and_the_competent_control_centre_are_asked_ahead_and_shown() {
    let (address, asked) = server();
    let house = house(&PracticeCloud::office(), address);
    let centre = until("the control centre", || {
        let told = house.tells("locations")["elsewhere"].clone();
        (!told["centre"].is_null()).then_some(told)
    });
    assert_eq!(centre["here"]["town"], "Strasbourg", "{centre}");
    let wanted = json!({ "name": "CODIS 67", "reached": ["sip:sos@example.fr"], "number": "112" });
    assert_eq!((&centre["centre"], centre["failed"].is_null()), (&wanted, true), "{centre}");
    let held = asked.recv_timeout(PATIENCE).unwrap();
    assert!(held.starts_with("POST /held ") && held.contains("application/held+xml"), "{held}");
    let lost = asked.recv_timeout(PATIENCE).unwrap();
    assert!(
        lost.starts_with("POST /lost ") && lost.contains("<A3>Strasbourg</A3>"),
        "the place that the network names: {lost}"
    );
}

#[test]
fn a_server_that_says_nothing_holds_no_call_for_help() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let cloud = PracticeCloud::office();
    let house = house(&cloud, silent.local_addr().unwrap());
    let (held, _) = silent.accept().expect("it is asked");
    until("lines", || house.has_lines_up(8).then_some(()));
    let mut anna = Setup::new("anna", house.sip()).login(cloud.phone("102")).voice(TONES[0]).start();
    anna.registered();
    anna.dial("112");
    anna.talks();
    anna.hangs_up();
    anna.call_ends();
    drop(held);
}

fn house(cloud: &PracticeCloud, servers: SocketAddr) -> Gatehouse {
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    house.configured_with(&format!(
        "[emergency]\nheld = \"http://{servers}/held\"\nlost = \"http://{servers}/lost\"\n"
    ));
    house.power_on();
    house.knows_the_account();
    house
}

/// A location and a mapping server in one; says what it was asked.
fn server() -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, asked) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let tell = tell.clone();
            thread::spawn(move || while serve(&stream, &tell).is_some() {});
        }
    });
    (address, asked)
}

/// Tells of one question on a connection that stays (RFC 9112), and answers it; `None` when it has ended. Told first, or the next question,
/// on another connection, could overtake it.
fn serve(mut stream: &TcpStream, tell: &Sender<String>) -> Option<()> {
    let mut lines = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if lines.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length?];
    lines.read_exact(&mut body).ok()?;
    let answer = if head.starts_with("POST /held ") { HELD } else { LOST };
    tell.send(head + &String::from_utf8_lossy(&body)).ok()?;
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{answer}", answer.len()).ok()
}
