//! E7: the address of a place, and places that form no house.

use account::AddressId;

use super::{Civic, CloudAddress, CloudState, Location, LocationId, LocationKind, Places, PlacesRefused};

fn place(id: u32, parent: Option<u32>, kind: LocationKind) -> Location {
    let parent = parent.map(LocationId);
    Location { id: LocationId(id), parent, kind, name: String::new(), cloud: None, civic: Civic::default() }
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
