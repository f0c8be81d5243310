use super::{Called, Country, Distance, Spot, Wish, in_context, wish};

fn spot(country: &str, area: Option<&str>, outside_digit: Option<char>) -> Spot {
    Spot { country: Country::named(country).unwrap(), area: area.map(Into::into), outside_digit }
}

/// `+4930555010 Landline`, `115 Authority`, or the refusal.
fn read(spot: &Spot, dialled: &str) -> String {
    match spot.read(dialled) {
        Ok(outside) => format!("{} {:?}", outside.as_dialled(), outside.sort),
        Err(why) => format!("{why:?}"),
    }
}

fn expect(spot: &Spot, rows: &[(&str, &str)]) {
    let read = rows.iter().map(|(dialled, wanted)| (dialled, read(spot, dialled), wanted));
    let wrong: Vec<_> = read.filter(|(_, is, wanted)| is != *wanted).collect();
    assert!(wrong.is_empty(), "{spot:?}: {wrong:#?}");
}

const BERLIN: &[(&str, &str)] = &[
    // neighbours, towns, mobiles
    ("555010", "+4930555010 Landline"),
    ("55501", "+493055501 Landline"),
    ("5550", "NoSuchNumber"),
    ("55501012345", "+493055501012345 Landline"),
    ("555010123456", "TooLong"),
    ("155501", "NoSuchNumber"),
    ("030555010", "+4930555010 Landline"),
    ("030 555 010", "+4930555010 Landline"),
    ("(030) 5550-10", "+4930555010 Landline"),
    ("030/5550.10", "+4930555010 Landline"),
    ("0221555010", "+49221555010 Landline"),
    ("0331555010", "+49331555010 Landline"),
    ("033056123", "+4933056123 Landline"),
    ("04042", "TooShort"),
    ("040123", "+4940123 Landline"),
    ("089123456789012", "TooLong"),
    ("08912345678901", "+498912345678901 Landline"),
    ("0171 2345678", "+491712345678 Mobile"),
    ("01712345678", "+491712345678 Mobile"),
    ("0171132345678", "+49171132345678 Mobile"),
    ("015112345678", "+4915112345678 Mobile"),
    ("01511234567", "TooShort"),
    ("0171234567", "TooShort"),
    ("01601234567", "+491601234567 Mobile"),
    ("016412345678", "+4916412345678 Machine"),
    ("03212345678", "TooShort"),
    ("032123456789", "+4932123456789 Anywhere"),
    ("070012345678", "+4970012345678 Anywhere"),
    ("0700123456", "TooShort"),
    ("0700123456789", "TooLong"),
    // the same with country code
    ("+4930555010", "+4930555010 Landline"),
    ("+49 030 555010", "+4930555010 Landline"),
    ("+49 (0)30 555010", "+4930555010 Landline"),
    ("004930555010", "+4930555010 Landline"),
    ("0049030555010", "+4930555010 Landline"),
    ("+491712345678", "+491712345678 Mobile"),
    ("+4917123", "TooShort"),
    ("+49", "TooShort"),
    ("+490", "TooShort"),
    ("0049", "TooShort"),
    // services
    ("08003301000", "+498003301000 Free"),
    ("0800123", "TooShort"),
    ("+498003301000", "+498003301000 Free"),
    ("01805123456", "+491805123456 Service"),
    ("018012345", "+4918012345 Service"),
    ("0180512", "TooShort"),
    ("0180512345678", "TooLong"),
    ("01807123456", "+491807123456 Service"),
    ("0137123456", "+49137123456 Mass"),
    ("01371234567", "+491371234567 Mass"),
    ("01371", "TooShort"),
    ("013812345", "+4913812345 Mass"),
    ("09001123456", "+499001123456 Premium"),
    ("0900112", "TooShort"),
    ("090011234567", "+4990011234567 Premium"),
    ("0900112345678", "TooLong"),
    ("0121212345", "+49121212345 Machine"),
    ("018112345", "+4918112345 Machine"),
    ("0185123456", "+49185123456 Machine"),
    ("018812345", "+4918812345 Machine"),
    ("0191011", "+49191011 Machine"),
    ("115", "115 Authority"),
    ("0115", "115 Authority"),
    ("+49115", "115 Authority"),
    ("1151", "TooLong"),
    ("116116", "116116 Social"),
    ("116111", "116111 Social"),
    ("116117", "116117 Doctor"),
    ("+49116117", "116117 Doctor"),
    ("0116117", "116117 Doctor"),
    ("11611", "NoSuchNumber"),
    ("1161171", "TooLong"),
    ("11833", "11833 Directory"),
    ("11880", "11880 Directory"),
    ("118000", "118000 Directory"),
    ("+4911833", "11833 Directory"),
    ("1183", "NoSuchNumber"),
    ("1180001", "TooLong"),
    ("19222", "+493019222 Landline"),
    ("03019222", "+493019222 Landline"),
    // what does not exist
    ("0", "TooShort"),
    ("00", "TooShort"),
    ("000", "TooShort"),
    ("010123456789", "NoSuchNumber"),
    ("01012030555010", "NoSuchNumber"),
    ("0310", "NoSuchNumber"),
    ("0141234567", "NoSuchNumber"),
    ("113", "NoSuchNumber"),
    ("119", "NoSuchNumber"),
    ("1", "NoSuchNumber"),
    ("99", "NoSuchNumber"),
    // never an emergency number in disguise
    ("110", "NoSuchNumber"),
    ("112", "NoSuchNumber"),
    ("0112", "NoSuchNumber"),
    ("+49112", "NoSuchNumber"),
    ("0049110", "NoSuchNumber"),
    // no numbers at all
    ("", "NotANumber"),
    ("+", "TooShort"),
    ("-", "NotANumber"),
    ("alice", "NotANumber"),
    ("030CALLME", "NotANumber"),
    ("030+555", "NotANumber"),
    ("٠٣٠٥٥٥٠١٠", "NotANumber"),
    ("*99", "UnknownCode"),
    ("#21#", "UnknownCode"),
    ("*21*030555010#", "UnknownCode"),
    ("030555010#", "UnknownCode"),
];

#[test]
fn germany_as_people_dial_it_in_berlin() {
    expect(&spot("DE", Some("30"), None), BERLIN);
}

#[test]
fn abroad_as_people_dial_it_from_germany() {
    let rows = [
        ("0043123456789", "+43123456789 Landline"),
        ("+436641234567", "+436641234567 Mobile"),
        ("+43900123456", "+43900123456 Premium"),
        ("+41441234567", "+41441234567 Landline"),
        ("0041791234567", "+41791234567 Mobile"),
        ("+41900123456", "+41900123456 Premium"),
        ("+442071234567", "+442071234567 Landline"),
        ("+447911123456", "+447911123456 Mobile"),
        ("+447012345678", "+447012345678 Anywhere"),
        ("+449012345678", "+449012345678 Premium"),
        ("+12125550100", "+12125550100 Unknown"),
        ("0012125550100", "+12125550100 Unknown"),
        ("+390612345678", "+390612345678 Unknown"),
        ("+88213123456", "+88213123456 Unknown"),
        ("+4232345678", "+4232345678 Unknown"),
        ("+2801234567", "NoSuchCountry"),
        ("+0301234567", "NoSuchCountry"),
        ("00012345678", "NoSuchCountry"),
        ("+4312", "TooShort"),
        ("+43", "TooShort"),
        ("+431234567890123", "+431234567890123 Landline"),
        ("+4312345678901234", "TooLong"),
    ];
    expect(&spot("DE", Some("30"), None), &rows);
    let wrong = spot("DE", Some("30"), None).read("+43123456789").unwrap();
    assert_eq!((wrong.distance, &*wrong.key), (Distance::Abroad, "43123456789"));
}

#[test]
fn without_a_known_area_only_whole_numbers_are_dialled() {
    let rows = [
        ("555010", "NoArea"),
        ("030555010", "+4930555010 Landline"),
        ("19222", "19222 Landline"),
        ("115", "115 Authority"),
        ("0171 2345678", "+491712345678 Mobile"),
    ];
    expect(&spot("DE", None, None), &rows);
}

#[test]
fn a_house_with_a_digit_for_outside_lines() {
    let rows = [
        ("0030555010", "+4930555010 Landline"),
        ("0555010", "+4930555010 Landline"),
        ("0555", "+4930555 Landline"),
        ("00043123456789", "+43123456789 Landline"),
        ("+43123456789", "+43123456789 Landline"),
        ("0115", "115 Authority"),
        ("0116117", "116117 Doctor"),
        ("0", "TooShort"),
        ("055", "TooShort"),
        ("555010", "NoOutsideDigit"),
        ("115", "NoOutsideDigit"),
    ];
    expect(&spot("DE", Some("30"), Some('0')), &rows);
    let rows = [
        ("9030555010", "+4930555010 Landline"),
        ("9555010", "+4930555010 Landline"),
        ("030555010", "+4930555010 Landline"),
        ("0043123456789", "+43123456789 Landline"),
        ("555010", "NoOutsideDigit"),
    ];
    expect(&spot("DE", Some("30"), Some('9')), &rows);
}

#[test]
fn other_countries_are_dialled_by_their_own_rules() {
    let vienna = [
        ("0664 1234567", "+436641234567 Mobile"),
        ("01 2345678", "+4312345678 Landline"),
        ("2345678", "+4312345678 Landline"),
        ("0900 123456", "+43900123456 Premium"),
        ("0720 123456", "+43720123456 Anywhere"),
        ("11811", "11811 Directory"),
        ("141", "141 Doctor"),
        ("144", "NoSuchNumber"),
        ("+4930555010", "+4930555010 Landline"),
    ];
    expect(&spot("AT", Some("1"), None), &vienna);
    let zurich = [
        ("0441234567", "+41441234567 Landline"),
        ("0791234567", "+41791234567 Mobile"),
        ("0711234567", "+41711234567 Landline"),
        ("1234567", "NoSuchNumber"),
        ("044123456", "TooShort"),
        ("04412345678", "TooLong"),
        ("0900123456", "+41900123456 Premium"),
        ("1811", "1811 Directory"),
        ("118", "NoSuchNumber"),
        ("0118", "NoSuchNumber"),
    ];
    expect(&spot("CH", Some("44"), None), &zurich);
    let london = [
        ("02071234567", "+442071234567 Landline"),
        ("71234567", "+442071234567 Landline"),
        ("07911 123456", "+447911123456 Mobile"),
        ("07624 123456", "+447624123456 Mobile"),
        ("07612345678", "+447612345678 Machine"),
        ("0800 123456", "+44800123456 Free"),
        ("09012345678", "+449012345678 Premium"),
        ("118500", "118500 Directory"),
        ("111", "111 Doctor"),
        ("101", "101 Authority"),
        ("999", "NoSuchNumber"),
        ("0999", "NoSuchNumber"),
    ];
    expect(&spot("GB", Some("20"), None), &london);
}

#[test]
fn services_keep_their_country_for_rules_by_prefix() {
    let berlin = spot("DE", Some("30"), None);
    let keys = ["11833", "+4911833", "09001123456", "555010", "19222"]
        .map(|dialled| berlin.read(dialled).unwrap().key.to_string());
    assert_eq!(keys, ["4911833", "4911833", "499001123456", "4930555010", "493019222"]);
    assert_eq!(berlin.read("115").unwrap().called, Called::Short("115".into()));
}

#[test]
fn a_number_is_hidden_once_by_any_of_the_codes_people_know() {
    for code in ["*31*", "*31#", "#31#"] {
        assert_eq!(wish(&format!("{code}030555010")), (Wish::Hidden, "030555010"));
        assert_eq!(wish(code), (Wish::AsUsual, code));
    }
    for other in ["030555010", "*3130", "31", "*32*030", ""] {
        assert_eq!(wish(other), (Wish::AsUsual, other));
    }
}

#[test]
fn a_number_is_read_where_its_context_says() {
    let rows = [
        ("555010", "+4930", Some("+4930555010")),
        ("555010", "+49-30", Some("+4930555010")),
        ("0221555010", "+49", Some("+49221555010")),
        ("0221555010", "+4930", Some("+49221555010")),
        ("115", "+49", Some("115")),
        ("+43123456789", "+49", Some("+43123456789")),
        ("71234567", "+4420", Some("+442071234567")),
        ("112", "+49", Some("112")),
        ("110", "+4930", Some("110")),
        ("999", "+44", Some("999")),
        ("102", "+4930", Some("102")),
        ("555010", "+33", None),
        ("555010", "office.example", None),
        ("555010", "", None),
    ];
    for (digits, context, number) in rows {
        assert_eq!(in_context(digits, context).as_deref(), number, "{digits} {context}");
    }
}

proptest::proptest! {
    /// Whatever is dialled: what comes out is a number of the world or a short service, and never an emergency number.
    #[test]
    fn no_text_reaches_an_emergency_number_or_none(text in "(\\+|00|0|9)?[0-9 ()/.-]{0,20}", digit in proptest::option::of("[0-9]"), country in 0usize..4) {
        let country = super::country::COUNTRIES[country];
        let outside_digit = digit.and_then(|digit| digit.chars().next());
        let spot = Spot { country, area: Some("30".into()), outside_digit };
        if let Ok(outside) = spot.read(&text) {
            let dialled = outside.as_dialled();
            proptest::prop_assert!(!country.emergency.contains(&dialled));
            proptest::prop_assert!(dialled.len() <= 16 && outside.key.len() <= 15);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,80}", context in "\\PC{0,20}") {
        let _ = spot("DE", None, Some('0')).read(wish(&text).1);
        let _ = in_context(&text, &context);
    }
}
