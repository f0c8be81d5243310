use std::io::Write as _;

use account::{Destination, Number, NumberId, NumberKind, SipUser, User};

use super::*;

fn device(id: &str, kind: DeviceKind, login: bool) -> Device {
    let user: SipUser = format!("7654321{id}").parse().unwrap();
    let credentials = Credentials {
        user,
        password: Secret::new("geheim".into()),
        server: "cloud.test".into(),
        outbound_proxy: "proxy.cloud.test".into(),
    };
    Device {
        id: id.parse().unwrap(),
        alias: String::new(),
        kind,
        owner: None,
        dnd: false,
        phonelines: vec![],
        groups: vec![],
        credentials: login.then_some(credentials),
        emergency_address: None,
    }
}

fn house() -> Snapshot {
    let devices = [
        device("e0", DeviceKind::Register, true),
        device("e1", DeviceKind::Register, false),
        device("e2", DeviceKind::App, true),
        device("e3", DeviceKind::Register, true),
    ];
    let mut house = Snapshot::default();
    house.devices = devices.into_iter().map(|it| (it.id.clone(), it)).collect();
    house
}

fn names(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|line| line.id.as_str()).collect()
}

fn provider(name: &str, password_file: Option<std::path::PathBuf>) -> Provider {
    Provider {
        name: LineId::new(name),
        via: emergency::Via::SecondTrunk,
        target: Target::named("trunk.test", None).unwrap(),
        domain: "trunk.test".into(),
        user: "1234567t0".parse().unwrap(),
        password_file,
        presents: vec![],
        carries: vec![],
        dial_in: vec![],
        manner: Manner::default(),
        rings: None,
        calls: Some(2),
    }
}

#[test]
fn every_phone_with_a_login_is_a_line_where_devices_are_wanted() {
    let own = [of_provider(&provider("trunk", None), LineKind::Trunk)];
    for mode in [TrunkMode::Devices, TrunkMode::Both] {
        assert_eq!(names(&all(mode, &house(), &own)), ["7654321e0", "7654321e3", "trunk"]);
    }
    for mode in [TrunkMode::Off, TrunkMode::Trunk] {
        assert_eq!(names(&all(mode, &house(), &own)), ["trunk"]);
    }
    let lines = all(TrunkMode::Devices, &house(), &[]);
    assert_eq!(lines[0].servers, [Target::named("proxy.cloud.test", None).unwrap()]);
    assert_eq!(
        (lines[0].domain.as_str(), &lines[0].kind),
        ("cloud.test", &LineKind::Device("e0".parse().unwrap()))
    );
}

#[test]
fn a_password_is_one_line_of_its_file() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b" s3cret \n# a remark\n").unwrap();
    let trunk = Trunk {
        mode: TrunkMode::Trunk,
        main: Some(provider("trunk", Some(file.path().to_owned()))),
        backup: vec![provider("lte", None), provider("gone", Some("/nowhere/password".into()))],
        authorities: None,
        drill_monthly: false,
        detour: None,
        echo: None,
        name_servers: vec![],
    };
    let lines: Vec<Line> = configured(&trunk).into_iter().map(|(line, _)| line).collect();
    assert_eq!(names(&lines), ["trunk", "lte", "gone"]);
    assert_eq!(lines[0].password, Some(Secret::new("s3cret".into())));
    assert_eq!((&lines[1].password, &lines[2].password), (&None, &None));
    assert_eq!(
        (&lines[0].kind, &lines[1].kind, lines[1].limit),
        (&LineKind::Trunk, &LineKind::Backup, Some(2))
    );
}

/// Person w1 has extension 102 and the number +49305550200, person w2 extension 1020.
fn people() -> Snapshot {
    let mut house = Snapshot::default();
    for (user, extension) in [("w1", "102"), ("w2", "1020")] {
        let user = User {
            id: user.parse().unwrap(),
            name: String::new(),
            extensions: vec![extension.parse().unwrap()],
            default_device: None,
            busy_on_busy: false,
            admin: false,
            address: None,
        };
        house.users.insert(user.id.clone(), user);
    }
    house.numbers.push(Number {
        id: NumberId::new("n"),
        digits: "+49305550200".into(),
        kind: NumberKind::Landline,
        endpoint: Some("w1".parse().unwrap()),
    });
    house.indexed()
}

#[test]
fn numbers_of_a_trunk_ring_extensions_as_soon_as_there_are_such() {
    let rules = ["+49305550* = *", "+493055599 = +49305550200", "+493055598 = 104"];
    let rules = rules.map(|rule| rule.parse().unwrap()).to_vec();
    let trunk = Provider { dial_in: rules, ..provider("trunk", None) };
    let providers = [of_provider(&trunk, LineKind::Trunk)];
    let rings = |house: &Snapshot, number: &str| {
        let lines = all(TrunkMode::Trunk, house, &providers);
        lines[0].dial_in.rings(&number.parse().unwrap()).cloned()
    };
    let person = |id: &str| Some(Destination::User(id.parse().unwrap()));
    for (number, whom) in [
        ("+49305550102", person("w1")),
        ("+493055501020", person("w2")),
        ("+493055599", person("w1")),
        ("+49305550103", None),
        ("+49305550200", None),
    ] {
        assert_eq!(rings(&people(), number), whom, "{number}");
        assert_eq!(rings(&Snapshot::default().indexed(), number), None, "nobody is there yet");
    }
    let unrung = ring_nobody(&providers, &people());
    assert_eq!(unrung, ["+493055598".parse().unwrap()]);
}
