#![no_main]

mod clock;

libfuzzer_sys::fuzz_target!(|input: &[u8]| clock::swiftly(1, fuzz::stun, input));
