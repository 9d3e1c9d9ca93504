#pragma once

#include "search/job.hpp"

#include <functional>
#include <variant>
#include <vector>

namespace archipel {

/// Elites that leave an island at a boundary; empty ones are sent too, because their stamp tells how far the sender is.
struct Packet {
  std::int32_t from = 0, to = 0;   // islands
  std::uint64_t stamp = 0;         // sender's clock; rises from packet to packet
  bool ended = false;              // the last one of this sender
  std::vector<Candidate> migrants;
};

/// A finished evaluation, for the other teams of the island's crew. Without genome and curve: they know or do not need them.
/// Or, with `again`, none: the machine failed at the first attempt, and another team makes the second.
struct Result {
  Origin origin;
  Outcome outcome = Outcome::ok;
  double fitness = 0;
  Digest weights;
  bool late = false;
  bool again = false;
  std::int32_t team = 0;                 // with `again`: whose attempt failed, as in Job
  std::vector<double> objectives = {};   // as in Candidate
};

/// A team lends nothing any more. Either its islands leave it nothing to do, and it evaluates what others lend it, or it was stopped.
struct Free {
  std::int32_t team = 0;
  bool helps = true;
};

/// An evaluation for a team that is free. It commits the row, and shares the result with the island's crew.
struct Loan {
  Job job;
};

/// All teams stop, to go on as teams of so many ranks.
struct Regroup {
  std::int32_t ranks = 1;
};

using Message = std::variant<Packet, Result, Free, Loan, Regroup>;

/// Port. Carries messages between teams. Never blocks except in `wait`, `end` and `gather`; delivers in any order between senders,
/// in order from one sender.
struct Exchange {
  /// To every team of the crew of `packet.to`, this one included. Called by every team of the sender's crew; one of them sends.
  virtual void send(const Packet& packet) = 0;
  /// To the other teams of the crew of `result.origin.island`, which this one need not belong to.
  virtual void share(const Result& result) = 0;
  /// To another team.
  virtual void post(int team, const Message& message) = 0;
  /// Everything that has arrived, into `messages` (appended). Also keeps sends going.
  virtual void receive(std::vector<Message>& messages) = 0;
  /// Returns when something may have arrived.
  virtual void wait() = 0;
  /// Ends the traffic; no message may be awaited after it. Returns the smallest `standing` of all teams, 0 or more.
  /// Collective over all teams. Throws Stopped when `overdue` is true before the other teams have come.
  virtual int end(int standing, const std::function<bool()>& overdue = {}) = 0;
  /// The candidates of all teams, in order of team. Collective over all teams, after `end`.
  virtual std::vector<Candidate> gather(const std::vector<Candidate>& mine) = 0;
  virtual ~Exchange() = default;
};

}   // namespace archipel
