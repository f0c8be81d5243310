//! What to ask the cloud to know all objects of a kind.

use account::UserId;

use crate::{Document, Documents, Endpoint, Fetched, Kind, Outcome, Scope, Source};

/// Entries asked for at once where a list has pages.
const PAGE: usize = 500;

/// Users whose restrictions are asked for at once; their ids go into the address.
const RESTRICTIONS: usize = 50;

/// One thing to know.
#[derive(Clone, Debug)]
pub struct Question {
    /// What its answer covers.
    pub scope: Scope,
    /// Which of the ways are walked.
    pub rule: Rule,
    /// How it may be asked.
    pub ways: Vec<Way>,
}

/// Which of a question's ways are walked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rule {
    /// One after the other, until one is not absent.
    FirstThere,
    /// All of them; the last that is there decides.
    AllTogether,
}

/// One path of the cloud.
#[derive(Clone, Debug)]
pub struct Way {
    /// The interface it belongs to.
    pub source: Source,
    /// With its version and all ids.
    pub path: String,
    /// Entries for each page, where the path has pages.
    pub page: Option<usize>,
}

/// Whom questions are asked about: the ids that stand in paths.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Roll {
    users: Vec<String>,
    /// Each line with its user.
    lines: Vec<(String, String)>,
    groups: Vec<String>,
    devices: Vec<String>,
}

/// Kinds that others hang on, in the order in which they are asked.
pub const PARENTS_FIRST: [&[Kind]; 2] = [&[Kind::User, Kind::Group], &[Kind::Phoneline, Kind::Device]];

impl Roll {
    /// Whoever is known.
    #[must_use]
    pub fn of(known: &Documents) -> Self {
        let mut roll = Self::default();
        for kind in PARENTS_FIRST.concat() {
            roll.take(kind, known.of(kind));
        }
        roll
    }

    /// Takes in who has just been told of, for the kinds that were asked with an answer.
    pub fn update(&mut self, fetched: &Fetched) {
        for kind in PARENTS_FIRST.concat() {
            let mut ends = fetched.scopes.iter().filter(|(scope, _)| scope.kind == kind).map(|(_, end)| end);
            if ends.any(|end| *end == Outcome::Complete) {
                let mut told: Vec<&Document> =
                    fetched.documents.iter().filter(|d| d.key.kind == kind).collect();
                told.sort_by(|a, b| a.key.cmp(&b.key));
                told.dedup_by(|a, b| a.key == b.key);
                self.take(kind, told.into_iter());
            }
        }
    }

    /// How many users there are.
    #[must_use]
    pub fn people(&self) -> usize {
        self.users.len()
    }

    /// Puts somebody first, so that what the account does not have is found out with one question.
    pub fn lead_with(&mut self, user: &str) {
        self.users.sort_by_key(|other| other != user);
        self.lines.sort_by_key(|(_, owner)| owner != user);
    }

    /// Whether nobody is there for a kind that hangs on others.
    #[must_use]
    pub fn is_empty_for(&self, kind: Kind) -> bool {
        match kind.parent() {
            Some(Kind::User) => self.users.is_empty(),
            Some(Kind::Phoneline) => self.lines.is_empty(),
            Some(Kind::Group) => self.groups.is_empty(),
            Some(Kind::Device) => self.devices.is_empty(),
            _ => [Kind::CallRestriction, Kind::Capability].contains(&kind) && self.users.is_empty(),
        }
    }

    /// Ids end up in paths, so only those of the right shape are asked about.
    fn take<'a>(&mut self, kind: Kind, documents: impl Iterator<Item = &'a Document>) {
        let documents = documents.filter(|document| is_plain(&document.key.id));
        if kind == Kind::Phoneline {
            let with_user = |d: &Document| Some((d.key.id.clone(), d.owner.clone()?));
            self.lines = documents.filter_map(with_user).collect();
            return;
        }
        let ids = documents.map(|document| document.key.id.clone());
        if kind == Kind::User {
            self.users = ids.filter(|id| id.parse::<UserId>().is_ok()).collect();
        } else if kind == Kind::Group {
            self.groups = ids.collect();
        } else if kind == Kind::Device {
            // Only those that register have settings of their own.
            self.devices = ids.filter(|id| id.starts_with('e')).collect();
        }
    }

    /// Every question of one kind; none when nobody is there to ask about.
    #[must_use]
    pub fn questions(&self, kind: Kind) -> Vec<Question> {
        let about = |owner: &str, user: &str| Question::of(kind, owner, user);
        match kind.parent() {
            Some(Kind::User) => self.users.iter().map(|user| about(user, user)).collect(),
            Some(Kind::Phoneline) => self.lines.iter().map(|(line, user)| about(line, user)).collect(),
            Some(Kind::Group) => self.groups.iter().map(|group| about(group, "")).collect(),
            Some(Kind::Device) => self.devices.iter().map(|device| about(device, "")).collect(),
            _ if kind == Kind::CallRestriction => self.users.chunks(RESTRICTIONS).map(restrictions).collect(),
            _ if kind == Kind::Capability => {
                self.users.first().map(|own| capabilities(own)).into_iter().collect()
            }
            _ => vec![Question::new(Scope::all(kind), |endpoint| endpoint.path.to_owned())],
        }
    }
}

impl Question {
    fn new(scope: Scope, path: impl Fn(&Endpoint) -> String) -> Self {
        let way = |endpoint: &Endpoint| Way {
            source: endpoint.source,
            path: format!("{}{}", endpoint.source.version(), path(endpoint)),
            page: endpoint.paged.then_some(PAGE),
        };
        let rule = if scope.kind == Kind::Device { Rule::AllTogether } else { Rule::FirstThere };
        let ways = scope.kind.endpoints().map(way).collect();
        Self { scope, rule, ways }
    }

    fn of(kind: Kind, owner: &str, user: &str) -> Self {
        Self::new(Scope::of(kind, owner), |endpoint| {
            let path = endpoint.path.replace("{user}", user);
            ["{line}", "{group}", "{device}"].iter().fold(path, |path, hole| path.replace(hole, owner))
        })
    }
}

fn restrictions(users: &[String]) -> Question {
    let ids: Vec<String> = users.iter().map(|user| format!("userIds={user}")).collect();
    Question::new(Scope::all(Kind::CallRestriction), |endpoint| {
        endpoint.path.replace("{users}", &ids.join("&"))
    })
}

/// What somebody may do; the token's owner, whom [`Roll::lead_with`] has put first.
fn capabilities(own: &str) -> Question {
    Question::new(Scope::all(Kind::Capability), |endpoint| endpoint.path.replace("{own}", own))
}

/// A letter and a number: nothing that could lead a path elsewhere.
fn is_plain(id: &str) -> bool {
    id.parse::<account::EndpointId>().is_ok()
}
