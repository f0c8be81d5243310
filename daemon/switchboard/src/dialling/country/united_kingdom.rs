//! United Kingdom (Ofcom, National Telephone Numbering Plan).

use super::Sort::{
    Anywhere, Authority, Directory, Doctor, Free, Landline, Machine, Mobile, Premium, Service, Social,
};
use super::{Country, Local, never_certain, short, whole};

pub(super) static UNITED_KINGDOM: Country = Country {
    name: "GB",
    code: "44",
    national: "0",
    international: "00",
    local: Local::Dialled { never_first: "01" },
    area_of: never_certain,
    emergency: &["112", "999"],
    special: &["5", "70", "8", "9"],
    shapes: &[
        whole("1", Landline, 9, 10),
        whole("2", Landline, 9, 10),
        whole("3", Landline, 10, 10),
        whole("5", Anywhere, 10, 10),
        whole("500", Free, 9, 10),
        whole("7", Mobile, 10, 10),
        whole("70", Anywhere, 10, 10),
        whole("76", Machine, 10, 10),
        whole("7624", Mobile, 10, 10),
        whole("80", Free, 7, 10),
        whole("84", Service, 7, 10),
        whole("87", Service, 10, 10),
        whole("9", Premium, 10, 10),
        short("101", Authority, 3, 3),
        short("105", Authority, 3, 3),
        short("111", Doctor, 3, 3),
        short("116", Social, 6, 6),
        short("118", Directory, 6, 6),
        short("119", Authority, 3, 3),
        short("123", Machine, 3, 3),
    ],
};
