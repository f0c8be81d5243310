//! Which area of Germany a number is of, and whether that fits a town: whoever takes the call reads the area from the number.
//!
//! Only areas whose code has two or three digits are listed, with the towns that they are named after; of every other town
//! nothing is said. A number may lie in a village of the town that has a longer code, so that the first two digits are compared.

use account::E164;

/// Code and towns (numbering plan of the Bundesnetzagentur, codes of two and three digits).
const AREAS: [(&str, &str); 89] = [
    ("30", "Berlin"),
    ("40", "Hamburg"),
    ("69", "Frankfurt am Main|Frankfurt"),
    ("89", "München"),
    ("201", "Essen"),
    ("202", "Wuppertal"),
    ("203", "Duisburg"),
    ("208", "Oberhausen|Mülheim an der Ruhr|Mülheim"),
    ("209", "Gelsenkirchen"),
    ("211", "Düsseldorf"),
    ("212", "Solingen"),
    ("214", "Leverkusen"),
    ("221", "Köln"),
    ("228", "Bonn"),
    ("231", "Dortmund"),
    ("234", "Bochum"),
    ("241", "Aachen"),
    ("251", "Münster"),
    ("261", "Koblenz"),
    ("271", "Siegen"),
    ("281", "Wesel"),
    ("291", "Meschede"),
    ("331", "Potsdam"),
    ("335", "Frankfurt (Oder)|Frankfurt an der Oder"),
    ("340", "Dessau-Roßlau|Dessau"),
    ("341", "Leipzig"),
    ("345", "Halle (Saale)|Halle an der Saale"),
    ("351", "Dresden"),
    ("355", "Cottbus"),
    ("361", "Erfurt"),
    ("365", "Gera"),
    ("371", "Chemnitz"),
    ("375", "Zwickau"),
    ("381", "Rostock"),
    ("385", "Schwerin"),
    ("391", "Magdeburg"),
    ("395", "Neubrandenburg"),
    ("421", "Bremen"),
    ("431", "Kiel"),
    ("441", "Oldenburg"),
    ("451", "Lübeck"),
    ("461", "Flensburg"),
    ("471", "Bremerhaven"),
    ("481", "Heide"),
    ("491", "Leer"),
    ("511", "Hannover"),
    ("521", "Bielefeld"),
    ("531", "Braunschweig"),
    ("541", "Osnabrück"),
    ("551", "Göttingen"),
    ("561", "Kassel"),
    ("571", "Minden"),
    ("581", "Uelzen"),
    ("591", "Lingen"),
    ("611", "Wiesbaden"),
    ("621", "Mannheim|Ludwigshafen am Rhein|Ludwigshafen"),
    ("631", "Kaiserslautern"),
    ("641", "Gießen"),
    ("651", "Trier"),
    ("661", "Fulda"),
    ("671", "Bad Kreuznach"),
    ("681", "Saarbrücken"),
    ("711", "Stuttgart"),
    ("721", "Karlsruhe"),
    ("731", "Ulm|Neu-Ulm"),
    ("741", "Rottweil"),
    ("751", "Ravensburg"),
    ("761", "Freiburg im Breisgau|Freiburg"),
    ("771", "Donaueschingen"),
    ("781", "Offenburg"),
    ("791", "Schwäbisch Hall"),
    ("811", "Hallbergmoos"),
    ("821", "Augsburg"),
    ("831", "Kempten"),
    ("841", "Ingolstadt"),
    ("851", "Passau"),
    ("861", "Traunstein"),
    ("871", "Landshut"),
    ("881", "Weilheim"),
    ("906", "Donauwörth"),
    ("911", "Nürnberg|Fürth"),
    ("921", "Bayreuth"),
    ("931", "Würzburg"),
    ("941", "Regensburg"),
    ("951", "Bamberg"),
    ("961", "Weiden in der Oberpfalz|Weiden"),
    ("971", "Bad Kissingen"),
    ("981", "Ansbach"),
    ("991", "Deggendorf"),
];
/// Of longer codes this much is compared.
const COMPARED: usize = 2;
/// Digits of a code that is not listed; those of five digits are taken for their first four.
const LONGER: usize = 4;

/// The area code of a German number of a place, without its zero; `None` of a mobile, free or foreign number.
#[must_use]
pub fn area(number: &E164) -> Option<&str> {
    let national = number.as_str().strip_prefix("+49")?;
    // 1 is mobile and service, 700, 800 and 900 are of nowhere.
    if national.starts_with('1') || ["700", "800", "900"].iter().any(|code| national.starts_with(code)) {
        return None;
    }
    let listed = AREAS.iter().map(|(code, _)| *code).find(|code| national.starts_with(code));
    national.get(..listed.map_or(LONGER, str::len))
}

/// Whether a number may be one of this town; `None` when nothing is known of either.
#[must_use]
pub fn fits(number: &E164, town: &str) -> Option<bool> {
    let named = |towns: &str| towns.split('|').any(|one| one.to_lowercase() == town.trim().to_lowercase());
    let (code, _) = AREAS.iter().find(|(_, towns)| named(towns))?;
    Some(area(number)?.get(..COMPARED) == code.get(..COMPARED))
}

/// The town at the end of an address in one line: what follows its last digit.
#[must_use]
pub fn town(line: &str) -> Option<&str> {
    let town = line.rsplit(|sign: char| sign.is_ascii_digit()).next()?;
    let town = town.trim_matches(|sign: char| !sign.is_alphanumeric() && sign != ')');
    let town = town.split(',').next()?.trim();
    (!town.is_empty()).then_some(town)
}

#[cfg(test)]
mod tests {
    use super::{AREAS, area, fits, town};

    #[test]
    fn v09_the_area_of_a_number_is_told_as_far_as_it_is_known() {
        for (number, code) in [
            ("+4921163550017", Some("211")),
            ("+4930555010", Some("30")),
            ("+493301234567", Some("3301")),
            ("+492506123456", Some("2506")),
            ("+4915112345678", None),
            ("+498001234567", None),
            ("+431234567", None),
        ] {
            assert_eq!(area(&number.parse().unwrap()), code, "{number}");
        }
    }

    #[test]
    fn v09_a_number_of_another_region_does_not_fit_the_town() {
        for (number, town, expected) in [
            ("+4921163550017", "Düsseldorf", Some(true)),
            ("+4921163550017", " DÜSSELDORF ", Some(true)),
            ("+4930555010", "Düsseldorf", Some(false)),
            ("+492506123456", "Münster", Some(true)),
            ("+4933512345", "Frankfurt (Oder)", Some(true)),
            ("+4969123456", "Frankfurt (Oder)", Some(false)),
            ("+4930555010", "Musterstadt", None),
            ("+4915112345678", "Berlin", None),
        ] {
            assert_eq!(fits(&number.parse().unwrap(), town), expected, "{number} {town}");
        }
    }

    #[test]
    fn v09_the_town_of_a_written_address_is_found() {
        for (line, expected) in [
            ("Beispielufer 12a, 40221 Düsseldorf", Some("Düsseldorf")),
            ("Ring 1, 15230 Frankfurt (Oder), Deutschland", Some("Frankfurt (Oder)")),
            ("Gladbacher Straße 74", None),
            ("", None),
        ] {
            assert_eq!(town(line), expected, "{line}");
        }
    }

    #[test]
    fn v09_no_code_is_listed_twice_or_hides_another() {
        for (at, (code, towns)) in AREAS.iter().enumerate() {
            assert!(
                (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit()),
                "{code}"
            );
            let others = AREAS.iter().enumerate().filter(|(other, _)| *other != at);
            assert!(others.clone().all(|(_, (other, _))| !other.starts_with(code)), "{code}");
            assert!(
                towns.split('|').all(|town| others
                    .clone()
                    .all(|(_, (_, towns))| towns.split('|').all(|one| one != town)))
            );
        }
    }
}
