//! How the box is doing, written down for the page every few minutes: only this program may ask disks.

use std::process::ExitCode;

use crate::place::{Place, keep};

/// The file, gone when the power is; the telephone system finds it below `/var/lib/appliance/now`.
const FILE: &str = "condition.json";

/// Looks once.
pub(crate) fn write_down(place: &Place) -> ExitCode {
    let seen = board::look(&place.at(""));
    let written = serde_json::to_vec(&seen).map_err(std::io::Error::other);
    match written.and_then(|text| keep(&place.seen().join(FILE), &text)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use board::Condition;

    use super::{FILE, write_down};
    use crate::bench::Bench;

    #[test]
    fn the_page_finds_what_was_seen_of_the_box() {
        let bench = Bench::new("1.0.0");
        let device = bench.place().at("sys/block/mmcblk0/device");
        fs::create_dir_all(&device).unwrap();
        fs::write(device.join("life_time"), "0x0a 0x01\n").unwrap();
        let _ = write_down(bench.place());
        let text = fs::read(bench.place().seen().join(FILE)).unwrap();
        let seen: Condition = serde_json::from_slice(&text).unwrap();
        assert_eq!(seen.disks[0].says.as_ref().unwrap().used, Some(90));
        assert!(seen.memory.total > 0);
    }
}
