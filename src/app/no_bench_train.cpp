#include "app/bench.hpp"
#include "base/error.hpp"

namespace archipel::app {

BenchSection bench_train(const BenchOptions& options) {
  if (!options.subject.empty()) bench_loop(options);
  return {.subject = "train", .records = {}, .notes = {"left out: this build has no LibTorch"}};
}

BenchSection bench_latency(const BenchOptions& options) {
  if (!options.subject.empty()) throw InputError("bench latency needs a build that trains: -DARCHIPEL_TORCH=ON");
  return {.subject = "latency", .records = {}, .notes = {"left out: this build does not train"}};
}

int bench_loop(const BenchOptions&) {
  throw InputError("bench train needs LibTorch, which this build has not: build with -DARCHIPEL_TORCH=ON");
}

}   // namespace archipel::app
