//! When a list has ended. Servers may hold back entries beyond a limit of their own, so a short page is not the end: only
//! an empty page, the stated total, or a page that says again what the page before said is.

use serde_json::Value;

/// Longest cursor followed, bytes.
const LONGEST: usize = 1024;

/// What to do after a page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Turn {
    /// Ask for what follows this many more entries.
    On(usize),
    /// Ask for what this cursor leads to.
    Follow(String),
    /// That was all.
    Last,
    /// This is no page, or the list cannot be turned and has more than it shows.
    Lost,
}

/// Judges the page at `offset`, asked for with `limit`, knowing the page before it, of which it shows the last `overlap`
/// entries again.
pub(crate) fn turn(
    page: &Value,
    before: Option<&Value>,
    offset: usize,
    limit: usize,
    overlap: usize,
) -> Turn {
    let Some(items) = items(page) else { return Turn::Lost };
    if let Some(next) = cursor(page) {
        return if before.and_then(cursor) == Some(next) {
            Turn::Lost
        } else {
            Turn::Follow(next.to_owned())
        };
    }
    if before.and_then(cursor).is_some() {
        return Turn::Last;
    }
    let total = page.get("totalCount").and_then(Value::as_u64).and_then(|total| usize::try_from(total).ok());
    if items.len() <= overlap {
        return Turn::Last;
    }
    if before == Some(page) {
        // The server does not know about pages, which is fine as long as it shows everything.
        let everything = items.len() < limit && total.is_none_or(|total| total <= items.len());
        return if everything { Turn::Last } else { Turn::Lost };
    }
    if total.is_some_and(|total| total <= offset + items.len()) { Turn::Last } else { Turn::On(items.len()) }
}

/// Whether a page begins with what the page before it ended with. A server that knows no pages shows the same one again.
pub(crate) fn follows(page: &Value, before: &Value) -> bool {
    let last = items(before).and_then(|items| items.last()).map(id);
    let first = items(page).and_then(|items| items.first()).map(id);
    page == before || (first.is_some() && first == last)
}

fn items(page: &Value) -> Option<&Vec<Value>> {
    page.as_array().or_else(|| page.get("items")?.as_array())
}

/// What an entry goes by, whatever else of it changes.
fn id(entry: &Value) -> &Value {
    ["id", "e164Number"].iter().find_map(|name| entry.get(name)).unwrap_or(entry)
}

/// Where a list goes on that is read by cursors (contacts, in 2026), in the words clients were seen to look for.
fn cursor(page: &Value) -> Option<&str> {
    let within = page.get("pagination").unwrap_or(page);
    let mut words = ["nextCursor", "cursor"].iter().filter_map(|name| within.get(name)?.as_str());
    words.next().filter(|cursor| !cursor.is_empty() && cursor.len() <= LONGEST)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Turn, follows, turn};

    #[test]
    fn a_list_ends_with_an_empty_page_or_its_total() {
        let page = |ids: &[u32]| json!({ "items": ids });
        assert_eq!(turn(&page(&[1, 2]), None, 0, 100, 0), Turn::On(2));
        assert_eq!(turn(&page(&[]), Some(&page(&[1, 2])), 2, 100, 0), Turn::Last);
        assert_eq!(turn(&json!([]), None, 0, 100, 0), Turn::Last);
        let counted = json!({"items": [1, 2], "totalCount": 4});
        assert_eq!(turn(&counted, None, 0, 2, 0), Turn::On(2));
        assert_eq!(turn(&counted, None, 2, 2, 0), Turn::Last);
    }

    #[test]
    fn a_page_that_shows_nothing_but_the_entry_before_it_ends_the_list() {
        let before = json!([{"id": "1"}, {"id": "2"}]);
        let last = json!([{"id": "2", "alias": "renamed meanwhile"}]);
        assert!(follows(&last, &before) && follows(&before, &before));
        assert_eq!(turn(&last, Some(&before), 1, 2, 1), Turn::Last);
        assert_eq!(turn(&json!([{"id": "2"}, {"id": "3"}]), Some(&before), 1, 2, 1), Turn::On(2));
        for moved in [json!([{"id": "3"}]), json!([]), Value::Null] {
            assert!(!follows(&moved, &before), "{moved}");
        }
    }

    #[test]
    fn a_server_that_knows_no_pages_is_believed_only_when_it_shows_everything() {
        let all = json!([1, 2, 3]);
        assert_eq!(turn(&all, Some(&all), 3, 100, 0), Turn::Last);
        assert_eq!(turn(&all, Some(&all), 3, 3, 0), Turn::Lost);
        let more = json!({"items": [1], "totalCount": 9});
        assert_eq!(turn(&more, Some(&more), 1, 100, 0), Turn::Lost);
    }

    #[test]
    fn a_list_of_cursors_is_followed_to_the_page_without_one_and_never_in_a_circle() {
        let page = |next: Value| json!({"items": [1, 2], "pagination": {"nextCursor": next}});
        assert_eq!(turn(&page(json!("a=")), None, 0, 2, 0), Turn::Follow("a=".to_owned()));
        assert_eq!(turn(&page(json!("b")), Some(&page(json!("a="))), 0, 2, 0), Turn::Follow("b".to_owned()));
        assert_eq!(turn(&page(json!(null)), Some(&page(json!("b"))), 0, 2, 0), Turn::Last);
        assert_eq!(turn(&page(json!("b")), Some(&page(json!("b"))), 0, 2, 0), Turn::Lost);
        assert_eq!(
            turn(&json!({"items": [1], "nextCursor": "c"}), None, 0, 1, 0),
            Turn::Follow("c".to_owned())
        );
    }

    #[test]
    fn what_is_no_list_is_no_page() {
        for odd in [json!({}), json!("x"), json!({"items": 1}), Value::Null] {
            assert_eq!(turn(&odd, None, 0, 100, 0), Turn::Lost);
        }
    }
}
