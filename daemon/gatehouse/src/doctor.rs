//! `gatehouse doctor`: looks at the box and says what is wrong, how that was seen, and what to do.

mod hardware;

use std::borrow::Cow;
use std::net::{TcpListener, ToSocketAddrs, UdpSocket};
use std::path::Path;

use serde_json::{Value, json};
use web::view::Sentence;

use crate::cli::{FAILURE, Format, OK, WARNING};
use crate::config::Config;
use crate::place::Place;
use crate::run::{Hardware, LITTLE_SPACE};
use crate::show::{ask, each, say, text};

/// How one check went.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Health {
    Well,
    Warning,
    Failure,
}

/// One check.
#[derive(Debug)]
struct Finding {
    id: &'static str,
    health: Health,
    /// What was seen.
    evidence: Sentence,
    /// What to do; empty when it is well.
    fix: Sentence,
}

/// Runs every check. The exit code is that of the worst.
pub(crate) fn run(config: &Config, place: &Place, format: Format) -> u8 {
    let findings = look(config, place);
    if format.json {
        say(&as_json(&findings).to_string());
    } else {
        findings.iter().for_each(|finding| say(&finding.line()));
    }
    match findings.iter().map(|finding| finding.health).max() {
        Some(Health::Failure) => FAILURE,
        Some(Health::Warning) => WARNING,
        Some(Health::Well) | None => OK,
    }
}

/// What every check says, for the page. Looking takes as long as names and disks take.
pub(crate) fn told(config: &Config, place: &Place) -> Value {
    as_json(&look(config, place))
}

fn look(config: &Config, place: &Place) -> Vec<Finding> {
    let running = running(place);
    let mut findings = vec![data(&place.data), space(&place.data), daemon(running.as_ref())];
    findings.extend(hardware::of(&Hardware::of(place)));
    match &running {
        Some(status) => {
            findings.extend(from_status(status));
            findings.extend(lines(place));
        }
        None => findings.extend(ports(config)),
    }
    findings.push(cloud_name(config));
    findings.push(emergency(config));
    findings
}

impl Finding {
    const fn well(id: &'static str, evidence: Sentence) -> Self {
        Self { id, health: Health::Well, evidence, fix: fixed("", "") }
    }

    const fn bad(id: &'static str, health: Health, evidence: Sentence, fix: Sentence) -> Self {
        Self { id, health, evidence, fix }
    }

    fn line(&self) -> String {
        let health = format!("{:?}", self.health).to_lowercase();
        let fix = if self.fix.en.is_empty() { String::new() } else { format!(" -> {}", self.fix.en) };
        format!("{:<8} {:<10} {}{fix}", health, self.id, self.evidence.en)
    }
}

/// A sentence of ours.
const fn fixed(de: &'static str, en: &'static str) -> Sentence {
    Sentence { de: Cow::Borrowed(de), en: Cow::Borrowed(en) }
}

/// What somebody else says, in his own words.
fn same(words: impl Into<String>) -> Sentence {
    let words = words.into();
    Sentence::new(words.clone(), words)
}

fn as_json(findings: &[Finding]) -> Value {
    let rows: Vec<Value> = findings
        .iter()
        .map(|f| {
            let status = match f.health {
                Health::Well => "ok",
                Health::Warning => "warn",
                Health::Failure => "fail",
            };
            json!({
                "id": f.id, "status": status, "evidence": f.evidence.en, "fix": f.fix.en,
                "de": { "evidence": f.evidence.de, "fix": f.fix.de },
            })
        })
        .collect();
    json!({ "schema": "doctor/1", "checks": rows })
}

fn data(dir: &Path) -> Finding {
    match std::fs::metadata(dir) {
        Ok(about) if about.is_dir() && !about.permissions().readonly() => {
            let dir = dir.display();
            Finding::well("data", Sentence::new(format!("{dir} ist da"), format!("{dir} is there")))
        }
        Ok(_) => Finding::bad(
            "data",
            Health::Failure,
            Sentence::new(
                format!("{} ist kein beschreibbares Verzeichnis", dir.display()),
                format!("{} is no directory that can be written", dir.display()),
            ),
            fixed(
                "mit --data ein Verzeichnis nennen, oder es dem Benutzer geben, unter dem gatehouse läuft",
                "name a directory with --data, or give it to the user gatehouse runs as",
            ),
        ),
        Err(fault) => Finding::bad(
            "data",
            Health::Warning,
            same(format!("{}: {fault}", dir.display())),
            fixed(
                "es entsteht, wenn gatehouse startet; sollte es da sein, den Pfad prüfen",
                "it is made when gatehouse starts; if it should be there, check the path",
            ),
        ),
    }
}

fn space(dir: &Path) -> Finding {
    match board::free_space(dir) {
        Some(free) if free < LITTLE_SPACE => Finding::bad(
            "disk",
            Health::Warning,
            mebibytes(free),
            fixed(
                "Platz schaffen; ist sie voll, lässt sich nichts mehr speichern",
                "free some space; changes cannot be saved once it is full",
            ),
        ),
        Some(free) => Finding::well("disk", mebibytes(free)),
        None => Finding::bad(
            "disk",
            Health::Warning,
            fixed("freier Platz unbekannt", "free space unknown"),
            fixed(
                "prüfen, ob das Datenverzeichnis auf einer Platte liegt",
                "check that the data directory is on a disk",
            ),
        ),
    }
}

fn mebibytes(free: u64) -> Sentence {
    let free = free / (1024 * 1024);
    Sentence::new(format!("{free} MiB frei"), format!("{free} MiB free"))
}

/// The running daemon's own view of the house.
fn running(place: &Place) -> Option<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let (_, body) = runtime.block_on(web::ask(&place.socket(), web::Method::GET, "/api/v1/status")).ok()?;
    serde_json::from_slice(&body).ok()
}

/// More lines than this that are down are counted, not listed.
const LINES_LISTED: usize = 5;

/// Each outside line that carries no calls, and one finding for all that do.
fn lines(place: &Place) -> Vec<Finding> {
    let Ok((true, answer)) = ask(place, web::Method::GET, "/api/v1/lines") else { return Vec::new() };
    let all: Vec<&Value> = each(&answer, "/lines").collect();
    let (up, others): (Vec<&Value>, Vec<&Value>) = all.iter().partition(|line| text(line, "/state") == "up");
    let down = others.into_iter().filter(|line| text(line, "/state") == "down");
    let seen = |line: &Value| {
        let (name, since) = (text(line, "/name"), text(line, "/since"));
        Sentence::new(
            format!("{name}: {} seit {since}", text(line, "/why/de")),
            format!("{name}: {} since {since}", text(line, "/why/en")),
        )
    };
    let fix = || {
        fixed(
            "Gespräche im Haus gehen weiter; „gatehouse lines“ zeigt, wann sie wieder da ist",
            "calls inside the house go on; `gatehouse lines` shows when it is back",
        )
    };
    let bad = |line| Finding::bad("line", Health::Warning, seen(line), fix());
    let mut findings: Vec<Finding> = down.take(LINES_LISTED).map(bad).collect();
    if !all.is_empty() {
        let (up, all) = (up.len(), all.len());
        let carry =
            Sentence::new(format!("{up} von {all} tragen Gespräche"), format!("{up} of {all} carry calls"));
        findings.push(Finding::well("lines", carry));
    }
    findings
}

fn daemon(status: Option<&Value>) -> Finding {
    match status {
        Some(status) if text(status, "/readiness/state") == "ready" => {
            Finding::well("daemon", fixed("läuft, Telefone können telefonieren", "running, phones can call"))
        }
        Some(status) => Finding::bad(
            "daemon",
            Health::Failure,
            told_in_both(status, "/readiness/reason"),
            fixed(
                "das Konto mit „gatehouse link“ verbinden, dann „gatehouse mirror sync“",
                "link the account with `gatehouse link`, then `gatehouse mirror sync`",
            ),
        ),
        None => Finding::bad(
            "daemon",
            Health::Failure,
            fixed("läuft nicht", "not running"),
            fixed(
                "systemctl start gatehouse, oder gatehouse run",
                "systemctl start gatehouse, or gatehouse run",
            ),
        ),
    }
}

/// Notices of the daemon, and how old its copy of the account is.
fn from_status(status: &Value) -> Vec<Finding> {
    let notices = status.pointer("/notices").and_then(Value::as_array).cloned().unwrap_or_default();
    let health = |notice: &Value| match text(notice, "/severity").as_str() {
        "fault" => Health::Failure,
        "warning" => Health::Warning,
        _ => Health::Well,
    };
    let mut findings: Vec<Finding> = notices
        .iter()
        .map(|notice| {
            Finding::bad(
                "notice",
                health(notice),
                told_in_both(notice, "/what"),
                told_in_both(notice, "/fix"),
            )
        })
        .collect();
    findings.extend(turned_away(status));
    let (state, age) = (text(status, "/mirror/state"), text(status, "/mirror/age_seconds"));
    let mirror =
        Sentence::new(format!("{}, {age} s alt", in_german(&state)), format!("{state}, {age} s old"));
    findings.push(match text(status, "/mirror/state").as_str() {
        "current" => Finding::well("mirror", mirror),
        _ => Finding::bad(
            "mirror",
            Health::Warning,
            mirror,
            fixed(
                "„gatehouse mirror“ sagt warum; so lange dient die letzte Kopie",
                "`gatehouse mirror` says why; the last copy serves meanwhile",
            ),
        ),
    });
    findings
}

/// How fresh the copy of the account is.
fn in_german(state: &str) -> &str {
    match state {
        "current" => "aktuell",
        "stale" => "veraltet",
        "failed" => "zuletzt gescheitert",
        "never" => "noch keine",
        other => other,
    }
}

/// A sentence of the running daemon.
fn told_in_both(answer: &Value, path: &str) -> Sentence {
    Sentence::new(text(answer, &format!("{path}/de")), text(answer, &format!("{path}/en")))
}

/// Why phones are refused, one line each.
fn turned_away(status: &Value) -> impl Iterator<Item = Finding> + use<> {
    let all = status.pointer("/turned_away").and_then(Value::as_array).cloned().unwrap_or_default();
    all.into_iter().map(|one| {
        let silent = match one.pointer("/until").is_some_and(Value::is_string) {
            true => [", bekommt keine Antwort mehr", ", not answered any more"],
            false => ["", ""],
        };
        let who = [text(&one, "/login"), text(&one, "/address"), text(&one, "/agent")];
        let who = who.iter().filter(|word| !word.is_empty()).cloned().collect::<Vec<_>>().join(", ");
        let (why, times, [de, en]) = (told_in_both(&one, "/why"), text(&one, "/times"), silent);
        let seen = Sentence::new(
            format!("{who}: {} ({times}-mal{de})", why.de),
            format!("{who}: {} ({times} times{en})", why.en),
        );
        Finding::bad("refused", Health::Warning, seen, told_in_both(&one, "/fix"))
    })
}

/// While nothing runs: whether the ports could be had.
fn ports(config: &Config) -> Vec<Finding> {
    let sip = config.sip.listen.iter().copied();
    let sip = sip.map(|listen| {
        let udp = listen.transport == sip::Transport::Udp;
        let free =
            if udp { UdpSocket::bind(listen.address).err() } else { TcpListener::bind(listen.address).err() };
        port("sip", &listen.to_string(), free)
    });
    let web = [config.web.https, config.web.http]
        .map(|at| port("page", &at.to_string(), TcpListener::bind(at).err()));
    sip.chain(web).collect()
}

fn port(id: &'static str, name: &str, fault: Option<std::io::Error>) -> Finding {
    match fault {
        None => Finding::well(id, Sentence::new(format!("{name} ist frei"), format!("{name} is free"))),
        Some(fault) => Finding::bad(
            id,
            Health::Failure,
            same(format!("{name}: {fault}")),
            fixed(
                "das andere Programm beenden (ss -lnptu zeigt es) oder in der Konfiguration einen anderen Port wählen",
                "stop the other program (ss -lnptu shows it), or choose another port in the configuration",
            ),
        ),
    }
}

fn cloud_name(config: &Config) -> Finding {
    let host = config.cloud.api.split("://").last().unwrap_or_default().split('/').next().unwrap_or_default();
    let with_port = if host.contains(':') { host.to_owned() } else { format!("{host}:443") };
    match with_port.to_socket_addrs() {
        Ok(_) => {
            let seen = Sentence::new(format!("{host} hat eine Adresse"), format!("{host} has an address"));
            Finding::well("cloud", seen)
        }
        Err(fault) => Finding::bad(
            "cloud",
            Health::Warning,
            same(format!("{host}: {fault}")),
            fixed(
                "DNS und Internetzugang prüfen; im Haus wird trotzdem telefoniert",
                "check DNS and internet access; phones in the house call each other all the same",
            ),
        ),
    }
}

/// Whether calls for help may leave at all; which line carries them is said by the running daemon's notices.
fn emergency(config: &Config) -> Finding {
    if config.emergency.rules.commissioned == emergency::Commissioned::Yes {
        return Finding::well(
            "emergency",
            fixed(
                "in Betrieb genommen: 110 und 112 gehen hinaus",
                "commissioned: 110 and 112 leave the house",
            ),
        );
    }
    Finding::bad(
        "emergency",
        Health::Warning,
        fixed(
            "nicht in Betrieb genommen: 110 und 112 gehen nur in Testnetze",
            "not commissioned: 110 and 112 leave for test networks only",
        ),
        fixed(
            "ein anderes Telefon bereithalten; prüfen, wie docs/EMERGENCY.md sagt, dann emergency.commissioned = true setzen",
            "keep another phone; test as docs/EMERGENCY.md says, then set emergency.commissioned = true",
        ),
    )
}
