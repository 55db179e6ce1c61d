// Arithmetic of C: promotions, conversions, signed overflow, division, shifts.
#include <limits.h>
#include <stdint.h>

int32_t average(int32_t x, int32_t y) { return (x & y) + ((x ^ y) >> 1); }

uint8_t promoted(uint8_t x, uint8_t y) { return x * y >> 8; }

int16_t narrow(int32_t x) { return (int16_t)(x >> 4); }

int64_t widened(int8_t x, uint32_t y) { return (int64_t)x - y; }

unsigned mixed(int x, unsigned y) { return x < y ? 1 : x + y; }  // compared without signs

int absolute(int x) { return x < 0 ? -x : x; }  // undefined for INT_MIN

int clamp(int x, int lo, int hi) { return x < lo ? lo : x > hi ? hi : x; }

int sum(int x, int y) { return x + y; }  // undefined where it overflows

int product(int x, int y) { return x * y; }

int shifted(int x, int n) { return x >> n; }

uint32_t unsigned_shifted(uint32_t x, uint32_t n) { return x << n; }

int quotient(int x, int y) { return x / y; }

int remainder_of(int x, int y) { return x % y; }

int64_t floor_division(int64_t x, int64_t y) {
    int64_t q = x / y, r = x % y;
    return r != 0 && (r < 0) != (y < 0) ? q - 1 : q;
}

uint64_t high_product(uint64_t x, uint64_t y) { return (unsigned __int128)x * y >> 64; }

uint32_t saturating(uint32_t x, uint32_t y) {
    uint32_t s = x + y;
    return s < x ? UINT32_MAX : s;
}

int checked(int x, int y) {
    int z;
    return __builtin_add_overflow(x, y, &z) ? (x < 0 ? INT_MIN : INT_MAX) : z;
}

uint32_t divided_by_ten(uint32_t x) { return (uint64_t)x * 0xcccccccdu >> 35; }

int sign(int x) { return (x > 0) - (x < 0); }

int leap_year(unsigned year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

uint16_t packed(uint16_t r, uint16_t g, uint16_t b) { return (r >> 3) << 11 | (g >> 2) << 5 | b >> 3; }

_Bool truth(uint64_t x) { return x; }

char letter(int digit) { return "0123456789abcdef"[digit & 15]; }
