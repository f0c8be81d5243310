//! From a Request-URI or a dialled text to its digits, or to the name of a service.

/// What a target says.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Target {
    /// A number: digits, `*`, `#`, and `+` in front only.
    Digits(String),
    /// A service by its name, in lower case, `sos.police`.
    Service(String),
    /// Anything else, a login for instance. A letter makes a name: no telephone number has one.
    Name,
}

/// Signs read of a target; whatever matters stands in front.
const MOST: usize = 64;

pub(super) fn target(text: &str) -> Target {
    let text = text.trim();
    if let Some(name) = without_scheme(text, "urn:service:") {
        return Target::Service(name.chars().take(MOST).collect::<String>().to_ascii_lowercase());
    }
    let number = if let Some(rest) = without_scheme(text, "sip:").or_else(|| without_scheme(text, "sips:")) {
        match user(rest) {
            Some(user) => user,
            None => return Target::Name,
        }
    } else {
        // Some phones put a host behind a `tel:` number too.
        without_scheme(text, "tel:").unwrap_or(text).split('@').next().unwrap_or_default()
    };
    digits(number.split(';').next().unwrap_or_default())
}

/// The user part (RFC 3261 19.1.1). A phone that forgets the host writes the number in its place; a host of digits
/// alone is such a number, one with dots is not.
fn user(rest: &str) -> Option<&str> {
    match rest.rsplit_once('@') {
        Some((user, _)) => user.split(':').next(),
        None => {
            let host = rest.split([';', '?']).next()?;
            host.bytes().all(|b| b.is_ascii_digit()).then_some(host)
        }
    }
}

fn without_scheme<'t>(text: &'t str, scheme: &str) -> Option<&'t str> {
    let front = text.get(..scheme.len())?;
    front.eq_ignore_ascii_case(scheme).then(|| text.get(scheme.len()..))?
}

fn digits(text: &str) -> Target {
    let mut digits = String::with_capacity(MOST);
    for sign in unescaped(text).chars() {
        match sign {
            '0'..='9' | '*' | '#' => digits.push(sign),
            '+' if digits.is_empty() => digits.push(sign),
            _ if is_separator(sign) => {}
            _ => return Target::Name,
        }
    }
    Target::Digits(digits)
}

/// Percent signs resolved (RFC 3261 19.1.2). A broken escape stays as it is and so makes a name.
fn unescaped(text: &str) -> String {
    let mut bytes = text.bytes().take(MOST * 3);
    let mut plain = Vec::with_capacity(MOST);
    while let Some(byte) = bytes.next() {
        if plain.len() == MOST {
            break;
        }
        let escape = (byte == b'%').then(|| {
            let mut two = bytes.clone();
            let high = char::from(two.next()?).to_digit(16)?;
            let low = char::from(two.next()?).to_digit(16)?;
            u8::try_from(high * 16 + low).ok()
        });
        match escape.flatten() {
            Some(decoded) => {
                plain.push(decoded);
                bytes.nth(1);
            }
            None => plain.push(byte),
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// What makes a number readable (RFC 3966 5.1.1), and the invisible marks that come with copied ones.
fn is_separator(sign: char) -> bool {
    sign.is_whitespace()
        || matches!(sign, '-' | '.' | '(' | ')' | '/')
        || matches!(sign, '\u{2010}'..='\u{2015}' | '\u{2212}')
        || matches!(sign, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
