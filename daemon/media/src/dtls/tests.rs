//! Another end of the same library stands for the browser; a real one does in the journeys.

use super::*;
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile as Profile;
use std::time::Duration;

#[expect(clippy::disallowed_methods, reason = "a test has to begin somewhere")]
fn start() -> Instant {
    Instant::now()
}

struct Browser {
    endpoint: Endpoint,
    fingerprint: Fingerprint,
}

impl Browser {
    fn new(profiles: &[Profile]) -> Self {
        let provider = Arc::new(RingProvider::new());
        let certificate =
            Certificate::generate_self_signed(vec!["browser".to_owned()], provider.crypto()).unwrap();
        let fingerprint = Fingerprint::of(&certificate.certificate[0]).unwrap();
        let config = ConfigBuilder::default()
            .with_crypto_provider(provider)
            .with_certificates(vec![certificate])
            .with_insecure_skip_verify(true)
            .with_srtp_protection_profiles(profiles.to_vec())
            .build(true, None)
            .unwrap();
        let mut endpoint = Endpoint::new(NOWHERE, TransportProtocol::UDP, None);
        endpoint.connect(start(), NOWHERE, Arc::new(config), None).unwrap();
        Self { endpoint, fingerprint }
    }

    fn certificate_of_the_box(&self) -> Fingerprint {
        let state = self.endpoint.get_connection_state(NOWHERE).unwrap();
        Fingerprint::of(&state.peer_certificates[0]).unwrap()
    }

    /// What it has agreed on, seen from the box.
    fn keys(&self) -> Keys {
        let state = self.endpoint.get_connection_state(NOWHERE).unwrap();
        keys(state, self.certificate_of_the_box()).unwrap()
    }
}

/// Both talk until neither has anything to say; the datagrams in `lost`, counted over both, do not arrive.
fn talk(
    browser: &mut Browser,
    house: &mut Association,
    lost: &[usize],
) -> Result<Option<Keys>, AgreementFailed> {
    let (mut now, mut count, mut agreed) = (start(), 0, None);
    let mut arrives = || {
        count += 1;
        !lost.contains(&count)
    };
    for _ in 0..12 {
        while let Some(said) = browser.endpoint.poll_transmit() {
            if arrives()
                && let Some(keys) = house.hear(now, &said.message)?
            {
                assert!(agreed.replace(keys).is_none(), "keys come once");
            }
        }
        while let Some(said) = house.say() {
            if arrives() {
                browser.endpoint.read(now, NOWHERE, None, said).map_err(|_| AgreementFailed)?;
            }
        }
        now += Duration::from_secs(1);
        house.repeat(now)?;
        browser.endpoint.handle_timeout(NOWHERE, now).map_err(|_| AgreementFailed)?;
    }
    Ok(agreed)
}

#[test]
fn both_end_up_with_the_same_keys_in_every_profile() {
    let identity = Identity::new().unwrap();
    for (profile, suite) in PROFILES {
        let mut browser = Browser::new(&[profile]);
        let mut house = Association::awaits(browser.fingerprint, &identity);
        let keys = talk(&mut browser, &mut house, &[]).unwrap().expect("keys");
        assert_eq!((keys.ours.suite(), &keys), (suite, &browser.keys()));
        assert_eq!(browser.certificate_of_the_box(), identity.fingerprint());
        assert_ne!(keys.ours, keys.theirs);
    }
}

#[test]
fn what_is_lost_is_said_again() {
    let identity = Identity::new().unwrap();
    for lost in [&[2][..], &[4], &[2, 4, 6]] {
        let mut browser = Browser::new(&[Profile::Srtp_Aead_Aes_128_Gcm]);
        let mut house = Association::awaits(browser.fingerprint, &identity);
        let keys = talk(&mut browser, &mut house, lost).unwrap().expect("keys");
        assert_eq!(keys, browser.keys(), "{lost:?}");
    }
}

#[test]
fn somebody_else_agrees_on_nothing() {
    let identity = Identity::new().unwrap();
    let [mut other, expected] = [(); 2].map(|()| Browser::new(&[Profile::Srtp_Aead_Aes_128_Gcm]));
    let mut house = Association::awaits(expected.fingerprint, &identity);
    assert_eq!(talk(&mut other, &mut house, &[]), Err(AgreementFailed));
}

#[test]
fn no_profile_in_common_means_no_keys() {
    let mut browser = Browser::new(&[Profile::Srtp_Aes128_Cm_Hmac_Sha1_32]);
    let mut house = Association::awaits(browser.fingerprint, &Identity::new().unwrap());
    assert!(!matches!(talk(&mut browser, &mut house, &[]), Ok(Some(_))));
}

#[test]
fn garbage_agrees_on_nothing_and_breaks_nothing() {
    let mut house = Association::awaits(Fingerprint([0; 32]), &Identity::new().unwrap());
    for seed in 0..2_000u32 {
        let mixed = seed.wrapping_mul(2_654_435_761);
        let noise: Vec<u8> = (0..seed % 90).map(|place| mixed.rotate_left(place).to_be_bytes()[0]).collect();
        let length = u8::try_from(noise.len()).unwrap();
        let framed = [&[22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, length][..], &noise].concat();
        for bytes in [noise, framed] {
            assert!(!matches!(house.hear(start(), &bytes), Ok(Some(_))));
        }
    }
}

#[test]
fn a_fingerprint_is_read_as_it_is_written() {
    let text = Identity::new().unwrap().fingerprint().to_string();
    assert_eq!(Fingerprint::parse(&text).map(|print| print.to_string()), Some(text.clone()));
    assert_eq!(Fingerprint::parse(&text.to_lowercase()).map(|print| print.to_string()), Some(text.clone()));
    for wrong in [
        "",
        "sha-256",
        "sha-1 4A:AD",
        &text.replace("sha-256 ", "sha-256 4A:"),
        &format!("{text}:00"),
        &text.replace(':', ""),
    ] {
        assert_eq!(Fingerprint::parse(wrong), None, "{wrong}");
    }
}
