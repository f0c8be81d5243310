//! Which calls somebody is in, as a lamp on a colleague's phone shows it (RFC 4235).

use super::DocumentRefused;
use super::xml::{Element, Versioned};

/// Kind of this body.
pub const KIND: &str = "application/dialog-info+xml";

/// The calls of one address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DialogInfo {
    /// Whose calls, a SIP address.
    pub entity: String,
    /// Whether calls that are not named here are over.
    pub extent: Extent,
    /// The calls.
    pub dialogs: Vec<Dialog>,
}

/// How much a document says (RFC 4235 4.1.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Extent {
    /// Everything there is.
    Full,
    /// Only what changed.
    Partial,
}

/// One call as one of its ends sees it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dialog {
    /// Its name within the document, kept for as long as it lasts.
    pub id: String,
    /// How far it is.
    pub stage: Stage,
    /// Who called whom.
    pub direction: Option<Direction>,
    /// What an INVITE needs to take it over (RFC 3891).
    pub names: Option<Names>,
    /// The watched end.
    pub local: Option<Party>,
    /// The other end.
    pub remote: Option<Party>,
}

/// What names the dialog on the wire, seen from the watched end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Names {
    /// Call-ID.
    pub call_id: String,
    /// The watched end's tag, once it has one.
    pub local_tag: Option<String>,
    /// The other end's tag, once it has one.
    pub remote_tag: Option<String>,
}

/// One end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Party {
    /// The name people know it by; may be empty.
    pub display: String,
    /// Its address.
    pub address: String,
}

/// Who called.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// The watched end did.
    Initiator,
    /// The other end did.
    Recipient,
}

/// How far a call is (RFC 4235 3.7.1).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Stage {
    /// Asked for; nobody has said anything.
    Trying,
    /// Somebody has said something, but has no name yet.
    Proceeding,
    /// It rings.
    Early,
    /// Both talk.
    Confirmed,
    /// It is over.
    Terminated,
}

impl DialogInfo {
    /// The document, its version left open (RFC 4235 4.1.1: one more for each document of a subscription).
    #[must_use]
    pub fn write(&self) -> Versioned {
        let extent = match self.extent {
            Extent::Full => "full",
            Extent::Partial => "partial",
        };
        Element::new("dialog-info")
            .with("xmlns", "urn:ietf:params:xml:ns:dialog-info")
            .with("state", extent)
            .with("entity", &self.entity)
            .children(self.dialogs.iter().map(Dialog::write))
            .versioned()
    }

    /// Reads a document and its version.
    ///
    /// # Errors
    /// [`DocumentRefused`]
    pub fn parse(bytes: &[u8]) -> Result<(u32, Self), DocumentRefused> {
        let root = Element::read(bytes)?;
        if root.name != "dialog-info" {
            return Err(DocumentRefused::Foreign);
        }
        let extent = match root.attribute("state") {
            Some("full") => Extent::Full,
            Some("partial") => Extent::Partial,
            _ => return Err(DocumentRefused::Value("state")),
        };
        let version = version(&root)?;
        let entity = root.attribute("entity").ok_or(DocumentRefused::Value("entity"))?.to_owned();
        let dialogs = root.all("dialog").map(Dialog::read).collect::<Result<_, _>>()?;
        Ok((version, Self { entity, extent, dialogs }))
    }
}

pub(super) fn version(root: &Element) -> Result<u32, DocumentRefused> {
    let version = root.attribute("version").and_then(|version| version.parse().ok());
    version.ok_or(DocumentRefused::Value("version"))
}

impl Dialog {
    fn write(&self) -> Element {
        let names = self.names.as_ref();
        let party = |name, party: &Option<Party>| party.as_ref().map(|party| party.write(name));
        Element::new("dialog")
            .with("id", &self.id)
            .with_some("call-id", names.map(|names| names.call_id.as_str()))
            .with_some("local-tag", names.and_then(|names| names.local_tag.as_deref()))
            .with_some("remote-tag", names.and_then(|names| names.remote_tag.as_deref()))
            .with_some("direction", self.direction.map(Direction::word))
            .child(Element::new("state").text(self.stage.word()))
            .children(party("local", &self.local))
            .children(party("remote", &self.remote))
    }

    fn read(element: &Element) -> Result<Self, DocumentRefused> {
        let attribute = |name| element.attribute(name).map(str::to_owned);
        let names = attribute("call-id").map(|call_id| Names {
            call_id,
            local_tag: attribute("local-tag"),
            remote_tag: attribute("remote-tag"),
        });
        let direction = [Direction::Initiator, Direction::Recipient];
        let said = element.attribute("direction");
        let stage = element.text_of("state").and_then(Stage::of).ok_or(DocumentRefused::Value("state"))?;
        Ok(Self {
            id: attribute("id").ok_or(DocumentRefused::Value("id"))?,
            stage,
            direction: direction.into_iter().find(|one| said == Some(one.word())),
            names,
            local: element.find("local").and_then(Party::read),
            remote: element.find("remote").and_then(Party::read),
        })
    }
}

impl Party {
    fn write(&self, name: &'static str) -> Element {
        let display = Some(self.display.as_str()).filter(|display| !display.is_empty());
        let identity = Element::new("identity").with_some("display", display).text(&self.address);
        Element::new(name).child(identity).child(Element::new("target").with("uri", &self.address))
    }

    fn read(element: &Element) -> Option<Self> {
        let identity = element.find("identity")?;
        let display = identity.attribute("display").unwrap_or_default().to_owned();
        Some(Self { display, address: identity.text.trim().to_owned() })
    }
}

impl Direction {
    const fn word(self) -> &'static str {
        match self {
            Self::Initiator => "initiator",
            Self::Recipient => "recipient",
        }
    }
}

impl Stage {
    const ALL: [Self; 5] = [Self::Trying, Self::Proceeding, Self::Early, Self::Confirmed, Self::Terminated];

    const fn word(self) -> &'static str {
        match self {
            Self::Trying => "trying",
            Self::Proceeding => "proceeding",
            Self::Early => "early",
            Self::Confirmed => "confirmed",
            Self::Terminated => "terminated",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }
}
