//! Keys pressed, where the two sides tell of them in different ways: by INFO, as events in the voice (RFC 4733), or as tones.
//!
//! ```text
//!   INFO ────> event, where the other side takes events; INFO, where it takes that; else tone
//!   event ───> INFO or tone, where the other side takes no events
//! ```

use std::time::Instant;

use media::dtmf::Press;
use media::relay::LegId;
use sip::compose::Response;
use sip::message::Message;
use sip::method::Method;
use sip::transaction::{Priority, ServerKey};

use super::{Call, Side};
use crate::wires::Wires;

/// Bodies of INFO that tell of a key.
const KINDS: [&str; 2] = [Press::INFO_TYPE, "application/dtmf"];

impl Call {
    /// `from` tells of a key by INFO. Says whether the key is on its way in the other side's voice; if not, the INFO has to be
    /// passed on.
    pub(super) fn pressed_by_info(
        &mut self,
        now: Instant,
        from: Side,
        server: ServerKey,
        request: &Message<'_>,
        wires: &mut Wires,
    ) -> bool {
        let kind = KINDS.iter().any(|kind| request.has_content_type(kind.as_bytes()));
        let press = Press::of_info(request.body()).filter(|_| kind && request.method() == Some(Method::Info));
        let Some(press) = press else { return false };
        self.keyed(now, from, press, wires);
        let by_info = self.takes_info(from.other());
        let Some(voice) = &self.voice else { return false };
        // Some phones tell of each key both ways. What came as an event has reached the other side already.
        if !voice.told_of_keys(from) && !voice.press(from.other(), press, by_info, wires) {
            return false;
        }
        let Some(dialog) = self.dialog(from) else { return false };
        let (flow, tag) = (dialog.flow(), dialog.id().local_tag().to_vec());
        wires.tx.answer(now, server, 200, Response::to(request, &flow, 200).to_tag(&tag).build());
        true
    }

    /// The phone at this leg pressed a key, as an event; `passed` says that the other side heard of it.
    pub(crate) fn pressed(
        &mut self,
        now: Instant,
        leg: LegId,
        (press, passed): (Press, bool),
        wires: &mut Wires,
    ) {
        let Some(to) = self.voice.as_mut().and_then(|voice| voice.tells_of_keys(leg)).map(Side::other) else {
            return;
        };
        self.keyed(now, to.other(), press, wires);
        if passed {
            return;
        }
        let by_info = self.takes_info(to);
        let told = self.voice.as_ref().is_some_and(|voice| voice.press(to, press, by_info, wires));
        if told || !by_info {
            return;
        }
        let body = press.info_body();
        let info = self.compose(to, Method::Info, (Press::INFO_TYPE, Some(body.as_bytes())), wires);
        if let Some((flow, bytes)) = info {
            // Nobody waits for the answer: a key that did not get through is pressed again.
            let _ = wires.tx.request(now, flow, bytes, Priority::Ordinary);
        }
    }

    /// Whether this side says that it takes INFO. Lines are not asked: providers want a password for it, and know no keys in it.
    fn takes_info(&mut self, side: Side) -> bool {
        self.peer(side).is_some_and(|peer| peer.skills.info && peer.line.is_none())
    }
}
