//! Somebody dials 112 while no line leads anywhere: his phone plays what the box says, and it is that a mobile phone is to be used.

use media::clip;
use serde_json::json;
use tests::{Gatehouse, PracticeCloud, phone::Setup, until};

/// Samples that are compared: half a second of voice.
const PIECE: usize = 4_000;

#[test]
fn e09_whoever_dials_112_without_a_line_hears_that_he_must_take_a_mobile_phone() {
    let cloud = PracticeCloud::office();
    let house = Gatehouse::beside(&cloud);
    until("every line up", || house.has_lines_up(8).then_some(()));
    let mut anna = Setup::new("anna", house.sip()).login(cloud.phone("102")).start();
    anna.registered();
    cloud.habit("sip", &json!("unavailable"));
    anna.dial("112");
    anna.happens("CALL_PROGRESS");
    let said = clip::no_help();
    let (german, english) = (said.len() / 4, said.len() * 3 / 4);
    for (language, from) in [("German", german), ("English", english)] {
        until(&format!("{language} to be heard"), || {
            let heard = anna.recordings().pop()?;
            contains(&heard, &said[from..from + PIECE]).then_some(())
        });
    }
    anna.hangs_up();
    anna.call_ends();
}

/// Whether this was heard, at any moment.
fn contains(heard: &[i16], piece: &[i16]) -> bool {
    let product = |one: &[i16], other: &[i16]| -> f64 {
        one.iter().zip(other).map(|(one, other)| f64::from(*one) * f64::from(*other)).sum()
    };
    let loud = product(piece, piece);
    heard.windows(piece.len()).any(|window| {
        // Where it begins with the same few samples, all of them are compared.
        let begins = window.iter().zip(piece).take(20).all(|(one, other)| one.abs_diff(*other) < 512);
        begins && product(window, piece) > 0.95 * (loud * product(window, window)).sqrt()
    })
}
