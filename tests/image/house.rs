//! A house with one box in it: what an installer prepares, and what people do there.

use tests::{Login, Sipp, sipp};

use crate::admin::{Admin, calls_in};
use crate::computer::Computer;
use crate::machine::Machine;
use crate::street::{CLOUD, Cloud, Street, VOICE};

/// The box and who uses it.
pub(crate) struct House {
    pub machine: Machine,
    pub people: People,
    cloud: Cloud,
}

/// Everybody outside the box.
#[derive(Debug)]
pub(crate) struct People {
    pub admin: Admin,
    /// Every phone of their account.
    pub phones: Vec<Login>,
    street: Street,
}

impl House {
    /// The box was just flashed and is switched off; `name` is that of its log.
    pub(crate) fn flashed(computer: Computer, name: &str) -> Self {
        let street = Street::new();
        let cloud = Cloud::on(&street);
        let machine = Machine::flashed(computer, &street, name);
        let admin = Admin::at(street.place());
        let phones = cloud.account.phones.clone();
        Self { machine, people: People { admin, phones, street }, cloud }
    }

    /// Puts the files there by which an installer gives it a name and the account.
    pub(crate) fn is_prepared(&self) {
        let voice = format!("{}-{}", VOICE.start(), VOICE.end());
        let config = format!(
            "\u{feff}[media]\r\nports = \"{voice}\"\r\n[trunk]\r\nmode = \"off\"\r\n\
             [cloud]\r\napi = \"{CLOUD}\"\r\nauthorities = \"/etc/gatehouse/authorities.pem\"\r\n"
        );
        let (id, token) = tests::cloud::TOKEN;
        self.machine.drop_text("network.ini", "\u{feff}name = Empfang\r\n");
        self.machine.drop_text("gatehouse.toml", &config);
        self.machine.drop_in(&self.cloud.certificate(), "authorities.pem");
        self.machine.drop_text("account.ini", &format!("token_id = {id}\r\ntoken = {token}\r\n"));
    }

    /// The box is switched on for the first time, takes what the installer prepared, and telephones.
    pub(crate) fn opens(&mut self) {
        self.machine.power_on();
        for (file, said) in
            [("network.ini", "used"), ("account.ini", "read and removed"), ("gatehouse.toml", "used")]
        {
            self.machine.says(&format!("drop zone: {file}: {said}"));
        }
        self.is_ready();
        self.machine.says("Page:         https://10.0.2.15:8443/");
        self.machine.says("Name:         empfang.local");
        self.is_set_up();
        self.telephones();
        assert!(self.people.admin.adds_place("Empfang").is_some(), "a setting is kept");
        let notices = self.people.admin.knows("/api/v1/status")["notices"].take();
        let only = notices.as_array().is_some_and(|all| all.len() == 1);
        assert!(
            only && notices.to_string().contains("not commissioned"),
            "voice has all it needs: {notices}"
        );
        let used = self.machine.memory_used().expect("the guest counts its memory");
        eprintln!("{:7} MiB of memory used by the whole box", used / 1024 / 1024);
    }

    /// Waits until the telephone system answers from outside.
    pub(crate) fn is_ready(&self) {
        self.people.admin.until("the box", "/healthz", |_, body| body.contains("ready").then_some(()));
        self.lap("/healthz answers from outside");
    }

    /// Says what has happened, and how long after the switch was pressed.
    pub(crate) fn lap(&self, what: &str) {
        self.machine.lap(what);
    }

    /// Chooses a password with the code that stands on the screen.
    pub(crate) fn is_set_up(&mut self) {
        let line = self.machine.says("Set-up code:");
        let code = line.split_whitespace().last().expect("a code");
        assert_eq!(code.len(), "7KQ4-M2XR-9TDB".len(), "{line}");
        self.people.admin.sets_up(code);
        self.people.admin.sees_the_account();
        self.lap("the account is mirrored");
    }

    /// Two phones outside register and talk through the box.
    pub(crate) fn telephones(&self) {
        let people = &self.people;
        let [anna, ben] = ["102", "103"].map(|extension| people.phone(extension));
        people.registers(ben, 5072).passes();
        self.lap("the first phone is registered");
        people.registers(anna, 5070).passes();
        people.admin.sees_registered(&[&anna.device, &ben.device]);
        let answering = people.answers(5072);
        people.calls(anna, 5070, "103", 1000).passes();
        answering.passes();
        self.lap("two phones have talked through the box");
        people.admin.until("a record", "/api/v1/history", |_, body| (calls_in(body) > 0).then_some(()));
    }
}

impl People {
    /// The phone of whoever is called at this extension.
    pub(crate) fn phone(&self, extension: &str) -> &Login {
        self.phones.iter().find(|login| login.extension == extension).expect("a phone at this extension")
    }

    /// A phone outside, at this port, that follows a scenario.
    fn sipp(&self, scenario: &'static str, port: u16) -> Sipp {
        Sipp::new(scenario).at(self.street.place().clone(), "127.0.0.1").from_port(port)
    }

    /// A phone begins to register.
    pub(crate) fn registers(&self, login: &Login, port: u16) -> sipp::Running {
        self.sipp("register.xml", port).to(Street::sip()).row(login).start()
    }

    /// A phone begins to take one call.
    pub(crate) fn answers(&self, port: u16) -> sipp::Running {
        self.sipp("answer.xml", port).start()
    }

    /// A phone begins to call an extension, to talk for so many milliseconds.
    pub(crate) fn calls(&self, login: &Login, port: u16, extension: &str, pause: u32) -> sipp::Running {
        self.sipp("call.xml", port).to(Street::sip()).row(login).calling(extension).pausing(pause).start()
    }
}
