//! The state of many at once: a list, and the document of each of its members (RFC 4662).

use super::DocumentRefused;
use super::dialog_info::version;
use super::multipart::{self, Part};
use super::xml::Element;

/// Kind of the list itself.
const LIST_KIND: &str = "application/rlmi+xml";
/// Name of the list itself among the parts.
const LIST_ID: &str = "list@gatehouse";

/// A list with the documents of its members.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ResourceList<'a> {
    /// The list's own address.
    pub uri: String,
    /// One more for each document of a subscription.
    pub version: u32,
    /// Whether every member is named here.
    pub full: bool,
    /// The members.
    pub members: Vec<Member<'a>>,
}

/// One member.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Member<'a> {
    /// Its address.
    pub uri: String,
    /// The name people know it by; may be empty.
    pub name: String,
    /// Kind and bytes of its document.
    pub document: (&'a str, &'a [u8]),
}

impl ResourceList<'_> {
    /// Content-Type and body. `boundary` must be a word that nobody can guess.
    #[must_use]
    pub fn write(&self, boundary: &str) -> (String, Vec<u8>) {
        let id = |place: usize| format!("{place}@gatehouse");
        let resources = self.members.iter().enumerate().map(|(place, member)| {
            let name = Some(&member.name).filter(|name| !name.is_empty());
            let instance = Element::new("instance").with("id", "1").with("state", "active");
            Element::new("resource")
                .with("uri", &member.uri)
                .children(name.map(|name| Element::new("name").text(name)))
                .child(instance.with("cid", id(place)))
        });
        let list = Element::new("list")
            .with("xmlns", "urn:ietf:params:xml:ns:rlmi")
            .with("uri", &self.uri)
            .with("version", self.version.to_string())
            .with("fullState", self.full.to_string())
            .children(resources)
            .document();
        let mut parts = vec![Part { id: LIST_ID.into(), kind: LIST_KIND, disposition: "", body: &list }];
        parts.extend(self.members.iter().enumerate().map(|(place, member)| Part {
            id: id(place),
            kind: member.document.0,
            disposition: "",
            body: member.document.1,
        }));
        let kind =
            format!("multipart/related;type=\"{LIST_KIND}\";start=\"<{LIST_ID}>\";boundary=\"{boundary}\"");
        (kind, multipart::write(boundary, &parts))
    }
}

impl<'a> ResourceList<'a> {
    /// Takes a body apart; members without a document are left out.
    ///
    /// # Errors
    /// [`DocumentRefused`]
    pub fn parse(kind: &'a [u8], body: &'a [u8]) -> Result<Self, DocumentRefused> {
        let parts = multipart::parse(kind, body)?;
        let list = parts.iter().find(|part| part.kind.eq_ignore_ascii_case(LIST_KIND));
        let root = Element::read(list.ok_or(DocumentRefused::Foreign)?.body)?;
        if root.name != "list" {
            return Err(DocumentRefused::Foreign);
        }
        let full = match root.attribute("fullState") {
            Some("true" | "1") => true,
            Some("false" | "0") => false,
            _ => return Err(DocumentRefused::Value("fullState")),
        };
        let member = |resource: &Element| {
            let cid = resource.find("instance")?.attribute("cid")?;
            let part = parts.iter().find(|part| part.id == cid)?;
            let name = resource.text_of("name").unwrap_or_default().to_owned();
            Some(Member {
                uri: resource.attribute("uri")?.to_owned(),
                name,
                document: (part.kind, part.body),
            })
        };
        let uri = root.attribute("uri").ok_or(DocumentRefused::Value("uri"))?.to_owned();
        let members = root.all("resource").filter_map(member).collect();
        Ok(Self { uri, version: version(&root)?, full, members })
    }
}
