//! Small XML documents as trees.

use std::borrow::Cow;
use std::fmt::Write as _;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::DocumentRefused;

/// Larger documents are not read.
const MOST_BYTES: usize = 64 * 1024;
/// Elements of one document, all levels together.
const MOST_ELEMENTS: usize = 2048;
/// Levels of one document.
const MOST_LEVELS: usize = 16;
/// Attributes of one element.
const MOST_ATTRIBUTES: usize = 32;

const PROLOG: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// One element: on the way out its name may have a prefix, on the way in it has none, and namespaces are not looked at.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Element {
    /// Its name.
    pub name: Cow<'static, str>,
    attributes: Vec<(Cow<'static, str>, String)>,
    /// Its own text, that of its children left out.
    pub text: String,
    /// The elements in it, in their order.
    pub children: Vec<Self>,
}

/// A document whose version number is put in for each watcher, so that all else is written once for all of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Versioned {
    before: String,
    after: String,
}

impl Versioned {
    /// The whole document with this version.
    #[must_use]
    pub fn at(&self, version: u32) -> Vec<u8> {
        format!("{}{version}{}", self.before, self.after).into_bytes()
    }
}

impl Element {
    /// One without anything in it.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), ..Self::default() }
    }

    /// With this attribute.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((Cow::Borrowed(name), value.into()));
        self
    }

    pub(super) fn with_some(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With this text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// With this element in it, behind those that are there.
    #[must_use]
    pub fn child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    pub(super) fn children(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The first child of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Every child of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The trimmed text of the child of this name; `None` when there is no such child.
    #[must_use]
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.find(name).map(|child| child.text.trim())
    }

    /// This element as a whole document.
    #[must_use]
    pub fn document(&self) -> Vec<u8> {
        let mut out = PROLOG.to_owned();
        self.write(&mut out);
        out.into_bytes()
    }

    /// This element as a whole document that has a version.
    pub(super) fn versioned(&self) -> Versioned {
        let before = format!("{PROLOG}<{} version=\"", self.name);
        let mut after = "\"".to_owned();
        self.write_rest(&mut after);
        Versioned { before, after }
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        self.write_rest(out);
    }

    fn write_rest(&self, out: &mut String) {
        for (name, value) in &self.attributes {
            // Writing to a String cannot fail.
            let _ = write!(out, " {name}=\"");
            escape(value, out);
            out.push('"');
        }
        if self.text.is_empty() && self.children.is_empty() {
            return out.push_str("/>");
        }
        out.push('>');
        escape(&self.text, out);
        for child in &self.children {
            child.write(out);
        }
        let _ = write!(out, "</{}>", self.name);
    }

    /// Reads a whole document of at most 64 KiB and 16 levels, without entities of its own.
    ///
    /// # Errors
    /// [`DocumentRefused`]
    pub fn read(bytes: &[u8]) -> Result<Self, DocumentRefused> {
        if bytes.len() > MOST_BYTES {
            return Err(DocumentRefused::TooLarge);
        }
        let text = str::from_utf8(bytes).map_err(|_| DocumentRefused::Malformed)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Tree::default().grow(&mut Reader::from_str(text))
    }
}

/// What is open while a document is read: a made-up element around the root, and everything down to where we are.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    top: Element,
    elements: usize,
}

impl Tree {
    fn grow(mut self, reader: &mut Reader<&[u8]>) -> Result<Element, DocumentRefused> {
        loop {
            match reader.read_event().map_err(|_| DocumentRefused::Malformed)? {
                Event::Start(start) => {
                    let element = self.begin(&start)?;
                    self.open.push(element);
                }
                Event::Empty(start) => {
                    let element = self.begin(&start)?;
                    self.here().children.push(element);
                }
                Event::End(_) => {
                    let element = self.open.pop().ok_or(DocumentRefused::Malformed)?;
                    self.here().children.push(element);
                }
                Event::Text(text) => self.here().text.push_str(&text.xml10_content()),
                Event::CData(text) => self.here().text.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let meant = resolve(&reference)?;
                    self.here().text.push(meant);
                }
                Event::DocType(_) => return Err(DocumentRefused::Malformed),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => return self.finish(),
            }
        }
    }

    fn here(&mut self) -> &mut Element {
        self.open.last_mut().unwrap_or(&mut self.top)
    }

    fn begin(&mut self, start: &BytesStart<'_>) -> Result<Element, DocumentRefused> {
        self.elements += 1;
        if self.elements > MOST_ELEMENTS || self.open.len() >= MOST_LEVELS {
            return Err(DocumentRefused::TooLarge);
        }
        let name = Cow::Owned(start.local_name().as_ref().to_owned());
        let mut element = Element { name, ..Element::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| DocumentRefused::Malformed)?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|_| DocumentRefused::Malformed)?.into_owned();
            let name = Cow::Owned(attribute.key.local_name().as_ref().to_owned());
            element.attributes.push((name, value));
            if element.attributes.len() > MOST_ATTRIBUTES {
                return Err(DocumentRefused::TooLarge);
            }
        }
        Ok(element)
    }

    fn finish(mut self) -> Result<Element, DocumentRefused> {
        let root = self.top.children.pop().ok_or(DocumentRefused::Malformed)?;
        let alone = self.open.is_empty() && self.top.children.is_empty() && self.top.text.trim().is_empty();
        if alone { Ok(root) } else { Err(DocumentRefused::Malformed) }
    }
}

/// A character by its number, or one of the five that XML itself names; nothing else is ever expanded.
fn resolve(reference: &BytesRef<'_>) -> Result<char, DocumentRefused> {
    if let Some(meant) = reference.resolve_char_ref().map_err(|_| DocumentRefused::Malformed)? {
        return Ok(meant);
    }
    match reference.xml10_content().as_ref() {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => Err(DocumentRefused::Malformed),
    }
}

/// Text as it may stand in an element or a quoted attribute; what XML cannot carry at all becomes `U+FFFD`.
fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            plain => out.push(plain),
        }
    }
}
