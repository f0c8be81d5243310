//! The daemon's figures for a monitoring system, as OpenMetrics text with the prefix `gatehouse_`.
//!
//! Labels are `&'static str` on both sides, so a name, a number or an id of the customer cannot become one.

use std::fmt;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

/// Only goes up: `calls.inc()`.
pub type Counter = prometheus_client::metrics::counter::Counter;
/// Goes up and down: `active.set(3)`. Whole base units (seconds, bytes).
pub type Gauge = prometheus_client::metrics::gauge::Gauge;
/// Fixed words only, such as `vec![("method", "invite")]`.
pub type Labels = Vec<(&'static str, &'static str)>;
/// Counters told apart by fixed words: `answers.get_or_create(&labels).inc()`.
pub type Counters = Family<Labels, Counter>;
/// Gauges told apart by fixed words.
pub type Gauges = Family<Labels, Gauge>;

/// Every figure of the daemon. Register at boot, keep the handles, share the rest behind an `Arc`.
pub struct Metrics(Registry);

impl Metrics {
    /// Holds `gatehouse_build_info{version}` and nothing else yet.
    pub fn new(version: &str) -> Self {
        let mut registry = Registry::with_prefix("gatehouse");
        registry.register("build", "The running daemon", Info::new(vec![("version", version.to_owned())]));
        Self(registry)
    }

    /// A new counter; `_total` is added to its name, a full stop to its help.
    pub fn counter(&mut self, name: &str, help: &str) -> Counter {
        let counter = Counter::default();
        self.0.register(name, help, counter.clone());
        counter
    }

    /// New counters told apart by fixed words; `_total` is added to their name.
    pub fn counters(&mut self, name: &str, help: &str) -> Counters {
        let counters = Counters::default();
        self.0.register(name, help, counters.clone());
        counters
    }

    /// A new gauge.
    pub fn gauge(&mut self, name: &str, help: &str) -> Gauge {
        let gauge = Gauge::default();
        self.0.register(name, help, gauge.clone());
        gauge
    }

    /// New gauges told apart by fixed words.
    pub fn gauges(&mut self, name: &str, help: &str) -> Gauges {
        let gauges = Gauges::default();
        self.0.register(name, help, gauges.clone());
        gauges
    }

    /// The OpenMetrics text, ending in `# EOF`.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a String cannot fail; a half-written text would lack `# EOF` and be refused by its reader.
        let _ = encode(&mut text, &self.0);
        text
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Metrics(..)")
    }
}
