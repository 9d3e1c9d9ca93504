#include "app/problem.hpp"
#include "base/error.hpp"

namespace archipel::app {

std::unique_ptr<TrainProblem> load_train_problem(const Study&, const std::filesystem::path&, const mpi::Communicator&,
                                                 const mpi::Communicator*) {
  throw InputError(
      "evaluator.kind = \"train\" needs LibTorch, which this build has not; allowed here: table, function. "
      "Build with -DARCHIPEL_TORCH=ON");
}

void prepare_kernels() {}
Digest cpu_canary() { return {}; }
std::string kernels_text() { return "none"; }

}   // namespace archipel::app
