// Included by kernel files within the namespace of each variant (kernel_variants.hpp).

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
