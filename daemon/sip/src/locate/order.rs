//! Which of several hosts comes first: RFC 2782, priorities and weights.

use super::question::Srv;
use crate::seed::Seed;

/// Brings hosts into the order in which this request tries them.
///
/// Lower priorities come first. Among equals each place is drawn by weight, those without weight having
/// a very small chance to come early.
pub(super) fn by_weight(mut hosts: Vec<Srv>, seed: &mut Seed) -> Vec<Srv> {
    hosts.sort_by_key(|host| (host.priority, host.weight));
    let mut ordered = Vec::with_capacity(hosts.len());
    while let Some(priority) = hosts.first().map(|host| host.priority) {
        let equals = hosts.iter().take_while(|host| host.priority == priority).count();
        let drawn = draw(hosts.get(..equals).unwrap_or_default(), seed);
        ordered.push(hosts.remove(drawn));
    }
    ordered
}

/// The place of the first host whose running sum reaches a random number up to the whole sum.
fn draw(equals: &[Srv], seed: &mut Seed) -> usize {
    let whole: u64 = equals.iter().map(|host| u64::from(host.weight)).sum();
    let mark = seed.number() % (whole + 1);
    let mut sum = 0;
    let reaches = |host: &Srv| {
        sum += u64::from(host.weight);
        sum >= mark
    };
    equals.iter().position(reaches).unwrap_or_default()
}
