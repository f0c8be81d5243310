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

/// A port of 127.0.0.1 that is free for UDP and TCP now.
#[must_use]
pub fn free_port() -> u16 {
    loop {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address: SocketAddr = tcp.local_addr().expect("a bound port");
        if UdpSocket::bind(address).is_ok() {
            return address.port();
        }
    }
}
