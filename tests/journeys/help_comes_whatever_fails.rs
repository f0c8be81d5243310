//! Somebody dials 112 while the cloud, the names of the internet, the database or the disk are gone, or while the box is about to be
//! replaced: the control centre is reached from the address of that desk. And it can call back.

use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tests::{
    Gatehouse, Phone, PracticeCloud, SmallDisk, Wire, phone::Setup, program::run, tone::TONES, until,
};

/// A calling fax sounds like this (ITU-T T.30 4.1.1), in Hz.
const CALLING_TONE: u32 = 1100;

/// The desk at extension 102.
const ANNA: &str = "+49305550102";

/// An office on a small disk of its own, whose box finds no name server, and the phone at 102.
struct Office {
    cloud: PracticeCloud,
    house: Gatehouse,
    anna: Phone,
    called: usize,
    _disk: SmallDisk,
}

impl Office {
    fn new(lines: &str) -> Self {
        let cloud = PracticeCloud::office();
        let mut house = Gatehouse::new();
        house.mirrors(&cloud.api);
        house.configured_with("[trunk]\nname_servers = [\"127.0.0.1:9\"]\n");
        house.configured_with(lines);
        let disk = SmallDisk::mount(&house.data().to_string_lossy());
        house.power_on();
        house.knows_the_account();
        until("every line up", || house.has_lines_up(8).then_some(()));
        let anna = Setup::new("anna", house.sip()).login(cloud.phone("102")).voice(TONES[0]).start();
        let mut office = Self { cloud, house, anna, called: 0, _disk: disk };
        office.anna.registered();
        office.knows_where_anna_stands();
        office
    }

    fn knows_where_anna_stands(&self) {
        let device = &self.cloud.phone("102").device;
        until("the line of the desk's own address", || {
            let phones = self.house.tells("locations")["phones"].as_array()?.clone();
            let found =
                phones.iter().any(|phone| phone["device"] == **device && phone["line_says"] == "right");
            found.then_some(())
        });
    }

    /// Anna dials 112 and talks to the control centre, which sees where her desk stands.
    fn help_comes(&mut self, while_: &str) {
        self.anna.dial("112");
        self.anna.talks();
        self.called += 1;
        let device = &self.cloud.phone("102").device;
        let heard = until(&format!("the control centre, {while_}"), || {
            let heard: Vec<_> =
                self.cloud.events().into_iter().filter(|event| event["event"] == "emergency").collect();
            (heard.len() >= self.called).then(|| heard.last().cloned()).flatten()
        });
        assert_eq!(heard["number"], "112", "{while_}: {heard}");
        assert_eq!(heard["device"], **device, "{while_}: {heard}");
        let path = format!("/account/devices/{device}/emergencyAddressId");
        let address: Value = serde_json::from_str(&self.cloud.told("GET", &path, &Value::Null)).unwrap();
        assert_eq!(heard["address"], address, "{while_}: help goes where the desk stands");
        self.anna.hangs_up();
        self.anna.call_ends();
    }

    /// Every question to the cloud fails; its lines go on.
    fn cloud_is_gone(&self) {
        let fault = json!({"prefix": "/", "count": 1_000_000, "kind": {"status": {"code": 503}}});
        self.cloud.told("POST", "/faults", &fault);
    }

    /// No phone can register anew while nothing can be kept; who calls for help need not be registered.
    fn power_fails(&mut self) {
        self.house.power_cut();
        self.starts();
    }

    fn has_a_copy_of_the_account(&self) {
        let kept = || self.house.rows("gatehouse.db.good", "document");
        until("the account in the good copy", || (kept() > 0).then_some(()));
    }

    fn starts(&mut self) {
        let begun = std::time::Instant::now();
        self.house.power_on();
        assert!(begun.elapsed() < std::time::Duration::from_secs(5), "ready within five seconds");
        until("every line up again", || self.house.has_lines_up(8).then_some(()));
    }
}

#[test]
fn with_cloud_names_database_and_disk_gone_help_comes_from_the_right_place() {
    let mut office = Office::new("");
    office.cloud_is_gone();
    office.help_comes("cloud and names are gone");
    let held = Held::writing(&office.house);
    office.help_comes("the database is locked");
    drop(held);
    let filler = office.house.data().join("filler");
    let _ = std::fs::write(&filler, vec![1; 64 << 20]);
    office.help_comes("the disk is full");
    office.power_fails();
    office.help_comes("the disk is full, and the power was away");
}

#[test]
fn with_the_database_locked_when_the_box_starts_help_comes_from_the_right_place() {
    let mut office = Office::new("");
    office.power_fails();
    office.has_a_copy_of_the_account();
    office.house.power_cut();
    let held = Held::alone(&office.house);
    office.starts();
    office.knows_where_anna_stands();
    office.help_comes("the database was locked at the start");
    let status = office.house.tells("status")["notices"].to_string();
    assert!(status.contains("locked"), "and the page says what is wrong: {status}");
    drop(held);
}

/// No line has had its turn to register: the first thing that happens after the power is back is a call for help.
#[test]
fn in_the_first_moment_after_a_start_help_comes_from_the_right_place() {
    let mut office = Office::new("");
    for _ in 0..3 {
        office.house.power_cut();
        office.house.power_on();
        office.help_comes("the box has just started");
    }
}

#[test]
fn while_the_box_is_to_be_replaced_help_comes_and_it_stays_until_that_is_over() {
    let mut office = Office::new("");
    office.help_comes("nothing is wrong");
    assert!(office.house.data().join("stay").exists(), "an update asks here");
    let update = Update::is_written(&office.house);
    office.help_comes("the next version is being written");
    office.house.running().signal("TERM");
    office.house.running().says("waits up to");
    office.help_comes("the box was told to stop");
    assert!(office.house.running().runs());
    drop(update);
    office.house.running().signal("TERM");
    assert!(office.house.running().end().success(), "a second word is heeded");
}

#[test]
fn the_control_centre_calls_back_though_the_phone_wants_no_calls_and_the_power_was_away() {
    let mut office = Office::new("");
    let device = office.cloud.phone("102").device.clone();
    office.cloud.told("PATCH", &format!("/account/devices/{device}"), &json!({"dnd": true}));
    let _ = run(office.house.command(&["mirror", "sync"]));
    office.help_comes("the phone wants no calls");
    office.power_fails();
    office.house.running().signal("TERM");
    office.house.running().says("waits up to");
    let _ = office.cloud.calls_in(ANNA, "anonymous");
    office.anna.rings();
    office.anna.answers();
    office.anna.talks();
    office.anna.hangs_up();
    office.anna.call_ends();
}

#[test]
fn with_all_lines_in_use_a_colleague_s_call_makes_way() {
    let mut office = Office::new("[outgoing]\nuplink_calls = 1\n");
    let mut ben =
        Setup::new("ben", office.house.sip()).login(office.cloud.phone("103")).voice(TONES[2]).start();
    ben.registered();
    ben.dial("+49305550910");
    ben.talks();
    office.help_comes("all lines are in use");
    ben.call_ends();
}

/// A fax machine is the phone at 102: whoever is told hears that nobody there can be spoken to, and the call goes on as it is.
#[test]
fn a_fax_machine_calls_for_help_and_who_is_told_hears_that_it_is_one() {
    let office = Office::new("[emergency]\nalarm = [\"101\"]\n");
    let mut desk = Wire::udp(office.house.sip());
    assert_eq!(desk.register(office.cloud.phone("101"), 600).status(), Some(200));
    let login = office.cloud.phone("103");
    let mut fax = Setup::new("fax", office.house.sip()).login(login).voice(CALLING_TONE).start();
    fax.registered();
    fax.dial("112");
    fax.talks();
    let told = desk.receive_where("the alarm", |said| said.body().contains(" per FAX"));
    assert!(told.body().starts_with("NOTRUF 112 per FAX: "), "{}", told.body());
    let said = |what: &str| office.cloud.events().iter().filter(|event| event["event"] == what).count();
    assert_eq!((said("emergency"), said("callChanged")), (1, 0), "it is the far end that may offer T.38");
    fax.hangs_up();
    fax.call_ends();
}

/// The daemon falls while somebody talks to the control centre, and is started again: they talk on, and it can call back.
#[test]
fn a_call_for_help_outlives_the_daemon() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::kept_beside(&cloud);
    until("every line up", || house.has_lines_up(8).then_some(()));
    let mut anna = Setup::new("anna", house.sip()).login(cloud.phone("102")).voice(TONES[0]).start();
    anna.registered();
    anna.dial("112");
    anna.talks();
    anna.hears(TONES[0], 1.0);
    until("the call written down", || house.data().join("called-for-help.json").exists().then_some(()));
    let starts = house.starts();
    house.falls();
    until("the next daemon", || (house.starts() > starts && house.answers()).then_some(()));
    assert_eq!(house.calls(), 1, "they talk on");
    assert!(house.data().join("stay").exists(), "nothing restarts the box");
    anna.hangs_up();
    anna.call_ends();
    until("every line up", || house.has_lines_up(8).then_some(()));
    let _ = cloud.calls_in(ANNA, "anonymous");
    anna.rings();
}

/// A new version on its way to the disk, again and again, each block all the way.
struct Update(Child);

impl Update {
    fn is_written(house: &Gatehouse) -> Self {
        let file = house.data().join("update");
        let write = "while :; do dd if=/dev/urandom of=\"$0\" bs=1M count=8 conv=fsync 2>/dev/null; done";
        let child = Command::new("sh").args(["-c", write]).arg(&file).spawn().expect("sh");
        until("the first of it", || file.exists().then_some(()));
        Self(child)
    }
}

impl Drop for Update {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Somebody else has the database for himself.
struct Held(Child);

impl Held {
    /// Nobody else can write.
    fn writing(house: &Gatehouse) -> Self {
        Self::with(house, "c.execute('BEGIN EXCLUSIVE')")
    }

    /// Nobody else can even read; to be had while nobody reads.
    fn alone(house: &Gatehouse) -> Self {
        Self::with(house, "c.execute('PRAGMA locking_mode = EXCLUSIVE')\nc.execute('BEGIN EXCLUSIVE')")
    }

    fn with(house: &Gatehouse, how: &str) -> Self {
        let hold = format!(
            "import sqlite3,sys,time\n\
             c = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)\n\
             {how}\nprint('held', flush=True)\ntime.sleep(120)\n"
        );
        let mut python = Command::new("python3");
        python.args(["-c", &hold]).arg(house.data().join("gatehouse.db")).stdout(Stdio::piped());
        let mut child = python.spawn().expect("python3");
        let mut said = [0; 4];
        std::io::Read::read_exact(child.stdout.as_mut().expect("a pipe"), &mut said).expect("the lock");
        Self(child)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
