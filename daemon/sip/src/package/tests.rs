//! Documents as phones write them, and what somebody evil would put into a name.

use proptest::prelude::*;

use super::DocumentRefused;
use super::dialog_info::{Dialog, DialogInfo, Direction, Extent, Names, Party, Stage};
use super::feature::{Feature, When};
use super::mail::{MessageSummary, VoiceMessages};
use super::multipart::{self, Part};
use super::pidf::{Activity, Basic, Presence, Tuple};
use super::reginfo::{RegInfo, RegisteredContact, Registration};
use super::resource_list::{Member, ResourceList};
use super::sipfrag;

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

fn ringing(name: &str) -> DialogInfo {
    let party = Party { display: name.into(), address: "sip:101@sipgate.de".into() };
    let dialog = Dialog {
        id: "7-1".into(),
        stage: Stage::Early,
        direction: Some(Direction::Recipient),
        names: Some(Names { call_id: "c@b".into(), local_tag: None, remote_tag: Some("r".into()) }),
        local: None,
        remote: Some(party),
    };
    DialogInfo { entity: "sip:102@sipgate.de".into(), extent: Extent::Full, dialogs: vec![dialog] }
}

#[test]
fn a_lamp_is_written_once_and_numbered_for_each_watcher() {
    let written = ringing("Mara & \"M\"").write();
    assert_eq!(
        text(&written.at(7)),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <dialog-info version=\"7\" xmlns=\"urn:ietf:params:xml:ns:dialog-info\" state=\"full\" \
         entity=\"sip:102@sipgate.de\"><dialog id=\"7-1\" call-id=\"c@b\" remote-tag=\"r\" direction=\"recipient\">\
         <state>early</state><remote><identity display=\"Mara &amp; &quot;M&quot;\">sip:101@sipgate.de</identity>\
         <target uri=\"sip:101@sipgate.de\"/></remote></dialog></dialog-info>"
    );
    assert_eq!(DialogInfo::parse(&written.at(8)), Ok((8, ringing("Mara & \"M\""))));
}

/// The example of RFC 4235 6.1, with prefixes, an extension and an attribute that is of no use here.
#[test]
fn a_lamp_of_another_box_is_read() {
    let other = b"<?xml version=\"1.0\"?><!-- hello --><d:dialog-info xmlns:d=\"urn:ietf:params:xml:ns:dialog-info\" \
        version=\"1\" state=\"partial\" entity=\"sip:alice@example.com\"><d:dialog id=\"as7d900as8\" \
        call-id=\"a84b4c76e66710\" local-tag=\"1928301774\" direction=\"initiator\" x:y=\"z\" xmlns:x=\"u\"><d:state \
        event=\"rejected\" code=\"486\"> terminated </d:state><d:duration>7</d:duration></d:dialog></d:dialog-info>";
    let (version, info) = DialogInfo::parse(other).unwrap();
    assert_eq!((version, info.extent), (1, Extent::Partial));
    let dialog = &info.dialogs[0];
    assert_eq!((dialog.stage, dialog.direction), (Stage::Terminated, Some(Direction::Initiator)));
    assert_eq!(dialog.names.as_ref().unwrap().local_tag.as_deref(), Some("1928301774"));
}

#[test]
fn nothing_is_expanded_and_nothing_is_endless() {
    assert_eq!(
        Presence::parse(b"<!DOCTYPE presence><presence entity=\"a\"/>"),
        Err(DocumentRefused::Malformed)
    );
    let laughs = b"<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><presence entity=\"&b;\"/>";
    assert_eq!(Presence::parse(laughs), Err(DocumentRefused::Malformed));
    assert_eq!(
        Presence::parse(b"<presence entity=\"a\"><note>&b;</note></presence>"),
        Err(DocumentRefused::Malformed)
    );
    assert_eq!(Presence::parse(b"<presence entity=\"&b;\"/>"), Err(DocumentRefused::Malformed));
    for (one, times) in [("<a>", 17), ("<a/>", 2049), ("<!-- -->", 10_000)] {
        let deep = format!("<presence entity=\"a\">{}", one.repeat(times));
        assert_eq!(Presence::parse(deep.as_bytes()), Err(DocumentRefused::TooLarge), "{one}");
    }
    let attributes: String = (0..40).map(|place| format!(" a{place}=\"\"")).collect();
    assert_eq!(
        Presence::parse(format!("<presence{attributes}/>").as_bytes()),
        Err(DocumentRefused::TooLarge)
    );
    for broken in [
        "",
        "<presence",
        "<presence></x>",
        "<a/><presence/>",
        "text",
        "<presence/>text",
        "<presence>",
        "\u{0}",
    ] {
        assert_eq!(Presence::parse(broken.as_bytes()), Err(DocumentRefused::Malformed), "{broken:?}");
    }
    assert_eq!(Presence::parse(b"<presence entity=\"\xff\"/>"), Err(DocumentRefused::Malformed));
    assert_eq!(Presence::parse(b"<watcherinfo/>"), Err(DocumentRefused::Foreign));
}

#[test]
fn presence_says_what_somebody_does() {
    let state = Presence {
        entity: "sip:101@sipgate.de".into(),
        tuples: vec![Tuple { id: "t".into(), basic: Basic::Open, contact: None }],
        activities: vec![Activity::OnThePhone],
        note: Some("<b>Mittag</b>".into()),
    };
    let written = state.write();
    assert!(text(&written).contains("<status><basic>open</basic></status>"));
    assert!(text(&written).contains("<rpid:activities><rpid:on-the-phone/></rpid:activities>"));
    assert!(text(&written).contains("<note>&lt;b&gt;Mittag&lt;/b&gt;</note>"));
    assert_eq!(Presence::parse(&written), Ok(state));
}

/// As a Polycom and an old softphone write it: activities within the status, notes within the tuple.
#[test]
fn presence_of_a_phone_is_read() {
    let polycom = "<presence entity=\"sip:1@h\"><tuple id=\"a\"><status><basic>open</basic>\
        <ep:activities xmlns:ep=\"e\"><ep:busy/><ep:nonsense/></ep:activities></status><note xml:lang=\"de\"> gleich \
        zur\u{fc}ck </note><contact priority=\"0.8\">sip:1@10.0.0.1</contact></tuple></presence>";
    let state = Presence::parse(polycom.as_bytes()).unwrap();
    assert_eq!(state.activities, [Activity::Busy]);
    assert_eq!(state.note.as_deref(), Some("gleich zur\u{fc}ck"));
    assert_eq!(state.tuples[0].contact.as_deref(), Some("sip:1@10.0.0.1"));
    let status_missing = b"<presence entity=\"a\"><tuple id=\"a\"/></presence>";
    assert_eq!(Presence::parse(status_missing), Err(DocumentRefused::Value("basic")));
}

#[test]
fn a_mailbox_lights_its_lamp() {
    let voice = VoiceMessages { new: 2, old: 8, urgent_new: 0, urgent_old: 2 };
    let full = MessageSummary { waiting: true, account: Some("sip:102@sipgate.de".into()), voice };
    let written = full.write();
    assert_eq!(
        text(&written),
        "Messages-Waiting: yes\r\nMessage-Account: sip:102@sipgate.de\r\nVoice-Message: 2/8 (0/2)\r\n"
    );
    assert_eq!(MessageSummary::parse(&written), Ok(full));
    let terse = MessageSummary::parse(b"messages-waiting : NO\nVoice-Message: 0/1").unwrap();
    assert_eq!((terse.waiting, terse.voice.old), (false, 1));
    for (bad, why) in [
        ("", "Messages-Waiting"),
        ("Messages-Waiting: perhaps", "Messages-Waiting"),
        ("Messages-Waiting: yes\r\nVoice-Message: many", "Voice-Message"),
        ("Messages-Waiting: yes\r\nVoice-Message: 1/99999999999", "Voice-Message"),
    ] {
        assert_eq!(MessageSummary::parse(bad.as_bytes()), Err(DocumentRefused::Value(why)), "{bad}");
    }
    let evil =
        MessageSummary { account: Some("sip:a\r\nVoice-Message: 9/9".into()), ..MessageSummary::default() };
    assert_eq!(MessageSummary::parse(&evil.write()).unwrap().voice, VoiceMessages::default());
}

#[test]
fn registrations_name_every_place() {
    let contact = RegisteredContact {
        id: "c0".into(),
        uri: "sip:7654321e0@192.0.2.7:5060;transport=tcp".into(),
        call_id: Some("a&b".into()),
        cseq: Some(3),
    };
    let registration =
        |id: &str, contacts| Registration { aor: "sip:7654321e0@sipgate.de".into(), id: id.into(), contacts };
    let registrations = vec![registration("r0", vec![contact]), registration("r1", vec![])];
    let info = RegInfo { extent: Extent::Full, registrations };
    let written = info.write().at(3);
    assert!(text(&written).contains("id=\"r1\" state=\"terminated\"/>"));
    assert_eq!(RegInfo::parse(&written), Ok((3, info)));
}

#[test]
fn a_list_carries_the_document_of_each_member() {
    let members = vec![
        Member {
            uri: "sip:101@d".into(),
            name: "Mara <1>".into(),
            document: ("application/pidf+xml", b"<presence/>"),
        },
        Member {
            uri: "sip:102@d".into(),
            name: String::new(),
            document: ("application/pidf+xml", b"--b\r\n\r\n"),
        },
    ];
    let list = ResourceList { uri: "sip:200@d".into(), version: 2, full: false, members };
    let (kind, body) = list.write("unguessable");
    assert!(kind.starts_with("multipart/related;type=\"application/rlmi+xml\";start=\"<list@gatehouse>\""));
    assert!(text(&body).starts_with(
        "--unguessable\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <list@gatehouse>\r\n"
    ));
    assert_eq!(ResourceList::parse(kind.as_bytes(), &body), Ok(list));
}

#[test]
fn parts_are_bounded_and_end() {
    let parts = vec![Part { id: String::new(), kind: "a/b", disposition: "", body: b"" }; 257];
    assert_eq!(
        multipart::parse(b"multipart/mixed;boundary=x", &multipart::write("x", &parts)),
        Err(DocumentRefused::TooLarge)
    );
    for (kind, body, why) in [
        ("multipart/mixed", "", DocumentRefused::Value("boundary")),
        ("multipart/mixed;boundary=\"\"", "", DocumentRefused::Value("boundary")),
        ("multipart/mixed;boundary=x", "--x\r\n\r\na", DocumentRefused::Malformed),
        ("multipart/mixed;boundary=x", "--x\r\nno head\r\n--x--", DocumentRefused::Malformed),
    ] {
        assert_eq!(multipart::parse(kind.as_bytes(), body.as_bytes()), Err(why), "{body}");
    }
}

/// As a Polycom and a Cisco send them.
#[test]
fn a_phone_sets_its_features() {
    let quiet = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<SetDoNotDisturb \
        xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">\n<device/>\n\
        <doNotDisturbOn>true</doNotDisturbOn>\n</SetDoNotDisturb>";
    assert_eq!(Feature::parse(quiet), Ok(Feature::DoNotDisturb(true)));
    let away = b"<SetForwarding><device/><forwardingType>forwardNoAns</forwardingType><activateForward>true</activateForward>\
        <forwardDN>+4915112345</forwardDN><ringCount>4</ringCount></SetForwarding>";
    let forward =
        Feature::Forward { when: When::Unanswered, on: true, target: "+4915112345".into(), rings: Some(4) };
    assert_eq!(Feature::parse(away), Ok(forward.clone()));
    let shown = forward.write();
    assert!(
        text(&shown)
            .contains("<forwardingType>forwardNoAns</forwardingType><forwardStatus>true</forwardStatus>")
    );
    assert!(text(&Feature::DoNotDisturb(false).write()).contains("<doNotDisturbOn>false</doNotDisturbOn>"));
    for bad in
        ["<SetDoNotDisturb/>", "<SetForwarding><activateForward>true</activateForward></SetForwarding>"]
    {
        assert!(matches!(Feature::parse(bad.as_bytes()), Err(DocumentRefused::Value(_))), "{bad}");
    }
}

#[test]
fn a_transfer_tells_how_far_it_is() {
    assert_eq!(sipfrag::write(180), b"SIP/2.0 180 Ringing\r\n");
    assert_eq!(sipfrag::parse(b"SIP/2.0 503 Service Unavailable\r\nRetry-After: 3\r\n"), Ok(503));
    assert_eq!(sipfrag::parse(b"sip/2.0 200"), Ok(200));
    assert_eq!(sipfrag::parse(b"INVITE sip:a SIP/2.0"), Err(DocumentRefused::Foreign));
    for bad in ["SIP/2.0 99 x", "SIP/2.0 +20", "SIP/2.0 ", "SIP/2.0 2000", "SIP/2.0 799"] {
        assert_eq!(sipfrag::parse(bad.as_bytes()), Err(DocumentRefused::Value("status")), "{bad}");
    }
}

/// What XML can carry in an attribute comes back as it was; the rest becomes `U+FFFD`.
fn carried(text: &str) -> String {
    let cannot = |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if cannot(c) { '\u{fffd}' } else { c }).collect()
}

proptest! {
    /// A name from anywhere stays a name, wherever it stands.
    #[test]
    fn nobody_smuggles_an_element(name in "\\PC*|[<>&\"'\\x00-\\x1f/=a-z\\]\\[!-]{0,24}") {
        let (_, read) = DialogInfo::parse(&ringing(&name).write().at(0)).unwrap();
        prop_assert_eq!(read, ringing(&carried(&name)));
        let state = Presence { entity: name.clone(), note: Some(format!("x{name}x")), ..Presence::default() };
        let read = Presence::parse(&state.write()).unwrap();
        prop_assert_eq!(read.entity, carried(&name));
        let note: String = carried(&format!("x{name}x")).chars().take(256).collect();
        prop_assert_eq!(read.note, Some(note));
    }

    /// Any bytes are read or refused.
    #[test]
    fn nothing_breaks_a_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0_usize..400) {
        let whole = ringing("x").write().at(1);
        let cut = cut.min(whole.len());
        let spoilt = [&whole[..cut], &bytes[..]].concat();
        for input in [&bytes, &spoilt] {
            let _ = (DialogInfo::parse(input), Presence::parse(input), RegInfo::parse(input), Feature::parse(input));
            let _ = (MessageSummary::parse(input), sipfrag::parse(input));
            let _ = ResourceList::parse(b"multipart/related;boundary=-", input);
        }
    }
}
