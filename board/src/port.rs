//! The serial line itself.

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use nix::fcntl::OFlag;
use nix::sys::termios::{BaudRate, SetArg, cfmakeraw, cfsetspeed, tcgetattr, tcsetattr};

/// Opens a serial line at 115200 baud, 8 bits, no parity, and without anything that a terminal would do to the bytes; reading and
/// writing never wait.
///
/// # Errors
/// When it is not there, or is no serial line.
pub fn open(path: &Path) -> io::Result<File> {
    let flags = OFlag::O_NOCTTY | OFlag::O_NONBLOCK;
    let port = File::options().read(true).write(true).custom_flags(flags.bits()).open(path)?;
    let mut settings = tcgetattr(&port)?;
    cfmakeraw(&mut settings);
    cfsetspeed(&mut settings, BaudRate::B115200)?;
    tcsetattr(&port, SetArg::TCSANOW, &settings)?;
    Ok(port)
}
