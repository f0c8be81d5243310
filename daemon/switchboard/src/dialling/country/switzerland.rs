//! Switzerland (BAKOM, numbering plan E.164/2002; the area code is part of every number).

use super::Sort::{Anywhere, Directory, Free, Landline, Machine, Mobile, Premium, Service, Social};
use super::{Country, Local, never_certain, short, whole};

pub(super) static SWITZERLAND: Country = Country {
    name: "CH",
    code: "41",
    national: "0",
    international: "00",
    local: Local::AreaAlways,
    area_of: never_certain,
    emergency: &["112", "117", "118", "144", "145", "1414", "1415"],
    special: &["80", "84", "87", "90"],
    shapes: &[
        whole("2", Landline, 9, 9),
        whole("3", Landline, 9, 9),
        whole("4", Landline, 9, 9),
        whole("5", Landline, 9, 9),
        whole("6", Landline, 9, 9),
        whole("7", Mobile, 9, 9),
        whole("71", Landline, 9, 9),
        whole("74", Machine, 9, 9),
        whole("81", Landline, 9, 9),
        whole("91", Landline, 9, 9),
        whole("800", Free, 9, 9),
        whole("84", Service, 9, 9),
        whole("878", Anywhere, 9, 9),
        whole("900", Premium, 9, 9),
        whole("901", Premium, 9, 9),
        whole("906", Premium, 9, 9),
        short("116", Social, 6, 6),
        short("143", Social, 3, 3),
        short("147", Social, 3, 3),
        short("18", Directory, 4, 4),
    ],
};
