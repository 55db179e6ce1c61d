// Rust: wrapping, checked and saturating arithmetic, matches, loops, tuples, slices of constant tables, panics.

#[no_mangle]
pub extern "C" fn average(x: u32, y: u32) -> u32 {
    (x & y) + ((x ^ y) >> 1)
}

#[no_mangle]
pub extern "C" fn wrapping(x: u32, y: u32) -> u32 {
    x.wrapping_mul(y).wrapping_sub(7).wrapping_add(x)
}

#[no_mangle]
pub extern "C" fn plain_sum(x: i32, y: i32) -> i32 {
    x + y
}

#[no_mangle]
pub extern "C" fn saturating(x: i16, y: i16) -> i16 {
    x.saturating_add(y).saturating_sub(100)
}

#[no_mangle]
pub extern "C" fn counts(x: u64) -> u32 {
    x.count_ones() * 10000 + x.leading_zeros() * 100 + x.trailing_zeros()
}

#[no_mangle]
pub extern "C" fn rotated(x: u32, n: u32) -> u32 {
    x.rotate_left(n) ^ x.rotate_right(3) ^ x.swap_bytes()
}

#[no_mangle]
pub extern "C" fn reversed(x: u16) -> u16 {
    x.reverse_bits()
}

#[no_mangle]
pub extern "C" fn absolute(x: i32, y: i32) -> u32 {
    x.abs_diff(y) ^ x.unsigned_abs()
}

#[no_mangle]
pub extern "C" fn divided(x: i32, y: i32) -> i32 {
    x / y
}

#[no_mangle]
pub extern "C" fn euclid(x: i32, y: i32) -> i32 {
    if y == 0 || (x == i32::MIN && y == -1) { 0 } else { x.rem_euclid(y) }
}

#[no_mangle]
pub extern "C" fn shifted(x: i64, n: u32) -> i64 {
    x.wrapping_shl(n) ^ (x >> (n & 63))
}

#[no_mangle]
pub extern "C" fn casts(x: i8, y: u64) -> i32 {
    (x as u8 as i32) - (y as u16 as i16 as i32)
}

#[no_mangle]
pub extern "C" fn truths(x: u32, b: bool) -> bool {
    b && x % 3 == 0 || x > 4_000_000_000
}

#[no_mangle]
pub extern "C" fn matched(x: u32) -> u32 {
    match x {
        0 => 7,
        1..=9 => x * 2,
        10 | 20 | 30 => 3,
        _ if x % 2 == 0 => x / 2,
        _ => x - 1,
    }
}

fn helper(x: u32) -> u32 {
    x ^ (x << 13)
}

#[no_mangle]
pub extern "C" fn helped(x: u32) -> u32 {
    let y = helper(x);
    y ^ helper(y >> 17)
}

#[no_mangle]
pub extern "C" fn popcount(mut x: u64) -> u32 {
    let mut n = 0;
    while x != 0 {
        x &= x - 1;
        n += 1;
    }
    n
}

#[no_mangle]
pub extern "C" fn summed(n: u8) -> u32 {
    let mut s = 0u32;
    for i in 0..(n & 15) {
        s += (i as u32) * 3;
    }
    s
}

#[no_mangle]
pub extern "C" fn labelled(x: u32) -> u32 {
    'outer: for i in 0..5u32 {
        for j in 0..5u32 {
            if i * j == x & 15 {
                return i * 10 + j;
            }
            if i + j > 7 {
                break 'outer;
            }
        }
    }
    99
}

#[no_mangle]
pub extern "C" fn wide(x: u64, y: u64) -> u64 {
    ((x as u128 * y as u128) >> 64) as u64
}

pub fn overflowing(x: u32, y: u32) -> (u32, bool) {
    x.overflowing_add(y)
}

pub fn minimum_and_maximum(x: i16, y: i16) -> (i16, i16) {
    (x.min(y), x.max(y))
}
