//! Where on the globe a place is (WGS 84, which standards call EPSG 4326), as somebody copies it from a map.

use std::fmt;
use std::str::FromStr;

/// A point, or a circle around it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Coordinates {
    /// In millionths of a degree, to the north and to the east.
    latitude: i32,
    longitude: i32,
    /// In metres.
    radius: Option<u16>,
}

/// Not written like `51.22172, 6.77616`, or not on this globe.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("coordinates are written as 51.22172, 6.77616 or, with a radius in metres, 51.22172, 6.77616, 25")]
pub struct NotCoordinates;

/// Where Germany lies, in millionths of a degree.
const GERMANY: [std::ops::RangeInclusive<i32>; 2] = [47_200_000..=55_100_000, 5_800_000..=15_100_000];
/// Metres to a degree of latitude.
const DEGREE: f64 = 111_320.0;
/// Digits behind the point that count; the last is a hand's breadth.
const DIGITS: usize = 6;

impl Coordinates {
    /// Whether they lie where Germany is.
    #[must_use]
    pub fn is_german(self) -> bool {
        let [north, east] = GERMANY;
        north.contains(&self.latitude) && east.contains(&self.longitude)
    }

    /// How far it is from one centre to the other, in metres; exact enough within a country.
    #[must_use]
    pub fn metres_to(self, other: Self) -> f64 {
        let [north, east] = [self.latitude - other.latitude, self.longitude - other.longitude]
            .map(|millionths| f64::from(millionths) / 1e6 * DEGREE);
        let narrower = (f64::from(self.latitude) / 1e6).to_radians().cos();
        north.hypot(east * narrower)
    }

    /// The radius in metres; none of a point.
    #[must_use]
    pub const fn radius(self) -> Option<u16> {
        self.radius
    }

    /// Latitude, then longitude, in degrees (`gml:pos`, RFC 5491 5.1).
    #[must_use]
    pub fn position(self) -> String {
        format!("{} {}", degrees(self.latitude), degrees(self.longitude))
    }
}

impl FromStr for Coordinates {
    type Err = NotCoordinates;

    fn from_str(text: &str) -> Result<Self, NotCoordinates> {
        let mut parts = text.split(',').map(str::trim);
        let mut angle = |most: i32| {
            let angle = parts.next().and_then(millionths).ok_or(NotCoordinates)?;
            (-most..=most).contains(&angle).then_some(angle).ok_or(NotCoordinates)
        };
        let (latitude, longitude) = (angle(90_000_000)?, angle(180_000_000)?);
        let radius = parts.next().map(|metres| metres.parse().map_err(|_| NotCoordinates)).transpose()?;
        let whole = parts.next().is_none() && radius != Some(0);
        whole.then_some(Self { latitude, longitude, radius }).ok_or(NotCoordinates)
    }
}

impl fmt::Display for Coordinates {
    /// As [`Self::from_str`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", degrees(self.latitude), degrees(self.longitude))?;
        self.radius.map_or(Ok(()), |radius| write!(f, ", {radius}"))
    }
}

/// A decimal number of degrees; what is finer than a millionth is cut off.
fn millionths(text: &str) -> Option<i32> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let numeric = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !numeric(whole) || !numeric(part) || whole.len() > 3 {
        return None;
    }
    let padded: String = part.chars().chain(std::iter::repeat('0')).take(DIGITS).collect();
    Some(sign * (whole.parse::<i32>().ok()? * 1_000_000 + padded.parse::<i32>().ok()?))
}

fn degrees(millionths: i32) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let plain = millionths.unsigned_abs();
    format!("{sign}{}.{:06}", plain / 1_000_000, plain % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::{Coordinates, NotCoordinates};

    #[test]
    fn v05_coordinates_are_read_latitude_first_as_maps_show_them() {
        for (text, written, pos, radius) in [
            ("51.22172,6.77616", "51.221720, 6.776160", "51.221720 6.776160", None),
            (" 51.221720 , 6.7761609, 25", "51.221720, 6.776160, 25", "51.221720 6.776160", Some(25)),
            ("-0.5, 180", "-0.500000, 180.000000", "-0.500000 180.000000", None),
        ] {
            let read: Coordinates = text.parse().unwrap();
            assert_eq!(
                (read.to_string().as_str(), read.position().as_str(), read.radius()),
                (written, pos, radius)
            );
            assert_eq!(written.parse(), Ok(read));
        }
        for wrong in [
            "",
            "51.2",
            "91, 7",
            "51, 181",
            "51,2 6,7",
            "51, 6, 0",
            "51, 6, 25, 1",
            "51, 6, -1",
            "NaN, 7",
            "5e1, 7",
            "51., 6",
        ] {
            assert_eq!(wrong.parse::<Coordinates>(), Err(NotCoordinates), "{wrong}");
        }
    }

    #[test]
    fn v05_germany_is_where_it_is_and_not_with_the_longitude_first() {
        let german = |text: &str| text.parse::<Coordinates>().unwrap().is_german();
        assert!(german("51.22172, 6.77616") && german("47.4, 10.2") && german("54.9, 8.3"));
        assert!(!german("6.77616, 51.22172") && !german("48.2, 16.37"));
    }

    #[test]
    fn v06_distances_are_told_in_metres() {
        let at = |text: &str| text.parse::<Coordinates>().unwrap();
        let (dom, tower) = (at("50.94129, 6.95817"), at("50.93826, 6.95998"));
        assert!((350.0..370.0).contains(&dom.metres_to(tower)), "{}", dom.metres_to(tower));
        assert!(at("52.52, 13.40").metres_to(dom) > 400_000.0);
    }
}
