#![no_main]

mod clock;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    // Two bytes are one message, order or pause.
    let steps = u32::try_from(input.len() / 2 + 1).unwrap_or(u32::MAX);
    clock::swiftly(steps, fuzz::transactions, input);
});
