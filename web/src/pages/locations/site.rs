//! The site that help is sent to when nothing else is known, for those who set the box up.

use serde_json::json;

use super::known::{Known, ask};
use super::refusal;
use crate::parts::Note;
use crate::places::{LocationsAsk, LocationsRefused};
use crate::routes::App;
use crate::words::Lang;

/// What setting up needs to know of places.
pub(crate) struct Sites {
    /// Number, name and whether the account has an address for it.
    pub(crate) sites: Vec<(u32, String, bool)>,
    /// The one that is assumed where nothing is known.
    pub(crate) assumed: Option<u32>,
    /// Calls to 110 and 112 leave the house.
    pub(crate) commissioned: bool,
    /// Each phone, where help would come to, and over which number.
    pub(crate) phones: Vec<(String, Option<String>, Option<String>)>,
}

impl Sites {
    /// Name of the site that is assumed.
    pub(crate) fn assumed_name(&self) -> Option<&str> {
        let site = self.sites.iter().find(|(id, _, _)| Some(*id) == self.assumed)?;
        Some(&site.1)
    }
}

pub(crate) async fn sites(app: &App) -> Result<Sites, LocationsRefused> {
    let known: Known = ask(app, LocationsAsk::All).await?;
    let sites = known.places.into_iter().filter(|place| place.parent.is_none());
    let phones = known.phones.into_iter();
    Ok(Sites {
        sites: sites.map(|place| (place.id, place.path, place.address.is_some())).collect(),
        assumed: known.default,
        commissioned: known.commissioned,
        phones: phones
            .map(|phone| (phone.alias, phone.address.or(phone.place_name), phone.number.or(phone.line)))
            .collect(),
    })
}

/// Makes this site the one that is assumed; what is so already is left alone.
pub(crate) async fn assume(app: &App, t: Lang, place: u32, who: String) -> Result<(), Note> {
    let wrong = |why| refusal(t, &why);
    let known: Known = ask(app, LocationsAsk::All).await.map_err(wrong)?;
    if known.default == Some(place) {
        return Ok(());
    }
    let change = json!({ "act": "default", "place": place });
    let ask = LocationsAsk::Change { revision: known.revision, change, who };
    app.commands.places(ask).await.map(drop).map_err(wrong)
}
