//! The first honest metrics: counted where things happen, copied here for whoever watches.

use std::sync::Arc;
use std::time::Duration;

use switchboard::{Counts, Picture};
use tokio::sync::watch;
use web::{Counter, Gauge, Metrics};

use super::mirroring::MirrorNow;

/// Copies are made this often at most.
const PACE: Duration = Duration::from_secs(1);

/// Which total a counter shows.
type Read = fn(&Counts) -> u64;

struct Handles {
    counters: Vec<(Counter, Read)>,
    registrations: Gauge,
    calls: Gauge,
    room: Gauge,
    waiting: Gauge,
    mirror_age: Gauge,
    devices: Gauge,
    lines: Gauge,
    lines_up: Gauge,
    outside_calls: Gauge,
}

/// Makes the metrics and keeps them current.
pub(crate) fn start(
    mut pictures: watch::Receiver<Arc<Picture>>,
    mirror: watch::Receiver<Arc<MirrorNow>>,
) -> Metrics {
    let mut metrics = Metrics::new(env!("CARGO_PKG_VERSION"));
    let handles = Handles::register(&mut metrics);
    tokio::spawn(async move {
        while pictures.has_changed().is_ok() {
            handles.copy(&pictures.borrow_and_update(), &mirror.borrow());
            tokio::time::sleep(PACE).await;
        }
    });
    metrics
}

impl Handles {
    fn register(metrics: &mut Metrics) -> Self {
        let all: [(&str, &str, Read); 21] = [
            ("sip_unreadable", "Datagrams and frames that were no SIP message", |c| c.unreadable),
            ("sip_invalid", "SIP messages that broke a rule of the standard", |c| c.invalid),
            ("sip_registers", "REGISTER requests received", |c| c.register),
            ("sip_invites", "INVITE requests received", |c| c.invite),
            ("sip_other_requests", "Other SIP requests received", |c| c.other),
            ("sip_challenges", "Times a password was asked for", |c| c.challenged),
            ("sip_passwords_refused", "Wrong passwords and unknown logins", |c| c.refused),
            ("registrations_served", "Registrations followed", |c| c.registered),
            ("registrations_unsaved", "Registrations acknowledged before the disk had them", |c| c.unsaved),
            ("calls_started", "Calls that began to ring", |c| c.calls),
            ("calls_answered", "Calls that were answered", |c| c.answered),
            ("calls_not_connected", "Calls refused before any phone rang", |c| c.not_connected),
            ("voice_calls", "Calls over whose voice was judged", |c| c.judged),
            ("voice_packets", "Packets of voice received in them", |c| c.packets),
            ("voice_packets_lost", "Packets of voice in them that never came", |c| c.lost),
            ("voice_wan_packets", "Packets of voice received in them from outside", |c| c.packets_wan),
            ("voice_wan_packets_lost", "Packets of voice from outside that never came", |c| c.lost_wan),
            ("voice_wan_bad_legs", "Sides outside that sounded bad, with a MOS below 3.1", |c| c.bad_wan),
            ("voice_reports", "Reports of phones about their calls", |c| c.reported),
            ("voice_bad_legs", "Sides of calls that sounded bad, with a MOS below 3.1", |c| c.bad),
            ("voice_unheard", "Sides of calls that were not heard when they should have spoken", |c| {
                c.unheard
            }),
        ];
        Self {
            counters: all.map(|(name, help, read)| (metrics.counter(name, help), read)).into(),
            registrations: metrics.gauge("sip_registrations", "Phones registered now"),
            calls: metrics.gauge("calls_active", "Calls that ring or talk now"),
            room: metrics.gauge("calls_room", "Further calls the voice ports at hand allow"),
            waiting: metrics.gauge("queue_waiting", "Callers in line for the agents of channels"),
            mirror_age: metrics.gauge("mirror_age_seconds", "Age of the copy of the account; -1: none"),
            devices: metrics.gauge("mirror_devices", "Devices in the copy of the account"),
            lines: metrics.gauge("lines", "Lines to the outside"),
            lines_up: metrics.gauge("lines_up", "Lines to the outside that carry calls"),
            outside_calls: metrics.gauge("lines_calls", "Calls on lines to the outside"),
        }
    }

    fn copy(&self, picture: &Picture, mirror: &MirrorNow) {
        for (counter, read) in &self.counters {
            counter.inc_by(read(&picture.counts).saturating_sub(counter.get()));
        }
        let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.registrations.set(whole(picture.bindings));
        self.calls.set(whole(picture.calls.len()));
        self.room.set(whole(picture.room));
        self.waiting.set(whole(picture.queues.iter().map(|queue| queue.waiting.len()).sum()));
        self.devices.set(whole(mirror.house.devices.len()));
        self.lines.set(whole(picture.lines.len()));
        self.lines_up.set(whole(picture.lines.iter().filter(|line| line.health.is_up()).count()));
        self.outside_calls.set(picture.lines.iter().map(|line| i64::from(line.calls)).sum());
        let age = mirror.fetched.and_then(|at| at.elapsed().ok());
        self.mirror_age.set(age.map_or(-1, |age| i64::try_from(age.as_secs()).unwrap_or(i64::MAX)));
    }
}
