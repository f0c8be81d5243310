//! What of a leg outlives the relay, and a leg made of what an earlier one left.

use super::Leg;
use super::channel::Channel;
use crate::board::Row;
use crate::socket::MediaSocket;
use media::relay::LegId;
use std::io;
use std::net::{IpAddr, UdpSocket};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Instant;

impl Leg {
    /// Over sockets that an earlier run bound to `address`.
    pub(crate) fn inherit(
        id: LegId,
        address: IpAddr,
        sockets: [UdpSocket; 2],
        row: Arc<Row>,
        now: Instant,
    ) -> io::Result<Self> {
        let [rtp, rtcp] = sockets.map(|socket| MediaSocket::inherit(socket, address).map(Channel::inherit));
        Ok(Self::over(id, [rtp?, rtcp?], row, now))
    }

    /// A second hold on both sockets.
    pub(crate) fn copies(&self) -> io::Result<Vec<OwnedFd>> {
        [&self.rtp, &self.rtcp].into_iter().map(Channel::copy).collect()
    }
}
