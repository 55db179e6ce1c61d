#include <stdint.h>

/* What is wanted, plainly: one step for each bit. */
uint32_t popcount(uint32_t x)
{
    uint32_t count = 0;
    while (x != 0) {
        count += x & 1;
        x >>= 1;
    }
    return count;
}

/* What is shipped. */
uint32_t popcount_fast(uint32_t x)
{
    x = x - ((x >> 1) & 0x55555555u);
    x = (x & 0x33333333u) + ((x >> 2) & 0x33333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0fu;
    return x * 0x01010101u >> 24;
}
