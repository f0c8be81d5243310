//! A call in the practice cloud, whoever placed it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver, TerminatedReason};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, Request, StatusCode};
use serde_json::{Value, json};
use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::events::{Direction, EndedBy, Event};
use super::habits;
use super::request::header;
use super::rtp::Media;
use super::sdp::{self, Remote};
use crate::cloud::{Cloud, lock};

/// The longest a call lasts.
pub(super) const LONGEST: Duration = Duration::from_secs(3600);

/// How long the answer to a BYE or CANCEL is waited for.
const FAREWELL: Duration = Duration::from_secs(2);

/// Why a call could not be placed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CallFailed {
    /// The device has no live registration; a caller from outside would hear 480.
    #[error("the device is not registered")]
    NotRegistered,
    /// As many calls as the practice cloud carries are going on.
    #[error("too many calls are going on")]
    TooManyCalls,
    /// No socket for the audio, or the device's contact cannot be understood.
    #[error("the practice cloud could not place the call: {0}")]
    OnOurSide(String),
    /// The device refused, or nobody answered.
    #[error("the call ended before it was answered")]
    NotAnswered(Ended),
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Who ended it.
    pub by: EndedBy,
    /// Final status, when the call was never answered.
    pub status: Option<u16>,
}

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Sent or received, nothing heard yet.
    Calling,
    /// The callee rings.
    Ringing,
    /// Answered and acknowledged.
    Answered,
    /// Over.
    Over(Ended),
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) number: u64,
    pub(super) direction: Direction,
    /// Device or trunk of the account.
    pub(super) device: String,
    /// The number on the cloud's side: called by the device, or calling it.
    pub(super) other: String,
    pub(super) media: Media,
    pub(super) stage: watch::Sender<Stage>,
    /// Fires when the test hangs up.
    pub(super) hang_up: CancellationToken,
    answered: Mutex<bool>,
}

/// A call as a test holds it. Dropping the handle leaves the call alone.
#[derive(Debug, Clone)]
pub struct CallHandle(pub(super) Arc<Call>);

impl CallHandle {
    /// Number of the call in events and on the control interface.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.0.number
    }

    /// How far the call has come.
    #[must_use]
    pub fn stage(&self) -> Stage {
        *self.0.stage.borrow()
    }

    /// Waits until the call is answered.
    ///
    /// # Errors
    /// When it ends before.
    pub async fn answered(&self) -> Result<(), CallFailed> {
        let stage = self.reached(|stage| matches!(stage, Stage::Answered | Stage::Over(_))).await;
        match stage {
            Stage::Over(ended) if ended.status.is_some() => Err(CallFailed::NotAnswered(ended)),
            Stage::Calling | Stage::Ringing | Stage::Answered | Stage::Over(_) => Ok(()),
        }
    }

    /// Waits until the callee rings, or more.
    pub async fn ringing(&self) -> Stage {
        self.reached(|stage| *stage != Stage::Calling).await
    }

    /// Waits until the call is over.
    pub async fn ended(&self) -> Ended {
        match self.reached(|stage| matches!(stage, Stage::Over(_))).await {
            Stage::Over(ended) => ended,
            Stage::Calling | Stage::Ringing | Stage::Answered => Ended { by: EndedBy::Cloud, status: None },
        }
    }

    /// Ends the call from the cloud's side (BYE, CANCEL or 480) and waits until it is over.
    pub async fn hang_up(&self) -> Ended {
        self.0.hang_up.cancel();
        self.ended().await
    }

    /// RTP packets received and sent so far.
    #[must_use]
    pub fn packets(&self) -> (u64, u64) {
        self.0.media.counts()
    }

    /// The audio received lately, payloads joined, at most five seconds; G.711 or G.722 as negotiated.
    #[must_use]
    pub fn heard(&self) -> Vec<u8> {
        self.0.media.heard()
    }

    async fn reached(&self, test: impl Fn(&Stage) -> bool) -> Stage {
        let mut stages = self.0.stage.subscribe();
        match stages.wait_for(|stage| test(stage)).await {
            Ok(stage) => *stage,
            Err(_) => *self.0.stage.borrow(),
        }
    }
}

impl Call {
    /// Enters a new call into the books and tells of it.
    pub(super) fn open(
        cloud: &Cloud,
        direction: Direction,
        device: &str,
        other: &str,
        media: Media,
    ) -> Arc<Self> {
        let call = Arc::new(Self {
            number: cloud.line.number_call(),
            direction,
            device: device.to_owned(),
            other: other.to_owned(),
            media,
            stage: watch::Sender::new(Stage::Calling),
            hang_up: CancellationToken::new(),
            answered: Mutex::new(false),
        });
        lock(&cloud.line.calls).insert(call.number, call.clone());
        call
    }

    /// Takes the call off the books.
    pub(super) fn close(&self, cloud: &Cloud, by: EndedBy, status: Option<u16>) {
        if lock(&cloud.line.calls).remove(&self.number).is_none() {
            return;
        }
        let status = status.filter(|_| !*lock(&self.answered));
        let (received, sent) = self.media.counts();
        cloud.line.events.tell(Event::CallEnded { call: self.number, by, status, received, sent });
        self.stage.send_replace(Stage::Over(Ended { by, status }));
    }

    pub(super) fn rings(&self, cloud: &Cloud) {
        if *self.stage.borrow() == Stage::Calling {
            cloud.line.events.tell(Event::CallRinging { call: self.number });
            self.stage.send_replace(Stage::Ringing);
        }
    }

    pub(super) fn is_answered(&self, cloud: &Cloud) {
        if !std::mem::replace(&mut *lock(&self.answered), true) {
            cloud.line.events.tell(Event::CallAnswered { call: self.number });
            self.stage.send_replace(Stage::Answered);
        }
    }

    pub(super) fn is_established(&self) -> bool {
        *self.stage.borrow() == Stage::Answered
    }

    /// The call as `GET /v2/calls` lists it.
    pub(super) fn as_listed(&self) -> Value {
        let participant = |id: u8, number: &str, owner: bool| {
            json!({"participantId": id.to_string(), "phoneNumber": number, "muted": false, "hold": false,
                   "owner": owner})
        };
        json!({"callId": self.number.to_string(), "muted": false, "recording": false, "hold": false,
               "participants": [participant(1, &self.device, true), participant(2, &self.other, false)]})
    }

    /// Lives through an answered or ringing call until one side ends it. The audio runs beside.
    pub(super) async fn live(
        self: &Arc<Self>,
        cloud: &Arc<Cloud>,
        dialog: &InviteDialog,
        states: &mut DialogStateReceiver,
        socket: UdpSocket,
    ) -> (EndedBy, Option<u16>) {
        let Ok(local) = socket.local_addr() else { return (EndedBy::Cloud, Some(500)) };
        let events = &cloud.line.events;
        let audio = self.media.run(socket, |digit| events.tell(Event::Digit { call: self.number, digit }));
        tokio::select! {
            ended = self.follow(cloud, states, local) => ended,
            () = audio => (EndedBy::Cloud, None),
            () = habits::refresh(cloud, self, dialog) => (EndedBy::Cloud, None),
            () = self.hang_up.cancelled() => {
                end(dialog).await;
                (EndedBy::Cloud, Some(480))
            }
            () = tokio::time::sleep(LONGEST) => {
                end(dialog).await;
                (EndedBy::Timeout, Some(408))
            }
        }
    }

    /// Goes with the dialog until it ends.
    async fn follow(
        &self,
        cloud: &Cloud,
        states: &mut DialogStateReceiver,
        local: SocketAddr,
    ) -> (EndedBy, Option<u16>) {
        while let Some(state) = states.recv().await {
            if let Some(ended) = self.step(cloud, state, local).await {
                return ended;
            }
        }
        (EndedBy::Timeout, None)
    }

    /// One step of the dialog.
    async fn step(
        &self,
        cloud: &Cloud,
        state: DialogState,
        local: SocketAddr,
    ) -> Option<(EndedBy, Option<u16>)> {
        match state {
            DialogState::Confirmed(..) => self.is_answered(cloud),
            DialogState::Early(..) => self.rings(cloud),
            DialogState::Updated(_, request, handle) => {
                if header(&request, "Session-Expires").next().is_some() {
                    let by = EndedBy::Device;
                    cloud.line.events.tell(Event::CallRefreshed { call: self.number, by });
                }
                let answer = self.change(cloud, &request, local);
                let kind = answer.as_ref().map(|_| sdp_type()).into_iter();
                let headers = Some(kind.chain(habits::session(cloud)).collect());
                let _ = handle.respond(StatusCode::OK, headers, answer.map(String::into_bytes)).await;
            }
            DialogState::Info(_, _, handle)
            | DialogState::Options(_, _, handle)
            | DialogState::Notify(_, _, handle)
            | DialogState::Message(_, _, handle) => {
                let _ = handle.reply(StatusCode::OK).await;
            }
            DialogState::Refer(_, _, handle) | DialogState::Publish(_, _, handle) => {
                let _ = handle.reply(StatusCode::NotImplemented).await;
            }
            DialogState::Terminated(_, reason) => return Some(ended_by(self.direction, &reason)),
            DialogState::Calling(_) | DialogState::Trying(_) | DialogState::WaitAck(..) => {}
        }
        None
    }

    /// A re-INVITE or UPDATE: hold, resume, a new address. Without a body it only refreshes the session.
    fn change(&self, cloud: &Cloud, request: &Request, local: SocketAddr) -> Option<String> {
        let remote = Remote::parse(request.body())?;
        let codec = remote.codec(self.media.audio == super::rtp::Audio::Tone)?;
        self.media.aim(&remote, codec);
        let answer = sdp::answer(local, &remote, codec, &self.media.key);
        cloud.line.events.tell(Event::CallChanged { call: self.number, direction: remote.direction });
        Some(answer)
    }
}

/// Ends a dialog whichever way its state asks for.
pub(super) async fn end(dialog: &InviteDialog) {
    if let Err(error) = dialog.reject(Some(StatusCode::TemporarilyUnavailable), None) {
        tracing::debug!(%error, "call not rejected");
    }
    if tokio::time::timeout(FAREWELL, dialog.hangup()).await.is_err() {
        tracing::debug!("BYE or CANCEL not answered");
    }
}

pub(super) fn sdp_type() -> Header {
    Header::ContentType("application/sdp".into())
}

fn ended_by(direction: Direction, reason: &TerminatedReason) -> (EndedBy, Option<u16>) {
    let from_device = direction == Direction::FromDevice;
    let by = |device: bool| if device { EndedBy::Device } else { EndedBy::Cloud };
    match reason {
        TerminatedReason::Timeout => (EndedBy::Timeout, Some(408)),
        TerminatedReason::UacCancel => (by(from_device), Some(487)),
        TerminatedReason::UacBye => (by(from_device), None),
        TerminatedReason::UasBye => (by(!from_device), None),
        TerminatedReason::UacBusy | TerminatedReason::UasBusy => (by(!from_device), Some(486)),
        TerminatedReason::UasDecline => (by(!from_device), Some(603)),
        TerminatedReason::ProxyAuthRequired => (EndedBy::Device, Some(407)),
        TerminatedReason::ProxyError(status)
        | TerminatedReason::UacOther(status)
        | TerminatedReason::UasOther(status) => (by(!from_device), Some(status.code())),
    }
}
