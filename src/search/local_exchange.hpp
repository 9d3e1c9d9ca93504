#pragma once

#include "base/random.hpp"
#include "search/exchange.hpp"

#include <memory>

namespace archipel {

/// Carries messages between teams that live in one process: for tests, for virtual time and for a program without MPI.
/// Teams may run on threads of their own, one each; `gather` of several teams needs that, because it waits for the others.
class LocalHub {
 public:
  /// Islands are placed as in search/placement.hpp. Every message is there at the receiver's next `receive`.
  LocalHub(int teams, int islands);
  /// A message is there after 1 to 1 + `most_delay` calls of the receiver's `receive`, drawn from `draws`; messages of one
  /// sender keep their order. For tests that results do not depend on the order of arrival.
  LocalHub(int teams, int islands, int most_delay, Stream draws);
  ~LocalHub();
  LocalHub(const LocalHub&) = delete;
  LocalHub& operator=(const LocalHub&) = delete;

  /// The exchange as `team` sees it, 0 <= team < teams. The hub must outlive it. `wait` of the only team throws SystemError
  /// when no message is under way, because none can come; with several teams it returns at once.
  std::unique_ptr<Exchange> team(int team);

 private:
  struct State;
  class Team;
  std::unique_ptr<State> state_;
};

}   // namespace archipel
