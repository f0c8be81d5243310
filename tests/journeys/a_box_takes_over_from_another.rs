//! A box is gone; another one takes its place with the file that was made of the first, and nobody touches a telephone.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use tests::{Gatehouse, Phone, Place, PracticeCloud, Stranger, cloud::TOKEN, phone::Setup, until};

const PASSWORD: &str = "Pruefung-2026";
const WORDS: &str = "Ein Satz für den Tresor";
/// Of a person, from the new box's first page to two phones that talk.
const PROMISED: Duration = Duration::from_secs(5 * 60);

fn told(house: &Gatehouse, words: &[&str], line: &str) -> Output {
    let mut command = house.command(words);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    running.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    running.wait_with_output().unwrap()
}

/// A box as it is flashed: it knows where the cloud is, and nothing else.
fn flashed(mut house: Gatehouse, cloud: &PracticeCloud) -> Gatehouse {
    house.configured_with(&format!("[cloud]\napi = \"{}\"\n", cloud.api));
    house.power_on();
    house
}

/// With words of its own in its configuration.
fn configured(mut house: Gatehouse) -> Gatehouse {
    let office = "[sip]\ndomains = [\"sipgate.de\", \"altes-buero.example\"]\n";
    *house.config() = house.config().replace("[sip]\n", office);
    house
}

fn follows_the_old_configuration(owner: &mut Stranger, new: &Gatehouse) {
    owner.browser().opens(&page(new, "/network"));
    owner.reads("altes-buero.example");
    owner.browser().opens(&page(new, "/system"));
    owner.reads("/data/gatehouse.toml");
}

fn page(house: &Gatehouse, path: &str) -> String {
    format!("https://{}:8443{path}?lang=de", house.address())
}

fn signs_in(stranger: &mut Stranger, house: &Gatehouse) {
    stranger.browser().opens(&page(house, "/login"));
    stranger.fills("Passwort", PASSWORD);
    stranger.clicks_on("Anmelden");
    stranger.reads("Telefone angemeldet");
}

/// Downloads the backup from the page, as the owner.
fn downloads(house: &Gatehouse, file: &Path) {
    let jar = house.folder().join("cookies");
    let (jar, file, same) = (jar.to_string_lossy(), file.to_string_lossy(), "sec-fetch-site: same-origin");
    let signing_in = format!("account=admin&password={PASSWORD}");
    assert_eq!(house.fetch("/login", &["-H", same, "-c", &jar, "-d", &signing_in]).0, 303);
    let (passphrase, repeat) = (format!("passphrase={WORDS}"), format!("repeat={WORDS}"));
    let typed = ["--data-urlencode", &passphrase, "--data-urlencode", &repeat];
    let options = [["-H", same].as_slice(), &["-b", &jar, "-o", &file], &typed].concat();
    assert_eq!(house.fetch("/backup", &options).0, 200);
}

/// A telephone with settings that nobody changes: the box's address, the login of the account, the root it trusts.
fn desk(name: &str, extension: &str, house: &Gatehouse, root: &Path, cloud: &PracticeCloud) -> Phone {
    let phone = Setup::new(name, house.sips()).over_tls(root).login(cloud.phone(extension));
    let mut phone = phone.start();
    phone.registered();
    phone
}

#[test]
#[expect(clippy::print_stderr, reason = "the time is a figure, and depends on the machine")]
fn the_file_of_one_box_makes_another_of_it_and_no_phone_is_touched() {
    let cloud = PracticeCloud::office();
    let mut old = flashed(configured(Gatehouse::new()), &cloud);
    let mut owner = Stranger::opens(&page(&old, "/"), None);
    owner.fills("Einrichtungscode", &old.setup_code());
    owner.fills("Neues Passwort", PASSWORD);
    owner.fills("Passwort wiederholen", PASSWORD);
    owner.clicks_on("Passwort festlegen");
    owner.reads("Einrichtung");
    assert!(told(&old, &["link", "--token-id", TOKEN.0], TOKEN.1).status.success());
    old.knows_the_account();
    let (root, file) = (old.folder().join("root.crt"), old.folder().join("gatehouse.backup"));
    fs::copy(old.root(), &root).unwrap();
    downloads(&old, &file);
    old.stop();

    let mut new = flashed(Gatehouse::at(Place::Here, old.address()), &cloud);
    assert_ne!(fs::read(new.root()).unwrap(), fs::read(&root).unwrap());
    let began = Instant::now();
    owner.browser().opens(&page(&new, "/"));
    owner.clicks_on("Ich habe die Sicherung einer anderen Box");
    owner.fills("Einrichtungscode", &new.setup_code());
    owner.fills("Kennwort der Sicherung", "Ein Satz für den Keller");
    owner.browser().types("#file", &file.to_string_lossy());
    owner.clicks_on("Sicherung einspielen");
    owner.reads("Mit diesem Kennwort wurde die Sicherung nicht gemacht");
    owner.fills("Einrichtungscode", &new.setup_code());
    owner.fills("Kennwort der Sicherung", WORDS);
    owner.browser().types("#file", &file.to_string_lossy());
    owner.clicks_on("Sicherung einspielen");
    owner.reads("Sicherung angenommen");
    until("the box to start anew", || (new.starts() == 2).then_some(()));
    let (mut anna, mut ben) =
        (desk("anna", "102", &new, &root, &cloud), desk("ben", "103", &new, &root, &cloud));
    anna.dial("103");
    ben.rings();
    ben.answers();
    anna.talks();
    let took = began.elapsed();
    eprintln!("box swap: {:.1} s from the first page to two phones that talk", took.as_secs_f64());
    assert!(took < PROMISED, "{took:?}");
    ben.hangs_up();
    anna.call_ends();

    assert_eq!(
        fs::read(new.root()).unwrap(),
        fs::read(&root).unwrap(),
        "browsers and phones trust it already"
    );
    signs_in(&mut owner, &new);
    owner.browser().opens(&page(&new, "/security/audit"));
    owner.reads("Sicherung eingespielt");
    owner.browser().opens(&page(&new, "/backup"));
    owner.reads("Diese Box entstand aus der Sicherung von");
    follows_the_old_configuration(&mut owner, &new);
    assert!(new.command(&["mirror", "sync"]).output().unwrap().status.success(), "the link is its own now");
    for log in [old.log(), new.log()] {
        assert!(!log.contains(WORDS) && !log.contains(TOKEN.1));
    }
    new.stop();
}

#[test]
fn on_the_command_line_a_box_becomes_a_file_during_a_call_and_a_box_again_after_one() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    let desk = |name, extension| Setup::new(name, house.sip()).login(cloud.phone(extension)).start();
    let (mut anna, mut ben) = (desk("anna", "102"), desk("ben", "103"));
    anna.registered();
    ben.registered();
    anna.dial("103");
    ben.rings();
    ben.answers();
    anna.talks();

    let file = house.folder().join("gatehouse.backup");
    let (make, path) = (["backup", &file.to_string_lossy()], file.to_string_lossy());
    let refused = told(&house, &make, "kurz\n");
    assert!(!refused.status.success() && !file.exists(), "{refused:?}");
    let made = told(&house, &make, &format!("{WORDS}\n"));
    assert!(made.status.success(), "{made:?}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let bytes = fs::read(&file).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("Großmann"), "nobody reads people's names in it");
    assert!(!told(&house, &make, WORDS).status.success(), "no file is written over");
    assert_eq!(fs::read(&file).unwrap(), bytes);

    let wrong = told(&house, &["restore", &path], "ein ganz anderer Satz\n");
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(wrong.status.code() == Some(2) && said.contains("not made with this passphrase"), "{wrong:?}");
    let taken = told(&house, &["restore", &path], &format!("{WORDS}\n"));
    assert!(taken.status.success(), "{taken:?}");
    assert_eq!((house.calls(), house.starts()), (1, 1), "nobody is cut off");
    ben.hangs_up();
    anna.call_ends();
    until("the box to start anew", || (house.starts() == 2 && house.answers()).then_some(()));
    house.knows_the_account();
    assert_eq!(house.calls(), 0);
}
