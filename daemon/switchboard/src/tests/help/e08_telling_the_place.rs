//! E8, V8, V12: an INVITE for help says where its caller stands, to a provider that understands it (RFC 6442), and goes without it to one that
//! does not.

use sip::locate::Target;
use sip::message::Message;
use sip::name::Name;
use sip::package::geolocation::Geolocation;
use sip::package::multipart;

use super::{PHONES, calls, office_over, rules};
use crate::lines;
use crate::tests::cloud::{CLOUD_2, line_of};
use crate::tests::line::Line;
use crate::tests::office::Office;
use crate::tests::said::Said;

/// An office whose provider is reached over TLS.
pub(super) fn office(understands: &[&str]) -> Office {
    let closed = |device: &str| lines::Line {
        servers: vec![Target::named(CLOUD_2, None).unwrap()],
        ..line_of(device)
    };
    let mut rules = rules();
    rules.understood.place = understands.iter().map(|domain| (*domain).into()).collect();
    rules.understood.priority.clone_from(&rules.understood.place);
    office_over(&PHONES, rules, &[closed("e0"), closed("e3")])
}

pub(super) fn calls_112(office: &mut Office) -> Line {
    calls(office, "mara", "sip:112@sipgate.de");
    office.rings("cloud2")
}

/// The documents beside the voice, each with the header that names it. Every name is unique and leads to a part (V8).
fn documents(invite: &Said) -> Vec<(String, String)> {
    let message = Message::parse(invite.0.as_bytes()).unwrap();
    let kind = message.header(Name::ContentType).unwrap();
    let parts = multipart::parse(kind, message.body()).unwrap();
    assert_eq!(parts[0].kind, "application/sdp", "the voice first");
    let pointers = message.geolocations().chain(message.call_infos());
    let mut named: Vec<String> =
        pointers.map(|one| String::from_utf8(one.target.to_vec()).unwrap()).collect();
    assert_eq!(named.len(), parts.len() - 1);
    named.sort();
    named.dedup();
    assert_eq!(named.len(), parts.len() - 1, "no name twice");
    let call = invite.header("Call-ID");
    let document = |part: &multipart::Part<'_>| {
        assert!(named.contains(&format!("cid:{}", part.id)) && part.id.contains(call), "{}", part.id);
        assert_eq!(part.disposition, "render;handling=optional");
        (part.kind.to_owned(), String::from_utf8(part.body.to_vec()).unwrap())
    };
    parts[1..].iter().map(document).collect()
}

#[test]
fn v08_the_place_stands_beside_the_voice_under_a_name_of_its_own() {
    let mut office = office(&["SIPGATE.de"]);
    let there = calls_112(&mut office);
    let invite = &there.invite;
    for (name, value) in [
        ("Geolocation-Routing", "yes"),
        ("Supported", "geolocation"),
        ("Resource-Priority", "esnet.1"),
        ("MIME-Version", "1.0"),
        ("Priority", "emergency"),
    ] {
        assert_eq!(invite.header(name), value, "{}", invite.0);
    }
    assert!(invite.header("Geolocation").ends_with(";loc-src=sipgate.de"), "{}", invite.0);
    let [(kind, xml)] = documents(invite).try_into().unwrap();
    assert_eq!(kind, "application/pidf+xml");
    let place = Geolocation::parse(xml.as_bytes()).unwrap();
    assert_eq!(place.entity, "pres:+4930555010@sipgate.de");
    assert_eq!((place.places.len(), place.places[0].part("RD")), (1, Some("Beispielufer")));
    office.wants_password("cloud2", invite, 407, "");
    assert!(office.hears("cloud2").is_request("ACK"));
    let proven = office.rings("cloud2");
    assert!(proven.invite.header("Proxy-Authorization").contains("username="));
    assert_eq!(documents(&proven.invite), documents(invite), "with the password the same");
}

#[test]
fn e08_whatever_a_provider_refuses_it_for_it_goes_again_without_the_place_then_bare() {
    for status in [400, 413, 415, 417, 424, 488, 606] {
        let mut office = office(&["sipgate.de"]);
        calls(&mut office, "mara", "sip:112@sipgate.de");
        for (place, words) in [(true, true), (false, true), (false, false)] {
            let there = office.rings("cloud2");
            let said = (there.invite.0.contains("Geolocation"), there.invite.0.contains("emergency"));
            assert_eq!(said, (place, words), "{status}: {}", there.invite.0);
            assert_eq!(there.invite.0.contains("pidf"), place);
            assert!(there.invite.voice().contains("m=audio"));
            if words {
                office.says(&there, status);
                assert!(office.hears("cloud2").is_request("ACK"));
            }
        }
    }
}

#[test]
fn e08_over_udp_the_place_is_not_sent() {
    let mut understanding = rules();
    understanding.understood.place = vec!["sipgate.de".into()];
    let mut office = office_over(&PHONES, understanding, &[line_of("e0"), line_of("e3")]);
    calls(&mut office, "mara", "sip:112@sipgate.de");
    let there = office.rings("cloud");
    assert!(there.invite.body().starts_with("v=0") && there.invite.0.len() <= 1300, "{}", there.invite.0);
}

fn said(country: &str, pos: &str) -> String {
    format!(
        "<presence entity=\"pres:mara@desk\"><device id=\"d\"><geopriv><location-info>\
         <Circle srsName=\"urn:ogc:def:crs:EPSG::4326\"><pos>{pos}</pos>\
         <radius uom=\"urn:ogc:def:uom:EPSG::9001\">9</radius></Circle>\
         <civicAddress><country>{country}</country></civicAddress></location-info></geopriv></device></presence>"
    )
}

/// The phone sends these parts beside its voice; what the provider is told.
fn with_parts(parts: &str, lines: &str) -> Vec<(String, String)> {
    let mut office = office(&["sipgate.de"]);
    let mut line = office.line("mara", "sip:112@sipgate.de");
    let voice = office.phone("mara").voice("sendrecv");
    let body = format!("--b\r\nContent-Type: application/sdp\r\n\r\n{voice}\r\n{parts}--b--\r\n");
    let lines = format!("Content-Type: multipart/mixed;boundary=b\r\n{lines}");
    line.invite = office.asks(&mut line, "INVITE", &lines, &body);
    assert_eq!(office.hears("mara").status(), 100);
    documents(&office.rings("cloud2").invite)
}

fn part(id: &str, kind: &str, body: &str) -> String {
    format!("--b\r\nContent-ID: <{id}>\r\nContent-Type: {kind}\r\n\r\n{body}\r\n")
}

#[test]
fn v12_what_the_phone_says_of_its_place_is_passed_on_second_and_nonsense_is_not() {
    let good = said("DE", "51.22 6.77");
    let told = with_parts(&part("a@desk", "application/pidf+xml", &good), "Geolocation: <cid:a@desk>\r\n");
    assert_eq!(told.len(), 2);
    assert_eq!(told[1].1, good, "as the phone said it, after what the box knows");
    for bad in [
        said("DE", "6.77 51.22"),
        said("DE", "north"),
        "<presence/>".into(),
        good.replace("<presence", "<!DOCTYPE p [<!ENTITY e \"x\">]><presence"),
        format!("<!--{}-->{good}", "x".repeat(16 * 1024)),
    ] {
        let told = with_parts(&part("a@desk", "application/pidf+xml", &bad), "Geolocation: <cid:a@desk>\r\n");
        assert_eq!(told.len(), 1, "{:.80}", bad);
    }
}

#[test]
fn data_about_the_call_is_passed_on_where_call_info_names_it() {
    let kind = "application/EmergencyCallData.Comment+xml";
    let block = part("c@desk", kind, "<c/>");
    let info = "Call-Info: <cid:c@desk>;purpose=EmergencyCallData.Comment\r\n";
    let told = with_parts(&block, info);
    assert_eq!(told[1], (kind.to_owned(), "<c/>".to_owned()));
    assert_eq!(with_parts(&block, "").len(), 1, "nobody names it");
    let many: String = (0..9).map(|_| block.clone()).collect();
    assert_eq!(with_parts(&many, info).len(), 1 + 4, "no more than four");
}

/// In the form of RFC 7852's own example: a picture by its address, the device and its provider by value.
#[test]
fn rfc7852_the_device_and_its_provider_are_passed_on_and_the_picture_is_not() {
    let (device, provider) = ("EmergencyCallData.DeviceInfo", "EmergencyCallData.ProviderInfo");
    let xml = |purpose: &str, said: &str| {
        let space = purpose.replace('.', ":");
        format!(
            "<d:{purpose} xmlns:d=\"urn:ietf:params:xml:ns:{space}\"><d:DataProviderReference>\
             d4b3072df.201409182208075@example.org</d:DataProviderReference>{said}</d:{purpose}>"
        )
    };
    let blocks = [
        (device, xml(device, "<d:DeviceClassification>fixed</d:DeviceClassification>")),
        (provider, xml(provider, "<d:ProviderID>urn:nena:companyid:ID123</d:ProviderID>")),
    ];
    let parts: String = blocks
        .iter()
        .map(|(purpose, xml)| {
            part(&format!("{purpose}@atlanta.example.com"), &format!("application/{purpose}+xml"), xml)
        })
        .collect();
    let info = format!(
        "Call-Info: <http://www.example.com/alice/photo.jpg>;purpose=icon, \
         <cid:{provider}@atlanta.example.com>;purpose={provider}, <cid:{device}@atlanta.example.com>;purpose={device}\r\n"
    );
    let told = with_parts(&parts, &info);
    let wanted = blocks.map(|(purpose, xml)| (format!("application/{purpose}+xml"), xml));
    assert_eq!(told[1..], wanted);
}

#[test]
fn a_phone_that_sends_its_place_alone_calls_all_the_same() {
    let mut office = office(&["sipgate.de"]);
    let mut line = office.line("mara", "sip:112@sipgate.de");
    let place = said("DE", "51.22 6.77");
    office.asks(&mut line, "INVITE", "Content-Type: application/pidf+xml\r\n", &place);
    assert_eq!(office.hears("mara").status(), 100);
    assert!(office.rings("cloud2").invite.0.contains(&place));
}
