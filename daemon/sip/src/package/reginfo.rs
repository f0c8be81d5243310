//! Where somebody is registered (RFC 3680).

use super::DocumentRefused;
use super::dialog_info::{Extent, version};
use super::xml::{Element, Versioned};

/// Kind of this body.
pub const KIND: &str = "application/reginfo+xml";

/// The registrations that a watcher may see.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RegInfo {
    /// Whether registrations that are not named here are unchanged.
    pub extent: Extent,
    /// One for each address.
    pub registrations: Vec<Registration>,
}

/// One address of record; active exactly when it has an active contact (RFC 3680 5.1).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Registration {
    /// The address.
    pub aor: String,
    /// Its name within the document.
    pub id: String,
    /// Where it is registered.
    pub contacts: Vec<RegisteredContact>,
}

/// One place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RegisteredContact {
    /// Its name within the document.
    pub id: String,
    /// The Contact URI.
    pub uri: String,
    /// Call-ID of its REGISTER.
    pub call_id: Option<String>,
    /// CSeq of its REGISTER.
    pub cseq: Option<u32>,
}

impl RegInfo {
    /// The document, its version left open.
    #[must_use]
    pub fn write(&self) -> Versioned {
        let extent = match self.extent {
            Extent::Full => "full",
            Extent::Partial => "partial",
        };
        Element::new("reginfo")
            .with("xmlns", "urn:ietf:params:xml:ns:reginfo")
            .with("state", extent)
            .children(self.registrations.iter().map(Registration::write))
            .versioned()
    }

    /// Reads a document and its version; places that are gone are left out.
    ///
    /// # Errors
    /// [`DocumentRefused`]
    pub fn parse(bytes: &[u8]) -> Result<(u32, Self), DocumentRefused> {
        let root = Element::read(bytes)?;
        if root.name != "reginfo" {
            return Err(DocumentRefused::Foreign);
        }
        let extent = match root.attribute("state") {
            Some("full") => Extent::Full,
            Some("partial") => Extent::Partial,
            _ => return Err(DocumentRefused::Value("state")),
        };
        let registrations = root.all("registration").map(Registration::read).collect::<Result<_, _>>()?;
        Ok((version(&root)?, Self { extent, registrations }))
    }
}

impl Registration {
    fn write(&self) -> Element {
        let state = if self.contacts.is_empty() { "terminated" } else { "active" };
        Element::new("registration")
            .with("aor", &self.aor)
            .with("id", &self.id)
            .with("state", state)
            .children(self.contacts.iter().map(RegisteredContact::write))
    }

    fn read(element: &Element) -> Result<Self, DocumentRefused> {
        let attribute = |name| element.attribute(name).map(str::to_owned).ok_or(DocumentRefused::Value(name));
        let active = element.all("contact").filter(|contact| contact.attribute("state") == Some("active"));
        let contacts = active.map(RegisteredContact::read).collect::<Result<_, _>>()?;
        Ok(Self { aor: attribute("aor")?, id: attribute("id")?, contacts })
    }
}

impl RegisteredContact {
    fn write(&self) -> Element {
        let cseq = self.cseq.map(|cseq| cseq.to_string());
        Element::new("contact")
            .with("id", &self.id)
            .with("state", "active")
            .with("event", "registered")
            .with_some("callid", self.call_id.as_deref())
            .with_some("cseq", cseq.as_deref())
            .child(Element::new("uri").text(&self.uri))
    }

    fn read(element: &Element) -> Result<Self, DocumentRefused> {
        Ok(Self {
            id: element.attribute("id").ok_or(DocumentRefused::Value("id"))?.to_owned(),
            uri: element.text_of("uri").ok_or(DocumentRefused::Value("uri"))?.to_owned(),
            call_id: element.attribute("callid").map(str::to_owned),
            cseq: element.attribute("cseq").and_then(|cseq| cseq.parse().ok()),
        })
    }
}
