// Included by the kernel files of the stem.

/// The channels of one image, each by itself in a border of zeros that is wide enough for windows of windows, and for whole vectors.
class Planes {
 public:
  explicit Planes(const Window& w)
      : height_(w.height),
        width_(w.width),
        channels_(w.channels),
        stride_(std::size_t(w.width) + 2 * border + 16),
        plane_(stride_ * std::size_t(w.height + 2 * border)),
        values_(plane_ * std::size_t(w.channels)) {}
  void load(const float* image) {
    for (int y = 0; y < height_; ++y, image += width_ * channels_)
      for (int c = 0; c < channels_; ++c) {
        float* row = values_.data() + (at(c, y, 0) - values_.data());
        if (channels_ == 1) std::copy_n(image, width_, row);
        else
          for (int x = 0; x < width_; ++x) row[x] = image[x * channels_ + c];
      }
  }
  const float* at(int channel, int y, int x) const {
    return values_.data() + std::size_t(channel) * plane_ + std::size_t(y + border) * stride_ + std::size_t(x + border);
  }

 private:
  static constexpr int border = 2;
  int height_, width_, channels_;
  std::size_t stride_, plane_;
  std::vector<float> values_;
};
