// Rust: constant tables, and options, which the compiler keeps in memory.

#[no_mangle]
pub extern "C" fn checked(x: u8, y: u8) -> u8 {
    match x.checked_mul(y) {
        Some(z) => z,
        None => 255,
    }
}

const TABLE: [u16; 8] = [1, 1, 2, 6, 24, 120, 720, 5040];

#[no_mangle]
pub extern "C" fn factorial(n: u32) -> u16 {
    TABLE[(n & 7) as usize]
}

#[no_mangle]
pub extern "C" fn factorial_or_panic(n: u32) -> u16 {
    TABLE[n as usize]
}
