//! The way out of an office: a router with a translator, a line of any quality, and the world behind it.

use std::{net::Ipv4Addr, path::Path, process::Command};

use tempfile::TempDir;

use crate::{
    Lan, Place, PracticeCloud, Program,
    program::{in_tree, run},
};

/// A router at 10.77.0.1 of a LAN, and 10.78.0.0/24 behind it with one host, the provider. Needs root (or sudo).
///
/// The office is seen from one address outside, and its ports are translated.
#[derive(Debug)]
pub struct Wan {
    /// The router at the edge of the world.
    router: Place,
    provider: Place,
    quality: Option<(Program, TempDir)>,
}

/// Between two routers: the office's own, and the one of whoever shares the way out with it.
const BETWEEN: [Ipv4Addr; 2] = [Ipv4Addr::new(10, 79, 0, 2), Ipv4Addr::new(10, 79, 0, 1)];
/// Where the provider moves to.
const MOVED: Ipv4Addr = Ipv4Addr::new(10, 78, 0, 3);
/// The office as the world sees it, first and after the provider of the access has changed its mind.
const SEEN: [Ipv4Addr; 2] = [Ipv4Addr::new(10, 78, 0, 1), Ipv4Addr::new(10, 78, 0, 7)];
const PROVIDER: Ipv4Addr = Ipv4Addr::new(10, 78, 0, 2);
/// Everything that leaves the office.
const OUT: [&str; 4] = ["POSTROUTING", "-o", "wan", "-j"];

impl Wan {
    /// Connects a LAN to the world.
    #[must_use]
    pub fn of(lan: &mut Lan) -> Self {
        let (router, _) = lan.host("router", 1);
        Self::beyond(lan, router)
    }

    /// The same behind a second router, which translates what the first has translated; what else is done is done there.
    #[must_use]
    pub fn behind_two(lan: &mut Lan) -> Self {
        let (inner, _) = lan.host("router", 1);
        let outer = lan.plugged_apart("outer");
        let names = [&inner, &outer].map(|place| match place {
            Place::Namespace(name) => name.as_str(),
            Place::Here => unreachable!("both are namespaces"),
        });
        let peer = ["type", "veth", "peer", "name", "lan", "netns", names[1]];
        ip(&[&["-n", names[0], "link", "add", "wan"], &peer[..]].concat());
        for ((host, device), address) in [(names[0], "wan"), (names[1], "lan")].into_iter().zip(BETWEEN) {
            ip(&["-n", host, "addr", "add", &format!("{address}/24"), "dev", device]);
            ip(&["-n", host, "link", "set", device, "up"]);
        }
        ip(&["-n", names[0], "route", "add", "default", "via", &BETWEEN[1].to_string()]);
        let this = Self { router: inner, provider: outer.clone(), quality: None };
        this.at_router("sysctl", &["-qw", "net.ipv4.ip_forward=1"]);
        this.translates("40000-49999");
        Self::beyond(lan, outer)
    }

    fn beyond(lan: &mut Lan, router: Place) -> Self {
        let provider = lan.plugged_apart("world");
        let this = Self { router, provider, quality: None };
        let (Place::Namespace(router), Place::Namespace(provider)) = (&this.router, &this.provider) else {
            unreachable!("both are namespaces")
        };
        let [router, provider] = [router.as_str(), provider.as_str()];
        ip(&["-n", router, "link", "add", "wan", "type", "veth", "peer", "name", "wan", "netns", provider]);
        for (host, address) in [(router, SEEN[0]), (provider, PROVIDER)] {
            ip(&["-n", host, "addr", "add", &format!("{address}/24"), "dev", "wan"]);
            ip(&["-n", host, "link", "set", "wan", "up"]);
        }
        this.at_router("sysctl", &["-qw", "net.ipv4.ip_forward=1"]);
        this.translates("20000-29999");
        this
    }

    /// The practice cloud of the usual office at the provider, and the port of its API, which a host of the LAN reaches at its own
    /// loopback.
    #[must_use]
    pub fn with_cloud(&self, host: &Place) -> (PracticeCloud, u16) {
        let account = in_tree("tests/practice/accounts/office.json");
        let cloud = PracticeCloud::start(&self.provider, PROVIDER, &account);
        let api = cloud.api.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        self.serves(host, api);
        (cloud, api)
    }

    /// The host in the world, which is not the provider's alone where others stand there too.
    #[must_use]
    pub fn world(&self) -> (Place, Ipv4Addr) {
        (self.provider.clone(), PROVIDER)
    }

    /// Gives a host of the LAN its way out.
    pub fn leads_out(&self, host: &Place) {
        let mut way = host.command("ip");
        way.args(["route", "add", "default", "via", "10.77.0.1"]);
        run(way);
    }

    /// Gives a host of the LAN its way out, and a way to the provider's HTTP port from its own loopback.
    pub fn serves(&self, host: &Place, api: u16) {
        let at = |program: &str, words: &[&str]| {
            let mut command = host.command(program);
            command.args(words);
            run(command);
        };
        self.leads_out(host);
        at("sysctl", &["-qw", "net.ipv4.conf.all.route_localnet=1"]);
        let (port, there) = (api.to_string(), format!("{PROVIDER}:{api}"));
        let forward =
            ["OUTPUT", "-d", "127.0.0.1", "-p", "tcp", "--dport", &port, "-j", "DNAT", "--to", &there];
        at("iptables", &[&["-t", "nat", "-A"], &forward[..]].concat());
        let from = ["POSTROUTING", "-s", "127.0.0.1", "-o", "lan", "-j", "MASQUERADE"];
        at("iptables", &[&["-t", "nat", "-A"], &from[..]].concat());
    }

    /// Nothing of this kind passes any more, and nobody says so; empty for everything (`-p tcp --dport 8088`).
    pub fn swallows(&self, kind: &[&str]) {
        self.at_router("iptables", &[&["-I", "FORWARD"], kind, &["-j", "DROP"]].concat());
    }

    /// The translator forgets every mapping and makes new ones from other ports.
    pub fn forgets_mappings(&self) {
        self.at_router("iptables", &["-t", "nat", "-F", "POSTROUTING"]);
        // A masquerade ends with its interface.
        self.at_router("ip", &["link", "set", "wan", "down"]);
        self.translates("30000-39999");
        self.at_router("ip", &["link", "set", "wan", "up"]);
    }

    /// The translator forgets a mapping over which nothing came for so many seconds, as cheap routers do; others take 300.
    pub fn forgets_after(&self, seconds: u32) {
        for kind in ["udp_timeout", "udp_timeout_stream"] {
            let key = format!("net.netfilter.nf_conntrack_{kind}={seconds}");
            self.at_router("sysctl", &["-qw", &key]);
        }
    }

    /// The office is seen from another address from now on.
    pub fn moves(&self) {
        self.at_router("ip", &["addr", "del", &format!("{}/24", SEEN[0]), "dev", "wan"]);
        self.at_router("ip", &["addr", "add", &format!("{}/24", SEEN[1]), "dev", "wan"]);
    }

    /// The provider is at the next address from now on, for whoever asks anew; calls go on where they are.
    pub fn provider_moves(&self) {
        let there = |program: &str, words: &[&str]| {
            let mut command = self.provider.command(program);
            command.args(words);
            run(command);
        };
        there("ip", &["addr", "add", &format!("{MOVED}/24"), "dev", "wan"]);
        let (moved, provider) = (MOVED.to_string(), PROVIDER.to_string());
        let words = ["PREROUTING", "-d", &moved, "-j", "DNAT", "--to", &provider];
        there("iptables", &[&["-t", "nat", "-A"], &words[..]].concat());
    }

    /// Everything takes this long each way, and so many of a hundred packets get lost.
    pub fn is_bad(&mut self, milliseconds: u32, percent: u32) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = self.router.command("python3");
        command.arg(in_tree("tests/src/wan/far.py"));
        command.args(["far", &milliseconds.to_string(), &percent.to_string()]);
        let mut program = Program::start("far", command, folder.path());
        program.lines().wait("the device", |line| (line == "ready").then_some(()));
        self.quality = Some((program, folder));
        self.at_router("ip", &["link", "set", "far", "up"]);
        self.at_router("sysctl", &["-qw", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.far.rp_filter=0"]);
        self.at_router("ip", &["route", "add", "default", "dev", "far", "table", "100"]);
        // What comes from a cable goes through the device; what comes out of the device goes where it should.
        for cable in ["lan", "wan"] {
            self.at_router("ip", &["rule", "add", "iif", cable, "lookup", "100"]);
        }
    }

    /// The office's addresses are not translated; the provider knows the way back.
    pub fn translates_nothing(&self) {
        self.at_router("iptables", &["-t", "nat", "-F", "POSTROUTING"]);
        let mut way = self.provider.command("ip");
        way.args(["route", "add", "10.77.0.0/24", "via", &SEEN[0].to_string()]);
        run(way);
    }

    fn translates(&self, ports: &str) {
        for kind in ["udp", "tcp"] {
            let words = ["-t", "nat", "-A"];
            let with = ["MASQUERADE", "-p", kind, "--to-ports", ports];
            self.at_router("iptables", &[&words[..], &OUT, &with].concat());
        }
    }

    fn at_router(&self, program: impl AsRef<Path>, words: &[&str]) {
        let mut command: Command = self.router.command(program);
        command.args(words);
        run(command);
    }
}

fn ip(words: &[&str]) {
    let mut command = crate::program::as_root("ip");
    command.args(words);
    run(command);
}
