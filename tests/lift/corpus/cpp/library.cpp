// C++: its standard library.
#include <algorithm>
#include <cstdint>

int smaller(int x, int y) { return std::min(x, y); }

std::uint32_t ordered(std::uint32_t x, std::uint32_t y) {
    if (x > y) std::swap(x, y);
    return x * 3 - y;
}
