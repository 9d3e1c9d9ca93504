#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace archipel::train {

// Kernels for CPUs, on one thread: all layers but dense convolutions. Activations lie in memory as [images, height, width, channels],
// so that every loop runs over contiguous channels: each element is computed in one fixed order and has the same bits whatever
// the width of the machine's vectors. "Rows" are images * height * width. Outputs do not overlap inputs.

/// Square window over an image with `padding` zeros (minus infinity for a maximum) on every side.
struct Window {
  int images = 0, height = 0, width = 0, channels = 0;   // of the input
  int kernel = 1, stride = 1, padding = 0;

  int out_height() const { return (height + 2 * padding - kernel) / stride + 1; }
  int out_width() const { return (width + 2 * padding - kernel) / stride + 1; }
  std::size_t inputs() const { return std::size_t(images) * height * width * channels; }
  std::size_t outputs() const { return std::size_t(images) * out_height() * out_width() * channels; }
};

/// Mean and mean of squares of each channel of `x` [rows, channels].
void channel_moments(const float* x, std::size_t rows, int channels, float* mean, float* mean_square);
/// y = x * scale + shift by channel, then max(., 0) if `relu`.
void scale_shift(const float* x, std::size_t rows, int channels, const float* scale, const float* shift, bool relu,
                 float* y);
/// Batch normalisation (Ioffe & Szegedy 2015), by channel: y = x * scale + shift with scale = gamma * inverse_deviation and
/// shift = beta - mean * scale.
struct Affine {
  const float *mean, *inverse_deviation, *scale, *shift;
};
/// Gradient of batch normalisation followed by `relu`.
void normalise_backward(const float* x, const float* dy, std::size_t rows, int channels, const Affine& affine,
                        bool relu, float* dx, float* dgamma, float* dbeta);

/// Convolution of each channel with its own kernel: weights [channels, kernel, kernel], stride 1, same size.
void depthwise_forward(const Window& window, const float* x, const float* weights, float* y);
void depthwise_backward(const Window& window, const float* x, const float* weights, const float* dy, float* dx,
                        float* dweights);
/// Mean over the window, with zeros outside of the image that count.
void average_pool_forward(const Window& window, const float* x, float* y);
void average_pool_backward(const Window& window, const float* dy, float* dx);

/// `chosen` [outputs], if wanted: position in the window of the first largest value.
void max_pool_forward(const Window& window, const float* x, float* y, std::int32_t* chosen);
void max_pool_backward(const Window& window, const float* dy, const std::int32_t* chosen, float* dx);

/// How networks begin: a 3x3 convolution of images with few channels, batch normalisation, ReLU, 3x3 max pooling. In one, and without
/// storing what the pool drops: moments and gradients of the convolution follow from sums over the images.
struct Stem {
  Window convolution, pool;
};
/// What the convolution's window holds: sums over all `rows` places of each tap, [taps], and of each product of two, [taps, taps].
struct TapSums {
  std::size_t rows = 0;
  std::vector<double> values, products;
};
TapSums sum_taps(const Window& convolution, const float* images);
/// Of the convolution with weights [outputs, taps], as channel_moments.
void stem_moments(const TapSums& sums, const float* weights, int outputs, float* mean, float* mean_square);
/// y = max pool of max(convolution * scale + shift, 0); `chosen`, of y's shape: where that was largest.
void stem_forward(const Stem& stem, const float* images, const float* weights, const float* scale, const float* shift,
                  float* y, std::int32_t* chosen);
/// Gradients of all parameters; images need none.
void stem_backward(const Stem& stem, const float* images, const TapSums& sums, const float* weights, const float* y,
                   const float* dy, const std::int32_t* chosen, const Affine& affine, float* dweights, float* dgamma,
                   float* dbeta);

/// y = sum of `terms` [rows * channels each], added from the first to the last.
void add(std::span<const float* const> terms, std::size_t count, float* y);

/// Means over the pixels of each image: x [images, pixels, channels], y [images, channels].
void channel_means(const float* x, int images, int pixels, int channels, float* y);
/// Its gradient, times `factors` [images, channels] if given.
void channel_means_backward(const float* dy, const float* factors, int images, int pixels, int channels, float* dx);

/// Logits [images, classes] = features [images, inputs] * weights [classes, inputs] + bias.
void classify(const float* features, int images, int inputs, int classes, const float* weights, const float* bias,
              float* logits);
void classify_backward(const float* features, const float* dlogits, int images, int inputs, int classes,
                       const float* weights, float* dfeatures, float* dweights, float* dbias);

/// Mean cross entropy, in nat, of softmax(logits) [images, classes] with labels smoothed over all classes (Szegedy et al. 2016,
/// arXiv:1512.00567), and its gradient.
float cross_entropy(const float* logits, const std::uint8_t* labels, int images, int classes, double smoothing,
                    float* dlogits);

}   // namespace archipel::train
