#include "search/strategies/explore.hpp"

#include "base/digest.hpp"
#include "search/gene.hpp"
#include "search/genome_print.hpp"
#include "search/unit_scale.hpp"
#include "search/variation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace archipel {
namespace {

constexpr int newcomer_draws = 32;

bool moves(const Space& space, const Genome& genome, std::size_t gene) {
  const auto& each = space.genes()[gene];
  return each.kind != GeneKind::categorical && variable(each) && space.active(genome, gene);
}

/// The ideas so far, without repetitions.
class Pool {
 public:
  Pool(const History& history, const Score& score) : history_(history), score_(score) {}

  void add(Proposal proposal) {
    const auto print = print_of(proposal.genome);
    if (history_.knows(proposal.genome) || !prints_.insert(print).second) return;
    fresh_.push_back(std::move(proposal));
  }
  void rank() {
    std::vector<Genome> genomes;
    for (const auto& proposal : fresh_) genomes.push_back(proposal.genome);
    const auto scores = genomes.empty() ? std::vector<double>() : score_(genomes);
    for (std::size_t i = 0; i < fresh_.size(); ++i) {
      const double score = std::isnan(scores[i]) ? -std::numeric_limits<double>::infinity() : scores[i];
      ideas_.push_back({std::move(fresh_[i]), score});
    }
    fresh_.clear();
    std::ranges::stable_sort(ideas_, std::greater(), &Idea::score);
  }
  const std::vector<Idea>& ideas() const { return ideas_; }
  std::vector<Idea> take() { return std::move(ideas_); }

 private:
  const History& history_;
  const Score& score_;
  std::set<std::uint64_t> prints_;
  std::vector<Proposal> fresh_;
  std::vector<Idea> ideas_;
};

}   // namespace

Genome varied(const Space& space, const Genome& genome, Stream& draws) {
  std::vector<std::size_t> moving;
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (moves(space, genome, i)) moving.push_back(i);
  }
  if (moving.empty() || draws.chance(0.5))
    return mutated(space, genome, change_count(1.5, int(space.size()), draws), draws);
  auto moved = genome;
  const double step = std::ldexp(0.2, -int(draws.below(6)));
  const double share = draws.unit();
  const auto surely = moving[draws.below(std::uint32_t(moving.size()))];
  for (const auto i : moving) {
    if (i != surely && !draws.chance(share)) continue;
    const auto& gene = space.genes()[i];
    moved[i] = value_at(gene, unit_of(gene, genome[i]) + step * draws.normal());
  }
  return space.repaired(std::move(moved), draws);
}

Proposal newcomer(const Space& space, const History& history, Stream& draws) {
  Proposal proposal{.genome = space.random(draws), .parents = {}, .op = Operator::random};
  for (int i = 1; i < newcomer_draws && history.knows(proposal.genome); ++i) proposal.genome = space.random(draws);
  return proposal;
}

std::vector<Idea> explore(const Space& space, const History& history, const Score& score, const Effort& effort,
                          Stream& draws) {
  Pool pool(history, score);
  for (int i = 0; i < effort.random; ++i)
    pool.add({.genome = space.random(draws), .parents = {}, .op = Operator::random});
  const auto parents = std::min(std::size_t(effort.parents), history.ranking().size());
  for (int i = 0; i < effort.first && parents > 0; ++i) {
    const auto& parent = history.observed()[history.ranking()[std::size_t(i) % parents]];
    pool.add({.genome = varied(space, parent.genome, draws),
              .parents = {parent.origin, Origin{}},
              .op = Operator::mutation});
  }
  pool.rank();
  for (int round = 0; round < effort.rounds && !pool.ideas().empty(); ++round) {
    const auto best = std::min(std::size_t(effort.parents), pool.ideas().size());
    for (int i = 0; i < effort.in_round; ++i) {
      const auto& parent = pool.ideas()[std::size_t(i) % best].proposal;
      pool.add({.genome = varied(space, parent.genome, draws), .parents = parent.parents, .op = parent.op});
    }
    pool.rank();
  }
  return pool.take();
}

}   // namespace archipel
