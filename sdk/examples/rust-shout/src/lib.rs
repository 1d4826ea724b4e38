//! rust-shout: a Sluice transform in Rust, through the C ABI alone: makes texts upper-case, in every
//! script that has one.

mod abi;

use abi::*;
use std::ffi::{c_char, c_void, CStr};
use std::mem::size_of;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::{ptr, slice, str};

const fn c(text: &'static [u8]) -> *const c_char {
    text.as_ptr().cast()
}

#[used]
#[link_section = ".note.sluice"]
static NOTE: Note = Note {
    name_size: 7,
    description_size: 64,
    kind: 1,
    name: *b"SLUICE\0\0",
    abi_major: 1,
    abi_minor: 0,
    id: note_id(b"org.example.rust-shout"),
};

/// One instance. The component comes first, so that a pointer to it is one to this.
#[repr(C)]
struct Shout {
    component: Component,
    host: *const Host,
    records: *const Records,
}

/// Why a record does not go on.
struct Refusal(Status, String);

impl Shout {
    /// What becomes of one record; Ok is the verdict.
    unsafe fn shout(&self, record: *mut Record) -> Result<Status, Refusal> {
        let records = &*self.records;
        if (records.record_op)(record) != UPSERT {
            return Ok(OK);
        }
        let view = (records.record_text)(record);
        if view.size == 0 {
            return Ok(DROPPED);
        }
        let text = str::from_utf8(slice::from_raw_parts(view.data, view.size))
            .map_err(|e| Refusal(E_REJECT, format!("the text is not UTF-8: {e}")))?
            .to_uppercase();
        let mut buffer = ptr::null_mut();
        let louder = Str { data: text.as_ptr(), size: text.len() };
        let copied = (records.buffer_copy)(self.host, louder, &mut buffer);
        if copied != OK {
            return Err(Refusal(E_RETRY, "no memory for the text".into()));
        }
        let set = (records.record_set_text)(record, buffer);
        (records.buffer_unref)(buffer);
        Ok(set)
    }

    unsafe fn settle(&self, batch: *mut Batch, i: u32) {
        let records = &*self.records;
        let record = (records.batch_at)(batch, i);
        // A panic costs this record alone and never crosses the boundary.
        let outcome = catch_unwind(AssertUnwindSafe(|| self.shout(record)))
            .unwrap_or_else(|_| Err(Refusal(E_INTERNAL, "rust-shout panicked".into())));
        match outcome {
            Ok(verdict) => (records.batch_settle)(batch, i, verdict, ptr::null()),
            Err(Refusal(verdict, why)) => {
                let error = error_of(verdict, &why);
                (records.batch_settle)(batch, i, verdict, &error);
            }
        }
    }
}

fn error_of(code: Status, why: &str) -> Error {
    let mut message = [0u8; 384];
    let mut end = why.len().min(message.len() - 1);
    while !why.is_char_boundary(end) {
        end -= 1;
    }
    message[..end].copy_from_slice(&why.as_bytes()[..end]);
    Error {
        struct_size: size_of::<Error>() as u32,
        code,
        retry_after_ms: 0,
        reserved: 0,
        path: [0; 112],
        message,
    }
}

extern "C" fn submit(component: *mut Component, batch: *mut Batch) -> Status {
    unsafe {
        let shout = &*component.cast::<Shout>();
        let records = &*shout.records;
        for i in 0..(records.batch_size)(batch) {
            shout.settle(batch, i);
        }
        (records.batch_complete)(batch);
    }
    OK
}

extern "C" fn configure(_: *mut Component, _: *const Config, _: *mut Error) -> Status {
    OK
}
extern "C" fn step(_: *mut Component, _: *mut Error) -> Status {
    OK
}
extern "C" fn stop(_: *mut Component) {}
extern "C" fn destroy(component: *mut Component) {
    drop(unsafe { Box::from_raw(component.cast::<Shout>()) });
}

static STAGE: Stage =
    Stage { struct_size: size_of::<Stage>() as u32, flags: STAGE_REENTRANT, submit };

extern "C" fn get_role(_: *const Component, id: *const c_char) -> *const c_void {
    if unsafe { CStr::from_ptr(id) }.to_bytes() == b"sluice.transform/1" {
        return &STAGE as *const Stage as *const c_void;
    }
    ptr::null()
}

extern "C" fn create(
    _: *const Descriptor,
    host: *const Host,
    out: *mut *mut Component,
    _: *mut Error,
) -> Status {
    unsafe {
        let records = ((*host).get_interface)(host, c(b"sluice.records/1\0")).cast::<Records>();
        let shout = Box::new(Shout {
            component: Component {
                struct_size: size_of::<Component>() as u32,
                reserved: 0,
                itself: ptr::null_mut(),
                configure,
                start: step,
                drain: step,
                stop,
                destroy,
                get_role,
            },
            host,
            records,
        });
        *out = Box::into_raw(shout).cast();
    }
    OK
}

static ROLES: Static<[*const c_char; 2]> = Static([c(b"sluice.transform/1\0"), ptr::null()]);
static NEEDS: Static<[*const c_char; 2]> = Static([c(b"sluice.records/1\0"), ptr::null()]);
static DESCRIPTOR: Static<Descriptor> = Static(Descriptor {
    struct_size: size_of::<Descriptor>() as u32,
    reserved: 0,
    id: c(b"org.example.rust-shout\0"),
    version: c(b"0.1.0\0"),
    summary: c(b"Makes texts upper-case, in Rust\0"),
    vendor: c(b"\0"),
    url: c(b"\0"),
    license: c(b"MIT\0"),
    config_schema: c(b"{\"type\":\"object\",\"additionalProperties\":false}\0"),
    roles: &ROLES.0 as *const _,
    needs: &NEEDS.0 as *const _,
    create,
});
static LIST: Static<[*const Descriptor; 1]> = Static([&DESCRIPTOR.0 as *const _]);
static PLUGIN: Static<Plugin> = Static(Plugin {
    struct_size: size_of::<Plugin>() as u32,
    abi_minor: 0,
    toolchain: c(b"rustc\0"),
    descriptor_count: 1,
    reserved: 0,
    descriptors: &LIST.0 as *const _,
});

#[no_mangle]
pub extern "C" fn sluice_plugin_entry_v1(_host_abi_minor: u32) -> *const Plugin {
    &PLUGIN.0
}
