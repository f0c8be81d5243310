//! Anna puts Ben on hold: he hears what the office plays, and her again when she takes him back.

use tests::{Capture, Gatehouse, Place, PracticeCloud, phone::Setup, tone, tone::TONES};

const ANNA: u32 = TONES[0];
const BEN: u32 = TONES[2];
const MUSIC: u32 = TONES[3];
/// From one mouth: 20 ms each.
const VOICE_PACKETS_A_SECOND: u64 = 50;

/// Seconds in which each tone passed on its way out of the box, in any one stream.
fn heard(house: &Gatehouse, seconds: u64, tones: [u32; 2]) -> [f64; 2] {
    let wire = Capture::start(&Place::Here, "lo", &format!("udp and src host {}", house.address()));
    wire.carries(seconds * VOICE_PACKETS_A_SECOND);
    let wire = wire.stop();
    wire.is_well_formed();
    let voices = wire.voices();
    tones.map(|tone| voices.iter().map(|voice| tone::listen(voice, tone).seconds).fold(0.0, f64::max))
}

#[test]
fn a_file_of_the_office_is_played_to_who_waits() {
    let cloud = PracticeCloud::office();
    let mut house = Gatehouse::new();
    house.mirrors(&cloud.api);
    tone::write_wav(&house.data().join("music.wav"), &tone::sine(MUSIC, 3));
    *house.config() = house.config().replace("[media]\n", "[media]\nhold_music = \"music.wav\"\n");
    house.power_on();
    house.knows_the_account();
    let desk = |name, extension, voice| {
        let mut phone = Setup::new(name, house.sip()).login(cloud.phone(extension)).voice(voice).start();
        phone.registered();
        phone
    };
    let (mut anna, mut ben) = (desk("anna", "102", ANNA), desk("ben", "103", BEN));
    anna.dial("103");
    ben.rings();
    ben.answers();
    anna.talks();
    ben.talks();
    anna.hears(BEN, 1.0);
    anna.holds();
    ben.happens("CALL_REMOTE_SDP");
    let [music, _] = heard(&house, 4, [MUSIC, ANNA]);
    assert!(music > 3.0, "{music} s of music, without a gap where the file begins again");
    anna.resumes();
    ben.happens("CALL_REMOTE_SDP");
    let [music, voice] = heard(&house, 4, [MUSIC, ANNA]);
    assert!(music < 0.3 && voice > 1.0, "{music} s of music, {voice} s of Anna");
    anna.hangs_up();
    ben.call_ends();
}
