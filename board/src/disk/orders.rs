//! The orders that make a disk say how it is. They read, and change nothing on it.
//!
//! ATA goes through SCSI (SAT: ATA PASS-THROUGH (16), SAT-4 12.2.2), as Linux has every such disk behind it; USB cases translate it, or
//! do not.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;

use super::PAGE;

/// Longest wait for a disk, in milliseconds: one that sleeps takes its time to start.
const PATIENCE: u32 = 15_000;

/// `struct sg_io_hdr` of `linux/scsi/sg.h`.
#[repr(C)]
struct ScsiOrder {
    interface: i32,
    direction: i32,
    order_length: u8,
    sense_length: u8,
    pieces: u16,
    length: u32,
    data: *mut u8,
    order: *const u8,
    sense: *mut u8,
    timeout: u32,
    flags: u32,
    pack: i32,
    own: *mut u8,
    status: u8,
    masked_status: u8,
    message_status: u8,
    sense_written: u8,
    host_status: u16,
    driver_status: u16,
    missing: i32,
    duration: u32,
    info: u32,
}

/// `struct nvme_admin_cmd` of `linux/nvme_ioctl.h`.
#[derive(Default)]
#[repr(C)]
struct NvmeOrder {
    opcode: u8,
    flags: u8,
    reserved: u16,
    namespace: u32,
    words_2_and_3: [u32; 2],
    metadata: u64,
    data: u64,
    metadata_length: u32,
    length: u32,
    words_10_to_15: [u32; 6],
    timeout: u32,
    result: u32,
}

mod calls {
    use super::{NvmeOrder, ScsiOrder};

    nix::ioctl_readwrite_bad!(scsi, 0x2285, ScsiOrder);
    nix::ioctl_readwrite!(nvme, b'N', 0x41, NvmeOrder);
}

/// SMART READ DATA.
pub(super) fn ata_attributes(disk: &File) -> io::Result<[u8; PAGE]> {
    ata(disk, &smart(0xd0))
}

/// SMART READ ATTRIBUTE THRESHOLDS.
pub(super) fn ata_thresholds(disk: &File) -> io::Result<[u8; PAGE]> {
    ata(disk, &smart(0xd1))
}

/// READ LOG EXT of log 04h, page 07h (ACS-3 7.30): the low byte of the address is the log, the middle one the page.
pub(super) fn ata_endurance(disk: &File) -> io::Result<[u8; PAGE]> {
    ata(disk, &[0x85, PIO_IN | EXTENDED, ONE_SECTOR_IN, 0, 0, 0, 1, 0, 0x04, 0, 0x07, 0, 0, 0, 0x2f, 0])
}

/// Byte 1 of the order: protocol PIO Data-In, and whether the fields have 16 bits.
const PIO_IN: u8 = 4 << 1;
const EXTENDED: u8 = 1;
/// Byte 2: from the disk, in sectors, as many as the field Count says.
const ONE_SECTOR_IN: u8 = 0x0e;

/// A subcommand of SMART (B0h) that gives a page, with its signature C24Fh (ATA/ATAPI-5 8.41).
const fn smart(what: u8) -> [u8; 16] {
    [0x85, PIO_IN, ONE_SECTOR_IN, 0, what, 0, 1, 0, 0, 0, 0x4f, 0, 0xc2, 0, 0xb0, 0]
}

fn ata(disk: &File, order: &[u8; 16]) -> io::Result<[u8; PAGE]> {
    /// From the disk.
    const IN: i32 = -3;
    let (mut page, mut sense) = ([0; PAGE], [0_u8; 32]);
    let mut asked = ScsiOrder {
        interface: i32::from(b'S'),
        direction: IN,
        order_length: 16,
        sense_length: 32,
        pieces: 0,
        length: 512,
        data: page.as_mut_ptr(),
        order: order.as_ptr(),
        sense: sense.as_mut_ptr(),
        timeout: PATIENCE,
        flags: 0,
        pack: 0,
        own: std::ptr::null_mut(),
        status: 0,
        masked_status: 0,
        message_status: 0,
        sense_written: 0,
        host_status: 0,
        driver_status: 0,
        missing: 0,
        duration: 0,
        info: 0,
    };
    #[expect(
        unsafe_code,
        reason = "every address in it outlives the call, and has the length that stands beside it"
    )]
    // SAFETY: see above; the kernel writes within 512 and 32 bytes.
    let done = unsafe { calls::scsi(disk.as_raw_fd(), &raw mut asked) };
    done?;
    let well = (asked.status, asked.host_status, asked.driver_status) == (0, 0, 0) && asked.missing == 0;
    if well { Ok(page) } else { Err(io::ErrorKind::Unsupported.into()) }
}

/// Get Log Page (02h), log 02h of the whole controller, 128 double words (NVM Express Base Specification 2.0, 5.16).
pub(super) fn nvme_health(controller: &File) -> io::Result<[u8; PAGE]> {
    let mut page = [0_u8; PAGE];
    let mut asked = NvmeOrder {
        opcode: 0x02,
        namespace: u32::MAX,
        data: page.as_mut_ptr().expose_provenance() as u64,
        length: 512,
        words_10_to_15: [0x007f_0002, 0, 0, 0, 0, 0],
        timeout: PATIENCE,
        ..NvmeOrder::default()
    };
    #[expect(unsafe_code, reason = "the address in it outlives the call, and has 512 bytes")]
    // SAFETY: see above.
    let status = unsafe { calls::nvme(controller.as_raw_fd(), &raw mut asked) }?;
    // A status of the disk's own is no error of the call.
    if status == 0 { Ok(page) } else { Err(io::ErrorKind::Unsupported.into()) }
}

#[cfg(test)]
mod tests {
    use super::{NvmeOrder, ScsiOrder, smart};

    #[test]
    fn orders_are_laid_out_as_the_kernel_reads_them() {
        assert_eq!((size_of::<ScsiOrder>(), size_of::<NvmeOrder>()), (88, 72));
        assert_eq!(std::mem::offset_of!(ScsiOrder, data), 16);
        assert_eq!(std::mem::offset_of!(ScsiOrder, status), 64);
        assert_eq!(std::mem::offset_of!(NvmeOrder, data), 24);
        assert_eq!(std::mem::offset_of!(NvmeOrder, words_10_to_15), 40);
        let expected = [0x85, 0x08, 0x0e, 0, 0xd0, 0, 1, 0, 0, 0, 0x4f, 0, 0xc2, 0, 0xb0, 0];
        assert_eq!(smart(0xd0), expected, "PIO in, one sector, SMART READ DATA, its signature");
    }
}
