use proptest::prelude::{Strategy, any, proptest};

use super::{Dialling, DiallingRefused};
use crate::E164;

fn berlin() -> Dialling {
    Dialling::german(Some("030"))
}

fn read(written: &str) -> String {
    berlin().read(written).map_or_else(|why| format!("{why:?}"), |number| number.to_string())
}

#[test]
fn one_number_however_it_is_written() {
    for written in [
        "+4930555010",
        "+49 30 555010",
        "+49 (0) 30 55 50 10",
        "+49(0)30-555010",
        "+49 030 555010",
        "004930555010",
        "00 49 30 / 555 010",
        "030/555010",
        "(030) 555010",
        "030 5550-10",
        "030.555.010",
        "030\u{a0}555\u{2013}010",
        "555010",
        "5550-10",
        "4930555010",
        "tel:+4930555010",
        "TEL:+4930555010;phone-context=example.org",
        "\u{202a}+49 30 555010\u{202c}",
        "  030 555010\t",
    ] {
        assert_eq!(read(written), "+4930555010", "{written:?}");
    }
}

#[test]
fn other_countries_and_other_kinds() {
    for (written, number) in [
        ("0043 1 2345678", "+4312345678"),
        ("+43 (0) 1 2345678", "+4312345678"),
        ("+39 06 1234567", "+39061234567"),
        ("0171 / 23 45 678", "+491712345678"),
        ("0800 330 1000", "+498003301000"),
        ("030 5550-0", "+493055500"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("+423 234 5678", "+4232345678"),
    ] {
        assert_eq!(read(written), number, "{written:?}");
    }
}

#[test]
fn what_is_not_certain_is_refused_and_says_why() {
    for (written, why) in [
        ("", DiallingRefused::Empty),
        (" - ", DiallingRefused::Empty),
        ("+", DiallingRefused::Empty),
        ("12", DiallingRefused::Short),
        ("0", DiallingRefused::Short),
        ("+49 30", DiallingRefused::Short),
        ("030 VANITY", DiallingRefused::Letter('V')),
        ("030 555*10", DiallingRefused::Letter('*')),
        ("030 555+10", DiallingRefused::Letter('+')),
        ("110", DiallingRefused::Service),
        ("112", DiallingRefused::Service),
        ("116 117", DiallingRefused::Service),
        ("118 33", DiallingRefused::Service),
        ("4.93056E+11", DiallingRefused::Rounded),
        ("4,93056E+11", DiallingRefused::Rounded),
        ("+49 30 5550 1000 2000", DiallingRefused::Long),
        ("+0 123456", DiallingRefused::Country),
        ("030 5550-10/-11", DiallingRefused::Several),
    ] {
        assert_eq!(berlin().read(written), Err(why), "{written:?}");
    }
    assert_eq!(Dialling::german(None).read("555010"), Err(DiallingRefused::NoArea));
}

#[test]
fn one_cell_may_hold_several() {
    let all =
        |written| berlin().read_all(written).unwrap().iter().map(ToString::to_string).collect::<Vec<_>>();
    let both = ["+4930555010", "+4930555011"];
    for written in [
        "030 5550-10/-11",
        "030 5550-10 / -11",
        "5550-10 oder -11",
        "030 5550-10; 030 5550-11",
        "030/555010, 030/555011",
    ] {
        assert_eq!(all(written), both, "{written:?}");
    }
    assert_eq!(all(" , "), [""; 0]);
}

#[test]
fn numbers_are_shown_as_people_here_write_them() {
    for (number, shown) in [
        ("+4930555010", "030 555010"),
        ("+4922112345", "0221 12345"),
        ("+4921738000", "02173 8000"),
        ("+491712345678", "0171 2345678"),
        ("+4915112345678", "01511 2345678"),
        ("+493320112345", "03320112345"),
        ("+498003301000", "0800 3301000"),
        ("+4312345678", "+43 12345678"),
        ("+4232345678", "+423 2345678"),
    ] {
        assert_eq!(berlin().show(&number.parse().unwrap()), shown);
    }
}

fn number() -> impl Strategy<Value = E164> {
    "[1-9][0-9]{2,4}[1-9][0-9]{3,8}"
        .prop_map(|digits| format!("+49{digits}"))
        .prop_filter_map("digits", |text| text.parse().ok())
}

proptest! {
    #[test]
    fn what_is_shown_is_read_back(number in number()) {
        let here = berlin();
        assert_eq!(here.read(&here.show(&number)).unwrap(), number);
    }

    #[test]
    fn anything_is_read_or_refused_and_keeps_its_digits(text in any::<String>()) {
        let Ok(number) = berlin().read(&text) else { return Ok(()) };
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let end = digits.len().saturating_sub(4);
        assert!(number.as_str().ends_with(digits.get(end..).unwrap()) || digits.len() < 6);
    }
}

#[test]
fn each_country_writes_its_own_numbers() {
    let read = |country: &str, written: &str| Dialling::of(country).read(written).map(|it| it.to_string());
    assert_eq!(read("AT", "01 5550101").as_deref(), Ok("+4315550101"));
    assert_eq!(read("ch", "044 555 01 01").as_deref(), Ok("+41445550101"));
    assert_eq!(read("GB", "+44 (0)20 7946 0000").as_deref(), Ok("+442079460000"));
    assert_eq!(read("AT", "+49 30 555010").as_deref(), Ok("+4930555010"));
    assert_eq!(read("ES", "+34 915 550 101").as_deref(), Ok("+34915550101"));
    for written in ["0915 550 101", "915 550 101", "34915550101"] {
        assert_eq!(read("ES", written), Err(DiallingRefused::NoCountry), "{written}");
    }
    let vienna = "+4315550101".parse().unwrap();
    assert_eq!(Dialling::of("AT").show(&vienna), "015550101");
    assert_eq!(Dialling::of("ES").show(&vienna), "+43 15550101");
}
