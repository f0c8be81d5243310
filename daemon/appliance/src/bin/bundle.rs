//! `bundle`: makes keys and signed updates, where images are built. It is not on the box.

use std::collections::HashMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use appliance::{Manifest, Part, head};
use release::{DAY, Feed, Model, Offer, Signer, new_key};

const USAGE: &str = "bundle key FOLDER/NAME
bundle make --board BOARD --arch ARCH --version VERSION --root FILE --kernel FILE --key FILE OUTPUT
bundle feed --key FILE --days NUMBER --at https://HOST/FOLDER OUTPUT BUNDLE...";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["key", stem] => key(stem),
        ["make", options @ .., output] => make(options, output),
        ["feed", "--key", key, "--days", days, "--at", at, output, bundles @ ..] => {
            feed(key, days, at, output, bundles)
        }
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            let _ = writeln!(std::io::stderr(), "{trouble}");
            ExitCode::FAILURE
        }
    }
}

type Done = Result<(), Box<dyn std::error::Error>>;

fn key(stem: &str) -> Done {
    let (private, public) = new_key()?;
    fs::write(format!("{stem}.private"), private)?;
    Ok(fs::write(format!("{stem}.public"), public)?)
}

/// What a box finds out about these updates, which lie in one folder of a server, under their names here.
fn feed(key: &str, days: &str, at: &str, output: &str, bundles: &[&str]) -> Done {
    let signer = Signer::new(&fs::read(key)?)?;
    let keys: Vec<_> = signer.public().into_iter().collect();
    let offer = |file: &&str| -> Result<Offer, Box<dyn std::error::Error>> {
        let manifest = Manifest::read(fs::File::open(file)?, &keys)?;
        let version = manifest.version.parse()?;
        let model = Model { board: &manifest.board, arch: &manifest.arch, version };
        let name = Path::new(file).file_name().unwrap_or_default().to_string_lossy();
        Ok(Offer::of(model, format!("{}/{name}", at.trim_end_matches('/')), fs::File::open(file)?)?)
    };
    let versions = bundles.iter().map(offer).collect::<Result<Vec<_>, _>>()?;
    let made = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let feed = Feed { made, until: made.saturating_add(days.parse::<u64>()?.saturating_mul(DAY)), versions };
    let signed = feed.signed(&signer);
    // What no box would follow is not handed out.
    Feed::open(&signed, &keys)?;
    Ok(fs::write(output, signed)?)
}

fn make(options: &[&str], output: &str) -> Done {
    let options: HashMap<_, _> =
        options.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))).collect();
    let option = |name: &str| options.get(name).copied().ok_or_else(|| format!("{name} is missing\n{USAGE}"));
    let bytes = |name: &str| -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        Ok(fs::read(Path::new(option(name)?))?)
    };
    let (root, kernel, key) = (bytes("--root")?, bytes("--kernel")?, bytes("--key")?);
    let [board, arch, version] = ["--board", "--arch", "--version"].map(option);
    let manifest = Manifest {
        board: board?.to_owned(),
        arch: arch?.to_owned(),
        version: version?.to_owned(),
        root: Part::of(&root),
        kernel: Part::of(&kernel),
    };
    let mut file = fs::File::create(output)?;
    for piece in [&head(&Signer::new(&key)?, &manifest), &root, &kernel] {
        file.write_all(piece)?;
    }
    Ok(file.sync_all()?)
}
