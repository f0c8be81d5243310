//! What of the relay outlives it, and what it has from the run before.

use super::table::Table;
use crate::beyond::{Beyond, Heritage, Keep, Kept};
use media::relay::{Lease, LegId};
use std::os::fd::OwnedFd;
use std::time::Instant;

/// Whoever outlives us, and the program of the run before, which carries voice until all its calls are ours.
pub(super) struct Keeping {
    keep: Keep,
    before: Vec<OwnedFd>,
    /// Under which names the program of the run before is held.
    before_as: Vec<String>,
    /// The same for ours.
    path_name: String,
}

impl Keeping {
    /// Takes over what the run before left; returns the legs that it had, for those who know their calls.
    pub(super) fn new(beyond: Beyond, table: &mut Table, now: Instant) -> (Self, Vec<Lease>) {
        let Beyond { inherited, mut keep } = beyond;
        let Heritage { sockets, path, names, path_name } = Heritage::sort(inherited);
        let leases = table.inherit(sockets, now);
        let taken: Vec<_> = leases.iter().filter_map(|lease| table.kept_as(lease.leg)).collect();
        let (before_as, others) = names.into_iter().partition(|name| Heritage::is_path(name));
        let others: Vec<String> = others;
        for name in others.into_iter().filter(|name| !taken.contains(name)) {
            keep(Kept::Drop { name });
        }
        let mut keeping = Self { keep, before: path, before_as, path_name };
        keeping.claimed(table);
        (keeping, leases)
    }

    /// Lets a leg's sockets outlive us.
    pub(super) fn keep(&mut self, leg: LegId, table: &mut Table) {
        if table.kept_as(leg).is_none() {
            table.keep(leg).into_iter().for_each(|kept| (self.keep)(kept));
        }
    }

    /// The same after a leg has taken other sockets, if the ones before were kept.
    pub(super) fn renew(&mut self, leg: LegId, table: &mut Table) {
        let Some(name) = table.kept_as(leg) else { return };
        (self.keep)(Kept::Drop { name });
        table.keep(leg).into_iter().for_each(|kept| (self.keep)(kept));
    }

    /// The leg ends.
    pub(super) fn forget(&mut self, leg: LegId, table: &Table) {
        table.kept_as(leg).into_iter().for_each(|name| (self.keep)(Kept::Drop { name }));
    }

    /// Lets our program's holds on cards outlive us.
    pub(super) fn holds_on(&mut self, files: Vec<OwnedFd>) {
        if !files.is_empty() {
            (self.keep)(Kept::Hold { name: self.path_name.clone(), files });
        }
    }

    /// Once every leg of the run before is joined or released, its program is not needed any more: voice comes up to us.
    pub(super) fn claimed(&mut self, table: &Table) {
        if table.unclaimed() == 0 {
            self.before.clear();
            self.before_as.drain(..).for_each(|name| (self.keep)(Kept::Drop { name }));
        }
    }
}
