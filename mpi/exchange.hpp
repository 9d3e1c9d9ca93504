#pragma once

#include "mpi/communicator.hpp"
#include "search/exchange.hpp"

#include <list>
#include <string>
#include <vector>

namespace archipel::mpi {

/// Messages between teams over MPI; rank t of the communicator is team t. Islands are placed as in search/placement.hpp.
/// Each stage makes one of its own, whose duplicated communicator keeps its messages apart from other stages'.
///
/// Sends are synchronous-mode and non-blocking: one is complete only when its receiver has taken it. So `gather` can end the
/// traffic without losing a message and without counting (Hoefler, Siebert & Lumsdaine, PPoPP 2010: NBX).
class MpiExchange : public Exchange {
 public:
  /// Collective on `teams`.
  MpiExchange(const Communicator& teams, int islands);
  /// Collective, after `gather`; a rank that is unwinding neither waits nor frees.
  ~MpiExchange() override = default;

  void send(const Packet& packet) override;
  void share(const Result& result) override;
  void post(int team, const Message& message) override { send({team}, message); }
  void receive(std::vector<Message>& messages) override;
  /// Sleeps between probes, so ranks that share a core leave it to each other. Returns after 50 ms at the latest, so that the
  /// caller can look at its clock. SystemError if this is the only team and nothing is under way.
  void wait() override;
  /// All own messages are delivered, what still arrives is dropped (it was for islands that have ended, or this team was stopped), and nobody sends after
  /// it. Does not hinder teams that still search: it sleeps between probes.
  int end(int standing, const std::function<bool()>& overdue = {}) override;
  std::vector<Candidate> gather(const std::vector<Candidate>& mine) override;

 private:
  struct Sending {
    std::string bytes;                   // stays in place until all requests are complete
    std::vector<MPI_Request> requests;   // one for each receiver
  };
  struct Receiving {
    std::string bytes;
    int sender;
    MPI_Request request;
  };

  void send(const std::vector<int>& receivers, const Message& message);
  void progress();   // forgets what is sent, begins to receive what has come, moves what is complete to inbox_

  Communicator comm_;
  int islands_;
  std::list<Sending> sending_;
  std::list<Receiving>
      receiving_;                // in order of arrival; large messages need their sender's help, so none is waited for
  std::vector<Message> inbox_;   // complete, and from this team to itself
  int standing_ = 0, least_standing_ = 0;   // of `end`: here, because its request may outlive it
};

}   // namespace archipel::mpi
