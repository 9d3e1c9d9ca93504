#include "search/strategies/tpe.hpp"

#include "base/digest.hpp"
#include "search/genome_print.hpp"

#include <algorithm>

namespace archipel {
namespace {

constexpr std::size_t most_others = 200;
constexpr int drawn = 64;

}   // namespace

std::vector<Idea> Tpe::ideas(Stream& draws) {
  const auto& observed = history().observed();
  const auto& ranking = history().ranking();
  const auto count = std::min(std::clamp<std::size_t>((ranking.size() + 9) / 10, 4, 25), history().successes() - 1);
  std::vector<Genome> good, bad;
  for (std::size_t i = 0; i < count; ++i) good.push_back(observed[ranking[i]].genome);
  const auto others = ranking.size() - count, kept = std::min(others, most_others);
  for (std::size_t i = 0; i < kept; ++i)
    bad.push_back(observed[ranking[count + (2 * i + 1) * others / (2 * kept)]].genome);
  for (const auto& [number, genome] : history().pending()) {
    if (bad.size() < 2 * most_others) bad.push_back(genome);
  }
  const Parzen of_good(space(), std::move(good)), of_bad(space(), std::move(bad));

  std::vector<Idea> found;
  std::set<std::uint64_t> prints;
  for (int i = 0; i < drawn; ++i) {
    auto genome = of_good.draw(draws);
    if (history().knows(genome) || !prints.insert(print_of(genome)).second) continue;
    const double score = of_good.log_density(genome) - of_bad.log_density(genome);
    found.push_back({{.genome = std::move(genome), .parents = {}, .op = Operator::sampled}, score});
  }
  std::ranges::stable_sort(found, std::greater(), &Idea::score);
  return found;
}

}   // namespace archipel
