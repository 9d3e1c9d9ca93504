#include "search/strategy.hpp"

#include "base/error.hpp"
#include "search/strategies/bananas.hpp"
#include "search/strategies/cma_es.hpp"
#include "search/strategies/evolution.hpp"
#include "search/strategies/gaussian_process.hpp"
#include "search/strategies/local_search.hpp"
#include "search/strategies/natural_evolution.hpp"
#include "search/strategies/nsga.hpp"
#include "search/strategies/portfolio.hpp"
#include "search/strategies/random_search.hpp"
#include "search/strategies/reinforce.hpp"
#include "search/strategies/tpe.hpp"

namespace archipel {

std::unique_ptr<Strategy> make_strategy(const StrategySettings& settings, const Space& space) {
  if (settings.population < 1)
    throw InputError("strategy.population = " + std::to_string(settings.population) + ": allowed at least 1");
  if (settings.kind == "random") return std::make_unique<RandomSearch>(settings, space);
  if (settings.kind == "evolution") return std::make_unique<Evolution>(settings, space);
  if (settings.kind == "aging") return std::make_unique<AgingEvolution>(settings, space);
  if (settings.kind == "nsga2" || settings.kind == "nsga3") return std::make_unique<Nsga>(settings, space);
  if (settings.kind == "local") return std::make_unique<LocalSearch>(settings, space);
  if (settings.kind == "gp") return std::make_unique<GaussianProcess>(settings, space);
  if (settings.kind == "bananas") return std::make_unique<Bananas>(settings, space);
  if (settings.kind == "tpe") return std::make_unique<Tpe>(settings, space);
  if (settings.kind == "reinforce") return std::make_unique<Reinforce>(settings, space);
  if (settings.kind == "nes") return std::make_unique<NaturalEvolution>(settings, space);
  if (settings.kind == "cmaes") return std::make_unique<CmaEs>(settings, space);
  if (settings.kind == "portfolio" && !settings.members.empty()) return std::make_unique<Portfolio>(settings, space);
  throw InputError("strategy.kind = \"" + settings.kind +
                   "\": allowed in a search are random, evolution, aging, nsga2, nsga3, local, gp, bananas, tpe, "
                   "reinforce, nes, cmaes, "
                   "portfolio");
}

std::int64_t window_of(const StrategySettings& settings) { return settings.window > 0 ? settings.window : 8; }

}   // namespace archipel
