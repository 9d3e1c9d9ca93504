#include "train/convolution.hpp"

#include "base/cpu.hpp"
#include "train/laps.hpp"
#include "train/onednn.hpp"

#include <cstdio>
#include <new>
#include <string_view>

namespace archipel::train {
namespace {

using dnnl::memory;
using tag = memory::format_tag;

constexpr auto algorithm = dnnl::algorithm::convolution_direct;

memory nowhere(const memory::desc& shape) { return memory(shape, processor(), nullptr); }
/// oneDNN takes inputs as it takes outputs.
void point(memory& at, const void* values) { at.set_data_handle(const_cast<void*>(values)); }

Call copy(const memory& from, const memory& to) {
  return {dnnl::reorder(from, to), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}}};
}

/// Vectors of 16 floats waste up to half of themselves where channels fill only 8 of them; the library does not choose by that.
bool prefers_vectors_of_8(int channels) { return channels % 16 != 0 && channels % 16 <= 8; }

/// In bfloat16 the library would choose kernels for the forward pass that are up to 1.6 times slower.
std::string_view kernel_for(const Window& w, int outputs, Precision precision) {
  if (precision == Precision::bfloat16) return "jit_bf16";
  return prefers_vectors_of_8(w.channels) || prefers_vectors_of_8(outputs) ? ":avx2" : "";
}

}   // namespace

struct Convolution::Primitives {
  memory x, y, dx, dy;                     // point to the caller's
  memory weights, bias, dweights;          // likewise, in the caller's layout
  memory forward_weights, input_weights;   // the library's layouts
  memory weights_gradient;
  Call load_forward, load_input, forward, backward_input, backward_weights, store_gradient;

  Primitives(const Window& w, int outputs, For use, bool gradient_of_input, Precision precision) {
    const memory::dims in{w.images, w.channels, w.height, w.width}, factors{outputs, w.channels, w.kernel, w.kernel},
        out{w.images, outputs, w.out_height(), w.out_width()}, strides{w.stride, w.stride},
        padding{w.padding, w.padding};
    const auto desc = [](const memory::dims& shape, tag layout) {
      return memory::desc(shape, memory::data_type::f32, layout);
    };
    const auto rounded = [&](const memory::dims& shape, tag layout) {
      return precision == Precision::bfloat16 ? memory::desc(shape, memory::data_type::bf16, layout)
                                              : desc(shape, layout);
    };
    const auto in_shape = desc(in, tag::nhwc), out_shape = desc(out, tag::nhwc), in_factors = rounded(in, tag::nhwc),
               out_factors = rounded(out, tag::nhwc), any = rounded(factors, tag::any);
    const auto kernel = kernel_for(w, outputs, precision);
    weights = nowhere(desc(factors, tag::oihw));
    x = nowhere(in_factors);
    y = nowhere(out_shape);
    if (use == For::prediction) {
      dnnl::post_ops relu;
#if DNNL_VERSION_MAJOR < 3
      relu.append_eltwise(1.0f, dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
#else
      relu.append_eltwise(dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
#endif
      dnnl::primitive_attr attributes;
      attributes.set_post_ops(relu);
      const auto bias_shape = desc({outputs}, tag::x);
      bias = nowhere(bias_shape);
      make_forward(describe<dnnl::convolution_forward>(kernel, attributes, dnnl::prop_kind::forward_inference,
                                                       algorithm, in_factors, any, bias_shape, out_shape, strides,
                                                       padding, padding));
      return;
    }
    const auto first =
        describe<dnnl::convolution_forward>(kernel, dnnl::primitive_attr(), dnnl::prop_kind::forward_training,
                                            algorithm, in_factors, any, out_shape, strides, padding, padding);
    make_forward(first);
    dy = nowhere(out_factors);
    if (gradient_of_input) {
      const auto back = describe_backward<dnnl::convolution_backward_data>(kernel, first, algorithm, in_shape, any,
                                                                           out_factors, strides, padding, padding);
      dx = nowhere(in_shape);
      input_weights = memory(back.weights_desc(), processor());
      load_input = copy(weights, input_weights);
      backward_input = {dnnl::convolution_backward_data(back),
                        {{DNNL_ARG_DIFF_DST, dy}, {DNNL_ARG_WEIGHTS, input_weights}, {DNNL_ARG_DIFF_SRC, dx}}};
    }
    const auto back = describe_backward<dnnl::convolution_backward_weights>(
        kernel, first, algorithm, in_factors, desc(factors, tag::any), out_factors, strides, padding, padding);
    weights_gradient = memory(back.diff_weights_desc(), processor());
    dweights = nowhere(desc(factors, tag::oihw));
    backward_weights = {dnnl::convolution_backward_weights(back),
                        {{DNNL_ARG_SRC, x}, {DNNL_ARG_DIFF_DST, dy}, {DNNL_ARG_DIFF_WEIGHTS, weights_gradient}}};
    store_gradient = copy(weights_gradient, dweights);
  }

  void make_forward(const dnnl::convolution_forward::primitive_desc& kernel) {
    forward_weights = memory(kernel.weights_desc(), processor());
    load_forward = copy(weights, forward_weights);
    forward = {dnnl::convolution_forward(kernel),
               {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, forward_weights}, {DNNL_ARG_DST, y}}};
    if (bias) {
      forward.memories.push_back(bias);
      forward.arguments.push_back({DNNL_ARG_BIAS, bias.get()});
    }
  }
};

Convolution::Convolution(const Window& window, int outputs, For use, bool gradient_of_input, Precision precision) try
    : primitives_(std::make_unique<Primitives>(window, outputs, use, gradient_of_input, precision)) {
} catch (const dnnl::error& error) {
  if (error.status == dnnl_out_of_memory) throw std::bad_alloc();
}
Convolution::Convolution(Convolution&&) noexcept = default;
Convolution& Convolution::operator=(Convolution&&) noexcept = default;
Convolution::~Convolution() = default;

void Convolution::load(const float* weights, const float* bias) {
  auto& p = *primitives_;
  point(p.weights, weights);
  p.load_forward();
  if (p.input_weights) p.load_input();
  if (p.bias) point(p.bias, bias);
}

void Convolution::forward(Factors x, float* y) {
  auto& p = *primitives_;
  point(p.x, x.values);
  point(p.y, y);
  p.forward();
  Laps::end(Part::convolutions);
}

void Convolution::backward_input(Factors dy, float* dx) {
  auto& p = *primitives_;
  point(p.dy, dy.values);
  point(p.dx, dx);
  p.backward_input();
  Laps::end(Part::convolutions);
}

void Convolution::backward_weights(Factors x, Factors dy, float* dweights) {
  auto& p = *primitives_;
  point(p.x, x.values);
  point(p.dy, dy.values);
  point(p.dweights, dweights);
  p.backward_weights();
  Laps::end(Part::convolutions);
  p.store_gradient();
  Laps::end(Part::layout);
}

bool multiplies_bfloat16() {
  constexpr auto needed = unsigned(dnnl_cpu_isa_avx512_core_bf16);   // instruction sets hold the bits of lesser ones
  return has_isa("avx512_bf16") && (unsigned(dnnl_get_effective_cpu_isa()) & needed) == needed;
}

std::string convolution_library() {
  const auto* version = dnnl_version();
  char text[80];
  std::snprintf(text, sizeof text, "%d.%d.%d, instruction set 0x%x", version->major, version->minor, version->patch,
                unsigned(dnnl_get_effective_cpu_isa()));
  return text;
}

}   // namespace archipel::train
