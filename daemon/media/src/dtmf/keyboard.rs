//! Keys on their way into a stream of voice packets that passes by.

use super::{Dialling, Press, TelephoneEvent};
use crate::g711::Law;
use crate::rtp;
use crate::tone::{Player, Tone};
use std::collections::VecDeque;

/// Keys that may wait; nobody types faster than they are sent.
const MOST_WAITING: usize = 32;
/// Voice packets between two keys, so that they are told apart (RFC 4733 2.5.1.5).
const PAUSE: u8 = 4;
/// Samples written at once.
const CHUNK: usize = 160;

/// Replaces voice packets by those of keys. Without keys waiting it touches nothing.
#[derive(Debug, Default)]
pub struct Keyboard {
    waiting: VecDeque<Press>,
    now: Option<Sounding>,
    pause: u8,
}

#[derive(Debug)]
enum Sounding {
    Event(Dialling),
    Tone { player: Player, left: usize },
}

impl Keyboard {
    /// Adds a key. Says whether there was room.
    pub fn press(&mut self, press: Press) -> bool {
        let room = self.waiting.len() < MOST_WAITING;
        if room {
            self.waiting.push_back(press);
        }
        room
    }

    /// Whether packets must pass through [`Keyboard::replace`].
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.now.is_some() || self.pause > 0 || !self.waiting.is_empty()
    }

    /// Puts what is due in place of the voice packet in the first `length` bytes and returns its new length: an event
    /// under the number that the peer gave it, or without one the tone itself, as far as the voice is G.711.
    pub fn replace(&mut self, events: Option<u8>, buffer: &mut [u8], length: usize) -> usize {
        if let Some(passing) = event_in(events, buffer, length) {
            self.waiting.pop_front_if(|press| press.digit.event() == passing);
            return length;
        }
        if self.pause > 0 {
            self.pause -= 1;
            return length;
        }
        if self.now.is_none() {
            self.now = self.waiting.pop_front().map(|press| Sounding::begin(press, events));
        }
        let replaced = match self.now.as_mut() {
            Some(Sounding::Event(dialling)) => {
                events.and_then(|number| put_event(dialling, number, buffer, length))
            }
            Some(Sounding::Tone { player, left }) => put_tone(player, left, buffer, length),
            None => return length,
        };
        replaced.unwrap_or_else(|| {
            self.now = None;
            self.pause = PAUSE;
            length
        })
    }
}

impl Sounding {
    fn begin(press: Press, events: Option<u8>) -> Self {
        match events {
            Some(_) => Self::Event(Dialling::new(press)),
            None => {
                let left = usize::try_from(press.duration.as_millis()).unwrap_or(0).saturating_mul(8);
                Self::Tone { player: Player::new(Tone::key(press.digit)), left }
            }
        }
    }
}

/// The event that a packet carries, under the number that the peer gave them.
fn event_in(events: Option<u8>, buffer: &[u8], length: usize) -> Option<u8> {
    let datagram = buffer.get(..length)?;
    let is_one = datagram.get(1).map(|kind| kind & 0x7f) == events;
    let payload = datagram.get(rtp::header_length(datagram).ok()?..)?;
    TelephoneEvent::parse(payload).filter(|_| is_one).map(|event| event.event)
}

fn put_event(dialling: &mut Dialling, number: u8, buffer: &mut [u8], length: usize) -> Option<usize> {
    let header = rtp::header_length(buffer.get(..length)?).ok()?;
    let timestamp = buffer.get(4..8)?.first_chunk().copied().map(u32::from_be_bytes)?;
    let event = dialling.next(timestamp)?;
    let end = header + event.payload.len();
    buffer.get_mut(header..end)?.copy_from_slice(&event.payload);
    buffer.get_mut(4..8)?.copy_from_slice(&event.timestamp.to_be_bytes());
    if let [bits, kind, ..] = buffer {
        *bits &= !0x20;
        *kind = u8::from(event.marker) << 7 | number;
    }
    Some(end)
}

fn put_tone(player: &mut Player, left: &mut usize, buffer: &mut [u8], length: usize) -> Option<usize> {
    let datagram = buffer.get_mut(..length).filter(|_| *left > 0)?;
    let header = rtp::header_length(datagram).ok()?;
    let law = match datagram.get(1)? & 0x7f {
        0 => Law::Mu,
        8 => Law::A,
        _ => return None,
    };
    let payload = datagram.get_mut(header..)?;
    *left = left.saturating_sub(payload.len());
    let mut samples = [0; CHUNK];
    for chunk in payload.chunks_mut(CHUNK) {
        player.fill(samples.get_mut(..chunk.len())?);
        chunk.iter_mut().zip(samples).for_each(|(byte, sample)| *byte = law.encode(sample));
    }
    Some(length)
}
