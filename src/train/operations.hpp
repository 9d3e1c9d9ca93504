#pragma once

#include <ATen/core/Tensor.h>

namespace archipel::train {

// The operations of networks, with autograd, on float tensors [images, channels, height, width] that lie channels last. On CPUs those
// for which LibTorch's own bodies are slower than they need be run the kernels of kernels.hpp; elsewhere all are LibTorch's.

/// Memory of `values`, [images, height, width, channels], seen as such a tensor.
at::Tensor channels_last_view(const float* values, int images, int channels, int height, int width);

at::Tensor convolution(const at::Tensor& x, const at::Tensor& weight, int stride);   // padding kernel / 2
at::Tensor depthwise(const at::Tensor& x, const at::Tensor& weight);                 // stride 1, padding kernel / 2
at::Tensor max_pool(const at::Tensor& x, int kernel, int stride);                    // padding kernel / 2
at::Tensor average_pool(const at::Tensor& x, int kernel, int stride);   // padding kernel / 2 with zeros that count

/// Batch normalisation by the moments of `x` itself, then ReLU if `relu`. `moments` [2, channels] receives means and mean squares.
at::Tensor normalise(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta, bool relu,
                     at::Tensor moments);
/// Batch normalisation by `statistics` [2, channels]: means and variances. Without autograd.
at::Tensor normalise_by(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta, bool relu,
                        const at::Tensor& statistics);

}   // namespace archipel::train
