//! Voice as an office speaks it: each side of each call sends a packet every 20 ms, all of them spread evenly. How long a
//! packet took is the kernel's time of its arrival less the time just before it was sent.

use super::Stream;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt};
use nix::time::{ClockId, clock_gettime};
use std::io::IoSliceMut;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::time::Duration;

/// Between two packets of a stream.
const PACE: Duration = Duration::from_millis(20);

/// Prints median, 99 % and 99.9 % in microseconds, and how many packets of how many came.
pub(super) fn load(streams: Vec<Stream>, sockets: &[UdpSocket; 2], warm_up: Duration, lasts: Duration) {
    for socket in sockets {
        setsockopt(socket, sockopt::ReceiveTimestampns, &true).unwrap();
    }
    let mut office = Office { streams, sockets, delays: Vec::new(), sent: 0 };
    office.talk(warm_up);
    office.delays.clear();
    office.sent = 0;
    office.talk(lasts);
    office.delays.sort_unstable();
    let came = office.delays.len();
    let share = |share: f64| {
        let place = ((came as f64 * share) as usize).min(came.saturating_sub(1));
        office.delays.get(place).copied().unwrap_or(u64::MAX) as f64 / 1_000.0
    };
    println!("{:.1} {:.1} {:.1} {came} {}", share(0.5), share(0.99), share(0.999), office.sent);
}

struct Office<'a> {
    streams: Vec<Stream>,
    sockets: &'a [UdpSocket; 2],
    /// In nanoseconds.
    delays: Vec<u64>,
    sent: usize,
}

impl Office<'_> {
    fn talk(&mut self, lasts: Duration) {
        let count = self.streams.len();
        let step = PACE / u32::try_from(count).unwrap();
        let begin = now();
        let rounds = usize::try_from(lasts.as_nanos() / step.as_nanos()).unwrap();
        for turn in 0..rounds {
            let due = begin + step * u32::try_from(turn).unwrap();
            while now() < due {
                self.listen();
            }
            let place = turn % count;
            let at = u64::try_from(now().as_nanos()).unwrap();
            // The time of sending travels in the voice.
            self.streams[place].packet[12..20].copy_from_slice(&at.to_be_bytes());
            self.streams[place].send(&self.sockets[place & 1]);
            self.sent += 1;
        }
        let end = now() + PACE;
        while now() < end {
            self.listen();
        }
    }

    fn listen(&mut self) {
        for socket in self.sockets {
            let mut packet = [0; 256];
            let mut control = nix::cmsg_space!(nix::sys::time::TimeSpec);
            let mut room = [IoSliceMut::new(&mut packet)];
            let Ok(message) =
                recvmsg::<()>(socket.as_raw_fd(), &mut room, Some(&mut control), MsgFlags::MSG_DONTWAIT)
            else {
                continue;
            };
            let arrived = message.cmsgs().unwrap().find_map(|word| match word {
                ControlMessageOwned::ScmTimestampns(at) => Some(Duration::from(at)),
                _ => None,
            });
            let arrived = u64::try_from(arrived.unwrap().as_nanos()).unwrap();
            let sent = u64::from_be_bytes(packet[12..20].try_into().unwrap());
            self.delays.push(arrived.saturating_sub(sent));
        }
    }
}

/// The wall clock, which is the one that the kernel stamps with.
fn now() -> Duration {
    clock_gettime(ClockId::CLOCK_REALTIME).unwrap().into()
}
