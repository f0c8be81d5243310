//! The examples of the standards, each under its section, as their authors wrote them.

use super::{DocumentRefused, FLAT, Geolocation, HIGH, METRES, Place, read};

fn place(info: &str) -> Place {
    read(info).unwrap().places.remove(0)
}

/// The document of RFC 4119 2.3 around this place.
fn of_4119(info: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" \
         xmlns:gp=\"urn:ietf:params:xml:ns:pidf:geopriv10\" \
         xmlns:cl=\"urn:ietf:params:xml:ns:pidf:geopriv10:civicLoc\" \
         xmlns:gml=\"urn:opengis:specification:gml:schema-xsd:feature:v3.0\" entity=\"pres:geotarget@example.com\">\
         <tuple id=\"sg89ae\"><status><gp:geopriv><gp:location-info>{info}</gp:location-info><gp:usage-rules>\
         <gp:retransmission-allowed>no</gp:retransmission-allowed>\
         <gp:retention-expiry>2003-06-23T04:57:29Z</gp:retention-expiry></gp:usage-rules></gp:geopriv></status>\
         <timestamp>2003-06-22T20:57:29Z</timestamp></tuple></presence>"
    )
}

/// Degrees and minutes in a text, which RFC 5491 5 did away with: believed no more than any other nonsense.
#[test]
fn rfc4119_2_3_the_point_of_its_time_is_refused() {
    let point = "<gml:location><gml:Point gml:id=\"point1\" srsName=\"epsg:4326\">\
                 <gml:coordinates>37:46:30N 122:25:10W</gml:coordinates></gml:Point></gml:location>";
    let refused = Geolocation::parse(of_4119(point).as_bytes());
    assert_eq!(refused, Err(DocumentRefused::Value("srsName")));
}

#[test]
fn rfc4119_2_3_the_address_of_its_time_is_read() {
    let address = "<cl:civicAddress><cl:country>US</cl:country><cl:A1>New York</cl:A1><cl:A3>New York</cl:A3>\
                   <cl:A6>Broadway</cl:A6><cl:HNO>123</cl:HNO><cl:LOC>Suite 75</cl:LOC><cl:PC>10027-0401</cl:PC>\
                   </cl:civicAddress>";
    let read = Geolocation::parse(of_4119(address).as_bytes()).unwrap();
    let line = "country US, A1 New York, A3 New York, A6 Broadway, HNO 123, LOC Suite 75, PC 10027-0401";
    assert_eq!((read.places[0].to_string().as_str(), read.until.is_some()), (line, true));
}

const WOLLONGONG: &str = "<country>AU</country><A1>NSW</A1><A3>Wollongong</A3><A4>North Wollongong</A4><RD>Flinders</RD>\
    <STS>Street</STS><RDBR>Campbell Street</RDBR><LMK>Gilligan's Island</LMK><LOC>Corner</LOC>\
    <NAM> Video Rental Store </NAM><PC>2500</PC><ROOM> Westerns and Classics </ROOM><PLC>store</PLC>\
    <POBOX>Private Box 15</POBOX>";

#[test]
fn rfc5139_5_every_part_of_the_address_is_read() {
    let place = place(&format!("<civicAddress xml:lang=\"en-AU\">{WOLLONGONG}</civicAddress>"));
    assert_eq!(place.civic.len(), 14);
    let parts = (place.part("RDBR"), place.part("ROOM"));
    assert_eq!(parts, (Some("Campbell Street"), Some("Westerns and Classics")));
}

/// Parts that a later standard or a country adds are not known, and do no harm.
#[test]
fn rfc6848_parts_of_extensions_are_left_out() {
    let more = "<cae:MP>248</cae:MP><cae:PN>22-109-689</cae:PN>";
    let extended = place(&format!("<civicAddress xml:lang=\"en-AU\">{WOLLONGONG}{more}</civicAddress>"));
    assert_eq!(extended, place(&format!("<civicAddress>{WOLLONGONG}</civicAddress>")));
    let boulevard = "<civicAddress xml:lang=\"en-US\"><country>US</country><A1>CA</A1><A2>Sacramento</A2>\
                     <RD>Colorado</RD><HNO>223</HNO><cae:STP>Boulevard</cae:STP><cae:HNP>A</cae:HNP></civicAddress>";
    assert_eq!(place(boulevard).to_string(), "country US, A1 CA, A2 Sacramento, RD Colorado, HNO 223");
}

#[test]
fn rfc5491_3_2_an_address_completes_the_point_beside_it() {
    let both = format!(
        "<gml:Point {FLAT}><gml:pos>-43.5723 153.21760</gml:pos></gml:Point>\
         <ca:civicAddress><ca:FLR>2</ca:FLR></ca:civicAddress>"
    );
    let place = place(&both);
    assert_eq!(place.shape.as_ref().map(|shape| shape.points[0]), Some((-43.5723, 153.217_60)));
    assert_eq!((place.part("FLR"), place.is_consistent()), (Some("2"), true));
}

#[test]
fn rfc5491_5_2_1_points_of_two_and_three_dimensions_are_read() {
    for (frame, pos) in [(FLAT, "-34.407 150.883"), (HIGH, "-34.407 150.883 24.8")] {
        let place = place(&format!("<gml:Point {frame}><gml:pos>{pos}</gml:pos></gml:Point>"));
        assert_eq!(place.to_string(), "geo:-34.40700,150.88300", "{pos}");
    }
}

/// Six corners, the first again at the end, counter-clockwise; remarks between them are no coordinates.
#[test]
fn rfc5491_5_2_2_a_polygon_is_read() {
    let corners = "42.556844 -73.248157 36.6 42.549631 -73.237283 36.6 <!-- B --> 42.539087 -73.240328 36.6
                   42.535756 -73.254242 36.6 42.542969 -73.265115 36.6 42.553513 -73.262075 36.6
                   42.556844 -73.248157 36.6";
    let place = place(&format!(
        "<gml:Polygon {HIGH}><gml:exterior><gml:LinearRing><gml:posList>{corners}</gml:posList></gml:LinearRing>\
         </gml:exterior></gml:Polygon>"
    ));
    let shape = place.shape.unwrap();
    assert_eq!((shape.points.len(), shape.points[4]), (7, (42.542_969, -73.265_115)));
}

#[test]
fn rfc5491_5_2_3_a_circle_is_read() {
    let place = place(&format!(
        "<gs:Circle {FLAT}><gml:pos>42.5463 -73.2512</gml:pos><gs:radius {METRES}>\n 850.24\n</gs:radius></gs:Circle>"
    ));
    let shape = place.shape.unwrap();
    assert_eq!((shape.kind, shape.points[0], shape.radius), ("Circle", (42.5463, -73.2512), Some(850.24)));
}

#[test]
fn rfc5491_5_2_5_an_arc_band_is_read() {
    let degrees = "uom=\"urn:ogc:def:uom:EPSG::9102\"";
    let place = place(&format!(
        "<gs:ArcBand {FLAT}><gml:pos>42.5463 -73.2512</gml:pos><gs:innerRadius {METRES}>1661.55</gs:innerRadius>\
         <gs:outerRadius {METRES}>2215.4</gs:outerRadius><gs:startAngle {degrees}>266</gs:startAngle>\
         <gs:openingAngle {degrees}>120</gs:openingAngle></gs:ArcBand>"
    ));
    let shape = place.shape.unwrap();
    assert_eq!((shape.kind, shape.points), ("ArcBand", vec![(42.5463, -73.2512)]));
}

/// Where the device is, and where the person is: two places, the shape of the first in a `location` of its own.
#[test]
fn rfc6442_5_a_point_of_the_device_and_an_address_of_the_person_are_read_in_their_order() {
    let rules = "<gp:usage-rules><gbp:retransmission-allowed>false</gbp:retransmission-allowed>\
                 <gbp:retention-expiry>2010-11-14T20:00:00Z\n</gbp:retention-expiry></gp:usage-rules>";
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" \
         xmlns:gp=\"urn:ietf:params:xml:ns:pidf:geopriv10\" \
         xmlns:gbp=\"urn:ietf:params:xml:ns:pidf:geopriv10:basicPolicy\" \
         xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" \
         xmlns:cl=\"urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr\" xmlns:gml=\"http://www.opengis.net/gml\" \
         entity=\"pres:alice@atlanta.example.com\"><dm:device id=\"target123-1\"><gp:geopriv><gp:location-info>\
         <gml:location><gml:Point {FLAT}><gml:pos>32.86726 -97.16054</gml:pos></gml:Point></gml:location>\
         </gp:location-info>{rules}<gp:method>802.11</gp:method></gp:geopriv><dm:deviceID>mac:1234567890ab</dm:deviceID>\
         <dm:timestamp>2010-11-04T20:57:29Z</dm:timestamp></dm:device><dm:person id=\"target123\"><gp:geopriv>\
         <gp:location-info><cl:civicAddress><cl:country>US</cl:country><cl:A1>Texas</cl:A1><cl:A3>Colleyville</cl:A3>\
         <cl:RD>Treemont</cl:RD><cl:STS>Circle</cl:STS><cl:HNO>3913</cl:HNO><cl:FLR>1</cl:FLR><cl:NAM>Haley's Place</cl:NAM>\
         <cl:PC>76034</cl:PC></cl:civicAddress></gp:location-info>{rules}<gp:method>triangulation</gp:method></gp:geopriv>\
         <dm:timestamp>2010-11-04T12:28:04Z</dm:timestamp></dm:person></presence>"
    );
    let read = Geolocation::parse(document.as_bytes()).unwrap();
    let lines: Vec<String> = read.places.iter().map(ToString::to_string).collect();
    let home = "country US, A1 Texas, A3 Colleyville, RD Treemont, STS Circle, HNO 3913, FLR 1, NAM Haley's Place, PC 76034";
    assert_eq!(
        (read.entity.as_str(), lines),
        ("pres:alice@atlanta.example.com", vec!["geo:32.86726,-97.16054".to_owned(), home.to_owned()])
    );
    assert!(read.until.is_some());
}

/// RFC 5774 registers Austria: blocks, stairways and doors stand in one house number, which stays as it is written.
#[test]
fn rfc5774_a_house_number_of_many_parts_stays_whole() {
    for number in ["1-3", "13;A;2;9", "vor 1 - 1A", "Block 2/Stiege 3/Tür 14"] {
        let address = format!(
            "<ca:civicAddress xml:lang=\"de-AT\"><ca:country>AT</ca:country><ca:A1>Wien</ca:A1><ca:A3>Wien</ca:A3>\
             <ca:RD>Beispielgasse</ca:RD><ca:HNO>{number}</ca:HNO><ca:PC>1090</ca:PC></ca:civicAddress>"
        );
        assert_eq!(place(&address).part("HNO"), Some(number));
    }
}
