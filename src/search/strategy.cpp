#include "search/strategy.hpp"

#include "base/error.hpp"
#include "search/strategies/bananas.hpp"
#include "search/strategies/evolution.hpp"
#include "search/strategies/gaussian_process.hpp"
#include "search/strategies/random_search.hpp"
#include "search/strategies/tpe.hpp"

namespace archipel {

std::unique_ptr<Strategy> make_strategy(const StrategySettings& settings, const Space& space) {
  if (settings.population < 1)
    throw InputError("strategy.population = " + std::to_string(settings.population) + ": allowed at least 1");
  if (settings.kind == "random") return std::make_unique<RandomSearch>(settings, space);
  if (settings.kind == "evolution") return std::make_unique<Evolution>(settings, space);
  if (settings.kind == "aging") return std::make_unique<AgingEvolution>(settings, space);
  if (settings.kind == "gp") return std::make_unique<GaussianProcess>(settings, space);
  if (settings.kind == "bananas") return std::make_unique<Bananas>(settings, space);
  if (settings.kind == "tpe") return std::make_unique<Tpe>(settings, space);
  throw InputError("strategy.kind = \"" + settings.kind +
                   "\": allowed in a search are random, evolution, aging, gp, bananas, tpe");
}

std::int64_t window_of(const StrategySettings& settings) { return settings.window > 0 ? settings.window : 8; }

}   // namespace archipel
