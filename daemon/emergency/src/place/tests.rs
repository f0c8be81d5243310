//! E7: the address of a place, and places that form no house.

use account::AddressId;

use super::{Civic, CloudAddress, CloudState, Location, LocationId, LocationKind, Places, PlacesRefused};

fn place(id: u32, parent: Option<u32>, kind: LocationKind) -> Location {
    let parent = parent.map(LocationId);
    Location {
        id: LocationId(id),
        parent,
        kind,
        name: String::new(),
        cloud: None,
        civic: Civic::default(),
        coordinates: None,
    }
}

fn cloud(id: &str, state: CloudState) -> Option<CloudAddress> {
    Some(CloudAddress { id: AddressId::new(id), state })
}

#[test]
fn a_room_inherits_street_and_verified_address_from_around() {
    let mut site = place(1, None, LocationKind::Site);
    site.civic = Civic { street: Some("Beispielufer".into()), floor: Some("0".into()), ..Civic::default() };
    site.cloud = cloud("88", CloudState::Verified);
    let mut building = place(2, Some(1), LocationKind::Building);
    building.cloud = cloud("89", CloudState::Pending);
    let mut room = place(3, Some(2), LocationKind::Room);
    room.civic = Civic { floor: Some("2".into()), room: Some("2.17".into()), ..Civic::default() };
    let places = Places::new(vec![room, building, site]).unwrap();
    let civic = places.civic(LocationId(3));
    assert_eq!(civic.street.as_deref(), Some("Beispielufer"));
    assert_eq!((civic.floor.as_deref(), civic.room.as_deref()), (Some("2"), Some("2.17")));
    assert_eq!(places.site(LocationId(3)), Some(LocationId(1)));
    assert_eq!(places.cloud_address(LocationId(3)).unwrap().id.as_str(), "88", "not the one being checked");
    assert_eq!(places.at_address(&AddressId::new("89")), Some(LocationId(2)));
}

#[test]
fn places_that_form_no_house_are_refused_by_number() {
    use LocationKind::{Building, Room, Site};
    let mut street = place(2, Some(1), Room);
    street.civic.street = Some("Beispielufer".into());
    let rows = [
        (vec![place(1, None, Site), place(1, None, Site)], PlacesRefused::Twice(LocationId(1))),
        (vec![place(1, None, Building)], PlacesRefused::Nowhere(LocationId(1))),
        (vec![place(2, Some(1), Room)], PlacesRefused::Nowhere(LocationId(2))),
        (vec![place(1, None, Site), place(2, Some(1), Site)], PlacesRefused::NotFiner(LocationId(2))),
        (vec![place(1, Some(1), Room)], PlacesRefused::NotFiner(LocationId(1))),
        (vec![place(1, None, Site), street], PlacesRefused::Street(LocationId(2))),
    ];
    for (all, why) in rows {
        assert_eq!(Places::new(all).unwrap_err(), why);
    }
}

fn at(id: u32, parent: Option<u32>, kind: LocationKind, coordinates: &str) -> Location {
    let coordinates = (!coordinates.is_empty()).then(|| coordinates.parse().unwrap());
    Location { coordinates, ..place(id, parent, kind) }
}

#[test]
fn v06_coordinates_come_from_no_further_than_the_street_does() {
    use LocationKind::{Building, Room, Site};
    let street = |place: Location| {
        let civic = Civic { street: Some("Beispielufer".into()), ..Civic::default() };
        Location { civic, ..place }
    };
    let places = Places::new(vec![
        street(at(1, None, Site, "51.22172, 6.77616, 60")),
        place(2, Some(1), Building),
        at(3, Some(2), Room, "51.2218, 6.7763"),
        place(4, Some(2), Room),
        street(place(5, Some(1), Building)),
        place(6, Some(5), Room),
    ]);
    let places = places.unwrap();
    let told = |id| places.coordinates(LocationId(id)).map(|one| one.to_string());
    let site = Some("51.221720, 6.776160, 60".to_owned());
    assert_eq!((told(1), told(2), told(4)), (site.clone(), site.clone(), site));
    assert_eq!(told(3).as_deref(), Some("51.221800, 6.776300"), "its own");
    assert_eq!((told(5), told(6)), (None, None), "the building has another address than the site");
}

#[test]
fn v05_v06_coordinates_that_contradict_the_address_are_refused() {
    use LocationKind::{Room, Site};
    let german = |coordinates: &str| {
        let civic = Civic { country: Some("DE".into()), ..Civic::default() };
        Location { civic, ..at(1, None, Site, coordinates) }
    };
    let room = |coordinates: &str| at(2, Some(1), Room, coordinates);
    for (all, why) in [
        (vec![german("6.77616, 51.22172")], Some(PlacesRefused::NotGerman(LocationId(1)))),
        (vec![german(""), room("48.2, 16.37")], Some(PlacesRefused::NotGerman(LocationId(2)))),
        (vec![german("51.22, 6.77"), room("50.94, 6.95")], Some(PlacesRefused::FarAway(LocationId(2)))),
        (vec![german("51.22, 6.77"), room("51.221, 6.771")], None),
        (vec![at(1, None, Site, "48.2, 16.37")], None),
    ] {
        assert_eq!(Places::new(all).err(), why);
    }
}
