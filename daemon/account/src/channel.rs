//! A channel of a neo account: callers wait in line for agents.

use std::time::Duration;

use crate::{ChannelId, DeviceId, UserId};

/// A channel. What the account does not say is absent; whoever runs it decides on a default.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Channel {
    /// A UUID.
    pub id: ChannelId,
    /// Its name, "Bestellannahme".
    pub name: Box<str>,
    /// Who answers, in the order of the account.
    pub members: Vec<ChannelMember>,
    /// Whom it rings when.
    pub ringing: RingOrder,
    /// Those it rings one after the other, where the order says so; others of [`Channel::members`] follow.
    pub order: Vec<UserId>,
    /// How long one member is rung before it is the next one's turn.
    pub ring_time: Option<Duration>,
    /// Rest after a call before the next one rings.
    pub follow_up_time: Option<Duration>,
    /// Where callers wait; absent without a queue.
    pub queue: Option<ChannelQueue>,
    /// The greeting, by the cloud's id of the recording.
    pub greeting: Option<Box<str>>,
}

/// Somebody who answers in a channel.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChannelMember {
    /// Who.
    pub user: UserId,
    /// On which devices.
    pub devices: Vec<DeviceId>,
}

/// Whom a channel rings when.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum RingOrder {
    /// Everybody at once.
    Everybody,
    /// One after the other.
    #[default]
    OneByOne,
    /// A word this version has not heard of; to be run one after the other.
    Other(Box<str>),
}

/// Where callers of a channel wait.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ChannelQueue {
    /// Who has waited longest comes first.
    pub longest_first: bool,
    /// What they hear, by the cloud's id of the recording.
    pub audio: Option<Box<str>>,
}

impl Channel {
    /// Whether a call to it may ring on this device.
    #[must_use]
    pub fn rings(&self, device: &DeviceId) -> bool {
        self.members.iter().any(|member| member.devices.contains(device))
    }

    /// Those who answer in the order in which they are rung: as the ringing order names them, then the rest.
    pub fn in_turn(&self) -> impl Iterator<Item = &ChannelMember> {
        let place = |member: &ChannelMember| self.order.iter().position(|user| *user == member.user);
        let mut members: Vec<&ChannelMember> = self.members.iter().collect();
        members.sort_by_key(|member| place(member).unwrap_or(usize::MAX));
        members.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::{Channel, ChannelMember, RingOrder};

    #[test]
    fn members_ring_as_the_order_names_them_and_nobody_is_forgotten() {
        let member = |user: &str| ChannelMember { user: user.parse().unwrap(), devices: vec![] };
        let channel = Channel {
            id: "0b4e9d6c-7a51-4f0e-9a3e-1f5a2b3c4d5e".parse().unwrap(),
            name: "Bestellannahme".into(),
            members: ["w0", "w1", "w2"].map(member).into(),
            ringing: RingOrder::OneByOne,
            order: ["w2", "w9", "w0"].map(|user| user.parse().unwrap()).into(),
            ring_time: None,
            follow_up_time: None,
            queue: None,
            greeting: None,
        };
        let turns: Vec<&str> = channel.in_turn().map(|member| member.user.as_str()).collect();
        assert_eq!(turns, ["w2", "w0", "w1"]);
    }
}
