//! One cell, several numbers.

/// The numbers of a cell, each written out: `030 5550-10/-11` are `030 5550-10` and `030 5550-11`.
pub(super) fn split(written: &str) -> Vec<String> {
    let mut numbers: Vec<String> = Vec::new();
    for part in parts(written) {
        let tail = part.trim().trim_start_matches('-');
        let dashed = part.trim().starts_with('-');
        let whole = match numbers.last().and_then(|before| before.rsplit_once('-')) {
            Some((front, _)) if dashed && is_short(tail) => format!("{front}-{tail}"),
            _ => part.trim().to_owned(),
        };
        numbers.push(whole);
    }
    numbers
}

/// Cuts at commas, semicolons (except in a `tel:` address, where parameters follow them), words for "or", and at a slash that another direct line follows. A slash after an area code cuts nothing.
fn parts(written: &str) -> Vec<String> {
    let text = written.replace(" oder ", ",").replace(" or ", ",").replace(" u. ", ",").replace(" und ", ",");
    let address = written.trim_start().get(..4).is_some_and(|front| front.eq_ignore_ascii_case("tel:"));
    let mut parts = vec![String::new()];
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        let cut = matches!(c, ',' | '\n' | '|')
            || (c == ';' && !address)
            || (c == '/' && rest.trim_start().starts_with('-'));
        match parts.last_mut() {
            Some(part) if !cut => part.push(c),
            _ => parts.push(String::new()),
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// A direct line: one to five digits.
fn is_short(tail: &str) -> bool {
    (1..=5).contains(&tail.len()) && tail.bytes().all(|b| b.is_ascii_digit())
}
