//! A LAN with several hosts on one machine: a network namespace for each, a switch between them.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    sync::atomic::{AtomicU32, Ordering},
};

use crate::{
    Place,
    program::{as_root, run},
};

/// A switch without an uplink: 10.77.0.0/24, no default route, no DNS, nothing of the host's network.
/// All hosts, and what runs in them, are gone when the value is dropped. Needs root (or sudo).
#[derive(Debug)]
pub struct Lan {
    name: String,
    hosts: Vec<String>,
}

impl Lan {
    /// An empty LAN.
    #[must_use]
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("gh-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let lan = Self { hosts: vec![name.clone()], name };
        ip(&["netns", "add", &lan.name]);
        lan.at_switch(&["link", "add", "switch", "type", "bridge"]);
        lan.at_switch(&["link", "set", "switch", "up"]);
        lan
    }

    /// Puts a host called `name` (at most 8 letters) at 10.77.0.`last`, with its own loopback.
    pub fn host(&mut self, name: &str, last: u8) -> (Place, Ipv4Addr) {
        let place = self.plug(name);
        let address = Ipv4Addr::new(10, 77, 0, last);
        if let Place::Namespace(host) = &place {
            ip(&["-n", host, "addr", "add", &format!("{address}/24"), "dev", "lan"]);
        }
        (place, address)
    }

    /// Puts a host there that speaks IPv6 only, at fd77::`last`.
    pub fn host6(&mut self, name: &str, last: u16) -> (Place, Ipv6Addr) {
        let place = self.plug(name);
        (place.clone(), Self::address6(&place, last))
    }

    /// Gives a host fd77::`last` besides the address it has.
    #[must_use]
    pub fn address6(place: &Place, last: u16) -> Ipv6Addr {
        let address = Ipv6Addr::new(0xfd77, 0, 0, 0, 0, 0, 0, last);
        if let Place::Namespace(host) = place {
            ip(&["-n", host, "addr", "add", &format!("{address}/64"), "dev", "lan", "nodad"]);
        }
        address
    }

    /// Pulls the plug of a host at the switch.
    pub fn unplugs(&self, name: &str) {
        self.at_switch(&["link", "set", name, "down"]);
    }

    /// Plugs it in again.
    pub fn plugs(&self, name: &str) {
        self.at_switch(&["link", "set", name, "up"]);
    }

    /// A host called `name` that is not plugged in, gone with the LAN.
    pub(crate) fn plugged_apart(&mut self, name: &str) -> Place {
        let host = format!("{}-{name}", self.name);
        ip(&["netns", "add", &host]);
        self.hosts.push(host.clone());
        ip(&["-n", &host, "link", "set", "lo", "up"]);
        Place::Namespace(host)
    }

    fn plug(&mut self, name: &str) -> Place {
        let Place::Namespace(host) = self.plugged_apart(name) else { unreachable!("it is a namespace") };
        self.at_switch(&["link", "add", name, "type", "veth", "peer", "name", "lan", "netns", &host]);
        self.at_switch(&["link", "set", name, "master", "switch", "up"]);
        // Its addresses count at once: to a browser one that comes a second later is another network.
        ip(&["netns", "exec", &host, "sysctl", "-qw", "net.ipv6.conf.lan.accept_dad=0"]);
        ip(&["-n", &host, "link", "set", "lan", "up"]);
        Place::Namespace(host)
    }

    fn at_switch(&self, words: &[&str]) {
        ip(&[&["-n", &self.name], words].concat());
    }
}

impl Default for Lan {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Lan {
    fn drop(&mut self) {
        for host in &self.hosts {
            let pids = as_root("ip").args(["netns", "pids", host]).output().map(|out| out.stdout);
            for pid in String::from_utf8_lossy(&pids.unwrap_or_default()).split_whitespace() {
                let _ = as_root("kill").args(["-9", pid]).status();
            }
            let _ = as_root("ip").args(["netns", "del", host]).status();
        }
    }
}

fn ip(words: &[&str]) {
    let mut command = as_root("ip");
    command.args(words);
    run(command);
}
