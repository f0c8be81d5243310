//! E1: what is an emergency call and what is none, row by row (NotrufV § 4 (5), RFC 5031, RFC 3966).

use proptest::prelude::*;

use super::{Class, DryRunRefused, Emergency, How, Numbers, NumbersRefused, Overlap, Service, Visitors};
use Class::{Ordinary, Privileged, Resembling, Test};

const fn police(how: How) -> Class {
    Class::Emergency(Emergency { service: Service::Police, how })
}

const fn rescue(how: How) -> Class {
    Class::Emergency(Emergency { service: Service::Rescue, how })
}

fn house(exit: &str) -> Numbers {
    Numbers::new(exit, Visitors::Understood, Some("*99*1")).unwrap()
}

/// Digit for an outside line, what was dialled, what it is.
const EN_BLOC: &[(&str, &str, Class)] = &[
    ("0", "112", rescue(How::Plainly)),
    ("0", "110", police(How::Plainly)),
    ("", "112", rescue(How::Plainly)),
    ("", "110", police(How::Plainly)),
    ("0", "0112", rescue(How::WithExitDigit)),
    ("0", "0110", police(How::WithExitDigit)),
    ("9", "9112", rescue(How::WithExitDigit)),
    ("9", "9110", police(How::WithExitDigit)),
    ("1", "1112", rescue(How::WithExitDigit)),
    ("0", "112#", rescue(How::WithMoreDigits)),
    ("0", "110*", police(How::WithMoreDigits)),
    ("0", "1125", rescue(How::WithMoreDigits)),
    ("0", "11211", rescue(How::WithMoreDigits)),
    ("0", "110999", police(How::WithMoreDigits)),
    ("0", "112112", rescue(How::WithMoreDigits)),
    ("0", "0112112", rescue(How::WithMoreDigits)),
    ("0", "01105", police(How::WithMoreDigits)),
    ("0", "1121234567890123", rescue(How::WithMoreDigits)),
    ("", "0112", Resembling),
    ("", "0110", Resembling),
    ("0", "00112", Resembling),
    ("0", "00110", Resembling),
    ("0", "9112", Resembling),
    ("0", "01901112", Resembling),
    ("0", "+49112", Resembling),
    ("0", "+112", Resembling),
    ("0", "0049112", Resembling),
    ("0", "0211112", Resembling),
    ("0", "2112", Resembling),
    ("0", "*31#112", Resembling),
    ("0", "#112", Resembling),
    ("0", "021155501112", Ordinary),
    ("0", "911", rescue(How::AsAtHome)),
    ("0", "999", rescue(How::AsAtHome)),
    ("0", "000", rescue(How::AsAtHome)),
    ("0", "9110", Resembling),
    ("0", "9111", Ordinary),
    ("0", "0911", Ordinary),
    ("0", "9999", Ordinary),
    ("0", "0004930555010", Ordinary),
    ("9", "911", rescue(How::AsAtHome)),
    ("0", "urn:service:sos", rescue(How::ByName)),
    ("0", "urn:service:sos.police", police(How::ByName)),
    ("0", "urn:service:sos.fire", rescue(How::ByName)),
    ("0", "urn:service:sos.ambulance", rescue(How::ByName)),
    ("0", "urn:service:sos.mountain", rescue(How::ByName)),
    ("0", "urn:service:sos.marine", rescue(How::ByName)),
    ("0", "URN:SERVICE:SOS.Police", police(How::ByName)),
    ("0", "urn:service:sos.poison", rescue(How::ByName)),
    ("0", "urn:service:counseling", Ordinary),
    ("0", "urn:service:sosumi", Ordinary),
    ("0", "urn:service:test.sos", Test),
    ("0", "urn:service:test.sos.fire", Test),
    ("0", "*99*1", Test),
    ("0", "*99*11", Ordinary),
    ("0", "116117", Privileged),
    ("0", "0116117", Privileged),
    ("", "0116117", Ordinary),
    ("0", "1161170", Ordinary),
    ("0", "115", Ordinary),
    ("0", "116116", Ordinary),
    ("0", "11833", Ordinary),
    ("0", "19222", Ordinary),
    ("0", "111", Ordinary),
    ("0", "113", Ordinary),
    ("0", "11", Ordinary),
    ("0", "1", Ordinary),
    ("0", "", Ordinary),
    ("0", "101", Ordinary),
    ("0", "sip:112@host;phone-context=+49", rescue(How::Plainly)),
    ("0", "sip:112;phone-context=+49@host;user=phone", rescue(How::Plainly)),
    ("0", "tel:112;phone-context=+49", rescue(How::Plainly)),
    ("0", "TEL:1-1-0", police(How::Plainly)),
    ("0", "tel:112@box.example", rescue(How::Plainly)),
    ("0", "sips:0112@box.example:5061", rescue(How::WithExitDigit)),
    ("0", "sip:112:pw@host", rescue(How::Plainly)),
    ("0", "sip:%31%31%32@host", rescue(How::Plainly)),
    ("0", "sip:112%23@host", rescue(How::WithMoreDigits)),
    ("0", "sip:112", rescue(How::Plainly)),
    ("0", "sip:112.1.2.3", Ordinary),
    ("0", "sip:112.1.2.3:5060", Ordinary),
    ("0", "sip:1123456e4@host", Ordinary),
    ("0", "sip:101@112", Ordinary),
    ("0", "sip:112%zz@host", Ordinary),
    ("0", "1 1 2", rescue(How::Plainly)),
    ("0", "(112)", rescue(How::Plainly)),
    ("0", "\u{202d}112\u{202c}", rescue(How::Plainly)),
    ("0", " 112\n", rescue(How::Plainly)),
    ("0", "notruf", Ordinary),
];

#[test]
fn e01_detection_of_whole_numbers() {
    assert!(EN_BLOC.len() >= 60);
    for (exit, target, class) in EN_BLOC {
        assert_eq!(house(exit).class(target), *class, "{target:?} with exit digit {exit:?}");
    }
}

#[test]
fn e01_detection_digit_by_digit() {
    use Overlap::{CouldBecome, Never, Now, OnceComplete};
    let police = |how| Now(Emergency { service: Service::Police, how });
    let rescue = |how| Emergency { service: Service::Rescue, how };
    let rows = [
        ("0", "", CouldBecome),
        ("0", "1", CouldBecome),
        ("0", "11", CouldBecome),
        ("0", "112", Now(rescue(How::Plainly))),
        ("0", "110", police(How::Plainly)),
        ("0", "113", Never),
        ("0", "116", Never),
        ("0", "12", Never),
        ("0", "0", CouldBecome),
        ("0", "01", CouldBecome),
        ("0", "011", CouldBecome),
        ("0", "0112", Now(rescue(How::WithExitDigit))),
        ("0", "0110", police(How::WithExitDigit)),
        ("0", "00", CouldBecome),
        ("0", "000", OnceComplete(rescue(How::AsAtHome))),
        ("0", "001", Never),
        ("0", "02", Never),
        ("", "01", Never),
        ("", "0112", Never),
        ("", "112", Now(rescue(How::Plainly))),
        ("0", "9", CouldBecome),
        ("0", "91", CouldBecome),
        ("0", "911", OnceComplete(rescue(How::AsAtHome))),
        ("0", "9112", Never),
        ("9", "911", CouldBecome),
        ("9", "9112", Now(rescue(How::WithExitDigit))),
        ("0", "2", Never),
        ("0", "+", Never),
        ("0", "*", Never),
        ("0", "a", Never),
    ];
    for (exit, so_far, becomes) in rows {
        assert_eq!(house(exit).overlap(so_far), becomes, "{so_far:?} with exit digit {exit:?}");
    }
}

#[test]
fn visitors_numbers_can_be_switched_off() {
    let numbers = Numbers::new("0", Visitors::Ignored, None).unwrap();
    for number in ["911", "999", "000"] {
        assert_eq!((numbers.class(number), numbers.overlap(number)), (Ordinary, Overlap::Never));
    }
}

#[test]
fn phones_are_told_what_to_dial_at_once() {
    assert_eq!(house("0").immediate(), ["110", "112", "0110", "0112"]);
    assert_eq!(house("").immediate(), ["110", "112"]);
}

#[test]
fn settings_that_would_hide_an_emergency_number_are_refused() {
    let refused = |exit, test| Numbers::new(exit, Visitors::Understood, test).unwrap_err();
    assert_eq!(refused("00", None), NumbersRefused::ExitDigit);
    assert_eq!(refused("*", None), NumbersRefused::ExitDigit);
    assert_eq!(refused("0", Some("*112")), NumbersRefused::TestCodeContainsEmergency);
    assert_eq!(refused("0", Some("*")), NumbersRefused::TestCode);
    assert_eq!(refused("0", Some("abc")), NumbersRefused::TestCode);
}

proptest! {
    #[test]
    fn whatever_follows_the_number_the_call_goes(digits in "[0-9*#]{0,80}", exit in "[0-9]?") {
        let numbers = house(&exit);
        for start in numbers.immediate() {
            let class = numbers.class(&format!("{start}{digits}"));
            prop_assert!(matches!(class, Class::Emergency(call) if start.ends_with(call.service.number())));
        }
    }

    #[test]
    fn digit_by_digit_and_whole_agree(digits in "[0-9]{1,6}", exit in "[0-9]?") {
        let numbers = house(&exit);
        match (numbers.overlap(&digits), numbers.class(&digits)) {
            (Overlap::Now(early), Class::Emergency(whole)) => prop_assert_eq!(early, whole),
            (Overlap::OnceComplete(early), Class::Emergency(whole)) => prop_assert_eq!(early, whole),
            (Overlap::Now(_) | Overlap::OnceComplete(_), other) => prop_assert!(false, "{other:?}"),
            (Overlap::Never, class) => prop_assert!(!matches!(class, Class::Emergency(_))),
            (Overlap::CouldBecome, _) => {}
        }
    }

    #[test]
    fn nothing_that_arrives_is_too_much(text in ".{0,300}") {
        let numbers = Numbers::default();
        let _ = (numbers.class(&text), numbers.overlap(&text));
    }
}

#[test]
fn t2_a_dry_run_never_calls_an_emergency_number() {
    let with = |code: &str, to: &str, dialled: &str| {
        let numbers = Numbers::new("0", Visitors::Understood, Some("*99*1")).unwrap();
        numbers.with_dry_run(code, to.parse().unwrap(), dialled)
    };
    for (to, dialled) in [
        ("+49112", "0112"),
        ("+49110", "0110"),
        ("+4911012345", "011012345"),
        ("+49112345678", "0112345678"),
        ("+1123456789", "001123456789"),
        ("+49911", "0911"),
        ("+49116117", "0116117"),
    ] {
        assert_eq!(with("*99*2", to, dialled), Err(DryRunRefused::Emergency), "{to}");
    }
    assert_eq!(with("*99*1", "+4930123456", "030123456"), Err(DryRunRefused::CodeTaken));
    assert_eq!(
        with("*1121", "+4930123456", "030123456"),
        Err(DryRunRefused::Code(NumbersRefused::TestCodeContainsEmergency))
    );
    for (to, dialled) in
        [("+492112345678", "02112345678"), ("+4930112110", "030112110"), ("+43123456", "0043123456")]
    {
        let numbers = with("*99*2", to, dialled).unwrap();
        assert_eq!((numbers.class("*99*2"), numbers.class("*99*1")), (Class::DryRun, Test));
        assert_eq!(numbers.dry_run_to().map(account::E164::as_str), Some(to));
        assert_eq!(numbers.class("*99*21"), Ordinary);
    }
}
