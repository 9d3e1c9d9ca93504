// Included by kernel files after kernel_vectors.inl.

/// Pixels, or windows, [begin, end) along one side of an image.
struct Range {
  int begin, end;
  int size() const { return end - begin; }
};

/// For each of `windows` windows: its pixels in an image of `size`.
inline std::vector<Range> pixels_of_windows(int windows, const Window& w, int size) {
  std::vector<Range> pixels;
  for (int o = 0; o < windows; ++o) {
    const int first = o * w.stride - w.padding;
    pixels.push_back({std::max(0, first), std::min(first + w.kernel, size)});
  }
  return pixels;
}

/// For each of `size` pixels: the windows, of `windows`, that hold it.
inline std::vector<Range> windows_of_pixels(int size, const Window& w, int windows) {
  std::vector<Range> holding;
  for (int i = 0; i < size; ++i) {
    const int before = i + w.padding - w.kernel;   // the last window that begins here ends before this pixel
    holding.push_back({before < 0 ? 0 : before / w.stride + 1, std::min((i + w.padding) / w.stride + 1, windows)});
  }
  return holding;
}

/// Calls body(y, x) for all rows and columns, nearly always 3 of each: that case alone is worth unrolled loops.
template <class Body>
ARCHIPEL_INLINE void for_all(Range rows, Range columns, Body body) {
  if (rows.size() == 3 && columns.size() == 3) {
    for (int y = 0; y < 3; ++y)
      for (int x = 0; x < 3; ++x) body(rows.begin + y, columns.begin + x);
  } else {
    for (int y = rows.begin; y < rows.end; ++y)
      for (int x = columns.begin; x < columns.end; ++x) body(y, x);
  }
}

/// Calls body<B>(y, x, first channel) for each pixel and each block of its channels.
template <class Body>
ARCHIPEL_INLINE void for_pixels(int height, int width, int channels, Body body) {
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for_channel_blocks(
          channels, [&]<int B>(int c) __attribute__((always_inline)) { body.template operator()<B>(y, x, c); });
}

/// The largest of B channels over a window's pixels, where `value(candidate, iy, ix)` sets one, and its place in the window, whose
/// corner is (top, left).
template <int B>
struct Largest {
  typename Vectors<B>::Floats best = typename Vectors<B>::Floats{} - std::numeric_limits<float>::infinity();
  typename Vectors<B>::Integers tap = {};

  template <class Value>
  ARCHIPEL_INLINE void over(Range rows, Range columns, int top, int left, int kernel, Value value) {
    for_all(rows, columns, [&](int iy, int ix) __attribute__((always_inline)) {
      typename Vectors<B>::Floats candidate;
      value(candidate, iy, ix);
      const typename Vectors<B>::Integers place =
                                              typename Vectors<B>::Integers{} + ((iy - top) * kernel + ix - left),
                                          stays =
                                              (candidate <= best) | (best != best);   // the first that is no number
      tap = stays ? tap : place;
      best = stays ? best : candidate;
    });
  }
};

/// One row of an image with a border of w.padding pixels on both sides, [width + 2 padding, channels]: for pixels of row `y` the sum
/// of `gradient` over those windows, of rows `windows`, that chose them. Nothing is asked within the loops.
template <int B, int kernel>
ARCHIPEL_INLINE void gather_chosen(const float* gradient, const std::int32_t* chosen, const Window& w, int columns,
                                   Range windows, int y, int c, float* row) {
  typename Vectors<B>::Floats value, sum;
  typename Vectors<B>::Integers taps;
  for (int i = 0; i < w.width + 2 * w.padding; ++i)
    store(typename Vectors<B>::Floats{}, row + std::size_t(i) * w.channels + c);
  for (int oy = windows.begin; oy < windows.end; ++oy) {
    const int first = (y + w.padding - oy * w.stride) * kernel;
    std::size_t at = std::size_t(oy) * columns * w.channels + c;
    float* pixel = row + c;
    for (int ox = 0; ox < columns; ++ox, at += w.channels, pixel += w.stride * w.channels) {
      load(value, gradient + at);
      load(taps, chosen + at);
      for (int kx = 0; kx < kernel; ++kx) {
        load(sum, pixel + kx * w.channels);
        sum += taps == first + kx ? value : typename Vectors<B>::Floats{};
        store(sum, pixel + kx * w.channels);
      }
    }
  }
}

/// The same for all channels. Kernels are 3 or 5 wide.
inline void gather_row(const float* gradient, const std::int32_t* chosen, const Window& w, int columns, Range windows,
                       int y, float* row) {
  for_channel_blocks(
      w.channels, [&]<int B>(int c) __attribute__((always_inline)) {
        if (w.kernel == 3) gather_chosen<B, 3>(gradient, chosen, w, columns, windows, y, c, row);
        else gather_chosen<B, 5>(gradient, chosen, w, columns, windows, y, c, row);
      });
}
