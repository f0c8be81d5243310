//! Direct dial-in as the file says it: `+49305550100 = 102` for one number, `+49305550* = *` for a block whose rest is the extension.

use std::str::FromStr;

use account::{Destination, E164, Extension, Snapshot};

/// Digits of what a block's numbers begin with: a country code and more, and room for an extension (ITU-T E.164 6.1).
const BLOCK: std::ops::RangeInclusive<usize> = 3..=14;

/// One rule.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum DialInRule {
    /// This number rings an extension, or whom another number of the account rings.
    Number(E164, Rings),
    /// A number that begins so, with its plus, rings the extension that follows.
    Block(Box<str>),
}

/// Whom a number rings.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Rings {
    Extension(Extension),
    Number(E164),
}

/// What is wrong with a rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "is no dial-in; write for example \"+49305550100 = 102\", or \"+49305550* = *\" for a block of extensions"
)]
pub(crate) struct NoDialIn;

impl FromStr for DialInRule {
    type Err = NoDialIn;

    fn from_str(text: &str) -> Result<Self, NoDialIn> {
        let (called, rings) = text.split_once('=').ok_or(NoDialIn)?;
        let (called, rings) = (called.trim(), rings.trim());
        if let Some(front) = called.strip_suffix('*') {
            let digits = front.strip_prefix('+').unwrap_or_default();
            let sound = BLOCK.contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit());
            return (sound && !digits.starts_with('0') && rings == "*")
                .then(|| Self::Block(front.into()))
                .ok_or(NoDialIn);
        }
        let extension = rings.parse().map(Rings::Extension).ok();
        let rings = extension.or_else(|| rings.parse().map(Rings::Number).ok()).ok_or(NoDialIn)?;
        Ok(Self::Number(called.parse().map_err(|_| NoDialIn)?, rings))
    }
}

impl DialInRule {
    /// Numbers and whom they ring in this house. Numbers that the account gives to somebody stay theirs.
    pub(crate) fn numbers(&self, house: &Snapshot) -> Vec<(E164, Destination)> {
        let all = match self {
            Self::Number(number, _) => {
                self.target(house).map(|to| (number.clone(), to)).into_iter().collect()
            }
            Self::Block(front) => {
                let of = |extension: &Extension| format!("{front}{}", extension.as_str()).parse().ok();
                let all = house.extensions_known();
                all.filter_map(|(extension, to)| Some((of(extension)?, to.clone()))).collect::<Vec<_>>()
            }
        };
        all.into_iter().filter(|(number, _)| house.destination_of_number(number).is_none()).collect()
    }

    /// The number, when nobody in the house is rung by it.
    pub(crate) fn rings_nobody(&self, house: &Snapshot) -> Option<&E164> {
        match self {
            Self::Number(number, _) if self.target(house).is_none() => Some(number),
            Self::Number(..) | Self::Block(_) => None,
        }
    }

    fn target(&self, house: &Snapshot) -> Option<Destination> {
        match self {
            Self::Number(_, Rings::Extension(extension)) => house.destination(extension).cloned(),
            Self::Number(_, Rings::Number(number)) => house.destination_of_number(number),
            Self::Block(_) => None,
        }
    }

    /// One number counts before its block, and a longer block before a shorter one.
    pub(crate) fn order(&self) -> std::cmp::Reverse<usize> {
        std::cmp::Reverse(match self {
            Self::Number(..) => usize::MAX,
            Self::Block(front) => front.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{DialInRule, NoDialIn, Rings};

    #[test]
    fn a_rule_is_one_number_or_a_block_of_extensions() {
        let rule = |text: &str| text.parse::<DialInRule>();
        let number = |text: &str| text.parse().unwrap();
        let extension = Rings::Extension("102".parse().unwrap());
        assert_eq!(rule("+49305550100 = 102"), Ok(DialInRule::Number(number("+49305550100"), extension)));
        let rings = Rings::Number(number("+4930555010"));
        assert_eq!(rule("+49305550100=+4930555010"), Ok(DialInRule::Number(number("+49305550100"), rings)));
        assert_eq!(rule("+49305550* = *"), Ok(DialInRule::Block("+49305550".into())));
        for wrong in [
            "",
            "+49305550100",
            "030555 = 102",
            "+49305550100 = ",
            "+49305550100 = *",
            "+49305550100 = sip:a@b",
            "+4* = *",
            "+0305550* = *",
            "+49 30* = *",
            "* = *",
            "+49305550* = 102",
        ] {
            assert_eq!(rule(wrong), Err(NoDialIn), "{wrong}");
        }
    }
}
