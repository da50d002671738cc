//! Whether a file was written under its name. Looking again and again may miss it on a busy machine; the kernel tells
//! of every write (inotify(7)).

use std::ffi::{CString, c_char, c_int};
use std::fs::File;
use std::io::{Error, Read};
use std::os::fd::FromRawFd;
use std::path::Path;

/// IN_MODIFY: a file in the folder was written to.
const MODIFIED: u32 = 0x2;
/// IN_NONBLOCK and IN_CLOEXEC.
const FLAGS: c_int = 0o4_000 | 0o2_000_000;
/// What comes before the name of an event: watch, mask, cookie, and the length of the name.
const HEAD: usize = 16;

unsafe extern "C" {
    fn inotify_init1(flags: c_int) -> c_int;
    fn inotify_add_watch(descriptor: c_int, path: *const c_char, mask: u32) -> c_int;
}

/// The writes to one file, from now on.
pub(crate) struct Writes {
    events: File,
    name: Vec<u8>,
}

impl Writes {
    /// Watches the folder that a file is in, or will be.
    pub(crate) fn to(file: &str) -> Result<Self, String> {
        let path = Path::new(file);
        let folder = path.parent().and_then(Path::to_str).and_then(|folder| CString::new(folder).ok());
        let (Some(folder), Some(name)) = (folder, path.file_name()) else {
            return Err(format!("{file}: an absolute path is needed"));
        };
        let failed = || format!("{file} cannot be watched: {}", Error::last_os_error());
        // SAFETY: the descriptor is new and nobody else's, and the path is a C string that outlives the call.
        let events = unsafe {
            let descriptor = inotify_init1(FLAGS);
            if descriptor < 0 {
                return Err(failed());
            }
            let events = File::from_raw_fd(descriptor);
            if inotify_add_watch(descriptor, folder.as_ptr(), MODIFIED) < 0 {
                return Err(failed());
            }
            events
        };
        Ok(Writes { events, name: name.as_encoded_bytes().to_vec() })
    }

    /// Whether there were any since the last look.
    pub(crate) fn any(&mut self) -> bool {
        let mut seen = false;
        let mut buffer = [0; 16 * 1024];
        while let Ok(count) = self.events.read(&mut buffer) {
            let mut rest = &buffer[..count];
            while let [_, _, _, _, _, _, _, _, _, _, _, _, a, b, c, d, ..] = *rest {
                let end = (HEAD + u32::from_ne_bytes([a, b, c, d]) as usize).min(rest.len());
                // Padded with NUL.
                seen |= rest[HEAD..end].split(|byte| *byte == 0).next() == Some(&self.name);
                rest = &rest[end..];
            }
            if count == 0 {
                break;
            }
        }
        seen
    }
}
