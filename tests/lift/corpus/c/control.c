// Branches, switches, loops, local variables, helper functions, tables.
#include <stdbool.h>
#include <stdint.h>

static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
static const int8_t steps[2][3] = {{1, -1, 5}, {7, -9, 0}};

unsigned days_of(unsigned month, bool leap) { return month < 12 ? days[month] + (month == 1 && leap) : 0; }

unsigned days_unchecked(unsigned month) { return days[month]; }  // undefined from 12 on

int step(unsigned i, unsigned j) { return steps[i & 1][j % 3]; }

int grade(int x) {
    switch (x / 10) {
    case 10:
    case 9: return 'A';
    case 8: return 'B';
    case 7: return 'C';
    case -1: x += 3;  // falls through
    case 0: return x;
    default: return 'F';
    }
}

static uint32_t mix(uint32_t h) {
    h ^= h >> 16, h *= 0x85ebca6bu, h ^= h >> 13;
    return h;
}

uint32_t mixed_twice(uint32_t x, uint32_t y) { return mix(x) ^ mix(y + 1); }

static void order(uint32_t *a, uint32_t *b) {
    if (*a > *b) {
        uint32_t t = *a;
        *a = *b;
        *b = t;
    }
}

uint32_t median(uint32_t x, uint32_t y, uint32_t z) {
    order(&x, &y), order(&y, &z), order(&x, &y);
    return y;
}

int popcount64(uint64_t x) {
    int n = 0;
    for (int i = 0; i < 64; i++) n += x >> i & 1;
    return n;
}

int popcount_while(uint64_t x) {
    int n = 0;
    while (x) x &= x - 1, n++;
    return n;
}

bool parity(uint64_t x) {
    bool p = false;
    for (; x; x >>= 1) p ^= x & 1;
    return p;
}

uint64_t reverse64(uint64_t x) {
    uint64_t r = 0;
    for (int i = 0; i < 64; i++, x >>= 1) r = r << 1 | (x & 1);
    return r;
}

int leading64(uint64_t x) {
    int n = 0;
    while (n < 64 && !(x >> (63 - n))) n++;
    return n;
}

uint32_t square_root(uint32_t x) {
    uint32_t root = 0;
    for (uint32_t bit = 1u << 30; bit; bit >>= 2) {
        if (x >= root + bit) {
            x -= root + bit;
            root = (root >> 1) + bit;
        } else
            root >>= 1;
    }
    return root;
}

uint64_t gray_decode(uint64_t x) {
    uint64_t r = x;
    while (x >>= 1) r ^= x;
    return r;
}

uint8_t gcd(uint8_t a, uint8_t b) {
    while (b) {
        uint8_t t = a % b;
        a = b, b = t;
    }
    return a;
}

int nested_search(unsigned x) {
    for (unsigned i = 0; i < 6; i++)
        for (unsigned j = i; j < 6; j++) {
            if (i * j == (x & 31)) return i << 4 | j;
            if (i + j > 9) goto done;
        }
done:
    return -1;
}

unsigned skipping(unsigned x) {
    unsigned n = 0;
    for (unsigned i = 0; i < 16; i++) {
        if (x & 1u << i) continue;
        if (i == (x & 7) + 8) break;
        n += i;
    }
    return n;
}

uint16_t crc(uint8_t x, uint16_t crc) {
    crc ^= (uint16_t)(x << 8);
    int i = 0;
    do crc = crc & 0x8000 ? (uint16_t)(crc << 1 ^ 0x1021) : (uint16_t)(crc << 1);
    while (++i < 8);
    return crc;
}

uint32_t bytes_summed(uint32_t x) {
    uint8_t b[4] = {x, x >> 8, x >> 16, x >> 24};
    b[1] += b[3];
    return b[0] + 3 * b[1] + 9 * b[2] + 27 * b[3];
}

struct fraction {
    int32_t over, under;
};

static struct fraction inverted(struct fraction f) {
    struct fraction g = {f.under, f.over};
    return g;
}

int32_t fraction_sum(int16_t x, int16_t y) {
    struct fraction f = {x, y}, g = inverted(f);
    return g.over * 2 - g.under;
}

static bool contains(uint32_t set, unsigned i) { return i < 32 && set >> i & 1; }

unsigned lazy(uint32_t set, unsigned i, unsigned j) { return contains(set, i) || (j && contains(set, 32 / j)); }

_Bool majority(_Bool a, _Bool b, _Bool c) { return (a && b) || (b && c) || (a && c); }
