use proptest::prelude::*;

use super::{Ended, Network, Origin, Outcome, Settings, Standing, Trial};

#[test]
fn a_fixed_address_becomes_what_systemd_understands() {
    let text = "address = 192.168.1.20/24\r\ngateway = 192.168.1.1\r\ndns = 192.168.1.1, 9.9.9.9\r\nname = Empfang\r\n";
    let wishes = Network::parse(text.as_bytes()).unwrap();
    assert_eq!(wishes.name(), Some("empfang"));
    let files = wishes.files();
    let [(name, text)] = files.as_slice() else { panic!("{files:?}") };
    assert_eq!(*name, "10-installer.network");
    for line in ["Address=192.168.1.20/24", "Gateway=192.168.1.1", "DNS=9.9.9.9"] {
        assert!(text.lines().any(|one| one == line), "{line} in {text}");
    }
    assert!(!text.contains("DHCP=yes"));
}

#[test]
fn a_vlan_carries_the_address() {
    let files = Network::parse(b"vlan = 20").unwrap().files();
    assert_eq!(
        files.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        ["10-installer.network", "10-house.netdev", "05-house.network"]
    );
    assert!(
        files[1].1.contains("Id=20") && files[2].1.contains("DHCP=yes") && !files[0].1.contains("DHCP=yes")
    );
}

#[test]
fn what_cannot_work_is_said_at_once() {
    for (text, said) in [
        (
            "address = 192.168.1.20",
            "line 1: address wants an address with its prefix, such as 192.168.1.20/24",
        ),
        (
            "address = 127.0.0.1/8",
            "line 1: address wants an address with its prefix, such as 192.168.1.20/24",
        ),
        (
            "address = 10.0.0.2/24\ngateway = 10.0.1.1",
            "the gateway 10.0.1.1 is not in the network of 10.0.0.2/24",
        ),
        ("gateway = 10.0.1.1", "gateway needs an address"),
        ("dns = here", "line 1: dns wants up to four addresses with commas between them"),
        ("name = -a", "line 1: name wants up to 63 letters, digits and hyphens"),
        ("vlan = 4095", "line 1: vlan wants a number from 1 to 4094"),
    ] {
        assert_eq!(Network::parse(text.as_bytes()).unwrap_err().to_string(), said);
    }
}

proptest! {
    /// Whatever is accepted stays within its own lines: nobody writes settings of systemd through a value.
    #[test]
    fn no_value_becomes_another_setting(value in "[ -~\\r\\n]{0,40}") {
        for key in ["address", "gateway", "dns", "name", "vlan"] {
            if let Ok(wishes) = Network::parse(format!("{key} = {value}").as_bytes()) {
                let known = ["[", "Type=", "Kind=", "VLAN=", "LinkLocalAddressing=", "Name=", "Id=", "MulticastDNS=", "Address=", "DHCP=",
                             "Gateway=", "DNS=", "ClientIdentifier=", "LLDP=", "EmitLLDP=", "UseDomains="];
                for (_, text) in wishes.files() {
                    prop_assert!(text.lines().all(|line| line.is_empty() || known.iter().any(|one| line.starts_with(one))), "{}", text);
                }
            }
        }
    }
}

#[test]
fn a_form_is_checked_as_the_file_is_and_means_the_same() {
    let text = "address = 192.168.1.20/24\ngateway = 192.168.1.1\ndns = 192.168.1.1, 9.9.9.9\nname = empfang\nvlan = 20\n";
    let of_file = Network::parse(text.as_bytes()).unwrap();
    assert_eq!(of_file.ini(), text);
    let settings = Settings::from(of_file.clone());
    assert_eq!(
        (settings.address.as_str(), settings.dns.as_str()),
        ("192.168.1.20/24", "192.168.1.1, 9.9.9.9")
    );
    assert_eq!(Network::try_from(settings), Ok(of_file));
    let dhcp = Settings { address: " DHCP ".to_owned(), ..Settings::default() };
    assert_eq!(Network::try_from(dhcp), Ok(Network::default()));
    let short = Settings { address: "192.168.1.20".to_owned(), ..Settings::default() };
    assert_eq!(
        Network::try_from(short).unwrap_err().to_string(),
        "address wants an address with its prefix, such as 192.168.1.20/24"
    );
}

#[test]
fn what_the_box_wrote_down_is_read_again_and_nothing_else() {
    let settings = Network::parse(b"address = 10.0.0.2/24").unwrap();
    let trial = Some(Trial { id: 7, settings: settings.clone(), until: Some(60) });
    let last = Some(Ended { at: 5, outcome: Outcome::NotConfirmed, settings: Network::default() });
    let standing = Standing { settings, origin: Origin::DropZone, trial, last };
    let text = serde_json::to_string(&standing).unwrap();
    assert_eq!(serde_json::from_str::<Standing>(&text).unwrap(), standing);
    for forged in [text.replace("10.0.0.2/24", "10.0.0.2"), text.replace("drop_zone", "cloud")] {
        assert!(serde_json::from_str::<Standing>(&forged).is_err(), "{forged}");
    }
}
