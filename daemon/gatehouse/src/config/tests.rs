use super::read::{ConfigRefused, parse};
use super::{Config, FastPath, HoldMusic, PhoneCertificates, SipTls, TrunkMode};
use sip::locate::Target;
use switchboard::lines::{Manner, Shows, Written};

fn problems(text: &str) -> Vec<String> {
    match parse("gatehouse.toml", text) {
        Ok(_) => vec![],
        Err(ConfigRefused::Wrong { problems }) => problems.iter().map(ToString::to_string).collect(),
        Err(other) => vec![other.to_string()],
    }
}

fn good(text: &str) -> Config {
    parse("gatehouse.toml", text).unwrap()
}

#[test]
fn an_empty_file_gives_every_default_of_the_contract() {
    let config = good("");
    assert_eq!(config.data.to_str(), Some("/var/lib/gatehouse"));
    let listen: Vec<_> = config.sip.listen.iter().map(ToString::to_string).collect();
    assert_eq!(listen, ["udp:0.0.0.0:5060", "tcp:0.0.0.0:5060", "tls:0.0.0.0:5061"]);
    assert_eq!(config.sip.domains, ["sipgate.de"]);
    assert_eq!(
        (config.media.address, config.media.ports, config.media.fast_path),
        (None, 20_000..=29_999, FastPath::Auto)
    );
    assert_eq!((config.web.https.port(), config.web.http.port()), (8443, 8080));
    assert_eq!(config.cloud.api, "https://api.sipgate.com");
    assert_eq!(config.emergency.rules, emergency::Rules::default());
}

#[test]
fn an_unknown_key_is_refused_with_line_and_nearest_key() {
    let text = "data = \"/tmp/x\"\n\n[sip]\nlisten = [\"udp:0.0.0.0:5060\"]\ndomain = [\"a.de\"]\n";
    assert_eq!(
        problems(text),
        ["gatehouse.toml:5: sip.domain: there is no such key; did you mean `domains`?"]
    );
    assert_eq!(problems("[spi]\n"), ["gatehouse.toml:1: spi: there is no such key; did you mean `sip`?"]);
    assert_eq!(
        problems("[sip]\nunrelated = 1\n"),
        ["gatehouse.toml:2: sip.unrelated: there is no such key; remove it"]
    );
}

#[test]
fn every_wrong_value_is_named_at_once_in_the_order_of_the_file() {
    let text = "[web]\nhttps = \"8443\"\n[media]\nports = \"30000-20000\"\nfast_path = \"yes\"\n[sip]\nlisten = [\"udp:5060\"]\n";
    let lines: Vec<_> =
        problems(text).iter().map(|p| p.split(": ").take(2).collect::<Vec<_>>().join(": ")).collect();
    assert_eq!(
        lines,
        [
            "gatehouse.toml:2: web.https",
            "gatehouse.toml:4: media.ports",
            "gatehouse.toml:5: media.fast_path",
            "gatehouse.toml:7: sip.listen"
        ]
    );
}

#[test]
fn who_waits_hears_the_own_melody_a_file_or_nothing() {
    for (text, expected) in [
        ("", HoldMusic::Melody),
        ("[media]\nhold_music = \"melody\"", HoldMusic::Melody),
        ("[media]\nhold_music = \"off\"", HoldMusic::Off),
        ("[media]\nhold_music = \"music.wav\"", HoldMusic::File("music.wav".into())),
    ] {
        assert_eq!(good(text).media.hold_music, expected, "{text}");
    }
}

#[test]
fn mailboxes_answer_unless_the_admin_says_no() {
    use media::clip::Language;
    for (text, enabled, seconds, language) in [
        ("", true, 180, Language::German),
        ("[voicemail]\nenabled = true\nlongest_message = 600", true, 600, Language::German),
        (
            "[voicemail]\nenabled = false\nlongest_message = 30\nlanguage = \"en\"",
            false,
            30,
            Language::English,
        ),
    ] {
        let voicemail = good(text).mailboxes;
        assert_eq!(
            (voicemail.enabled, voicemail.longest.as_secs(), voicemail.language),
            (enabled, seconds, language),
            "{text}"
        );
    }
    let found = problems("[voicemail]\nenabled = \"no\"\nlongest_message = 29\nlanguage = \"fr\"\n");
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[1], "gatehouse.toml:3: voicemail.longest_message: seconds, 30 to 600, are wanted here");
}

#[test]
fn a_wrong_type_says_what_is_wanted() {
    assert_eq!(problems("data = 5\n"), ["gatehouse.toml:1: data: a text in quotes is wanted here"]);
    assert_eq!(problems("sip = 1\n"), ["gatehouse.toml:1: sip: this is a section: write [sip]"]);
    assert_eq!(problems("[emergency]\ncommissioned = \"ja\"\n").len(), 1);
    assert_eq!(
        problems("[emergency]\nexit_digit = \"00\"\nnetworks = [\"hier\"]\nstrangers = \"no\"\n").len(),
        3
    );
    assert_eq!(
        problems("[emergency]\nrehearsal = \"*1121\"\n"),
        [
            "gatehouse.toml:2: emergency.rehearsal: the test code must not contain 110 or 112, or \"\" for none"
        ]
    );
    assert_eq!(problems("[sip]\ndomains = [1]\n").len(), 1);
}

#[test]
fn a_dry_run_calls_a_number_of_the_house_and_never_an_emergency_number() {
    let section = |to: &str| format!("[emergency]\ndry_run = \"*99*2\"\ndry_run_to = \"{to}\"\n");
    let numbers = good(&section("+49301234567")).emergency.rules.numbers;
    assert_eq!(numbers.dry_run_to().map(account::E164::as_str), Some("+49301234567"));
    for to in ["112", "0112", "+49112", "+49110", "+4911234567", "+49115", "+49116117", "", "030123456"] {
        let found = problems(&section(to));
        assert_eq!(found.len(), 1, "{to}: {found:?}");
        assert!(found[0].starts_with("gatehouse.toml:3: emergency.dry_run_to:"), "{found:?}");
    }
    let found = problems("[emergency]\ndry_run_to = \"+49301234567\"\n");
    assert!(found[0].contains("emergency.dry_run: a test code has"), "{found:?}");
    let found = problems(&format!("{}rehearsal = \"*99*2\"\n", section("+49301234567")));
    assert!(found[0].contains("emergency.dry_run: the same code"), "{found:?}");
}

#[test]
fn a_broken_file_names_the_line() {
    let found = problems("[sip]\nlisten = [\"udp:0.0.0.0:5060\"\n[web]\n");
    assert!(found[0].starts_with("gatehouse.toml:"), "{found:?}");
}

#[test]
fn a_trunk_needs_a_server_and_its_backups_are_checked() {
    assert_eq!(
        problems("[trunk]\nmode = \"trunk\"\n"),
        ["gatehouse.toml:2: trunk.mode: a trunk needs trunk.server as well"]
    );
    let found = problems("[[trunk.backup]]\nserfer = \"lte.lan\"\n");
    assert_eq!(
        found,
        [
            "gatehouse.toml:2: trunk.backup.serfer: there is no such key; did you mean `server`?",
            "gatehouse.toml:2: trunk.backup: a trunk needs trunk.backup.server as well"
        ]
    );
    for (text, key) in [
        ("server = \"a b\"", "server"),
        ("server = \"a.test\"\nuser = \"a@b\"", "user"),
        ("server = \"a.test\"\nname = \"a b\"", "name"),
        ("server = \"a.test\"\npresents = [\"030 1\"]", "presents"),
        ("server = \"a.test\"\ncalls = 0", "calls"),
        ("server = \"a.test\"\nby = \"pigeon\"", "by"),
        ("server = \"a.test\"\nnumbers = \"roman\"", "numbers"),
        ("server = \"a.test\"\nshows = \"all\"", "shows"),
        ("server = \"a.test\"\nrings = \"101\"", "rings"),
    ] {
        let user = if key == "user" { "" } else { "user = \"u\"\n" };
        let found = problems(&format!("[[trunk.backup]]\n{user}{text}\n"));
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].contains(&format!("trunk.backup.{key}:")), "{found:?}");
    }
    for text in
        ["name_servers = [\"dns.test\"]", "detour = \"all\"", "detour_after = 0", "detour_after = \"5\""]
    {
        assert_eq!(problems(&format!("[trunk]\n{text}\n")).len(), 1, "{text}");
    }
}

#[test]
fn second_lines_for_calls_for_help_are_named_as_they_are_called() {
    let lines = "[[trunk.backup]]\nserver = \"192.0.2.20\"\nuser = \"u\"\nname = \"lte\"\n";
    assert!(good(lines).emergency.backup.is_empty(), "all of them");
    let named = good(&format!("{lines}[emergency]\nbackup = [\"lte\"]\n")).emergency.backup;
    assert_eq!(named, [account::LineId::new("lte")]);
    assert_eq!(
        problems(&format!("{lines}[emergency]\nbackup = [\"let\"]\n")),
        ["gatehouse.toml:6: emergency.backup: no [[trunk.backup]] has the name \"let\""]
    );
}

#[test]
fn numbers_are_shared_out_between_trunk_and_phones_where_there_are_both() {
    let lines = "server = \"sip.example.com\"\nuser = \"t0\"\ncarries = [\"+4930555010\", \"+4930555011\"]\n";
    let with = |mode: &str, more: &str| format!("[trunk]\nmode = \"{mode}\"\n{lines}{more}");
    let numbers = |all: &[account::E164]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    let main = good(&with("both", "presents = [\"+4930555000\", \"+4930555011\"]\n")).trunk.main.unwrap();
    assert_eq!(numbers(&main.carries), ["+4930555010", "+4930555011"]);
    assert_eq!(numbers(&main.presents), ["+4930555000", "+4930555011", "+4930555010"], "all are shown there");
    assert_eq!(
        problems(&with("trunk", "")),
        [
            "gatehouse.toml:5: trunk.carries: numbers are shared out between trunk and phones only with mode = \"both\""
        ]
    );
    let found =
        problems("[trunk]\nmode = \"both\"\nserver = \"a.test\"\nuser = \"t\"\ncarries = [\"030555\"]\n");
    assert_eq!(found, ["gatehouse.toml:5: trunk.carries: \"030555\" is no number in the form +493012345"]);
}

#[test]
fn lines_out_of_the_house_are_read_whole() {
    let trunk = good("").trunk;
    assert_eq!((trunk.mode, trunk.main, trunk.backup.len()), (TrunkMode::Devices, None, 0));
    let trunk = good(
        "[trunk]\nmode = \"both\"\nserver = \"sip.example.com\"\nuser = \"1234567t0\"\npassword_file = \"/p\"\n\
         name_servers = [\"192.0.2.53\", \"127.0.0.1:5353\"]\n\
         [[trunk.backup]]\nserver = \"tls:[2001:db8::1]:5071\"\nuser = \"lte\"\ncalls = 2\n\
         presents = [\"+4930123456\"]\nname = \"lte\"\nby = \"mobile\"\n\
         numbers = \"national\"\nshows = \"from\"\nrings = \"+4930555010\"\n",
    )
    .trunk;
    let main = trunk.main.unwrap();
    assert_eq!((main.name.as_str(), main.domain.as_str(), main.calls), ("trunk", "sip.example.com", None));
    assert_eq!(main.password_file, Some("/p".into()));
    let servers: Vec<_> = trunk.name_servers.iter().map(ToString::to_string).collect();
    assert_eq!(servers, ["192.0.2.53:53", "127.0.0.1:5353"]);
    let backup = &trunk.backup[0];
    assert_eq!(
        (backup.name.as_str(), backup.domain.as_str(), backup.calls, backup.via),
        ("lte", "[2001:db8::1]", Some(2), emergency::Via::Mobile)
    );
    assert_eq!(Some(&backup.target), Target::named("[2001:db8::1]:5071", Some(sip::Transport::Tls)).as_ref());
    assert_eq!(backup.presents[0].as_str(), "+4930123456");
    assert_eq!(main.manner, Manner::default());
    assert_eq!(backup.manner, Manner { numbers: Written::National, shows: Shows::From });
    assert_eq!(backup.rings, Some("+4930555010".parse().unwrap()));
}

#[test]
fn whom_numbers_of_a_trunk_ring_is_read_with_single_numbers_before_blocks() {
    let lines = |rules: &str| {
        format!("[trunk]\nmode = \"trunk\"\nserver = \"a.test\"\nuser = \"t\"\ndial_in = [{rules}]\n")
    };
    let main =
        good(&lines("\"+4930555* = *\", \"+49305550* = *\", \"+49305550100 = 17\"")).trunk.main.unwrap();
    let rules = ["+49305550100 = 17", "+49305550* = *", "+4930555* = *"].map(|rule| rule.parse().unwrap());
    assert_eq!(main.dial_in, rules);
    assert_eq!(
        problems(&lines("\"+49305550* = 102\"")),
        [
            "gatehouse.toml:5: trunk.dial_in: \"+49305550* = 102\" is no dial-in; write for example \"+49305550100 = 102\", or \"+49305550* = *\" for a block of extensions"
        ]
    );
}

/// Somebody else's account is changed only by who wants that.
#[test]
fn calls_go_round_only_where_the_file_says_so() {
    let minutes = |text: &str| good(text).trunk.detour.map(|after| after.as_secs() / 60);
    assert_eq!(minutes(""), None);
    assert_eq!(minutes("[trunk]\ndetour_after = 2\n"), None);
    assert_eq!(minutes("[trunk]\ndetour = \"forwardings\"\n"), Some(5));
    assert_eq!(minutes("[trunk]\ndetour = \"forwardings\"\ndetour_after = 2\n"), Some(2));
}

#[test]
fn calls_out_of_the_house_follow_the_file() {
    use switchboard::dialling::{Country, Outgoing, Prefixes};
    assert_eq!(good("").outgoing, Outgoing::default());
    let text = "[outgoing]\narea_code = \"030\"\noutside_digit = \"0\"\nblocked = [\"+1\", \"0180\"]\nguard_person = 7\n\
                uplink_calls = 4\nnight = \"22:00-05:30\"\nzone = \"Europe/Vienna\"\n";
    let outgoing = good(text).outgoing;
    assert_eq!(
        (outgoing.area.as_deref(), outgoing.outside_digit, outgoing.uplink),
        (Some("30"), Some('0'), Some(4))
    );
    for (uplink, calls) in [("uplink_kbit = 2000", 20), ("uplink_kbit = 2000\nuplink_calls = 5", 5)] {
        assert_eq!(good(&format!("[outgoing]\n{uplink}\n")).outgoing.uplink, Some(calls));
    }
    assert_eq!(outgoing.blocked, Prefixes::read(["+1", "0180"], Country::GERMANY).unwrap());
    let limits = outgoing.limits.unwrap();
    assert_eq!((limits.person, limits.house, limits.night.from, limits.night.until), (7, 1_000, 1320, 330));
    assert_eq!(good("[outgoing]\nguard = \"off\"\n").outgoing.limits, None);
    let vienna = good("[outgoing]\ncountry = \"AT\"\narea_code = \"+43 1\"\n").outgoing;
    assert_eq!((vienna.country.name, vienna.area.as_deref()), ("AT", Some("1")));
    assert!(vienna.uncarried.is_empty(), "what a German provider does not carry says nothing about Austria");
    for line in [
        "country = \"XX\"",
        "area_code = \"Berlin\"",
        "outside_digit = \"00\"",
        "blocked = [\"dear\"]",
        "not_carried = [\"+\"]",
        "uplink_calls = 0",
        "guard = \"yes\"",
        "guard_house = -1",
        "guard_person = 70000",
        "night = \"8pm\"",
        "zone = \"Berlin\"",
    ] {
        let (key, found) = (line.split(' ').next().unwrap(), problems(&format!("[outgoing]\n{line}\n")));
        assert!(
            found.len() == 1 && found[0].starts_with(&format!("gatehouse.toml:2: outgoing.{key}: ")),
            "{found:?}"
        );
    }
}

#[test]
fn what_telephones_are_shown_over_tls_is_complete_or_named() {
    let tls = |text: &str| good(text).sip.tls;
    assert_eq!(tls(""), SipTls::default());
    let all = tls("[sip]\ncertificate = \"/a\"\nkey = \"/b\"\nphone_certificates = \"required\"\n\
                   phone_authorities = \"/c\"\n");
    assert_eq!(all.installed, Some(("/a".into(), "/b".into())));
    assert_eq!(all.phones, PhoneCertificates::Required("/c".into()));
    for (text, key) in [
        ("certificate = \"/a\"", "sip.certificate"),
        ("key = \"/b\"", "sip.key"),
        ("phone_certificates = \"optional\"", "sip.phone_certificates"),
        ("phone_certificates = \"yes\"\nphone_authorities = \"/c\"", "sip.phone_certificates"),
    ] {
        let found = problems(&format!("[sip]\n{text}\n"));
        assert!(found.len() == 1 && found[0].starts_with(&format!("gatehouse.toml:2: {key}: ")), "{found:?}");
    }
}

#[test]
fn certificates_are_taken_over_while_running_and_listeners_are_not() {
    let (plain, tls) = (good(""), good("[sip]\ncertificate = \"/a\"\nkey = \"/b\"\n"));
    assert!(plain.needs_restart(&tls).is_empty());
    assert!(plain.needs_restart(&good("[provisioning]\nurl = \"https://h/\"\n")).is_empty());
    assert_eq!(plain.needs_restart(&good("[sip]\nlisten = [\"udp:0.0.0.0:5070\"]\n")), ["sip"]);
}

#[test]
fn whoever_speaks_of_telephones_is_named_whole_or_the_gap_is() {
    let ears = |text: &str| good(&format!("[emergency]\n{text}")).emergency.looking.ears;
    assert!(ears("").is_empty(), "nobody is listened to unasked");
    let all = ears(
        "dhcp = \"0.0.0.0:6767\"\ndhcp_from = [\"192.0.2.0/28\"]\nradius = \"[::]:1813\"\nradius_from = [\"::1/128\"]\n\
         radius_secret_file = \"/s\"\n",
    );
    let told: Vec<_> =
        all.iter().map(|ear| (ear.at.port(), ear.from.len(), ear.secret_file.clone())).collect();
    assert_eq!(told, [(6767, 1, None), (1813, 1, Some("/s".into()))]);
    let servers = good("[emergency]\nheld = \"https://lis.example/\"\nalarm_calls = [\"105\"]\n").emergency;
    assert_eq!((servers.servers.held.as_deref(), servers.servers.lost), (Some("https://lis.example/"), None));
    assert_eq!(servers.rules.alarm_calls, ["105".parse().unwrap()]);
    for (text, key) in [
        ("dhcp = \"0.0.0.0:6767\"", "emergency.dhcp"),
        ("dhcp = \"6767\"\ndhcp_from = [\"192.0.2.0/28\"]", "emergency.dhcp"),
        ("dhcp = \"0.0.0.0:6767\"\ndhcp_from = [\"192.0.2.0/28\", \"x\"]", "emergency.dhcp_from"),
        ("radius = \"0.0.0.0:1813\"\nradius_from = [\"192.0.2.0/28\"]", "emergency.radius"),
        ("held = \"http://lis.example/\"", "emergency.held"),
        ("lost = \"ftp://x/\"", "emergency.lost"),
        ("alarm_calls = [\"guard\"]", "emergency.alarm_calls"),
    ] {
        let found = problems(&format!("[emergency]\n{text}\n"));
        assert!(found.len() == 1 && found[0].contains(&format!("{key}: ")), "{text}: {found:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let _ = parse("f", &text);
    }
}
