/* Parity, bit by bit and by folding. `primir verify examples/parity.c:slow examples/parity.c:fast` proves them equal. */

unsigned slow(unsigned x)
{
    unsigned odd = 0;
    while (x) {
        odd ^= x & 1;
        x >>= 1;
    }
    return odd;
}

unsigned fast(unsigned x)
{
    x ^= x >> 16;
    x ^= x >> 8;
    x ^= x >> 4;
    return 0x6996 >> (x & 15) & 1;
}
