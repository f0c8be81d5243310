//! An admin gives the box another address on its page. What he confirms at the new address stays; what nobody confirms, and what a
//! power cut interrupts, goes back by itself. The program of the box is the real one; systemd-networkd is played by a script.

use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;
use tests::program::{as_root, built, run};
use tests::{Browser, Gatehouse, Lan, Place, until, until_within};

use crate::asking::{ask, raw};
use crate::visiting::admin_at;

/// The flashed box: the telephone system, the folder its program takes for the whole disk, and who starts that program when a wish lies
/// there, as `gatehouse-network.path` does.
struct Flashed {
    house: Gatehouse,
    root: PathBuf,
    ends: Arc<AtomicBool>,
    tries: Arc<AtomicU32>,
    unit: Option<JoinHandle<()>>,
    /// Where an admin sits.
    office: Place,
    _lan: Lan,
}

/// An address of the house's network.
fn address(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 77, 0, last)
}

impl Flashed {
    /// Switched on at the address that ends with 2, which its installer gave it.
    fn new() -> Self {
        let mut lan = Lan::new();
        let (office, _) = lan.host("office", 9);
        let (place, fixed) = lan.host("box", 2);
        let Place::Namespace(namespace) = &place else { unreachable!("it is a namespace") };
        let namespace = namespace.clone();
        let mut house = Gatehouse::at(place, fixed);
        let fixed = fixed.to_string();
        *house.config() =
            house.config().replace(&fixed, "0.0.0.0").replace("address = \"0.0.0.0\"", "address = \"auto\"");
        let root = house.folder().join("root");
        for folder in ["var/lib", "usr/bin", "run", "efi/gatehouse", "dev"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::create_dir(house.folder().join("appliance")).unwrap();
        symlink(house.data(), root.join("var/lib/gatehouse")).unwrap();
        symlink(house.folder().join("appliance"), root.join("var/lib/appliance")).unwrap();
        let file = root.join("run/systemd/network/10-installer.network");
        let networkd = root.join("usr/bin/systemctl");
        let script = format!(
            "#!/bin/sh\nset -e\naddress=$(sed -n 's/^Address=//p' {})\nip -n {namespace} addr flush dev lan\nip -n {namespace} addr add \"$address\" dev lan\n",
            file.display(),
        );
        fs::write(&networkd, script).unwrap();
        fs::set_permissions(&networkd, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(root.join("efi/gatehouse/network.ini"), format!("address = {fixed}/24\n")).unwrap();
        let (ends, tries) = (Arc::default(), Arc::default());
        let mut this = Self { house, root, ends, tries, unit: None, office, _lan: lan };
        this.starts();
        this.house.power_on();
        this.unit = Some(this.waits_for_wishes());
        this
    }

    /// The box's own program, with a word of its own.
    fn appliance(root: &Path, word: &str) -> Command {
        let mut command = as_root(&built("appliance").to_string_lossy());
        command.arg("--root").arg(root).arg(word);
        command
    }

    /// The drop zone becomes settings, and the network follows them.
    fn starts(&self) {
        run(Self::appliance(&self.root, "arrive"));
        run(as_root(&self.root.join("usr/bin/systemctl").to_string_lossy()));
    }

    fn waits_for_wishes(&self) -> JoinHandle<()> {
        let (root, wish) = (self.root.clone(), self.house.data().join("box/network.ini"));
        let (ends, tries) = (Arc::clone(&self.ends), Arc::clone(&self.tries));
        std::thread::spawn(move || {
            while !ends.load(Ordering::SeqCst) {
                Self::looks(&root, &wish, &tries);
                std::thread::sleep(Duration::from_millis(20));
            }
        })
    }

    fn looks(root: &Path, wish: &Path, tries: &AtomicU32) {
        if wish.exists() {
            let mut tried = Self::appliance(root, "network").process_group(0).spawn().unwrap();
            tries.store(tried.id(), Ordering::SeqCst);
            let _ = tried.wait();
        }
    }

    /// Whoever watches the trial is gone, as with the power.
    fn power_cut(&self) {
        let group = format!("-{}", self.tries.load(Ordering::SeqCst));
        let mut kill = as_root("kill");
        kill.args(["-9", "--", &group]);
        run(kill);
    }

    fn knows(&self) -> Value {
        ask(&self.house, "GET", "/api/v1/network", b"")
    }

    /// The page's address there, once it can be reached.
    fn page_at(&self, last: u8) -> String {
        let page = format!("https://{}:8443", address(last));
        until("the page at its new address", || {
            let mut curl = self.office.command("curl");
            curl.args(["-ks", "-m", "1", &format!("{page}/healthz")])
                .output()
                .ok()
                .filter(|answer| answer.status.success())
        });
        page
    }

    /// As an admin does on the page: looked at, then tried.
    fn is_given(&self, browser: &Browser, page: &str, last: u8) {
        browser.opens(&format!("{page}/network"));
        let _ = browser.evaluates("document.querySelector('#address').value = ''");
        browser.types("#address", &format!("{}/24", address(last)));
        browser.clicks("form[action='/network'] button");
        for text in ["This changes", "not even 110 and 112"] {
            browser.shows(text);
        }
        browser.clicks("form[action='/network/try'] button");
        browser.shows("Go on here");
        browser.shows(&format!("https://{}:8443/network", address(last)));
    }
}

impl Drop for Flashed {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        let group = format!("-{}", self.tries.load(Ordering::SeqCst));
        let _ = as_root("kill").args(["-9", "--", &group]).output();
        let _ = self.unit.take().map(JoinHandle::join);
    }
}

/// What the browser complained about, besides that its network became another one: that is what is done here.
fn complaints(browser: &Browser) -> Vec<String> {
    let mut complaints = browser.complaints();
    complaints.retain(|complaint| !complaint.contains("net::ERR_NETWORK_CHANGED"));
    complaints
}

#[test]
fn an_admin_gives_the_box_an_address_and_confirms_it_there() {
    let flashed = Flashed::new();
    let (browser, page) = admin_at(flashed.office.clone(), &flashed.house, "en", "Sign out");
    browser.opens(&format!("{page}/network"));
    browser.shows("network.ini from the installer's drop zone");
    let _ = browser.evaluates("document.querySelector('#address').value = 'here'");
    browser.clicks("form[action='/network'] button");
    browser.shows("address wants an address with its prefix, such as 192.168.1.20/24");
    assert_eq!(complaints(&browser).len(), 1, "the refusal");

    flashed.is_given(&browser, &page, 3);
    let page = flashed.page_at(3);
    browser.opens(&format!("{page}/login?lang=en"));
    browser.types("#password", "Pruefung-2026");
    browser.clicks("form button");
    browser.shows("Sign out");
    browser.opens(&format!("{page}/network"));
    browser.shows("seconds left");
    browser.clicks("form[action='/network/confirm'] button");
    browser.shows("confirmed on this page");
    browser.shows("Confirmed: the new settings count.");
    assert!(
        flashed.root.join("efi/gatehouse/network.replaced").exists(),
        "the installer's file counts no more"
    );
    browser.opens(&format!("{page}/security/audit"));
    for deed in ["Changed the network settings on trial", "Confirmed the network settings"] {
        browser.shows(deed);
    }
    assert_eq!(complaints(&browser), Vec::<String>::new());

    flashed.is_given(&browser, &page, 4);
    let _ = flashed.page_at(4);
    flashed.power_cut();
    flashed.starts();
    let page = flashed.page_at(3);
    browser.opens(&format!("{page}/network"));
    browser.shows("The box started anew before anybody confirmed");
    browser.shows("confirmed on this page");
}

#[test]
fn what_nobody_confirms_goes_back_by_itself() {
    let flashed = Flashed::new();
    let told = flashed.house.command(&["network", &format!("address={}/24", address(3))]).output().unwrap();
    assert!(told.status.success(), "{told:?}");
    let _ = flashed.page_at(3);
    let trial = flashed.knows()["trial"].clone();
    let id = format!("{{\"id\": {}}}", trial["id"]);
    let refused = raw(&flashed.house, "POST", "/api/v1/network/confirm", id.as_bytes());
    assert!(String::from_utf8_lossy(&refused).contains("Confirm over the network"), "not by the box itself");
    let last = until_within(Duration::from_secs(90), "the end of the trial", || {
        let now = flashed.knows();
        now["trial"].is_null().then(|| now["last"].clone())
    });
    assert!(last["said"]["en"].as_str().is_some_and(|said| said.contains("Nobody confirmed")), "{last}");
    let _ = flashed.page_at(2);
    let shown = flashed.house.command(&["network"]).output().unwrap();
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(
        shown.contains("network.ini in the drop zone") && shown.contains("last      Nobody confirmed"),
        "{shown}"
    );
}
