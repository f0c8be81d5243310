//! Somebody dials 112, and a line fails: in each of thirteen ways, at each step of the hunt. sipp plays the lines and the control
//! centre, and writes down who called it from which number.
//!
//! Nine columns: at each of the eight lines the call fails and the next one behind it leads to the control centre, behind the last the
//! first once more; in the ninth nobody answers anywhere, and the caller is told.

use std::{net::SocketAddr, time::Duration};

use serde_json::{Value, json};
use tests::{Gatehouse, Place, PracticeCloud, Sipp, Wire, sipp::Running, until, wire::Draft};

/// The line of each step in which there is one: its login, the address of its server and the number it shows.
const STEPS: [(&str, &str, &str); 8] = [
    ("7654321e2", FIRST, "49305550102"),
    ("7654321e2", SECOND, "49305550102"),
    ("7654321e3", FIRST, "49305550103"),
    ("7654321e4", FIRST, "49305550104"),
    ("7654321e6", FIRST, "493315550106"),
    ("second", FIRST, "4989555010"),
    ("lte", FIRST, "491555550100"),
    ("isdn", FIRST, "4930555099"),
];
/// The two servers of one provider.
const FIRST: &str = "127.0.0.1";
const SECOND: &str = "127.0.0.2";
/// The last line; one column more, and nobody is left.
const LAST: usize = STEPS.len() - 1;
const NOBODY: usize = STEPS.len();
/// What a line says that nobody answers at; 0 is silence.
const REFUSES: u16 = 503;
/// Longer than any hunt here.
const PATIENCE: Duration = Duration::from_secs(60);

/// A box whose lines and control centre are played by sipp, and a phone at the desk 102.
struct House {
    _cloud: PracticeCloud,
    house: Gatehouse,
    servers: [Running; 2],
    /// What tells each of them.
    orders: [Wire; 2],
    phone: Wire,
}

impl House {
    fn new() -> Self {
        let cloud = PracticeCloud::office();
        let lines: String =
            STEPS.iter().map(|(login, _, _)| format!("{login};{REFUSES};{REFUSES}\n")).collect();
        let server =
            || Sipp::new("help_line.xml").calls(1_000_000, 1).lasting(170).table("lines.csv", &lines);
        let first = server().start();
        let second = server().at(Place::Here, SECOND).from_port(first.port()).start();
        let port = first.port();
        one_line_for_each_step(&cloud, port);
        let mut house = Gatehouse::new();
        house.mirrors(&cloud.api);
        house.configured_with(&format!("[trunk]\nname_servers = [\"{}\"]\n", cloud.names));
        for (by, (name, _, number)) in ["internet", "mobile", "analogue"].iter().zip(&STEPS[5..]) {
            house.configured_with(&format!(
                "[[trunk.backup]]\nname = \"{name}\"\nby = \"{by}\"\nserver = \"{FIRST}:{port}\"\n\
                 user = \"{name}\"\npresents = [\"+{number}\"]\n"
            ));
        }
        house.power_on();
        house.knows_the_account();
        until("every line up", || house.has_lines_up(7).then_some(()));
        let phone = Wire::udp(house.sip());
        let at = |address: &str| SocketAddr::new(address.parse().expect("an address"), port);
        let orders = [FIRST, SECOND].map(|address| Wire::udp(at(address)));
        let mut this = Self { _cloud: cloud, house, servers: [first, second], orders, phone };
        this.knows_every_step();
        this
    }

    fn knows_every_step(&mut self) {
        until("a line for each step", || {
            let told = self.house.tells("locations e2");
            // A third server is looked for and not there.
            let rungs = told["ladder"].as_array()?.iter().filter(|rung| rung["way"].as_u64() < Some(2));
            let lines: Vec<&str> = rungs.filter_map(|rung| rung["line"].as_str()).collect();
            (lines == STEPS.map(|(login, ..)| login)).then_some(())
        });
    }

    /// The line of this step says the one, then the other from now on.
    fn says(&mut self, step: usize, [status, then]: [u16; 2]) {
        let (login, address, _) = STEPS[step];
        let tell = &mut self.orders[usize::from(address == SECOND)];
        let order = tell.draft("MESSAGE", "test", &format!("sip:{login}@{address}"));
        let order = order.line(format!("X-Line: {login}"));
        let told = tell.ask(&order.line(format!("X-Says: {status}")).line(format!("X-Then: {then}")));
        assert_eq!(told.status(), Some(200));
    }

    /// Who was called so far at one of the servers, as it wrote down.
    fn called(&self, address: &str) -> Vec<String> {
        self.servers[usize::from(address == SECOND)].said()
    }

    /// Somebody dials 112 while a line says `status`, those before it refuse, and the one behind it leads to the control centre.
    fn dials_112(&mut self, column: usize, status: u16) {
        let what = format!("{status} in column {}", column + 1);
        self.says(column.min(LAST), [status; 2]);
        match column {
            LAST => self.says(0, [REFUSES, 200]),
            NOBODY => {}
            _ => self.says(column + 1, [200; 2]),
        }
        let before = [FIRST, SECOND].map(|address| self.called(address).len());
        let call = self.phone.draft("INVITE", "7654321e2", &format!("sip:112@{}", self.house.sip()));
        // A phone that offers no voice cannot be spoken to: it is shown at once what others hear first.
        let voice = SocketAddr::from(([127, 0, 0, 1], 9));
        let call = if column == NOBODY { call } else { call.offering(voice) };
        let told = self.phone.ask_within(PATIENCE, &call).unwrap_or_else(|| panic!("{what}: no answer"));
        if column == NOBODY {
            assert_eq!(told.status(), Some(503), "{what}: {}", told.0);
            let why = told.header("Warning").unwrap_or_default();
            assert!(why.contains("use a mobile phone, dial 112"), "{what}: {}", told.0);
        } else {
            assert_eq!(told.status(), Some(200), "{what}: {}", told.0);
            self.hangs_up(call, told.header("To").expect("a tag"));
        }
        for (address, before) in [FIRST, SECOND].into_iter().zip(before) {
            let wanted = attempts(column, status);
            let wanted = wanted.into_iter().filter(|(at, _)| STEPS[*at].1 == address);
            let wanted: Vec<String> = wanted.map(|(at, says)| said(at, says)).collect();
            let called =
                until(&what, || Some(self.called(address)).filter(|all| all.len() >= before + wanted.len()));
            assert_eq!(called[before..], wanted, "{what}, at {address}");
        }
        for step in [column.min(LAST), (column + 1) % STEPS.len()] {
            self.says(step, [REFUSES; 2]);
        }
    }

    fn hangs_up(&mut self, call: Draft, to: &str) {
        let mut within = Draft { to: to.to_owned(), method: "ACK".into(), body: String::new(), ..call };
        let ack = self.phone.write(&within);
        self.phone.send(ack);
        (within.method, within.number) = ("BYE".into(), within.number + 1);
        assert_eq!(self.phone.ask(&within).status(), Some(200));
    }
}

/// Which lines are tried, in order, and what each says.
fn attempts(column: usize, status: u16) -> Vec<(usize, u16)> {
    let fails = column.min(LAST);
    // Refused for what it carries: the same line again, plainer each time.
    let here = vec![(fails, status); if status == 488 { 3 } else { 1 }];
    let refused = |steps: std::ops::Range<usize>| steps.map(|step| (step, REFUSES)).collect::<Vec<_>>();
    let round = [refused(0..fails), here].concat();
    match column {
        LAST => [round, vec![(0, 200)]].concat(),
        NOBODY if matches!(status, 486 | 600) => {
            // Busy: behind the next, then three times more.
            let again = [(LAST, status); 3];
            [&round[..], &round[..1], &again, &round[1..], &again].concat()
        }
        NOBODY => round.repeat(2),
        _ => [round, vec![(column + 1, 200)]].concat(),
    }
}

/// What the line of this step writes down.
fn said(step: usize, says: u16) -> String {
    let (login, address, number) = STEPS[step];
    format!("{login} at {address} called 112 showing {number}: {says}")
}

/// Of the practice office only one line for each step stays: the desk's own, over two servers, a colleague's at the same address, one
/// in the same town, one elsewhere.
fn one_line_for_each_step(cloud: &PracticeCloud, port: u16) {
    let proxy = |host: &str| json!({"_proxy": format!("{host}:{port}")});
    let devices = json!({
        "e0": null, "e1": null, "e5": null, "e7": null,
        "e2": proxy("pair.practice.test"), "e3": proxy(FIRST), "e4": proxy(FIRST), "e6": proxy(FIRST),
    });
    cloud.told("PATCH", "/account/devices", &devices);
    cloud.told(
        "PATCH",
        "/account/numbers/990006",
        &json!({"number": "+493315550106", "localized": "0331 5550106"}),
    );
    cloud.told("PATCH", "/account/users", &json!({"w0": {"defaultDevice": Value::Null}}));
}

fn every_column(answers: &[u16]) {
    let mut house = House::new();
    for status in answers {
        (0..=NOBODY).for_each(|column| house.dials_112(column, *status));
    }
}

/// Every way to refuse at once.
#[test]
fn e09_e10_a_line_that_refuses_is_followed_by_the_next_at_every_step() {
    every_column(&[302, 401, 403, 404, 408, 480, 484, 486, 488, 503, 600]);
}

/// Nothing at all for a second and a half.
#[test]
fn e09_e10_a_line_that_says_nothing_is_followed_by_the_next_at_every_step() {
    every_column(&[0]);
}

/// Nothing but 100 for eight seconds.
#[test]
fn e09_e10_a_line_that_never_rings_is_followed_by_the_next_at_every_step() {
    every_column(&[100]);
}
