//! Why something did not happen, for whoever asked.

use media::clip::ClipRefused;
use web::MessageRefused;
use web::view::Sentence;

use super::folder::GreetingRefused;

pub(super) fn ending() -> MessageRefused {
    not("Die Box fährt gerade herunter.", "The box is shutting down.")
}

pub(super) fn disk() -> MessageRefused {
    not("Die Festplatte der Box nimmt das nicht an.", "The box's disk does not take this.")
}

/// Why a file does not become a greeting, and what to do.
pub(super) fn greeting(refused: &GreetingRefused) -> MessageRefused {
    match refused {
        GreetingRefused::Clip(ClipRefused::NotWave) => not(
            "Das ist keine ganze WAV-Datei. Bitte als WAV speichern, nicht als MP3.",
            "This is no whole WAV file. Please save it as WAV, not as MP3.",
        ),
        GreetingRefused::Clip(ClipRefused::Kind) => not(
            "Die Ansage muss einen Kanal (mono), 16 Bit und 8000 oder 16000 Abtastungen je Sekunde haben.",
            "The greeting must have one channel (mono), 16 bits and 8000 or 16000 samples a second.",
        ),
        GreetingRefused::Clip(ClipRefused::Empty) => {
            not("In der Datei ist nichts zu hören.", "There is no sound in the file.")
        }
        GreetingRefused::Clip(ClipRefused::TooLong) | GreetingRefused::TooLong => {
            not("Die Ansage ist länger als eine Minute.", "The greeting is longer than a minute.")
        }
        GreetingRefused::Disk(_) => disk(),
    }
}

fn not(de: &'static str, en: &'static str) -> MessageRefused {
    MessageRefused::Not(Sentence::new(de, en))
}
