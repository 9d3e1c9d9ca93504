// Included by kernel files within the namespace of each variant (kernel_variants.inl).

/// B floats, or as many integers, computed at once; the compiler splits them where the machine's vectors are shorter.
template <int B>
struct Vectors {
  typedef float Floats __attribute__((vector_size(4 * B)));
  typedef std::int32_t Integers __attribute__((vector_size(4 * B)));
};
template <class Vector, class Value>
ARCHIPEL_INLINE void load(Vector& vector, const Value* from) {
  __builtin_memcpy(&vector, from, sizeof(Vector));
}
template <class Vector, class Value>
ARCHIPEL_INLINE void store(const Vector& vector, Value* to) {
  __builtin_memcpy(to, &vector, sizeof(Vector));
}

/// Calls body<B>(first channel) for blocks of 16, 8, 4 and 1 channels that cover [0, channels).
template <class Body>
ARCHIPEL_INLINE void for_channel_blocks(int channels, Body body) {
  int c = 0;
  for (; c + 16 <= channels; c += 16) body.template operator()<16>(c);
  for (; c + 8 <= channels; c += 8) body.template operator()<8>(c);
  for (; c + 4 <= channels; c += 4) body.template operator()<4>(c);
  for (; c < channels; ++c) body.template operator()<1>(c);
}

constexpr std::size_t chunk = 512;   // rows summed in single precision before they enter the double sums
constexpr int interleaved = 4;       // sums that do not wait for each other
constexpr float lowest = -3.402823466e38f;

/// Sums of two values over rows: by chunk in single precision, the chunks in double.
template <int B>
struct TwoSums {
  double first[B] = {}, second[B] = {};

  /// `pair(row, a, b)` sets the values of one row.
  template <class Pair>
  ARCHIPEL_INLINE void over(std::size_t rows, Pair pair) {
    for (std::size_t begin = 0; begin < rows; begin += chunk) {
      typename Vectors<B>::Floats a[interleaved] = {}, b[interleaved] = {}, u, v;
      const std::size_t end = std::min(begin + chunk, rows);
      std::size_t row = begin;
      for (; row + interleaved <= end; row += interleaved)
        for (int i = 0; i < interleaved; ++i) {
          pair(row + std::size_t(i), u, v);
          a[i] += u;
          b[i] += v;
        }
      for (; row < end; ++row) {
        pair(row, u, v);
        a[0] += u;
        b[0] += v;
      }
      u = (a[0] + a[1]) + (a[2] + a[3]);
      v = (b[0] + b[1]) + (b[2] + b[3]);
      for (int i = 0; i < B; ++i) {
        first[i] += u[i];
        second[i] += v[i];
      }
    }
  }
};
