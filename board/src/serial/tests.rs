//! A box in a folder, with what udev has written down there.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::udev::Properties;
use super::{KNOWN, Kind, look};

fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Plugs a port in: its name and numbers, maker and model, interface and socket.
fn plug(
    root: &Path,
    (name, numbers): (&str, &str),
    (vendor, model, called): (&str, &str, &str),
    at: (&str, &str),
) {
    put(root, &format!("sys/class/tty/{name}/dev"), &format!("{numbers}\n"));
    let (interface, socket) = at;
    let text = format!(
        "S:serial/by-path/{socket}\nS:serial/by-id/usb-{called}-if{interface}\nI:5123456\nE:ID_BUS=usb\nE:ID_VENDOR=Maker_{vendor}\n\
         E:ID_VENDOR_ID={vendor}\nE:ID_MODEL={called}\nE:ID_MODEL_ID={model}\nE:ID_SERIAL=Maker_{called}\n\
         E:ID_USB_INTERFACE_NUM={interface}\nE:ID_PATH={socket}:1.{interface}\nG:systemd\nV:1\n"
    );
    put(root, &format!("{KNOWN}/c{numbers}"), &text);
}

const FAX: (&str, &str, &str) = ("0572", "1340", "USB_Modem");
const MOBILE: (&str, &str, &str) = ("2C7C", "0125", "EC25");

#[test]
fn each_device_is_found_once_with_all_its_ports() {
    let box_ = tempfile::tempdir().unwrap();
    let root = box_.path();
    assert_eq!(look(root), []);
    plug(root, ("ttyACM0", "166:0"), FAX, ("00", "usb-0:3"));
    for (minor, interface) in [(0, "03"), (1, "02"), (2, "01"), (3, "00")] {
        plug(root, (&format!("ttyUSB{minor}"), &format!("188:{minor}")), MOBILE, (interface, "usb-0:2"));
    }
    put(root, "sys/class/tty/ttyS0/dev", "4:64\n");
    put(root, "sys/class/tty/ttyUSB9/dev", "188:9\n");
    let found = look(root);
    let kinds: Vec<_> = found.iter().map(|device| (device.kind, device.ports.len())).collect();
    assert_eq!(kinds, [(Kind::Mobile, 4), (Kind::Fax, 1)], "udev has not looked at ttyUSB9 yet");
    let interfaces: Vec<_> =
        found[0].ports.iter().map(|port| (port.interface.as_str(), port.name.as_str())).collect();
    assert_eq!(interfaces, [("00", "ttyUSB3"), ("01", "ttyUSB2"), ("02", "ttyUSB1"), ("03", "ttyUSB0")]);
    assert_eq!(found[1].name, "Maker 0572 USB Modem");
    assert_eq!(found[1].ports[0].stays.as_deref(), Some("usb-USB_Modem-if00"));
}

#[test]
fn two_alike_are_two_devices() {
    let box_ = tempfile::tempdir().unwrap();
    plug(box_.path(), ("ttyACM0", "166:0"), FAX, ("00", "usb-0:3"));
    plug(box_.path(), ("ttyACM1", "166:1"), FAX, ("00", "usb-0:4"));
    assert_eq!(look(box_.path()).len(), 2);
}

#[test]
fn what_it_is_stands_in_the_table() {
    for (vendor, model, named, kind) in [
        ("0baf", "0303", "", Kind::Fax),
        ("1199", "9071", "", Kind::Mobile),
        ("1546", "01a8", "", Kind::Satellites),
        ("1546", "1102", "", Kind::Other),
        ("0403", "6001", "", Kind::Converter),
        ("0403", "6001", "Gatehouse_Panel", Kind::Panel),
        ("", "", "", Kind::Other),
    ] {
        assert_eq!(super::kinds::of(vendor, model, named), kind, "{vendor}:{model} {named}");
    }
}

#[test]
fn numbers_and_links_that_lead_elsewhere_are_passed_over() {
    let box_ = tempfile::tempdir().unwrap();
    put(box_.path(), "sys/class/tty/ttyUSB0/dev", "188:../../../etc/passwd\n");
    assert_eq!(look(box_.path()), []);
    let links = Properties::read(
        "S:serial/by-id/../../mem\nS:serial/by-id/..\nS:serial/by-id/fine\nE:=x\nE:A=b=c\nE:B\n",
    );
    assert_eq!(links.link("serial/by-id/"), Some("fine"));
    assert_eq!((links.get("A"), links.get("B"), links.get("")), (Some("b=c"), None, None));
}

proptest! {
    #[test]
    fn nothing_that_cannot_be_shown_comes_through(text in "([ES]:[ -~\u{0}-\u{1f}=é]{0,40}\n){0,20}") {
        let read = Properties::read(&text);
        let shown = read.properties.iter().flat_map(|(name, value)| [name, value]).chain(&read.links);
        prop_assert!(shown.flat_map(|text| text.chars()).all(|letter| !letter.is_control()));
    }
}
