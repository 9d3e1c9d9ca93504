#include "search/strategies/random_search.hpp"

namespace archipel {

RandomSearch::RandomSearch(const StrategySettings& settings, const Space& space)
    : space_(space), population_(std::size_t(settings.population)) {}

Proposal RandomSearch::ask(std::int64_t, Stream& draws) {
  return {.genome = space_.random(draws), .parents = {}, .op = Operator::random};
}

void RandomSearch::tell(Candidate candidate, Stream& draws) {
  population_.insert(std::move(candidate), Replacement::worst, draws);
}

}   // namespace archipel
