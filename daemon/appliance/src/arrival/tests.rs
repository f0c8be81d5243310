use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use board::ini::LONGEST;

use super::{Result, account, authorities, configuration, forget_everything, linked, network};
use crate::bench::Bench;

/// The drop zone read, without what concerns the machine that runs the test (its name).
fn arrive(bench: &Bench) -> Result {
    let mut result = Result::default();
    network(bench.place(), &mut result);
    account(bench.place(), &mut result);
    authorities(bench.place(), &mut result);
    configuration(bench.place(), &mut result);
    result
}

fn boxed() -> Bench {
    let bench = Bench::new("1.0.0");
    bench
        .program("gatehouse", "grep -q good \"$2\" || { echo \"$2:3: there is no such key\" >&2; exit 78; }");
    bench
}

#[test]
fn an_empty_drop_zone_changes_nothing() {
    assert!(arrive(&boxed()).lines.is_empty());
}

#[test]
fn files_from_a_windows_laptop_are_followed() {
    let bench = boxed();
    bench.dropped("network.ini", "\u{feff}address = 192.168.1.20/24\r\ngateway = 192.168.1.1\r\n");
    bench.dropped("gatehouse.toml", "\u{feff}# good\r\n");
    bench.dropped("authorities.pem", "-----BEGIN CERTIFICATE-----\r\nMA==\r\n-----END CERTIFICATE-----\r\n");
    let result = arrive(&bench);
    assert_eq!(result.lines, ["network.ini: used", "authorities.pem: used", "gatehouse.toml: used"]);
    assert!(result.mistakes.is_empty());
    let made = fs::read_to_string(bench.place().at("run/systemd/network/10-installer.network")).unwrap();
    assert!(made.contains("Address=192.168.1.20/24\n"), "{made}");
    let kept = |name: &str| fs::read(bench.place().memory().join("etc").join(name)).unwrap();
    assert_eq!(kept("gatehouse.toml"), b"# good\r\n", "without the mark that editors set");
    assert!(kept("authorities.pem").starts_with(b"-----BEGIN"));
}

#[test]
fn every_mistake_is_named_and_nothing_of_it_used() {
    let bench = boxed();
    bench.dropped("network.ini", "address = here\r\n");
    bench.dropped("account.ini", "token_id = token-A\r\n");
    bench.dropped("authorities.pem", [0x30, 0x82, 0x01]);
    bench.dropped("gatehouse.toml", "# bad\n");
    let result = arrive(&bench);
    assert_eq!(result.lines, result.mistakes);
    for (line, said) in result.lines.iter().zip([
        "network.ini: NOT USED: line 1: address wants",
        "account.ini: NOT USED: token is missing",
        "authorities.pem: NOT USED: there is no certificate in it",
        "gatehouse.toml: NOT USED: line 3: there is no such key",
    ]) {
        assert!(line.starts_with(said), "{line}");
    }
    assert!(bench.place().drop_zone().join("account.ini").exists(), "to be mended");
    assert!(!bench.place().memory().join("etc/gatehouse.toml").exists());
    assert!(!bench.place().memory().join("account").exists());
}

#[test]
fn the_token_leaves_the_drop_zone_and_then_the_box() {
    let bench = boxed();
    bench.dropped("account.ini", "token_id = token-A\r\ntoken = geheim\r\n");
    assert_eq!(arrive(&bench).lines, ["account.ini: read and removed; the page shows the account"]);
    assert!(!bench.place().drop_zone().join("account.ini").exists());
    let folder = bench.place().memory().join("account");
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700, "for root alone");
    assert_eq!(fs::read_to_string(folder.join("id")).unwrap(), "TOKEN_ID=token-A\n");
    assert_eq!(fs::read_to_string(folder.join("token")).unwrap(), "geheim\n");
    let _ = linked(bench.place());
    assert!(!folder.join("token").exists(), "the telephone system keeps it from now on");
}

#[test]
fn a_file_that_is_too_long_is_not_read() {
    let bench = boxed();
    bench.dropped("network.ini", vec![b'#'; LONGEST + 1]);
    assert_eq!(arrive(&bench).lines, ["network.ini: NOT USED: it is too long"]);
}

#[test]
fn the_box_is_called_by_the_end_of_its_card() {
    let bench = boxed();
    assert_eq!(bench.place().is_called(None), "gatehouse");
    for (card, address, real) in
        [("eth1", "52:54:00:12:34:57", true), ("eth0", "52:54:00:12:34:56", true), ("br0", "0:0", false)]
    {
        let folder = bench.place().at("sys/class/net").join(card);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("address"), format!("{address}\n")).unwrap();
        if real {
            fs::create_dir(folder.join("device")).unwrap();
        }
    }
    assert_eq!(bench.place().is_called(None), "gatehouse-3456");
}

#[test]
fn a_factory_reset_is_asked_of_the_firmware_once() {
    let bench = boxed();
    bench.program("systemctl", "echo \"$@\" >>\"$0.log\"");
    bench.dropped("factory-reset", "");
    let variable = bench.place().at(super::RESET);
    fs::create_dir_all(variable.parent().unwrap()).unwrap();
    let _ = forget_everything(bench.place(), &bench.place().drop_zone().join("factory-reset"));
    assert_eq!(fs::read(variable).unwrap(), b"\x07\0\0\0y\0e\0s\0");
    assert!(!bench.place().drop_zone().join("factory-reset").exists());
    let asked = fs::read_to_string(bench.place().at("usr/bin/systemctl.log")).unwrap();
    assert_eq!(asked, "reboot --force\n");
}

#[test]
fn a_firmware_that_keeps_nothing_does_not_make_the_box_start_anew_for_ever() {
    let bench = boxed();
    bench.program("systemctl", "echo \"$@\" >>\"$0.log\"");
    bench.dropped("factory-reset", "");
    let _ = forget_everything(bench.place(), &bench.place().drop_zone().join("factory-reset"));
    assert!(bench.screen().contains("factory reset: No such file"));
    assert!(!bench.place().at("usr/bin/systemctl.log").exists());
}

/// A box whose firmware keeps no word for the next start.
fn pi() -> Bench {
    let bench = boxed();
    fs::write(bench.place().at("usr/lib/os-release"), "IMAGE_VERSION=1.0.0\nGATEHOUSE_BOARD=rpi\n").unwrap();
    bench.program("systemctl", "echo \"$@\" >>\"$0.log\"");
    bench
}

#[test]
fn where_the_firmware_keeps_no_word_the_drop_zone_does() {
    let bench = pi();
    let (place, wish) = (bench.place(), bench.place().wishes().join("factory-reset"));
    fs::create_dir_all(place.wishes()).unwrap();
    fs::write(&wish, "").unwrap();
    let _ = forget_everything(place, &wish);
    assert!(!wish.exists() && place.drop_zone().join("factory-reset").exists());
    assert_eq!(fs::read_to_string(place.at("usr/bin/systemctl.log")).unwrap(), "reboot --force\n");
}

#[test]
fn a_wish_to_forget_is_granted_once() {
    for (seen, said) in [(true, ""), (false, "factory-reset: NOT USED: the drop zone could not be read")] {
        let bench = pi();
        bench.dropped("factory-reset", "");
        if seen {
            fs::write(bench.place().for_now().join("forget"), "").unwrap();
        }
        let _ = super::arrive(bench.place());
        assert!(!bench.place().drop_zone().join("factory-reset").exists());
        assert!(!bench.place().at("usr/bin/systemctl.log").exists(), "the box goes on");
        assert!(bench.result().contains(said), "{}", bench.result());
    }
}
