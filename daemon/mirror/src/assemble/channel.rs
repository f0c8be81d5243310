//! Channels of neo accounts.

use account::{Channel, ChannelMember, ChannelQueue, RingOrder};

use super::rules::seconds;
use super::{Fields, Notices, id};
use crate::{Document, Problem};

pub(super) fn channel(document: &Document, notices: &mut Notices) -> Option<Channel> {
    let body = document.body.read();
    let mut fields = Fields::of(document.key.kind, &body, notices);
    let mut channel = Channel {
        id: id(document, &mut fields)?,
        name: fields.text(&["name", "alias"]).into(),
        members: fields.objects("users", member),
        ringing: RingOrder::default(),
        order: Vec::new(),
        ring_time: None,
        follow_up_time: None,
        queue: None,
        greeting: None,
    };
    let Some(mut settings) = fields.inside("settings") else { return Some(channel) };
    channel.greeting = settings.text_if_any(&["greetingAudioFileId"]).map(Into::into);
    if let Some(mut ringing) = settings.inside("ringingOrder") {
        channel.ringing = ring_order(&mut ringing);
        channel.order = ringing.ids("users");
    }
    if let Some(mut times) = settings.inside("users") {
        channel.ring_time = seconds(&mut times, "ringTime");
        channel.follow_up_time = seconds(&mut times, "followUpTime");
    }
    channel.queue = settings.inside("queue").map(|mut queue| ChannelQueue {
        longest_first: queue.flag("respectWaitingTime"),
        audio: queue.text_if_any(&["waitingAudioFileId"]).map(Into::into),
    });
    Some(channel)
}

fn member(fields: &mut Fields<'_>) -> Option<ChannelMember> {
    Some(ChannelMember { user: fields.parsed(&["id"])?, devices: fields.ids("deviceIds") })
}

/// The cloud's words are not documented; these are those its customers' programs were seen with, and their like.
fn ring_order(fields: &mut Fields<'_>) -> RingOrder {
    let word = fields.text(&["type"]);
    match word.to_ascii_uppercase().replace(['_', '-'], "").as_str() {
        "RINGALL" | "ALL" | "PARALLEL" | "SIMULTANEOUS" => RingOrder::Everybody,
        "ORDERED" | "LINEAR" | "SEQUENTIAL" => RingOrder::OneByOne,
        "" => RingOrder::default(),
        _ => {
            fields.notice("ringingOrder.type", Problem::UnknownValue);
            RingOrder::Other(word.into())
        }
    }
}
