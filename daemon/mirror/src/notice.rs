//! What the cloud said that could not be used as it was, in words an admin can pass on.

use serde::{Deserialize, Serialize};

use crate::Kind;

/// Something odd in the cloud's answers, said once for each kind and field. It never carries the value itself.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
pub struct Notice {
    /// In which objects.
    pub kind: Kind,
    /// In which field, `credentials.username`; empty when it is the whole object or list.
    pub field: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What can be wrong with a field or an object.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// A field that is always there is not.
    Missing,
    /// Text where a list was due, and the like; the field counts as absent.
    WrongType,
    /// The right type, but not an id, number or amount; the field counts as absent.
    Unreadable,
    /// An object without an id; it is left out.
    NoId,
    /// Two different objects with one id; one is kept.
    Twice,
    /// An object larger than any telephone object could be; it is left out.
    TooLarge,
    /// More objects than an account can have; the rest is left out.
    TooMany,
    /// The newer interface, which tells the rest, gave no usable answer.
    HalfTold,
    /// The token belongs to a user who is no admin, so the cloud shows only what that user may see.
    NotAdmin,
    /// A field this version has not heard of; it is kept and not used.
    UnknownField,
    /// A value this version has not heard of; it is kept and not used.
    UnknownValue,
}

/// Who has to do something about it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The cloud answered wrongly.
    Cloud,
    /// The cloud is newer than this box; an update may help.
    Box,
    /// The way to the cloud.
    Network,
    /// The token: it is refused or lacks a right.
    Token,
}

/// Names from the cloud are cut to this many characters.
const LONGEST_FIELD: usize = 64;

impl Notice {
    /// A notice about a field; its name is cut and freed of everything but letters, digits and `._-`.
    #[must_use]
    pub fn new(kind: Kind, field: &str, problem: Problem) -> Self {
        let fine = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '?' };
        Self { kind, field: field.chars().take(LONGEST_FIELD).map(fine).collect(), problem }
    }

    /// Who has to do something about it.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self.problem {
            Problem::UnknownField | Problem::UnknownValue => Fault::Box,
            Problem::NotAdmin => Fault::Token,
            Problem::Missing
            | Problem::WrongType
            | Problem::Unreadable
            | Problem::NoId
            | Problem::Twice
            | Problem::TooLarge
            | Problem::TooMany
            | Problem::HalfTold => Fault::Cloud,
        }
    }
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (kind, field) = (self.kind, &self.field);
        match self.problem {
            Problem::Missing => write!(f, "the cloud sent a {kind} without {field}"),
            Problem::WrongType => {
                write!(f, "the cloud sent a {kind} whose {field} has another type than ever before")
            }
            Problem::Unreadable => write!(f, "the cloud sent a {kind} whose {field} makes no sense"),
            Problem::NoId => write!(f, "the cloud sent a {kind} without an id; it is left out"),
            Problem::Twice => write!(f, "the cloud sent two different objects for one {kind}; one is kept"),
            Problem::TooLarge => write!(f, "the cloud sent a {kind} too large to be one; it is left out"),
            Problem::TooMany => {
                write!(f, "the cloud sent more objects of kind {kind} than are taken; the rest is left out")
            }
            Problem::HalfTold => {
                write!(
                    f,
                    "the cloud's newer interface did not tell about each {kind}; what it told before is kept"
                )
            }
            Problem::NotAdmin => f.write_str(
                "the token belongs to a user who is no admin; only what that user may see is mirrored",
            ),
            Problem::UnknownField => {
                write!(f, "this version does not know the field {field} of a {kind}; it is kept unused")
            }
            Problem::UnknownValue => {
                write!(f, "this version does not know a value of {field} of a {kind}; it is kept unused")
            }
        }
    }
}
