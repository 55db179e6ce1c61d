// Bits: counted, reversed, rotated, searched.
#include <stdbool.h>
#include <stdint.h>

uint32_t turn_off(uint32_t x) { return x & (x - 1); }

uint64_t isolate(uint64_t x) { return x & -x; }

bool power_of_two(uint32_t x) { return x && !(x & (x - 1)); }

uint32_t popcount_tree(uint32_t x) {
    x = x - ((x >> 1) & 0x55555555);
    x = (x & 0x33333333) + ((x >> 2) & 0x33333333);
    x = (x + (x >> 4)) & 0x0f0f0f0f;
    return x * 0x01010101 >> 24;
}

int popcount_builtin(uint64_t x) { return __builtin_popcountll(x); }

int leading(uint32_t x) { return x ? __builtin_clz(x) : 32; }

int trailing(uint64_t x) { return __builtin_ctzll(x); }  // undefined for 0

uint32_t swap_bytes(uint32_t x) { return __builtin_bswap32(x); }

uint16_t swap_by_hand(uint16_t x) { return x << 8 | x >> 8; }

uint32_t rotate(uint32_t x, unsigned n) { return x << (n & 31) | x >> (-n & 31); }

uint8_t rotate_byte(uint8_t x) { return (uint8_t)(x << 3 | x >> 5); }

uint32_t reverse(uint32_t x) {
    x = (x & 0x55555555) << 1 | (x & 0xaaaaaaaa) >> 1;
    x = (x & 0x33333333) << 2 | (x & 0xcccccccc) >> 2;
    x = (x & 0x0f0f0f0f) << 4 | (x & 0xf0f0f0f0) >> 4;
    return __builtin_bswap32(x);
}

uint32_t next_same_count(uint32_t x) {  // undefined for 0: a division
    uint32_t low = x & -x, ripple = x + low;
    return ripple | ((x ^ ripple) >> 2) / low;
}

uint32_t round_up(uint32_t x) {
    x--;
    x |= x >> 1, x |= x >> 2, x |= x >> 4, x |= x >> 8, x |= x >> 16;
    return x + 1;
}

uint16_t interleave(uint8_t x, uint8_t y) {
    uint32_t a = x, b = y;
    a = (a | a << 4) & 0x0f0f, a = (a | a << 2) & 0x3333, a = (a | a << 1) & 0x5555;
    b = (b | b << 4) & 0x0f0f, b = (b | b << 2) & 0x3333, b = (b | b << 1) & 0x5555;
    return a | b << 1;
}

bool has_zero_byte(uint64_t x) { return (x - 0x0101010101010101) & ~x & 0x8080808080808080; }
