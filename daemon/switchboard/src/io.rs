//! What the switchboard is told, and what it wants done.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use account::{
    Binding, CallRecord, CallVoice, DeviceId, PhoneVoice, Secret, Snapshot, UserId, VoiceMessage, VoicemailId,
};
use bytes::Bytes;
use directory::NameIndex;
use emergency::{Opened, Ready};
use media::playback::Sound;
use media::relay::Lease;
use sip::flow::Flow;
use sip::locate::{Answer, Hop, Question, Recalled};
use sip::package::mail::VoiceMessages;
use sip::{Message, ParseError};

use crate::access::Access;
use crate::bridge::CallId;
use crate::dialling::Outgoing;
use crate::lines::{Line, Unconnected};
use crate::mailboxes::Mailboxes;
use crate::provisioning::Provisioning;
use crate::register::Ledger;

/// Something happened outside.
#[derive(Debug)]
pub enum Input<'a> {
    /// A message arrived.
    Message {
        /// The way it came.
        flow: Flow,
        /// What it is.
        message: Message<'a>,
    },
    /// A message arrived that was for everybody in the network.
    AskedAll {
        /// The way an answer takes.
        flow: Flow,
        /// What it is.
        message: Message<'a>,
    },
    /// Bytes arrived that are no message.
    Malformed {
        /// The way they came.
        flow: Flow,
        /// What is wrong with them.
        why: ParseError,
        /// What of them can be answered, if anything.
        request: Option<Message<'a>>,
    },
    /// The peer of this connection has proven by certificate to be these: SIP addresses, host names, and a common name.
    Certified {
        /// The connection, until it is [`Input::Closed`].
        flow: Flow,
        /// As the authority wrote them.
        names: Vec<String>,
    },
    /// A connection closed.
    Closed(Flow),
    /// What was sent this way did not arrive, and nothing will.
    Unreachable(Flow),
    /// The relay has something to say.
    Relay(media::relay::Event),
    /// The account as it is from now on.
    Account(Arc<Snapshot>),
    /// Who is calling: names for numbers outside, from now on.
    Names(Arc<NameIndex>),
    /// How every phone calls for help from now on.
    Emergency(Arc<Ready>),
    /// Nobody has heard yet of this call for help: the phones of the house are told again.
    Remind(CallId),
    /// Who called for help in an earlier run and may still be called back, the last first; before anything else happens.
    CalledForHelp(Vec<Opened>),
    /// Where logins may be used from, from now on. Phones that are registered stay so until they register again.
    Access(Access),
    /// Where telephones find their configuration, from now on.
    Provisioning(Arc<Provisioning>),
    /// The admin's word on calls out of the house, from now on.
    Outgoing(Arc<Outgoing>),
    /// The admin lets a person, or everybody, make more outside calls than the fraud guard finds usual; a day at most, and not
    /// beyond a restart.
    Trust {
        /// Whom; `None` is everybody.
        whom: Option<UserId>,
        /// Until then; a moment that is over ends it at once.
        until: Instant,
    },
    /// The outside lines from now on. A line that stays as it was keeps its registration and its calls.
    Lines(Arc<[Line]>),
    /// What the resolver says to an [`Output::Ask`]; nothing when it could not be reached in time or failed.
    Answer {
        /// The question, as it was asked.
        question: Question,
        /// What was found; nothing found is an answer too.
        answer: Option<Answer>,
    },
    /// What the resolver said to an earlier run of the box, before there are lines: it is asked again, and this counts where it fails.
    Recalled(Vec<Recalled>),
    /// What became of an [`Output::Connect`]; each is answered once.
    Connected {
        /// Its ticket.
        ticket: u64,
        /// The way there, open from now on until it is [`Input::Closed`].
        flow: Result<Flow, Unconnected>,
    },
    /// Bindings that an earlier run acknowledged.
    Restore(&'a [Binding]),
    /// Every [`Output::Store`] up to this ticket is on disk, or never will be: the phones may hear their answer.
    Stored(u64),
    /// A mailbox holds something else than before; until told, every mailbox is empty.
    Mailbox {
        /// Whose.
        user: UserId,
        /// What.
        voice: VoiceMessages,
    },
    /// The store lost rows, or the clock that they were written by was wrong.
    StoreUnsure,
    /// What whoever is put on hold by a phone of the house hears from now on; nothing until told, and nothing for `None`.
    HoldMusic(Option<Sound>),
    /// How mailboxes of the house answer from now on; until told, and for `None`, none does.
    Mailboxes(Option<Mailboxes>),
    /// What mailboxes say before the tone from now on; one that is not among them says that nobody is there.
    Greetings(Arc<HashMap<VoicemailId, Sound>>),
    /// Every message in the mailboxes, from now on.
    Messages(Vec<VoiceMessage>),
    /// What became of an [`Output::Fetch`]; each is answered once.
    Fetched {
        /// Its ticket.
        ticket: u64,
        /// The recording; nothing where it cannot be played.
        sound: Option<Sound>,
    },
    /// Calls that an earlier run wrote down, and the legs of the relay that it left; before anything else happens.
    Resume {
        /// As [`Output::Keep`] said.
        calls: &'a [Written],
        /// Those that nobody claims are released.
        legs: &'a [Lease],
    },
    /// The box is started again: calls that are up are left alone, everything else ends; nobody gets a new one.
    Restart,
    /// Hang up every call; nobody gets a new one.
    Goodbye,
}

/// A call as it is written down.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its name.
    pub call: String,
    /// How it stands.
    pub text: Secret,
}

/// Something has to happen outside.
#[derive(Debug)]
pub enum Output {
    /// Send these bytes.
    Send {
        /// The way they go.
        flow: Flow,
        /// A complete message.
        bytes: Bytes,
    },
    /// Tell the relay.
    Relay(media::relay::Command),
    /// Write down, in this order, then say [`Input::Stored`].
    Store {
        /// Grows by one each time.
        ticket: u64,
        /// What.
        ledger: Vec<Ledger>,
    },
    /// Look this up for the outside lines; answered by [`Input::Answer`]. No call waits for it.
    Ask(Question),
    /// Open a way to this hop of an outside line; answered by [`Input::Connected`].
    ///
    /// Over UDP that is the flow of the socket that phones use too: the cloud drops what comes from another port. Over TCP
    /// and TLS it is a connection that stays; over TLS the peer must prove to be [`Hop::name`].
    Connect {
        /// Grows by one each time.
        ticket: u64,
        /// Where.
        hop: Hop,
    },
    /// End this connection, of [`Output::Connect`]: nobody answers over it. It is opened anew when somebody wants it.
    Leave(Flow),
    /// A call is over.
    Record(CallRecord),
    /// How the voice of a call came through that is over: [`CallRecord::voice`] of the record written before.
    Judged {
        /// Its name, [`CallRecord::id`].
        call: String,
        /// Both sides.
        voice: Box<CallVoice>,
    },
    /// A phone says how it heard a call, which may be over already or not.
    Reported {
        /// The phone, which proved that it is this one.
        device: DeviceId,
        /// Of its own dialog; which call that is [`Output::Leg`] has told.
        call_id: String,
        /// Its figures.
        voice: PhoneVoice,
    },
    /// A message was left, and its recording is whole: the file of its id with `.wav` behind it.
    Message(VoiceMessage),
    /// Read the recording of a message; answered by [`Input::Fetched`]. Who listens waits for it.
    Fetch {
        /// [`VoiceMessage::id`].
        id: String,
        /// Grows by one each time.
        ticket: u64,
    },
    /// Somebody whose mailbox it lies in has listened to a message.
    Heard {
        /// [`VoiceMessage::id`].
        id: String,
    },
    /// He wants it deleted.
    Delete {
        /// [`VoiceMessage::id`].
        id: String,
    },
    /// From now on messages with this Call-ID (RFC 3261 8.1.1.4) belong to this call. Who writes messages down needs it: a call
    /// has one towards the caller and one towards every phone it rings.
    Leg {
        /// Its name, [`CallRecord::id`].
        call: String,
        /// As in the messages.
        call_id: String,
    },
    /// Write down this call, in place of what was written of it before: the next run of the box goes on with it.
    Keep(Written),
    /// Forget what was written of a call: it is over.
    Forget {
        /// Its name.
        call: String,
    },
    /// Somebody switched do-not-disturb at a phone. The switchboard heeds it at once, but forgets it with a restart.
    Silenced {
        /// The phone.
        device: DeviceId,
        /// On or off.
        on: bool,
    },
}
