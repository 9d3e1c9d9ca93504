#include "app/bench.hpp"
#include "base/error.hpp"

namespace archipel::app {

BenchSection bench_train(const BenchOptions& options) {
  if (!options.subject.empty()) bench_loop(options);
  return {.subject = "train", .records = {}, .notes = {"left out: this build has no LibTorch"}};
}

int bench_loop(const BenchOptions&) {
  throw InputError("bench train needs LibTorch, which this build has not: build with -DARCHIPEL_TORCH=ON");
}

}   // namespace archipel::app
