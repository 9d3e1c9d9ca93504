#include "search/strategies/evolution.hpp"

#include "search/variation.hpp"

namespace archipel {
namespace {

constexpr int retries = 8;

Proposal newcomer(const Space& space, Stream& draws) {
  return {.genome = space.random(draws), .parents = {}, .op = Operator::random};
}

}   // namespace

Proposal child_of(const Population& population, const StrategySettings& settings, const Space& space, Stream& draws) {
  const auto parent = [&]() -> const Candidate& {
    return population.members()[population.tournament(std::size_t(settings.tournament), draws)];
  };
  const Candidate& mother = parent();
  Proposal child;
  if (population.size() > 1 && draws.chance(settings.crossover)) {
    const Candidate& father = parent();
    child = {.genome = crossed(space, mother.genome, father.genome, draws),
             .parents = {mother.origin, father.origin},
             .op = Operator::crossover};
  } else {
    child = {.genome = mother.genome, .parents = {mother.origin, Origin{}}, .op = Operator::mutation};
  }
  const int changes = change_count(settings.mutations, int(space.size()), draws);
  child.genome = mutated(space, std::move(child.genome), changes, draws);
  for (int i = 0; i < retries && population.contains(child.genome); ++i) {
    child.genome = mutated(space, std::move(child.genome), 1, draws);
  }
  return child;
}

Evolution::Evolution(const StrategySettings& settings, const Space& space)
    : settings_(settings),
      replace_(replacement_from(settings.replace)),
      space_(space),
      population_(std::size_t(settings.population)) {}

Proposal Evolution::ask(std::int64_t number, Stream& draws) {
  if (number < settings_.population || population_.size() == 0) return newcomer(space_, draws);
  return child_of(population_, settings_, space_, draws);
}

void Evolution::tell(Candidate candidate, Stream& draws) { population_.insert(std::move(candidate), replace_, draws); }

AgingEvolution::AgingEvolution(const StrategySettings& settings, const Space& space)
    : settings_(settings), space_(space), population_(std::size_t(settings.population)) {}

Proposal AgingEvolution::ask(std::int64_t number, Stream& draws) {
  if (number < settings_.population || population_.size() == 0) return newcomer(space_, draws);
  const auto& parent = population_.members()[population_.tournament(std::size_t(settings_.tournament), draws)];
  Proposal child{.genome = {}, .parents = {parent.origin, Origin{}}, .op = Operator::mutation};
  for (int i = 0; i <= retries; ++i) {
    child.genome = mutated(space_, parent.genome, 1, draws);
    if (child.genome != parent.genome) break;
  }
  return child;
}

void AgingEvolution::tell(Candidate candidate, Stream& draws) {
  population_.insert(std::move(candidate), Replacement::oldest, draws);
}

}   // namespace archipel
