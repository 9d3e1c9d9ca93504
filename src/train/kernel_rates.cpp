#include "train/kernel_rates.hpp"

#include "base/stopwatch.hpp"
#include "train/model.hpp"
#include "train/onednn.hpp"

#include <algorithm>
#include <array>
#include <compare>
#include <initializer_list>
#include <limits>
#include <map>
#include <utility>
#include <vector>

namespace archipel::train {
namespace {

using dnnl::memory;
using tag = memory::format_tag;

#if DNNL_VERSION_MAJOR < 3
using PoolForward = dnnl::pooling_v2_forward;   // as in oneDNN 3, with dilation
using PoolBackward = dnnl::pooling_v2_backward;
#else
using PoolForward = dnnl::pooling_forward;
using PoolBackward = dnnl::pooling_backward;
#endif

/// What tells a layer's kernels from another's.
struct Shape {
  LayerKind kind = LayerKind::input;
  int terms = 1, channels = 0, height = 0, width = 0;   // of the inputs
  int out_channels = 0, out_height = 0, out_width = 0;
  int kernel = 1, stride = 1;
  bool relu = false, gradient_of_input = true;

  auto operator<=>(const Shape&) const = default;
};

/// s of one call, warm: the median of a few batches of calls.
double seconds_of(Call& call) {
  call();
  const Stopwatch first;
  call();
  const int calls = 1 + int(1e-3 / std::max(first.processor(), 1e-7));
  std::array<double, 5> times{};
  for (double& time : times) {
    const Stopwatch watch;
    for (int i = 0; i < calls; ++i) call();
    time = watch.processor() / calls;
  }
  std::ranges::nth_element(times, times.begin() + 2);
  return times[2];
}

memory filled(const memory::desc& shape) {
  memory result(shape, processor());
  auto* values = static_cast<float*>(result.get_data_handle());
  for (std::size_t i = 0; i < shape.get_size() / sizeof(float); ++i)
    values[i] = float(i * 2654435761u % 1024) / 512.0f - 1.0f;
  return result;
}

/// The kernels of one layer, timed in the order in which one fills what the next reads.
class LayerTime {
 public:
  /// Runs a primitive on `arguments`; those of the same name and layout are the same memory.
  template <class Primitive, class Description>
  void add(const Description& description, std::initializer_list<int> arguments) {
    std::vector<std::pair<int, memory>> on;
    for (const int argument : arguments) {
      const memory::desc shape = description.query_md(dnnl::query::exec_arg_md, argument);
      if (shape.get_size() == 0) continue;   // a workspace that is not needed
      auto& values = values_[argument];
      if (!values || values.get_desc() != shape) values = filled(shape);
      on.emplace_back(argument, values);
    }
    add({Primitive(description), on});
  }
  void add(Call call) { seconds_ += seconds_of(call); }
  double seconds() const { return seconds_; }

 private:
  std::map<int, memory> values_;
  double seconds_ = 0;
};

memory::desc desc(const memory::dims& shape, tag layout) { return {shape, memory::data_type::f32, layout}; }

void time_convolution(LayerTime& time, const Shape& s, const memory::desc& in, const memory::desc& out) {
  const bool dense = s.kind == LayerKind::convolution;
  const auto weights = dense ? desc({s.out_channels, s.channels, s.kernel, s.kernel}, tag::any)
                             : desc({s.channels, 1, 1, s.kernel, s.kernel}, tag::any);
  const memory::dims strides{s.stride, s.stride}, padding{s.kernel / 2, s.kernel / 2};
  constexpr auto algorithm = dnnl::algorithm::convolution_direct;
  const auto forward =
      describe<dnnl::convolution_forward>("", dnnl::primitive_attr(), dnnl::prop_kind::forward_training, algorithm, in,
                                          weights, out, strides, padding, padding);
  time.add<dnnl::convolution_forward>(forward, {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST});
  if (s.gradient_of_input)
    time.add<dnnl::convolution_backward_data>(describe_backward<dnnl::convolution_backward_data>(
                                                  "", forward, algorithm, in, weights, out, strides, padding, padding),
                                              {DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC});
  time.add<dnnl::convolution_backward_weights>(describe_backward<dnnl::convolution_backward_weights>(
                                                   "", forward, algorithm, in, weights, out, strides, padding, padding),
                                               {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS});
}

void time_normalisation(LayerTime& time, const Shape& s, const memory::desc& x) {
  using Flags = dnnl::normalization_flags;
  const auto flags =
      s.relu ? Flags::use_scale | Flags::use_shift | Flags::fuse_norm_relu : Flags::use_scale | Flags::use_shift;
  const auto forwards = dnnl::prop_kind::forward_training, backwards = dnnl::prop_kind::backward;
#if DNNL_VERSION_MAJOR < 3
  const auto forward = describe<dnnl::batch_normalization_forward>("", dnnl::primitive_attr(), forwards, x,
                                                                   normalisation_epsilon, flags);
  const auto backward =
      describe_backward<dnnl::batch_normalization_backward>("", forward, backwards, x, x, normalisation_epsilon, flags);
#else
  const auto forward = describe<dnnl::batch_normalization_forward>("", dnnl::primitive_attr(), forwards, x, x,
                                                                   normalisation_epsilon, flags);
  const auto backward = describe_backward<dnnl::batch_normalization_backward>("", forward, backwards, x, x, x,
                                                                              normalisation_epsilon, flags);
#endif
  time.add<dnnl::batch_normalization_forward>(forward, {DNNL_ARG_SRC, DNNL_ARG_DST, DNNL_ARG_MEAN, DNNL_ARG_VARIANCE,
                                                        DNNL_ARG_SCALE, DNNL_ARG_SHIFT, DNNL_ARG_WORKSPACE});
  time.add<dnnl::batch_normalization_backward>(
      backward, {DNNL_ARG_SRC, DNNL_ARG_MEAN, DNNL_ARG_VARIANCE, DNNL_ARG_DIFF_DST, DNNL_ARG_SCALE, DNNL_ARG_SHIFT,
                 DNNL_ARG_WORKSPACE, DNNL_ARG_DIFF_SRC, DNNL_ARG_DIFF_SCALE, DNNL_ARG_DIFF_SHIFT});
}

void time_pool(LayerTime& time, const Shape& s, const memory::desc& in, const memory::desc& out) {
  const auto algorithm =
      s.kind == LayerKind::max_pool ? dnnl::algorithm::pooling_max : dnnl::algorithm::pooling_avg_include_padding;
  const memory::dims strides{s.stride, s.stride}, kernel{s.kernel, s.kernel}, dilation{0, 0},
      padding{s.kernel / 2, s.kernel / 2};
  const auto forward = describe<PoolForward>("", dnnl::primitive_attr(), dnnl::prop_kind::forward_training, algorithm,
                                             in, out, strides, kernel, dilation, padding, padding);
  const auto backward =
      describe_backward<PoolBackward>("", forward, algorithm, in, out, strides, kernel, dilation, padding, padding);
  time.add<PoolForward>(forward, {DNNL_ARG_SRC, DNNL_ARG_DST, DNNL_ARG_WORKSPACE});
  time.add<PoolBackward>(backward, {DNNL_ARG_DIFF_DST, DNNL_ARG_WORKSPACE, DNNL_ARG_DIFF_SRC});
}

void time_sum(LayerTime& time, const Shape& s, const memory::desc& x) {
  const std::vector<float> scales(std::size_t(s.terms), 1.0f);
  const std::vector<memory::desc> terms(std::size_t(s.terms), x);
#if DNNL_VERSION_MAJOR < 3
  const dnnl::sum::primitive_desc sum(scales, terms, processor());
#else
  const dnnl::sum::primitive_desc sum(processor(), scales, terms);
#endif
  std::vector<std::pair<int, memory>> on{{DNNL_ARG_DST, filled(x)}};
  for (int term = 0; term < s.terms; ++term) on.emplace_back(DNNL_ARG_MULTIPLE_SRC + term, filled(x));
  time.add({dnnl::sum(sum), on});
}

/// Of a layer's kernels, forward and backward, between activations that lie as `layout`.
double seconds_of(const Shape& s, int images, tag layout) {
  const auto in = desc({images, s.channels, s.height, s.width}, layout),
             out = desc({images, s.out_channels, s.out_height, s.out_width}, layout);
  LayerTime time;
  switch (s.kind) {
    case LayerKind::convolution:
    case LayerKind::depthwise:
      time_convolution(time, s, in, out);
      break;
    case LayerKind::normalisation:
      time_normalisation(time, s, in);
      break;
    case LayerKind::max_pool:
    case LayerKind::average_pool:
      time_pool(time, s, in, out);
      break;
    case LayerKind::sum:
      time_sum(time, s, in);
      break;
    case LayerKind::classifier:
    case LayerKind::input:
      break;
  }
  return time.seconds();
}

/// In the quickest layout: the library's choice, channels last, or channels in blocks.
double best_seconds_of(const Shape& shape, int images) {
  double best = std::numeric_limits<double>::infinity();
  const bool chooses = shape.kind == LayerKind::convolution || shape.kind == LayerKind::depthwise;
  for (const auto layout : {tag::any, tag::nhwc, tag::nChw8c, tag::nChw16c}) {
    if (chooses != (layout == tag::any) && layout != tag::nhwc) continue;
    try {
      best = std::min(best, seconds_of(shape, images, layout));
    } catch (const dnnl::error& error) {
      if (error.status != dnnl_unimplemented) throw;
    }
  }
  return best;
}

/// How often there is a layer of each shape, sums of gradients among them.
std::map<Shape, int> shapes_of(const NetworkSpec& network) {
  std::map<Shape, int> counts;
  std::vector<int> consumers(network.layers.size());
  for (const auto& l : network.layers) {
    for (const int from : l.inputs) ++consumers[std::size_t(from)];
    if (l.kind == LayerKind::input || l.kind == LayerKind::classifier) continue;
    const Layer& from = network.layers[std::size_t(l.inputs[0])];
    ++counts[{.kind = l.kind,
              .terms = int(l.inputs.size()),
              .channels = from.channels,
              .height = from.height,
              .width = from.width,
              .out_channels = l.channels,
              .out_height = l.height,
              .out_width = l.width,
              .kernel = l.kernel,
              .stride = l.stride,
              .relu = l.relu,
              .gradient_of_input = l.inputs[0] != 0}];
  }
  for (std::size_t i = 1; i < consumers.size(); ++i) {
    const Layer& l = network.layers[i];
    if (consumers[i] > 1)
      ++counts[{.kind = LayerKind::sum,
                .terms = consumers[i],
                .channels = l.channels,
                .height = l.height,
                .width = l.width,
                .out_channels = l.channels,
                .out_height = l.height,
                .out_width = l.width}];
  }
  return counts;
}

}   // namespace

KernelRates measure_kernel_rates(const NetworkSpec& network, int images) {
  double all = 0, dense = 0;
  for (const auto& [shape, count] : shapes_of(network)) {
    const double seconds = count * best_seconds_of(shape, images);
    all += seconds;
    if (shape.kind == LayerKind::convolution) dense += seconds;
  }
  return {.kernels = images / all, .convolutions = images / dense};
}

}   // namespace archipel::train
