//! Which lines an emergency call tries, in which order, for each place: the line carries the address.

use std::sync::Arc;

use account::{AddressId, E164, LineId};

use crate::{
    place::{CloudAddress, CloudState, LocationId},
    resolve::Resolution,
};

/// How a line reaches the world.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Via {
    /// The cloud account.
    Account,
    /// Another provider.
    SecondTrunk,
    /// A mobile modem of the box.
    Mobile,
    /// An analogue line or its relay.
    Analogue,
}

/// Whether emergency calls may use a line at all.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Capable {
    /// They may.
    Yes,
    /// The provider does not take them.
    No,
}

/// A line out of the house.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// Its name.
    pub name: LineId,
    /// The number it shows, which is where the control centre calls back; without one the provider chooses.
    pub number: Option<E164>,
    /// How it reaches the world.
    pub via: Via,
    /// Ways to the same line: proxies, other internet connections.
    pub ways: u8,
    /// The address it stands for at the provider.
    pub address: Option<CloudAddress>,
    /// The site it belongs to.
    pub site: Option<LocationId>,
    /// Its area code without the zero, `211`.
    pub area: Option<Box<str>>,
    /// Whether emergency calls may use it.
    pub capable: Capable,
}

/// The steps of the order in which lines are tried.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Step {
    /// The line that carries the address.
    OwnLine,
    /// The same line by another way.
    OtherWay,
    /// Another line of the same site.
    SameSite,
    /// Another line with the same area code.
    SameArea,
    /// Any line of the account that takes emergency calls.
    AnyLine,
    /// Another provider.
    SecondTrunk,
    /// The mobile modem.
    Mobile,
    /// The analogue line.
    Analogue,
}

/// Whether the line says where the caller stands.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum AddressFit {
    /// It does.
    Right,
    /// Help may be sent to a wrong address: the alert says so.
    MayBeWrong,
}

/// One attempt.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rung {
    /// Which step it belongs to.
    pub step: Step,
    /// The line.
    pub line: LineId,
    /// The number shown, never withheld (NotrufV § 4 (4)); without one the provider chooses.
    pub number: Option<E164>,
    /// How it reaches the world.
    pub via: Via,
    /// Which of the line's ways, from 0.
    pub way: u8,
    /// Whether it says where the caller stands.
    pub address: AddressFit,
}

/// Lines tried in one step, so that a large account does not make the last steps wait.
const MOST_PER_STEP: usize = 3;

/// The order of lines for a phone that stands at `place`; `own` is the phone's own line, which is taken first where
/// several fit, because calls back then reach it.
#[must_use]
pub fn ladder(
    place: &Resolution,
    site: Option<LocationId>,
    own: Option<&LineId>,
    lines: &[Line],
) -> Arc<[Rung]> {
    let mut able: Vec<&Line> = lines.iter().filter(|line| line.capable == Capable::Yes).collect();
    able.sort_by_key(|line| (Some(&line.name) != own, &line.name));
    let address = place.address.as_ref();
    let carries = |line: &Line| carries(line, address);
    let first = able.iter().find(|line| line.via == Via::Account && carries(line)).copied();
    let nearby = first.or_else(|| able.iter().copied().find(|line| site.is_some() && line.site == site));
    let area = nearby.and_then(|line| line.area.as_deref());
    let mut rungs: Vec<Rung> = vec![];
    if let Some(line) = first {
        rungs.push(rung(Step::OwnLine, line, 0, address));
        let ways = (1..line.ways).take(MOST_PER_STEP);
        rungs.extend(ways.map(|way| rung(Step::OtherWay, line, way, address)));
    }
    for step in
        [Step::SameSite, Step::SameArea, Step::AnyLine, Step::SecondTrunk, Step::Mobile, Step::Analogue]
    {
        let fits = |line: &&&Line| match step {
            Step::SameSite => line.via == Via::Account && site.is_some() && line.site == site,
            Step::SameArea => line.via == Via::Account && area.is_some() && line.area.as_deref() == area,
            Step::OwnLine | Step::OtherWay | Step::AnyLine => line.via == Via::Account,
            Step::SecondTrunk => line.via == Via::SecondTrunk,
            Step::Mobile => line.via == Via::Mobile,
            Step::Analogue => line.via == Via::Analogue,
        };
        let fresh = |line: &&&Line| rungs.iter().all(|rung| rung.line != line.name);
        let more = able.iter().filter(fits).filter(fresh).take(MOST_PER_STEP);
        let more: Vec<Rung> = more.map(|line| rung(step, line, 0, address)).collect();
        rungs.extend(more);
    }
    rungs.into()
}

/// Whether the provider sends help to `address` when this line calls.
fn carries(line: &Line, address: Option<&AddressId>) -> bool {
    let verified = line.address.as_ref().filter(|cloud| cloud.state == CloudState::Verified);
    verified.is_some_and(|cloud| Some(&cloud.id) == address)
}

fn rung(step: Step, line: &Line, way: u8, address: Option<&AddressId>) -> Rung {
    let fit = if carries(line, address) { AddressFit::Right } else { AddressFit::MayBeWrong };
    Rung { step, line: line.name.clone(), number: line.number.clone(), via: line.via, way, address: fit }
}

#[cfg(test)]
pub(crate) mod tests;
