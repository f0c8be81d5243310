//! Where somebody says to stand: a presence document with places in it (PIDF-LO: RFC 4119, RFC 5139, RFC 5491).

use std::fmt;
use std::time::SystemTime;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::DocumentRefused;
use super::xml::Element;

/// What such a document is called.
pub const KIND: &str = super::pidf::KIND;

/// Longer documents are not read.
pub const LONGEST: usize = 16 * 1024;
/// Deeper ones neither.
const MOST_LEVELS: usize = 12;
/// Places of one document; honest ones have one or two.
const MOST_PLACES: usize = 8;
/// Points of one shape (RFC 5491 5.2.2 allows no more than 16 in a polygon).
const MOST_POINTS: usize = 32;
/// Longest part of an address, in characters.
const LONGEST_PART: usize = 128;
/// Shapes by their elements (RFC 5491 5.2).
const SHAPES: [&str; 8] =
    ["Point", "Polygon", "Circle", "Ellipse", "ArcBand", "Sphere", "Ellipsoid", "Prism"];
/// Parts of an address, in the only order they may have (RFC 5139 4).
const PARTS: [&str; 31] = [
    "country", "A1", "A2", "A3", "A4", "A5", "A6", "PRM", "PRD", "RD", "STS", "POD", "POM", "RDSEC", "RDBR",
    "RDSUBBR", "HNO", "HNS", "LMK", "LOC", "FLR", "NAM", "PC", "BLD", "UNIT", "ROOM", "SEAT", "PLC", "PCN",
    "POBOX", "ADDCODE",
];

/// Everything that a document says of places.
#[derive(Clone, Debug, PartialEq)]
pub struct Geolocation {
    /// Whose document it is.
    pub entity: String,
    /// The places, in the order in which they count.
    pub places: Vec<Place>,
    /// Until when the first may be believed, if its sender says so (`retention-expiry`, RFC 4119 2.2.2).
    pub until: Option<SystemTime>,
}

/// One place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// Where on the globe.
    pub shape: Option<Shape>,
    /// Its address: parts by their names (RFC 5139 3.1), each at most once.
    pub civic: Vec<(String, String)>,
}

/// Where on the globe, in degrees of WGS 84.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// `Point`, `Circle` and the like (RFC 5491 5.2).
    pub kind: &'static str,
    /// Its centre or its corners, latitude first.
    pub points: Vec<(f64, f64)>,
    /// In metres, of a circle or a sphere.
    pub radius: Option<f64>,
}

impl Geolocation {
    /// Reads a document; at most 16 KiB and 12 levels, without entities of its own.
    ///
    /// # Errors
    /// [`DocumentRefused`]
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentRefused> {
        if bytes.len() > LONGEST {
            return Err(DocumentRefused::TooLarge);
        }
        Self::of(&Element::read(bytes)?)
    }

    /// The same of a document that stands in another.
    ///
    /// # Errors
    /// [`DocumentRefused`]
    pub fn of(root: &Element) -> Result<Self, DocumentRefused> {
        if root.name != "presence" {
            return Err(DocumentRefused::Foreign);
        }
        if levels(root) > MOST_LEVELS {
            return Err(DocumentRefused::TooLarge);
        }
        let entity = root.attribute("entity").ok_or(DocumentRefused::Value("entity"))?.to_owned();
        let mut found = Vec::new();
        descendants(root, "location-info", &mut found);
        let places: Vec<_> =
            found.into_iter().take(MOST_PLACES).map(Place::read).collect::<Result<_, _>>()?;
        if places.is_empty() {
            return Err(DocumentRefused::Value("location-info"));
        }
        let mut ends = Vec::new();
        descendants(root, "retention-expiry", &mut ends);
        let until = ends.first().map(|end| moment(&end.text)).transpose()?;
        Ok(Self { entity, places, until })
    }
}

impl Place {
    /// Whether what it says fits together: an address in Germany lies where Germany is.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        let german = self.part("country") == Some("DE");
        let there = |(latitude, longitude): &(f64, f64)| {
            (47.2..=55.1).contains(latitude) && (5.8..=15.1).contains(longitude)
        };
        !german || self.shape.as_ref().is_none_or(|shape| shape.points.iter().all(there))
    }

    /// One part of its address.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&str> {
        self.civic.iter().find(|(part, _)| part == name).map(|(_, text)| text.as_str())
    }

    fn read(info: &Element) -> Result<Self, DocumentRefused> {
        // The examples of RFC 4119 2.3 and RFC 6442 5 put the shape into a `location` of GML, RFC 5491 does not.
        let shown = info.children.iter().flat_map(|child| match &*child.name {
            "location" => child.children.as_slice(),
            _ => std::slice::from_ref(child),
        });
        let mut shapes = shown.filter_map(|child| {
            let kind = SHAPES.into_iter().find(|kind| *kind == child.name)?;
            Some(Shape::read(kind, child))
        });
        let shape = shapes.next().transpose()?;
        let civic = info.find("civicAddress").map(civic).transpose()?.unwrap_or_default();
        if shape.is_none() && civic.is_empty() {
            return Err(DocumentRefused::Value("location-info"));
        }
        Ok(Self { shape, civic })
    }
}

impl fmt::Display for Place {
    /// One line that is the same whenever the place is: `country DE, A3 Musterstadt, RD Ufer, HNO 12`; without an address
    /// the centre of its shape, to the metre: `geo:51.22172,6.77616` (RFC 5870).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (name, text)) in self.civic.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{name} {text}")?;
        }
        match self.shape.as_ref().and_then(|shape| shape.points.first()) {
            Some((latitude, longitude)) if self.civic.is_empty() => {
                write!(f, "geo:{latitude:.5},{longitude:.5}")
            }
            _ => Ok(()),
        }
    }
}

/// A moment on the calendar (RFC 3339).
fn moment(text: &str) -> Result<SystemTime, DocumentRefused> {
    let read = OffsetDateTime::parse(text.trim(), &Rfc3339);
    read.map(SystemTime::from).map_err(|_| DocumentRefused::Value("retention-expiry"))
}

/// The parts of an address; what is not known is left out.
fn civic(address: &Element) -> Result<Vec<(String, String)>, DocumentRefused> {
    let mut parts: Vec<(String, String)> = Vec::new();
    let mut last = 0;
    for child in &address.children {
        let Some(at) = PARTS.iter().position(|part| *part == child.name) else { continue };
        let text = child.text.trim();
        let bad = text.chars().count() > LONGEST_PART || text.chars().any(char::is_control);
        let twice = parts.iter().any(|(part, _)| *part == child.name);
        if bad || twice || at < last {
            return Err(DocumentRefused::Value("civicAddress"));
        }
        last = at;
        parts.push((child.name.to_string(), text.to_owned()));
    }
    Ok(parts)
}

impl Shape {
    fn read(kind: &'static str, element: &Element) -> Result<Self, DocumentRefused> {
        let wrong = DocumentRefused::Value("coordinates");
        let dimensions = match element.attribute("srsName") {
            Some("urn:ogc:def:crs:EPSG::4979") => 3,
            Some("urn:ogc:def:crs:EPSG::4326") | None => 2,
            Some(_) => return Err(DocumentRefused::Value("srsName")),
        };
        let (mut single, mut lists) = (Vec::new(), Vec::new());
        descendants(element, "pos", &mut single);
        descendants(element, "posList", &mut lists);
        let mut points = Vec::new();
        for one in single.into_iter().chain(lists) {
            let numbers: Vec<f64> =
                one.text.split_whitespace().map(str::parse).collect::<Result<_, _>>().map_err(|_| wrong)?;
            if numbers.is_empty() || !numbers.len().is_multiple_of(dimensions) {
                return Err(wrong);
            }
            points.extend(
                numbers.chunks(dimensions).filter_map(|point| Some((*point.first()?, *point.get(1)?))),
            );
        }
        let on_globe = |(latitude, longitude): &(f64, f64)| {
            (-90.0..=90.0).contains(latitude) && (-180.0..=180.0).contains(longitude)
        };
        let closed = kind != "Polygon" || (points.len() >= 4 && points.first() == points.last());
        if points.is_empty() || points.len() > MOST_POINTS || !closed || !points.iter().all(on_globe) {
            return Err(wrong);
        }
        let radius = match element.find("radius") {
            Some(radius) => Some(metres(radius).ok_or(DocumentRefused::Value("radius"))?),
            None if matches!(kind, "Circle" | "Sphere") => return Err(DocumentRefused::Value("radius")),
            None => None,
        };
        Ok(Self { kind, points, radius })
    }
}

/// A length; metres are the only unit there is (RFC 5491 5.2.3).
fn metres(length: &Element) -> Option<f64> {
    let unit = length.attribute("uom").is_none_or(|unit| unit == "urn:ogc:def:uom:EPSG::9001");
    let metres: f64 = length.text.trim().parse().ok()?;
    (unit && metres.is_finite() && metres >= 0.0).then_some(metres)
}

/// How deep a document is; reading it has bounded that.
fn levels(element: &Element) -> usize {
    1 + element.children.iter().map(levels).max().unwrap_or(0)
}

fn descendants<'e>(element: &'e Element, name: &str, found: &mut Vec<&'e Element>) {
    for child in &element.children {
        if child.name == name {
            found.push(child);
        } else {
            descendants(child, name, found);
        }
    }
}

#[cfg(test)]
mod tests;
