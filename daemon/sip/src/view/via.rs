//! One hop on the way of a request.

use std::net::IpAddr;

use memchr::memchr;

use super::uri::{Host, host_and_port};
use crate::flow::Transport;
use crate::lex::number;
use crate::scan::{Params, is_space, is_token, split_once, trim};

/// One element of a Via header (RFC 3261 20.42).
#[derive(Debug, Clone, Copy)]
pub struct Via<'a> {
    /// The transport word as written; the box does not know every one.
    pub transport: &'a [u8],
    /// Where the sender says it can be reached.
    pub host: Host<'a>,
    /// The port it says, if any.
    pub port: Option<u16>,
    /// Parameters in the order they stand.
    pub params: Params<'a>,
    pub(crate) before_params: &'a [u8],
    branch: Option<&'a [u8]>,
}

impl<'a> Via<'a> {
    /// What every branch since RFC 3261 starts with (8.1.1.7).
    pub const MAGIC_COOKIE: &'static [u8] = b"z9hG4bK";

    /// Takes one hop apart; `None` when it is none or not of SIP/2.0.
    #[must_use]
    pub fn parse(element: &'a [u8]) -> Option<Self> {
        let element = trim(element);
        let end = memchr(b';', element).unwrap_or(element.len());
        let (before_params, params) = element.split_at_checked(end)?;
        let (protocol, rest) = split_once(before_params, b'/')?;
        let (version, rest) = split_once(rest, b'/')?;
        if !protocol.eq_ignore_ascii_case(b"SIP") || version != b"2.0" {
            return None;
        }
        let space = rest.iter().position(|&byte| is_space(byte))?;
        let (transport, sent_by) = rest.split_at_checked(space)?;
        let (host, port) = host_and_port(sent_by)?;
        let params = Params::parse(params)?;
        let before_params = trim(before_params);
        let branch = params.value(b"branch");
        is_token(transport).then_some(Self { transport, host, port, params, before_params, branch })
    }

    /// The transport, if it is one of ours.
    #[must_use]
    pub fn known_transport(&self) -> Option<Transport> {
        Transport::from_token(self.transport)
    }

    /// The name of the transaction (RFC 3261 8.1.1.7).
    #[must_use]
    pub fn branch(&self) -> Option<&'a [u8]> {
        self.branch
    }

    /// The branch, if it is unique as RFC 3261 demands; `None` means matching as in RFC 2543 (17.2.3).
    #[must_use]
    pub fn unique_branch(&self) -> Option<&'a [u8]> {
        let magic = Self::MAGIC_COOKIE;
        self.branch().filter(|branch| {
            branch.len() > magic.len()
                && branch.get(..magic.len()).is_some_and(|start| start.eq_ignore_ascii_case(magic))
        })
    }

    /// True when the sender asks for the answer on the port it sent from (RFC 3581).
    #[must_use]
    pub fn wants_rport(&self) -> bool {
        self.params.has(b"rport")
    }

    /// The port the next hop saw (RFC 3581).
    #[must_use]
    pub fn rport(&self) -> Option<u16> {
        u16::try_from(number(self.params.value(b"rport")?)?).ok()
    }

    /// The address the next hop saw (RFC 3261 18.2.1).
    #[must_use]
    pub fn received(&self) -> Option<IpAddr> {
        let text = str::from_utf8(self.params.value(b"received")?).ok()?;
        text.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }

    /// True when the sender lets us use its connection for requests of ours (RFC 5923).
    #[must_use]
    pub fn alias(&self) -> bool {
        self.params.has(b"alias")
    }
}
