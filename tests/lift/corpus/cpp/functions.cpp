// C++: namespaces, overloads, templates, classes, references, constant evaluation, enumerations.
#include <cstdint>

namespace bits {
constexpr std::uint32_t low(std::uint32_t x, unsigned n) { return n < 32 ? x & ((1u << n) - 1) : x; }

std::uint32_t between(std::uint32_t x, unsigned from, unsigned to) { return low(x, to) & ~low(~0u, from); }
}  // namespace bits
using namespace bits;

template <typename T>
T rounded(T x, T step) {
    return (x + step - 1) / step * step;
}

std::uint32_t rounded32(std::uint32_t x, std::uint16_t step) { return rounded<std::uint32_t>(x, step); }

std::uint64_t rounded_to_8(std::uint64_t x) { return rounded<std::uint64_t>(x, 8); }

class Counter {
public:
    explicit Counter(std::uint32_t start) : count(start) {}
    Counter &operator+=(std::uint32_t n) {
        count += n;
        return *this;
    }
    std::uint32_t value() const { return count ^ mask; }

private:
    static constexpr std::uint32_t mask = 0x55;
    std::uint32_t count;
};

std::uint32_t counted(std::uint32_t x, std::uint32_t y) {
    Counter c(x);
    c += y;
    c += 3;
    return c.value();
}

enum class Color : std::uint8_t { red, green = 5, blue };

unsigned colored(std::uint8_t x) {
    switch (static_cast<Color>(x % 8)) {
    case Color::red: return 1;
    case Color::green: return 2;
    case Color::blue: return 3;
    }
    return 0;
}

int lambda(int x) {
    auto twice = [](int y) { return y * 2; };
    return twice(x / 4) + 1;
}

static void swapped(std::uint32_t &a, std::uint32_t &b) {
    auto t = a;
    a = b;
    b = t;
}

std::uint32_t references(std::uint32_t x, std::uint32_t y) {
    swapped(x, y);
    return x - y * 3;
}

constexpr std::int64_t power(std::int64_t x, unsigned n) { return n == 0 ? 1 : x * power(x, n - 1); }

std::int64_t constant_power(std::int8_t x) {
    constexpr auto nine = power(3, 2);
    return nine * x;
}

struct Fixed {
    std::int32_t raw;
    friend Fixed operator*(Fixed a, Fixed b) { return {static_cast<std::int32_t>((std::int64_t{a.raw} * b.raw) >> 16)}; }
    friend Fixed operator+(Fixed a, Fixed b) { return {a.raw + b.raw}; }
};

int polynomial(std::int16_t x) {
    Fixed f{x * 16}, one{1 << 16};
    return (f * f + one).raw;
}

template <unsigned N>
auto unrolled(std::uint32_t x) -> unsigned {
    return (x & 1) + unrolled<N - 1>(x >> 1);
}

template <>
auto unrolled<0>(std::uint32_t) -> unsigned {
    return 0;
}

unsigned low_ones(std::uint32_t x) { return unrolled<6>(x); }
