#pragma once

#include "mpi/communicator.hpp"
#include "search/artefacts.hpp"
#include "search/exchange.hpp"
#include "search/recorder.hpp"

#include <string>
#include <utility>
#include <vector>

namespace archipel::mpi {

/// The ranks that train one candidate together. All of them run the same loop; where it looks outside, at messages, files or
/// clocks, the first replica looks for all, so that they always do the same next.
class Replicas {
 public:
  explicit Replicas(Communicator ranks) : comm_(std::move(ranks)) {}

  const Communicator& comm() const { return comm_; }
  bool alone() const { return comm_.size() == 1; }
  bool first() const { return comm_.rank() == 0; }

  /// What the first replica saw. Collective over the replicas; those that wait sleep between probes.
  std::string agree(std::string seen) const;
  bool agree(bool seen) const;
  double agree(double seen) const;

 private:
  Communicator comm_;
};

/// How the ranks are divided: rank = team * replicas + replica.
struct Teams {
  int team = 0, teams = 1;
  Replicas replicas;     // of this team
  Communicator across;   // the ranks with this place in their teams; rank t of it is that of team t
};
/// Collective on `world`, whose size is a multiple of `replicas`.
Teams divide(const Communicator& world, int replicas);

// Ports as the replicas of a team use them: only the first one has the real one behind it, null elsewhere. What returns something
// is collective over the replicas.

class ReplicaExchange : public Exchange {
 public:
  ReplicaExchange(Exchange* outside, const Replicas& replicas) : outside_(outside), replicas_(replicas) {}
  void send(const Packet& packet) override;
  void share(const Result& result) override;
  void post(int team, const Message& message) override;
  void receive(std::vector<Message>& messages) override;
  void wait() override;   // of the first replica; the others wait for it when they receive
  int end(int standing, const std::function<bool()>& overdue = {}) override;
  std::vector<Candidate> gather(const std::vector<Candidate>& mine) override;

 private:
  Exchange* outside_;
  const Replicas& replicas_;
};

class ReplicaRecorder : public Recorder {
 public:
  ReplicaRecorder(Recorder* outside, const Replicas& replicas) : outside_(outside), replicas_(replicas) {}
  Past past(const Origin& origin) override;
  void note(const Origin& origin, const RunInfo& run) override;
  void row(const Row& row, const RunInfo& run) override;
  void migration(const Migration& migration) override;
  void ended(std::int32_t island, const IslandEnd& end) override;

 private:
  Recorder* outside_;
  const Replicas& replicas_;
};

/// `put` and `keep` are not collective: every replica has the same content.
class ReplicaArtefacts : public Artefacts {
 public:
  ReplicaArtefacts(Artefacts* outside, const Replicas& replicas) : outside_(outside), replicas_(replicas) {}
  Digest put(std::span<const std::byte> bytes) override;
  std::vector<std::byte> get(const Digest& digest) const override;
  bool holds(const Digest& digest) const override;

 private:
  Artefacts* outside_;
  const Replicas& replicas_;
};

class ReplicaCheckpoints : public Checkpoints {
 public:
  ReplicaCheckpoints(Checkpoints* outside, const Replicas& replicas) : outside_(outside), replicas_(replicas) {}
  void keep(const Digest& key, std::span<const std::byte> state) override;
  std::optional<std::vector<std::byte>> find(const Digest& key) override;
  bool has(const Digest& key) const override;
  void drop(const Digest& key) override;

 private:
  Checkpoints* outside_;
  const Replicas& replicas_;
};

}   // namespace archipel::mpi
