#include "train/direct_convolution.hpp"

#include "train/kernels_direct.hpp"
#include "train/laps.hpp"
#include "train/onednn.hpp"

namespace archipel::train {

bool DirectConvolution::suits(const Window& w, int outputs) {
  const auto whole = [](int channels) { return channels % direct_block == 0 && channels % 16 != 0; };
  return direct_kernels && dnnl_get_effective_cpu_isa() >= dnnl_cpu_isa_avx512_core &&
         (w.kernel == 3 || w.kernel == 5) && w.stride == 1 && w.padding == w.kernel / 2 && direct_width(w.width) &&
         whole(w.channels) && whole(outputs);
}

DirectConvolution::DirectConvolution(const Window& window, int outputs)
    : window_(window),
      back_(window),
      forward_weights_(std::size_t(window.kernel) * window.kernel * window.channels * outputs),
      input_weights_(forward_weights_.size()),
      gradient_(forward_weights_.size()) {
  back_.channels = outputs;
}

void DirectConvolution::load(const float* weights) {
  const int inputs = window_.channels, outputs = back_.channels, taps = window_.kernel * window_.kernel;
  constexpr int block = direct_block;
  for (int o = 0; o < outputs; ++o)
    for (int i = 0; i < inputs; ++i)
      for (int t = 0; t < taps; ++t) {
        const float weight = *weights++;
        forward_weights_[((std::size_t(o / block) * taps + t) * inputs + i) * block + o % block] = weight;
        input_weights_[((std::size_t(i / block) * taps + (taps - 1 - t)) * outputs + o) * block + i % block] = weight;
      }
}

void DirectConvolution::forward(const float* x, float* y) {
  direct_forward(window_, back_.channels, x, forward_weights_.data(), y);
  Laps::end(Part::convolutions);
}

void DirectConvolution::backward_input(const float* dy, float* dx) {
  direct_forward(back_, window_.channels, dy, input_weights_.data(), dx);
  Laps::end(Part::convolutions);
}

void DirectConvolution::backward_weights(const float* x, const float* dy, float* dweights) {
  const int inputs = window_.channels, outputs = back_.channels, taps = window_.kernel * window_.kernel;
  direct_weights(window_, outputs, x, dy, gradient_.data());
  Laps::end(Part::convolutions);
  for (int o = 0; o < outputs; ++o)
    for (int i = 0; i < inputs; ++i)
      for (int t = 0; t < taps; ++t) *dweights++ = gradient_[(std::size_t(t) * inputs + i) * outputs + o];
  Laps::end(Part::layout);
}

}   // namespace archipel::train
