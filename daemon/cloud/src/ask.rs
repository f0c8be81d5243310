//! One question, until it is answered: its pages, one retry for what may pass, and the pauses the cloud asks for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mirror::{Failure, Outcome, Question, Rule, Source, Way};
use serde_json::Value;
use tokio::time::{Instant, sleep, sleep_until};

use crate::client::Shared;
use crate::get::Reply;
use crate::pace::{Turn, Urgency};
use crate::page::{self, turn};

/// How often one request waits for the cloud to have time before its question is given up.
const PATIENCE: u32 = 5;

/// How often a list is read from its beginning that changes while it is read.
const READINGS: u32 = 3;

/// No pause is longer, whatever the cloud asks for.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What came of one question.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) pages: Vec<(Source, Value)>,
    pub(crate) outcome: Outcome,
    /// Which interfaces have it, as far as they said so.
    pub(crate) there: Vec<(Source, bool)>,
    /// The interfaces that need not be asked again: they do not have it, or the newer one broke twice.
    pub(crate) spent: Vec<Source>,
    /// One interface failed where another answered.
    pub(crate) half_told: bool,
}

/// The cloud does not take the credential: every further question would end alike.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Denied;

/// What came of turning the pages of a list.
enum Reading {
    Ended(Outcome),
    /// It changed meanwhile.
    Moved,
}

/// What the requests of one round have in common.
pub(crate) struct Round {
    client: Arc<Shared>,
    end: Instant,
    requests: AtomicU32,
    urgency: Urgency,
}

impl Round {
    pub(crate) fn new(client: Arc<Shared>, urgency: Urgency) -> Self {
        let now = Instant::now();
        let end = now + client.limits.whole.min(DAY);
        Self { client, end, requests: AtomicU32::new(0), urgency }
    }

    /// How many requests were sent so far.
    pub(crate) fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Asks on the ways the question's rule wants. The last way that has anything decides how it ended.
    pub(crate) async fn ask(&self, question: &Question) -> Result<Answer, Denied> {
        let mut pages = Vec::new();
        let mut ends = Vec::new();
        for way in &question.ways {
            let end = self.walk(way, &mut pages).await?;
            ends.push((way.source, end));
            if question.rule == Rule::FirstThere && end != Outcome::Absent {
                break;
            }
        }
        let there = || ends.iter().map(|(_, end)| *end).filter(|end| *end != Outcome::Absent);
        let outcome = there().next_back().unwrap_or(Outcome::Absent);
        let half_told = outcome == Outcome::Complete && there().any(|end| end != Outcome::Complete);
        let is_spent = |source, end| match end {
            Outcome::Complete => false,
            Outcome::Absent => true,
            Outcome::Failed(_) => source == Source::V3,
        };
        let spent = ends.iter().filter(|(source, end)| is_spent(*source, *end)).map(|(source, _)| *source);
        let said = ends.iter().filter(|(_, end)| !matches!(end, Outcome::Failed(_)));
        let there = said.map(|(source, end)| (*source, *end == Outcome::Complete)).collect();
        Ok(Answer { outcome, half_told, there, spent: spent.collect(), pages })
    }

    async fn walk(&self, way: &Way, pages: &mut Vec<(Source, Value)>) -> Result<Outcome, Denied> {
        let Some(limit) = way.page else {
            return Ok(match self.reply(&way.path, way.source).await? {
                Ok(answer) => {
                    pages.push((way.source, answer));
                    Outcome::Complete
                }
                Err(outcome) => outcome,
            });
        };
        let first = pages.len();
        for _ in 0..READINGS {
            pages.truncate(first);
            match self.read_list(way, limit, pages).await? {
                Reading::Ended(outcome) => return Ok(outcome),
                Reading::Moved => {}
            }
        }
        // It never stands still: what was read is true, but nothing is known to be gone.
        Ok(Outcome::Failed(Failure::Unreadable))
    }

    /// Turns the pages of a list from its beginning. Where entries are counted, each page begins with the last entry of the
    /// page before: if it does not, the list has moved meanwhile, and an entry may have slipped through between the two.
    async fn read_list(
        &self,
        way: &Way,
        limit: usize,
        pages: &mut Vec<(Source, Value)>,
    ) -> Result<Reading, Denied> {
        let (mut offset, mut overlap, mut path) = (0, 0, format!("{}?offset=0&limit={limit}", way.path));
        for first in [true].into_iter().chain(std::iter::repeat(false)).take(self.pages()) {
            let page = match self.reply(&path, way.source).await? {
                Ok(page) => page,
                Err(outcome) => return Ok(Reading::Ended(outcome)),
            };
            let before = pages.last().filter(|_| !first).map(|(_, page)| page);
            if overlap > 0 && !before.is_some_and(|before| page::follows(&page, before)) {
                return Ok(Reading::Moved);
            }
            let turned = turn(&page, before, offset, limit, overlap);
            pages.push((way.source, page));
            match turned {
                page::Turn::On(count) => {
                    // A page of one entry would be asked for again and again.
                    overlap = usize::from(count > 1);
                    offset += count - overlap;
                    path = format!("{}?offset={offset}&limit={limit}", way.path);
                }
                page::Turn::Follow(cursor) => {
                    let cursor: String = form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
                    (overlap, path) = (0, format!("{}?limit={limit}&cursor={cursor}", way.path));
                }
                page::Turn::Last => return Ok(Reading::Ended(Outcome::Complete)),
                page::Turn::Lost => {
                    pages.pop();
                    return Ok(Reading::Ended(Outcome::Failed(Failure::Unreadable)));
                }
            }
        }
        Ok(Reading::Ended(Outcome::Failed(Failure::TooManyPages)))
    }

    /// The most pages of one list.
    fn pages(&self) -> usize {
        usize::try_from(self.client.limits.pages).unwrap_or(usize::MAX)
    }

    /// One page, after however many tries are decent.
    pub(crate) async fn reply(&self, path: &str, source: Source) -> Result<Result<Value, Outcome>, Denied> {
        let mut tried = false;
        for _ in 0..PATIENCE {
            if let Err(failure) = self.my_turn().await {
                return Ok(Err(Outcome::Failed(failure)));
            }
            match self.client.get(path).await {
                Reply::Told(page) => return Ok(Ok(page)),
                Reply::Absent => return Ok(Err(Outcome::Absent)),
                // The newer interface takes fewer tokens than the documented one.
                Reply::Denied if source == Source::V3 => return Ok(Err(Outcome::Absent)),
                Reply::Denied => return Err(Denied),
                Reply::Busy(pause) => self.hold(pause.unwrap_or(self.client.limits.pause)),
                Reply::Shaky(_) if !tried => {
                    tried = true;
                    sleep(self.client.limits.pause).await;
                }
                Reply::Shaky(failure) | Reply::Useless(failure) => return Ok(Err(Outcome::Failed(failure))),
            }
        }
        Ok(Err(Outcome::Failed(Failure::RateLimited)))
    }

    /// Waits until the cloud wants to be asked again and the budget allows it, and counts the request.
    async fn my_turn(&self) -> Result<(), Failure> {
        let now = Instant::now();
        if now >= self.end {
            return Err(Failure::TooSlow);
        }
        loop {
            let turn = self.client.pace.turn(Instant::now(), self.urgency);
            match turn {
                Turn::Now => {
                    self.requests.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
                Turn::Asked(until) if until > Instant::now() + self.client.limits.longest_pause => {
                    return Err(Failure::RateLimited);
                }
                Turn::Asked(until) | Turn::Budget(until) if until >= self.end => {
                    return Err(Failure::RateLimited);
                }
                Turn::Asked(until) | Turn::Budget(until) => sleep_until(until).await,
            }
        }
    }

    /// The budget grows with the account.
    pub(crate) fn widen(&self, users: usize) {
        self.client.pace.widen(users);
    }

    /// All questions wait, since the cloud counts them together.
    fn hold(&self, pause: Duration) {
        self.client.pace.hold(Instant::now() + pause.min(DAY));
    }
}
