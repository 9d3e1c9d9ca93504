#include "mpi/exchange.hpp"

#include "base/error.hpp"
#include "mpi/backoff.hpp"
#include "mpi/collectives.hpp"
#include "mpi/error.hpp"
#include "mpi/message_codec.hpp"
#include "search/placement.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace archipel::mpi {
namespace {

using namespace std::chrono_literals;

constexpr int message_tag = 1;   // one for all kinds: MPI keeps the order of messages of one sender with one tag
constexpr auto longest_wait = 50ms;

}   // namespace

MpiExchange::MpiExchange(const Communicator& teams, int islands) : comm_(teams.duplicate()), islands_(islands) {}

void MpiExchange::send(const Packet& packet) {
  if (crew_of(packet.from, comm_.size(), islands_).begin != comm_.rank()) return;
  const auto crew = crew_of(packet.to, comm_.size(), islands_);
  std::vector<int> others;
  for (int team = crew.begin; team < crew.end; ++team) {
    if (team == comm_.rank()) {
      inbox_.push_back(packet);
    } else {
      others.push_back(team);
    }
  }
  if (!others.empty()) send(others, packet);
}

void MpiExchange::share(const Result& result) {
  const auto crew = crew_of(result.origin.island, comm_.size(), islands_);
  std::vector<int> others;
  for (int team = crew.begin; team < crew.end; ++team) {
    if (team != comm_.rank()) others.push_back(team);
  }
  if (!others.empty()) send(others, result);
}

void MpiExchange::send(const std::vector<int>& receivers, const Message& message) {
  auto& sending = sending_.emplace_back(encode(message), std::vector<MPI_Request>(receivers.size(), MPI_REQUEST_NULL));
  const int count = count_of(sending.bytes.size(), "MPI_Issend");
  for (std::size_t i = 0; i < receivers.size(); ++i) {
    check(MPI_Issend(sending.bytes.data(), count, MPI_BYTE, receivers[i], message_tag, comm_.handle(),
                     &sending.requests[i]),
          "MPI_Issend");
  }
}

void MpiExchange::progress() {
  if (comm_.size() == 1) return;
  for (auto sending = sending_.begin(); sending != sending_.end();) {
    int done = 0;
    check(MPI_Testall(int(sending->requests.size()), sending->requests.data(), &done, MPI_STATUSES_IGNORE),
          "MPI_Testall");
    sending = done ? sending_.erase(sending) : std::next(sending);
  }
  while (true) {
    int arrived = 0;
    MPI_Message message = MPI_MESSAGE_NULL;
    MPI_Status status;
    check(MPI_Improbe(MPI_ANY_SOURCE, message_tag, comm_.handle(), &arrived, &message, &status), "MPI_Improbe");
    if (!arrived) break;
    int size = 0;
    check(MPI_Get_count(&status, MPI_BYTE, &size), "MPI_Get_count");
    auto& receiving =
        receiving_.emplace_back(std::string(std::size_t(size), '\0'), status.MPI_SOURCE, MPI_REQUEST_NULL);
    check(MPI_Imrecv(receiving.bytes.data(), size, MPI_BYTE, &message, &receiving.request), "MPI_Imrecv");
  }
  std::vector<int> behind;   // senders of which an earlier message is not complete: their order is kept
  for (auto receiving = receiving_.begin(); receiving != receiving_.end();) {
    int done = 0;
    if (std::ranges::find(behind, receiving->sender) == behind.end()) {
      check(MPI_Test(&receiving->request, &done, MPI_STATUS_IGNORE), "MPI_Test");
      if (!done) behind.push_back(receiving->sender);
    }
    if (done) inbox_.push_back(decode_message(receiving->bytes));
    receiving = done ? receiving_.erase(receiving) : std::next(receiving);
  }
}

void MpiExchange::receive(std::vector<Message>& messages) {
  progress();
  std::ranges::move(inbox_, std::back_inserter(messages));
  inbox_.clear();
}

void MpiExchange::wait() {
  if (inbox_.empty() && comm_.size() == 1) throw SystemError("the only team waits for a message: none can arrive");
  const auto end = std::chrono::steady_clock::now() + longest_wait;
  Backoff backoff;
  while (progress(), inbox_.empty() && std::chrono::steady_clock::now() < end) backoff.pause();
}

int MpiExchange::end(int standing, const std::function<bool()>& overdue) {
  standing_ = standing;
  MPI_Request everybody = MPI_REQUEST_NULL;   // of the teams whose messages are all taken
  bool entered = false;
  Backoff backoff;
  for (int ended = 0; !ended || !receiving_.empty(); backoff.pause()) {
    progress();
    inbox_.clear();
    if (!entered && sending_.empty()) {
      check(MPI_Iallreduce(&standing_, &least_standing_, 1, MPI_INT, MPI_MIN, comm_.handle(), &everybody),
            "MPI_Iallreduce");
      entered = true;
    }
    if (entered) check(MPI_Test(&everybody, &ended, MPI_STATUS_IGNORE), "MPI_Test");
    if (!ended && overdue && overdue()) throw Stopped(false);
  }
  return least_standing_;
}

std::vector<Candidate> MpiExchange::gather(const std::vector<Candidate>& mine) {
  std::vector<Candidate> all;
  for (const auto& part : all_gather(comm_, encode(mine)))
    std::ranges::move(decode_candidates(part), std::back_inserter(all));
  return all;
}

}   // namespace archipel::mpi
