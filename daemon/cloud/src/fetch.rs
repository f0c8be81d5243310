//! A round of questions: first who we are, then what the account has, then what each user and line has.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use mirror::{
    Absences, Failure, Fault, Fetched, Key, Kind, Notice, Outcome, PARENTS_FIRST, Problem, Question, Roll,
    Scope, Source,
};
use tokio::task::JoinSet;

use crate::Client;
use crate::ask::{Answer, Denied, Round};
use crate::pace::Urgency;

/// Why a sync brought nothing home.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FetchFailed {
    /// The cloud does not take the token (401): it was deleted, or never was one of this account.
    #[error("the cloud refuses the token; make a new one on its page and put it into the token file")]
    TokenRefused,
    /// The first question got no usable answer.
    #[error("{0}")]
    Unanswered(Failure),
    /// This program is at fault.
    #[error("a fault in this program ended the sync")]
    Broken,
}

impl FetchFailed {
    /// Who has to do something about it.
    #[must_use]
    pub const fn fault(self) -> Fault {
        match self {
            Self::TokenRefused => Fault::Token,
            Self::Unanswered(failure) => failure.fault(),
            Self::Broken => Fault::Box,
        }
    }
}

impl From<Denied> for FetchFailed {
    fn from(_: Denied) -> Self {
        Self::TokenRefused
    }
}

/// How far a sync is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Progress {
    /// Questions answered, one way or another.
    pub answered: usize,
    /// Questions known so far; it grows once the users are known.
    pub questions: usize,
    /// HTTP requests sent.
    pub requests: u32,
}

/// What to ask for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// These kinds.
    pub kinds: BTreeSet<Kind>,
    /// Whom to ask about where the answers do not tell.
    pub roll: Roll,
    /// What is known to be absent and not asked for today.
    pub absences: Absences,
    /// Of kinds that hang on others only what hangs on this object.
    pub only: Option<String>,
}

impl Wanted {
    /// Everything, knowing nothing.
    #[must_use]
    pub fn everything() -> Self {
        Self { kinds: Kind::ALL.iter().copied().collect(), ..Self::default() }
    }
}

impl Client {
    /// Reads the wanted kinds, and says after every answer how far it is.
    ///
    /// It may be dropped at any time; requests under way are then given up. It ends within [`crate::Limits::whole`]
    /// and one more [`crate::Limits::deadline`].
    ///
    /// # Errors
    /// When the token is refused, at whatever point, or when even the question who we are gets no usable answer. Every
    /// other failure is an outcome in the answer.
    pub async fn fetch(
        &self,
        wanted: Wanted,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<Fetched, FetchFailed> {
        self.fetch_as(Urgency::Usual, wanted, progress).await
    }

    /// The same for a change that somebody waits for: it does not stand behind what keeps the copy current.
    ///
    /// # Errors
    /// As for [`Client::fetch`].
    pub async fn look(&self, wanted: Wanted) -> Result<Fetched, FetchFailed> {
        self.fetch_as(Urgency::Change, wanted, |_| {}).await
    }

    async fn fetch_as(
        &self,
        urgency: Urgency,
        wanted: Wanted,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<Fetched, FetchFailed> {
        let mut sync = Sync {
            round: Arc::new(Round::new(Arc::clone(&self.shared), urgency)),
            in_flight: self.shared.limits.in_flight.max(1),
            fetched: Fetched::new(SystemTime::now()),
            wanted,
            spent: BTreeSet::new(),
            answered: 0,
            questions: 0,
            progress,
        };
        sync.run().await?;
        sync.fetched.requests = sync.round.requests();
        Ok(sync.fetched)
    }
}

struct Sync<P> {
    round: Arc<Round>,
    in_flight: usize,
    fetched: Fetched,
    wanted: Wanted,
    /// What an interface need not be asked about again.
    spent: BTreeSet<(Kind, Source)>,
    answered: usize,
    questions: usize,
    progress: P,
}

impl<P: FnMut(Progress) + Send> Sync<P> {
    /// Who we are first; then what others hang on; then the rest.
    async fn run(&mut self) -> Result<(), FetchFailed> {
        self.ask_about(&[Kind::Identity]).await?;
        if let Some(Outcome::Failed(failure)) = self.fetched.scopes.get(&Scope::all(Kind::Identity)) {
            return Err(FetchFailed::Unanswered(*failure));
        }
        for parents in PARENTS_FIRST {
            self.ask_about(parents).await?;
        }
        let rest: Vec<Kind> = self.wanted.kinds.iter().copied().collect();
        self.ask_about(&rest).await
    }

    /// Asks for those of these kinds that are wanted and were not asked for yet. One question of each first: what the
    /// cloud does not have for the token's own user, it has for nobody, and what breaks is not waited for again for all.
    async fn ask_about(&mut self, kinds: &[Kind]) -> Result<(), FetchFailed> {
        let kinds: Vec<Kind> = kinds.iter().copied().filter(|kind| self.wanted.kinds.remove(kind)).collect();
        self.wanted.roll.update(&self.fetched);
        self.round.widen(self.wanted.roll.people());
        if let Some(own) = self.own_user() {
            self.wanted.roll.lead_with(&own);
        }
        let (mut first, mut rest) = (Vec::new(), Vec::new());
        for kind in kinds {
            let mut questions = self.questions(kind).into_iter();
            first.extend(questions.next());
            rest.extend(questions);
        }
        self.ask_all(first).await?;
        for question in &mut rest {
            question.ways.retain(|way| !self.spent.contains(&(question.scope.kind, way.source)));
        }
        rest.retain(|question| !question.ways.is_empty());
        self.ask_all(rest).await
    }

    /// The questions of a kind, without the ways that are known to lead nowhere.
    fn questions(&mut self, kind: Kind) -> Vec<Question> {
        let parent = kind.parent();
        if let Some(Outcome::Failed(_)) =
            parent.and_then(|parent| self.fetched.scopes.get(&Scope::all(parent)))
        {
            self.fetched.conclude(Scope::all(kind), Outcome::Failed(Failure::NotAsked));
            return Vec::new();
        }
        if self.wanted.roll.is_empty_for(kind) {
            // Nobody there means nothing there.
            self.fetched.conclude(Scope::all(kind), Outcome::Complete);
            return Vec::new();
        }
        let now = self.fetched.at;
        let mut questions = self.wanted.roll.questions(kind);
        for question in &mut questions {
            question.ways.retain(|way| !self.wanted.absences.spares(kind, way.source, now));
        }
        questions.retain(|question| !question.ways.is_empty());
        if let Some(only) = self.wanted.only.as_deref().filter(|_| parent.is_some()) {
            questions.retain(|question| question.scope.owner.as_deref() == Some(only));
            return questions;
        }
        if questions.is_empty() {
            self.fetched.conclude(Scope::all(kind), Outcome::Absent);
        }
        questions
    }

    fn own_user(&self) -> Option<String> {
        let identity = Key { kind: Kind::Identity, id: Kind::Identity.name().to_owned() };
        let document = self.fetched.documents.iter().find(|document| document.key == identity)?;
        document.body.read().get("sub")?.as_str().map(str::to_owned)
    }

    /// Asks all, a few at a time.
    async fn ask_all(&mut self, questions: Vec<Question>) -> Result<(), FetchFailed> {
        self.questions += questions.len();
        let mut waiting = VecDeque::from(questions);
        let mut asked = JoinSet::new();
        loop {
            let room = self.in_flight.saturating_sub(asked.len()).min(waiting.len());
            for question in waiting.drain(..room) {
                asked.spawn(ask(Arc::clone(&self.round), question));
            }
            let Some(answered) = asked.join_next().await else { return Ok(()) };
            let (scope, answer) = answered.map_err(|_| FetchFailed::Broken)??;
            self.settle(scope, answer);
        }
    }

    fn settle(&mut self, scope: Scope, answer: Answer) {
        self.spent.extend(answer.spent.iter().map(|source| (scope.kind, *source)));
        for (source, there) in &answer.there {
            // One user may lack what others have.
            *self.fetched.there.entry((scope.kind, *source)).or_default() |= there;
        }
        let documented = answer.pages.iter().any(|(source, _)| *source == Source::V2);
        let mut outcome = answer.outcome;
        let mut half_told = answer.half_told;
        for (source, page) in answer.pages {
            match self.fetched.read(&scope, source, page) {
                Err(_) if source == Source::V3 && documented => half_told = true,
                Err(failure) => outcome = Outcome::Failed(failure),
                Ok(_) => {}
            }
        }
        if half_told {
            self.fetched.notice(Notice::new(scope.kind, "", Problem::HalfTold));
        }
        self.fetched.conclude(scope, outcome);
        self.answered += 1;
        let requests = self.round.requests();
        (self.progress)(Progress { answered: self.answered, questions: self.questions, requests });
    }
}

async fn ask(round: Arc<Round>, question: Question) -> Result<(Scope, Answer), Denied> {
    round.ask(&question).await.map(|answer| (question.scope, answer))
}

#[cfg(test)]
mod tests;
