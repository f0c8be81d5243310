//! An admin owns a name: the box shows an authority that the name is its own, by a record in the zone, and is trusted under that name from
//! then on. Pebble is the authority, Knot keeps the zone.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;
use tests::program::run;
use tests::{Gatehouse, Place, Program, loopback::free_port, until};

use crate::asking::ask;

const NAME: &str = "telefon.buero.example";
const SECRET: &str = "Y2hhbmdlcyBvZiB0aGUgem9uZSBhcmUgc2lnbmVkIQ==";
const WRONG: &str = "c29tZWJvZHkgZWxzZSdzIGtleSwgbm90IG91cnMhIQ==";

/// The zone's name server.
struct Knot {
    _program: Program,
    folder: TempDir,
    address: SocketAddr,
}

impl Knot {
    fn starts() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let at = folder.path().display();
        let config = format!(
            "server:\n  rundir: {at}\n  listen: 127.0.0.1@{}\n\
             log:\n  - target: stdout\n    any: info\n\
             database:\n  storage: {at}\n\
             key:\n  - id: box\n    algorithm: hmac-sha256\n    secret: {SECRET}\n\
             acl:\n  - id: box\n    key: box\n    action: update\n    update-type: TXT\n\
             zone:\n  - domain: buero.example\n    storage: {at}\n    file: zone\n    acl: box\n",
            address.port()
        );
        fs::write(folder.path().join("knot.conf"), config).unwrap();
        let zone = "@ 60 SOA ns admin 1 60 60 600 60\n@ 60 NS ns\nns 60 A 127.0.0.1\n";
        fs::write(folder.path().join("zone"), zone).unwrap();
        let mut knot = Command::new("knotd");
        knot.arg("-c").arg(folder.path().join("knot.conf"));
        let program = Program::start("knotd", knot, folder.path());
        program.says("server started");
        Self { _program: program, folder, address }
    }

    /// Everything in the zone.
    fn zone(&self) -> String {
        let mut ask = Command::new("knotc");
        ask.arg("-c").arg(self.folder.path().join("knot.conf")).args(["zone-read", "buero.example"]);
        run(ask)
    }
}

/// An authority that believes what this name server says.
struct Pebble {
    program: Program,
    folder: TempDir,
    port: u16,
}

impl Pebble {
    fn believes(knot: &Knot) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [certificate, key, config, root] =
            ["own.pem", "own.key", "pebble.json", "root.pem"].map(|name| folder.path().join(name));
        let mut make = Command::new("openssl");
        make.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
        make.args(["-days", "30", "-subj", "/CN=authority", "-addext", "subjectAltName=IP:127.0.0.1"]);
        make.args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"]).arg(&key).arg("-out");
        make.arg(&certificate);
        run(make);
        let (port, management) = (free_port(), free_port());
        let settings = serde_json::json!({"pebble": {
            "listenAddress": format!("127.0.0.1:{port}"),
            "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": certificate, "privateKey": key, "httpPort": 5002, "tlsPort": 5001,
        }});
        fs::write(&config, settings.to_string()).unwrap();
        let mut pebble = Command::new("pebble");
        pebble.arg("-config").arg(&config).arg("-dnsserver").arg(knot.address.to_string());
        pebble.env("PEBBLE_VA_NOSLEEP", "1");
        let program = Program::start("pebble", pebble, folder.path());
        let address = format!("https://127.0.0.1:{management}/roots/0");
        let fetched = until("the authority's root", || {
            let mut curl = Command::new("curl");
            curl.args(["-sf", "--cacert"]).arg(&certificate).arg(&address);
            curl.output().ok().filter(|out| out.status.success()).map(|out| out.stdout)
        });
        fs::write(&root, fetched).unwrap();
        Self { program, folder, port }
    }

    /// Who trusts this file trusts what the authority issues.
    fn root(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    fn issued(&self) -> usize {
        self.program.log().matches("Issued certificate serial").count()
    }
}

fn house(knot: &Knot, pebble: &Pebble, secret: &str) -> Gatehouse {
    let mut house = Gatehouse::new();
    let key = house.folder().join("zone.key");
    fs::write(&key, secret).unwrap();
    house.configured_with(&format!(
        "[acme]\nnames = [\"{NAME}\"]\ndirectory = \"https://127.0.0.1:{}/dir\"\nserver = \"{}\"\n\
         key_name = \"box\"\nkey_file = \"{}\"\nauthorities = \"{}\"\n",
        pebble.port,
        knot.address,
        key.display(),
        pebble.folder.path().join("own.pem").display(),
    ));
    house.power_on();
    house
}

/// Whether somebody who trusts `roots` alone gets to the page by this name.
fn opens(house: &Gatehouse, host: &str, roots: &PathBuf) -> bool {
    let mut curl = Command::new("curl");
    curl.args(["-sf", "-m", "5", "-o", "/dev/null", "--resolve"]);
    curl.arg(format!("{host}:8443:{}", house.address())).arg("--cacert").arg(roots);
    curl.arg(format!("https://{host}:8443/root")).status().unwrap().success()
}

/// Whether a phone that trusts `roots` alone connects over TLS by this name.
fn connects(house: &Gatehouse, host: &str, roots: &PathBuf) -> bool {
    let mut openssl = Place::Here.command("openssl");
    openssl.args([
        "s_client",
        "-brief",
        "-verify_return_error",
        "-servername",
        host,
        "-verify_hostname",
        host,
    ]);
    openssl.arg("-connect").arg(house.sips().to_string()).arg("-CAfile").arg(roots);
    openssl.stdin(std::process::Stdio::null()).output().unwrap().status.success()
}

#[test]
fn everybody_trusts_the_box_under_a_name_of_the_admin_s_own() {
    let knot = Knot::starts();
    let pebble = Pebble::believes(&knot);
    let mut house = house(&knot, &pebble, SECRET);
    let (own, public) = (house.root(), pebble.root());
    assert!(!opens(&house, NAME, &public), "not before the authority has looked");

    until("the page under its public name", || opens(&house, NAME, &public).then_some(()));
    assert!(connects(&house, NAME, &public), "phones over TLS as well");
    assert!(opens(&house, "localhost", &own), "under all other names as before");
    assert!(!opens(&house, "localhost", &public) && connects(&house, "localhost", &own));
    let (_, page) = house.fetch("/root?lang=en", &[]);
    assert!(page.contains("not needed") && page.contains(NAME), "{page}");
    let zone = knot.zone();
    assert!(zone.contains("NS") && !zone.contains("TXT"), "the proof is taken away: {zone}");
    let told = ask(&house, "GET", "/api/v1/status", b"");
    assert!(!told["notices"].to_string().contains("public certificate"), "{told}");

    house.power_cut();
    house.power_on();
    assert!(opens(&house, NAME, &public), "it is kept");
    assert_eq!(pebble.issued(), 1, "and not fetched again");
}

#[test]
fn a_key_that_the_name_server_does_not_know_is_said() {
    let knot = Knot::starts();
    let pebble = Pebble::believes(&knot);
    let house = house(&knot, &pebble, WRONG);
    let notice = until("the notice", || {
        let told = ask(&house, "GET", "/api/v1/status", b"");
        let notices = told["notices"].as_array()?.clone();
        notices
            .into_iter()
            .find(|one| one["what"]["en"].as_str().is_some_and(|it| it.contains("public certificate")))
    });
    assert_eq!(notice["severity"], "warning", "{notice}");
    assert!(notice["what"]["en"].as_str().unwrap().contains("does not take the key"), "{notice}");
    assert!(notice["fix"]["en"].as_str().unwrap().contains("[acme]"), "{notice}");
    assert!(!opens(&house, NAME, &pebble.root()) && opens(&house, "localhost", &house.root()));
    let said = format!("{}{notice}", house.log());
    assert!(!said.contains(WRONG) && !said.contains("somebody else's"), "the key is told to nobody");
}
