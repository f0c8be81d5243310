//! A made-up house behind the real page, to look at: `cargo run -p web --example preview`.
//!
//! Open the printed address, type the printed code. Calls come and go; nothing is kept when it ends.
#![expect(clippy::print_stdout, reason = "it talks to the person who started it")]

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use certificates::Certificates;
use tokio::sync::watch;
use web::view::{
    Call, CallState, Fault, Mirror, MirrorState, Notice, Party, Phone, PhoneState, Readiness, Sentence,
    Severity, Transport,
};
use web::{Config, MemoryVault, Metrics, Sources, SystemClock, View};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::args().nth(1).map_or(Ok(18_443), |port| port.parse::<u16>())?;
    let folder = std::env::temp_dir().join("gatehouse-preview");
    let certificates = Certificates::open(&folder, &["gatehouse".to_owned()], &[], SystemTime::now())?;
    let (publish, view) = watch::channel(Arc::new(house(0)));
    let vault = Arc::new(MemoryVault::default());
    let code = web::offer_setup(&*vault).await?;
    let config = Config {
        https: ([127, 0, 0, 1], port).into(),
        http: Some(([127, 0, 0, 1], port + 1).into()),
        socket: Some(folder.join("preview.socket")),
        certificates: Arc::new(certificates),
    };
    let sources = Sources {
        view,
        vault,
        metrics: Arc::new(Metrics::new("preview")),
        clock: Arc::new(SystemClock),
        commands: Arc::new(web::NoCommands),
    };
    let serving = web::serve(config, sources, async {
        // An interrupt that cannot be caught ends the preview the hard way, which is as good.
        let _ = tokio::signal::ctrl_c().await;
    })
    .await?;
    println!("https://localhost:{port}/  set-up code {}", code.as_ref().map_or("", |code| code.reveal()));
    println!("root certificate {}", serving.fingerprint);
    let calls = tokio::spawn(async move {
        for round in 1_u64.. {
            tokio::time::sleep(Duration::from_secs(3)).await;
            publish.send_replace(Arc::new(house(round)));
        }
    });
    serving.ended().await;
    calls.abort();
    Ok(())
}

fn house(round: u64) -> View {
    let now = SystemTime::now();
    let ago = |seconds| now - Duration::from_secs(seconds);
    let mut view = View::starting("0.1.0", ago(400_000));
    view.readiness = Readiness::Ready;
    view.phones =
        Arc::new(PEOPLE.iter().enumerate().map(|(place, person)| phone(place, person, now)).collect());
    view.calls = vec![
        call("1", ("Anna Berger", "11"), ("Jonas Wolf", "12"), CallState::Talking, ago(233)),
        call("2", ("", "+49 211 1234567"), ("Empfang", "10"), CallState::Held, ago(61)),
    ];
    if round.is_multiple_of(2) {
        view.calls.push(call("3", ("Mia Schäfer", "14"), ("Lager", "30"), CallState::Ringing, ago(4)));
    }
    view.mirror = Mirror {
        state: MirrorState::Current,
        fetched: Some(ago(140)),
        users: 9,
        devices: PEOPLE.len(),
        numbers: 14,
        ..Mirror::never("api.sipgate.com".to_owned())
    };
    view.notices = vec![Notice {
        severity: Severity::Warning,
        fault: Fault::Phone,
        what: Sentence::new(
            "Das Telefon „Besprechung 2“ hat sich seit vier Tagen nicht angemeldet.",
            "The phone “Besprechung 2” has not registered for four days.",
        ),
        fix: Sentence::new(
            "Prüfen Sie Strom und Netzwerkkabel, und ob als Server diese Box eingetragen ist.",
            "Check its power and network cable, and that its server is set to this box.",
        ),
    }];
    view
}

const PEOPLE: &[(&str, &str, &str)] = &[
    ("10", "Empfang", "Snom D785 Empfang"),
    ("11", "Anna Berger", "Yealink T54W"),
    ("12", "Jonas Wolf", "Yealink T54W"),
    ("13", "Dr. Friederike von Hohenstein-Wartenberg", "Gigaset N670 Mobilteil 3"),
    ("14", "Mia Schäfer", "Browser"),
    ("15", "Emre Yılmaz", "Snom D735"),
    ("16, 160", "Sofia Rossi", "Softphone Laptop"),
    ("20", "", "Besprechung 2"),
    ("30", "Lager", "DECT Lager"),
];

fn phone(place: usize, (extension, owner, alias): &(&str, &str, &str), now: SystemTime) -> Phone {
    let hours = |hours| now - Duration::from_secs(hours * 3600);
    let transports = [Transport::Udp, Transport::Tls, Transport::Tcp, Transport::WebSocket];
    let state = match *extension {
        "20" => PhoneState::Unregistered { since: Some(hours(97)) },
        "16, 160" => PhoneState::Unregistered { since: None },
        _ => PhoneState::Registered {
            transport: transports.get(place % 4).copied().unwrap_or(Transport::Udp),
            since: hours(1 + place as u64 * 7),
        },
    };
    Phone {
        device: format!("e{place}"),
        alias: (*alias).to_owned(),
        owner: (!owner.is_empty()).then(|| (*owner).to_owned()),
        extensions: extension.split(", ").map(str::to_owned).collect(),
        state,
    }
}

fn call(id: &str, caller: (&str, &str), callee: (&str, &str), state: CallState, since: SystemTime) -> Call {
    let party = |(name, number): (&str, &str)| Party {
        name: (!name.is_empty()).then(|| name.to_owned()),
        number: number.to_owned(),
        encrypted: false,
        unheard: None,
    };
    Call { id: id.to_owned(), caller: party(caller), callee: party(callee), state, since }
}
