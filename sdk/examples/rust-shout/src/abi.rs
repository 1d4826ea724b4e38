//! The part of sluice/abi.h that this plugin uses. Field for field as in the headers: every struct
//! grows at its end alone, so what is missing behind the last field does no harm.
#![allow(non_camel_case_types)]

use std::ffi::{c_char, c_void};

pub type Status = i32;
pub const OK: Status = 0;
pub const DROPPED: Status = 1;
pub const E_RETRY: Status = -1;
pub const E_REJECT: Status = -2;
pub const E_INTERNAL: Status = -10;

pub const UPSERT: u32 = 0;
pub const STAGE_REENTRANT: u32 = 1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    pub data: *const u8,
    pub size: usize,
}

#[repr(C)]
pub struct Error {
    pub struct_size: u32,
    pub code: Status,
    pub retry_after_ms: u32,
    pub reserved: u32,
    pub path: [u8; 112],
    pub message: [u8; 384],
}

/// A function that this plugin never calls.
pub type Unused = *const c_void;
pub enum Buffer {}
pub enum Record {}
pub enum Batch {}
pub enum Config {}

#[repr(C)]
pub struct Host {
    pub struct_size: u32,
    pub abi_minor: u32,
    pub name: *const c_char,
    pub version: *const c_char,
    pub instance: *const c_char,
    pub internal: *mut c_void,
    pub get_interface: unsafe extern "C" fn(*const Host, *const c_char) -> *const c_void,
}

/// sluice.records/1
#[repr(C)]
pub struct Records {
    pub struct_size: u32,
    pub reserved: u32,
    pub buffer_copy: unsafe extern "C" fn(*const Host, Str, *mut *mut Buffer) -> Status,
    pub buffer_adopt: Unused,
    pub buffer_view: Unused,
    pub buffer_ref: Unused,
    pub buffer_unref: unsafe extern "C" fn(*mut Buffer),
    pub record_new: Unused,
    pub record_slice: Unused,
    pub record_free: Unused,
    pub record_id: Unused,
    pub record_document_id: Unused,
    pub record_text: unsafe extern "C" fn(*const Record) -> Str,
    pub record_group: Unused,
    pub record_set_group: Unused,
    pub record_chunk_count: Unused,
    pub record_op: unsafe extern "C" fn(*const Record) -> u32,
    pub record_set_op: Unused,
    pub record_span: Unused,
    pub record_set_text: unsafe extern "C" fn(*mut Record, *mut Buffer) -> Status,
    pub meta_get: Unused,
    pub meta_set: Unused,
    pub meta_each: Unused,
    pub vector_new: Unused,
    pub vector_get: Unused,
    pub batch_size: unsafe extern "C" fn(*const Batch) -> u32,
    pub batch_at: unsafe extern "C" fn(*const Batch, u32) -> *mut Record,
    pub batch_emit: Unused,
    pub batch_settle: unsafe extern "C" fn(*mut Batch, u32, Status, *const Error),
    pub batch_settle_rest: Unused,
    pub batch_complete: unsafe extern "C" fn(*mut Batch),
}

#[repr(C)]
pub struct Component {
    pub struct_size: u32,
    pub reserved: u32,
    pub itself: *mut c_void,
    pub configure: extern "C" fn(*mut Component, *const Config, *mut Error) -> Status,
    pub start: extern "C" fn(*mut Component, *mut Error) -> Status,
    pub drain: extern "C" fn(*mut Component, *mut Error) -> Status,
    pub stop: extern "C" fn(*mut Component),
    pub destroy: extern "C" fn(*mut Component),
    pub get_role: extern "C" fn(*const Component, *const c_char) -> *const c_void,
}

#[repr(C)]
pub struct Stage {
    pub struct_size: u32,
    pub flags: u32,
    pub submit: extern "C" fn(*mut Component, *mut Batch) -> Status,
}

#[repr(C)]
pub struct Descriptor {
    pub struct_size: u32,
    pub reserved: u32,
    pub id: *const c_char,
    pub version: *const c_char,
    pub summary: *const c_char,
    pub vendor: *const c_char,
    pub url: *const c_char,
    pub license: *const c_char,
    pub config_schema: *const c_char,
    pub roles: *const *const c_char,
    pub needs: *const *const c_char,
    pub create: extern "C" fn(*const Descriptor, *const Host, *mut *mut Component, *mut Error) -> Status,
}

#[repr(C)]
pub struct Plugin {
    pub struct_size: u32,
    pub abi_minor: u32,
    pub toolchain: *const c_char,
    pub descriptor_count: u32,
    pub reserved: u32,
    pub descriptors: *const *const Descriptor,
}

/// What the host reads from the file before it loads it.
#[repr(C, align(4))]
pub struct Note {
    pub name_size: u32,
    pub description_size: u32,
    pub kind: u32,
    pub name: [u8; 8],
    pub abi_major: u32,
    pub abi_minor: u32,
    pub id: [u8; 56],
}

/// `id` with zeros up to the size of the field.
pub const fn note_id(id: &[u8]) -> [u8; 56] {
    let mut out = [0u8; 56];
    let mut i = 0;
    while i < id.len() {
        out[i] = id[i];
        i += 1;
    }
    out
}

/// Static data that holds pointers to static data.
#[repr(transparent)]
pub struct Static<T>(pub T);
unsafe impl<T> Sync for Static<T> {}
