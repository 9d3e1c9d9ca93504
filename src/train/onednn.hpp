#pragma once

#include "base/error.hpp"

#include <dnnl.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace archipel::train {

// oneDNN 2 and 3, on this processor.

/// SystemError if the library that runs is not of the version that was compiled with: LibTorch may bring another.
inline const dnnl::engine& processor() {
  if (dnnl_version()->major != DNNL_VERSION_MAJOR)
    throw SystemError("oneDNN " + std::to_string(dnnl_version()->major) +
                      " is loaded, but this program was built with " + std::to_string(DNNL_VERSION_MAJOR));
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

/// A primitive with the memory that it works on. By the C interface: the C++ one makes a table of it in every call.
struct Call {
  dnnl::primitive primitive;
  std::vector<dnnl::memory> memories;
  std::vector<dnnl_exec_arg_t> arguments;

  Call() = default;
  Call(dnnl::primitive with, const std::vector<std::pair<int, dnnl::memory>>& on) : primitive(std::move(with)) {
    for (const auto& [name, at] : on) {
      memories.push_back(at);
      arguments.push_back({name, at.get()});
    }
  }
  void operator()() {
    static const dnnl::stream stream(processor());
    dnnl::error::wrap_c_api(
        dnnl_primitive_execute(primitive.get(), stream.get(), int(arguments.size()), arguments.data()),
        "could not execute a primitive");
  }
};

/// What `make` describes, but by the first kernel whose name has `kernel` in it if there is one. The operation that `make` describes must
/// live until this returns: oneDNN 2 reads it again for each kernel.
template <class Make>
auto first_of_kernel(std::string_view kernel, const Make& make) {
  if (!kernel.empty()) {
    auto other = make();
    do {
      if (std::string_view(other.impl_info_str()).find(kernel) != std::string_view::npos) return other;
    } while (other.next_impl());   // in oneDNN 3 this changes all copies of it
  }
  return make();
}

/// A primitive's description by a kernel with that in its name; empty: the library's choice.
template <class Primitive, class... Arguments>
auto describe(std::string_view kernel, const dnnl::primitive_attr& attributes, const Arguments&... arguments) {
#if DNNL_VERSION_MAJOR < 3
  const typename Primitive::desc operation(arguments...);
  return first_of_kernel(kernel,
                         [&] { return typename Primitive::primitive_desc(operation, attributes, processor()); });
#else
  return first_of_kernel(kernel,
                         [&] { return typename Primitive::primitive_desc(processor(), arguments..., attributes); });
#endif
}
template <class Primitive, class Forward, class... Arguments>
auto describe_backward(std::string_view kernel, const Forward& forward, const Arguments&... arguments) {
#if DNNL_VERSION_MAJOR < 3
  const typename Primitive::desc operation(arguments...);
  return first_of_kernel(kernel, [&] { return typename Primitive::primitive_desc(operation, processor(), forward); });
#else
  return first_of_kernel(kernel,
                         [&] { return typename Primitive::primitive_desc(processor(), arguments..., forward); });
#endif
}

}   // namespace archipel::train
