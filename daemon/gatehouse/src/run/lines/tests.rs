use std::io::Write as _;

use account::SipUser;

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
    let lines = configured(&trunk);
    assert_eq!(names(&lines), ["trunk", "lte", "gone"]);
    assert_eq!(lines[0].password, Some(Secret::new("s3cret".into())));
    assert_eq!((&lines[1].password, &lines[2].password), (&None, &None));
    assert_eq!(
        (&lines[0].kind, &lines[1].kind, lines[1].limit),
        (&LineKind::Trunk, &LineKind::Backup, Some(2))
    );
}
