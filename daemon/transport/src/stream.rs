//! The bytes of one connection, plain or through TLS. Nothing here waits: what the socket has not got is
//! [`io::ErrorKind::WouldBlock`], as everywhere.

use std::io::{self, IoSlice, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};

use rustls::Connection;
use rustls::pki_types::CertificateDer;

pub(crate) struct Stream {
    socket: TcpStream,
    tls: Option<Box<Connection>>,
    /// TLS has not agreed yet.
    greeting: bool,
}

impl Stream {
    pub(crate) fn plain(socket: TcpStream) -> Self {
        Self { socket, tls: None, greeting: false }
    }

    pub(crate) fn tls(socket: TcpStream, tls: Connection) -> Self {
        Self { socket, tls: Some(Box::new(tls)), greeting: true }
    }

    pub(crate) fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// Whether TLS is still agreeing, so that the next step may cost a signature.
    pub(crate) fn is_greeting(&self) -> bool {
        self.greeting
    }

    /// Reads what the socket has now. `Ok(0)` says that TLS took bytes and none are left for us; the end is
    /// [`io::ErrorKind::UnexpectedEof`]. A buffer of two TLS records leaves nothing behind that the socket would not report.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(tls) = &mut self.tls else {
            let length = self.socket.read(buffer)?;
            return if length == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(length) };
        };
        if tls.read_tls(&mut self.socket)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let processed = tls.process_new_packets();
        let flushed = self.flush();
        processed.map_err(|refused| io::Error::new(io::ErrorKind::InvalidData, refused))?;
        match flushed {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
            _ => {}
        }
        self.decrypted(buffer)
    }

    fn decrypted(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(tls) = &mut self.tls else { return Ok(0) };
        let mut filled = 0;
        loop {
            match tls.reader().read(buffer.get_mut(filled..).unwrap_or_default()) {
                Ok(0) if filled == 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(0) => return Ok(filled),
                Ok(length) => filled += length,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(filled),
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes what the socket takes now; what TLS took and the socket did not is [`Stream::wants_write`].
    pub(crate) fn write(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.flush()?;
        let Some(tls) = &mut self.tls else { return self.socket.write_vectored(pieces) };
        if tls.is_handshaking() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let taken = tls.writer().write_vectored(pieces)?;
        match self.flush() {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(taken),
        }
    }

    /// Hands the socket what TLS keeps for it.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        while let Some(tls) = &mut self.tls
            && tls.wants_write()
        {
            tls.write_tls(&mut self.socket)?;
        }
        Ok(())
    }

    pub(crate) fn wants_write(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.wants_write())
    }

    /// Once, when TLS has agreed: the certificate that the peer showed and that was verified, if any.
    pub(crate) fn greeted(&mut self) -> Option<Option<CertificateDer<'_>>> {
        let tls = self.tls.as_ref().filter(|tls| self.greeting && !tls.is_handshaking())?;
        self.greeting = false;
        Some(tls.peer_certificates().and_then(<[_]>::first).map(|shown| shown.as_ref().into()))
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Says goodbye as well as that can be done at once (RFC 8446 6.1).
impl Drop for Stream {
    fn drop(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
        }
        let _ = self.flush();
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}
