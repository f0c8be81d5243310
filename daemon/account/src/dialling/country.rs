//! Which digits are the country, and which the area.

/// Country codes of one and two digits; all others have three (ITU-T E.164 assigned country codes).
const SHORT: &[&str] = &[
    "1", "7", "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47",
    "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66",
    "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
];

/// Codes of three digits begin with one of these pairs.
const LONG: &[&str] = &[
    "21", "22", "23", "24", "25", "26", "29", "35", "37", "38", "42", "50", "59", "67", "68", "69", "80",
    "85", "87", "88", "96", "97", "99",
];

/// German area codes of two digits.
const TWO: &[&str] = &["30", "40", "69", "89"];

/// German area codes of three digits, and the services 0700, 0800 and 0900 (Bundesnetzagentur, list of area codes).
const THREE: &[u16] = &[
    201, 202, 203, 208, 209, 212, 214, 221, 228, 231, 234, 251, 261, 271, 281, 291, 331, 335, 340, 341, 345,
    351, 355, 361, 365, 371, 375, 381, 385, 391, 395, 421, 441, 451, 461, 471, 481, 491, 511, 521, 531, 541,
    551, 561, 571, 581, 591, 611, 621, 631, 641, 651, 661, 671, 681, 711, 721, 731, 741, 751, 761, 771, 781,
    791, 821, 831, 841, 851, 861, 871, 881, 906, 911, 921, 931, 941, 951, 961, 971, 981, 991, 700, 800, 900,
];

/// Whether any country has these digits in front.
pub(super) fn exists(digits: &str) -> bool {
    !split(digits).0.is_empty()
}

/// Country code and the rest; the code is empty when there is no such country.
pub(super) fn split(digits: &str) -> (&str, &str) {
    let short = SHORT.iter().find(|code| digits.starts_with(**code));
    let long = LONG.iter().any(|pair| digits.starts_with(*pair));
    let length = short.map_or(if long { 3 } else { 0 }, |code| code.len());
    digits.split_at_checked(length).unwrap_or(("", digits))
}

/// Area code and the rest of a German number without its zero; the area is empty where it is not certain.
pub(super) fn german_area(national: &str) -> (&str, &str) {
    let length = area_length(national);
    if national.len() <= length {
        return ("", national);
    }
    national.split_at_checked(length).unwrap_or(("", national))
}

/// Codes that begin with 3 have four digits or five, and 01 has services of every length: no saying where they end.
fn area_length(national: &str) -> usize {
    let front = |length: usize| national.get(..length).unwrap_or_default();
    if TWO.contains(&front(2)) {
        return 2;
    }
    if front(3).parse().is_ok_and(|code: u16| THREE.contains(&code)) || matches!(front(2), "16" | "17") {
        return 3;
    }
    match front(1) {
        _ if front(2) == "15" => 4,
        "0" | "1" | "3" => 0,
        _ => 4,
    }
}
