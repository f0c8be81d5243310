//! Which paths tell what. A full sync of N users is 13 questions for the account, four for each user and one for every
//! fifty users' call restrictions; each list with pages costs one request more than it has pages.

use account::UserId;
use mirror::{Kind, Scope, Source};

/// Numbers and contacts asked for at once.
const PAGE: usize = 500;

/// Users whose restrictions are asked for at once; their ids go into the address.
const RESTRICTIONS: usize = 50;

/// One thing to know.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) scope: Scope,
    pub(crate) rule: Rule,
    pub(crate) ways: Vec<Way>,
}

/// Which of a question's ways are walked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Rule {
    /// One after the other, until one is not absent.
    FirstThere,
    /// All of them; the last that is there decides.
    AllTogether,
}

/// One path of the cloud.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) source: Source,
    pub(crate) path: String,
    /// Entries for each page, where the path has pages.
    pub(crate) page: Option<usize>,
}

impl Question {
    fn new(scope: Scope, path: &str) -> Self {
        Self { scope, rule: Rule::FirstThere, ways: vec![Way::whole(Source::V2, path)] }
    }
}

impl Way {
    fn whole(source: Source, path: &str) -> Self {
        let version = match source {
            Source::V2 => "/v2",
            Source::V3 => "/v3",
        };
        Self { source, path: format!("{version}{path}"), page: None }
    }

    fn paged(source: Source, path: &str) -> Self {
        Self { page: Some(PAGE), ..Self::whole(source, path) }
    }
}

/// Asked first, because every valid token may know it.
pub(crate) fn identity() -> Question {
    Question::new(Scope::all(Kind::Identity), "/authorization/userinfo")
}

/// What is asked once.
pub(crate) fn of_account() -> Vec<Question> {
    const WHOLE: &[(Kind, &str)] = &[
        (Kind::Account, "/account"),
        (Kind::User, "/users"),
        (Kind::Group, "/groups"),
        (Kind::Address, "/addresses"),
        (Kind::Balance, "/balance"),
        (Kind::Voicemail, "/voicemails"),
        (Kind::GroupFaxline, "/groupfaxlines"),
        (Kind::Channel, "/channels"),
        (Kind::Blocked, "/blacklist/incoming"),
        (Kind::Porting, "/portings"),
    ];
    let whole = WHOLE.iter().map(|(kind, path)| Question::new(Scope::all(*kind), path));
    let paged = |kind, ways: &[(Source, &str)]| Question {
        scope: Scope::all(kind),
        rule: Rule::FirstThere,
        ways: ways.iter().map(|(source, path)| Way::paged(*source, path)).collect(),
    };
    let numbers = paged(Kind::Number, &[(Source::V2, "/numbers"), (Source::V3, "/phone-numbers")]);
    let contacts = paged(Kind::Contact, &[(Source::V2, "/contacts")]);
    whole.chain([numbers, contacts]).collect()
}

/// The kinds of [`of_user`] and [`restrictions`], which nobody can ask for without knowing the users.
pub(crate) const OF_USERS: &[Kind] = &[Kind::Device, Kind::Phoneline, Kind::Faxline, Kind::CallRestriction];

/// What is asked for each user. Devices are read from the newer interface for their logins, and from the documented one.
pub(crate) fn of_user(user: &UserId) -> Vec<Question> {
    let scope = |kind| Scope::of(kind, user.as_str());
    let devices = vec![
        Way::whole(Source::V3, &format!("/devices?userId={user}")),
        Way::whole(Source::V2, &format!("/{user}/devices")),
    ];
    vec![
        Question { scope: scope(Kind::Device), rule: Rule::AllTogether, ways: devices },
        Question::new(scope(Kind::Phoneline), &format!("/{user}/phonelines")),
        Question::new(scope(Kind::Faxline), &format!("/{user}/faxlines")),
    ]
}

/// What users may not call.
pub(crate) fn restrictions(users: &[UserId]) -> Vec<Question> {
    let some = users.chunks(RESTRICTIONS).map(|users| {
        let ids: Vec<String> = users.iter().map(|user| format!("userIds={user}")).collect();
        Question::new(Scope::all(Kind::CallRestriction), &format!("/callrestrictions?{}", ids.join("&")))
    });
    some.collect()
}
