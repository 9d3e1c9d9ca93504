// Included by kernel files within the namespace of each variant (kernel_variants.inl).

/// B floats, or as many integers, computed at once.
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

/// sum += a * b, rounded once where the instruction set can do that: all but the base variant, and there all alike.
template <class Floats>
ARCHIPEL_INLINE void add_product(Floats& sum, const Floats& a, const Floats& b) {
#ifdef ARCHIPEL_FMA
  if constexpr (sizeof(Floats) == 4) {
    sum[0] = __builtin_fmaf(a[0], b[0], sum[0]);
  } else if constexpr (sizeof(Floats) == 16) {
    sum = Floats(_mm_fmadd_ps(__m128(a), __m128(b), __m128(sum)));
  } else if constexpr (sizeof(Floats) == 32) {
    sum = Floats(_mm256_fmadd_ps(__m256(a), __m256(b), __m256(sum)));
  } else {
    sum = Floats(_mm512_fmadd_ps(__m512(a), __m512(b), __m512(sum)));
  }
#else
  sum += a * b;
#endif
}
template <class Floats>
ARCHIPEL_INLINE void add_product(Floats& sum, float a, const Floats& b) {
  add_product(sum, a - Floats{}, b);
}

#ifdef ARCHIPEL_FMA
constexpr int widest = ARCHIPEL_FMA;   // floats in one of the machine's vectors
#else
constexpr int widest = 4;
#endif

/// Calls body<B>(first channel) for blocks of at most 16, 8, 4 and 1 channels that cover [0, channels).
template <class Body>
ARCHIPEL_INLINE void for_channel_blocks(int channels, Body body) {
  int c = 0;
  if constexpr (widest >= 16)
    for (; c + 16 <= channels; c += 16) body.template operator()<16>(c);
  if constexpr (widest >= 8)
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
