#![no_main]

mod clock;

/// A stream is as many messages as it has empty lines, and is read twice.
fn messages(stream: &[u8]) -> u32 {
    let ends = stream.windows(4).filter(|end| end == b"\r\n\r\n").count();
    u32::try_from(2 * (ends + 1)).unwrap_or(u32::MAX)
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| clock::swiftly(messages(input), fuzz::framing, input));
