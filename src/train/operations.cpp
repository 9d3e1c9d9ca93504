#include "train/operations.hpp"

#include "train/kernels.hpp"
#include "train/model.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

namespace archipel::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

constexpr auto channels_last = at::MemoryFormat::ChannelsLast;

at::Tensor laid_out(const at::Tensor& x) { return x.contiguous(channels_last); }
at::Tensor like(const at::Tensor& x) { return at::empty_like(x, x.options(), channels_last); }
float* values_of(const at::Tensor& x) { return x.data_ptr<float>(); }
std::size_t rows_of(const at::Tensor& x) { return std::size_t(x.size(0) * x.size(2) * x.size(3)); }
int channels_of(const at::Tensor& x) { return int(x.size(1)); }

Window window_of(const at::Tensor& x, int kernel, int stride) {
  return {.images = int(x.size(0)),
          .height = int(x.size(2)),
          .width = int(x.size(3)),
          .channels = channels_of(x),
          .kernel = kernel,
          .stride = stride,
          .padding = kernel / 2};
}

struct Depthwise : Function<Depthwise> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& weight) {
    const auto x = laid_out(input), w = weight.contiguous();
    auto y = like(x);
    depthwise_forward(window_of(x, int(w.size(2)), 1), values_of(x), values_of(w), values_of(y));
    context->save_for_backward({x, w});
    return y;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &w = saved[1];
    const auto dy = laid_out(gradients[0]);
    auto dx = like(x), dw = at::empty_like(w);
    depthwise_backward(window_of(x, int(w.size(2)), 1), values_of(x), values_of(w), values_of(dy), values_of(dx),
                       values_of(dw));
    return {dx, dw};
  }
};

/// Of images: they have few channels and need no gradient.
struct ImageConvolution : Function<ImageConvolution> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& images, const at::Tensor& weight,
                            std::int64_t stride) {
    const auto x = laid_out(images), w = weight.contiguous();
    const Window window = window_of(x, int(w.size(2)), int(stride));
    auto y = at::empty({x.size(0), w.size(0), window.out_height(), window.out_width()},
                       x.options().memory_format(channels_last));
    image_convolution_forward(window, int(w.size(0)), values_of(x), values_of(w), values_of(y));
    context->save_for_backward({x, w});
    context->saved_data["stride"] = stride;
    return y;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &w = saved[1];
    const auto dy = laid_out(gradients[0]);
    auto dw = at::empty_like(w);
    image_convolution_backward(window_of(x, int(w.size(2)), int(context->saved_data["stride"].toInt())), int(w.size(0)),
                               values_of(x), values_of(dy), values_of(dw));
    return {at::Tensor(), dw, at::Tensor()};
  }
};

/// With a stride, the means of all windows are computed and every stride-th is kept: one small layer in a network.
struct AveragePool : Function<AveragePool> {
  static at::Tensor every(const at::Tensor& x, std::int64_t stride) {
    return x.slice(2, 0, x.size(2), stride).slice(3, 0, x.size(3), stride);
  }
  static at::Tensor pooled(const at::Tensor& input, int kernel) {
    const auto x = laid_out(input);
    auto y = like(x);
    train::average_pool(window_of(x, kernel, 1), values_of(x), values_of(y));
    return y;
  }
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, std::int64_t kernel, std::int64_t stride) {
    context->saved_data["kernel"] = kernel;
    context->saved_data["stride"] = stride;
    context->saved_data["shape"] = x.sizes().vec();
    return laid_out(every(pooled(x, int(kernel)), stride));
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto& dy = gradients[0];
    const auto kernel = int(context->saved_data["kernel"].toInt());
    const auto stride = context->saved_data["stride"].toInt();
    if (stride == 1) return {pooled(dy, kernel), at::Tensor(), at::Tensor()};
    auto full = at::zeros(context->saved_data["shape"].toIntVector(), dy.options().memory_format(channels_last));
    every(full, stride).copy_(dy);
    return {pooled(full, kernel), at::Tensor(), at::Tensor()};
  }
};

struct MaxPool : Function<MaxPool> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, std::int64_t kernel,
                            std::int64_t stride) {
    const auto x = laid_out(input);
    const Window window = window_of(x, int(kernel), int(stride));
    auto y = at::empty({x.size(0), x.size(1), window.out_height(), window.out_width()},
                       x.options().memory_format(channels_last));
    auto chosen = at::empty({std::int64_t(window.outputs())}, x.options().dtype(at::kInt));
    max_pool_forward(window, values_of(x), values_of(y), chosen.data_ptr<std::int32_t>());
    context->save_for_backward({chosen});
    context->saved_data["window"] =
        std::vector<std::int64_t>{x.size(0), x.size(1), x.size(2), x.size(3), kernel, stride};
    return y;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto size = context->saved_data["window"].toIntVector();
    const auto dy = laid_out(gradients[0]);
    auto dx = at::empty({size[0], size[1], size[2], size[3]}, dy.options().memory_format(channels_last));
    max_pool_backward(window_of(dx, int(size[4]), int(size[5])), values_of(dy),
                      context->get_saved_variables()[0].data_ptr<std::int32_t>(), values_of(dx));
    return {dx, at::Tensor(), at::Tensor()};
  }
};

/// By LibTorch's operations, on any device. Its own backward pass adds in an arbitrary order on GPUs; here each of the kernel's places
/// adds to positions of its own.
struct DeviceMaxPool : Function<DeviceMaxPool> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, std::int64_t kernel, std::int64_t stride) {
    auto [y, chosen] = at::max_pool2d_with_indices(x, {kernel, kernel}, {stride, stride}, {kernel / 2, kernel / 2});
    context->save_for_backward({chosen});   // row * width + column in the input
    context->saved_data["window"] = std::vector<std::int64_t>{x.size(2), x.size(3), kernel, stride};
    return y;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto window = context->saved_data["window"].toIntVector();
    const auto height = window[0], width = window[1], kernel = window[2], stride = window[3], padding = kernel / 2;
    const auto chosen = context->get_saved_variables()[0];
    const auto dy = laid_out(gradients[0]);
    const auto rows = dy.size(2), columns = dy.size(3);
    const auto whole = dy.options().dtype(at::kLong);
    const auto top = at::arange(rows, whole).mul_(stride).sub_(padding).view({rows, 1}),
               left = at::arange(columns, whole).mul_(stride).sub_(padding).view({1, columns});
    auto padded = at::zeros({dy.size(0), dy.size(1), height + 2 * padding, width + 2 * padding},
                            dy.options().memory_format(channels_last));
    for (std::int64_t y = 0; y < kernel; ++y)
      for (std::int64_t x = 0; x < kernel; ++x)
        padded.slice(2, y, y + (rows - 1) * stride + 1, stride)
            .slice(3, x, x + (columns - 1) * stride + 1, stride)
            .add_(dy * (chosen == (top + y) * width + (left + x)));
    return {laid_out(padded.slice(2, padding, padding + height).slice(3, padding, padding + width)), at::Tensor(),
            at::Tensor()};
  }
};

/// Factor and offset of a normalisation, [channels] each.
struct Affine {
  std::vector<float> inverse_deviation, scale, shift;
  Affine(const float* mean, const float* variance, const at::Tensor& gamma, const at::Tensor& beta) {
    for (int c = 0; c < int(gamma.numel()); ++c) {
      inverse_deviation.push_back(1.0f / std::sqrt(variance[c] + normalisation_epsilon));
      scale.push_back(values_of(gamma)[c] * inverse_deviation[c]);
      shift.push_back(values_of(beta)[c] - mean[c] * scale[c]);
    }
  }
};

Affine affine_of(const at::Tensor& moments, const at::Tensor& gamma, const at::Tensor& beta) {
  const float *mean = values_of(moments), *mean_square = mean + gamma.numel();
  std::vector<float> variance;
  for (int c = 0; c < int(gamma.numel()); ++c) variance.push_back(std::max(0.0f, mean_square[c] - mean[c] * mean[c]));
  return Affine(mean, variance.data(), gamma, beta);
}

struct Normalise : Function<Normalise> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& gamma,
                            const at::Tensor& beta, bool relu, at::Tensor moments) {
    const auto x = laid_out(input);
    const int channels = channels_of(x);
    channel_moments(values_of(x), rows_of(x), channels, values_of(moments), values_of(moments) + channels);
    const Affine affine = affine_of(moments, gamma, beta);
    auto y = like(x);
    scale_shift(values_of(x), rows_of(x), channels, affine.scale.data(), affine.shift.data(), relu, values_of(y));
    context->save_for_backward({x, gamma, beta, moments});
    context->saved_data["relu"] = relu;
    return y;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &gamma = saved[1], &beta = saved[2], &moments = saved[3];
    const auto dy = laid_out(gradients[0]);
    const Affine affine = affine_of(moments, gamma, beta);
    auto dx = like(x), dgamma = at::empty_like(gamma), dbeta = at::empty_like(beta);
    normalise_backward(values_of(x), values_of(dy), rows_of(x), channels_of(x), values_of(moments),
                       affine.inverse_deviation.data(), affine.scale.data(), affine.shift.data(),
                       context->saved_data["relu"].toBool(), values_of(dx), values_of(dgamma), values_of(dbeta));
    return {dx, dgamma, dbeta, at::Tensor(), at::Tensor()};
  }
};

}   // namespace

at::Tensor channels_last_view(const float* values, int images, int channels, int height, int width) {
  const std::int64_t pixels = std::int64_t(height) * width;
  return at::from_blob(const_cast<float*>(values), {images, channels, height, width},
                       {pixels * channels, 1, std::int64_t(width) * channels, channels}, at::kFloat);
}

at::Tensor Operations::factor(const at::Tensor& values) const { return bfloat16 ? values.to(at::kBFloat16) : values; }

at::Tensor Operations::convolution(const at::Tensor& x, const at::Tensor& weight, int stride) const {
  if (own_kernels && x.size(1) <= 4 && !x.requires_grad())
    return ImageConvolution::apply(x, weight, std::int64_t(stride));
  const std::int64_t padding = weight.size(2) / 2;
  return at::conv2d(factor(x), factor(weight), {}, {stride, stride}, {padding, padding});
}

at::Tensor Operations::depthwise(const at::Tensor& x, const at::Tensor& weight) const {
  if (own_kernels) return Depthwise::apply(x, weight);
  const std::int64_t padding = weight.size(2) / 2;
  return at::conv2d(factor(x), factor(weight), {}, {1, 1}, {padding, padding}, {1, 1}, x.size(1));
}

at::Tensor Operations::max_pool(const at::Tensor& x, int kernel, int stride) const {
  if (own_kernels) return MaxPool::apply(x, std::int64_t(kernel), std::int64_t(stride));
  return DeviceMaxPool::apply(x, std::int64_t(kernel), std::int64_t(stride));
}

at::Tensor Operations::average_pool(const at::Tensor& x, int kernel, int stride) const {
  if (own_kernels) return AveragePool::apply(x, std::int64_t(kernel), std::int64_t(stride));
  return at::avg_pool2d(x, {kernel, kernel}, {stride, stride}, {kernel / 2, kernel / 2});
}

at::Tensor Operations::features(const at::Tensor& x) const { return at::mean(x, {2, 3}, false, at::kFloat); }

at::Tensor Operations::normalise(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta, bool relu,
                                 at::Tensor moments) const {
  if (own_kernels) return Normalise::apply(x, gamma, beta, relu, moments);
  auto [y, mean, inverse_deviation] = at::native_batch_norm(x, gamma, beta, {}, {}, true, 0, normalisation_epsilon);
  const auto means = mean.detach();
  moments[0].copy_(means);
  moments[1].copy_(inverse_deviation.detach().pow(-2) - normalisation_epsilon + means * means);
  return relu ? at::relu(y) : y;
}

at::Tensor Operations::normalise_by(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta, bool relu,
                                    const at::Tensor& statistics) const {
  if (own_kernels) {
    const Affine affine(values_of(statistics), values_of(statistics) + gamma.numel(), gamma, beta);
    const auto input = laid_out(x);
    auto y = like(input);
    scale_shift(values_of(input), rows_of(input), channels_of(input), affine.scale.data(), affine.shift.data(), relu,
                values_of(y));
    return y;
  }
  const auto y = at::batch_norm(x, gamma, beta, statistics[0], statistics[1], false, 0, normalisation_epsilon, false);
  return relu ? at::relu(y) : y;
}

}   // namespace archipel::train
