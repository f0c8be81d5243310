//! One call, fax or message as billing sees it, whoever saw it.

use std::time::{Duration, SystemTime};

use account::{CallVoice, EndpointId, Side, UserId};

/// Who remembers it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Witness {
    /// The box, from its own legs.
    House,
    /// The cloud's history.
    Cloud,
}

/// Which way it went.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Direction {
    /// From outside.
    In,
    /// To the outside.
    Out,
    /// Between two people of the account.
    Inside,
}

/// What it was.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// A call.
    Call,
    /// A fax.
    Fax,
    /// A short message.
    Message,
    /// A message left on a voicemail.
    Voicemail,
}

/// How it ended.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Outcome {
    /// People talked, or the fax or message went through.
    Answered,
    /// Nobody answered, or the caller gave up.
    Missed,
    /// The other side was busy or declined.
    Busy,
    /// It could not be connected.
    Failed,
}

/// One event.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Call {
    /// Unique with its witness.
    pub id: String,
    /// Who remembers it.
    pub witness: Witness,
    /// What it was.
    pub kind: Kind,
    /// Which way.
    pub direction: Direction,
    /// The number at the far end, international where it has such a form; empty when withheld.
    pub remote: String,
    /// Whose call it was.
    pub user: Option<UserId>,
    /// The group or channel it came through.
    pub group: Option<EndpointId>,
    /// What several legs of one call share: the cloud's call id, or the id of the call that was forwarded.
    pub chain: Option<String>,
    /// When it began to ring.
    pub started: SystemTime,
    /// How long the caller waited.
    pub waited: Duration,
    /// How long people talked.
    pub talked: Duration,
    /// How it ended.
    pub outcome: Outcome,
    /// Where the caller is and where the callee, as the box knows.
    pub sides: Option<[Side; 2]>,
    /// How the voice came through, as the box measured it.
    pub voice: Option<Box<CallVoice>>,
}

impl Call {
    /// When it was over.
    #[must_use]
    pub fn ended(&self) -> SystemTime {
        let whole = self.waited.saturating_add(self.talked);
        self.started.checked_add(whole).unwrap_or(self.started)
    }

    /// The far end without its plus, for comparing.
    #[must_use]
    pub fn remote_digits(&self) -> &str {
        self.remote.strip_prefix('+').or_else(|| self.remote.strip_prefix("00")).unwrap_or(&self.remote)
    }
}
