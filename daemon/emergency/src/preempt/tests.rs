//! E4: who makes room.

use std::time::{Duration, Instant};

use super::{Holding, Running, make_room};

#[expect(clippy::disallowed_methods, reason = "an origin for simulated time")]
fn start() -> Instant {
    Instant::now()
}

#[test]
fn e04_the_youngest_ordinary_outside_call_makes_room() {
    use Holding::{Help, Incoming, Internal, Outgoing};
    let t0 = start();
    type Calls = &'static [(Holding, u64)];
    let rows: [(Calls, Option<usize>); 7] = [
        (&[(Outgoing, 1), (Outgoing, 5), (Outgoing, 3)], Some(1)),
        (&[(Outgoing, 1), (Incoming, 5), (Internal, 9)], Some(0)),
        (&[(Incoming, 1), (Incoming, 5), (Internal, 9)], Some(1)),
        (&[(Help, 9), (Outgoing, 1)], Some(1)),
        (&[(Help, 9), (Internal, 1)], None),
        (&[(Outgoing, 4), (Outgoing, 4)], Some(1)),
        (&[], None),
    ];
    for (calls, ends) in rows {
        let running: Vec<Running<usize>> = calls
            .iter()
            .enumerate()
            .map(|(call, (holding, at))| Running {
                call,
                holding: *holding,
                since: t0 + Duration::from_secs(*at),
            })
            .collect();
        assert_eq!(make_room(&running), ends, "{calls:?}");
    }
}
