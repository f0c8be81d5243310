//! Compiles the program that passes voice on in the kernel. Needs clang, whatever the box's processor.

use std::path::PathBuf;
use std::process::Command;

const SOURCE: &str = "src/fast/lane.bpf.c";

fn main() {
    println!("cargo::rerun-if-changed={SOURCE}");
    let to = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join("lane.bpf.o");
    let mut clang = Command::new("clang");
    clang.args(["-O2", "-g", "-Wall", "-Wextra", "-Werror", "-target", "bpf", "-c", SOURCE, "-o"]).arg(to);
    // Where Debian keeps <asm/types.h>; the numbers we use are the same on every processor.
    clang.args(["x86_64", "aarch64"].map(|machine| format!("-I/usr/include/{machine}-linux-gnu")));
    match clang.status() {
        Ok(status) if status.success() => {}
        Ok(_) => println!("cargo::error=clang could not compile {SOURCE}"),
        Err(error) => println!("cargo::error=clang is needed for {SOURCE} (Debian: clang): {error}"),
    }
}
