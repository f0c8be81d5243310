//! How the box itself is doing, as far as the programs around the daemon have written it down: they may ask disks, the daemon may not.
//!
//! ```text
//!   appliance condition ──> ../appliance/now/condition.json ──> repairs, doctor, metrics, page
//!   appliance serial    ──> ../appliance/now/serial.json ─────> page
//! ```

mod words;

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use board::Condition;
use board::disk::Complaint;
use board::serial::Plugged;
use serde::de::DeserializeOwned;
use tokio::task::{JoinHandle, spawn_blocking};
use web::{Gauge, Metrics};

use super::notices::Notices;
use crate::place::Place;
pub(crate) use words::complaint;

/// Less free space than this is too little for a year of call records and two backups; in bytes.
pub(crate) const LITTLE_SPACE: u64 = 256 * 1024 * 1024;
/// A longer file was not written by the box; in bytes.
const LONGEST: u64 = 64 * 1024;
/// How often it is looked.
const ROUND: Duration = Duration::from_secs(60);

/// What the programs around the daemon have written down of the hardware.
#[derive(Clone, Debug)]
pub(crate) struct Hardware {
    data: PathBuf,
    /// Gone when the power is.
    now: PathBuf,
}

impl Hardware {
    /// Of the box whose data are there.
    pub(crate) fn of(place: &Place) -> Self {
        Self::beside(&place.data)
    }

    pub(super) fn beside(data: &Path) -> Self {
        Self { data: data.to_owned(), now: data.parent().unwrap_or(data).join("appliance/now") }
    }

    /// `None` where nobody around the daemon looks.
    pub(crate) fn condition(&self) -> Option<Condition> {
        self.written("condition.json")
    }

    /// For the page.
    pub(super) async fn shown(&self) -> Result<web::Hardware, String> {
        let this = self.clone();
        let look = spawn_blocking(move || {
            let plugged = this.written::<Plugged>("serial.json").unwrap_or_default();
            let (condition, free) = this.look();
            words::shown(&condition, free, plugged)
        });
        look.await.map_err(|fault| fault.to_string())
    }

    fn written<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let mut text = Vec::new();
        File::open(self.now.join(name)).ok()?.take(LONGEST).read_to_end(&mut text).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Keeps repairs and metrics current as long as the box runs.
    pub(super) fn watch(place: &Place, notices: &Notices, metrics: &mut Metrics) -> JoinHandle<()> {
        let (this, notices, gauges) = (Self::of(place), notices.clone(), Gauges::register(metrics));
        tokio::spawn(async move {
            loop {
                this.look_and_tell(&notices, &gauges).await;
                tokio::time::sleep(ROUND).await;
            }
        })
    }

    /// What cannot be looked at says nothing.
    async fn look_and_tell(&self, notices: &Notices, gauges: &Gauges) {
        let look = self.clone();
        if let Ok((condition, free)) = spawn_blocking(move || look.look()).await {
            notices.hardware(&condition, free);
            gauges.copy(&condition, free);
        }
    }

    fn look(&self) -> (Condition, Option<u64>) {
        (self.condition().unwrap_or_default(), board::free_space(&self.data))
    }
}

struct Gauges {
    free: Gauge,
    celsius: Gauge,
    memory: Gauge,
    used: Gauge,
    failing: Gauge,
    disk_celsius: Gauge,
}

impl Gauges {
    fn register(metrics: &mut Metrics) -> Self {
        Self {
            free: metrics.gauge("data_free_bytes", "Free space where the data are; -1: unknown"),
            celsius: metrics
                .gauge("box_temperature_celsius", "Of the warmest part of the box; -1000: unknown"),
            memory: metrics
                .gauge("box_memory_available_bytes", "Memory that programs can still have; -1: unknown"),
            used: metrics.gauge("disk_life_used_percent", "Used life of the most worn disk; -1: unknown"),
            failing: metrics.gauge("disks_failing", "Disks that are about to lose data or take none"),
            disk_celsius: metrics.gauge("disk_temperature_celsius", "Of the warmest disk; -1000: unknown"),
        }
    }

    fn copy(&self, condition: &Condition, free: Option<u64>) {
        let bytes = |bytes: Option<u64>| bytes.map_or(-1, |bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
        let says = || condition.disks.iter().filter_map(|disk| disk.says.as_ref());
        let bad = [Complaint::Failing, Complaint::ReadOnly];
        let failing =
            condition.disks.iter().filter(|disk| disk.complaints().iter().any(|one| bad.contains(one)));
        self.free.set(bytes(free));
        self.memory.set(bytes(Some(condition.memory.available).filter(|_| condition.memory.total > 0)));
        self.celsius.set(condition.celsius.map_or(-1000, i64::from));
        self.used.set(says().filter_map(|says| says.used).max().map_or(-1, i64::from));
        self.disk_celsius.set(says().filter_map(|says| says.celsius).max().map_or(-1000, i64::from));
        self.failing.set(i64::try_from(failing.count()).unwrap_or(i64::MAX));
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use board::Condition;
    use web::Metrics;

    use super::{Gauges, Hardware, LONGEST};

    fn written(text: &str) -> Option<Condition> {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("appliance/now")).unwrap();
        fs::write(folder.path().join("appliance/now/condition.json"), text).unwrap();
        Hardware::beside(&folder.path().join("gatehouse")).condition()
    }

    #[test]
    fn what_the_box_has_written_down_is_read_and_nothing_else() {
        let seen =
            written(r#"{"disks":[{"name":"sda","says":{"used":91}}],"celsius":41,"later":1}"#).unwrap();
        assert_eq!((seen.disks.len(), seen.celsius), (1, Some(41)));
        assert_eq!(written("{garbage"), None);
        assert_eq!(written(&format!("{}{{}}", " ".repeat(usize::try_from(LONGEST).unwrap()))), None);
    }

    #[test]
    fn whoever_watches_sees_the_worst_of_all_disks() {
        let gauges = Gauges::register(&mut Metrics::new("1.2.3"));
        gauges.copy(&Condition::default(), None);
        let unknown = [&gauges.free, &gauges.used, &gauges.memory].map(now);
        assert_eq!((unknown, now(&gauges.celsius)), ([-1; 3], -1000));
        let text = r#"{"disks":[{"name":"sda","says":{"used":12,"celsius":40}},
            {"name":"sdb","says":{"used":93,"celsius":30,"warnings":["failing"]}},{"name":"vda"}],
            "celsius":55,"memory":{"total":100,"available":50}}"#;
        gauges.copy(&written(text).unwrap(), Some(7));
        let seen = [
            &gauges.free,
            &gauges.used,
            &gauges.memory,
            &gauges.celsius,
            &gauges.disk_celsius,
            &gauges.failing,
        ];
        assert_eq!(seen.map(now), [7, 93, 50, 55, 40, 1]);
    }

    fn now(gauge: &web::Gauge) -> i64 {
        gauge.get()
    }
}
