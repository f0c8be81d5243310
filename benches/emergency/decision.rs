//! How long the decision about a call for help takes by itself, in a house of a thousand phones with a line each: from the digits to
//! the first line to be called.
//!
//! `cargo run --release -p tests --example decision`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a measurement that cannot go on stops on the spot, and its figures go to the standard output"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use account::{AddressId, DeviceId, LineId};
use emergency::{
    Bindings, Call, Caller, Capable, Civic, CloudAddress, CloudState, Ground, Hunt, Line, Location,
    LocationId, LocationKind, Places, Ready, Rules, Standing, Started, Table, Verdict, Via, Whereabouts,
    gate,
};

/// The promise.
const BAR: Duration = Duration::from_micros(20);
const PHONES: u32 = 1000;
const SITES: u32 = 20;
const CALLS: usize = 200_000;

fn main() {
    let ready = house();
    let help = times(|phone| {
        let call = Call { target: "112", caller: Caller::KnownInHouse(phone), started: Started::ByHand };
        let Verdict::Help(_, passage) = gate(&call, &[], &ready) else { unreachable!("112 calls for help") };
        let hunt = Hunt::start(Instant::now(), passage.ladder.clone()).poll_output();
        assert!(hunt.is_some(), "a line is called");
    });
    let ordinary = times(|phone| {
        let call = Call { target: "0305550910", caller: Caller::Proven(phone), started: Started::ByHand };
        assert!(matches!(gate(&call, &[], &ready), Verdict::Pass));
    });
    for (what, took) in [("a call for help", &help), ("any other call", &ordinary)] {
        let (middle, most, worst) = (took[CALLS / 2], took[CALLS * 999 / 1000], took[CALLS - 1]);
        println!("the decision, {what:15} median {middle:.2?}, p99.9 {most:.2?}, worst {worst:.1?}");
    }
    if help[CALLS * 999 / 1000] > BAR {
        std::process::exit(1);
    }
}

/// How long it takes for phones here and there in the house, shortest first.
fn times(decide: impl Fn(DeviceId)) -> Vec<Duration> {
    let phones: Vec<DeviceId> = (0..PHONES).map(device).collect();
    let mut took: Vec<Duration> = (0..CALLS)
        .map(|call| {
            let phone = phones[call * 7919 % phones.len()].clone();
            let began = Instant::now();
            decide(black_box(phone));
            began.elapsed()
        })
        .collect();
    took.sort_unstable();
    took
}

fn device(number: u32) -> DeviceId {
    format!("e{number}").parse().unwrap()
}

/// Every phone at one of a few addresses, each with a line that says so.
fn house() -> Ready {
    let cloud = |site| CloudAddress { id: AddressId::new(&format!("a{site}")), state: CloudState::Verified };
    let site = |site: u32| Location {
        id: LocationId(site),
        parent: None,
        kind: LocationKind::Site,
        name: format!("site {site}"),
        cloud: Some(cloud(site)),
        civic: Civic::default(),
        coordinates: None,
    };
    let places = Places::new((0..SITES).map(site).collect()).unwrap();
    let bindings = Bindings::new(vec![], &places).unwrap();
    let ground = Ground { places, bindings, default: LocationId(0) };
    let standing = |number| Standing {
        device: device(number),
        whereabouts: Whereabouts::OnNet,
        sightings: vec![],
        user: None,
        account: Some(cloud(number % SITES).id),
    };
    let phones: Vec<Standing> = (0..PHONES).map(standing).collect();
    let table = Table::compute(&phones, &ground, Instant::now());
    let line = |number: u32| Line {
        name: LineId::new(&format!("7654321e{number}")),
        number: format!("+49305{:06}", number).parse().ok(),
        via: Via::Account,
        ways: 3,
        address: Some(cloud(number % SITES)),
        site: Some(LocationId(number % SITES)),
        area: Some("30".into()),
        capable: Capable::Yes,
    };
    let lines: Vec<Line> = (0..PHONES).map(line).collect();
    Ready::compute(Rules::default(), &table, &ground.places, &lines, |_: &DeviceId| None)
}
