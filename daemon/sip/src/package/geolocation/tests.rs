//! The forms of places of RFC 4119, RFC 5139 and RFC 5491, and what no document may be.

use super::{DocumentRefused, Geolocation, LONGEST, Place};

mod standards;

fn document(info: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" \
         xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" xmlns:gp=\"urn:ietf:params:xml:ns:pidf:geopriv10\" \
         xmlns:ca=\"urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr\" xmlns:gml=\"http://www.opengis.net/gml\" \
         xmlns:gs=\"http://www.opengis.net/pidflo/1.0\" entity=\"pres:a@example.com\"><dm:device id=\"a\">\
         <gp:geopriv><gp:location-info>{info}</gp:location-info><gp:usage-rules/></gp:geopriv>\
         <dm:deviceID>mac:0c383e112233</dm:deviceID></dm:device></presence>"
    )
}

fn read(info: &str) -> Result<Geolocation, DocumentRefused> {
    Geolocation::parse(document(info).as_bytes())
}

const FLAT: &str = "srsName=\"urn:ogc:def:crs:EPSG::4326\"";
const HIGH: &str = "srsName=\"urn:ogc:def:crs:EPSG::4979\"";
const METRES: &str = "uom=\"urn:ogc:def:uom:EPSG::9001\"";

type Row = (&'static str, String, usize, Option<f64>);

fn flat_shapes() -> Vec<Row> {
    vec![
        ("Point", format!("<gml:Point {FLAT}><gml:pos>51.2 6.7</gml:pos></gml:Point>"), 1, None),
        (
            "Polygon",
            format!(
                "<gml:Polygon {FLAT}><gml:exterior><gml:LinearRing><gml:posList>51.2 6.7 51.3 6.7 51.3 6.8 51.2 6.7\
                 </gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"
            ),
            4,
            None,
        ),
        (
            "Circle",
            format!(
                "<gs:Circle {FLAT}><gml:pos>51.2 6.7</gml:pos><gs:radius {METRES}>25</gs:radius></gs:Circle>"
            ),
            1,
            Some(25.0),
        ),
        (
            "Ellipse",
            format!(
                "<gs:Ellipse {FLAT}><gml:pos>51.2 6.7</gml:pos><gs:semiMajorAxis {METRES}>9</gs:semiMajorAxis>\
                 <gs:semiMinorAxis {METRES}>7</gs:semiMinorAxis></gs:Ellipse>"
            ),
            1,
            None,
        ),
        (
            "ArcBand",
            format!(
                "<gs:ArcBand {FLAT}><gml:pos>51.2 6.7</gml:pos><gs:innerRadius {METRES}>3</gs:innerRadius></gs:ArcBand>"
            ),
            1,
            None,
        ),
    ]
}

fn high_shapes() -> Vec<Row> {
    vec![
        ("Point", format!("<gml:Point {HIGH}><gml:pos>51.2 6.7 40</gml:pos></gml:Point>"), 1, None),
        (
            "Sphere",
            format!(
                "<gs:Sphere {HIGH}><gml:pos>51.2 6.7 5</gml:pos><gs:radius {METRES}>8</gs:radius></gs:Sphere>"
            ),
            1,
            Some(8.0),
        ),
        ("Ellipsoid", format!("<gs:Ellipsoid {HIGH}><gml:pos>51.2 6.7 5</gml:pos></gs:Ellipsoid>"), 1, None),
        (
            "Prism",
            format!(
                "<gs:Prism {HIGH}><gs:base><gml:Polygon><gml:exterior><gml:LinearRing><gml:pos>51.2 6.7 5</gml:pos>\
                 <gml:pos>51.3 6.7 5</gml:pos><gml:pos>51.2 6.7 5</gml:pos></gml:LinearRing></gml:exterior>\
                 </gml:Polygon></gs:base><gs:height {METRES}>3</gs:height></gs:Prism>"
            ),
            3,
            None,
        ),
    ]
}

#[test]
fn every_shape_is_read_latitude_first() {
    for (kind, info, points, radius) in flat_shapes().into_iter().chain(high_shapes()) {
        let read = read(&info).unwrap();
        let shape = read.places[0].shape.as_ref().unwrap();
        assert_eq!((shape.kind, shape.points.len(), shape.radius), (kind, points, radius), "{info}");
        assert_eq!(shape.points[0], (51.2, 6.7));
    }
}

#[test]
fn an_address_is_read_part_by_part_in_its_order() {
    let address = "<ca:civicAddress xml:lang=\"de\"><ca:country>DE</ca:country><ca:A3>Musterstadt</ca:A3>\
                   <ca:RD>Ufer</ca:RD><ca:HNO>12</ca:HNO><ca:FLR>2</ca:FLR><ca:PC>40221</ca:PC></ca:civicAddress>";
    let place = read(address).unwrap().places.remove(0);
    assert_eq!(
        (place.part("A3"), place.part("FLR"), place.part("ROOM")),
        (Some("Musterstadt"), Some("2"), None)
    );
    for wrong in [
        address.replace("<ca:FLR>2</ca:FLR>", "<ca:RD>again</ca:RD>"),
        address.replace("<ca:FLR>2</ca:FLR>", "<ca:A4>too late</ca:A4>"),
        address.replace(">2<", &format!(">{}<", "x".repeat(129))),
        address.replace(">2<", ">\u{7f}<"),
    ] {
        assert_eq!(read(&wrong), Err(DocumentRefused::Value("civicAddress")), "{wrong}");
    }
}

/// V5 and V6: coordinates and address of one place agree, at least as to the country.
#[test]
fn a_place_that_contradicts_itself_is_known() {
    let at = |where_: &str| {
        let info = format!(
            "<gml:Point {FLAT}><gml:pos>{where_}</gml:pos></gml:Point>\
             <ca:civicAddress><ca:country>DE</ca:country></ca:civicAddress>"
        );
        read(&info).unwrap().places[0].is_consistent()
    };
    assert!(at("51.22172 6.77616"));
    assert!(!at("6.77616 51.22172"), "longitude first");
    assert!(!at("48.2 16.37"), "Vienna");
}

#[test]
fn what_is_no_place_is_refused() {
    for (info, why) in [
        ("", "location-info"),
        ("<gml:Point><gml:pos>91 7</gml:pos></gml:Point>", "coordinates"),
        ("<gml:Point><gml:pos>51</gml:pos></gml:Point>", "coordinates"),
        ("<gml:Point><gml:pos>north</gml:pos></gml:Point>", "coordinates"),
        ("<gml:Point><gml:pos>NaN 7</gml:pos></gml:Point>", "coordinates"),
        ("<gml:Point srsName=\"urn:ogc:def:crs:EPSG::31467\"><gml:pos>1 2</gml:pos></gml:Point>", "srsName"),
        ("<gs:Circle><gml:pos>51 7</gml:pos></gs:Circle>", "radius"),
        ("<gs:Circle><gml:pos>51 7</gml:pos><gs:radius>-1</gs:radius></gs:Circle>", "radius"),
        ("<gml:Polygon><gml:posList>51 7 51 8 52 8</gml:posList></gml:Polygon>", "coordinates"),
    ] {
        assert_eq!(read(info), Err(DocumentRefused::Value(why)), "{info}");
    }
    assert_eq!(Geolocation::parse(b"<html/>"), Err(DocumentRefused::Foreign));
}

/// V12.
#[test]
fn size_depth_and_entities_are_bounded() {
    let deep = format!("{}{}", "<a>".repeat(9), "</a>".repeat(9));
    assert_eq!(read(&deep), Err(DocumentRefused::TooLarge));
    assert_eq!(Geolocation::parse(&vec![b' '; LONGEST + 1]), Err(DocumentRefused::TooLarge));
    let bomb = document("&a;").replace("<presence", "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><presence");
    assert_eq!(Geolocation::parse(bomb.as_bytes()), Err(DocumentRefused::Malformed));
    let points = "51 7 ".repeat(33);
    let many = format!("<gml:Polygon><gml:posList>{points}</gml:posList></gml:Polygon>");
    assert_eq!(read(&many), Err(DocumentRefused::Value("coordinates")));
}

#[test]
fn a_place_is_one_line_that_stays_the_same() {
    let address = "<ca:civicAddress><ca:A3> Musterstadt </ca:A3><ca:RD>Ufer</ca:RD><ca:FLR>2</ca:FLR></ca:civicAddress>";
    let point = format!("<gml:Point {FLAT}><gml:pos>51.221722 6.77616</gml:pos></gml:Point>");
    let line = |info: &str| read(info).unwrap().places.remove(0).to_string();
    assert_eq!(line(address), "A3 Musterstadt, RD Ufer, FLR 2");
    assert_eq!(line(&format!("{point}{address}")), line(address), "the address is what people say");
    assert_eq!(line(&point), "geo:51.22172,6.77616");
}

#[test]
fn a_document_says_until_when_it_may_be_believed() {
    let point = format!("<gml:Point {FLAT}><gml:pos>51.2 6.7</gml:pos></gml:Point>");
    let with = |expiry: &str| {
        let rules =
            format!("<gp:usage-rules><x:retention-expiry>{expiry}</x:retention-expiry></gp:usage-rules>");
        Geolocation::parse(document(&point).replace("<gp:usage-rules/>", &rules).as_bytes())
    };
    let until = with(" 1970-01-02T01:00:00+01:00 ").unwrap().until.unwrap();
    assert_eq!(until, std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(86_400));
    assert_eq!(with("tomorrow"), Err(DocumentRefused::Value("retention-expiry")));
    assert_eq!(read(&point).unwrap().until, None);
}
