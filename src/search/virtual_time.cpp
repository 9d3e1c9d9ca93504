#include "search/virtual_time.hpp"

#include "search/attempt.hpp"
#include "search/local_exchange.hpp"
#include "search/placement.hpp"

#include "base/error.hpp"

#include <queue>
#include <tuple>

namespace archipel {

Utilisation simulate(const ArchipelagoPlan& plan, int teams, const Space& space, Evaluator& evaluator,
                     Recorder& recorder, const Duration& duration, bool help) {
  const int islands = int(plan.rules.size());
  LocalHub hub(teams, islands);
  std::vector<std::unique_ptr<Exchange>> exchanges;
  std::vector<Archipelago> searches;
  searches.reserve(std::size_t(teams));
  for (int team = 0; team < teams; ++team) {
    exchanges.push_back(hub.team(team));
    searches.emplace_back(plan, seats_of(team, teams, islands), space, evaluator, *exchanges.back(), recorder, team);
    searches.back().team = team;
    if (help) searches.back().neighbours = hypercube_neighbours(team, teams);
  }

  Utilisation result;
  std::priority_queue<std::pair<double, int>, std::vector<std::pair<double, int>>, std::greater<>>
      finishing;   // time, team
  std::vector<const Job*> running(std::size_t(teams), nullptr);
  std::vector<RunInfo> begun(running.size());
  std::vector<int> idle;
  for (int team = 0; team < teams; ++team) idle.push_back(team);

  double time = 0, busy = 0;
  const auto start_idle_teams = [&] {
    for (int quiet = 0; quiet < 2; ++quiet) {   // what a team sends in one pass, another receives in the next
      std::vector<int> waiting;
      for (const int team : idle) {
        auto& search = searches[std::size_t(team)];
        if (search.absorb()) quiet = -1;
        if (const Job* job = search.next_job()) {
          const double spent = duration(team, *job);
          finishing.emplace(time + spent, team);
          busy += spent;
          running[std::size_t(team)] = job;
          begun[std::size_t(team)] = search.begin(*job);
          quiet = -1;
        } else {
          waiting.push_back(team);
        }
      }
      idle = std::move(waiting);
    }
  };
  start_idle_teams();
  while (!finishing.empty()) {
    const auto [when, team] = finishing.top();
    finishing.pop();
    time = when;
    const Job& job = *std::exchange(running[std::size_t(team)], nullptr);
    searches[std::size_t(team)].complete(job, attempt(evaluator, job.genome, job.key), begun[std::size_t(team)], false);
    ++result.evaluations;
    idle.push_back(team);
    start_idle_teams();
  }
  for (const auto& search : searches) {
    if (!search.ended()) throw SystemError("the search cannot go on although nothing is under way: a deadlock");
  }
  result.makespan = time;
  result.busy = time > 0 ? busy / (time * teams) : 1;
  return result;
}

}   // namespace archipel
