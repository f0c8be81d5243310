//! Austria (RTR, Kommunikationsparameter-, Entgelt- und Mehrwertdiensteverordnung, KEM-V).

use super::Sort::{Anywhere, Directory, Doctor, Free, Landline, Machine, Mobile, Premium, Service, Social};
use super::{Country, Local, never_certain, short, whole};

const MOST: usize = 13;

pub(super) static AUSTRIA: Country = Country {
    name: "AT",
    code: "43",
    national: "0",
    international: "00",
    local: Local::Dialled { never_first: "01" },
    area_of: never_certain,
    emergency: &["112", "122", "133", "144"],
    special: &["718", "72", "78", "8", "9"],
    shapes: &[
        whole("1", Landline, 4, MOST),
        whole("2", Landline, 5, MOST),
        whole("3", Landline, 5, MOST),
        whole("4", Landline, 5, MOST),
        whole("5", Landline, 5, MOST),
        whole("6", Landline, 5, MOST),
        whole("7", Landline, 5, MOST),
        whole("65", Mobile, 7, MOST),
        whole("66", Mobile, 7, MOST),
        whole("67", Mobile, 7, MOST),
        whole("68", Mobile, 7, MOST),
        whole("69", Mobile, 7, MOST),
        whole("718", Machine, 5, MOST),
        whole("720", Anywhere, 7, MOST),
        whole("780", Anywhere, 7, MOST),
        whole("800", Free, 7, MOST),
        whole("810", Service, 7, MOST),
        whole("820", Service, 7, MOST),
        whole("821", Service, 7, MOST),
        whole("828", Service, 5, MOST),
        whole("900", Premium, 7, MOST),
        whole("901", Premium, 7, MOST),
        whole("930", Premium, 7, MOST),
        whole("931", Premium, 7, MOST),
        whole("939", Premium, 7, MOST),
        short("116", Social, 6, 6),
        short("116117", Doctor, 6, 6),
        short("118", Directory, 5, 6),
        short("128", Social, 3, 3),
        short("140", Social, 3, 3),
        short("141", Doctor, 3, 3),
        short("142", Social, 3, 3),
        short("147", Social, 3, 3),
    ],
};
