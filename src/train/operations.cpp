#include "train/operations.hpp"

#include "train/model.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

namespace archipel::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

constexpr auto channels_last = at::MemoryFormat::ChannelsLast;

at::Tensor laid_out(const at::Tensor& x) { return x.contiguous(channels_last); }

/// LibTorch's own backward pass adds in an arbitrary order on GPUs; here each of the kernel's places
/// adds to positions of its own.
struct MaxPool : Function<MaxPool> {
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

}   // namespace

at::Tensor channels_last_view(const float* values, int images, int channels, int height, int width) {
  const std::int64_t pixels = std::int64_t(height) * width;
  return at::from_blob(const_cast<float*>(values), {images, channels, height, width},
                       {pixels * channels, 1, std::int64_t(width) * channels, channels}, at::kFloat);
}

at::Tensor Operations::factor(const at::Tensor& values) const { return bfloat16 ? values.to(at::kBFloat16) : values; }

at::Tensor Operations::convolution(const at::Tensor& x, const at::Tensor& weight, int stride) const {
  const std::int64_t padding = weight.size(2) / 2;
  return at::conv2d(factor(x), factor(weight), {}, {stride, stride}, {padding, padding});
}

at::Tensor Operations::depthwise(const at::Tensor& x, const at::Tensor& weight) const {
  const std::int64_t padding = weight.size(2) / 2;
  return at::conv2d(factor(x), factor(weight), {}, {1, 1}, {padding, padding}, {1, 1}, x.size(1));
}

at::Tensor Operations::max_pool(const at::Tensor& x, int kernel, int stride) const {
  return MaxPool::apply(x, std::int64_t(kernel), std::int64_t(stride));
}

at::Tensor Operations::average_pool(const at::Tensor& x, int kernel, int stride) const {
  return at::avg_pool2d(x, {kernel, kernel}, {stride, stride}, {kernel / 2, kernel / 2});
}

at::Tensor Operations::features(const at::Tensor& x) const { return at::mean(x, {2, 3}, false, at::kFloat); }

at::Tensor Operations::normalise(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta, bool relu,
                                 at::Tensor moments) const {
  auto [y, mean, inverse_deviation] = at::native_batch_norm(x, gamma, beta, {}, {}, true, 0, normalisation_epsilon);
  const auto means = mean.detach();
  moments[0].copy_(means);
  moments[1].copy_(inverse_deviation.detach().pow(-2) - normalisation_epsilon + means * means);
  return relu ? at::relu(y) : y;
}

at::Tensor Operations::normalise_by(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta, bool relu,
                                    const at::Tensor& statistics) const {
  const auto y = at::batch_norm(x, gamma, beta, statistics[0], statistics[1], false, 0, normalisation_epsilon, false);
  return relu ? at::relu(y) : y;
}

}   // namespace archipel::train
