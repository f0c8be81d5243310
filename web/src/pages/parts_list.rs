//! What this program is made of, as a bill of materials (CycloneDX 1.6).

use axum::Json;
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Every package that the build may use, those for tests among them.
const LOCK: &str = include_str!("../../../Cargo.lock");

/// How many packages there are, our own not counted.
pub(super) fn count() -> usize {
    LOCK.lines().filter(|line| line.starts_with("checksum = ")).count()
}

/// `GET /about/sbom.json`.
pub(crate) async fn download() -> Response {
    let head = [(CONTENT_DISPOSITION, "attachment; filename=\"gatehouse-sbom.json\"")];
    (head, Json(bill())).into_response()
}

fn bill() -> Value {
    let components: Vec<Value> = LOCK.split("[[package]]").skip(1).filter_map(component).collect();
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": {
            "type": "application", "name": "gatehouse", "version": env!("CARGO_PKG_VERSION"),
        } },
        "components": components,
    })
}

/// Packages of our own have no checksum and are no components of foreign make.
fn component(package: &str) -> Option<Value> {
    let field = |name: &str| {
        package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"'))
    };
    let (name, version, sum) = (field("name")?, field("version")?, field("checksum")?);
    Some(json!({
        "type": "library",
        "name": name,
        "version": version,
        "purl": format!("pkg:cargo/{name}@{version}"),
        "hashes": [{ "alg": "SHA-256", "content": sum }],
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bill_names_every_package_with_its_digest() {
        let bill = bill();
        let components = bill["components"].as_array().unwrap();
        assert_eq!(components.len(), count());
        let tokio = components.iter().find(|it| it["name"] == "tokio").unwrap();
        assert_eq!(tokio["hashes"][0]["content"].as_str().unwrap().len(), 64);
        assert!(tokio["purl"].as_str().unwrap().starts_with("pkg:cargo/tokio@1."));
    }
}
