#include "io/status.hpp"

#include <algorithm>

namespace archipel::io {
namespace {

std::string remedy(Outcome outcome) {
  switch (outcome) {
    case Outcome::diverged:
      return "in a training a loss or a weight was not finite: lower training.learning_rate, the stage's "
             "fidelity.learning_rate, or the gene of that name; of a table they are rows that mean a failure";
    case Outcome::too_large:
      return "raise limits.memory, limits.parameters or limits.macs, or let the space hold smaller networks";
    case Outcome::too_costly:
      return "raise limits.cost, or train for less";
    case Outcome::timeout:
      return "raise the stage's budget.seconds";
    case Outcome::out_of_memory:
      return "start fewer ranks on a node, or lower limits.memory";
    default:
      return "the lines of the run say what failed";
  }
}

}   // namespace

Fruitless why_fruitless(const Status& status) {
  const auto begun =
      std::find_if(status.stages.rbegin(), status.stages.rend(), [](const auto& s) { return s.rows > 0; });
  if (begun == status.stages.rend()) return {.text = "nothing was evaluated; raise the budget"};
  Outcome commonest = Outcome::ok;
  std::int64_t most = 0;
  for (const auto& [outcome, count] : begun->outcomes)
    if (outcome != Outcome::ok && count > most) {
      commonest = outcome;
      most = count;
    }
  const std::string stage = "stage " + begun->name + ": ";
  if (most == 0) return {.text = stage + "no evaluation has a value", .of_machine = false};
  std::string counts = std::to_string(most) + " " + std::string(name_of(commonest));
  for (const auto& [outcome, count] : begun->outcomes)
    if (outcome != commonest) counts += ", " + std::to_string(count) + " " + std::string(name_of(outcome));
  return {.text = stage + counts + "; " + remedy(commonest), .of_machine = of_the_machine(commonest)};
}

}   // namespace archipel::io
