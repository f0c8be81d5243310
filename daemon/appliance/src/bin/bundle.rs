//! `bundle`: makes keys and signed updates, where images are built. It is not on the box.

use std::collections::HashMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use appliance::{Manifest, Part, head};
use release::{Signer, new_key};

const USAGE: &str = "bundle key FOLDER/NAME
bundle make --board BOARD --arch ARCH --version VERSION --root FILE --kernel FILE --key FILE OUTPUT";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["key", stem] => key(stem),
        ["make", options @ .., output] => make(options, output),
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
