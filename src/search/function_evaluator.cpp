#include "search/function_evaluator.hpp"

#include "base/error.hpp"
#include "search/gene.hpp"
#include "search/portable_math.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
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

/// f1 = x1, f2 = g h(f1, g) with g = 1 + 9 times the mean of the other genes.
std::vector<double> zdt(const Genome& x, int number) {
  double rest = 0;
  for (std::size_t i = 1; i < x.size(); ++i) rest += x[i];
  const double g = 1 + 9 * rest / double(x.size() - 1), ratio = x[0] / g;
  double h = 1 - (number == 2 ? ratio * ratio : std::sqrt(ratio));
  if (number == 3) h -= ratio * cos_turns(5 * x[0] - 0.25);   // sin(10 pi x)
  return {x[0], g * h};
}

std::vector<double> dtlz2(const Genome& x) {
  double g = 0;
  for (std::size_t i = 2; i < x.size(); ++i) g += (x[i] - 0.5) * (x[i] - 0.5);
  const auto cosine = [](double t) { return cos_turns(t / 4); };
  const auto sine = [](double t) { return cos_turns(t / 4 - 0.25); };
  return {(1 + g) * cosine(x[0]) * cosine(x[1]), (1 + g) * cosine(x[0]) * sine(x[1]), (1 + g) * sine(x[0])};
}

Digest digest_of_genome(const Genome& genome) { return digest_of(std::as_bytes(std::span(genome))); }

}   // namespace

FunctionEvaluator::FunctionEvaluator(const FunctionSettings& settings, const Space& space, std::int64_t replicate)
    : settings_(settings), function_digest_(digest_of("function:" + settings.name)), replicate_(replicate) {
  constexpr std::array names = {"sphere", "rastrigin", "rosenbrock", "onemax", "trap", "zdt1", "zdt2", "zdt3", "dtlz2"};
  const auto found = std::ranges::find(names, settings.name);
  if (found == names.end())
    throw InputError("evaluator.function.name = \"" + settings.name +
                     "\": allowed are sphere, rastrigin, rosenbrock, onemax, trap, zdt1, zdt2, zdt3, dtlz2");
  function_ = Function(found - names.begin());

  if (function_ == Function::rosenbrock && space.size() < 2)
    throw InputError("rosenbrock needs at least 2 genes, the space has " + std::to_string(space.size()));
  const bool bits = function_ == Function::onemax || function_ == Function::trap, several = function_ >= Function::zdt1;
  for (const auto& gene : space.genes()) {
    if (bits && (!integral(gene.kind) || gene.low != 0 || gene.high != 1))
      throw InputError("gene " + gene.name + ": " + settings.name + " needs genes of two values");
    if (several && (gene.low < 0 || gene.high > 1))
      throw InputError("gene " + gene.name + ": " + settings.name + " needs genes from 0 to 1");
  }
  const std::size_t values = function_ == Function::dtlz2 ? 3 : several ? 2 : 1;
  if (several && space.size() < values)
    throw InputError("evaluator.function.name = \"" + settings.name + "\": needs at least " + std::to_string(values) +
                     " genes");
  for (std::size_t i = 0; i < values; ++i)
    objectives_.push_back(
        {.name = several ? "f" + std::to_string(i + 1) : settings.name, .unit = "1", .maximise = bits});
  if (settings.noise > 0)
    for (const auto& objective : objectives_) reported_.push_back(objective.name + "_without_noise");
}

std::vector<double> FunctionEvaluator::values(const Genome& genome) const {
  if (function_ == Function::dtlz2) return dtlz2(genome);
  if (function_ >= Function::zdt1) return zdt(genome, 1 + int(function_) - int(Function::zdt1));
  return {value(genome)};
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
    default:
      break;
  }
  return sum;
}

std::uint64_t FunctionEvaluator::cost(const Genome& genome) const {
  if (settings_.cost_spread <= 1) return 1000;
  Stream draws(digest_of_genome(genome).low, Purpose::function_cost, 0, 0, 0);
  return std::uint64_t(1000 * (1 + (settings_.cost_spread - 1) * draws.unit()));
}

Digest FunctionEvaluator::key(const Genome& genome, int replicate) const {
  const std::array parts = {digest_of_genome(genome), function_digest_,
                            Digest{0, std::uint64_t(replicate_ + replicate)}};
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

Evaluation FunctionEvaluator::evaluate(const Genome& genome, const Digest& key) {
  if (settings_.sleep > 0) sleep(settings_.sleep * double(cost(genome)) / 1000);
  Evaluation result;
  result.objectives = values(genome);
  if (settings_.noise > 0) {
    result.reported = result.objectives;
    Stream draws(key.low, Purpose::function_noise, 0, 0, 0);
    for (double& value : result.objectives) value += settings_.noise * draws.normal();
  }
  return result;
}

}   // namespace archipel
