//! Where a telephone stands is said by itself, by relays that send copies of DHCP, and by switches that report whom they let in.

use std::{
    fs,
    io::Write as _,
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    process::{Command, Stdio},
};

use tests::{
    Gatehouse, Lan, Place, PracticeCloud, Sipp,
    loopback::free_port,
    program::{in_tree, run},
    until,
};

use super::places_follow_the_phone::{HEAD_OFFICE, WORKSHOP, bind, device_stands, stands};

/// The telephone's hardware, and the ways in which that is written.
const PHONE: [u8; 6] = [0x0c, 0x38, 0x3e, 0x11, 0x22, 0x33];
const PHONE_IN_RADIUS: &str = "0C-38-3E-11-22-33";
const SECRET: &str = "Rundfunk-2026";

#[test]
fn a4_a_phone_that_names_its_access_point_or_its_floor_takes_the_line_of_that_place() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    bind(&house, "access_point", "0010a4231900", HEAD_OFFICE);
    bind(&house, "access_point", "0010a42319c0", WORKSHOP);
    bind(&house, "stated", "country DE, A3 Musterstadt, FLR 2", WORKSHOP);
    let says = |scenario, word| {
        Sipp::new(scenario).to(house.sip()).row_with(cloud.phone("103"), word).passes();
    };
    says("register_saying_where.xml", "2");
    let phone = stands(&house, "stated", WORKSHOP);
    assert_eq!(phone["line_says"], "right", "{phone}");
    says("register_over_wifi.xml", "0010A4231907");
    stands(&house, "radio", HEAD_OFFICE);
    says("register_over_wifi.xml", "0010A42319CF");
    stands(&house, "radio", WORKSHOP);
}

/// Each base of a DECT system has hardware of its own, and registers the handsets that it carries.
#[test]
fn a4_handsets_behind_two_dect_bases_take_the_lines_of_their_places_and_walk_between_them() {
    let mut lan = Lan::new();
    let (place, address) = lan.host("box", 1);
    let office = in_tree("tests/practice/accounts/office.json");
    let cloud = PracticeCloud::start(&place, Ipv4Addr::LOCALHOST, &office);
    let mut house = Gatehouse::at(place, address);
    house.mirrors(&cloud.api);
    house.power_on();
    house.knows_the_account();
    let mut base = |name, last, site| {
        let (place, address) = lan.host(name, last);
        let mut hardware = place.command("cat");
        hardware.arg("/sys/class/net/lan/address");
        bind(&house, "base", run(hardware).trim(), site);
        (place, address)
    };
    let (cellar, roof) = (base("cellar", 11, HEAD_OFFICE), base("roof", 12, WORKSHOP));
    let registers = |(place, address): &(Place, Ipv4Addr), extension| {
        let handset = Sipp::new("register.xml").at(place.clone(), &address.to_string());
        handset.to(house.sip()).row(cloud.phone(extension)).passes();
    };
    registers(&cellar, "102");
    registers(&roof, "103");
    let (anna, ben) = (&cloud.phone("102").device, &cloud.phone("103").device);
    let stands = |device, place| {
        let phone = device_stands(&house, device, "radio", place);
        assert_eq!(phone["line_says"], "right", "{phone}");
        phone["line"].clone()
    };
    let lines = (stands(anna, HEAD_OFFICE), stands(ben, WORKSHOP));
    assert_ne!(lines.0, lines.1, "each the line of its base");
    registers(&roof, "102");
    assert_ne!(stands(anna, WORKSHOP), lines.0, "Anna has gone upstairs");
}

#[test]
fn a4_a_copy_of_dhcp_with_option_82_tells_the_port() {
    let cloud = PracticeCloud::office();
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    let house = house(&cloud, &format!("dhcp = \"{at}\"\ndhcp_from = [\"127.0.0.1/32\"]\n"));
    let send = |from: &str, port: &str| {
        let relay = UdpSocket::bind(from).unwrap();
        relay.send_to(&dhcp_request(port), at).unwrap();
    };
    moves(&house, |port| send("127.0.0.1:0", port));
    send("127.0.0.9:0", "Gi1/0/1");
    send("127.0.0.1:0", "Gi1/0/2");
    stands(&house, "port", WORKSHOP);
}

#[test]
fn a4_a_switch_that_accounts_over_radius_tells_the_port() {
    let cloud = PracticeCloud::office();
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    fs::write(&file, format!("{SECRET}\n")).unwrap();
    let radius = format!(
        "radius = \"{at}\"\nradius_from = [\"127.0.0.0/8\"]\nradius_secret_file = \"{}\"\n",
        file.display()
    );
    let house = house(&cloud, &radius);
    moves(&house, |port| {
        let report = format!(
            "Acct-Status-Type=Start,Acct-Session-Id=1,Calling-Station-Id={PHONE_IN_RADIUS},NAS-Identifier=keller,\
             NAS-Port-Type=Ethernet,NAS-Port-Id={port},Framed-IP-Address=127.0.0.1,Message-Authenticator=0x00"
        );
        assert!(accounts(at, SECRET, &report), "answered, and the answer is signed");
        assert!(!accounts(at, "another", &report), "whoever does not know the secret hears nothing");
    });
}

/// A house whose ports 1 and 2 of the switch in the cellar are bound, with a telephone in it.
fn house(cloud: &PracticeCloud, ears: &str) -> Gatehouse {
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    house.configured_with(&format!("[emergency]\n{ears}"));
    house.power_on();
    house.knows_the_account();
    for (port, place) in [("Gi1/0/1", HEAD_OFFICE), ("Gi1/0/2", WORKSHOP)] {
        bind(&house, "port", &format!("keller|{port}"), place);
    }
    Sipp::new("register.xml").to(house.sip()).row(cloud.phone("103")).passes();
    house
}

/// Whoever speaks says the first port, then the second.
fn moves(house: &Gatehouse, says: impl Fn(&str)) {
    until("the box to listen", || {
        let sources = house.tells("locations")["sources"].clone();
        let listens =
            |one: &serde_json::Value| one["name"].as_str().is_some_and(|name| name.contains(" 127.0.0.1:"));
        sources.as_array()?.iter().find(|one| listens(one) && one["failed"].is_null()).map(drop)
    });
    says("Gi1/0/1");
    stands(house, "port", HEAD_OFFICE);
    says("Gi1/0/2");
    let phone = stands(house, "port", WORKSHOP);
    assert_eq!(phone["line_says"], "right", "{phone}");
}

/// What a telephone at 127.0.0.1 says to renew its address, with what the switch in the cellar adds (RFC 2131, RFC 3046).
fn dhcp_request(port: &str) -> Vec<u8> {
    let mut message = vec![0; 236];
    message[..3].copy_from_slice(&[1, 1, 6]);
    message[12..16].copy_from_slice(&[127, 0, 0, 1]);
    message[28..34].copy_from_slice(&PHONE);
    message.extend([99, 130, 83, 99, 53, 1, 3]);
    let length = |text: &str| u8::try_from(text.len()).unwrap();
    let agent = [&[1, length(port)], port.as_bytes(), &[2, 6], b"keller"].concat();
    message.extend([82, u8::try_from(agent.len()).unwrap()]);
    message.extend(agent);
    message.push(255);
    message
}

/// Reports with FreeRADIUS' own client; says whether it was answered as it should be.
fn accounts(at: SocketAddr, secret: &str, report: &str) -> bool {
    let mut client = Command::new("radclient");
    client.args(["-r", "1", "-t", "1"]).arg(at.to_string()).args(["acct", secret]);
    client.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut client = client.spawn().expect("radclient of freeradius-utils");
    client.stdin.take().unwrap().write_all(report.as_bytes()).unwrap();
    client.wait().unwrap().success()
}
