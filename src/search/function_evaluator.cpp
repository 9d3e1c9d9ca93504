#include "search/function_evaluator.hpp"

#include "base/error.hpp"
#include "search/gene.hpp"
#include "search/portable_math.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

namespace archipel {
namespace {

constexpr std::size_t trap_block = 5;

double trap(const Genome& genome) {
  double sum = 0;
  for (std::size_t begin = 0; begin < genome.size(); begin += trap_block) {
    const auto end = std::min(begin + trap_block, genome.size());
    const double length = double(end - begin);
    double ones = 0;
    for (auto i = begin; i < end; ++i) ones += genome[i];
    sum += ones == length ? length : length - 1 - ones;
  }
  return sum;
}

Digest digest_of_genome(const Genome& genome) { return digest_of(std::as_bytes(std::span(genome))); }

}   // namespace

FunctionEvaluator::FunctionEvaluator(const FunctionSettings& settings, const Space& space)
    : settings_(settings), function_digest_(digest_of("function:" + settings.name)) {
  if (settings.name == "sphere") function_ = Function::sphere;
  else if (settings.name == "rastrigin") function_ = Function::rastrigin;
  else if (settings.name == "rosenbrock") function_ = Function::rosenbrock;
  else if (settings.name == "onemax") function_ = Function::onemax;
  else if (settings.name == "trap") function_ = Function::trap;
  else
    throw InputError("evaluator.function.name = \"" + settings.name +
                     "\": allowed are sphere, rastrigin, rosenbrock, onemax, trap");

  if (function_ == Function::rosenbrock && space.size() < 2)
    throw InputError("rosenbrock needs at least 2 genes, the space has " + std::to_string(space.size()));
  const bool bits = function_ == Function::onemax || function_ == Function::trap;
  for (const auto& gene : space.genes()) {
    if (bits && (!integral(gene.kind) || gene.low != 0 || gene.high != 1)) {
      throw InputError("gene " + gene.name + ": " + settings.name + " needs genes of two values");
    }
  }
  objectives_ = {{.name = settings.name, .unit = "1", .maximise = bits}};
}

double FunctionEvaluator::value(const Genome& genome) const {
  double sum = 0;
  switch (function_) {
    case Function::sphere:
      for (const double x : genome) sum += x * x;
      break;
    case Function::rastrigin:
      for (const double x : genome) sum += 10 + x * x - 10 * cos_turns(x);
      break;
    case Function::rosenbrock:
      for (std::size_t i = 0; i + 1 < genome.size(); ++i) {
        const double bend = genome[i + 1] - genome[i] * genome[i], left = 1 - genome[i];
        sum += 100 * bend * bend + left * left;
      }
      break;
    case Function::onemax:
      for (const double x : genome) sum += x;
      break;
    case Function::trap:
      return trap(genome);
  }
  return sum;
}

std::uint64_t FunctionEvaluator::cost(const Genome& genome) const {
  if (settings_.cost_spread <= 1) return 1000;
  Stream draws(digest_of_genome(genome).low, Purpose::function_cost, 0, 0, 0);
  return std::uint64_t(1000 * (1 + (settings_.cost_spread - 1) * draws.unit()));
}

Digest FunctionEvaluator::key(const Genome& genome) const {
  const std::array parts = {digest_of_genome(genome), function_digest_};
  return digest_of(std::as_bytes(std::span(parts)));
}

void FunctionEvaluator::sleep(double seconds) const {
  using namespace std::chrono;
  const auto end = steady_clock::now() + duration_cast<steady_clock::duration>(duration<double>(seconds));
  for (auto now = steady_clock::now(); now < end; now = steady_clock::now()) {
    if (abandon && abandon()) throw Stopped();
    std::this_thread::sleep_for(std::min<steady_clock::duration>(end - now, 20ms));
  }
}

Evaluation FunctionEvaluator::evaluate(const Genome& genome, const Digest&) {
  if (settings_.sleep > 0) sleep(settings_.sleep * double(cost(genome)) / 1000);
  Evaluation result;
  result.objectives.assign(1, value(genome));
  return result;
}

}   // namespace archipel
