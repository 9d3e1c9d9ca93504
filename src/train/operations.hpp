#pragma once

#include <ATen/core/Tensor.h>

namespace archipel::train {

/// Memory of `values`, [images, height, width, channels], seen as a tensor [images, channels, height, width] that lies channels last.
at::Tensor channels_last_view(const float* values, int images, int channels, int height, int width);

/// The operations of networks on any device, by LibTorch's and with autograd, on tensors [images, channels, height, width] that lie
/// channels last.
struct Operations {
  /// Activations and the factors of convolutions in bfloat16; sums, moments and parameters in float.
  bool bfloat16 = false;

  at::Tensor convolution(const at::Tensor& x, const at::Tensor& weight, int stride) const;   // padding kernel / 2
  at::Tensor depthwise(const at::Tensor& x, const at::Tensor& weight) const;   // stride 1, padding kernel / 2
  at::Tensor max_pool(const at::Tensor& x, int kernel, int stride) const;      // padding kernel / 2
  at::Tensor average_pool(const at::Tensor& x, int kernel,
                          int stride) const;        // padding kernel / 2 with zeros that count
  at::Tensor features(const at::Tensor& x) const;   // means of the channels, [images, channels], in float

  /// Batch normalisation by the moments of `x` itself, then ReLU if `relu`. `moments` [2, channels] receives means and mean squares.
  at::Tensor normalise(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta, bool relu,
                       at::Tensor moments) const;
  /// Batch normalisation by `statistics` [2, channels]: means and variances. Without autograd.
  at::Tensor normalise_by(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta, bool relu,
                          const at::Tensor& statistics) const;

 private:
  at::Tensor factor(const at::Tensor& values) const;
};

}   // namespace archipel::train
