//! What phones say of the calls they had (RFC 6035): taken once, never kept as a state, and watched by nobody.

use account::{DeviceId, PhoneVoice};
use sip::flow::Flow;
use sip::message::Message;
use sip::package::voice_report::{EVENT, KIND, VoiceReport};

use crate::io::Output;
use crate::refusal::Refused;
use crate::switchboard::Switchboard;

/// Whether a PUBLISH is such a report.
pub(super) fn is_one(request: &Message<'_>) -> bool {
    request.event().is_some_and(|event| event.package == EVENT.as_bytes())
}

impl Switchboard {
    /// Whatever address of the box it is sent to: phones are told the name of a collector that is nobody's.
    pub(super) fn report(
        &mut self,
        flow: Flow,
        request: &Message<'_>,
        device: &DeviceId,
    ) -> Result<(), Refused> {
        request.uri().filter(|uri| self.serves(uri.host, flow)).ok_or(Refused::Forbidden)?;
        let is_report = request.has_content_type(KIND.as_bytes());
        let report =
            Some(request.body()).filter(|_| is_report).and_then(|body| VoiceReport::parse(body).ok());
        let report = report.ok_or(Refused::BadDocument)?;
        self.counts.reported += 1;
        // What it says on the way is overtaken by what it says in the end.
        if report.is_last {
            let voice = figures(&report);
            self.wires.push(Output::Reported { device: device.clone(), call_id: report.call_id, voice });
        }
        Ok(())
    }
}

fn figures(report: &VoiceReport) -> PhoneVoice {
    PhoneVoice {
        lost: report.lost,
        discarded: report.discarded,
        burst_density: report.burst_density,
        burst: report.burst,
        gap_density: report.gap_density,
        round_trip: report.round_trip,
        end_system_delay: report.end_system_delay,
        jitter: report.jitter,
        jitter_buffer: report.jitter_buffer,
        mos_listening: report.mos_listening,
        mos_conversation: report.mos_conversation,
    }
}
