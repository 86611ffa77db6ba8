//! How much memory a thread asks for while it reads: what a damaged file claims of itself must not decide it.
//!
//! Counts what goes through Rust's allocator, thread by thread, in the unit tests alone. Not counted: what C code asks
//! for itself, which is Zstandard's window, bounded by `unpack::ZSTD_WINDOW_LOG_MAX`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Bytes asked for and not given back. Below 0 where a thread gives back what another has asked for.
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: the system's allocator does all of it; counting asks for no memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: as the caller vouches.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: as the caller vouches.
        unsafe { System.alloc_zeroed(layout) }
    }

    /// Both sizes are held for a while, where bytes are moved.
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size.cast_signed());
        // SAFETY: as the caller vouches.
        let moved = unsafe { System.realloc(pointer, layout, size) };
        count(-layout.size().cast_signed());
        moved
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed());
        // SAFETY: as the caller vouches.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// A thread that ends has no counters any more.
fn count(bytes: isize) {
    let held = HELD.try_with(|held| {
        held.set(held.get() + bytes);
        held.get()
    });
    let _ = PEAK.try_with(|peak| peak.set(peak.get().max(held.unwrap_or_default())));
}

/// What `work` gives, and the most bytes that this thread held meanwhile beyond what it held before.
pub fn peak_of<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    PEAK.set(before);
    let done = work();
    (done, usize::try_from(PEAK.get() - before).expect("a peak is no less than the start"))
}

#[test]
fn a_peak_is_what_was_held_at_most() {
    let (kept, peak) = peak_of(|| {
        drop(std::hint::black_box(vec![1_u8; 3 << 20]));
        std::hint::black_box(vec![0_u8; 1 << 20])
    });
    assert!((3 << 20..(3 << 20) + 1000).contains(&peak), "{peak}");
    let mut grown = Vec::with_capacity(1 << 20);
    let ((), peak) = peak_of(|| {
        grown.extend_from_slice(&kept);
        grown.push(0);
    });
    // The old bytes and twice as many.
    assert!((2 << 20..(3 << 20) + 1000).contains(&peak), "{peak}");
    assert_eq!(peak_of(|| drop(kept)).1, 0);
}
