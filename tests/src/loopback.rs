//! An address of one's own on this machine, so that journeys run side by side on the usual ports.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket},
    sync::atomic::{AtomicU32, Ordering},
};

/// One address out of 127.0.0.0/8 that no other journey uses while this value lives.
/// On it 5060, 8443 and the media ports are free.
#[derive(Debug)]
pub struct Loopback {
    address: Ipv4Addr,
    _claim: TcpListener,
}

/// Whoever listens on this port of an address owns the address.
const CLAIM: u16 = 4999;

impl Loopback {
    /// Claims a free address.
    #[must_use]
    pub fn claim() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = std::process::id().wrapping_mul(61) + NEXT.fetch_add(1, Ordering::Relaxed);
            let [_, b, c, d] = number.to_be_bytes();
            let address = Ipv4Addr::new(127, b | 1, c, d.clamp(1, 254));
            if let Ok(claim) = TcpListener::bind((address, CLAIM)) {
                return Self { address, _claim: claim };
            }
        }
    }

    /// The address.
    #[must_use]
    pub fn address(&self) -> Ipv4Addr {
        self.address
    }
}

/// Below the ports that the kernel lends to outgoing connections, so that none of those takes one in between.
const PORTS: std::ops::Range<u16> = 10_000..32_000;

/// A port of 127.0.0.1 that is free for UDP and TCP now, and so is the next one, which baresip takes for TLS.
#[must_use]
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let places = u32::from(PORTS.end - PORTS.start) / 2;
    loop {
        // Journeys run in processes of their own: the process number spreads them.
        let place =
            std::process::id().wrapping_mul(61).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % places;
        let port = PORTS.start + 2 * u16::try_from(place).expect("a place within the range");
        let free = |port: u16| {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            TcpListener::bind(address).is_ok() && UdpSocket::bind(address).is_ok()
        };
        if free(port) && free(port + 1) {
            return port;
        }
    }
}
