#pragma once

#include <dnnl.hpp>

#include <utility>
#include <vector>

namespace archipel::train {

// oneDNN 2 and 3, on this processor.

inline const dnnl::engine& processor() {
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

#if DNNL_VERSION_MAJOR < 3
template <class Primitive, class... Arguments>
auto describe(const dnnl::primitive_attr& attributes, const Arguments&... arguments) {
  return typename Primitive::primitive_desc(typename Primitive::desc(arguments...), attributes, processor());
}
template <class Primitive, class Forward, class... Arguments>
auto describe_backward(const Forward& forward, const Arguments&... arguments) {
  return typename Primitive::primitive_desc(typename Primitive::desc(arguments...), processor(), forward);
}
#else
template <class Primitive, class... Arguments>
auto describe(const dnnl::primitive_attr& attributes, const Arguments&... arguments) {
  return typename Primitive::primitive_desc(processor(), arguments..., attributes);
}
template <class Primitive, class Forward, class... Arguments>
auto describe_backward(const Forward& forward, const Arguments&... arguments) {
  return typename Primitive::primitive_desc(processor(), arguments..., forward);
}
#endif

}   // namespace archipel::train
