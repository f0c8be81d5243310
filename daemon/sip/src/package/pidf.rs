//! Whether somebody can be reached, and what they are doing (RFC 3863; activities RFC 4480).

use super::DocumentRefused;
use super::xml::Element;

/// Kind of this body.
pub const KIND: &str = "application/pidf+xml";

/// Longest note taken from a phone, in characters.
const LONGEST_NOTE: usize = 256;
/// More tuples than devices of one person are not looked at.
const MOST_TUPLES: usize = 16;

/// The state of one person.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Presence {
    /// Who, a SIP or `pres:` address.
    pub entity: String,
    /// The ways to reach them.
    pub tuples: Vec<Tuple>,
    /// What they are doing.
    pub activities: Vec<Activity>,
    /// What they say about it.
    pub note: Option<String>,
}

/// One way to reach somebody.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tuple {
    /// Its name within the document.
    pub id: String,
    /// Whether it works now.
    pub basic: Basic,
    /// Where, an address.
    pub contact: Option<String>,
}

/// RFC 3863 4.1.4.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Basic {
    /// Can be reached.
    Open,
    /// Cannot.
    Closed,
}

/// What somebody is doing, of the list in RFC 4480 3.2 what phones show.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Activity {
    /// Not at the desk.
    Away,
    /// Not to be disturbed.
    Busy,
    /// In a meeting.
    Meeting,
    /// In a call.
    OnThePhone,
    /// On holiday.
    Vacation,
}

impl Presence {
    /// The document.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut root = Element::new("presence")
            .with("xmlns", "urn:ietf:params:xml:ns:pidf")
            .with("xmlns:dm", "urn:ietf:params:xml:ns:pidf:data-model")
            .with("xmlns:rpid", "urn:ietf:params:xml:ns:pidf:rpid")
            .with("entity", &self.entity)
            .children(self.tuples.iter().map(Tuple::write))
            .children(self.note.as_ref().map(|note| Element::new("note").text(note)));
        if !self.activities.is_empty() {
            let doing = self.activities.iter().map(|activity| Element::new(activity.written()));
            let doing = Element::new("rpid:activities").children(doing);
            root = root.child(Element::new("dm:person").with("id", "person").child(doing));
        }
        root.document()
    }

    /// Reads a document; what it says beyond tuples, known activities and the first note is left out.
    ///
    /// # Errors
    /// [`DocumentRefused`]
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentRefused> {
        let root = Element::read(bytes)?;
        if root.name != "presence" {
            return Err(DocumentRefused::Foreign);
        }
        let entity = root.attribute("entity").ok_or(DocumentRefused::Value("entity"))?.to_owned();
        let tuples: Vec<_> =
            root.all("tuple").take(MOST_TUPLES).map(Tuple::read).collect::<Result<_, _>>()?;
        let note = root.text_of("note").or_else(|| root.all("tuple").find_map(|tuple| tuple.text_of("note")));
        let note = note.map(|note| note.chars().take(LONGEST_NOTE).collect::<String>());
        let somewhere =
            root.children.iter().chain(root.all("tuple").filter_map(|tuple| tuple.find("status")));
        let said = somewhere.chain([&root]).flat_map(|place| place.all("activities"));
        let mut activities: Vec<_> =
            said.flat_map(|said| &said.children).filter_map(|word| Activity::of(&word.name)).collect();
        activities.sort_unstable();
        activities.dedup();
        Ok(Self { entity, tuples, activities, note: note.filter(|note| !note.is_empty()) })
    }
}

impl Tuple {
    fn write(&self) -> Element {
        let basic = match self.basic {
            Basic::Open => "open",
            Basic::Closed => "closed",
        };
        Element::new("tuple")
            .with("id", &self.id)
            .child(Element::new("status").child(Element::new("basic").text(basic)))
            .children(self.contact.as_ref().map(|contact| Element::new("contact").text(contact)))
    }

    fn read(element: &Element) -> Result<Self, DocumentRefused> {
        let id = element.attribute("id").ok_or(DocumentRefused::Value("id"))?.to_owned();
        let basic = match element.find("status").and_then(|status| status.text_of("basic")) {
            Some("open") => Basic::Open,
            Some("closed") => Basic::Closed,
            _ => return Err(DocumentRefused::Value("basic")),
        };
        Ok(Self { id, basic, contact: element.text_of("contact").map(str::to_owned) })
    }
}

impl Activity {
    const ALL: [Self; 5] = [Self::Away, Self::Busy, Self::Meeting, Self::OnThePhone, Self::Vacation];

    const fn written(self) -> &'static str {
        match self {
            Self::Away => "rpid:away",
            Self::Busy => "rpid:busy",
            Self::Meeting => "rpid:meeting",
            Self::OnThePhone => "rpid:on-the-phone",
            Self::Vacation => "rpid:vacation",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|activity| activity.written().strip_prefix("rpid:") == Some(word))
    }
}
