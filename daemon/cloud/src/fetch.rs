//! A whole sync: first who we are, then what the account has, then what each user has.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::SystemTime;

use account::UserId;
use mirror::{Failure, Fault, Fetched, Key, Kind, Notice, Outcome, Problem, Scope, Source};
use tokio::task::JoinSet;

use crate::Client;
use crate::ask::{Answer, Denied, Round};
use crate::questions::{self, Question};

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

impl Client {
    /// Reads everything the mirror keeps, and says after every answer how far it is.
    ///
    /// It may be dropped at any time; requests under way are then given up. It ends within [`crate::Limits::whole`]
    /// and one more [`crate::Limits::deadline`].
    ///
    /// # Errors
    /// When the token is refused, at whatever point, or when even the first question gets no usable answer. Every
    /// other failure is an outcome in the answer.
    pub async fn fetch(&self, progress: impl FnMut(Progress) + Send) -> Result<Fetched, FetchFailed> {
        let mut sync = Sync {
            round: Arc::new(Round::new(Arc::clone(&self.shared))),
            in_flight: self.shared.limits.in_flight.max(1),
            fetched: Fetched::new(SystemTime::now()),
            spent: Vec::new(),
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
    /// What an interface need not be asked about again.
    spent: Vec<(Kind, Source)>,
    answered: usize,
    questions: usize,
    progress: P,
}

impl<P: FnMut(Progress) + Send> Sync<P> {
    async fn run(&mut self) -> Result<(), FetchFailed> {
        self.ask_all(vec![questions::identity()]).await?;
        if let Some(Outcome::Failed(failure)) = self.fetched.scopes.get(&Scope::all(Kind::Identity)) {
            return Err(FetchFailed::Unanswered(*failure));
        }
        self.ask_all(questions::of_account()).await?;
        match self.fetched.scopes.get(&Scope::all(Kind::User)) {
            Some(Outcome::Complete) => self.ask_about_users().await,
            _ => {
                for kind in questions::OF_USERS {
                    self.fetched.conclude(Scope::all(*kind), Outcome::Failed(Failure::NotAsked));
                }
                Ok(())
            }
        }
    }

    /// The token's own user first: what the cloud does not have for them, it has for nobody, and what
    /// breaks for them is not waited for again for everybody.
    async fn ask_about_users(&mut self) -> Result<(), FetchFailed> {
        let mut users = self.users();
        let own = self.own_user().and_then(|own| users.iter().position(|user| *user == own));
        if users.is_empty() {
            return Ok(());
        }
        let first = users.remove(own.unwrap_or_default());
        self.spent.clear();
        self.ask_all(questions::of_user(&first)).await?;
        let mut rest: Vec<Question> = users.iter().flat_map(questions::of_user).collect();
        for question in &mut rest {
            question.ways.retain(|way| !self.spent.contains(&(question.scope.kind, way.source)));
        }
        rest.retain(|question| !question.ways.is_empty());
        users.push(first);
        rest.extend(questions::restrictions(&users));
        self.ask_all(rest).await
    }

    fn users(&self) -> Vec<UserId> {
        let users = self.fetched.documents.iter().filter(|document| document.key.kind == Kind::User);
        users.filter_map(|document| document.key.id.parse().ok()).collect()
    }

    fn own_user(&self) -> Option<UserId> {
        let identity = Key { kind: Kind::Identity, id: Kind::Identity.name().to_owned() };
        let document = self.fetched.documents.iter().find(|document| document.key == identity)?;
        document.body.get("sub")?.as_str()?.parse().ok()
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
