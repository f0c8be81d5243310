//! Germany (Bundesnetzagentur, numbering areas and lists of area codes; ITU-T E.164).

use super::Sort::{
    Anywhere, Authority, Directory, Doctor, Free, Landline, Machine, Mass, Mobile, Premium, Service, Social,
};
use super::{Country, Form, Local, Shape, short, whole};

/// Fifteen digits in the world are thirteen behind the 49; a direct line behind a switchboard may use them up.
const MOST: usize = 13;

pub(super) static GERMANY: Country = Country {
    name: "DE",
    code: "49",
    national: "0",
    international: "00",
    local: Local::Dialled { never_first: "01" },
    area_of: account::dialling::german_area,
    emergency: &["110", "112"],
    special: &["700", "800", "1801", "1802", "1803", "1804", "1805", "1806", "1888"],
    shapes: &[
        whole("20", Landline, 5, MOST),
        whole("21", Landline, 5, MOST),
        whole("22", Landline, 5, MOST),
        whole("23", Landline, 5, MOST),
        whole("24", Landline, 5, MOST),
        whole("25", Landline, 5, MOST),
        whole("26", Landline, 5, MOST),
        whole("27", Landline, 5, MOST),
        whole("28", Landline, 5, MOST),
        whole("29", Landline, 5, MOST),
        whole("30", Landline, 5, MOST),
        whole("33", Landline, 5, MOST),
        whole("34", Landline, 5, MOST),
        whole("35", Landline, 5, MOST),
        whole("36", Landline, 5, MOST),
        whole("37", Landline, 5, MOST),
        whole("38", Landline, 5, MOST),
        whole("39", Landline, 5, MOST),
        whole("4", Landline, 5, MOST),
        whole("5", Landline, 5, MOST),
        whole("6", Landline, 5, MOST),
        whole("7", Landline, 5, MOST),
        whole("8", Landline, 5, MOST),
        whole("9", Landline, 5, MOST),
        // Longer by two where the caller goes straight to a mailbox: 0171 13 2345678.
        whole("15", Mobile, 11, MOST),
        whole("16", Mobile, 10, MOST),
        whole("17", Mobile, 10, MOST),
        whole("32", Anywhere, 11, MOST),
        whole("700", Anywhere, 11, 11),
        whole("800", Free, 7, MOST),
        whole("180", Service, 8, 11),
        whole("12", Machine, 4, MOST),
        whole("137", Mass, 9, 11),
        whole("138", Mass, 7, 11),
        whole("900", Premium, 9, 11),
        // Groups of users with a plan of their own, 0181 to 0189.
        whole("18", Machine, 5, MOST),
        whole("164", Machine, 7, MOST),
        whole("168", Machine, 7, MOST),
        whole("169", Machine, 7, MOST),
        whole("19", Machine, 5, MOST),
        short("115", Authority, 3, 3),
        short("116", Social, 6, 6),
        short("116117", Doctor, 6, 6),
        short("118", Directory, 5, 6),
        // Ambulance that is no emergency: a number in every area.
        Shape { prefix: "19222", sort: Landline, least: 5, most: 5, form: Form::EachArea },
    ],
};
